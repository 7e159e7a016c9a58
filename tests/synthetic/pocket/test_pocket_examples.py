"""Drawn examples come in families, keep what is held out apart, and tell where everything is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewise.synthetic.pocket.examples import (
    FAMILY,
    Examples,
    draw_examples,
    held_out,
    random_event,
)
from scenewise.synthetic.pocket.networks import SIDE
from scenewise.synthetic.poses import HAND_1
from scenewise.synthetic.world import ACTIONS, CHARACTER, HOURS, SETTING, Event

seeds = st.integers(0, 10**6)


def of_family(examples: Examples, number: int) -> list[Event | None]:
    return [e for e, k in zip(examples.events, examples.families, strict=True) if k == number]


def test_every_family_has_its_pictures_and_places(families) -> None:
    count = 8 * FAMILY
    assert len(families) == count
    assert families.images.shape == (count, SIDE, SIDE, 3)
    assert families.images.dtype == np.uint8
    assert families.places.shape == (count, 23, 2)
    assert families.families.tolist() == sorted(list(range(8)) * FAMILY)


def test_a_family_is_of_the_world_or_strange_as_a_whole(families) -> None:
    kinds = [{event is None for event in of_family(families, k)} for k in range(8)]
    assert all(len(kind) == 1 for kind in kinds)
    assert {True} in kinds
    assert {False} in kinds


def test_the_members_of_a_family_differ_in_one_thing(families) -> None:
    for number in range(8):
        events = [e for e in of_family(families, number) if e is not None]
        if not events:
            continue
        settings = {(e.setting, e.hour) for e in events}
        shared = [len({e.person for e in events}) == 1, len({e.action for e in events}) == 1,
                  len(settings) == 1]  # fmt: skip
        # All but one are shared, or nothing is.
        assert sum(shared) >= 2 or len({(e.person, e.action, e.setting) for e in events}) > 5
        assert len({replace(e, direction="left") for e in events}) >= 3


def test_what_is_tested_on_is_never_trained_on() -> None:
    drawn = {
        testing: [
            e
            for e in draw_examples(5, seed=9, testing=testing, strange=0.0, workers=1).events
            if e is not None
        ]
        for testing in (False, True)
    }
    assert all(len(events) == 5 * FAMILY for events in drawn.values())
    for testing, events in drawn.items():
        assert {held_out(event) for event in events} == {testing}
    assert not {e.combination for e in drawn[True]} & {e.combination for e in drawn[False]}


@given(seeds, st.sampled_from(HOURS), st.sampled_from(("left", "right")))
def test_whether_a_combination_is_held_out_is_a_matter_of_who_does_what_where(
    seed, hour, direction
) -> None:
    event = random_event(np.random.default_rng(seed))
    assert held_out(replace(event, hour=hour, direction=direction)) == held_out(event)
    if event.object:
        assert held_out(replace(event, object="drum")) == held_out(event)


def test_one_combination_in_eight_is_held_out_for_every_action() -> None:
    rng = np.random.default_rng(0)
    events = [random_event(rng) for _ in range(4000)]
    assert np.mean([held_out(e) for e in events]) == pytest.approx(1 / 8, abs=0.03)
    assert {e.action for e in events if held_out(e)} == {a.name for a in ACTIONS}


@given(seeds)
def test_random_events_make_sense(seed) -> None:
    event = random_event(np.random.default_rng(seed))
    assert event.weather == "clear" or SETTING[event.setting].outdoors


def test_places_are_told_of_just_what_there_is(families) -> None:
    for event, places in zip(families.events, families.places, strict=True):
        there = np.isfinite(places).all(axis=1)
        assert np.isnan(places[~there]).all()
        assert there[:11].all() == there[:11].any() == (event is not None)
        assert there[11:22].all() == there[11:22].any() == bool(event and event.other)
        assert there[22] == bool(event and event.object)
        assert (np.abs(places[there] - 0.5) < 0.75).all()


def test_the_near_hand_is_where_the_places_say(families) -> None:
    """The picture is squeezed into a square after its places are known."""
    near = []
    for image, event, places in zip(families.images, families.events, families.places, strict=True):
        if event is None or event.hour != "day" or not 0.05 < places[HAND_1].min() < 0.95:
            continue
        x, y = np.clip((places[HAND_1] * SIDE).astype(int), 2, SIDE - 3)
        patch = image[y - 2 : y + 3, x - 2 : x + 3].reshape(-1, 3).astype(int)
        near.append(np.abs(patch - np.array(CHARACTER[event.person].skin)).max(axis=1).min())
    assert len(near) > 10
    assert np.median(near) < 35


def test_the_same_seed_draws_the_same(families) -> None:
    again = draw_examples(2, seed=5, strange=0.3, workers=1)
    assert (again.images == families.images[: 2 * FAMILY]).all()
    assert again.events == families.events[: 2 * FAMILY]
    other = draw_examples(2, seed=6, strange=0.0, workers=1)
    assert (other.images != again.images).any(axis=(1, 2, 3)).all()


@pytest.mark.slow
def test_how_many_draw_makes_no_difference() -> None:
    one, two = (draw_examples(16, seed=3, workers=workers) for workers in (1, 2))
    assert (one.images == two.images).all()
    assert one.events == two.events
    assert np.array_equal(one.places, two.places, equal_nan=True)
