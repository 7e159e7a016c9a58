"""How far a share of right answers can be trusted, and whether one is ahead of another."""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import NormalDist

import numpy as np

from scenewise.charades.evaluating import Count, Evaluation
from scenewise.metrics.intervals import Interval


def wilson(right: float, of: float, level: float = 0.95) -> Interval:
    """The interval of a share by Wilson's score.

    It has a width where nothing is right as well, where every resample says the same.

    Source: Wilson, "Probable inference, the law of succession, and statistical inference", Journal
    of the American Statistical Association 22 (1927).

    Args:
        right, of: so many of so many, which need not be whole numbers.
        level: between 0 and 1.

    Raises:
        ValueError: there are none, or more right than there are, or there is no such level.
    """
    if not 0 < level < 1 or not 0 <= right <= of or not of:
        raise ValueError(f"no interval of level {level} for {right} of {of}")
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = right / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    # exact at the ends, where rounding would leave a trace
    low = 0.0 if right == 0 else middle - half
    high = 1.0 if right == of else middle + half
    return Interval(share, max(0.0, low), min(1.0, high), level)


def shared(count: Count, videos: int, level: float = 0.95) -> Interval:
    """Wilson's interval of right pictures, several of which are of one video.

    Counted as if all pictures of a video were alike: there is no more to learn from them than
    there are videos. That is the widest that can be.

    Args:
        count: of the pictures.
        videos: that they are of.
        level: between 0 and 1.
    """
    weight = min(count.of, videos)
    return wilson(count.share * weight, weight, level)


def first_share(told: Evaluation) -> Interval:
    """The share of pictures that found their caption, with an interval that is never a point."""
    return _never_a_point(told.first, told.first_share, told)


def fifth_share(told: Evaluation) -> Interval:
    """The same for the five most alike."""
    return _never_a_point(told.fifth, told.fifth_share, told)


def ahead(one: Interval, other: Interval) -> bool:
    """Whether the whole interval of one share is above that of the other."""
    return one.low > other.high


def difference(
    one: Mapping[str, float],
    other: Mapping[str, float],
    *,
    seed: int = 0,
    level: float = 0.95,
    resamples: int = 10_000,
) -> Interval:
    """How far one model is ahead of another on the same videos, with a bootstrap interval.

    Two models are right about much the same videos, so that their difference is known better than
    either share; where its interval does not hold zero, one is ahead though both shares' intervals
    may overlap. Every video counts the same, however many pictures it has.

    Args:
        one, other: share of each video's pictures that are right, by id (`Matched.found`).
        seed, level, resamples: of the bootstrap.

    Raises:
        ValueError: they are not of the same videos, or there are none, or no such level.
    """
    if one.keys() != other.keys() or not one or not 0 < level < 1:
        raise ValueError("only shares of the same videos can be compared")
    each = np.array([one[id] - other[id] for id in one])
    drawn = np.random.default_rng(seed).integers(len(each), size=(resamples, len(each)))
    low, high = np.quantile(each[drawn].mean(axis=1), [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(each.mean()), float(low), float(high), level)


def _never_a_point(count: Count, drawn: Interval, told: Evaluation) -> Interval:
    if 0 < count.right < count.of:
        return drawn
    # there are at least as many videos as different captions
    return shared(count, told.captions, drawn.level)
