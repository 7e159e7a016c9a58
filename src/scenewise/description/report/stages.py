"""How long each stage took."""

from __future__ import annotations

from dataclasses import dataclass

from scenewise.description.results import Draft, Rendered
from scenewise.description.timing import Timings


@dataclass(frozen=True)
class Stage:
    """One stage.

    Args:
        name: as timed.
        seconds: spent now.
        reused: whether its result (or a part) came from the cache.
        share: of the longest stage, 0 to 1.
    """

    name: str
    seconds: float
    reused: bool
    share: float

    @property
    def title(self) -> str:
        """Its name as the beginning of a line."""
        return self.name[:1].upper() + self.name[1:]


def joined(rendered: Rendered, drafted: Draft | None) -> Timings:
    """The time of both verbs."""
    return drafted.timings.joined(rendered.timings) if drafted else rendered.timings


def stages_of(timings: Timings) -> tuple[Stage, ...]:
    """Every stage in the order in which it ran; those that only came from the cache too."""
    every = dict(timings.seconds)
    for name in sorted(timings.reused):
        every.setdefault(name, 0.0)
    longest = max(every.values(), default=0.0)
    return tuple(
        Stage(name, seconds, name in timings.reused, seconds / longest if longest > 0 else 0.0)
        for name, seconds in every.items()
    )
