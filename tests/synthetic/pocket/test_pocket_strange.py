"""Pictures that are not of the drawn world are of many kinds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.synthetic.pocket.strange import _KINDS, strange_picture


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from((64, 96, 130)))
def test_a_strange_picture_is_a_square_picture_and_follows_from_its_seed(seed, side) -> None:
    first, second = (strange_picture(np.random.default_rng(seed), side) for _ in range(2))
    assert first.shape == (side, side, 3)
    assert first.dtype == np.uint8
    assert (first == second).all()


def test_no_two_are_alike_and_all_kinds_of_light_and_colour_come_up() -> None:
    rng = np.random.default_rng(0)
    pictures = np.stack([strange_picture(rng, 48) for _ in range(150)]).astype(np.float64)
    flat = pictures.reshape(len(pictures), -1)
    distances = np.abs(flat[:, None, ::31] - flat[None, :, ::31]).mean(axis=2)
    np.fill_diagonal(distances, np.inf)
    assert distances.min() > 0
    assert np.median(distances) > 40
    light = pictures.mean(axis=(1, 2, 3))
    assert light.min() < 30
    assert light.max() > 160
    colourful = np.ptp(pictures.mean(axis=(1, 2)), axis=1)
    assert (colourful < 1).mean() > 0.05  # grey ones
    assert (colourful > 30).mean() > 0.1
    bars = (pictures[:, :2] == 0).all(axis=(1, 2, 3)) & (pictures[:, -2:] == 0).all(axis=(1, 2, 3))
    assert 0.15 < bars.mean() < 0.55
    rough = np.abs(np.diff(pictures, axis=2)).mean(axis=(1, 2, 3))
    assert np.quantile(rough, 0.9) > 4 * np.quantile(rough, 0.1)


@pytest.mark.parametrize("kind", range(len(_KINDS)))
def test_every_kind_can_be_drawn_small(kind) -> None:
    class Chosen(np.random.Generator):
        """Chooses the kind, then goes on by chance."""

        first = True

        def integers(self, *args, **more):  # type: ignore[no-untyped-def]
            if self.first:
                self.first = False
                assert args[0] == len(_KINDS)
                return kind
            return super().integers(*args, **more)

    picture = strange_picture(Chosen(np.random.PCG64(kind)), 96)
    assert picture.shape == (96, 96, 3)
