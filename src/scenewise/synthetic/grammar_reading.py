"""Reading back from a sentence who does what, with what, to whom and where.

The inverse of what the grammar writes, lenient enough to judge a captioner's words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from scenewise.synthetic.grammar_words import LOOKS, PARTICIPLES, PHRASES, SHORT_LOOKS
from scenewise.synthetic.world import CHARACTERS, PROPS, SETTINGS, Slot

_ARTICLES: Final = r"\b(?:a|an|the|his|her own|some|another)\b"
_PEOPLE: Final = r"(?:woman|man|girl|boy|cook|person|lady|guy|child|kid|people|men|women)"

# Beside the phrases in full: what is enough to tell one person of the world from all others.
_TELLING: Final[Mapping[str, tuple[str, ...]]] = {
    "Anna": ("woman in red coat", "woman in red"),
    "Bruno": ("man in green overalls", "man in overalls", "man in green overall", "stout man"),
    "Clara": ("girl",),
    "David": ("man in top hat", "man in blue suit", "tall man", "man in suit"),
    "Elif": ("woman in headscarf", "woman in violet headscarf"),
    "Felix": ("boy",),
    "Grace": ("old woman", "woman in pink cardigan", "woman in cardigan"),
    "Hugo": ("cook", "man in white hat", "man in tall white hat", "chef"),
    "Ines": ("woman with orange hair", "woman with curly hair", "woman with orange curls",
             "woman with curls"),
    "Jonas": ("old man", "man in brown coat", "man in flat cap"),
    "Kofi": ("man in golden scarf", "man in black shirt", "bald man", "man in scarf"),
    "Lena": ("woman with blue hair", "woman with long blue hair"),
}  # fmt: skip

# What is enough to know the action where no phrase in full is found.
_STEMS: Final[tuple[tuple[str, str], ...]] = (
    ("chase", r"chas(?:e|es|ing|ed)|run(?:s|ning)? after|pursu(?:e|es|ing)"),
    ("pick up", r"pick(?:s|ing|ed)?\b.*\bup|bend(?:s|ing)? down"),
    ("balance", r"balanc(?:e|es|ing)|on (?:top of )?head"),
    ("throw", r"throw(?:s|ing|n)?|hurl(?:s|ing)?|toss(?:es|ing)?"),
    ("lift", r"lift(?:s|ing|ed)?|overhead|up high"),
    ("kick", r"kick(?:s|ing|ed)?"),
    ("push", r"push(?:es|ing|ed)?|shov(?:e|es|ing)"),
    ("study", r"stud(?:y|ies|ying)|look(?:s|ing)? (?:closely )?at|examin(?:e|es|ing)|inspect\w*"),
    ("hug", r"hug(?:s|ging|ged)?|embrac(?:e|es|ing)"),
    ("point", r"point(?:s|ing|ed)?"),
    ("give", r"(?:give|gives|giving)|handing"),
    ("carry", r"carr(?:y|ies|ying)"),
    ("wave", r"waves?|waving"),
    ("climb", r"climb(?:s|ing)?|clamber(?:s|ing)?|ladder"),
    ("crawl", r"crawl(?:s|ing)?|all fours"),
    ("kneel", r"kneel(?:s|ing)?|knees?"),
    ("sleep", r"sleep(?:s|ing)?|asleep"),
    ("sit", r"sit(?:s|ting)?|seated|stool"),
    ("dance", r"danc(?:e|es|ing)"),
    ("jump", r"jump(?:s|ing)?|leap(?:s|ing)?"),
    ("run", r"run(?:s|ning)?|sprint(?:s|ing)?"),
    ("walk", r"walk(?:s|ing)?|stroll(?:s|ing)?"),
)

# Other words for what the looks say.
_SAME: Final = (
    (re.compile(r"\b(?:who is )?(?:wearing|dressed in)\b|\bwho wears\b"), "in"),
    (re.compile(r"\bwith (?=top hat|cap\b)"), "in "),
    (re.compile(r"\b(?:elderly|grey haired)\b"), "old"),
    (re.compile(r"\bpurple\b"), "violet"),
    (re.compile(r"\bgold\b"), "golden"),
)

_THING, _WHOM, _WHERE = "\ue000", "\ue001", "\ue002"
_BASES: Final = {"has": "have", "goes": "go", "does": "do", "lies": "lie",
                 "carries": "carry", "studies": "study", "tosses": "toss",
                 "pushes": "push"}  # fmt: skip


def slots_in(sentence: str) -> dict[Slot, set[str]]:
    """Which persons, actions, objects, settings and others a sentence names.

    Case, articles, plurals, punctuation and the order of its parts do not matter. People are
    known by name or by looks that only one of them has; pronouns name nobody. Somebody is the
    `other` when they stand where an action has its other, or after a preposition.
    """
    text = f" {_plain(sentence)} "
    marks: dict[str, str] = {}
    text = _marked(text, _people(), _WHOM, marks)
    text = re.sub(rf"\b{_PEOPLE}\b", f"{_WHOM}?", text)
    text = _marked(text, _things(), _THING, marks)
    text = _marked(text, _places(), _WHERE, marks)
    actions, others, rest = _read_actions(text)
    others |= set(
        re.findall(rf"\b(?:at|after|to|with|around|beside|near|behind|for|of) ({_WHOM}\d+)", rest)
    )
    # one person named twice, by name and looks, is one
    found: dict[Slot, set[str]] = {
        "person": set(),
        "action": actions,
        "object": set(),
        "setting": set(),
        "other": {marks[mark] for mark in others if mark in marks},
    }
    for mark, name in marks.items():
        if mark[0] == _THING:
            found["object"].add(name)
        elif mark[0] == _WHERE:
            found["setting"].add(name)
        elif mark not in others:
            found["person"].add(name)
    return found


def _plain(text: str) -> str:
    lowered = re.sub(r"[^\w\s]", " ", text.lower().replace("-", " "))
    words = " ".join(re.sub(_ARTICLES, " ", lowered).split())
    for pattern, told in _SAME:
        words = pattern.sub(told, words)
    return words


def _marked(text: str, names: re.Pattern[str], kind: str, marks: dict[str, str]) -> str:
    """The text with each name it has replaced by a mark of its own."""
    owners = {_THING: _thing_names, _WHOM: _people_names, _WHERE: _place_names}[kind]()

    def mark(found: re.Match[str]) -> str:
        key = f"{kind}{len(marks)}"
        marks[key] = owners[found.group(1)]
        return key

    return names.sub(mark, text)


def _any_of(names: Mapping[str, str], plural: str = "") -> re.Pattern[str]:
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(rf"\b({'|'.join(map(re.escape, longest_first))}){plural}\b")


@lru_cache(maxsize=1)
def _people_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for character in CHARACTERS:
        for told in (*LOOKS[character.name], SHORT_LOOKS[character.name],
                     *_TELLING[character.name], character.name):  # fmt: skip
            names[_plain(told)] = character.name
    return names


@lru_cache(maxsize=1)
def _people() -> re.Pattern[str]:
    return _any_of(_people_names())


@lru_cache(maxsize=1)
def _thing_names() -> dict[str, str]:
    names = {_plain(prop.phrase): prop.name for prop in PROPS}
    return names | {prop.name: prop.name for prop in PROPS} | {"teddy": "teddy bear"}


@lru_cache(maxsize=1)
def _things() -> re.Pattern[str]:
    return _any_of(_thing_names(), "(?:s|es)?")


@lru_cache(maxsize=1)
def _place_names() -> dict[str, str]:
    return {setting.name: setting.name for setting in SETTINGS}


@lru_cache(maxsize=1)
def _places() -> re.Pattern[str]:
    return _any_of(_place_names(), "s?")


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, frozenset[str], re.Pattern[str]], ...]:
    """Each phrase as a pattern over marked text, the longest first, with the words of which
    it has one at its head: most phrases are passed over by them."""
    made = []
    for action, phrases in PHRASES.items():
        for phrase in phrases:
            words = [_word(word) for word in phrase.removeprefix("is ").split()]
            pattern = " ".join(word for word in words if word)
            heads = frozenset(_forms(phrase.removeprefix("is ").split()[0]))
            made.append((len(phrase), action, heads, re.compile(rf"\b{pattern}(?!\w)")))
    made.sort(key=lambda one: -one[0])
    return tuple((action, heads, pattern) for _, action, heads, pattern in made)


def _word(word: str) -> str:
    if word == "{object}":
        return rf"(?:{_THING}\d+|it|them)"
    if word == "{other}":
        return rf"(?:({_WHOM}\d+)|{_WHOM}\?|him|her|them|someone|somebody)"
    if word == "{left}":
        return "(?:left|right)"
    if word in PARTICIPLES:
        return f"(?:{'|'.join(sorted(_forms(word), key=len, reverse=True))})"
    return _plain(word)


def _forms(word: str) -> set[str]:
    """A verb in the third person as it may stand in a sentence; another word as it is."""
    if word not in PARTICIPLES:
        return {word}
    return {word, PARTICIPLES[word], _BASES.get(word, word.removesuffix("s"))}


def _read_actions(text: str) -> tuple[set[str], set[str], str]:
    """The actions, the marks of those they are done to, and the text that is left."""
    actions: set[str] = set()
    others: set[str] = set()
    words = set(text.split())
    for action, heads, pattern in _patterns():
        if words.isdisjoint(heads):
            continue
        for found in pattern.finditer(text):
            actions.add(action)
            others |= {mark for mark in found.groups() if mark}
        text = pattern.sub(" ", text)
    if actions:
        return actions, others, text
    for action, stem in _STEMS:
        found_stem = re.search(rf"\b(?:{stem})\b", text)
        if found_stem:
            later = re.findall(rf"{_WHOM}\d+", text[found_stem.end() :])
            earlier = re.findall(rf"{_WHOM}\d+", text[: found_stem.start()])
            return {action}, set(later) if earlier else set(), text
    return actions, others, text
