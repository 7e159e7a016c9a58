"""Films drawn frame by frame, whose every picture is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from scenewise.core.media_types import Frame, Image
from scenewise.core.time import Span


class Drawn:
    """A film drawn frame by frame when it is read.

    Args:
        count: frames.
        draw: picture of each.
        rate: frames a second.
        times: of the frames, where they are not regular.
        header: what the header tells, if it tells something else.
    """

    def __init__(
        self,
        count: int,
        draw: Callable[[int], Image],
        rate: float = 25.0,
        times: Sequence[float] | None = None,
        header: Span | None = None,
    ) -> None:
        self.times = list(times) if times is not None else [i / rate for i in range(count)]
        self.draw = draw
        end = self.times[-1] + 1 / rate if self.times else 0.0
        self.span = header or Span(self.times[0] if self.times else 0.0, end)
        self.passes = 0

    def frames(self) -> Iterator[Frame]:
        self.passes += 1
        for number, time in enumerate(self.times):
            yield Frame(time, self.draw(number))

    def at(self, times: Sequence[float]) -> Iterator[Frame]:
        for time in times:
            number = max(0, int(np.searchsorted(self.times, time + 1e-9)) - 1)
            yield Frame(self.times[number], self.draw(number))


def scene(seed: int, height: int = 90, width: int = 160) -> Image:
    """A still picture of coloured blocks that no other seed resembles."""
    rng = np.random.default_rng(seed)
    blocks = rng.integers(0, 256, (9, 16, 3), dtype=np.uint8)
    scale = (height // 9, width // 16)
    return np.kron(blocks, np.ones((*scale, 1), np.uint8)).astype(np.uint8)


def scenes(length: int) -> Callable[[int], Image]:
    """Another still scene every `length` frames."""
    return lambda number: scene(number // length)


def black(_: int) -> Image:
    return np.zeros((90, 160, 3), np.uint8)
