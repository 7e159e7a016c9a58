"""The whole recipe in its short form: drawn, learnt, judged and saved."""

from __future__ import annotations

import json

import numpy as np
import pytest
from pocket_checks import check_models

from scenewise.synthetic.options import SHORT
from scenewise.synthetic.pocket.recipe import make

pytestmark = [pytest.mark.slow]


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
