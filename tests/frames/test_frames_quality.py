"""Blank, faded, sharp; and frames kept as JPEG."""

from __future__ import annotations

import pickle

import cv2
import numpy as np
import pytest

from scenewise.core.media_types import Frame
from scenewise.frames.choice import Memory, Sample, companions, merits
from scenewise.frames.packing import pack
from scenewise.frames.quality import faded, is_blank, look, overlay_only

SHAPE = (144, 256, 3)


def place(seed: int, shape: tuple[int, int, int] = SHAPE) -> np.ndarray:
    rng = np.random.default_rng(seed)
    cells = rng.integers(20, 236, (9, 16, 3), dtype=np.uint8)
    out = cv2.resize(cells, shape[1::-1], interpolation=cv2.INTER_CUBIC)
    cv2.circle(out, (shape[1] // 2, shape[0] // 2), shape[0] // 4, (250, 240, 20), -1)
    return out


def written(text: str, ground: int = 0, ink: int = 220, scale: float = 0.5) -> np.ndarray:
    out = np.full(SHAPE, ground, np.uint8)
    for i, line in enumerate(text.split("|")):
        cv2.putText(out, line, (70, 60 + 20 * i), 0, scale, (ink,) * 3, 1, cv2.LINE_AA)
    return out


def grain(picture: np.ndarray, amount: float, seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, amount, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (16, 16, 16), (20, 40, 200)])
def test_one_colour_is_blank_even_with_grain(colour: tuple[int, int, int]):
    plain = np.full(SHAPE, colour, np.uint8)
    assert is_blank(plain)
    assert is_blank(grain(plain, 4))


def test_a_deep_fade_is_blank():
    assert is_blank((place(1) * 0.04).astype(np.uint8))
    assert not is_blank((place(1) * 0.5).astype(np.uint8))


@pytest.mark.parametrize(("ground", "ink"), [(0, 220), (0, 90), (255, 30), (128, 200)])
def test_a_title_card_is_not_blank_but_a_card(ground: int, ink: int):
    title = look(written("The End", ground, ink))
    assert not title.blank
    assert title.card
    assert not look(place(1)).card


def test_a_fade_is_told_from_another_dark_picture():
    full = look(place(1))
    assert faded(look((place(1) * 0.4).astype(np.uint8)), [full])
    assert not faded(look((place(2) * 0.4).astype(np.uint8)), [full])
    assert not faded(full, [full])
    # letterbox bars are the same in every picture and make no likeness
    bars = [place(seed) for seed in (1, 2)]
    for picture in bars:
        picture[:24] = picture[-24:] = 0
    assert not faded(look((bars[1] * 0.4).astype(np.uint8)), [look(bars[0])])


def test_bars_hide_neither_a_blank_nor_a_fade_to_white():
    full = place(1)
    washed = (full * 0.25 + 180).astype(np.uint8)
    for picture in (full, washed):
        picture[:20] = picture[-20:] = 0
    grey = np.full(SHAPE, 180, np.uint8)
    grey[:20] = grey[-20:] = 0
    assert is_blank(grey)
    assert not is_blank(washed)
    assert faded(look(washed), [look(full)])


def test_blur_lowers_sharpness():
    sharp = grain(place(1), 6)
    assert look(cv2.GaussianBlur(sharp, (0, 0), 2)).sharpness < 0.3 * look(sharp).sharpness


def test_a_watermark_over_black_is_told_from_a_title():
    mark = written("copyright by nobody|", ink=110)
    others = [np.maximum(place(s) // 2, mark) for s in range(5)]
    assert overlay_only(mark, others)
    assert not overlay_only(written("Some other|words", ink=200), others)
    assert not overlay_only(mark, others[:1]), "one picture proves nothing"


def sample(time: float, picture: np.ndarray, change: float = 0.0) -> Sample:
    return Sample(pack(Frame(time, picture)), look(picture), change, 0.25)


def test_the_frame_that_stands_is_sharp_steady_full_and_near_the_middle():
    good = grain(place(1), 5)
    same = [sample(t / 4, good) for t in range(9)]
    assert int(np.argmax(merits(same))) == 4
    same[4] = sample(1.0, cv2.GaussianBlur(good, (0, 0), 3))
    assert int(np.argmax(merits(same))) in (3, 5)
    same[3] = sample(0.75, (good * 0.5).astype(np.uint8))
    assert int(np.argmax(merits(same))) == 5
    same[5] = sample(1.25, good, change=20)
    assert int(np.argmax(merits(same))) in (2, 6)
    same[2] = sample(0.5, place(9))
    assert int(np.argmax(merits(same))) == 6


def test_blank_samples_never_stand_beside_something():
    samples = [sample(t / 4, np.zeros(SHAPE, np.uint8)) for t in range(8)]
    samples.append(sample(2.0, cv2.GaussianBlur(place(1), (0, 0), 4), change=30))
    assert int(np.argmax(merits(samples))) == 8
    assert companions(samples, 8, 2) == ()


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5])
def test_companions_are_spread_over_the_segment(count: int):
    samples = [sample(t / 4, place(t)) for t in range(21)]
    times = [frame.time for frame in companions(samples, 10, count)]
    assert len(times) == count
    assert samples[10].time not in times
    if count == 2:
        assert times[0] < 2.0 < 3.0 < times[1]


def test_what_returns_is_not_new():
    memory = Memory()
    first, second = look(place(1)), look(place(2))
    assert memory.novelty(first) == 1.0
    assert memory.novelty(second) > 0.8
    assert memory.novelty(look(grain(place(1), 4))) < 0.1, "shot and reverse shot"
    assert memory.novelty(look(written("One title"))) > 0.8
    assert memory.novelty(look(written("Quite another|title card"))) > 0.3
    assert memory.novelty(look(written("One title"))) < 0.1


def test_a_packed_frame_is_the_picture_and_holds_no_pixels():
    picture = place(3, (540, 960, 3))
    frame = pack(Frame(1.5, picture))
    assert (frame.time, frame.width, frame.height) == (1.5, 960, 540)
    assert np.abs(frame.image.astype(int) - picture).mean() < 3
    assert frame.image is not frame.image
    assert frame._pixels is None
    assert len(frame.data) < picture.nbytes / 15
    half = frame.scaled(480, 270)
    assert half.shape == (270, 480, 3)
    assert frame.scaled(960, 540).shape == picture.shape
    assert frame.detached(240).image.shape == (135, 240, 3)
    again = pickle.loads(pickle.dumps(frame))
    assert np.array_equal(again.image, frame.image)


def test_packing_shrinks_to_the_side_and_never_enlarges():
    assert pack(Frame(0.0, place(1, (720, 1280, 3))), side=320).image.shape == (180, 320, 3)
    assert pack(Frame(0.0, place(1))).image.shape == SHAPE
    assert pack(Frame(0.0, place(1, (720, 1280, 3))), side=None).image.shape == (720, 1280, 3)
