"""Spans of time, in seconds.

Time always comes from a packet's `pts × time_base`. A frame number means nothing outside
the reader: videos have variable rates, late first frames and repeated packets.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A closed interval of time.

    Args:
        start: seconds, finite.
        end: seconds, finite, not before `start`.

    Raises:
        ValueError: a bound is not finite, or the end lies before the start.
    """

    start: float
    end: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.start) and math.isfinite(self.end)):
            raise ValueError(f"a span needs finite bounds, not {self.start} to {self.end}")
        if self.end < self.start:
            raise ValueError(f"a span cannot end ({self.end}) before it starts ({self.start})")

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.end - self.start

    @property
    def middle(self) -> float:
        """The time half-way, in seconds."""
        return (self.start + self.end) / 2

    def overlap(self, other: Span) -> float:
        """Seconds that both spans cover; 0 when they only touch."""
        return max(0.0, min(self.end, other.end) - max(self.start, other.start))

    def contains(self, time: float) -> bool:
        """Whether a time in seconds lies inside, bounds included."""
        return self.start <= time <= self.end

    def padded(self, before: float, after: float | None = None) -> Span:
        """The span grown (or, if negative, shrunk to no less than its middle) at both ends."""
        after = before if after is None else after
        start, end = self.start - before, self.end + after
        if end < start:
            start = end = (start + end) / 2
        return Span(start, end)

    def clipped(self, bounds: Span) -> Span | None:
        """The part inside `bounds`, or None when nothing of it is."""
        start, end = max(self.start, bounds.start), min(self.end, bounds.end)
        return Span(start, end) if end > start else None


def union(spans: Iterable[Span], *, join: float = 0.0) -> list[Span]:
    """Ordered spans without overlap that cover the same time.

    Args:
        spans: in any order, overlapping or not.
        join: spans that are at most this many seconds apart become one.
    """
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end + join:
            if span.end > merged[-1].end:
                merged[-1] = Span(merged[-1].start, span.end)
        else:
            merged.append(span)
    return merged


def complement(spans: Iterable[Span], within: Span) -> list[Span]:
    """The parts of `within` that no span covers, in order."""
    free: list[Span] = []
    at = within.start
    for span in union(spans):
        if span.end <= within.start:
            continue
        if span.start >= within.end:
            break
        if span.start > at:
            free.append(Span(at, span.start))
        at = max(at, span.end)
    if within.end > at:
        free.append(Span(at, within.end))
    return free


def shared(first: Sequence[Span], second: Sequence[Span]) -> float:
    """Seconds covered by both of two sets of spans, each second counted once."""
    return sum(span.duration for span in intersection(first, second))


def intersection(first: Iterable[Span], second: Iterable[Span]) -> list[Span]:
    """The time covered by both sets, as ordered spans without overlap."""
    a, b = union(first), union(second)
    out: list[Span] = []
    i = j = 0
    while i < len(a) and j < len(b):
        start, end = max(a[i].start, b[j].start), min(a[i].end, b[j].end)
        if end > start:
            out.append(Span(start, end))
        if a[i].end < b[j].end:
            i += 1
        else:
            j += 1
    return out
