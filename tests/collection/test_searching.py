"""Exact neighbours, and what becomes of them: moments, videos, groups, reasons."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image as Pillow

from scenewise.collection import nearest as exact
from scenewise.collection.arithmetic import Encoder, Question
from scenewise.collection.asking import ask
from scenewise.collection.fusion import share_found, weighed
from scenewise.collection.nearest import nearest, top
from scenewise.collection.query import QueryInvalid, read_query
from scenewise.collection.results import COLUMNS, rows
from scenewise.collection.searching import SearchOptions, search
from scenewise.collection.types import Matrix, TextMatch, Video
from scenewise.collection.where import Where

D = 24


def _unit(vectors) -> np.ndarray:
    vectors = np.asarray(vectors, np.float32)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def _collection(videos: int = 100, frames: int = 5, seed: int = 0) -> Matrix:
    rng = np.random.default_rng(seed)
    return Matrix(
        _unit(rng.normal(size=(videos * frames, D))),
        np.repeat(np.arange(videos, dtype=np.int32), frames),
        np.tile(np.arange(frames, dtype=np.float32) * 3, videos),
        tuple(f"v{at}" for at in range(videos)),
    )


def _question(vector, barred=(), words: str = "", without=()) -> Question:
    barred = np.asarray(barred, np.float32).reshape(-1, D)
    return Question(
        _unit(vector), barred, np.ones(len(barred), np.float32), words, without=tuple(without)
    )


@pytest.mark.parametrize("count", [1, 7, 60])
@pytest.mark.parametrize("queries", [1, 3, 70])
def test_nearest_are_those_of_a_full_sort(monkeypatch, count, queries):
    monkeypatch.setattr(exact, "_BLOCKS", ((1, 100), (4, 7), (1000, 64)))
    rng = np.random.default_rng(count)
    vectors = _unit(rng.normal(size=(333, D)))
    asked = _unit(rng.normal(size=(queries, D)))
    allowed = rng.random(333) < 0.5
    found = nearest(vectors, asked, count, allowed=allowed)
    scores = np.where(allowed, asked @ vectors.T, -np.inf)
    expected = np.sort(scores, axis=1)[:, ::-1][:, :count]
    assert found.values == pytest.approx(expected, abs=1e-5)
    assert allowed[found.rows].all()


def test_fewer_rows_than_asked_for_leave_the_rest_empty():
    vectors = _unit(np.eye(3, D))
    found = nearest(vectors, vectors[:1], 5, allowed=np.array([False, True, True]))
    assert found.rows.tolist() == [[1, 2, -1, -1, -1]]
    assert np.isneginf(found.values[0, 2:]).all()


@given(arrays(np.float32, st.integers(0, 50), elements=st.integers(-3, 3)), st.integers(1, 60))
def test_of_equals_the_first_come_first(scores, count):
    expected = sorted(range(len(scores)), key=lambda at: (-scores[at], at))[:count]
    assert top(scores, count).tolist() == expected


def test_moments_are_grouped_by_video_and_lie_apart():
    matrix = _collection()
    wanted = _unit(np.random.default_rng(9).normal(size=D))
    vectors = matrix.vectors.copy()
    vectors[200:205] = _unit(wanted + 0.02 * np.arange(1, 6)[:, None] * vectors[200:205])
    matrix = Matrix(vectors, matrix.video, matrix.time, matrix.ids)
    hits = search(matrix, _question(wanted), options=SearchOptions(limit=5, apart=5, moments=9))
    assert len(hits) == 5 == len({hit.id for hit in hits})
    assert hits[0].id == "v40"
    assert [moment.time for moment in hits[0].moments] == [0, 6, 12]
    assert hits[0].score > 0.9
    assert hits[1].score < 0.5
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)


def test_only_what_passes_the_filter_is_found_and_scores_stay():
    matrix = _collection()
    question = _question(matrix.vectors[17])
    everything = {hit.id: hit.score for hit in search(matrix, question)}
    some = search(matrix, question, only={"v3", "v50", "unknown"})
    assert some[0].id == "v3"
    assert {hit.id for hit in some} == {"v3", "v50"}
    assert some[0].score == everything["v3"]
    assert search(matrix, question, only=()) == ()


def test_the_example_itself_is_no_result():
    matrix = _collection()
    hits = search(matrix, _question(matrix.vectors[17], without=["v3"]))
    assert "v3" not in {hit.id for hit in hits}


@pytest.mark.parametrize("limit", [1, 3, 20])
def test_fewer_results_are_the_first_of_many(limit):
    matrix = _collection()
    question = _question(np.random.default_rng(2).normal(size=D), words="lost dog")
    words = [TextMatch(f"v{at}", None, 1.0, "LOST DOG" if at == 8 else "dog") for at in range(9)]
    many = search(matrix, question, options=SearchOptions(limit=100), words=words)
    few = search(matrix, question, options=SearchOptions(limit=limit), words=words)
    assert [hit.id for hit in few] == [hit.id for hit in many[:limit]]
    assert [hit.score for hit in few] == [hit.score for hit in many[:limit]]
    assert [hit.moments[0] for hit in few] == [hit.moments[0] for hit in many[:limit]]


def test_copies_are_folded_and_named():
    matrix = _collection()
    vectors = matrix.vectors.copy()
    vectors[[30, 60, 90]] = vectors[17] + 1e-3
    matrix = Matrix(_unit(vectors), matrix.video, matrix.time, matrix.ids)
    alike = {"v3", "v6", "v12", "v18"}
    hits = search(
        matrix,
        _question(matrix.vectors[17]),
        options=SearchOptions(limit=3),
        group_of=lambda name: "same" if name in alike else name,
    )
    assert len(hits) == 3
    assert {hits[0].id, *hits[0].copies} == alike
    assert not hits[1].copies


def test_what_is_not_wanted_falls_even_where_the_direction_lets_it_pass():
    rng = np.random.default_rng(4)
    matrix = _collection()
    wanted, barred = _unit(np.linalg.qr(rng.normal(size=(D, 2)))[0].T)
    vectors = matrix.vectors.copy()
    vectors[10] = _unit(wanted + 0.8 * barred)
    vectors[20] = _unit(wanted + 0.8 * _unit(rng.normal(size=D)))
    matrix = Matrix(_unit(vectors), matrix.video, matrix.time, matrix.ids)
    question = _question(wanted, barred)
    hits = search(matrix, question, options=SearchOptions(barring=1.0))
    assert hits[0].id == "v4"
    assert hits[0].score > 5 * next((hit.score for hit in hits if hit.id == "v2"), 0)
    kept = search(matrix, question, options=SearchOptions(barring=0.0))
    assert {hit.id for hit in kept[:2]} == {"v2", "v4"}


def test_words_lift_the_moment_that_shows_them():
    matrix = _collection()
    question = _question(np.random.default_rng(1).normal(size=D), words="lost dog")
    words = [
        TextMatch("v70", 6.0, 3.2, "LOST DOG: call us"),
        TextMatch("v71", None, 1.0, "my dog's birthday"),
    ]
    hits = search(matrix, question, words=words)
    assert [hit.id for hit in hits[:2]] == ["v70", "v71"]
    best = hits[0].moments[0]
    assert best.time == 6.0
    assert best.why.words == "LOST DOG: call us"
    assert best.why.found == 1
    assert hits[0].score > 0.85 > 0.5 > hits[1].score
    assert "LOST DOG" in str(best.why)
    assert "v70" not in {hit.id for hit in search(matrix, question, words=words, only={"v1"})}


def test_words_of_a_video_without_frames_are_found():
    matrix = _collection(4)
    hits = search(
        matrix, _question(np.ones(D), words="parade"), words=[TextMatch("x", None, 1, "Parade!")]
    )
    assert hits[0].id == "x"
    assert hits[0].moments[0].time is None


@pytest.mark.parametrize(
    ("query", "text", "share"),
    [
        ("a dog on the beach", "Dogs at a beach bar", 2 / 3),
        ("dog", "dogma of dogmatists", 0),
        ("танк", "Подбитый ТАНК", 1),
        ("蛋糕", "今天做了蛋糕。", 1),
        ("Über", "ÜBER uns", 1),
        ("café", "the cafe", 1),
        ("नमस्ते दुनिया", "नमस्ते, दुनिया!", 1),
        ("", "anything", 0),
        ("on a", "on a", 0),
    ],
)
def test_the_share_of_words_that_stand_in_a_text(query, text, share):
    assert share_found(query, text) == pytest.approx(share)


def test_rare_words_count_more_and_small_ones_for_nothing():
    weights = weighed({"the": 40, "dog": 8, "harbour": 0}, any_of_them=45, every=100)
    assert weights["the"] == 0 < weights["dog"] < weights["harbour"]
    assert share_found("the dog", "the cat", weights) == 0
    assert share_found("the dog", "dogs", weights) == 1
    assert 0 < share_found("dog harbour", "a dog", weights) < 0.5


@given(st.dictionaries(st.text("abc", min_size=3), st.integers(0, 50), min_size=1))
def test_some_word_always_counts(counts):
    weights = weighed(counts, any_of_them=max(counts.values()), every=50)
    assert weights.keys() == counts.keys()
    assert max(weights.values()) > 0
    assert share_found(" ".join(counts), " ".join(counts), weights) == pytest.approx(1)


def test_few_of_the_words_say_nothing_beside_pictures():
    matrix = _collection()
    words = [TextMatch("v70", None, 1.0, "a harbour")]
    asked = "harbour with many small boats"
    hits = search(matrix, _question(np.ones(D), words=asked), words=words)
    assert all(not moment.why.words for hit in hits for moment in hit.moments)
    blind = Question(np.zeros(D, np.float32), np.zeros((0, D), np.float32), np.zeros(0), asked)
    assert [hit.id for hit in search(matrix, blind, words=words)] == ["v70"]


def test_an_empty_collection_and_a_high_limit_give_nothing():
    empty = Matrix(np.zeros((0, D), np.float32), np.zeros(0, np.int32), np.zeros(0, np.float32), ())
    assert search(empty, _question(np.ones(D))) == ()
    matrix = _collection()
    noise = _question(np.random.default_rng(2).normal(size=D))
    assert search(matrix, noise, options=SearchOptions(least=0.99)) == ()


def test_results_become_json_and_a_table():
    matrix = _collection()
    hits = search(matrix, _question(matrix.vectors[17]), options=SearchOptions(limit=4))
    assert json.loads(json.dumps([hit.plain() for hit in hits]))[0]["id"] == "v3"
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS)
    table.writeheader()
    table.writerows(rows(hits))
    read = list(csv.DictReader(io.StringIO(out.getvalue())))
    assert read[0]["id"] == "v3"
    assert float(read[0]["similarity"]) == pytest.approx(1, abs=1e-3)
    assert read[0]["time"] == "6.00"


def test_text_that_holds_what_is_not_wanted_speaks_for_nothing():
    matrix = _collection()
    vector = _unit(np.random.default_rng(1).normal(size=D))
    nothing = np.zeros((0, D), np.float32)
    question = Question(vector, nothing, np.zeros(0, np.float32), "tank", ("parade",))
    words = [TextMatch("v7", None, 2, "tank on parade"), TextMatch("v8", None, 1, "a tank burns")]
    assert search(matrix, question, words=words)[0].id == "v8"


class _Shelf:
    """A store in memory."""

    def __init__(self, matrix: Matrix, texts: dict[str, str]) -> None:
        self._matrix, self._texts = matrix, texts

    def matrix(self) -> Matrix:
        return self._matrix

    def videos(self, ids=None, where: Where | None = None) -> list[Video]:
        assert where is not None
        return [
            Video(name, "", "", 0, 0, 12, account=name[-1])
            for name in self._matrix.ids
            if name[-1] in where.account
        ]

    def text_search(self, query: str, limit: int = 20) -> list[TextMatch]:
        return [
            TextMatch(name, None, 1, text)
            for name, text in self._texts.items()
            if any(word in text for word in query.split())
        ][:limit]

    def word_weights(self, query: str) -> dict[str, float]:
        return {}


def test_a_store_is_asked_for_pictures_and_words_within_its_filters():
    shelf = _Shelf(_collection(), {"v3": "a red kite", "v13": "kites", "v14": "kite"})
    encoder = Encoder(lambda texts: shelf.matrix().vectors[: len(texts)], lambda images: images)
    hits = ask(shelf, read_query(["kite"], where=Where(account=("3",))), encoder)
    assert {hit.id[-1] for hit in hits} == {"3"}
    assert {hit.id for hit in hits[:2]} == {"v3", "v13"}
    assert hits[0].moments[0].why.similarity is not None
    everything = ask(shelf, read_query(["kite"]), encoder)
    assert everything[0].id == "v0"  # whose first frame the words are


def test_without_a_model_words_are_all_there_is(tmp_path):
    blind = Matrix(
        np.ones((4, 1), np.float32),
        np.array([0, 0, 1, 1], np.int32),
        np.array([0, 3, 0, 3], np.float32),
        ("v0", "v1"),
    )
    shelf = _Shelf(blind, {"v1": "a red kite"})
    hits = ask(shelf, read_query(["kite"]), None)
    assert [hit.id for hit in hits] == ["v1"]
    assert hits[0].moments[0].why.similarity is None
    Pillow.new("RGB", (4, 4)).save(tmp_path / "kite.png")
    with pytest.raises(QueryInvalid, match="without a model"):
        ask(shelf, read_query(images=[tmp_path / "kite.png"]), None)
