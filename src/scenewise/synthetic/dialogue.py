"""What the people of the drawn world say to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from scenewise.synthetic.world import PROPS, SETTINGS, Character

_NAMED: Final = 0.45  # of the lines say a name
_ATTEMPTS: Final = 8  # at a line that has not been said yet

_GREETINGS: Final = ("Good morning", "Hello", "Good evening", "There you are", "Thank you",
                     "I am sorry", "Come here", "Wait for me")  # fmt: skip
_REQUESTS: Final = (
    "have you seen my {thing}?", "can you help me with the {thing}?",
    "did you leave the {thing} {place}?", "please put the {thing} down.",
    "I cannot find the {thing}.", "look what I have found, a {thing}!",
    "is this your {thing}?", "that {thing} is mine.", "the {thing} is heavier than it looks.",
    "where did you get that {thing}?", "I have wanted a {thing} for years.",
    "what happened to the {thing}?", "nobody told me about the {thing}.",
    "let us meet {place} tomorrow.", "I was {place} all morning.",
    "somebody is waiting for you {place}.", "have you ever been {place} at this hour?",
    "we should go home now.", "I did not expect to see you {place}.",
    "you came back after all.", "I promised that I would come.", "it is getting late.",
    "do you hear that?", "what are you doing here?", "I have been looking for you all day.",
    "tell me what you saw.", "that is not what I said.", "we have no time to lose.",
    "I will be right back.", "this is the best day of the year.", "you must not tell anybody.",
    "I never liked this place.", "how long have you been here?", "I think we are lost.",
)  # fmt: skip
_INTRODUCTIONS: Final = (
    "My name is {me}.", "Hello, I am {me}.", "You must be {you}.", "{you}, is that you?",
    "I am {me}, and this is {you}.", "Has anybody seen {you}?", "{you} will know what to do.",
    "I shall ask {you} about the {thing}.", "{you} gave me this {thing}.",
    "Please call {you} for me.", "{you} lost a {thing} {place}.",
)  # fmt: skip


@dataclass(frozen=True)
class SpokenLine:
    """A line of dialogue.

    Args:
        text: the words.
        speaker: name of who says it.
        mentions: names that it says, in the order in which they are said.
        start: seconds before which it is not said.
    """

    text: str
    speaker: str
    mentions: tuple[str, ...] = ()
    start: float = 0.0


def lines_for(
    characters: Sequence[Character], rng: np.random.Generator, count: int
) -> list[SpokenLine]:
    """Short lines that some people say to each other, [count]; rarely one comes twice.

    Nobody speaks twice in a row where there are others. Nearly half of the lines say a name:
    that of somebody else who is there, or the speaker's own ("My name is Anna.").

    Args:
        characters: who is there; nobody else is named.
        rng: where choices come from.
        count: how many lines.

    Raises:
        ValueError: there is nobody to speak.
    """
    if not characters:
        raise ValueError("dialogue needs somebody who speaks")
    names = [one.name for one in characters]
    lines: list[SpokenLine] = []
    said: set[str] = set()
    for _ in range(count):
        before = lines[-1].speaker if lines else ""
        able = [name for name in names if name != before] or names
        speaker = _pick(rng, able)
        named = rng.random() < _NAMED
        for _ in range(_ATTEMPTS):
            text = _line(speaker, [name for name in names if name != speaker], named, rng)
            if text not in said:
                break
        said.add(text)
        lines.append(SpokenLine(text, speaker, mentioned(text, names)))
    return lines


def mentioned(text: str, names: Sequence[str]) -> tuple[str, ...]:
    """Which of some names a text says, in the order in which it says them."""
    words = [word.strip(".,;:!?'\"") for word in text.replace("'s ", " ").split()]
    return tuple(dict.fromkeys(word for word in words if word in names))


def _line(speaker: str, others: Sequence[str], named: bool, rng: np.random.Generator) -> str:
    blanks = {
        "thing": _pick(rng, [prop.name for prop in PROPS]),
        "place": _pick(rng, [setting.phrase for setting in SETTINGS]),
        "me": speaker,
        "you": _pick(rng, others) if others else "",
    }
    if named and rng.random() < 0.5:
        able = [line for line in _INTRODUCTIONS if others or "{you}" not in line]
        return _filled(_pick(rng, able), blanks)
    if rng.random() < 0.15:
        greeting = _pick(rng, _GREETINGS)
        return f"{greeting}, {blanks['you']}." if named and others else f"{greeting}."
    request = _filled(_pick(rng, _REQUESTS), blanks)
    if named and others:
        return f"{blanks['you']}, {request}"
    return request[0].upper() + request[1:]


def _filled(line: str, blanks: dict[str, str]) -> str:
    text = line.format(**blanks)
    return text.replace(" a umbrella", " an umbrella")


def _pick(rng: np.random.Generator, choices: Sequence[str]) -> str:
    return choices[int(rng.integers(len(choices)))]
