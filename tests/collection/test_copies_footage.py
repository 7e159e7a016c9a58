"""Copies are found by their pictures, however they were changed; what looks alike is none."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from copies_samples import HIGH, WIDE, Footage
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.collection.copies_footage import compared, found_copies
from scenewise.collection.copies_options import FootageOptions
from scenewise.collection.copies_prints import Box, Print, unbarred
from scenewise.collection.strips import SIDE, Strip

OPTIONS = FootageOptions()


def _print(
    see: Callable[[float], np.ndarray],
    seconds: float,
    *,
    change: Callable[[np.ndarray], np.ndarray] = lambda picture: picture,
    noise: int = 3,
) -> Print:
    rng = np.random.default_rng(1)
    times = np.arange(0, seconds, 0.25)
    pictures = []
    for time in times:
        picture = change(see(float(time)))
        picture = cv2.resize(picture, (27, SIDE), interpolation=cv2.INTER_AREA)
        noisy = picture.astype(int) + rng.integers(-noise, noise + 1, picture.shape)
        pictures.append(np.clip(noisy, 0, 255).astype(np.uint8))
    return Print(Strip(times, np.stack(pictures)), seconds)


def _cropped(picture: np.ndarray) -> np.ndarray:
    part = picture[int(0.05 * HIGH) : int(0.88 * HIGH), int(0.14 * WIDE) : int(0.93 * WIDE)]
    return cv2.resize(part, (WIDE, HIGH), interpolation=cv2.INTER_AREA)


def _barred(colour: int) -> Callable[[np.ndarray], np.ndarray]:
    def change(picture: np.ndarray) -> np.ndarray:
        small = cv2.resize(picture, None, fx=0.66, fy=0.66, interpolation=cv2.INTER_AREA)
        out = np.full_like(picture, colour)
        top, left = (HIGH - small.shape[0]) // 2, (WIDE - small.shape[1]) // 2
        out[top : top + small.shape[0], left : left + small.shape[1]] = small
        return out

    return change


def _logo(picture: np.ndarray) -> np.ndarray:
    out = picture.copy()
    cv2.circle(out, (WIDE - 24, 24), 14, 255, cv2.FILLED)
    cv2.rectangle(out, (WIDE - 60, 44), (WIDE - 6, 54), 0, cv2.FILLED)
    return out


def _toned(picture: np.ndarray) -> np.ndarray:
    return (255 * (picture / 255.0) ** 1.3 * 0.85).astype(np.uint8)


CHANGES = {
    "again": lambda picture: picture,
    "cropped": _cropped,
    "mirrored": lambda picture: picture[:, ::-1],
    "mirrored and cropped": lambda picture: _cropped(picture)[:, ::-1],
    "black bars": _barred(0),
    "white bars": _barred(255),
    "logo": _logo,
    "other tones": _toned,
}


@pytest.mark.parametrize("kind", CHANGES)
@pytest.mark.parametrize("seed", range(3))
def test_a_changed_copy_is_found_from_start_to_end(kind, seed):
    footage = Footage(seed)
    a = _print(footage.at, 9)
    b = _print(footage.at, 9, change=CHANGES[kind])
    for one, other in ((a, b), (b, a)):
        found = compared(one, other, OPTIONS)
        assert found is not None
        line, placed = found
        assert line.offset == pytest.approx(0, abs=0.15)
        assert line.speed == pytest.approx(1, abs=0.03)
        assert min(line.share_a, line.share_b) > 0.85
        assert placed.mirrored == ("mirrored" in kind)


def test_a_crop_is_told_where_it_was_made():
    footage = Footage(4)
    found = compared(_print(footage.at, 9), _print(footage.at, 9, change=_cropped), OPTIONS)
    assert found is not None
    assert tuple(found[1].part_a) == pytest.approx((0.05, 0.88, 0.14, 0.93), abs=0.03)
    assert found[1].part_b.area > 0.95


@pytest.mark.parametrize(
    ("start", "speed", "taken"),
    [(0.0, 1.5, 9.0), (0.0, 1.25, 9.0), (2.5, 1.0, 4.5), (0.0, 0.75, 9.0), (1.5, 1.25, 5.0)],
)
def test_offset_and_speed_are_told(start, speed, taken):
    footage = Footage(7, shots=5)
    a = _print(footage.at, 9)
    b = _print(lambda time: footage.at(start + speed * time), taken / speed)
    found = compared(a, b, OPTIONS)
    assert found is not None
    assert found[0].speed == pytest.approx(speed, rel=0.08)
    middle = taken / speed / 2
    assert found[0].offset + found[0].speed * middle == pytest.approx(
        start + speed * middle, abs=0.25
    )
    assert found[0].share_b > 0.9
    assert found[0].share_a == pytest.approx(taken / 9, abs=0.12)


@pytest.mark.parametrize("seed", range(5))
def test_a_shared_opening_makes_no_copy(seed):
    opening = Footage(100 + seed, shots=1, seconds=3)

    def opened(footage: Footage) -> Print:
        return _print(lambda time: opening.at(time) if time < 3 else footage.at(time - 3), 9)

    a, b = opened(Footage(seed)), opened(Footage(50 + seed))
    assert compared(a, b, OPTIONS) is None
    # that is what held it back, nothing else
    assert compared(a, b, FootageOptions(whole=0.2)) is not None


@pytest.mark.parametrize("seed", range(5))
def test_two_films_of_one_place_are_no_copies(seed):
    first, second = Footage(seed, shots=1), Footage(seed, shots=1)
    rng = np.random.default_rng(seed)
    # the same place, other people: two of them, of other looks, on other ways
    second.walks = rng.permutation(1 - first.walks[0])[None]
    second.tones = 255 - first.tones
    assert compared(_print(first.at, 9), _print(second.at, 9), OPTIONS) is None


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_other_films_are_no_copies(seed):
    a, b = _print(Footage(seed).at, 9), _print(Footage(seed + 20_000).at, 9)
    assert compared(a, b, OPTIONS) is None


def test_films_in_which_nothing_is_seen_are_no_copies():
    dark = _print(lambda _: np.zeros((HIGH, WIDE), np.uint8), 5)
    light = _print(lambda _: np.full((HIGH, WIDE), 255, np.uint8), 5)
    assert compared(dark, dark, OPTIONS) is None
    assert compared(dark, light, OPTIONS) is None
    assert compared(dark, _print(Footage(3).at, 9), OPTIONS) is None


def test_all_planted_copies_among_others_are_found_and_no_more():
    originals = [Footage(seed, seconds=8) for seed in range(12)]
    prints = [_print(one.at, 8) for one in originals]
    truth = set()
    for at, (kind, change) in enumerate(CHANGES.items()):
        speed = 1.25 if kind == "again" else 1.0
        prints.append(_print(lambda t, at=at, k=speed: originals[at].at(k * t), 6, change=change))
        truth.add((at, len(originals) + at))
    prints.append(Print(Strip.empty(), 5))
    assert found_copies(prints, OPTIONS).keys() == truth


@pytest.mark.parametrize("colour", [0, 128, 255])
def test_bars_are_cut_off_to_parts_of_a_point(colour):
    footage = Footage(11)
    box = _print(footage.at, 4, change=_barred(colour)).box
    assert box == pytest.approx(Box(0.17, 0.83, 0.17, 0.83), abs=0.012)


def test_what_is_dark_is_not_cut_off():
    assert unbarred(np.zeros((5, 48, 27), np.uint8)) == Box()
    lamp = np.zeros((5, 48, 27), np.uint8)
    lamp[:, 22:26, 12:15] = 255
    assert unbarred(lamp) == Box()
