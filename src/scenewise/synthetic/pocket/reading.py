"""Descriptions of whole films, for a language model to learn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from scenewise.synthetic.grammar import narration
from scenewise.synthetic.story import write_story

_ROWS: Final = 24
_LENGTH: Final = 96
_KNOWN: Final = 0.6
"""Share of the cast whose names are known, for want of dialogue."""


@dataclass(frozen=True)
class Reading:
    """Films as text.

    Args:
        texts: of each film, its descriptions one a line.
    """

    texts: tuple[str, ...]

    @classmethod
    def of_films(cls, *, seed: int, films: int) -> Reading:
        """The descriptions of films that follow from a seed."""
        texts = []
        for number in range(films):
            rng = np.random.default_rng([seed, number, 17])
            story = write_story(seed * 100_003 + number, seconds=120.0)
            events = [clip.event for clip in story.clips if clip.event]
            known = {name: 0 for name in story.cast if rng.random() < _KNOWN}
            told = [text for text in narration(events, rng, known) if text]
            texts.append("\n".join(told))
        return cls(tuple(texts))

    def batches(self, tokenizer: Any, seed: int) -> Callable[[int], dict[str, Any]]:
        """Pieces of the films, [24, 96] tokens; the films follow each other after their mark."""
        import torch

        end = tokenizer.eos_token_id
        stream = np.concatenate(
            [[end, *tokenizer(text)["input_ids"]] for text in self.texts]
        ).astype(np.int64)

        def batch(step: int) -> dict[str, Any]:
            rng = np.random.default_rng([seed, step, 19])
            starts = rng.integers(0, max(1, len(stream) - _LENGTH), _ROWS)
            ids = torch.from_numpy(np.stack([stream[s : s + _LENGTH] for s in starts]))
            return {
                "input_ids": ids,
                "attention_mask": torch.ones_like(ids),
                "labels": ids.clone(),
            }

        return batch
