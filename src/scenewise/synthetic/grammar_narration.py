"""Telling consecutive clips of one film as a person would who describes it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from scenewise.synthetic.grammar_sentences import pick
from scenewise.synthetic.grammar_words import (
    HEADINGS,
    LOOKS,
    PHRASES,
    PLACES,
    SHORT_LOOKS,
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
from scenewise.synthetic.world import ACTION, CHARACTER, SETTING, Event

_JOINED: Final = 0.07  # of the pairs of clips that one sentence could tell
_PRONOUN: Final = 0.8
_ATTEMPTS: Final = 24
_LEADS: Final = ("now", "then", "next,", "after that,", "a moment later,", "here,")
_OBJECTIVE: Final = {"she": "her", "he": "him"}


def narration(
    events: Sequence[Event],
    rng: np.random.Generator,
    introduced: Mapping[str, int] | Collection[str] = (),
) -> list[str]:
    """What a person would say of each clip of a film, [n]; only what is new.

    Somebody is told by looks until their name is known, then by name, and by a pronoun where
    the sentence before has the same subject and nobody else it could mean. The setting is told
    when it changes. No three sentences in a row begin with the same word.

    Args:
        events: of the clips, in order.
        rng: where choices come from.
        introduced: names that are known from the start, or for each name the index of the
            first clip at which it is known, such as by a line of dialogue.

    Returns:
        One text a clip. It is empty where the clip shows nothing new, and where the sentence
        of the clip before tells it as well.
    """
    known = introduced if isinstance(introduced, Mapping) else dict.fromkeys(introduced, 0)
    narrator = Narrator(rng)
    told: list[str] = []
    while len(told) < len(events):
        at = len(told)
        narrator.names.update(name for name, since in known.items() if since <= at)
        text, count = narrator.tell_next(events[at : at + 2])
        told += [text] + [""] * (count - 1)
    return told


@dataclass
class Narrator:
    """What has been told of a film so far; `narration` in steps.

    Args:
        rng: where choices come from.
        names: those that are known.
        seen: people who have been told of.
        named: people who have been told of by name.
        places: settings that have been told of, the current one last.
        last: the event that was told last.
        openings: the first words of the sentences so far.
    """

    rng: np.random.Generator
    names: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    places: list[str] = field(default_factory=list)
    last: Event | None = None
    openings: list[str] = field(default_factory=list)

    def tell(self, event: Event) -> str:
        """What is new in an event; empty where nothing is."""
        if self.last is not None and _content(event) == _content(self.last):
            return ""
        return self._said(lambda: self._one(event), event)

    def tell_next(self, events: Sequence[Event]) -> tuple[str, int]:
        """What is new in the next event, or in the next two, and how many that are.

        Args:
            events: the next, and the one after it where there is one.
        """
        if len(events) > 1 and self.may_join(events[0], events[1]):
            return self.tell_both(events[0], events[1]), 2
        return self.tell(events[0]), 1

    def may_join(self, first: Event, second: Event) -> bool:
        """Whether one sentence shall tell two clips: seldom, and in one place only."""
        fitting = (
            first.setting == second.setting
            and _content(first) != _content(second)
            and (self.last is None or _content(first) != _content(self.last))
            and (first.person == second.person or second.person != first.other)
        )
        return fitting and self.rng.random() < _JOINED

    def tell_both(self, first: Event, second: Event) -> str:
        """What is new in two events, in one sentence."""
        return self._said(lambda: self._two(first, second), first, second)

    def _said(self, make: Callable[[], str], *events: Event) -> str:
        for _ in range(_ATTEMPTS):
            text = make()
            if not self._thrice(text):
                break
        else:
            fresh = [lead for lead in _LEADS if not self._thrice(lead)]
            text = f"{pick(self.rng, fresh)} {text}"
        self.openings.append(_opening(text))
        for event in events:
            people = {event.person, event.other} - {""}
            self.seen |= people
            self.named |= people & self.names
            if not self.places or self.places[-1] != event.setting:
                self.places.append(event.setting)
        self.last = events[-1]
        return capitalised(text) + "."

    def _thrice(self, text: str) -> bool:
        return self.openings[-2:] == [_opening(text)] * 2

    def _one(self, event: Event) -> str:
        who, is_name = self._subject(event)
        phrase = pick(self.rng, PHRASES[event.action])
        what, whom = self._object(event, phrase), self._other(event)
        told = third_person(phrase, event, what, whom)
        doing = third_person(participle(phrase), event, what, whom)
        again = self._again(event)
        if again:
            told = f"{told} {again}"
        # a participle after another would leave open who does it
        side = f", facing {event.direction}" * (
            event.direction not in told and self.rng.random() < 0.1
        )
        if not self.places or self.places[-1] != event.setting:
            return self._in_new_place(event, who, told, doing, side)
        when = self._changed(event)
        lead = pick(self.rng, _LEADS)
        shapes = [
            (5, f"{who} {told}{when}{side}"),
            (1.6, f"{lead} {who} {told}{when}{side}"),
            (1.2, f"{who} now {told}{when}{side}"),
            (1.2, f"{who} {third_person(progressive(phrase), event, what, whom)}{when}{side}"),
            (0.8, f"{doing}, {who} faces {event.direction}"),
            (0.5 if is_name else 0, f"we see {who} {doing}{when}"),
        ]
        return self._choose(shapes)

    def _in_new_place(self, event: Event, who: str, told: str, doing: str, side: str) -> str:
        where = self._where(event)
        when = self._changed(event)
        hour = pick(self.rng, HEADINGS[event.hour]).lower()
        shapes = [
            (4, f"{where}{when}, {who} {told}{side}"),
            (4, f"{who} {told} {where}{when}{side}"),
            (1.2, f"{who} is {where}{when}, {doing}"),
            (1.2, f"{doing}, {who} is {where}{when}"),
            (1, f"now {where}{when}, {who} {told}{side}"),
            (1, f"the {event.setting}, {hour}. {capitalised(who)} {told}{side}"),
            (0.8, f"the {event.setting}. {capitalised(who)} {told}{when}{side}"),
            (0.8 * bool(self.places), f"next, {where}{when}, {who} {told}"),
            (2.0 * (event.setting in self.places),
             f"back {SETTING[event.setting].phrase}{when}, {who} {told}{side}"),
        ]  # fmt: skip
        return self._choose(shapes)

    def _two(self, first: Event, second: Event) -> str:
        who, _ = self._subject(first)
        phrase = pick(self.rng, PHRASES[first.action])
        told = third_person(phrase, first, self._object(first, phrase), self._other(first))
        new = not self.places or self.places[-1] != first.setting
        where = f" {self._where(first)}" if new else ""
        told += where + self._changed(first)
        seen = set(self.seen)
        self.seen |= {first.person, first.other}  # the sentence itself has told of them by now
        them = self._noun(second.person)
        after = third_person(
            pick(self.rng, PHRASES[second.action][:2]),
            second,
            f"the {second.object}" if second.object == first.object else thing(second),
            self._other_after(first, second),
        )
        self.seen = seen
        if first.person == second.person:
            shapes = [
                (2, f"{who} {told}, then {after}"),
                (1, f"{who} {told}, and after that {after}"),
                (1, f"{who} first {told} and then {after}"),
            ]
        else:
            shapes = [
                (2, f"{who} {told}, then {them} {after}"),
                (1, f"{who} {told}, and after that {them} {after}"),
                (1, f"first {who} {told}, then {them} {after}"),
            ]
        return self._choose(shapes)

    def _other_after(self, first: Event, second: Event) -> str:
        """Whom the second half of a sentence is about, "her" where that is the first's subject."""
        if not second.other:
            return ""
        pronoun = CHARACTER[second.other].pronoun
        others = {first.other, second.person} - {"", second.other}
        alone = all(CHARACTER[name].pronoun != pronoun for name in others)
        if second.other == first.person and alone:
            return _OBJECTIVE[pronoun]
        return self._noun(second.other)

    def _where(self, event: Event) -> str:
        """A setting; with "the" where it has been told of before."""
        known = event.setting in self.places
        return pick(self.rng, PLACES[event.setting][: 1 if known else 2])

    def _choose(self, shapes: Sequence[tuple[float, str]]) -> str:
        weights = np.array([weight for weight, _ in shapes], np.float64)
        return shapes[int(self.rng.choice(len(shapes), p=weights / weights.sum()))][1]

    def _subject(self, event: Event) -> tuple[str, bool]:
        """What the subject is called, and whether that is more than a pronoun."""
        pronoun = CHARACTER[event.person].pronoun
        last = self.last
        same = last is not None and last.person == event.person
        other = CHARACTER[last.other].pronoun if last is not None and last.other else ""
        if same and other != pronoun and self.rng.random() < _PRONOUN:
            return pronoun, False
        name = event.person
        if name in self.names and name in self.seen - self.named and self.rng.random() < 0.6:
            looks = definite(LOOKS[name][0])
            return pick(self.rng, (f"{name}, {looks},", f"{looks}, {name},")), True
        return self._noun(name), True

    def _noun(self, name: str) -> str:
        """Somebody by name, or by the looks that they were told by before."""
        if name in self.names:
            return name
        if name not in self.seen:
            return pick(self.rng, LOOKS[name])
        return SHORT_LOOKS[name] if self.rng.random() < 0.6 else definite(LOOKS[name][0])

    def _object(self, event: Event, phrase: str) -> str:
        last = self.last
        if not event.object or last is None or last.object != event.object:
            return thing(event)
        may_be_it = (
            last.person == event.person
            and last.setting == event.setting
            and ACTION[event.action].takes == "thing"
            and "up {object}" not in phrase
        )
        return "it" if may_be_it and self.rng.random() < 0.4 else f"the {event.object}"

    def _other(self, event: Event) -> str:
        if not event.other:
            return ""
        pronoun = CHARACTER[event.other].pronoun
        last = self.last
        met = last is not None and event.other in (last.person, last.other)
        third = last is not None and any(
            name and name != event.other and CHARACTER[name].pronoun == pronoun
            for name in (last.person, last.other)
        )
        clear = met and not third and CHARACTER[event.person].pronoun != pronoun
        if clear and self.rng.random() < _PRONOUN:
            return _OBJECTIVE[pronoun]
        return self._noun(event.other)

    def _again(self, event: Event) -> str:
        last = self.last
        if last is None or last.action != event.action:
            return ""
        if (last.object, last.other) != (event.object, event.other):
            return ""
        return "again" if last.person == event.person else "too"

    def _changed(self, event: Event) -> str:
        """Hour and weather where they are not what they were, each with its space before."""
        last, words = self.last, []
        if outdoors(event) and WEATHER[event.weather]:
            before = last.weather if last is not None and outdoors(last) else "clear"
            if before != event.weather and self.rng.random() < 0.8:
                words.append(pick(self.rng, WEATHER[event.weather]))
        hour = last.hour if last is not None else "day"
        if hour != event.hour and self.rng.random() < 0.5 and not words:
            words.append(pick(self.rng, TIMES[event.hour]))
        return "".join(f" {word}" for word in words)


def _content(event: Event) -> tuple[str, ...]:
    return (event.person, event.action, event.setting, event.object, event.other)


def _opening(text: str) -> str:
    return text.split()[0].strip(",.:").lower()
