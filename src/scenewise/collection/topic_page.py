"""Topics as one page that needs no network and no other file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment
from markupsafe import Markup

from scenewise._version import __version__
from scenewise.collection.pages import environment, part, picture_address, policy, style_of
from scenewise.collection.topic_results import NO_TOPIC, NONE, Topic, Topics, VideoTopics
from scenewise.collection.types import Video
from scenewise.media.atomic import atomic_text

_VIDEOS: Final = 500
"""Of the table; all of them are in `videos.csv`."""

_ACCOUNTS: Final = 40
_TOPICS: Final = 60
"""Of the page; all of them are in the tables."""

COLOURED: Final = 10
"""Topics that have a colour of their own."""


@dataclass(frozen=True)
class Card:
    """A topic as the page shows it.

    Args:
        topic: what is known of it.
        pictures: its exemplars: `data:` address, id, seconds.
        share: of all videos, 0 to 1.
    """

    topic: Topic
    pictures: tuple[tuple[str, str, float], ...]
    share: float


@dataclass(frozen=True)
class Row:
    """A video as the page shows it.

    Args:
        video: what is known of it.
        title: what to call it.
        parts: its topics with their shares.
    """

    video: VideoTopics
    title: str
    parts: tuple[tuple[int, float], ...]


def write_page(
    path: Path,
    topics: Topics,
    videos: Iterable[Video],
    picture: Callable[[str, float], bytes],
    name: str,
) -> Path:
    """Write what was found as a page on which topics, accounts and months can be chosen.

    Args:
        path: where it goes.
        topics: what was found.
        videos: those that were looked at.
        picture: gives the JPEG of a frame by id and time.
        name: of the collection.

    Raises:
        OutputUnwritable: the file cannot be written.
    """
    atomic_text(path, page(topics, videos, picture, name))
    return path


def page(
    topics: Topics,
    videos: Iterable[Video],
    picture: Callable[[str, float], bytes],
    name: str,
) -> str:
    """The page as text; see `write_page`."""
    style, behaviour = style_of("topics"), part("topics.js")
    titles = {video.id: video.title.strip() or video.id for video in videos}
    accounts = topics.accounts[:_ACCOUNTS]
    text = (
        _environment()
        .get_template("topics.html.jinja")
        .render(
            csp=policy(style, behaviour),
            style=style,
            behaviour=behaviour,
            data=_data(topics),
            topics=topics,
            cards=[_card(topics, topic, picture) for topic in topics.topics[:_TOPICS]],
            columns=topics.topics[:COLOURED],
            accounts=[(account, topics.of(account=account)) for account in accounts],
            rows=[_row(video, titles) for video in topics.videos[:_VIDEOS]],
            name=name,
            none=NONE,
            coloured=COLOURED,
            made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            version=__version__,
        )
    )
    # halves of letters, as in file names that are no Unicode, cannot be written
    return text.encode("utf-8", "replace").decode("utf-8")


def _card(topics: Topics, topic: Topic, picture: Callable[[str, float], bytes]) -> Card:
    pictures = tuple(
        (picture_address(picture(one.id, one.time)), one.id, one.time) for one in topic.exemplars
    )
    return Card(topic, pictures, topic.weight / len(topics.videos))


def _row(video: VideoTopics, titles: dict[str, str]) -> Row:
    parts = sorted(video.mixture.items(), key=lambda part: (part[0] == NONE, -part[1], part[0]))
    return Row(video, titles.get(video.id, video.id), tuple(parts))


def _data(topics: Topics) -> Markup:
    """What the script draws: the map, and shares by month and account."""
    plane = topics.map
    ids = list(dict.fromkeys(plane.ids))
    place = {name: at for at, name in enumerate(ids)}
    known = {video.id: video for video in topics.videos}
    told: dict[str, Any] = {
        "labels": [topic.label for topic in topics.topics],
        "none": NO_TOPIC,
        "months": list(topics.months),
        "shares": [
            [one.account, one.month, one.topic, round(one.weight, 3)]
            for one in topics.shares
            if one.month
        ],
        "videos": [[name, known[name].account, known[name].month] for name in ids],
        "points": [
            [place[name], round(time, 2), topic, round(x, 4), round(y, 4)]
            for name, time, topic, (x, y) in zip(
                plane.ids,
                plane.times,
                plane.topics.tolist(),
                plane.places.tolist(),
                strict=True,
            )
        ],
    }
    # a text must not end the block that it stands in
    plain = json.dumps(told, ensure_ascii=True, separators=(",", ":"))
    return Markup(plain.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


@cache  # it keeps the templates that it has compiled
def _environment() -> Environment:
    made = environment()
    made.filters["count"] = _count
    made.filters["share"] = lambda part: f"{part:.0%}"
    made.globals["no_topic"] = NO_TOPIC
    return made


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
