"""Results for people, as plain lines on standard output: no table that a screen reader would
read across, nothing that a narrow window would break; and the same results as JSON."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenewise.cli.showing import told_time

if TYPE_CHECKING:
    from scenewise.core.script import Description, Script
    from scenewise.description.measures import Measure
    from scenewise.description.results import Check, Draft, Rendered

_MOST_LINES = 12  # of the script in a summary; the rest is in the script itself
_FILES = {
    "film": "described film",
    "ad.json": "script to edit",
    "ad.vtt": "WebVTT",
    "ad.srt": "SRT",
    "dapt.xml": "DAPT",
    "sound": "described sound",
    "report": "report",
}


def out(text: str) -> None:
    """One line of a result."""
    sys.stdout.write(text + "\n")


def out_json(data: Any) -> None:
    """A result for programs; what is not finite becomes null, which is all that JSON knows."""
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "")
    out(
        json.dumps(
            _finite(data),
            indent=2,
            ensure_ascii=encoding not in {"utf8", "utf16", "utf32"},
            allow_nan=False,
            default=str,
        )
    )


def _finite(data: Any) -> Any:
    if isinstance(data, float):
        return data if math.isfinite(data) else None
    if isinstance(data, dict):
        return {key: _finite(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_finite(value) for value in data]
    return data


# --- for people -----------------------------------------------------------------------------


def tell_script(script: Script, keyframes: int | None = None) -> None:
    """What is spoken, what is not and why."""
    lines = script.descriptions
    voiced = sorted((d for d in lines if d.start is not None), key=lambda d: d.start or 0.0)
    silent = [line for line in lines if line.start is None]
    seen = f"{_count(keyframes, 'key frame')}, " if keyframes is not None else ""
    out(f"{seen}{_count(len(lines), 'description')}, {len(voiced)} spoken")
    if voiced:
        out("Spoken:")
        _some(
            f"  {_clock(line.start or 0.0)}  {line.id}  {line.spoken or line.text}"
            for line in voiced
        )
    else:
        out("Nothing is spoken" if lines else "Nothing was found that could be described")
    if silent:
        out("Not spoken:")
        _some(f"  {_clock(d.event)}  {d.id}  {_short(d)} ({d.reason})" for d in silent)


def tell_check(check: Check, *, whole: bool) -> None:
    """How a script or film measures up: every figure, or only what is not as it should be."""
    for measure in check.measures:
        if whole or measure.passed is False:
            out(_measured(measure))
    judged = [m for m in check.measures if m.passed is not None]
    failed, advised = len(check.failures), 0
    advised = sum(m.passed is False for m in judged) - failed
    advice = f", {advised} could be better" if advised else ""
    if failed:
        out(f"Checks: {failed} of {len(judged)} failed{advice}")
    else:
        out(f"Checks: {len(judged) - advised} of {len(judged)} passed{advice}, none failed")


def tell_notes(notes: Iterable[str]) -> None:
    """What a person should know, each once."""
    for note in dict.fromkeys(notes):
        out(f"Note: {note}")


def tell_files(files: dict[str, Path]) -> None:
    """Every file that was written."""
    folders = {path.parent for path in files.values()}
    where = folders.pop() if len(folders) == 1 else None
    out(f"Written to {where}:" if where is not None else "Written:")
    for kind, path in files.items():
        out(f"  {_FILES.get(kind, kind):<16} {path.name if where is not None else path}")


def tell_time(seconds: dict[str, float]) -> None:
    """How long it took, and where the time went."""
    total = sum(seconds.values())
    longest = sorted(seconds.items(), key=lambda entry: -entry[1])[:4]
    parts = ", ".join(f"{name} {told_time(spent)}" for name, spent in longest if spent >= 0.05)
    out(f"Took {told_time(total)}" + (f": {parts}" if parts else ""))


def tell_columns(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Rows in columns as wide as what is in them; the last one may be of any length."""
    table = [list(headings), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[i]) for row in table) for i in range(len(headings) - 1)]
    for row in table:
        padded = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        out("  ".join([*padded, row[-1]]).rstrip())


def _measured(measure: Measure) -> str:
    mark = {True: "pass", None: "    "}.get(measure.passed, "")
    if measure.passed is False:
        mark = "FAIL" if measure.severity == "error" else "note"
    limit = ""
    if measure.limit is not None and measure.passed is not None:
        limit = f" (limit {_figure(measure.limit, measure.unit)})"
    figure = _figure(measure.value, measure.unit)
    where = ""
    if measure.passed is False and measure.where:
        times = ", ".join(_clock(span.start) for span in measure.where[:5])
        where = f"; at {times}{' …' if len(measure.where) > 5 else ''}"
    return f"{mark}  {measure.name}: {figure}{limit}; {measure.detail}{where}"


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return "-"
    digits = 0 if abs(value) >= 100 or value == int(value) else 2 if abs(value) < 10 else 1
    return f"{value:.{digits}f} {unit}".strip()


def _some(lines: Iterable[str]) -> None:
    given = list(lines)
    shown = given if len(given) <= _MOST_LINES + 1 else given[:_MOST_LINES]
    for line in shown:
        out(line)
    if len(shown) < len(given):
        out(f"  … and {len(given) - len(shown)} more in the script")


def _short(line: Description, longest: int = 60) -> str:
    text = " ".join(line.text.split())
    if len(text) <= longest:
        return text
    return text[: longest - 1].rsplit(" ", 1)[0] + "…"


def _clock(seconds: float) -> str:
    whole, tenth = divmod(round(seconds * 10), 10)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}.{tenth}"


def _count(number: int | None, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


# --- for programs ---------------------------------------------------------------------------


def plain_draft(drafted: Draft) -> dict[str, Any]:
    """A draft as plain values."""
    from scenewise.description.formats import to_json

    return {
        "duration": drafted.duration,
        "keyframes": [round(k.time, 3) for k in drafted.selection.keyframes],
        "gaps": [(span.start, span.end) for span in drafted.gaps],
        "script": json.loads(to_json(drafted.script)),
        "warnings": list(drafted.warnings),
        "draft_seconds": drafted.timings.seconds,
    }


def plain_check(checked: Check) -> dict[str, Any]:
    """A check as plain values."""
    return {
        "passed": checked.passed,
        "measures": [asdict(m) for m in checked.measures],
        "notes": list(checked.notes),
    }


def plain_render(done: Rendered) -> dict[str, Any]:
    """A rendered film as plain values."""
    return {
        "film": os.fspath(done.film),
        "files": {kind: os.fspath(path) for kind, path in done.files.items()},
        "check": plain_check(done.check),
        "render_warnings": list(done.warnings),
        "render_seconds": done.timings.seconds,
    }
