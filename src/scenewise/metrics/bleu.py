"""BLEU-1 to BLEU-4 of a corpus of captions.

Source: Papineni et al., "BLEU: a Method for Automatic Evaluation of Machine Translation",
ACL 2002, with the reference of the closest length and no smoothing. Computed by sacrebleu
(extra `research`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from scenewise.core.errors import ComponentMissing
from scenewise.metrics.scored import Tokens, check_clips


def bleu(
    generated: Sequence[Tokens], references: Sequence[Sequence[Tokens]], longest: int = 4
) -> tuple[float, ...]:
    """BLEU-1 to BLEU-`longest` of all clips together.

    Args:
        generated: the words of one text for each clip, [n].
        references: the words of one or more references for each clip, [n].
        longest: the longest n-gram of the last figure.

    Returns:
        One figure from 0 to 1 for each n; 0 where no n-gram is shared, where COCO's server
        gives a small figure that means nothing.

    Raises:
        ComponentMissing: sacrebleu is not installed.
        ValueError: no clip, one without reference, or texts that are not split into words.
    """
    figures = bleu_of(bleu_parts(generated, references, longest)[None])[0]
    return tuple(float(figure) for figure in figures)


def bleu_parts(
    generated: Sequence[Tokens], references: Sequence[Sequence[Tokens]], longest: int = 4
) -> npt.NDArray[np.float64]:
    """What BLEU of these clips is made of: matches of each length, n-grams of each length, and
    the words of the texts and of their closest references, [2 longest + 2].

    The parts of several sets of clips add up to those of all. Args and raises as for `bleu`.
    """
    try:
        from sacrebleu.metrics.bleu import BLEU
    except ImportError as error:
        raise ComponentMissing(
            "BLEU needs the package sacrebleu", remedy="install scenewise[research]"
        ) from error
    check_clips(generated, references)
    streams: Any = [  # None where a clip has fewer references than others
        [" ".join(texts[i]) if i < len(texts) else None for texts in references]
        for i in range(max(map(len, references)))
    ]
    scorer = BLEU(max_ngram_order=longest, tokenize="none", smooth_method="none", force=True)
    score = scorer.corpus_score([" ".join(text) for text in generated], streams)
    return np.array([*score.counts, *score.totals, score.sys_len, score.ref_len], np.float64)


def bleu_of(parts: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """BLEU-1 to the longest from sums of parts, [r, 2 longest + 2] to [r, longest]."""
    longest = parts.shape[1] // 2 - 1
    matches, grams = parts[:, :longest], parts[:, longest:-2]
    ours, theirs = parts[:, -2], parts[:, -1]
    shares = np.divide(matches, grams, out=np.zeros_like(matches), where=grams > 0)
    with np.errstate(divide="ignore"):
        means = np.exp(np.cumsum(np.log(shares), axis=1) / np.arange(1, longest + 1))
    excess = np.divide(theirs, ours, out=np.full_like(ours, np.inf), where=ours > 0)
    brevity = np.where(ours >= theirs, 1.0, np.exp(1 - excess))
    figures: npt.NDArray[np.float64] = means * brevity[:, None]
    return figures
