"""How alike two texts are: the part of SODA and of Recall@k/N that can be exchanged.

A similarity gets all texts at once and gives a matrix, so that a model can encode each text
once and a table of word counts can be multiplied instead of looped over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

_WORD: Final = re.compile(r"\w+(?:['’]\w+)*")

Scores = npt.NDArray[np.float64]

Similarity = Callable[[Sequence[str], Sequence[str]], Scores]
"""From generated texts [n] and reference texts [m] to their similarities [n, m]."""


@dataclass(frozen=True)
class PairSimilarity:
    """A similarity that costs something for each pair: only the pairs wanted are scored.

    Args:
        score: from the generated texts and the reference texts of p pairs to scores [p].
    """

    score: Callable[[Sequence[str], Sequence[str]], Scores]

    def __call__(self, generated: Sequence[str], references: Sequence[str]) -> Scores:
        """The similarities of all pairs, [n, m]."""
        return self.where(generated, references, np.ones((len(generated), len(references)), bool))

    def where(
        self, generated: Sequence[str], references: Sequence[str], wanted: npt.NDArray[np.bool_]
    ) -> Scores:
        """The similarities of the pairs wanted, [n, m]; 0 for the others."""
        out = np.zeros(wanted.shape)
        pairs = np.argwhere(wanted).tolist()
        if pairs:
            ours = [generated[i] for i, _ in pairs]
            out[wanted] = self.score(ours, [references[j] for _, j in pairs])
        return out


def pairwise(score: Callable[[str, str], float]) -> PairSimilarity:
    """A similarity from a function of two texts, generated first; one call for each pair."""
    return PairSimilarity(
        lambda ours, theirs: np.array([score(a, b) for a, b in zip(ours, theirs, strict=True)])
    )


def word_f1(generated: Sequence[str], references: Sequence[str]) -> Scores:
    """F-measure of the words two texts share, each counted as often as both have it.

    A similarity that needs no model and no Java. It knows neither synonyms nor word order:
    for figures to compare with papers take the one that they took.

    Returns:
        Values from 0 to 1, [n, m]; 0 where a text has no word.
    """
    ours, theirs = [_words(text) for text in generated], [_words(text) for text in references]
    columns: dict[tuple[str, int], int] = {}
    left, right = _table(ours, columns), _table(theirs, columns)
    width = len(columns)
    left.resize(len(ours), width)
    right.resize(len(theirs), width)
    common = np.asarray((left @ right.T).todense(), dtype=np.float64)
    lengths = np.add.outer([len(words) for words in ours], [len(words) for words in theirs])
    return 2 * common / np.maximum(lengths, 1)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _table(texts: Sequence[Sequence[str]], columns: dict[tuple[str, int], int]) -> sparse.csr_array:
    """A row of zeros and ones for each text. The second "the" of a text has a column of its
    own, so that the product of two tables counts with multiplicity."""
    indices: list[int] = []
    starts = [0]
    for words in texts:
        seen: dict[str, int] = {}
        for word in words:
            seen[word] = seen.get(word, 0) + 1
            indices.append(columns.setdefault((word, seen[word]), len(columns)))
        starts.append(len(indices))
    ones = np.ones(len(indices))
    return sparse.csr_array((ones, indices, starts), shape=(len(texts), len(columns)))
