"""Numbers and times as the report writes them."""

from __future__ import annotations

import math
from typing import Final

NONE: Final = "–"
_STEPS: Final = (0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200)
_UNITS: Final = ("bytes", "kB", "MB", "GB", "TB")


def clock(seconds: float) -> str:
    """`0:05.2`, `12:00.0`, `1:02:05.3`: a moment of a film, to a tenth of a second."""
    tenths = round(max(0.0, seconds) * 10)
    minutes, tenths = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    tail = f"{tenths // 10:02d}.{tenths % 10}"
    return f"{hours}:{minutes:02d}:{tail}" if hours else f"{minutes}:{tail}"


def mark(seconds: float) -> str:
    """`0:05`, `12:00`, `1:02:05`: the label of an axis."""
    return clock(seconds).removesuffix(".0")


def length(seconds: float) -> str:
    """`5.2 s`, `12 min 5 s`, `1 h 2 min`: how long something is."""
    if seconds < 59.95:
        return f"{number(round(seconds, 1))} s"
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(round(whole / 60), 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def number(value: float | None) -> str:
    """A figure with at most two decimals and marks between thousands; a dash for none."""
    if value is None or math.isnan(value):
        return NONE
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    text = f"{abs(value):,.2f}"
    text = text.rstrip("0").rstrip(".")
    return f"−{text}" if value < 0 and text != "0" else text


def short(value: float) -> str:
    """A figure for a glance: one decimal from 10 on, two below."""
    return number(round(value, 1) if abs(value) >= 10 else value)


def size(count: int) -> str:
    """`820 bytes`, `3.4 MB`: the size of a file."""
    value = float(count)
    for unit in _UNITS:
        if value < 1000 or unit == _UNITS[-1]:
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1000
    raise AssertionError("unreachable")


def axis_times(start: float, end: float, most: int) -> list[float]:
    """Round moments of a time axis from `start` on, at most `most` and one more."""
    step = next((s for s in _STEPS if (end - start) / s <= most), _STEPS[-1])
    return [start + step * i for i in range(math.floor((end - start) / step + 1e-9) + 1)]


def plural(count: int, noun: str, many: str = "") -> str:
    """`1 check`, `3 checks`; `many` where an s is not enough."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def sentence(text: str) -> str:
    """The text with a capital at its beginning, unless it begins with a name such as d0001."""
    first = text.split(" ", 1)[0]
    return text[:1].upper() + text[1:] if first.rstrip(",.;:").isalpha() else text


def decimal(value: float) -> str:
    """A coordinate of a drawing: two decimals at most, no needless zeros."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
