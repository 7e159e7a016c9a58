"""What every selector promises, over films with known pictures."""

from __future__ import annotations

import gc
from itertools import pairwise

import numpy as np
import pytest
from drawn_films import Drawn, black, scene, scenes
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.core.errors import NotAVideo, ScenewiseError
from scenewise.core.media_types import Image, Selection
from scenewise.core.plugins import load
from scenewise.core.ports import FrameSelector
from scenewise.core.time import Span

NAMES = ["shots", "paper", "kmeans", "uniform", "clarity-colour", "gaussian", "iframes"]


def check(selection: Selection, film: Drawn) -> None:
    """Spans in order, contiguous, covering the film, each around its key frame."""
    keyframes = selection.keyframes
    assert keyframes
    assert keyframes[0].span.start == film.span.start
    assert keyframes[-1].span.end == film.span.end
    for before, after in pairwise(keyframes):
        assert before.span.end == after.span.start
        assert before.time < after.time
    for keyframe in keyframes:
        assert keyframe.span.contains(keyframe.time)
        assert 0 <= keyframe.novelty <= 1
        number = film.times.index(keyframe.time)
        off = np.abs(keyframe.image.astype(int) - film.draw(number)).mean()
        assert off < 20, "the picture is the one shown at that time"
        times = [frame.time for frame in keyframe.neighbours]
        assert times == sorted(set(times))
        assert keyframe.time not in times
        assert all(keyframe.span.contains(time) for time in times)
    for before, after in pairwise(selection.shots):
        assert before.span.end == after.span.start
    for tree in selection.hierarchies:
        n = len(tree.times)
        assert tree.complexity.shape == (n,)
        assert tree.linkage.shape == (n - 1, 4)
        assert n <= 2000
    assert selection.settings["selector"]


@pytest.fixture(params=NAMES)
def selector(request: pytest.FixtureRequest) -> FrameSelector:
    made: FrameSelector = load("selector", request.param)()
    assert isinstance(made, FrameSelector)
    assert made.name == request.param
    return made


def test_spans_are_contiguous_and_cover_the_film(selector: FrameSelector):
    film = Drawn(500, scenes(100))
    check(selector.select(film), film)


def test_the_same_film_gives_the_same_selection(selector: FrameSelector):
    first, second = (selector.select(Drawn(300, scenes(70))) for _ in range(2))
    assert [k.time for k in first.keyframes] == [k.time for k in second.keyframes]
    assert [k.span for k in first.keyframes] == [k.span for k in second.keyframes]
    for a, b in zip(first.keyframes, second.keyframes, strict=True):
        assert a.novelty == b.novelty
        assert np.array_equal(a.image, b.image)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 6])
def test_films_of_a_few_frames(selector: FrameSelector, count: int):
    film = Drawn(count, lambda i: scene(i))
    check(selector.select(film), film)


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_film_of_one_colour_still_has_a_key_frame(selector: FrameSelector, shade: int):
    film = Drawn(120, lambda _: np.full((90, 160, 3), shade, np.uint8))
    check(selector.select(film), film)


def test_a_film_that_never_changes(selector: FrameSelector):
    film = Drawn(120, lambda _: scene(1))
    check(selector.select(film), film)


def test_an_unknown_duration_ends_with_the_last_frame(selector: FrameSelector):
    film = Drawn(250, scenes(60), header=Span(0.0, 0.0))
    keyframes = selector.select(film).keyframes
    assert keyframes[-1].span.end == pytest.approx(10.0)


def test_a_header_that_knows_of_more_time_is_believed(selector: FrameSelector):
    film = Drawn(100, scenes(50), header=Span(0.0, 9.0))
    check(selector.select(film), film)


def test_a_film_that_begins_late(selector: FrameSelector):
    film = Drawn(100, scenes(50), times=[1.075 + i / 25 for i in range(100)])
    selection = selector.select(film)
    check(selection, film)
    assert selection.keyframes[0].span.start == 1.075


def test_a_film_without_frames_is_no_video(selector: FrameSelector):
    with pytest.raises(NotAVideo):
        selector.select(Drawn(0, black, header=Span(0.0, 3.0)))


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (8, 300), (300, 8)])
def test_pictures_of_odd_sizes(selector: FrameSelector, size: tuple[int, int]):
    def draw(number: int) -> Image:
        return np.full((*size, 3), 60 * (number // 20), np.uint8)

    film = Drawn(80, draw)
    check(selector.select(film), film)


def test_no_picture_stays_decoded(selector: FrameSelector):
    film = Drawn(400, scenes(50))
    selection = selector.select(film)
    for keyframe in selection.keyframes:
        assert keyframe.image.shape == (90, 160, 3)
    gc.collect()
    held = [f for k in selection.keyframes for f in (k.frame, *k.neighbours)]
    assert all(f._pixels is None for f in held)
    packed = sum(len(f.data) for f in held)
    assert packed < 0.4 * len(held) * 90 * 160 * 3


@settings(max_examples=25, deadline=None)
@given(
    lengths=st.lists(st.integers(1, 60), min_size=1, max_size=5),
    steps=st.sampled_from([[0.04], [1 / 30, 0.05], [0.5, 0.01, 0.2], [3.0]]),
    name=st.sampled_from(["shots", "paper", "uniform", "clarity-colour", "gaussian", "iframes"]),
    dark=st.sets(st.integers(0, 4)),
)
def test_any_film_any_rate(lengths: list[int], steps: list[float], name: str, dark: set[int]):
    which = np.repeat(np.arange(len(lengths)), lengths)
    times = np.cumsum([steps[i % len(steps)] for i in range(len(which))]).tolist()
    film = Drawn(
        len(which),
        lambda i: black(i) if int(which[i]) in dark else scene(int(which[i])),
        times=times,
    )
    check(load("selector", name)().select(film), film)


def test_bad_options_are_refused():
    from scenewise.frames.clarity import ClarityOptions
    from scenewise.frames.coded import CodedOptions
    from scenewise.frames.gaussian import GaussianOptions
    from scenewise.frames.kmeans import KMeansOptions
    from scenewise.frames.paper import PaperOptions
    from scenewise.frames.shots import ShotOptions
    from scenewise.frames.uniform import UniformOptions

    for make in (
        lambda: ShotOptions(rate=0),
        lambda: ShotOptions(threshold=-1),
        lambda: PaperOptions(every=0),
        lambda: KMeansOptions(criterion="guess"),
        lambda: UniformOptions(interval=0),
        lambda: ClarityOptions(count=0),
        lambda: GaussianOptions(spread=0),
        lambda: CodedOptions(min_gap=-1),
    ):
        with pytest.raises(ScenewiseError):
            make()
