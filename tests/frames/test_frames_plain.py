"""The plain ways to a few frames: at random times, and where the codec put its key frames."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from drawn_films import Drawn, scene

from scenewise.core.time import Span
from scenewise.frames.coded import CodedOptions, CodedSelector, CodedSource
from scenewise.frames.gaussian import GaussianOptions, GaussianSelector
from scenewise.media.reading import Film


def times(film: Drawn, **options: float) -> list[float]:
    selector = GaussianSelector(GaussianOptions(**options))  # type: ignore[arg-type]
    return [keyframe.time for keyframe in selector.select(film).keyframes]


def test_random_times_crowd_about_the_middle():
    film = Drawn(10_000, lambda i: np.full((2, 2, 3), i % 256, np.uint8), rate=100.0)
    drawn = np.array(times(film, count=400, spread=0.1, seed=3))
    assert abs(drawn.mean() - 50) < 2
    assert abs(drawn.std() - 10) < 1.5
    assert np.ptp(times(film, count=400, spread=10.0)) > 95, "a wide spread reaches both ends"


def test_another_seed_draws_other_times():
    film = Drawn(500, lambda i: scene(i // 50))
    assert times(film, seed=1) == times(film, seed=1)
    assert times(film, seed=1) != times(film, seed=2)
    assert len(times(film, seed=1)) == 5


def test_an_unknown_length_is_found_first():
    film = Drawn(500, lambda i: scene(i // 50), header=Span(0.0, 0.0))
    known = Drawn(500, lambda i: scene(i // 50))
    assert times(film, seed=1) == pytest.approx(times(known, seed=1))


class Whole(Drawn):
    """A film that knows every twelfth frame to be coded whole."""

    def key_frames(self):
        for frame in self.frames():
            if self.times.index(frame.time) % 12 == 0:
                yield frame


def test_the_codecs_key_frames_are_taken_and_thinned_out():
    film = Whole(100, lambda i: scene(i))
    assert isinstance(film, CodedSource)
    assert not isinstance(Drawn(1, scene), CodedSource)
    every = CodedSelector(CodedOptions(min_gap=0)).select(film).keyframes
    assert [film.times.index(k.time) for k in every] == list(range(0, 100, 12))
    thinned = CodedSelector(CodedOptions(min_gap=0.9)).select(film).keyframes
    assert [film.times.index(k.time) for k in thinned] == [0, 24, 48, 72, 96]


@pytest.mark.film
def test_a_real_films_key_frames_are_those_its_packets_mark(data: Path):
    film = Film(data / "film" / "sintel_trailer_52s.mp4")
    keyframes = CodedSelector(CodedOptions(min_gap=0)).select(film).keyframes
    assert len(keyframes) == 15
    assert keyframes[0].span.start == film.span.start
    assert keyframes[-1].span.end == pytest.approx(film.span.end)
    shown = list(film.at([k.time for k in keyframes]))
    assert [s.time for s in shown] == [k.time for k in keyframes]
