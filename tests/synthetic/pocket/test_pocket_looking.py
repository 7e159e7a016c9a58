"""Pictures and what is known of their places are altered alike."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.synthetic.pocket.looking import (
    FINE,
    GRID,
    Alteration,
    limbs_where,
    pixels_of,
    what_is_where,
    who_is_where,
)
from scenewise.synthetic.pocket.networks import MEAN, SIDE, SPREAD
from scenewise.synthetic.poses import BONES, CROWN, HIP, NECK

seeds = st.integers(0, 10**6)
inner = st.floats(0.12, 0.88)
NOBODY, NOTHING = 12, 20


def nowhere(count: int) -> np.ndarray:
    return np.full((count, 23, 2), np.nan, np.float32)


@settings(max_examples=40, deadline=None)
@given(seeds, st.lists(st.tuples(inner, inner), min_size=1, max_size=6))
def test_a_dot_is_found_where_its_place_comes_to_lie(seed, dots) -> None:
    images = np.full((len(dots), SIDE, SIDE, 3), 20, np.uint8)
    places = nowhere(len(dots))
    for image, place, (x, y) in zip(images, places, dots, strict=True):
        column, row = int(x * SIDE), int(y * SIDE)
        image[row - 1 : row + 2, column - 1 : column + 2] = 255
        place[:] = (column + 0.5) / SIDE, (row + 0.5) / SIDE
    change = Alteration.drawn(np.random.default_rng(seed), places)
    pictures = change.pictures(images).numpy().sum(axis=1)  # [b, s, s]
    moved = change.places(places)[:, 0]
    for picture, (x, y) in zip(pictures, moved, strict=True):
        if not (0.04 < x < 0.96 and 0.04 < y < 0.96):
            continue
        dark, light = picture.min(), picture.max()
        rows, columns = np.nonzero(picture > (dark + light) / 2)
        found = (columns.mean() + 0.5) / SIDE, (rows.mean() + 0.5) / SIDE
        assert found == pytest.approx((x, y), abs=1.2 / SIDE)


@given(seeds)
def test_what_is_nowhere_stays_nowhere(seed) -> None:
    places = nowhere(5)
    places[:, 3] = 0.4
    moved = Alteration.drawn(np.random.default_rng(seed), places).places(places)
    assert np.isnan(np.delete(moved, 3, axis=1)).all()
    assert np.isfinite(moved[:, 3]).all()


def test_some_pictures_go_close_to_who_acts_and_some_are_mirrored() -> None:
    places = np.full((400, 23, 2), 0.7, np.float32)
    change = Alteration.drawn(np.random.default_rng(0), places)
    close = change.zoom[:, 0] < 0.86
    assert 0.3 < close.mean() < 0.5
    assert 0.4 < change.turned.mean() < 0.6
    moved = change.places(places)[:, 0]
    # Who acts is never lost.
    assert ((moved > 0) & (moved < 1)).all()
    strangers = Alteration.drawn(np.random.default_rng(0), nowhere(400))
    assert (strangers.zoom >= 0.86).all()


def test_the_same_chance_alters_alike_and_every_picture_differently() -> None:
    images = np.random.default_rng(1).integers(0, 255, (4, SIDE, SIDE, 3)).astype(np.uint8)
    images[:] = images[0]
    places = nowhere(4)
    first, again = (
        Alteration.drawn(np.random.default_rng(2), places).pictures(images) for _ in range(2)
    )
    assert (first == again).all()
    assert all((first[0] != other).any() for other in first[1:])


def test_pixels_are_normalised_as_the_models_say() -> None:
    images = np.array([[[[0, 127, 255]]]], np.uint8)
    pixels = pixels_of(images)
    assert pixels.shape == (1, 3, 1, 1)
    wanted = (np.array((0, 127, 255)) / 255 - MEAN) / SPREAD
    assert pixels[0, :, 0, 0].numpy() == pytest.approx(wanted, abs=1e-6)


def patch_of(row: int, column: int) -> tuple[float, float]:
    """The middle of a patch, in shares of width and height."""
    return (column + 0.5) / GRID, (row + 0.5) / GRID


def who(places: np.ndarray, person: int, other: int) -> np.ndarray:
    numbers = np.full(len(places), person), np.full(len(places), other)
    return who_is_where(places, *numbers, NOBODY).reshape(-1, GRID, GRID)


def test_people_are_in_the_patches_of_their_joints() -> None:
    places = nowhere(1)
    places[0, :11] = patch_of(2, 3)
    places[0, 11:22] = patch_of(4, 1)
    wanted = np.full((GRID, GRID), NOBODY)
    wanted[2, 3], wanted[4, 1] = 5, 7
    assert (who(places, 5, 7)[0] == wanted).all()


def test_who_acts_hides_the_other() -> None:
    places = nowhere(1)
    places[0, :22] = patch_of(1, 1)
    assert who(places, 5, 7)[0, 1, 1] == 5


def test_between_two_joints_there_is_a_body() -> None:
    places = nowhere(1)
    places[0, HIP], places[0, NECK] = patch_of(4, 2), patch_of(1, 2)
    found = who(places, 3, NOBODY)[0]
    assert (found[1:5, 2] == 3).all()
    assert (found == 3).sum() == 4


@given(st.sampled_from([(-0.2, 0.5), (0.5, 1.05), (1.7, 1.7), (0.5, -0.05)]))
def test_who_is_outside_the_picture_is_in_no_patch(spot) -> None:
    places = nowhere(2)
    places[0] = spot
    assert (who(places, 5, 7) == NOBODY).all()
    numbers = np.full(2, 3)
    assert (what_is_where(places, numbers, NOTHING) == NOTHING).all()
    assert (limbs_where(places) == len(BONES)).all()


def test_a_thing_is_in_the_patch_of_its_middle() -> None:
    places = nowhere(2)
    places[1, 22] = patch_of(5, 0)
    found = what_is_where(places, np.array((1, 2)), NOTHING).reshape(2, GRID, GRID)
    assert (found[0] == NOTHING).all()
    assert found[1, 5, 0] == 2
    assert (found[1] != NOTHING).sum() == 1


def finely(places: np.ndarray) -> np.ndarray:
    """Which limb is in each cell of the whole picture, [b, GRID · FINE, GRID · FINE]."""
    cells = limbs_where(places)
    assert cells.shape == (len(places), GRID * GRID, FINE * FINE)
    whole = np.zeros((len(places), GRID * FINE, GRID * FINE), np.int64)
    for patch in range(GRID * GRID):
        for cell in range(FINE * FINE):
            row = patch // GRID * FINE + cell // FINE
            column = patch % GRID * FINE + cell % FINE
            whole[:, row, column] = cells[:, patch, cell]
    return whole


@pytest.mark.parametrize("first", [0, 11])
@pytest.mark.parametrize("bone", range(len(BONES)))
def test_a_limb_is_in_the_cells_along_it(bone, first) -> None:
    places = nowhere(1)
    start, end = BONES[bone]
    cell = 1 / (GRID * FINE)
    places[0, first + start] = 5.5 * cell, 4.5 * cell
    places[0, first + end] = 5.5 * cell, 12.5 * cell
    found = finely(places)[0]
    assert (found[4:13, 5] == bone).all()
    assert (found == bone).sum() == 9
    assert (np.delete(found, 5, axis=1) == len(BONES)).all()


def test_the_limbs_of_who_acts_hide_those_of_the_other() -> None:
    places = nowhere(1)
    places[0, [HIP, NECK]] = 0.5
    places[0, [11 + NECK, 11 + CROWN]] = 0.5
    assert set(np.unique(finely(places))) == {0, len(BONES)}


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_maps_move_with_the_picture(families, seed) -> None:
    """A mirrored, uncut picture has mirrored maps."""
    rows = np.random.default_rng(seed).integers(0, len(families), 4)
    places = families.places[rows]

    def altered(turned: bool) -> Any:
        ones = np.ones((4, 2))
        change = Alteration(np.full(4, turned), ones, ones * 0, ones[:, :1], np.ones((4, 3)),
                            ones[:, :1] * 0)  # fmt: skip
        return who(change.places(places), 5, 7)

    same = altered(False) == altered(True)[:, :, ::-1]
    assert same.mean() > 0.97  # a joint may lie just between two patches
