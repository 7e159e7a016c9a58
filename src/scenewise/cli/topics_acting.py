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
from scenewise.core.errors import ModelMissing, OutputUnwritable

if TYPE_CHECKING:
    from scenewise.cli.manner import Manner
    from scenewise.cli.topics import Chosen
    from scenewise.collection.store import Store
    from scenewise.collection.topic_options import TopicOptions
    from scenewise.collection.topic_results import Quality, Topics
    from scenewise.collection.where import Where
    from scenewise.core.ports import Embedder

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
    from scenewise.collection.errors import StoreInvalid
    from scenewise.collection.eyes import is_blind
    from scenewise.collection.query import read_day
    from scenewise.collection.store import Store
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
    store = Store.open(folder)
    if is_blind(store.mark):
        raise StoreInvalid(
            "the collection was made without a model and has no vectors to find topics in",
            path=folder,
            remedy="index into a new folder with a model, such as --clip pocket",
        )
    terminal = Terminal(quiet=manner.quiet or manner.json, plain=manner.plain)
    embedder, notes = _embedder(store, terminal, needed=bool(chosen.search.strip()))
    only, about = _looked_at(store, where, chosen, embedder)

    from scenewise.collection.topics import find_topics

    with _prepared(output):
        topics = find_topics(
            store, embedder, options=options, only=only, about=about, progress=terminal
        )
        with terminal.step("Writing"):
            files = _written(output, store, topics)
    told = [*notes, *topics.notes]
    if manner.json:
        plain = topics.plain() | {"notes": told, "files": {k: str(v) for k, v in files.items()}}
        out_json(plain)
        return 0
    _tell(topics)
    tell_notes(told)
    out(f"Written to {output}: {', '.join(path.name for path in files.values())}")
    out(f"Took {told_time(time.monotonic() - start)}")
    return 0


def _embedder(
    store: Store, terminal: Terminal, *, needed: bool
) -> tuple[Embedder | None, list[str]]:
    """The collection's model, which names topics by what is seen; they can do without."""
    from scenewise.collection.eyes import open_again
    from scenewise.collection.place import check_mark

    try:
        eyes = open_again(store.mark, progress=terminal)
    except ModelMissing as missing:
        if needed:
            raise
        return None, [f"topics are not named by what is seen in them: {missing.what}"]
    check_mark(store.folder, store.mark, eyes.mark)
    return eyes.embedder, []


def _looked_at(
    store: Store, where: Where, chosen: Chosen, embedder: Embedder | None
) -> tuple[frozenset[str] | None, tuple[str, ...]]:
    """The ids of the videos that are looked at, None for all, and what they have in common."""
    from scenewise.collection.sheet import filters

    about = filters(where)
    words = chosen.search.strip()
    if not words:
        only = frozenset(store.ids(where)) if about else None
        return only, tuple(about)
    from scenewise.collection.arithmetic import Encoder
    from scenewise.collection.asking import ask
    from scenewise.collection.query import read_query
    from scenewise.collection.searching import SearchOptions

    encoder = None if embedder is None else Encoder(embedder.texts, embedder.images)
    options = SearchOptions(limit=chosen.found, least=chosen.least)
    hits = ask(store, read_query([words], where=where), encoder, options=options)
    about.insert(0, f"a match for “{words}” (score {chosen.least:g} at least)")
    return frozenset(hit.id for hit in hits), tuple(about)


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


def _written(output: Path, store: Store, topics: Topics) -> dict[str, Path]:
    from scenewise.collection.topic_page import write_page
    from scenewise.collection.topic_plots import write_plots
    from scenewise.collection.topic_tables import write_tables

    files = write_tables(output, topics)
    plots = write_plots(output, topics, store.thumbnail)
    videos = store.videos([video.id for video in topics.videos])
    page = write_page(output / "topics.html", topics, videos, store.thumbnail, store.folder.name)
    return {
        "page": page,
        **{f"{name}_picture": path for name, path in plots.items()},
        **{f"{name}_table": path for name, path in files.items()},
    }


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
