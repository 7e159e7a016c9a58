"""Scores that mean something: how sure is it that a match is no chance?

A similarity says little: sentences reach 0.2 to 0.3 with pictures, pictures 0.6 to 0.9 with
each other, other models lie elsewhere, and a flat limit fits no two queries. So a similarity
is set against those that the same query has with all frames of the collection.

Most frames are not what is asked for, and what is lies in the upper half. The median and the
distance from it to the lower quantiles therefore tell what chance looks like, however many
good matches there are. A normal tail with that middle and spread says how many frames E would
be as good as this one by chance; N are. Chance seldom gives more than E + 1.64·√E (19 times in
20), so that

    score = 1 − min (E + 1.64·√E) / N,  and not under 0,

with the least over all limits up to the frame's own similarity, as in the step-up procedure of
Benjamini & Hochberg 1995. It is the share of the frames as good as this one that cannot be put
down to chance. A rare match has to stand out from a large collection to score; a common one
does not lose by being common. Where nothing matches, the best of n independent frames gets
more than 0.5 in about 7 of 100 queries.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from scenewise.collection.nearest import top

Scores = npt.NDArray[np.float64]

_CAUTION: Final = 1.64
"""Standard deviations of a count of chance matches that are granted to chance."""

_SAMPLE: Final = 8192
"""Frames from which the bulk is taken; all of the best ones count beside them."""

_BEST: Final = 1024
"""Best frames whose rank is known exactly."""

_LOWER: Final = ((0.1587, 1.0), (0.0668, 1.5), (0.0228, 2.0))
"""Quantiles below the median, and how many spreads of a normal distribution they lie off."""


@dataclass(frozen=True, eq=False)
class Chance:
    """What the similarities of a query with a collection look like by chance.

    Args:
        middle: their median.
        spread: their standard deviation, from the lower half.
        limits: similarities, ascending, [m].
        scores: of those, not descending, [m].
    """

    middle: float
    spread: float
    limits: Scores
    scores: Scores

    def z(self, values: npt.ArrayLike) -> Scores:
        """How many spreads similarities lie above the median."""
        return (np.asarray(values, np.float64) - self.middle) / self.spread

    def score(self, values: npt.ArrayLike) -> Scores:
        """How sure it is that matches as good as these are none of chance, 0 to 1; higher
        for higher similarities, and never lower.

        Args:
            values: similarities of the same query, any shape.
        """
        given = np.asarray(values, np.float64)
        if not len(self.limits):
            return np.zeros(given.shape)
        place = np.searchsorted(self.limits, given, side="right") - 1
        return np.where(place < 0, 0.0, self.scores[np.maximum(place, 0)])


def sampled(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Evenly taken similarities, few enough for quantiles to cost nothing."""
    return values[:: max(1, -(-len(values) // _SAMPLE))]


def bulk(values: npt.ArrayLike) -> tuple[float, float]:
    """Median and spread of similarities, both blind to what matches.

    The spread is the widest that the quantiles below the median speak for, so that a bulk in
    several heaps, as of several kinds of videos, does not make an ordinary frame stand out.

    Args:
        values: [n], at least one.
    """
    known = np.asarray(values, np.float64)
    middle, *low = np.quantile(known, [0.5, *(share for share, _ in _LOWER)])
    spreads = [(middle - one) / off for one, (_, off) in zip(low, _LOWER, strict=True)]
    least = 1e-6 + 1e-4 * abs(float(middle))  # all frames alike: nothing stands out
    return float(middle), max(*map(float, spreads), least)


def chance(values: npt.NDArray[np.float32]) -> Chance:
    """What a query's similarities with all frames of a collection say about chance.

    Args:
        values: similarities, [n].
    """
    from scipy.special import ndtr  # takes longer to load than all else that a search needs

    count = len(values)
    if not count:
        return Chance(0.0, 1.0, np.zeros(0), np.zeros(0))
    sample = sampled(values)
    middle, spread = bulk(sample)
    known = min(count, _BEST)
    best = values[top(values, known)].astype(np.float64)
    rest = -np.sort(-sample.astype(np.float64))
    beyond = int(np.searchsorted(-rest, -best[-1], side="right"))
    limits = np.concatenate([best, rest[beyond:]])  # descending
    at_least = np.concatenate(
        [np.arange(1, known + 1), np.arange(beyond + 1, len(rest) + 1) * (count / len(rest))]
    )
    expected = count * ndtr(-(limits - middle) / spread)
    most = expected + _CAUTION * np.sqrt(expected)
    most[limits <= middle] = np.inf  # half of all frames: never more than chance
    rates = np.minimum.accumulate((most / at_least)[::-1])
    scores = 1.0 - np.minimum(rates, 1.0)
    return Chance(middle, spread, limits[::-1], scores)
