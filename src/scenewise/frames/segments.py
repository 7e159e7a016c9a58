"""From key frames to the contiguous segments they stand for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from scenewise.core.media_types import Keyframe
from scenewise.core.ports import FrameSource
from scenewise.core.time import Span
from scenewise.frames.packing import pack


def contiguous(bounds: Sequence[float], span: Span) -> list[Span]:
    """Spans that meet at inner bounds and together cover `span`.

    Args:
        bounds: ascending seconds inside `span`, one fewer than the spans wanted.
        span: of the film.
    """
    edges = [span.start, *bounds, span.end]
    return [Span(a, b) for a, b in pairwise(edges)]


def central(labels: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The sample in the centre of each cluster by frame number (Chen 2025, §4.3), ascending.

    Args:
        labels: cluster of each sample in order of frame number, [n].
    """
    found = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    return np.sort(np.array([members[len(members) // 2] for members in found]))


def least_mislabelled(
    labels: npt.NDArray[np.int64], chosen: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Where one key frame's segment ends and the next begins, as indices of samples.

    Clusters of frame number and complexity may interleave in time, segments may not. Between
    two neighbouring key frames the border is put where the fewest samples of their two clusters
    end up on the wrong side; of equally good places, the one nearest to half-way. Clusters
    that are contiguous already keep exactly their own extent.

    Args:
        labels: cluster of each sample, [n].
        chosen: ascending indices of the key frames, one a cluster, [k].

    Returns:
        Index of the first sample of each segment but the first, [k - 1].
    """
    firsts = np.empty(max(0, len(chosen) - 1), dtype=np.int64)
    for i, (a, b) in enumerate(pairwise(chosen)):
        between = labels[a : b + 1]
        ours = between == labels[a]
        theirs = between == labels[b]
        # a border before sample a + j mislabels theirs among the first j and ours from j on
        wrong = np.cumsum(theirs)[:-1] + (ours.sum() - np.cumsum(ours)[:-1])
        best = np.flatnonzero(wrong == wrong.min())
        half = (len(between) - 2) / 2
        firsts[i] = a + 1 + best[np.argmin(np.abs(best - half))]
    return firsts


def fetched(film: FrameSource, times: Sequence[float], spans: Iterable[Span]) -> list[Keyframe]:
    """Key frames read back from the film and packed, one a time.

    Args:
        film: where the frames come from.
        times: ascending seconds.
        spans: the segment of each.
    """
    # strict is off on purpose: zip must not ask the reader for a frame more than it has
    return [Keyframe(pack(frame), span) for frame, span in zip(film.at(times), spans, strict=False)]
