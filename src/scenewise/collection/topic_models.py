"""BERTopic over vectors that are there already: of frames, or of whole videos.

Lai (2023) gives BERTopic the mean of a video's frames and finds that it "loses too much
information", that texts are not used, and that the number of topics is found by trial and
error. So frames are clustered here, words join in, and the size of the smallest topic is
tried out. The mode `paper` does none of this.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scenewise.collection.errors import TooFew
from scenewise.collection.topic_material import Material, Vectors
from scenewise.collection.topic_options import TopicOptions
from scenewise.collection.topic_results import NONE
from scenewise.collection.topic_texts import telling

Numbers = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

FEWEST: Final = 15
"""Frames, or videos in the mode of the paper, under which there is nothing to group."""

_NEIGHBOURS: Final = 15
_DIMENSIONS: Final = 5
_PAPER_SIZE: Final = 10
"""What BERTopic takes unless told otherwise."""

_CORE: Final = 5
"""Neighbours within which a frame has to be dense to belong to a topic."""

_FIRST: Final = 3
_TRIED: Final = (1.0, 1.5, 2.0, 3.0, 4.0)
"""The smallest topic may have a third of the square root of the number of videos, 3 at least;
so many times that are tried."""

_TOPICS: Final = 5
"""Topics that there must be room for with a size that is tried."""

_SAMPLE: Final = 2000
"""Frames from which is judged how well topics are apart."""

_TERMS: Final = 64
"""Dimensions that the words of a video are brought to."""

_NO_WORDS: Final = ("emptydoc", "nowords")
"""What is read where nothing is written: the first is BERTopic's, which needs two words."""


@dataclass(frozen=True, eq=False)
class Grouping:
    """Points and the topics that they belong to.

    Args:
        topics: int [n], from 0, the largest first; `NONE` for those that belong to none.
        features: float32 [n, k], what was compared.
        words: for each topic its words, best first, with weights (c-TF-IDF).
        smallest: videos that a topic had to have.
    """

    topics: Numbers
    features: Vectors
    words: tuple[tuple[tuple[str, float], ...], ...]
    smallest: int


def grouped(material: Material, options: TopicOptions) -> Grouping:
    """The topics of frames, or, in the mode of the paper, of videos.

    Args:
        material: what there is.
        options: how.

    Raises:
        TooFew: there are too few points to group.
    """
    count = len(material.videos)
    if options.mode == "paper":
        _check(count, "video")
        features = averages(material)
        size = options.smallest or min(_PAPER_SIZE, max(2, count // 5))
        clusters = Clusters(np.arange(count), (size,), features, core=None, seed=options.seed)
        documents = [" ".join(words) for words in telling(material.of_videos)]
    else:
        _check(len(material.vectors), "frame")
        features = joined(material, options)
        sizes = (options.smallest,) if options.smallest else sizes_for(count)
        clusters = Clusters(material.video, sizes, features, core=_CORE, seed=options.seed)
        said = telling(material.of_videos)
        kept = [frozenset(words) for words in said]
        documents = [
            " ".join(word for word in words if word in kept[at])
            for at, words in zip(material.video.tolist(), material.words, strict=True)
        ]
    model, topics = _fitted(features, documents, clusters, options)
    numbers = range(int(topics.max(initial=NONE)) + 1)
    words = tuple(
        tuple(
            (w, float(v)) for w, v in model.get_topic(n) or () if w and w not in _NO_WORDS and v > 0
        )
        for n in numbers
    )
    return Grouping(topics, features, words, clusters.smallest)


def averages(material: Material) -> Vectors:
    """The mean vector of each video's frames, float32 [v, d], of length 1."""
    sums = np.zeros((len(material.videos), material.vectors.shape[1]), np.float64)
    np.add.at(sums, material.video, material.vectors)
    return _unit(sums)


def joined(material: Material, options: TopicOptions) -> Vectors:
    """What frames are compared by: pictures and words side by side, float32 [n, k].

    Pictures count from the mean of all, without which all cosines of CLIP are high. The
    cosine of two rows is that of the pictures and that of the words, weighed.
    """
    pictures = _unit(material.vectors - material.vectors.mean(axis=0, dtype=np.float64))
    if not options.texts:
        return pictures
    texts = _latent(telling(material.of_videos), options.seed)
    if texts is None:
        return pictures
    return np.concatenate(
        [
            np.sqrt(1 - options.texts) * pictures,
            np.sqrt(options.texts) * texts[material.video],
        ],
        axis=1,
        dtype=np.float32,
    )


def _latent(texts: Sequence[Sequence[str]], seed: int) -> Vectors | None:
    """Texts as vectors of length 1 (latent semantic analysis, Deerwester et al. 1990), zero
    where there are no words, float32 [v, k]; None where there are too few words at all."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    terms = len({word for words in texts for word in words})
    filled = sum(1 for words in texts if words)
    if terms < 3 or filled < 3:
        return None
    counted = TfidfVectorizer(analyzer=_as_they_are, sublinear_tf=True).fit_transform(texts)
    size = min(_TERMS, terms - 1, filled - 1)
    return _unit(TruncatedSVD(size, random_state=seed).fit_transform(counted))


def _as_they_are(words: Sequence[str]) -> Sequence[str]:
    return words


def sizes_for(count: int) -> tuple[int, ...]:
    """How many videos a topic may have at least, to choose from, in a collection of `count`."""
    first = max(_FIRST, round(count**0.5 / 3))
    sizes = dict.fromkeys(round(first * times) for times in _TRIED)
    return tuple(size for size in sizes if size * _TOPICS <= count) or (2,)


class Clusters:
    """HDBSCAN as BERTopic calls it, whose topics span several videos.

    Of the sizes that a topic may have at least, that one is taken whose topics are most apart
    and leave least out: by the mean silhouette (Rousseeuw 1987) of what has a topic, times
    its share of all.

    Args:
        video: int [n], the video of each point.
        sizes: videos that a topic must have, to choose from.
        features: float32 [n, k], by whose cosines silhouettes are taken.
        core: see `_CORE`; None for HDBSCAN's own.
        seed: which points are looked at where there are many.
    """

    def __init__(
        self,
        video: Numbers,
        sizes: Sequence[int],
        features: Vectors,
        *,
        core: int | None,
        seed: int,
    ) -> None:
        self.labels_: Numbers = np.full(len(video), NONE, np.int64)
        self.probabilities_: Reals = np.zeros(len(video))
        self.smallest = sizes[0]
        self._video = video
        self._sizes = sizes
        self._features = features
        self._core = core
        self._seed = seed
        self._each = len(video) / max(1, len(np.unique(video)))

    def fit(self, points: Reals, y: object = None) -> Clusters:
        """Group points, float [n, k]."""
        del y
        best = -np.inf
        for size in self._sizes:
            found = self._grouped(points, size)
            labels = spanning(np.asarray(found.labels_, np.int64), self._video, size)
            worth = apart(self._features, labels, self._seed) if len(self._sizes) > 1 else 0.0
            if worth > best:
                best = worth
                self.smallest, self.labels_ = size, labels
                self.probabilities_ = np.where(labels == NONE, 0.0, found.probabilities_)
        return self

    def _grouped(self, points: Reals, size: int) -> Any:
        from hdbscan import HDBSCAN

        least = min(max(2, round(size * self._each)), max(2, len(points) // 2))
        core = None if self._core is None else min(self._core, least)
        return HDBSCAN(
            min_cluster_size=least,
            min_samples=core,
            cluster_selection_method="eom",
            core_dist_n_jobs=1,
        ).fit(np.asarray(points, np.float64))


def apart(features: Vectors, labels: Numbers, seed: int) -> float:
    """How well groups are apart and how much they leave out, -1 to 1 (see `Clusters`)."""
    from sklearn.metrics import silhouette_score

    rows = np.flatnonzero(labels != NONE)
    share = len(rows) / len(labels)
    if len(rows) > _SAMPLE:
        rows = np.random.default_rng(seed).choice(rows, _SAMPLE, replace=False)
    if not 2 <= len(np.unique(labels[rows])) < len(rows):
        return -1.0
    return share * float(silhouette_score(features[rows], labels[rows], metric="cosine"))


def spanning(labels: Numbers, video: Numbers, least: int) -> Numbers:
    """Labels from 0 without the groups that have frames of too few videos.

    Args:
        labels: int [n].
        video: int [n], the video of each point.
        least: videos that a group must have.
    """
    kept = [
        label
        for label in np.unique(labels[labels != NONE]).tolist()
        if len(np.unique(video[labels == label])) >= least
    ]
    renumbered = np.full(len(labels), NONE, np.int64)
    for number, label in enumerate(kept):
        renumbered[labels == label] = number
    return renumbered


def laid_out(features: Vectors, seed: int) -> Reals:
    """Points on a plane, float64 [n, 2] from 0 to 1, alike ones together (UMAP)."""
    with _hushed():
        places = np.asarray(_umap(len(features), 2, seed, 0.1).fit_transform(features), np.float64)
    low, high = places.min(axis=0), places.max(axis=0)
    return (places - low) / np.maximum(high - low, 1e-9)


def _fitted(
    features: Vectors,
    documents: Sequence[str],
    clusters: Clusters,
    options: TopicOptions,
) -> tuple[Any, Numbers]:
    from bertopic import BERTopic
    from bertopic.vectorizers import ClassTfidfTransformer
    from sklearn.feature_extraction.text import CountVectorizer

    if len({word for document in documents for word in document.split()}) < 2:
        documents = [" ".join((*document.split(), *_NO_WORDS)) for document in documents]
    model = BERTopic(
        # else whatever is not an English letter is struck out
        language="multilingual",
        umap_model=_umap(len(features), _DIMENSIONS, options.seed, 0.0),
        hdbscan_model=clusters,
        vectorizer_model=CountVectorizer(analyzer=str.split),
        ctfidf_model=ClassTfidfTransformer(reduce_frequent_words=True),
        top_n_words=10,
    )
    with _hushed():
        topics, _ = model.fit_transform(list(documents), features)
        found = max(topics) + 1
        if options.most and found > options.most:
            model.reduce_topics(list(documents), nr_topics=options.most + (min(topics) == NONE))
            topics = model.topics_
    return model, np.asarray(topics, np.int64)


def _umap(count: int, dimensions: int, seed: int, apart: float) -> Any:
    from umap import UMAP

    return UMAP(
        n_neighbors=min(_NEIGHBOURS, count - 1),
        n_components=min(dimensions, count - 2),
        min_dist=apart,
        metric="cosine",
        # spectral layouts need many more points than dimensions
        init="spectral" if count > 10 * dimensions else "random",
        random_state=seed,
        n_jobs=1,
    )


@contextmanager
def _hushed() -> Iterator[None]:
    """Keep libraries from telling of their inner life."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logger = logging.getLogger("BERTopic")
        before = logger.level
        logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            logger.setLevel(before)


def _unit(vectors: npt.NDArray[Any]) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 1e-9, lengths, 1.0), np.float32)


def _check(count: int, thing: str) -> None:
    if count < FEWEST:
        number = f"{count} {thing}{'' if count == 1 else 's'}"
        raise TooFew(
            f"{number} are too few to find topics in" if count else f"there is no {thing}",
            remedy=f"index more videos, or let more pass: it takes {FEWEST} {thing}s at least",
        )
