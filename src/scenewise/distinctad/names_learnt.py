"""Which names a narrator has learnt, so that it says none of them in a film of other people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from scenewise.distinctad.annotations import Annotation
from scenewise.distinctad.banks import CharacterBank

_WORD: Final = re.compile(r"\w+(?:[-'’]\w+)*")
_POSSESSIVE: Final = re.compile(r"['’]s$")
_BEGINS: Final = re.compile(r"(?:^|[.!?…:;\"“”'‘(])\s*$")


def names_learnt(
    rows: Iterable[Annotation],
    bank: CharacterBank | None,
    imdb: Mapping[str, str] | None = None,
) -> tuple[str, ...]:
    """All names that descriptions may say, sorted.

    Args:
        rows: of the films that are learnt from.
        bank: with their casts; without one, names are the words that stand with a capital inside
            a sentence, and nowhere in small letters.
        imdb: further ids of films, by which the bank may know them.

    Raises:
        BankInvalid: the bank does not know a film.
    """
    rows, known = list(rows), imdb or {}
    if bank is None:
        return tuple(sorted(_capitals(row.text for row in rows)))
    casts = (
        bank.cast(film, *([known[film]] if film in known else []))
        for film in sorted({row.film for row in rows})
    )
    return tuple(sorted({form for cast in casts for one in cast for form in one.forms}))


def _capitals(texts: Iterable[str]) -> set[str]:
    names: set[str] = set()
    plain: set[str] = set()
    for text in texts:
        for match in _WORD.finditer(text):
            word = _POSSESSIVE.sub("", match[0])
            if word[:1].islower():
                plain.add(word.casefold())
            elif (
                word[:1].isupper()
                and not word.isupper()
                and not _BEGINS.search(text[: match.start()])
            ):
                names.add(word)
    return {name for name in names if name.casefold() not in plain}
