"""The descriptions as the report lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scenewise.core.script import Description, Script
from scenewise.core.time import Span
from scenewise.description.report.pictures import Shown, nearest


@dataclass(frozen=True)
class Line:
    """One description.

    Args:
        number: its place in the list, from 1.
        description: what is told.
        speech: when it is spoken, seconds; None when it is not.
        shown: the key frame it tells about, where one is known.
    """

    number: int
    description: Description
    speech: Span | None
    shown: Shown | None

    @property
    def shortened(self) -> bool:
        """Whether other words are spoken than the full text."""
        line = self.description
        return line.voiced and bool(line.spoken) and line.spoken != line.text

    @property
    def distance(self) -> float:
        """Seconds from the event to the middle of the speech; negative when it is before."""
        return self.speech.middle - self.description.event if self.speech else 0.0


def lines_of(script: Script, pictures: Sequence[Shown]) -> tuple[Line, ...]:
    """Every description of a script, in the order of the script."""
    speech = {cue.id: cue.span for cue in script.cues()}
    return tuple(
        Line(number, line, speech.get(line.id) if line.voiced else None, nearest(pictures, at))
        for number, line in enumerate(script.descriptions, start=1)
        for at in (line.event if line.span.contains(line.event) else line.span.middle,)
    )
