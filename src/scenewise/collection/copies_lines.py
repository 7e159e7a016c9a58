"""From when to when two strips show the same, and how fast: the line

    time in a = offset + speed · time in b

along which their pictures agree best. As strips have pictures at regular times, all lines of
interest are tried. A picture of a still scene is like all others of it, so that where something
moves, or a cut comes, the movement counts as well: a line is right if both change at once.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from scenewise.collection.copies_alignment import Alignment, Reals, Vectors

_SPEEDS: Final = np.unique(
    np.concatenate([np.geomspace(0.5, 2.0, 49), [0.75, 0.8, 1.25, 1.5, 2 / 3, 1.2, 1 / 1.2]])
)
"""Seconds of a in a second of b that are tried; 1 is among them."""

_AROUND: Final = 2
"""Pictures to either side between which something moves."""

_STILL: Final = 0.08
"""Length of a change that is no more than noise."""

_MOVES: Final = 1.0
"""How much a change at the same time counts, beside the picture."""

_PLAIN: Final = 0.03
"""What doubling the speed costs, and what a line costs that begins, or ends, a second or more
off the beginning or the end of both: so that of lines which explain the same the plainest is
taken. From start to start and from end to end is as plain as without a change of speed."""

_EDGE: Final = 0.5
"""Seconds from the start or the end of a video that still are its start or end."""


def lined(
    times: tuple[Reals, Reals], durations: tuple[float, float], a: Vectors, b: Vectors, loose: float
) -> Alignment | None:
    """The best line; None where no two frames agree.

    Args:
        times: of the pictures of both, seconds, ascending.
        durations: of both, seconds.
        a, b: vectors of length 1, or 0 where nothing is to be seen, float32 [na, d], [nb, d].
        loose: correlation from which pictures may be of the same moment.
    """
    alike = np.asarray(a @ b.T, np.float64)
    votes = np.maximum(alike - loose, 0.0) / (1 - loose)
    if np.count_nonzero(votes) < 2:
        return None
    moves = np.maximum(_changes(a) @ _changes(b).T, 0.0)
    votes = votes * (1 + _MOVES * moves)
    offset, speed = _best(times, durations, votes)
    return _measured(times, durations, alike, a, b, offset, speed, loose)


def _best(
    times: tuple[Reals, Reals], durations: tuple[float, float], votes: Reals
) -> tuple[float, float]:
    """Offset and speed of the line with most votes."""
    step = min(_spacing(time) for time in times) / 2
    best = (-1.0, 0.0, 1.0)
    whole = durations[0] / max(durations[1], 1e-6)
    inside = [whole] if _SPEEDS[0] <= whole <= _SPEEDS[-1] else []
    for speed in [*_SPEEDS.tolist(), *inside]:
        offsets = np.arange(np.ceil(-speed * durations[1] / step), durations[0] / step) * step
        total = _totals(times, durations, votes, offsets, speed)
        starts = np.minimum(np.abs(offsets), 1.0)
        ends = np.minimum(np.abs(offsets + speed * durations[1] - durations[0]), 1.0)
        bent = abs(np.log2(speed)) * np.minimum(1.0, (starts + ends) / (2 * step))
        total *= 1 - _PLAIN * (bent + starts + ends)
        at = int(np.argmax(total))
        if total[at] > best[0] + 1e-9:
            best = (float(total[at]), float(offsets[at]), speed)
    _, offset, speed = best
    # Pictures have some distance: of the lines that do as well the middle one is taken.
    near = offset + np.arange(-16, 17) * step / 8
    total = _totals(times, durations, votes, near, speed)
    good = near[total >= total.max() - 1e-6]
    return float(min(good, key=abs) if good.min() <= 0 <= good.max() else np.median(good)), speed


def _totals(
    times: tuple[Reals, Reals],
    durations: tuple[float, float],
    votes: Reals,
    offsets: Reals,
    speed: float,
) -> Reals:
    """Votes along lines of one speed, [offsets]."""
    place = offsets[:, None] + speed * times[1]  # [offsets, nb]
    inside = (place > -_spacing(times[0]) / 2) & (place < durations[0])
    nearest = _nearest(times[0], place)
    gains = np.where(inside, votes[nearest, np.arange(len(times[1]))], 0.0)
    # where a is slower several pictures of b fall on one of a
    crowd = min(1.0, speed * _spacing(times[1]) / _spacing(times[0]))
    return np.asarray(gains.sum(axis=1) * crowd)


def _nearest(time: Reals, place: Reals) -> npt.NDArray[np.intp]:
    """Which of ascending times is nearest, for each place."""
    if len(time) == 1:
        return np.zeros(place.shape, np.intp)
    return np.searchsorted((time[1:] + time[:-1]) / 2, place)


def _spacing(time: Reals) -> float:
    return float(np.median(np.diff(time))) if len(time) > 1 else 0.25


def _changes(vectors: Vectors) -> Vectors:
    """How each picture differs from before to after, as vectors of length 1; 0 where nothing
    moves."""
    count = len(vectors)
    around = np.arange(count)
    after = vectors[np.minimum(around + _AROUND, count - 1)]
    before = vectors[np.maximum(around - _AROUND, 0)]
    moved = after - before
    length = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(np.where(length > _STILL, moved / np.maximum(length, 1e-6), 0), np.float32)


def _measured(
    times: tuple[Reals, Reals],
    durations: tuple[float, float],
    alike: Reals,
    a: Vectors,
    b: Vectors,
    offset: float,
    speed: float,
    loose: float,
) -> Alignment | None:
    place = offset + speed * times[1]
    slack = (_spacing(times[0]) / 2, _spacing(times[1]) / 2)
    columns = np.flatnonzero((place > -slack[0]) & (place < durations[0] + slack[0]))
    rows = _nearest(times[0], place[columns])
    # a picture may have been taken a little before or after what it is set against
    beside = [np.clip(rows + move, 0, len(a) - 1) for move in (-1, 0, 1)]
    nearby = np.stack([alike[row, columns] for row in beside])
    rows = np.stack(beside)[np.argmax(nearby, axis=0), np.arange(len(columns))]
    agree = nearby.max(axis=0) > loose
    if agree.sum() < 2:
        return None
    rows, columns, within = rows[agree], columns[agree], columns
    inner = (within >= columns[0]) & (within <= columns[-1])
    order = float(agree.sum() / max(inner.sum(), 1))
    from_b, to_b = _reach(times[1][columns], durations[1], slack[1])
    from_a, to_a = _reach(offset + speed * times[1][columns], durations[0], slack[1] * speed)
    edge = 2 * max(slack) + _EDGE
    starts = from_a <= edge and from_b <= edge
    ends = durations[0] - to_a <= edge and durations[1] - to_b <= edge
    own, other = a[rows], b[columns]
    likeness = float(alike[rows, columns].mean())
    return Alignment(
        offset=offset,
        speed=speed,
        frames=len(columns),
        order=order,
        likeness=likeness,
        cosine=likeness,
        change=change(own, other),
        share_a=min(1.0, order * (to_a - from_a) / max(durations[0], 1e-6)),
        share_b=min(1.0, order * (to_b - from_b) / max(durations[1], 1e-6)),
        anchored=starts or ends,
    )


def _reach(times: Reals, duration: float, slack: float) -> tuple[float, float]:
    """Seconds at which what agrees begins and ends; a picture stands for what is around it."""
    start, end = float(times[0]) - slack, float(times[-1]) + 2 * slack
    return max(0.0, start), min(duration, end)


def change(a: Vectors, b: Vectors) -> float:
    """Do both change alike? The correlation of how their frames differ from their means.

    What was done to a copy as a whole drops out, and so does what two films of one place have
    in common. Two that stand still agree in nothing here.
    """
    off_a = a.astype(np.float64) - a.mean(axis=0)
    off_b = b.astype(np.float64) - b.mean(axis=0)
    scale = float(np.linalg.norm(off_a) * np.linalg.norm(off_b))
    return float((off_a * off_b).sum()) / scale if scale > 1e-9 else 0.0
