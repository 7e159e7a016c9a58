"""Pictures of a film as numbers that stay nearly the same when the film is copied.

A strip (`strips`) is freed of its bars. Its pictures, or equal parts of them, are brought to a
square of few points, and what changes slowly across the square is taken away: light and colour
of a copy differ there most, and so does by chance what is no copy least. What is left has the
length 1, so that the product of two is their correlation.

A mirror turns the square round; a part of the picture is another square. Which part, of which
of the two videos, is found by `copies_registration`.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from functools import lru_cache
from typing import Final, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from scenewise.collection.strips import Strip

Pictures = npt.NDArray[np.float32]

GRID: Final = 24
"""Points along a side of the square."""

_SHORT: Final = 20
"""Frames that say how a whole video is changed."""

_SLOW: Final = 0.21
"""Of the side: the spread of the blur that is taken away."""

_FLAT: Final = 3.0
"""Grey levels: a picture that varies less shows nothing, and its noise would be enlarged."""

_EVEN: Final = 14.0
"""Grey levels that the points of a bar differ at most, noise of encoding included."""

_ODD: Final = 2.0
"""Per cent of the points of a bar that may differ more."""

_MOST_BAR: Final = 0.42
"""Share of the picture that a bar may take on one side."""


class Box(NamedTuple):
    """A part of a picture, in shares of its sides, from its upper left corner."""

    top: float = 0.0
    bottom: float = 1.0
    left: float = 0.0
    right: float = 1.0

    @property
    def area(self) -> float:
        """Its share of the picture."""
        return (self.bottom - self.top) * (self.right - self.left)

    def within(self, outer: Box) -> Box:
        """This part of a part, as a part of the whole."""
        high, wide = outer.bottom - outer.top, outer.right - outer.left
        return Box(
            outer.top + self.top * high,
            outer.top + self.bottom * high,
            outer.left + self.left * wide,
            outer.left + self.right * wide,
        )


WHOLE: Final = Box()


class Print:
    """A video as far as its copies are told from it.

    Args:
        strip: its pictures.
        duration: seconds; not before the last picture.
    """

    def __init__(self, strip: Strip, duration: float) -> None:
        last = float(strip.time[-1]) if len(strip) else 0.0
        self.time = strip.time
        self.duration = max(duration, last)
        self._pictures = strip.pictures
        self._views: dict[tuple[Box, bool, int], Pictures] = {}
        self._short: Print | None = None
        self.box = unbarred(strip.pictures) if len(strip) else WHOLE
        high, wide = strip.pictures.shape[1:] if len(strip) else (1, 1)
        self.aspect = (
            (self.box.right - self.box.left)
            * wide
            / max((self.box.bottom - self.box.top) * high, 1e-6)
        )

    def __len__(self) -> int:
        return len(self.time)

    @property
    def short(self) -> Print:
        """The same video with no more frames than it takes to see how it is changed."""
        if self._short is None:
            self._short = self.some(spread(len(self), _SHORT))
        return self._short

    def some(self, frames: Sequence[int]) -> Print:
        """The same video with only these frames."""
        made = copy(self)
        made.time, made._pictures = self.time[list(frames)], self._pictures[list(frames)]
        made._views, made._short = {}, None
        return made

    def squares(self, part: Box = WHOLE, *, mirrored: bool = False, grid: int = GRID) -> Pictures:
        """A part of each picture as a square, as it is, float32 [n, grid, grid].

        Args:
            part: of the picture without its bars.
            mirrored: turn it round afterwards.
            grid: points along a side.
        """
        high, wide = self._pictures.shape[1:]
        box = part.within(self.box)
        rows = _averaging(high, box.top, box.bottom, grid)
        columns = _averaging(wide, box.left, box.right, grid)
        squares = rows @ self._pictures.astype(np.float32) @ columns.T
        return np.ascontiguousarray(squares[:, :, ::-1]) if mirrored else squares

    def view(self, part: Box = WHOLE, *, mirrored: bool = False, grid: int = GRID) -> Pictures:
        """A part of each picture as a vector of length 1, or 0 where nothing is to be seen,
        float32 [n, grid²]; arguments as of `squares`. What was asked for is kept."""
        key = (part, mirrored, grid)
        if key not in self._views:
            if mirrored and part.left == 1 - part.right:
                plain = self.view(part, grid=grid).reshape(-1, grid, grid)
                self._views[key] = plain[:, :, ::-1].reshape(-1, grid * grid)
            else:
                self._views[key] = normalised(self.squares(part, mirrored=mirrored, grid=grid))
        return self._views[key]

    def forget(self) -> None:
        """Let go of the views."""
        self._views, self._short = {}, None


def spread(count: int, most: int) -> list[int]:
    """At most so many of `count` places, in equal distances."""
    if count <= most:
        return list(range(count))
    return np.unique(np.linspace(0, count - 1, most).round().astype(int)).tolist()


def normalised(squares: Pictures) -> Pictures:
    """Squares without what changes slowly, as vectors of length 1 or 0, float32 [n, grid²]."""
    grid = squares.shape[1]
    blur = _blur(grid)
    rest = squares - blur @ squares @ blur.T
    rest = rest.reshape(len(rest), grid * grid)
    rest = rest - rest.mean(axis=1, keepdims=True)
    length = np.linalg.norm(rest, axis=1, keepdims=True)
    seen = length > _FLAT * grid
    return np.asarray(np.where(seen, rest / np.maximum(length, 1e-6), 0.0), np.float32)


def unbarred(pictures: npt.NDArray[np.uint8]) -> Box:
    """What is left of a film's pictures without bars of one colour that are there all the time.

    Args:
        pictures: grey, uint8 [n, h, w].
    """
    top, bottom = _bars(pictures.swapaxes(0, 1)), _bars(pictures.swapaxes(0, 1)[::-1])
    lines = pictures.transpose(2, 0, 1)
    left, right = _bars(lines), _bars(lines[::-1])
    return Box(top, 1 - bottom, left, 1 - right)


def _bars(lines: npt.NDArray[np.uint8]) -> float:
    """Share of the lines, [lines, n, m] from the edge inwards, that are a bar."""
    count = len(lines)
    colour = float(np.median(lines[0]))
    bar = 0
    while bar < int(count * _MOST_BAR) and _off(lines[bar], colour) <= _EVEN:
        bar += 1
    if not bar or bar == int(count * _MOST_BAR):
        return 0.0  # of a picture that is dark or plain to its middle nothing can be told
    # The line on which a bar ends is bar in part: as much as it is nearer to it than its
    # neighbour within the picture.
    inner = lines[min(bar + 1, count - 1)].astype(np.float32)
    edge = lines[bar].astype(np.float32)
    away = np.abs(inner - colour)
    clear = away > 2 * _EVEN
    if clear.mean() > 0.1:
        share = np.clip(np.abs(edge - colour)[clear] / away[clear], 0, 1)
        return float((bar + 1 - np.median(share)) / count)
    return bar / count


def _off(line: npt.NDArray[np.uint8], colour: float) -> float:
    return float(np.percentile(np.abs(line.astype(np.float32) - colour), 100 - _ODD))


def _averaging(size: int, start: float, end: float, grid: int) -> npt.NDArray[np.float32]:
    """A matrix [grid, size] that averages equal parts of a stretch of points."""
    edges = np.linspace(start * size, max(end, start + 1e-3) * size, grid + 1)
    low, high = edges[:-1, None], edges[1:, None]
    point = np.arange(size)
    # A part that is narrower than a point is widened to one, so that it is interpolated.
    spare = np.maximum(0.0, 1.0 - (high - low)) / 2
    covered = np.minimum(point + 1, high + spare) - np.maximum(point, low - spare)
    weights = np.maximum(covered, 0.0)
    total = weights.sum(axis=1, keepdims=True)
    return np.asarray(weights / np.maximum(total, 1e-9), np.float32)


@lru_cache(maxsize=8)
def _blur(grid: int) -> npt.NDArray[np.float32]:
    """A matrix [grid, grid] that blurs a line of points."""
    unit = np.eye(grid, dtype=np.float32)
    reach = 2 * round(3 * _SLOW * grid) + 1
    blurred = cv2.GaussianBlur(unit, (1, reach), sigmaX=1, sigmaY=_SLOW * grid)
    return np.asarray(blurred, np.float32)
