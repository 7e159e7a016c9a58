"""Loudness agrees with the tone signals of EBU Tech 3341 and holds for short sound."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.core.media_types import Audio
from scenewise.core.time import Span
from scenewise.media.loudness import amplitude, decibels, measure, measure_spans


def sine(level: float, seconds: float, *, rate: int = 48000, channels: int = 2, f: float = 1000.0):
    """A sine whose peak is `level` dBFS."""
    t = np.arange(round(seconds * rate)) / rate
    wave = (amplitude(level) * np.sin(2 * np.pi * f * t)).astype(np.float32)
    return Audio(np.repeat(wave[None], channels, axis=0), rate)


def chunks(audio: Audio, size: int):
    for first in range(0, audio.samples.shape[1], size):
        yield Audio(
            np.ascontiguousarray(audio.samples[:, first : first + size]),
            audio.rate,
            first / audio.rate,
        )


@pytest.mark.parametrize("level", [-23.0, -33.0])
def test_stereo_sine_of_tech_3341_cases_1_and_2(level: float) -> None:
    # EBU Tech 3341, table 1: the reading is the level in each channel, within 0.1 LU
    assert measure([sine(level, 20)]).integrated == pytest.approx(level, abs=0.1)


def test_quiet_beginning_and_end_are_gated_as_in_tech_3341_case_3() -> None:
    parts = [sine(-36, 10), sine(-23, 60), sine(-36, 10)]
    assert measure(parts).integrated == pytest.approx(-23.0, abs=0.1)


def test_surround_weights_of_tech_3341_case_6() -> None:
    levels = [-28, -28, -24, -math.inf, -30, -30]  # L R C LFE Ls Rs
    rows = [sine(v, 20, channels=1).samples if v > -90 else None for v in levels]
    silent = np.zeros_like(rows[0])
    sound = Audio(np.concatenate([silent if r is None else r for r in rows]), 48000)
    assert measure([sound]).integrated == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize("rate", [8000, 11025, 22050, 44100, 48000, 96000])
def test_every_rate_reads_the_same(rate: int) -> None:
    loudness = measure([sine(-20, 4, rate=rate, channels=1)])
    assert loudness.integrated == pytest.approx(-23.0, abs=0.15)
    assert loudness.true_peak == pytest.approx(-20.0, abs=0.3)
    assert loudness.duration == 4.0


def test_a_peak_between_samples_is_found() -> None:
    t = np.arange(48000 * 4)
    wave = 0.5 * np.sin(np.pi / 2 * t + np.pi / 4) * np.minimum(1, t / 4800)
    sound = Audio(wave.astype(np.float32)[None], 48000)
    assert decibels(float(np.abs(sound.samples).max())) == pytest.approx(-9.03, abs=0.02)
    assert measure([sound]).true_peak == pytest.approx(-6.02, abs=0.2)


@pytest.mark.parametrize("seconds", [0.05, 0.1, 0.3, 0.39, 0.41, 0.95, 2.0])
def test_short_sound_has_the_loudness_of_long_sound(seconds: float) -> None:
    short = measure([sine(-20, seconds, channels=1)])
    assert short.integrated == pytest.approx(-23.0, abs=0.3)
    assert short.true_peak == pytest.approx(-20.0, abs=0.2)
    assert short.duration == pytest.approx(seconds)


def test_silence_and_nothing_are_minus_infinity() -> None:
    silent = measure([Audio(np.zeros((2, 96000), np.float32), 48000)])
    assert silent.integrated == -math.inf
    assert silent.true_peak == -math.inf
    assert silent.duration == 2.0
    nothing = measure([])
    assert (nothing.integrated, nothing.true_peak, nothing.duration) == (-math.inf, -math.inf, 0.0)


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 60000), st.floats(-40, -3))
def test_how_the_sound_is_cut_up_does_not_matter(size: int, level: float) -> None:
    sound = sine(level, 3.3)
    whole, cut = measure([sound]), measure(chunks(sound, max(size, 500)))
    assert cut.integrated == pytest.approx(whole.integrated, abs=1e-6)
    assert cut.true_peak == pytest.approx(whole.true_peak, abs=1e-6)


@settings(max_examples=10, deadline=None)
@given(st.floats(-20, 0))
def test_gain_moves_loudness_one_to_one(gain: float) -> None:
    rng = np.random.default_rng(0)
    noise = (0.1 * rng.normal(size=(1, 48000 * 4))).astype(np.float32)
    before = measure([Audio(noise, 48000)])
    after = measure([Audio(noise * np.float32(amplitude(gain)), 48000)])
    assert after.integrated - before.integrated == pytest.approx(gain, abs=0.02)


def test_only_what_sounds_inside_the_spans_counts() -> None:
    parts = [sine(-10, 5), sine(-30, 5), sine(-10, 5)]
    whole = Audio(np.concatenate([p.samples for p in parts], axis=1), 48000)
    inside = measure_spans(chunks(whole, 7001), [Span(7, 9), Span(5.5, 8)])
    assert inside.integrated == pytest.approx(-30.0, abs=0.1)
    assert inside.duration == pytest.approx(3.5)
    both = measure_spans(chunks(whole, 48000), [Span(11, 13), Span(1, 3)])
    assert both.integrated == pytest.approx(-10.0, abs=0.1)
    assert both.duration == pytest.approx(4.0)
    assert measure_spans(chunks(whole, 48000), [Span(20, 30)]).duration == 0.0
    assert measure_spans(chunks(whole, 48000), []).integrated == -math.inf


def test_a_span_of_a_moment_has_a_loudness() -> None:
    whole = sine(-20, 10)
    moment = measure_spans(chunks(whole, 4800), [Span(4.0, 4.15)])
    assert moment.integrated == pytest.approx(-20.0, abs=0.3)
    assert moment.duration == pytest.approx(0.15)


@pytest.mark.parametrize("seconds", [0.3, 2.0, 4.0])
def test_the_loudness_is_the_same_without_the_peak(seconds: float) -> None:
    parts = list(chunks(sine(-20, seconds), 5000))
    with_peak, without = measure(parts), measure(parts, peak=False)
    assert without.integrated == with_peak.integrated
    assert without.duration == with_peak.duration
    assert math.isnan(without.true_peak)
    spans = [Span(0.1, 0.25)]
    assert measure_spans(parts, spans, peak=False).integrated == (
        measure_spans(parts, spans).integrated
    )
