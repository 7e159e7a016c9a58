"""Bodies have bones of one length, stand on the ground and can face either way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewise.synthetic.poses import BONES, CROWN, HEAD, HIP, NECK, Pose, joints

angles = st.floats(-180, 180)
poses = st.builds(
    Pose,
    lean=angles, nod=angles, arm_1=angles, elbow_1=angles, arm_2=angles, elbow_2=angles,
    leg_1=angles, knee_1=angles, leg_2=angles, knee_2=angles, lift=st.floats(0, 1),
)  # fmt: skip
LENGTHS = np.linalg.norm(np.diff(joints(Pose(), 1)[BONES], axis=1)[:, 0], axis=1)


@given(poses, st.sampled_from((-1, 1)))
def test_bones_keep_their_length(pose: Pose, facing: int) -> None:
    places = joints(pose, facing)
    assert places.shape == (11, 2)
    lengths = np.linalg.norm(places[BONES[:, 0]] - places[BONES[:, 1]], axis=1)
    assert lengths == pytest.approx(LENGTHS)
    assert (lengths > 0.1).all()


@given(poses)
def test_who_faces_left_is_the_mirror_image_of_who_faces_right(pose: Pose) -> None:
    assert joints(pose, -1) == pytest.approx(joints(pose, 1) * (-1, 1))


@given(poses, st.sampled_from((-1, 1)))
def test_nobody_sinks_into_the_ground(pose: Pose, facing: int) -> None:
    places = joints(pose, facing)
    lowest = min(places[:, 1].min(), places[CROWN, 1] - HEAD)
    assert lowest >= pose.lift - 1e-9
    # Whoever does not sit on something touches it with foot, knee, hand or head.
    if places[HIP, 1] > pose.lift + 0.1:
        assert lowest <= pose.lift + 0.03


@given(poses, st.sampled_from((-1, 1)), st.floats(0, 0.5))
def test_lifting_moves_the_whole_body(pose: Pose, facing: int, more: float) -> None:
    lifted = Pose(**{n: getattr(pose, n) for n in Pose.__slots__ if n != "lift"},
                  lift=pose.lift + more)  # fmt: skip
    moved = joints(lifted, facing) - joints(pose, facing)
    assert moved == pytest.approx(np.broadcast_to((0.0, more), (11, 2)), abs=1e-9)


def test_upright_the_head_is_over_the_neck_over_the_hip_and_forward_is_where_one_faces() -> None:
    places = joints(Pose(), 1)
    assert places[HIP, 1] < places[NECK, 1] < places[CROWN, 1]
    assert places[CROWN, 1] + HEAD == pytest.approx(1.0, abs=0.06)
    leaning = joints(Pose(lean=45), 1)
    assert leaning[CROWN, 0] > places[CROWN, 0] + 0.2
