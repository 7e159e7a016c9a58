"""Trees: the memory-saving one equals scipy's; the one over time keeps its rules."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import cophenet, dendrogram, is_valid_linkage, linkage

from scenewise.core.media_types import Hierarchy
from scenewise.frames.hierarchy import (
    Rules,
    coarsened,
    flat,
    grafted,
    ward,
    ward_in_time,
)
from scenewise.frames.segments import central, least_mislabelled


def partition(labels: np.ndarray) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(labels == v).tolist()) for v in np.unique(labels)}


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 120), st.integers(0, 10_000))
def test_the_memory_saving_tree_is_scipys(n: int, seed: int):
    points = np.random.default_rng(seed).random((n, 2))
    ours, theirs = ward(points), linkage(points, "ward")
    assert np.allclose(cophenet(ours), cophenet(theirs), rtol=1e-9)
    for threshold in (0.2, 1.0):
        assert partition(flat(ours, threshold)) == partition(flat(theirs, threshold))


def test_one_sample_is_a_tree_of_one_leaf():
    assert ward(np.zeros((1, 2))).shape == (0, 4)
    assert flat(np.zeros((0, 4)), 1.0).tolist() == [0]


def plain_ward_in_time(points: np.ndarray, weights: np.ndarray) -> list[float]:
    """The same, written as the definition reads: costs of the merges in order."""
    groups = [([i], weights[i], points[i]) for i in range(len(points))]
    out: list[float] = []
    while len(groups) > 1:
        costs = [
            np.sqrt(2 * a[1] * b[1] / (a[1] + b[1])) * np.linalg.norm(a[2] - b[2])
            for a, b in pairwise(groups)
        ]
        i = int(np.argmin(costs))
        a, b = groups[i], groups[i + 1]
        total = a[1] + b[1]
        groups[i : i + 2] = [(a[0] + b[0], total, (a[1] * a[2] + b[1] * b[2]) / total)]
        out.append(float(costs[i]))
    return out


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 40), st.integers(0, 10_000))
def test_the_tree_over_time_is_greedy_wards_and_valid(n: int, seed: int):
    rng = np.random.default_rng(seed)
    points, weights = rng.random((n, 3)), rng.uniform(0.1, 2, n)
    tree = ward_in_time(points, weights, Rules(1.0))
    assert is_valid_linkage(tree)
    costs = plain_ward_in_time(points, weights)
    assert tree[-1, 2] == pytest.approx(max(costs))
    assert tree[-1, 3] == n
    assert np.all(np.diff(tree[:, 2]) >= 0)
    for threshold in np.quantile(costs, [0.2, 0.5, 0.8]):
        labels = flat(tree, float(threshold))
        assert np.count_nonzero(np.diff(labels)) == len(np.unique(labels)) - 1, "contiguous"


def test_halving_the_sampling_period_does_not_move_the_heights():
    def top(per_second: int) -> float:
        times = np.arange(0, 20, 1 / per_second) + 0.5 / per_second
        points = np.column_stack([times / 50, times > 8])
        weights = np.full(len(times), 1 / per_second)
        return float(ward_in_time(points, weights, Rules(1.0))[-1, 2])

    assert top(4) == pytest.approx(top(8), rel=1e-3)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(2, 60),
    st.floats(0, 3),
    st.floats(4, 30),
    st.integers(0, 10_000),
)
def test_the_rules_hold_when_the_tree_is_cut(n: int, shortest: float, longest: float, seed: int):
    rng = np.random.default_rng(seed)
    points, weights = rng.normal(0, 1.5, (n, 2)), rng.uniform(0.2, 1, n)
    tree = ward_in_time(points, weights, Rules(1.0, shortest, longest))
    labels = flat(tree, 1.0)
    lengths = [weights[labels == v].sum() for v in dict.fromkeys(labels.tolist())]
    assert max(lengths) <= longest + 1e-9
    # a short one is left only where joining it would have made one too long
    for i, length in enumerate(lengths):
        if length < shortest:
            beside = [lengths[j] for j in (i - 1, i + 1) if 0 <= j < len(lengths)]
            assert all(length + other > longest for other in beside)


def test_grafting_gives_back_the_parts_when_cut():
    rng = np.random.default_rng(3)
    parts, centres, weights = [], [], []
    for part in range(12):
        n = int(rng.integers(1, 9))
        points = rng.normal(part % 2, 0.01, (n, 2))
        tree = ward_in_time(points, np.ones(n), Rules(1.0))
        parts.append(Hierarchy(np.arange(n) + 10.0 * part, np.full(n, 5.0 + part), tree, 1.0))
        centres.append(points.mean(axis=0))
        weights.append(float(n))
    above = float(np.nextafter(1.0, 2.0))
    top = ward_in_time(np.array(centres), np.array(weights), Rules(1.0), floor=above)
    whole = grafted(parts, top, 1.0)
    assert is_valid_linkage(whole.linkage)
    labels = flat(whole.linkage, 1.0)
    of_part = (whole.times // 10).astype(int)
    assert partition(labels) == partition(of_part)
    small = coarsened(whole, 12)
    assert is_valid_linkage(small.linkage)
    assert sorted((small.times // 10).astype(int).tolist()) == list(range(12))


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 150), st.integers(1, 40), st.integers(0, 10_000))
def test_a_coarsened_tree_is_the_top_of_the_tree(n: int, leaves: int, seed: int):
    rng = np.random.default_rng(seed)
    points = rng.random((n, 2))
    tree = Hierarchy(points[:, 0], points[:, 1], ward(points), 1.0)
    small = coarsened(tree, leaves)
    kept = min(n, leaves)
    assert len(small.times) == kept
    assert np.array_equal(small.linkage[:, 2], tree.linkage[n - kept :, 2])
    if kept > 1:
        assert is_valid_linkage(small.linkage)
        assert len(dendrogram(small.linkage, no_plot=True)["leaves"]) == kept
        assert cophenet(small.linkage).max() == tree.linkage[-1, 2]
        if kept < n:
            labels = flat(tree.linkage, float(tree.linkage[n - kept - 1, 2]))
            means = {round(float(points[labels == v, 0].mean()), 9) for v in range(kept)}
            assert {round(float(t), 9) for t in small.times} == means


def test_the_centre_of_a_cluster_is_its_middle_sample_by_number():
    assert central(np.array([0, 0, 0, 1, 1, 1, 1, 2])).tolist() == [1, 5, 7]
    assert central(np.array([0, 1, 0, 1, 0])).tolist() == [2, 3]


def test_contiguous_clusters_keep_their_extent():
    labels = np.array([4, 4, 4, 0, 0, 2, 2, 2, 2])
    assert least_mislabelled(labels, central(labels)).tolist() == [3, 5]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=2, max_size=60))
def test_borders_contradict_the_fewest_samples(names: list[int]):
    labels = np.array(names)
    chosen = central(labels)
    firsts = least_mislabelled(labels, chosen)
    for a, b, first in zip(chosen[:-1], chosen[1:], firsts, strict=True):
        assert a < first <= b

        def wrong(at: int, a: int = a, b: int = b) -> int:
            return int(np.sum(labels[a:at] == labels[b]) + np.sum(labels[at : b + 1] == labels[a]))

        assert wrong(first) == min(wrong(at) for at in range(a + 1, b + 1))


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 12), st.integers(0, 10_000))
def test_a_grafted_tree_is_valid_where_short_parts_must_join(count: int, seed: int):
    """Joins that the least length demands are drawn in order of distance within one tree, so a
    part may be higher than the join of the top that takes it in."""
    rng = np.random.default_rng(seed)
    rules = Rules(1.0, shortest=0.75)
    parts, centres, weights = [], [], []
    for _ in range(count):
        n = int(rng.integers(1, 4))
        points, seconds = rng.normal(0, 9, (n, 3)), np.full(n, 0.1)
        times = len(parts) + 0.1 * np.arange(n)
        parts.append(Hierarchy(times, np.ones(n), ward_in_time(points, seconds, rules), 1.0))
        centres.append(points.mean(axis=0))
        weights.append(0.1 * n)
    top = ward_in_time(np.stack(centres), np.array(weights), rules, floor=1.0 + 1e-9)
    whole = grafted(parts, top, 1.0)
    assert is_valid_linkage(whole.linkage)
    assert partition(flat(whole.linkage, 1.0)) == partition(
        np.repeat(flat(top, 1.0), [len(part.times) for part in parts])
    )


@pytest.mark.parametrize("seconds", [0.04, 0.3, 0.7])
@pytest.mark.parametrize("apart", [0.1, 1.0, 50.0])
def test_what_is_too_short_joins_however_near_it_lies_and_whatever_the_floor(
    seconds: float, apart: float
):
    rules = Rules(1.0, shortest=0.75)
    points = np.array([[0.0], [40.0], [40.0 + apart]])
    tree = ward_in_time(points, np.array([3.0, 3.0, seconds]), rules, floor=1.0 + 1e-9)
    assert partition(flat(tree, 1.0)) == partition(np.array([0, 1, 1]))
