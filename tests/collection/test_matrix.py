"""The matrix is that of the tables, whatever happens to its files."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from store_samples import MARK, a_video, some_frames

from scenewise.collection.store import Store
from scenewise.collection.types import Matrix


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store.create(tmp_path / "store", MARK)
    store.put_all([(a_video(f"v{n}", n), some_frames(n, count=1 + n % 5)) for n in range(12)])
    return store


def check(store: Store, matrix: Matrix) -> None:
    expected = {video.id: store.frames(video.id) for video in store.videos()}
    assert set(matrix.ids) == {id for id, frames in expected.items() if frames}
    assert matrix.vectors.shape == (sum(map(len, expected.values())), MARK.dimension)
    assert matrix.vectors.dtype == np.float32
    assert matrix.video.dtype == np.int32
    assert matrix.time.dtype == np.float32
    for place, id in enumerate(matrix.ids):
        mine = matrix.video == place
        assert np.array_equal(matrix.vectors[mine], [f.vector for f in expected[id]])
        assert np.array_equal(matrix.time[mine], np.float32([f.time for f in expected[id]]))


def vector_files(store: Store) -> list[Path]:
    return sorted((store.folder / "derived").glob("*.f32"))


def test_it_holds_every_frame(store: Store):
    check(store, store.matrix())
    check(store, Store.open(store.folder).matrix())


def test_new_videos_are_appended_to_the_same_file(store: Store):
    store.matrix()
    before = vector_files(store)
    store.put(a_video("new"), some_frames(99))
    check(store, store.matrix())
    assert vector_files(store) == before


def test_it_follows_removal_and_replacement(store: Store):
    store.matrix()
    store.remove(["v3", "v4"])
    store.put(a_video("v5", 50), some_frames(50))
    check(store, store.matrix())
    assert len(vector_files(store)) == 1
    store.remove(list(store.known()))
    assert store.matrix().vectors.shape == (0, MARK.dimension)


def test_a_matrix_in_use_stays_as_it_was(store: Store):
    matrix = store.matrix()
    copy = np.array(matrix.vectors)
    store.put(a_video("new"), some_frames(99))
    store.matrix()
    store.remove(["v1"])
    store.compact()
    store.matrix()
    assert np.array_equal(matrix.vectors, copy)


def test_compaction_does_not_make_it_anew(store: Store):
    store.matrix()
    before = vector_files(store)
    store.compact()
    check(store, store.matrix())
    assert vector_files(store) == before


def test_it_is_mapped_not_read(store: Store):
    assert isinstance(store.matrix().vectors, np.memmap)


@pytest.mark.parametrize("name", ["matrix.json", "*.f32", "*.npz"])
@pytest.mark.parametrize("content", [None, b"", b"nonsense"])
def test_damaged_files_are_made_again(store: Store, name: str, content: bytes | None):
    store.matrix()
    (path,) = (store.folder / "derived").glob(name)
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    check(store, Store.open(store.folder).matrix())


def test_an_append_that_was_cut_short_leaves_no_trace(store: Store):
    store.matrix()
    with vector_files(store)[0].open("ab") as file:
        file.write(b"half a vector")
    store.put(a_video("new"), some_frames(99))
    check(store, store.matrix())


def test_files_of_another_store_are_not_taken(store: Store, tmp_path: Path):
    store.matrix()
    other = Store.create(tmp_path / "other", MARK)
    other.put_all([(a_video(f"v{n}", n), some_frames(n + 50)) for n in range(12)])
    shutil.copytree(store.folder / "derived", other.folder / "derived")
    check(other, other.matrix())
