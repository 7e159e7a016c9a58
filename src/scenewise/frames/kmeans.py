"""The alternative that Chen (2025), §5.4 tried and dropped: K-means."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from scenewise.core.media_types import Selection
from scenewise.core.options import Checked, option
from scenewise.core.ports import FrameSource
from scenewise.frames.complexity import measure
from scenewise.frames.segments import central, contiguous, fetched, least_mislabelled


@dataclass(frozen=True)
class KMeansOptions(Checked):
    """How many clusters, or how to find that out."""

    every: int = option(4, "examine every n-th frame", low=1, unit="frames")
    count: int = option(0, "number of clusters; 0 finds one", low=0)
    criterion: str = option(
        "silhouette", "how the number is found", choices=("silhouette", "elbow")
    )
    most: int = option(20, "largest number of clusters tried", low=2, high=1000)
    seed: int = option(0, "seed of the starting centres", low=0)


class KMeansSelector:
    """K-means on frame number and JPEG size, both scaled to [0, 1].

    Kept as a baseline. As the paper found, it groups frames of like size that do not follow one
    another, and neither criterion finds a sensible number of key frames.
    """

    name = "kmeans"

    def __init__(self, options: KMeansOptions | None = None) -> None:
        self.options = options or KMeansOptions()

    def select(self, film: FrameSource) -> Selection:
        """Key frames of a film; two passes, the second only to the chosen frames.

        Raises:
            NotAVideo: the film holds no frame.
        """
        signal = measure(film, self.options.every)
        labels = self._labels(signal.scaled())
        chosen = central(labels)
        firsts = least_mislabelled(labels, chosen)
        spans = contiguous(signal.times[firsts].tolist(), signal.span)
        return Selection(
            tuple(fetched(film, signal.times[chosen].tolist(), spans)),
            settings={"selector": self.name, **asdict(self.options), "found": len(chosen)},
        )

    def _labels(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        return np.asarray(self._best(points).labels_, dtype=np.int64)

    def _best(self, points: npt.NDArray[np.float64]) -> KMeans:
        distinct = len(np.unique(points, axis=0))
        if self.options.count:
            return self._fit(points, min(self.options.count, distinct))
        # a silhouette needs at least two clusters, and more samples than clusters
        counts = range(2, min(self.options.most, distinct - 1) + 1)
        if len(counts) == 0:
            return self._fit(points, 1)
        fits = [self._fit(points, k) for k in counts]
        if self.options.criterion == "elbow":
            return fits[elbow(np.array([fit.inertia_ for fit in fits]))]
        # The full silhouette needs every pair of samples; 2,000 of them settle the choice.
        size = 2000 if len(points) > 2000 else None
        scores = [
            silhouette_score(points, fit.labels_, sample_size=size, random_state=self.options.seed)
            for fit in fits
        ]
        return fits[int(np.argmax(scores))]

    def _fit(self, points: npt.NDArray[np.float64], k: int) -> KMeans:
        return KMeans(k, n_init=4, random_state=self.options.seed).fit(points)


def elbow(inertia: npt.NDArray[np.float64]) -> int:
    """Index at which a falling curve lies furthest below the line between its ends."""
    if len(inertia) < 3 or inertia[0] <= inertia[-1]:
        return 0
    x = np.linspace(0, 1, len(inertia))
    y = (inertia - inertia[-1]) / (inertia[0] - inertia[-1])
    return int(np.argmax(1 - x - y))
