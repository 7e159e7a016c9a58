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

Words do not say alike much: *the*, *der*, *que* stand in texts about anything. A word counts by
the share p of the collection's videos about which it is written, ln 1/p (inverse document
frequency, Spärck Jones 1972). One counts for nothing where p is a tenth or more, it is in half of
all texts that hold any word of the query (which are in the language of the query, whatever the
others are in), and another word of the query is half as common at most. So no list of small words
is needed, in no language, and in a collection about harbours *harbour* is a small word too. Where
pictures are searched as well, less than a quarter of the words says nothing.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from typing import Final

_SURE: Final = 0.9
_COMMON: Final = 0.1
"""Share of all videos from which on a word may be a small one."""

_HALF: Final = 0.5
"""Of the videos that hold any word of the query, and of how common the word is."""

LEAST: Final = 0.25
"""Share of the words under which they say nothing beside pictures: evidence of 0.05."""

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


def counted(query: str) -> frozenset[str]:
    """The words of a query that count, without capitals, accents and signs.

    Words of two letters and fewer do not count in alphabets, where they are `a` and `of`.
    """
    return frozenset(word for word in _folded(query).split() if len(word) > 2 or _dense(word))


def weighed(videos: Mapping[str, int], any_of_them: int, every: int) -> dict[str, float]:
    """How much each word of a query counts, 0 for small words.

    Args:
        videos: by word, in how many videos it is written.
        any_of_them: in how many videos at least one of them is.
        every: how many videos there are.
    """
    rarest = min(videos.values(), default=0)
    return {
        word: 0.0
        if count >= max(_COMMON * every, _HALF * any_of_them, 1) and rarest <= _HALF * count
        # one that stands nowhere tells no texts apart, and counts as one that stands in one
        else math.log((max(every, 1) + 1) / (max(1, min(count, every)) + 0.5))
        for word, count in videos.items()
    }


def share_found(query: str, text: str, weights: Mapping[str, float] | None = None) -> float:
    """The share of a query's words that stand in a text, 0 to 1.

    Forms of a word count as the word. Where a language writes no spaces, any place will do.

    Args:
        query: words that are looked for, of which those of `counted` count.
        text: in which they were found.
        weights: how much each of them counts (see `weighed`); None for all alike.
    """
    worth = {word: 1.0 if weights is None else weights.get(word, 1.0) for word in counted(query)}
    every = sum(worth.values())
    if not every:
        return 0.0
    place = _folded(text)
    there = set(place.split())
    found = sum(
        weight
        for word, weight in worth.items()
        if weight
        and (word in place if _dense(word) else any(_same(word, other) for other in there))
    )
    return min(1.0, found / every)  # sums in another order may differ in their last digit


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
