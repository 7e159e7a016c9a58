"""Having a language model continue prompts: beams or samples, with some names not to be said."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from scenewise.distinctad.language import Language
from scenewise.distinctad.options import SpeakingOptions
from scenewise.models.loading import quiet


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
    from transformers import NoRepeatNGramLogitsProcessor

    count = options.candidates
    how: dict[str, Any] = {"num_beams": count, "do_sample": False}
    if options.method == "sampling":
        how = {
            "num_beams": 1,
            "do_sample": True,
            "temperature": options.temperature,
            "top_p": options.nucleus,
            "top_k": 0,
        }
    processors: list[Any] = [Silence(unsaid, count)] if any(unsaid) else []
    if options.phrase:  # as `no_repeat_ngram_size`, which warns that prompts do not count
        processors.append(NoRepeatNGramLogitsProcessor(options.phrase))
    with torch.random.fork_rng(), quiet():
        torch.manual_seed(seed)
        made = language.model.generate(
            inputs_embeds=given,
            attention_mask=mask.long(),
            max_new_tokens=options.tokens,
            min_new_tokens=min(2, options.tokens),
            num_return_sequences=count,
            eos_token_id=language.end,
            pad_token_id=language.end,
            logits_processor=processors,
            return_dict_in_generate=True,
            output_scores=True,
            **how,
        )
    scores = language.model.compute_transition_scores(
        made.sequences, made.scores, getattr(made, "beam_indices", None), normalize_logits=True
    ).float()  # [r·count, l]
    tokens = made.sequences[:, -scores.shape[1] :]
    # the end mark counts, what fills up behind it does not
    spoken = (tokens == language.end).long().cumsum(dim=1) - (tokens == language.end).long() == 0
    means = (scores.nan_to_num(neginf=-99.0) * spoken).sum(dim=1) / spoken.sum(dim=1).clamp_min(1)
    texts = language.tokenizer.batch_decode(tokens, skip_special_tokens=True)
    ways = [
        Said(" ".join(text.split()), score)
        for text, score in zip(texts, means.tolist(), strict=True)
    ]
    return [
        sorted(ways[first : first + count], key=lambda said: -said.score)
        for first in range(0, len(ways), count)
    ]


def silenced(
    language: Language, names: Collection[str], allowed: Collection[str]
) -> list[list[int]]:
    """The tokens of names that shall not be said, at the start of a sentence and inside one.

    Args:
        language: whose tokens.
        names: of all who might be said.
        allowed: those who may be said. Where a name begins as an allowed one does (Ann, Anna),
            it cannot be silenced without silencing both, and is not.
    """
    kept = [tokens for name in allowed for tokens in _spellings(language, name)]
    return [
        tokens
        for name in sorted(set(names) - set(allowed))
        for tokens in _spellings(language, name)
        if not any(other[: len(tokens)] == tokens for other in kept)
    ]


def _spellings(language: Language, name: str) -> list[list[int]]:
    made = [language.encode(name), language.encode(f" {name}")]
    return [tokens for tokens in made if tokens]


class Silence:
    """Keeps each row from saying some sequences of tokens (a logits processor of transformers).

    Args:
        unsaid: for each row, the sequences.
        count: beams or samples of a row, which follow each other.
    """

    def __init__(self, unsaid: Sequence[Sequence[Sequence[int]]], count: int) -> None:
        self._unsaid, self._count = unsaid, count
        self._longest = max((len(s) for row in unsaid for s in row), default=1)

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """[r·count, l] tokens so far and [r·count, V] scores of the next -> scores."""
        recent = input_ids[:, -(self._longest - 1) :] if self._longest > 1 else input_ids[:, :0]
        rows, columns = [], []
        for row, tail in enumerate(recent.tolist()):
            for *before, last in self._unsaid[row // self._count]:
                if tail[len(tail) - len(before) :] == before and len(tail) >= len(before):
                    rows.append(row)
                    columns.append(last)
        if rows:
            scores = scores.clone()
            scores[rows, columns] = float("-inf")
        return scores
