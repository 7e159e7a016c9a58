"""Key frames at regular times: the plain baseline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from scenewise.core.media_types import Keyframe, Selection
from scenewise.core.options import Checked, option
from scenewise.core.ports import FrameSource
from scenewise.frames.complexity import Clock
from scenewise.frames.packing import PackedFrame, pack
from scenewise.frames.segments import contiguous, fetched


@dataclass(frozen=True)
class UniformOptions(Checked):
    """How often, or how many."""

    interval: float = option(5.0, "seconds between key frames", low=0.1, high=3600.0, unit="s")
    count: int = option(0, "number of key frames; 0 goes by the interval", low=0)


class UniformSelector:
    """One key frame in the middle of each of equal stretches of the film."""

    name = "uniform"

    def __init__(self, options: UniformOptions | None = None) -> None:
        self.options = options or UniformOptions()

    def select(self, film: FrameSource) -> Selection:
        """Key frames of a film. By interval one pass does; a wanted number needs a second.

        Raises:
            NotAVideo: the film holds no frame.
        """
        keyframes = self._counted(film) if self.options.count else self._timed(film)
        settings = {"selector": self.name, **asdict(self.options)}
        return Selection(tuple(keyframes), settings=settings)

    def _timed(self, film: FrameSource) -> list[Keyframe]:
        clock = Clock()
        frames = list(self._middles(film, clock))
        span = clock.span(film.span)
        step, first = self.options.interval, clock.first or 0.0
        # a stretch in which no frame begins has no key frame of its own
        bounds = [first + (f.time - first) // step * step for f in frames[1:]]
        bounds = [min(bound, f.time) for bound, f in zip(bounds, frames[1:], strict=True)]
        spans = contiguous(bounds, span)
        return [Keyframe(f, s) for f, s in zip(frames, spans, strict=True)]

    def _middles(self, film: FrameSource, clock: Clock) -> Iterator[PackedFrame]:
        """The first frame in the second half of each stretch, or else the stretch's first."""
        step = self.options.interval
        first: float | None = None
        index = -1
        held: PackedFrame | None = None
        settled = False
        for frame in film.frames():
            clock.tick(frame.time)
            first = frame.time if first is None else first
            now = int((frame.time - first) // step)
            if now != index:
                if held is not None:
                    yield held
                index, held, settled = now, pack(frame), False
            if not settled and frame.time - first - index * step >= step / 2:
                held, settled = pack(frame), True
        if held is not None:
            yield held

    def _counted(self, film: FrameSource) -> list[Keyframe]:
        clock = Clock()
        times: list[float] = []
        for frame in film.frames():
            clock.tick(frame.time)
            times.append(frame.time)
        span = clock.span(film.span)
        count = min(self.options.count, len(times))
        middles = [times[(2 * i + 1) * len(times) // (2 * count)] for i in range(count)]
        bounds = [times[i * len(times) // count] for i in range(1, count)]
        return fetched(film, middles, contiguous(bounds, span))
