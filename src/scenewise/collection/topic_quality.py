"""How good topics are, by their words, by their pictures, and against the truth."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from scenewise.collection.copies import chance_likeness
from scenewise.collection.topic_material import Material
from scenewise.collection.topic_results import NONE, VideoTopics
from scenewise.collection.types import Matrix

Numbers = npt.NDArray[np.int64]

_PAIRS: Final = 20_000
"""Pairs of frames of one topic that are looked at for `likeness`."""


def coherence(words: Sequence[Sequence[str]], texts: Sequence[Sequence[str]]) -> float | None:
    """How much the words of topics go together: the mean over all pairs of a topic's words,
    then over topics, of their normalised pointwise mutual information (Bouma 2009), counted
    over texts, as Lau et al. 2014 do.

        NPMI(a, b) = ln(p(a, b) / (p(a)·p(b))) / −ln p(a, b)

    -1: never together; 0: as by chance; 1: always together.

    Args:
        words: the words of each topic.
        texts: the words of each text.

    Returns:
        None where no topic has two words that occur.
    """
    texts = [sorted(set(text)) for text in texts]
    filled = sum(1 for text in texts if text)
    wanted = {word for topic in words for word in topic}
    single: Counter[str] = Counter()
    double: Counter[tuple[str, str]] = Counter()
    for text in texts:
        known = [word for word in text if word in wanted]
        single.update(known)
        double.update(itertools.combinations(known, 2))
    means = []
    for topic in words:
        known = sorted({word for word in topic if single[word]})
        pairs = list(itertools.combinations(known, 2))
        if pairs:
            values = [_npmi(single[a], single[b], double[a, b], filled) for a, b in pairs]
            means.append(float(np.mean(values)))
    return float(np.mean(means)) if means else None


def diversity(words: Sequence[Sequence[str]]) -> float | None:
    """Share of the words of all topics that differ (Dieng et al. 2020, §5); 1: no two topics
    have a word in common. None without words."""
    every = [word for topic in words for word in dict.fromkeys(topic)]
    return len(set(every)) / len(every) if every else None


def likeness(material: Material, topics: Numbers, matrix: Matrix, seed: int) -> float:
    """How many spreads more alike than by chance frames of one topic and different videos are.

    Args:
        material: the frames.
        topics: int [n], of the frames.
        matrix: of the whole collection, which says what chance is.
        seed: which pairs are looked at.
    """
    rng = np.random.default_rng(seed)
    rows = np.flatnonzero(topics != NONE)
    if not len(rows):
        return 0.0
    order = rows[np.argsort(topics[rows], kind="stable")]
    sizes = np.bincount(topics[order])
    starts = np.concatenate([[0], np.cumsum(sizes)])
    left = rng.choice(len(order), min(_PAIRS, 20 * len(order)))
    of = topics[order[left]]
    right = starts[of] + (rng.random(len(left)) * sizes[of]).astype(np.int64)
    a, b = order[left], order[right]
    other = material.video[a] != material.video[b]
    if not other.any():
        return 0.0
    cosines = np.einsum("nd,nd->n", material.vectors[a[other]], material.vectors[b[other]])
    return float(chance_likeness(matrix).z(cosines).mean())


def agreement(videos: Sequence[VideoTopics], truth: Mapping[str, str]) -> float:
    """Normalised mutual information of the videos' main topics and true ones, 0 to 1 (Strehl
    & Ghosh 2002, with the arithmetic mean of the entropies). Videos without a topic count as
    one group, so that leaving much out does not pay.

    Args:
        videos: with their topics.
        truth: the true topic by id; videos that are not in it are left out.

    Raises:
        ValueError: of none of the videos the truth is known.
    """
    from sklearn.metrics import normalized_mutual_info_score

    known = [video for video in videos if video.id in truth]
    if not known:
        raise ValueError("the truth tells of none of the videos")
    return float(
        normalized_mutual_info_score(
            [truth[video.id] for video in known], [video.main for video in known]
        )
    )


def _npmi(a: int, b: int, both: int, count: int) -> float:
    if not both:
        return -1.0
    if both == count:
        return 1.0  # the limit: always there, always together
    together = both / count
    return float(np.log(together * count * count / (a * b)) / -np.log(together))
