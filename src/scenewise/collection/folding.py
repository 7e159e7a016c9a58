"""Results without copies of each other."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np

from scenewise.collection.copies import ChanceLikeness, CopyOptions, chance_likeness, decided
from scenewise.collection.copies_alignment import Track
from scenewise.collection.results import Hit
from scenewise.collection.types import Matrix

_CHANCE: Final[WeakKeyDictionary[Matrix, ChanceLikeness]] = WeakKeyDictionary()
"""What chance is in a matrix, measured once: it takes longer than a search."""


def without_copies(
    hits: Sequence[Hit],
    matrix: Matrix,
    durations: Mapping[str, float],
    limit: int,
    copies: Container[frozenset[str]] = frozenset(),
) -> tuple[Hit, ...]:
    """The hits of which none shows the same footage as a better one, which names it instead.

    Only what was found is compared, so that a search of a large collection stays short.

    Args:
        hits: best first, more than are wanted.
        matrix: of the collection, which says how alike frames are by chance.
        durations: seconds of the videos, by id.
        limit: how many are wanted.
        copies: pairs of ids that are known to be copies (`copies_finding.remembered`); of
            others the vectors tell.
    """
    if len(hits) < 2:
        return tuple(hits)
    if matrix not in _CHANCE:
        _CHANCE[matrix] = chance_likeness(matrix)
    chance, options = _CHANCE[matrix], CopyOptions()
    kept: list[tuple[Hit, Track | None]] = []
    for hit in hits:
        track = _track(matrix, matrix.places.get(hit.id), durations.get(hit.id))
        for place, (better, known) in enumerate(kept):
            if frozenset((better.id, hit.id)) in copies or (
                track is not None and known is not None and decided(known, track, chance, options)
            ):
                kept[place] = (replace(better, copies=(*better.copies, hit.id)), known)
                break
        else:
            if len(kept) < limit:
                kept.append((hit, track))
    return tuple(hit for hit, _ in kept)


def _track(matrix: Matrix, place: int | None, duration: float | None) -> Track | None:
    if place is None:
        return None
    rows = np.flatnonzero(matrix.video == place)
    if not len(rows):
        return None
    rows = rows[np.argsort(matrix.time[rows], kind="stable")]
    times = np.asarray(matrix.time[rows], np.float64)
    last = float(times[-1])
    return Track(times, np.asarray(matrix.vectors[rows]), max(duration or last, last))
