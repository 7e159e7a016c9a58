"""The sample of the paper: some videos of every scene, so that each is in both sets.

Source: Prakash et al. 2023, section 3. 65 videos of each of 15 named scenes and 25 of "Other"
make 1,000 to train on; 32 and 20 make 500 to test on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from scenewise.charades.data import NAMED_SCENES, OTHER, Video
from scenewise.charades.errors import SceneShort, TableInvalid
from scenewise.core.options import Checked, option

_TRAIN: Final = 0
_TEST: Final = 1


@dataclass(frozen=True)
class SampleOptions(Checked):
    """How many videos of each scene, and which."""

    train: int = option(65, "videos of each named scene to train on", low=0, group="Sample")
    train_other: int = option(25, 'videos of "Other" to train on', low=0, group="Sample")
    test: int = option(32, "videos of each named scene to test on", low=0, group="Sample")
    test_other: int = option(20, 'videos of "Other" to test on', low=0, group="Sample")
    short: str = option(
        "refuse",
        "a scene that has too few: refuse, or take all it has",
        choices=("refuse", "smaller"),
        group="Sample",
    )
    seed: int = option(
        0, "decides which are taken", low=0, high=2**32 - 1, flag="sample-seed", group="Sample"
    )


@dataclass(frozen=True)
class Shortfall:
    """A scene of which a sample has fewer videos than were wanted.

    Args:
        split: `train` or `test`.
        scene: its name.
        has, wanted: videos.
    """

    split: str
    scene: str
    has: int
    wanted: int

    def __str__(self) -> str:
        return f"{self.scene}: {self.has} of {self.wanted} ({self.split})"


@dataclass(frozen=True)
class Sample:
    """What was drawn.

    Args:
        train, test: by scene, and by id in each.
        short: scenes that had too few.
    """

    train: tuple[Video, ...]
    test: tuple[Video, ...]
    short: tuple[Shortfall, ...] = ()


def draw_sample(
    train: Sequence[Video], test: Sequence[Video], options: SampleOptions | None = None
) -> Sample:
    """The videos to train and to test on.

    What is drawn of a scene hangs on the seed and on that scene's ids alone, whatever their order:
    a video more in the kitchen changes nothing in the garage.

    Args:
        train, test: all there are; scenes that the paper does not know are never drawn.

    Raises:
        SceneShort: a scene has too few, and that is refused.
        TableInvalid: a video is in both.
    """
    chosen = options or SampleOptions()
    both = sorted({video.id for video in train} & {video.id for video in test})
    if both:
        raise TableInvalid(
            f"{len(both)} videos would be trained and tested on: {', '.join(both[:5])}",
            remedy="give two tables that share no video",
        )
    learnt, few = _drawn(train, "train", chosen.train, chosen.train_other, chosen.seed)
    tested, fewer = _drawn(test, "test", chosen.test, chosen.test_other, chosen.seed)
    short = few + fewer
    if short and chosen.short == "refuse":
        told = "; ".join(str(one) for one in short[:3]) + ("; …" if len(short) > 3 else "")
        raise SceneShort(
            f"{len(short)} scenes have too few videos: {told}",
            remedy="ask for fewer videos a scene, or take smaller scenes as they are",
        )
    return Sample(learnt, tested, short)


def _drawn(
    videos: Sequence[Video], split: str, each: int, other: int, seed: int
) -> tuple[tuple[Video, ...], tuple[Shortfall, ...]]:
    taken: list[Video] = []
    short = []
    number = _TRAIN if split == "train" else _TEST
    for at, scene in enumerate((*NAMED_SCENES, OTHER)):
        wanted = other if scene == OTHER else each
        there = sorted((video for video in videos if video.scene == scene), key=lambda v: v.id)
        rng = np.random.default_rng([seed, number, at])
        if len(there) < wanted:
            short.append(Shortfall(split, scene, len(there), wanted))
        places = rng.permutation(len(there))[:wanted]
        taken += [there[place] for place in sorted(places)]
    return tuple(taken), tuple(short)
