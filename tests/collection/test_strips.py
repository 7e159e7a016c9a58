"""A strip has pictures at regular times, whatever the film's length and rate, and survives."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.collection.looking import Looker
from scenewise.collection.strips import (
    MOST,
    PERIOD,
    SIDE,
    Strip,
    Strips,
    StripTaker,
    packed,
    strip_of,
    unpacked,
)
from scenewise.core.errors import NotAVideo
from scenewise.core.media_types import Frame


def _taken(times, size=(90, 160)) -> Strip:
    taker = StripTaker()
    for time in times:
        level = int(time * 10) % 200 + 20
        taker.see(Frame(time, np.full((*size, 3), level, np.uint8)))
    return taker.strip()


@settings(max_examples=25, deadline=None)
@given(
    rate=st.floats(5, 60),
    seconds=st.floats(0.1, 150),
    start=st.floats(0, 3),
    jitter=st.floats(0, 0.3),
)
def test_pictures_come_at_regular_times(rate, seconds, start, jitter):
    rng = np.random.default_rng(int(rate * 100))
    times = start + (np.arange(max(1, int(rate * seconds))) + rng.uniform(0, jitter)) / rate
    strip = _taken(times, (9, 16))
    assert 1 <= len(strip) <= MOST
    assert strip.time[0] == times[0]
    period = PERIOD
    while (times[-1] - times[0]) / period + 1 > MOST:  # the first one counts as well
        period *= 2
    gaps = np.diff(strip.time)
    assert np.all(gaps > 0)
    if len(gaps):
        assert gaps.max() <= period + 1.5 / rate
        # as many as there is room for: the distance was doubled no more than was needed
        assert times[-1] - strip.time[-1] < period + 1.5 / rate


def test_a_picture_keeps_the_proportions_and_is_never_enlarged():
    assert _taken([0.0], (180, 320)).pictures.shape == (1, 27, SIDE)
    assert _taken([0.0], (256, 144)).pictures.shape == (1, SIDE, 27)
    assert _taken([0.0], (20, 30)).pictures.shape == (1, 20, 30)


@settings(max_examples=30, deadline=None)
@given(
    count=st.integers(0, 30),
    size=st.sampled_from([(48, 27), (27, 48), (48, 48), (20, 30), (1, 48)]),
    seed=st.integers(0, 1000),
)
def test_bytes_give_the_strip_back(count, size, seed):
    rng = np.random.default_rng(seed)
    smooth = rng.uniform(40, 210, (count, 1, 1)) + np.linspace(-20, 20, size[1])
    pictures = np.broadcast_to(smooth, (count, *size)).astype(np.uint8)
    strip = Strip(np.arange(count) * 0.25, pictures)
    back = unpacked(packed(strip))
    assert np.allclose(back.time, strip.time)
    assert len(back) == count
    if count:
        assert back.pictures.shape == pictures.shape
        off = np.abs(back.pictures.astype(int) - pictures)
        assert off.mean() < 4
    if count and SIDE in size:
        # a picture does not bleed into the next
        assert np.abs(off.mean(axis=(1, 2))).max() < 6


@pytest.mark.parametrize("keep", [0, 5, 12, 200])
def test_what_is_no_whole_strip_is_refused(keep):
    data = packed(_taken(np.arange(0, 5, 0.1)))
    with pytest.raises(ValueError, match="strip"):
        unpacked(data[:keep])
    with pytest.raises(ValueError, match="no strip"):
        unpacked(b"JUNK" + data[4:])


def test_a_strip_is_found_by_its_digest_until_it_is_swept(tmp_path):
    strips = Strips(tmp_path / "strips")
    assert strips.read("blake2b:aa11") is None
    strips.write("blake2b:aa11", _taken([0.0, 1.0]))
    strips.write("blake2b:bb22", _taken([0.0]))
    kept = strips.read("blake2b:aa11")
    assert kept is not None
    assert kept.time.tolist() == [0.0, 1.0]
    strips.sweep(["blake2b:aa11"])
    assert strips.read("blake2b:bb22") is not None  # its row may be on the way
    for path in (tmp_path / "strips").rglob("*.strip"):
        os.utime(path, (0, 0))
    strips.sweep(["blake2b:aa11"])
    assert strips.read("blake2b:aa11") is not None
    assert strips.read("blake2b:bb22") is None


def test_a_damaged_strip_is_none(tmp_path):
    strips = Strips(tmp_path)
    strips.write("x:cc33", _taken([0.0]))
    (path,) = tmp_path.rglob("*.strip")
    path.write_bytes(path.read_bytes()[:20])
    assert strips.read("x:cc33") is None


@pytest.mark.slow
def test_looking_at_a_film_keeps_the_strip_that_the_film_has(upright, tmp_path):
    from scenewise.collection.looking import Looked, Wanted, chosen_reader, chosen_selector
    from scenewise.collection.options import IndexOptions

    film = upright("strip")
    strips = Strips(tmp_path)
    reader = chosen_reader("none", IndexOptions().reading)
    looker = Looker(chosen_selector("clarity-colour", 5), reader, lambda _: False, strips)
    (seen,) = looker.look([Wanted(film, "a")])
    assert isinstance(seen, Looked)
    kept, made = strips.read(seen.stamp.digest), strip_of(film)
    assert kept is not None
    assert kept.time == pytest.approx(made.time)
    assert np.abs(kept.pictures.astype(int) - made.pictures).mean() < 6
    assert kept.time == pytest.approx(np.arange(0, 2, 0.25), abs=0.11)


def test_what_is_no_film_has_no_strip(tmp_path):
    path = tmp_path / "words.mp4"
    path.write_text("no film")
    with pytest.raises(NotAVideo):
        strip_of(path)
