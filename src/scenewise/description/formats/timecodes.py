"""Seconds to and from the written times of captions and scripts.

All arithmetic is on whole milliseconds: every format here is exact to the millisecond, and
adding rounded seconds would let the ends of cues drift by one.
"""

from __future__ import annotations

import math
import re

LONGEST = 3_600_000.0
"""Seconds; a later time (1000 hours) is a typing error, not a film."""

_CLOCK = r"(?:([0-9]{1,4}):)?([0-9]{1,4}):([0-9]{1,2})(?:[.,]([0-9]{1,9}))?"
_TIMING = re.compile(rf"[\s\ufeff]*{_CLOCK}\s*-{{1,3}}>\s*{_CLOCK}(?:\s.*)?\Z", re.DOTALL)
_TIME = re.compile(rf"\s*{_CLOCK}\s*\Z")


def milliseconds(seconds: float) -> int:
    """The nearest whole millisecond.

    Raises:
        ValueError: the time is not finite.
    """
    if not math.isfinite(seconds):
        raise ValueError(f"{seconds} is not a time")
    return round(seconds * 1000)


def clock(ms: int, mark: str = ".") -> str:
    """`HH:MM:SS.mmm` of a time in milliseconds; hours take more digits where they need them.

    Args:
        ms: milliseconds, 0 or more.
        mark: what stands before the milliseconds: `.` in WebVTT and TTML, `,` in SRT.

    Raises:
        ValueError: the time is negative, which no format can write.
    """
    if ms < 0:
        raise ValueError(f"a time of {ms} ms cannot be written")
    seconds, ms = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{mark}{ms:03d}"


def parse_clock(text: str) -> int | None:
    """Milliseconds of `MM:SS.mmm`, `H:MM:SS,mmm`, `HH:MM:SS`; None when it is no such time."""
    match = _TIME.match(text)
    total = _total(match.groups()) if match else None
    return None if total is None or total > LONGEST * 1000 else total


def parse_timing(line: str) -> tuple[int, int] | None:
    """Start and end in milliseconds of a cue's timing line, None for any other line.

    Takes WebVTT and SRT spellings alike: either decimal mark, hours absent or beyond 99, no
    milliseconds, an arrow of one to three dashes, settings after the end. An end before the
    start becomes the start: such a cue still says when it begins.
    """
    written = written_timing(line)
    return None if written is None else (written[0], max(written))


def written_timing(line: str) -> tuple[int, int] | None:
    """Likewise, with the end as it is written, be it before the start."""
    if ">" not in line:
        return None
    match = _TIMING.match(line)
    if match is None:
        return None
    groups = match.groups()
    start, end = _total(groups[:4]), _total(groups[4:])
    return None if max(start, end) > LONGEST * 1000 else (start, end)


def _total(groups: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, fraction = (part or "0" for part in groups)
    thousandths = round(int(fraction[:9].ljust(9, "0")) / 1_000_000)
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + thousandths
