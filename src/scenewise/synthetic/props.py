"""The things of the drawn world, drawn.

A thing is a few flat shapes in its own colours, the light falling from the upper left. The
shapes are made once, in a square of side one; drawing turns, scales and moves all their
corners at once and fills them one by one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from scenewise.core.media_types import Image
from scenewise.synthetic.prop_lines import Shape
from scenewise.synthetic.prop_shapes import PROP_SHAPES

_SHIFT: Final = 4
"""Bits of a pixel's fraction that OpenCV is given."""


@dataclass(frozen=True)
class _Outline:
    """The shapes of one thing, one after another.

    Args:
        points: all corners [n, 2], within half a unit of the middle.
        parts: first corner, corner after the last and whether the shape is convex.
        colours: of the parts [k, 3].
    """

    points: npt.NDArray[np.float64]
    parts: tuple[tuple[int, int, bool], ...]
    colours: npt.NDArray[np.float64]


def _convex(points: npt.NDArray[np.float64]) -> bool:
    sides = np.roll(points, -1, axis=0) - points
    after = np.roll(sides, -1, axis=0)
    turns = sides[:, 0] * after[:, 1] - sides[:, 1] * after[:, 0]
    return bool((turns >= -1e-9).all() or (turns <= 1e-9).all())


def _outline(shapes: list[Shape]) -> _Outline:
    """The shapes moved and scaled so that the longer side of the whole is one."""
    arrays = [np.array(points, np.float64) for _, points in shapes]
    points = np.concatenate(arrays)
    low, high = points.min(axis=0), points.max(axis=0)
    ends = np.cumsum([0] + [len(one) for one in arrays]).tolist()
    parts = tuple(
        (ends[k], ends[k + 1], _convex(one) and len(one) > 2) for k, one in enumerate(arrays)
    )
    return _Outline(
        (points - (low + high) / 2) / (high - low).max(),
        parts,
        np.array([colour for colour, _ in shapes], np.float64),
    )


_OUTLINES: Final[Mapping[str, _Outline]] = {
    name: _outline(make()) for name, make in PROP_SHAPES.items()
}


def draw_prop(
    canvas: Image,
    name: str,
    x: float,
    y: float,
    size: float,
    *,
    angle: float = 0.0,
    light: float | tuple[float, float, float] = 1.0,
) -> None:
    """Draws a thing in place; what lies outside the picture is left out.

    Args:
        canvas: the picture [h, w, 3], changed.
        name: one of `world.PROPS`.
        x, y: middle of the thing, pixels.
        size: its longer side, pixels.
        angle: radians, clockwise on screen.
        light: brightness, or gains for red, green and blue as `settings.tint` gives them.

    Raises:
        KeyError: there is no such thing.
    """
    outline = _OUTLINES[name]
    scale = float(1 << _SHIFT)
    cos, sin = math.cos(angle) * size * scale, math.sin(angle) * size * scale
    points = outline.points @ np.array([[cos, sin], [-sin, cos]])
    # OpenCV counts from the middle of the first pixel, we from its corner
    points += ((x - 0.5) * scale, (y - 0.5) * scale)
    corners = np.rint(points).astype(np.int32)
    colours = np.minimum(outline.colours * light, 255.0).tolist()
    for (start, stop, convex), colour in zip(outline.parts, colours, strict=True):
        if convex:
            cv2.fillConvexPoly(canvas, corners[start:stop], colour, cv2.LINE_AA, _SHIFT)
        else:
            cv2.fillPoly(canvas, [corners[start:stop]], colour, cv2.LINE_AA, _SHIFT)
