"""Grids show their frames in order of time, all of them, at the size asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.charades.grids import GridOptions, grid_image, layout, placed
from scenewise.core.errors import OptionInvalid


def plain(level: int, height: int = 48, width: int = 64) -> np.ndarray:
    return np.full((height, width, 3), level, np.uint8)


def levels(grid: np.ndarray, rows: int, columns: int) -> list[int]:
    """The level in the middle of each cell."""
    side = len(grid)
    return [
        int(grid[int((y + 0.5) * side / rows), int((x + 0.5) * side / columns), 0])
        for y in range(rows)
        for x in range(columns)
    ]


def test_nine_frames_are_read_like_a_page() -> None:
    grid = grid_image([plain(20 * k + 10) for k in range(9)])
    assert grid.shape == (672, 672, 3)
    assert grid.dtype == np.uint8
    assert levels(grid, 3, 3) == [20 * k + 10 for k in range(9)]
    assert set(np.unique(grid)) == {20 * k + 10 for k in range(9)}


@settings(deadline=None)
@given(st.integers(1, 5), st.integers(1, 5), st.integers(32, 300))
def test_any_layout_fills_any_size(rows: int, columns: int, side: int) -> None:
    count = rows * columns
    images = [plain(9 * k + 9, 16, 16) for k in range(count)]
    grid = grid_image(images, GridOptions(rows=rows, columns=columns, side=side))
    assert grid.shape == (side, side, 3)
    assert levels(grid, rows, columns) == [9 * k + 9 for k in range(count)]
    assert grid.min() > 0  # no seam between cells


def test_fewer_frames_are_repeated_left_blank_or_make_a_smaller_grid() -> None:
    images = [plain(50 * k + 50) for k in range(5)][:5]
    images = [plain(level) for level in (40, 80, 120, 160, 200)]
    assert levels(grid_image(images), 3, 3) == [40, 40, 80, 80, 120, 120, 160, 160, 200]
    blank = grid_image(images, GridOptions(fewer="blank"))
    assert levels(blank, 3, 3) == [40, 80, 120, 160, 200, 0, 0, 0, 0]
    smaller = grid_image(images, GridOptions(fewer="smaller"))
    assert levels(smaller, 2, 2) == [40, 80, 120, 160]


@pytest.mark.parametrize(
    ("count", "shape", "expected"),
    [
        (8, (3, 3), (2, 2)),
        (9, (3, 3), (3, 3)),
        (3, (3, 3), (1, 1)),
        (4, (1, 9), (1, 4)),
        (6, (2, 4), (2, 3)),
        (1, (5, 2), (1, 1)),
    ],
)
def test_smaller_grids_keep_their_shape(
    count: int, shape: tuple[int, int], expected: tuple[int, int]
) -> None:
    options = GridOptions(rows=shape[0], columns=shape[1], fewer="smaller")
    assert layout(count, options) == expected


@settings(deadline=None)
@given(st.integers(1, 16), st.integers(1, 16), st.integers(1, 256))
def test_a_smaller_grid_is_never_empty_nor_too_large(rows: int, columns: int, count: int) -> None:
    options = GridOptions(rows=rows, columns=columns, fewer="smaller")
    count = min(count, options.cells)
    a, b = layout(count, options)
    assert 1 <= a <= rows
    assert 1 <= b <= columns
    assert a * b <= count


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(1, 60))
def test_frames_stay_in_order_and_are_shown_evenly(count: int, cells: int) -> None:
    shown = placed(count, cells)
    assert len(shown) == cells
    assert shown == sorted(shown)
    assert shown[0] == 0
    assert max(shown) < count
    if count <= cells:
        often = np.bincount(shown, minlength=count)
        assert often.max() - often.min() <= 1


def test_frames_of_another_shape_are_stretched_shown_whole_or_cropped() -> None:
    wide = np.zeros((40, 120, 3), np.uint8)
    wide[:, :40], wide[:, 40:80], wide[:, 80:] = 60, 120, 180
    one = {"rows": 1, "columns": 1, "side": 120}
    stretched = grid_image([wide], GridOptions(**one))
    assert [int(stretched[60, x, 0]) for x in (10, 60, 110)] == [60, 120, 180]
    assert int(stretched[5, 60, 0]) == 120
    whole = grid_image([wide], GridOptions(**one, fit="whole"))
    assert [int(whole[60, x, 0]) for x in (10, 60, 110)] == [60, 120, 180]
    assert not whole[:39].any()
    assert not whole[81:].any()
    cropped = grid_image([wide], GridOptions(**one, fit="crop"))
    assert (cropped == 120).all()
    tall = grid_image([wide.transpose(1, 0, 2)], GridOptions(**one, fit="crop"))
    assert (tall == 120).all()


def test_a_video_with_mixed_and_tiny_frames_goes_in() -> None:
    grid = grid_image([plain(100, 1, 1), plain(200, 900, 2)], GridOptions(rows=1, columns=2))
    assert levels(grid, 1, 2) == [100, 200]


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="10 frames"):
        grid_image([plain(1)] * 10)
    with pytest.raises(ValueError, match="0 frames"):
        grid_image([])
    with pytest.raises(OptionInvalid, match="grid-rows"):
        GridOptions(rows=0)
