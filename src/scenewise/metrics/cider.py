"""CIDEr-D and CIDEr: what a description shares with the references, rare words first.

Source: Vedantam et al., "CIDEr: Consensus-based Image Description Evaluation", CVPR 2015,
equations 1 to 3 (CIDEr) and section 5 (CIDEr-D). What papers call CIDEr is CIDEr-D as COCO's
evaluation server computes it, and papers on audio description print it times 100.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy import sparse

from scenewise.metrics.ngrams import ngram_counts
from scenewise.metrics.scored import Scored, Tokens, check_clips
from scenewise.metrics.similarity import Scores

LONGEST: Final = 4
"""n-grams of 1 to 4 words, each weighing the same."""

SIGMA: Final = 6.0
"""Words of difference in length over which CIDEr-D falls off."""

_SCALE: Final = 10.0


def cider_d(generated: Sequence[Tokens], references: Sequence[Sequence[Tokens]]) -> Scored:
    """CIDEr-D: CIDEr that neither repeating a word nor a wrong length can raise.

    The document frequencies are those of the references given, so give all clips of all films
    at once, as papers do: the score of a film depends on which others stand beside it. With
    one clip every word is in every document, and the score is 0.

    Args:
        generated: the words of one text for each clip, [n].
        references: the words of one or more references for each clip, [n].

    Returns:
        Scores from 0 to 10; the corpus's is the mean of the clips'.

    Raises:
        ValueError: no clip, one without reference, or texts that are not split into words.
    """
    return _consensus(generated, references, clipped=True)


def cider(generated: Sequence[Tokens], references: Sequence[Sequence[Tokens]]) -> Scored:
    """CIDEr as first defined: no clipping and no penalty on length.

    Args, returns and raises as for `cider_d`.
    """
    return _consensus(generated, references, clipped=False)


def _consensus(
    generated: Sequence[Tokens], references: Sequence[Sequence[Tokens]], *, clipped: bool
) -> Scored:
    check_clips(generated, references)
    flat = [text for texts in references for text in texts]
    count = np.array([len(texts) for texts in references])
    clip_of = np.repeat(np.arange(len(generated)), count)  # [references]
    cosines = np.zeros(len(flat))
    for table in ngram_counts([*generated, *flat], LONGEST):
        cosines += _cosines(table, clip_of, clipped=clipped) / LONGEST
    if clipped:
        lengths = np.array([max(len(text) - 1, 0) for text in generated])  # counted in bigrams,
        theirs = np.array([max(len(text) - 1, 0) for text in flat])  # as COCO's server does
        cosines *= np.exp(-((lengths[clip_of] - theirs) ** 2) / (2 * SIGMA**2))
    clips = _SCALE * np.bincount(clip_of, weights=cosines, minlength=len(generated)) / count
    return Scored(float(clips.mean()), clips)


def _cosines(table: sparse.csr_array, clip_of: np.ndarray, *, clipped: bool) -> Scores:
    """Of each reference with the text of its clip, for n-grams of one length.

    Args:
        table: counts, [clips + references, n-grams]: the generated texts come first.
        clip_of: the clip of each reference.
    """
    n = table.shape[0] - len(clip_of)
    shared = sparse.csr_array((np.ones(len(clip_of)), (clip_of, np.arange(len(clip_of)))))
    documents = ((shared @ table[n:]) > 0).sum(axis=0)  # clips that have the n-gram
    table.data *= (np.log(n) - np.log(np.maximum(documents, 1.0)))[table.indices]
    norms = np.sqrt((table * table).sum(axis=1))
    ours, theirs = table[:n][clip_of], table[n:]
    common = ours.minimum(theirs) if clipped else ours
    products: Scores = np.asarray((common * theirs).sum(axis=1), dtype=np.float64)
    sizes = norms[:n][clip_of] * norms[n:]
    cosines: Scores = np.divide(products, sizes, out=np.zeros(len(clip_of)), where=sizes > 0)
    return cosines
