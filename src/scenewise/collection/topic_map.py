"""Where frames lie on a plane on which those that are alike lie together."""

from __future__ import annotations

from typing import Final

import numpy as np

from scenewise.collection.topic_material import Material
from scenewise.collection.topic_models import Grouping, laid_out
from scenewise.collection.topic_results import TopicMap

_MOST: Final = 1500
"""Points of the map; of more, some are drawn by lot. A page with more of them is slow."""


def mapped(material: Material, grouping: Grouping, *, paper: bool, seed: int) -> TopicMap:
    """The map of what was grouped: frames, or videos in the mode of the paper.

    Args:
        material: the frames.
        grouping: their topics.
        paper: whether videos were grouped.
        seed: which points are drawn, and how they come to lie.
    """
    count = len(grouping.features)
    rows = np.arange(count)
    if count > _MOST:
        rows = np.sort(np.random.default_rng(seed).choice(count, _MOST, replace=False))
    video = rows if paper else material.video[rows]
    times = (-1.0,) * len(rows) if paper else tuple(material.time[rows].astype(float).tolist())
    return TopicMap(
        tuple(material.videos[at].id for at in video.tolist()),
        times,
        grouping.topics[rows],
        laid_out(grouping.features[rows], seed),
    )
