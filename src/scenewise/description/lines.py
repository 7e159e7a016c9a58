"""From candidates and writing on screen to worded lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from scenewise.core.media_types import Candidate, Keyframe
from scenewise.core.script import Description
from scenewise.description.onscreen import TextEvent, say
from scenewise.description.options import DraftOptions
from scenewise.description.wording import (
    Item,
    WordingOptions,
    polish,
    sentence,
    tells_only_writing,
    variants,
)

TEXT_SOURCE = "text-on-screen"
"""Source of lines that tell what is written on screen."""

_TOLD = "tells only that something is written, which is read out"

_LONGEST = 12  # words of writing in one line; what is longer is told in several
_SALIENCE = {"title": 0.9, "sign": 0.8, "credit": 0.5}  # of a text's first line, by its role
_USUAL = 0.7
_LATER, _LEAST = 0.08, 0.2  # how much less each further line of a text matters, and the least


def worded_lines(
    keyframes: Sequence[Keyframe],
    candidates: Sequence[Sequence[Candidate]],
    events: Sequence[TextEvent],
    source: str,
    options: DraftOptions,
    language: str = "",
) -> list[Description]:
    """Descriptions in story order, worded, with a reason on those that must not be voiced.

    With `options.reword` off the captions stay as the captioner wrote them, repeats, openings
    and all, but for what follows the first comma where only the first clause is wanted
    (Chen 2025, §4.3).

    Args:
        keyframes: in time order.
        candidates: what the captioner proposed for each, best first.
        events: what is written on screen and when.
        source: the captioner's name.
        options: style and confidence.
        language: of the captions, where it is not that of the script.
    """
    style = WordingOptions(
        camera_talk=options.camera_talk,
        first_clause=options.first_clause,
        language=language or options.language,
    )
    drafts: list[Description] = []
    for keyframe, proposed in zip(keyframes, candidates, strict=True):
        worded = ((c, _worded(c.text, style, options.reword)) for c in proposed)
        best, text = next(((c, text) for c, text in worded if text), (None, ""))
        if best is None:
            continue
        told = options.reword and style.english and tells_only_writing(text)
        drafts.append(
            Description(
                id="",
                span=keyframe.span,
                text=text,
                event=keyframe.time,
                reason=_TOLD if told and _is_told(keyframe.time, events, options) else "",
                salience=round(0.25 + 0.5 * keyframe.novelty * best.score, 4),
                confidence=round(best.score, 4),
                source=source,
                language=language,
            )
        )
    for event in events:
        drafts.extend(_written_lines(event, options.language))
    drafts.sort(key=lambda line: (line.event, line.kind))
    numbered = [
        replace(
            line,
            id=f"d{i:04d}",
            reason=_doubt(line.confidence, options.confidence) or line.reason,
        )
        for i, line in enumerate(drafts, start=1)
    ]
    if not options.reword:
        return numbered
    polished: dict[str, Item] = {}
    for own in dict.fromkeys(line.language for line in numbered):  # words of one language repeat
        items = [
            Item(d.id, d.event, d.span, d.text, d.salience, d.confidence, d.reason)
            for d in numbered
            if d.language == own
        ]
        spoken = replace(style, language=own or options.language)
        polished |= {item.id: item for item in polish(items, spoken)}
    return [_polished(line, polished[line.id], options.language) for line in numbered]


def _polished(line: Description, item: Item, language: str) -> Description:
    shorter = variants(item.text, language=line.language or language)
    return replace(
        line, text=item.text, reason=item.reason, variants=() if item.reason else shorter
    )


def _worded(caption: str, style: WordingOptions, reword: bool) -> str:
    if reword:
        return sentence(caption, style)
    return " ".join((caption.partition(",")[0] if style.first_clause else caption).split())


def _is_told(time: float, events: Sequence[TextEvent], options: DraftOptions) -> bool:
    """Whether writing that is there at a time is read out."""
    return any(
        event.span.contains(time)
        and event.confidence >= options.confidence
        and bool(say(event, options.language))
        for event in events
    )


def _doubt(confidence: float, least: float) -> str:
    return f"confidence {confidence:.2f} is below {least:.2f}" if confidence < least else ""


def _written_lines(event: TextEvent, language: str) -> list[Description]:
    """Writing as lines: one, or for long credits several that find room on their own.

    What is written is told in full and before what is seen (W3C WAI media guide). The first
    words of a long text (a title above its credits) matter most. In another language than
    English the words stand alone, in quotation marks: the introduction is English.
    """
    parts = _parts(say(event, language))
    if not WordingOptions(language=language).english:
        parts = [next(iter(variants(part)), part) for part in parts]
    length = event.span.duration / max(1, len(parts))
    return [
        Description(
            id="",
            span=event.span,
            text=part,
            event=event.span.start + index * length,
            salience=max(_LEAST, _SALIENCE.get(event.role, _USUAL) - _LATER * index),
            confidence=round(event.confidence, 4),
            source=TEXT_SOURCE,
            kind="text",
        )
        for index, part in enumerate(parts)
    ]


def _parts(text: str) -> list[str]:
    """A long line cut between its sentences, each part introduced as the whole was."""
    if not text or len(text.split()) <= _LONGEST:
        return [text] if text else []
    introduction, _, rest = text.partition(": ")
    if not rest:
        return [text]
    parts: list[str] = []
    for piece in re.split(r"(?<=[.!?])\s+", rest):
        if parts and len(f"{parts[-1]} {piece}".split()) <= _LONGEST:
            parts[-1] = f"{parts[-1]} {piece}"
        elif piece:
            parts.append(piece)
    return [f"{introduction}: {part}" for part in parts]
