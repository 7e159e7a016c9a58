"""ROUGE-L of captions: the longest common subsequence of words.

Source: Lin, "ROUGE: A Package for Automatic Evaluation of Summaries", 2004, section 3, with
β = 1.2 and the best precision and best recall over the references, as COCO's evaluation server
takes them. The packages for summaries (rouge, rouge-score) weigh both alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from scenewise.metrics.scored import Scored, Tokens, check_clips

BETA: Final = 1.2


def rouge_l(generated: Sequence[Tokens], references: Sequence[Sequence[Tokens]]) -> Scored:
    """ROUGE-L; the corpus's is the mean of the clips'.

    Args:
        generated: the words of one text for each clip, [n].
        references: the words of one or more references for each clip, [n].

    Returns:
        Scores from 0 to 1; 0 where a text has no word.

    Raises:
        ValueError: no clip, one without reference, or texts that are not split into words.
    """
    check_clips(generated, references)
    clips = np.array(
        [_best(ours, texts) for ours, texts in zip(generated, references, strict=True)]
    )
    return Scored(float(clips.mean()), clips)


def _best(ours: Tokens, references: Sequence[Tokens]) -> float:
    common = [common_length(ours, theirs) for theirs in references]
    precision = max(common) / max(len(ours), 1)
    recall = max(
        length / max(len(theirs), 1) for length, theirs in zip(common, references, strict=True)
    )
    if not precision:
        return 0.0
    return (1 + BETA**2) * precision * recall / (recall + BETA**2 * precision)


def common_length(first: Tokens, second: Tokens) -> int:
    """Words in the longest common subsequence.

    A column of the usual table differs from the next by steps of 0 or 1, so it fits in the
    bits of one integer (Hyyrö, "Bit-parallel LCS-length computation revisited", 2004).
    """
    places: dict[str, int] = {}
    for i, word in enumerate(first):
        places[word] = places.get(word, 0) | 1 << i
    full = (1 << len(first)) - 1
    column = full
    for word in second:
        hits = column & places.get(word, 0)
        column = ((column + hits) | (column - hits)) & full
    return len(first) - column.bit_count()
