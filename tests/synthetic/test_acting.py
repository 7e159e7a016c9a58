"""Every action has what belongs to it at every moment, and stays within its bounds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewise.synthetic.acting import MANNERS, extent, thing_at
from scenewise.synthetic.poses import CROWN, HAND_1, HEAD, joints
from scenewise.synthetic.world import ACTION

PHASES = np.linspace(0.01, 2.01, 81)  # dancers jump from pose to pose at whole halves
everything = pytest.mark.parametrize("name", list(MANNERS))


@everything
def test_a_thing_is_held_and_a_partner_is_there_just_where_the_action_takes_them(name) -> None:
    takes = ACTION[name].takes
    for phase in PHASES:
        act = MANNERS[name].act(float(phase))
        assert (act.held is not None) == ("thing" in takes)
        assert (act.partner is not None) == ("person" in takes)
        assert (act.apart > 0) == ("person" in takes)


@everything
def test_after_two_cycles_everything_is_as_it_was(name) -> None:
    # Two: who climbs puts up one hand in one cycle and the other in the next.
    for phase in PHASES[:40]:
        before, after = (MANNERS[name].act(float(phase) + more) for more in (0.0, 2.0))
        assert joints(before.pose, 1) == pytest.approx(joints(after.pose, 1), abs=1e-6)


@everything
@pytest.mark.parametrize("tall", [0.7, 1.08])
def test_people_and_things_stay_within_the_room_that_the_stage_keeps_free(name, tall) -> None:
    takes = ACTION[name].takes
    other, thing = 0.9 if "person" in takes else 0.0, 0.5 if "thing" in takes else 0.0
    room = extent(name, tall, other, thing)
    low, high = [], []
    for phase in PHASES:
        act = MANNERS[name].act(float(phase))
        body = joints(act.pose, 1) * tall
        corners = [body, body[CROWN : CROWN + 1] + np.array((0, HEAD * tall))]
        if act.partner is not None:
            corners.append(joints(act.partner, act.faces) * other + (act.apart, 0.0))
        if act.held is not None:
            middle = thing_at(act.held, body, tall)
            corners += [(middle - thing / 2)[None], (middle + thing / 2)[None]]
        low.append(np.concatenate(corners).min(axis=0))
        high.append(np.concatenate(corners).max(axis=0))
    left, (right, top) = np.min(low, axis=0)[0], np.max(high, axis=0)
    # A thing that turns in flight passes between the moments that were looked at.
    assert -left <= room.behind + 0.03
    assert right <= room.ahead + 0.03
    assert top <= room.top + 0.03
    # No more than what limbs, a hat and a ladder need is kept free.
    assert room.top <= max(top + 0.2, 1.75)
    assert room.ahead <= max(right + 0.2, 0.4)


@everything
def test_a_single_frame_can_tell_it_most_of_the_time(name) -> None:
    low, high = MANNERS[name].telling
    assert 0 <= low < high <= 1
    assert high - low >= 0.5


@pytest.mark.parametrize("name", ["throw", "kick"])
@given(share=st.floats(0, 1))
def test_when_it_tells_the_thing_is_in_the_air(name: str, share: float) -> None:
    low, high = MANNERS[name].telling
    act = MANNERS[name].act(min(low + share * (high - low), 0.9999))
    assert act.held is not None
    assert act.held.anchor == "ground"
    hand = joints(act.pose, 1)[HAND_1]
    assert np.hypot(act.held.x - hand[0], act.held.y - hand[1]) > 0.1
    assert act.held.y > 0.2


@pytest.mark.parametrize("name", ["walk", "run", "carry", "push", "chase", "crawl"])
def test_who_goes_somewhere_moves_forward(name) -> None:
    assert MANNERS[name].speed > 0


@pytest.mark.parametrize("name", ["sleep", "sit", "wave", "kneel", "hug", "study", "lift"])
def test_who_stays_stays(name) -> None:
    assert MANNERS[name].speed == 0


def test_every_verb_with_a_direction_goes_somewhere() -> None:
    for name, manner in MANNERS.items():
        if ACTION[name].moves:
            assert manner.speed > 0
