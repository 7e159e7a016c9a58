"""Timed text in XML (TTML 1 and 2, IMSC, EBU-TT, DAPT): its cues in time order.

Timing follows TTML2 §12 for the media time base: times are relative to the parent's begin,
`par` and `seq` containers, `dur` and `end`, frames and ticks. Layout and style are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import zip_longest
from pathlib import Path
from typing import NoReturn
from xml.etree import ElementTree

from scenewise.core.errors import ScriptInvalid
from scenewise.description.formats.plain_text import tidy
from scenewise.description.formats.timecodes import LONGEST

SCENEWISE = "urn:scenewise:script"
"""Namespace of what Scenewise adds to a document."""

DEPTH = 100
"""Elements inside each other; timed text has about six."""

_XML = "{http://www.w3.org/XML/1998/namespace}"
_CLOCK = re.compile(
    r"([0-9]{2,4}):([0-9]{2}):([0-9]{2})"
    r"(?:\.([0-9]{1,12})|:([0-9]{2,4})(?:\.([0-9]{1,6}))?)?\Z"
)
_OFFSET = re.compile(r"([0-9]{1,10}(?:\.[0-9]{1,12})?)(h|ms|m|s|f|t)?\Z")
_ANNOTATIONS = frozenset({"text", "textContainer", "delimiter"})
_BLANKS = re.compile(r"[ \t\r\n]+")


@dataclass(frozen=True)
class TimedText:
    """One paragraph of timed text: milliseconds, words, and the attributes that apply to it
    (its own, else those of its division), by local name; and the languages of all
    paragraphs in the same division (empty where they have the document's)."""

    start: int
    end: int
    text: str
    attributes: dict[str, str]
    plot_significance: str = ""
    beside: tuple[str, ...] = ("",)


@dataclass(frozen=True)
class Document:
    """What a TTML file holds.

    Args:
        language: `xml:lang` of the root.
        attributes: those of the root element, by local name.
        title: from the head.
        film: attributes of Scenewise's own element in the head.
        cues: in order of time.
        faults: what a person should know about times that cannot be meant.
    """

    language: str
    attributes: dict[str, str]
    title: str = ""
    film: dict[str, str] = field(default_factory=dict)
    cues: tuple[TimedText, ...] = ()
    faults: tuple[str, ...] = ()


class _Refused(Exception):
    pass


class _Builder(ElementTree.TreeBuilder):
    """Builds the tree, but refuses what can make a small file explode: a document type,
    hence every entity, and endless nesting."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0

    def doctype(self, name: str, pubid: str | None, system: str | None) -> NoReturn:
        raise _Refused("has a document type declaration, which timed text may not have")

    def start(self, tag: str, attrs: dict[str, str], /) -> ElementTree.Element:
        self.depth += 1
        if self.depth > DEPTH:
            raise _Refused(f"is nested more than {DEPTH} elements deep")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> ElementTree.Element:
        self.depth -= 1
        return super().end(tag)


def parse_ttml(text: str, path: Path | None = None) -> Document:
    """The cues of a TTML document of any version or profile.

    Args:
        text: the XML text, decoded.
        path: named in the error.

    Raises:
        ScriptInvalid: it is not well formed, has a document type, or is other XML.
    """
    parser = ElementTree.XMLParser(target=_Builder())
    try:
        parser.feed(text.lstrip("\ufeff \t\r\n"))
        root = parser.close()
    except _Refused as error:
        _fail(str(error), path)
    except ElementTree.ParseError as error:
        line, column = error.position
        what = ElementTree.ParseError.__str__(error).split(":")[0]
        _fail(f"is not well-formed XML: {what} (line {line}, column {column + 1})", path)
    except (ValueError, UnicodeError):
        _fail("is not well-formed XML", path)
    if _local(root.tag) != "tt":
        _fail(f"is XML but no timed text: its root is <{_local(root.tag)[:40]}>, not <tt>", path)
    clock = _Clock(_attributes(root))
    body = next((child for child in root if _local(child.tag) == "body"), None)
    cues: list[TimedText] = []
    if body is not None:
        try:
            begin, end = _interval(body, clock, 0, None)
            cues = list(_division(body, clock, begin, end, {}))
        except _Refused as error:
            _fail(str(error), path)
    cues = _closed(sorted(cues, key=lambda cue: cue.start))
    title, film = _head(root)
    faults = tuple(dict.fromkeys(clock.faults))[:10]
    language = root.get(f"{_XML}lang", "")
    return Document(language, _attributes(root), title, film, tuple(cues), faults)


def _fail(what: str, path: Path | None) -> NoReturn:
    raise ScriptInvalid(what, path=path, remedy="export it again as plain TTML or DAPT") from None


def _local(tag: object) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _attributes(element: ElementTree.Element) -> dict[str, str]:
    """Attributes by local name; Scenewise's own `id` must not hide the `xml:id`."""
    return {
        key.replace(f"{{{SCENEWISE}}}", "scenewise:") if SCENEWISE in key else _local(key): value
        for key, value in element.attrib.items()
    }


def _head(root: ElementTree.Element) -> tuple[str, dict[str, str]]:
    head = next((child for child in root if _local(child.tag) == "head"), None)
    title, film = "", {}
    for element in head.iter() if head is not None else ():
        if _local(element.tag) == "title" and not title:
            title = " ".join((element.text or "").split())
        elif element.tag == f"{{{SCENEWISE}}}film":
            film = _attributes(element)
    return title, film


class _Clock:
    """Time expressions of one document (TTML2 §12.3), with its frame and tick rates; and the
    faults that were found in them."""

    def __init__(self, root: dict[str, str]) -> None:
        self.faults: list[str] = []
        rate = _positive(root.get("frameRate"), 30)
        over = (root.get("frameRateMultiplier") or "1 1").split()
        top = _positive(over[0], 1) if over else 1
        bottom = _positive(over[1], 1) if len(over) > 1 else 1
        self.frame = Fraction(bottom, rate * top)
        self.sub = _positive(root.get("subFrameRate"), 1)
        ticks = _positive(root.get("tickRate"), 0)
        tick = self.frame / self.sub if "frameRate" in root else Fraction(1)
        self.units = {
            "h": Fraction(3600),
            "m": Fraction(60),
            "s": Fraction(1),
            "ms": Fraction(1, 1000),
            "f": self.frame,
            "t": Fraction(1, ticks) if ticks else tick,
        }

    def ms(self, text: str | None) -> int | None:
        """Milliseconds of a time expression; None where there is none."""
        if text is None:
            return None
        text = text.strip()
        if match := _CLOCK.match(text):
            hours, minutes, seconds, fraction, frames, subs = match.groups()
            time = Fraction((int(hours) * 60 + int(minutes)) * 60 + int(seconds))
            if fraction:
                time += Fraction(int(fraction), 10 ** len(fraction))
            if frames:
                time += self.frame * (int(frames) + Fraction(int(subs or 0), self.sub))
        elif match := _OFFSET.match(text):
            time = Fraction(match[1]) * self.units[match[2] or "s"]
        else:
            raise _Refused(f"has a time that is none: {text[:40]!r}")
        if time > LONGEST:
            raise _Refused(f"has a time of more than {LONGEST / 3600:g} hours: {text!r}")
        return round(time * 1000)


def _positive(text: str | None, default: int) -> int:
    return int(text) if text and re.fullmatch("[0-9]{1,9}", text) and int(text) else default


def _interval(
    element: ElementTree.Element, clock: _Clock, base: int, limit: int | None
) -> tuple[int, int | None]:
    """When an element is active: from its own times, inside its parent's."""
    begin = base + (clock.ms(element.get("begin")) or 0)
    length, until = clock.ms(element.get("dur")), clock.ms(element.get("end"))
    ends = [limit] if limit is not None else []
    ends += [] if length is None else [begin + length]
    ends += [] if until is None else [base + until]
    if until is not None and base + until < begin:
        name = element.get(f"{_XML}id", "")
        clock.faults.append(
            f"<{_local(element.tag)}>{f' {name}' if name else ''} with begin"
            f' "{element.get("begin")}" ends before it begins'
        )
    return begin, max(begin, min(ends)) if ends else None


def _children(
    element: ElementTree.Element, clock: _Clock, begin: int, end: int | None
) -> Iterator[tuple[ElementTree.Element, int, int | None]]:
    """Each child with when it is active."""
    base = begin
    for child in element:
        start, until = _interval(child, clock, base, end)
        yield child, start, until
        if element.get("timeContainer") == "seq" and until is not None:
            base = until


def _division(
    element: ElementTree.Element,
    clock: _Clock,
    begin: int,
    end: int | None,
    inherited: dict[str, str],
) -> Iterator[TimedText]:
    """The paragraphs of a body or division that is active from `begin` to `end`."""
    attributes = {**inherited, **_attributes(element)}
    name = attributes.pop("id", "")
    paragraphs = [child for child in element if _local(child.tag) == "p"]
    languages = tuple(_attributes(p).get("lang", attributes.get("lang", "")) for p in paragraphs)
    weight = ""
    for child in element:
        if _attributes(child).get("descType") == "plotSignificance":
            weight = tidy(child.text or "")
    for child, start, until in _children(element, clock, begin, end):
        kind = _local(child.tag)
        if kind == "div":
            yield from _division(child, clock, start, until, attributes)
        elif kind == "p":
            found = _paragraph(child, clock, start, until, attributes)
            if found is None:
                continue
            if name and len(paragraphs) == 1:
                found.attributes.setdefault("id", name)
            yield replace(found, plot_significance=weight, beside=languages)


def _paragraph(
    element: ElementTree.Element,
    clock: _Clock,
    begin: int,
    end: int | None,
    inherited: dict[str, str],
) -> TimedText | None:
    """The words of a paragraph, from the first to the last moment that one of them is there."""
    pieces: list[str] = []
    spans: list[tuple[int, int | None]] = []

    def take(text: str | None, preserve: bool, start: int, until: int | None) -> None:
        if text:
            pieces.append(text if preserve else _BLANKS.sub(" ", text))
            if text.strip():
                spans.append((start, until))

    def visit(node: ElementTree.Element, preserve: bool, start: int, until: int | None) -> None:
        preserve = {"preserve": True, "default": False}.get(node.get(f"{_XML}space", ""), preserve)
        take(node.text, preserve, start, until)
        for child, child_start, child_until in _children(node, clock, start, until):
            kind = _local(child.tag)
            if kind == "br":
                pieces.append("\n")
            elif kind == "span" and _attributes(child).get("ruby") not in _ANNOTATIONS:
                visit(child, preserve, child_start, child_until)
            take(child.tail, preserve, start, until)

    visit(element, inherited.get("space") == "preserve", begin, end)
    text = tidy("".join(pieces))
    if not text:
        return None
    first = min(start for start, _ in spans)
    ends = [until for _, until in spans]
    last = -1 if None in ends else max(until for until in ends if until is not None)
    return TimedText(first, last, text, {**inherited, **_attributes(element)})


def _closed(cues: list[TimedText]) -> list[TimedText]:
    """Cues that nothing ends (marked -1) last until the next one begins."""
    out = []
    for cue, after in zip_longest(cues, cues[1:]):
        if cue.end < 0:
            end = cue.start if after is None else after.start
            cue = replace(cue, end=end)
        out.append(cue)
    return out
