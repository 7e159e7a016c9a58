"""What the body does in each action: pose, thing and partner at every moment.

An action goes round in cycles of one phase. Most of a cycle shows what tells it apart, so
that a frame taken anywhere is likely to show the action, and motion shows it as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np

from scenewise.synthetic.poses import CROWN, HAND_1, HAND_2, HEAD, Points, Pose, joints

Anchor = Literal["hands", "hand", "head", "ground"]


@dataclass(frozen=True, slots=True)
class Held:
    """Where the thing is.

    Args:
        anchor: what its place is told from: between both hands, the near hand, the middle of
            the head, or the ground below the figure.
        x: forward, in heights of the figure.
        y: up.
        angle: how far it is turned, radians.
    """

    anchor: Anchor
    x: float = 0.0
    y: float = 0.0
    angle: float = 0.0


@dataclass(frozen=True, slots=True)
class Act:
    """What is to be drawn at one moment.

    Args:
        pose: of who does it.
        held: the thing, where there is one.
        partner: pose of the other person, where there is one.
        apart: how far ahead the other stands, in heights of a grown-up.
        faces: whether the other faces back (−1) or the same way (1).
        furniture: what else belongs to the action.
    """

    pose: Pose
    held: Held | None = None
    partner: Pose | None = None
    apart: float = 0.0
    faces: int = -1
    furniture: Literal["", "ladder", "stool"] = ""


@dataclass(frozen=True, slots=True)
class Manner:
    """How an action goes on in time.

    Args:
        act: what is drawn at a phase.
        seconds: length of a cycle.
        speed: how fast the figure moves forward, in its heights a second.
        telling: phases of a cycle at which a single frame tells the action.
    """

    act: Callable[[float], Act]
    seconds: float = 1.2
    speed: float = 0.0
    telling: tuple[float, float] = (0.0, 1.0)


def _wave(phase: float, shift: float = 0.0) -> float:
    return math.sin(2 * math.pi * (phase + shift))


def _walk(p: float) -> Act:
    s = _wave(p)
    return Act(
        Pose(4, 0, -26 * s, 10, 26 * s, 10, 27 * s, 8 + 14 * max(0, -s), -27 * s,
             8 + 14 * max(0, s))
    )  # fmt: skip


def _running(p: float, arms: float = 0.0) -> Pose:
    s = _wave(p)
    near, far = (arms, arms - 20) if arms else (-48 * s, 48 * s)
    return Pose(22, -8, near, 85 if not arms else 20, far, 85 if not arms else 20,
                20 + 48 * s, 40 - 34 * s, 20 - 48 * s, 40 + 34 * s, 0.05 * abs(s))  # fmt: skip


def _run(p: float) -> Act:
    return Act(_running(p))


def _jump(p: float) -> Act:
    height = 0.16 + 0.14 * max(0.0, _wave(p, -0.05))
    return Act(Pose(0, -6, 145, 14, 158, 14, 34, 84, -2, 74, height))


def _dance(p: float) -> Act:
    s = _wave(p)
    side = 1 if s >= 0 else -1
    a = abs(s)
    if side > 0:
        return Act(Pose(-12, 8, 165, -20, -70, -60, 62 * a, 20, -8, 10, 0.02 * a))
    return Act(Pose(12, -8, 60, 70, -160, -10, 6, 10, -55 * a, 30, 0.02 * a))


def _sleep(p: float) -> Act:
    breath = 1.5 * _wave(p)
    return Act(Pose(90, -4, 96, 10, 70 + breath, 40, -84, 8, -94, 2))


def _sit(p: float) -> Act:
    sway = 3 * _wave(p)
    return Act(Pose(2 + sway, sway, 40, 20, 36, 24, 86, 84, 80, 82), furniture="stool")


def _wave_hand(p: float) -> Act:
    return Act(Pose(0, 0, 132, 34 + 26 * _wave(p), -8, 6))


def _climb(p: float) -> Act:
    s = _wave(p)
    rung = 0.26 + 0.05 * _wave(p / 2)
    return Act(
        Pose(6, -14, 130 + 24 * s, 22, 130 - 24 * s, 22, 48 + 26 * s, 72 + 16 * s, 48 - 26 * s,
             72 - 16 * s, rung),
        furniture="ladder",
    )  # fmt: skip


def _crawl(p: float) -> Act:
    s = _wave(p)
    return Act(Pose(80, -46, 4 + 18 * s, 4, 4 - 18 * s, 4, 8 - 16 * s, 90, 8 + 16 * s, 90))


def _kneel(p: float) -> Act:
    return Act(Pose(4 + 2 * _wave(p), 18, 40, 90, 36, 96, 88, 88, -4, 84))


def _carry(p: float) -> Act:
    s = _wave(p)
    return Act(Pose(-4, 0, 52, 36, 46, 40, 24 * s, 10, -24 * s, 10), Held("hands", 0.06, 0.02))


def _throw(p: float) -> Act:
    u = p % 1
    if u < 0.22:
        pose = Pose(-14, 0, 205, 40, 60, 10, 22, 6, -20, 8)
        return Act(pose, Held("hand", 0.0, 0.08))
    flight = (u - 0.22) / 0.78
    pose = Pose(20, -6, 78 - 20 * flight, 0, -46, 10, 30, 14, -34, 6)
    rise = 0.92 + 0.28 * math.sin(math.pi * (0.15 + 0.75 * flight))
    return Act(pose, Held("ground", 0.55 + 0.6 * flight, rise, 5 * flight))


def _pick_up(p: float) -> Act:
    dip = 4 * _wave(p)
    return Act(Pose(92 + dip, 10, 22, -6, 12, -6, 14, 26, -4, 22), Held("ground", 0.46, 0.13))


def _lift(p: float) -> Act:
    raised = 0.03 * _wave(p)
    return Act(Pose(-2, -10, 168, 6, 176, 4, 10, 4, -12, 4), Held("hands", 0.0, 0.14 + raised))


def _kick(p: float) -> Act:
    u = p % 1
    if u < 0.18:
        pose = Pose(10, 0, 30, 20, -40, 10, -44, 40, 6, 8)
        return Act(pose, Held("ground", 0.34, 0.13))
    flight = (u - 0.18) / 0.82
    pose = Pose(-22, 6, -58, 10, 46, 10, 82 - 14 * flight, 2, -10, 6)
    return Act(pose, Held("ground", 0.62 + 0.5 * flight, 0.22 + 0.34 * flight, 6 * flight))


def _push(p: float) -> Act:
    s = _wave(p)
    return Act(
        Pose(38, -22, 74, 4, 66, 6, 26 * s - 10, 16, -26 * s - 14, 14),
        Held("ground", 0.72, 0.14),
    )


def _study(p: float) -> Act:
    tilt = 3 * _wave(p)
    return Act(Pose(8, 22 + tilt, 44, 108, 30, 40), Held("head", 0.27, -0.05, 0.08 * _wave(p)))


def _balance(p: float) -> Act:
    s = _wave(p)
    return Act(
        Pose(2 * s, 0, 92 + 6 * s, -4, -92 + 6 * s, 4, 8, 2, -8, 2),
        Held("head", 0.01 * s, 0.22, 0.1 * s),
    )


def _give(p: float) -> Act:
    reach = 4 * _wave(p)
    return Act(
        Pose(6, 0, 64 + reach, 16, 56 + reach, 20, 8, 2, -10, 2),
        Held("hands", 0.11, 0.04),
        Pose(2, 0, 60 + reach, 18, 52 + reach, 22, 6, 2, -8, 2),
        0.86,
    )


def _hug(p: float) -> Act:
    sway = 2 * _wave(p)
    return Act(
        Pose(8 + sway, 10, 84, 20, 70, 40, 6, 2, -8, 2),
        partner=Pose(8 - sway, 12, 60, 44, 76, 24, 4, 2, -6, 2),
        apart=0.26,
    )


def _chase(p: float) -> Act:
    return Act(_running(p), partner=_running(p + 0.3, arms=150.0), apart=0.8, faces=1)


def _point(p: float) -> Act:
    jab = 3 * _wave(p)
    return Act(
        Pose(8, 4, 90 + jab, 0, -20, 60, 16, 4, -14, 4),
        partner=Pose(-6, -6, 14, 112, 4, 116, 4, 2, -6, 2),
        apart=0.95,
    )


MANNERS: Final[Mapping[str, Manner]] = {
    "walk": Manner(_walk, 1.0, 0.42),
    "run": Manner(_run, 0.6, 1.0),
    "jump": Manner(_jump, 0.9),
    "dance": Manner(_dance, 1.3),
    "sleep": Manner(_sleep, 3.0),
    "sit": Manner(_sit, 3.0),
    "wave": Manner(_wave_hand, 0.7),
    "climb": Manner(_climb, 1.6),
    "crawl": Manner(_crawl, 1.2, 0.25),
    "kneel": Manner(_kneel, 2.4),
    "carry": Manner(_carry, 1.1, 0.34),
    "throw": Manner(_throw, 1.7, telling=(0.22, 1.0)),
    "pick up": Manner(_pick_up, 1.8),
    "lift": Manner(_lift, 1.5),
    "kick": Manner(_kick, 1.6, telling=(0.2, 1.0)),
    "push": Manner(_push, 1.2, 0.28),
    "study": Manner(_study, 2.2),
    "balance": Manner(_balance, 1.6),
    "give": Manner(_give, 2.0),
    "hug": Manner(_hug, 2.4),
    "chase": Manner(_chase, 0.6, 0.7),
    "point": Manner(_point, 1.4),
}
"""By name of the action."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much room an action takes around the point below the hip, in heights of a grown-up.

    Args:
        behind, ahead: of that point.
        top: above the ground.
    """

    behind: float
    ahead: float
    top: float


@lru_cache(maxsize=1024)
def extent(action: str, tall: float, other: float = 0.0, thing: float = 0.0) -> Extent:
    """The room that an action takes in the whole of its cycle.

    Args:
        action: its name.
        tall: height of who does it, relative to a grown-up's.
        other: height of the other person; 0 where there is none.
        thing: extent of the thing; 0 where there is none.
    """
    manner = MANNERS[action]
    corners = []
    for step in range(_MOMENTS):
        act = manner.act(step / _MOMENTS)
        body = joints(act.pose, 1) * tall
        corners += _around(body, _LIMB * tall)
        corners += _around(body[CROWN : CROWN + 1], (HEAD + _HAT) * tall)
        if act.partner is not None and other:
            theirs = joints(act.partner, act.faces) * other + (act.apart, 0.0)
            corners += _around(theirs, _LIMB * other)
            corners += _around(theirs[CROWN : CROWN + 1], (HEAD + _HAT) * other)
        if act.held is not None and thing:
            corners += _around(thing_at(act.held, body, tall)[None], thing / 2)
        if act.furniture == "ladder":
            corners.append(np.array([[0.4, 1.75]]))
    low, high = np.concatenate(corners).min(axis=0), np.concatenate(corners).max(axis=0)
    return Extent(float(-low[0]), float(high[0]), float(high[1]))


_MOMENTS: Final = 24
_LIMB, _HAT = 0.05, 0.06


def _around(points: Points, radius: float) -> list[Points]:
    return [points - radius, points + radius]


def thing_at(held: Held, body: Points, tall: float) -> Points:
    """Where the middle of the thing is, [2], for a figure that faces right.

    Args:
        held: how it is held.
        body: joints in heights of a grown-up from the point below the hip, y up, [11, 2].
        tall: height of the figure in the same unit.
    """
    base = {
        "ground": np.zeros(2),
        "head": body[CROWN],
        "hand": body[HAND_1],
        "hands": (body[HAND_1] + body[HAND_2]) / 2,
    }[held.anchor]
    # What is thrown or lies about keeps its size, whoever plays with it.
    step = 1.0 if held.anchor == "ground" else tall
    return np.asarray(base + np.array([held.x, held.y]) * step)
