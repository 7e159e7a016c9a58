"""Words on screen: their letters, how alike they are, and whether they can be words at all."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache

from scenewise.description.wording.lexicon import words_in
from scenewise.description.wording.words import lemmas


@lru_cache(maxsize=8192)
def key_of(text: str) -> str:
    """The letters and digits of a text, without case."""
    return "".join(c for c in text.casefold() if c.isalnum())


@lru_cache(maxsize=65536)
def likeness(first: str, second: str) -> float:
    """How alike two keys are, 0 to 1."""
    if first == second:
        return 1.0
    shorter, longer = sorted((len(first), len(second)))
    if not shorter or 2 * shorter / (shorter + longer) < 0.5:
        return 0.0
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


@lru_cache(maxsize=8192)
def is_plausible(text: str) -> bool:
    """Whether at least half of a text's letters are in words of a dictionary, numbers, or
    (in other languages) words with vowels in them."""
    words = re.findall(r"[^\W_]+", text.casefold())
    good = total = 0
    for word in words:
        total += len(word)
        if any(c.isdigit() for c in word) or is_word(word):
            good += len(word)
    return total > 0 and 2 * good >= total


_SHORT = words_in(
    "a i an as at be by do go he hi if in is it me my no of oh ok on or so to tv up us we the and"
    " for are but not you all any can had her was one our out day get has him his how man new now"
    " old see two way who boy did its let put say she too use with from this that"
)


def is_word(word: str, *, long: bool = True) -> bool:
    """Whether a word, in lower case, is one of a dictionary, or in another language than English
    may be one.

    Args:
        word: letters alone.
        long: whether a long one that could be said is one, such as a compound or a name.
    """
    if word in _SHORT:
        return True
    if len(word) <= 2:
        return False
    if not word.isascii():
        return True
    if not re.search(r"[aeiouy]", word) or re.search(r"(.)\1\1|[^aeiouy]{6}", word):
        return False
    return bool(lemmas(word)) or (long and len(word) >= 8)
