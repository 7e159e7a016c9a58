"""Descriptions sit at the dialogue's level, the film steps back exactly, no peak is too high."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.core.errors import OptionInvalid, UnknownChoice
from scenewise.core.media_types import Audio
from scenewise.core.time import Span
from scenewise.media.limiting import Limiter, limited
from scenewise.media.loudness import amplitude, decibels, measure, measure_spans
from scenewise.media.mixing import (
    CHANNELS,
    MixOptions,
    Utterance,
    duck_envelope,
    mix,
    mix_format,
    placement,
    speech_gain,
)

RATE = 48000


def joined(parts) -> np.ndarray:
    return np.concatenate([part.samples for part in parts], axis=1)


def cut(samples: np.ndarray, size: int = RATE, rate: int = RATE):
    for first in range(0, samples.shape[1], size):
        yield Audio(np.ascontiguousarray(samples[:, first : first + size]), rate, first / rate)


def steady(seconds: float, channels: int = 2, level: float = 0.25) -> np.ndarray:
    return np.full((channels, round(seconds * RATE)), level, np.float32)


def noise(seconds: float, *, rate: int = RATE, level: float = 0.05, seed: int = 0) -> Audio:
    """Noise with the swells of speech."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * rate)) / rate
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * 4 * t)
    return Audio((level * rng.normal(size=(1, len(t))) * swell).astype(np.float32), rate)


def silent(seconds: float, rate: int = RATE) -> Audio:
    return Audio(np.zeros((1, round(seconds * rate)), np.float32), rate)


# --- the duck ---------------------------------------------------------------------------------


def test_the_duck_is_exact_and_its_ramps_are_linear() -> None:
    spoken = [Utterance(2.0, silent(1.0))]
    out = joined(mix(cut(steady(6)), spoken, rate=RATE, layout="stereo", duration=6, gain=0))
    gain = out[0] / 0.25
    low = amplitude(-8.2)
    assert low == pytest.approx(0.39, abs=0.002)  # the figure of W3C DAPT's example

    def at(time: float) -> float:
        return float(gain[round(time * RATE)])

    assert at(1.699) == 1.0
    assert at(3.301) == 1.0
    assert decibels(at(2.0)) == pytest.approx(-8.2, abs=0.01)
    assert decibels(at(2.999)) == pytest.approx(-8.2, abs=0.01)
    assert at(1.85) == pytest.approx((1 + low) / 2, abs=1e-3)
    assert at(3.15) == pytest.approx((1 + low) / 2, abs=1e-3)
    assert np.abs(np.diff(gain)).max() < 1.1 * (1 - low) / (0.3 * RATE)  # no step anywhere
    assert (out[0] == out[1]).all()


def test_speech_close_together_shares_one_duck() -> None:
    envelope = duck_envelope(
        [Utterance(2.0, silent(1.0)), Utterance(3.9, silent(1.0)), Utterance(8.0, silent(0.5))],
        RATE,
    )
    gains = envelope(0, 10 * RATE)
    assert gains is not None
    assert decibels(gains[round(2.0 * RATE) : round(4.9 * RATE)].max()) == pytest.approx(
        -8.2, abs=0.01
    )
    assert gains[round(5.5 * RATE) : round(7.5 * RATE)].min() == 1.0
    assert envelope(round(5.5 * RATE), RATE) is None  # nothing to compute, nothing to change


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 20), st.floats(0.1, 3)), max_size=6),
    st.integers(100, 9000),
)
def test_the_envelope_is_the_same_however_it_is_asked_for(spoken, size) -> None:
    rate = 1000
    utterances = [Utterance(start, silent(length, rate)) for start, length in spoken]
    envelope = duck_envelope(utterances, rate, MixOptions(duck=-12, ramp=0.2, hold=0.5))
    total = 25 * rate
    whole = envelope(0, total)
    whole = np.ones(total, np.float32) if whole is None else whole
    pieces = []
    for first in range(0, total, size):
        count = min(size, total - first)
        part = envelope(first, count)
        pieces.append(np.ones(count, np.float32) if part is None else part)
    assert np.allclose(np.concatenate(pieces), whole, atol=1e-6)
    assert whole.min() >= np.float32(amplitude(-12)) - 1e-6
    assert whole.max() <= 1.0
    t = np.arange(total) / rate
    for u in utterances:
        during = (t >= u.span.start) & (t <= u.span.end)
        assert np.allclose(whole[during], amplitude(-12), atol=1e-5)


# --- the sum ----------------------------------------------------------------------------------


def test_untouched_stretches_are_bit_for_bit_the_original() -> None:
    film = np.concatenate([noise(10, seed=1).samples, noise(10, seed=2).samples])
    spoken = [Utterance(4.0, noise(1.0, rate=22050))]
    out = joined(mix(cut(film, 7777), spoken, rate=RATE, layout="stereo", duration=10, gain=0))
    assert out.shape == film.shape
    assert (out[:, : round(3.7 * RATE)] == film[:, : round(3.7 * RATE)]).all()
    assert (out[:, round(5.3 * RATE) :] == film[:, round(5.3 * RATE) :]).all()
    assert not np.allclose(out[:, 4 * RATE : 5 * RATE], film[:, 4 * RATE : 5 * RATE])


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(st.integers(200, 100_000))
def test_how_the_film_is_cut_up_does_not_matter(size: int) -> None:
    film = np.concatenate([noise(4, seed=1, level=0.4).samples] * 2)
    spoken = [Utterance(1.0, noise(1.0, rate=16000)), Utterance(2.9, noise(0.5))]
    one = joined(mix(cut(film), spoken, rate=RATE, layout="stereo", duration=4, gain=3))
    other = joined(mix(cut(film, size), spoken, rate=RATE, layout="stereo", duration=4, gain=3))
    assert np.allclose(one, other, atol=1e-6)


@pytest.mark.parametrize("layout", list(CHANNELS))
def test_speech_is_as_loud_in_every_layout_as_in_mono(layout: str) -> None:
    voice = noise(4, seed=3)
    mono = measure([voice]).integrated
    out = list(mix([], [Utterance(0.0, voice)], rate=RATE, layout=layout, duration=4, gain=0))
    assert measure(out, layout=layout).integrated == pytest.approx(mono, abs=0.05)


def test_surround_stays_surround_with_speech_in_the_centre() -> None:
    film = np.stack([noise(4, seed=i).samples[0] for i in range(6)])
    spoken = [Utterance(1.5, noise(1.0, seed=9))]
    quiet = [Utterance(1.5, silent(1.0))]
    arguments = {"rate": RATE, "layout": "5.1", "duration": 4.0, "gain": 0.0}
    difference = joined(mix(cut(film), spoken, **arguments)) - joined(
        mix(cut(film), quiet, **arguments)
    )
    heard = np.abs(difference).max(axis=1) > 1e-4
    assert heard.tolist() == [False, False, True, False, False, False]
    fronts = placement("5.1", "fronts")
    assert (fronts > 0).tolist() == [True, True, True, False, False, False]
    assert float((fronts**2).sum()) == pytest.approx(1.0)


def test_a_film_without_sound_becomes_silence_with_speech() -> None:
    spoken = [Utterance(1.0, noise(0.5))]
    out = joined(mix([], spoken, rate=RATE, layout="stereo", duration=7.3, gain=0))
    assert out.shape == (2, round(7.3 * RATE))
    assert not out[:, : RATE - 10].any()
    assert not out[:, round(1.55 * RATE) :].any()
    assert np.abs(out[0, RATE : round(1.5 * RATE)]).max() > 0.05


def test_a_last_word_after_the_end_is_not_cut_off() -> None:
    out = joined(
        mix(
            cut(steady(2)),
            [Utterance(1.8, noise(1.0))],
            rate=RATE,
            layout="stereo",
            duration=2,
            gain=0,
        )
    )
    assert out.shape[1] == round(2.8 * RATE)


def test_speech_keeps_its_time_and_pitch_through_resampling() -> None:
    rate = 22050
    t = np.arange(rate) / rate
    voice = Audio((0.3 * np.sin(2 * np.pi * 1000 * t)).astype(np.float32)[None], rate)
    out = joined(mix([], [Utterance(2.0, voice)], rate=RATE, layout="mono", duration=4, gain=0))[0]
    heard = np.flatnonzero(np.abs(out) > 0.01)
    assert heard[0] / RATE == pytest.approx(2.0, abs=0.005)
    assert heard[-1] / RATE == pytest.approx(3.0, abs=0.005)
    middle = out[round(2.1 * RATE) : round(2.9 * RATE)]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert spectrum.argmax() == 800  # of 0.8 s: 1000 Hz
    images = np.delete(spectrum, range(700, 901))
    assert decibels(float(images.max() / spectrum.max())) < -60


def test_cut_off_speech_does_not_click() -> None:
    voice = Audio(np.full((1, RATE), 0.3, np.float32), RATE)  # begins and ends off zero
    out = joined(mix([], [Utterance(1.0, voice)], rate=RATE, layout="mono", duration=3, gain=0))
    assert np.abs(np.diff(out[0])).max() < 0.01


def test_a_programme_of_another_format_is_refused() -> None:
    for wrong in (cut(steady(1, channels=1)), cut(steady(1), rate=44100)):
        with pytest.raises(ValueError, match="mixing"):
            list(mix(wrong, [], rate=RATE, layout="stereo", duration=1, gain=0))


# --- the level --------------------------------------------------------------------------------


def test_speech_follows_the_dialogue_within_its_range() -> None:
    assert speech_gain(-20, -27) == pytest.approx(-7)
    assert speech_gain(-30, -18) == pytest.approx(12)
    assert speech_gain(-20, -60) == pytest.approx(-16)  # inaudible "dialogue" is not followed
    assert speech_gain(-20, -5) == pytest.approx(8)
    assert speech_gain(-20, None, -21) == pytest.approx(-1)
    assert speech_gain(-20, -math.inf, -40) == pytest.approx(-7)
    assert speech_gain(-20, None, -9) == pytest.approx(4)
    assert speech_gain(-20, None, None) == pytest.approx(-3)
    assert speech_gain(-20, None, -math.inf) == pytest.approx(-3)
    assert speech_gain(-math.inf, -20) == 0.0


@pytest.mark.film
@pytest.mark.parametrize(
    ("name", "dialogue"),
    [("film/sintel_trailer_52s.mp4", Span(12, 16)), ("film/friday.mp4", Span(0.5, 5.5))],
)
def test_descriptions_come_out_as_loud_as_the_films_dialogue(data, name, dialogue) -> None:
    from scenewise.media.sound import read_sound

    film = list(read_sound(data / name, rate=RATE, layout="stereo"))
    talk = measure_spans(film, [dialogue]).integrated
    voice = noise(3.0, rate=22050, seed=5)
    gain = speech_gain(measure([voice]).integrated, talk)
    duration = sum(part.duration for part in film)
    arguments = {"rate": RATE, "layout": "stereo", "duration": duration, "gain": gain}
    with_voice = list(mix(film, [Utterance(2.0, voice)], **arguments))
    ducked_only = list(mix(film, [Utterance(2.0, silent(3.0))], **arguments))
    # on the mix: speech together with the film under it, against the dialogue
    together = measure_spans(with_voice, [Span(2, 5)]).integrated
    assert together == pytest.approx(talk, abs=2.0)
    alone = joined(with_voice) - joined(ducked_only)
    assert measure_spans(cut(alone), [Span(2, 5)]).integrated == pytest.approx(talk, abs=0.5)


def test_the_format_to_mix_in() -> None:
    assert mix_format(44100, "stereo", 2) == (44100, "stereo")
    assert mix_format(44100, "stereo", 2, webm=True) == (48000, "stereo")
    assert mix_format(8000, "mono", 1) == (48000, "mono")
    assert mix_format(48000, "5.1(side)", 6) == (48000, "5.1")
    assert mix_format(48000, "7.1(wide)", 8) == (48000, "7.1")
    assert mix_format(48000, "quad", 4) == (48000, "stereo")
    assert mix_format(0, "", 0) == (48000, "stereo")


def test_options_are_checked() -> None:
    with pytest.raises(OptionInvalid):
        MixOptions(duck=3)
    with pytest.raises(UnknownChoice):
        MixOptions(speech_channel="behind")


# --- the limiter ------------------------------------------------------------------------------


def loud_signals() -> dict[str, np.ndarray]:
    n = RATE * 4
    t = np.arange(n) / RATE
    rng = np.random.default_rng(0)
    swell = np.minimum(1, np.minimum(t, t[::-1]) / 0.05)  # the meter mirrors a hard beginning
    waves = {
        "square": np.sign(np.sin(2 * np.pi * 440 * t)),
        "between samples": 1.3 * np.sin(2 * np.pi * RATE / 4 * t + np.pi / 4),
        "near Nyquist": np.sin(2 * np.pi * (RATE / 2 - 300) * t),
        "noise": np.clip(rng.normal(size=n), -1, 1),
        "signs": np.where(rng.random(n) > 0.5, 1.0, -1.0),
        "bursts": 1.5 * np.sin(2 * np.pi * 1000 * t) * (np.sin(2 * np.pi * 3 * t) > 0.9),
    }
    return {name: np.stack([w * swell, 0.3 * w * swell]) for name, w in waves.items()}


@pytest.mark.parametrize("name", list(loud_signals()))
@pytest.mark.parametrize("ceiling", [-2.0, -6.0])
def test_no_true_peak_is_over_the_ceiling(name: str, ceiling: float) -> None:
    wave = loud_signals()[name].astype(np.float32)
    assert measure(cut(wave)).true_peak > -0.2
    out = list(limited(cut(wave, 4801), ceiling))
    assert measure(out).true_peak <= ceiling
    assert measure(out).true_peak > ceiling - 0.5  # and no more is taken away than that
    assert joined(out).shape == wave.shape
    # one gain for all channels: the stereo picture stays
    quiet = np.abs(wave[0]) < 1e-3
    assert np.allclose(joined(out)[1][~quiet] / joined(out)[0][~quiet], 0.3, atol=1e-3)


def test_under_the_ceiling_nothing_changes() -> None:
    t = np.arange(RATE * 3) / RATE
    wave = (0.78 * np.sin(2 * np.pi * 997 * t)).astype(np.float32)[None]
    assert -2.2 < measure(cut(wave)).true_peak < -2.0
    assert (joined(limited(cut(wave, 999), -2.0)) == wave).all()


def test_around_a_peak_the_sound_is_untouched_again() -> None:
    t = np.arange(RATE * 4) / RATE
    wave = 0.3 * np.sin(2 * np.pi * 500 * t)
    wave[2 * RATE : 2 * RATE + 200] *= 4
    wave = wave.astype(np.float32)[None]
    out = joined(limited(cut(wave), -6.0))
    assert (out[:, : round(1.99 * RATE)] == wave[:, : round(1.99 * RATE)]).all()
    assert (out[:, round(3.2 * RATE) :] == wave[:, round(3.2 * RATE) :]).all()
    gain = out[0, 1::2] / np.where(wave[0, 1::2] == 0, 1, wave[0, 1::2])
    assert gain.min() < 0.6
    moving = out[0][wave[0] != 0] / wave[0][wave[0] != 0]
    assert np.abs(np.diff(moving)).max() < 0.01  # the gain slides, it does not jump


@settings(max_examples=15, deadline=None)
@given(
    st.integers(1, 3), st.lists(st.integers(0, 5000), min_size=1, max_size=12), st.integers(0, 9)
)
def test_the_limiter_does_not_care_how_it_is_fed(channels, sizes, seed) -> None:
    rng = np.random.default_rng(seed)
    wave = (0.8 * rng.normal(size=(channels, sum(sizes)))).astype(np.float32)
    whole = Limiter(8000, -3.0)
    expected = np.concatenate([whole.push(wave), whole.finish()], axis=1)
    assert expected.shape == wave.shape
    limiter = Limiter(8000, -3.0)
    parts, at = [], 0
    for size in sizes:
        parts.append(limiter.push(wave[:, at : at + size]))
        at += size
    parts.append(limiter.finish())
    assert np.allclose(np.concatenate(parts, axis=1), expected, atol=1e-6)


def test_a_loud_film_with_loud_speech_stays_under_the_peak() -> None:
    film = np.clip(np.concatenate([noise(6, seed=i, level=0.7).samples for i in (1, 2)]), -1, 1)
    spoken = [Utterance(2.0, noise(2.0, level=0.3, seed=3))]
    out = list(
        mix(cut(film), spoken, rate=RATE, layout="stereo", duration=6, gain=6, overshoot=0.0)
    )
    assert measure(cut(film)).true_peak > 0
    assert measure(out).true_peak <= -2.0
