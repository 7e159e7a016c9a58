"""Sentences that tell nothing but that something is written."""

from __future__ import annotations

import re
from typing import Final

from scenewise.description.wording import lexicon, words

_WRITING: Final = lexicon.words_in(
    "text letter lettering word title titles credit logo card caption subtitle writing print"
    " font typography name intertitle inscription sentence phrase quote"
)
_AROUND: Final = lexicon.words_in(
    "sign board screen page poster background frame border black white red blue green yellow gold"
    " golden grey gray silver brown orange pink purple dark bright light colourful colorful"
    " coloured colored large big small huge bold plain simple empty blank opening closing end"
    " final last movie film video show series actor actress cast crew director show shows shown"
    " display displayed"
    " appear appears read reads say says written printed fade fades appearing written center"
    " centre middle top bottom left right"
)
_QUOTING: Final = re.compile(
    r"\b(?:that |which )?(?:says?|reads?|saying|reading|spells?|spelling)\b.*$|[\"“].*$", re.I
)
_SMALL: Final = (
    lexicon.DETERMINERS
    | lexicon.NUMBERS
    | lexicon.PREPOSITIONS
    | lexicon.CONJUNCTIONS
    | lexicon.RELATIVES
    | lexicon.AUXILIARIES
    | lexicon.ADVERBS
    | {"it", "to"}
)


def tells_only_writing(text: str) -> bool:
    """Whether an English sentence tells no more than that something is written, and how it looks
    (`White letters on a black background`, `A title card that says …`).

    Args:
        text: a sentence; what it quotes does not count.
    """
    found = re.findall(r"[a-z]+", _QUOTING.sub("", text.lower()))
    telling = [words.singular(word) for word in found if word not in _SMALL]
    return any(word in _WRITING or word == "sign" for word in telling) and all(
        word in _WRITING or word in _AROUND for word in telling
    )
