"""The published system's placement, for `--preset paper` and for comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scenewise.core.time import Span
from scenewise.description.schedule import (
    Element,
    Placement,
    Schedule,
    ScheduleOptions,
    total_worth,
)


def naive_schedule(
    elements: Sequence[Element],
    segments: Mapping[str, Span],
    film: Span | None = None,
    options: ScheduleOptions | None = None,
) -> Schedule:
    """Speak each description from the start of its segment (Chen 2025, §4.2 and §4.3).

    The paper lays the recordings end to end so that each begins with the segment it tells
    about, over whatever sounds there; dialogue, length and distance play no part, and the
    full wording is always used. Two things it leaves open are settled here: a description
    whose predecessor still speaks begins when that one is finished, and one that could only
    begin after the film's end is left out.

    Args:
        elements: in story order.
        segments: the segment of each element, by id, seconds. An element without one begins
            at its event.
        film: bounds of the film; no bounds when None.
        options: by which the result's value is told; the placement does not depend on them.
    """
    placements: list[Placement] = []
    left_out: dict[str, str] = {}
    free = film.start if film is not None else -float("inf")
    order = sorted(elements, key=lambda element: _begin(element, segments))
    for element in order:
        if not element.wordings:
            left_out[element.id] = "nothing to say: it has no wording"
            continue
        start = max(free, _begin(element, segments))
        if film is not None and start >= film.end:
            left_out[element.id] = "no room: the film is over when the lines before it are spoken"
            continue
        length = element.wordings[0].duration
        placements.append(Placement(element.id, start, 0, length))
        free = start + length
    value = total_worth(elements, placements, options or ScheduleOptions())
    return Schedule(tuple(placements), value, left_out)


def _begin(element: Element, segments: Mapping[str, Span]) -> float:
    if element.pinned is not None:
        return element.pinned
    segment = segments.get(element.id)
    return segment.start if segment is not None else element.event
