"""LLM-AD-eval: a language model says how well a description matches its reference.

Source: Han et al., "AutoAD III: The Prequel – Back to the Pixels", CVPR 2024, section 5. The
model gives 0 to 5 as `{'score': n}`, mainly for what is seen: actions, objects, interactions.
Pronouns and other names count as matches for names. The figure is the mean over clips.

It depends on the model (LLaMA2-7B-chat and LLaMA3-8B-instruct in papers: 2.88 and 2.03 of the
same descriptions) and on the wording of the prompt. `INSTRUCTIONS` and `QUESTION` ask what the
paper's prompt asks in words of our own; to stand beside published figures give the paper's, as
its authors publish it beside their code.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from scenewise.core.errors import InputError
from scenewise.core.progress import Progress, Silent
from scenewise.metrics.scored import Scored

BEST: Final = 5.0

INSTRUCTIONS: Final = """\
You grade audio descriptions of films. You are shown a correct description and a predicted one, \
and say how well the prediction matches.
- Judge mainly what is seen: actions, objects and interactions; above all verbs and nouns.
- Ask whether the prediction tells the main visual events of the correct description, with \
their particulars, and is not merely general.
- Synonyms and paraphrases match. Pronouns such as "he" or "she" match names of characters, and \
so do other names.
- Give one grade for the whole."""

QUESTION: Final = """\
Correct description: {reference}
Predicted description: {prediction}

How well does the prediction match? Grade it with a whole number from 0 to 5, 5 for the best \
match. Answer with a Python dictionary and nothing else, such as {{'score': 3}}."""

_PARTED: Final = re.compile(r"^-{3,}[ \t]*$", re.MULTILINE)
_ANSWER: Final = re.compile(r"""\{\s*['"]?score['"]?\s*:\s*['"]?(-?\d+(?:\.\d+)?)['"]?\s*[,}]""")

Messages = Sequence[Mapping[str, str]]
"""A conversation: `role` (system, user) and `content` of each part."""

Judge = Callable[[Messages], str]
"""Whoever answers a conversation; it may be asked from several threads at once."""


@dataclass(frozen=True)
class Prompt:
    """What the judge is told and asked.

    Args:
        instructions: the system's part; empty for none.
        question: with `{reference}` and `{prediction}`; other braces are doubled.
    """

    instructions: str = INSTRUCTIONS
    question: str = QUESTION

    def messages(self, prediction: str, reference: str) -> list[dict[str, str]]:
        """The conversation about one clip."""
        asked = self.question.format(reference=reference, prediction=prediction)
        parts = [{"role": "system", "content": self.instructions}] if self.instructions else []
        return [*parts, {"role": "user", "content": asked}]


def read_prompt(path: str | Path) -> Prompt:
    """A prompt from a text file: the instructions, a line of dashes, the question; or the
    question alone.

    Raises:
        InputError: it cannot be read, or the question has not both of its fields.
    """
    try:
        text = Path(path).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("the prompt cannot be read as text", path=path) from error
    first, *rest = _PARTED.split(text, maxsplit=1)
    prompt = Prompt(first.strip(), rest[0].strip()) if rest else Prompt("", first.strip())
    try:
        told = prompt.messages("\0prediction", "\0reference")[-1]["content"]
    except (KeyError, ValueError, IndexError) as error:
        raise InputError(
            "the question has braces that are no field",
            path=path,
            remedy="write {reference} and {prediction} for the texts, and double other braces",
        ) from error
    if "\0prediction" not in told or "\0reference" not in told:
        raise InputError(
            "the question lacks a text", path=path, remedy="write {reference} and {prediction}"
        )
    return prompt


def parse(answer: str) -> float | None:
    """The score in an answer such as `{'score': 3}`, whatever stands around it.

    Returns:
        From 0 to 5; None for an answer without exactly one such score.
    """
    found = {float(number) for number in _ANSWER.findall(answer)}
    if len(found) != 1:
        return None
    score = found.pop()
    return score if 0 <= score <= BEST else None


@dataclass(frozen=True, eq=False)
class Judged(Scored):
    """LLM-AD-eval of a set of clips; `clips` is not a number where an answer had no score, and
    `corpus` is the mean over the others.

    Args:
        odd: answers without a score.
        example: the first of them, cut short.
    """

    odd: int = 0
    example: str = ""


def llm_ad_eval(
    generated: Sequence[str],
    references: Sequence[str],
    judge: Judge,
    *,
    prompt: Prompt | None = None,
    at_once: int = 1,
    known: Callable[[Messages], bool] | None = None,
    progress: Progress | None = None,
) -> Judged:
    """LLM-AD-eval of descriptions, 0 to 5.

    An answer without a score is not counted as 0, as one of the published scripts does: it says
    something about the judge, not about the description. How many there were is told. What is
    asked of several clips alike (the same two texts) is asked once.

    Args:
        generated, references: the texts of the same clips, [n].
        judge: a model, such as `judges.over_http` or `judges.in_folder`.
        prompt: our own unless given.
        at_once: questions that wait for an answer at the same time.
        known: which of them cost nothing, as they are answered already: only to tell the cost.
        progress: told of each answer.

    Raises:
        InputError: no answer had a score.
        ValueError: no clip, or not one reference for each.
    """
    if not generated or len(generated) != len(references):
        raise ValueError(f"{len(generated)} texts, but {len(references)} references")
    asking = prompt or Prompt()
    asked = [asking.messages(*pair) for pair in zip(generated, references, strict=True)]
    pairs = list(zip(generated, references, strict=True))
    different = dict(zip(pairs, asked, strict=True))
    answers: dict[tuple[str, str], str] = {}
    new = len(different) if known is None else sum(not known(one) for one in different.values())
    old = f" ({len(different) - new:,} more are answered)" if new < len(different) else ""
    told = f"Asking the judge {new:,} questions{old}"
    with (progress or Silent()).step(told, len(different)) as step:
        for pair, answer in zip(
            different, _answers(list(different.values()), judge, at_once), strict=True
        ):
            answers[pair] = answer
            step.advance()
    scores: list[float] = []
    odd: list[str] = []
    for pair in pairs:
        score = parse(answers[pair])
        if score is None:
            odd.append(" ".join(answers[pair].split())[:80])
        scores.append(math.nan if score is None else score)
    if len(odd) == len(asked):
        raise InputError(
            f"the judge gave no score in {len(asked)} answers; the first was “{odd[0]}”",
            remedy="choose a model that follows instructions",
        )
    clips = np.array(scores)
    return Judged(float(np.nanmean(clips)), clips, len(odd), odd[0] if odd else "")


def _answers(asked: Sequence[Messages], judge: Judge, at_once: int) -> Iterator[str]:
    if at_once <= 1:
        yield from map(judge, asked)
        return
    with ThreadPoolExecutor(at_once) as pool:
        waiting = [pool.submit(judge, messages) for messages in asked]
        try:
            for one in waiting:
                yield one.result()
        finally:
            for one in waiting:
                one.cancel()
