"""How much there is to see over time: the complexity of a film, with its key frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from scenewise.core.media_types import Hierarchy
from scenewise.description.report.figures import axis_times, decimal, mark, number
from scenewise.description.report.pictures import Shown

WIDTH: Final = 800.0
HEIGHT: Final = 150.0
_LEFT: Final = 48.0
_RIGHT: Final = 12.0
_TOP: Final = 14.0
_BOTTOM: Final = 24.0
_MOST_POINTS: Final = 700
_MOST_TICKS: Final = 10


@dataclass(frozen=True)
class Curve:
    """The complexity of a film as it is drawn.

    Args:
        points: of an SVG polyline.
        area: SVG path of what lies below it.
        marks: (x, y, key frame) of the key frames.
        ticks: (x, label) of the time axis.
        levels: (y, label) of the sizes in kB.
        lowest, highest: kB.
    """

    points: str
    area: str
    marks: tuple[tuple[float, float, Shown], ...]
    ticks: tuple[tuple[float, str], ...]
    levels: tuple[tuple[float, str], ...]
    lowest: float
    highest: float


def draw(hierarchies: Sequence[Hierarchy], shown: Sequence[Shown], duration: float) -> Curve | None:
    """The curve; None without samples.

    Args:
        hierarchies: hold the JPEG sizes.
        shown: the key frames.
        duration: of the film, seconds.
    """
    if not hierarchies:
        return None
    times = np.concatenate([h.times for h in hierarchies])
    kilobytes = np.concatenate([h.complexity for h in hierarchies]) / 1000
    order = np.argsort(times, kind="stable")
    times, kilobytes = times[order], kilobytes[order]
    if len(times) < 2:
        return None
    end = max(duration, float(times[-1]), 1e-6)
    top = max(float(kilobytes.max()), 1e-6)

    def x(time: float) -> float:
        return _LEFT + time / end * (WIDTH - _LEFT - _RIGHT)

    def y(size: float) -> float:
        return HEIGHT - _BOTTOM - size / top * (HEIGHT - _TOP - _BOTTOM)

    kept = _thinned(kilobytes)
    points = [f"{decimal(x(times[i]))},{decimal(y(kilobytes[i]))}" for i in kept]
    floor = decimal(y(0))
    first, last = decimal(x(times[kept[0]])), decimal(x(times[kept[-1]]))
    marks = tuple(
        (x(key.time), y(float(np.interp(key.time, times, kilobytes))), key) for key in shown
    )
    return Curve(
        points=" ".join(points),
        area=f"M{first},{floor}L{' '.join(points)}L{last},{floor}Z",
        marks=marks,
        ticks=tuple((x(time), mark(time)) for time in axis_times(0.0, end, _MOST_TICKS)),
        levels=tuple((y(top * i / 2), number(round(top * i / 2, 1))) for i in range(3)),
        lowest=float(kilobytes.min()),
        highest=top,
    )


def _thinned(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[int]:
    """Indices of at most some hundred points that keep every peak and valley seen."""
    if len(values) <= _MOST_POINTS:
        return list(range(len(values)))
    kept = {0, len(values) - 1}
    for part in np.array_split(np.arange(len(values)), _MOST_POINTS // 2):
        kept.add(int(part[np.argmin(values[part])]))
        kept.add(int(part[np.argmax(values[part])]))
    return sorted(kept)
