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
_APART = 0.18  # heights of the writing: from there a gap parts words, not letters
_LIKE = 0.35  # of the contrast of ink and ground, from which a colour is no ground
_PURE = 0.93  # share of a column that is ground where nothing is written
_FLAT = 0.8  # share of pixels between ground and ink in colour, on a board
_EVEN = 0.65  # share of what is no ink that is of nearly one colour, on a board
_NARROW = 0.22  # heights of the writing; a rim that is nearer may be what hides the rest
_UPRIGHT = 0.06  # heights of the writing by which a rim's ends may stand out
_LEAST = 8  # pixels, high and wide, of what can be judged
_ACROSS = 0.12  # heights of the box by which a bar stands out above and below it
_SOLID = 0.97  # share of a bar's column that is no ground
_EMPTY = 0.98  # share of a column between bar and letters that is ground: a letter's arm is thin
_STRAIGHT = 0.03  # heights of the writing by which a bar's side may stand out
_NEAR_BAR = 0.05  # heights of the writing that a bar keeps off what it does not cover
_THIN = 0.25  # told where a letter stops short of the picture's edge by less than letters may part

Numbers = npt.NDArray[Any]


def room_beside(image: Image, box: tuple[float, float, float, float]) -> tuple[float, float]:
    """Clear ground to the left and right of a piece of writing, in heights of its letters.

    Little is told only where something is seen to touch the end or to come near it: a shape that
    is no ground, or the picture's edge where ink reaches it. A bar that is drawn beside writing,
    and what cannot be measured, as over a moving picture, speak for no cut.

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
        return PLENTY, PLENTY
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
    out = int(_ACROSS * tall)
    around = image[max(0, top - out) : bottom + out].astype(np.int16)
    deep = min((right - left) // 2, tall)
    left_at, right_at = max(0, left - beyond), right + beyond
    around_left = np.abs(around[:, left_at : left + deep] - ground).max(axis=2) <= like
    around_right = np.abs(around[:, right - deep : right_at] - ground).max(axis=2) <= like
    # each end is judged by the board at the other one, where nobody stands before it
    if not _is_board(pixels[first:last, deep:], ground, ink):
        room_left = PLENTY
    elif at_left:
        room_left = _room_to_edge(clear[:, : left + inside][:, ::-1], letters)
    elif _has_bar(clear[:, left_at : left + deep][:, ::-1], around_left[:, ::-1], letters):
        room_left = PLENTY
    else:
        room_left = _room(clear[:, left_at : left + inside][:, ::-1], letters)
    if not _is_board(pixels[first:last, : right - left - deep], ground, ink):
        room_right = PLENTY
    elif at_right:
        room_right = _room_to_edge(clear[:, right - inside :], letters)
    elif _has_bar(clear[:, right - deep : right_at], around_right, letters):
        room_right = PLENTY
    else:
        room_right = _room(clear[:, right - inside : right_at], letters)
    return min(room_left, PLENTY), min(room_right, PLENTY)


def _room_to_edge(clear: npt.NDArray[np.bool_], letters: int) -> float:
    """What is told of an end at the picture's edge, which cuts a letter that reaches it.

    Args:
        clear: where there is ground, rows of the letters × columns out to the edge.
        letters: their height, pixels.
    """
    pure = clear.mean(axis=0) >= _PURE
    blocked = np.flatnonzero(~pure)
    wide = len(pure) if not blocked.size else len(pure) - 1 - int(blocked[-1])
    if not wide:
        return 0.0
    return PLENTY if wide / letters >= _APART else _THIN


def _has_bar(clear: npt.NDArray[np.bool_], around: npt.NDArray[np.bool_], letters: int) -> bool:
    """Whether a bar stands beside an end, as before names: it is drawn, and hides nothing.

    Readers take it into the box of the writing. It is higher than the letters, its sides are
    upright, and ground parts it from them.

    Args:
        clear: where there is ground, rows of the letters × columns outwards.
        around: the same of more rows, from above to below the writing.
        letters: their height, pixels.
    """
    solid = np.concatenate([[False], (~around).mean(axis=0) >= _SOLID, [False]]).astype(np.int8)
    edges = np.diff(solid)
    starts, ends = np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist()
    for start, end in zip(starts, ends, strict=True):
        pure = clear[:, :start].mean(axis=0) >= _EMPTY
        # a column or two on both sides are between the colours
        near = np.flatnonzero(pure[max(0, start - 2) :])
        if not near.size or end - start < 2:
            continue
        stop = max(0, start - 2) + int(near[-1]) + 1
        blocked = np.flatnonzero(~pure[:stop])
        gap = stop - (int(blocked[-1]) + 1 if blocked.size else 0)
        side = (~around[:, stop : start + 1]).argmax(axis=1)
        low, high = np.percentile(side, (5, 95))
        if gap >= max(2.0, _NEAR_BAR * letters) and high - low <= max(1.0, _STRAIGHT * letters):
            return True
    return False


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


def _room(clear: npt.NDArray[np.bool_], letters: int) -> float:
    """The widest clear ground towards an end, in heights of the letters; plenty where a straight
    upright rim ends it, as that of a board does.

    Args:
        clear: where there is ground, rows of the letters × columns outwards.
        letters: their height, pixels.
    """
    pure = clear.mean(axis=0) >= _PURE
    edges = np.flatnonzero(np.diff(np.concatenate([[0], pure.astype(np.int8), [0]])))
    if not edges.size:
        return 0.0
    widths = edges[1::2] - edges[::2]
    best = int(np.argmax(widths))
    room = float(widths[best] / letters)
    start, end = int(edges[2 * best]), int(edges[2 * best + 1])
    if room < _NARROW or end == clear.shape[1]:
        return room
    # where each row ends, from the last column in which all is ground
    beyond = ~clear[:, (start + end) // 2 :]
    ends = np.where(beyond.any(axis=1), beyond.argmax(axis=1), clear.shape[1])
    low, high = np.percentile(ends, (10, 90))
    return PLENTY if high - low <= max(2.0, _UPRIGHT * letters) else room
