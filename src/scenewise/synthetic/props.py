"""The things of the drawn world, drawn.

A thing is a few flat shapes in its own colours, the light falling from the upper left. The
shapes are made once, in a square of side one; drawing turns, scales and moves all their
corners at once and fills them one by one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from scenewise.core.media_types import Image
from scenewise.synthetic.world import Colour

Points = list[tuple[float, float]]
Shape = tuple[Colour, Points]

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


def _arc(
    x: float, y: float, wide: float, tall: float, start: float = 0, stop: float = 360, n: int = 24
) -> Points:
    """Corners along an ellipse; degrees run clockwise on screen from the right."""
    whole = abs(stop - start) >= 360
    turns = (math.radians(start + (stop - start) * k / (n if whole else n - 1)) for k in range(n))
    return [(x + wide * math.cos(turn), y + tall * math.sin(turn)) for turn in turns]


def _bar(x0: float, y0: float, x1: float, y1: float, width: float) -> Points:
    """A straight stroke."""
    length = math.hypot(x1 - x0, y1 - y0)
    dx, dy = (y0 - y1) / length * width / 2, (x1 - x0) / length * width / 2
    return [(x0 + dx, y0 + dy), (x1 + dx, y1 + dy), (x1 - dx, y1 - dy), (x0 - dx, y0 - dy)]


def _box(x0: float, y0: float, x1: float, y1: float) -> Points:
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def _crescent(x: float, y: float, wide: float, tall: float, thick: float) -> Points:
    """The lower right edge of an ellipse, where the light does not reach."""
    return _arc(x, y, wide, tall, -40, 140, 12) + _arc(
        x - thick * wide, y - thick * tall, wide, tall, 125, -25, 10
    )


def _ball() -> list[Shape]:
    black = (30, 30, 36)
    shapes: list[Shape] = [((240, 240, 244), _arc(0, 0, 1, 1, n=26))]
    shapes.append((black, _arc(-0.08, -0.06, 0.4, 0.4, -90, 198, 5)))
    for turn in (-90, -18, 54, 126, 198):
        edge = _arc(0, 0, 1, 1, turn - 19, turn + 19, 4)
        inner = _arc(0, 0, 0.74, 0.74, turn, turn + 1, 2)
        shapes.append((black, [*edge, inner[0]]))
    shapes.append(((168, 170, 186), _crescent(0, 0, 1, 1, 0.2)))
    return shapes


def _book() -> list[Shape]:
    return [
        ((140, 22, 44), [(-1, -0.5), (0, -0.34), (1, -0.5), (1, 0.62), (0, 0.74), (-1, 0.62)]),
        ((250, 242, 214), [(-0.9, -0.6), (-0.45, -0.66), (0, -0.46), (0, 0.6), (-0.45, 0.44),
                           (-0.9, 0.5)]),
        ((222, 208, 170), [(0.9, -0.6), (0.45, -0.66), (0, -0.46), (0, 0.6), (0.45, 0.44),
                           (0.9, 0.5)]),
        ((150, 140, 124), _bar(-0.76, -0.32, -0.16, -0.22, 0.1)),
        ((150, 140, 124), _bar(-0.76, 0.0, -0.16, 0.1, 0.1)),
        ((132, 120, 100), _bar(0.16, -0.22, 0.76, -0.32, 0.1)),
        ((132, 120, 100), _bar(0.16, 0.1, 0.76, 0.0, 0.1)),
        ((90, 10, 26), _bar(0, -0.46, 0, 0.7, 0.07)),
    ]  # fmt: skip


def _umbrella() -> list[Shape]:
    dark, pale = (112, 34, 168), (190, 130, 240)
    canopy = _arc(0, 0.06, 1, 0.96, 180, 360, 19)
    shapes: list[Shape] = [
        ((96, 66, 44), _bar(0, -1, 0, 0.86, 0.09)),
        ((96, 66, 44), _arc(0.16, 0.8, 0.2, 0.2, 0, 180, 8) + _arc(0.16, 0.8, 0.11, 0.11, 180, 0, 8)),
        (dark, [*canopy, (0.66, -0.06), (0.33, 0.08), (0, -0.04), (-0.33, 0.08), (-0.66, -0.06)]),
        (pale, [(0, -0.9), (-0.3, -0.72), (-0.62, -0.44), (-0.66, -0.06), (-0.33, 0.08), (-0.26, -0.5)]),
        (pale, [(0, -0.9), (0.24, -0.52), (0.33, 0.08), (0, -0.04)]),
        ((78, 20, 124), [(1, 0.06), (0.94, -0.26), (0.74, -0.58), (0.62, -0.4), (0.66, -0.06)]),
    ]  # fmt: skip
    return shapes


def _suitcase() -> list[Shape]:
    return [
        ((40, 26, 18), [(-0.3, -0.5), (-0.3, -0.78), (0.3, -0.78), (0.3, -0.5), (0.18, -0.5),
                        (0.18, -0.66), (-0.18, -0.66), (-0.18, -0.5)]),
        ((104, 58, 30), _box(-1, -0.54, 1, 0.76)),
        ((134, 78, 42), _box(-1, -0.54, 1, -0.3)),
        ((66, 34, 18), [(1, -0.54), (1, 0.76), (-1, 0.76), (-1, 0.56), (0.82, 0.56), (0.82, -0.54)]),
        ((236, 206, 150), _box(-0.62, -0.54, -0.42, 0.76)),
        ((206, 172, 116), _box(0.42, -0.54, 0.62, 0.76)),
        ((250, 210, 70), _box(-0.14, -0.4, 0.14, -0.16)),
    ]  # fmt: skip


def _bucket() -> list[Shape]:
    return [
        ((96, 102, 112), _arc(0, -0.5, 0.74, 0.62, 180, 360, 12) + _arc(0, -0.5, 0.64, 0.5, 360, 180, 12)),
        ((172, 182, 194), [(-0.8, -0.5), (0.8, -0.5), (0.56, 0.9), (0, 1), (-0.56, 0.9)]),
        ((222, 230, 238), [(-0.64, -0.4), (-0.34, -0.4), (-0.24, 0.92), (-0.46, 0.9)]),
        ((112, 120, 134), [(0.8, -0.5), (0.56, 0.9), (0.12, 0.98), (0.34, -0.4)]),
        ((206, 214, 222), _arc(0, -0.5, 0.82, 0.26, n=18)),
        ((54, 150, 222), _arc(0, -0.47, 0.68, 0.18, n=16)),
        ((92, 98, 110), [(-0.74, -0.02), (0.72, -0.02), (0.7, 0.1), (-0.72, 0.1)]),
    ]  # fmt: skip


def _guitar() -> list[Shape]:
    edge = _arc(-0.02, 0.66, 0.7, 0.52, -30, 210, 15) + _arc(-0.02, 0.08, 0.46, 0.38, 165, 375, 14)
    inner = _arc(-0.04, 0.64, 0.6, 0.44, -30, 210, 15) + _arc(-0.04, 0.08, 0.38, 0.3, 165, 375, 14)
    return [
        ((134, 60, 12), edge),
        ((240, 146, 34), inner),
        ((58, 34, 22), _box(-0.14, -0.9, 0.1, 0.14)),
        ((34, 18, 12), _box(-0.24, -1.16, 0.2, -0.8)),
        ((250, 190, 96), _arc(-0.26, 0.56, 0.16, 0.22, n=10)),
        ((30, 16, 10), _arc(-0.02, 0.24, 0.2, 0.2, n=18)),
        ((30, 16, 10), _box(-0.26, 0.76, 0.22, 0.88)),
        ((236, 226, 200), _bar(-0.02, -0.94, -0.02, 0.8, 0.05)),
    ]  # fmt: skip


def _plant() -> list[Shape]:
    leaf, pale, dark = (44, 158, 52), (110, 206, 80), (20, 98, 36)
    return [
        (dark, [(0.1, 0.3), (0.46, -0.34), (0.96, -0.5), (0.72, -0.02)]),
        (leaf, [(-0.1, 0.3), (-0.46, -0.38), (-0.98, -0.5), (-0.72, 0)]),
        (dark, [(0.08, 0.3), (0.16, -0.62), (0.52, -1), (0.56, -0.4)]),
        (pale, [(-0.08, 0.3), (-0.54, -0.44), (-0.48, -1), (-0.1, -0.6)]),
        (leaf, [(0, 0.3), (-0.22, -0.5), (0.04, -1.12), (0.24, -0.5)]),
        ((204, 96, 52), [(-0.46, 0.3), (0.46, 0.3), (0.32, 1), (-0.32, 1)]),
        ((150, 60, 30), [(0.46, 0.3), (0.32, 1), (0.06, 1), (0.12, 0.3)]),
        ((228, 124, 76), _box(-0.54, 0.22, 0.54, 0.42)),
    ]  # fmt: skip


def _lantern() -> list[Shape]:
    iron, dull = (30, 30, 36), (62, 62, 72)
    return [
        (iron, _arc(0, -0.86, 0.26, 0.26, n=12)),
        ((255, 232, 130), _arc(0, -0.86, 0.14, 0.14, n=8)),
        (iron, [(-0.62, -0.44), (-0.2, -0.74), (0.2, -0.74), (0.62, -0.44)]),
        ((255, 200, 36), [(-0.5, -0.44), (0.5, -0.44), (0.4, 0.72), (-0.4, 0.72)]),
        ((255, 252, 206), _arc(0, 0.2, 0.24, 0.4, n=12)),
        (dull, [(-0.54, -0.44), (-0.42, -0.44), (-0.34, 0.72), (-0.46, 0.72)]),
        (iron, [(0.54, -0.44), (0.42, -0.44), (0.34, 0.72), (0.46, 0.72)]),
        (iron, _box(-0.58, 0.7, 0.58, 0.96)),
    ]


def _clock() -> list[Shape]:
    rim, dark = (26, 182, 160), (12, 112, 106)
    return [
        (dark, _bar(-0.5, 0.66, -0.74, 1, 0.18)),
        (dark, _bar(0.5, 0.66, 0.74, 1, 0.18)),
        (rim, _arc(-0.56, -0.7, 0.38, 0.3, 145, 325, 8)),
        (dark, _arc(0.56, -0.7, 0.38, 0.3, 215, 395, 8)),
        (rim, _arc(0, 0.1, 0.88, 0.88, n=22)),
        (dark, _crescent(0, 0.1, 0.88, 0.88, 0.12)),
        ((250, 250, 244), _arc(0, 0.1, 0.66, 0.66, n=18)),
        ((24, 30, 40), _bar(0, 0.14, 0, -0.42, 0.14)),
        ((24, 30, 40), _bar(-0.04, 0.1, 0.4, 0.28, 0.14)),
    ]


def _cake() -> list[Shape]:
    return [
        ((206, 210, 220), _arc(0, 0.74, 1.06, 0.2, n=18)),
        ((250, 226, 170), [(-0.86, -0.06), (0.86, -0.06), (0.86, 0.68), (0, 0.82), (-0.86, 0.68)]),
        ((190, 132, 76), [(0.86, -0.06), (0.86, 0.68), (0.36, 0.78), (0.36, -0.06)]),
        ((240, 92, 152), [(-0.9, -0.1), (0.9, -0.1), (0.9, 0.2), (0.66, 0.3), (0.46, 0.14), (0.2, 0.4),
                          (-0.06, 0.18), (-0.34, 0.42), (-0.58, 0.16), (-0.9, 0.34)]),
        ((255, 170, 204), _arc(0, -0.12, 0.9, 0.24, n=20)),
        ((70, 120, 230), _box(-0.46, -0.62, -0.32, -0.12)),
        ((70, 120, 230), _box(0.32, -0.62, 0.46, -0.12)),
        ((255, 190, 30), [(-0.39, -0.94), (-0.28, -0.66), (-0.5, -0.66)]),
        ((255, 190, 30), [(0.39, -0.94), (0.5, -0.66), (0.28, -0.66)]),
    ]  # fmt: skip


def _chair() -> list[Shape]:
    near, far, shine = (186, 214, 32), (112, 136, 14), (226, 246, 110)
    return [
        (far, _bar(-0.3, 0.1, -0.3, 0.82, 0.14)),
        (far, _bar(0.66, 0.1, 0.66, 0.82, 0.14)),
        (far, [(-0.62, -1), (-0.44, -1.06), (-0.36, 0.0), (-0.54, 0.1)]),
        (near, [(-0.64, -1), (-0.5, -1), (-0.5, 1), (-0.66, 1)]),
        (near, _bar(0.5, 0.2, 0.5, 1, 0.16)),
        (shine, [(-0.62, 0.1), (-0.32, -0.06), (0.74, -0.06), (0.58, 0.1)]),
        (near, _box(-0.62, 0.1, 0.58, 0.28)),
        (shine, [(-0.62, -0.98), (-0.4, -1.04), (-0.38, -0.62), (-0.6, -0.54)]),
    ]


def _crate() -> list[Shape]:
    return [
        ((206, 164, 108), [(-1, -0.4), (0.42, -0.4), (0.42, 0.9), (-1, 0.9)]),
        ((150, 110, 64), [(0.42, -0.4), (1, -0.76), (1, 0.5), (0.42, 0.9)]),
        ((232, 198, 148), [(-1, -0.4), (-0.44, -0.76), (1, -0.76), (0.42, -0.4)]),
        ((244, 230, 190), [(-0.42, -0.4), (0.14, -0.76), (0.4, -0.76), (-0.16, -0.4), (-0.16, 0.0),
                           (-0.42, 0.0)]),
        ((110, 76, 40), _box(-0.84, 0.5, -0.3, 0.72)),
        ((118, 82, 44), _bar(-1, -0.4, 0.42, -0.4, 0.05)),
    ]  # fmt: skip


def _balloon() -> list[Shape]:
    return [
        ((230, 230, 230), [(-0.03, 0.4), (0.05, 0.4), (0.16, 0.74), (0.0, 0.92), (0.06, 1.16), (-0.02, 1.16),
                           (-0.08, 0.92), (0.08, 0.74)]),
        ((150, 8, 24), [(0, 0.28), (0.18, 0.54), (-0.18, 0.54)]),
        ((234, 22, 40), _arc(0, -0.46, 0.74, 0.74, 180, 360, 14)
         + [(0.66, -0.1), (0.36, 0.22), (0, 0.38), (-0.36, 0.22), (-0.66, -0.1)]),
        ((160, 6, 26), [(0.74, -0.46), (0.66, -0.1), (0.36, 0.22), (0, 0.38), (-0.2, 0.3), (0.3, 0.0),
                        (0.54, -0.4), (0.48, -0.92), (0.66, -0.8)]),
        ((255, 176, 176), _arc(-0.3, -0.76, 0.15, 0.22, n=12)),
    ]  # fmt: skip


def _broom() -> list[Shape]:
    return [
        ((150, 92, 44), _bar(0, -1.3, 0, 0.5, 0.17)),
        ((206, 146, 86), _bar(-0.03, -1.3, -0.03, 0.5, 0.07)),
        ((248, 212, 84), [(-0.18, 0.4), (0.18, 0.4), (0.78, 1.24), (0.3, 1.38), (-0.3, 1.38), (-0.78, 1.24)]),
        ((190, 144, 40), [(0.06, 0.4), (0.18, 0.4), (0.78, 1.24), (0.3, 1.38)]),
        ((150, 110, 30), _bar(-0.06, 0.7, -0.2, 1.36, 0.05)),
        ((206, 40, 40), [(-0.24, 0.34), (0.24, 0.34), (0.42, 0.68), (-0.42, 0.68)]),
    ]  # fmt: skip


def _teddy() -> list[Shape]:
    fur, dark, pale = (176, 116, 56), (124, 76, 32), (236, 196, 136)
    return [
        (dark, _arc(-0.5, -0.86, 0.24, 0.24, n=12)),
        (dark, _arc(0.5, -0.86, 0.24, 0.24, n=12)),
        (fur, _arc(-0.66, 0.2, 0.3, 0.2, n=12)),
        (dark, _arc(0.66, 0.2, 0.3, 0.2, n=12)),
        (fur, _arc(0, 0.36, 0.58, 0.6, n=18)),
        (pale, _arc(-0.04, 0.4, 0.34, 0.38, n=14)),
        (fur, _arc(-0.46, 0.86, 0.3, 0.26, n=12)),
        (dark, _arc(0.46, 0.86, 0.3, 0.26, n=12)),
        (fur, _arc(0, -0.5, 0.62, 0.52, n=18)),
        (pale, _arc(0, -0.32, 0.28, 0.22, n=12)),
        ((20, 14, 12), _arc(0, -0.4, 0.11, 0.08, n=7)),
        ((20, 14, 12), _arc(-0.26, -0.62, 0.08, 0.09, n=7)),
        ((20, 14, 12), _arc(0.26, -0.62, 0.08, 0.09, n=7)),
    ]


def _trumpet() -> list[Shape]:
    gold, dark, shine = (250, 196, 30), (160, 104, 6), (255, 242, 168)
    return [
        (dark, _arc(-0.1, 0.14, 0.62, 0.3, n=16)),
        ((30, 40, 60), _arc(-0.1, 0.14, 0.46, 0.16, n=14)),
        (gold, _bar(-1, -0.1, 0.5, -0.1, 0.17)),
        (gold, [(0.3, -0.2), (0.66, -0.28), (1, -0.62), (1, 0.42), (0.66, 0.08), (0.3, 0.0)]),
        (dark, _arc(1, -0.1, 0.12, 0.52, n=14)),
        (shine, [(-0.96, -0.15), (0.34, -0.15), (0.68, -0.22), (0.92, -0.44), (0.7, -0.12), (-0.96, -0.09)]),
        (dark, _box(-0.4, -0.42, -0.26, 0.2)),
        (dark, _box(-0.16, -0.42, -0.02, 0.2)),
        (dark, _box(0.08, -0.42, 0.22, 0.2)),
        (dark, _box(-1.1, -0.22, -0.96, 0.02)),
    ]  # fmt: skip


def _watermelon() -> list[Shape]:
    pip = (26, 16, 16)
    return [
        ((20, 96, 40), _arc(0, -0.4, 1, 1, 0, 180, 18)),
        ((220, 244, 190), _arc(-0.02, -0.4, 0.86, 0.86, 0, 180, 16)),
        ((244, 62, 74), _arc(-0.02, -0.4, 0.76, 0.76, 0, 180, 16)),
        ((200, 30, 52), [*_arc(-0.02, -0.4, 0.76, 0.76, 0, 96, 9), (0.24, -0.1)]),
        ((255, 124, 126), _box(-0.74, -0.4, 0.72, -0.3)),
        (pip, _arc(-0.42, -0.08, 0.07, 0.11, n=7)),
        (pip, _arc(0.0, -0.1, 0.07, 0.11, n=7)),
        (pip, _arc(0.4, -0.08, 0.07, 0.11, n=7)),
        (pip, _arc(-0.2, 0.16, 0.07, 0.11, n=7)),
        (pip, _arc(0.2, 0.16, 0.07, 0.11, n=7)),
    ]


def _vase() -> list[Shape]:
    blue, deep = (36, 84, 214), (18, 44, 130)
    left = [(-0.36, -1), (-0.2, -0.86), (-0.18, -0.6), (-0.5, -0.22), (-0.6, 0.16), (-0.46, 0.62),
            (-0.26, 0.86), (-0.32, 1)]  # fmt: skip
    right = [(-x, y) for x, y in reversed(left)]
    return [
        (deep, _arc(-0.44, -0.46, 0.3, 0.24, n=12)),
        (deep, _arc(0.44, -0.46, 0.3, 0.24, n=12)),
        (blue, left + right),
        ((244, 248, 255), [(-0.56, -0.06), (0.56, -0.06), (0.6, 0.16), (0.52, 0.4), (-0.52, 0.4), (-0.6, 0.16)]),
        (blue, [(-0.26, 0.17), (0, -0.02), (0.26, 0.17), (0, 0.36)]),
        (deep, [(0.36, -1), (0.2, -0.86), (0.18, -0.6), (0.5, -0.22), (0.6, 0.16), (0.46, 0.62), (0.26, 0.86),
                (0.32, 1), (0.08, 1), (0.28, 0.5), (0.36, 0.1), (0.06, -0.6)]),
        ((150, 190, 255), _bar(-0.12, -0.96, -0.1, -0.6, 0.1)),
        ((244, 248, 255), _box(-0.36, -1.04, 0.36, -0.92)),
    ]  # fmt: skip


def _kite() -> list[Shape]:
    return [
        ((240, 240, 240), [(0, 0.3), (0.16, 0.56), (-0.1, 0.82), (-0.18, 0.82),
                           (0.08, 0.56), (-0.06, 0.3)]),
        ((255, 146, 20), [(0, -1.1), (0, -0.36), (-0.8, -0.36)]),
        ((40, 190, 240), [(0, -1.1), (0.8, -0.36), (0, -0.36)]),
        ((60, 200, 90), [(-0.8, -0.36), (0, -0.36), (0, 0.44)]),
        ((230, 50, 150), [(0.8, -0.36), (0, 0.44), (0, -0.36)]),
        ((40, 40, 60), _bar(0, -1.1, 0, 0.44, 0.05)),
        ((255, 146, 20), [(-0.06, 0.68), (0.26, 0.52), (0.26, 0.84)]),
        ((40, 190, 240), [(-0.04, 0.84), (-0.36, 0.68), (-0.36, 1.0)]),
    ]  # fmt: skip


def _drum() -> list[Shape]:
    gold = (246, 204, 70)
    return [
        ((206, 40, 34), [(-0.94, -0.42), (0.94, -0.42), (0.94, 0.6), (0.5, 0.78), (0, 0.84), (-0.5, 0.78),
                         (-0.94, 0.6)]),
        ((126, 16, 22), [(0.94, -0.42), (0.94, 0.6), (0.5, 0.78), (0.4, -0.42)]),
        (gold, [(-0.94, -0.3), (-0.5, 0.62), (-0.06, -0.22), (0.4, 0.66), (0.94, -0.3), (0.94, -0.12),
                (0.4, 0.84), (-0.06, -0.02), (-0.5, 0.82), (-0.94, -0.12)]),
        ((60, 70, 170), [(-0.94, 0.52), (-0.5, 0.68), (0, 0.74), (0.5, 0.68), (0.94, 0.52), (0.94, 0.7),
                         (0.5, 0.88), (0, 0.94), (-0.5, 0.88), (-0.94, 0.7)]),
        ((60, 70, 170), _arc(0, -0.4, 1, 0.36, n=20)),
        ((246, 240, 226), _arc(0, -0.45, 0.9, 0.28, n=18)),
        ((140, 90, 50), _bar(-0.5, -0.5, 0.5, -0.98, 0.1)),
    ]  # fmt: skip


_MAKERS: Final[Mapping[str, Callable[[], list[Shape]]]] = {
    "ball": _ball,
    "book": _book,
    "umbrella": _umbrella,
    "suitcase": _suitcase,
    "bucket": _bucket,
    "guitar": _guitar,
    "plant": _plant,
    "lantern": _lantern,
    "clock": _clock,
    "cake": _cake,
    "chair": _chair,
    "box": _crate,
    "balloon": _balloon,
    "broom": _broom,
    "teddy bear": _teddy,
    "trumpet": _trumpet,
    "watermelon": _watermelon,
    "vase": _vase,
    "kite": _kite,
    "drum": _drum,
}


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
    name: _outline(make()) for name, make in _MAKERS.items()
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
