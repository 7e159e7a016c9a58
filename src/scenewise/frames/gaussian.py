"""Key frames at random times about the middle: gaussian temporal subsampling."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from scenewise.core.errors import NotAVideo
from scenewise.core.media_types import Keyframe, Selection
from scenewise.core.options import Checked, option
from scenewise.core.ports import FrameSource
from scenewise.core.time import Span
from scenewise.frames.complexity import Clock
from scenewise.frames.packing import pack
from scenewise.frames.segments import contiguous


@dataclass(frozen=True)
class GaussianOptions(Checked):
    """How many, and how close to the middle."""

    count: int = option(5, "frames taken from a video", low=1, high=1000)
    spread: float = option(
        0.25, "standard deviation of their times, as a share of the length", low=0.01, high=10.0
    )
    seed: int = option(0, "seed of the times", low=0)


class GaussianSelector:
    """Frames at times drawn from a normal distribution around the middle of the film.

    One of the ways of summarising a video that Lai (2023) names beside his own. Openings and
    credits, which many videos share, are drawn seldom. Times outside the film are drawn again.
    Two draws may fall on the same picture, which is then taken once. A frame stands for the
    time that is nearer to it than to the others.

    Only the frames drawn are sought, so it costs far less than a pass; where the length is
    unknown one pass finds it.
    """

    name = "gaussian"

    def __init__(self, options: GaussianOptions | None = None) -> None:
        self.options = options or GaussianOptions()

    def select(self, film: FrameSource) -> Selection:
        """Key frames of a film.

        Raises:
            NotAVideo: the film holds no frame.
        """
        span = _extent(film)
        frames: dict[float, Keyframe] = {}
        for frame in film.at(self._times(span).tolist()):
            if frame.time not in frames:
                frames[frame.time] = Keyframe(pack(frame), span)
        times = list(frames)
        borders = [(a + b) / 2 for a, b in pairwise(times)]
        spans = contiguous(borders, span)
        keyframes = (Keyframe(k.frame, s) for k, s in zip(frames.values(), spans, strict=True))
        settings = {"selector": self.name, **asdict(self.options)}
        return Selection(tuple(keyframes), settings=settings)

    def _times(self, span: Span) -> npt.NDArray[np.float64]:
        """Ascending seconds within the film, [count]."""
        random = np.random.default_rng(self.options.seed)
        drawn = np.empty(0)
        while len(drawn) < self.options.count:
            # in units of the film's length about its middle
            more = random.normal(0, self.options.spread, 4 * self.options.count)
            drawn = np.concatenate([drawn, more[np.abs(more) < 0.5]])
        return np.sort(span.middle + drawn[: self.options.count] * span.duration)


def _extent(film: FrameSource) -> Span:
    """From the first frame to the end of the last.

    Raises:
        NotAVideo: the film holds no frame.
    """
    first = next(iter(film.frames()), None)
    if first is None:
        raise NotAVideo("the film holds no frame that can be decoded")
    span = film.span
    if span.end > first.time:
        return Span(min(span.start, first.time), span.end)
    clock = Clock()
    for frame in film.frames():
        clock.tick(frame.time)
    return clock.span(film.span)
