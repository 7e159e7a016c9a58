"""How long each stage took."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from scenewise.description.report.figures import sentence
from scenewise.description.results import Draft, Rendered
from scenewise.description.timing import Timings

_ORDER: Final = (
    "load models",
    "hash",
    "look",
    "listen",
    "read",
    "caption",
    "word",
    "speak",
    "schedule",
    "mix and write",
    "write the rest",
    "check",
)
"""Stages as they run; what came from the cache has no place of its own in the timings."""


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
        return sentence(self.name)


def joined(rendered: Rendered, drafted: Draft | None) -> Timings:
    """The time of both verbs."""
    return drafted.timings.joined(rendered.timings) if drafted else rendered.timings


def stages_of(timings: Timings) -> tuple[Stage, ...]:
    """Every stage in the order in which it ran; those that only came from the cache too."""
    ran = dict(timings.seconds)
    for name in sorted(timings.reused):
        ran.setdefault(name, 0.0)
    rank = {name: place for place, name in enumerate(_ORDER)}
    every = dict(sorted(ran.items(), key=lambda item: rank.get(item[0], len(rank))))
    longest = max(every.values(), default=0.0)
    return tuple(
        Stage(name, seconds, name in timings.reused, seconds / longest if longest > 0 else 0.0)
        for name, seconds in every.items()
    )
