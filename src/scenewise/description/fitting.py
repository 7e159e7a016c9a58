"""Keeping a script's own times where its speech fits, and finding room where it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from scenewise.core.script import Description, Script
from scenewise.core.time import Span
from scenewise.description.formats.merging import SWITCHED_OFF
from scenewise.description.options import DraftOptions
from scenewise.description.placing import place
from scenewise.description.speaking import Speaker

_TOLERANCE = 1e-3  # s: times are written to the millisecond
_WORTH_TELLING = 0.05  # s


def fitted(
    script: Script, gaps: Sequence[Span], speaker: Speaker, film: Span
) -> tuple[Script, list[str]]:
    """The script with every duration measured anew, and what had to change for it.

    Args:
        script: as drafted or as a person left it.
        gaps: where speech may go, seconds.
        speaker: measures.
        film: bounds of the film.
    """
    lines = [_measured(line, speaker) for line in script.descriptions]
    options = DraftOptions.from_plain(script.settings)
    if options.placement == "paper" or _all_fit(lines, gaps):
        return script.with_descriptions(tuple(lines)), []
    # each line is aimed at where it stands, so that what need not move stays
    aimed = sorted((_aimed(line) for line in lines), key=lambda line: line.event)
    placed = {
        line.id: line
        for line in place(aimed, gaps, speaker, "optimum", film=film, timing=options.timing)
    }
    before = {line.id: line for line in lines}
    again = [replace(placed[line.id], event=line.event) for line in lines]
    told = [note for line in again if (note := _change(before[line.id], line))]
    return script.with_descriptions(tuple(again)), told


def _aimed(line: Description) -> Description:
    if line.start is None:
        return line
    return replace(line, event=line.start + (line.duration or 0.0) / 2)


def _measured(line: Description, speaker: Speaker) -> Description:
    if line.start is None:
        return line.silenced(line.reason or SWITCHED_OFF)
    wording = line.spoken or line.text
    return line.delivered(line.start, round(speaker.duration(wording, line.language), 3), wording)


def _all_fit(lines: Sequence[Description], gaps: Sequence[Span]) -> bool:
    """Whether each utterance lies in one gap and is over when the next begins."""
    spans = sorted(
        Span(line.start, line.start + (line.duration or 0.0))
        for line in lines
        if line.start is not None
    )
    rooms = [gap.padded(_TOLERANCE) for gap in gaps]
    inside = all(any(g.start <= s.start and s.end <= g.end for g in rooms) for s in spans)
    apart = all(a.end <= b.start + _TOLERANCE for a, b in pairwise(spans))
    return inside and apart


def _change(old: Description, new: Description) -> str:
    """What happened to a line, in words; empty when nothing worth telling did."""
    if old.voiced and not new.voiced:
        return f"{new.id} no longer fits and is not voiced: {new.reason}"
    if old.start is None or new.start is None:
        return ""
    moved = new.start - old.start
    if new.spoken != old.spoken:
        return f"{new.id} is voiced in another wording so that everything fits"
    if abs(moved) > _WORTH_TELLING:
        return f"{new.id} begins {abs(moved):.2f} s {'later' if moved > 0 else 'earlier'} to fit"
    return ""
