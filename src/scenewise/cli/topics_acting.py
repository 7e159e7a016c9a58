"""What `scenewise topics` does once its flags are parsed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scenewise.cli.showing import Terminal, told_time
from scenewise.cli.telling import out, out_json, tell_columns, tell_notes
from scenewise.core.errors import OutputUnwritable

if TYPE_CHECKING:
    from scenewise.cli.manner import Manner
    from scenewise.cli.topics import Chosen
    from scenewise.collection.topic_options import TopicOptions
    from scenewise.collection.topic_results import Quality, Topics

_MOST: Final = 30
"""Topics that are listed; all of them are in the tables."""


@dataclass(frozen=True)
class Narrowed:
    """Which videos are looked at, as far as it may be said several times."""

    account: tuple[str, ...]
    hashtag: tuple[str, ...]
    language: tuple[str, ...]


def act_topics(
    folder: Path,
    output: Path,
    narrowed: Narrowed,
    options: TopicOptions,
    chosen: Chosen,
    manner: Manner,
) -> int:
    """`scenewise topics`."""
    # keeps the tables' library from telling of its inner life on standard error
    os.environ.setdefault("RUST_LOG", "error")
    start = time.monotonic()
    from scenewise.collection.collection import Collection
    from scenewise.collection.query import read_day
    from scenewise.collection.topic_files import write_topics
    from scenewise.collection.where import Where

    where = Where(
        account=narrowed.account,
        posted_from=read_day(chosen.posted_from) if chosen.posted_from else None,
        posted_to=read_day(chosen.posted_to) if chosen.posted_to else None,
        hashtag=narrowed.hashtag,
        min_duration=chosen.min_duration,
        max_duration=chosen.max_duration,
        language=narrowed.language,
    )
    collection = Collection.open(folder)
    terminal = Terminal(quiet=manner.quiet or manner.json, plain=manner.plain)
    with _prepared(output):
        topics = collection.topics(
            where,
            search=chosen.search.strip(),
            found=chosen.found,
            least=chosen.least,
            options=options,
            progress=terminal,
        )
        with terminal.step("Writing"):
            files = write_topics(output, topics, collection.store)
    if manner.json:
        plain = topics.plain() | {"files": {k: str(v) for k, v in files.items()}}
        out_json(plain)
        return 0
    _tell(topics)
    tell_notes(topics.notes)
    out(f"Written to {output}: {', '.join(path.name for path in files.values())}")
    out(f"Took {told_time(time.monotonic() - start)}")
    return 0


@contextmanager
def _prepared(output: Path) -> Iterator[None]:
    """The folder for the results, made before the long work begins; what was made here and is
    still empty when the work fails is removed again."""
    made = [path for path in (output, *output.parents) if not path.exists()]
    try:
        try:
            output.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputUnwritable(
                "the folder cannot be made", path=output, remedy="choose another with --output-dir"
            ) from error
        yield
    except BaseException:
        for path in made:
            with suppress(OSError):
                path.rmdir()
        raise


def _tell(topics: Topics) -> None:
    found = len(topics.topics)
    among = f" with {'; '.join(topics.about)}" if topics.about else ""
    out(f"{_count(found, 'topic')} in {_count(len(topics.videos), 'video')}{among}")
    if found:
        tell_columns(
            ("", "share", "videos", "accounts", "topic"),
            [
                (
                    str(topic.number),
                    f"{topic.weight / len(topics.videos):.0%}",
                    str(topic.main),
                    str(_accounts(topics, topic.number)),
                    topic.label,
                )
                for topic in topics.topics[:_MOST]
            ],
        )
    if found > _MOST:
        out(f"… and {found - _MOST} more (all of them in topics.csv)")
    out(_quality(topics.quality, topics.smallest))


def _accounts(topics: Topics, number: int) -> int:
    return sum(
        1
        for share in topics.shares
        if share.account and not share.month and share.topic == number and share.videos
    )


def _quality(quality: Quality, smallest: int) -> str:
    parts = []
    if quality.coherence is not None:
        parts.append(f"coherence of words {quality.coherence:.2f}")
    if quality.diversity is not None:
        parts.append(f"diversity of words {quality.diversity:.2f}")
    parts.append(f"likeness of pictures {quality.likeness:.1f} spreads above chance")
    parts.append(
        f"without a topic {quality.without:.0%} of the frames and "
        f"{quality.videos_without:.0%} of the videos"
    )
    return f"Quality: {', '.join(parts)}; a topic has {smallest} videos at least"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
