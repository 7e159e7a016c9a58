"""Given names in captions that are all in small letters.

A captioner that was trained on lower-case text writes `jonas hugging grace`. Without knowing
that these are names, `jonas` is a plural and `grace` a thing that lacks its article.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from scenewise.description.wording.lexicon import ARTICLES, GIVEN_NAMES, words_in
from scenewise.description.wording.words import is_present_singular

_ALSO_WORDS: Final = words_in(
    "amber angel bob carol daisy dawn faith frank grace guy hope iris ivy jack jasmine joy lance"
    " lily mark max nick olive pearl penny rob robin rose ruby sandy victor violet will"
)
"""Names that are words as well: names only where such a word would need its article."""

_ALSO_VERBS: Final = words_in("dawn lance mark max nick rob rose will")
"""Of these, those that may follow a subject: `the waves rose`."""

_WORD: Final = re.compile(r"[\w'’-]+")
_TOWARDS: Final = words_in("at to after for behind beside near around past")
_ACTS: Final = re.compile(r"\w{3,}(?:ing|s)\b(?! of\b)|(?:is|has|does|goes|and)\b")
_PLANT: Final = re.compile(r"(?:grow|hang|bloom|lie|lying|sits? in a (?:vase|pot))")


def with_names(text: str) -> str:
    """A caption with capitals on its given names, where it has no capital at all.

    After an article nothing is a name (`a robin`), and a word that could be something else is
    one only where a person would stand (`hugs grace`, not `dances with grace`).

    Args:
        text: a caption; with any capital in it, it is given back as it is.
    """
    if text != text.lower():
        return text
    found = list(_WORD.finditer(text))
    out, end = [], 0
    for at, match in enumerate(found):
        before = [one.group() for one in found[max(0, at - 2) : at]]
        if _is_name(re.sub(r"['’]s?$", "", match.group()), before, text[match.end() :].lstrip()):
            out += [text[end : match.start()], match.group().capitalize()]
            end = match.end()
    return "".join([*out, text[end:]])


def _is_name(word: str, before: Sequence[str], after: str) -> bool:
    last = before[-1] if before else ""
    if last in ARTICLES:
        return False
    if word in GIVEN_NAMES:
        return True
    if word not in _ALSO_WORDS:
        return False
    if not last:
        return bool(_ACTS.match(after)) and not _PLANT.match(after)
    if last == "and":
        return len(before) == 2 and before[0] in GIVEN_NAMES
    acted_on = last.endswith("ing") or is_present_singular(last)
    return last in _TOWARDS or (acted_on and word not in _ALSO_VERBS)
