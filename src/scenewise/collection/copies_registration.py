"""Which part of which of two videos shows what the other shows, and whether as in a mirror.

Whoever copies a video changes all of its pictures in the same way. So one part and one turn
must do for several pairs of pictures at once, which chance does not bring about: they are
looked for together, first among equal parts of the middle, then at any place and size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from scenewise.collection.copies_prints import WHOLE, Box, Pictures, Print, normalised

MIDDLES: Final = (1.0, 0.9, 0.8, 0.7)
"""Shares of the sides of middle parts that are compared first."""

_WORTH: Final = 0.5
"""Correlation, of the frames most alike, from which a place is looked for."""

_SETTLED: Final = 0.9
"""Correlation from which no other place is looked for."""

_PROMISING: Final = 0.72
"""Correlation from which the place is made exact."""

_EXACT: Final = 0.985
"""Correlation from which the place is exact."""

_ASPECTS: Final = (9 / 16, 1.0, 16 / 9)
"""Width to height in which people post."""

_OTHER: Final = 1.3
"""How far proportions must be apart to be others."""

_PAIRS: Final = 3
"""Pairs of pictures by which a place is looked for."""

_SEARCH: Final = 32
"""Points along a side where a place is looked for."""

_PAD: Final = 3
"""Points by which the part may lie outside: bars are cut off by the point."""

_SIZES: Final = (1.0, 0.92, 0.84, 0.76, 0.68, 0.6, 0.5, 0.4, 0.32)
"""Shares of the sides that a part may have."""

_BENT: Final = 1.3
"""How far a copy's sides may be out of proportion."""

_COVERED: Final = 6.0
"""How many times more than most a point differs that is covered."""

_LEAST_OFF: Final = 0.02
"""What it differs at least, of vectors of length 1."""

_MOST_COVERED: Final = 0.2
"""Share of the picture that may be covered."""

_STEPS: Final = (0.03, 0.015)
"""By which the borders of the part are moved at the end."""


@dataclass(frozen=True, eq=False)
class Registration:
    """How the pictures of two videos lie on each other.

    Args:
        part_a, part_b: what both show, of the picture of each without its bars.
        mirrored: whether b is turned round.
        a, b: vectors of the frames so placed, float32 [n, d], of length 1 or 0.
        score: mean correlation of the frames most alike.
    """

    part_a: Box
    part_b: Box
    mirrored: bool
    a: Pictures
    b: Pictures
    score: float


class _Place(NamedTuple):
    part_a: Box
    part_b: Box
    mirrored: bool


def registered(a: Print, b: Print) -> Registration | None:
    """How two videos lie on each other; None where they are not alike in any way.

    Args:
        a, b: of both some frames are there.
    """
    some_a, some_b = a.short, b.short
    places = list(_places(a, b))
    tried = [_tried(some_a, some_b, place) for place in places]
    best = max(tried, key=lambda one: one.score)
    if best.score < _WORTH:
        return None
    if best.score < _SETTLED:
        for mirrored in (False, True):
            known = max(
                (one for one in tried if one.mirrored == mirrored), key=lambda one: one.score
            )
            if known.score < max(_WORTH, best.score - 0.05):
                continue
            found = _searched(some_a, some_b, known)
            if found is not None and found.score > best.score:
                best = found
    if _PROMISING <= best.score < _EXACT:
        best = _refined(some_a, some_b, best)
    cover = _covered(best)
    best = _tried(a, b, _Place(best.part_a, best.part_b, best.mirrored))
    if cover is None:
        return best
    own, other = _without(best.a, cover), _without(best.b, cover)
    return replace(best, a=own, b=other, score=_score(own @ other.T))


def _covered(found: Registration) -> npt.NDArray[np.bool_] | None:
    """Which points differ far more than others in all pairs: a logo or a line of words was put
    over them; None where there are none, or too many."""
    rows, columns = _pairs(found)
    if len(rows) < 2:
        return None
    off = np.abs(found.a[rows] - found.b[columns]).min(axis=0)
    covered = np.asarray(off > max(_COVERED * float(np.median(off)), _LEAST_OFF), np.bool_)
    return covered if 0 < covered.mean() <= _MOST_COVERED else None


def _without(vectors: Pictures, covered: npt.NDArray[np.bool_]) -> Pictures:
    """The vectors without some points, of length 1 again; 0 where little else was to be seen."""
    rest = vectors[:, ~covered]
    rest = rest - rest.mean(axis=1, keepdims=True)
    length = np.linalg.norm(rest, axis=1, keepdims=True)
    return np.asarray(np.where(length > 0.25, rest / np.maximum(length, 1e-6), 0), np.float32)


def _places(a: Print, b: Print) -> Iterator[_Place]:
    for mirrored in (False, True):
        for part in parts(a):
            yield _Place(part, WHOLE, mirrored)
        for part in parts(b)[1:]:
            yield _Place(WHOLE, part, mirrored)


def parts(one: Print) -> list[Box]:
    """The parts of a video's picture that are compared first, the whole before others: middle
    parts of its own proportions, and of those in which people post."""
    found = [middle(share) for share in MIDDLES]
    for aspect in _ASPECTS:
        share = aspect / max(one.aspect, 1e-6)
        if share < 1 / _OTHER:
            found.append(middle(1.0)._replace(left=(1 - share) / 2, right=(1 + share) / 2))
        elif share > _OTHER:
            found.append(middle(1.0)._replace(top=(1 - 1 / share) / 2, bottom=(1 + 1 / share) / 2))
    return found


def middle(share: float) -> Box:
    """The middle part of a picture, of so much of its sides."""
    off = (1 - share) / 2
    return Box(off, 1 - off, off, 1 - off)


def _tried(a: Print, b: Print, place: _Place) -> Registration:
    own, other = a.view(place.part_a), b.view(place.part_b, mirrored=place.mirrored)
    return Registration(*place, own, other, _score(own @ other.T))


def _score(alike: npt.NDArray[np.float32]) -> float:
    """Mean correlation of that half of the frames of the shorter video that is most alike."""
    best = np.sort(alike.max(axis=1) if len(alike) <= alike.shape[1] else alike.max(axis=0))
    return float(best[-max(3, len(best) // 2) :].mean())


def _pairs(found: Registration) -> tuple[list[int], list[int]]:
    """Pairs of frames that are most alike, of different moments where there are."""
    alike = found.a @ found.b.T
    rows, columns = [], []
    apart = [max(1, count // (2 * _PAIRS)) for count in alike.shape]
    for _ in range(_PAIRS):
        i, j = np.unravel_index(int(np.argmax(alike)), alike.shape)
        if alike[i, j] <= 0:
            break
        rows.append(int(i))
        columns.append(int(j))
        alike[max(0, i - apart[0]) : i + apart[0] + 1] = -1
        alike[:, max(0, j - apart[1]) : j + apart[1] + 1] = -1
    return rows, columns


def _searched(a: Print, b: Print, known: Registration) -> Registration | None:
    """The place and size of one video in the other at which their frames agree best."""
    mirrored = known.mirrored
    rows, columns = _pairs(known)
    if not rows:
        return None
    own = a.some(rows).squares(grid=_SEARCH)
    other = b.some(columns).squares(grid=_SEARCH, mirrored=mirrored)
    ratio = b.aspect / max(a.aspect, 1e-6)
    in_a, score_a = _placed(own, other, ratio)
    in_b, score_b = _placed(other, own, 1 / max(ratio, 1e-6))
    if score_a >= score_b:
        place = _Place(*_overlap(in_a), mirrored)
    else:
        part_b, part_a = _overlap(in_b)
        place = _Place(part_a, _turned(part_b) if mirrored else part_b, mirrored)
    return _tried(a, b, place)


def _placed(whole: Pictures, part: Pictures, ratio: float) -> tuple[Box, float]:
    """Where pictures lie best in others, and how well.

    Args:
        whole, part: squares [k, grid, grid], pair by pair.
        ratio: of the sides' proportion of the part to that of the whole.
    """
    around = [cv2.copyMakeBorder(x, _PAD, _PAD, _PAD, _PAD, cv2.BORDER_REPLICATE) for x in whole]
    best, found = -1.0, WHOLE
    for tall in _SIZES:
        for wide in _SIZES:
            bent = wide / tall / ratio
            if not 1 / _BENT <= bent <= _BENT:
                continue
            size = (round(wide * _SEARCH), round(tall * _SEARCH))
            scores = sum(
                cv2.matchTemplate(
                    x, cv2.resize(y, size, interpolation=cv2.INTER_AREA), cv2.TM_CCOEFF_NORMED
                )
                for x, y in zip(around, part, strict=True)
            ) / len(part)
            _, score, _, (left, top) = cv2.minMaxLoc(scores)
            # A small part lies well in many places.
            score -= 0.05 * (1 - min(wide, tall))
            if score > best:
                best = score
                found = Box(*((k - _PAD) / _SEARCH for k in (top, top + size[1])),
                            *((k - _PAD) / _SEARCH for k in (left, left + size[0])))  # fmt: skip
    return found, best


def _overlap(box: Box) -> tuple[Box, Box]:
    """What of the whole, and what of the part, is in both, of a part that lies at `box`."""
    high, wide = box.bottom - box.top, box.right - box.left
    whole = Box(max(0.0, box.top), min(1.0, box.bottom), max(0.0, box.left), min(1.0, box.right))
    part = Box(
        (whole.top - box.top) / high,
        (whole.bottom - box.top) / high,
        (whole.left - box.left) / wide,
        (whole.right - box.left) / wide,
    )
    return whole, part


def _turned(box: Box) -> Box:
    """A part of a mirrored picture as a part of the picture."""
    return Box(box.top, box.bottom, 1 - box.right, 1 - box.left)


def _refined(a: Print, b: Print, found: Registration) -> Registration:
    """The same with the borders of the part moved to where the frames agree best."""
    rows, columns = _pairs(found)
    if not rows:
        return found
    some_a, some_b = a.some(rows), b.some(columns)
    into_a = found.part_a.area <= found.part_b.area
    place = _Place(found.part_a, found.part_b, found.mirrored)

    def score(place: _Place) -> float:
        own = normalised(some_a.squares(place.part_a))
        other = normalised(some_b.squares(place.part_b, mirrored=place.mirrored))
        return float((own * other).sum(axis=1).mean())

    best = score(place)
    for step in _STEPS:
        for _ in range(3):
            before = best
            for at in range(4):
                for move in (step, -step):
                    box = list(place.part_a if into_a else place.part_b)
                    box[at] = min(max(box[at] + move, 0.0), 1.0)
                    moved = Box(*box)
                    if min(moved.bottom - moved.top, moved.right - moved.left) < 0.2:
                        continue
                    one = place._replace(part_a=moved) if into_a else place._replace(part_b=moved)
                    value = score(one)
                    if value > best + 1e-4:
                        best, place = value, one
            if best - before < 1e-3:
                break
    refined = _tried(a, b, place)
    return refined if refined.score >= found.score else found
