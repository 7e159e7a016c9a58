"""SODA finds the best alignment, and its figures are what they say."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from scenewise.metrics.similarity import pairwise, word_f1
from scenewise.metrics.soda import Caption, Soda, align, iou, pooled, soda, soda_t

same = pairwise(lambda a, b: float(a == b))

captions = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 8), st.sampled_from(["a", "b", "a b", "b c c"])),
    max_size=5,
).map(lambda rows: [(float(start), float(start + length), text) for start, length, text in rows])


def matrices(values: st.SearchStrategy[float]) -> st.SearchStrategy[np.ndarray]:
    shape = st.tuples(st.integers(0, 5), st.integers(0, 5))
    return arrays.arrays(np.float64, shape, elements=values)


def best_by_trial(weights: np.ndarray) -> float:
    """Every choice of k rows and k columns, in order, is one alignment."""
    n, m = weights.shape
    return max(
        float(sum(weights[i, j] for i, j in zip(rows, columns, strict=True)))
        for k in range(min(n, m) + 1)
        for rows in itertools.combinations(range(n), k)
        for columns in itertools.combinations(range(m), k)
    )


@given(matrices(st.integers(-3, 9).map(float)))
def test_no_alignment_without_crossing_is_better(weights: np.ndarray) -> None:
    total, _ = align(weights)
    assert total == best_by_trial(weights)


@given(matrices(st.floats(-1, 1, allow_subnormal=False)))
def test_the_pairs_make_up_the_total_and_never_cross(weights: np.ndarray) -> None:
    total, pairs = align(weights)
    assert total == pytest.approx(sum(weights[pair] for pair in pairs), abs=1e-12)
    assert all(weights[pair] > 0 for pair in pairs)
    for (i, j), (k, m) in itertools.pairwise(pairs):
        assert i < k
        assert j < m


@given(captions, captions)
def test_the_score_is_that_of_every_alignment_tried(
    ours: list[Caption], theirs: list[Caption]
) -> None:
    """The whole definition again, in plain loops."""

    def overlap(a: Caption, b: Caption) -> float:
        common = max(0.0, min(a[1], b[1]) - max(a[0], b[0]))
        union = (a[1] - a[0]) + (b[1] - b[0]) - common
        return common / union if union else 0.0

    left, right = (sorted(x, key=lambda c: c[:2]) for x in (ours, theirs))
    weights = np.array(
        [[overlap(a, b) * word_f1([a[2]], [b[2]])[0, 0] for b in right] for a in left]
    ).reshape(len(left), len(right))
    total = best_by_trial(weights)
    score = soda(ours, theirs, word_f1)
    assert score.total == pytest.approx(total)
    assert score.precision == pytest.approx(total / len(ours) if ours else 0)
    assert score.recall == pytest.approx(total / len(theirs) if theirs else 0)
    both = score.precision + score.recall
    expected = 2 * score.precision * score.recall / both if both else 0
    assert score.f1 == pytest.approx(expected)


@given(captions, captions, st.floats(-1000, 1000), st.randoms(use_true_random=False))
def test_neither_a_shift_in_time_nor_the_order_of_the_lists_matters(
    ours: list[Caption], theirs: list[Caption], shift: float, random: object
) -> None:
    def moved(rows: Sequence[Caption]) -> list[Caption]:
        out = [(start + shift, end + shift, text) for start, end, text in rows]
        if len({row[:2] for row in out}) == len(out):  # those at one time have no order of theirs
            random.shuffle(out)  # type: ignore[attr-defined]
        return out

    score = soda(ours, theirs, word_f1)
    late, meant = moved(ours), moved(theirs)
    assert soda(late, meant, word_f1).total == pytest.approx(score.total, abs=1e-6)
    # middles are multiples of half a second: no rounding of the shift reaches 3.25
    assert soda_t(late, meant, word_f1, within=3.25) == soda_t(ours, theirs, word_f1, within=3.25)


def test_a_film_against_itself_scores_one() -> None:
    film = [(0.0, 2.0, "a boat sails"), (4.0, 5.0, "a man runs"), (9.0, 12.0, "night")]
    score = soda(film, film, word_f1)
    assert (score.precision, score.recall, score.f1) == (1, 1, 1)
    assert score.pairs == ((0, 0), (1, 1), (2, 2))
    assert soda_t(film, film, word_f1) == 1


def test_worked_by_hand() -> None:
    theirs = [(0.0, 4.0, "a"), (4.0, 8.0, "b")]
    ours = [(5.0, 9.0, "b"), (0.0, 2.0, "a"), (20.0, 21.0, "c")]  # IoU 3/5 and 2/4
    score = soda(ours, theirs, same)
    assert score.pairs == ((1, 0), (0, 1))
    assert score.total == pytest.approx(1.1)
    assert score.precision == pytest.approx(1.1 / 3)
    assert score.recall == pytest.approx(1.1 / 2)
    assert score.f1 == pytest.approx(2.2 / 5)


def test_captions_told_in_the_wrong_order_cannot_both_count() -> None:
    theirs = [(0.0, 10.0, "a"), (1.0, 11.0, "b")]
    ours = [(0.0, 10.0, "b"), (1.0, 11.0, "a")]
    score = soda(ours, theirs, same)
    assert len(score.pairs) == 1
    assert score.total == pytest.approx(9 / 11)


def test_repeating_a_caption_lowers_precision_only() -> None:
    film = [(0.0, 2.0, "a"), (4.0, 5.0, "b")]
    twice = [caption for caption in film for _ in range(2)]
    assert soda(twice, film, same).recall == 1
    assert soda(twice, film, same).precision == 0.5


def test_nothing_generated_scores_nothing() -> None:
    film = [(0.0, 2.0, "a")]
    assert soda([], film, same).f1 == soda(film, [], same).f1 == soda([], [], same).f1 == 0
    assert soda_t([], film, same) == soda_t(film, [], same) == 0


def test_pooling_weights_films_by_their_captions() -> None:
    long = Soda(total=3.0, generated=4, references=6)
    short = Soda(total=1.0, generated=1, references=1)
    both = pooled([long, short])
    assert (both.precision, both.recall) == (4 / 5, 4 / 7)
    assert pooled([]).f1 == 0


@pytest.mark.parametrize(
    ("late", "share"), [(0.0, 1.0), (10.0, 1.0), (10.5, 0.5), (-10.0, 1.0), (-10.5, 0.5)]
)
def test_a_reference_told_more_than_ten_seconds_off_does_not_count(
    late: float, share: float
) -> None:
    theirs = [(20.0, 22.0, "a boat"), (60.0, 64.0, "a storm")]
    ours = [(20.0 + late, 22.0 + late, "a boat"), (60.0, 64.0, "a storm")]
    assert soda_t(ours, theirs, same) == share


def test_in_time_but_about_something_else_does_not_count() -> None:
    theirs = [(20.0, 22.0, "a boat"), (60.0, 64.0, "a storm")]
    ours = [(20.0, 22.0, "a storm"), (60.0, 64.0, "a boat")]
    assert soda_t(ours, theirs, same) == 0


@given(captions, captions, st.integers(0, 20), st.integers(0, 20))
def test_more_time_never_lowers_soda_t(
    ours: list[Caption], theirs: list[Caption], one: int, other: int
) -> None:
    low, high = sorted((one, other))
    assert soda_t(ours, theirs, word_f1, within=low) <= soda_t(ours, theirs, word_f1, within=high)


def test_two_instants_share_no_time() -> None:
    assert iou(np.array([[3.0, 3.0]]), np.array([[3.0, 3.0], [2.0, 4.0]])).tolist() == [[0, 0]]


@pytest.mark.parametrize(
    ("film", "similarity", "message"),
    [
        ([(2.0, 1.0, "a")], same, "ends before"),
        ([(0.0, float("nan"), "a")], same, "finite times"),
        ([(0.0, 1.0, "a")], lambda a, b: np.zeros((2, 1)), "gave"),
        ([(0.0, 1.0, "a")], pairwise(lambda a, b: float("nan")), "not finite"),
    ],
)
def test_what_cannot_be_scored_is_refused(film, similarity, message) -> None:
    with pytest.raises(ValueError, match=message):
        soda(film, [(0.0, 1.0, "a")], similarity)
    with pytest.raises(ValueError, match=message):
        soda_t(film, [(0.0, 1.0, "a")], similarity)


def test_word_f1_counts_shared_words_with_multiplicity() -> None:
    scores = word_f1(["The man, the dog", ""], ["the man", "the the THE", "!"])
    assert scores == pytest.approx(np.array([[2 * 2 / 6, 2 * 2 / 7, 0], [0, 0, 0]]))
