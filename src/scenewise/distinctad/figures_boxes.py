"""Where Stage I tells neighbouring clips apart: the green boxes of figure B.2.

Fang et al. 2025, appendix B: "Significant changes compared to vanilla CLIP visualizations are
highlighted with green rectangles", in which clips that follow each other are less alike afterwards.
How they were chosen the paper does not say; here it is by rule.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST: Final = 2
"""Boxes of a context."""

LEAST: Final = 3
"""Clips of a box."""

_CLEARLY: Final = 3.0
"""A box stands out by so many standard deviations, its pairs taken for independent ones. That many
boxes are tried is why it is not two; that pairs of one clip go together is why it is no test."""

GREEN: Final = "#1a7f37"

Matrix = npt.NDArray[np.floating[Any]]


class Box(NamedTuple):
    """Clips that follow each other and that Stage I tells apart.

    Args:
        first, last: of the context's clips, from 0 on.
        before, after: the mean cosine of each with each other, before and after Stage I.
    """

    first: int
    last: int
    before: float
    after: float


def boxes(before: Matrix, after: Matrix, most: int = MOST) -> list[Box]:
    """Blocks on the diagonal whose clips looked more alike than their context and became less
    alike, by clearly more than the rest of the context did.

    Args:
        before, after: cosines [n, n] of a context's clips.
        most: how many at most.

    Returns:
        Those that stand out most, none over another, in order of time.
    """
    n = len(before)
    above = np.triu_indices(n, 1)
    drop = before - after
    usual, spread = float(drop[above].mean()), float(drop[above].std())
    found: list[tuple[float, Box]] = []
    for first, last in itertools.combinations(range(n), 2):
        size = last - first + 1
        if not LEAST <= size < n:
            continue
        part = slice(first, last + 1)
        pairs = np.triu_indices(size, 1)
        was, became = (float(one[part, part][pairs].mean()) for one in (before, after))
        stands_out = (was - became - usual) * len(pairs[0]) ** 0.5
        alike = was > float(before[above].mean())
        if alike and was > became and stands_out > _CLEARLY * max(spread, 1e-9):
            found.append((stands_out, Box(first, last, was, became)))
    chosen: list[Box] = []
    for _, box in sorted(found, key=lambda one: -one[0]):
        if len(chosen) < most and all(box.last < b.first or box.first > b.last for b in chosen):
            chosen.append(box)
    return sorted(chosen)


def draw(axes: Axes, found: list[Box]) -> None:
    """Draw boxes on a matrix."""
    from matplotlib.patches import Rectangle

    for box in found:
        corner, size = box.first - 0.5, box.last - box.first + 1
        axes.add_patch(
            Rectangle((corner, corner), size, size, fill=False, edgecolor=GREEN, linewidth=2.2)
        )
