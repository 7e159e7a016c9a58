"""Lines that the things of the drawn world are made of: the corners of flat polygons."""

from __future__ import annotations

import math

from scenewise.synthetic.world import Colour

Points = list[tuple[float, float]]
Shape = tuple[Colour, Points]


def arc(
    x: float, y: float, wide: float, tall: float, start: float = 0, stop: float = 360, n: int = 24
) -> Points:
    """Corners along an ellipse; degrees run clockwise on screen from the right."""
    whole = abs(stop - start) >= 360
    turns = (math.radians(start + (stop - start) * k / (n if whole else n - 1)) for k in range(n))
    return [(x + wide * math.cos(turn), y + tall * math.sin(turn)) for turn in turns]


def bar(x0: float, y0: float, x1: float, y1: float, width: float) -> Points:
    """A straight stroke."""
    length = math.hypot(x1 - x0, y1 - y0)
    dx, dy = (y0 - y1) / length * width / 2, (x1 - x0) / length * width / 2
    return [(x0 + dx, y0 + dy), (x1 + dx, y1 + dy), (x1 - dx, y1 - dy), (x0 - dx, y0 - dy)]


def box(x0: float, y0: float, x1: float, y1: float) -> Points:
    """An upright rectangle, by two of its corners."""
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def crescent(x: float, y: float, wide: float, tall: float, thick: float) -> Points:
    """The lower right edge of an ellipse, where the light does not reach."""
    return arc(x, y, wide, tall, -40, 140, 12) + arc(
        x - thick * wide, y - thick * tall, wide, tall, 125, -25, 10
    )
