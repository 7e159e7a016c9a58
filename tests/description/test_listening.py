"""Hearing what a described sound has beyond the original."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.core.media_types import Audio
from scenewise.description.listening import HOP, RATE, _low_quantile, added_sound


def stretches(samples: np.ndarray) -> Iterator[Audio]:
    for first in range(0, samples.size, RATE):
        yield Audio(samples[None, first : first + RATE].astype(np.float32), RATE, first / RATE)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(1, 25), st.integers(0, 10_000))
def test_the_quantile_is_numpys(rows: int, bands: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    ratio = rng.random((rows, bands))
    ratio[rng.random(ratio.shape) < 0.5] = np.nan
    ratio[:, 0] = rng.random(rows)  # never a row of nothing
    assert np.allclose(_low_quantile(ratio), np.nanpercentile(ratio, 20, axis=1))


@pytest.mark.parametrize("duck", [1.0, 0.39])
def test_a_voice_over_ducked_music_is_heard_where_it_is(duck: float) -> None:
    rng = np.random.default_rng(1)
    time = np.arange(12 * RATE) / RATE
    music = 0.05 * rng.normal(size=time.size)
    inside = (time >= 4.0) & (time < 6.5)
    voice = 0.3 * np.sin(2 * np.pi * 180 * time) * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * time))
    mixed = np.where(inside, duck * music + voice, music)
    heard = added_sound(stretches(music), stretches(mixed))
    assert len(heard.added) == 1
    assert heard.added[0].start == pytest.approx(4.0, abs=3 * HOP)
    assert heard.added[0].end == pytest.approx(6.5, abs=3 * HOP)


def test_nothing_is_heard_where_the_original_is_only_ducked() -> None:
    rng = np.random.default_rng(2)
    music = 0.05 * rng.normal(size=8 * RATE)
    assert added_sound(stretches(music), stretches(0.4 * music)).added == ()
