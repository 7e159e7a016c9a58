"""The script as JSON: the one format that holds everything, made to be edited by hand.

`schema.json` beside this file is the published description of it. Keys that are not known
are ignored, so that a later release may add some without a new version; one that looks like
a misspelling of a known key is an error, because ignoring it would lose an edit.
"""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Callable, Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any, NoReturn

from scenewise.core.errors import ScriptInvalid
from scenewise.core.script import Description, FilmReference, Kind, Script
from scenewise.core.time import Span
from scenewise.description.editing import mark_of, settled
from scenewise.description.formats.locating import line_of
from scenewise.description.formats.plain_text import scrubbed
from scenewise.description.formats.timecodes import LONGEST
from scenewise.description.formats.validation import id_problem, is_language, require_storable

FORMAT = "scenewise-script"
VERSION = 1

Where = tuple[str | int, ...]


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the format."""
    text = resources.files(__package__).joinpath("schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def to_json(script: Script) -> str:
    """The whole script: one line of the file for each thing that a person may edit.

    Times are rounded to the millisecond, salience and confidence to four decimals; `settings`
    and `voice` become plain JSON values.

    Raises:
        ScriptInvalid: an id or a time that cannot be written.
    """
    require_storable(script)
    film = script.film
    head = {
        "format": FORMAT,
        "version": VERSION,
        "film": {"name": film.name, "digest": film.digest, "duration": _ms(film.duration)},
        "language": script.language,
        "voice": script.voice,
        "notes": list(script.notes),
    }
    dialogue = None
    if script.dialogue is not None:
        dialogue = [[_ms(span.start), _ms(span.end)] for span in script.dialogue]
    parts = [f'  "{key}": {_dump(value)}' for key, value in head.items()]
    lines = [_object(_line(each), "    ") for each in script.descriptions]
    parts.append(f'  "descriptions": {_array(lines, "  ")}')
    spans = None if dialogue is None else [f"    {_dump(span)}" for span in dialogue]
    parts.append(f'  "dialogue": {"null" if spans is None else _array(spans, "  ")}')
    settings = _object(_plain(script.settings), "  ").lstrip() if script.settings else "{}"
    parts.append(f'  "settings": {settings}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _line(line: Description) -> dict[str, Any]:
    """The keys of one description, those that people edit first. `spoken` is left out where
    it is the text itself: to reword the line one key is changed, not two."""
    out: dict[str, Any] = {"text": line.text}
    if line.spoken != (line.text if line.voiced else ""):
        out["spoken"] = line.spoken
    if line.language:
        out["language"] = line.language
    out["start"] = None if line.start is None else _ms(line.start)
    out["duration"] = None if line.duration is None else _ms(line.duration)
    if line.reason:
        out["reason"] = line.reason
    out |= {
        "id": line.id,
        "kind": line.kind,
        "span": [_ms(line.span.start), _ms(line.span.end)],
        "event": _ms(line.event),
        "variants": list(line.variants),
        "salience": round(line.salience, 4),
        "confidence": round(line.confidence, 4),
        "source": line.source,
        "mark": mark_of(
            scrubbed(line.text), [scrubbed(v) for v in line.variants], scrubbed(line.spoken)
        ),
    }
    return out


def _ms(seconds: float) -> float:
    return round(float(seconds), 3)


def _plain(value: Any) -> Any:
    """Nearest JSON value of an option: tuples are lists, numpy scalars numbers, paths text."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return scrubbed(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {scrubbed(str(key)): _plain(each) for key, each in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, (bytes, bytearray)):
        return [_plain(each) for each in value]
    item = getattr(value, "item", None)
    return _plain(item()) if callable(item) else str(value)


def _dump(value: Any) -> str:
    return json.dumps(_plain(value), ensure_ascii=False)


def _object(value: dict[str, Any], indent: str) -> str:
    inside = ",\n".join(f"{indent}  {_dump(key)}: {_dump(each)}" for key, each in value.items())
    return f"{indent}{{\n{inside}\n{indent}}}"


def _array(items: list[str], indent: str) -> str:
    return "[\n" + ",\n".join(items) + f"\n{indent}]" if items else "[]"


class _Invalid(Exception):
    """A value is not what the schema asks for at that place."""

    def __init__(self, where: Where, what: str) -> None:
        self.where, self.what = where, what


def from_json(text: str, path: Path | None = None) -> Script:
    """The script in a JSON text, with what follows from a person's edits (see `settled`).

    Args:
        text: what `to_json` wrote, perhaps edited.
        path: named in the error.

    Raises:
        ScriptInvalid: the text is no JSON, no script, of a newer version, or a value is not
            what the schema asks for; says where and on which line.
    """
    try:
        data = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        _fail(f"is not valid JSON: {error.msg.lower()} (line {error.lineno})", path)
    except (ValueError, RecursionError):
        _fail("is not valid JSON: a number or a nesting in it is beyond all bounds", path)
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ScriptInvalid(
            f'is JSON but no script: it does not say "format": "{FORMAT}"',
            path=path,
            remedy="give a script that Scenewise wrote, or a captions file",
        )
    try:
        return _script(data)
    except _Invalid as error:
        number = line_of(text, error.where)
        line = f" (line {number})" if number else ""
        _fail(f"{_name(error.where)} {error.what}{line}", path)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _fail(what: str, path: Path | None) -> NoReturn:
    raise ScriptInvalid(what, path=path, remedy="correct it or draft the script again") from None


def _name(where: Where) -> str:
    """`descriptions[3].start` of a place in the file."""
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in where)
    return text.lstrip(".") or "the script"


def _script(data: dict[str, Any]) -> Script:
    version = data.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise _Invalid(("version",), "is not a version number such as 1")
    if version > VERSION:
        raise _Invalid(
            ("version",),
            f"is {version}, and this Scenewise reads scripts up to version {VERSION}: "
            "install a newer Scenewise",
        )
    fields = _Fields(data, ())
    fields.known("format", "version", "film", "language", "voice", "notes", "descriptions")
    fields.known("dialogue", "settings")
    film = fields.fields("film")
    film.known("name", "digest", "duration")
    language = fields.text("language", "en")
    lines = []
    seen: dict[str, int] = {}
    for number, entry in enumerate(fields.array("descriptions", required=True)):
        line = _description(entry, ("descriptions", number), language)
        if line.id in seen:
            first = f"descriptions[{seen[line.id]}]"
            raise _Invalid(("descriptions", number, "id"), f"is {line.id!r}, as in {first}")
        seen[line.id] = number
        lines.append(line)
    dialogue = None
    if data.get("dialogue") is not None:
        entries = fields.array("dialogue")
        dialogue = tuple(_span(each, ("dialogue", i)) for i, each in enumerate(entries))
    return Script(
        film=FilmReference(
            film.text("name", ""), film.text("digest", ""), film.time("duration", 0.0) or 0.0
        ),
        language=language,
        descriptions=tuple(lines),
        dialogue=dialogue,
        voice=fields.mapping("voice"),
        notes=fields.texts("notes"),
        settings=fields.mapping("settings"),
    )


def _description(entry: Any, where: Where, language: str) -> Description:
    fields = _Fields(entry, where)
    fields.known("text", "spoken", "start", "duration", "reason", "id", "kind", "span", "event")
    fields.known("variants", "salience", "confidence", "source", "mark", "language")
    text = fields.text("text")
    name = fields.text("id")
    if why := id_problem(name):
        raise _Invalid((*where, "id"), why)
    own = fields.text("language", "")
    if own and not is_language(own):
        raise _Invalid((*where, "language"), f"is {_short(own)}, no BCP 47 tag such as en or pt-BR")
    start = fields.time("start", None)
    kinds: dict[str, Kind] = {"visual": "visual", "text": "text"}
    kind = kinds.get(fields.text("kind", "visual"))
    if kind is None:
        raise _Invalid((*where, "kind"), "is neither visual nor text")
    if "span" in fields.data:
        span = _span(fields.data["span"], (*where, "span"))
    elif start is not None:  # a line that a person added with no more than text, id and start
        span = Span(start, start)
    else:
        raise _Invalid((*where, "span"), "is missing")
    line = Description(
        id=name,
        span=span,
        text=text,
        variants=fields.texts("variants"),
        event=fields.time("event", span.start) or 0.0,
        salience=fields.share("salience", 0.5),
        confidence=fields.share("confidence", 1.0),
        source=fields.text("source", "person"),
        kind=kind,
        start=start,
        duration=fields.time("duration", None),
        spoken=fields.text("spoken", text if start is not None else ""),
        reason=fields.text("reason", ""),
        language=own,
    )
    return settled(line, fields.text("mark", ""), own or language)


def _span(value: Any, where: Where) -> Span:
    if not isinstance(value, list) or len(value) != 2:
        raise _Invalid(where, "is not a pair of seconds such as [1.5, 4.0]")
    start, end = (_time(each, (*where, i)) for i, each in enumerate(value))
    if end < start:
        raise _Invalid(where, f"ends ({end:g}) before it starts ({start:g})")
    return Span(start, end)


def _time(value: Any, where: Where) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _Invalid(where, f"is {_short(value)}, not a number of seconds")
    if not 0 <= value <= LONGEST:
        raise _Invalid(where, f"is {_short(value)}, not between 0 and {LONGEST:g} seconds")
    return float(value)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else text[:39] + "…"


class _Fields:
    """Typed access to the keys of one JSON object; errors carry the place."""

    def __init__(self, value: Any, where: Where) -> None:
        if not isinstance(value, dict):
            raise _Invalid(where, f"is {_short(value)}, not an object in braces")
        self.data: dict[str, Any] = value
        self.where = where
        self._known: list[str] = []

    def known(self, *keys: str) -> None:
        """Name keys that exist. Any other is ignored, unless it looks like a misspelling of
        one that is missing."""
        self._known.extend(keys)

    def _get(self, key: str, kind: type, default: Callable[[], Any] | None, name: str) -> Any:
        if key not in self.data:
            strange = sorted(self.data.keys() - set(self._known))[:20]
            near = difflib.get_close_matches(key, strange, 1, 0.75)
            if near:
                raise _Invalid((*self.where, near[0]), f"is no known key; {key} is meant")
            if default is None:
                raise _Invalid((*self.where, key), "is missing")
            return default()
        value = self.data[key]
        if not isinstance(value, kind):
            raise _Invalid((*self.where, key), f"is {_short(value)}, not {name}")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """A text; required where there is no default."""
        make = None if default is None else lambda: default
        return scrubbed(self._get(key, str, make, "a text in quotes"))

    def array(self, key: str, *, required: bool = False) -> list[Any]:
        """A list; empty where the key is absent."""
        got: list[Any] = self._get(key, list, None if required else list, "a list in brackets")
        return got

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        values = self.array(key)
        for number, value in enumerate(values):
            if not isinstance(value, str):
                raise _Invalid((*self.where, key, number), f"is {_short(value)}, not a text")
        return tuple(scrubbed(value) for value in values)

    def mapping(self, key: str) -> dict[str, Any]:
        """An object of any keys and values."""
        got: dict[str, Any] = self._get(key, dict, dict, "an object in braces")
        return got

    def fields(self, key: str) -> _Fields:
        """An object of known keys; empty where the key is absent."""
        return _Fields(self.mapping(key), (*self.where, key))

    def time(self, key: str, default: float | None) -> float | None:
        """Seconds; null stands for the default."""
        value = self._get(key, object, lambda: default, "")
        return default if value is None else _time(value, (*self.where, key))

    def share(self, key: str, default: float) -> float:
        """A number from 0 to 1."""
        value = self._get(key, object, lambda: default, "")
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
            raise _Invalid((*self.where, key), f"is {_short(value)}, not a number from 0 to 1")
        return float(value)
