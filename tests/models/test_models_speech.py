"""Finding speech: on real films with captions, and on sound whose truth is known."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import resample_poly

from scenewise.core.errors import ModelMissing, OptionInvalid
from scenewise.core.media_types import Audio
from scenewise.core.plugins import load
from scenewise.core.ports import SpeechDetector, VoiceOptions
from scenewise.core.time import Span, complement, shared, union
from scenewise.media.resampling import resampled
from scenewise.media.sound import read_sound
from scenewise.models import speech
from scenewise.models.speech import EnergyDetector, SileroDetector
from scenewise.models.speech_options import SpeechOptions
from scenewise.models.speech_spans import Hysteresis
from scenewise.models.speech_windows import RATE, WINDOW, windows
from scenewise.models.voices.espeak import EspeakVoice

SENTENCE = "The old man shoves the younger one to the ground and points at the door."


@pytest.fixture(scope="module")
def spoken() -> tuple[Audio, Span]:
    """A sentence with two seconds of faint noise before and after, and where it lies."""
    voice = EspeakVoice(VoiceOptions("en-GB")).say(SENTENCE)
    random = np.random.default_rng(1)
    hush = 0.0005 * random.standard_normal((2, 2 * voice.rate)).astype(np.float32)
    samples = np.concatenate([hush[:1], 0.5 * voice.samples, hush[1:]], axis=1)
    return Audio(samples, voice.rate), Span(2.0, 2.0 + voice.duration)


def pieces(sound: Audio, sizes: list[int]) -> Iterator[Audio]:
    """The sound in chunks of the given sizes, over and over."""
    at, turn = 0, 0
    while at < sound.samples.shape[1]:
        part = sound.samples[:, at : at + sizes[turn % len(sizes)]]
        yield Audio(part, sound.rate, sound.start + at / sound.rate)
        at, turn = at + part.shape[1], turn + 1


def coverage(spans: list[Span], wanted: list[Span]) -> float:
    return shared(spans, wanted) / sum(span.duration for span in union(wanted))


@pytest.fixture(params=["silero", "energy"])
def detector(request: pytest.FixtureRequest) -> SpeechDetector:
    return load("speech detector", request.param)()


class TestEveryDetector:
    def test_nothing_is_heard_in_no_sound(self, detector: SpeechDetector):
        assert detector.detect([]) == []
        assert detector.detect([Audio(np.zeros((2, 0), np.float32), 48_000)]) == []

    def test_nothing_is_heard_in_silence(self, detector: SpeechDetector):
        assert detector.detect([Audio(np.zeros((2, 48_000 * 5), np.float32), 48_000)]) == []

    def test_a_sentence_is_found_where_it_is(self, detector: SpeechDetector, spoken):
        sound, truth = spoken
        found = detector.detect([sound])
        assert coverage(found, [truth]) > 0.97
        assert found[0].start > truth.start - 0.3
        assert found[-1].end < truth.end + 0.3

    def test_spans_are_ordered_apart_and_within_the_sound(self, detector: SpeechDetector, spoken):
        sound, _ = spoken
        late = Audio(np.tile(sound.samples, (1, 3)), sound.rate, start=7.25)
        found = detector.detect(pieces(late, [9000]))
        assert len(found) >= 3
        assert all(a.end < b.start for a, b in pairwise(found))
        assert found[0].start >= 7.25
        assert found[-1].end <= 7.25 + late.duration + 1e-6

    @settings(max_examples=8, deadline=None)
    @given(
        sizes=st.lists(st.integers(1, 30_000), min_size=1, max_size=5).filter(
            lambda s: max(s) > 500
        )
    )
    @pytest.mark.parametrize("which", [SileroDetector, EnergyDetector])
    def test_it_does_not_matter_how_the_sound_is_cut(self, which, sizes, spoken):
        sound, _ = spoken
        whole = which().detect([sound])
        parts = which().detect(pieces(sound, sizes))
        assert np.allclose([(s.start, s.end) for s in whole], [(s.start, s.end) for s in parts])

    @pytest.mark.parametrize(
        ("rate", "channels"), [(8000, 1), (16_000, 2), (44_100, 2), (48_000, 6)]
    )
    def test_rate_and_channels_do_not_matter(self, detector, spoken, rate: int, channels: int):
        sound, truth = spoken
        samples = resample_poly(sound.samples, rate, sound.rate, axis=1).astype(np.float32)
        found = detector.detect(pieces(Audio(np.tile(samples, (channels, 1)), rate), [rate // 3]))
        assert coverage(found, [truth]) > 0.95
        assert sum(span.duration for span in found) < truth.duration + 0.6

    def test_a_hole_in_the_sound_moves_what_follows(self, detector: SpeechDetector, spoken):
        sound, truth = spoken
        later = Audio(sound.samples, sound.rate, start=100.0)
        found = detector.detect([sound, later])
        assert coverage(found, [truth, Span(100 + truth.start, 100 + truth.end)]) > 0.97
        assert not any(10 < span.middle < 100 for span in found)

    def test_memory_does_not_grow_with_the_film(self, detector: SpeechDetector):
        random = np.random.default_rng(0)
        second = 0.1 * random.standard_normal((2, 48_000)).astype(np.float32)

        def peak(seconds: int) -> int:
            tracemalloc.start()
            detector.detect(Audio(second, 48_000, start=float(i)) for i in range(seconds))
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            return peak

        peak(5)
        assert peak(120) < 1.2 * peak(30) + 1e6


class TestSileroOnFilms:
    def test_every_word_of_the_narration_is_covered(self, data: Path):
        film = data / "described/perspective/perspective-video.mp4"
        found = SileroDetector().detect(read_sound(film))
        # the captions follow one another from 0 to 17.7 s: no gap in which to describe
        free = complement(found, Span(0.0, 16.0))
        assert max(span.duration for span in free) < 1.0

    def test_fast_dialogue_is_covered_from_the_first_word(self, data: Path):
        found = SileroDetector().detect(read_sound(data / "film/friday.mp4"))
        captions = [Span(0.0, 1.0), Span(1.0, 1.5), Span(1.5, 3.0), Span(3.0, 4.3), Span(4.3, 6.0)]
        assert coverage(found, captions) > 0.98

    def test_lines_over_music_are_found_in_full(self, data: Path):
        found = SileroDetector().detect(read_sound(data / "film/sintel_trailer_52s.mp4"))
        lines = [Span(12.2, 14.5), Span(18.6, 20.0), Span(37.3, 38.8), Span(42.0, 43.8)]
        assert coverage(found, lines) > 0.95
        assert sum(span.duration for span in found) < 12  # and the fight is left alone

    @pytest.mark.parametrize("stream", [1, 4])
    def test_both_tracks_of_a_narration_are_alike(self, data: Path, stream: int):
        film = data / "nature/nasa_13013.mp4"
        found = SileroDetector().detect(read_sound(film, stream=stream))
        assert coverage(found, [Span(0.7, 4.8), Span(5.2, 8.2), Span(8.5, 12.1)]) > 0.97

    @pytest.mark.parametrize(
        "name",
        [
            "film/bbb_0_30.webm",
            "film/sintel_5s.mp4",
            "film/tears_of_steel_battle_70s.webm",
            "described/rabbit/silent.mp4",
            "nature/flower.mp4",
            "objects/crystal.mp4",
            "objects/pig.mp4",
            "odd/awesome movie.mov",
        ],
    )
    def test_films_without_words_are_free(self, data: Path, name: str):
        assert SileroDetector().detect(read_sound(data / name)) == []

    def test_energy_takes_music_for_speech(self, data: Path):
        music = data / "film/bbb_0_30.webm"
        invented = EnergyDetector().detect(read_sound(music))
        assert sum(span.duration for span in invented) > 15  # why there is a model


class TestSilero:
    def test_the_probabilities_are_the_packages_own(self, spoken):
        silero_vad = pytest.importorskip("silero_vad")
        import torch

        sound, _ = spoken
        samples = resample_poly(sound.samples[0], 16_000, sound.rate).astype(np.float32)
        samples = samples[: len(samples) // WINDOW * WINDOW]
        scorer = speech._SileroScorer(SileroDetector()._session)
        zero = np.zeros((1, 1, 128), np.float32)
        scorer._lanes = [(zero, zero, np.zeros(64, np.float32))]
        ours = scorer._run(samples.reshape(1, -1, WINDOW))
        model = silero_vad.load_silero_vad()
        theirs = model.audio_forward(torch.from_numpy(samples)[None], RATE).numpy().ravel()
        assert theirs.max() > 0.9
        assert np.abs(ours - theirs).max() < 1e-4

    @pytest.mark.parametrize("decibels", [-30, -50])
    def test_quiet_speech_is_found(self, spoken, decibels: int):
        sound, truth = spoken
        quiet = Audio(sound.samples * np.float32(10 ** (decibels / 20)), sound.rate)
        assert coverage(SileroDetector().detect([quiet]), [truth]) > 0.95

    def test_a_quiet_centre_channel_is_heard_through_loud_music(self, spoken, data: Path):
        sound, truth = spoken
        parts = [
            a.samples for a in read_sound(data / "film/tears_of_steel_battle_70s.webm", rate=48_000)
        ]
        music = np.concatenate(parts, axis=1)[:2]
        voice = resample_poly(sound.samples[0], 48_000, sound.rate).astype(np.float32) * 0.5
        surround = np.zeros((6, len(voice)), np.float32)
        surround[[0, 1, 4, 5]] = np.tile(music[:, : len(voice)], (2, 1))
        surround[2] = voice
        with_centre = SileroDetector().detect([Audio(surround, 48_000)])
        downmix = SileroDetector().detect([Audio(surround.mean(axis=0, keepdims=True), 48_000)])
        assert coverage(with_centre, [truth]) > 0.97
        assert coverage(downmix, [truth]) < 0.7

    def test_it_loads_without_torch(self):
        code = (
            "import sys; from scenewise.models.speech import SileroDetector; SileroDetector(); "
            "sys.exit('torch' in sys.modules)"
        )
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

    def test_a_missing_package_is_told_in_one_line(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(speech, "find_spec", lambda name: None)
        with pytest.raises(ModelMissing, match="pip install"):
            SileroDetector()

    def test_options_out_of_range_are_refused(self):
        with pytest.raises(OptionInvalid, match="speech-threshold"):
            SpeechOptions(threshold=1.5)

    def test_a_higher_threshold_finds_less(self, data: Path):
        film = data / "film/sintel_trailer_52s.mp4"
        low, high = (
            sum(s.duration for s in SileroDetector(SpeechOptions(t)).detect(read_sound(film)))
            for t in (0.1, 0.9)
        )
        assert low > 1.3 * high > 0


class TestWindows:
    @pytest.mark.parametrize("rate", [8000, 11_025, 22_050, 44_100, 48_000, 96_000])
    def test_resampling_in_pieces_is_resampling_the_whole(self, rate: int):
        random = np.random.default_rng(rate)
        samples = random.standard_normal((1, 3 * rate)).astype(np.float32)
        got = np.concatenate(
            [b.reshape(1, -1) for b in windows(pieces(Audio(samples, rate), [777, 5, 9001]), 8)],
            axis=1,
        )
        whole = resampled(Audio(samples, rate), RATE).samples
        assert 0 <= got.shape[1] - whole.shape[1] < WINDOW
        assert np.array_equal(got[:, : whole.shape[1]], whole)
        assert not got[:, whole.shape[1] :].any()


class TestHysteresis:
    def spans(self, values: list[float], **changes: float) -> list[tuple[float, float]]:
        manner = {"shortest": 0.0, "pause": 2.0, "step": 1.0, "start": 0.0, **changes}
        states = Hysteresis(0.6, 0.3, **manner)
        states.take(np.array(values, np.float32))
        return [(span.start, span.end) for span in states.finish()]

    def test_speech_begins_above_and_ends_below(self):
        assert self.spans([0, 0.7, 0.5, 0.4, 0.1, 0.1, 0.5]) == [(1, 4)]

    def test_a_short_pause_does_not_end_it(self):
        assert self.spans([0.9, 0.1, 0.9, 0.1, 0.1]) == [(0, 3)]

    def test_short_speech_is_dropped(self):
        assert self.spans([0.9, 0, 0, 0, 0.9, 0.9, 0, 0], shortest=2.0) == [(4, 6)]

    def test_speech_that_is_still_on_ends_with_the_sound(self):
        assert self.spans([0, 0.9, 0.9], start=10.0) == [(11, 13)]

    @settings(max_examples=50, deadline=None)
    @given(
        values=st.lists(st.floats(0, 1), max_size=60),
        cut=st.integers(0, 60),
        pause=st.integers(1, 4),
    )
    def test_blocks_do_not_matter(self, values: list[float], cut: int, pause: int):
        states = Hysteresis(0.6, 0.3, shortest=1, pause=pause, step=1, start=0)
        states.take(np.array(values[:cut], np.float32))
        states.take(np.array(values[cut:], np.float32))
        found = [(span.start, span.end) for span in states.finish()]
        assert found == self.spans(values, shortest=1, pause=pause)
