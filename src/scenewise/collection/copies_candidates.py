"""Pairs of videos that may be copies: those with frames among each other's nearest.

Each video is stood for by a few frames, whole and mirrored on the one side, whole and as middle
parts on the other. A frame votes for the videos of its nearest neighbours with how much they
are alike, so that who shares an opening is outvoted by who shares everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from scenewise.collection.copies_prints import Print, spread
from scenewise.collection.copies_registration import parts
from scenewise.core.progress import Step

_GRID: Final = 10
"""Points along a side of the square: few, as parts of the middle lie a little off."""

_FRAMES: Final = 16
"""That stand for a video."""

_NEIGHBOURS: Final = 48
"""Of a frame, that may vote."""

_LEAST: Final = 0.5
"""Correlation from which a neighbour votes."""

_ENOUGH: Final = 0.4
"""Votes that make a partner."""

_PARTNERS: Final = 16
"""Of a video, that are looked at more closely."""

_BLOCK: Final = 2**24
"""Products held at once."""


def pairs_by_prints(prints: Sequence[Print], step: Step) -> set[tuple[int, int]]:
    """Pairs of places, the lower one first, that are worth a closer look.

    Args:
        prints: the videos.
        step: told of every video.
    """
    shown, owner = _shown(prints)
    if not len(shown):
        return set()
    found: set[tuple[int, int]] = set()
    at_once = max(1, _BLOCK // (2 * _FRAMES * len(shown)))
    places = [place for place, one in enumerate(prints) if len(one)]
    step.advance(len(prints) - len(places))
    for first in range(0, len(places), at_once):
        some = places[first : first + at_once]
        asked = [_asked(prints[place]) for place in some]
        scores = np.concatenate(asked) @ shown.T
        start = 0
        for place, own in zip(some, asked, strict=True):
            block = scores[start : start + len(own)]
            start += len(own)
            for other in _partners(block, owner, place, len(prints)):
                found.add((min(place, other), max(place, other)))
        step.advance(len(some))
    return found


def _partners(
    scores: npt.NDArray[np.float32], owner: npt.NDArray[np.int32], own: int, count: int
) -> list[int]:
    """The videos that most of one's frames vote for.

    Args:
        scores: of its frames, first all plain ones, then all mirrored ones, [2k, m].
        owner: videos of the columns, [m].
        own: its own place.
        count: videos.
    """
    partners: set[int] = set()
    for part in np.split(scores, 2):
        votes = np.zeros(count)
        voters = np.zeros(count, np.int32)
        for row in part:
            near = np.flatnonzero((row >= _LEAST) & (owner != own))
            if len(near) > _NEIGHBOURS:
                near = near[np.argpartition(-row[near], _NEIGHBOURS)[:_NEIGHBOURS]]
            best = np.zeros(count, np.float32)
            np.maximum.at(best, owner[near], row[near] - _LEAST + 0.01)
            votes += best
            voters += best > 0
        votes[(voters < 2) | (votes < _ENOUGH)] = 0
        order = np.argsort(-votes, kind="stable")[:_PARTNERS]
        partners.update(order[votes[order] > 0].tolist())
    return sorted(partners)


def _asked(one: Print) -> npt.NDArray[np.float32]:
    """The frames of a video as they are and mirrored."""
    some = one.some(spread(len(one), _FRAMES))
    return np.concatenate([some.view(grid=_GRID), some.view(grid=_GRID, mirrored=True)])


def _shown(prints: Sequence[Print]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int32]]:
    """The frames of all videos, whole and middle parts, and to which video they belong."""
    rows, owner = [], []
    for place, one in enumerate(prints):
        if not len(one):
            continue
        some = one.some(spread(len(one), _FRAMES))
        views = np.concatenate([some.view(part, grid=_GRID) for part in parts(one)])
        rows.append(views[views.any(axis=1)])
        owner.append(np.full(len(rows[-1]), place, np.int32))
    if not rows:
        return np.empty((0, _GRID * _GRID), np.float32), np.empty(0, np.int32)
    return np.concatenate(rows), np.concatenate(owner)
