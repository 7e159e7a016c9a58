"""Distinct n-grams, repetition, and intervals of figures that are made of sums."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.metrics.baselines import constant
from scenewise.metrics.bleu import bleu, bleu_of, bleu_parts
from scenewise.metrics.distinct import distinct_n, distinct_without, repeated
from scenewise.metrics.intervals import bootstrap_mean, bootstrap_pooled, ratio

words = st.lists(st.sampled_from(["a", "b", "c"]), max_size=6)


def test_distinct_by_hand() -> None:
    texts = [["he", "looks", "at", "her"], ["he", "looks", "away"], []]
    assert distinct_n(texts, 1) == 5 / 7
    assert distinct_n(texts, 2) == 4 / 5
    assert distinct_n(texts, 5) == 0
    assert distinct_n([], 1) == 0
    with pytest.raises(ValueError, match="1 word"):
        distinct_n(texts, 0)


@given(st.lists(words, max_size=6), st.integers(1, 3))
def test_distinct_is_a_share_that_saying_it_again_lowers(texts, n: int) -> None:
    once = distinct_n(texts, n)
    assert 0 <= once <= 1
    assert distinct_n(texts * 3, n) == pytest.approx(once / 3)


@given(st.lists(st.lists(words, max_size=4), max_size=5), st.integers(1, 3))
def test_leaving_a_film_out_is_counting_the_others(films, n: int) -> None:
    wanted = [
        distinct_n([line for film in (*films[:i], *films[i + 1 :]) for line in film], n)
        for i in range(len(films))
    ]
    assert list(distinct_without(films, n)) == pytest.approx(wanted)


def test_repetition_by_hand() -> None:
    texts = [["he", "looks", "at", "her"], ["her", "looks", "her", "way"], [], ["he"]]
    assert list(repeated(texts)) == [0.5, 0, 0]
    assert list(repeated(texts[:1])) == []
    assert list(repeated([])) == []


@given(words.filter(bool), st.integers(2, 5))
def test_the_same_line_again_is_all_repetition(line, count: int) -> None:
    assert list(repeated(constant([None] * count, line))) == [1] * (count - 1)


# --- figures from sums ---


def test_three_films_have_twenty_seven_resamples() -> None:
    parts = np.array([[2.0, 1], [9.0, 3], [4.0, 4]])
    draws = itertools.product(range(3), repeat=3)
    means = np.sort([parts[list(d), 0].sum() / parts[list(d), 1].sum() for d in draws])
    got = bootstrap_pooled(parts, ratio, seed=0, level=0.8, resamples=40_000)
    assert got.mean == 15 / 8
    assert (got.low, got.high) == pytest.approx(tuple(np.quantile(means, [0.1, 0.9])))


def test_films_of_one_size_are_a_mean_over_films() -> None:
    values = np.random.default_rng(0).gamma(2.0, size=30)
    pooled = bootstrap_pooled(np.stack([values * 7, np.full(30, 7)], axis=1), ratio, seed=1)
    mean = bootstrap_mean(values, seed=2)
    assert pooled.mean == pytest.approx(mean.mean)
    assert (pooled.low, pooled.high) == pytest.approx((mean.low, mean.high), abs=0.03)


def test_nothing_by_nothing_is_nothing() -> None:
    assert list(ratio(np.array([[0.0, 0.0], [3.0, 4.0]]))) == [0, 0.75]


@pytest.mark.parametrize(
    ("parts", "options"),
    [
        ([], {}),
        ([1.0, 2.0], {}),
        ([[1.0, np.nan]], {}),
        ([[1.0, 2.0]], {"level": 1}),
        ([[1.0, 2.0]], {"resamples": 0}),
    ],
)
def test_what_has_no_interval_is_refused(parts, options) -> None:
    with pytest.raises(ValueError):
        bootstrap_pooled(parts, ratio, seed=0, **options)


@settings(deadline=None)
@given(st.lists(st.tuples(words, words.filter(bool)), min_size=2, max_size=6))
def test_the_parts_of_films_add_up_to_bleu_of_all(rows) -> None:
    pytest.importorskip("sacrebleu")
    ours, theirs = [a for a, _ in rows], [[b] for _, b in rows]
    halves = bleu_parts(ours[:1], theirs[:1]) + bleu_parts(ours[1:], theirs[1:])
    assert bleu_of(halves[None])[0] == pytest.approx(bleu(ours, theirs), abs=1e-12)
