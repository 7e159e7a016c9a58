"""Planted copies are found with where they begin and how fast; what only looks alike is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.collection.copies import (
    CopyOptions,
    chance_likeness,
    find_copies,
    group_of,
)
from scenewise.collection.copies_alignment import Track, align
from scenewise.collection.types import Matrix

D = 48
COMMON = np.eye(D)[0] * 1.2  # what all pictures share, as in CLIP's space


def _unit(vectors) -> np.ndarray:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), np.float32)


@dataclass(frozen=True)
class Footage:
    """What is seen at any time: shots, and something that moves through them."""

    seconds: float
    shots: np.ndarray
    moves: np.ndarray

    def at(self, time: np.ndarray) -> np.ndarray:
        share = np.clip(np.asarray(time) / self.seconds, 0, 1 - 1e-9)
        shot = (share * len(self.shots)).astype(int)
        phase = 2 * np.pi * share[:, None] * np.arange(1, 1 + len(self.moves))
        return COMMON + self.shots[shot] + 0.35 * np.sin(phase) @ self.moves


def _footage(rng: np.random.Generator, seconds: float = 12, shots: int = 3) -> Footage:
    scene = _unit(rng.normal(size=(shots, D)))
    return Footage(seconds, scene, _unit(rng.normal(size=(3, D))))


def _filmed(
    rng: np.random.Generator,
    seen: Callable[[np.ndarray], np.ndarray],
    seconds: float,
    frames: int = 8,
    noise: float = 0.1,
) -> tuple[np.ndarray, np.ndarray, float]:
    """Frames of a video, one from somewhere in each of equal segments."""
    time = (np.arange(frames) + rng.uniform(0.2, 0.8, frames)) * seconds / frames
    seen_there = seen(time) + noise * _unit(rng.normal(size=(frames, D)))
    return time, _unit(seen_there), seconds


def _collection(videos) -> tuple[Matrix, dict[str, float]]:
    ids = tuple(f"v{at}" for at in range(len(videos)))
    matrix = Matrix(
        np.concatenate([vectors for _, vectors, _ in videos]),
        np.concatenate(
            [np.full(len(time), at, np.int32) for at, (time, _, _) in enumerate(videos)]
        ),
        np.concatenate([time for time, _, _ in videos]).astype(np.float32),
        ids,
    )
    return matrix, {name: seconds for name, (_, _, seconds) in zip(ids, videos, strict=True)}


def _others(rng: np.random.Generator, count: int = 30):
    return [_filmed(rng, _footage(rng, shots=int(rng.integers(1, 4))).at, 12) for _ in range(count)]


def _pairs(groups) -> dict[frozenset[str], object]:
    return {frozenset((pair.a, pair.b)): pair for group in groups for pair in group.pairs}


CHANGES = {
    "again": (0.0, 1.0, 12.0, 0.0),
    "cut out": (3.0, 1.0, 7.0, 0.0),
    "sped up": (0.0, 1.5, 8.0, 0.0),
    "slowed down": (0.0, 0.75, 16.0, 0.0),
    "cut out and sped up": (2.0, 1.25, 7.0, 0.0),
    "with a logo": (0.0, 1.0, 12.0, 0.45),
}


@pytest.mark.parametrize("kind", CHANGES)
@pytest.mark.parametrize("seed", range(4))
def test_a_planted_copy_is_found_and_nothing_else(kind, seed):
    rng = np.random.default_rng([seed, len(kind)])
    start, speed, seconds, logo = CHANGES[kind]
    original = _footage(rng)
    over = logo * _unit(rng.normal(size=D))
    copy = _filmed(rng, lambda time: original.at(start + speed * time) + over, seconds, 10)
    videos = [*_others(rng), _filmed(rng, original.at, 12, 12), copy]
    groups = find_copies(*_collection(videos))
    assert [group.ids for group in groups] == [("v30", "v31")]
    found = groups[0].pairs[0]
    assert found.mirrored is None
    if (found.a, found.b) == ("v31", "v30"):
        start, speed = -start / speed, 1 / speed
    # the frames are up to 1.6 s apart
    assert found.offset == pytest.approx(start, abs=1.2)
    assert np.log(found.speed) == pytest.approx(np.log(speed), abs=0.25)
    assert max(found.share_a, found.share_b) > 0.75


def test_finer_frames_decide_and_make_times_exact():
    rng = np.random.default_rng(5)
    original = _footage(rng)
    seen = {
        "v30": (original.at, 12.0),
        "v31": (lambda time: original.at(3 + 1.25 * time), 6.0),
    }
    videos = [*_others(rng), *(_filmed(rng, see, long, 6) for see, long in seen.values())]

    def finer(name: str) -> Track:
        see, long = seen[name]
        time = np.arange(0, long, 0.25)
        return Track(time, _unit(see(time)), long)

    found = find_copies(*_collection(videos), finer=finer)[0].pairs[0]
    assert (found.a, found.b) == ("v30", "v31")
    assert found.offset == pytest.approx(3, abs=0.3)
    assert found.speed == pytest.approx(1.25, rel=0.05)
    assert found.share_b == pytest.approx(1, abs=0.05)
    assert found.share_a == pytest.approx(7.5 / 12, abs=0.08)


@pytest.mark.parametrize("seed", range(6))
def test_a_shared_opening_makes_no_copy(seed):
    rng = np.random.default_rng([seed, 77])
    opening = _footage(rng, 4, shots=2)

    def opened():
        rest = _footage(rng)
        return _filmed(
            rng,
            lambda time: np.where(
                time[:, None] < 4, opening.at(np.minimum(time, 4)), rest.at(time - 4)
            ),
            12,
            12,
        )

    assert find_copies(*_collection([*_others(rng), *(opened() for _ in range(5))])) == ()


@pytest.mark.parametrize("seed", range(6))
def test_still_shots_of_one_place_are_no_copies(seed):
    rng = np.random.default_rng([seed, 78])
    place = COMMON + _unit(rng.normal(size=D))

    def still():
        return _filmed(rng, lambda time: np.repeat(place[None], len(time), 0), 12, noise=0.25)

    matrix, durations = _collection([*_others(rng), still(), still(), still()])
    chance = chance_likeness(matrix)
    alike = chance.z(float(matrix.vectors[-1] @ matrix.vectors[-9]))
    assert alike > CopyOptions().sure  # so that only time and change can tell
    assert find_copies(matrix, durations) == ()


def test_the_same_shots_in_another_order_are_no_copy():
    rng = np.random.default_rng(11)
    shots = _unit(rng.normal(size=(8, D)))
    order = np.array([5, 2, 7, 0, 6, 1, 4, 3])

    def shown(places):
        return _unit(COMMON + shots[places] + 0.02 * rng.normal(size=(8, D)))

    time = np.arange(8) * 1.5 + 0.75
    others = _others(rng)
    same, mixed = (
        find_copies(
            *_collection([*others, (time, shown(np.arange(8)), 12), (time, shown(places), 12)])
        )
        for places in (np.arange(8), order)
    )
    assert _pairs(same).keys() == {frozenset(("v30", "v31"))}
    assert mixed == ()


def test_one_frame_in_common_is_never_enough():
    rng = np.random.default_rng(12)
    videos = _others(rng)
    for at in (1, 2, 3):
        videos[at][1][4] = videos[0][1][4]
    assert find_copies(*_collection(videos)) == ()


def test_mirrored_copies_are_found_with_the_vectors_of_a_mirror():
    rng = np.random.default_rng(13)
    turn = np.linalg.qr(rng.normal(size=(D - 1, D - 1)))[0]
    mirror = np.eye(D)
    mirror[1:, 1:] = turn @ np.diag(np.sign(rng.normal(size=D - 1))) @ turn.T  # its own inverse
    original = _footage(rng)
    videos = [
        *_others(rng),
        _filmed(rng, original.at, 12),
        _filmed(rng, lambda time: original.at(time) @ mirror, 12),
        _filmed(rng, original.at, 12),
    ]
    matrix, durations = _collection(videos)
    mirrored = np.asarray(matrix.vectors @ mirror, np.float32)
    plain = _pairs(find_copies(matrix, durations))
    assert plain.keys() == {frozenset(("v30", "v32"))}
    groups = find_copies(matrix, durations, mirrored=mirrored)
    assert [group.ids for group in groups] == [("v30", "v31", "v32")]
    assert {pair: found.mirrored for pair, found in _pairs(groups).items()} == {
        frozenset(("v30", "v31")): True,
        frozenset(("v31", "v32")): True,
        frozenset(("v30", "v32")): False,
    }


def test_copies_of_one_video_are_one_group_for_folding():
    rng = np.random.default_rng(14)
    first, second = _footage(rng), _footage(rng)
    seen = [first, second, first, second, first]
    videos = [*_others(rng), *(_filmed(rng, one.at, 12) for one in seen)]
    groups = find_copies(*_collection(videos))
    assert {group.ids for group in groups} == {("v30", "v32", "v34"), ("v31", "v33")}
    key = group_of(groups)
    assert key("v30") == key("v34") != key("v31")
    assert key("v0") != key("v1")


def test_few_videos_and_few_frames_raise_nothing():
    rng = np.random.default_rng(15)
    empty = Matrix(np.zeros((0, D), np.float32), np.zeros(0, np.int32), np.zeros(0, np.float32), ())
    assert find_copies(empty, {}) == ()
    for count, frames in ((1, 8), (2, 1), (2, 2), (5, 1)):
        videos = [_filmed(rng, _footage(rng).at, 12, frames) for _ in range(count)]
        assert find_copies(*_collection(videos)) == ()


@settings(max_examples=40, deadline=None)
@given(
    start=st.floats(0, 4),
    speed=st.floats(0.7, 1.5),
    seed=st.integers(0, 10_000),
    count=st.integers(6, 24),
)
def test_a_line_is_found_for_any_offset_and_speed(start, speed, seed, count):
    rng = np.random.default_rng(seed)
    original = _footage(rng, shots=8)
    long = (12 - start) / speed
    times = np.arange(24) * 0.5 + 0.25, (np.arange(count) + 0.5) * long / count
    a = Track(times[0], _unit(original.at(times[0])), 12)
    b = Track(times[1], _unit(original.at(start + speed * times[1])), long)
    found = align(a, b, (a.vectors @ b.vectors.T - 0.8) * 10)
    assert found is not None
    middle = long / 2
    apart = max(0.5, long / count)  # frames tell no more than that
    assert found.offset + found.speed * middle == pytest.approx(start + speed * middle, abs=apart)
    assert found.frames >= 0.7 * min(count, 12)
    assert found.share_b > 0.7


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_unrelated_videos_are_no_copies(seed):
    rng = np.random.default_rng(seed)
    assert find_copies(*_collection(_others(rng, 12))) == ()
