"""Scores have a meaning: little where nothing matches, much where something stands out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewise.collection.calibration import chance


def _noise(rng: np.random.Generator, count: int) -> np.ndarray:
    return (0.2 + 0.03 * rng.normal(size=count)).astype(np.float32)


@pytest.mark.parametrize("count", [200, 7500, 100_000])
def test_where_nothing_matches_the_best_seldom_scores(count):
    rng = np.random.default_rng(count)
    tries = [_noise(rng, count) for _ in range(60)]
    best = np.array([float(chance(one).score(one.max())) for one in tries])
    assert (best > 0.5).mean() < 0.2
    assert best.mean() < 0.25


@pytest.mark.parametrize(("matching", "far"), [(1, 6.0), (10, 5.0), (1000, 4.0)])
def test_what_stands_out_scores_and_the_rest_does_not(matching, far):
    rng = np.random.default_rng(matching)
    values = _noise(rng, 7500)
    values[:matching] = 0.2 + 0.03 * (far + 0.2 * rng.normal(size=matching))
    known = chance(values)
    assert np.median(known.score(values[:matching])) > 0.8
    assert (known.score(values[matching:]) > 0.5).mean() < 0.05


def test_scores_do_not_depend_on_the_models_range():
    values = _noise(np.random.default_rng(1), 3000)
    values[0] = 0.36
    moved = (values * 5 - 3).astype(np.float32)
    assert chance(moved).score(moved) == pytest.approx(chance(values).score(values), abs=2e-3)


def test_a_bulk_in_heaps_makes_no_ordinary_frame_stand_out():
    rng = np.random.default_rng(8)
    heaps = np.repeat(rng.normal(0.2, 0.03, size=30), 100)
    values = (heaps + 0.01 * rng.normal(size=3000)).astype(np.float32)
    assert float(np.mean(chance(values).score(values) > 0.5)) < 0.05


def test_equal_frames_match_nothing_and_no_frames_score_nothing():
    assert (chance(np.full(50, 0.7, np.float32)).score(np.full(50, 0.7)) == 0).all()
    assert (chance(np.zeros(0, np.float32)).score([0.5]) == 0).all()
    assert float(chance(np.array([0.3], np.float32)).score(0.3)) == 0


@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=200))
def test_a_score_never_falls_where_the_similarity_rises(values):
    known = chance(np.array(values, np.float32))
    scores = known.score(np.linspace(-1.1, 1.1, 300))
    assert (np.diff(scores) >= 0).all()
    assert ((scores >= 0) & (scores <= 1)).all()
