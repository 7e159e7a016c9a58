"""SODA: how well a whole film's descriptions tell the story of the reference.

Source: Fujita et al., "SODA: Story Oriented Dense Video Captioning Evaluation Framework",
ECCV 2020. Generated and reference captions are aligned one to one without crossing, such that
the sum of `IoU × similarity` is greatest (the paper's SODA_c). Dividing that sum by the number
of generated captions gives precision, by that of the references recall.

The scorer published with the paper divides the other way round, so its precision is recall
here; the F-measure is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scenewise.metrics.similarity import PairSimilarity, Scores, Similarity

Caption = tuple[float, float, str]
"""Start and end in seconds, and the text."""

Pair = tuple[int, int]
"""Indices of a generated caption and of the reference it is aligned with."""

Times = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Soda:
    """What a SODA score is made of.

    Args:
        total: the sum of `IoU × similarity` over the aligned pairs.
        generated: how many captions were generated.
        references: how many captions the reference has.
        pairs: the aligned pairs in the order of the story; empty for several films together.
    """

    total: float
    generated: int
    references: int
    pairs: tuple[Pair, ...] = ()

    @property
    def precision(self) -> float:
        """Total for each generated caption; 0 where there is none."""
        return self.total / self.generated if self.generated else 0.0

    @property
    def recall(self) -> float:
        """Total for each reference; 0 where there is none."""
        return self.total / self.references if self.references else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, which is `2 total / (generated + references)`."""
        captions = self.generated + self.references
        return 2 * self.total / captions if captions else 0.0


def soda(
    generated: Sequence[Caption], references: Sequence[Caption], similarity: Similarity
) -> Soda:
    """SODA of one film.

    Args:
        generated, references: captions in any order; the story's order is that of their starts.
        similarity: of texts, from 0 to 1 for the score to be so too; METEOR in the paper. A
            `PairSimilarity` is asked only for captions that overlap in time.

    Raises:
        ValueError: a time is not finite, a caption ends before it starts, or the similarity
            gave a matrix of another shape or with values that are not finite.
    """
    ours, theirs = _in_order(generated), _in_order(references)
    overlap = iou(_times(generated), _times(references))
    weights = overlap * _similarities(generated, references, similarity, overlap > 0)
    total, pairs = align(weights[np.ix_(ours, theirs)])
    return Soda(
        total=total,
        generated=len(generated),
        references=len(references),
        pairs=tuple((int(ours[i]), int(theirs[j])) for i, j in pairs),
    )


def pooled(films: Iterable[Soda]) -> Soda:
    """The score of several films together: totals and captions are added up, as the paper
    does, so that a film counts as much as it has captions."""
    kept = list(films)
    return Soda(
        total=sum(film.total for film in kept),
        generated=sum(film.generated for film in kept),
        references=sum(film.references for film in kept),
    )


def soda_t(
    generated: Sequence[Caption],
    references: Sequence[Caption],
    similarity: Similarity,
    *,
    within: float = 10.0,
) -> float:
    """SODA-T: the share of references that are told, in order, near the time they belong to.

    Captions are aligned by what they say alone (the greatest sum of similarities without
    crossing): were IoU a factor, whatever is aligned would overlap and so be in time. A
    reference counts when it has a partner whose middle is at most `within` seconds from its
    own.

    Args:
        generated, references, similarity: as for `soda`.
        within: seconds; professional describers stay within 10 s of the event in 99.4 % of
            cases (arXiv 2609.30121).

    Returns:
        A share from 0 to 1; 0 where there is no reference.

    Raises:
        ValueError: as for `soda`.
    """
    if not references:
        return 0.0
    ours, theirs = _in_order(generated), _in_order(references)
    everywhere = np.ones((len(generated), len(references)), dtype=bool)
    alike = _similarities(generated, references, similarity, everywhere)
    _, pairs = align(alike[np.ix_(ours, theirs)])
    if not pairs:
        return 0.0
    chosen = np.array(pairs)
    spoken = _times(generated).mean(axis=1)[ours[chosen[:, 0]]]
    meant = _times(references).mean(axis=1)[theirs[chosen[:, 1]]]
    return float(np.count_nonzero(np.abs(spoken - meant) <= within) / len(references))


def iou(first: Times, second: Times) -> Scores:
    """Intersection over union in time.

    Args:
        first: starts and ends in seconds, [n, 2].
        second: likewise, [m, 2].

    Returns:
        [n, m]; 0 for two instants, which cover no time.
    """
    starts = np.maximum.outer(first[:, 0], second[:, 0])
    ends = np.minimum.outer(first[:, 1], second[:, 1])
    common = np.maximum(ends - starts, 0.0)
    lengths = np.add.outer(first[:, 1] - first[:, 0], second[:, 1] - second[:, 0])
    union = lengths - common
    shares: Scores = np.divide(common, union, out=np.zeros_like(common), where=union > 0)
    return shares


def align(weights: Scores) -> tuple[float, list[Pair]]:
    """The one-to-one alignment without crossing whose weights have the greatest sum.

    With `best[i, j]` for the first i rows and j columns, `best[i, j] = max(best[i-1, j],
    best[i, j-1], best[i-1, j-1] + weights[i, j])`. Only the second of these looks along the
    row, so that a row is one running maximum of the other two.

    Args:
        weights: [n, m]; what is 0 or less is never aligned.

    Returns:
        The sum, and (row, column) of each aligned pair, both ascending.
    """
    n, m = weights.shape
    best = np.zeros((n + 1, m + 1))
    for i in range(n):
        step = np.maximum(best[i, 1:], best[i, :-1] + weights[i])
        np.maximum.accumulate(step, out=best[i + 1, 1:])
    pairs: list[Pair] = []
    j = m
    for i in range(n, 0, -1):
        if best[i, j] == best[i - 1, j]:
            continue
        # the first column at which the row has reached its value took row i - 1 with it
        j = int(np.searchsorted(best[i, : j + 1], best[i, j])) - 1
        pairs.append((i - 1, j))
    return float(best[n, m]), pairs[::-1]


def _times(captions: Sequence[Caption]) -> Times:
    return np.array([caption[:2] for caption in captions], dtype=np.float64).reshape(-1, 2)


def _in_order(captions: Sequence[Caption]) -> npt.NDArray[np.intp]:
    times = _times(captions)
    if not np.isfinite(times).all():
        raise ValueError("a caption needs finite times")
    if (times[:, 1] < times[:, 0]).any():
        first = int(np.argmax(times[:, 1] < times[:, 0]))
        raise ValueError(f"caption {first} ends before it starts: {captions[first][:2]}")
    return np.lexsort((times[:, 1], times[:, 0]))


def _similarities(
    generated: Sequence[Caption],
    references: Sequence[Caption],
    similarity: Similarity,
    wanted: npt.NDArray[np.bool_],
) -> Scores:
    shape = (len(generated), len(references))
    if 0 in shape:
        return np.zeros(shape)
    texts = [text for _, _, text in generated], [text for _, _, text in references]
    if isinstance(similarity, PairSimilarity):
        scores = similarity.where(*texts, wanted)
    else:
        scores = np.asarray(similarity(*texts), dtype=np.float64)
    if scores.shape != shape:
        raise ValueError(f"the similarity gave {scores.shape} values for {shape} texts")
    if not np.isfinite(scores).all():
        raise ValueError("the similarity gave a value that is not finite")
    return scores
