"""Words that are whole: what somebody stands before, or the picture's edge cuts, is not read out.

A reader reads `FRESH BRE` where a head hides the rest, and is sure of it. Whether a word goes on
shows beside it (`TextLine.room`), and in other readings of the same line: one that has all of the
word tells it. What no reading has whole is left out, and a mark says that something is missing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from scenewise.core.media_types import TextLine
from scenewise.description.onscreen_words import is_word, key_of, likeness

MISSING: Final = "…"
"""Stands where words are left out."""

_NONE: Final = 0.06
"""Heights of the letters: less clear ground than this is hardly a column of it."""

_LITTLE: Final = 0.45
"""With less than this, what is no word of a dictionary is taken for a part of one: of a letter
that is hidden by halves the other half stays clear of what hides it."""

_ALIKE: Final = 0.8  # likeness of two readings of one whole word
_SHARED: Final = 2  # letters by which two readings of a line must meet
_UNKNOWN: Final = 0.3  # what a vote for a word of no dictionary is worth beside one for a word


def cut_words(line: TextLine) -> tuple[bool, ...]:
    """For each word of a reading, whether it may go on where it seems to end."""
    words = line.text.split()
    if len(line.room) != len(words):
        return (False,) * len(words)
    return tuple(_is_cut(word, room) for word, room in zip(words, line.room, strict=True))


def has_cut(line: TextLine) -> bool:
    """Whether any word of a reading may go on where it seems to end."""
    return any(cut_words(line))


def _is_cut(word: str, room: float) -> bool:
    if any(ord(sign) > 0x2E7F for sign in word):  # a line of such signs is one word here
        return False
    if not key_of(word):  # an arrow or a bullet is no part of a word
        return False
    return room < _NONE or (room < _LITTLE and not _is_known(word))


@lru_cache(maxsize=8192)
def _is_known(word: str) -> bool:
    key = key_of(word)
    return any(sign.isdigit() for sign in key) or is_word(key, long=False)


@dataclass
class _Place:
    """A word of a line, as its readings have it: spellings and pieces by what they are worth."""

    whole: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    pieces: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, word: str, cut: bool, worth: float) -> None:
        (self.pieces if cut else self.whole)[word] += worth

    def meets(self, word: str, cut: bool) -> int:
        """Letters by which a reading of a word may be one of this; 0 where it cannot be."""
        key = key_of(word)
        best = 0
        for own, is_piece in (*((w, False) for w in self.whole), *((w, True) for w in self.pieces)):
            other = key_of(own)
            if not cut and not is_piece:
                same = likeness(key, other) >= _ALIKE
            else:
                same = (cut and is_part(key, other)) or (is_piece and is_part(other, key))
            if same:
                best = max(best, min(len(key), len(other)))
        return best

    def said(self) -> str:
        """The spelling that most readings speak for, those of pieces of it included."""
        whole = [word for word in self.whole if not self._is_mostly_cut(word)]
        if not whole:
            return ""

        def support(word: str) -> tuple[float, int, str]:
            parts = (*self.whole.items(), *self.pieces.items())
            key = key_of(word)
            votes = sum(worth for other, worth in parts if is_part(key_of(other), key))
            return votes * (1.0 if _is_known(word) else _UNKNOWN), len(key), word

        return max((word for word in whole if not self._is_outdone(word, whole)), key=support)

    def _is_mostly_cut(self, word: str) -> bool:
        """Whether most readings of the same letters say that they go on; but for one letter, where
        no dictionary has the word."""
        key = key_of(word)
        least = len(key) - (0 if _is_known(word) else 1)
        cut = sum(
            worth
            for piece, worth in self.pieces.items()
            if len(key_of(piece)) >= least and is_part(key_of(piece), key)
        )
        return cut > self.whole[word]

    def _is_outdone(self, word: str, whole: Sequence[str]) -> bool:
        """Whether another spelling that may be whole has the word and more of it."""
        return any(
            len(key_of(other)) > len(key_of(word))
            and is_part(key_of(word), key_of(other))
            and (_is_known(other) or not _is_known(word) or self.whole[other] >= self.whole[word])
            for other in whole
        )


def is_part(piece: str, key: str) -> bool:
    """Whether a piece is the beginning or end of a word, but for its letter at the cut, of which
    half may be hidden."""
    if not piece or len(piece) > len(key):
        return False
    if key.startswith(piece) or key.endswith(piece):
        return True
    return len(piece) > 2 and (key.startswith(piece[:-1]) or key.endswith(piece[1:]))


def whole_text(lines: Sequence[TextLine]) -> tuple[str, float] | None:
    """What readings of one line have whole between them, and how surely (0 to 1).

    Args:
        lines: readings, at least one.

    Returns:
        The words, with `MISSING` in place of those that no reading has whole; None where no
        reading is cut, and nothing is to be pieced together.
    """
    if not any(map(has_cut, lines)):
        return None
    readings: dict[tuple[tuple[str, bool], ...], float] = defaultdict(float)
    for line in lines:
        readings[_words_of(line)] += line.confidence**2
    # what has the most is added to first; of two with as much, the one read more often
    ordered = sorted(readings, key=lambda words: (-_held(words), -readings[words], words))
    places: list[_Place] = []
    for words in ordered:
        places = _added(places, words, readings[words])
    said = [place.said() for place in places]
    text = " ".join(word or MISSING for word in said)
    while f"{MISSING} {MISSING}" in text:
        text = text.replace(f"{MISSING} {MISSING}", MISSING)
    held = {word for word in said if word}
    sure = [line.confidence for line in lines if held.intersection(line.text.split())]
    return text, max(sure, default=0.0)


def _held(words: Sequence[tuple[str, bool]]) -> int:
    return sum(len(key_of(word)) for word, cut in words if not cut)


def _added(places: list[_Place], words: Sequence[tuple[str, bool]], worth: float) -> list[_Place]:
    """The words of a line and one more reading of it, put where it meets them best; unchanged
    where it does not."""
    if not places:
        places = [_Place() for _ in words]
        shift = 0
    else:
        found = _meeting(places, words)
        if found is None:
            return places
        shift = found
    first, last = min(0, shift), max(len(places), shift + len(words))
    out = [places[n] if 0 <= n < len(places) else _Place() for n in range(first, last)]
    for n, (word, cut) in enumerate(words):
        out[n + shift - first].add(word, cut, worth)
    return out


def _meeting(places: Sequence[_Place], words: Sequence[tuple[str, bool]]) -> int | None:
    """How far to the right of a line's first word a reading begins."""
    best, found = _SHARED - 1, None
    for shift in range(1 - len(words), len(places)):
        letters = 0
        for n, (word, cut) in enumerate(words):
            if 0 <= n + shift < len(places):
                met = places[n + shift].meets(word, cut)
                if not met:
                    letters = 0
                    break
                letters += met
        if letters > best:
            best, found = letters, shift
    return found


def meets(lines: Sequence[TextLine], others: Sequence[TextLine]) -> bool:
    """Whether readings may be of one line, of which some have more than others."""
    places: list[_Place] = []
    for line in sorted(lines, key=lambda line: -_held(_words_of(line))):
        places = _added(places, _words_of(line), 1.0)
    return any(_meeting(places, _words_of(line)) is not None for line in others)


def _words_of(line: TextLine) -> tuple[tuple[str, bool], ...]:
    return tuple(zip(line.text.split(), cut_words(line), strict=True))
