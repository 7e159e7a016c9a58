"""SubRip (SRT): the voiced lines for players and editors that know nothing else.

SubRip has no standard. Its text is written as it is, since no reader resolves character
references, and read without HTML tags and style codes.
"""

from __future__ import annotations

from pathlib import Path

from scenewise.core.script import Script
from scenewise.description.formats.blocks import scan
from scenewise.description.formats.plain_text import from_srt, tidy
from scenewise.description.formats.timecodes import clock, milliseconds
from scenewise.description.formats.validation import require_storable
from scenewise.description.formats.webvtt import Captions, as_cue, no_cues, timing_faults


def to_srt(script: Script) -> str:
    """The voiced lines, numbered from 1 in order of time.

    Raises:
        ScriptInvalid: an id or a time that cannot be written.
    """
    require_storable(script)
    out = []
    for number, cue in enumerate(script.cues(), 1):
        start = clock(milliseconds(cue.span.start), ",")
        end = clock(milliseconds(cue.span.end), ",")
        words = tidy(cue.text).replace("-->", "->")  # readers look for the arrow anywhere
        out.append(f"{number}\n{start} --> {end}\n{words}\n")
    return "\n".join(out)


def parse_srt(text: str, path: Path | None = None) -> Captions:
    """The cues of a SubRip file, or of a WebVTT file without its header.

    Args:
        text: without a byte order mark.
        path: named in the error.

    Raises:
        ScriptInvalid: there is not a single cue.
    """
    found = scan(text, webvtt=False)
    if not found.cues:
        raise no_cues(path)
    clean = from_srt
    cues = (as_cue(block, clean("\n".join(block.payload))) for block in found.cues)
    faults = timing_faults(found)
    return Captions(tuple(cues), notes=faults, faults=faults)
