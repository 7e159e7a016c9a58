"""Topics as tables of comma-separated values."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from scenewise.collection.topic_results import NONE, Share, Topics
from scenewise.media.atomic import atomic_text

TOPICS: Final = ("topic", "label", "words", "sights", "frames", "videos", "main", "weight",
                 "exemplars")  # fmt: skip
SHARES: Final = ("account", "month", "topic", "label", "videos", "weight", "share")
"""Of the tables by month and by account."""


def write_tables(folder: Path, topics: Topics) -> dict[str, Path]:
    """Write `topics.csv`, `videos.csv`, `months.csv` and `accounts.csv`.

    `videos.csv` has a column for each topic with its share of the video. `months.csv` tells
    of all accounts together; `accounts.csv` of each, where no month means all months.

    Args:
        folder: where they go.
        topics: what was found.

    Returns:
        The files by name without suffix.

    Raises:
        OutputUnwritable: one cannot be written.
    """
    numbers = [topic.number for topic in topics.topics]
    columns = ("id", "account", "posted", "topic", "label", "no topic")
    videos = (
        (
            video.id,
            video.account,
            "" if video.posted is None else f"{video.posted:%Y-%m-%dT%H:%M:%SZ}",
            video.main,
            topics.label(video.main),
            *(f"{video.mixture.get(number, 0.0):.4f}" for number in (NONE, *numbers)),
        )
        for video in topics.videos
    )
    monthly = (one for one in topics.shares if one.month and not one.account)
    tables = {
        "topics": _table(TOPICS, _topic_rows(topics)),
        "videos": _table((*columns, *(f"topic {number}" for number in numbers)), videos),
        "months": _table(SHARES[1:], (_share(topics, one)[1:] for one in monthly)),
        "accounts": _table(SHARES, (_share(topics, one) for one in topics.shares if one.account)),
    }
    files = {}
    for name, text in tables.items():
        files[name] = folder / f"{name}.csv"
        atomic_text(files[name], text)
    return files


def _topic_rows(topics: Topics) -> Iterable[Sequence[object]]:
    for topic in topics.topics:
        yield (
            topic.number,
            topic.label,
            " ".join(word for word, _ in topic.words),
            "; ".join(phrase for phrase, _ in topic.sights),
            topic.frames,
            topic.videos,
            topic.main,
            f"{topic.weight:.3f}",
            " ".join(f"{one.id}@{one.time:.2f}" for one in topic.exemplars),
        )


def _share(topics: Topics, one: Share) -> tuple[object, ...]:
    return (
        one.account,
        one.month,
        one.topic,
        topics.label(one.topic),
        one.videos,
        f"{one.weight:.3f}",
        f"{one.share:.4f}",
    )


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return made.getvalue().encode("utf-8", "replace").decode("utf-8")
