"""WebVTT: a script as a `descriptions` track that a person can edit, and any captions file.

A voiced line is a cue whose identifier is the line's id. A line that is not voiced stands in
a comment, because a cue would be spoken by players:

    NOTE unvoiced d0007 00:00:12.000 to 00:00:15.500 low confidence
    A man opens the door.

The standard allows no `-->` in a comment, hence the `to`; reading takes either.
"""

from __future__ import annotations

import hashlib
import html
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from scenewise.core.errors import ScriptInvalid
from scenewise.core.script import Cue, Description, FilmReference, Script
from scenewise.core.time import Span
from scenewise.description.formats.blocks import Block, Scan, scan
from scenewise.description.formats.plain_text import escaped, from_webvtt, one_line, tidy
from scenewise.description.formats.timecodes import clock, milliseconds, parse_clock
from scenewise.description.formats.validation import (
    id_problem,
    is_language,
    require_storable,
)

ASSUMED_LANGUAGE = "the file names no language, English is assumed"

_HELP = (
    "NOTE\n"
    "Edit the words and times of any line. To drop a line, delete its block.\n"
    "To voice a line marked unvoiced, make its first line look like those of the others:\n"
    "its name, and below it the timing with an arrow. A new line needs no name."
)
_CLOCK = r"((?:[0-9]+:)?[0-9]+:[0-9]+[.,][0-9]+)"
_IN_LANGUAGE = re.compile(r"\s*<lang\s+([A-Za-z0-9-]+)>(.*)</lang>\s*\Z", re.DOTALL)
_UNVOICED = re.compile(rf"NOTE\s+unvoiced\s+(\S.*?)\s+{_CLOCK}\s*(?:to|-{{1,3}}>)\s*{_CLOCK}(.*)")


@dataclass(frozen=True)
class Captions:
    """What a WebVTT or SubRip file holds.

    Args:
        cues: in the order of the file, as written there: times may overlap or go back, and
            identifiers may be empty or occur twice.
        unvoiced: the lines that Scenewise keeps in comments.
        language: BCP 47 tag from the header, empty when it has none.
        kind: such as `captions` or `descriptions`, empty when the header says nothing.
        film: the film that a Scenewise file names.
        notes: what a person should know, such as a line that looks like a timing and is none.
        faults: those notes that tell of a time that is none; a script must not have any.
    """

    cues: tuple[Cue, ...]
    unvoiced: tuple[Description, ...] = ()
    language: str = ""
    kind: str = ""
    film: FilmReference = field(default_factory=FilmReference)
    notes: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def to_vtt(script: Script) -> str:
    """The script as a WebVTT descriptions track, exact to the millisecond.

    Voiced lines give the same ids, starts, durations and words (`plain_text.tidy`) when read
    back. What WebVTT cannot hold is restored by `merge_edits` from the JSON script.

    Raises:
        ScriptInvalid: an id or a time that cannot be written.
    """
    require_storable(script)
    film = script.film
    blocks = [f"WEBVTT\nKind: descriptions\nLanguage: {one_line(script.language)}"]
    if film != FilmReference():
        length = clock(milliseconds(film.duration))
        name, digest = escaped(one_line(film.name)), escaped(one_line(film.digest))
        blocks.append(f"NOTE film\nname: {name}\ndigest: {digest}\nduration: {length}")
    blocks.append(_HELP)
    timed = sorted((_block(line) for line in script.descriptions), key=lambda each: each[0])
    return "\n\n".join([*blocks, *(text for _, text in timed)]) + "\n"


def _block(line: Description) -> tuple[int, str]:
    """When a line's block is due, in milliseconds, and the block."""
    words = escaped(tidy((line.spoken or line.text) if line.voiced else line.text))
    if words and is_language(line.language):
        words = f"<lang {line.language}>{words}</lang>"
    if line.start is None:
        start, end = milliseconds(line.span.start), milliseconds(line.span.end)
        reason = escaped(one_line(line.reason))
        head = f"NOTE unvoiced {line.id} {clock(start)} to {clock(end)} {reason}".rstrip()
    else:
        start = milliseconds(line.start)
        length = max(line.span.end - line.start, 0.0) if line.duration is None else line.duration
        head = f"{line.id}\n{clock(start)} --> {clock(start + milliseconds(length))}"
    return start, f"{head}\n{words}" if words else head


def parse_vtt(text: str, path: Path | None = None) -> Captions:
    """The cues of a WebVTT file, as people write them (see `blocks.scan`).

    Args:
        text: without a byte order mark; the header may be missing.
        path: named in the error.

    Raises:
        ScriptInvalid: there is neither a WebVTT header nor a single cue.
    """
    found = scan(text, webvtt=True)
    if not found.cues and not found.header:
        raise no_cues(path)
    header = dict(_pair(line) for line in found.header[1:])
    language = header.get("language") or header.get("lang", "")
    cues = tuple(_cue(block, language) for block in found.cues)
    faults = timing_faults(found)
    film = FilmReference()
    unvoiced = []
    for comment in found.comments:
        if one_line(comment[0]) == "NOTE film":
            film = _film(dict(_pair(line) for line in comment[1:]))
        elif (line := _unvoiced(comment, language)) is not None:
            unvoiced.append(line)
    return Captions(
        cues,
        tuple(unvoiced),
        language if is_language(language) else "",
        header.get("kind", "").lower(),
        film,
        faults,
        faults,
    )


def no_cues(path: Path | None) -> ScriptInvalid:
    """The error for a text file that is no script and no captions."""
    return ScriptInvalid(
        "holds no cues: no line in it is a timing such as 00:01.000 --> 00:04.000",
        path=path,
        remedy="give a WebVTT, SRT or TTML file or a Scenewise script",
    )


def timing_faults(found: Scan) -> tuple[str, ...]:
    """What a person should know about lines that were meant as timings."""
    told = [
        (number, "looks like a timing and is none, the text below it was left out")
        for number in found.broken
    ]
    told += [(number, "ends before it begins") for number in found.backward]
    return tuple(f"line {number} {what}" for number, what in sorted(told)[:10])


def as_cue(block: Block, text: str) -> Cue:
    """A cue of a scanned file with its words."""
    return Cue(Span(block.start / 1000, block.end / 1000), text, block.id)


def _cue(block: Block, language: str) -> Cue:
    payload = "\n".join(block.payload)
    return replace(as_cue(block, from_webvtt(payload)), language=_own_language(payload, language))


def _own_language(payload: str, language: str) -> str:
    """The language that all of a payload is marked to be in; empty where it is the file's."""
    match = _IN_LANGUAGE.match(payload)
    own = match[1] if match and match[2].count("</lang>") == 0 else ""
    return own if is_language(own) and own.lower() != language.lower() else ""


def _pair(line: str) -> tuple[str, str]:
    key, _, value = line.partition(":")
    return one_line(key).lower(), html.unescape(one_line(value))


def _film(values: dict[str, str]) -> FilmReference:
    length = parse_clock(values.get("duration", "")) or 0
    return FilmReference(values.get("name", ""), values.get("digest", ""), length / 1000)


def _unvoiced(comment: list[str], language: str) -> Description | None:
    """The line that a comment keeps; None for any other comment."""
    match = _UNVOICED.match(comment[0])
    if match is None or id_problem(name := match.group(1)):
        return None
    start, end = parse_clock(match.group(2)), parse_clock(match.group(3))
    if start is None or end is None:
        return None
    payload = "\n".join(comment[1:])
    return Description(
        name,
        Span(start / 1000, max(start, end) / 1000),
        from_webvtt(payload),
        event=start / 1000,
        reason=one_line(html.unescape(match.group(4))) or "marked unvoiced",
        language=_own_language(payload, language),
    )


def captions_script(captions: Captions) -> Script:
    """A script from a captions file: every cue with words is a voiced line.

    A cue keeps its identifier as id; one without (a person's new cue), or with one that an
    earlier cue has (a cue copied and changed), gets a fresh id made from its time and words.
    A cue that was emptied is kept unvoiced.
    """
    written = {cue.id for cue in captions.cues} | {line.id for line in captions.unvoiced}
    taken: set[str] = set()
    lines = []
    for cue in captions.cues:
        name = cue.id
        if id_problem(name) or name in taken:
            name = _fresh(cue, taken, written)
        taken.add(name)
        line = Description(name, cue.span, cue.text, event=cue.span.start, language=cue.language)
        if cue.text:
            line = line.delivered(cue.span.start, _length(cue.span), cue.text)
        else:
            line = line.silenced("emptied by a person")
        lines.append(line)
    kept = {line.id: line for line in captions.unvoiced if line.id not in taken}
    lines.extend(kept.values())
    doubts = captions.notes if captions.language else (*captions.notes, ASSUMED_LANGUAGE)
    return Script(
        film=captions.film,
        language=captions.language or "en",
        descriptions=tuple(sorted(lines, key=lambda line: line.span.start)),
        notes=doubts,
    )


def _length(span: Span) -> float:
    """Seconds, exact to the millisecond where the bounds are."""
    return (milliseconds(span.end) - milliseconds(span.start)) / 1000


def _fresh(cue: Cue, *taken: set[str]) -> str:
    """An id for a nameless cue: the same each time the same file is read, so that notes made
    about it stay true, and of a form (`p0123456`) that no draft uses."""
    seed = f"{milliseconds(cue.span.start)} {cue.text}"
    while True:
        digest = hashlib.blake2b(seed.encode("utf-8", "replace"), digest_size=8).digest()
        name = f"p{int.from_bytes(digest, 'big') % 10_000_000:07d}"
        if not any(name in names for names in taken):
            return name
        seed += "+"
