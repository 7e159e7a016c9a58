"""What to say, when, and in which wording: one optimum for the whole film.

The problem is that of Sterner et al. 2026 (arXiv 2609.30121): elements stand in story order,
each with an event, a salience σ and several wordings; choose which to say, in which wording
and from when, so that every utterance lies inside one gap between dialogue, stays near its
event, and follows the one before it. They hand it to an integer-programming solver. Because
the order is fixed, dynamic programming over (element, earliest free time) finds the same
optimum directly:

    F_i(t) = the best worth of elements 1…i when the voice must be free again by t
           = max( F_{i-1}(t),  max over starts d and wordings l:  F_{i-1}(d) + worth_i(d, l)
                               with d + l + pause ≤ t, [d, d + l] inside a gap, near the event )

Time is a list of possible starts, `tick` seconds apart from the start of each gap; F changes
only within reach of the event, so an element costs a few hundred to a few thousand steps
whatever the length of the film. When all times are multiples of the tick the result is the
optimum over continuous time; otherwise an utterance may begin up to one tick later than it
could. Whether a single utterance fits its gap is always decided on exact times.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from scenewise.core.options import Checked, option
from scenewise.core.time import Span, union
from scenewise.description.schedule_table import EPSILON, Choice, Instants, Table

_FINEST: Final = 1e7
"""Steps to one unit of worth: sums of integers are exact, so that ties are ties."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to say something.

    Args:
        text: the words.
        duration: seconds of speech, measured from the voice that will say them.

    Raises:
        ValueError: the duration is not a positive number.
    """

    text: str
    duration: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.duration) and self.duration > 0):
            raise ValueError(f"a wording lasts a positive time, not {self.duration} s")


@dataclass(frozen=True, slots=True)
class Element:
    """Something that may be said.

    Args:
        id: name of the line.
        event: seconds; the middle of the occurrence it tells about (m in the paper).
        salience: how much it matters, 0 or more (σ in the paper).
        wordings: the full one first, then shorter ones.
        pinned: seconds; a person fixed that it begins here.
        required: a person wants it said.

    Raises:
        ValueError: a number is not finite, or the salience is negative.
    """

    id: str
    event: float
    salience: float
    wordings: tuple[Wording, ...]
    pinned: float | None = None
    required: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.event) and math.isfinite(self.pinned or 0.0)):
            raise ValueError(f"{self.id}: event and fixed start are finite times")
        if not (math.isfinite(self.salience) and self.salience >= 0):
            raise ValueError(f"{self.id}: a salience is 0 or more, not {self.salience}")


@dataclass(frozen=True)
class ScheduleOptions(Checked):
    """What the optimum is taken over.

    The worth of a line with salience σ, event m and a wording of l seconds, begun at d, is

        σ · l^exponent − closeness · |d + l/2 − m| / reach − lateness · max(0, d − m) / reach.

    An exponent of 1 is the paper's σ·l, which is indifferent between one event told at length
    and two told briefly. Below 1 the second is worth more, as viewers who ask for the
    concise wording first would have it. `closeness` and `lateness` only choose between
    places: for each line they weigh less than their sum (0.04 with the defaults: the worth of
    0.014 s of speech at salience 1), so what is said differs from the content-only optimum
    only between schedules whose content ties within that much for each line.
    """

    reach: float = option(
        10.0, "farthest the middle of an utterance may lie from its event", low=0.5, high=120,
        unit="s", group="Timing",
    )  # fmt: skip
    pause: float = option(
        0.25, "silence between two utterances", low=0, high=5, unit="s", group="Timing"
    )
    tick: float = option(
        0.02, "step of the possible starts", low=0.001, high=0.5, unit="s", group="Timing"
    )
    exponent: float = option(
        0.75, "worth of length: 1 = told at length, lower = more told, each briefly",
        low=0.1, high=1, flag="length-exponent", group="Timing",
    )  # fmt: skip
    closeness: float = option(
        0.02, "worth lost by an utterance as far from its event as it may be", low=0, high=10,
        group="Timing",
    )  # fmt: skip
    lateness: float = option(
        0.02, "worth lost by an utterance that begins a whole reach after its event", low=0,
        high=10, group="Timing",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Placement:
    """A line that is said: from when (seconds), in which of its wordings, for how long."""

    id: str
    start: float
    wording: int
    duration: float

    @property
    def span(self) -> Span:
        """When it is spoken."""
        return Span(self.start, self.start + self.duration)


@dataclass(frozen=True)
class Schedule:
    """What is said and when.

    Args:
        placements: in order of time, which is the order of the story.
        value: sum of the lines' worth (see `ScheduleOptions`).
        left_out: why each other line is not said, by its id.
    """

    placements: tuple[Placement, ...]
    value: float
    left_out: dict[str, str]


def schedule(
    elements: Sequence[Element], gaps: Sequence[Span], options: ScheduleOptions | None = None
) -> Schedule:
    """The best schedule of some lines in the gaps of a film.

    Lines that a person pinned or asked for go first: as many pinned lines as can be said are,
    then as many required ones, then the worth of all lines decides. A pinned line begins
    exactly where it was fixed, even outside every gap or near another pinned line; it then
    takes its shortest wording, and `check` reports the overlap. Equal worth is settled for
    the earlier line, the fuller wording, the earlier start.

    Args:
        elements: in story order; pinned lines that contradict it are put in order of time.
        gaps: spans free of dialogue, margins already taken off, in any order.
        options: defaults when None.

    Returns:
        Utterances inside the gaps, in story order, at least `pause` apart, with the middle of
        each within `reach` of its event.
    """
    options = options or ScheduleOptions()
    rooms = union(gaps)
    story = _pins_in_order(elements)
    instants = Instants.of(rooms, [e.pinned for e in story if e.pinned is not None], options.tick)
    bonuses, scale = _bonuses(story, options)
    following = _next_pins(story)
    table = Table(instants, options.pause)
    for element, bonus, pin in zip(story, bonuses, following, strict=True):
        choices = _choices(element, instants, options)
        for choice in choices:
            starts = instants.times[choice.first : choice.first + choice.allowed.size]
            exact = worth(element, choice.wording, starts, options) * scale
            choice.worth = np.rint(exact).astype(np.int64) + bonus
        table.add(choices, next_pin=pin if element.pinned is not None else None)
    placements = tuple(
        Placement(story[i].id, start, k, story[i].wordings[k].duration)
        for i, start, k in table.best()
    )
    said = {place.id: place for place in placements}
    left_out = {
        e.id: _reason(e, rooms, instants, placements, options) for e in elements if e.id not in said
    }
    return Schedule(placements, total_worth(elements, placements, options), left_out)


def worth(
    element: Element,
    wording: int,
    start: npt.NDArray[np.float64] | float,
    options: ScheduleOptions,
) -> npt.NDArray[np.float64]:
    """What it is worth to say a line in one of its wordings from `start` on (seconds).

    The formula stands in `ScheduleOptions`; a pinned line has no preference of place.
    """
    length = element.wordings[wording].duration
    begin = np.asarray(start, dtype=np.float64)
    content = element.salience * length**options.exponent
    if element.pinned is not None:
        return np.full_like(begin, content)
    distance = np.abs(begin + length / 2 - element.event) / options.reach
    late = np.maximum(0.0, begin - element.event) / options.reach
    return content - options.closeness * distance - options.lateness * late


def total_worth(
    elements: Sequence[Element], placements: Sequence[Placement], options: ScheduleOptions
) -> float:
    """The sum of `worth` over what is said: the quantity that `schedule` makes greatest."""
    by_id = {element.id: element for element in elements}
    return math.fsum(float(worth(by_id[p.id], p.wording, p.start, options)) for p in placements)


def wanted_room(reason: str) -> bool:
    """Whether a line was left out only because there was no room for it."""
    return reason.startswith(("no gap", "no room"))


def _pins_in_order(elements: Sequence[Element]) -> list[Element]:
    story = list(elements)
    places = [i for i, element in enumerate(story) if element.pinned is not None]
    pinned = sorted((story[i] for i in places), key=lambda element: element.pinned or 0.0)
    for i, element in zip(places, pinned, strict=True):
        story[i] = element
    return story


def _next_pins(story: Sequence[Element]) -> list[float | None]:
    """For each element the fixed start of the next pinned one."""
    out: list[float | None] = []
    coming: float | None = None
    for element in reversed(story):
        out.append(coming)
        coming = element.pinned if element.pinned is not None else coming
    return out[::-1]


def _bonuses(story: Sequence[Element], options: ScheduleOptions) -> tuple[list[int], float]:
    """What saying a person's line is worth beside its own worth, and steps to one unit.

    One required line outweighs all that lines are worth, one pinned line all required ones.
    """
    longest = [max((w.duration for w in e.wordings), default=0.0) for e in story]
    total = 1.0 + sum(
        e.salience * length**options.exponent + options.closeness + options.lateness
        for e, length in zip(story, longest, strict=True)
    )
    required = sum(e.required and e.pinned is None for e in story)
    pinned = sum(e.pinned is not None for e in story)
    largest = total * (required + 1) * (pinned + 1)
    scale = min(_FINEST, 2.0**61 / largest)
    one = math.ceil(total * scale) + len(story)
    return [
        one * (required + 1) if e.pinned is not None else one if e.required else 0 for e in story
    ], scale


def _choices(element: Element, instants: Instants, options: ScheduleOptions) -> list[Choice]:
    """Where each wording may begin."""
    if element.pinned is not None:
        return _pinned_choices(element, instants)
    out = []
    for k, wording in enumerate(element.wordings):
        middle = element.event - wording.duration / 2
        choice = instants.within(
            k, wording.duration, middle - options.reach, middle + options.reach
        )
        if choice is not None:
            out.append(choice)
    return out


def _pinned_choices(element: Element, instants: Instants) -> list[Choice]:
    assert element.pinned is not None
    at = instants.index(element.pinned)
    room = instants.ends[at] - element.pinned
    fitting = [k for k, w in enumerate(element.wordings) if w.duration <= room + EPSILON]
    if not fitting and element.wordings:
        fitting = [min(range(len(element.wordings)), key=lambda k: element.wordings[k].duration)]
    once = np.ones(1, dtype=np.bool_)
    return [Choice(k, element.wordings[k].duration, at, once) for k in fitting]


def _reason(
    element: Element,
    rooms: Sequence[Span],
    instants: Instants,
    placements: Sequence[Placement],
    options: ScheduleOptions,
) -> str:
    """Why a line is not said, for the person who edits the script."""
    if not element.wordings:
        return "nothing to say: it has no wording"
    shortest = min(wording.duration for wording in element.wordings)
    if element.pinned is not None:
        taken = Span(element.pinned, element.pinned + shortest)
        return f"fixed at {element.pinned:.2f} s, while {_names(placements, [taken])} is spoken"
    near = options.reach + shortest / 2
    window = Span(element.event - near, element.event + near)
    near_rooms = rooms[
        bisect_left(rooms, window.start, key=lambda room: room.end) : bisect_right(
            rooms, window.end, key=lambda room: room.start
        )
    ]
    reachable = [part for room in near_rooms if (part := room.clipped(window)) is not None]
    if not reachable:
        return f"no gap within {options.reach:g} s of it"
    choices = _choices(element, instants, options)
    if not choices:
        return (
            f"no gap within {options.reach:g} s of it is long enough: "
            f"its shortest wording takes {shortest:.1f} s"
        )
    highest = max(
        float(worth(element, c.wording, instants.times[c.starts()], options).max()) for c in choices
    )
    if highest <= 0:
        return f"not worth saying: salience {element.salience:g}"
    return f"no room: lines that matter more fill the gap ({_names(placements, reachable)})"


def _names(placements: Sequence[Placement], spans: Sequence[Span], most: int = 4) -> str:
    """The ids of the lines spoken in some ordered spans."""
    low = bisect_left(placements, spans[0].start, key=lambda place: place.span.end)
    high = bisect_right(placements, spans[-1].end, key=lambda place: place.start)
    ids = [p.id for p in placements[low:high] if any(p.span.overlap(span) > 0 for span in spans)]
    more = f" and {len(ids) - most} more" if len(ids) > most else ""
    return ", ".join(ids[:most]) + more if ids else "the order of the story"
