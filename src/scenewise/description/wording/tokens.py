"""Words and marks of a sentence, and the sentence they make again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TOKEN = re.compile(r"\w+(?:['’.\-/&]\w+)*['’]?|[^\w\s]", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Token:
    """One word or mark.

    Args:
        text: as written.
        spaced: whether a blank stands before it.
    """

    text: str
    spaced: bool

    @property
    def lower(self) -> str:
        """The word without its capitals."""
        return self.text.lower()


def tokens_of(text: str) -> list[Token]:
    """The words and marks of a text; `text_of` puts them together again."""
    return [
        Token(match.group(), match.start() > 0 and text[match.start() - 1].isspace())
        for match in _TOKEN.finditer(text)
    ]


def text_of(tokens: Sequence[Token]) -> str:
    """The text the tokens make."""
    return "".join((" " if token.spaced else "") + token.text for token in tokens).strip()


def word(text: str) -> Token:
    """A word with a blank before it."""
    return Token(text, True)
