"""How varied a narration is: distinct n-grams, and what a line repeats of the one before it.

Neither looks at a reference, so they are read beside the same figures of the references: people
too say "he" twice in a row.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence

import numpy as np

from scenewise.metrics.scored import Tokens
from scenewise.metrics.similarity import Scores


def distinct_n(texts: Sequence[Tokens], n: int) -> float:
    """Distinct n-grams for each n-gram of all texts together.

    Source: Li et al., "A Diversity-Promoting Objective Function for Neural Conversation
    Models", NAACL 2016, section 5. The longer the narration, the lower: compare narrations of
    the same films.

    Args:
        texts: the words of each line.
        n: words in an n-gram.

    Returns:
        From 0 to 1; 0 where there is no n-gram.

    Raises:
        ValueError: n is below 1.
    """
    if n < 1:
        raise ValueError(f"an n-gram has 1 word or more, not {n}")
    total = 0
    found: set[tuple[str, ...]] = set()
    for words in texts:
        grams = list(zip(*(words[i:] for i in range(n)), strict=False))
        total += len(grams)
        found.update(grams)
    return len(found) / total if total else 0.0


def repeated(texts: Sequence[Tokens]) -> Scores:
    """The share of each line's words that the line before it has too, each word counted as
    often as both have it.

    Args:
        texts: the words of the lines of one film, in order, [n].

    Returns:
        From 0 to 1 for each line but the first, [n - 1]; 0 for a line without words.
    """
    shares = []
    for before, words in itertools.pairwise(texts):
        common = Counter(words) & Counter(before)
        shares.append(common.total() / len(words) if words else 0.0)
    return np.array(shares, dtype=np.float64)
