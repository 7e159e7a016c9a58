"""Sound at another rate: as long, at the same time, the same in pieces, and clean."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import firwin, lfilter, resample_poly

from scenewise.core.media_types import Audio
from scenewise.media.resampling import Resampler, resampled

RATES = [8000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000, 96_000]


def noise(channels: int, rate: int, seconds: float, band: float = 0.4) -> np.ndarray:
    """Noise up to a share of the rate, float32 [channels, n]."""
    random = np.random.default_rng(rate)
    white = random.standard_normal((channels, round(rate * seconds)))
    return (0.2 * lfilter(firwin(255, 2 * band), 1, white)).astype(np.float32)


@pytest.mark.parametrize("source", RATES)
@pytest.mark.parametrize("target", [16_000, 44_100, 48_000])
def test_it_agrees_with_scipys_polyphase_filter(source: int, target: int) -> None:
    samples = noise(2, source, 1.5, band=0.4 * min(1, target / source))
    ours = resampled(Audio(samples, source, start=3.0), target)
    common = math.gcd(source, target)
    theirs = resample_poly(samples, target // common, source // common, axis=1)
    assert (ours.rate, ours.start) == (target, 3.0)
    assert ours.samples.dtype == np.float32
    assert abs(ours.samples.shape[1] - theirs.shape[1]) <= 1
    inside = slice(target // 10, theirs.shape[1] - target // 10)
    error = ours.samples[:, inside] - theirs[:, inside]
    assert np.sqrt(np.mean(error**2)) < 10 ** (-50 / 20) * np.sqrt(np.mean(theirs**2))


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from(RATES),
    st.sampled_from(RATES),
    st.lists(st.integers(0, 5000), min_size=1, max_size=8),
    st.integers(1, 6),
)
def test_pieces_join_into_what_the_whole_gives(
    source: int, target: int, sizes: list[int], channels: int
) -> None:
    samples = np.random.default_rng(0).standard_normal((channels, sum(sizes))).astype(np.float32)
    resampler = Resampler(channels, source, target)
    edges = np.cumsum([0, *sizes])
    parts = [resampler.push(samples[:, a:b]) for a, b in pairwise(edges)]
    joined = np.concatenate([*parts, resampler.finish()], axis=1)
    whole = Resampler(channels, source, target)
    expected = np.concatenate([whole.push(samples), whole.finish()], axis=1)
    assert np.array_equal(joined, expected)
    assert abs(joined.shape[1] - sum(sizes) * target / source) <= 1


@pytest.mark.parametrize("samples", [1, 2, 15, 29, 30, 64])
def test_what_is_shorter_than_the_filter_keeps_its_length(samples: int) -> None:
    sound = Audio(np.ones((2, samples), np.float32), 8000)
    assert abs(resampled(sound, 48_000).samples.shape[1] - 6 * samples) <= 1


def test_channels_do_not_mix() -> None:
    samples = np.zeros((6, 24_000), np.float32)
    samples[4] = noise(1, 48_000, 0.5)[0]
    out = resampled(Audio(samples, 48_000), 44_100).samples
    assert np.abs(out[4]).max() > 0.01
    assert not np.delete(out, 4, axis=0).any()


def test_the_same_rate_changes_nothing() -> None:
    audio = Audio(noise(1, 48_000, 0.1), 48_000)
    assert resampled(audio, 48_000) is audio
