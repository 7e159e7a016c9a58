"""Queries are asked in the ways they allow, and scored as trec_eval would."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from scenewise.collection.evaluation import EvaluateOptions, evaluate, ways_of
from scenewise.collection.evaluation_files import Trial
from scenewise.collection.query import Query
from scenewise.collection.results import Hit, Moment, Why
from scenewise.core.errors import InputError, OptionInvalid

pytest.importorskip("ir_measures")


class Shelf:
    """Finds for each kind of query what it was told, and remembers how it was asked."""

    def __init__(self, **found: str) -> None:
        self.found = found
        self.asked: list[str] = []

    def search(self, query: Query, *, options, sums, fold) -> tuple[Hit, ...]:
        assert not fold
        kind = "sum" if query.plus or query.minus else ""
        kind += "text" * bool(query.texts) + "image" * bool(query.pictures)
        self.asked.append(kind)
        ids = self.found.get(kind, "").split()[: options.limit]
        return tuple(Hit(one, 1.0, (Moment(0.0, 1.0, Why()),)) for one in ids)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "p.png"
    Pillow.fromarray(np.full((8, 8, 3), 90, np.uint8)).save(path)
    return path


def figures(evaluation, way) -> dict[str, float]:
    result = evaluation.way(way)
    return {} if result is None else {name: one.mean for name, one in result.figures.items()}


def test_figures_are_those_worked_out_by_hand() -> None:
    shelf = Shelf(text="x a y b z c")
    done = evaluate(
        shelf,
        [Trial("q", "words")],
        {"q": {"a": 1, "b": 1, "c": 1, "y": 0}},
        known="abcxyz",
        options=EvaluateOptions(k=5, depth=6),
    )
    gain = 1 / math.log2(3) + 1 / math.log2(5)
    best = 1 + 1 / math.log2(3) + 1 / math.log2(4)
    assert figures(done, "text") == pytest.approx(
        {
            "MRR@5": 1 / 2,
            "MAP@5": (1 / 2 + 2 / 4) / 3,
            "nDCG@5": gain / best,
            "recall@5": 2 / 3,
            "recall@6": 1.0,
        }
    )
    assert figures(done, "whole") == figures(done, "text")
    assert done.run == {"q": ("x", "a", "y", "b", "z", "c")}
    assert done.notes == ()


def test_mrr_looks_no_further_than_k() -> None:
    done = evaluate(
        Shelf(text="u v w a"),
        [Trial("q", "words")],
        {"q": {"a": 1}},
        known="auvw",
        options=EvaluateOptions(k=3, depth=4),
    )
    assert figures(done, "text") == {
        "MRR@3": 0, "MAP@3": 0, "nDCG@3": 0, "recall@3": 0, "recall@4": 1,
    }  # fmt: skip


def test_grades_count_in_ndcg_only() -> None:
    found, judged = Shelf(text="a b"), {"q": {"a": 1, "b": 3}}
    done = evaluate(found, [Trial("q", "words")], judged, known="ab")
    assert figures(done, "text")["MAP@5"] == 1
    assert figures(done, "text")["nDCG@5"] == pytest.approx(
        (1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3))
    )


def test_each_way_is_measured_over_the_queries_that_have_what_it_needs(picture: Path) -> None:
    shelf = Shelf(text="a", image="x a", textimage="a", sumimage="x a")
    trials = [
        Trial("t", "words"),
        Trial("i", image=picture),
        Trial("b", "words", picture),
        Trial("s", image=picture, plus="kite", minus="ball"),
    ]
    done = evaluate(shelf, trials, {one.id: {"a": 1} for one in trials}, known="ax")
    counts = {one.way: one.count for one in done.ways}
    assert counts == {
        "text": 2, "image": 2, "text and image": 1, "arithmetic": 1,
        "without plus and minus": 1, "whole": 4,
    }  # fmt: skip
    assert figures(done, "whole")["MRR@5"] == pytest.approx((1 + 0.5 + 1 + 0.5) / 4)
    assert sorted(shelf.asked) == sorted(
        ["text", "image", "text", "image", "textimage", "sumimage", "image"]
    )  # the whole query is not asked again


def test_a_sum_of_words_alone_has_nothing_to_be_without() -> None:
    assert set(ways_of(Trial("q", plus="kite", minus="ball"))) == {"arithmetic", "whole"}


def test_a_query_that_finds_nothing_counts_as_zero() -> None:
    trials = [Trial("q", "words"), Trial("r", "words")]
    done = evaluate(Shelf(), trials, {"q": {"a": 1}, "r": {"a": 1}}, known="a")
    assert figures(done, "text")["MRR@5"] == 0
    assert done.way("text").count == 2


def test_a_picture_that_is_none_is_told_and_left_out(tmp_path: Path) -> None:
    (tmp_path / "p.png").write_text("words")
    trials = [
        Trial("bad", "words", tmp_path / "p.png"),
        Trial("gone", "words", tmp_path / "no.png"),
        Trial("good", "words"),
    ]
    done = evaluate(Shelf(text="a"), trials, {one.id: {"a": 1} for one in trials}, known="a")
    assert [one.where for one in done.failures] == ["query bad", "query gone"]
    assert "is no picture" in done.failures[0].reason
    assert done.way("text").count == 1  # the same queries in every way


def test_a_collection_without_vectors_is_asked_words_only(picture: Path) -> None:
    trials = [
        Trial("b", "words", picture),
        Trial("i", image=picture),
        Trial("s", image=picture, plus="kite"),
    ]
    done = evaluate(
        Shelf(text="a"), trials, {one.id: {"a": 1} for one in trials}, known="a", sees=False
    )
    assert {one.way: one.count for one in done.ways} == {"text": 1, "whole": 1}
    assert "without a model" in done.notes[-1]


def test_what_does_not_fit_together_is_told() -> None:
    judged = {"q": {"a": 1, "gone": 1}, "other": {"a": 1}, "none": {"a": 0}}
    trials = [Trial("q", "words"), Trial("none", "words"), Trial("unjudged", "words")]
    done = evaluate(Shelf(text="a"), trials, judged, known="a")
    assert done.way("text").count == 1
    assert figures(done, "text")["recall@5"] == 0.5
    told = " | ".join(done.notes)
    assert "2 of 3 queries have no answer judged" in told
    assert "1 of 3 judged queries are not among the queries" in told
    assert "1 of 2 videos judged to answer are not in the collection (such as gone)" in told


def test_nothing_to_score_is_one_clear_line() -> None:
    with pytest.raises(InputError, match="no query has a video"):
        evaluate(Shelf(), [Trial("q", "words")], {"r": {"a": 1}}, known="a")
    with pytest.raises(InputError, match="none of the 1 videos judged"):
        evaluate(Shelf(), [Trial("q", "words")], {"q": {"a": 1}}, known="b")


def test_the_highest_map_within_reach_is_told() -> None:
    judged = {"q": dict.fromkeys("abcdefghij", 1)}
    done = evaluate(Shelf(text="a b c d e f g h i j"), [Trial("q", "words")], judged, known="abc")
    assert done.way("text").ceiling == 0.5 == figures(done, "text")["MAP@5"]
    assert "text: MAP@5 can be 0.500 at most" in " | ".join(done.notes)


def test_depth_is_no_less_than_k() -> None:
    with pytest.raises(OptionInvalid, match="--depth"):
        EvaluateOptions(k=10, depth=5)
    assert EvaluateOptions(k=5, depth=5).measures == ("MRR@5", "MAP@5", "nDCG@5", "recall@5")


@given(
    st.permutations("abcdefg"),
    st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 3), min_size=1),
    st.integers(1, 7),
)
def test_figures_are_what_their_definitions_say(found, grades, k) -> None:
    done = evaluate(
        Shelf(text=" ".join(found)),
        [Trial("q", "words")],
        {"q": grades},
        known="abcdefgh",
        options=EvaluateOptions(k=k, depth=7),
    )
    hits = [video in grades for video in found[:k]]
    precisions = [sum(hits[: i + 1]) / (i + 1) for i, hit in enumerate(hits) if hit]
    told = figures(done, "text")
    assert told[f"MRR@{k}"] == pytest.approx(1 / (1 + hits.index(True)) if any(hits) else 0)
    assert told[f"MAP@{k}"] == pytest.approx(sum(precisions) / len(grades))
    assert told[f"recall@{k}"] == pytest.approx(sum(hits) / len(grades))
    assert told[f"MAP@{k}"] <= done.way("text").ceiling + 1e-9
