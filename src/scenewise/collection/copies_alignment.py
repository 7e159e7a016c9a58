"""Do two videos show the same footage, from when to when, and how fast?

Two videos that look alike are no copies of each other, and one frame proves nothing: openings
and title cards are shared by what is otherwise different. A copy shows the same things in the
same order, so that the pairs of frames that look alike lie on a line

    time in a = offset + speed · time in b

As frames are few and need not be of the same moments, the line is found by voting (Hough):
every pair that looks alike proposes one line for each speed, the pairs near a line vote with
how much they are more alike than others, and among those near the best lines the heaviest
chain in order of time is taken by dynamic programming.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
Reals = npt.NDArray[np.float64]

_SPEEDS: Final = np.geomspace(0.5, 2.0, 33)
"""Seconds of a in a second of b that are tried; 1 is among them."""

_PROPOSALS: Final = 64
"""Pairs, the most alike of two long videos, that propose lines."""

_LINES: Final = 6
"""Lines, the best, whose pairs are brought into order."""

_STRAIGHT: Final = 0.05
"""What a pair at the edge of the tolerance loses, and what doubling the speed costs: little,
so that among lines that explain the same the plainest is taken."""

_NEAR: Final = 0.75
"""Spacings of the frames within which a pair is near a line; half to each side would do if
every frame stood in the middle of its stretch."""

_EDGE: Final = 0.5
"""Seconds from the start or the end of a video that still are its start or end: openings fade
in, and their first frame may be of another moment."""


@dataclass(frozen=True, eq=False)
class Track:
    """A video as frames in order of time.

    Args:
        time: seconds, ascending, float [n].
        vectors: unit vectors, float32 [n, d].
        duration: of the video, seconds.
    """

    time: Reals
    vectors: Vectors
    duration: float

    @property
    def spacing(self) -> float:
        """Seconds that a frame stands for."""
        return max(self.duration, 0.1) / max(len(self.time), 1)


class Alignment(NamedTuple):
    """How one video lies in another.

    `time in a = offset + speed · time in b`. `frames` is the number of pairs that lie on the
    line in order; `order` the share that they are of all frames for which something alike was
    found; `likeness` their mean measure (see `align`) and `cosine` their mean cosine; `change`
    the agreement of what changes in both, -1 to 1; `share_a` and `share_b` the shares of the
    videos that are the same; `anchored` whether that is the beginning or the end of both.
    """

    offset: float
    speed: float
    frames: int
    order: float
    likeness: float
    cosine: float
    change: float
    share_a: float
    share_b: float
    anchored: bool


def align(a: Track, b: Track, measure: Reals) -> Alignment | None:
    """The line on which most of what looks alike lies; None where nothing does in order.

    Args:
        a, b: the videos.
        measure: how much more alike frames are than those of unrelated videos are, [na, nb];
            over 0 for a pair that may be of the same moment.
    """
    votes = np.maximum(measure, 0.0)
    if np.count_nonzero(votes) < 2:
        return None
    near = _NEAR * max(a.spacing, b.spacing)
    best: tuple[float, float, float, list[tuple[int, int]]] | None = None
    for offset, speed in _lines(a, b, votes, near):
        chain = _chain(votes, _closeness(a, b, offset, speed, near))
        weight = sum(float(votes[pair]) for pair in chain)
        weight *= _plainness(a, b, offset, speed)
        if len(chain) >= 2 and (best is None or weight > best[0] + 1e-9):
            best = (weight, offset, speed, chain)
    if best is None:
        return None
    _, offset, speed, chain = best
    if offset:
        # The line went through one pair; its place is in the middle of what all pairs say.
        offset = float(np.median([a.time[i] - speed * b.time[j] for i, j in chain]))
    return _measured(a, b, measure, offset, speed, chain, near)


def _lines(a: Track, b: Track, votes: Reals, near: float) -> list[tuple[float, float]]:
    """Offsets and speeds of the lines with most votes, best first."""
    i, j = np.nonzero(votes)
    if len(i) > _PROPOSALS:
        heaviest = np.argsort(-votes[i, j], kind="stable")[:_PROPOSALS]
        i, j = i[heaviest], j[heaviest]
    speeds = np.repeat(_SPEEDS, len(i))
    offsets = np.tile(a.time[i], len(_SPEEDS)) - speeds * np.tile(b.time[j], len(_SPEEDS))
    totals = np.empty(len(speeds))
    for first in range(0, len(speeds), 256):
        part = slice(first, first + 256)
        place = offsets[part, None] + speeds[part, None] * b.time  # [h, nb]
        off = np.abs(a.time[None, :, None] - place[:, None, :]) / near  # [h, na, nb]
        gains = np.where(off <= 1.0, votes * (1.0 - _STRAIGHT * off), 0.0)
        # each frame once, whichever video has fewer
        totals[part] = np.minimum(gains.max(axis=2).sum(axis=1), gains.max(axis=1).sum(axis=1))
    totals *= 1.0 - _STRAIGHT * np.abs(np.log2(speeds))
    order = np.argsort(-totals, kind="stable")[:_LINES]
    lines = [(float(offsets[at]), float(speeds[at])) for at in order]
    whole = a.duration / max(b.duration, 1e-6)
    if _SPEEDS[0] <= whole <= _SPEEDS[-1]:
        lines.append((0.0, whole))
    return lines


def _plainness(a: Track, b: Track, offset: float, speed: float) -> float:
    """A factor that decides among lines which explain the same: the plainer one is taken. A
    line from start to start and from end to end is as plain as one without a change of speed.
    """
    if offset == 0 and abs(speed * b.duration - a.duration) < 1e-9:
        return 1.0 + _STRAIGHT
    return 1.0 - _STRAIGHT * abs(float(np.log2(speed)))


def _closeness(a: Track, b: Track, offset: float, speed: float, near: float) -> Reals:
    """How near pairs are to a line: 1 on it, little less at the edge, 0 beyond; [na, nb]."""
    off = np.abs(a.time[:, None] - (offset + speed * b.time)) / near
    return np.where(off <= 1.0, 1.0 - _STRAIGHT * off, 0.0)


def _chain(votes: Reals, closeness: Reals) -> list[tuple[int, int]]:
    """The heaviest chain of pairs in which both times rise."""
    gains = votes * closeness
    rows, columns = gains.shape
    table = np.zeros((rows + 1, columns + 1))
    for i in range(rows):
        with_pair = table[i, :-1] + gains[i]
        table[i + 1, 1:] = np.maximum.accumulate(np.maximum(table[i, 1:], with_pair))
    chain = []
    i, j = rows, columns
    while i and j:
        if table[i, j] == table[i - 1, j]:
            i -= 1
        elif table[i, j] == table[i, j - 1]:
            j -= 1
        else:
            chain.append((i - 1, j - 1))
            i, j = i - 1, j - 1
    return chain[::-1]


def _measured(
    a: Track,
    b: Track,
    measure: Reals,
    offset: float,
    speed: float,
    chain: list[tuple[int, int]],
    near: float,
) -> Alignment:
    pairs = np.array(chain)
    close = _closeness(a, b, offset, speed, 1.34 * near) > 0
    alike = np.asarray((measure > 0) & close, np.bool_)
    from_a, to_a, share_a = _covered(a, pairs[:, 0], np.asarray(alike.any(axis=1)))
    from_b, to_b, share_b = _covered(b, pairs[:, 1], np.asarray(alike.any(axis=0)))
    edge = 0.5 * near + _EDGE
    voting = min(int((measure > 0).any(axis=axis).sum()) for axis in (0, 1))
    own, other = a.vectors[pairs[:, 0]], b.vectors[pairs[:, 1]]
    starts = from_a <= edge and from_b <= edge
    ends = a.duration - to_a <= edge and b.duration - to_b <= edge
    return Alignment(
        offset=offset,
        speed=speed,
        frames=len(chain),
        order=len(chain) / max(voting, 1),
        likeness=float(measure[pairs[:, 0], pairs[:, 1]].mean()),
        cosine=float((own * other).sum(axis=1).mean()),
        change=_change(own, other),
        share_a=share_a,
        share_b=share_b,
        anchored=starts or ends,
    )


def _covered(
    track: Track, matched: npt.NDArray[np.intp], alike: npt.NDArray[np.bool_]
) -> tuple[float, float, float]:
    """Start and end of what is matched, in seconds, and the share of the video that is."""
    first, last = int(matched.min()), int(matched.max())
    edges = np.concatenate([[0.0], (track.time[1:] + track.time[:-1]) / 2, [track.duration]])
    start, end = float(edges[first]), float(max(edges[last + 1], edges[first]))
    agreeing = float(alike[first : last + 1].mean())
    return start, end, min(1.0, agreeing * (end - start) / max(track.duration, 1e-6))


def _change(a: Vectors, b: Vectors) -> float:
    """Do both change alike? The correlation of how their frames differ from their means.

    What was done to a copy as a whole (a logo, bars, other colours) is the same in all its
    frames and drops out, and so does what two shots of one place have in common.
    """
    off_a = a.astype(np.float64) - a.mean(axis=0)
    off_b = b.astype(np.float64) - b.mean(axis=0)
    scale = float(np.linalg.norm(off_a) * np.linalg.norm(off_b))
    return float((off_a * off_b).sum()) / scale if scale > 1e-9 else 0.0
