"""The places of the drawn world: the same for the same seed, each its own, at any size."""

from __future__ import annotations

from itertools import combinations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.core.media_types import Image
from scenewise.synthetic.settings import CHARADES_ROOMS, draw_setting, tint
from scenewise.synthetic.weather import draw_weather
from scenewise.synthetic.world import HOURS, SETTINGS, WEATHERS

NAMES = [one.name for one in SETTINGS]
OUTDOORS = [one.name for one in SETTINGS if one.outdoors]
EVERY = sorted({*NAMES, *CHARADES_ROOMS.values()})


@pytest.mark.slow
@given(
    st.sampled_from(EVERY),
    st.sampled_from([(64, 64), (113, 64), (64, 113), (192, 192), (320, 180), (180, 320)]),
    st.sampled_from(HOURS),
    st.sampled_from(WEATHERS),
    st.integers(0, 10**9),
)
@settings(max_examples=150, deadline=None)
def test_every_place_fills_every_picture(
    name: str, size: tuple[int, int], hour: str, weather: str, seed: int
) -> None:
    width, height = size
    place = draw_setting(name, width, height, hour=hour, weather=weather, seed=seed)  # type: ignore[arg-type]
    assert place.back.shape == (height, width, 3)
    assert place.back.dtype == np.uint8
    assert place.back.flags.c_contiguous
    assert 0.8 <= place.ground <= 0.9
    # nothing was left undrawn, and no field is flat
    assert (place.back.max(axis=2) <= 4).mean() < 0.1
    assert place.back[-height // 5 :].std() > 2
    if place.front is not None:
        assert place.front.shape == (height, width, 4)
        assert place.front.dtype == np.uint8
        cover = place.front[..., 3] > 0
        assert 0.005 < cover.mean() <= 0.25


@pytest.mark.parametrize("name", EVERY)
def test_the_seed_decides_all(name: str) -> None:
    one, same, other = (draw_setting(name, 160, 120, seed=seed) for seed in (3, 3, 4))
    assert np.array_equal(one.back, same.back)
    assert one.ground == same.ground
    assert np.abs(one.back.astype(int) - other.back).mean() > 5


def test_large_pictures_show_the_same_place() -> None:
    small = draw_setting("street", 160, 90, seed=8).back
    large = cv2.resize(
        draw_setting("street", 1280, 720, seed=8).back, (160, 90), interpolation=cv2.INTER_AREA
    )
    other = draw_setting("street", 160, 90, seed=9).back
    apart = np.abs(small.astype(int) - large).mean()
    assert apart < np.abs(small.astype(int) - other).mean() / 2


def _thumbs(name: str, seeds: range) -> np.ndarray:
    # of each place and of its mirror image, since places are drawn both ways
    thumbs = [
        cv2.resize(
            draw_setting(name, 128, 128, seed=seed).back, (16, 16), interpolation=cv2.INTER_AREA
        )
        for seed in seeds
    ]
    thumbs += [one[:, ::-1] for one in thumbs]
    return np.array(thumbs, float).reshape(len(thumbs), -1)


def test_no_two_places_are_alike() -> None:
    names = [name for name in EVERY if name != "other"]
    thumbs = {name: _thumbs(name, range(6)) for name in names}
    for one, other in combinations(names, 2):
        apart = np.abs(thumbs[one][:, None] - thumbs[other][None]).mean(axis=2)
        assert apart.min() > 12, (one, other)


@pytest.mark.slow
def test_a_place_is_not_given_away_by_its_mean_colour() -> None:
    means = np.array([
        [draw_setting(name, 64, 64, seed=seed).back.mean(axis=(0, 1)) for seed in range(40)]
        for name in NAMES
    ])  # fmt: skip
    centres = means[:, :20].mean(axis=1)
    tried = np.linalg.norm(means[:, 20:, None] - centres[None, None], axis=-1).argmin(axis=-1)
    right = (tried == np.arange(len(NAMES))[:, None]).mean()
    assert right < 0.7


@pytest.mark.parametrize("name", OUTDOORS)
def test_hours_and_weather_show_outdoors(name: str) -> None:
    def mean(hour: str, weather: str) -> np.ndarray:
        places = [draw_setting(name, 96, 96, hour=hour, weather=weather, seed=k) for k in range(4)]  # type: ignore[arg-type]
        return np.mean([place.back.mean(axis=(0, 1)) for place in places], axis=0)

    day, evening, night = (mean(hour, "clear") for hour in HOURS)
    assert day.mean() > evening.mean() > night.mean() > 25
    assert evening[0] - evening[2] > day[0] - day[2]
    assert mean("day", "snow").mean() > mean("day", "rain").mean()


def test_something_stands_in_front_about_one_time_in_three() -> None:
    fronts = [
        draw_setting(NAMES[seed % 12], 64, 64, seed=seed).front is not None for seed in range(240)
    ]
    assert 0.25 < np.mean(fronts) < 0.45


def test_rooms_of_charades_have_their_official_number() -> None:
    assert len(CHARADES_ROOMS) == 16
    assert len(set(CHARADES_ROOMS.values())) == 16


def test_light_dims_towards_the_night() -> None:
    for outdoors in (True, False):
        day, evening, night = (sum(tint(hour, outdoors)) for hour in HOURS)
        assert day > evening > night > 1


def test_an_unknown_place_is_an_error() -> None:
    with pytest.raises(KeyError):
        draw_setting("moon", 64, 64, seed=0)


def _canvas() -> Image:
    return np.full((128, 128, 3), 90, np.uint8)


@pytest.mark.parametrize("weather", ["rain", "snow", "fog"])
def test_weather_moves_with_time_and_is_the_same_again(weather: str) -> None:
    shots = []
    for time, seed in ((1.0, 5), (1.0, 5), (1.2, 5), (1.0, 6)):
        shots.append(_canvas())
        draw_weather(shots[-1], weather, time, seed)  # type: ignore[arg-type]
    assert np.array_equal(shots[0], shots[1])
    for other in (_canvas(), shots[2], shots[3]):
        assert (shots[0] != other).any()


def test_clear_weather_changes_nothing() -> None:
    canvas = _canvas()
    draw_weather(canvas, "clear", 3.0, 1)
    assert np.array_equal(canvas, _canvas())
