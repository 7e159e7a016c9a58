"""Queries for a drawn set of short videos, and which videos answer them, made from its truth.

DIR/queries.jsonl       one query a line: id, kind, language, text, image, plus, minus
DIR/judgements.qrels    the videos that answer each, as TREC writes judgements
DIR/stills/ID.jpg       the pictures that queries show: drawn anew, of no video of the set

A video answers a query if what is asked for is seen in it long enough, copies included. Only
what at most five videos show is asked for, so that a perfect search has a MAP@5 of 1.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from PIL import Image as Pillow

from scenewise.core.errors import FileMissing
from scenewise.core.progress import Progress, Silent
from scenewise.media.atomic import atomic, atomic_text, made_folder
from scenewise.synthetic.grammar_sentences import alternatives, pick
from scenewise.synthetic.grammar_words import (
    LOOKS,
    PHRASES,
    PLACES,
    capitalised,
    participle,
    thing,
    third_person,
)
from scenewise.synthetic.social_set import HEIGHT, WIDTH
from scenewise.synthetic.social_texts import WORDS
from scenewise.synthetic.staging import Shooting, Stage
from scenewise.synthetic.world import Event, Slot

Kind = Literal["text", "image", "text and image", "arithmetic", "other language"]

MOST_ANSWERS: Final = 5
"""Videos that answer a query at most."""

_SEEN: Final = 0.5  # seconds that something must be seen for
_PER_KIND: Final = 8  # one query of each kind for so many videos
_PER_LANGUAGE: Final = 12
_SECONDS: Final = 4.0  # of the clip that a still is taken from
_QUALITY: Final = 92
_SLOTS: Final[tuple[Slot, ...]] = ("action", "setting", "object", "person")

Key = tuple[str, ...]
_Part = Callable[[Event], Key]


@dataclass(frozen=True)
class SocialQuery:
    """One query about a set.

    Args:
        id: its name, which begins with a letter for its kind.
        kind: what it is made of.
        language: of its words.
        text: what is asked for; empty for none.
        event: what its picture shows; None where it has none.
        shooting: how that is filmed.
        plus, minus: words that are added and taken away.
        answers: ids of the videos that answer it, sorted.
    """

    id: str
    kind: Kind
    language: str
    answers: tuple[str, ...]
    text: str = ""
    event: Event | None = None
    shooting: Shooting | None = None
    plus: str = ""
    minus: str = ""

    def row(self) -> dict[str, str]:
        """As a line of the file of queries has it; only what it has."""
        told = {"id": self.id, "kind": self.kind, "language": self.language, "text": self.text,
                "image": f"stills/{self.id}.jpg" if self.event else "",
                "plus": self.plus, "minus": self.minus}  # fmt: skip
        return {key: value for key, value in told.items() if value}


def make_social_queries(
    folder: Path, *, seed: int, progress: Progress | None = None
) -> tuple[SocialQuery, ...]:
    """Write queries, judgements and stills beside a set that is drawn.

    Args:
        folder: of the set, with its `truth.json`.
        seed: everything follows from it.
        progress: told of every query.

    Raises:
        FileMissing: there is no such set.
        OutputUnwritable: the folder cannot be written to.
    """
    folder = Path(folder)
    try:
        truth = json.loads((folder / "truth.json").read_text("utf-8"))
    except FileNotFoundError as error:
        raise FileMissing(
            "there is no set of short videos here", path=folder, remedy="draw one first"
        ) from error
    queries = plan_social_queries(truth, seed=seed)
    stills = made_folder(folder / "stills")
    with (progress or Silent()).step("Drawing queries", len(queries)) as step:
        for query in queries:
            if query.event is not None:
                with atomic(stills / f"{query.id}.jpg") as temporary:
                    image = Pillow.fromarray(still(query))
                    image.save(temporary, format="JPEG", quality=_QUALITY)
            step.advance()
    judged = (f"{one.id} 0 {video} 1\n" for one in queries for video in one.answers)
    atomic_text(folder / "judgements.qrels", "".join(judged))
    lines = (json.dumps(one.row(), ensure_ascii=False) + "\n" for one in queries)
    atomic_text(folder / "queries.jsonl", "".join(lines))
    return queries


def still(query: SocialQuery) -> Any:
    """The picture of a query, uint8 [256, 144, 3], at a moment that tells what happens."""
    assert query.event is not None
    assert query.shooting is not None
    stage = Stage(query.event, query.shooting, WIDTH, HEIGHT, _SECONDS)
    return stage.frame(sum(stage.telling) / 2)


def plan_social_queries(truth: Mapping[str, Any], *, seed: int) -> tuple[SocialQuery, ...]:
    """The queries for a set, before anything is drawn.

    Of each kind (text, image, both, arithmetic) one for eight videos, fewer where the set has
    not so many things that few videos show; and one in another language for twelve. A set of
    500 has 294.

    Args:
        truth: as `truth.json` has it (`social_set.truth`).
        seed: everything follows from it.
    """
    shown = _Shown(truth)
    each = -(-len(truth["videos"]) // _PER_KIND)
    return (
        *_texts(shown, np.random.default_rng([seed, 91]), each),
        *_pictures(shown, np.random.default_rng([seed, 92]), each, "image"),
        *_pictures(shown, np.random.default_rng([seed, 93]), each, "text and image"),
        *_sums(shown, np.random.default_rng([seed, 94]), each),
        *_foreign(shown, np.random.default_rng([seed, 95]), each * _PER_KIND // _PER_LANGUAGE),
    )


# --- what is seen where ---------------------------------------------------------------------


def _all(event: Event) -> Key:
    return (event.person, event.action, event.object, event.other, event.setting)


def _deed_and_place(event: Event) -> Key:
    return (event.action, event.object, event.setting)


def _who_and_deed(event: Event) -> Key:
    return (event.person, event.action, event.object, event.other)


class _Shown:
    """Which videos show what."""

    def __init__(self, truth: Mapping[str, Any]) -> None:
        copies = {one["id"] for one in truth["copies"]}
        names = [entry.name for entry in fields(Event)]
        self.seen: list[tuple[str, Event]] = []
        self.described: list[tuple[str, Event]] = []
        """Language of what is written about an original, and its first event, which that is
        about."""
        for video, known in truth["videos"].items():
            events = [
                Event(**{name: told[name] for name in names})
                for told in known["events"]
                if told["end"] - told["start"] >= _SEEN
            ]
            self.seen += [(video, event) for event in events]
            if events and video not in copies:
                self.described.append((known["language"], events[0]))

    def answers(self, part: _Part) -> dict[Key, tuple[str, ...]]:
        """The videos that show each part of an event that occurs."""
        found: dict[Key, set[str]] = defaultdict(set)
        for video, event in self.seen:
            found[part(event)].add(video)
        return {key: tuple(sorted(videos)) for key, videos in sorted(found.items())}

    def rare(
        self, part: _Part, rng: np.random.Generator
    ) -> Iterator[tuple[Event, tuple[str, ...]]]:
        """An event for each part that few videos show, with those videos, in any order."""
        events = {part(event): event for _, event in reversed(self.seen)}
        answers = self.answers(part)
        few = [key for key, videos in answers.items() if len(videos) <= MOST_ANSWERS]
        for place in rng.permutation(len(few)):
            yield events[few[place]], answers[few[place]]


# --- the kinds ------------------------------------------------------------------------------


def _texts(shown: _Shown, rng: np.random.Generator, count: int) -> list[SocialQuery]:
    """Who does what where; what is done where; who does what."""
    parts: tuple[tuple[_Part, Callable[[Event, np.random.Generator], str]], ...] = (
        (_all, _sentence),
        (_deed_and_place, lambda event, rng: f"{_deed(event, rng, 'somebody')} {_place(event)}"),
        (_who_and_deed, lambda event, rng: f"{_looks(event.person, rng)} {_doing(event, rng)}"),
    )
    rare = [shown.rare(part, rng) for part, _ in parts]
    queries: list[SocialQuery] = []
    for number in range(count):
        found = next(rare[number % len(parts)], None)
        if found is not None:
            event, answers = found
            text = parts[number % len(parts)][1](event, rng)
            name = f"t{len(queries) + 1:03}"
            queries.append(SocialQuery(name, "text", "en", answers, capitalised(text)))
    return queries


def _pictures(shown: _Shown, rng: np.random.Generator, count: int, kind: Kind) -> list[SocialQuery]:
    """A still of who does what where; with the words for it or without."""
    return [
        SocialQuery(
            f"{kind[0] if kind == 'image' else 'b'}{number:03}",
            kind,
            "en",
            answers,
            text=capitalised(_sentence(event, rng)) if kind != "image" else "",
            event=_turned(event, rng),
            shooting=_shooting(rng),
        )
        for number, (event, answers) in zip(
            range(1, count + 1), shown.rare(_all, rng), strict=False
        )
    ]


def _sums(shown: _Shown, rng: np.random.Generator, count: int) -> list[SocialQuery]:
    """A still that is wrong in one slot, less the wrong words, with the right ones.

    Where the set shows what is in the still, all the better: a search that ignores the words
    finds that.
    """
    occurring = shown.answers(_all)
    queries: list[SocialQuery] = []
    for event, answers in shown.rare(_all, rng):
        if len(queries) == count:
            break
        slot = _SLOTS[len(queries) % len(_SLOTS)]
        wrong = alternatives(event, slot)
        if not wrong:
            continue
        tempting = [one for one in wrong if _all(one) in occurring]
        shown_instead = (tempting or wrong)[int(rng.integers(len(tempting or wrong)))]
        queries.append(
            SocialQuery(
                f"a{len(queries) + 1:03}",
                "arithmetic",
                "en",
                answers,
                event=_turned(shown_instead, rng),
                shooting=_shooting(rng),
                plus=_words(event, slot, rng),
                minus=_words(shown_instead, slot, rng),
            )
        )
    return queries


def _foreign(shown: _Shown, rng: np.random.Generator, count: int) -> list[SocialQuery]:
    """What is done where, in the languages in which somebody writes about it."""
    answers = shown.answers(_deed_and_place)
    texts: dict[str, dict[Key, Event]] = defaultdict(dict)
    for language, event in shown.described:
        if language != "en" and len(answers[_deed_and_place(event)]) <= MOST_ANSWERS:
            texts[language].setdefault(_deed_and_place(event), event)
    waiting = {
        language: [list(events.values())[k] for k in rng.permutation(len(events))]
        for language, events in sorted(texts.items())
    }
    queries: list[SocialQuery] = []
    while len(queries) < count and any(waiting.values()):
        for language, events in waiting.items():
            if events and len(queries) < count:
                event = events.pop()
                words = WORDS[language]
                doing = words.deeds[event.action].format(object=words.things.get(event.object, ""))
                parts = [doing, words.places[event.setting]]
                text = "".join(reversed(parts)) if language == "zh" else " ".join(parts)
                queries.append(
                    SocialQuery(
                        f"l{len(queries) + 1:03}",
                        "other language",
                        language,
                        answers[_deed_and_place(event)],
                        text=text,
                    )
                )
    return queries


# --- words and pictures ---------------------------------------------------------------------


def _phrase(event: Event, rng: np.random.Generator) -> str:
    """A phrase for what is done that says nothing of directions, which copies change."""
    return pick(rng, [phrase for phrase in PHRASES[event.action] if "{left}" not in phrase])


def _doing(event: Event, rng: np.random.Generator) -> str:
    other = _looks(event.other, rng) if event.other else ""
    return third_person(_phrase(event, rng), event, thing(event), other)


def _deed(event: Event, rng: np.random.Generator, other: str) -> str:
    """What is done, as a participle, to somebody who is called so."""
    return third_person(participle(_phrase(event, rng)), event, thing(event), other)


def _place(event: Event) -> str:
    return PLACES[event.setting][0]


def _looks(person: str, rng: np.random.Generator) -> str:
    """Not by name: nobody who asks knows the names of people in videos."""
    return pick(rng, LOOKS[person])


def _sentence(event: Event, rng: np.random.Generator) -> str:
    return f"{_looks(event.person, rng)} {_doing(event, rng)} {_place(event)}"


def _words(event: Event, slot: Slot, rng: np.random.Generator) -> str:
    """What fills a slot of an event."""
    if slot == "action":
        return _deed(event, rng, _looks(event.other, rng) if event.other else "")
    if slot == "setting":
        return _place(event)
    if slot == "object":
        return thing(event)
    return _looks(event.person if slot == "person" else event.other, rng)


def _shooting(rng: np.random.Generator) -> Shooting:
    return Shooting.drawn(rng, int(rng.integers(2**31)))


def _turned(event: Event, rng: np.random.Generator) -> Event:
    """The same, facing any way."""
    return replace(event, direction="left" if rng.random() < 0.5 else "right")
