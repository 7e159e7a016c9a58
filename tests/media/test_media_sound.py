"""Reading sound: a sample's index is its film time, whatever the container does."""

from __future__ import annotations

import sys
import wave
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.stream import Disposition
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenewise.core.errors import FileMissing, NotAVideo, OutputUnwritable, UnknownChoice
from scenewise.core.media_types import Audio
from scenewise.media import sound as sound_module
from scenewise.media.reading import Film
from scenewise.media.sound import read_sound, write_sound

RATE = 48_000


def _whole(path: Path, **asked) -> np.ndarray:
    """All samples, channels×n, after checking that the stretches join without a gap."""
    parts = list(read_sound(path, **asked))
    at = 0
    for part in parts:
        assert part.samples.dtype == np.float32
        assert part.start == pytest.approx(at / part.rate, abs=1e-9)
        at += part.samples.shape[1]
    return np.concatenate([p.samples for p in parts], axis=1)


def _burst(start: float, end: float, length: float, rate: int = RATE) -> np.ndarray:
    """A tone between two times, silence around it, mono."""
    t = np.arange(round(length * rate)) / rate
    on = (t >= start) & (t < end)
    return np.where(on, 0.5 * np.sin(2 * np.pi * 1000 * t), 0).astype(np.float32)[None]


def _loud(samples: np.ndarray, rate: int) -> list[tuple[float, float]]:
    """(start, end) in seconds of the parts whose level in 5 ms is above −30 dB."""
    step = rate // 200
    level = np.abs(samples[0][: samples.shape[1] // step * step]).reshape(-1, step).max(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], level > 0.03, [0]])))
    return [(a * step / rate, b * step / rate) for a, b in edges.reshape(-1, 2)]


CONTAINERS = {
    "s.mp4": ("libx264", "aac"),
    "s.mov": ("libx264", "pcm_s16le"),
    "s.mkv": ("libx264", "flac"),
    "o.mkv": ("libx264", "libopus"),
    "s.ts": ("libx264", "aac"),
    "m.ts": ("mpeg2video", "mp2"),
    "s.mpg": ("mpeg2video", "mp2"),
    "s.webm": ("libvpx", "libopus"),
    "s.avi": ("mpeg4", "libmp3lame"),
    "s.flv": ("libx264", "aac"),
}


@pytest.mark.parametrize("late", [0.0, 0.7])
@pytest.mark.parametrize("name", sorted(CONTAINERS))
def test_a_flash_and_a_beep_at_the_same_moment_are_read_at_the_same_time(
    films, name: str, late: float
) -> None:
    if late and name == "s.avi":
        pytest.skip("AVI stores no times, so sound cannot begin late")
    video, audio = CONTAINERS[name]
    flash = range(40, 50)  # 1.6 s to 2.0 s
    pictures = [np.full((64, 64, 3), 230 if i in flash else 20, np.uint8) for i in range(75)]
    samples = _burst(1.6 - late, 2.0 - late, 3.0 - late)
    path = films.film(
        name,
        pictures,
        codec=video,
        options={"bf": "2"} if video == "libx264" else {"b": "500k", "deadline": "realtime"},
        sound=[samples],
        sound_codec=audio,
        sound_start=late,
    )
    bright = [f.time for f in Film(path).frames() if f.image.mean() > 120]
    heard = _loud(_whole(path), RATE)
    assert len(heard) == 1
    assert len(bright) == 10
    # Lossy coders smear a beep by a frame of theirs; without times (AVI) their delay shows too.
    allowed = 0.06 if name == "s.avi" else 0.03
    assert heard[0][0] == pytest.approx(bright[0], abs=allowed)
    assert heard[0][1] == pytest.approx(bright[-1] + 0.04, abs=allowed + 0.01)


def test_a_late_start_is_filled_with_silence_to_the_sample(films) -> None:
    path = films.film("late.mov", count=50, sound=[_burst(0, 1, 1)], sound_codec="pcm_s16le",
                      sound_start=0.75)  # fmt: skip
    samples = _whole(path)
    assert not samples[:, : round(0.75 * RATE)].any()
    expected = _burst(0, 1, 1)
    got = samples[:, round(0.75 * RATE) :]
    assert got.shape == expected.shape
    assert np.abs(got - expected).max() < 1e-4


def test_a_hole_in_the_time_stamps_is_filled_with_silence(tmp_path: Path) -> None:
    path = tmp_path / "hole.mkv"
    tone = _burst(0, 2, 2)
    with av.open(str(path), "w") as container:
        track = container.add_stream("flac", rate=RATE)
        track.layout = "mono"
        packets = []
        for at in range(0, 2 * RATE, 4800):
            frame = av.AudioFrame.from_ndarray(tone[:, at : at + 4800], "fltp", "mono")
            frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
            packets += track.encode(frame)
        packets += track.encode(None)
        for packet in packets:
            if packet.pts * packet.time_base >= 1:
                shift = int(3 / packet.time_base)
                packet.pts += shift
                packet.dts += shift
            container.mux(packet)
    samples = _whole(path)
    assert samples.shape[1] == pytest.approx(5 * RATE, abs=0.06 * RATE)
    heard = _loud(samples, RATE)
    assert heard[0] == pytest.approx((0.0, 1.0), abs=0.11)
    assert heard[1] == pytest.approx((heard[0][1] + 3, 5.0), abs=0.02)
    assert len(heard) == 2


def test_damage_becomes_silence_and_what_follows_keeps_its_time(films) -> None:
    path = films.film("broken.mp4", count=250, sound=[_burst(8, 9, 10) + _burst(1, 2, 10)])
    with av.open(str(path)) as container:
        places = [(p.pos, p.size) for p in container.demux(audio=0) if p.size]
    content = bytearray(path.read_bytes())
    for position, size in places[150:250]:  # 3.2 s to 5.3 s
        content[position : position + size] = np.random.default_rng(0).bytes(size)
    path.write_bytes(content)
    samples = _whole(path)
    assert samples.shape[1] == pytest.approx(10 * RATE, abs=0.05 * RATE)
    heard = [span for span in _loud(samples, RATE) if not 3 < span[0] < 5.5]
    assert heard[0] == pytest.approx((1.0, 2.0), abs=0.04)
    assert heard[-1] == pytest.approx((8.0, 9.0), abs=0.04)


@pytest.mark.parametrize(
    ("name", "flag"),  # each container keeps another flag for the same thing
    [("two.mkv", Disposition.visual_impaired), ("two.mp4", Disposition.descriptions)],
)
def test_the_films_own_sound_is_chosen_not_the_described_track(
    films, sine, name: str, flag: Disposition
) -> None:
    def set_up(index: int, track) -> None:
        if index == 0:
            track.disposition = Disposition.default | flag

    tones = [sine(1.0, frequency=300), sine(1.0, frequency=2000)]
    path = films.film(name, count=25, sound=tones, sound_codec="flac", set_up_sound=set_up)

    def pitch(samples: np.ndarray) -> float:
        return float(np.abs(np.fft.rfft(samples[0])).argmax() * RATE / samples.shape[1])

    assert pitch(_whole(path)) == pytest.approx(2000, abs=5)
    assert pitch(_whole(path, stream=1)) == pytest.approx(300, abs=5)
    assert pitch(_whole(path, stream=2)) == pytest.approx(2000, abs=5)
    for wrong in (0, 7):
        with pytest.raises(UnknownChoice, match="choose one of: 1, 2"):
            next(read_sound(path, stream=wrong))


@pytest.mark.parametrize("chunk", [0.1, 1.0, 30.0])
def test_stretches_have_the_length_asked_for(films, sine, chunk: float) -> None:
    path = films.film("c.mkv", count=5, sound=[sine(2.5)], sound_codec="flac")
    lengths = [part.samples.shape[1] for part in read_sound(path, chunk=chunk)]
    assert sum(lengths) == round(2.5 * RATE)
    assert all(length == round(chunk * RATE) for length in lengths[:-1])


def test_another_rate_keeps_pitch_time_and_level(films) -> None:
    path = films.film("r.mkv", count=5, sound=[_burst(0.5, 1.5, 2)], sound_codec="flac")
    samples = _whole(path, rate=16_000)
    assert samples.shape == (1, 32_000)
    assert _loud(samples, 16_000)[0] == pytest.approx((0.5, 1.5), abs=0.006)
    inside = samples[0, 10_000:20_000]
    assert np.abs(np.fft.rfft(inside)).argmax() * 1.6 == pytest.approx(1000, abs=2)
    assert np.sqrt(np.mean(inside**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.01)


def test_mono_is_the_mean_and_never_louder(films, sine) -> None:
    both = sine(1.0, channels=2)
    path = films.film("m.mkv", count=5, sound=[both], sound_codec="flac")
    assert np.abs(_whole(path, mono=True) - both[:1]).max() < 1e-3
    one = both.copy()
    one[1] = 0
    path = films.film("o.mkv", count=5, sound=[one], sound_codec="flac")
    assert np.abs(_whole(path, mono=True) - both[:1] / 2).max() < 1e-3


def test_surround_sound_is_read_whole_or_mixed_down(data: Path) -> None:
    path = data / "described/rabbit/video.mp4"
    six = _whole(path)
    two = _whole(path, layout="stereo")
    one = _whole(path, mono=True)
    assert (six.shape[0], two.shape[0], one.shape[0]) == (6, 2, 1)
    assert six.shape[1] == two.shape[1] == one.shape[1] == 657_408
    assert np.abs(one).max() <= np.abs(six).sum(axis=0).max()
    assert np.corrcoef(one[0], six[:5].sum(axis=0))[0, 1] > 0.9


def test_a_film_without_sound_gives_nothing(data: Path) -> None:
    assert list(read_sound(data / "nature/dog_eating.mp4")) == []


def test_missing_and_unreadable_files_are_told(tmp_path: Path, data: Path) -> None:
    with pytest.raises(FileMissing):
        next(read_sound(tmp_path / "none.mp4"))
    with pytest.raises(NotAVideo):
        next(read_sound(data / "odd/WrongFile.mp4"))


def test_stopping_early_closes_the_file(films, sine) -> None:
    path = films.film("early.mkv", count=5, sound=[sine(3.0)], sound_codec="flac")
    reader = read_sound(path)
    next(reader)
    reader.close()
    if sys.platform.startswith("linux"):
        assert path.name not in {link.resolve().name for link in Path("/proc/self/fd").iterdir()}
    path.unlink()


def test_speech_of_a_real_film_is_in_step_with_its_captions(data: Path) -> None:
    """The NASA film's narration is silent before its first caption begins at 0.21 s."""
    samples = _whole(data / "nature/nasa_13013.mp4", mono=True)
    level = np.abs(samples[0][: 13 * 16_000]).reshape(-1, 1600).max(axis=1)
    assert level[:1].max() < 0.25 * level[3:20].max()


# ---------------------------------------------------------------- writing


@pytest.mark.parametrize(
    ("suffix", "likeness"),
    [(".wav", 0.99999), (".flac", 0.99999), (".mka", 0.99999), (".m4a", 0.99), (".mp3", 0.98),
     (".ogg", 0.97), (".opus", 0.97)],
)  # fmt: skip
def test_what_is_written_is_read_back_in_step(tmp_path: Path, suffix: str, likeness: float) -> None:
    rng = np.random.default_rng(0)
    kernel = np.hanning(24)
    noise = np.convolve(rng.standard_normal(2 * RATE), kernel / kernel.sum(), "same")
    sound = np.stack([noise, np.roll(noise, 500)]).astype(np.float32) * 0.4
    path = tmp_path / f"out{suffix}"
    write_sound(path, [Audio(sound[:, :30_001].copy(), RATE), Audio(sound[:, 30_001:], RATE)])
    back = _whole(path)
    count = min(back.shape[1], sound.shape[1])
    assert abs(back.shape[1] - sound.shape[1]) < 2048
    assert np.corrcoef(back[:, :count].ravel(), sound[:, :count].ravel())[0, 1] > likeness


def test_a_wav_file_is_plain_sixteen_bit_and_clips_instead_of_wrapping(tmp_path: Path) -> None:
    path = tmp_path / "loud.wav"
    write_sound(path, [Audio(np.array([[0.0, 0.5, 1.5, -1.5]], np.float32), 8000)])
    with wave.open(str(path)) as file:
        assert (file.getsampwidth(), file.getnchannels(), file.getframerate()) == (2, 1, 8000)
        assert np.frombuffer(file.readframes(9), "<i2").tolist() == [0, 16384, 32767, -32768]


def test_writing_says_why_it_cannot(tmp_path: Path) -> None:
    sound = [Audio(np.zeros((1, 100), np.float32), 8000)]
    for path, said in (
        (tmp_path / "a.xyz", "cannot be written as .xyz"),
        (tmp_path / "none" / "a.wav", "folder"),
        (tmp_path, "cannot be written as"),
    ):
        with pytest.raises(OutputUnwritable) as refused:
            write_sound(path, sound)
        assert said in str(refused.value)
    with pytest.raises(OutputUnwritable):
        write_sound(tmp_path / "a.wav", [])
    with pytest.raises(OutputUnwritable):
        write_sound(tmp_path / "a.wav", sound, codec="no_such_codec")
    with pytest.raises(OutputUnwritable):
        write_sound(tmp_path / "a.wav", [Audio(np.zeros((17, 10), np.float32), 8000)])
    assert list(tmp_path.iterdir()) == []


@given(
    lengths=st.lists(st.integers(0, 3000), min_size=1, max_size=6),
    chunk=st.floats(0.01, 0.3),
    channels=st.integers(1, 2),
)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_regrouping_loses_and_invents_nothing(
    tmp_path: Path, lengths: list[int], chunk: float, channels: int
) -> None:
    total = sum(lengths)
    if not total:
        return
    sound = np.random.default_rng(total).uniform(-1, 1, (channels, total)).astype(np.float32)
    cuts = np.cumsum(lengths)[:-1]
    path = tmp_path / "r.wav"
    parts = [Audio(p, 8000) for p in np.split(sound, cuts, axis=1)]
    write_sound(path, parts, codec="pcm_f32le")
    assert np.array_equal(_whole(path, chunk=chunk), sound)


@pytest.mark.parametrize(
    "name",
    ["film/sintel_trailer_52s.mp4", "film/bbb_0_30.webm", "described/ozplayer/xad-counting.mp3"],
)
def test_sound_converted_in_larger_parts_is_the_same_to_the_last_bit(
    data: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    ways: list[dict[str, Any]] = [
        {"rate": 16_000, "mono": True},
        {"rate": 48_000, "layout": "stereo"},
    ]
    gathered = [_whole(data / name, **way) for way in ways]
    monkeypatch.setattr(sound_module, "_gathered", lambda blocks: blocks)
    for way, whole in zip(ways, gathered, strict=True):
        assert np.array_equal(whole, _whole(data / name, **way))


def test_parts_of_different_rates_are_not_converted_together() -> None:
    given_parts = [
        (1, 9000, 8000, "mono"),
        (1, 9000, 8000, "mono"),
        (1, 10, 8000, "mono"),
        (1, 20, 16_000, "mono"),
        (2, 30, 16_000, "stereo"),
        (2, 1, 16_000, "stereo"),
    ]
    parts = [
        sound_module._Block(np.full((channels, count), i, np.float32), rate, layout)
        for i, (channels, count, rate, layout) in enumerate(given_parts)
    ]
    made = [(b.samples.shape, b.rate, b.layout) for b in sound_module._gathered(parts)]
    assert made == [
        ((1, 18_000), 8000, "mono"),
        ((1, 10), 8000, "mono"),
        ((1, 20), 16_000, "mono"),
        ((2, 31), 16_000, "stereo"),
    ]
