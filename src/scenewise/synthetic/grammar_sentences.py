"""True sentences about one event: a plain one, many different ones, and a captioner's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from scenewise.synthetic.grammar_words import (
    HEADINGS,
    LOOKS,
    PHRASES,
    PLACES,
    TIMES,
    WEATHER,
    capitalised,
    definite,
    outdoors,
    participle,
    progressive,
    thing,
    third_person,
)
from scenewise.synthetic.world import (
    ACTION,
    ACTIONS,
    CHARACTERS,
    PROPS,
    SETTING,
    SETTINGS,
    Event,
    Slot,
)

_NAMED: Final = 0.7  # of people whose names may be used: how often they are
_TIMED: Final = {"day": 0.1, "evening": 0.3, "night": 0.3}  # day is what nobody mentions
_WEATHERED: Final = 0.35
_FACING: Final = 0.12
_ATTEMPTS: Final = 8  # at a sentence that has not been said yet


def canonical(event: Event) -> str:
    """The plain sentence of an event: "Anna throws a ball in the kitchen.\""""
    phrase = ACTION[event.action].phrases[0]
    told = third_person(phrase, event, thing(event), event.other)
    return f"{event.person} {told} {SETTING[event.setting].phrase}."


def alternatives(event: Event, slot: Slot) -> list[Event]:
    """All events that differ from one in one slot only.

    An action is exchanged for those that take the same beside their subject; nobody does
    anything to themselves; a slot that is empty stays so.
    """
    if slot == "person":
        taken = {event.person, event.other}
        return [replace(event, person=c.name) for c in CHARACTERS if c.name not in taken]
    if slot == "action":
        takes = ACTION[event.action].takes
        return [
            replace(event, action=a.name)
            for a in ACTIONS
            if a.takes == takes and a.name != event.action
        ]
    if slot == "setting":
        return [replace(event, setting=s.name) for s in SETTINGS if s.name != event.setting]
    if slot == "object":
        if not event.object:
            return []
        return [replace(event, object=p.name) for p in PROPS if p.name != event.object]
    if not event.other:
        return []
    taken = {event.person, event.other}
    return [replace(event, other=c.name) for c in CHARACTERS if c.name not in taken]


def sentences(
    event: Event, rng: np.random.Generator, count: int, *, named: bool = True
) -> list[str]:
    """Different true sentences about an event, [count]; rarely one comes twice.

    Args:
        event: what happens.
        rng: where choices come from.
        count: how many.
        named: whether names may be used (70 % of the time); else people are told by looks.
    """
    said: dict[str, None] = {}
    out: list[str] = []
    for _ in range(count):
        for _ in range(_ATTEMPTS):
            sentence = _sentence(event, rng, named)
            if sentence not in said:
                break
        said[sentence] = None
        out.append(sentence)
    return out


def caption(event: Event, rng: np.random.Generator) -> str:
    """What a captioner says of one picture of an event, lower case and without a full stop."""
    who = person(event.person, rng, _NAMED)
    whom = person(event.other, rng, _NAMED) if event.other else ""
    phrase = pick(rng, PHRASES[event.action])
    form = (participle, progressive, str)[int(rng.choice(3, p=(0.45, 0.2, 0.35)))]
    words = [who, third_person(form(phrase), event, thing(event), whom)]
    if rng.random() < 0.95:
        words.append(pick(rng, PLACES[event.setting][:2]))
    words += circumstance(event, rng, 0.5)
    return " ".join(words).lower()


def _sentence(event: Event, rng: np.random.Generator, named: bool) -> str:
    share = _NAMED if named else 0.0
    who = person(event.person, rng, share)
    whom = person(event.other, rng, share) if event.other else ""
    phrase = pick(rng, PHRASES[event.action])

    def told(form: Callable[[str], str] = str) -> str:
        return third_person(form(phrase), event, thing(event), whom)

    where = pick(rng, PLACES[event.setting])
    when = " ".join(circumstance(event, rng))
    facing = rng.random() < _FACING and event.direction not in told()
    side = pick(rng, (f"facing {event.direction}", f"turned to the {event.direction}"))
    tail = f" {when}" if when else ""
    late = f", {side}" if facing else ""
    is_name = who == event.person
    looks = pick(rng, LOOKS[event.person])

    shapes: tuple[tuple[float, Callable[[], str]], ...] = (
        (5, lambda: f"{who} {told()} {where}{tail}{late}"),
        (3, lambda: f"{who} {told(progressive)} {where}{tail}{late}"),
        (2.5, lambda: f"{where}{tail}, {who} {told()}{late}"),
        (1.2, lambda: f"{where}{tail}, {who} {told(progressive)}{late}"),
        (1.5, lambda: f"{who} {told()}{tail}{late}"),
        (1, lambda: f"{who} {told(progressive)}{tail}{late}"),
        (1.5, lambda: f"{told(participle)}, {who} is {where}{tail}"),
        (1, lambda: f"{told(participle)}, {who} faces {event.direction}"),
        (1.5, lambda: f"{who} is {where}{tail}, {told(participle)}"),
        (0.8, lambda: f"{where} is {who}, {told(participle)}{late}"),
        (0.8, lambda: f"there is {who} {where}{tail}, {told(participle)}"),
        (0.7, lambda: f"{who} can be seen {told(participle)} {where}{tail}"),
        (0.7, lambda: f"we see {who} {told(participle)} {where}{tail}"),
        (0.6, lambda: f"{_heading(event, rng)}: {who} {told()}{late}"),
        (0.6, lambda: f"{where}{tail}, it is {who} who {told()}"),
        (1.2 * is_name, lambda: f"{who}, {looks}, {told()} {where}{tail}"),
        (0.6 * is_name, lambda: f"{looks}, {who}, {told()} {where}{tail}"),
        (0.6 * is_name, lambda: f"{where}, {who}, {definite(looks)}, {told()}"),
    )
    weights = np.array([weight for weight, _ in shapes])
    made = shapes[int(rng.choice(len(shapes), p=weights / weights.sum()))][1]()
    return capitalised(made) + "."


def person(name: str, rng: np.random.Generator, share: float) -> str:
    """A person by name (with probability `share`) or by looks."""
    return name if rng.random() < share else pick(rng, LOOKS[name])


def circumstance(event: Event, rng: np.random.Generator, scale: float = 1.0) -> list[str]:
    """Nothing, the time of day, the weather, or both; the weather outdoors only."""
    words = []
    if WEATHER[event.weather] and outdoors(event) and rng.random() < scale * _WEATHERED:
        words.append(pick(rng, WEATHER[event.weather]))
    if rng.random() < scale * _TIMED[event.hour] and not words:
        words.append(pick(rng, TIMES[event.hour]))
    return words


def _heading(event: Event, rng: np.random.Generator) -> str:
    """As a script would head the scene: "the kitchen, night"."""
    place = f"the {event.setting}"
    if rng.random() < 0.5:
        return f"{place}, {pick(rng, HEADINGS[event.hour]).lower()}"
    return place


def pick(rng: np.random.Generator, choices: Sequence[str]) -> str:
    """One of several, each as likely as the others."""
    return choices[int(rng.integers(len(choices)))]
