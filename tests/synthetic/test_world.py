"""The tables of the drawn world are consistent, and no event can be made that makes no sense."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewise.synthetic.acting import MANNERS
from scenewise.synthetic.world import (
    ACTION,
    ACTIONS,
    CHARACTERS,
    PROPS,
    SETTINGS,
    Event,
)

NEEDS = {
    "alone": (False, False),
    "thing": (True, False),
    "person": (False, True),
    "thing and person": (True, True),
}


@pytest.mark.parametrize("table", [CHARACTERS, PROPS, SETTINGS, ACTIONS])
def test_no_name_comes_twice(table) -> None:
    names = [one.name.lower() for one in table]
    assert len(set(names)) == len(names)


def test_nobody_can_be_taken_for_anybody_else() -> None:
    assert len({one.looks for one in CHARACTERS}) == len(CHARACTERS)
    worn = {
        (c.top, c.bottom, c.pattern, c.hairstyle, c.hair, c.garment, c.hat, c.extra)
        for c in CHARACTERS
    }
    assert len(worn) == len(CHARACTERS)


def test_every_action_can_be_played() -> None:
    assert set(MANNERS) == {action.name for action in ACTIONS}


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_every_way_to_say_an_action_has_a_place_for_all_it_takes(action) -> None:
    thing, person = NEEDS[action.takes]
    for phrase in action.phrases:
        blanks = set(re.findall(r"\{(\w+)\}", phrase))
        assert ("object" in blanks) == thing
        assert ("other" in blanks) == person
        assert blanks <= {"object", "other", "left"}
        assert "left" not in blanks or action.moves


@pytest.mark.parametrize(
    ("action", "thing", "person"), list(product(ACTIONS, (False, True), (False, True)))
)
def test_an_event_has_just_what_its_action_takes(action, thing, person) -> None:
    def make() -> Event:
        return Event(
            "Anna",
            action.name,
            "park",
            object="ball" if thing else "",
            other="Bruno" if person else "",
        )

    if (thing, person) == NEEDS[action.takes]:
        assert make().action == action.name
    else:
        with pytest.raises(ValueError, match=re.escape(repr(action.name))):
            make()


@given(st.sampled_from(CHARACTERS), st.sampled_from([a for a in ACTIONS if "person" in a.takes]))
def test_nobody_does_anything_to_themselves(who, action) -> None:
    thing = "kite" if "thing" in action.takes else ""
    with pytest.raises(ValueError, match="themselves"):
        Event(who.name, action.name, "park", object=thing, other=who.name)


def test_an_action_that_nobody_can_play_is_refused() -> None:
    assert "levitate" not in ACTION
    with pytest.raises(KeyError):
        Event("Anna", "levitate", "park")
