"""How far a figure over films can be trusted: percentile bootstrap intervals, and jackknife
ones for what cannot be drawn with replacement.

Films are drawn, not their captions: captions of one film are alike, and treating them as
independent makes an interval far too narrow. Source: Efron and Tibshirani, "An Introduction
to the Bootstrap", 1993, chapters 11 and 13.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

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
    drawn = Resamples(len(sums), seed=seed, level=level, resamples=resamples)
    return drawn.interval(
        float(figure(sums.sum(axis=0, keepdims=True))[0]), figure(drawn.sums(sums))
    )


class Resamples:
    """Films drawn with replacement, once for all figures that are asked of them: two systems are
    compared on the same draws, and many figures cost no more drawing than one.

    Args:
        films: how many there are, n.
        seed: the same seed gives the same draws.
        level, resamples: as for `bootstrap_mean`.

    Raises:
        ValueError: there is no film, or level or resamples cannot be.
    """

    def __init__(
        self, films: int, *, seed: int, level: float = 0.95, resamples: int = 10_000
    ) -> None:
        if films < 1 or not 0 < level < 1 or resamples < 1:
            raise ValueError(
                f"no interval of level {level} from {resamples} resamples of {films} films"
            )
        self.level = level
        rng = np.random.default_rng(seed)
        kind = np.uint16 if films < 2**16 else np.uint32
        self._counts = np.empty((resamples, films), dtype=kind)  # [r, n]: how often each
        for part in self._parts():
            rows = len(self._counts[part])
            drawn = rng.integers(films, size=(rows, films)) + films * np.arange(rows)[:, None]
            counts = np.bincount(drawn.ravel(), minlength=rows * films)
            self._counts[part] = counts.reshape(rows, films)

    def _parts(self) -> Iterator[slice]:
        resamples, films = self._counts.shape
        rows = max(1, _AT_ONCE // films)
        return (slice(start, start + rows) for start in range(0, resamples, rows))

    def sums(self, parts: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """The sums of the films of each resample.

        Args:
            parts: the sums of each film, [n, s].

        Returns:
            [r, s].

        Raises:
            ValueError: they are of another number of films, or one is not finite.
        """
        given = np.asarray(parts, dtype=np.float64)
        if given.ndim != 2 or len(given) != self._counts.shape[1]:
            raise ValueError(f"sums of {self._counts.shape[1]} films are wanted, not {given.shape}")
        if not np.isfinite(given).all():
            raise ValueError("an interval needs finite values")
        return np.concatenate([self._counts[part] @ given for part in self._parts()])

    def interval(self, value: float, figures: npt.NDArray[np.float64]) -> Interval:
        """The interval of a figure.

        Args:
            value: of the films as they are.
            figures: of the resamples, [r].
        """
        low, high = np.quantile(figures, [(1 - self.level) / 2, (1 + self.level) / 2])
        return Interval(value, float(low), float(high), self.level)


def jackknife(value: float, without: npt.ArrayLike, *, level: float = 0.95) -> Interval:
    """The interval of a figure that drawing with replacement would distort, from its values
    without one film each: the value ± Student's t times the jackknife's standard error.

    It is meant for counts of different things. A film drawn twice adds nothing new to them, so
    that the bootstrap's figures lie beside the figure itself: of ten films with vocabularies of
    their own, percentiles at 95 % covered the true distinct-1 in 18 % of cases, this interval in
    95 % (five films: 50 and 92 %; thirty: 5 and 97 %). The jackknife's error is, on average, too
    large rather than too small. Source: Efron and Stein, "The Jackknife Estimate of Variance",
    The Annals of Statistics 9 (3), 1981.

    Args:
        value: of all films.
        without: of all but the first, all but the second …, [n].
        level: between 0 and 1.

    Raises:
        ValueError: fewer than two films, a value that is not finite, or a level that cannot be.
    """
    left = np.asarray(without, dtype=np.float64)
    n = left.size
    if left.ndim != 1 or n < 2:
        raise ValueError(f"a jackknife needs one value for each of some films, not {left.shape}")
    if not np.isfinite(left).all() or not math.isfinite(value):
        raise ValueError("an interval needs finite values")
    if not 0 < level < 1:
        raise ValueError(f"no interval of level {level}")
    error = math.sqrt((n - 1) / n * float(((left - left.mean()) ** 2).sum()))
    reach = float(stdtrit(n - 1, (1 + level) / 2)) * error
    return Interval(value, value - reach, value + reach, level)


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
