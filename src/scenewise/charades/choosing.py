"""The key frames of a video: those nearest to the centres of its clusters.

Source: Prakash et al. 2023, section 4.2 and equation 4.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def key_frames(vectors: npt.NDArray[np.floating], count: int, *, seed: int = 0) -> list[int]:
    """Which frames stand for a video, in order of time.

    K-means from ten starts; of each cluster, the member nearest to its centre, the earlier of two
    that are equally near. All differ: the frame nearest to a centre may belong to a cluster beside
    it, and would then be shown twice.

    Args:
        vectors: reduced features of the frames in order of time, [n, d].
        count: how many are wanted. There are fewer where the video has fewer different frames.
        seed: of the starts.

    Raises:
        ValueError: there is no frame, or none is wanted.
    """
    points = np.asarray(vectors, np.float64)
    if points.ndim != 2 or not len(points) or count < 1:
        raise ValueError(f"{count} key frames cannot be chosen from vectors of {points.shape}")
    firsts = np.unique(points, axis=0, return_index=True)[1]
    if len(firsts) <= count:
        return sorted(int(first) for first in firsts)
    from sklearn.cluster import KMeans

    fit = KMeans(count, n_init=10, random_state=seed).fit(points)
    apart = np.linalg.norm(points - fit.cluster_centers_[fit.labels_], axis=1)  # [n]
    members = (np.flatnonzero(fit.labels_ == label) for label in range(count))
    return sorted(int(one[np.argmin(apart[one])]) for one in members if len(one))


def evenly(count: int, wanted: int) -> list[int]:
    """Frames in the middle of equal stretches: what to compare key frames with.

    Args:
        count: frames there are.
        wanted: at most so many.
    """
    some = min(count, wanted)
    return [(2 * k + 1) * count // (2 * some) for k in range(some)]
