"""BLEU-1 to BLEU-4 of a corpus of captions.

Source: Papineni et al., "BLEU: a Method for Automatic Evaluation of Machine Translation",
ACL 2002, with the reference of the closest length and no smoothing. Computed by sacrebleu
(extra `research`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

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
    shares = [precision / 100 for precision in score.precisions]
    return tuple(
        score.bp * math.prod(share ** (1 / n) for share in shares[:n])
        for n in range(1, longest + 1)
    )
