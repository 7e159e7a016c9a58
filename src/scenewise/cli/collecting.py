"""What `scenewise index` does once its flags are parsed."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scenewise.cli.showing import Terminal, told_time
from scenewise.cli.telling import out, out_json, tell_notes
from scenewise.core.errors import InputError

if TYPE_CHECKING:
    from scenewise.cli.manner import Manner
    from scenewise.collection.collection import Collection
    from scenewise.collection.finding import Found
    from scenewise.collection.indexing import IndexReport
    from scenewise.collection.options import IndexOptions, WatchOptions
    from scenewise.collection.types import Failure

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
        _watch(collection, paths, metadata, options, going_on, terminal, manner, report)
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
