"""Figures with their intervals, and how far predictions are ahead of others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from scenewise.metrics.intervals import Interval, Resamples, jackknife, ratio
from scenewise.metrics.similarity import Scores

FromSums = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]
"""From sums over films, [r, s], to figures: [r], or [r, k] for several."""


@dataclass(frozen=True)
class Figure:
    """One figure of one system.

    Args:
        value: of all films together; None where there is none.
        interval: where it may lie; None for one film.
        films: of each film.
    """

    value: float | None
    interval: Interval | None = None
    films: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Lead:
    """How far the predictions are from the better of the baselines, or from another system.

    Args:
        over: which one that is.
        difference: predictions less the other; below 0 is good where lower is better.
        interval: of the difference, both from the same films drawn; None for one film.
    """

    over: str
    difference: float
    interval: Interval | None = None


@dataclass(frozen=True, eq=False)
class Taken:
    """A figure of one system, with what intervals are made of.

    Args:
        value: of all films together; None where there is none.
        films: of each film.
        drawn: of the resamples, [r]; None for one film.
        without: of all films but one, [n], where films cannot be drawn with replacement; a share
            in per cent.
        among: the films that either is of.
        clips: of each film's clips where it is their mean, not a number where one has no figure.
    """

    value: float | None
    films: Mapping[str, float | None] = field(default_factory=dict)
    drawn: Scores | None = None
    without: Scores | None = None
    among: tuple[str, ...] = ()
    clips: Mapping[str, Scores] = field(default_factory=dict)


class Intervals:
    """Makes intervals: the same films are drawn for every measure and every system.

    Args:
        seed, level, resamples: as for `metrics.intervals.bootstrap_mean`.
    """

    def __init__(self, *, seed: int, level: float, resamples: int) -> None:
        self._seed, self._level, self._resamples = seed, level, resamples
        self._known: dict[int, Resamples] = {}

    def drawn(self, parts: Sequence[Sequence[float]] | Scores, figure: FromSums) -> Scores | None:
        """The figures of films drawn anew, [r] or [r, k]; None for fewer than two.

        Args:
            parts: the sums of each film, [n, s].
            figure: what is made of their sums.
        """
        if len(parts) < 2:
            return None
        return figure(self._films(len(parts)).sums(parts))

    def _films(self, count: int) -> Resamples:
        if count not in self._known:
            self._known[count] = Resamples(
                count, seed=self._seed, level=self._level, resamples=self._resamples
            )
        return self._known[count]

    def figure(self, taken: Taken) -> Figure:
        """A figure with its interval."""
        if taken.value is None:
            return Figure(None, None, taken.films)
        spread = self._spread(taken.value, taken.drawn, taken.without)
        if spread is not None and taken.without is not None:  # Student's t knows no bounds
            spread = replace(spread, low=max(spread.low, 0.0), high=min(spread.high, 100.0))
        return Figure(taken.value, spread, taken.films)

    def lead(
        self, ours: Taken, baselines: Mapping[str, Taken], *, lower_is_better: bool
    ) -> Lead | None:
        """How far ours is from the better of the baselines, on clips that have a figure of both;
        None where there is none."""
        sign = -1 if lower_is_better else 1
        known = {name: one.value for name, one in baselines.items() if one.value is not None}
        if ours.value is None or not known:
            return None
        over = max(known, key=lambda name: sign * known[name])
        theirs = baselines[over]
        if _lacking(ours) or _lacking(theirs):  # a mean of differences is no difference of means
            return self._by_clips(over, ours.clips, theirs.clips)
        difference = ours.value - known[over]
        if ours.among != theirs.among:  # one of them has no figure of a film
            return Lead(over, difference)
        spread = self._spread(
            difference,
            _less(ours.drawn, theirs.drawn),
            _less(ours.without, theirs.without),
        )
        return Lead(over, difference, spread)

    def _by_clips(
        self, over: str, ours: Mapping[str, Scores], theirs: Mapping[str, Scores]
    ) -> Lead | None:
        parts = []
        for film, clips in ours.items():
            less = clips - theirs[film]
            known = less[np.isfinite(less)]
            if len(known):
                parts.append((float(known.sum()), float(len(known))))
        if not parts:
            return None
        total, count = np.sum(parts, axis=0)
        drawn = self.drawn(parts, ratio)
        return Lead(over, total / count, self._spread(total / count, drawn, None))

    def _spread(
        self, value: float, drawn: Scores | None, without: Scores | None
    ) -> Interval | None:
        if drawn is not None:
            low, high = np.quantile(drawn, [(1 - self._level) / 2, (1 + self._level) / 2])
            return Interval(value, float(low), float(high), self._level)
        if without is not None and len(without) > 1:
            return jackknife(value, without, level=self._level)
        return None


def _lacking(taken: Taken) -> bool:
    return any(np.isnan(clips).any() for clips in taken.clips.values())


def _less(ours: Scores | None, theirs: Scores | None) -> Scores | None:
    return None if ours is None or theirs is None else ours - theirs
