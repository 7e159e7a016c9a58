"""Which words of a description its neighbours do not have (Fang et al. 2025, section 3.2,
"Distinctive words highlighting").

The paper makes the set w_d of a description "by filtering out duplicates, such as character
names, prepositions, and pronouns, from the N context ADs". Here a word is distinctive if no
other sentence of the context has it, and it is neither a name nor one of the small words that
any sentence may have.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

_WORD: Final = re.compile(r"\w+(?:['’]\w+)*")
_POSSESSIVE: Final = re.compile(r"['’](s)?$")
_CONTRACTED: Final = re.compile(r"(?:n't|'(?:re|ll|ve|d|m|t))$")

PREPOSITIONS: Final = frozenset(
    """about above across after against along alongside amid among around as at atop before behind
    below beneath beside besides between beyond by despite down during except for from in inside
    into like near of off on onto opposite out outside over past round since through throughout
    till to toward towards under underneath until up upon via with within without""".split()  # noqa: SIM905
)

PRONOUNS: Final = frozenset(
    """i me my mine myself you your yours yourself yourselves he him his himself she her hers
    herself it its itself we us our ours ourselves they them their theirs themselves one oneself
    this that these those who whom whose which what each other another both all any none some
    someone somebody something anyone anybody anything everyone everybody everything no-one
    nobody nothing there""".split()  # noqa: SIM905
)

SMALL: Final = frozenset(
    """a an the and or but nor so yet while when where as if than then not no is are was were be
    been being am has have had having do does did will would can could shall should may might
    must""".split()  # noqa: SIM905
)
"""Articles, conjunctions and auxiliaries: the paper's "such as" leaves room, and in a short
context one of them may occur once by chance."""

COMMON: Final = PREPOSITIONS | PRONOUNS | SMALL

_CUT: Final = frozenset(("ca", "wo", "sha", "ai"))
"""What is left of can't, won't, shan't and ain't."""


class Word(NamedTuple):
    """A word where it stands in a text.

    Args:
        key: how it is compared: lower case, without a possessive ending.
        start, end: its first character and the one after its last.
    """

    key: str
    start: int
    end: int


def words_of(text: str) -> list[Word]:
    """The words of a text, in their order."""
    return [
        Word(_POSSESSIVE.sub("", match[0].casefold().replace("’", "'")), *match.span())
        for match in _WORD.finditer(text)
    ]


def distinctive(sentences: Sequence[str], names: Iterable[str] = ()) -> list[list[Word]]:
    """The distinctive words of each of N sentences, where they stand.

    Args:
        sentences: the context, the sentence itself among it.
        names: of characters; each word of a name counts.

    Returns:
        One list a sentence. A word that a sentence says twice and no other says is there twice.
    """
    told = [words_of(sentence) for sentence in sentences]
    count = Counter(key for words in told for key in {word.key for word in words})
    left_out = COMMON | {word.key for name in names for word in words_of(name)}
    return [
        [
            word
            for word in words
            if count[word.key] == 1 and word.key not in left_out and not _small(word.key)
        ]
        for words in told
    ]


def _small(key: str) -> bool:
    """Whether a word is a small one that another is drawn together with, as in "they're"."""
    head = _CONTRACTED.sub("", key)
    return head != key and (head in COMMON or head in _CUT)


def of_words(offsets: Sequence[tuple[int, int]], words: Sequence[Word]) -> list[bool]:
    """Which tokens of a text belong to some of its words.

    Args:
        offsets: start and end of each token in the text, as a tokenizer gives them. A token may
            begin with the blank before a word; one that is nothing but blanks, or nothing at
            all, belongs to no word.
        words: of the same text, in their order.

    Returns:
        One truth value a token: whether it shares a character with a word.
    """
    return [
        any(max(start, word.start) < min(end, word.end) for word in words) for start, end in offsets
    ]
