"""The same footage in several videos: re-encoded, cut, sped up, under a logo, mirrored.

Candidates are pairs of videos that have several frames which are neighbours; what decides is
whether the frames lie in the same order at a steady speed (`copies_alignment`).

How alike two frames of different videos are by chance depends on the model and on the
collection, so it is measured there: z is the distance of atanh(cosine) from its median over
frames of different videos, in units of its upper spread. (Cosines end at 1, which squeezes
their upper tail; their inverse hyperbolic tangents do not, as in Fisher's transformation.)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from scenewise.collection.copies_alignment import Alignment, Reals, Track, Vectors, align
from scenewise.collection.copies_prints import Box
from scenewise.collection.types import Matrix
from scenewise.core.options import Checked, option

_BLOCK: Final = 1024
"""Frames whose neighbours are sought at a time."""

_NEIGHBOURS: Final = 64
"""Of a frame, that count at most."""

_PAIRS: Final = 100_000
"""Pairs of frames from which chance is measured."""

_CROPPED: Final = 0.88
"""Share of a picture under which it is called cropped."""

_OTHER_SPEED: Final = 0.08
"""Seconds in a second by which another speed differs from the own."""

_PART: Final = 0.85
"""Share of a video under which it is a part that is the same."""

_UPPER: Final = ((0.8413, 1.0), (0.9772, 2.0), (0.99, 2.326))
"""Quantiles, and how many spreads of a normal distribution they lie above the median."""

_ALMOST: Final = 1.0 - 1e-6
"""Cosines of equal frames, which rounding lifts over 1, are taken for this."""


@dataclass(frozen=True)
class CopyOptions(Checked):
    """How much it takes to call two videos copies."""

    loose: float = option(
        3.0, "spreads above chance from which frames may show the same", low=0, high=20
    )
    sure: float = option(
        4.0, "spreads above chance that the frames must reach on average", low=0, high=20
    )
    same: float = option(
        0.99, "mean cosine from which nothing needs to change in the two", low=-1, high=1
    )
    change: float = option(0.4, "agreement of what changes in the two videos", low=-1, high=1)
    frames: int = option(3, "frames in order that must agree", low=2, high=100)
    order: float = option(0.5, "share of the frames alike that must be in order", low=0, high=1)
    part: float = option(0.3, "share of either video that must be the same", low=0, high=1)
    whole: float = option(
        0.75, "that share where only the beginnings or the ends agree", low=0, high=1
    )


@dataclass(frozen=True)
class Copy:
    """Two videos with the same footage: `time in a = offset + speed · time in b`.

    Args:
        a, b: their ids; b is the one of which more is the same.
        offset: seconds of a at which b begins; may be negative.
        speed: seconds of a in a second of b.
        share_a, share_b: how much of each is the same, 0 to 1.
        mirrored: whether b shows it as in a mirror; None where that was not looked at.
        frames: how many pairs of frames agree in order.
        likeness: of those, on average: their correlation where pictures were compared, spreads
            above chance where vectors were.
        by: what was compared.
        parts: what both show, of the picture of a and of b without bars; None where that was
            not looked at.
    """

    a: str
    b: str
    offset: float
    speed: float
    share_a: float
    share_b: float
    mirrored: bool | None
    frames: int
    likeness: float
    by: Literal["pictures", "vectors"] = "vectors"
    parts: tuple[Box, Box] | None = None

    @property
    def changes(self) -> tuple[str, ...]:
        """What was done to one of the two, in words; empty where nothing is known of it."""
        found = ["mirrored"] if self.mirrored else []
        if self.parts is not None and min(part.area for part in self.parts) < _CROPPED:
            found.append("cropped")
        if abs(self.speed - 1) > _OTHER_SPEED:
            found.append("other speed")
        if min(self.share_a, self.share_b) < _PART:
            found.append("part")
        return tuple(found)

    @property
    def turned(self) -> Copy:
        """The same told from the other side."""
        return replace(
            self,
            a=self.b,
            b=self.a,
            offset=-self.offset / self.speed,
            speed=1 / self.speed,
            share_a=self.share_b,
            share_b=self.share_a,
            parts=None if self.parts is None else (self.parts[1], self.parts[0]),
        )


@dataclass(frozen=True)
class CopyGroup:
    """Videos that are joined by common footage. A compilation joins what it is made of.

    Args:
        ids: in the order of the collection.
        pairs: what was found between them, the most alike first.
    """

    ids: tuple[str, ...]
    pairs: tuple[Copy, ...]


class ChanceLikeness(NamedTuple):
    """What atanh(cosine) of frames of different videos is by chance."""

    middle: float
    spread: float

    def z(self, cosines: npt.ArrayLike) -> Reals:
        """How many spreads cosines lie above chance."""
        known = np.arctanh(np.clip(np.asarray(cosines, np.float64), -_ALMOST, _ALMOST))
        return np.asarray((known - self.middle) / self.spread)

    def cosine(self, z: float) -> float:
        """The cosine that lies so many spreads above chance."""
        return float(np.tanh(self.middle + z * self.spread))


def find_copies(
    matrix: Matrix,
    durations: Mapping[str, float],
    *,
    mirrored: Vectors | None = None,
    finer: Callable[[str], Track] | None = None,
    options: CopyOptions | None = None,
) -> tuple[CopyGroup, ...]:
    """Groups of videos with the same footage.

    Args:
        matrix: of the collection.
        durations: seconds, by id; a video that is missing ends with its last frame.
        mirrored: vectors of the frames of `matrix` as in a mirror, float32 [n, d]; without
            them mirrored copies are found only where the model does not mind.
        finer: gives more frames of a video by its id, by the same model; then these decide on
            the pairs that `matrix` proposes. Not used for mirrored pairs.
        options: how much it takes.

    Returns:
        The groups in the order of the collection.
    """
    options = options or CopyOptions()
    if len(matrix.ids) < 2:
        return ()
    chance = chance_likeness(matrix)
    tracks = _tracks(matrix, durations, matrix.vectors)
    fine: dict[int, Track] = {}

    def track(video: int) -> Track:
        if finer is None:
            return tracks[video]
        if video not in fine:
            fine[video] = finer(matrix.ids[video])
        return fine[video]

    found: dict[tuple[int, int], Copy] = {}
    seen_mirrored = None if mirrored is None else False
    least = chance.cosine(options.loose)
    for a, b in _candidates(matrix, matrix.vectors, least, options.frames):
        copy = decided(track(a), track(b), chance, options)
        if copy is not None:
            found[a, b] = named(matrix.ids[a], matrix.ids[b], copy, seen_mirrored)
    if mirrored is not None:
        turned = _tracks(matrix, durations, mirrored)
        for a, b in _candidates(matrix, mirrored, least, options.frames):
            copy = decided(tracks[a], turned[b], chance, options)
            known = found.get((a, b))
            if copy is not None and (known is None or copy.likeness > known.likeness):
                found[a, b] = named(matrix.ids[a], matrix.ids[b], copy, True)
    return grouped(matrix.ids, found)


def decided(a: Track, b: Track, chance: ChanceLikeness, options: CopyOptions) -> Alignment | None:
    """How one video lies in another, if they are copies.

    Args:
        a, b: the videos; of neither frame and duration is missing.
        chance: how alike frames are that have nothing to do with each other.
        options: how much it takes.
    """
    # Measured from `loose`, so that what is over 0 votes; turned back at the end.
    measure = chance.z(a.vectors @ b.vectors.T) - options.loose
    needed = min(options.frames, max(2, min(len(a.time), len(b.time))))
    best = np.sort(measure.max(axis=1))[-needed:]
    if best.mean() + options.loose < options.sure:
        return None  # no line can do better
    found = align(a, b, measure)
    if found is None:
        return None
    found = found._replace(likeness=found.likeness + options.loose)
    share = max(found.share_a, found.share_b)
    if (
        found.frames < needed
        or found.order < options.order
        or found.likeness < options.sure
        or share < (options.whole if found.anchored else options.part)
    ):
        return None
    # Two still shots of one place look alike at all times, whatever their order.
    if found.change < options.change and found.cosine < options.same:
        return None
    return found


def chance_likeness(matrix: Matrix) -> ChanceLikeness:
    """How alike frames of different videos of a collection are."""
    rng = np.random.default_rng(0)  # pairs for a measurement; any will do
    count = len(matrix.vectors)
    left = rng.integers(count, size=_PAIRS)
    right = rng.integers(count, size=_PAIRS)
    other = matrix.video[left] != matrix.video[right]
    left, right = left[other], right[other]
    cosines = np.concatenate(
        [
            np.einsum("nd,nd->n", matrix.vectors[i], matrix.vectors[j])
            for i, j in zip(np.array_split(left, 32), np.array_split(right, 32), strict=True)
        ]
    )
    if not len(cosines):
        return ChanceLikeness(0.0, 1.0)
    known = np.arctanh(np.clip(cosines.astype(np.float64), -_ALMOST, _ALMOST))
    middle, *high = np.quantile(known, [0.5, *(share for share, _ in _UPPER)])
    spreads = [(one - middle) / off for one, (_, off) in zip(high, _UPPER, strict=True)]
    # Where many videos are copies of few, the upper quantiles are theirs.
    return ChanceLikeness(float(middle), max(float(np.median(spreads)), 0.01))


def group_of(groups: Iterable[CopyGroup]) -> Callable[[str], Hashable]:
    """What copies of each other have in common, for `searching.search`."""
    known: dict[str, Hashable] = {
        name: (number, group.ids[0]) for number, group in enumerate(groups) for name in group.ids
    }
    return lambda name: known.get(name, name)


def _tracks(matrix: Matrix, durations: Mapping[str, float], vectors: Vectors) -> list[Track]:
    order = np.lexsort((matrix.time, matrix.video))
    starts = np.searchsorted(matrix.video[order], np.arange(len(matrix.ids) + 1))
    tracks = []
    for at, name in enumerate(matrix.ids):
        rows = order[starts[at] : starts[at + 1]]
        time = matrix.time[rows].astype(np.float64)
        last = float(time[-1]) if len(time) else 0.0
        tracks.append(Track(time, vectors[rows], max(durations.get(name, last), last)))
    return tracks


def _candidates(
    matrix: Matrix, others: Vectors, least: float, frames: int
) -> Iterator[tuple[int, int]]:
    """Pairs of videos that have enough frames with neighbours in the other.

    Args:
        matrix: of the collection.
        others: vectors that its vectors are set against, of the same frames.
        least: cosine from which frames are neighbours.
        frames: how many it takes; of a video that has fewer, all, but two at least.
    """
    rows: list[npt.NDArray[np.int64]] = []
    columns: list[npt.NDArray[np.int64]] = []
    for first in range(0, len(matrix.vectors), _BLOCK):
        # What lies before was set against these already.
        scores = matrix.vectors[first : first + _BLOCK] @ others[first:].T
        video = matrix.video[first:]
        for row in np.flatnonzero(scores.max(axis=1) >= least).tolist():
            near = _neighbours(scores[row], video != video[row], least)
            rows.append(np.full(len(near), first + row, np.int64))
            columns.append(first + near)
    if not rows:
        return
    i, j = np.concatenate(rows), np.concatenate(columns)
    turn = matrix.video[i] > matrix.video[j]
    i, j = np.where(turn, j, i), np.where(turn, i, j)
    count = len(matrix.ids)
    pair = matrix.video[i].astype(np.int64) * count + matrix.video[j]
    known, in_a = _distinct(pair, i)
    _, in_b = _distinct(pair, j)
    size = np.bincount(matrix.video, minlength=count)
    a, b = known // count, known % count
    needed = np.clip(np.minimum(size[a], size[b]), 2, frames)
    enough = (in_a >= needed) & (in_b >= needed)
    yield from zip(a[enough].tolist(), b[enough].tolist(), strict=True)


def _neighbours(
    scores: Vectors, allowed: npt.NDArray[np.bool_], least: float
) -> npt.NDArray[np.int64]:
    """The best places that are allowed and reach `least`."""
    near = np.flatnonzero((scores >= least) & allowed)
    if len(near) > _NEIGHBOURS:
        near = near[np.argpartition(-scores[near], _NEIGHBOURS)[:_NEIGHBOURS]]
    return near.astype(np.int64)


def _distinct(
    pair: npt.NDArray[np.int64], frame: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The pairs of videos, ascending, and how many frames of one side each has."""
    together = np.unique(np.stack([pair, frame]), axis=1)
    known, counts = np.unique(together[0], return_counts=True)
    return known, counts.astype(np.int64)


def named(a: str, b: str, found: Alignment, mirrored: bool | None) -> Copy:
    """The finding by name, with that video as b of which more is the same."""
    copy = Copy(a, b, found.offset, found.speed, found.share_a, found.share_b, mirrored,
                found.frames, found.likeness)  # fmt: skip
    return copy if found.share_b >= found.share_a else copy.turned


def grouped(ids: Sequence[str], found: Mapping[tuple[int, int], Copy]) -> tuple[CopyGroup, ...]:
    """Copies, by the places of their videos among the ids, as groups in the order of the ids."""
    leader = list(range(len(ids)))

    def first(one: int) -> int:
        while leader[one] != one:
            leader[one] = leader[leader[one]]
            one = leader[one]
        return one

    for a, b in found:
        low, high = sorted((first(a), first(b)))
        leader[high] = low
    pairs: dict[int, list[Copy]] = defaultdict(list)
    for (a, _), copy in found.items():
        pairs[first(a)].append(copy)
    members: dict[int, list[str]] = defaultdict(list)
    for one, name in enumerate(ids):
        members[first(one)].append(name)
    return tuple(
        CopyGroup(tuple(members[one]), tuple(sorted(pairs[one], key=lambda copy: -copy.likeness)))
        for one in sorted(pairs)
    )
