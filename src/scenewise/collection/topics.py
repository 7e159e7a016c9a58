"""Topics of a collection: what its videos are about, who is about what, and when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from scenewise.collection.topic_labels import (
    Ranked,
    exemplars,
    labels,
    phrases_for,
    seen,
    written_about,
)
from scenewise.collection.topic_map import mapped
from scenewise.collection.topic_material import Material, Read, gathered
from scenewise.collection.topic_models import Grouping, grouped
from scenewise.collection.topic_options import TopicOptions
from scenewise.collection.topic_quality import coherence, diversity, likeness
from scenewise.collection.topic_results import NONE, Quality, Topic, Topics, VideoTopics
from scenewise.collection.topic_texts import telling
from scenewise.collection.topic_times import mixtures, shares
from scenewise.collection.types import Matrix
from scenewise.core.ports import Embedder
from scenewise.core.progress import Progress, Silent

Numbers = npt.NDArray[np.int64]

_MORE: Final = 1.5
"""How many times as often a word of a topic must be written about its videos as about others."""


def find_topics(
    store: Read,
    embedder: Embedder | None = None,
    *,
    options: TopicOptions | None = None,
    only: Collection[str] | None = None,
    about: Sequence[str] = (),
    progress: Progress | None = None,
) -> Topics:
    """The topics of a collection, or of some videos of it.

    Args:
        store: the collection.
        embedder: of the model that made its vectors; without it topics have no names but
            those from texts.
        options: how topics are found.
        only: ids of the videos that are looked at; None for all.
        about: which these are, a phrase each, for whoever reads the result.
        progress: told of every step.

    Raises:
        TooFew: there are too few frames or videos to group.
    """
    options = options or TopicOptions()
    progress = progress or Silent()
    with progress.step("Reading the collection"):
        material = gathered(store, only)
    with progress.step("Finding topics"):
        grouping = grouped(material, options)
    paper = options.mode == "paper"
    topics = grouping.topics[material.video] if paper else grouping.topics
    texts = material.of_videos
    found = len(grouping.words)
    with progress.step("Naming topics"):
        words = _own(grouping, topics, material, texts)
        sights: tuple[Ranked, ...] = ((),) * found
        if embedder is not None:
            sights = seen(material.vectors, topics, embedder, phrases_for(embedder), found)
        names = labels(words, written_about(words, topics, material.video, texts), sights)
    videos = mixtures(material, topics)
    with progress.step("Drawing a map"):
        plane = mapped(material, grouping, paper=paper, seed=options.seed)
    return Topics(
        _topics(material, topics, videos, names, words, sights, options.exemplars),
        videos,
        shares(videos),
        _quality(material, topics, videos, words, texts, store.matrix(), options.seed),
        plane,
        tuple(about),
        grouping.smallest,
        _notes(material, videos, found),
    )


def _own(
    grouping: Grouping, topics: Numbers, material: Material, texts: Sequence[Sequence[str]]
) -> tuple[Ranked, ...]:
    """The words of each topic that stand in texts about two of its videos at least, and about
    more of them than of the others."""
    told = [frozenset(text) for text in telling(texts)]
    every = Counter(word for text in told for word in text)
    kept = []
    for number, words in enumerate(grouping.words):
        places = np.unique(material.video[topics == number]).tolist()
        counts = Counter(word for place in places for word in told[place])
        others = max(1, len(told) - len(places))
        kept.append(
            tuple(
                (word, weight)
                for word, weight in words
                if counts[word] >= 2
                and counts[word] / len(places) >= _MORE * (every[word] - counts[word]) / others
            )
        )
    return tuple(kept)


def _topics(
    material: Material,
    topics: Numbers,
    videos: Sequence[VideoTopics],
    names: Sequence[str],
    words: Sequence[Ranked],
    sights: Sequence[Ranked],
    most: int,
) -> tuple[Topic, ...]:
    main = Counter(video.main for video in videos)
    weight: Counter[int] = Counter()
    for video in videos:
        weight.update(video.mixture)  # shares, no counts
    return tuple(
        Topic(
            number,
            names[number],
            words[number],
            sights[number],
            int((topics == number).sum()),
            len(np.unique(material.video[topics == number])),
            main[number],
            float(weight[number]),
            exemplars(material, topics, number, most),
        )
        for number in range(len(names))
    )


def _quality(
    material: Material,
    topics: Numbers,
    videos: Sequence[VideoTopics],
    words: Sequence[Ranked],
    texts: Sequence[Sequence[str]],
    matrix: Matrix,
    seed: int,
) -> Quality:
    only = [[word for word, _ in ranked] for ranked in words]
    return Quality(
        coherence(only, texts),
        diversity(only),
        likeness(material, topics, matrix, seed),
        float((topics == NONE).mean()),
        sum(1 for video in videos if video.main == NONE) / len(videos),
    )


def _notes(material: Material, videos: Sequence[VideoTopics], found: int) -> tuple[str, ...]:
    notes = []
    if not found:
        notes.append("no group of videos is dense and apart enough to be a topic")
    undated = sum(1 for video in videos if video.posted is None)
    if undated:
        number = "1 video is" if undated == 1 else f"{undated} videos are"
        notes.append(f"{number} of no known date and in no month")
    if not any(material.words):
        notes.append("there are no texts; topics are named by what is seen in them")
    return tuple(notes)
