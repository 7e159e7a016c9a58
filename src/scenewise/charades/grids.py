"""Several frames of a video as one picture, which an image model sees all at once.

Source: Prakash et al. 2023, section 4.2, after SIFAR (Fan et al., "Can an Image Classifier
Suffice for Action Recognition?", ICLR 2022). The paper's section 6 proposes 2 × 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from scenewise.core.media_types import Image
from scenewise.core.options import Checked, option


@dataclass(frozen=True, kw_only=True)
class GridLook(Checked):
    """How a grid looks, however many frames it holds.

    Cells of 224 × 224 with stretched frames are those of the program that the paper's authors
    published. Image models take squares, and cut off the sides of anything else; in a square
    grid of stretched frames nothing is lost.
    """

    side: int = option(
        672,
        "width and height of a grid",
        low=16,
        high=4096,
        unit="px",
        flag="grid-side",
        group="Grids",
    )
    fit: str = option(
        "stretch",
        "frames that are not of their cell's shape: stretch them, show them whole between bars, "
        "or crop them around their middle",
        choices=("stretch", "whole", "crop"),
        flag="grid-fit",
        group="Grids",
    )
    fewer: str = option(
        "repeat",
        "videos with fewer frames than cells: repeat frames, leave the last cells blank, or make "
        "a smaller grid",
        choices=("repeat", "blank", "smaller"),
        flag="grid-fewer",
        group="Grids",
    )

    def of(self, side: int) -> GridOptions:
        """A grid of side × side frames that looks so."""
        return GridOptions(side, side, side=self.side, fit=self.fit, fewer=self.fewer)


@dataclass(frozen=True)
class GridOptions(GridLook):
    """How a grid looks, and how many frames it holds."""

    rows: int = option(3, "frames below one another", low=1, high=16, flag="grid-rows")
    columns: int = option(3, "frames beside one another", low=1, high=16, flag="grid-columns")

    @property
    def cells(self) -> int:
        """How many frames it holds."""
        return self.rows * self.columns


def grid_image(images: Sequence[Image], options: GridOptions | None = None) -> Image:
    """A grid of frames, read like a page: along the rows, from the top.

    The paper does not say what becomes of videos with fewer frames than cells; the program that
    its authors published makes a 2 × 2 grid of four clusters of them, which `smaller` does.

    Args:
        images: in order of time, RGB, uint8 H×W×3, at least one, at most one a cell.
        options: how it looks.

    Returns:
        RGB, uint8 side×side×3.

    Raises:
        ValueError: there is no image, or there are more than cells.
    """
    chosen = options or GridOptions()
    rows, columns = layout(len(images), chosen)
    out = np.zeros((chosen.side, chosen.side, 3), np.uint8)
    down, across = _edges(rows, chosen.side), _edges(columns, chosen.side)
    places = [(y, x) for y in pairwise(down) for x in pairwise(across)]
    shown = placed(len(images), rows * columns, repeat=chosen.fewer == "repeat")
    for ((top, bottom), (left, right)), which in zip(places, shown, strict=False):
        cell = out[top:bottom, left:right]
        _paste(np.asarray(images[which], np.uint8), cell, chosen.fit)
    return out


def mirrored(image: Image, columns: int = 1) -> Image:
    """A grid whose frames are all mirrored, left to right, each in its own cell.

    Args:
        image: of `grid_image`, or any other.
        columns: cells beside one another.

    Returns:
        RGB, uint8, of the same size.
    """
    cells = pairwise(_edges(columns, image.shape[1]))
    return np.concatenate([image[:, left:right][:, ::-1] for left, right in cells], axis=1)


def layout(count: int, options: GridOptions) -> tuple[int, int]:
    """Rows and columns for a number of frames.

    Raises:
        ValueError: there is no frame, or there are more than cells.
    """
    if not 1 <= count <= options.cells:
        raise ValueError(f"{count} frames do not go into a grid of {options.cells}")
    rows, columns = options.rows, options.columns
    while options.fewer == "smaller" and rows * columns > count:
        # squares stay squares, and one row stays one row
        rows, columns = (
            rows - (rows >= columns and rows > 1),
            columns - (columns >= rows and columns > 1),
        )
    return rows, columns


def placed(count: int, cells: int, *, repeat: bool = True) -> list[int]:
    """Which frame is in which cell, in order.

    Args:
        count: frames, at least one. Where there are more than cells they are thinned out evenly.
        cells: of the grid.
        repeat: fewer frames than cells stay longer, each as often as any other give or take one;
            else the list is shorter than `cells`.
    """
    if count < cells and not repeat:
        return list(range(count))
    return [cell * count // cells for cell in range(cells)]


def _edges(parts: int, side: int) -> list[int]:
    return [round(part * side / parts) for part in range(parts + 1)]


def _paste(image: Image, cell: npt.NDArray[np.uint8], fit: str) -> None:
    """Put a frame into a part of the grid."""
    height, width = cell.shape[:2]
    high, wide = image.shape[:2]
    if fit == "crop":
        scale = max(height / high, width / wide)
        h, w = min(high, round(height / scale)), min(wide, round(width / scale))
        top, left = (high - h) // 2, (wide - w) // 2
        image = image[top : top + h, left : left + w]
    elif fit == "whole":
        scale = min(height / high, width / wide)
        h, w = (max(1, min(a, round(b * scale))) for a, b in ((height, high), (width, wide)))
        top, left = (height - h) // 2, (width - w) // 2
        cell = cell[top : top + h, left : left + w]
    cell[:] = _resized(image, cell.shape[1], cell.shape[0])


def _resized(image: Image, width: int, height: int) -> Image:
    shrinks = width <= image.shape[1] and height <= image.shape[0]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.asarray(
        cv2.resize(np.ascontiguousarray(image), (width, height), interpolation=how), np.uint8
    )
