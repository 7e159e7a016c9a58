"""The whole recipe: drawn, learnt, judged and saved; and gone on with when it was stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from scenewise.models import hub
from scenewise.models.blip import BlipGenerator
from scenewise.models.clip import ClipEmbedder
from scenewise.synthetic.options import SHORT, RecipeOptions
from scenewise.synthetic.pocket.recipe import clean, make
from scenewise.training.errors import CheckpointInvalid

MODELS = ("embedder", "captioner", "language", "grid")
TINY = RecipeOptions(
    families=16, test_families=4, eye_steps=6, whole_steps=4, clip_steps=4, caption_steps=6,
    language_steps=4, grid_steps=4, workers=1, seed=3,
)  # fmt: skip

pytestmark = [pytest.mark.slow]


class Stopping:
    """Presses Ctrl-C in a run of training, after its second step."""

    def __init__(self, run: int) -> None:
        self.left = run
        self.said: list[str] = []

    @contextmanager
    def step(self, what: str, total: float | None = None) -> Iterator[Stopping]:
        del total
        self.left -= what == "Training"
        yield self

    def advance(self, amount: float = 1.0) -> None:
        """Nothing is shown."""

    def reach(self, position: float) -> None:
        if self.left == 0 and position == 2:
            raise KeyboardInterrupt

    def say(self, message: str) -> None:
        self.said.append(message)


def check_models(folder: Path) -> None:
    """All four are whole models with a card, and can be used."""
    for name in MODELS:
        assert hub.resolve(str(folder / name), job=name) == folder / name
        assert (folder / name / "README.md").read_text(encoding="utf-8").startswith("---\n")
    picture = np.random.default_rng(0).integers(0, 255, (96, 96, 3)).astype(np.uint8)
    embedder = ClipEmbedder(str(folder / "embedder"))
    assert np.linalg.norm(embedder.images([picture])) == pytest.approx(1, abs=1e-3)
    assert BlipGenerator(str(folder / "captioner")).propose([picture], 1)
    from transformers import AutoModelForCausalLM, AutoTokenizer, ViTImageProcessorPil
    from transformers import ResNetForImageClassification as Grid

    language = AutoModelForCausalLM.from_pretrained(folder / "language", dtype="float32")
    words = AutoTokenizer.from_pretrained(folder / "language")("Anna walks", return_tensors="pt")
    assert language(input_ids=words["input_ids"]).logits.isfinite().all()
    grid = Grid.from_pretrained(folder / "grid", dtype="float32").eval()
    pixels = ViTImageProcessorPil.from_pretrained(folder / "grid")(picture, return_tensors="pt")
    assert grid(**pixels).logits.shape == (1, 23)


@pytest.mark.timeout(600)
def test_a_run_that_was_stopped_ends_as_one_that_was_not(tmp_path) -> None:
    whole = make(tmp_path / "whole", TINY)
    for run in (3, 7):  # of clip, then of the grid encoder
        with pytest.raises(KeyboardInterrupt):
            make(tmp_path / "stopped", TINY, progress=Stopping(run))
    last = Stopping(99)
    stopped = make(tmp_path / "stopped", TINY, progress=last)
    assert "Going on after step 2 of 4" in last.said
    assert stopped.figures == whole.figures
    for name in MODELS:
        first, second = (
            load_file(tmp_path / run / name / "model.safetensors") for run in ("whole", "stopped")
        )
        assert first.keys() == second.keys()
        assert all((first[key] == second[key]).all() for key in first)
    check_models(tmp_path / "whole")
    with pytest.raises(CheckpointInvalid, match="recipe"):
        make(tmp_path / "whole", RecipeOptions(**{**vars(TINY), "families": 17}))
    clean(tmp_path / "whole")
    assert sorted(p.name for p in (tmp_path / "whole").iterdir()) == sorted(
        [*MODELS, "figures.json"]
    )


@pytest.mark.timeout(1200)
def test_the_short_recipe_learns_something(tmp_path) -> None:
    made = make(tmp_path / "pocket", SHORT)
    check_models(made.folder)
    kept = json.loads((made.folder / "figures.json").read_text(encoding="utf-8"))
    assert kept == {name: dict(figures) for name, figures in made.figures.items()}
    # By chance: one place in twelve, one word in hundreds.
    assert made.figures["embedder"]["setting"] > 0.15
    assert made.figures["language"]["perplexity"] < 60
    log = made.folder / ".training" / "eyes" / "metrics.jsonl"
    losses = [json.loads(line)["loss"] for line in log.read_text().splitlines() if "loss" in line]
    assert np.mean(losses[-5:]) < 0.8 * np.mean(losses[:5])
