"""What every stage is given: where results are kept, who counts the time, who is told."""

from __future__ import annotations

from dataclasses import dataclass, field

from scenewise.core.progress import Progress, Silent
from scenewise.description.cache import Cache
from scenewise.description.timing import Timings


@dataclass(frozen=True)
class Work:
    """The surroundings of one run.

    Args:
        cache: where stage results are kept.
        progress: told what is being done.
        timings: seconds a stage.
    """

    cache: Cache = field(default_factory=Cache.standard)
    progress: Progress = field(default_factory=Silent)
    timings: Timings = field(default_factory=Timings)

    @classmethod
    def of(cls, cache: Cache | None, progress: Progress | None) -> Work:
        """A run with what the caller gave, and the usual where nothing was given."""
        return cls(cache or Cache.standard(), progress or Silent())
