"""What a set of short videos shows, who posts them and when, before anything is drawn.

Accounts have habits: what they are about, where, in which languages, at which hour. Topics
come and go with the months. Some posts are copies of others; some that are none share an
opening.
"""

from __future__ import annotations

import calendar
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

import numpy as np

from scenewise.core.time import Span
from scenewise.synthetic.dialogue import SpokenLine, lines_for
from scenewise.synthetic.music import MOODS, Mood
from scenewise.synthetic.social_copies import Change, drawn_change
from scenewise.synthetic.social_texts import TOPICS, WORDS, lettered
from scenewise.synthetic.staging import Shooting
from scenewise.synthetic.world import (
    ACTION,
    CHARACTER,
    HOURS,
    PROP,
    SETTING,
    WEATHERS,
    Colour,
    Event,
    Weather,
)

_T = TypeVar("_T")

YEAR: Final = 2024
"""In which all originals are posted; copies follow within two months."""

OPENING: Final = 2.0
"""Seconds that the opening of an account takes, the same in all its videos."""

_STEP: Final = 0.2  # seconds: whole pictures at 25 and at 30 a second
_COPIES: Final = 4  # one in so many posts is a copy


@dataclass(frozen=True)
class Theme:
    """What videos about a topic show.

    Args:
        deeds, things, places: names of the world.
        months: how much it is posted about, January first.
        weather: more often than not where weather shows.
    """

    deeds: tuple[str, ...]
    things: tuple[str, ...]
    places: tuple[str, ...]
    months: tuple[int, ...]
    weather: Weather = "clear"


THEMES: Final[Mapping[str, Theme]] = dict(zip(TOPICS, (
    Theme(("kick", "throw", "run", "chase"), ("ball",), ("park", "street", "beach"),
          (1, 1, 3, 5, 9, 12, 9, 5, 3, 2, 1, 1)),
    Theme(("carry", "study", "lift", "give"), ("cake", "watermelon"), ("kitchen", "market"),
          (3, 3, 3, 3, 2, 2, 2, 2, 3, 4, 7, 14)),
    Theme(("dance", "lift", "carry", "study"), ("guitar", "trumpet", "drum"),
          ("living room", "street", "station"), (2, 2, 3, 4, 6, 9, 10, 7, 4, 3, 2, 3)),
    Theme(("walk", "push", "carry", "wave", "run"), ("suitcase", "umbrella"),
          ("station", "mountain", "market", "beach"), (1, 1, 2, 3, 4, 8, 12, 12, 6, 2, 1, 3)),
    Theme(("kneel", "carry", "pick up", "study"), ("plant", "bucket"), ("park", "market", "forest"),
          (1, 2, 6, 12, 12, 8, 5, 3, 3, 2, 1, 1)),
    Theme(("study", "sit", "sleep", "balance"), ("book", "lantern"), ("library", "bedroom"),
          (10, 9, 5, 3, 2, 1, 1, 1, 3, 6, 9, 10), "rain"),
    Theme(("lift", "throw", "run", "jump"), ("kite", "balloon"), ("beach", "mountain", "park"),
          (1, 1, 3, 3, 2, 2, 2, 4, 11, 13, 5, 1)),
    Theme(("push", "carry", "lift", "pick up"), ("broom", "bucket", "box", "vase"),
          ("garage", "living room", "kitchen"), (5, 4, 13, 9, 3, 2, 1, 1, 2, 2, 2, 4)),
    Theme(("run", "throw", "jump", "walk", "crawl"), ("box", "lantern"),
          ("forest", "mountain", "street"), (13, 11, 4, 1, 0, 0, 0, 0, 0, 1, 5, 12), "snow"),
    Theme(("hug", "give", "point", "wave", "dance"), ("teddy bear", "balloon", "cake"),
          ("park", "living room", "beach"), (4, 8, 4, 4, 4, 5, 5, 5, 4, 4, 4, 7)),
), strict=True))  # fmt: skip
"""What each topic of `social_texts.TOPICS` is."""


@dataclass(frozen=True)
class Account:
    """Somebody who posts.

    Args:
        handle, title: how they call themselves.
        languages: in which they write, the usual one first.
        topics: what they post about, the usual one first; none: they post what others made.
        people: who is seen.
        hour: of the day at which they usually post (UTC).
        busy: how much they post, relative to others.
        opens: share of their videos that begin with their opening.
        rate: pictures a second.
        colour: of their opening.
    """

    handle: str
    title: str
    languages: tuple[str, ...]
    topics: tuple[str, ...]
    people: tuple[str, ...]
    hour: float
    busy: float
    opens: float
    rate: int
    colour: Colour


ACCOUNTS: Final = (
    Account("kickoff.felix", "KICK OFF", ("en", "es"), ("ball games", "winter"),
            ("Felix", "Kofi"), 16, 1.4, 0.6, 30, (30, 120, 60)),
    Account("hugos_kueche", "HUGOS KÜCHE", ("de",), ("baking", "friends"),
            ("Hugo", "Anna"), 18, 1.0, 0.7, 25, (170, 60, 40)),
    Account("ritmo.ines", "RITMO", ("es",), ("music", "friends"),
            ("Ines", "Kofi"), 21, 1.2, 0.4, 30, (20, 130, 140)),
    Account("jonas.unterwegs", "UNTERWEGS", ("de", "en"), ("travel", "winter"),
            ("Jonas", "Grace"), 7, 0.9, 0.5, 25, (60, 80, 140)),
    Account("le_jardin_de_grace", "LE JARDIN", ("fr",), ("gardening", "baking"),
            ("Grace", "Bruno"), 10, 0.9, 0.5, 25, (90, 130, 50)),
    Account("elif.reads", "PAGE ONE", ("en", "ar"), ("reading", "travel"),
            ("Elif", "David"), 20, 0.8, 0.4, 30, (120, 50, 150)),
    Account("nebo_i_zmiy", "НЕБО", ("uk", "en"), ("kites", "friends"),
            ("Clara", "Felix"), 14, 1.0, 0.5, 30, (50, 110, 200)),
    Account("chisto.bruno", "ЧИСТО", ("ru",), ("cleaning", "gardening"),
            ("Bruno", "Lena"), 9, 1.0, 0.4, 25, (110, 110, 110)),
    Account("lena_xiaoyuan", "LENA", ("zh", "en"), ("music", "gardening", "kites"),
            ("Lena", "Ines"), 12, 0.9, 0.2, 30, (40, 60, 170)),
    Account("anna.ki.duniya", "ANNA", ("hi", "en"), ("friends", "baking", "ball games"),
            ("Anna", "Clara"), 13, 1.1, 0.3, 30, (190, 40, 60)),
    Account("best.of.daily", "BEST OF", ("en",), (), (), 22, 1.0, 0.0, 30, (0, 0, 0)),
    Account("clips.diarios", "CLIPS", ("es", "en"), (), (), 3, 0.7, 0.0, 25, (0, 0, 0)),
)  # fmt: skip

ACCOUNT: Final[Mapping[str, Account]] = {one.handle: one for one in ACCOUNTS}


@dataclass(frozen=True)
class Part:
    """One shot of a short video.

    Args:
        span: when it is seen, in seconds.
        event: what happens; None for the opening of the account.
        shooting: how it is filmed; None for the opening.
    """

    span: Span
    event: Event | None
    shooting: Shooting | None


@dataclass(frozen=True)
class Overlay:
    """Text burned into the picture.

    Args:
        text: the words.
        language: of the words.
        span: when it is seen, in seconds.
        high: whether at the top; else in the lower third.
        boxed: whether dark on a light box; else light with a dark edge.
    """

    text: str
    language: str
    span: Span
    high: bool
    boxed: bool


@dataclass(frozen=True)
class Post:
    """A short video that is not drawn yet, and what is written about it.

    Args:
        id: eleven letters and digits.
        account: handle of whoever posts it.
        posted: when, UTC.
        topic: one of `TOPICS`.
        language: of the description.
        description: with its hashtags.
        hashtags: without the sign.
        likes, views: counts.
        parts: what is seen; of a copy, what its original shows.
        overlays: texts in the picture; of a copy, those of its original.
        lines: what is said.
        mood: of the music.
        rate: pictures a second.
        seed: of the sound.
        change: what was done to the original; None where this is one.
        source: id of the original.
    """

    id: str
    account: str
    posted: datetime
    topic: str
    language: str
    description: str
    hashtags: tuple[str, ...]
    likes: int
    views: int
    parts: tuple[Part, ...]
    overlays: tuple[Overlay, ...]
    lines: tuple[SpokenLine, ...]
    mood: Mood
    rate: int
    seed: int
    change: Change | None = None
    source: str = ""

    @property
    def drawn_seconds(self) -> float:
        """Length of the original."""
        return self.parts[-1].span.end

    @property
    def seconds(self) -> float:
        """Length of the video."""
        if self.change is None:
            return self.drawn_seconds
        return self.change.seconds(self.drawn_seconds, self.rate)

    @property
    def opens(self) -> bool:
        """Whether it begins with the opening of an account."""
        return self.parts[0].event is None


def plan_social_set(count: int, *, seed: int) -> tuple[Post, ...]:
    """The posts of a set, oldest first; about a quarter are copies of others.

    From 32 posts on every kind of copy occurs.

    Args:
        count: how many posts.
        seed: everything follows from it.
    """
    rng = np.random.default_rng([seed, count, 81])
    ids = _ids(rng, count)
    copies = count // _COPIES
    originals = [
        _original(np.random.default_rng([seed, count, 82, at]), ids[at])
        for at in range(count - copies)
    ]
    order = rng.permutation(len(originals))
    made = [
        _copy(
            np.random.default_rng([seed, count, 83, at]),
            ids[len(originals) + at],
            originals[int(order[at % len(order)])],
            at,
        )
        for at in range(copies)
    ]
    return tuple(sorted([*originals, *made], key=lambda post: (post.posted, post.id)))


def _ids(rng: np.random.Generator, count: int) -> list[str]:
    alphabet = string.ascii_letters + string.digits
    ids: dict[str, str] = {}
    while len(ids) < count:
        name = "".join(alphabet[int(k)] for k in rng.integers(len(alphabet), size=11))
        if not name.isdigit():
            # a file system that ignores case must not take two for one
            ids.setdefault(name.lower(), name)
    return list(ids.values())


def _original(rng: np.random.Generator, name: str) -> Post:
    account = _by_weight(rng, [a for a in ACCOUNTS if a.topics], lambda one: one.busy)
    topic = _by_weight(rng, account.topics, lambda one: 2.0 if one == account.topics[0] else 1.0)
    theme = THEMES[topic]
    posted = _moment(rng, account, theme)
    parts = _parts(rng, account, theme)
    first = next(part.event for part in parts if part.event is not None)
    language = account.languages[int(rng.random() < 0.25) % len(account.languages)]
    lines = _lines(rng, account, parts)
    description, tags = _description(rng, language, topic, first, account.handle)
    views = int(np.exp(rng.normal(7.5, 1.6)))
    return Post(
        id=name,
        account=account.handle,
        posted=posted,
        topic=topic,
        language=language,
        description=description,
        hashtags=tags,
        likes=int(views * rng.uniform(0.02, 0.16)),
        views=views,
        parts=parts,
        overlays=_overlays(rng, language, parts),
        lines=lines,
        mood=MOODS[int(rng.integers(len(MOODS)))],
        rate=account.rate,
        seed=int(rng.integers(2**31)),
    )


def _copy(rng: np.random.Generator, name: str, source: Post, number: int) -> Post:
    thieves = [one for one in ACCOUNTS if not one.topics]
    others = [one for one in ACCOUNTS if one.topics and one.handle != source.account]
    account = _by_weight(rng, thieves if rng.random() < 0.7 else others, lambda one: one.busy)
    language = account.languages[int(rng.random() < 0.25) % len(account.languages)]
    first = next(part.event for part in source.parts if part.event is not None)
    description, tags = _description(rng, language, source.topic, first, account.handle)
    views = int(np.exp(rng.normal(8.2, 1.8)))
    later = timedelta(days=int(rng.integers(1, 60)), seconds=int(rng.integers(86_400)))
    return replace(
        source,
        id=name,
        account=account.handle,
        posted=source.posted + later,
        language=language,
        description=description,
        hashtags=tags,
        likes=int(views * rng.uniform(0.02, 0.16)),
        views=views,
        change=drawn_change(rng, number, source.drawn_seconds, f"@{account.handle}"),
        source=source.id,
    )


def _moment(rng: np.random.Generator, account: Account, theme: Theme) -> datetime:
    weights = np.array(theme.months, np.float64)
    month = 1 + int(rng.choice(12, p=weights / weights.sum()))
    day = 1 + int(rng.integers(calendar.monthrange(YEAR, month)[1]))
    seconds = int((account.hour + rng.normal(0, 1.3)) * 3600) % 86_400
    return datetime(YEAR, month, day, tzinfo=UTC) + timedelta(seconds=seconds)


def _parts(rng: np.random.Generator, account: Account, theme: Theme) -> tuple[Part, ...]:
    """The opening, where there is one, and one to three events in one or two places."""
    parts: list[Part] = []
    start = 0.0
    if rng.random() < account.opens:
        parts.append(Part(Span(0.0, OPENING), None, None))
        start = OPENING
    count = int(rng.integers(1, 4))
    total = float(rng.uniform(max(5.2 - start, 2.4 * count), 11.8 - start))
    now = start
    shares = rng.uniform(0.7, 1.3, count)
    setting = _pick(rng, theme.places)
    place = int(rng.integers(2**31))
    hour = HOURS[int(rng.choice(len(HOURS), p=(0.7, 0.2, 0.1)))]
    weather: Weather = "clear"
    if rng.random() < 0.7:
        weather = theme.weather
    elif rng.random() < 0.3:
        weather = WEATHERS[int(rng.integers(len(WEATHERS)))]
    for ending in np.cumsum(shares / shares.sum() * total):
        end = round(round((start + float(ending)) / _STEP) * _STEP, 1)
        if rng.random() < 0.25:
            setting, place = _pick(rng, theme.places), int(rng.integers(2**31))
        deed = ACTION[_pick(rng, theme.deeds)]
        person = account.people[int(rng.random() < 0.3)]
        event = Event(
            person,
            deed.name,
            setting,
            object=_pick(rng, theme.things) if "thing" in deed.takes else "",
            other=next(p for p in account.people if p != person) if "person" in deed.takes else "",
            direction="left" if rng.random() < 0.5 else "right",
            hour=hour,
            weather=weather if SETTING[setting].outdoors else "clear",
        )
        parts.append(Part(Span(now, end), event, Shooting.drawn(rng, place)))
        now = end
    return tuple(parts)


def _overlays(
    rng: np.random.Generator, language: str, parts: Sequence[Part]
) -> tuple[Overlay, ...]:
    """Nothing, or one text over a shot or over all shots but the opening."""
    shown = [part for part in parts if part.event is not None]
    if rng.random() > 0.65:
        return ()
    over = shown if rng.random() < 0.4 else [shown[int(rng.integers(len(shown)))]]
    written = lettered(language)
    words = WORDS[written]
    event = over[0].event
    assert event is not None
    text = words.filled(_pick(rng, words.overlays), event, int(rng.integers(2, 9)))
    span = Span(over[0].span.start, over[-1].span.end)
    return (Overlay(text, written, span, bool(rng.random() < 0.6), bool(rng.random() < 0.4)),)


def _lines(
    rng: np.random.Generator, account: Account, parts: Sequence[Part]
) -> tuple[SpokenLine, ...]:
    """A line of dialogue in some videos that are long enough for it to end."""
    start = next(part.span.start for part in parts if part.event is not None) + 0.4
    if parts[-1].span.end - start < 5.0 or rng.random() > 0.5:
        return ()
    people = [CHARACTER[name] for name in account.people]
    return (replace(lines_for(people, rng, 1)[0], start=round(start, 1)),)


def _description(
    rng: np.random.Generator, language: str, topic: str, event: Event, handle: str
) -> tuple[str, tuple[str, ...]]:
    words = WORDS[language]
    hook = words.filled(_pick(rng, words.hooks), event, int(rng.integers(2, 9)))
    tags = [words.tags[topic]]
    if language != "en" and rng.random() < 0.5:
        tags.append(WORDS["en"].tags[topic])
    if event.object and rng.random() < 0.4:
        tags.append(PROP[event.object].name.replace(" ", ""))
    if rng.random() < 0.6:
        tags.append("fyp")
    if rng.random() < 0.3:
        tags.append(handle.replace(".", "").replace("_", ""))
    chosen = tuple(dict.fromkeys(tags))
    return f"{hook} {' '.join(f'#{tag}' for tag in chosen)}", chosen


def _pick(rng: np.random.Generator, choices: Sequence[str]) -> str:
    return choices[int(rng.integers(len(choices)))]


def _by_weight(
    rng: np.random.Generator, choices: Sequence[_T], weight: Callable[[_T], float]
) -> _T:
    weights = np.array([weight(one) for one in choices], np.float64)
    return choices[int(rng.choice(len(choices), p=weights / weights.sum()))]
