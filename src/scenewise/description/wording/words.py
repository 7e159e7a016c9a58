"""Single words: inflection, number, the right article.

A thin layer over `lemminflect` (which needs no spaCy for this and imports in 60 ms) and
`inflect` (which takes 1.2 s to import, so it is asked only where a letter does not decide).
"""

from __future__ import annotations

import re
from functools import lru_cache

import lemminflect

from scenewise.description.wording import lexicon

# lower-case words that always sound as a consonant: not `hour`, `unimportant`
_PLAINLY_A = re.compile(
    r"(?!nth|yt)(?:[bcdfgjklmnpqrstvwyz]|h(?:[aiuy]|e(?!i|rb)|o(?!n|ur|mm?age))|eu|uni(?![dmn])|us[eiu])"
    r"[a-z]+(?:['’-][a-z'’-]+)?|one(?:-[a-z]+)*"
)
# and as a vowel: not `one`, `use`, `unicorn`, `europe`
_PLAINLY_AN = re.compile(
    r"(?:a[a-z]|e[^uw\W]|i[a-z]|o[^nu\W]|u(?:[mp]|n[^aeiou\W]|gl))[a-z]*(?:-[a-z-]+)?"
)
# Of the 63,700 lower-case words that lemminflect knows these decide all but 760, and none
# otherwise than inflect.

_ACTING = lexicon.ANIMATE | lexicon.GIVEN_NAMES


@lru_cache(maxsize=4096)
def lemmas(word: str) -> dict[str, tuple[str, ...]]:
    """Lemmas of a lower-case word by part of speech; empty when it is in no dictionary."""
    try:
        return dict(lemminflect.getAllLemmas(word))
    except (ValueError, KeyError, IndexError):
        return {}


@lru_cache(maxsize=4096)
def base_of(word: str) -> str:
    """The base form of an inflected verb, guessed by rule where the dictionary lacks it."""
    if word == "frolicking" or word == "frolicked":
        return "frolic"
    if word == "mimicking" or word == "mimicked":
        return "mimic"
    try:
        found = lemminflect.getLemma(word, upos="VERB")
    except (ValueError, KeyError, IndexError):
        return word
    return found[0] if found else word


@lru_cache(maxsize=4096)
def _forms(base: str, tag: str) -> tuple[str, ...]:
    try:
        return tuple(lemminflect.getInflection(base, tag=tag))
    except (ValueError, KeyError, IndexError):
        return ()


def present(base: str, plural: bool) -> str:
    """The simple present of a verb in the third person."""
    if base == "be":
        return "are" if plural else "is"
    if plural:
        return base
    forms = _forms(base, "VBZ")
    return forms[0] if forms else base + "s"


def is_verb(word: str) -> bool:
    """Whether a word can be some form of a verb."""
    return "VERB" in lemmas(word)


def is_noun(word: str) -> bool:
    """Whether a word can be a noun; words in no dictionary (names) are taken to be."""
    known = lemmas(word)
    return not known or "NOUN" in known


def is_adjective(word: str) -> bool:
    """Whether a word is rather an adjective than a noun."""
    known = lemmas(word)
    return word in lexicon.ADJECTIVES or ("ADJ" in known and "NOUN" not in known)


@lru_cache(maxsize=4096)
def is_present_singular(word: str) -> bool:
    """Whether a word can be a verb in the third person singular (`walks`)."""
    if not word.endswith("s") or word.endswith(("ss", "'s")) or word in lexicon.NOT_PLURAL:
        return False
    return any(word in _forms(base, "VBZ") for base in lemmas(word).get("VERB", ()))


def is_base(word: str) -> bool:
    """Whether a word can be a verb in its base form (`walk`)."""
    return word in lemmas(word).get("VERB", ())


@lru_cache(maxsize=4096)
def is_past(word: str) -> bool:
    """Whether a word can be a simple past (`walked`, `took`)."""
    return any(
        word != base and word in _forms(base, "VBD") for base in lemmas(word).get("VERB", ())
    )


@lru_cache(maxsize=4096)
def is_participle(word: str) -> bool:
    """Whether a word can be a past participle (`parked`, `taken`)."""
    return any(
        word != base and word in _forms(base, "VBN") for base in lemmas(word).get("VERB", ())
    )


def is_gerund(word: str) -> bool:
    """Whether a word ends in `-ing` and is made from a verb."""
    if not word.endswith("ing") or len(word) < 5 or word in lexicon.NOUN_ING:
        return False
    known = lemmas(word)
    if known:
        return "VERB" in known
    stem = base_of(word)
    return len(stem) > 2 and stem != word and any(letter in "aeiouy" for letter in stem[:-1])


@lru_cache(maxsize=4096)
def is_plural(word: str) -> bool:
    """Whether a noun is plural by its form; `sheep` without a determiner is."""
    if word in lexicon.PLURAL_FORMS:
        return True
    if word in lexicon.NOT_PLURAL or word.endswith(("ss", "'s", "s'", "’s")):
        return False
    if word in lexicon.GIVEN_NAMES:
        return False
    known = lemmas(word).get("NOUN", ())
    if known:
        return word.endswith("s") and any(lemma != word for lemma in known)
    last = word.rsplit("-", 1)[-1]
    if last != word:
        return is_plural(last)
    return word.endswith("s") and len(word) > 3 and not word.endswith(("us", "is"))


@lru_cache(maxsize=4096)
def singular(word: str) -> str:
    """The dictionary form of a noun; the word itself when it has none."""
    for lemma in lemmas(word).get("NOUN", ()):
        if lemma != word:
            return lemma
    return word


def is_animate(word: str) -> bool:
    """Whether a noun names something that acts: people, animals, figures."""
    word = word.rsplit("-", 1)[-1]
    return word in _ACTING or singular(word) in _ACTING


def acts(word: str) -> bool:
    """Whether a noun names something that moves of itself, vehicles included."""
    return is_animate(word) or singular(word) in lexicon.VEHICLES


@lru_cache(maxsize=1)
def _inflect() -> object:
    import inflect

    return inflect.engine()


@lru_cache(maxsize=4096)
def article(word: str) -> str:
    """`a` or `an`, as the next word sounds."""
    if _PLAINLY_A.fullmatch(word):
        return "a"
    if _PLAINLY_AN.fullmatch(word):
        return "an"
    if not re.fullmatch(r"[A-Za-z0-9][\w'’.-]*", word, re.ASCII):
        return ""
    engine = _inflect()
    try:
        return str(engine.a(word)).split(" ", 1)[0]  # type: ignore[attr-defined]
    except Exception:  # a foreign library's typeguard or parser on an odd word
        return ""
