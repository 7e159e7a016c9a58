"""How a body stands: joint angles, and where they put hands, head and feet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]

HEAD: Final = 0.105
"""Radius of the head, in heights of the figure."""

_TORSO, _NECK, _ARM, _THIGH, _SHIN = 0.30, 0.05, 0.175, 0.235, 0.235

HIP, NECK, CROWN, ELBOW_1, HAND_1, ELBOW_2, HAND_2, KNEE_1, FOOT_1, KNEE_2, FOOT_2 = range(11)
"""Rows of what `joints` gives; CROWN is the middle of the head, 1 the side towards the viewer."""

_CHAIN: Final = (
    # from, to, length
    (HIP, NECK, _TORSO),
    (NECK, CROWN, _NECK + HEAD),
    (NECK, ELBOW_1, _ARM),
    (ELBOW_1, HAND_1, _ARM),
    (NECK, ELBOW_2, _ARM),
    (ELBOW_2, HAND_2, _ARM),
    (HIP, KNEE_1, _THIGH),
    (KNEE_1, FOOT_1, _SHIN),
    (HIP, KNEE_2, _THIGH),
    (KNEE_2, FOOT_2, _SHIN),
)

BONES: Final = np.array([(start, end) for start, end, _ in _CHAIN])
"""Which joints are joined, [10, 2]."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Angles in degrees, seen from the side; forward is where the figure faces.

    Args:
        lean: of the trunk forward from upright.
        nod: of the head forward from the trunk.
        arm_1, arm_2: of the upper arms forward from hanging down, whatever the trunk does.
        elbow_1, elbow_2: bend of the forearms forward.
        leg_1, leg_2: of the thighs forward from straight down.
        knee_1, knee_2: bend of the shins backward.
        lift: height of the lowest point above the ground, in heights of the figure.
    """

    lean: float = 0.0
    nod: float = 0.0
    arm_1: float = 6.0
    elbow_1: float = 8.0
    arm_2: float = -6.0
    elbow_2: float = 8.0
    leg_1: float = 4.0
    knee_1: float = 2.0
    leg_2: float = -6.0
    knee_2: float = 2.0
    lift: float = 0.0


def joints(pose: Pose, facing: int) -> Points:
    """Places of the joints, [11, 2], in heights of the figure: x to the right from the hip, y
    up from the ground.

    Args:
        pose: the angles.
        facing: 1 where the figure faces right, −1 left.
    """
    up = 180.0
    angles = np.radians(
        (
            up - pose.lean,
            up - pose.lean - pose.nod,
            pose.arm_1,
            pose.arm_1 + pose.elbow_1,
            pose.arm_2,
            pose.arm_2 + pose.elbow_2,
            pose.leg_1,
            pose.leg_1 - pose.knee_1,
            pose.leg_2,
            pose.leg_2 - pose.knee_2,
        )
    )
    steps = np.stack([facing * np.sin(angles), -np.cos(angles)], axis=1)  # [10, 2]
    places = np.zeros((11, 2))
    for (start, end, length), step in zip(_CHAIN, steps, strict=True):
        places[end] = places[start] + length * step
    # Half of a limb's thickness lies below the lowest joint, a head below the head.
    lowest = min(places[:, 1].min() - 0.025, places[CROWN, 1] - HEAD, -0.075)
    places[:, 1] += pose.lift - lowest
    return places
