"""The script: every description of one film, and everything a person may edit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from scenewise.core.time import Span

Kind = Literal["visual", "text"]
"""What a description conveys: what is seen, or what is written on screen."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Words and when they are delivered (or shown); the BCP 47 tag of their language where it
    is not that of all the others."""

    span: Span
    text: str
    id: str = ""
    language: str = ""


@dataclass(frozen=True)
class Description:
    """One thing worth saying about the film.

    A person edits the text, the delivery time and whether it is voiced; the rest is what the
    machine knew when it wrote the draft.

    Args:
        id: stable name of the line; survives edits and every file format.
        span: the segment of the film it tells about, seconds.
        text: the full wording.
        variants: shorter wordings for tight gaps, longest first, without `text` itself.
        event: when what it tells about is seen, seconds; the key frame's time.
        salience: how much it matters that this is said, 0 to 1.
        confidence: how far the model's own evidence supports it, 0 to 1.
        source: what made it: a captioner's name, `text-on-screen` or `person`.
        kind: `visual` or `text`.
        start: when its speech begins, seconds; None when it is not voiced.
        duration: length of its speech as measured from the voice, seconds.
        spoken: the wording that is voiced; empty when it is not.
        reason: why it is not voiced; empty when it is.
        language: BCP 47 tag of its words; empty where it is the script's.
    """

    id: str
    span: Span
    text: str
    variants: tuple[str, ...] = ()
    event: float = 0.0
    salience: float = 0.5
    confidence: float = 1.0
    source: str = "person"
    kind: Kind = "visual"
    start: float | None = None
    duration: float | None = None
    spoken: str = ""
    reason: str = ""
    language: str = ""

    @property
    def voiced(self) -> bool:
        """Whether it is spoken."""
        return self.start is not None

    @property
    def wordings(self) -> tuple[str, ...]:
        """The full text and its shorter variants, longest first."""
        return (self.text, *self.variants)

    def silenced(self, reason: str) -> Description:
        """The same line, kept in the script but not voiced."""
        return replace(self, start=None, duration=None, spoken="", reason=reason)

    def delivered(self, start: float, duration: float, wording: str) -> Description:
        """The same line, voiced at `start` with one of its wordings."""
        return replace(self, start=start, duration=duration, spoken=wording, reason="")


@dataclass(frozen=True)
class FilmReference:
    """Which film a script belongs to.

    Args:
        name: the file's name, for people.
        digest: hash of the file's content, `blake2b:<hex>`; empty when unknown.
        duration: seconds; 0 when unknown.
    """

    name: str = ""
    digest: str = ""
    duration: float = 0.0


@dataclass(frozen=True)
class Script:
    """The descriptions of one film, in story order.

    Args:
        film: the film it was made for.
        language: BCP 47 tag of the descriptions.
        descriptions: in the order of their events.
        dialogue: where people speak in the film, seconds; None when nobody has listened yet.
        voice: what the durations were measured with (name, voice, language, rate).
        notes: what a reader of the draft should know, such as a captioner that was missing.
        settings: the options the draft was made with.
    """

    film: FilmReference = field(default_factory=FilmReference)
    language: str = "en"
    descriptions: tuple[Description, ...] = ()
    dialogue: tuple[Span, ...] | None = None
    voice: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)

    def cues(self) -> list[Cue]:
        """What is spoken and when, in order of time. A line with no measured duration is
        taken to last until the end of its span."""
        out = []
        for line in self.descriptions:
            if line.start is None:
                continue
            length = line.duration
            end = line.start + length if length is not None else max(line.span.end, line.start)
            words = line.spoken or line.text
            out.append(Cue(Span(line.start, end), words, line.id, line.language))
        return sorted(out, key=lambda cue: cue.span)

    def shown(self) -> list[Cue]:
        """Each voiced line as a caption for the length of its segment (Chen 2025, §4.3),
        cut where the next one begins, in order of time."""
        lines = sorted((d for d in self.descriptions if d.voiced), key=lambda d: d.span)
        out: list[Cue] = []
        for line in lines:
            text = line.spoken or line.text
            if out and line.span.start < out[-1].span.end:
                if line.span.start <= out[-1].span.start:
                    out[-1] = replace(out[-1], text=f"{out[-1].text}\n{text}")
                    continue
                out[-1] = replace(out[-1], span=Span(out[-1].span.start, line.span.start))
            if line.span.duration > 0:
                out.append(Cue(line.span, text, line.id, line.language))
        return out

    def with_descriptions(self, descriptions: tuple[Description, ...]) -> Script:
        """The same script with other lines."""
        return replace(self, descriptions=descriptions)
