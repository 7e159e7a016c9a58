"""How the key frames were chosen: the tree of a selection, drawn (Chen 2025, figure 1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import dendrogram, fcluster

from scenewise.core.media_types import Hierarchy
from scenewise.core.time import Span
from scenewise.description.report.figures import decimal, number
from scenewise.description.report.pictures import Shown

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

WIDTH: Final = 800.0
HEIGHT: Final = 240.0
_LEFT: Final = 48.0
_RIGHT: Final = 12.0
_TOP: Final = 12.0

MOST_LEAVES: Final = 600
"""More end points cannot be told apart, and scipy's drawing is recursive."""

_FEWEST_LEAVES: Final = 80
_UNREADABLE: Final = 0.12
"""A cut below this share of the height is drawn on a scale of square roots."""

COLOURS: Final = 6
"""Neighbouring clusters have different colours; so many, then they begin again."""

_MOST_PICTURES: Final = 12


@dataclass(frozen=True)
class Cluster:
    """One part of the tree below the cut.

    Args:
        number: in order of time, from 1.
        colour: 0 to `COLOURS` - 1.
        x, width: under the tree, units.
        samples: how many leaves of the full tree it holds.
        span: from its first sample to its last, seconds.
        shown: its key frame, where one lies in it.
    """

    number: int
    colour: int
    x: float
    width: float
    samples: int
    span: Span
    shown: Shown | None


@dataclass(frozen=True)
class Tree:
    """A dendrogram as it is drawn.

    Args:
        paths: (SVG path, colour) of the branches; colour -1 above the cut.
        cut: height of the cut line, units from the top.
        threshold: the distance at which the tree was cut.
        ticks: (y, label) of the axis of distance.
        clusters: in order of time; only those that the drawing can show.
        count: how many clusters there are.
        leaves: how many samples the tree was built on.
        drawn: how many end points the drawing has.
        rooted: whether the axis is one of square roots.
    """

    paths: tuple[tuple[str, int], ...]
    cut: float
    threshold: float
    ticks: tuple[tuple[float, str], ...]
    clusters: tuple[Cluster, ...]
    count: int
    leaves: int
    drawn: int
    rooted: bool

    @property
    def truncated(self) -> bool:
        """Whether low branches were left out of the drawing."""
        return self.drawn < self.leaves

    @property
    def pictured(self) -> bool:
        """Whether the clusters are few enough to show their key frames below them."""
        return 0 < len(self.clusters) <= _MOST_PICTURES


def draw(hierarchy: Hierarchy, shown: Sequence[Shown]) -> Tree | None:
    """The tree of a selection; None when it has a single leaf.

    Args:
        hierarchy: the tree, its samples and where it was cut.
        shown: the key frames chosen with it.
    """
    if len(hierarchy.linkage) == 0:
        return None
    linkage = in_time_order(hierarchy.linkage, hierarchy.times)
    labels = clusters_in_time(hierarchy)
    count = int(labels.max()) + 1
    members = _first_leaf(linkage)
    leaves = min(MOST_LEAVES, max(_FEWEST_LEAVES, 2 * count))
    drawing = dendrogram(
        linkage,
        p=leaves,
        truncate_mode="lastp" if leaves < len(labels) else None,
        no_plot=True,
        link_color_func=lambda node: str(
            labels[members[node]] if linkage[node - len(labels), 2] <= hierarchy.threshold else -1
        ),
    )
    xs, ys = np.array(drawing["icoord"]), np.array(drawing["dcoord"])
    drawn = len(drawing["leaves"])
    top = float(linkage[-1, 2])
    rooted = hierarchy.threshold < _UNREADABLE * top

    def across(x: Floats | float) -> Floats | float:
        return _LEFT + x / (10 * drawn) * (WIDTH - _LEFT - _RIGHT)

    def down(y: Floats | float) -> Floats | float:
        share = np.asarray(y) / max(top, hierarchy.threshold, 1e-12) / 1.04
        share = np.sqrt(share) if rooted else share
        return HEIGHT - share * (HEIGHT - _TOP)

    ends = [int(members[leaf]) for leaf in drawing["leaves"]]
    return Tree(
        paths=_paths(np.asarray(across(xs)), np.asarray(down(ys)), drawing["color_list"]),
        cut=float(down(hierarchy.threshold)),
        threshold=hierarchy.threshold,
        ticks=tuple((float(down(v)), number(v)) for v in _axis(max(top, hierarchy.threshold))),
        clusters=_clusters(hierarchy, labels, [int(labels[e]) for e in ends], drawn, shown),
        count=count,
        leaves=len(labels),
        drawn=drawn,
        rooted=rooted,
    )


def clusters_in_time(hierarchy: Hierarchy) -> Labels:
    """The cluster of each sample when the tree is cut, numbered by their mean times, [n]."""
    found = fcluster(hierarchy.linkage, t=hierarchy.threshold, criterion="distance") - 1
    sums = np.bincount(found, weights=hierarchy.times)
    order = np.argsort(sums / np.bincount(found), kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return np.asarray(rank[found], np.int64)


def in_time_order(linkage: Floats, times: Floats) -> Floats:
    """The same tree with the branch that is earlier in the film on the left."""
    n = len(times)
    mean = np.concatenate([times, np.empty(n - 1)])
    size = np.ones(2 * n - 1)
    out = linkage.copy()
    for row, (a, b) in enumerate(linkage[:, :2].astype(np.int64)):
        size[n + row] = size[a] + size[b]
        mean[n + row] = (mean[a] * size[a] + mean[b] * size[b]) / size[n + row]
        if mean[a] > mean[b]:
            out[row, :2] = b, a
    return out


def _first_leaf(linkage: Floats) -> Labels:
    """A leaf below each node of a tree, [2n - 1]."""
    n = len(linkage) + 1
    below = np.arange(2 * n - 1)
    for row, left in enumerate(linkage[:, 0].astype(np.int64)):
        below[n + row] = below[left]
    return below


def _paths(xs: Floats, ys: Floats, colours: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """One path a colour: thousands of elements would make the page slow."""
    parts: dict[int, list[str]] = {}
    for (x0, _, _, x1), (y0, y, _, y1), name in zip(xs, ys, colours, strict=True):
        cluster = int(name)
        colour = -1 if cluster < 0 else cluster % COLOURS
        path = f"M{_short(x0)} {_short(y0)}V{_short(y)}H{_short(x1)}V{_short(y1)}"
        parts.setdefault(colour, []).append(path)
    return tuple(("".join(parts[colour]), colour) for colour in sorted(parts))


def _short(value: float) -> str:
    return decimal(round(float(value), 1))


def _clusters(
    hierarchy: Hierarchy,
    labels: Labels,
    ends: Sequence[int],
    drawn: int,
    shown: Sequence[Shown],
) -> tuple[Cluster, ...]:
    """The clusters under the end points; empty when an end point stands for several."""
    if len(set(ends)) < int(labels.max()) + 1:
        return ()
    step = (WIDTH - _LEFT - _RIGHT) / drawn
    key_of: dict[int, Shown] = {}
    for key in shown:
        sample = int(np.argmin(np.abs(hierarchy.times - key.time)))
        key_of.setdefault(int(labels[sample]), key)
    out, at = [], 0
    for label, run in groupby(ends):
        wide = len(list(run))
        times = hierarchy.times[labels == label]
        out.append(
            Cluster(
                number=label + 1,
                colour=label % COLOURS,
                x=_LEFT + at * step,
                width=wide * step,
                samples=len(times),
                span=Span(float(times.min()), float(times.max())),
                shown=key_of.get(label),
            )
        )
        at += wide
    return tuple(out)


def _axis(top: float) -> list[float]:
    """Some three to six round distances from 0 to the top."""
    if top <= 0:
        return [0.0]
    rough = top / 4
    power = 10.0 ** np.floor(np.log10(rough))
    step = float(next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough))
    return [step * index for index in range(int(top / step) + 1)]
