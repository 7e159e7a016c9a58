"""How often a picture finds the caption of its video, counted as the paper counts it.

Source: Prakash et al. 2023, section 5, figures 2 to 4. Every picture (a frame, or a grid) asks
for its caption among those of all videos of its set; it counts if its own is the most alike.
All functions are pure.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from scenewise.metrics.intervals import Interval

Ranks = npt.NDArray[np.int64]

_AT_ONCE: Final = 4_000_000
"""Weights of resamples held in memory together: 32 MB of them."""


@dataclass(frozen=True)
class Count:
    """So many of so many, as the paper writes it: 34/1000."""

    right: int
    of: int

    @property
    def share(self) -> float:
        """From 0 to 1; 0 of none."""
        return self.right / self.of if self.of else 0.0

    def __str__(self) -> str:
        return f"{self.right}/{self.of}"


@dataclass(frozen=True)
class Lengths:
    """Mean length of captions in characters (figure 3).

    Args:
        correct: of the captions of videos that were found, one for each picture that found its
            own; None where none did.
        overall: of the captions of all videos.
    """

    correct: float | None
    overall: float


@dataclass(frozen=True)
class Evaluation:
    """What figures 2 to 4 tell of one set, and more.

    An interval is drawn over videos: frames of one video are alike. Where no picture is right,
    or all are, every resample says the same and the interval is a point: it then tells nothing
    about the next videos.

    Args:
        first: pictures whose own caption is the most alike (figure 2).
        fifth: pictures whose own caption is among the five most alike.
        first_share, fifth_share: the same as shares.
        median_rank: of the own caption, 1 is best.
        reciprocal_rank: mean of 1 / rank (MRR).
        captions: how many different ones there were to choose from.
        lengths: of captions, in characters.
        scenes: right answers by scene (figure 4), by the scene's name.
    """

    first: Count
    fifth: Count
    first_share: Interval
    fifth_share: Interval
    median_rank: Interval
    reciprocal_rank: Interval
    captions: int
    lengths: Lengths
    scenes: Mapping[str, Count] = field(default_factory=dict)

    @property
    def chance(self) -> float:
        """The share that guessing finds."""
        return 1 / self.captions


PAPER_COUNTS: Final[Mapping[tuple[str, str], Count]] = {
    ("baseline", "train"): Count(164, 26957),
    ("baseline", "test"): Count(0, 11949),
    ("final", "train"): Count(34, 1000),
    ("final", "test"): Count(1, 500),
}
"""Figure 2."""

PAPER_LENGTHS: Final[Mapping[str, Lengths]] = {
    "train": Lengths(78.18, 111.299),
    "test": Lengths(75.0, 114.022),
}
"""Figure 3, of the final model."""

PAPER_SCENES: Final[Mapping[str, Count]] = {
    "Basement": Count(4, 65),
    "Bathroom": Count(2, 65),
    "Bedroom": Count(0, 65),
    "Closet / Walk-in closet / Spear closet": Count(2, 65),
    "Dining room": Count(1, 65),
    "Entryway": Count(5, 65),
    "Garage": Count(0, 65),
    "Hallway": Count(1, 65),
    "Home Office / Study": Count(1, 65),
    "Kitchen": Count(3, 65),
    "Laundry room": Count(2, 65),
    "Living room": Count(3, 65),
    "Pantry": Count(4, 65),
    "Recreation room / Man cave": Count(3, 65),
    "Stairs": Count(2, 65),
    "Other": Count(1, 25),
}
"""Figure 4, of the final model on the videos it was trained on."""


def candidates(captions: Sequence[str]) -> tuple[list[str], npt.NDArray[np.int64]]:
    """The different captions of some videos, and which of them each video has.

    Two videos with the same words have one caption between them; as two candidates neither could
    ever be the most alike.
    """
    numbers = {text: at for at, text in enumerate(dict.fromkeys(captions))}
    return list(numbers), np.array([numbers[text] for text in captions], np.int64)


def ranks(similarities: npt.ArrayLike, own: npt.ArrayLike) -> Ranks:
    """The place of each picture's own caption, 1 for the most alike.

    Ties count against it: captions that are exactly as alike come first. (A model that finds
    everything equally alike knows nothing, and must not be right.)

    Args:
        similarities: pictures (rows) with different captions (columns), [n, m].
        own: the column of each picture's caption, [n].

    Raises:
        ValueError: the shapes do not fit, a similarity is not a number, or there is no such
            column.
    """
    table = np.asarray(similarities)
    right = np.asarray(own, np.int64)
    if table.ndim != 2 or right.shape != table.shape[:1]:
        raise ValueError(f"similarities of {table.shape} do not go with captions of {right.shape}")
    if right.size and not (right.min() >= 0 and right.max() < table.shape[1]):
        raise ValueError("a picture's own caption is not among the candidates")
    if np.isnan(table).any():
        raise ValueError("a similarity is not a number")
    mine = table[np.arange(len(table)), right][:, None]  # [n, 1]
    return np.asarray((table >= mine).sum(axis=1), np.int64)  # itself among them


def evaluate(
    places: Ranks,
    videos: Sequence[Hashable],
    captions: Mapping[Hashable, str],
    scenes: Mapping[Hashable, str] | None = None,
    *,
    seed: int = 0,
    level: float = 0.95,
    resamples: int = 2000,
) -> Evaluation:
    """Everything the paper tells of a model on one set, from the ranks of its pictures.

    Args:
        places: of each picture's own caption, [n].
        videos: which video each picture is of, [n].
        captions: of every video of the set, with or without pictures.
        scenes: of every video; None where they are not asked for.
        seed, level, resamples: of the bootstrap intervals.

    Raises:
        ValueError: there is no picture, a rank is below 1 or beyond the captions, a picture's
            video has no caption or scene, or level or resamples cannot be.
    """
    found = np.asarray(places, np.int64)
    if not found.size or found.ndim != 1 or len(videos) != found.size:
        raise ValueError(f"{len(videos)} videos do not go with ranks of {found.shape}")
    if any(video not in captions for video in videos):
        raise ValueError("a picture is of a video without caption")
    choices = len(set(captions.values()))
    if found.min() < 1 or found.max() > choices:
        raise ValueError(f"ranks go from 1 to {choices}")
    groups = {video: at for at, video in enumerate(dict.fromkeys(videos))}
    of = np.array([groups[video] for video in videos], np.int64)
    draws = _Draws(of, seed, level, resamples)
    right = found == 1
    return Evaluation(
        first=_count(right),
        fifth=_count(found <= 5),
        first_share=draws.mean(right.astype(np.float64)),
        fifth_share=draws.mean((found <= 5).astype(np.float64)),
        median_rank=draws.median(found.astype(np.float64)),
        reciprocal_rank=draws.mean(1 / found),
        captions=choices,
        lengths=caption_lengths(right, videos, captions),
        scenes=by_scene(right, videos, scenes) if scenes is not None else {},
    )


def caption_lengths(
    right: Sequence[bool] | npt.NDArray[np.bool_],
    videos: Sequence[Hashable],
    captions: Mapping[Hashable, str],
) -> Lengths:
    """Figure 3.

    Args:
        right: whether each picture found its caption, [n].
        videos: which video each is of, [n].
        captions: of every video of the set, at least one.
    """
    lengths = [len(captions[v]) for v, is_right in zip(videos, right, strict=True) if is_right]
    overall = float(np.mean([len(text) for text in captions.values()]))
    return Lengths(float(np.mean(lengths)) if lengths else None, overall)


def by_scene(
    right: Sequence[bool] | npt.NDArray[np.bool_],
    videos: Sequence[Hashable],
    scenes: Mapping[Hashable, str],
) -> dict[str, Count]:
    """Figure 4: scenes in the order of their names.

    Args:
        right: whether each picture found its caption, [n].
        videos: which video each is of, [n].
        scenes: of every video that has a picture.

    Raises:
        ValueError: a picture's video has no scene.
    """
    if any(video not in scenes for video in videos):
        raise ValueError("a picture is of a video without scene")
    told: dict[str, list[bool]] = {}
    for video, is_right in zip(videos, right, strict=True):
        told.setdefault(scenes[video], []).append(bool(is_right))
    return {scene: Count(sum(told[scene]), len(told[scene])) for scene in sorted(told)}


class _Draws:
    """Videos drawn with replacement, each with all its pictures.

    `metrics.intervals` draws one value a video; here a video has as many as it has frames, and
    the paper counts frames, so that what is drawn changes how many there are.
    """

    def __init__(self, of: npt.NDArray[np.int64], seed: int, level: float, resamples: int) -> None:
        if not 0 < level < 1 or resamples < 1:
            raise ValueError(f"no interval of level {level} from {resamples} resamples")
        self._of, self._level = of, level
        self._seed, self._resamples = seed, resamples
        self._videos = int(of.max()) + 1

    def mean(self, values: npt.NDArray[np.float64]) -> Interval:
        """Of all pictures."""
        sums = np.bincount(self._of, values, self._videos)
        counts = np.bincount(self._of, minlength=self._videos)
        means = [(drawn @ sums) / (drawn @ counts) for drawn in self._drawn(self._videos)]
        return self._interval(float(values.mean()), np.concatenate(means))

    def median(self, values: npt.NDArray[np.float64]) -> Interval:
        """Of all pictures; of an even number the lower one of the two in the middle, which is a
        rank that occurs."""
        order = np.argsort(values, kind="stable")
        sorted_values, of = values[order], self._of[order]
        medians = []
        for drawn in self._drawn(len(values)):
            so_far = np.cumsum(drawn[:, of], axis=1)  # [r, n]
            half = (so_far[:, -1:] + 1) // 2
            medians.append(sorted_values[(so_far >= half).argmax(axis=1)])
        middle = float(sorted_values[(len(values) - 1) // 2])
        return self._interval(middle, np.concatenate(medians))

    def _drawn(self, width: int) -> Iterator[npt.NDArray[np.int64]]:
        """How often each video is drawn, [r, videos], in parts of a bounded size."""
        rng = np.random.default_rng(self._seed)
        even = np.full(self._videos, 1 / self._videos)
        rows = max(1, _AT_ONCE // width)
        parts = [min(rows, self._resamples - at) for at in range(0, self._resamples, rows)]
        return (rng.multinomial(self._videos, even, size=part) for part in parts)

    def _interval(self, value: float, resampled: npt.NDArray[np.float64]) -> Interval:
        low, high = np.quantile(resampled, [(1 - self._level) / 2, (1 + self._level) / 2])
        return Interval(value, float(low), float(high), self._level)


def _count(right: npt.NDArray[np.bool_]) -> Count:
    return Count(int(right.sum()), int(right.size))
