"""What each verb returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scenewise.core.media_types import Keyframe, Selection
from scenewise.core.script import Script
from scenewise.core.time import Span
from scenewise.description.hearing import Sound
from scenewise.description.measures import Measure
from scenewise.description.timing import Timings


@dataclass(frozen=True)
class Draft:
    """A script and what it was made from.

    Args:
        script: every description, with what is voiced and when.
        film: the film's path.
        duration: of the film, seconds.
        selection: key frames, shots, trees.
        sound: dialogue and loudness.
        gaps: where speech may go, seconds.
        timings: seconds a stage.
        warnings: what a person should know, one line each.
    """

    script: Script
    film: Path
    duration: float
    selection: Selection
    sound: Sound
    gaps: tuple[Span, ...]
    timings: Timings
    warnings: tuple[str, ...] = ()

    def keyframe_of(self, identifier: str) -> Keyframe | None:
        """The key frame a description was made from, if it was made from one."""
        line = next((d for d in self.script.descriptions if d.id == identifier), None)
        if line is None:
            return None
        return next((k for k in self.selection.keyframes if k.span.contains(line.event)), None)


@dataclass(frozen=True)
class Check:
    """How a script or a described film measures up.

    Args:
        measures: one figure each, with its limit and whether it is kept.
        target: what was measured.
        notes: what a person should know about the target, such as a timing that is none.
    """

    measures: tuple[Measure, ...]
    target: str = ""
    notes: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether no rule failed."""
        return not self.failures

    @property
    def failures(self) -> tuple[Measure, ...]:
        """The rules that failed."""
        return tuple(m for m in self.measures if m.passed is False and m.severity == "error")


@dataclass(frozen=True)
class Rendered:
    """A described film and all that lies beside it.

    Args:
        film: the described film.
        script: as rendered.
        files: every file written, by kind.
        check: how the result measures up.
        timings: seconds a stage.
        warnings: what a person should know, one line each.
        details: further facts as plain values; `options` holds the render options.
        source: the film that was described, where it is known.
    """

    film: Path
    script: Script
    files: dict[str, Path]
    check: Check
    timings: Timings
    warnings: tuple[str, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)
    source: Path | None = None


@dataclass(frozen=True)
class Described:
    """Draft and render together."""

    draft: Draft
    rendered: Rendered

    @property
    def film(self) -> Path:
        """The described film."""
        return self.rendered.film

    @property
    def script(self) -> Script:
        """The script as rendered."""
        return self.rendered.script

    @property
    def check(self) -> Check:
        """How the result measures up."""
        return self.rendered.check

    @property
    def timings(self) -> Timings:
        """Seconds a stage, of both verbs."""
        return self.draft.timings.joined(self.rendered.timings)
