"""What `scenewise copies` does once its flags are parsed."""

from __future__ import annotations

import csv as csv_files
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scenewise.cli.showing import Terminal
from scenewise.cli.telling import out, out_json

if TYPE_CHECKING:
    from scenewise.cli.manner import Manner
    from scenewise.collection.copies import Copy, CopyGroup
    from scenewise.collection.copies_finding import CopyReport
    from scenewise.collection.copies_options import FootageOptions
    from scenewise.collection.types import Video
    from scenewise.collection.where import Where

COLUMNS: Final = (
    *("group", "a", "b", "offset", "speed", "share_a", "share_b", "changes", "likeness"),
    *("frames", "by", "account_a", "posted_a", "account_b", "posted_b"),
)
"""Of the table for programs, a row for each pair."""

_MOST: Final = 5  # notes on single videos; all of them are in --json


def act_copies(
    store: Path, where: Where, options: FootageOptions, manner: Manner, *, csv: bool
) -> int:
    """`scenewise copies`."""
    os.environ.setdefault("RUST_LOG", "error")
    from scenewise.collection.collection import Collection

    terminal = Terminal(quiet=manner.quiet or manner.json or csv, plain=manner.plain)
    report = Collection.open(store).copies(where, options=options, progress=terminal)
    if csv:
        _tell_csv(report)
    elif manner.json:
        out_json(plain_copies(report))
    else:
        _tell(report)
    return 0


def plain_copies(report: CopyReport) -> dict[str, Any]:
    """Copies as plain values."""
    return {
        "videos": len(report.videos),
        "groups": [
            {
                "first": _earliest(group, report.videos),
                "videos": [
                    {"id": name, "account": v.account, "posted": _day(v), "path": v.path}
                    for name in group.ids
                    for v in (report.videos[name],)
                ],
                "pairs": [_plain(pair) for pair in group.pairs],
            }
            for group in report.groups
        ],
        "unseen": [{"path": f.path, "reason": f.reason} for f in report.unseen],
    }


def _plain(pair: Copy) -> dict[str, Any]:
    return {
        "a": pair.a,
        "b": pair.b,
        "offset": round(pair.offset, 3),
        "speed": round(pair.speed, 4),
        "share_a": round(pair.share_a, 3),
        "share_b": round(pair.share_b, 3),
        "changes": list(pair.changes),
        "mirrored": pair.mirrored,
        "parts": None
        if pair.parts is None
        else [{side: round(k, 3) for side, k in part._asdict().items()} for part in pair.parts],
        "frames": pair.frames,
        "likeness": round(pair.likeness, 3),
        "by": pair.by,
    }


def _tell(report: CopyReport) -> None:
    videos = report.videos
    joined = sum(len(group.ids) for group in report.groups)
    out(
        f"{_count(len(report.groups), 'group')} of copies, {_count(joined, 'video')} "
        f"of {len(videos)} compared"
    )
    for number, group in enumerate(report.groups, 1):
        first = _earliest(group, videos)
        out(f"{number}. {_count(len(group.ids), 'video')}")
        for name in sorted(group.ids, key=lambda name: _when(videos[name])):
            video = videos[name]
            about = [part for part in (video.account, _day(video)) if part]
            mark = ", the first" if name == first else ""
            out(f"     {name}  {', '.join(about) or 'no account, no date'}{mark}")
        for pair in group.pairs:
            out(f"     {_told(pair)}")
    for failure in report.unseen[:_MOST]:
        out(f"Note: {failure.path}: {failure.reason}; compared by its vectors, which find less")
    if len(report.unseen) > _MOST:
        out(f"Note: and {len(report.unseen) - _MOST} more (all of them with --json)")


def _told(pair: Copy) -> str:
    """Where one lies in the other, in words."""
    start = max(0.0, pair.offset)
    begins = max(0.0, -pair.offset / pair.speed)
    parts = [f"{pair.share_b:.0%} of {pair.b} is in {pair.a}"]
    parts.append(f"{begins:.1f} s there is {start:.1f} s here")
    if abs(pair.speed - 1) > 0.02:
        parts.append(f"speed × {pair.speed:.2f}")
    parts += [change for change in pair.changes if change in ("mirrored", "cropped")]
    measure = "correlation" if pair.by == "pictures" else "spreads above chance"
    parts.append(f"{pair.frames} frames agree ({measure} {pair.likeness:.2f})")
    return ", ".join(parts)


def _tell_csv(report: CopyReport) -> None:
    writer = csv_files.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for number, group in enumerate(report.groups, 1):
        for pair in group.pairs:
            a, b = report.videos[pair.a], report.videos[pair.b]
            row = {key: value for key, value in _plain(pair).items() if key in COLUMNS}
            writer.writerow(
                {
                    **row,
                    "group": number,
                    "changes": ", ".join(pair.changes),
                    "account_a": a.account,
                    "posted_a": _day(a),
                    "account_b": b.account,
                    "posted_b": _day(b),
                }
            )


def _earliest(group: CopyGroup, videos: Mapping[str, Video]) -> str | None:
    """The video that was posted first, where all dates are known."""
    if any(videos[name].posted is None for name in group.ids):
        return None
    return min(group.ids, key=lambda name: _when(videos[name]))


def _when(video: Video) -> tuple[bool, str]:
    return video.posted is None, video.posted.isoformat() if video.posted is not None else ""


def _day(video: Video) -> str:
    return video.posted.date().isoformat() if video.posted is not None else ""


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
