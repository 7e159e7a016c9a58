"""The table behind `schedule`: possible starts, and the best worth up to each of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from scenewise.core.time import Span

EPSILON: Final = 1e-9
"""Seconds by which sums of times may miss each other in floating point."""

_NEVER: Final = np.int64(-(2**62))

Integers = npt.NDArray[np.int64]
Times = npt.NDArray[np.float64]


@dataclass
class Choice:
    """Where one wording of one element may begin.

    Args:
        wording: which one.
        length: seconds of speech.
        first: index of the first possible start.
        allowed: for `first` and the instants after it, whether speech may begin there.
        worth: what beginning there adds to the sum.
    """

    wording: int
    length: float
    first: int
    allowed: npt.NDArray[np.bool_]
    worth: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def starts(self) -> npt.NDArray[np.intp]:
        """Indices of the allowed starts."""
        return self.first + np.flatnonzero(self.allowed)


@dataclass(frozen=True)
class Instants:
    """The times at which an utterance may begin.

    Args:
        times: ascending seconds, [n]: every tick of every gap, and the pinned starts.
        ends: end of the gap that holds each of them, [n]; -inf outside every gap.
    """

    times: Times
    ends: Times

    @classmethod
    def of(cls, gaps: Sequence[Span], pins: Sequence[float], tick: float) -> Instants:
        """Ticks are counted from the start of each gap, so that a shift in time shifts them."""
        times: list[Times] = [np.zeros(0)]
        ends: list[Times] = [np.zeros(0)]
        for gap in gaps:
            steps = int(gap.duration / tick + EPSILON) + 1
            times.append(gap.start + tick * np.arange(steps, dtype=np.float64))
            ends.append(np.full(steps, gap.end))
        for pin in pins:
            inside = [gap.end for gap in gaps if gap.contains(pin)]
            times.append(np.array([pin]))
            ends.append(np.array([inside[0] if inside else -np.inf]))
        flat = np.concatenate(times)
        order = np.argsort(flat, kind="stable")
        return cls(flat[order], np.concatenate(ends)[order])

    def index(self, time: float) -> int:
        """Of the first instant at a time or after it; n when there is none."""
        return int(np.searchsorted(self.times, time - EPSILON))

    def within(self, wording: int, length: float, earliest: float, latest: float) -> Choice | None:
        """The starts from `earliest` to `latest` (seconds) from which `length` seconds of
        speech end inside the same gap; None when there is none."""
        first = self.index(earliest)
        last = int(np.searchsorted(self.times, latest + EPSILON, side="right"))
        fits = self.times[first:last] + length <= self.ends[first:last] + EPSILON
        where = np.flatnonzero(fits)
        if where.size == 0:
            return None
        low, high = int(where[0]), int(where[-1]) + 1
        return Choice(wording, length, first + low, fits[low:high])


@dataclass(frozen=True)
class _Step:
    """What an element chose, for every time by which it may have to be over.

    Args:
        low: index of the first instant for which something is stored.
        said: whether the element is said when all is over by `low`, `low + 1`, …
        starts, wordings: how, at the same instants; where they end, their last entry holds.
    """

    low: int
    said: npt.NDArray[np.bool_]
    starts: npt.NDArray[np.int32]
    wordings: npt.NDArray[np.int16]

    def at(self, time: int) -> tuple[int, int] | None:
        """(start, wording) of the element when all must be over by an instant."""
        i = time - self.low
        if i < 0 or not self.said[min(i, self.said.size - 1)]:
            return None
        i = min(i, self.starts.size - 1)
        return int(self.starts[i]), int(self.wordings[i])


class Table:
    """F_i(t) for the elements so far, and how each value came about.

    `F` never falls with time and is constant from `_top` on, so only the part within reach
    of the newest element is written; what is kept for tracing back is as wide as that part.

    Args:
        instants: the possible starts.
        pause: seconds of silence after each utterance.
    """

    def __init__(self, instants: Instants, pause: float) -> None:
        self._times = instants.times
        self._pause = pause
        self._value = np.zeros(instants.times.size + 1, dtype=np.int64)
        self._top = 0
        self._steps: list[_Step | None] = []

    def add(self, choices: Sequence[Choice], next_pin: float | None = None) -> None:
        """Take in the next element in story order.

        Args:
            choices: where each of its wordings may begin, fuller wordings first.
            next_pin: fixed start of the next pinned element, where this one is pinned as
                well. The pause after this one is over by then at the latest: a person may
                set two lines closer together than `pause`.
        """
        if not choices:
            self._steps.append(None)
            return
        free = [self._free_again(choice, next_pin) for choice in choices]
        low, high = min(int(f[0]) for f in free), max(int(f[-1]) for f in free)
        self._extend(high)
        best = np.full(high - low + 1, _NEVER)
        starts = np.zeros(best.size, dtype=np.int32)
        wordings = np.zeros(best.size, dtype=np.int16)
        for choice, over in zip(choices, free, strict=True):
            before = self._value[choice.first : choice.first + choice.allowed.size]
            value, at = _running_best(np.where(choice.allowed, before + choice.worth, _NEVER))
            # how many starts are over by each instant from low to high
            count = np.cumsum(np.bincount(over - low, minlength=best.size))
            some = count > 0
            value = np.where(some, value[count - 1], _NEVER)
            better = value > best
            best[better] = value[better]
            starts[better] = choice.first + at[count[better] - 1]
            wordings[better] = choice.wording
        self._steps.append(self._merge(low, best, starts, wordings))

    def best(self) -> Iterator[tuple[int, float, int]]:
        """(element, start in seconds, wording) of everything said, in order."""
        out = []
        time = self._value.size
        for i in range(len(self._steps) - 1, -1, -1):
            step = self._steps[i]
            chosen = step.at(time) if step is not None else None
            if chosen is not None:
                time = chosen[0]
                out.append((i, float(self._times[time]), chosen[1]))
        return reversed(out)

    def _free_again(self, choice: Choice, next_pin: float | None) -> npt.NDArray[np.intp]:
        """For each start, the first instant at which the next utterance may begin."""
        begin = self._times[choice.first : choice.first + choice.allowed.size]
        end = begin + choice.length
        over = end + self._pause
        if next_pin is not None:
            over = np.where(end <= next_pin + EPSILON, np.minimum(over, next_pin), over)
        return np.searchsorted(self._times, over - EPSILON)

    def _extend(self, high: int) -> None:
        if high > self._top:
            self._value[self._top + 1 : high + 1] = self._value[self._top]
            self._top = high

    def _merge(
        self,
        low: int,
        best: Integers,
        starts: npt.NDArray[np.int32],
        wordings: npt.NDArray[np.int16],
    ) -> _Step:
        """Raise F where saying the element is worth more than leaving it out."""
        width = best.size
        here = self._value[low : self._top + 1]
        said = np.empty(here.size, dtype=np.bool_)
        said[:width] = best > here[:width]
        said[width:] = best[-1] > here[width:]
        np.maximum(here[:width], best, out=here[:width])
        np.maximum(here[width:], best[-1], out=here[width:])
        return _Step(low, said, starts, wordings)


def _running_best(values: Integers) -> tuple[Integers, npt.NDArray[np.intp]]:
    """The greatest value up to each position, and where it first stood."""
    highest = np.maximum.accumulate(values)
    new = np.empty(values.size, dtype=np.bool_)
    new[0] = True
    new[1:] = values[1:] > highest[:-1]
    at = np.maximum.accumulate(np.where(new, np.arange(values.size), 0))
    return highest, at
