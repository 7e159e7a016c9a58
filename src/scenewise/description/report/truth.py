"""What truly happens in a film, where that is known: beside drawn films lies a `.truth.json`.

Whatever in such a file is not understood is passed over: a report is never kept from being
written by a file that only adds to it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scenewise.core.time import Span
from scenewise.description.report.lines import Line

SUFFIX: Final = ".truth.json"
_LARGEST: Final = 20_000_000
"""Bytes; a truth is a few hundred for each minute of film."""

_WHOM: Final = {"give": "to ", "point": "at "}
_USUAL: Final = {"", "day", "clear"}  # hours and weather that nobody mentions


@dataclass(frozen=True)
class Fact:
    """One thing that truly happens.

    Args:
        span: when it is seen, in seconds.
        what: in plain words; empty for a card.
        written: what can be read.
        short: who does what alone, for where there is little room.
    """

    span: Span
    what: str
    written: str = ""
    short: str = ""

    @property
    def words(self) -> str:
        """All of it in one line."""
        written = f"Written: “{self.written}”" if self.written else ""
        return " ".join(part for part in (self.what, written) if part)


@dataclass(frozen=True)
class Beside:
    """The truth about one line.

    Args:
        seen: what happens when what it tells about is seen; None where that is not known.
        spoken: what happens for most of the time in which it is spoken; None where that is
            the same, or it is not spoken.
    """

    seen: Fact | None
    spoken: Fact | None


def facts_beside(film: Path | None) -> tuple[Fact, ...]:
    """What truly happens in a film, in order of time; nothing where that is not known.

    Args:
        film: whose truth would lie in `<its name without suffix>.truth.json` in its folder.
    """
    if film is None:
        return ()
    path = film.with_suffix(SUFFIX)
    try:
        if path.stat().st_size > _LARGEST:
            return ()
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return ()
    if not isinstance(content, Mapping):
        return ()
    found = [*_happenings(content.get("happenings")), *_scenes(content)]
    return tuple(sorted(found, key=lambda fact: fact.span))


def beside(line: Line, facts: Sequence[Fact]) -> Beside:
    """What truly happens when a line's event is seen, and when it is spoken."""
    seen = next((fact for fact in facts if _holds(fact.span, line.description.event)), None)
    if line.speech is None:
        return Beside(seen, None)
    speech = line.speech
    spoken = max(facts, key=lambda fact: fact.span.overlap(speech), default=None)
    if spoken is None or spoken is seen or spoken.span.overlap(speech) <= 0:
        return Beside(seen, None)
    return Beside(seen, spoken)


def told_of(fact: Fact, lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines whose event is seen while something happens."""
    return tuple(line for line in lines if _holds(fact.span, line.description.event))


def _holds(span: Span, time: float) -> bool:
    return span.start <= time < span.end


def _happenings(found: Any) -> Iterator[Fact]:
    """The clips of a film of `scenewise synth films`."""
    for one in found if isinstance(found, list) else ():
        if not isinstance(one, Mapping):
            continue
        span, written = _span(one.get("span")), _text(one.get("written"))
        event = one.get("event")
        values = event if isinstance(event, Mapping) else {}
        slots = {key: _text(value) for key, value in values.items()}
        what, short = _sentence(slots)
        if span is not None and (what or written):
            yield Fact(span, what, written, short)


def _scenes(content: Mapping[str, Any]) -> Iterator[Fact]:
    """The scenes of the demo film; each writing belongs to the scene of the same time."""
    written = {span: text for text, span in _told(content.get("written"))}
    for text, span in _told(content.get("scenes")):
        yield Fact(span, text, written.get(span, ""))


def _told(found: Any) -> Iterator[tuple[str, Span]]:
    for one in found if isinstance(found, list) else ():
        if isinstance(one, list) and len(one) == 2:
            text, span = _text(one[0]), _span(one[1])
            if text and span is not None:
                yield text, span


def _sentence(slots: Mapping[str, str]) -> tuple[str, str]:
    """An event in plain words ("Anna throws a ball: kitchen, night."), and its beginning."""
    person, action = slots.get("person", ""), slots.get("action", "")
    if not person or not action:
        return "", ""
    short = f"{person} {_third_person(action)}"
    words = [short]
    if thing := slots.get("object", ""):
        words.append(f"{'an' if thing[0].lower() in 'aeiou' else 'a'} {thing}")
    if other := slots.get("other", ""):
        words.append(f"{_WHOM.get(action, '')}{other}")
    where = [slots.get(name, "") for name in ("setting", "hour", "weather")]
    around = ", ".join(word for word in where if word not in _USUAL)
    return " ".join(words) + (f": {around}." if around else "."), short


def _third_person(action: str) -> str:
    """ "pick up" as "picks up"."""
    verb, blank, particle = action.partition(" ")
    if verb.endswith("y") and verb[-2:-1] not in set("aeiou"):
        verb = f"{verb[:-1]}ies"
    else:
        verb += "es" if verb.endswith(("s", "sh", "ch", "x", "o")) else "s"
    return f"{verb}{blank}{particle}"


def _text(value: Any) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _span(value: Any) -> Span | None:
    try:
        return Span(float(value["start"]), float(value["end"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
