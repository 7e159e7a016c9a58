"""A drawn clip shows its event, tells where everything is in it, and when it shows it best."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synth_pictures import around, difference, some_event, told

from scenewise.synthetic.acting import MANNERS
from scenewise.synthetic.pocket.examples import random_event
from scenewise.synthetic.poses import HAND_1
from scenewise.synthetic.staging import CAMERAS, Shooting, Stage
from scenewise.synthetic.world import ACTIONS, CHARACTER, HOURS, SETTINGS, WEATHERS

SIZES = ((160, 120), (90, 160), (192, 108), (128, 128))
RAISED = ("lift", "balance", "climb", "dance", "jump", "wave", "throw")

seeds = st.integers(0, 10**6)


def random_stage(seed: int, size: tuple[int, int], seconds: float = 4.0) -> Stage:
    rng = np.random.default_rng(seed)
    return Stage(random_event(rng), Shooting.drawn(rng, seed), *size, seconds)


@pytest.mark.slow
def test_every_action_differs_from_every_other() -> None:
    shots = {
        action.name: told(some_event(action.name), Shooting(place=3), (160, 120), 5)
        for action in ACTIONS
    }
    for first, second in combinations(shots, 2):
        nearest = min(
            max(difference(a, b, around(seen)) for seen in (seen_a, seen_b))
            for a, seen_a in shots[first]
            for b, seen_b in shots[second]
        )
        assert nearest > 9, (first, second)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(seeds, st.sampled_from(SIZES), st.floats(0, 1))
def test_the_near_hand_is_where_it_is_said_to_be(seed, size, share) -> None:
    stage = random_stage(seed, (2 * size[0], 2 * size[1]))
    clear = replace(stage.event, hour="day", weather="clear")
    stage = Stage(clear, replace(stage.shooting, brightness=1.0), stage.width, stage.height, 4.0)
    time = share * 4.0
    x, y = np.rint(stage.seen(time).person[HAND_1]).astype(int)
    if not (0 <= x < stage.width and 0 <= y < stage.height):
        return
    # What stands before the scene may hide a hand; then nobody can tell.
    front = Stage(clear, replace(stage.shooting, across=1 - stage.shooting.across),
                  stage.width, stage.height, 4.0)  # fmt: skip
    colour = stage.frame(time)[y, x].astype(int)
    hidden = (colour == front.frame(time)[y, x]).all()
    skin = np.array(CHARACTER[clear.person].skin)
    assert hidden or np.abs(colour - skin).max() <= 3


@pytest.mark.parametrize("camera", CAMERAS)
def test_things_are_where_they_are_said_to_be_whatever_the_camera_does(camera) -> None:
    event = replace(some_event("push", setting="library"), object="watermelon")
    shooting = Shooting(place=5, camera=camera, across=0.0)
    with_melon, with_drum = (
        Stage(replace(event, object=thing), shooting, 320, 240, 4.0)
        for thing in ("watermelon", "drum")
    )
    for time in (0.0, 2.0, 4.0):
        changed = np.argwhere((with_melon.frame(time) != with_drum.frame(time)).any(axis=2))
        seen = with_melon.seen(time)
        assert seen.thing is not None
        x, y, size = seen.thing
        middle = (changed.min(axis=0) + changed.max(axis=0)) / 2  # y, x
        assert np.hypot(middle[1] - x, middle[0] - y) < 0.25 * size
        assert 0.5 * size < np.ptp(changed, axis=0).max() < 1.6 * size


@pytest.mark.parametrize("size", SIZES)
def test_nearly_everything_is_inside_the_picture(size) -> None:
    people: Counter[bool] = Counter()
    things: Counter[bool] = Counter()
    for seed in range(50):
        stage = random_stage(seed, size)
        for time in (0.0, 1.3, 2.6, 4.0):
            seen = stage.seen(time)
            for joints in (seen.person, seen.other):
                if joints is not None:
                    people[bool(((joints >= 0) & (joints < size)).all())] += 1
            if seen.thing is not None:
                x, y, extent = seen.thing
                # A tenth of it may be cut where it flies between two moments that are looked at.
                half = 0.4 * extent
                things[half <= x < size[0] - half and half <= y] += 1
    assert people[True] == people.total()
    assert things[True] == things.total()


@pytest.mark.parametrize("action", RAISED)
@settings(max_examples=25, deadline=None)
@given(seed=seeds, size=st.sampled_from(SIZES))
def test_raised_arms_and_what_they_hold_are_not_cut_off(action, seed, size) -> None:
    rng = np.random.default_rng(seed)
    event = replace(some_event(action), person=random_event(rng).person)
    if event.object:
        event = replace(event, object=["guitar", "broom", "ball", "vase"][seed % 4])
    stage = Stage(event, Shooting.drawn(rng, seed), *size, 4.0)
    for time in (0.0, 1.1, 2.3, 4.0):
        seen = stage.seen(time)
        assert seen.person[:, 1].min() >= 0
        if seen.thing is not None:
            assert seen.thing[1] - 0.45 * seen.thing[2] >= -1


@settings(max_examples=200, deadline=None)
@given(seeds, st.sampled_from(ACTIONS), st.floats(0.2, 9.0))
def test_a_frame_tells_between_two_times_inside_the_clip(seed, action, seconds) -> None:
    rng = np.random.default_rng(seed)
    shooting = Shooting.drawn(rng, 1)
    stage = Stage(some_event(action.name), shooting, 64, 48, seconds)
    start, end = stage.telling
    assert 0 <= start <= end <= seconds
    manner = MANNERS[action.name]
    cycle = manner.seconds / shooting.tempo
    if seconds >= cycle:
        assert end > start
    if end - start > 1e-6:
        low, high = manner.telling
        for time in np.linspace(start + 1e-6, end - 1e-6, 7):
            phase = (shooting.phase + time / cycle) % 1
            assert high - low > 0.999 or low - 1e-3 <= phase <= high + 1e-3


@settings(max_examples=40, deadline=None)
@given(seeds, st.sampled_from(SIZES), st.floats(0, 4))
def test_the_same_clip_always_looks_the_same(seed, size, time) -> None:
    first, second = (random_stage(seed, size).frame(time) for _ in range(2))
    assert first.shape == (size[1], size[0], 3)
    assert first.dtype == np.uint8
    assert (first == second).all()


def test_pictures_may_be_asked_for_in_any_order() -> None:
    stage = random_stage(7, (160, 120))
    late = stage.frame(3.0)
    stage.frame(0.0)
    assert (stage.frame(3.0) == late).all()


def test_something_moves_in_every_clip() -> None:
    for action in ACTIONS:
        stage = Stage(some_event(action.name), Shooting(place=2), 160, 120, 4.0)
        pictures = [stage.frame(t).astype(int) for t in (0.0, 0.31, 0.87)]
        assert max(np.abs(p - pictures[0]).max() for p in pictures[1:]) > 20, action.name


def test_who_goes_somewhere_goes_where_they_face() -> None:
    for direction, sign in (("right", 1), ("left", -1)):
        stage = Stage(some_event("walk", direction=direction), Shooting(), 320, 120, 4.0)
        moved = stage.seen(2.0).person[0, 0] - stage.seen(0.0).person[0, 0]
        assert sign * moved > 20


def test_places_hours_and_weathers_show() -> None:
    """Every two differ where nobody stands."""
    pictures = {}
    for setting in SETTINGS:
        for hour in HOURS:
            for weather in WEATHERS if setting.outdoors else WEATHERS[:1]:
                event = some_event("wave", setting=setting.name, hour=hour, weather=weather)
                picture = Stage(event, Shooting(place=1), 64, 48, 4.0).frame(0.0)
                pictures[(setting.name, hour, weather)] = picture[:, :20].astype(int)
    for first, second in combinations(pictures, 2):
        assert np.abs(pictures[first] - pictures[second]).mean() > 1.5, (first, second)


def test_how_bright_and_how_large_is_as_asked() -> None:
    event = some_event("wave")
    dim, bright = (
        Stage(event, Shooting(brightness=b), 160, 120, 4.0).frame(0.0).mean() for b in (0.8, 1.1)
    )
    assert dim / bright == pytest.approx(0.8 / 1.1, abs=0.05)
    small, large = (
        np.ptp(Stage(event, Shooting(height=h), 320, 240, 4.0).seen(0.0).person[:, 1])
        for h in (0.4, 0.6)
    )
    assert large / small == pytest.approx(1.5, abs=0.01)
