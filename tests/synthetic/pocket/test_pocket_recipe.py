"""The recipe that was stopped, gone on with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pocket_checks import MODELS, check_models
from safetensors.numpy import load_file

from scenewise.synthetic.options import RecipeOptions
from scenewise.synthetic.pocket.recipe import clean, make
from scenewise.training.errors import CheckpointInvalid

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
