"""What topics are called, and the frames that stand for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from scenewise.collection.topic_material import Material, Vectors
from scenewise.collection.topic_results import Exemplar
from scenewise.core.ports import Embedder
from scenewise.models import vocabulary

Numbers = npt.NDArray[np.int64]
Ranked = tuple[tuple[str, float], ...]

_IN_LABEL: Final = 3
"""Words that name a topic."""

_SIGHTS: Final = 8
"""Phrases that are kept of what is seen."""

_WRITTEN: Final = 0.25
"""Share of a topic's videos about which its words must be written to name it."""

_LEAST: Final = 0.25
"""Spreads by which a topic must agree with a phrase more than everything does."""

_SAME: Final = 0.98
"""Cosine from which two exemplars show the same."""

_NAMELESS: Final = "topic"

_KINDS: Final = ("settings", "actions", "objects", "people", "weather", "times")
"""Categories of phrases, of which each gives one to a label at most."""


def labels(
    words: Sequence[Ranked], written: Sequence[float], sights: Sequence[Ranked]
) -> tuple[str, ...]:
    """A name for each topic, none twice.

    Args:
        words: of each topic, best first.
        written: share of each topic's videos that any of its words is written about.
        sights: what is seen in each, best first.
    """
    found: list[str] = []
    for number, (said, share, seen) in enumerate(zip(words, written, sights, strict=True)):
        by_words = ", ".join(word for word, _ in said[:_IN_LABEL])
        by_sight = ", ".join(phrase for phrase, _ in seen[:_IN_LABEL])
        usable = by_words if share >= _WRITTEN else ""
        label = usable or by_sight or by_words or f"{_NAMELESS} {number + 1}"
        found.append(label if label not in found else f"{label} ({number + 1})")
    return tuple(found)


def written_about(
    words: Sequence[Ranked], topics: Numbers, video: Numbers, texts: Sequence[Sequence[str]]
) -> tuple[float, ...]:
    """For each topic the share of its videos that have one of the words of its label.

    Args:
        words: of each topic, best first.
        topics: int [n], of the frames.
        video: int [n], their videos.
        texts: the words of each video.
    """
    shares = []
    for number, said in enumerate(words):
        named = {word for word, _ in said[:_IN_LABEL]}
        places = np.unique(video[topics == number]).tolist()
        told = sum(1 for place in places if named & set(texts[place]))
        shares.append(told / len(places) if places else 0.0)
    return tuple(shares)


def phrases_for(embedder: Embedder) -> Mapping[str, tuple[str, ...]]:
    """The phrases that a model knows, by category."""
    folder = getattr(embedder, "folder", None)
    return vocabulary.vocabulary_for(folder if isinstance(folder, Path) else None).phrases


def seen(
    vectors: Vectors,
    topics: Numbers,
    embedder: Embedder,
    phrases: Mapping[str, Sequence[str]],
    count: int,
) -> tuple[Ranked, ...]:
    """What is seen in topics: phrases that their frames agree with more than all frames do.

    How much pictures agree with a phrase depends on the phrase, so that each is set against
    its own mean and spread over all frames. Of each category the best comes first, then the
    rest.

    Args:
        vectors: float32 [n, d], of the frames.
        topics: int [n].
        embedder: of the model that made them.
        phrases: by category.
        count: how many topics there are.
    """
    kinds = [kind for kind in _KINDS if phrases.get(kind)]
    every = [phrase for kind in kinds for phrase in phrases[kind]]
    if not every:
        return ((),) * count
    of_kind = np.repeat(np.arange(len(kinds)), [len(phrases[kind]) for kind in kinds])
    features = vocabulary.features(embedder, every)
    agreement = _standard(vectors, features, topics, count)
    found = []
    for row in agreement:
        order = np.argsort(-row, kind="stable")
        firsts = [int(order[of_kind[order] == kind][0]) for kind in range(len(kinds))]
        firsts.sort(key=lambda at: -row[at])
        chosen = [at for at in firsts if row[at] >= _LEAST]
        chosen += [at for at in order.tolist() if at not in firsts and row[at] >= _LEAST]
        found.append(tuple((every[at], float(row[at])) for at in chosen[:_SIGHTS]))
    return tuple(found)


def _standard(
    vectors: Vectors, features: Vectors, topics: Numbers, count: int
) -> npt.NDArray[np.float64]:
    """How many spreads the frames of each topic agree with each phrase above all frames,
    float64 [count, p]."""
    # cosines with a mean vector are means of cosines; spreads need the second moment
    mean = features @ vectors.mean(axis=0, dtype=np.float64)
    centred = vectors - vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    covariance = centred.T @ centred / len(vectors)
    spread = np.sqrt(np.maximum(np.einsum("pd,de,pe->p", features, covariance, features), 1e-12))
    rows = [
        (features @ vectors[topics == number].mean(axis=0, dtype=np.float64) - mean) / spread
        for number in range(count)
    ]
    return np.asarray(rows, np.float64).reshape(count, len(features))


def exemplars(material: Material, topics: Numbers, number: int, most: int) -> tuple[Exemplar, ...]:
    """The frames nearest to the centre of a topic, each of another video, and none that shows
    the same as a nearer one unless there are too few others.

    Args:
        material: the frames.
        topics: int [n], of the frames.
        number: the topic.
        most: how many at most.
    """
    rows = np.flatnonzero(topics == number)
    if not len(rows):
        return ()
    centre = material.vectors[rows].mean(axis=0, dtype=np.float64)
    centre /= max(float(np.linalg.norm(centre)), 1e-9)
    closeness = material.vectors[rows] @ centre
    chosen: list[int] = []
    spare: list[int] = []
    videos: set[int] = set()
    for at in np.argsort(-closeness, kind="stable").tolist():
        row = int(rows[at])
        if len(chosen) == most:
            break
        if int(material.video[row]) in videos:
            continue
        videos.add(int(material.video[row]))
        alike = chosen and (material.vectors[chosen] @ material.vectors[row]).max() >= _SAME
        (spare if alike else chosen).append(row)
    near = {int(row): float(value) for row, value in zip(rows, closeness, strict=True)}
    kept = [*chosen, *spare[: most - len(chosen)]]
    return tuple(
        Exemplar(material.videos[int(material.video[row])].id, float(material.time[row]), near[row])
        for row in kept
    )
