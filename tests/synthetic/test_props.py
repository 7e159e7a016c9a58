"""The things of the drawn world are drawn where they are wanted and cannot be mistaken."""

from __future__ import annotations

import math
from itertools import combinations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.core.media_types import Image
from scenewise.synthetic.props import draw_prop
from scenewise.synthetic.world import PROPS

NAMES = [one.name for one in PROPS]
GREY = (120, 132, 126)


def _paper(width: int = 192, height: int = 192) -> Image:
    return np.full((height, width, 3), GREY, np.uint8)


def _drawn(name: str, size: float, **more: float) -> Image:
    paper = _paper()
    draw_prop(paper, name, 96, 96, size, **more)
    return paper


def _extent(picture: Image) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero((picture != GREY).any(axis=2))
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


@pytest.mark.parametrize("name", NAMES)
def test_a_thing_is_as_large_as_asked_and_centred(name: str) -> None:
    left, top, right, low = _extent(_drawn(name, 120))
    assert max(right - left, low - top) == pytest.approx(120, abs=5)
    assert (left + right) / 2 == pytest.approx(96, abs=3)
    assert (top + low) / 2 == pytest.approx(96, abs=3)


@pytest.mark.parametrize("name", NAMES)
def test_a_quarter_turn_goes_clockwise(name: str) -> None:
    turned = _drawn(name, 120, angle=math.pi / 2).astype(int)
    expected = cv2.rotate(_drawn(name, 120), cv2.ROTATE_90_CLOCKWISE).astype(int)
    other = cv2.rotate(_drawn(name, 120), cv2.ROTATE_90_COUNTERCLOCKWISE).astype(int)
    assert np.abs(turned - expected).mean() < 1.5
    assert np.abs(turned - expected).mean() < np.abs(turned - other).mean() / 2


@pytest.mark.parametrize("name", NAMES)
def test_a_thing_has_a_light_and_a_dark_side(name: str) -> None:
    inside = _drawn(name, 120)[(_drawn(name, 120) != GREY).any(axis=2)].mean(axis=1)
    assert np.percentile(inside, 95) - np.percentile(inside, 5) > 40


def test_no_two_things_look_alike_when_small() -> None:
    # a hundred-and-ninety-two-pixel picture squashed to ninety-six, as a small encoder sees it
    small = {}
    for name in NAMES:
        paper = _paper()
        draw_prop(paper, name, 96, 96, 20)
        squashed = cv2.resize(paper, (96, 96), interpolation=cv2.INTER_AREA)
        small[name] = squashed[42:54, 42:54].astype(float)
    for one, other in combinations(NAMES, 2):
        assert np.abs(small[one] - small[other]).mean() > 12, (one, other)


def test_light_darkens_and_colours() -> None:
    bright, dark = _drawn("ball", 100), _drawn("ball", 100, light=0.5)
    where = (bright != GREY).any(axis=2) & (dark != GREY).any(axis=2)
    assert dark[where].mean() == pytest.approx(bright[where].mean() / 2, abs=4)
    red = _paper()
    draw_prop(red, "ball", 96, 96, 100, light=(1.0, 0.5, 0.5))
    assert red[where][:, 0].mean() > 1.5 * red[where][:, 2].mean()


@given(
    st.sampled_from(NAMES),
    st.floats(-300, 400),
    st.floats(-300, 400),
    st.floats(10, 400),
    st.floats(-7, 7),
)
@settings(max_examples=120, deadline=None)
def test_what_lies_outside_is_left_out(
    name: str, x: float, y: float, size: float, angle: float
) -> None:
    border = 100
    whole, part = _paper(160 + 2 * border, 90 + 2 * border), _paper(160, 90)
    draw_prop(whole, name, x + border, y + border, size, angle=angle)
    draw_prop(part, name, x, y, size, angle=angle)
    inside = whole[border : border + 90, border : border + 160].astype(int)
    # edges that leave the picture are cut there and may differ by a shade
    assert np.abs(inside - part).mean() < 1.0


def test_an_unknown_thing_is_an_error() -> None:
    with pytest.raises(KeyError):
        draw_prop(_paper(), "spaceship", 9, 9, 9)
