"""Each pocket model's card tells what it is, what it learnt from, and what it is not for."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from scenewise.synthetic.options import SHORT, RecipeOptions, TrainOptions
from scenewise.synthetic.pocket.cards import card

FIGURES = {"person": 0.9876, "action": 0.9123}


@pytest.mark.parametrize("name", ["embedder", "captioner", "language", "grid"])
def test_a_card_tells_recipe_and_figures(name) -> None:
    text = card(name, asdict(RecipeOptions(eye_steps=4321)), FIGURES)
    header, body = text.removeprefix("---\n").split("---\n", 1)
    assert "license: apache-2.0" in header
    assert body.lstrip().startswith("# Pocket ")
    assert "eye_steps 4321" in body
    for figure, value in FIGURES.items():
        assert f"| {figure} | {value} |" in body
    assert "**Not for** pictures of the real world" in body
    assert "{" not in text


def test_there_is_no_card_for_another_model() -> None:
    with pytest.raises(KeyError):
        card("oracle", {}, {})


def test_a_short_recipe_keeps_seed_and_workers() -> None:
    asked = TrainOptions(short=True, recipe=RecipeOptions(seed=9, workers=4, eye_steps=77))
    assert asked.chosen.seed == 9
    assert asked.chosen.workers == 4
    assert asked.chosen.eye_steps == SHORT.eye_steps
    assert TrainOptions(recipe=RecipeOptions(eye_steps=77)).chosen.eye_steps == 77
