"""Recall@k/N, CRITIC and the baselines."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from scenewise.metrics.baselines import constant, copy_previous
from scenewise.metrics.critic import IN_CAST, Mention, cast_sentence, critic, named
from scenewise.metrics.recall import recall_at, recall_of_texts, recall_over_films, window_starts
from scenewise.metrics.similarity import word_f1

# --- Recall@k/N ---


def tables(elements: st.SearchStrategy[float], unique: bool = False) -> st.SearchStrategy:
    return st.integers(1, 9).flatmap(
        lambda n: arrays.arrays(np.float64, (n, n), elements=elements, unique=unique)
    )


def in_plain_loops(table: np.ndarray, k: int, window: int) -> float | None:
    """The definition for values that all differ."""
    shares, start = [], 0
    while start + window <= len(table):
        part = table[start : start + window, start : start + window]
        shares += [float(i in np.argsort(-row)[:k]) for i, row in enumerate(part)]
        start += max(1, window // 2)
    return float(np.mean(shares)) if shares else None


@given(tables(st.floats(-1, 1), unique=True), st.integers(1, 6), st.integers(1, 6))
def test_recall_is_what_plain_loops_count(table: np.ndarray, k: int, window: int) -> None:
    got = recall_at(table, k=k, window=window)
    assert got == pytest.approx(in_plain_loops(table, k, window))


@given(tables(st.sampled_from([0.0, 0.5, 1.0])), st.integers(1, 5), st.integers(1, 5))
def test_ties_count_as_broken_at_random(table: np.ndarray, k: int, window: int) -> None:
    got = recall_at(table, k=k, window=window)
    rng = np.random.default_rng(0)
    broken = [
        recall_at(table + rng.uniform(0, 0.1, table.shape), k=k, window=window) for _ in range(60)
    ]
    if got is None:
        assert broken == [None] * 60
    else:
        assert got == pytest.approx(np.mean(broken), abs=0.25)


@given(tables(st.floats(-1, 1)), st.integers(1, 5), st.integers(2, 5))
def test_rescaling_and_more_answers(table: np.ndarray, k: int, window: int) -> None:
    got = recall_at(table, k=k, window=window)
    assert recall_at(table * 4, k=k, window=window) == got
    if got is not None:
        more = recall_at(table, k=k + 1, window=window)
        assert more is not None
        assert more >= got - 1e-12


def test_saying_the_same_of_everything_is_chance() -> None:
    assert recall_at(np.full((32, 32), 0.9), k=5, window=16) == pytest.approx(5 / 16)


def test_windows_half_overlap_and_the_tail_is_dropped() -> None:
    assert list(window_starts(40, 16)) == [0, 8, 16, 24]
    assert list(window_starts(39, 16)) == [0, 8, 16]
    assert list(window_starts(3, 1)) == [0, 1, 2]
    assert list(window_starts(7, 5)) == [0, 2]


def test_a_film_shorter_than_a_window_has_no_recall_and_no_vote() -> None:
    short = recall_at(np.eye(15), k=5, window=16)
    assert short is None
    assert recall_at(np.zeros((0, 0)), k=5, window=16) is None
    both = recall_over_films([short, 0.25, 0.75])
    assert both.mean == 0.5
    assert both.films == (None, 0.25, 0.75)
    assert recall_over_films([None]).mean is None


def test_rows_are_what_was_generated() -> None:
    """One text like every reference, one like none: the asker is the row."""
    table = np.array([[0.9, 0.8], [0.7, 0.1]])
    assert recall_at(table, k=1, window=2) == 0.5  # row 1 finds reference 0
    assert recall_at(table.T, k=1, window=2) == 0.5
    assert recall_at(np.array([[0.9, 0.8], [0.1, 0.2]]), k=1, window=2) == 1
    assert recall_at(np.array([[0.9, 0.8], [0.1, 0.2]]).T, k=1, window=2) == 0.5 * 1


texts = st.lists(
    st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=4).map(" ".join), max_size=12
)


@given(texts, st.integers(1, 3), st.integers(1, 5))
def test_texts_and_their_matrix_agree(references: list[str], k: int, window: int) -> None:
    generated = copy_previous(references)
    whole = recall_at(word_f1(generated, references), k=k, window=window)
    by_window = recall_of_texts(generated, references, word_f1, k=k, window=window)
    assert by_window == (None if whole is None else pytest.approx(whole))


def test_what_has_no_recall_is_refused() -> None:
    with pytest.raises(ValueError, match="one reference for each"):
        recall_at(np.zeros((2, 3)), k=1, window=2)
    with pytest.raises(ValueError, match="not a number"):
        recall_at(np.full((2, 2), np.nan), k=1, window=2)
    with pytest.raises(ValueError, match="1 answer"):
        recall_at(np.eye(2), k=0, window=2)
    with pytest.raises(ValueError, match="1 description"):
        recall_at(np.eye(2), k=1, window=0)
    with pytest.raises(ValueError, match="2 texts, but 1"):
        recall_of_texts(["a", "b"], ["a"], word_f1, k=1, window=1)


# --- CRITIC ---

CAST = ["Jack", "Rose Dewitt", "Cal"]


def said(*mentions: tuple[int, str]) -> list[Mention]:
    return [Mention(*mention) for mention in mentions]


def test_the_list_of_the_cast() -> None:
    assert cast_sentence(CAST) == "Jack, Rose Dewitt and Cal."
    assert cast_sentence(["Jack", "Cal"]) == "Jack and Cal."
    assert cast_sentence(["Jack"]) == "Jack."
    assert cast_sentence([]) == ""


def test_pronouns_stand_for_whoever_shares_their_cluster() -> None:
    clusters = [
        said((IN_CAST, "Jack"), (0, "Jack"), (1, "He")),
        said((1, "the letter"), (2, "it")),  # nobody of the cast
        said((IN_CAST, "Cal"), (2, "Cal"), (2, "Jack")),  # two of them: a bad cluster
        said((2, "Rose Dewitt"), (3, "she")),  # named after the list only
        said((IN_CAST, "Rose"), (0, "Rose")),  # not the whole name
    ]
    rose, jack = frozenset({"Rose Dewitt"}), frozenset({"Jack"})
    assert named(CAST, clusters, 4) == [jack, jack, rose, rose]


def test_critic_by_hand() -> None:
    theirs = [
        said((IN_CAST, "Jack"), (0, "Jack"), (1, "he"), (2, "him")),
        said((IN_CAST, "Cal"), (1, "Cal")),
    ]
    ours = [said((IN_CAST, "Jack"), (0, "Jack"), (1, "he"), (3, "he"))]
    # 0: the same; 1: one of two; 2: nobody for Jack; 3: the reference speaks of nobody
    assert critic(CAST, ours, theirs, 4) == [1, 0.5, 0]
    assert critic(CAST, theirs, theirs, 4) == [1, 1, 1]
    assert critic(CAST, ours, [], 4) == []


def test_naming_more_people_than_there_are_costs() -> None:
    theirs = [said((0, "Jack"))]
    ours = [said((0, "Jack")), said((0, "Cal"))]
    assert critic(CAST, ours, theirs, 1) == [0.5]


@pytest.mark.parametrize("sentence", [2, -2])
def test_a_mention_outside_the_film_is_refused(sentence: int) -> None:
    with pytest.raises(ValueError, match="no sentence"):
        named(CAST, [said((sentence, "Jack"))], 2)


# --- baselines ---


def test_the_first_line_is_predicted_by_the_last() -> None:
    assert copy_previous(["a", "b", "c"]) == ["c", "a", "b"]
    assert copy_previous([]) == []
    assert constant(["a", "b"], "x") == ["x", "x"]
