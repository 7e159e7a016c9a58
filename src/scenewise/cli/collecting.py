"""What `scenewise index` and `scenewise search` do once their flags are parsed."""

from __future__ import annotations

import csv as csv_files
import os
import shlex
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scenewise.cli.showing import Terminal, told_time
from scenewise.cli.telling import out, out_json, tell_notes
from scenewise.core.errors import InputError

if TYPE_CHECKING:
    from scenewise.cli.collect import Filters
    from scenewise.cli.manner import Manner
    from scenewise.collection.collection import Collection
    from scenewise.collection.finding import Found
    from scenewise.collection.indexing import IndexReport
    from scenewise.collection.options import IndexOptions, WatchOptions
    from scenewise.collection.results import Hit
    from scenewise.collection.searching import SearchOptions
    from scenewise.collection.types import Failure, Video

_MOST_FAILURES: Final = 40  # lines; all of them are in --json
_AT_REST: Final = 3.0  # s since its last change until a file is taken for whole, with --watch
_BAD: Final = InputError.exit_code


def act_index(
    paths: Sequence[str],
    store: Path,
    metadata: Sequence[Path],
    options: IndexOptions,
    going_on: WatchOptions,
    manner: Manner,
) -> int:
    """`scenewise index`."""
    _hush()
    from scenewise.collection.collection import open_or_create
    from scenewise.collection.finding import find

    terminal = Terminal(quiet=manner.quiet or manner.json, plain=manner.plain)
    found = find(paths, leave_out=store)
    if not found.files and not going_on.watch and not (store / "store.json").exists():
        _tell_failures(found.failures)
        raise InputError("there is no video to index", remedy="give videos or a folder of them")
    collection = open_or_create(store, options, progress=terminal)
    for note in collection.notes:
        terminal.say(f"Note: {note}")
    report = _indexed(collection, found, metadata, options, going_on, terminal)
    if manner.json:
        out_json({**plain_report(report), "store": str(store), "notes": _notes(collection, report)})
    else:
        tell_report(report)
        out(f"Collection: {store}, {_count(report.videos, 'video')}")
        if report.videos:
            out(f'Search it: scenewise search "words" --store {shlex.quote(str(store))}')
    if going_on.watch:
        try:
            _watch(collection, paths, metadata, options, going_on, terminal, manner, report)
        except KeyboardInterrupt:  # there is no other way to end it
            terminal.say("Stopped watching; the collection is up to date with what was told")
    return 0 if report.is_whole else _BAD


def _hush() -> None:
    """Keep the tables' library from telling of its inner life on standard error."""
    os.environ.setdefault("RUST_LOG", "error")


def _indexed(
    collection: Collection,
    found: Found,
    metadata: Sequence[Path],
    options: IndexOptions,
    going_on: WatchOptions,
    terminal: Terminal,
) -> IndexReport:
    return collection.index(
        found, metadata=metadata, options=options, prune=going_on.prune, progress=terminal
    )


def _watch(
    collection: Collection,
    paths: Sequence[str],
    metadata: Sequence[Path],
    options: IndexOptions,
    going_on: WatchOptions,
    terminal: Terminal,
    manner: Manner,
    last: IndexReport,
) -> None:
    """Look again and again until interrupted; tell only what is new."""
    from scenewise.collection.finding import find

    if not manner.json and not manner.quiet:
        terminal.say("Watching for changes; stop with Ctrl-C")
    failed = {failure.path: failure for failure in last.failures}
    gone = frozenset(last.gone)
    while True:
        sys.stdout.flush()  # whoever reads along in a file or a pipe sees it now
        time.sleep(going_on.every)
        found = find(paths, leave_out=collection.store.folder)
        ready = tuple(path for path in found.files if _is_ready(path, failed))
        quiet = Terminal(quiet=True)
        report = _indexed(
            collection, replace(found, files=ready), metadata, options, going_on, quiet
        )
        news = tuple(f for f in report.failures if failed.get(f.path) != f)
        failed |= {failure.path: failure for failure in news}
        changed = {k: v for k, v in asdict(report.counts).items() if k != "unchanged" and v}
        if changed or news or set(report.gone) - gone:
            told = replace(report, failures=news)
            if manner.json:
                out_json(plain_report(told))
            else:
                tell_report(told)
        gone = frozenset(report.gone)


def _is_ready(path: Path, failed: dict[str, Failure]) -> bool:
    """Whether a file is no longer written to, and not one that has failed as it is."""
    try:
        now = path.stat()
    except OSError:
        return True  # that it is gone is found out and told
    before = failed.get(str(path))
    if before is not None and (before.size, before.modified) == (now.st_size, now.st_mtime):
        return False
    return time.time() - now.st_mtime >= _AT_REST


@dataclass(frozen=True)
class Asked:
    """What stands on the command line of a search."""

    words: tuple[str, ...]
    images: tuple[Path, ...]
    like: tuple[str, ...]
    plus: str
    minus: str
    account: tuple[str, ...]
    hashtag: tuple[str, ...]
    language: tuple[str, ...]


def act_search(
    store: Path,
    asked: Asked,
    options: SearchOptions,
    filters: Filters,
    manner: Manner,
    *,
    csv: bool,
    html: Path | None,
) -> int:
    """`scenewise search`."""
    _hush()
    from scenewise.collection.collection import Collection
    from scenewise.collection.eyes import is_blind
    from scenewise.collection.query import read_day, read_query
    from scenewise.collection.where import Where
    from scenewise.media.atomic import refuse_input

    if html is not None:
        refuse_input(html, *asked.images)
    where = Where(
        account=asked.account,
        posted_from=read_day(filters.posted_from) if filters.posted_from else None,
        posted_to=read_day(filters.posted_to) if filters.posted_to else None,
        hashtag=asked.hashtag,
        min_duration=filters.min_duration,
        max_duration=filters.max_duration,
        language=asked.language,
    )
    text = " ".join(asked.words)
    query = read_query(
        [text] if text.strip() else [], asked.images, asked.like, asked.plus, asked.minus, where
    )
    collection = Collection.open(store)
    terminal = Terminal(quiet=manner.quiet or manner.json or csv, plain=manner.plain)
    hits = collection.search(
        query,
        options=options,
        sums="plain" if filters.sums == "plain" else "balanced",
        fold=filters.fold,
        progress=terminal,
    )
    if is_blind(collection.mark):
        terminal.say(
            "Note: the collection was made without a model; only texts were searched, no pictures"
        )
    if html is not None:
        from scenewise.collection.sheet import write_sheet

        write_sheet(html, collection.store, query, hits, store.absolute().name)
    if csv:
        _tell_csv(hits)
    elif manner.json:
        out_json([hit.plain() for hit in hits])
    else:
        _tell_hits(hits, {v.id: v for v in collection.store.videos([hit.id for hit in hits])})
        if html is not None:
            out(f"Contact sheet: {html}")
    return 0


# --- for people -----------------------------------------------------------------------------


def tell_report(report: IndexReport) -> None:
    """What became of the videos, what could not be used and why, what is gone."""
    counts = report.counts
    parts = [
        f"{number} {word}"
        for number, word in (
            (counts.added, "new"),
            (counts.changed, "changed"),
            (counts.moved, "moved"),
            (counts.told, "described anew"),
            (counts.unchanged, "as before"),
            (counts.removed, "removed"),
            (len(report.failures), "not usable"),
        )
        if number
    ]
    frames = f"; {_count(counts.frames, 'frame')} looked at" if counts.frames else ""
    out(f"Indexed: {', '.join(parts) or 'nothing'}{frames}; took {told_time(report.seconds)}")
    _tell_failures(report.failures)
    if report.gone:
        files = "1 file is" if len(report.gone) == 1 else f"{len(report.gone)} files are"
        shown = ", ".join(report.gone[:5]) + (" …" if len(report.gone) > 5 else "")
        out(f"Note: {files} no longer there ({shown}); to remove them, add --prune")
    tell_notes(report.notes)


def _tell_hits(hits: Sequence[Hit], videos: Mapping[str, Video]) -> None:
    """Each video with its moments: when, how sure, and why."""
    if not hits:
        out("Nothing was found")
    for rank, hit in enumerate(hits, 1):
        video = videos.get(hit.id)
        about = []
        if video is not None:
            day = video.posted.date().isoformat() if video.posted is not None else ""
            about = [part for part in (video.account, day, video.title) if part]
        out(f"{rank}. {hit.score:.2f}  {hit.id}" + (f"  {', '.join(about)}" if about else ""))
        for moment in hit.moments:
            when = "about it" if moment.time is None else f"at {moment.time:.1f} s"
            why = " ".join(str(moment.why).split())
            out(f"     {when}  {moment.score:.2f}" + (f"  {why}" if why else ""))
        if video is not None:
            out(f"     {video.path}")
        if hit.copies:
            out(f"     copies: {', '.join(hit.copies)}")


def _tell_csv(hits: Sequence[Hit]) -> None:
    from scenewise.collection.results import COLUMNS, rows

    writer = csv_files.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows(hits))


def plain_report(report: IndexReport) -> dict[str, Any]:
    """A report as plain values."""
    return {
        **asdict(report.counts),
        "failures": [{"path": f.path, "reason": f.reason} for f in report.failures],
        "gone": list(report.gone),
        "notes": list(report.notes),
        "videos": report.videos,
        "seconds": round(report.seconds, 3),
    }


def _notes(collection: Collection, report: IndexReport) -> list[str]:
    return [*collection.notes, *report.notes]


def _tell_failures(failures: Sequence[Failure]) -> None:
    if failures:
        out("Not usable:")
    for failure in failures[:_MOST_FAILURES]:
        out(f"  {failure.path}: {failure.reason}")
    if len(failures) > _MOST_FAILURES:
        out(f"  … and {len(failures) - _MOST_FAILURES} more (all of them with --json)")


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
