"""Evaluations of methods that nobody trained, for tests of tables and figures."""

from __future__ import annotations

import numpy as np

from scenewise.charades.data import SCENES
from scenewise.charades.evaluating import Evaluation, evaluate


def made_up(
    hits: dict[str, float], *, videos: int = 60, frames: int = 1, seed: int = 3
) -> dict[str, dict[str, Evaluation]]:
    """Methods that find the share of captions that is told, each in both parts of a set.

    Args:
        hits: share of held-out videos that a method finds; of those trained on it finds more.
        videos: held out; twice as many were trained on.
        frames: of a video in a method called `baseline`.
    """
    told: dict[str, dict[str, Evaluation]] = {}
    for at, (method, share) in enumerate(hits.items()):
        for split, count, found in (
            ("train", 2 * videos, min(1.0, 2 * share)),
            ("test", videos, share),
        ):
            rng = np.random.default_rng([seed, at, count])
            each = frames if method == "baseline" else 1
            of = np.repeat(np.arange(count), each).tolist()
            right = rng.random(count * each) < found
            places = np.where(right, 1, rng.integers(2, count, size=count * each))
            captions = {video: f"{'word ' * (1 + video % 9)}{video}" for video in range(count)}
            scenes = {video: SCENES[video % 16] for video in range(count)}
            one = evaluate(places, of, captions, scenes, resamples=400)
            told.setdefault(method, {})[split] = one
    return told
