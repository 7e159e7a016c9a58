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
    grams = _grams(texts, n)
    return len(set(grams)) / len(grams) if grams else 0.0


def distinct_without(films: Sequence[Sequence[Tokens]], n: int) -> Scores:
    """`distinct_n` of all films but one, for each of them: what a jackknife's interval asks for.

    Films cannot be drawn with replacement here: one that is drawn twice would count as words and
    bring none that is new (`metrics.intervals.jackknife`). Each film is read once, not once for
    each film that is left out: an n-gram goes with a film if that is the only one to have it.

    Args:
        films: the words of each line, by film.
        n: words in an n-gram.

    Returns:
        [films]; 0 where no n-gram remains.

    Raises:
        ValueError: n is below 1.
    """
    grams = [_grams(texts, n) for texts in films]
    own = [set(found) for found in grams]
    having = Counter(itertools.chain.from_iterable(own))
    total, different = sum(map(len, grams)), len(having)
    left = []
    for all_of_it, found in zip(grams, own, strict=True):
        rest = total - len(all_of_it)
        alone = sum(having[gram] == 1 for gram in found)
        left.append((different - alone) / rest if rest else 0.0)
    return np.array(left, dtype=np.float64)


def _grams(texts: Sequence[Tokens], n: int) -> list[tuple[str, ...]]:
    if n < 1:
        raise ValueError(f"an n-gram has 1 word or more, not {n}")
    return [gram for words in texts for gram in zip(*(words[i:] for i in range(n)), strict=False)]


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
