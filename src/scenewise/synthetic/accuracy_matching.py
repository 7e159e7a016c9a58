"""Which happening of a drawn film each line of a description is about."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from scenewise.core.time import Span
from scenewise.synthetic.films import Happening
from scenewise.synthetic.grammar import slots_in
from scenewise.synthetic.world import Event, Slot

SLOTS: Final[tuple[Slot, ...]] = ("person", "action", "object", "setting", "other")

Line = tuple[float, float, str]
"""When its speech starts and ends, in seconds, and the words that are spoken."""

Named = Mapping[Slot, frozenset[str]]
"""What a sentence names, by slot."""

_WRONG: Final = 0.25  # what a wrong name takes from the agreement, where a right one adds 1
_NEARER: Final = 0.2  # decides between happenings that agree alike: less than any name does
_LEAST: Final = 0.3  # of a line with something true in it, however much is wrong
_WRITTEN: Final = 3.0  # writing told word for word belongs to its picture whatever else is named


@dataclass(frozen=True)
class Reading:
    """What a line says, before it is known what it is about.

    Args:
        span: when it is spoken, in seconds.
        text: its words.
        named: what it names outside the writing it tells.
        written: the happenings near it whose writing it tells, by index.
    """

    span: Span
    text: str
    named: Named
    written: frozenset[int]

    @property
    def empty(self) -> bool:
        """Whether it names nobody and nothing, and tells no writing."""
        return not self.written and not any(self.named.values())


def truth_of(event: Event | None) -> Named:
    """What a happening holds, by slot; a slot that is empty holds nothing."""
    values: dict[Slot, str] = {}
    if event is not None:
        values = {
            "person": event.person,
            "action": event.action,
            "object": event.object,
            "setting": event.setting,
            "other": event.other,
        }
    return {slot: frozenset({values.get(slot, "")} - {""}) for slot in SLOTS}


def distance(line: Span, shown: Span) -> float:
    """Seconds between a line and a happening; 0 where it is spoken while that is shown."""
    return max(0.0, shown.start - line.end, line.start - shown.end)


def read_lines(
    lines: Sequence[Line], happenings: Sequence[Happening], within: float
) -> list[Reading]:
    """What each line says, in order of time.

    Words of writing are no names: a sign that reads "Market day" is not a market.

    Args:
        lines: in any order.
        happenings: of the film.
        within: seconds from a line at which writing still counts as told by it.

    Raises:
        ValueError: a line ends before it starts, or its times are not finite.
    """
    readings = []
    for start, end, text in sorted(lines, key=lambda line: line[:2]):
        span, rest, told = Span(start, end), text, set()
        for index, happening in enumerate(happenings):
            if happening.written and distance(span, happening.span) <= within:
                place = _where_told(text, happening.written)
                if place is not None:
                    told.add(index)
                    rest = rest.replace(text[slice(*place)], " | ")
        named = {slot: frozenset(names) for slot, names in slots_in(rest).items()}
        readings.append(Reading(span, text, named, frozenset(told)))
    return readings


def _where_told(text: str, written: str) -> tuple[int, int] | None:
    """Where a text tells writing word for word; None where it does not.

    Readers of writing drop and add blanks, so that only letters and digits count. The writing
    is given a capital or quotation marks, which tells it from the same word in a sentence.
    """
    wanted = "".join(re.findall(r"\w+", written.casefold()))
    words = list(re.finditer(r"\w+", text))
    for first, word in enumerate(words):
        quoted = text[: word.start()].endswith(('"', "“", "‘", "'"))
        if not (word.group()[0].isupper() or word.group()[0].isdigit() or quoted):
            continue
        joined = ""
        for last in words[first:]:
            joined += last.group().casefold()
            if joined == wanted:
                return word.start(), last.end()
            if not wanted.startswith(joined):
                break
    return None


def agreement(reading: Reading, index: int, happening: Happening) -> float:
    """How well a line fits a happening: what it names rightly, less what it names wrongly.

    Returns:
        0 where nothing it says is true of it.
    """
    truth = truth_of(happening.event)
    right = sum(len(reading.named[slot] & truth[slot]) for slot in SLOTS)
    wrong = sum(len(reading.named[slot] - truth[slot]) for slot in SLOTS)
    told = _WRITTEN * (index in reading.written)
    return max(_LEAST, right + told - _WRONG * wrong) if right or told else 0.0


def match(
    readings: Sequence[Reading], happenings: Sequence[Happening], within: float
) -> list[int | None]:
    """The happening that each line is about, [n]; None where it fits none.

    A line is about a happening that is shown while it is spoken, or at most `within` seconds
    before or after. Of all ways to match them in which a later line is never about an earlier
    happening, the one whose agreements have the greatest sum; several lines may be about one
    happening. Of happenings that agree alike the nearer is taken.

    Args:
        readings: in order of time.
        happenings: in order of time.
        within: seconds.
    """
    n, m = len(readings), len(happenings)
    if not n or not m:
        return [None] * n
    weights = np.zeros((n, m))
    for i, reading in enumerate(readings):
        for j, happening in enumerate(happenings):
            apart = distance(reading.span, happening.span)
            if apart <= within and (fit := agreement(reading, j, happening)) > 0:
                shared = reading.span.overlap(happening.span) / max(reading.span.duration, 1e-9)
                weights[i, j] = fit + _NEARER * (shared - apart / max(within, 1e-9)) / 2
    # best[i, j]: the first i lines, of which none is about a happening after j
    best = np.zeros((n + 1, m))
    for i in range(n):
        best[i + 1] = np.maximum.accumulate(np.maximum(best[i], best[i] + weights[i]))
    matched: list[int | None] = [None] * n
    j = m - 1
    for i in range(n, 0, -1):
        while j > 0 and best[i, j] == best[i, j - 1]:
            j -= 1
        if weights[i - 1, j] > 0 and best[i, j] > best[i - 1, j]:
            matched[i - 1] = j
    return matched
