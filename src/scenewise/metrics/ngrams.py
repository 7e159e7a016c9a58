"""Counts of the word sequences in many texts at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from scenewise.metrics.scored import Tokens


def ngram_counts(texts: Sequence[Tokens], longest: int) -> list[sparse.csr_array]:
    """How often each n-gram stands in each text, for n from 1 to `longest`.

    An n-gram is numbered from the number of its first n - 1 words and that of its last, for
    all texts in one step.

    Returns:
        For each n a table [texts, distinct n-grams].
    """
    vocabulary: dict[str, int] = {}
    words = np.array(
        [vocabulary.setdefault(word, len(vocabulary)) for text in texts for word in text],
        dtype=np.int64,
    )
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    text_of = np.repeat(np.arange(len(texts)), lengths)
    left = np.cumsum(lengths)[text_of] - np.arange(len(words))  # words up to the text's end
    at, grams = np.arange(len(words)), words
    tables = []
    for n in range(1, longest + 1):
        if n > 1:
            fits = left[at] >= n
            at, grams = at[fits], grams[fits]
            grams = grams * len(vocabulary) + words[at + n - 1]
        distinct, grams = np.unique(grams, return_inverse=True)
        ones = np.ones(len(at))
        shape = (len(texts), len(distinct))
        tables.append(sparse.coo_array((ones, (text_of[at], grams)), shape=shape).tocsr())
    return tables
