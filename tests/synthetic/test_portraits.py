"""The portraits of the character bank show who is who."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from scenewise.synthetic.portraits import portrait
from scenewise.synthetic.world import CHARACTERS


@pytest.mark.parametrize("side", [48, 128, 250])
def test_a_portrait_is_a_square_picture(side) -> None:
    picture = portrait("Anna", side)
    assert picture.shape == (side, side, 3)
    assert picture.dtype == np.uint8


def test_every_portrait_differs_from_every_other_and_is_always_the_same() -> None:
    pictures = {who.name: portrait(who.name).astype(int) for who in CHARACTERS}
    for first, second in combinations(pictures.values(), 2):
        assert np.abs(first - second).mean() > 6
    assert (portrait("Hugo") == pictures["Hugo"]).all()


@pytest.mark.parametrize("who", CHARACTERS, ids=lambda who: who.name)
def test_the_whole_head_with_its_hat_is_in_the_picture(who) -> None:
    picture = portrait(who.name)
    ground = picture[0, 0]
    empty = (picture == ground).all(axis=2)
    assert empty[0].all()  # nothing is cut off above
    assert empty[:64, 0].all()
    assert empty[:64, -1].all()
    middle = picture[40:88, 40:88].reshape(-1, 3).astype(int)
    assert (np.abs(middle - np.array(who.skin)).max(axis=1) < 12).mean() > 0.02  # a face


def test_nobody_else_has_one() -> None:
    with pytest.raises(KeyError, match="Zorro"):
        portrait("Zorro")
