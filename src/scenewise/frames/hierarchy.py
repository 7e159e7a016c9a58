"""Trees of frames: Ward's method over all samples, and over neighbours in time only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import fastcluster
import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import fcluster

from scenewise.core.media_types import Hierarchy

Floats = npt.NDArray[np.float64]

MAX_LEAVES = 2000
"""More leaves than this cannot be told apart in a drawing."""


def ward(points: Floats) -> Floats:
    """Ward's tree as scipy's linkage matrix, [n - 1, 4].

    The same tree as `scipy.cluster.hierarchy.linkage(points, 'ward')`, but in memory that grows
    with n instead of n²: 45,000 samples, a two-hour film, take 3 s and some megabytes, where
    scipy would need 8 GB.

    Args:
        points: [n, d], n ≥ 1.
    """
    if len(points) < 2:
        return np.zeros((0, 4))
    return np.asarray(fastcluster.linkage_vector(points, method="ward"))


def flat(linkage: Floats, threshold: float) -> npt.NDArray[np.int64]:
    """Cluster of each leaf, 0-based, when the tree is cut at a distance, [n]."""
    if len(linkage) == 0:
        return np.zeros(1, dtype=np.int64)
    labels = fcluster(linkage, t=threshold, criterion="distance")
    return np.asarray(labels, dtype=np.int64) - 1


@dataclass(frozen=True)
class Rules:
    """Where a tree over neighbours in time is cut.

    Args:
        threshold: the distance of the cut.
        shortest: seconds; shorter stretches are joined to the nearer neighbour all the same.
        longest: seconds; no longer stretches are made.
    """

    threshold: float
    shortest: float = 0.0
    longest: float = float("inf")


def ward_in_time(points: Floats, weights: Floats, rules: Rules, floor: float = 0.0) -> Floats:
    """Ward's tree in which only neighbours in time may merge, so every branch is one stretch.

    A sample weighs as many seconds as it is shown, which makes the distance between two
    stretches of `a` and `b` seconds whose means lie `d` apart `d · √(2ab / (a + b))`: Ward's
    own formula with seconds in place of counts, hence independent of the sampling rate.

    Restricting merges to neighbours can make a later merge cheaper than an earlier one; a
    branch is then drawn at the height of its highest part, so heights never fall. Merges that
    the rules demand are drawn just below the threshold and those they forbid just above it:
    cutting the tree at the threshold obeys them.

    Args:
        points: in time order, [n, d].
        weights: seconds that each stands for, positive, [n].
        rules: where it will be cut.
        floor: no merge but those that `rules.shortest` demands is lower.

    Returns:
        scipy's linkage matrix, [n - 1, 4].
    """
    n = len(points)
    if n < 2:
        return np.zeros((0, 4))
    mean = np.array(points, dtype=np.float64)
    weight = np.array(weights, dtype=np.float64)
    after = np.arange(1, n + 1)  # the stretch that follows, n for none
    before = np.arange(-1, n - 1)
    name = np.arange(n)
    count = np.ones(n, dtype=np.int64)
    height = np.zeros(n)
    just_below, just_above = np.nextafter(rules.threshold, [0.0, np.inf])

    def level(a: int, b: int) -> float:
        apart = mean[b] - mean[a]
        total = weight[a] + weight[b]
        distance = float(np.sqrt(2 * weight[a] * weight[b] / total * (apart @ apart)))
        if total > rules.longest:
            return float(max(distance, just_above))
        raised = max(distance, floor)
        if min(weight[a], weight[b]) < rules.shortest and raised >= just_below:
            # still in order of distance, after all that merge of themselves
            return float(just_below * (1 - 1e-9 / (1 + distance)))
        return float(raised)

    cost = np.full(n, np.inf)  # of merging with the one after
    cost[:-1] = [level(i, i + 1) for i in range(n - 1)]
    tree = np.empty((n - 1, 4))
    for row in range(n - 1):
        left = int(np.argmin(cost))
        right = int(after[left])
        height[left] = max(cost[left], height[left], height[right])
        count[left] += count[right]
        tree[row] = (*sorted((name[left], name[right])), height[left], count[left])
        total = weight[left] + weight[right]
        mean[left] = (weight[left] * mean[left] + weight[right] * mean[right]) / total
        weight[left], name[left] = total, n + row
        after[left], cost[right] = after[right], np.inf
        if after[left] < n:
            before[after[left]] = left
            cost[left] = level(left, int(after[left]))
        else:
            cost[left] = np.inf
        if before[left] >= 0:
            cost[before[left]] = level(int(before[left]), left)
    return ascending(tree)


def ascending(linkage: Floats) -> Floats:
    """The same tree with its merges in order of height, as scipy writes it."""
    leaves = len(linkage) + 1
    order = np.argsort(linkage[:, 2], kind="stable")
    place = np.arange(2 * leaves - 1)
    place[leaves + order] = leaves + np.arange(leaves - 1)
    tree = linkage[order]
    tree[:, :2] = np.sort(place[tree[:, :2].astype(np.int64)], axis=1)
    return tree


def grafted(parts: Sequence[Hierarchy], top: Floats, threshold: float) -> Hierarchy:
    """One tree out of several and the tree that joins them.

    A merge of the top that its rules drew lower than a part it joins is drawn at the part's
    height, so that heights never fall.

    Args:
        parts: in time order, at least one.
        top: linkage matrix whose leaves are the parts, [m - 1, 4].
        threshold: the distance at which it is cut.
    """
    counts = np.array([len(part.times) for part in parts])
    first = np.concatenate([[0], np.cumsum(counts)])
    leaves = int(first[-1])
    rows: list[Floats] = []
    roots: list[int] = []  # of each part, then of each merge of the top, in the new names
    heights = [float(part.linkage[-1, 2]) if len(part.linkage) else 0.0 for part in parts]
    size = counts.tolist()
    made = 0
    for index, part in enumerate(parts):
        n = len(part.times)
        tree = part.linkage.copy()
        tree[:, :2] += np.where(tree[:, :2] >= n, leaves + made - n, first[index])
        rows.append(tree)
        made += n - 1
        roots.append(int(first[index]) if n == 1 else leaves + made - 1)
    for a, b, level, _ in top:
        pair = int(a), int(b)
        size.append(size[pair[0]] + size[pair[1]])
        level = max(level, *(heights[x] for x in pair))
        heights.append(level)
        rows.append(np.array([[*sorted(roots[x] for x in pair), level, size[-1]]]))
        roots.append(leaves + made)
        made += 1
    times = np.concatenate([part.times for part in parts])
    complexity = np.concatenate([part.complexity for part in parts])
    return Hierarchy(times, complexity, ascending(np.concatenate(rows)), threshold)


def coarsened(tree: Hierarchy, leaves: int = MAX_LEAVES) -> Hierarchy:
    """The top of a tree, with at most `leaves` leaves; lower branches become one leaf each.

    Args:
        tree: with merges in order of height.
        leaves: at least 1. A leaf that stands for a branch has the mean time and complexity.
    """
    n = len(tree.times)
    if n <= leaves:
        return tree
    kept = tree.linkage[n - leaves :]
    group = _members(tree.linkage[: n - leaves], n)
    names = np.full(2 * n - 1, -1)
    sums = np.zeros((leaves, 3))
    for index, (name, members) in enumerate(group):
        names[name] = index
        sums[index] = len(members), tree.times[members].sum(), tree.complexity[members].sum()
    names[n + (n - leaves) :] = leaves + np.arange(leaves - 1)
    out = np.empty((leaves - 1, 4))
    size = np.ones(2 * leaves - 1)
    out[:, :2] = np.sort(names[kept[:, :2].astype(np.int64)], axis=1)
    out[:, 2] = kept[:, 2]
    for row, (a, b) in enumerate(out[:, :2].astype(np.int64)):
        size[leaves + row] = out[row, 3] = size[a] + size[b]
    return Hierarchy(sums[:, 1] / sums[:, 0], sums[:, 2] / sums[:, 0], out, tree.threshold)


def _members(linkage: Floats, n: int) -> list[tuple[int, list[int]]]:
    """(name, leaves) of every branch that the merges leave unmerged, in order of first leaf."""
    branches: dict[int, list[int]] = {leaf: [leaf] for leaf in range(n)}
    for row, (a, b) in enumerate(linkage[:, :2].astype(np.int64)):
        branches[n + row] = branches.pop(int(a)) + branches.pop(int(b))
    return sorted(branches.items(), key=lambda item: min(item[1]))
