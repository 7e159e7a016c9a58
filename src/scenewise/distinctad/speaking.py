"""Having a language model continue prompts: beams or samples, with some names not to be said."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any, Final, NamedTuple

import torch
from torch import Tensor

from scenewise.distinctad.language import Language
from scenewise.distinctad.options import SpeakingOptions
from scenewise.distinctad.speaking_scores import BeamScores, DrawnScores
from scenewise.models.loading import quiet
from scenewise.training.randomness import own_gpu


class Said(NamedTuple):
    """One way to continue a prompt.

    Args:
        text: without special tokens.
        score: mean natural logarithm of its tokens' probabilities.
    """

    text: str
    score: float


@torch.no_grad()
def continued(
    language: Language,
    given: Tensor,
    mask: Tensor,
    options: SpeakingOptions,
    *,
    unsaid: Sequence[Sequence[Sequence[int]]] = (),
    seed: int = 0,
) -> list[list[Said]]:
    """Ways to continue each of r prompts, the likeliest first.

    All prompts go through the model together, and once: what it made of them is kept (the
    key-value cache), so that each further token costs one step.

    Args:
        language: in evaluation mode.
        given: [r, p, D] embeddings, filled up on the left.
        mask: [r, p] bool, where there is anything.
        options: how.
        unsaid: for each row, tokens in their order that shall not occur; see `silenced`.
        seed: where chance comes from.
    """
    from transformers import (
        NoRepeatNGramLogitsProcessor,
        TemperatureLogitsWarper,
        TopPLogitsWarper,
    )

    count, drawn = options.candidates, options.method == "sampling"
    processors: list[Any] = [Silence(unsaid, count)] if any(unsaid) else []
    if options.phrase:  # as `no_repeat_ngram_size`, which warns that prompts do not count
        processors.append(NoRepeatNGramLogitsProcessor(options.phrase))
    how: dict[str, Any] = {"num_beams": count, "do_sample": False}
    if drawn:
        how = {"num_beams": 1, "do_sample": True, "temperature": 1.0, "top_p": 1.0, "top_k": 0}
        # instead of those of `generate`, which come after what remembers scores
        processors.append(TemperatureLogitsWarper(options.temperature))
        processors.append(TopPLogitsWarper(options.nucleus))
    scores = DrawnScores() if drawn or count == 1 else BeamScores(count)
    with torch.random.fork_rng(devices=own_gpu()), quiet():
        torch.manual_seed(seed)
        made = language.model.generate(
            inputs_embeds=given,
            attention_mask=mask.long(),
            max_new_tokens=options.tokens,
            min_new_tokens=min(2, options.tokens),
            num_return_sequences=count,
            eos_token_id=language.end,
            pad_token_id=language.end,
            logits_processor=[*processors, scores],
            return_dict_in_generate=True,
            **how,
        )
    tokens, likely = scores.chosen(made.sequences, getattr(made, "beam_indices", None))
    # the end mark counts, what fills up behind it does not
    spoken = (tokens == language.end).long().cumsum(dim=1) - (tokens == language.end).long() == 0
    means = (likely.nan_to_num(neginf=-99.0) * spoken).sum(dim=1) / spoken.sum(dim=1).clamp_min(1)
    texts = language.tokenizer.batch_decode(tokens, skip_special_tokens=True)
    ways = [
        Said(" ".join(text.split()), score)
        for text, score in zip(texts, means.tolist(), strict=True)
    ]
    return [
        sorted(ways[first : first + count], key=lambda said: -said.score)
        for first in range(0, len(ways), count)
    ]


class Names:
    """Names that a narrator may know of, as its language model's tokens.

    Args:
        language: whose tokens.
        names: of all who might be said.
    """

    def __init__(self, language: Language, names: Collection[str]) -> None:
        self._language = language
        self._spelled = {name: _spellings(language, name) for name in sorted(set(names)) if name}
        self._longest = max((len(name.split()) for name in self._spelled), default=0)
        self._held: dict[frozenset[str], list[list[int]]] = {}

    def silenced(self, allowed: Collection[str]) -> list[list[int]]:
        """The tokens of names that shall not be said, at the start of a sentence and inside one;
        the same list each time for the same names.

        Args:
            allowed: those who may be said. Where a name begins as an allowed one does (Ann,
                Anna), it cannot be silenced without silencing both, and is not; see `said`.
        """
        key = frozenset(allowed)
        if key not in self._held:
            kept = [tokens for name in allowed for tokens in _spellings(self._language, name)]
            self._held[key] = [
                tokens
                for name, spellings in self._spelled.items()
                if name not in key
                for tokens in spellings
                if not any(other[: len(tokens)] == tokens for other in kept)
            ]
        return self._held[key]

    def said(self, text: str, allowed: Collection[str] = ()) -> list[str]:
        """Names in a text, but for those that are allowed. A tokenizer has several ways to spell
        a name, so that silence alone does not tell that nobody was named."""
        words = [_POSSESSIVE.sub("", word) for word in _WORD.findall(text)]
        runs = (
            " ".join(words[first : first + count])
            for count in range(1, self._longest + 1)
            for first in range(len(words) - count + 1)
        )
        return [run for run in runs if run in self._spelled and run not in allowed]

    def unnamed(self, text: str, allowed: Collection[str] = ()) -> str:
        """A text that says "someone" for names that are not allowed."""
        said = sorted(self.said(text, allowed), key=len, reverse=True)
        if not said:
            return text
        either = "|".join(re.escape(name) for name in said)
        hidden = re.sub(rf"\b(?:{either})\b(?: (?:{either})\b)*", "someone", text)
        return hidden[:1].upper() + hidden[1:] if text[:1].isupper() else hidden


def silenced(
    language: Language, names: Collection[str], allowed: Collection[str]
) -> list[list[int]]:
    """The tokens of names that shall not be said (`Names.silenced`)."""
    return Names(language, names).silenced(allowed)


_WORD: Final = re.compile(r"\w+(?:[-.'’]\w+)*")
_POSSESSIVE: Final = re.compile(r"['’]s$")


def _spellings(language: Language, name: str) -> list[list[int]]:
    made = [language.encode(name), language.encode(f" {name}")]
    return [tokens for tokens in made if tokens]


class Silence:
    """Keeps each row from saying some sequences of tokens (a logits processor of transformers).

    Args:
        unsaid: for each row, the sequences. Rows that share a list are served together, so that
            thousands of names cost little.
        count: beams or samples of a row, which follow each other.
    """

    def __init__(self, unsaid: Sequence[Sequence[Sequence[int]]], count: int) -> None:
        self._count = count
        lists = {id(row): row for row in unsaid}
        self._endings = {key: _endings(row) for key, row in lists.items()}
        self._keys = [id(row) for row in unsaid]
        self._kept = lists  # so that no other list takes their ids

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """[r·count, l] tokens so far and [r·count, V] scores of the next -> scores."""
        longest = max((n for ends in self._endings.values() for n in ends), default=0)
        recent = input_ids[:, max(0, input_ids.shape[1] - longest) :].tolist()
        always = {
            key: torch.tensor(ends[0][()], device=scores.device)
            for key, ends in self._endings.items()
            if 0 in ends
        }
        scores = scores.clone()
        for row, tail in enumerate(recent):
            key = self._keys[row // self._count]
            if key in always:
                scores[row, always[key]] = float("-inf")
            for length, ends in self._endings[key].items():
                if 0 < length <= len(tail):
                    for last in ends.get(tuple(tail[len(tail) - length :]), ()):
                        scores[row, last] = float("-inf")
        return scores


def _endings(sequences: Sequence[Sequence[int]]) -> dict[int, dict[tuple[int, ...], list[int]]]:
    """By how many tokens come before: which come before, and what may not follow them."""
    made: dict[int, dict[tuple[int, ...], list[int]]] = {}
    for *before, last in sequences:
        made.setdefault(len(before), {}).setdefault(tuple(before), []).append(last)
    return made
