"""How much clear ground there is beside a piece of writing: little where it is cut.

Writing that somebody stands before, or that the picture's edge cuts, is read as if it ended there.
Beyond the last letter of what is whole there is ground: a board's rim, or the page. That can be
told only where the ground is of one colour; over a moving picture a tree may begin anywhere.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scenewise.core.media_types import Image

PLENTY: Final = 1.0
"""The most that is told, and what is told where nothing is known."""

_INSIDE, _BEYOND = 0.25, 0.5  # heights of the box, on both sides of its end, that are looked at
_AT_EDGE = 0.25  # heights of the box from the picture's edge within which its end is at the edge
_BLANK = 0.5  # heights of the writing: from there a gap parts words, not letters
_LIKE = 0.35  # of the contrast of ink and ground, from which a colour is no ground
_PURE = 0.93  # share of a column that is ground where nothing is written
_FLAT = 0.8  # share of pixels between ground and ink in colour, on a board
_EVEN = 0.65  # share of what is no ink that is of nearly one colour, on a board
_NARROW = 0.22  # heights of the writing; a rim that is nearer may be what hides the rest
_UPRIGHT = 0.06  # heights of the writing by which a rim's ends may stand out
_LEAST = 8  # pixels, high and wide, of what can be judged

Numbers = npt.NDArray[Any]


def room_beside(image: Image, box: tuple[float, float, float, float]) -> tuple[float, float]:
    """Clear ground to the left and right of a piece of writing, in heights of its letters.

    Less than a fifth is less than parts two words: the letters go on behind what comes there. On
    signs drawn for the purpose, 97 of 100 ends that the picture's edge cuts have so little, 73 of
    100 that somebody hides, and 3 of 100 that nothing comes near; and so have 3 of 100 of titles
    over moving pictures, which have no ground of their own.

    Args:
        image: uint8 H×W×3 RGB.
        box: left, top, right, bottom in pixels.

    Returns:
        Each from 0 to `PLENTY`, which also stands for what cannot be told.
    """
    high, wide = image.shape[:2]
    left, top = max(0, int(box[0])), max(0, int(box[1]))
    right, bottom = min(wide, int(np.ceil(box[2]))), min(high, int(np.ceil(box[3])))
    tall = bottom - top
    if tall < _LEAST or right - left < _LEAST:
        return PLENTY, PLENTY
    pixels = image[top:bottom, left:right].astype(np.int16)
    at_left, at_right = left < _AT_EDGE * tall, wide - right < _AT_EDGE * tall
    colours = _ground_and_ink(pixels)
    if colours is None:
        return (0.0 if at_left else PLENTY), (0.0 if at_right else PLENTY)
    ground, ink = colours
    contrast = float(np.abs(ground - ink).max())
    like = max(12.0, _LIKE * contrast)
    first, last = _letters(np.abs(pixels - ground).max(axis=2) > like)
    letters = last - first
    if letters < _LEAST // 2:
        return PLENTY, PLENTY
    trim = letters // 10
    rows = image[top + first + trim : top + last - trim].astype(np.int16)
    clear = np.abs(rows - ground).max(axis=2) <= like
    inside, beyond = int(_INSIDE * tall), int(_BEYOND * tall)
    room_left = _room(clear[:, max(0, left - beyond) : left + inside][:, ::-1], letters, at_left)
    room_right = _room(clear[:, max(0, right - inside) : right + beyond], letters, at_right)
    # each end is judged by the board at the other one, where nobody stands before it
    off = min((right - left) // 2, tall)
    told_left = _is_board(pixels[first:last, off:], ground, ink)
    told_right = _is_board(pixels[first:last, : right - left - off], ground, ink)
    return _told(room_left, told_left, at_left), _told(room_right, told_right, at_right)


def _told(room: float, board: bool, at_edge: bool) -> float:
    if at_edge and (not board or room < _BLANK):
        return 0.0
    return min(room, PLENTY) if board else PLENTY


def _ground_and_ink(pixels: Numbers) -> tuple[Numbers, Numbers] | None:
    """The colours of ground and ink, [3] each; None where there is one colour only.

    Ground is what there is more of above and below the letters and in their midst.
    """
    tall = len(pixels)
    rim = tall // 20
    near = max(rim + 1, round(0.13 * tall))
    grey = pixels.mean(axis=2)
    light = grey > _threshold(grey[rim : tall - rim])
    around = np.concatenate([light[rim:near], light[tall - near : tall - rim]])
    among = light[tall // 4 : tall - tall // 4]
    lit = bool(around.mean() + among.mean() > 1.0)
    is_ground = light == lit
    middle = is_ground[rim : tall - rim]
    if is_ground.all() or not middle.any():
        return None
    ground = np.median(pixels[rim : tall - rim][middle], axis=0)
    return ground, np.median(pixels[~is_ground], axis=0)


def _threshold(grey: Numbers) -> float:
    """The grey that parts light from dark best (Otsu 1979)."""
    counts = np.bincount(grey.astype(np.int64).ravel(), minlength=256).astype(np.float64)
    below = counts.cumsum()
    sums = (counts * np.arange(256)).cumsum()
    parted = below * (below[-1] - below)
    apart = (sums[-1] * below / below[-1] - sums) ** 2
    return float(np.argmax(np.where(parted > 0, apart / np.maximum(parted, 1.0), -1.0)))


def _letters(inked: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """The rows of the letters: those about the middle that hold ink, but are no line."""
    share = inked.mean(axis=1)
    held = (share > 0.06) & (share < 0.85)
    middle = len(held) // 2
    if not held[middle]:
        found = np.flatnonzero(held)
        if not found.size:
            return 0, 0
        middle = int(found[np.argmin(np.abs(found - middle))])
    first, last = middle, middle + 1
    while first > 0 and held[first - 1]:
        first -= 1
    while last < len(held) and held[last]:
        last += 1
    return first, last


def _is_board(pixels: Numbers, ground: Numbers, ink: Numbers) -> bool:
    """Whether writing stands on a ground of one colour."""
    if not pixels.size:
        return False
    towards = (ink - ground).astype(np.float64)
    contrast = float(np.abs(towards).max())
    share = ((pixels - ground) @ towards) / max(1e-6, float(towards @ towards))
    share = np.clip(share, 0.0, 1.1)
    off = np.abs(pixels - (ground + share[..., None] * towards)).max(axis=2)
    flat = float((off <= max(20.0, 0.2 * contrast)).mean())
    # in grey: films are stored with a quarter of their colours, which letters then smear
    even = float((np.abs((pixels - ground).mean(axis=2)) <= max(8.0, 0.06 * contrast)).mean())
    return flat >= _FLAT and even >= _EVEN * float((share < 0.5).mean())


def _room(clear: npt.NDArray[np.bool_], letters: int, at_edge: bool) -> float:
    """The widest clear ground towards an end, in heights of the letters; plenty where a straight
    upright rim ends it, as that of a board does.

    Args:
        clear: where there is ground, rows of the letters × columns outwards.
        letters: their height, pixels.
        at_edge: of the picture, where an upright may be that of the next letter.
    """
    pure = clear.mean(axis=0) >= _PURE
    edges = np.flatnonzero(np.diff(np.concatenate([[0], pure.astype(np.int8), [0]])))
    if not edges.size:
        return 0.0
    widths = edges[1::2] - edges[::2]
    best = int(np.argmax(widths))
    room = float(widths[best] / letters)
    start, end = int(edges[2 * best]), int(edges[2 * best + 1])
    if at_edge or room < _NARROW or end == clear.shape[1]:
        return room
    # where each row ends, from the last column in which all is ground
    beyond = ~clear[:, (start + end) // 2 :]
    ends = np.where(beyond.any(axis=1), beyond.argmax(axis=1), clear.shape[1])
    low, high = np.percentile(ends, (10, 90))
    return PLENTY if high - low <= max(2.0, _UPRIGHT * letters) else room
