"""Writing in a film: what appears when, what it is, and how it is said.

Readings of single frames come in, noisy and many; one event a piece of writing goes out, in
order of time. Titles, signs and credits are said in full, once (W3C WAI media guide);
subtitles that repeat what is spoken and logos that stay for the whole film are told apart and
not said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from scenewise.core.options import Checked, option
from scenewise.core.script import Cue
from scenewise.core.time import Span
from scenewise.description.onscreen_blocks import (
    Block,
    beside,
    blocks_of,
    is_plausible_block,
    rolls_of,
    text_of_block,
)
from scenewise.description.onscreen_roles import (
    credit_like,
    subtitles_of,
    watermarks_of,
    without_titles,
)
from scenewise.description.onscreen_saying import on_screen_line
from scenewise.description.onscreen_tracks import Box, Reading, follow, rejoined
from scenewise.description.onscreen_words import key_of, likeness

Role = Literal["title", "sign", "credit", "subtitle", "watermark", "other"]

__all__ = ["OnScreenOptions", "Reading", "Role", "TextEvent", "merge", "say"]


@dataclass(frozen=True)
class OnScreenOptions(Checked):
    """When readings are the same writing and what is not read out."""

    similarity: float = option(
        0.72, "from this likeness two readings at one place are one line", low=0.3, high=1.0
    )
    gap: float = option(
        3.0, "a line may be missed for this long and still be the same", low=0.0, unit="s"
    )
    join: float = option(
        2.5, "writing that appears within this time is said in one line", low=0.0, unit="s"
    )
    again: float = option(30.0, "the same writing within this time is said once", low=0.0, unit="s")
    watermark: float = option(
        0.6, "share of the readings from which writing at one place is a logo", low=0.1, high=1.0
    )
    longest: int = option(
        180, "most characters of pieces that are joined into one line", low=1, unit="characters"
    )


@dataclass(frozen=True)
class TextEvent:
    """A piece of writing in a film.

    Args:
        span: when it is there, seconds.
        text: what it says; line breaks where the picture has them between separate lines.
        role: `title`, `sign`, `credit` and `other` are said; `subtitle` and `watermark` not.
        confidence: of the reader, 0 to 1.
        box: left, top, right, bottom as fractions of the picture.
    """

    span: Span
    text: str
    role: Role
    confidence: float
    box: Box


def merge(
    readings: Sequence[Reading],
    *,
    cuts: Sequence[float] = (),
    dialogue: Sequence[Span] | None = None,
    captions: Sequence[Cue] | None = None,
    options: OnScreenOptions | None = None,
) -> list[TextEvent]:
    """The pieces of writing in a film, in order of time.

    Args:
        readings: frames that were read, in any order and at any distance; those in which
            nothing was found count, too.
        cuts: times of the film's cuts, seconds.
        dialogue: where people speak; None when nobody has listened.
        captions: the film's captions, if it has any.
        options: see `OnScreenOptions`.
    """
    options = options or OnScreenOptions()
    ordered = sorted(readings, key=lambda reading: reading.time)
    tracks = follow(ordered, similarity=options.similarity, gap=options.gap)
    tracks = rejoined(tracks, cuts, gap=options.gap)
    lost = [track for track in tracks if not key_of(track.text()[0])]
    tracks = [track for track in tracks if key_of(track.text()[0])]
    marks, tracks = watermarks_of(tracks, ordered, cuts, options.watermark)
    rolls, tracks = rolls_of(tracks)
    shown = sorted([*tracks, *beside(lost, tracks)], key=lambda track: track.start)
    blocks = [block for block in blocks_of(shown) if is_plausible_block(block)]
    subtitles = subtitles_of(blocks, ordered, dialogue, captions)

    found: list[tuple[Block, Role]] = [(Block(tuple(group)), "watermark") for group in marks]
    found += [(roll, "credit") for roll in rolls if is_plausible_block(roll)]
    film_end = ordered[-1].time if ordered else 0.0
    for block in blocks:
        role: Role = "subtitle" if id(block) in subtitles else _role(block, film_end)
        found.append((block, role))
    events = [_event(block, role, ordered, cuts) for block, role in found]
    events.sort(key=lambda event: (event.span.start, event.box[1], event.box[0]))
    events = _without_echoes(events, options)
    return _titled_once(_joined(events, options))


def say(event: TextEvent, language: str = "en") -> str:
    """`Text on screen: …` with all of it, addresses spelled in a language (BCP 47); empty for
    subtitles and logos."""
    if event.role in ("subtitle", "watermark"):
        return ""
    lines = event.text.count("\n") + 1
    breaks = ". " if event.role == "credit" or lines > 3 else ", "
    return on_screen_line(event.text, breaks=breaks, language=language)


def _event(
    block: Block, role: Role, readings: Sequence[Reading], cuts: Sequence[float]
) -> TextEvent:
    text, confidence = text_of_block(block)
    start, last = block.start, block.end
    following = next((r.time for r in readings if r.time > last), None)
    end = last + 0.5 if following is None else min(last + 1.0, (last + following) / 2)
    cut = next((time for time in sorted(cuts) if time > last), None)
    if cut is not None:
        end = min(end, cut)
    if role == "watermark":
        text = text.replace("\n", " ")
    return TextEvent(Span(start, max(end, start)), text, role, confidence, block.box)


def _role(block: Block, film_end: float) -> Role:
    left, top, right, _ = block.box
    if credit_like(block, film_end):
        return "credit"
    height = max(track.box[3] - track.box[1] for track in block.tracks)
    centred = abs((left + right) / 2 - 0.5) <= 0.12
    if height >= 0.08 or (centred and top < 0.75 and height >= 0.03):
        return "title"
    return "sign" if top < 0.75 else "other"


def _without_echoes(events: Sequence[TextEvent], options: OnScreenOptions) -> list[TextEvent]:
    """Events less those that say (part of) what another one at about the same time says."""
    out: list[TextEvent] = []
    for event in events:
        key = key_of(event.text)
        for n in range(len(out) - 1, -1, -1):
            other = out[n]
            if event.span.start - other.span.end > options.again:
                continue
            if (event.role == "subtitle") != (other.role == "subtitle"):
                continue
            before = key_of(other.text)
            near = event.span.start - other.span.end <= options.join
            same = likeness(key, before) >= max(options.similarity, 0.85)
            within = event.span.start <= other.span.end and _touch(event.box, other.box)
            if not same and not (within and (key in before or before in key)):
                continue
            span = Span(min(other.span.start, event.span.start), other.span.end)
            if near:
                span = Span(span.start, max(other.span.end, event.span.end))
            longer = len(key) > len(before) and (not same or event.confidence > other.confidence)
            kept = event if longer else other
            out[n] = replace(kept, span=span)
            break
        else:
            out.append(event)
    return sorted(out, key=lambda event: (event.span.start, event.box[1], event.box[0]))


def _titled_once(events: Sequence[TextEvent]) -> list[TextEvent]:
    """Events less what credits repeat of title cards before them."""
    titles: list[str] = []
    out: list[TextEvent] = []
    for event in events:
        if event.role == "credit" and titles:
            event = replace(event, text=without_titles(event.text, titles))
        elif event.role == "title":
            titles.append(event.text)
        out.append(event)
    return out


def _touch(one: Box, two: Box) -> bool:
    across = min(one[2], two[2]) > max(one[0], two[0])
    return across and min(one[3], two[3]) > max(one[1], two[1])


def _joined(events: Sequence[TextEvent], options: OnScreenOptions) -> list[TextEvent]:
    """Events less the breaks between those that appear one right after the other."""
    out: list[TextEvent] = []
    latest = 0.0  # start of the last piece that was joined
    silent = ("subtitle", "watermark")
    for event in events:
        at = next((n for n in range(len(out) - 1, -1, -1) if out[n].role not in silent), None)
        if event.role not in silent and at is not None:
            before = out[at]
            soon = event.span.start - latest <= options.join
            apart = event.span.start - before.span.end <= options.join
            short = len(before.text) + len(event.text) < options.longest
            # the last line of credits may stand where subtitles do
            rest = before.role == "credit" and abs(event.span.start - before.span.start) < 0.3
            if rest or (soon and apart and short):
                out[at] = _together(before, event)
                latest = event.span.start
                continue
        if event.role not in silent:
            latest = event.span.start
        out.append(event)
    return out


def _together(first: TextEvent, second: TextEvent) -> TextEvent:
    one, two = first.box, second.box
    box = (min(one[0], two[0]), min(one[1], two[1]), max(one[2], two[2]), max(one[3], two[3]))
    role: Role = first.role if first.role == second.role else "title"
    if "credit" in (first.role, second.role):
        role = "credit"
    return TextEvent(
        Span(first.span.start, max(first.span.end, second.span.end)),
        f"{first.text}\n{second.text}",
        role,
        min(first.confidence, second.confidence),
        box,
    )
