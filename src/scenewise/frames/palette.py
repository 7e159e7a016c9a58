"""The prominent colours of a picture, and how two pictures differ in them (Lai 2023, step 4)."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from scenewise.core.media_types import Image

CELLS: Final = 24
"""A picture is reduced to so many cells across and down, whatever its shape."""


def palette(image: Image, colours: int = 5, seed: int = 0) -> npt.NDArray[np.float32]:
    """The prominent colours of a picture, from dark to light, each as often as it occurs.

    The picture is reduced, its colours are clustered by k-means, every cell takes the colour of
    its cluster, and the cells are sorted by lightness: then two pictures are compared cell by
    cell, and a colour weighs as much as it covers.

    Args:
        image: RGB, uint8 H×W×3.
        colours: clusters; fewer where the picture has fewer colours.
        seed: of the first centres.

    Returns:
        CIE Lab, float32 [CELLS², 3].
    """
    small = cv2.resize(image, (CELLS, CELLS), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB).reshape(-1, 3)
    cv2.setRNGSeed(seed)
    until = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
    _, labels, centres = cv2.kmeans(lab, colours, None, until, 1, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    order = np.lexsort(centres.T[::-1])  # by lightness, then by the other two
    counts = np.bincount(labels.reshape(-1), minlength=colours)
    return np.repeat(centres[order], counts[order], axis=0).astype(np.float32)


def diversity(colours: npt.NDArray[np.float32]) -> float:
    """Variance of a picture's prominent colours, ΔE²; 0 for one colour."""
    return float(colours.var(axis=0).sum())


def difference(first: npt.NDArray[np.float32], second: npt.NDArray[np.float32]) -> float:
    """Mean squared colour difference of two pictures' sorted colours, ΔE²."""
    return float(np.square(first - second).sum(axis=1).mean())
