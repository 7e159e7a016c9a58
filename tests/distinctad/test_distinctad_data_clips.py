"""The frames of clips are those on screen at their times, found in one pass."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from distinctad_data_films import Told
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.core.errors import OptionInvalid
from scenewise.core.media_types import Frame, Image
from scenewise.core.time import Span
from scenewise.distinctad.clips import ClipOptions, clip_pictures, frame_times


def kept(frame: Frame) -> Image:
    return np.array(frame.scaled(2, 2))


def numbers(film: Told, times: Sequence[Sequence[float]]) -> dict[tuple[int, int], int]:
    found: dict[tuple[int, int], int] = {}
    for picture in clip_pictures(film, times, kept):
        for place in picture.places:
            assert place not in found
            assert film.times[int(picture.image[0, 0, 0])] == picture.time
            found[place] = int(picture.image[0, 0, 0])
    return found


def test_frames_lie_in_the_middles_of_equal_parts() -> None:
    assert frame_times(Span(10, 14), 4) == [10.5, 11.5, 12.5, 13.5]
    assert frame_times(Span(10, 14), 1) == [12.0]


def test_short_clips_can_be_widened_about_their_middle() -> None:
    assert frame_times(Span(10, 11), 2, least=2.0) == [10.0, 11.0]
    assert frame_times(Span(10, 14), 2, least=2.0) == [11.0, 13.0]
    assert frame_times(Span(0.2, 0.4), 2, least=2.0) == [0.5, 1.5]  # nothing is before the film


def test_a_steady_film_takes_one_pass_and_nothing_is_sought() -> None:
    film = Told([k / 25 for k in range(250)], 10.0)
    times = [frame_times(Span(start, start + 2.2), 8) for start in (7.5, 0.0, 1.0, 1.1)]
    found = numbers(film, times)
    assert found == {
        (clip, slot): film.number(time)
        for clip, frames in enumerate(times)
        for slot, time in enumerate(frames)
    }
    assert (film.passes, film.sought) == (1, 0)


def test_a_frame_that_many_clips_have_is_made_once() -> None:
    film = Told([0.0, 1.0, 2.0], 3.0)
    pictures = list(clip_pictures(film, [[1.2, 1.4], [1.9]], kept))
    assert [picture.places for picture in pictures] == [[(0, 0), (0, 1), (1, 0)]]


def test_times_before_the_first_frame_and_after_the_last() -> None:
    film = Told([1.0, 2.0, 3.0], 4.0)
    assert numbers(film, [[0.0, 0.5, 3.5, 99.0]]) == {(0, 0): 0, (0, 1): 0, (0, 2): 2, (0, 3): 2}


def test_a_frame_that_stays_long_all_of_a_sudden_is_sought_afterwards() -> None:
    film = Told([0.0, 0.1, 0.2, 0.3, 9.0, 9.1], 9.2)
    assert numbers(film, [[0.15, 5.0], [9.05]]) == {(0, 0): 1, (0, 1): 3, (1, 0): 4}
    assert film.sought == 1


def test_no_clips_and_no_frames() -> None:
    assert numbers(Told([0.0, 1.0], 2.0), []) == {}
    assert numbers(Told([0.0], 2.0), [[1.0]]) == {(0, 0): 0}


@settings(deadline=None)
@given(
    st.lists(st.floats(0.01, 3.0), min_size=1, max_size=30),
    st.lists(st.lists(st.floats(0, 60), min_size=1, max_size=4), max_size=6),
    st.floats(0, 5),
)
def test_whatever_the_times_it_is_the_frame_on_screen(
    gaps: list[float], times: list[list[float]], first: float
) -> None:
    starts = [first + at for at in np.cumsum([0.0, *gaps]).tolist()]
    film = Told(starts, starts[-1] + 1)
    expected = {
        (clip, slot): film.number(time)
        for clip, frames in enumerate(times)
        for slot, time in enumerate(frames)
    }
    assert numbers(film, times) == expected


def test_options_have_ranges() -> None:
    assert ClipOptions().frames == 8
    with pytest.raises(OptionInvalid, match="--clip-frames"):
        ClipOptions(frames=0)
