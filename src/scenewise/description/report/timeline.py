"""The film as lanes over time: where speech, pauses, pictures and writing lie."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from scenewise.core.media_types import Shot
from scenewise.core.time import Span, union
from scenewise.description.report.figures import axis_times, clock, length, mark
from scenewise.description.report.lines import Line
from scenewise.description.report.pictures import Picture, Shown
from scenewise.description.report.truth import Fact

Kind = Literal["shot", "keyframe", "writing", "dialogue", "gap", "speech", "left-out", "truth"]

WIDTH: Final = 800.0
"""Units of a drawing; about pixels on a desktop."""

GUTTER: Final = 84.0
"""Units at the left for the names of the lanes."""

EDGE: Final = 8.0
"""Units at the right, so that the last mark's label is not cut."""

_ROWS: Final = ((120.0, math.inf), (600.0, 60.0), (1800.0, 120.0), (10_800.0, 300.0))
"""Films up to so many seconds, and the seconds of one row of theirs; 600 beyond."""

_MOST_TICKS: Final = 13
_NAMES: Final[dict[Kind, tuple[str, float]]] = {
    "shot": ("Shots", 10.0),
    "keyframe": ("Key frames", 46.0),
    "writing": ("Writing", 16.0),
    "dialogue": ("Dialogue", 20.0),
    "gap": ("Pauses", 20.0),
    "speech": ("Description", 26.0),
    "left-out": ("Left out", 14.0),
    "truth": ("In truth", 22.0),
}
_PLAIN: Final = 26.0
"""Units: no lane is higher where no segment has room for its picture."""

_BETWEEN: Final = 7.0
_AXIS: Final = 22.0
_PICTURE_FROM: Final = 26.0
_LETTER: Final = 6.4
"""Units: narrower segments show no picture; the width of a letter of a label."""


@dataclass(frozen=True)
class Mark:
    """One rectangle.

    Args:
        kind: what it stands for.
        span: in the film, seconds; may go on in the next row.
        x, width: units.
        title: in words.
        seek: where a click leads, seconds.
        label: written into it; empty where it does not fit.
        picture: drawn into it.
    """

    kind: Kind
    span: Span
    x: float
    width: float
    title: str
    seek: float
    label: str = ""
    picture: Picture | None = None


@dataclass(frozen=True)
class Lane:
    """The marks of one kind in one row; `y` and `height` in units."""

    kind: Kind
    name: str
    y: float
    height: float
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Row:
    """A stretch of the film; `ticks` are (x, label) of the time axis."""

    span: Span
    lanes: tuple[Lane, ...]
    ticks: tuple[tuple[float, str], ...]
    height: float


@dataclass(frozen=True)
class Entry:
    """Something in the film before it is laid out."""

    kind: Kind
    span: Span
    title: str
    seek: float
    label: str = ""
    picture: Picture | None = None


def entries(
    lines: Sequence[Line],
    shown: Sequence[Shown],
    shots: Sequence[Shot],
    dialogue: Sequence[Span],
    gaps: Sequence[Span],
    facts: Sequence[Fact] = (),
) -> tuple[Entry, ...]:
    """All that the timeline shows, in no order."""
    return (
        *(_plain("shot", f"Shot {i}", shot.span) for i, shot in enumerate(shots, start=1)),
        *(
            Entry(
                "keyframe",
                key.span,
                f"Key frame at {clock(key.time)}, for {_from_to(key.span)}",
                key.time,
                picture=key.tiny,
            )
            for key in shown
        ),
        *(_plain("dialogue", "Dialogue", span) for span in dialogue),
        *(_plain("gap", "Pause", span) for span in gaps),
        *_described(lines),
        *(
            Entry(
                "truth",
                fact.span,
                f"In truth, {_from_to(fact.span)}: {fact.words}",
                fact.span.start,
                fact.short or fact.written,
            )
            for fact in facts
        ),
    )


def _plain(kind: Kind, name: str, span: Span) -> Entry:
    return Entry(kind, span, f"{name}, {_from_to(span)} ({length(span.duration)})", span.start)


def _described(lines: Sequence[Line]) -> Iterable[Entry]:
    for line in lines:
        told = line.description
        if told.kind == "text":
            title = f"{told.id}: on screen {_from_to(told.span)}: {told.text}"
            yield Entry("writing", told.span, title, told.event, told.id)
        if line.speech is not None:
            title = f"{told.id}: spoken {_from_to(line.speech)}: {told.spoken or told.text}"
            yield Entry("speech", line.speech, title, line.speech.start, told.id)
        else:
            title = f"{told.id}: left out ({told.reason}): {told.text}"
            yield Entry("left-out", Span(told.event, told.event), title, told.event)


def lay_out(found: Sequence[Entry], duration: float) -> tuple[Row, ...]:
    """The timeline in rows that can be read.

    Short films take one row; two hours take 24 rows of five minutes.

    Args:
        found: what it shows.
        duration: of the film, seconds.
    """
    step = row_length(duration)
    count = max(1, math.ceil(duration / step - 1e-9))
    heights = {kind: _NAMES[kind][1] for kind in _NAMES if any(e.kind == kind for e in found)}
    scale = (WIDTH - GUTTER - EDGE) / step
    if not any(e.picture and e.span.duration * scale >= _PICTURE_FROM for e in found):
        heights = {kind: min(height, _PLAIN) for kind, height in heights.items()}
    in_row: list[list[Entry]] = [[] for _ in range(count)]
    for entry in found:
        first = min(count - 1, max(0, math.floor(entry.span.start / step)))
        last = min(count - 1, max(first, math.ceil(entry.span.end / step) - 1))
        for index in range(first, last + 1):
            in_row[index].append(entry)
    return tuple(
        _row(Span(index * step, (index + 1) * step), inside, heights)
        for index, inside in enumerate(in_row)
    )


def row_length(duration: float) -> float:
    """Seconds of one row."""
    step = next((row for most, row in _ROWS if duration <= most), 600.0)
    return max(duration, 1.0) if math.isinf(step) else step


def position(time: float, row: Span) -> float:
    """Where a moment lies in a row, units."""
    return GUTTER + (time - row.start) / row.duration * (WIDTH - GUTTER - EDGE)


def _row(span: Span, inside: Sequence[Entry], heights: Mapping[Kind, float]) -> Row:
    lanes, y = [], 4.0
    for kind, height in heights.items():
        marks = [_mark(entry, span) for entry in inside if entry.kind == kind]
        lanes.append(
            Lane(kind, _NAMES[kind][0], y, height, tuple(sorted(marks, key=lambda m: m.span)))
        )
        y += height + _BETWEEN
    return Row(span, tuple(lanes), _ticks(span), y + _AXIS)


def _mark(entry: Entry, row: Span) -> Mark:
    start, end = max(entry.span.start, row.start), min(entry.span.end, row.end)
    x = position(min(max(start, row.start), row.end), row)
    width = max(0.0, position(max(end, start), row) - x) if end >= start else 0.0
    label = next((text for text in _labels(entry.label) if _fits(text, width)), "")
    return Mark(
        entry.kind,
        entry.span,
        x,
        width,
        entry.title,
        entry.seek,
        label,
        entry.picture if width >= _PICTURE_FROM else None,
    )


def _labels(label: str) -> tuple[str, ...]:
    """A line's name, and its number alone for where there is little room."""
    return label, label.lstrip("d0") if label.lstrip("d").isdigit() else ""


def _fits(text: str, width: float) -> bool:
    return len(text) * _LETTER + 6 <= width


def _ticks(row: Span) -> tuple[tuple[float, str], ...]:
    times = axis_times(row.start, row.end, _MOST_TICKS)
    return tuple((position(time, row), mark(time)) for time in times)


def _from_to(span: Span) -> str:
    return f"{clock(span.start)} to {clock(span.end)}"


def silent(gaps: Sequence[Span], lines: Sequence[Line]) -> tuple[Span, ...]:
    """The pauses in which nothing is said."""
    speech = union(line.speech for line in lines if line.speech is not None)
    return tuple(gap for gap in gaps if not any(gap.overlap(span) > 0 for span in speech))
