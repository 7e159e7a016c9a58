"""What a small picture tells about a frame: is it blank, faded, sharp; what it looks like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from scenewise.core.media_types import Image

Vector = npt.NDArray[np.float32]

GRID: Final = 8
"""The layout has this many cells across and down."""

_THUMB: Final = 32, 18
"""Cells of the thumbnail by which writing and fades are recognised."""

_STANDS_OUT: Final = 24
"""Levels off the common colour at which a pixel is something to see. Compression noise and
grain on black stay under 12; the faintest legible title measured was at 40."""

_BLANK: Final = 0.0012
"""Share of such pixels under which there is nothing to see: 44 of 256×144. One short word of a
title card covers 0.3 %."""

_SPARSE: Final = 0.15
"""Share of such pixels up to which a picture on an even ground is a card: titles, slides."""

_FAINT: Final = 0.7
"""Share of another picture's contrast under which a like picture is a fade of it."""

_EVEN: Final = 6
"""Levels off the common colour that still are the even ground of a card."""


@dataclass(frozen=True, slots=True)
class Look:
    """Measures of one frame.

    Args:
        layout: mean colour of 8×8 cells in CIE Lab, scaled so that the Euclidean distance of
            two layouts is the root mean square colour difference (ΔE) of their cells, [192].
        writing: what stands on a card, whose layout says little: the thumbnail's luma, centred
            and of unit length; all zero for a picture that is no card, [576].
        thumb: luma of a thumbnail, uint8 18×32.
        lit: indices of its cells that are not black, nor at the edge of a black bar.
        contrast: standard deviation of the luma, levels.
        sharpness: variance of the Laplacian of the luma.
        filled: share of the picture that stands out from its common colour, 0 to 1.
    """

    layout: Vector
    writing: Vector
    thumb: npt.NDArray[np.uint8]
    lit: npt.NDArray[np.intp]
    contrast: float
    sharpness: float
    filled: float

    @property
    def blank(self) -> bool:
        """One colour all over: black, white, a deep fade. A title card is not blank."""
        return self.filled < _BLANK

    @property
    def card(self) -> bool:
        """Little on an even ground: a title, a slide."""
        return bool(self.writing.any())


def look(picture: Image, detail: Image | None = None) -> Look:
    """Measure a frame.

    Args:
        picture: RGB, the longest side about 256 pixels.
        detail: a larger version to judge sharpness by; `picture` itself when absent.
    """
    luma = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    fine = luma if detail is None else cv2.cvtColor(detail, cv2.COLOR_RGB2GRAY)
    thumb = np.asarray(cv2.resize(luma, _THUMB, interpolation=cv2.INTER_AREA), np.uint8)
    filled, even = _coverage(picture)
    writing = np.zeros(thumb.size, np.float32)
    if _BLANK <= filled <= _SPARSE and even >= 0.8:
        writing = thumb.reshape(-1) - np.float32(thumb.mean())
        writing /= max(float(np.linalg.norm(writing)), 1e-6)
    _, spread = cv2.meanStdDev(luma)
    _, edges = cv2.meanStdDev(cv2.Laplacian(fine, cv2.CV_16S))
    return Look(
        layout(picture),
        writing,
        thumb,
        _lit(thumb),
        float(spread[0, 0]),
        float(edges[0, 0]) ** 2,
        filled,
    )


def _lit(thumb: npt.NDArray[np.uint8]) -> npt.NDArray[np.intp]:
    lit = thumb > 20
    within = cv2.erode(lit.astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.flatnonzero(within if np.count_nonzero(within) >= 12 else lit)


def layout(picture: Image) -> Vector:
    """Mean colour of 8×8 cells, [192]; see `Look`."""
    cells = cv2.resize(picture, (GRID, GRID), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(cells.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    return np.asarray(lab.reshape(-1) / GRID, np.float32)


def is_blank(picture: Image) -> bool:
    """Whether hardly a pixel stands out from the picture's common colour.

    Args:
        picture: RGB, uint8 H×W×3, the longest side about 256 pixels.
    """
    return _coverage(picture)[0] < _BLANK


def _coverage(picture: Image) -> tuple[float, float]:
    """Shares of the picture that stand out from its common colour, and that lie at it."""
    picture = _inside_bars(picture)
    # each colour in a row of its own, which is three times as fast as down the columns
    common = np.median(np.ascontiguousarray(picture.reshape(-1, 3)[::7].T), axis=1)

    def within(levels: int) -> float:
        low, high = (np.clip(common + d, 0, 255) for d in (-levels, levels))
        return cv2.countNonZero(cv2.inRange(picture, low, high)) / (picture.size / 3)

    return 1.0 - within(_STANDS_OUT), within(_EVEN)


def _inside_bars(picture: Image) -> Image:
    """The picture without black bars at its edges, if half of it or more is left: on a card
    nearly all is black and nothing is a bar."""
    luma = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    rows = np.flatnonzero(luma.max(axis=1) >= _STANDS_OUT)
    columns = np.flatnonzero(luma.max(axis=0) >= _STANDS_OUT)
    if len(rows) == 0:
        return picture
    inside = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return inside if 2 * inside.size >= picture.size else picture


def change(before: Image, after: Image) -> float:
    """Mean difference of two pictures, levels."""
    return float(np.mean(cv2.mean(cv2.absdiff(before, after))[:3]))


def faded(look: Look, others: Sequence[Look]) -> bool:
    """Whether a picture is a fainter version of one of `others`.

    Compared over what is not black in the other, so that letterbox bars, which are the same
    in all pictures of a film, do not count as likeness.
    """
    for other in others:
        lit = other.lit
        if len(lit) >= 12 and _fainter(look.thumb.flat[lit], other.thumb.flat[lit]):
            return True
    return False


def _fainter(a: npt.NDArray[np.uint8], b: npt.NDArray[np.uint8]) -> bool:
    x, y = a - a.mean(), b - b.mean()
    own, full = float(np.linalg.norm(x)), float(np.linalg.norm(y))
    return 0 < own < _FAINT * full and float(x @ y) > 0.85 * own * full


def overlay_only(picture: Image, others: Sequence[Image]) -> bool:
    """Whether all that stands on a card also stands on the pictures around it: a watermark or
    a station's logo over black.

    Args:
        picture: RGB, a card.
        others: RGB, the same size, key frames around it that are no cards.
    """
    if len(others) < 2:
        return False
    mine = _relief(picture)
    where = cv2.dilate((np.abs(mine) > 12).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    if not where.any():
        return False
    mine = mine[where] - mine[where].mean()
    shared = 0
    for other in others:
        theirs = _relief(other)[where]
        theirs = theirs - theirs.mean()
        norm = float(np.linalg.norm(mine) * np.linalg.norm(theirs))
        shared += norm > 0 and float(mine @ theirs) / norm > 0.35
    return 3 * shared >= 2 * len(others)


def _relief(picture: Image) -> Vector:
    """The luma less its surroundings."""
    luma = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return np.asarray(luma - cv2.GaussianBlur(luma, (0, 0), 4), np.float32)
