"""The blocks of a WebVTT or SubRip file, read as people write them.

The standards would drop a cue whose blank line is missing or whose index is gone; a person
who typed it would call that a loss. One pass over the lines, each looked at once or twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from scenewise.description.formats.plain_text import split_lines
from scenewise.description.formats.timecodes import written_timing

# what stands before a timing without a blank line before it: `12`, `d0012`, never a sentence
_NUMBER = re.compile(r"[A-Za-z]{0,3}[0-9]{1,7}\Z")
_NAMED = re.compile(r"([A-Za-z]{0,3}[0-9]{1,7})\s+(.*)")
_COMMENT = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|\Z)")


@dataclass(slots=True)
class Block:
    """A cue as it stands in the file: identifier, milliseconds, raw payload lines, and the
    number of its timing line."""

    id: str
    start: int
    end: int
    line: int
    payload: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Scan:
    """What a file holds.

    `broken` are the numbers of lines that look like a timing and are none: text was lost.
    `backward` are those of timings that end before they begin: the cue lasts no time.
    """

    header: list[str] = field(default_factory=list)
    comments: list[list[str]] = field(default_factory=list)
    cues: list[Block] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    backward: list[int] = field(default_factory=list)


def is_comment(line: str) -> bool:
    """Whether a block that begins with this line is a NOTE, STYLE or REGION block."""
    return _COMMENT.match(line) is not None


def scan(text: str, *, webvtt: bool) -> Scan:
    """The blocks of a file.

    Args:
        text: without a byte order mark.
        webvtt: whether a header, comments and style blocks are looked for, and a blank line
            ends a cue for good. In SubRip the text after a blank line that begins no other
            cue still belongs to the cue before it.
    """
    lines = split_lines(text.replace("\r\r\n", "\n"))
    out = Scan()
    at = _header(lines, out) if webvtt else 0
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            at += 1
        elif (timing := written_timing(line)) is not None:
            at = _cue(lines, at, "", timing, out)
        elif webvtt and is_comment(line):
            comment = []
            while at < len(lines) and lines[at].strip():
                comment.append(lines[at])
                at += 1
            out.comments.append(comment)
        elif at + 1 < len(lines) and (timing := written_timing(lines[at + 1])) is not None:
            at = _cue(lines, at + 1, line.strip(" \t\ufeff"), timing, out)
        elif (match := _NAMED.match(line)) and (timing := written_timing(match.group(2))):
            at = _cue(lines, at, match.group(1), timing, out)
        else:
            if "-->" in line:
                out.broken.append(at + 1)
            elif out.cues and not webvtt:
                out.cues[-1].payload.append(line)
            at += 1
    return out


def _header(lines: list[str], out: Scan) -> int:
    """Take the header; the index of the first line after it."""
    at = next((i for i, line in enumerate(lines) if line.strip(" \t\ufeff")), 0)
    if not lines[at].strip(" \t\ufeff").upper().startswith("WEBVTT"):
        return 0
    while at < len(lines) and lines[at].strip() and written_timing(lines[at]) is None:
        if out.header and at + 1 < len(lines) and written_timing(lines[at + 1]) is not None:
            break  # a cue's identifier, the blank line before it is missing
        out.header.append(lines[at])
        at += 1
    return at


def _cue(lines: list[str], at: int, name: str, timing: tuple[int, int], out: Scan) -> int:
    """Take the cue whose timing line is `at`; the index of the first line after it."""
    block = Block(name, timing[0], max(timing), line=at + 1)
    out.cues.append(block)
    if timing[1] < timing[0]:
        out.backward.append(at + 1)
    at += 1
    while at < len(lines) and lines[at].strip():
        if written_timing(lines[at]) is not None:
            break
        follows = at + 1 < len(lines) and written_timing(lines[at + 1]) is not None
        if follows and _NUMBER.match(lines[at].strip()):
            break
        block.payload.append(lines[at])
        at += 1
    return at
