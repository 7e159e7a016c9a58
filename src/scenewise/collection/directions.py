"""What the frames of a collection have in common, and what tells them apart.

All pictures of CLIP lie in a narrow cone: what they share says nothing about which of them is
meant, and the directions in which the frames of one collection differ most (its two or three
commonest scenes, say) drown those in which a person or a deed shows. A query is therefore turned
by the inverse of a root of the frames' covariance Σ before it is compared with them,

    q → (Σ + λ̄·I)^(−3/8) · (q − μ)        μ only where q is a picture

as whitening does (Su et al. 2021, "Whitening sentence representations") which has 1/2; λ̄, the
mean of Σ's eigenvalues, keeps directions that hold little but noise from being blown up. Frames
stay as they are: (W q)·v is what W has to do with it, and the search is that of one vector.

Measured with pocket models on 756 queries over 500 drawn videos (MRR@5, by exponent 0, 1/4, 3/8,
1/2): sentences 0.868, 0.873, 0.879, 0.865; stills 0.91, 0.925, 0.926, 0.927; sums 0.85, 0.884,
0.889, 0.891.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from scenewise.collection.types import Matrix

Vectors = npt.NDArray[np.float32]

_FEW: Final = 20
"""Frames under which their spread says nothing."""

_SAMPLE: Final = 8192
"""Frames that are looked at, evenly over the collection."""

_POWER: Final = -3 / 8
_SMALL: Final = 1e-6


@dataclass(frozen=True, eq=False)
class Directions:
    """The spread of a collection's frames.

    Args:
        sample: of the frames, float32 [n, d].
        mean: of those, float32 [d].
        turn: (Σ + λ̄·I)^(−3/8) times a number that keeps lengths alike, float32 [d, d].
    """

    sample: Vectors
    mean: Vectors
    turn: Vectors

    def of_text(self, vector: Vectors) -> Vectors:
        """Where a sentence points, float32 [d]."""
        return self.turn @ vector

    def of_picture(self, vector: Vectors) -> Vectors:
        """Where a picture points, beside what all have in common, float32 [d]."""
        return self.turn @ (vector - self.mean)

    def spread(self, vector: npt.NDArray[np.floating]) -> float:
        """The standard deviation of the frames' products with a vector; never 0."""
        return max(float((self.sample @ np.asarray(vector, np.float32)).std()), _SMALL)


_known: WeakKeyDictionary[Matrix, Directions] = WeakKeyDictionary()


def directions_of(matrix: Matrix) -> Directions | None:
    """The spread of a collection, made once for a matrix; None with too few frames."""
    if len(matrix.vectors) < _FEW:
        return None
    known = _known.get(matrix)
    if known is None:
        known = _known[matrix] = _measured(matrix.vectors)
    return known


def _measured(vectors: npt.NDArray[np.floating]) -> Directions:
    step = -(-len(vectors) // _SAMPLE)
    sample = np.asarray(vectors[::step], np.float32)
    mean = sample.mean(axis=0)
    rest = sample - mean
    lengths, axes = np.linalg.eigh((rest.T @ rest).astype(np.float64) / len(sample))
    level = float(np.clip(lengths, 0, None).mean())
    if level <= 0:  # every frame is the same
        return Directions(sample, mean, np.eye(len(mean), dtype=np.float32))
    scale = (np.clip(lengths, 0, None) / level + 1) ** _POWER
    return Directions(sample, mean, np.asarray((axes * scale) @ axes.T, np.float32))
