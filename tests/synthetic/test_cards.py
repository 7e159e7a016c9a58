"""Writing in drawn films is where a viewer, and a text reader, can see it."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synth_pictures import some_event

from scenewise.models.text_reader import RapidReader
from scenewise.synthetic.cards import faded, hang_sign, title_card
from scenewise.synthetic.staging import Shooting, Stage
from scenewise.synthetic.story import write_story

TITLES = [*sorted({write_story(seed, seconds=15).title for seed in range(60)}), "The End"]
SIGNS = sorted({c.written for seed in range(60) for c in write_story(seed).clips if c.event} - {""})
SIZES = ((128, 96), (640, 480), (640, 360), (270, 480))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("title", [min(TITLES, key=len), max(TITLES, key=len)])
def test_a_title_lies_within_its_frame(title, size) -> None:
    picture = title_card(title, *size, 0)
    assert picture.shape == (size[1], size[0], 3)
    blank = title_card(" ", *size, 0)
    changed = np.argwhere((picture != blank).any(axis=2))
    assert len(changed) > 20
    edge = 0.05 * size[1]
    low, high = changed.min(axis=0), changed.max(axis=0)
    assert (low > edge).all()
    assert high[0] < size[1] - edge
    assert high[1] < size[0] - edge
    assert (low + high) / 2 == pytest.approx((size[1] / 2, size[0] / 2), abs=0.04 * size[1] + 1)


@given(st.integers(0, 2**31 - 1))
def test_a_title_stands_out_from_its_ground(seed) -> None:
    grey = title_card("The Lost Drum", 160, 120, seed).mean(axis=2)
    assert np.ptp(grey) > 150


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("text", [min(SIGNS, key=len), max(SIGNS, key=len)])
def test_the_whole_of_a_sign_is_seen_at_some_moment(text, size) -> None:
    width, height = size
    for place in range(3):
        shooting = Shooting(place=place, camera="still")
        event = some_event("kneel", setting="garage")
        bare = Stage(event, shooting, width, height, 4.0).frame(0.0)
        signed = Stage(event, shooting, width, height, 4.0, sign=text).frame(0.0)
        changed = (bare != signed).any(axis=2)
        rows, columns = changed.any(axis=1).nonzero()[0], changed.any(axis=0).nonzero()[0]
        assert rows[0] > 0
        assert columns[0] > 0
        assert columns[-1] < width - 1
        assert rows[-1] < height / 2


def test_a_sign_hides_little_and_changes_no_original() -> None:
    scenery = np.full((240, 320, 3), 77, np.uint8)
    signed = hang_sign(scenery, "NO ENTRY", 3)
    assert (scenery == 77).all()
    assert 0.005 < (signed != 77).any(axis=2).mean() < 0.1


@pytest.mark.slow
def test_titles_and_signs_can_be_read() -> None:
    reader = RapidReader()

    def read(picture: np.ndarray) -> str:
        return re.sub(r"\W", "", " ".join(line.text for line in reader.read(picture))).lower()

    wanted = [([title_card(t, 640, 480, k)], t) for k, t in enumerate(TITLES[:4])]
    for k, text in enumerate(SIGNS[:6]):
        stage = Stage(some_event("walk"), Shooting(place=k), 640, 480, 4.0, sign=text)
        # Who walks by may hide some of it for a while.
        wanted.append(([stage.frame(time) for time in (0.0, 4.0)], text))
    for pictures, text in wanted:
        assert any(re.sub(r"\W", "", text).lower() in read(picture) for picture in pictures)


@settings(max_examples=20)
@given(st.floats(0, 1), st.integers(0, 255))
def test_a_fade_leads_from_black_to_the_picture(light, value) -> None:
    picture = np.full((4, 6, 3), value, np.uint8)
    assert faded(picture, light)[0, 0, 0] == pytest.approx(light * value, abs=1)
    assert (faded(picture, 0.0) == 0).all()
    assert (faded(picture, 1.0) == picture).all()
