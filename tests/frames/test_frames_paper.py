"""Chen (2025) to the letter, beside the alternatives that the paper tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, linkage

from scenewise.core.media_types import Frame, Image
from scenewise.core.time import Span
from scenewise.frames.complexity import Signal
from scenewise.frames.hierarchy import flat, ward
from scenewise.frames.kmeans import KMeansOptions, KMeansSelector, elbow
from scenewise.frames.paper import PaperOptions, PaperSelector
from scenewise.frames.uniform import UniformOptions, UniformSelector


class Stack:
    """A film of given pictures at given times."""

    def __init__(self, pictures: Sequence[Image], times: Sequence[float]) -> None:
        self.pictures, self.times = pictures, list(times)
        self.span = Span(times[0], times[-1] + 0.04)
        self.fetched: list[float] = []

    def frames(self) -> Iterator[Frame]:
        for time, picture in zip(self.times, self.pictures, strict=True):
            yield Frame(time, picture)

    def at(self, times: Sequence[float]) -> Iterator[Frame]:
        for time in times:
            self.fetched.append(time)
            yield Frame(time, self.pictures[self.times.index(time)])


def film(seed: int = 0) -> Stack:
    """Stretches of different complexity, in colours that tell RGB from BGR, uneven times."""
    rng = np.random.default_rng(seed)
    pictures: list[Image] = []
    for amount in (5, 60, 20, 90, 35):
        base = np.full((72, 128, 3), (220, 120, 20), np.float64)
        for _ in range(50):
            noise = rng.normal(0, amount, base.shape)
            pictures.append(np.clip(base + noise, 0, 255).astype(np.uint8))
    return Stack(pictures, np.cumsum(rng.choice([0.02, 0.04, 0.1], 250)).tolist())


def test_key_frames_are_those_of_the_published_method():
    reel = film()
    numbers = np.arange(0, len(reel.pictures), 4)
    sizes = [
        len(cv2.imencode(".jpg", cv2.cvtColor(reel.pictures[n], cv2.COLOR_RGB2BGR))[1])
        for n in numbers
    ]

    def scaled(values: Sequence[float]) -> np.ndarray:
        array = np.asarray(values, float)
        return (array - array.min()) / (array.max() - array.min())

    points = np.column_stack([scaled(numbers), scaled(sizes)])
    labels = fcluster(linkage(points, "ward"), t=1, criterion="distance")
    wanted = []
    for label in set(labels):
        members = numbers[labels == label]
        wanted.append(reel.times[members[len(members) // 2]])
    selection = PaperSelector().select(reel)
    assert [k.time for k in selection.keyframes] == sorted(wanted)
    assert len(wanted) > 2
    assert reel.fetched == sorted(wanted), "only the key frames are read back"
    tree = selection.hierarchies[0]
    assert tree.complexity.tolist() == sizes
    assert tree.times.tolist() == [reel.times[n] for n in numbers]
    assert tree.threshold == 1.0


def test_four_stretches_make_the_four_clusters_of_the_papers_figure():
    rng = np.random.default_rng(0)
    count = 450  # a minute at 30 frames a second, every fourth frame
    levels = np.repeat([40_000, 90_000, 30_000, 65_000], 113)[:count]
    signal = Signal(
        np.arange(count) * 4,
        np.arange(count) * 4 / 30,
        levels + rng.normal(0, 1500, count),
        Span(0, 60),
    )
    points = signal.scaled()
    assert points.min() == 0
    assert points.max() == 1
    assert len(np.unique(flat(ward(points), 1.0))) == 4
    for other in ("single", "average"):
        assert len(np.unique(fcluster(linkage(points, other), 1, "distance"))) == 1


def test_the_threshold_and_the_step_matter():
    reel = film()
    few = PaperSelector(PaperOptions(threshold=3.0)).select(reel)
    many = PaperSelector(PaperOptions(threshold=0.2)).select(reel)
    assert len(few.keyframes) < len(PaperSelector().select(reel).keyframes) < len(many.keyframes)
    step = PaperSelector(PaperOptions(every=10)).select(reel)
    assert len(step.hierarchies[0].times) == 25
    assert step.settings == {"selector": "paper", "every": 10, "threshold": 1.0}


def test_a_long_signal_draws_as_a_tree_of_bounded_size():
    picture = np.zeros((2, 2, 3), np.uint8)
    pictures = [np.full_like(picture, i % 7 * 30) for i in range(9000)]
    reel = Stack(pictures, [i / 25 for i in range(9000)])
    tree = PaperSelector(PaperOptions(every=1)).select(reel).hierarchies[0]
    assert len(tree.times) == 2000
    assert tree.times.min() >= 0
    assert tree.times.max() <= reel.times[-1]


def test_kmeans_makes_the_clusters_asked_for_and_is_seeded():
    reel = film()
    first, again = (KMeansSelector(KMeansOptions(count=5)).select(reel) for _ in range(2))
    assert len(first.keyframes) == 5
    assert [k.time for k in first.keyframes] == [k.time for k in again.keyframes]


@pytest.mark.parametrize("criterion", ["silhouette", "elbow"])
def test_kmeans_finds_a_number_within_bounds(criterion: str):
    selection = KMeansSelector(KMeansOptions(criterion=criterion, most=8)).select(film())
    assert 2 <= len(selection.keyframes) <= 8
    assert selection.settings["found"] == len(selection.keyframes)


def test_the_elbow_is_where_the_curve_bends():
    assert elbow(np.array([100.0, 40, 10, 9, 8, 7, 6])) == 2
    assert elbow(np.array([3.0, 3.0, 3.0])) == 0


def test_uniform_by_interval_takes_the_middle_of_each_stretch():
    times = [i / 10 for i in range(100)]
    reel = Stack([np.zeros((4, 4, 3), np.uint8)] * 100, times)
    keyframes = UniformSelector(UniformOptions(interval=2.0)).select(reel).keyframes
    assert [k.time for k in keyframes] == pytest.approx([1, 3, 5, 7, 9])
    assert [k.span.start for k in keyframes] == pytest.approx([0, 2, 4, 6, 8])
    assert reel.fetched == [], "one pass is enough"


@pytest.mark.parametrize("count", [1, 7, 100, 1000])
def test_uniform_by_count_gives_that_many(count: int):
    times = [i / 10 for i in range(100)]
    reel = Stack([np.zeros((4, 4, 3), np.uint8)] * 100, times)
    keyframes = UniformSelector(UniformOptions(count=count)).select(reel).keyframes
    assert len(keyframes) == min(count, 100)
    lengths = [k.span.duration for k in keyframes]
    assert max(lengths) - min(lengths) <= 0.11


def test_uniform_leaves_out_stretches_without_a_frame():
    reel = Stack([np.zeros((4, 4, 3), np.uint8)] * 3, [0.0, 11.0, 30.0])
    keyframes = UniformSelector(UniformOptions(interval=5.0)).select(reel).keyframes
    assert [k.time for k in keyframes] == [0.0, 11.0, 30.0]
    assert [k.span.start for k in keyframes] == [0.0, 10.0, 30.0]
