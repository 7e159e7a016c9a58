"""Giving each line its wording and its moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scenewise.core.script import Cue, Description
from scenewise.core.time import Span
from scenewise.description.measures import repetitions
from scenewise.description.naive_schedule import naive_schedule
from scenewise.description.schedule import (
    Element,
    Schedule,
    ScheduleOptions,
    Wording,
    schedule,
)
from scenewise.description.speaking import Speaker


def place(
    lines: Sequence[Description],
    gaps: Sequence[Span],
    speaker: Speaker,
    placement: str,
    *,
    film: Span,
    timing: ScheduleOptions | None = None,
) -> list[Description]:
    """The same lines with start, duration and wording, or with the reason why they are silent.

    Args:
        lines: in story order; those with a reason stay silent.
        gaps: where speech may go, seconds.
        speaker: measures each wording with the real voice.
        placement: `optimum`, or `paper` for the published system's.
        film: bounds of the film.
        timing: what the optimum is taken over; defaults when None.
    """
    elements = _elements(lines, speaker)
    if placement == "paper":
        spans = {line.id: line.span for line in lines}
        result = naive_schedule(elements, spans, film)
    else:
        elements, result = _without_repeats(elements, gaps, timing)
    wordings = {element.id: element.wordings for element in elements}
    at = {placement.id: placement for placement in result.placements}
    out = []
    for line in lines:
        chosen = at.get(line.id)
        if chosen is not None:
            wording = wordings[line.id][chosen.wording].text
            out.append(line.delivered(chosen.start, chosen.duration, wording))
        else:
            out.append(line.silenced(line.reason or result.left_out.get(line.id, "no room")))
    return out


def _elements(lines: Sequence[Description], speaker: Speaker) -> list[Element]:
    return [
        Element(
            id=line.id,
            event=line.event,
            salience=line.salience,
            wordings=tuple(
                Wording(text, speaker.duration(text, line.language)) for text in line.wordings
            ),
            required=line.source == "person",
        )
        for line in lines
        if not line.reason and line.text
    ]


def _without_repeats(
    elements: list[Element], gaps: Sequence[Span], timing: ScheduleOptions | None
) -> tuple[list[Element], Schedule]:
    """The best schedule in which nothing is said twice within the checked window.

    Lines that differ in full may become alike when shortened. What the first schedule would
    repeat is taken from the later line's wordings, and the rest is scheduled again; every
    round takes at least one wording, so it ends.
    """
    said_already: dict[str, str] = {}
    while True:
        result = schedule(elements, gaps, timing)
        texts = {
            p.id: element.wordings[p.wording].text
            for element in elements
            for p in result.placements
            if p.id == element.id
        }
        cues = [Cue(p.span, texts[p.id], p.id) for p in result.placements]
        repeats = {cues[later].id: cues[earlier].id for earlier, later in repetitions(cues)}
        persons = {element.id for element in elements if element.required}
        repeats = {later: earlier for later, earlier in repeats.items() if later not in persons}
        if not repeats:
            for identifier, earlier in said_already.items():
                result.left_out[identifier] = f"repeats {earlier}"
            return elements, result
        kept = []
        for element in elements:
            if element.id in repeats:
                rest = tuple(w for w in element.wordings if w.text != texts[element.id])
                if not rest:
                    said_already[element.id] = repeats[element.id]
                    continue
                element = replace(element, wordings=rest)
            kept.append(element)
        elements = kept
