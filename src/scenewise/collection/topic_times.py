"""Topics by month, by account, and by both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from scenewise.collection.topic_material import Material
from scenewise.collection.topic_results import NONE, Share, VideoTopics

Numbers = npt.NDArray[np.int64]


def mixtures(material: Material, topics: Numbers) -> tuple[VideoTopics, ...]:
    """The topics of each video from those of its frames.

    Of topics with equal shares the one with more frames in all is the main one.

    Args:
        material: the frames.
        topics: int [n], of the frames.
    """
    counts: list[dict[int, int]] = [defaultdict(int) for _ in material.videos]
    for place, topic in zip(material.video.tolist(), topics.tolist(), strict=True):
        counts[place][topic] += 1
    found = []
    for video, of in zip(material.videos, counts, strict=True):
        total = sum(of.values())
        order = sorted(of, key=lambda topic: (topic == NONE, -of[topic], topic))
        mixture = {topic: of[topic] / total for topic in order}
        found.append(VideoTopics(video.id, video.account, video.posted, order[0], mixture))
    return tuple(found)


def shares(videos: Sequence[VideoTopics]) -> tuple[Share, ...]:
    """How much there is of each topic: in all, by month, by account, and by both.

    Args:
        videos: with their topics; those of no known date or account count where they can.

    Returns:
        In the order of account, month and topic.
    """
    weights: dict[tuple[str, str, int], float] = defaultdict(float)
    mains: dict[tuple[str, str, int], int] = defaultdict(int)
    for video in videos:
        for account in {"", video.account}:
            for month in {"", video.month}:
                mains[account, month, video.main] += 1
                for topic, share in video.mixture.items():
                    weights[account, month, topic] += share
    totals: dict[tuple[str, str], float] = defaultdict(float)
    for (account, month, _), weight in weights.items():
        totals[account, month] += weight
    return tuple(
        Share(account, month, topic, mains[account, month, topic], weight,
              weight / totals[account, month])
        for (account, month, topic), weight in sorted(weights.items())
    )  # fmt: skip
