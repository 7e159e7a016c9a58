"""Accounts as tables of comma-separated values, and the table of topics that they are set
against."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from scenewise.collection.accounts import Account, AccountReport, Repeat
from scenewise.collection.tables import TableInvalid, read_table
from scenewise.collection.types import Failure
from scenewise.media.atomic import atomic_text, made_folder

ACCOUNTS: Final = (
    *("account", "videos", "undated", "first", "last", "per_period", "most", "bursts"),
    *("firsts", "repeats", "own_repeats", "topics", "no_topic"),
)
"""Of the table of accounts, a row for each."""

POSTS: Final = ("account", "start", "posts", "burst")
REPEATS: Final = ("id", "account", "of", "first", "hours", "changes")
TOPICS: Final = ("account", "topic", "videos", "share")


def read_topics(path: Path) -> tuple[dict[str, str], tuple[Failure, ...]]:
    """Topics of videos by their ids, and the rows that do not fit.

    Args:
        path: a table with the columns `id` and `topic`, such as the `videos.csv` of
            `scenewise topics`, whose column `label` names the topics.

    Raises:
        FileMissing, FileUnreadable: it is not there, or may not be read.
        TableInvalid: it is no table, or a column is missing.
    """
    table = read_table(path)
    found: dict[str, str] = {}
    failures = list(table.failures)
    for row in table.rows:
        given = row.facts.extra
        topic = given.get("label", "").strip() or given.get("topic", "").strip()
        if not row.facts.id or not topic:
            failures.append(Failure(str(table.path), f"row {row.number}: no id, or no topic"))
        else:
            found[row.facts.id] = topic
    if table.rows and not found:
        raise TableInvalid(
            "no row has both an id and a topic",
            path=path,
            remedy="name the columns id and topic, as in the videos.csv of scenewise topics",
        )
    return found, tuple(failures)


def write_tables(folder: Path, report: AccountReport) -> dict[str, Path]:
    """Write `accounts.csv` and `posts.csv`, `repeats.csv` where copies were looked for, and
    `topics.csv` where topics were given.

    Args:
        folder: where they go; made where it is missing.
        report: what the accounts do.

    Returns:
        The files by name without suffix.

    Raises:
        OutputUnwritable: one cannot be written.
    """
    tables = {
        "accounts": _table(ACCOUNTS, map(account_row, report.accounts)),
        "posts": _table(POSTS, _posts(report.accounts)),
    }
    if report.repeats is not None:
        tables["repeats"] = _table(REPEATS, map(_repeat, report.repeats))
    if report.untold is not None:
        tables["topics"] = _table(TOPICS, _topics(report.accounts))
    files = {}
    made_folder(folder)
    for name, text in tables.items():
        files[name] = folder / f"{name}.csv"
        atomic_text(files[name], text)
    return files


def account_row(one: Account) -> tuple[object, ...]:
    """An account by the columns `ACCOUNTS`."""
    last = max((start for start, posts in one.counts.items() if posts), default="")
    return (
        one.name,
        one.videos,
        one.undated,
        one.first or "",
        last,
        f"{one.per_period:.3f}",
        max(one.counts.values(), default=0),
        "; ".join(f"{burst.start}: {burst.posts}" for burst in one.bursts),
        one.firsts,
        one.repeats,
        one.own,
        "; ".join(f"{topic}: {count}" for topic, count in one.topics.items()),
        one.untold,
    )


def _posts(accounts: Iterable[Account]) -> Iterator[tuple[object, ...]]:
    for one in accounts:
        for start, posts in one.counts.items():
            burst = any(b.start <= start < b.end for b in one.bursts)
            yield one.name, start, posts, "yes" if burst else ""


def _repeat(one: Repeat) -> tuple[object, ...]:
    hours = f"{one.after.total_seconds() / 3600:.2f}"
    return one.id, one.account, one.of, one.first, hours, ", ".join(one.by)


def _topics(accounts: Iterable[Account]) -> Iterator[tuple[object, ...]]:
    for one in accounts:
        told = sum(one.topics.values())
        for topic, videos in one.topics.items():
            yield one.name, topic, videos, f"{videos / told:.4f}"


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()
