"""A person's edits, taken from a file that holds less than the script they were made to."""

from __future__ import annotations

from dataclasses import replace

from scenewise.core.script import Description, Script
from scenewise.description.formats.plain_text import tidy
from scenewise.description.formats.timecodes import milliseconds
from scenewise.description.formats.webvtt import ASSUMED_LANGUAGE

REMOVED = "removed by a person"
SWITCHED_OFF = "switched off by a person"


def merge_edits(base: Script, edited: Script) -> Script:
    """The script as a person left it, with everything that their file could not hold.

    Lines are matched by id; what has lost its id in an editor, by its words, then by its
    start. From `edited` come words, start, voicing, removal, additions, what there is to know
    about how it was read, and the language where it names one; everything else is the base's.
    In particular:

    - a cue that was moved keeps its measured duration, whatever its new end;
    - one of the line's own wordings, chosen by hand, keeps the line's other wordings; new
      words replace them all, are the person's (source `person`, confidence 1) and have no
      duration until they are voiced;
    - a line that is gone from `edited` is kept, unvoiced, so that it can be brought back.

    Without an edit the base comes back unchanged.

    Args:
        base: the script as it was written, usually read from its JSON file.
        edited: the same script read from an edited file of any format.
    """
    matches, added = _matched(base, edited)
    lines = [_merged(line, matches.get(line.id)) for line in base.descriptions]
    for extra in added:
        line = replace(extra, duration=None, source="person")
        place = next((i for i, each in enumerate(lines) if each.event > line.event), len(lines))
        lines.insert(place, line)
    language = base.language if ASSUMED_LANGUAGE in edited.notes else edited.language
    known = {ASSUMED_LANGUAGE, *base.notes}  # what was assumed is known from the base
    notes = (*base.notes, *(note for note in edited.notes if note not in known))
    return replace(base, descriptions=tuple(lines), language=language, notes=notes)


def _matched(base: Script, edited: Script) -> tuple[dict[str, Description], list[Description]]:
    """The edited line of each base line by the base's id, and the lines that are new."""
    known = {line.id for line in base.descriptions}
    matches = {line.id: line for line in edited.descriptions if line.id in known}
    strangers = [line for line in edited.descriptions if line.id not in known]
    lost = [line for line in base.descriptions if line.id not in matches]
    by_words: dict[str, list[Description]] = {}
    by_start: dict[int, list[Description]] = {}
    for line in lost:
        for words in {tidy(each) for each in (*line.wordings, line.spoken)} - {""}:
            by_words.setdefault(words, []).append(line)
        if line.voiced:
            by_start.setdefault(milliseconds(_when(line)), []).append(line)
    added = []
    for line in strangers:
        found = [b for b in by_words.get(_words(line), ()) if b.id not in matches]
        found = found or [
            b for b in by_start.get(milliseconds(_when(line)), ()) if b.id not in matches
        ]
        if found:
            nearest = min(found, key=lambda b: abs(_when(b) - _when(line)))
            matches[nearest.id] = line
        else:
            added.append(line)
    return matches, added


def _when(line: Description) -> float:
    return line.span.start if line.start is None else line.start


def _words(line: Description) -> str:
    return tidy((line.spoken or line.text) if line.voiced else line.text)


def _merged(line: Description, edit: Description | None) -> Description:
    """One base line with what a person did to it."""
    if edit is None:
        return line.silenced(REMOVED) if line.voiced else line
    words = _words(edit)
    if edit.start is None:
        line = line.silenced(edit.reason or SWITCHED_OFF) if line.voiced else line
        wordings = {tidy(each) for each in line.wordings}
        return line if not words or words in wordings else _reworded(line, words, edit.language)
    start = line.start
    if start is None or milliseconds(start) != milliseconds(edit.start):
        start = edit.start
    if line.voiced and words == _words(line):
        return line if start == line.start else replace(line, start=start)
    for wording in line.wordings:
        if tidy(wording) == words:
            return replace(line, start=start, duration=None, spoken=wording, reason="")
    line = _reworded(line, words, edit.language)
    return replace(line, start=start, duration=None, spoken=words, reason="")


def _reworded(line: Description, words: str, language: str) -> Description:
    """The line with a person's words: what the machine knew of the old ones is void, their
    language too, for they may be a translation."""
    return replace(
        line, text=words, variants=(), source="person", confidence=1.0, language=language
    )
