"""How far a mean over films can be trusted: percentile bootstrap intervals.

Films are drawn, not their captions: captions of one film are alike, and treating them as
independent makes an interval far too narrow. Source: Efron and Tibshirani, "An Introduction
to the Bootstrap", 1993, chapter 13.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

_AT_ONCE: Final = 4_000_000
"""Draws held in memory together: 32 MB of them."""


@dataclass(frozen=True)
class Interval:
    """A mean and what it may be.

    Args:
        mean: of the values.
        low, high: percentiles of the means of the resamples.
        level: the share of the resamples' means between them.
    """

    mean: float
    low: float
    high: float
    level: float


def bootstrap_mean(
    values: Sequence[float] | npt.NDArray[np.float64],
    *,
    seed: int,
    level: float = 0.95,
    resamples: int = 10_000,
) -> Interval:
    """The mean of one value a film, with a percentile bootstrap interval.

    With few films the interval is too narrow (ten films of normal values: 95 % covers 90 %);
    of one film it is a point.

    Args:
        values: one for each film, [n].
        seed: the same seed gives the same interval.
        level: between 0 and 1.
        resamples: how often n films are drawn with replacement.

    Raises:
        ValueError: there is no value, one is not finite, or level or resamples cannot be.
    """
    given = np.asarray(values, dtype=np.float64)
    if given.ndim != 1 or not given.size:
        raise ValueError(f"an interval needs one value a film, not an array of {given.shape}")
    if not np.isfinite(given).all():
        raise ValueError("an interval needs finite values")
    if not 0 < level < 1 or resamples < 1:
        raise ValueError(f"no interval of level {level} from {resamples} resamples")
    rng = np.random.default_rng(seed)
    rows = max(1, _AT_ONCE // given.size)
    means = np.empty(resamples)
    for start in range(0, resamples, rows):
        part = means[start : start + rows]
        part[:] = given[rng.integers(given.size, size=(len(part), given.size))].mean(axis=1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(given.mean()), float(low), float(high), level)


def bootstrap_pooled(
    parts: npt.ArrayLike,
    figure: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]],
    *,
    seed: int,
    level: float = 0.95,
    resamples: int = 10_000,
) -> Interval:
    """A figure of all films together that is made of sums over them, with its interval.

    For what weighs a film by its clips: the mean over clips is the sum of scores by the sum of
    clips (`ratio`), BLEU comes from sums of matches and lengths. Films are drawn, and their
    sums added up anew.

    Args:
        parts: the sums of each film, [n, s].
        figure: from sums [r, s] to figures [r].
        seed, level, resamples: as for `bootstrap_mean`.

    Raises:
        ValueError: there is no film, a sum is not finite, or level or resamples cannot be.
    """
    sums = np.asarray(parts, dtype=np.float64)
    if sums.ndim != 2 or not len(sums):
        raise ValueError(f"an interval needs the sums of films, not an array of {sums.shape}")
    if not np.isfinite(sums).all():
        raise ValueError("an interval needs finite values")
    if not 0 < level < 1 or resamples < 1:
        raise ValueError(f"no interval of level {level} from {resamples} resamples")
    rng = np.random.default_rng(seed)
    n = len(sums)
    drawn = rng.multinomial(n, np.full(n, 1 / n), size=resamples)  # [r, n]: how often each
    figures = figure(drawn @ sums)
    low, high = np.quantile(figures, [(1 - level) / 2, (1 + level) / 2])
    return Interval(
        float(figure(sums.sum(axis=0, keepdims=True))[0]), float(low), float(high), level
    )


def ratio(sums: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The first sum by the second, [r, 2] to [r]; 0 by 0 is 0."""
    above, below = sums[:, 0], sums[:, 1]
    shares: npt.NDArray[np.float64] = np.divide(
        above, below, out=np.zeros_like(above), where=below != 0
    )
    return shares


def bootstrap_difference(
    first: Sequence[float] | npt.NDArray[np.float64],
    second: Sequence[float] | npt.NDArray[np.float64],
    *,
    seed: int,
    level: float = 0.95,
    resamples: int = 10_000,
) -> Interval:
    """The mean of `first - second` on the same films, with its interval: both systems are
    drawn together, so that what makes a film hard for both does not blur the comparison.

    Args:
        first, second: one value for each film, in the same order, [n].
        seed, level, resamples: as for `bootstrap_mean`.

    Raises:
        ValueError: as for `bootstrap_mean`, or the two are not of one length.
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.shape != b.shape:
        raise ValueError(f"values of the same films are wanted, not {a.shape} and {b.shape}")
    return bootstrap_mean(a - b, seed=seed, level=level, resamples=resamples)
