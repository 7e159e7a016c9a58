"""Pictures that match and words that match, as one score.

The score of words from a full-text search has no meaning outside that search, so that neither
it nor its rank says whether to trust it more than a picture; and fusion by reciprocal rank
(Cormack et al. 2009) puts the best of two lists side by side even where one of them holds
nothing but chance. What does have a meaning is the share of the words asked for that stand in
the text. Like the score of a picture it is evidence from 0 to 1, and the two join as evidence
does that is independent:

    score = 1 − (1 − picture) · (1 − words),    words = 0.9 · share²

Half of the words is little (0.23), all of them is nearly sure; a picture that is no chance
match keeps its score where no words are found.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_SURE: Final = 0.9
_STEM: Final = 4
"""Letters that two words share at their beginning when one is a form of the other."""

_ENDING: Final = 3
"""Letters that forms of a word differ by at most."""


def evidence(share: float) -> float:
    """How sure words are that a text holds some share of, 0 to 1."""
    return _SURE * share**2


def joined(picture: float, words: float) -> float:
    """The score of a moment for which a picture and words speak, 0 to 1."""
    return 1.0 - (1.0 - picture) * (1.0 - words)


def share_found(query: str, text: str) -> float:
    """The share of a query's words that stand in a text, 0 to 1.

    Words of two letters and fewer do not count in alphabets, where they are `a` and `of`;
    forms of a word count as the word. Where a language writes no spaces, any place will do.

    Args:
        query: words that are looked for.
        text: in which they were found.
    """
    wanted = {word for word in _folded(query).split() if len(word) > 2 or _dense(word)}
    if not wanted:
        return 0.0
    place = _folded(text)
    there = set(place.split())
    found = sum(
        word in place if _dense(word) else any(_same(word, other) for other in there)
        for word in wanted
    )
    return found / len(wanted)


def _folded(text: str) -> str:
    """Text without capitals, accents and signs, as the index of words takes it."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(letter for letter in plain if not "\u0300" <= letter <= "\u036f")
    # the vowels of some scripts are marks, which belong to the letters before them
    return "".join(
        letter if unicodedata.category(letter)[0] in "LMN" else " "
        for letter in unicodedata.normalize("NFC", kept)
    )


def _dense(word: str) -> bool:
    """Whether a word is in letters that stand for more than a sound, without spaces."""
    return any(
        "\u3040" <= letter <= "\u30ff"
        or "\u3400" <= letter <= "\u9fff"
        or "\u0e00" <= letter <= "\u0e7f"
        for letter in word
    )


def _same(word: str, other: str) -> bool:
    short, long = sorted((word, other), key=len)
    if long in (short, f"{short}s"):
        return True
    return len(short) >= _STEM and long.startswith(short) and len(long) - len(short) <= _ENDING
