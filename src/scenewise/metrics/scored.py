"""What the measures of texts give, and what they all ask of their arguments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scenewise.metrics.similarity import Scores

Tokens = Sequence[str]
"""The words of one text, as one of `scenewise.metrics.tokens` gives them."""


@dataclass(frozen=True, eq=False)
class Scored:
    """A measure of a whole set of clips.

    Args:
        corpus: the figure that is reported.
        clips: the figure of each clip, [n], for means by film and their intervals.
    """

    corpus: float
    clips: Scores


def check_clips(generated: Sequence[Tokens], references: Sequence[Sequence[Tokens]]) -> None:
    """Raise unless there is one text, and one reference or more, for each of some clips."""
    if not generated:
        raise ValueError("there is no clip to score")
    if len(generated) != len(references):
        raise ValueError(f"{len(generated)} texts, but references of {len(references)} clips")
    for i, texts in enumerate(references):
        if not texts:
            raise ValueError(f"clip {i} has no reference")
        if isinstance(generated[i], str) or isinstance(texts[0], str):
            raise ValueError(f"clip {i} is not split into words")
