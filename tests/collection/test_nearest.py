"""The first look at a large matrix: it finds what an exact search finds, and follows the store."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_samples import MARK, a_video, some_frames

from scenewise.collection import rough as rough_module
from scenewise.collection import searching
from scenewise.collection.arithmetic import Question
from scenewise.collection.matrix import MatrixFile
from scenewise.collection.nearest import nearest, top
from scenewise.collection.rough import recall_of, refined, rough_of
from scenewise.collection.searching import SearchOptions, search
from scenewise.collection.store import Store
from scenewise.collection.types import Matrix

pytest.importorskip("numba")

D = 64


def _unit(vectors) -> np.ndarray:
    vectors = np.asarray(vectors, np.float32)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def _like_clip(count: int, seed: int = 0) -> np.ndarray:
    """Vectors as CLIP's: in a cone, in heaps, with one number far greater than the others."""
    rng = np.random.default_rng(seed)
    middle = np.zeros(D)
    middle[:2] = 4, -2
    heaps = rng.normal(size=(50, D)) + middle
    return _unit(heaps[rng.integers(50, size=count)] + 0.5 * rng.normal(size=(count, D)))


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 60), st.integers(1, 5), st.integers(0, 9))
def test_similarities_are_near_the_true_ones(rows, queries, seed):
    rng = np.random.default_rng(seed)
    vectors = _unit(rng.normal(size=(rows, D)))
    asked = _unit(rng.normal(size=(queries, D)))
    near = rough_of(vectors).similarities(asked)
    assert near.shape == (queries, rows)
    assert np.abs(near - asked @ vectors.T).max() < 0.01


def test_the_best_rows_are_those_of_an_exact_search():
    vectors = _like_clip(30_000)
    rough = rough_of(vectors)
    queries = _unit(_like_clip(40, seed=5) - 0.7 * _like_clip(40, seed=6))
    exact = nearest(vectors, queries, 10)
    found = [refined(vectors, rough, query, 10) for query in queries]
    share = np.mean(
        [
            len({*rows.tolist()} & {*true.tolist()}) / 10
            for (rows, _), true in zip(found, exact.rows, strict=True)
        ]
    )
    assert share > 0.995
    assert np.allclose(found[0][1], exact.values[0], atol=1e-5)
    assert recall_of(vectors, rough) > 0.995


def test_recall_tells_when_bytes_are_too_coarse(monkeypatch):
    vectors = _like_clip(20_000)
    good = rough_of(vectors)
    coarse = rough_module.Rough(good.codes // 64, good.centre, good.step * 64)
    monkeypatch.setattr(rough_module, "REFINED", 40)
    assert recall_of(vectors, coarse) < 0.9 < recall_of(vectors, good)


@pytest.mark.parametrize("barred", [0, 2])
def test_a_search_gives_the_same_with_and_without_a_first_look(monkeypatch, barred):
    monkeypatch.setattr(searching, "REFINED", 500)
    count = 20_000
    vectors = _like_clip(count)
    shared = (
        np.repeat(np.arange(count // 5, dtype=np.int32), 5),
        np.tile(np.arange(5, dtype=np.float32) * 3, count // 5),
        tuple(f"v{at}" for at in range(count // 5)),
    )
    exact = Matrix(vectors, *shared)
    quick = Matrix(vectors, *shared, rough_of(vectors))
    asked = _like_clip(3, seed=9)
    question = Question(asked[0], asked[1 : 1 + barred], np.ones(barred, np.float32))
    only = {f"v{at}" for at in range(0, count // 5, 3)}
    for some in (None, only):
        a, b = (
            search(m, question, options=SearchOptions(limit=10), only=some) for m in (exact, quick)
        )
        assert [hit.id for hit in a] == [hit.id for hit in b]
        assert [hit.score for hit in a] == pytest.approx([hit.score for hit in b], abs=0.02)
        similar = [[hit.moments[0].why.similarity for hit in hits] for hits in (a, b)]
        assert similar[0] == pytest.approx(similar[1], abs=1e-4)


@pytest.mark.parametrize("shape", ["smooth", "equal", "few", "ascending", "periodic"])
@pytest.mark.parametrize("count", [1, 300, 60_000])
def test_the_best_of_very_many_are_those_of_a_full_sort(shape, count):
    n = 100_000
    rng = np.random.default_rng(0)
    scores = {
        "smooth": rng.normal(size=n),
        "equal": np.zeros(n),
        "few": np.where(np.arange(n) == 777, 1.0, 0.0),
        "ascending": np.arange(n),
        "periodic": np.where(np.arange(n) % (n // 4096) == 0, -1.0, rng.random(n)),
    }[shape].astype(np.float32)
    expected = np.argsort(-scores, kind="stable")[:count]
    assert top(scores, count).tolist() == expected.tolist()


# --- beside the store -----------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store.create(tmp_path / "store", MARK)
    store._matrix = _matrix_file(store)
    store.put_all([(a_video(f"v{n}", n), some_frames(n)) for n in range(60)])
    return store


def _matrix_file(store: Store) -> MatrixFile:
    old = store._matrix
    return MatrixFile(old._place, old._token, MARK.dimension, rough_from=100)


def _check(matrix: Matrix) -> None:
    assert matrix.rough is not None
    assert matrix.rough.recall >= 0.98
    query = some_frames(7)[0].vector
    near = matrix.rough.similarities(query[None])[0]
    assert near == pytest.approx(matrix.vectors @ query, abs=0.05)


def _files(store: Store) -> set[str]:
    return {path.name for path in (store.folder / "derived").iterdir()}


def test_a_large_matrix_has_bytes_and_a_small_one_has_none(store, tmp_path):
    _check(store.matrix())
    small = Store.create(tmp_path / "small", MARK)
    small._matrix = _matrix_file(small)
    small.put_all([(a_video("v", 1), some_frames(1))])
    assert small.matrix().rough is None


def test_bytes_of_new_videos_are_appended_and_those_of_changed_ones_made_anew(store):
    store.matrix()
    codes = {name for name in _files(store) if name.endswith(".i8")}
    store.put(a_video("new"), some_frames(99))
    _check(store.matrix())
    assert codes < _files(store)
    store.put(a_video("v5", 50), some_frames(50))
    store.remove(["v9"])
    _check(store.matrix())
    assert not codes & _files(store)
    assert sum(name.endswith(".i8") for name in _files(store)) == 1
    store.remove([f"v{n}" for n in range(58)])
    assert store.matrix().rough is None
    assert not any(name.endswith(".i8") for name in _files(store))


@pytest.mark.parametrize("pattern", ["*.i8", "rough-*.npz"])
@pytest.mark.parametrize("content", [None, b"", b"nonsense"])
def test_damaged_bytes_are_made_again(store, pattern, content):
    store.matrix()
    (path,) = (store.folder / "derived").glob(pattern)
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    store._matrix = _matrix_file(store)
    _check(store.matrix())


def test_bytes_that_find_too_little_are_not_used(store, monkeypatch):
    monkeypatch.setattr(rough_module, "recall_of", lambda vectors, rough: 0.9)
    assert store.matrix().rough is None
    before = _files(store)
    store._matrix = _matrix_file(store)
    assert store.matrix().rough is None
    assert _files(store) == before


def test_without_the_compiler_every_search_is_exact(store, monkeypatch):
    monkeypatch.setattr(rough_module, "_can_compile", lambda: False)
    assert store.matrix().rough is None
