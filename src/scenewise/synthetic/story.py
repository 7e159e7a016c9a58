"""What a drawn film tells: scenes of clips that share a place and its people and differ in
what happens, with dialogue, a title and signs (as in DistinctAD, figure 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from scenewise.core.time import Span
from scenewise.synthetic.dialogue import SpokenLine, lines_for
from scenewise.synthetic.music import MOODS, Mood
from scenewise.synthetic.staging import Shooting
from scenewise.synthetic.world import (
    ACTION,
    ACTIONS,
    CHARACTER,
    CHARACTERS,
    HOURS,
    PROPS,
    SETTING,
    SETTINGS,
    WEATHERS,
    Event,
)

_TITLES: Final = (
    ("The Lost", "The Last", "The Silent", "A Borrowed", "The Golden", "One More", "The Other"),
    ("Umbrella", "Summer", "Lantern", "Garden", "Morning", "Letter", "Station", "Island", "Drum"),
)
_SIGNS: Final = (
    "CLOSED TODAY", "HARBOUR CAFE", "PLATFORM 2", "NO ENTRY", "FRESH BREAD", "TO THE BEACH",
    "LIBRARY", "MIND THE STEP", "MARKET DAY", "SUMMIT 2 KM", "TOOLS FOR HIRE", "WET PAINT",
)  # fmt: skip

_CARD: Final = 3.0
_FEWEST: Final = 2
"""Clips that a scene has at least."""

_LINE_AFTER: Final = 0.35
"""Seconds from the start of a clip to the first line that is said in it."""

_LINE_TAKES: Final = 2.6
"""Seconds that a clip is longer for each line."""


@dataclass(frozen=True)
class Clip:
    """One shot of a film.

    Args:
        span: when it is seen, in seconds.
        event: what happens; None for a title card.
        shooting: how it is filmed; None for a title card.
        written: what can be read in it.
        scene: number of the scene.
    """

    span: Span
    event: Event | None
    shooting: Shooting | None
    written: str
    scene: int


@dataclass(frozen=True)
class Story:
    """A film that is not drawn yet.

    Args:
        name: of the film, for files and tables.
        title: as its title card shows it.
        clips: without gaps, in order.
        dialogue: lines with the times from which they may be said.
        mood: of its music.
        joins: how each clip follows the one before, by clip.
        seed: from which it was made.
    """

    name: str
    title: str
    clips: tuple[Clip, ...]
    dialogue: tuple[SpokenLine, ...]
    mood: Mood
    joins: tuple[Literal["cut", "fade"], ...]
    seed: int

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.clips[-1].span.end

    @property
    def cast(self) -> tuple[str, ...]:
        """Names of everybody who is seen, in order of appearance."""
        seen = [n for c in self.clips if c.event for n in (c.event.person, c.event.other) if n]
        return tuple(dict.fromkeys(seen))


def write_story(seed: int, *, seconds: float = 60.0, name: str = "") -> Story:
    """A story that follows from a seed.

    Args:
        seed: of everything.
        seconds: about how long the film shall be; at least 15.
        name: of the film; made from the seed if empty.
    """
    rng = np.random.default_rng([seed, 41])
    title = " ".join(words[int(rng.integers(len(words)))] for words in _TITLES)
    clips = [Clip(Span(0.0, _CARD), None, None, title, 0)]
    joins: list[Literal["cut", "fade"]] = ["cut"]
    lines: list[SpokenLine] = []
    ensemble = _some(rng, [one.name for one in CHARACTERS], 5)
    before = ""
    scene = 0
    while clips[-1].span.end < seconds - _CARD - 4:
        scene += 1
        made, said = _scene(rng, scene, clips[-1].span.end, seconds - _CARD, ensemble, before)
        joins.append("fade" if rng.random() < 0.35 else "cut")
        joins.extend("cut" for _ in made[1:])
        clips += made
        lines += said
        before = made[0].event.setting if made[0].event else ""
    start = clips[-1].span.end
    clips.append(Clip(Span(start, start + _CARD), None, None, "The End", scene + 1))
    joins.append("fade")
    mood = MOODS[int(rng.integers(len(MOODS)))]
    return Story(
        name or f"film-{seed:05d}", title, tuple(clips), tuple(lines), mood, tuple(joins), seed
    )


def _scene(
    rng: np.random.Generator,
    number: int,
    start: float,
    until: float,
    ensemble: Sequence[str],
    before: str,
) -> tuple[list[Clip], list[SpokenLine]]:
    """Some clips at one place with two or three people; after `until` no more than it needs."""
    places = [one.name for one in SETTINGS if one.name != before]
    setting = places[int(rng.integers(len(places)))]
    hour = HOURS[int(rng.choice(3, p=(0.64, 0.2, 0.16)))]
    weather = WEATHERS[int(rng.choice(4, p=(0.6, 0.16, 0.14, 0.1)))]
    base = Event("Anna", "walk", setting, hour=hour,
                 weather=weather if SETTING[setting].outdoors else "clear")  # fmt: skip
    people = _some(rng, ensemble, int(rng.integers(2, 4)))
    things = _some(rng, [one.name for one in PROPS], 2)
    place = int(rng.integers(2**31))
    sign = _SIGNS[int(rng.integers(len(_SIGNS)))] if rng.random() < 0.25 else ""
    clips: list[Clip] = []
    lines: list[SpokenLine] = []
    last: Event | None = None
    for index in range(int(rng.integers(_FEWEST, 6))):
        if index >= _FEWEST and start >= until:
            break
        event = _next_event(rng, base, people, things, last)
        talk = _talk(rng, event, people, start)
        length = float(rng.uniform(3.2, 5.4)) + _LINE_TAKES * len(talk)
        span = Span(start, round((start + length) * 25) / 25)
        clips.append(
            Clip(span, event, Shooting.drawn(rng, place), sign if index == 0 else "", number)
        )
        lines += talk
        start, last = span.end, event
    return clips, lines


def _next_event(
    rng: np.random.Generator,
    base: Event,
    people: Sequence[str],
    things: Sequence[str],
    last: Event | None,
) -> Event:
    while True:
        action = ACTIONS[int(rng.integers(len(ACTIONS)))]
        # Stories follow one person for a while.
        keep = last is not None and rng.random() < 0.45
        person = last.person if keep and last else people[int(rng.integers(len(people)))]
        others = [one for one in people if one != person]
        event = replace(
            base,
            person=person,
            action=action.name,
            object=things[int(rng.integers(len(things)))] if "thing" in action.takes else "",
            other=others[int(rng.integers(len(others)))] if "person" in action.takes else "",
            direction="left" if rng.random() < 0.5 else "right",
        )
        if last is None or (event.person, event.action) != (last.person, last.action):
            return event


def _talk(
    rng: np.random.Generator, event: Event, people: Sequence[str], start: float
) -> list[SpokenLine]:
    if rng.random() > 0.42:
        return []
    here = [CHARACTER[name] for name in people]
    count = 1 if rng.random() < 0.7 else 2
    return [
        replace(line, start=start + _LINE_AFTER + _LINE_TAKES * index)
        for index, line in enumerate(lines_for(here, rng, count))
    ]


def _some(rng: np.random.Generator, names: Sequence[str], count: int) -> list[str]:
    return [names[int(k)] for k in rng.choice(len(names), count, replace=False)]


def salience(event: Event) -> float:
    """How much it matters that a viewer is told of an event, 0 to 1: what is done to somebody
    or with something counts for more than standing about."""
    return {"alone": 0.5, "thing": 0.75, "person": 0.9, "thing and person": 1.0}[
        ACTION[event.action].takes
    ]


def known_names(clips: Sequence[Clip], mentions: Mapping[str, float]) -> dict[str, int]:
    """The clip from which each name is known to the viewer.

    Args:
        clips: of the film.
        mentions: when each name is first said, in seconds.
    """
    return {
        name: next((k for k, clip in enumerate(clips) if clip.span.start >= time), len(clips))
        for name, time in mentions.items()
    }
