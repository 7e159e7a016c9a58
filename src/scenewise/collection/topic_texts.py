"""The words of texts in any language, and which of them say something."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

_LINK: Final = re.compile(r"https?://\S+|www\.\S+|@[\w.]+")
_TAG: Final = re.compile(r"#(?=\w)")
_UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff]+"
)
"""Thai, Lao, Burmese, Khmer, kana and Han, which put no space between words."""

_SHORT: Final = 3
"""Letters up to which a word of a text is taken for a small word, as most are in languages
written with letters; hashtags may be shorter."""

_COMMON: Final = 1 / 3
"""Share of the texts from which a word says nothing."""

_ENOUGH: Final = 20
"""Texts from which such shares mean something."""


def words_of(text: str, hashtags: Iterable[str] = ()) -> list[str]:
    """The words of a text that may say what it is about, in lower case.

    Languages without spaces are cut into pairs of letters. Links, names of accounts, numbers
    and small words are left out.

    Args:
        text: in any language.
        hashtags: beside those in the text, with or without `#`.
    """
    found: list[str] = []
    for at, part in enumerate(_TAG.split(_LINK.sub(" ", unicodedata.normalize("NFKC", text)))):
        if not at:
            found += _said(part)
            continue
        tag, *rest = re.split(r"\s", part, maxsplit=1)
        found += _tagged(tag)
        found += _said(" ".join(rest))
    for tag in hashtags:
        found += _tagged(unicodedata.normalize("NFKC", tag).lstrip("#"))
    return found


def telling(texts: Sequence[Sequence[str]]) -> list[list[str]]:
    """Texts without the words that occur in one only, or in so many that they say nothing.

    Args:
        texts: the words of each.
    """
    counts = Counter(word for words in texts for word in set(words))
    filled = sum(1 for words in texts if words)
    most = _COMMON * filled if filled >= _ENOUGH else filled
    return [[word for word in words if 2 <= counts[word] <= most] for words in texts]


def _said(text: str) -> list[str]:
    found: list[str] = []
    for run in _runs(text.casefold()):
        if _UNSPACED.fullmatch(run):
            found += [run[at : at + 2] for at in range(max(1, len(run) - 1))]
        elif len(run) > _SHORT and run not in ENGLISH_STOP_WORDS:
            found.append(run)
    return found


def _tagged(tag: str) -> list[str]:
    whole = "".join(_runs(tag.casefold()))
    return [whole] if len(whole) > 1 else []


def _runs(text: str) -> list[str]:
    """Unbroken letters with their marks, cut where a script without spaces begins or ends."""
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in text)
    spaced = _UNSPACED.sub(lambda found: f" {found[0]} ", kept)
    return [run for run in spaced.split() if not run.isnumeric()]
