"""Figures about a description: pure functions over cues, spans and numbers.

They know nothing of limits (`scenewise.description.rules` does) and work on scripts that a
machine made as on those that people made.
"""

from __future__ import annotations

import itertools
import re
import string
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from scenewise.core.script import Cue
from scenewise.core.time import Span, complement, intersection, shared, union

Severity = Literal["error", "advice"]
"""Whether a rule that is not kept makes `check` fail, or is only told."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a script or a film, and how it stands to its limit.

    Args:
        name: stable key.
        value: the figure; None where it cannot be had.
        unit: what it counts; empty for a plain number.
        limit: what it is held against; None where there is no limit.
        passed: whether the limit is kept; None where the figure only informs.
        detail: one line for people.
        where: the places in the film that it speaks of.
        severity: `error` makes `check` fail, `advice` is only told.
        source: the document the limit comes from.
    """

    name: str
    value: float | None
    unit: str
    limit: float | None
    passed: bool | None
    detail: str
    where: tuple[Span, ...] = ()
    severity: Severity = "advice"
    source: str = ""


# --- words and rate -------------------------------------------------------------------------

_BETWEEN_WORDS: Final = re.compile(r"[\s/|…–—]+|\.{3}")
_KANA: Final = re.compile(r"[\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f]")
_UNSPACED: Final = re.compile(
    r"[\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f]"  # kana
    r"|[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"  # Han
    r"|[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]"  # Thai, Lao, Burmese, Khmer
)
_PARTS: Final = re.compile(r"\d+|[^\W\d_\u3040-\uffff]+(?:['’][^\W\d_]+)*")
_PUNCTUATION: Final = string.punctuation + "“”‘’«»„‚¡¿。、，！？"
_CHINESE_CHARACTERS: Final = 1.5
_JAPANESE_CHARACTERS: Final = 2.0
_SOUTHEAST_ASIAN_CHARACTERS: Final = 4.5


def count_words(text: str) -> float:
    """How many words a text holds, so that rates compare across languages.

    A word is what stands between blanks, dashes or slashes and holds a letter or a digit
    (`don't`, `mouth-stick`, `1,221`). Scripts that put no blanks between words are counted by
    characters: 1.5 of Chinese, 2 of Japanese (text with kana), 4.5 letters of Thai, Lao,
    Burmese or Khmer (vowel signs that combine with a letter are no letters) stand for one
    word. The ratios make a newsreader's tempo, some 240 Chinese or 320 Japanese characters
    a minute, come out as about 160 words. Korean writes blanks and is counted by them.
    """
    unspaced = _UNSPACED.findall(text)
    words = float(len(_spaced_words(text)))
    if not unspaced:
        return words
    east = [c for c in unspaced if ord(c) >= 0x3040]
    letters = sum(unicodedata.category(c) != "Mn" for c in unspaced if ord(c) < 0x3040)
    ratio = _JAPANESE_CHARACTERS if _KANA.search(text) else _CHINESE_CHARACTERS
    return words + len(east) / ratio + letters / _SOUTHEAST_ASIAN_CHARACTERS


def count_said(text: str) -> float:
    """At least how many words it takes to say a text. As `count_words`, but two digits are a word,
    and so is each part of what is written together as no word is: of `git:(0.4)` and
    `315/349` seven are said, not three."""
    parts = _PARTS.findall(text)
    together = sum((len(part) + 1) // 2 if part[0].isdigit() else 1 for part in parts)
    return max(count_words(text), float(together))


def _spaced_words(text: str) -> list[str]:
    tokens = _BETWEEN_WORDS.split(_UNSPACED.sub(" ", text))
    return [token for token in tokens if any(c.isalnum() for c in token)]


def words_a_minute(text: str, seconds: float) -> float:
    """The rate at which a text must be spoken to fit a time; infinite for no time."""
    words = count_words(text)
    if seconds <= 0:
        return float("inf") if words else 0.0
    return 60.0 * words / seconds


def overall_rate(cues: Sequence[Cue]) -> float | None:
    """Words of all utterances a minute of speech; None when nothing is spoken."""
    seconds = sum(cue.span.duration for cue in cues)
    words = sum(count_words(cue.text) for cue in cues)
    return 60.0 * words / seconds if seconds > 0 else None


def time_to_speak(
    cues: Sequence[Cue], dialogue: Sequence[Span], film_end: float = float("inf")
) -> list[float]:
    """Seconds each cue of a timed text has before the next thing is heard.

    A cue in a text track is a slot: whoever reads it aloud may go on after its end, until
    the next cue or the next line of dialogue begins, or the film ends. The slot itself always
    counts.

    Args:
        cues: in order of time.
        dialogue: where people speak.
        film_end: seconds; infinite when unknown.
    """
    begins = sorted([cue.span.start for cue in cues] + [span.start for span in union(dialogue)])
    out = []
    for cue in cues:
        next_one = bisect_right(begins, cue.span.start)
        after = begins[next_one] if next_one < len(begins) else film_end
        out.append(max(cue.span.duration, min(after, film_end) - cue.span.start))
    return out


# --- where the speech lies ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Overlap:
    """How much speech of the description sounds over dialogue.

    Args:
        each: milliseconds for each cue, in the cues' order.
        total: milliseconds of the film in which both are heard, each counted once.
        where: the spans in which both are heard.
    """

    each: tuple[float, ...]
    total: float
    where: tuple[Span, ...]

    @property
    def worst(self) -> float:
        """Milliseconds of the cue that overlaps most."""
        return max(self.each, default=0.0)


def overlap(cues: Sequence[Cue], dialogue: Sequence[Span]) -> Overlap:
    """How much of each utterance sounds over dialogue."""
    speech = union(dialogue)
    both = tuple(intersection((cue.span for cue in cues), speech))
    each = tuple(1000.0 * _covered(cue.span, speech) for cue in cues)
    return Overlap(each, 1000.0 * sum(span.duration for span in both), both)


def outside(cues: Sequence[Cue], gaps: Sequence[Span]) -> list[float]:
    """Seconds of each utterance that lie outside the one gap that holds most of it.

    0 for an utterance that fits its gap; the overrun for one that begins in a gap and goes on
    over dialogue or past the end of the film.
    """
    rooms = union(gaps)
    return [
        cue.span.duration
        - max((cue.span.overlap(gap) for gap in _touching(rooms, cue.span)), default=0.0)
        for cue in cues
    ]


def at_once(cues: Sequence[Cue]) -> list[Span]:
    """The times at which two utterances are spoken at once."""
    out: list[Span] = []
    end = float("-inf")
    for cue in sorted(cues, key=lambda cue: cue.span):
        if cue.span.start < end and cue.span.duration > 0:
            out.append(Span(cue.span.start, min(end, cue.span.end)))
        end = max(end, cue.span.end)
    return union(out)


def longer_than_segment(speech: Sequence[float], segments: Sequence[Span]) -> list[float]:
    """Seconds by which each description is longer than the segment it tells about.

    0 where it is not: what the paper calls concise (Chen 2025, §4.1).

    Args:
        speech: seconds each description takes to say.
        segments: the segment of each.
    """
    return [max(0.0, s - span.duration) for s, span in zip(speech, segments, strict=True)]


# --- pauses -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unsaid:
    """A line that was left out for want of room: when its event is (seconds), how long its
    shortest wording takes (seconds)."""

    event: float
    seconds: float


def unused(gaps: Sequence[Span], cues: Sequence[Cue]) -> list[Span]:
    """The gaps in which nothing is said."""
    speech = union(cue.span for cue in cues)
    return [gap for gap in gaps if _covered(gap, speech) == 0]


def missed(silent: Sequence[Span], unsaid: Sequence[Unsaid], reach: float) -> list[Span]:
    """Those silent gaps in which a line that was left out would have had room.

    A gap is missed when some line exists that was left out for want of room, fits the gap in
    its shortest wording, and could be spoken there with its middle within `reach` seconds of
    its event. Every other silent gap is intentional silence: nothing was there to say, or
    what was there was withheld for another reason (too uncertain, said already, a person's
    choice).
    """

    def fits(gap: Span, line: Unsaid) -> bool:
        first, last = gap.start + line.seconds / 2, gap.end - line.seconds / 2
        return last >= first and first - reach <= line.event <= last + reach

    return [gap for gap in silent if any(fits(gap, line) for line in unsaid)]


def longest_silence(cues: Sequence[Cue], film: Span) -> Span | None:
    """The longest stretch of the film without description; None for a film of no length."""
    silences = complement((cue.span for cue in cues), film)
    return max(silences, key=lambda span: span.duration, default=None)


def described_share(cues: Sequence[Cue], film: Span) -> float:
    """The share of the film's time in which the description speaks, 0 to 1."""
    return shared([cue.span for cue in cues], [film]) / film.duration if film.duration > 0 else 0.0


# --- what is said when ------------------------------------------------------------------------


def distances(speech: Sequence[Span], events: Sequence[float]) -> list[float]:
    """Seconds from each event to the middle of its utterance; negative when that is before."""
    return [span.middle - event for span, event in zip(speech, events, strict=True)]


def repetitions(
    cues: Sequence[Cue], window: float = 60.0, likeness: float = 0.8
) -> list[tuple[int, int]]:
    """Pairs of cues (earlier, later) that say the same thing twice within a short time.

    Two texts are alike when the words they share are at least `likeness` of all their words
    (Jaccard; characters stand for words where a script has no blanks). Of 6,520 lines that
    professionals wrote for ten films, 4 repeat an earlier one within 60 s at 0.8.

    Args:
        cues: in order of time.
        window: seconds between the end of one and the start of the other.
        likeness: 0 to 1.

    Returns:
        For each cue that repeats something, its index after that of the latest it repeats.
    """
    words = [_words(cue.text) for cue in cues]
    out = []
    for later, cue in enumerate(cues):
        for earlier in range(later - 1, -1, -1):
            if cue.span.start - cues[earlier].span.end > window:
                break
            every = words[later] | words[earlier]
            if every and len(words[later] & words[earlier]) >= likeness * len(every):
                out.append((earlier, later))
                break
    return out


def _words(text: str) -> frozenset[str]:
    folded = unicodedata.normalize("NFKC", text).casefold()
    spaced = (token.strip(_PUNCTUATION) for token in _spaced_words(folded))
    return frozenset(itertools.chain(spaced, _UNSPACED.findall(folded)))


def _touching(ordered: Sequence[Span], span: Span) -> Sequence[Span]:
    """Those of some ordered spans without overlap that reach into a span."""
    low = bisect_left(ordered, span.start, key=lambda other: other.end)
    return ordered[low : bisect_right(ordered, span.end, key=lambda other: other.start)]


def _covered(span: Span, ordered: Sequence[Span]) -> float:
    return sum(span.overlap(other) for other in _touching(ordered, span))
