"""W3C DAPT, the exchange format of dubbing and audio description (a TTML2 profile).

Written after the Candidate Recommendation of 2025-12-18. A line becomes a script event
(`div`) that begins with the fade of the film's sound and ends with its return; the speech is
the timed `span` inside it, to be synthesized (`tta:speak`). Lines that are not voiced are left
out, because a DAPT player would speak them.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace
from pathlib import Path

from scenewise.core.errors import ScriptInvalid
from scenewise.core.script import Cue, Description, FilmReference, Script
from scenewise.core.time import Span
from scenewise.description.formats.plain_text import for_xml, one_line, tidy
from scenewise.description.formats.timecodes import milliseconds
from scenewise.description.formats.ttml import Document, TimedText, parse_ttml
from scenewise.description.formats.validation import is_language, require_storable
from scenewise.description.formats.webvtt import Captions, captions_script

PROFILE = "http://www.w3.org/ns/ttml/profile/dapt1.0/content"
"""Content profile designator that every DAPT document names (DAPT §5.6.1)."""

_NAMESPACES = {
    "xmlns": "http://www.w3.org/ns/ttml",
    "xmlns:tta": "http://www.w3.org/ns/ttml#audio",
    "xmlns:ttm": "http://www.w3.org/ns/ttml#metadata",
    "xmlns:ttp": "http://www.w3.org/ns/ttml#parameter",
    "xmlns:daptm": "http://www.w3.org/ns/ttml/profile/dapt#metadata",
    "xmlns:scenewise": "urn:scenewise:script",
}
_BLANKS = re.compile(r"[ \t]{2}|\t|^ | $", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\Z")


def to_dapt(
    script: Script, *, gain: float = 0.39, fade: float = 0.3, recorded: bool = False
) -> str:
    """The voiced lines as a DAPT document.

    Args:
        script: any script.
        gain: factor on the film's sound while a line is spoken.
        fade: seconds that the film's sound takes to reach it before a line, and to return
            after it; less at the film's beginning and end. Between lines that are closer than
            two fades it stays down.
        recorded: whether the document tells what has been recorded (`asRecorded`) rather
            than what is to be (`preRecording`).

    Raises:
        ScriptInvalid: an id or a time that cannot be written.
    """
    require_storable(script)
    language = script.language if is_language(script.language) else "und"
    root = {
        **_NAMESPACES,
        "ttp:contentProfiles": PROFILE,
        "xml:lang": language,
        "daptm:langSrc": "zxx",  # what is seen has no language; events of text name theirs
        "daptm:scriptRepresents": "visual.nonText visual.text",
        "daptm:scriptType": "asRecorded" if recorded else "preRecording",
    }
    attributes = "".join(f"\n    {key}={_quoted(value)}" for key, value in root.items())
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<tt{attributes}>", *_head(script.film)]
    lines.append("  <body>")
    names: set[str] = set()
    for event in _events(script, milliseconds(fade)):
        name = _xml_name(event.line.id, names)
        lines += _written(event, f"{gain:g}", name, language)
    lines += ["  </body>", "</tt>"]
    return "\n".join(lines) + "\n"


def _head(film: FilmReference) -> list[str]:
    if film == FilmReference():
        return []
    out = ["  <head>", "    <metadata>"]
    if film.name:
        out.append(
            f"      <ttm:title>{html.escape(for_xml(one_line(film.name)), quote=False)}</ttm:title>"
        )
    digest = _quoted(for_xml(one_line(film.digest)))
    length = _seconds(milliseconds(film.duration))
    out.append(f'      <scenewise:film digest={digest} duration="{length}"/>')
    return [*out, "    </metadata>", "  </head>"]


def _quoted(value: str) -> str:
    return f'"{html.escape(value)}"'


def _seconds(ms: int) -> str:
    """An offset time: DAPT asks for one syntax in the whole document."""
    return f"{ms // 1000}.{ms % 1000:03d}s"


@dataclass(frozen=True)
class _Event:
    """One line with the milliseconds of its speech, of what its event lasts before and after
    it, and whether the film's sound fades there (else it is down already, or stays down)."""

    line: Description
    start: int
    end: int
    lead: int = 0
    tail: int = 0
    down: bool = False
    up: bool = False


def _events(script: Script, fade: int) -> list[_Event]:
    """The voiced lines in order of time, each with its fades. A gap too short for two fades is
    shared out between its neighbours, so that the sound stays down in it."""
    voiced = [d for d in script.descriptions if d.voiced]
    plain = sorted((_speech(line) for line in voiced), key=lambda event: event.start)
    film = milliseconds(script.film.duration)
    out = []
    until = 0
    for number, event in enumerate(plain):
        gap = event.start - until if number else fade + event.start
        lead = min(fade, event.start if not number else gap - gap // 2 if gap > 0 else 0)
        down = lead > 0 and (not number or gap >= 2 * fade)
        until = max(until, event.end)
        if number + 1 < len(plain):
            gap = plain[number + 1].start - until
            tail = min(fade, gap // 2) if gap > 0 else 0
            up = gap >= 2 * fade and tail > 0
        else:
            tail = fade if film <= until else min(fade, film - until)
            up = tail > 0
        if event.end < until:  # spoken over by a longer line, which has the fade
            tail, up = 0, False
        out.append(replace(event, lead=lead, tail=tail, down=down, up=up))
    return out


def _speech(line: Description) -> _Event:
    assert line.start is not None
    start = milliseconds(line.start)
    length = max(line.span.end - line.start, 0.0) if line.duration is None else line.duration
    return _Event(line, start, start + milliseconds(length))


def _written(event: _Event, gain: str, name: str, language: str) -> list[str]:
    """One script event. Its `xml:id` is the line's id, or a name made from it where XML has no
    such name; then Scenewise's own attribute keeps the id."""
    line = event.line
    attributes = {
        "xml:id": name,
        "begin": _seconds(event.start - event.lead),
        "end": _seconds(event.end + event.tail),
        "daptm:represents": "visual.text" if line.kind == "text" else "visual.nonText",
    }
    if line.kind == "text":
        attributes["daptm:langSrc"] = language
    if name != line.id:
        attributes["scenewise:id"] = for_xml(line.id)
    words = for_xml(tidy(line.spoken or line.text))
    space = ' xml:space="preserve"' if _BLANKS.search(words) else ""
    text = "<br/>".join(html.escape(part, quote=False) for part in words.split("\n"))
    begin = _seconds(event.lead)
    end = _seconds(event.lead + event.end - event.start)
    finish = _seconds(event.lead + event.end - event.start + event.tail)
    own = line.language if is_language(line.language) else ""
    paragraph = f" xml:lang={_quoted(own)}" if own else ""
    if not event.down:  # without a fade of its own it finds the sound at full gain: take it down
        paragraph += f' tta:gain="{gain}"'
    out = [
        f"    <div{''.join(f' {key}={_quoted(value)}' for key, value in attributes.items())}>",
        f'      <ttm:desc daptm:descType="plotSignificance">{line.salience:g}</ttm:desc>',
        f"      <p{paragraph}>",
    ]
    if event.down:
        times = f'begin="0.000s" end="{begin}"'
        out.append(f'        <animate {times} tta:gain="1;{gain}" fill="freeze"/>')
    if event.up:
        times = f'begin="{end}" end="{finish}"'
        out.append(f'        <animate {times} tta:gain="{gain};1"/>')
    span = f'<span begin="{begin}" end="{end}" tta:speak="normal"{space}>{text}</span>'
    return [*out, f"        {span}", "      </p>", "    </div>"]


def _xml_name(name: str, names: set[str]) -> str:
    """A valid `xml:id` for a line's id that no other line has."""
    made = name if _NAME.match(name) else "l_" + re.sub(r"[^A-Za-z0-9_.-]", "_", name)
    while made in names:
        made = f"{made}.{len(names)}"
    names.add(made)
    return made


def parse_dapt(text: str, path: Path | None = None) -> Captions:
    """The script events of a DAPT document, or the cues of any other TTML.

    Where a script event holds its words in several languages, those in the document's own
    language are taken.

    Args:
        text: the XML text, decoded.
        path: named in the error.

    Raises:
        ScriptInvalid: see `parse_ttml`.
    """
    return _captions(parse_ttml(text, path))


def dapt_script(text: str, path: Path | None = None, *, strict: bool = False) -> Script:
    """A DAPT document, or any other TTML, as a script: every paragraph a voiced line.

    Args:
        text: the XML text, decoded.
        path: named in the error.
        strict: refuse a document in which something ends before it begins.

    Raises:
        ScriptInvalid: see `parse_ttml`.
    """
    document = parse_ttml(text, path)
    if strict and document.faults:
        raise ScriptInvalid(
            document.faults[0], path=path, remedy="give it an end that is after its begin"
        )
    script = captions_script(_captions(document))
    details = {_id(cue): cue for cue in _own(document)}
    return script.with_descriptions(
        tuple(_detailed(line, details.get(line.id)) for line in script.descriptions)
    )


def _captions(document: Document) -> Captions:
    cues = (
        Cue(Span(c.start / 1000, c.end / 1000), c.text, _id(c), _language(c, document))
        for c in _own(document)
    )
    film = document.film
    length = re.fullmatch(r"([0-9]{1,7}(?:\.[0-9]{1,3})?)s", film.get("duration", ""))
    return Captions(
        tuple(cues),
        language=document.language if is_language(document.language) else "",
        kind="descriptions" if "scriptType" in document.attributes else "",
        film=FilmReference(
            document.title, film.get("digest", ""), float(length[1]) if length else 0.0
        ),
        notes=document.faults,
        faults=document.faults,
    )


def _own(document: Document) -> list[TimedText]:
    """The cues in the document's language, and in their own where their event has none in that;
    all of them where it is no DAPT script."""
    if "scriptType" not in document.attributes:
        return list(document.cues)
    main = document.language

    def wanted(cue: TimedText) -> bool:
        beside = [language or main for language in cue.beside]
        return cue.attributes.get("lang", main) == (main if main in beside else beside[0])

    return [cue for cue in document.cues if wanted(cue)]


def _language(cue: TimedText, document: Document) -> str:
    """The language of a cue; empty where it is the document's."""
    own = cue.attributes.get("lang", "")
    return own if is_language(own) and own.lower() != document.language.lower() else ""


def _id(cue: TimedText) -> str:
    return cue.attributes.get("scenewise:id") or cue.attributes.get("id", "")


def _detailed(line: Description, cue: TimedText | None) -> Description:
    """The line with what DAPT says of it beyond its words and times."""
    if cue is None:
        return line
    if cue.attributes.get("represents", "").startswith("visual.text"):
        line = replace(line, kind="text")
    if re.fullmatch(r"0?\.[0-9]{1,9}|[01](?:\.0{1,9})?", cue.plot_significance):
        line = replace(line, salience=float(cue.plot_significance))
    return line
