"""What is wrong with a script: every contradiction, and what no file format can hold."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from pathlib import Path

from scenewise.core.errors import ScriptInvalid
from scenewise.core.script import Description, Script
from scenewise.description.formats.blocks import is_comment
from scenewise.description.formats.plain_text import one_line, tidy
from scenewise.description.formats.timecodes import LONGEST, clock, milliseconds

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*\Z")


def is_language(tag: str) -> bool:
    """Whether a tag is well formed by BCP 47; whether the language exists is not asked."""
    return _LANGUAGE.match(tag) is not None


def id_problem(name: str) -> str:
    """Why a name cannot be the id of a line in every format; empty when it can."""
    if not name:
        return "is empty"
    if name != one_line(name) or not name.isprintable():
        return "has blanks at its ends, in a row, or characters that are not seen"
    if "-->" in name:
        return "contains an arrow (-->)"
    if is_comment(name) or name.startswith("WEBVTT"):
        return f"begins with {name.split()[0]}, which means something else in WebVTT"
    return ""


def storable_problems(script: Script) -> list[str]:
    """What keeps a script from being written so that it reads back the same."""
    out = []
    seen: set[str] = set()
    for line in script.descriptions:
        why = id_problem(line.id)
        if why:
            out.append(f"the id {line.id!r} {why}")
        elif line.id in seen:
            out.append(f"two lines have the id {line.id}")
        seen.add(line.id)
        out.extend(_time_problems(line))
    out.extend(
        f"dialogue cannot be from {span.start:g} s to {span.end:g} s"
        for span in script.dialogue or ()
        if span.start < 0 or span.end > LONGEST
    )
    if not 0 <= script.film.duration <= LONGEST:
        out.append(f"a film cannot last {script.film.duration:g} s")
    return out


def _time_problems(line: Description) -> list[str]:
    times = {
        "start": line.start,
        "duration": line.duration,
        "event": line.event,
        "span": line.span.start,
        "end of span": line.span.end,
    }
    return [
        f"{line.id}: its {name} cannot be {value:g} s"
        for name, value in times.items()
        if value is not None and not (math.isfinite(value) and 0 <= value <= LONGEST)
    ]


def validate(script: Script, *, duration: float | None = None) -> list[str]:
    """Everything wrong with a script, one clause each; empty when it can be rendered.

    Args:
        script: any script.
        duration: the film's length in seconds; None takes the script's own note of it, and
            where that is 0 as well nothing is held against the film's end.
    """
    problems = storable_problems(script)
    if not is_language(script.language):
        problems.append(f"the language {script.language!r} is no BCP 47 tag such as en or pt-BR")
    for line in script.descriptions:
        for name, value in (("salience", line.salience), ("confidence", line.confidence)):
            if not 0 <= value <= 1:
                problems.append(f"{line.id}: its {name} {value:g} is not between 0 and 1")
        if line.language and not is_language(line.language):
            problems.append(f"{line.id}: its language {line.language!r} is no BCP 47 tag")
        if line.voiced and not tidy(line.spoken or line.text):
            problems.append(f"{line.id}: it is voiced but has no words")
    if not problems:  # with sound times only
        problems = [*_overlaps(script), *_beyond(script, duration or script.film.duration)]
    return problems


def _overlaps(script: Script) -> Iterable[str]:
    """Lines that begin while another is still spoken. The length of a line whose speech has
    not been measured is unknown, and nothing is said about it."""
    voiced = [d for d in script.descriptions if d.start is not None]
    last: Description | None = None
    until = 0
    for line in sorted(voiced, key=lambda d: d.start or 0.0):
        assert line.start is not None
        start = milliseconds(line.start)
        if last is not None and start < until:
            by = (until - start) / 1000
            yield f"{line.id} at {clock(start)} begins {by:.3f} s before {last.id} ends"
        end = start + milliseconds(line.duration or 0.0)
        if last is None or end > until:
            last, until = line, end


def _beyond(script: Script, duration: float) -> Iterable[str]:
    """Lines that are not over when the film is."""
    if duration <= 0:
        return
    for line in script.descriptions:
        if line.start is None:
            continue
        start, limit = milliseconds(line.start), milliseconds(duration)
        end = start + milliseconds(line.duration or 0.0)
        if start > limit:
            yield f"{line.id} begins at {clock(start)}, after the film's end at {clock(limit)}"
        elif end > limit:
            yield f"{line.id} ends at {clock(end)}, after the film's end at {clock(limit)}"


def require_valid(
    script: Script, *, duration: float | None = None, path: Path | None = None
) -> None:
    """Raise if `validate` finds anything.

    Raises:
        ScriptInvalid: names the first problem and counts the others.
    """
    _raise(validate(script, duration=duration), path)


def require_storable(script: Script) -> None:
    """Raise if the script cannot be written so that it reads back the same.

    Raises:
        ScriptInvalid: names the first problem and counts the others.
    """
    _raise(storable_problems(script), None)


def _raise(problems: list[str], path: Path | None) -> None:
    if problems:
        more = len(problems) - 1
        others = f" (and {more} more problem{'s' if more > 1 else ''})" if more else ""
        raise ScriptInvalid(
            f"{problems[0]}{others}", path=path, remedy="correct the script or draft it again"
        )
