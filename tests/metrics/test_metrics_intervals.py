"""Bootstrap intervals over films: exact where they can be counted, and they cover."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from scenewise.metrics import intervals
from scenewise.metrics.intervals import (
    Resamples,
    bootstrap_difference,
    bootstrap_mean,
    bootstrap_pooled,
    jackknife,
    ratio,
)

films = st.lists(st.floats(-100, 100), min_size=1, max_size=12)


def test_three_films_have_twenty_seven_resamples() -> None:
    values = [1.0, 5.0, 6.0]
    means = np.sort([np.mean(draw) for draw in itertools.product(values, repeat=3)])
    got = bootstrap_mean(values, seed=0, level=0.8)
    assert got.mean == 4
    assert (got.low, got.high) == pytest.approx(tuple(np.quantile(means, [0.1, 0.9])))


def test_like_scipys() -> None:
    values = np.random.default_rng(3).gamma(2.0, size=25)
    got = bootstrap_mean(values, seed=1)
    theirs = stats.bootstrap((values,), np.mean, method="percentile", rng=2).confidence_interval
    assert (got.low, got.high) == pytest.approx((theirs.low, theirs.high), abs=0.02)


@settings(max_examples=30)
@given(films, st.integers(0, 9))
def test_one_seed_gives_one_interval_around_the_mean(values: list[float], seed: int) -> None:
    got = bootstrap_mean(values, seed=seed, resamples=400)
    assert got == bootstrap_mean(values, seed=seed, resamples=400)
    slack = 1e-9 * (1 + abs(got.mean))
    assert min(values) - slack <= got.low <= got.high <= max(values) + slack
    wider = bootstrap_mean(values, seed=seed, resamples=400, level=0.99)
    assert wider.low <= got.low <= got.high <= wider.high


def test_seeds_differ() -> None:
    values = list(range(10))
    assert (
        bootstrap_mean(values, seed=0).low != bootstrap_mean([x + 1e-3 for x in values], seed=0).low
    )
    draws = {bootstrap_mean(values, seed=seed, resamples=50).low for seed in range(5)}
    assert len(draws) > 1


def test_it_covers_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(7)
    hits = 0
    for seed in range(300):
        got = bootstrap_mean(rng.normal(2.0, 1.0, size=40), seed=seed, resamples=500)
        hits += got.low <= 2.0 <= got.high
    assert 0.89 <= hits / 300 <= 0.98


def test_a_paired_difference_sees_what_two_intervals_do_not() -> None:
    hardness = np.linspace(0, 50, 20)
    noise = np.random.default_rng(0).normal(0, 0.3, size=20)
    got = bootstrap_difference(hardness + 1 + noise, hardness, seed=0)
    assert 0 < got.low < 1.2
    first, second = bootstrap_mean(hardness + 1, seed=0), bootstrap_mean(hardness, seed=0)
    assert first.low < second.high


def test_memory_bound_does_not_change_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.arange(30.0)
    whole = bootstrap_mean(values, seed=4, resamples=1000)
    monkeypatch.setattr(intervals, "_AT_ONCE", 70)
    assert bootstrap_mean(values, seed=4, resamples=1000) == whole


@pytest.mark.parametrize(
    ("values", "options"),
    [
        ([], {}),
        ([1.0, float("nan")], {}),
        ([[1.0, 2.0]], {}),
        ([1.0], {"level": 1.0}),
        ([1.0], {"resamples": 0}),
    ],
)
def test_what_has_no_interval_is_refused(values, options) -> None:
    with pytest.raises(ValueError):
        bootstrap_mean(values, seed=0, **options)


def test_differences_need_the_same_films() -> None:
    with pytest.raises(ValueError, match="same films"):
        bootstrap_difference([1.0, 2.0], [1.0], seed=0)


# --- films drawn once for many figures ---


@given(st.integers(1, 9), st.integers(0, 5))
def test_each_resample_draws_as_many_films_as_there_are(count: int, seed: int) -> None:
    drawn = Resamples(count, seed=seed, resamples=50)
    each = drawn.sums(np.eye(count))
    assert (each.sum(axis=1) == count).all()
    parts = np.arange(2.0 * count).reshape(count, 2)
    assert drawn.sums(parts) == pytest.approx(each @ parts)


def test_drawing_in_pieces_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = np.stack([np.arange(30.0), np.ones(30)], axis=1)
    whole = bootstrap_pooled(parts, ratio, seed=4, resamples=1000)
    monkeypatch.setattr(intervals, "_AT_ONCE", 70)
    assert bootstrap_pooled(parts, ratio, seed=4, resamples=1000) == whole


def test_sums_of_other_films_are_refused() -> None:
    with pytest.raises(ValueError, match="sums of 3 films"):
        Resamples(3, seed=0, resamples=10).sums(np.ones((2, 2)))
    with pytest.raises(ValueError, match="finite"):
        Resamples(2, seed=0, resamples=10).sums([[1.0], [np.inf]])


# --- films left out one by one ---


def test_the_jackknife_of_a_mean_is_students_interval() -> None:
    values = np.random.default_rng(5).gamma(2.0, size=12)
    without = [np.delete(values, i).mean() for i in range(12)]
    got = jackknife(values.mean(), without, level=0.9)
    theirs = stats.t.interval(0.9, 11, values.mean(), stats.sem(values))
    assert (got.low, got.high) == pytest.approx(theirs)


def test_the_jackknife_covers_how_many_different_things_films_have() -> None:
    """Where drawing films with replacement does not, as a film drawn twice brings nothing new."""
    rng = np.random.default_rng(3)
    chances = 1 / (np.arange(3000) + 5.0)
    found, by_jackknife, by_drawing = [], [], []
    for seed in range(120):
        own = rng.gamma(0.5, 2.0, size=(8, 3000)) * chances  # films have words of their own
        has = rng.poisson(400 * own / own.sum(axis=1, keepdims=True)) > 0
        value = has.any(axis=0).sum()
        found.append(value)
        without = [np.delete(has, i, axis=0).any(axis=0).sum() * 8 / 7 for i in range(8)]
        by_jackknife.append(jackknife(value, without))
        counts = Resamples(8, seed=seed, resamples=200).sums(np.eye(8)) > 0
        drawn = (counts.astype(float) @ has > 0).sum(axis=1)
        by_drawing.append(np.quantile(drawn, [0.025, 0.975]))
    truth = np.mean(found)
    assert np.mean([one.low <= truth <= one.high for one in by_jackknife]) >= 0.88
    assert np.mean([low <= truth <= high for low, high in by_drawing]) < 0.5


@pytest.mark.parametrize(
    ("without", "options"),
    [([1.0], {}), ([], {}), ([1.0, np.nan], {}), ([[1.0, 2.0]], {}), ([1.0, 2.0], {"level": 1})],
)
def test_what_has_no_jackknife_is_refused(without, options) -> None:
    with pytest.raises(ValueError):
        jackknife(1.0, without, **options)
