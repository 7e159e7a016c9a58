"""How long each stage took, for the report and the paper's "timely"."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Timings:
    """Seconds of wall clock by stage, in the order in which stages first ran."""

    seconds: dict[str, float] = field(default_factory=dict)
    reused: set[str] = field(default_factory=set)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time spent inside to a stage."""
        start = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - start
            self.seconds[name] = self.seconds.get(name, 0.0) + spent

    def reuse(self, name: str) -> None:
        """Note that a stage's result came from the cache."""
        self.reused.add(name)

    @property
    def total(self) -> float:
        """Seconds in all."""
        return sum(self.seconds.values())

    def joined(self, other: Timings) -> Timings:
        """Both, one after the other."""
        seconds = dict(self.seconds)
        for name, spent in other.seconds.items():
            seconds[name] = seconds.get(name, 0.0) + spent
        return Timings(seconds, self.reused | other.reused)
