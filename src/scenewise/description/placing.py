"""Giving each line its wording and its moment."""

from __future__ import annotations

from collections.abc import Sequence

from scenewise.core.script import Description
from scenewise.core.time import Span
from scenewise.description.naive_schedule import naive_schedule
from scenewise.description.schedule import Element, ScheduleOptions, Wording, schedule
from scenewise.description.speaking import Speaker


def place(
    lines: Sequence[Description],
    gaps: Sequence[Span],
    speaker: Speaker,
    placement: str,
    *,
    film: Span,
    pinned: bool = False,
) -> list[Description]:
    """The same lines with start, duration and wording, or with the reason why they are silent.

    Args:
        lines: in story order; those with a reason stay silent.
        gaps: where speech may go, seconds.
        speaker: measures each wording with the real voice.
        placement: `optimum`, or `paper` for the published system's.
        film: bounds of the film.
        pinned: keep the starts that lines already have.
    """
    speakable = [line for line in lines if not line.reason and line.text]
    elements = [
        Element(
            id=line.id,
            event=line.event,
            salience=line.salience,
            wordings=tuple(Wording(text, speaker.duration(text)) for text in line.wordings),
            pinned=line.start if pinned else None,
            required=line.source == "person",
        )
        for line in speakable
    ]
    if placement == "paper":
        spans = {line.id: line.span for line in speakable}
        result = naive_schedule(elements, spans, film)
    else:
        result = schedule(elements, gaps, ScheduleOptions())
    at = {placement.id: placement for placement in result.placements}
    out = []
    for line in lines:
        chosen = at.get(line.id)
        if chosen is not None:
            wording = line.wordings[chosen.wording]
            out.append(line.delivered(chosen.start, chosen.duration, wording))
        else:
            out.append(line.silenced(line.reason or result.left_out.get(line.id, "no room")))
    return out
