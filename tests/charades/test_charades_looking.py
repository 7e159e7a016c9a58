"""Every n-th frame of a video, and more of short ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.charades.looking import LookOptions, frames_at, looked_at
from scenewise.core.media_types import Frame
from scenewise.core.time import Span
from scenewise.media.reading import Film


class Counted:
    """A film whose frames are told by their time; counts how often it is read."""

    def __init__(self, count: int) -> None:
        self.count, self.passes = count, 0

    @property
    def span(self) -> Span:
        return Span(0, self.count / 10)

    def frames(self) -> Iterator[Frame]:
        self.passes += 1
        for at in range(self.count):
            yield Frame(at / 10, np.full((4, 6, 3), at % 251, np.uint8))

    def at(self, times: Sequence[float]) -> Iterator[Frame]:
        for time in times:
            yield Frame(time, np.full((4, 6, 3), round(time * 10) % 251, np.uint8))


def numbers(frames: Sequence[Frame]) -> list[int]:
    return [round(frame.time * 10) for frame in frames]


def test_every_fiftieth_frame_in_one_pass() -> None:
    film = Counted(180)
    assert numbers(looked_at(film)) == [0, 50, 100, 150]
    assert film.passes == 1


def test_a_short_video_is_looked_at_more_often() -> None:
    film = Counted(180)
    assert numbers(looked_at(film, LookOptions(least=9))) == list(range(0, 180, 22))
    assert film.passes == 2
    assert numbers(looked_at(Counted(5), LookOptions(least=9))) == [0, 1, 2, 3, 4]
    assert numbers(looked_at(Counted(500), LookOptions(least=9))) == list(range(0, 500, 50))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 90), st.integers(1, 30), st.integers(0, 20))
def test_there_are_as_many_as_wanted_wherever_there_can_be(
    count: int, every: int, least: int
) -> None:
    got = numbers(looked_at(Counted(count), LookOptions(every=every, least=least)))
    assert got[0] == 0
    assert len(got) >= min(least, count)
    steps = set(np.diff(got).tolist())
    assert len(steps) <= 1
    assert all(step <= every for step in steps)


@pytest.mark.slow
def test_frames_of_a_drawn_video_are_found_again_by_their_times(drawn_set: Path) -> None:
    path = next(iter(sorted((drawn_set / "Charades_v1_480").iterdir())))
    film = Film(path)
    kept = looked_at(film, LookOptions(least=9, side=32))
    assert len(kept) >= 9
    assert max(kept[0].width, kept[0].height) == 32
    again = frames_at(film, [frame.time for frame in kept])
    assert [frame.time for frame in again] == [frame.time for frame in kept]
    assert (again[0].width, again[0].height) == (64, 64)
    for full, small in zip(again, kept, strict=True):
        assert np.abs(full.scaled(32, 32).astype(int) - small.image).mean() < 8
