"""Principal components batch by batch are those of all rows, and key frames those of clusters."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from scenewise.charades.choosing import evenly, key_frames
from scenewise.charades.errors import FeaturesInvalid
from scenewise.charades.reduction import (
    ReductionOptions,
    _batches,
    find_components,
    load_reduction,
    save_reduction,
)
from scenewise.core.errors import FileMissing


def rows_of(count: int, width: int, rank: int, seed: int = 0) -> np.ndarray:
    """Rows that mostly vary in a few directions."""
    rng = np.random.default_rng(seed)
    low = rng.normal(size=(count, rank)) @ rng.normal(size=(rank, width))
    return (low + 0.05 * rng.normal(size=(count, width)) + 3).astype(np.float32)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=12), st.integers(1, 9), st.integers(0, 20))
def test_batches_keep_all_rows_in_order_and_are_never_too_small(
    sizes: list[int], least: int, more: int
) -> None:
    size = least + more
    rows = np.arange(sum(sizes) * 3, dtype=np.float32).reshape(-1, 3)
    blocks = np.split(rows, np.cumsum(sizes)[:-1])
    got = [batch.copy() for batch in _batches(blocks, least, size)]
    assert np.array_equal(np.concatenate([rows[:0], *got]), rows)
    assert all(len(batch) == size for batch in got[:-1])
    if len(got) > 1 or sum(sizes) >= least:
        assert all(least <= len(batch) < size + least for batch in got[-1:])


def test_components_are_those_of_all_rows_at_once() -> None:
    rows = rows_of(300, 60, rank=5)
    found = find_components(np.array_split(rows, 23), ReductionOptions(components=5, batch=40))
    exact = PCA(5).fit(rows)
    # cosines of the angles between the two spaces
    cosines = np.linalg.svd(exact.components_ @ found.components.T)[1]
    assert cosines.min() > 0.999
    assert found.share == pytest.approx(exact.explained_variance_ratio_.sum(), abs=1e-3)
    assert found.rows == 300
    assert found.mean == pytest.approx(rows.mean(axis=0), abs=1e-4)
    reduced = found.apply(rows)
    assert reduced.shape == (300, 5)
    assert reduced.dtype == np.float32
    back = reduced @ found.components + found.mean
    assert np.abs(back - rows).mean() < 0.05


def test_half_precision_on_disk_is_enough(tmp_path: Path) -> None:
    rows = rows_of(80, 40, rank=3)
    np.save(tmp_path / "rows.npy", rows.astype(np.float16))
    mapped = np.load(tmp_path / "rows.npy", mmap_mode="r")
    options = ReductionOptions(components=3, batch=30)
    found = find_components([mapped[:50], mapped[50:]], options)
    exact = find_components([rows], options)
    assert np.abs(found.apply(mapped)) == pytest.approx(np.abs(exact.apply(rows)), abs=0.05)


def test_fewer_rows_than_components_give_fewer_components() -> None:
    rows = rows_of(4, 30, rank=3)
    assert find_components([rows]).components.shape == (4, 30)
    alone = find_components([rows[:1]])
    assert alone.components.shape == (1, 30)
    assert np.isfinite(alone.share)
    assert alone.apply(rows[:1]) == pytest.approx(0)


def test_what_is_saved_is_loaded_and_damage_is_told(tmp_path: Path) -> None:
    rows = rows_of(30, 12, rank=2)
    found = find_components([rows], ReductionOptions(components=2, batch=16))
    path = tmp_path / "components.npz"
    save_reduction(path, found)
    again = load_reduction(path)
    assert np.array_equal(again.apply(rows), found.apply(rows))
    assert (again.share, again.rows) == (found.share, found.rows)
    assert [file.name for file in tmp_path.iterdir()] == ["components.npz"]
    whole = path.read_bytes()
    for damaged in (b"", b"PK", whole[:200], whole[: len(whole) // 2]):
        path.write_bytes(damaged)
        with pytest.raises(FeaturesInvalid, match="damaged"):
            load_reduction(path)
    with pytest.raises(FileMissing):
        load_reduction(tmp_path / "none.npz")


def test_rows_that_do_not_fit_are_refused() -> None:
    rows = rows_of(30, 12, rank=2)
    found = find_components([rows], ReductionOptions(components=2))
    with pytest.raises(FeaturesInvalid, match="do not fit"):
        found.apply(rows[:, :5])
    with pytest.raises(FeaturesInvalid, match="one length"):
        find_components([rows, rows[:, :5]])
    with pytest.raises(FeaturesInvalid, match="finite"):
        find_components([np.full((3, 4), np.inf)])
    with pytest.raises(FeaturesInvalid, match="no frames"):
        find_components([])


def clusters(*sizes: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.concatenate(
        [np.eye(8)[k] * 20 + rng.normal(scale=0.1, size=(n, 8)) for k, n in enumerate(sizes)]
    )


def test_one_frame_of_each_cluster_the_nearest_to_its_centre() -> None:
    points = clusters(5, 3, 7)
    chosen = key_frames(points, 3)
    starts = [0, 5, 8, 15]
    for at, (start, end) in zip(chosen, pairwise(starts), strict=True):
        part = points[start:end]
        apart = np.linalg.norm(part - part.mean(axis=0), axis=1)
        assert at == start + int(apart.argmin())


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 24), st.integers(1, 9), st.integers(0, 99))
def test_key_frames_differ_and_are_in_order(count: int, wanted: int, seed: int) -> None:
    points = np.random.default_rng(seed).normal(size=(count, 3))
    chosen = key_frames(points, wanted, seed=seed)
    assert chosen == sorted(set(chosen))
    assert len(chosen) == min(count, wanted)
    assert key_frames(points, wanted, seed=seed) == chosen


def test_frames_that_show_the_same_are_taken_once() -> None:
    still = np.repeat([[1.0, 2.0], [3.0, 4.0]], 6, axis=0)
    assert key_frames(still, 9) == [0, 6]
    assert key_frames(np.ones((20, 4)), 9) == [0]


def test_nothing_to_choose_is_refused() -> None:
    for points, count in ((np.empty((0, 3)), 2), (np.ones((3, 2)), 0), (np.ones(3), 1)):
        with pytest.raises(ValueError, match="key frames"):
            key_frames(points, count)


@settings(deadline=None)
@given(st.integers(0, 100), st.integers(1, 20))
def test_even_frames_are_spread_over_the_video(count: int, wanted: int) -> None:
    chosen = evenly(count, wanted) if count else []
    assert chosen == sorted(set(chosen))
    assert len(chosen) == min(count, wanted)
    assert all(0 <= at < count for at in chosen)
