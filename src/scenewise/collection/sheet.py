"""Results of a search as a contact sheet: one HTML page with everything in it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol

from jinja2 import Environment
from markupsafe import Markup, escape

from scenewise._version import __version__
from scenewise.collection import fusion
from scenewise.collection.pages import environment, part, picture_address, policy, style_of
from scenewise.collection.query import Phrase, Query
from scenewise.collection.results import Hit, Moment
from scenewise.collection.types import IndexedFrame, Video
from scenewise.collection.where import Where
from scenewise.core.media_types import Frame, Image
from scenewise.frames.complexity import encoded
from scenewise.media.atomic import atomic_text

_LONGEST: Final = 160
"""Characters of a text in which words were found that are shown."""

_ASKED: Final = 160
"""Longest side of a picture that was searched with, pixels."""


class Shown(Protocol):
    """What a sheet must know of a store."""

    def videos(self, ids: Iterable[str] | None = None) -> list[Video]:
        """The videos of some ids."""
        ...

    def frames(self, id: str) -> Sequence[IndexedFrame]:
        """The frames of a video, with their pictures."""
        ...

    def word_weights(self, query: str) -> dict[str, float]:
        """How much each word of a query counts, 0 for small words."""
        ...


@dataclass(frozen=True)
class Asked:
    """A part of a query as the sheet tells it.

    Args:
        role: how it counts: `like`, `plus` or `minus`; empty for what is simply looked for.
        text: its words; empty for a picture.
        weight: how much it counts.
        picture: a `data:` address; empty for words.
    """

    role: str
    text: str
    weight: float
    picture: str = ""


@dataclass(frozen=True)
class Still:
    """A moment with its picture.

    Args:
        moment: what was found.
        address: of the video at that moment.
        picture: a `data:` address; empty where the video has no frame.
        width, height: of the picture, pixels.
        seen: what is written in the picture.
        words: the text that was found, its words marked; empty where there is none, and where
            a better moment shows the same.
    """

    moment: Moment
    address: str
    picture: str
    width: int
    height: int
    seen: str
    words: Markup


@dataclass(frozen=True)
class Card:
    """A video that was found, with everything that is shown of it.

    Args:
        hit: what was found.
        video: None for one that has left the collection since.
        stills: its moments.
        copies: videos that show the same, by id; None for one that has left.
    """

    hit: Hit
    video: Video | None
    stills: tuple[Still, ...]
    copies: tuple[tuple[str, Video | None], ...]

    @property
    def title(self) -> str:
        """What to call the video."""
        return (self.video.title.strip() if self.video is not None else "") or self.hit.id

    @property
    def description(self) -> str:
        """What was written about the video beside its title."""
        said = self.video.description.strip() if self.video is not None else ""
        return "" if said == self.title else said

    @property
    def hashtags(self) -> tuple[str, ...]:
        """Those that do not stand in the description."""
        known = self.video.hashtags if self.video is not None else ()
        words = {word.casefold() for word in self.description.split()}
        return tuple(tag for tag in known if f"#{tag.lstrip('#')}".casefold() not in words)


def write_sheet(path: Path, store: Shown, query: Query, hits: Sequence[Hit], name: str) -> Path:
    """Write what a search found as a page that needs no network and no other file; the videos
    themselves stay where they are, and each picture leads to its moment.

    Args:
        path: where it goes.
        store: that was searched.
        query: what was asked.
        hits: what was found.
        name: of the collection.

    Raises:
        OutputUnwritable: the file cannot be written.
        StoreInvalid: a picture of the collection is missing.
    """
    atomic_text(path, sheet(store, query, hits, name))
    return path


def sheet(store: Shown, query: Query, hits: Sequence[Hit], name: str) -> str:
    """The page as text; see `write_sheet`."""
    names = list(dict.fromkeys(name for hit in hits for name in (hit.id, *hit.copies)))
    videos = {video.id: video for video in store.videos(names)} if names else {}
    weights = store.word_weights(query.words) if query.words else {}
    words = " ".join(word for word, weight in weights.items() if weight)
    style, behaviour = style_of("sheet"), part("sheet.js")
    text = (
        _environment()
        .get_template("sheet.html.jinja")
        .render(
            csp=policy(style, behaviour),
            style=style,
            behaviour=behaviour,
            asked=asked(query),
            filters=filters(query.where),
            cards=[_card(store, hit, videos, words) for hit in hits],
            name=name,
            made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            version=__version__,
        )
    )
    # halves of letters, as in file names that are no Unicode, cannot be written
    return text.encode("utf-8", "replace").decode("utf-8")


def asked(query: Query) -> list[Asked]:
    """The parts of a query in the order in which people think of them."""
    examples = [
        Asked("like", one.id if one.time is None else f"{one.id} at {clock(one.time)}", one.weight)
        for one in query.examples
    ]
    return [
        *_phrases("", query.texts),
        *(Asked("", "", one.weight, _picture(one.image)) for one in query.pictures),
        *examples,
        *_phrases("plus", query.plus),
        *_phrases("minus", query.minus),
    ]


def filters(where: Where) -> list[str]:
    """The conditions of a search, a phrase each."""
    given: list[str] = []
    for word, values in (
        ("account", where.account),
        ("hashtag", tuple(f"#{tag.lstrip('#')}" for tag in where.hashtag)),
        ("language", where.language),
    ):
        if values:
            given.append(f"{word} {' or '.join(values)}")
    for word, day in (("from", where.posted_from), ("until", where.posted_to)):
        if day is not None:
            given.append(f"posted {word} {day.isoformat()}")
    for word, seconds in (("least", where.min_duration), ("most", where.max_duration)):
        if seconds is not None:
            given.append(f"at {word} {seconds:g} s long")
    return given


def clock(seconds: float) -> str:
    """`0:05.2`, `1:02:05.3`: a moment of a video."""
    tenths = round(max(0.0, seconds) * 10)
    minutes, tenths = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    tail = f"{tenths // 10:02d}.{tenths % 10}"
    return f"{hours}:{minutes:02d}:{tail}" if hours else f"{minutes}:{tail}"


def marked(text: str, words: str) -> Markup:
    """A text on one line with the words that were looked for marked, cut around the first.

    Args:
        text: what was found.
        words: what was looked for.
    """
    tokens = text.split()
    wanted = words.split()
    hits = [any(fusion.share_found(one, token) == 1 for one in wanted) for token in tokens]
    # where a language writes no spaces, a sentence is one of them
    tokens = [token if len(token) <= _LONGEST else f"{token[:_LONGEST]}…" for token in tokens]
    first = hits.index(True) if True in hits else 0
    start, end = first, first
    room = _LONGEST - len(tokens[first]) if tokens else 0
    while room > 0 and (start > 0 or end + 1 < len(tokens)):
        # what comes after tells more than what stood before
        if end + 1 < len(tokens) and (start == 0 or end - first <= 3 * (first - start)):
            end += 1
            room -= len(tokens[end]) + 1
        else:
            start -= 1
            room -= len(tokens[start]) + 1
    parts = [
        Markup("<mark>{}</mark>").format(token) if hit else escape(token)
        for token, hit in zip(tokens[start : end + 1], hits[start : end + 1], strict=True)
    ]
    shown = Markup(" ").join(parts)
    return Markup("{}{}{}").format(
        "… " if start else "", shown, " …" if end + 1 < len(tokens) else ""
    )


def _card(store: Shown, hit: Hit, videos: Mapping[str, Video], words: str) -> Card:
    video = videos.get(hit.id)
    frames = list(store.frames(hit.id)) if video is not None else []
    stills: list[Still] = []
    for moment in hit.moments:
        known = any(moment.why.words == still.moment.why.words for still in stills)
        stills.append(_still(moment, video, frames, "" if known else words))
    return Card(hit, video, tuple(stills), tuple((name, videos.get(name)) for name in hit.copies))


def _still(
    moment: Moment, video: Video | None, frames: Sequence[IndexedFrame], words: str
) -> Still:
    wanted = moment.time or 0.0  # what was only written about stands beside the first frame
    frame = min(frames, key=lambda frame: abs(frame.time - wanted), default=None)
    address = _address(video, moment.time) if video is not None else ""
    told = marked(moment.why.words, words) if words else Markup("")
    if frame is None:
        return Still(moment, address, "", 0, 0, "", told)
    width, height = _size(frame.thumbnail)
    seen = " ".join(" ".join(frame.text).split())
    if len(seen) > _LONGEST:
        seen = f"{seen[:_LONGEST].rstrip()} …"
    return Still(moment, address, picture_address(frame.thumbnail), width, height, seen, told)


def _phrases(role: str, phrases: Iterable[Phrase]) -> list[Asked]:
    return [Asked(role, phrase.text, phrase.weight) for phrase in phrases]


def _picture(image: Image) -> str:
    frame = Frame(0.0, image)
    return picture_address(encoded(frame.scaled(*frame.size_within(_ASKED)), 85))


def _address(video: Video, time: float | None) -> str:
    """The video where it lies, at a moment (Media Fragments URI 1.0); empty for a path that is
    none here."""
    try:
        address = Path(video.path).as_uri()
    except ValueError:
        return ""
    return address if time is None else f"{address}#t={time:.1f}"


def _size(jpeg: bytes) -> tuple[int, int]:
    """Width and height of a picture; a damaged one counts as square."""
    from PIL import Image as Pillow

    try:
        with Pillow.open(io.BytesIO(jpeg)) as opened:
            return opened.width, opened.height
    except OSError:
        return 256, 256


@cache  # it keeps the templates that it has compiled
def _environment() -> Environment:
    made = environment()
    filters_: dict[str, Any] = {"clock": clock, "count": _count}
    made.filters.update(filters_)
    return made


def _count(number: int, thing: str) -> str:
    plural = "copies" if thing == "copy" else f"{thing}s"
    return f"{number} {thing if number == 1 else plural}"
