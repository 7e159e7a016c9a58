"""Described films that come from elsewhere, measured against the film they were made from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scenewise
from scenewise.core.errors import InputError, OptionInvalid
from scenewise.core.media_types import Audio
from scenewise.core.time import Span
from scenewise.description.aligning import Alignment, align, aligned
from scenewise.description.comparing import chosen
from scenewise.description.limits import CheckOptions
from scenewise.media.probe import probe

SOUND = np.random.default_rng(5).normal(size=4_000 * 40).astype(np.float32) * 0.05


def sound(samples: npt.NDArray[np.float32], rate: int = 4_000) -> Iterator[Audio]:
    for at in range(0, samples.size, rate):
        yield Audio(samples[None, at : at + rate], rate)


@given(st.floats(-15, 15), st.sampled_from([0.25, 0.5, 1.0, 2.0, 4.0]), st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_a_copy_is_found_wherever_and_however_loud_it_lies(lag, gain, seed) -> None:
    copy = np.concatenate([c.samples[0] for c in aligned(sound(SOUND), Alignment(lag, gain))])
    assert abs(copy.size - SOUND.size - 4_000 * lag) <= 1
    speech = np.random.default_rng(seed).normal(size=copy.size) * 0.05 * np.sqrt(gain)
    speech[copy.size // 3 :] = 0  # something is added for a third of the time
    found = align(lambda _: sound(SOUND), lambda _: sound(copy + speech.astype(np.float32)))
    assert found is not None
    assert found.lag == pytest.approx(lag, abs=1e-3)
    assert found.gain == pytest.approx(gain, rel=0.1)


def test_another_sound_is_not_it_and_silence_is_in_everything() -> None:
    other = np.random.default_rng(6).normal(size=SOUND.size).astype(np.float32) * 0.05
    assert align(lambda _: sound(SOUND), lambda _: sound(other)) is None
    fast = SOUND[np.arange(0, SOUND.size - 1, 25 / 24).astype(int)]
    assert align(lambda _: sound(SOUND), lambda _: sound(fast)) is None
    assert align(lambda _: sound(SOUND), lambda _: iter(())) is None
    assert align(lambda _: sound(0 * SOUND), lambda _: sound(other)) == Alignment()
    assert align(lambda _: iter(()), lambda _: sound(other)) == Alignment()


def options(original: Path | str = "", stream: int | None = None) -> CheckOptions:
    return CheckOptions(original=str(original), stream=stream)


@pytest.mark.slow
@pytest.mark.parametrize("original", ["video.mp4", "video.webm"])
def test_what_people_added_to_a_film_is_heard_against_the_film(original, data) -> None:
    folder = data / "described" / "rabbit"
    film = folder / "video-with-voiceover.mp4"
    with pytest.raises(InputError, match="--original"):
        scenewise.check(film)
    checked = scenewise.check(film, options=options(folder / original))
    found = {measure.name: measure for measure in checked.measures}
    assert found["heard as speech"].value == 100
    assert 50 < found["described share"].value < 70  # listened to: 7.9 of 13.7 s
    assert found["forbidden phrases"].passed is None  # nobody knows the words
    # listened to: the narrator is far louder than the film
    assert found["loudness against dialogue"].value > 6
    silent = scenewise.check(film, options=options(folder / "silent.mp4"))
    share = next(m.value for m in silent.measures if m.name == "described share")
    assert share > 90, "against silence all that sounds was added"


@pytest.mark.slow
def test_an_original_that_begins_later_is_measured_on_one_clock(data, tmp_path) -> None:
    from scenewise.media.sound import read_sound, write_sound

    folder = data / "described" / "rabbit"
    late = tmp_path / "late.flac"
    lead = Audio(np.zeros((2, 2 * 44_100), np.float32), 44_100)
    own = read_sound(folder / "video.mp4", rate=44_100, layout="stereo")
    write_sound(late, iter([lead, *own]))
    film = folder / "video-with-voiceover.mp4"
    plain = chosen(probe(film), options(folder / "video.mp4"))
    shifted = chosen(probe(film), options(late))
    assert shifted.alignment.lag == pytest.approx(plain.alignment.lag - 2.0, abs=0.03)
    checks = [scenewise.check(film, options=options(o)) for o in (folder / "video.mp4", late)]
    spans = [next(m for m in c.measures if m.name == "outside a pause").where for c in checks]
    assert [s.start for s in spans[1]] == pytest.approx([s.start for s in spans[0]], abs=0.2)
    assert [note for note in checks[1].notes if note.endswith("s earlier in the described film")]
    assert checks[0].notes == ()


@pytest.mark.slow
def test_a_stream_can_be_named_where_none_is_flagged(data) -> None:
    film = data / "nature" / "nasa_13013.mp4"
    info = probe(film)
    first, second = (stream.index for stream in info.audio)
    with pytest.raises(InputError, match=f"--stream .{first}: aac stereo eng, {second}: "):
        scenewise.check(film)
    streams = chosen(info, options(stream=second))
    assert (streams.described, streams.original, streams.source) == (second, first, None)
    streams = chosen(info, options(stream=first))
    assert (streams.described, streams.original) == (first, second)
    heard = scenewise.check(film, options=options(stream=first))
    assert {m.name for m in heard.measures} >= {"heard over dialogue", "sound added"}


@pytest.mark.parametrize(
    ("original", "stream", "message"),
    [
        ("film/friday.mp4", None, "the sound of friday.mp4 is not in it"),
        ("nowhere.mp4", None, "no such file"),
        ("described/rabbit/descriptions.vtt", None, "text, not a video"),
        ("", 1, "only sound, and there is nothing to compare it with"),
        ("", 0, "stream 0 of this film is no sound; name one of: 1: aac stereo"),
        ("described/rabbit/video.mp4", 7, "stream 7 of this film is no sound"),
        ("described/rabbit/video-with-voiceover.mp4", None, "the described film itself"),
    ],
)
def test_what_cannot_be_compared_is_said_in_one_line(original, stream, message, data) -> None:
    film = data / "described" / "rabbit" / "video-with-voiceover.mp4"
    named = data / original if original else ""
    with pytest.raises(InputError, match=message) as error:
        scenewise.check(film, options=options(named, stream))
    assert "\n" not in str(error.value)


def test_sounds_of_a_described_film_are_not_those_of_a_script(data) -> None:
    script = data / "described" / "rabbit" / "descriptions.vtt"
    with pytest.raises(InputError, match="--film"):
        scenewise.check(script, options=options(stream=1))
    with pytest.raises(InputError, match="--film"):
        scenewise.check(scenewise.Script(), options=options("film.mp4"))
    with pytest.raises(OptionInvalid):
        options(stream=-1)


def test_dialogue_is_moved_and_made_louder_with_the_original() -> None:
    from scenewise.description.comparing import Streams
    from scenewise.description.hearing import Sound
    from scenewise.media.loudness import Loudness

    sound = Sound((Span(0.5, 1), Span(3, 4)), Loudness(-30, -9, 2), None)
    moved = Streams(Path("a"), 1, 2, alignment=Alignment(-2.0, 4.0)).heard_in(sound)
    assert moved.dialogue == (Span(1, 2),)
    assert moved.speech is not None
    assert moved.speech.integrated == pytest.approx(-24, abs=0.1)
