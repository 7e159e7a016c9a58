"""Everybody looks like themselves, whichever way they face and whatever the light."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from synth_pictures import around, difference, some_event, told

from scenewise.synthetic.figures import Pen, draw_figure, draw_near_arm, place
from scenewise.synthetic.poses import HAND_1, Pose
from scenewise.synthetic.staging import Shooting
from scenewise.synthetic.world import CHARACTERS, Character

SIDE = 200
GROUND = 90


def drawn(who: Character, facing: int = 1, *, gain: float = 1.0, asleep: bool = False
          ) -> np.ndarray:  # fmt: skip
    canvas = np.full((SIDE, SIDE, 3), GROUND, np.uint8)
    pen = Pen(canvas, np.full(3, gain))
    at = place(Pose(), facing, (SIDE / 2, 180.0), 130.0)
    draw_figure(pen, who, at, facing, 130.0, asleep=asleep)
    draw_near_arm(pen, who, at, 130.0)
    return canvas


@pytest.mark.parametrize("action", ["wave", "sit", "sleep"])
def test_everybody_differs_from_everybody_else(action) -> None:
    pictures = {
        who.name: told(some_event(action, who.name), Shooting(place=3), (160, 120), 1)[0]
        for who in CHARACTERS
    }
    for first, second in combinations(pictures.values(), 2):
        for _, seen in (first, second):
            assert difference(first[0], second[0], around(seen)) > 10


@pytest.mark.parametrize("who", CHARACTERS, ids=lambda who: who.name)
def test_who_turns_round_is_seen_in_a_mirror(who) -> None:
    right, left = drawn(who, 1).astype(int), drawn(who, -1)[:, ::-1].astype(int)
    # A mirrored point lies half a pixel elsewhere, so that edges differ a little.
    near = min(
        np.abs(right - np.roll(left, shift, axis=1)).mean() for shift in (-1, 0, 1)
    )  # fmt: skip
    assert near < 2.5
    figure = (right != GROUND).any(axis=2).sum()
    assert 0.9 < figure / (left != GROUND).any(axis=2).sum() < 1.1


@pytest.mark.parametrize("who", CHARACTERS, ids=lambda who: who.name)
def test_hands_have_the_colour_of_the_skin_and_the_light(who) -> None:
    x, y = np.rint(place(Pose(), 1, (SIDE / 2, 180.0), 130.0)[HAND_1]).astype(int)
    assert drawn(who)[y, x].tolist() == pytest.approx(who.skin, abs=1)
    assert drawn(who, gain=0.5)[y, x].tolist() == pytest.approx(np.array(who.skin) / 2, abs=1)


def test_light_never_overflows_a_colour() -> None:
    pen = Pen(np.zeros((4, 4, 3), np.uint8), np.array((3.0, 1.0, 0.0)))
    assert pen.colour((200, 200, 200), 1.06) == pytest.approx((255, 212, 0))


def test_only_the_eyes_of_a_sleeper_differ() -> None:
    awake, asleep = drawn(CHARACTERS[0]), drawn(CHARACTERS[0], asleep=True)
    changed = np.argwhere((awake != asleep).any(axis=2))
    assert 0 < len(changed) < 60
    assert np.ptp(changed, axis=0).max() < 12
