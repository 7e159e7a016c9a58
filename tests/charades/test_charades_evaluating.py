"""Ranks are counted as the paper counts them, and ties never help."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from scenewise.charades.data import SCENES
from scenewise.charades.evaluating import (
    PAPER_COUNTS,
    PAPER_SCENES,
    Count,
    by_scene,
    candidates,
    caption_lengths,
    evaluate,
    ranks,
)
from scenewise.metrics.intervals import bootstrap_mean


def test_the_papers_figures_agree_with_one_another() -> None:
    assert set(PAPER_SCENES) == set(SCENES)
    total = PAPER_COUNTS["final", "train"]
    assert sum(count.right for count in PAPER_SCENES.values()) == total.right
    assert sum(count.of for count in PAPER_SCENES.values()) == total.of
    assert str(PAPER_COUNTS["baseline", "train"]) == "164/26957"


def test_ranks_of_a_small_table() -> None:
    table = [[0.9, 0.1, 0.5], [0.9, 0.1, 0.5], [0.2, 0.2, 0.1], [0.3, 0.3, 0.3]]
    assert ranks(table, [0, 1, 0, 2]).tolist() == [1, 3, 2, 3]


tables = arrays.arrays(
    np.float32,
    st.tuples(st.integers(1, 8), st.integers(1, 9)),
    elements=st.integers(-3, 3).map(float),
)


@settings(deadline=None)
@given(tables, st.data())
def test_a_rank_counts_what_is_as_alike_or_more(table: np.ndarray, data: st.DataObject) -> None:
    own = data.draw(
        st.lists(st.integers(0, table.shape[1] - 1), min_size=len(table), max_size=len(table))
    )
    found = ranks(table, own)
    for row, column, rank in zip(table, own, found, strict=True):
        others = np.delete(row, column)
        assert rank == 1 + sum(other >= row[column] for other in others)
    # a caption more can only push down, and scaling changes nothing
    wider = np.column_stack([table, np.zeros(len(table), np.float32)])
    assert (ranks(wider, own) >= found).all()
    assert (ranks(table * 8 + 2, own) == found).all()


def test_a_model_that_knows_nothing_is_never_right() -> None:
    assert (ranks(np.ones((4, 7)), [0, 1, 2, 6]) == 7).all()


def test_ranks_that_cannot_be_counted_are_refused() -> None:
    for table, own in (
        (np.ones((2, 3)), [0]),
        (np.ones(3), [0]),
        (np.ones((1, 3)), [3]),
        (np.ones((1, 3)), [-1]),
        ([[np.nan, 1.0]], [1]),
    ):
        with pytest.raises(ValueError):
            ranks(table, own)


def test_videos_with_the_same_words_share_a_candidate() -> None:
    texts, own = candidates(["a", "b", "a", "c"])
    assert texts == ["a", "b", "c"]
    assert own.tolist() == [0, 1, 0, 2]


CAPTIONS = {"v1": "ab", "v2": "abcd", "v3": "abcdefgh", "v4": "x", "v5": "xy", "v6": "xyz"}
ROOMS = {"v1": "Kitchen", "v2": "Garage", "v3": "Kitchen", "v4": "Stairs"}


def test_everything_the_paper_counts() -> None:
    videos = ["v1", "v1", "v1", "v2", "v3"]
    told = evaluate(np.array([1, 6, 1, 2, 1]), videos, CAPTIONS, ROOMS)
    assert str(told.first) == "3/5"
    assert str(told.fifth) == "4/5"
    assert told.first_share.mean == pytest.approx(0.6)
    assert told.median_rank.mean == 1
    assert told.reciprocal_rank.mean == pytest.approx((1 + 1 / 6 + 1 + 1 / 2 + 1) / 5)
    assert told.captions == 6
    assert told.chance == pytest.approx(1 / 6)
    # one for each picture that was right: v1 twice, v3 once; the mean of all is over videos
    assert told.lengths.correct == pytest.approx((2 + 2 + 8) / 3)
    assert told.lengths.overall == pytest.approx((2 + 4 + 8 + 1 + 2 + 3) / 6)
    assert {scene: str(count) for scene, count in told.scenes.items()} == {
        "Garage": "0/1",
        "Kitchen": "3/4",
    }
    assert list(told.scenes) == ["Garage", "Kitchen"]


def test_where_nothing_is_right_there_is_no_length_of_what_was_right() -> None:
    assert caption_lengths([False], ["v1"], CAPTIONS).correct is None
    assert by_scene([False], ["v1"], ROOMS) == {"Kitchen": Count(0, 1)}
    assert evaluate(np.array([2]), ["v1"], CAPTIONS).first_share.high == 0


def test_with_one_picture_a_video_intervals_are_those_of_all_other_metrics() -> None:
    rng = np.random.default_rng(4)
    places = rng.integers(1, 21, size=120)
    captions = {at: f"text {at % 20}" for at in range(120)}
    told = evaluate(places, list(range(120)), captions, resamples=10_000)
    for interval, values in (
        (told.first_share, places == 1),
        (told.fifth_share, places <= 5),
        (told.reciprocal_rank, 1 / places),
    ):
        plain = bootstrap_mean(np.asarray(values, np.float64), seed=1)
        assert interval.mean == pytest.approx(plain.mean)
        assert interval.low == pytest.approx(plain.low, abs=0.01)
        assert interval.high == pytest.approx(plain.high, abs=0.01)


def test_more_frames_of_the_same_videos_do_not_narrow_an_interval() -> None:
    rng = np.random.default_rng(5)
    places = np.where(rng.random(40) < 0.4, 1, 9)
    captions = {at: f"text {at}" for at in range(40)}
    single = evaluate(places, list(range(40)), captions).first_share
    many = evaluate(np.repeat(places, 12), np.repeat(np.arange(40), 12).tolist(), captions)
    assert many.first.of == 480
    assert (many.first_share.low, many.first_share.high) == pytest.approx((single.low, single.high))


@pytest.mark.slow
def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(6)
    captions = {at: f"text {at}" for at in range(60)}
    hits = 0
    for trial in range(150):
        easy = rng.random(60) < 0.5  # of an easy video every frame is right
        frames = rng.integers(1, 8, size=60)
        places = np.repeat(np.where(easy, 1, 30), frames)
        of = np.repeat(np.arange(60), frames).tolist()
        share = evaluate(places, of, captions, seed=trial, resamples=400).first_share
        hits += share.low <= 0.5 <= share.high
    assert 0.88 <= hits / 150 <= 0.99


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 6)), min_size=1, max_size=30))
def test_means_lie_in_their_intervals_and_the_median_is_a_rank(
    pictures: list[tuple[int, int]],
) -> None:
    names = list(CAPTIONS)
    videos = [names[video] for video, _ in pictures]
    places = np.array([rank for _, rank in pictures])
    told = evaluate(places, videos, CAPTIONS, resamples=300)
    ordered = sorted(places.tolist())
    assert told.median_rank.mean == ordered[(len(ordered) - 1) // 2]
    for interval in (told.first_share, told.fifth_share, told.median_rank, told.reciprocal_rank):
        assert interval.low <= interval.high
    assert told.first.right <= told.fifth.right <= told.fifth.of == len(places)
    assert evaluate(places, videos, CAPTIONS, resamples=300) == told


def test_a_large_set_is_drawn_in_parts_and_gives_the_same_as_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    places = np.arange(1, 61)
    captions = {at: f"text {at}" for at in range(60)}
    whole = evaluate(places, list(range(60)), captions)
    monkeypatch.setattr("scenewise.charades.evaluating._AT_ONCE", 1000)
    assert evaluate(places, list(range(60)), captions) == whole


def test_what_cannot_be_evaluated_is_refused() -> None:
    for places, videos, scenes in (
        ([], [], None),
        ([1], [], None),
        ([0], ["v1"], None),
        ([7], ["v1"], None),
        ([1], ["v9"], None),
        ([1], ["v5"], ROOMS),
    ):
        with pytest.raises(ValueError):
            evaluate(np.array(places, np.int64), videos, CAPTIONS, scenes)
    with pytest.raises(ValueError, match="level"):
        evaluate(np.array([1]), ["v1"], CAPTIONS, level=1)
