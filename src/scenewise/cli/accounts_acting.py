"""What `scenewise accounts` does once its flags are parsed."""

from __future__ import annotations

import csv as csv_files
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scenewise.cli.showing import Terminal
from scenewise.cli.telling import out, out_json
from scenewise.media.atomic import refuse_input

if TYPE_CHECKING:
    from scenewise.cli.manner import Manner
    from scenewise.collection.accounts import Account, AccountReport
    from scenewise.collection.accounts_options import AccountOptions
    from scenewise.collection.types import Failure
    from scenewise.collection.where import Where

_MOST: Final = 20  # lines of one kind; all of them are in --json
_TOPICS: Final = 5  # of an account


@dataclass(frozen=True)
class Files:
    """What is read and written beside the collection."""

    topics: Path | None
    html: Path | None
    folder: Path | None


def act_accounts(
    store: Path,
    files: Files,
    where: Where,
    options: AccountOptions,
    manner: Manner,
    *,
    copies: bool,
    csv: bool,
) -> int:
    """`scenewise accounts`."""
    os.environ.setdefault("RUST_LOG", "error")
    from scenewise.collection.accounts_page import write_page
    from scenewise.collection.accounts_tables import read_topics, write_tables
    from scenewise.collection.collection import Collection
    from scenewise.collection.sheet import filters
    from scenewise.media.atomic import made_folder

    if files.html is not None and files.topics is not None:
        refuse_input(files.html, files.topics)
    collection = Collection.open(store)
    topics: dict[str, str] | None = None
    unfit: tuple[Failure, ...] = ()
    if files.topics is not None:
        topics, unfit = read_topics(files.topics)
    # before the long work
    if files.folder is not None:
        made_folder(files.folder)
    if files.html is not None:
        made_folder(files.html.absolute().parent)
    terminal = Terminal(quiet=manner.quiet or manner.json or csv, plain=manner.plain)
    report = collection.accounts(
        where, topics=topics, copies=copies, options=options, progress=terminal
    )
    written: dict[str, Path] = {}
    if files.folder is not None:
        written |= write_tables(files.folder, report)
    if files.html is not None:
        by_id = {video.id: video for video in collection.videos(where)}
        name = store.absolute().name
        written["page"] = write_page(
            files.html, report, by_id, name, "; ".join(filters(where))
        )  # fmt: skip
    if csv:
        _tell_csv(report)
    elif manner.json:
        out_json(plain_accounts(report, unfit))
    else:
        _tell(report, unfit)
        for path in written.values():
            out(f"Written: {path}")
    return 0


def plain_accounts(report: AccountReport, unfit: tuple[Failure, ...] = ()) -> dict[str, Any]:
    """What accounts do as plain values."""
    repeats = report.repeats
    return {
        "by": report.by,
        "videos": report.videos,
        "without_date": report.undated,
        "without_account": report.nobodys,
        "without_topic": report.untold,
        "topics_of_unknown_videos": report.strangers,
        "topic_rows_not_usable": [failure.reason for failure in unfit],
        "copies_without_order": report.unordered,
        "accounts": [_plain(one) for one in report.accounts],
        "repeats": None
        if repeats is None
        else [
            {
                "id": one.id,
                "account": one.account,
                "of": one.of,
                "first": one.first,
                "hours": round(one.after.total_seconds() / 3600, 3),
                "changes": list(one.by),
            }
            for one in repeats
        ],
        "flows": [
            {"account": pair[0], "first": pair[1], "videos": number}
            for pair, number in report.flows().items()
        ],
    }


def _plain(one: Account) -> dict[str, Any]:
    return {
        "account": one.name,
        "videos": one.videos,
        "without_date": one.undated,
        "posts": {str(start): posts for start, posts in one.counts.items()},
        "per_period": round(one.per_period, 4),
        "bursts": [
            {
                "start": str(burst.start),
                "end": str(burst.end),
                "posts": burst.posts,
                "expected": round(burst.expected, 4),
                "chance": burst.chance,
            }
            for burst in one.bursts
        ],
        "topics": dict(one.topics),
        "without_topic": one.untold,
        "repeated_by_others": one.firsts,
        "repeats_others": one.repeats,
        "repeats_itself": one.own,
    }


def _tell(report: AccountReport, unfit: tuple[Failure, ...]) -> None:
    named = sum(bool(one.name) for one in report.accounts)
    out(f"{_count(named, 'account')}, {_count(report.videos, 'video')}")
    for one in report.accounts:
        parts = [_count(one.videos, "video")]
        if one.counts:
            parts.append(f"{one.per_period:.1f} a {report.by} since {one.first}")
        if report.repeats is not None:
            parts += [
                f"{number} {word}"
                for number, word in (
                    (one.firsts, "repeated by others"),
                    (one.repeats, "repeating others"),
                    (one.own, "repeating its own"),
                )
                if number
            ]
        if one.undated:
            parts.append(f"{one.undated} without a date")
        out(f"{one.name or 'No account'}: {', '.join(parts)}")
        for burst in one.bursts:
            out(
                f"     burst from {burst.start}, until before {burst.end}: {burst.posts} posts, "
                f"{burst.expected:.1f} if even (chance {burst.chance:.2g})"
            )
        if one.topics:
            shown = list(one.topics.items())[:_TOPICS]
            more = len(one.topics) - len(shown)
            told = ", ".join(f"{topic} ({number})" for topic, number in shown)
            out(f"     topics: {told}" + (f" and {more} more" if more else ""))
    flows = report.flows()
    if flows:
        out("Who repeats whom:")
        _some([f"  {who} shows what {first} had: {n}" for (who, first), n in flows.items()])
    _tell_notes(report, unfit)


def _tell_notes(report: AccountReport, unfit: tuple[Failure, ...]) -> None:
    for number, told in (
        (report.undated, f"without a date, in no {report.by}"),
        (report.nobodys, "without an account"),
        (report.untold or 0, "without a topic"),
        (report.unordered, "with copies of which it is not known which came first"),
    ):
        if number:
            out(f"Note: {_count(number, 'video')} {told}")
    if report.strangers:
        out(f"Note: the table of topics names {_count(report.strangers, 'video')} not looked at")
    _some([f"Note: {failure.path}: {failure.reason}" for failure in unfit])


def _tell_csv(report: AccountReport) -> None:
    from scenewise.collection.accounts_tables import ACCOUNTS, account_row

    writer = csv_files.writer(sys.stdout, lineterminator="\n")
    writer.writerow(ACCOUNTS)
    writer.writerows(account_row(one) for one in report.accounts)


def _some(lines: list[str]) -> None:
    for line in lines[:_MOST]:
        out(line)
    if len(lines) > _MOST:
        out(f"  … and {len(lines) - _MOST} more (all of them with --json)")


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
