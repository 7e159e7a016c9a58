"""Frames, sound, scripts."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.core.media_types import Audio, Frame, Keyframe
from scenewise.core.script import Description, Script
from scenewise.core.time import Span

# --- frames ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((4, 4, 3), np.float32),
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((3, 4, 4, 3), np.uint8),
    ],
)
def test_a_frame_is_rgb_bytes_and_nothing_else(image) -> None:
    with pytest.raises(ValueError, match="uint8"):
        Frame(0.0, image)


def test_a_lazy_frame_is_loaded_once_and_only_when_asked() -> None:
    asked: list[tuple[int, int]] = []

    def load(width: int, height: int) -> np.ndarray:
        asked.append((width, height))
        return np.full((height, width, 3), len(asked), np.uint8)

    frame = Frame.lazy(1.5, 64, 48, load)
    assert (frame.time, frame.width, frame.height) == (1.5, 64, 48)
    assert asked == []
    assert frame.scaled(8, 6).shape == (6, 8, 3)
    assert frame.image is frame.image
    assert asked == [(8, 6), (64, 48)]
    assert frame.scaled(64, 48) is frame.image


@pytest.mark.parametrize("side", [None, 20])
@pytest.mark.parametrize("lazy", [False, True])
def test_a_detached_frame_owns_its_pixels(lazy, side) -> None:
    pixels = np.zeros((40, 80, 3), np.uint8)

    def load(width: int, height: int) -> np.ndarray:
        return pixels[:height, :width]  # memory that is about to be used for something else

    frame = Frame.lazy(2.0, 80, 40, load) if lazy else Frame(2.0, pixels)
    kept = frame.detached(side)
    pixels[:] = 255
    assert kept.time == 2.0
    assert (kept.width, kept.height) == ((20, 10) if side else (80, 40))
    assert (kept.image == 0).all()
    assert kept.image.flags.c_contiguous


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 4000), st.integers(1, 4000), st.integers(1, 600))
def test_a_frame_fits_a_square_keeps_its_shape_and_is_never_enlarged(width, height, side) -> None:
    frame = Frame.lazy(0.0, width, height, lambda *_: np.zeros((1, 1, 3), np.uint8))
    w, h = frame.size_within(side)
    assert 1 <= w <= min(width, side)
    assert 1 <= h <= min(height, side)
    if max(width, height) > side:
        assert max(w, h) == side
        assert abs(w - side * width / max(width, height)) <= 1
    else:
        assert (w, h) == (width, height)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 40), st.integers(2, 40), st.integers(1, 20), st.integers(1, 20))
def test_shrinking_keeps_the_mean_and_a_flat_field(height, width, new_height, new_width) -> None:
    rng = np.random.default_rng(height * 41 + width)
    image = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    small = Frame(0.0, image).scaled(new_width, new_height)
    assert small.shape == (new_height, new_width, 3)
    assert np.abs(small.mean((0, 1)) - image.mean((0, 1))).max() <= 0.6
    flat = Frame(0.0, np.full((height, width, 3), 77, np.uint8)).scaled(new_width, new_height)
    assert (flat == 77).all()


def test_halving_takes_the_mean_of_four() -> None:
    image = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    blocks = image.reshape(2, 2, 3, 2, 3).astype(float).mean(axis=(1, 3))
    assert np.abs(Frame(0.0, image).scaled(3, 2) - blocks).max() <= 0.5


def test_a_keyframe_tells_its_frames_time_and_picture() -> None:
    frame = Frame(3.25, np.zeros((2, 2, 3), np.uint8))
    keyframe = Keyframe(frame, Span(3, 4))
    assert keyframe.time == 3.25
    assert keyframe.image is frame.image
    assert "3.250" in repr(frame)


# --- sound ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("samples", "rate"),
    [
        (np.zeros(10, np.float32), 8000),
        (np.zeros((1, 10), np.float64), 8000),
        (np.zeros((1, 10), np.float32), 0),
    ],
)
def test_sound_is_channels_by_samples_at_a_positive_rate(samples, rate) -> None:
    with pytest.raises(ValueError):
        Audio(samples, rate)


def test_mono_is_the_mean_of_the_channels() -> None:
    sound = Audio(np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5]], np.float32), 3, start=2.0)
    assert sound.duration == 1.0
    mono = sound.mono()
    assert mono.samples.tolist() == [[0.5, 0.5, 0.5]]
    assert (mono.start, mono.rate, mono.samples.dtype) == (2.0, 3, np.float32)
    assert mono.mono() is mono


# --- scripts --------------------------------------------------------------------------------


def line(name: str, start: float | None, length: float | None, span: Span) -> Description:
    """A line, spoken if it has a start."""
    text = f"Words of {name}."
    made = Description(name, span, text)
    if start is None:
        return made.silenced("no room")
    spoken = made.delivered(start, length or 0.0, text)
    return spoken if length is not None else replace(spoken, duration=None)


def test_silencing_and_delivering_undo_each_other() -> None:
    made = Description("d1", Span(1, 4), "Long words here.", variants=("Words.",))
    assert not made.voiced
    assert made.wordings == ("Long words here.", "Words.")
    spoken = made.delivered(1.5, 0.5, "Words.")
    assert spoken.voiced
    assert (spoken.start, spoken.duration, spoken.spoken) == (1.5, 0.5, "Words.")
    quiet = spoken.silenced("no room")
    assert (quiet.start, quiet.duration, quiet.spoken, quiet.reason) == (None, None, "", "no room")
    assert quiet.delivered(1.5, 0.5, "Words.") == spoken


def test_cues_are_what_is_spoken_in_order_of_time() -> None:
    script = Script(
        descriptions=(
            line("b", 6.0, 1.5, Span(5, 9)),
            line("silent", None, None, Span(0, 2)),
            line("a", 1.0, None, Span(0, 4)),  # not measured: until the end of its span
        )
    )
    cues = script.cues()
    assert [(cue.id, cue.span) for cue in cues] == [("a", Span(1, 4)), ("b", Span(6.0, 7.5))]
    assert cues[1].text == "Words of b."


def test_captions_last_as_long_as_the_segments_and_never_overlap() -> None:
    script = Script(
        descriptions=(
            line("a", 1.0, 1.0, Span(0, 6)),
            line("b", 4.5, 1.0, Span(4, 9)),
            line("c", 7.0, 1.0, Span(4, 9)),
            line("silent", None, None, Span(9, 12)),
            line("d", 12.0, 1.0, Span(12, 14)),
        )
    )
    shown = script.shown()
    assert [cue.span for cue in shown] == [Span(0, 4), Span(4, 9), Span(12, 14)]
    assert shown[1].text == "Words of b.\nWords of c."


STARTS = st.integers(0, 300).map(lambda tenth: tenth / 10)


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(STARTS, st.integers(0, 80), st.booleans()), max_size=10))
def test_captions_are_in_order_apart_and_lose_no_words(given_lines) -> None:
    lines = tuple(
        line(f"d{i}", start if voiced else None, 1.0, Span(start, start + length / 10))
        for i, (start, length, voiced) in enumerate(given_lines)
    )
    shown = Script(descriptions=lines).shown()
    assert all(a.span.end <= b.span.start for a, b in pairwise(shown))
    told = sorted(words for cue in shown for words in cue.text.split("\n"))
    voiced = sorted(d.text for d in lines if d.voiced and d.span.duration > 0)
    assert set(voiced) <= set(told)
    assert len(told) == len(set(told))


def test_a_script_with_other_lines_is_the_same_script() -> None:
    script = Script(language="de", notes=("a note",), descriptions=(line("a", 1, 1, Span(0, 2)),))
    other = script.with_descriptions(())
    assert (other.language, other.notes, other.descriptions) == ("de", ("a note",), ())
