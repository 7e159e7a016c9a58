"""Films in which every frame tells its own time, and a model that reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from scenewise.core.media_types import Frame
from scenewise.core.time import Span
from scenewise.media.encoding import write_film

RATE = 10


def grey(time: float) -> int:
    """The brightness of the frame on screen at a time: 4 more in every frame, from 20 on."""
    return 20 + 4 * round(time * RATE)


def telling_film(path: Path, seconds: float = 5.0, side: int = 64) -> Path:
    """A film whose frame k is a plain picture of brightness 20 + 4k."""

    def pictures() -> Iterator[np.ndarray]:
        for number in range(round(seconds * RATE)):
            yield np.full((side * 3 // 4, side, 3), grey(number / RATE), np.uint8)

    write_film(path, pictures(), rate=RATE)
    return path


class Told:
    """A film of frames at some times, each worthless once the next has been asked for."""

    def __init__(self, times: Sequence[float], end: float) -> None:
        self.times, self.end = list(times), end
        self.passes = self.sought = 0

    @property
    def span(self) -> Span:
        return Span(self.times[0], self.end)

    def frames(self) -> Iterator[Frame]:
        self.passes += 1
        for number, time in enumerate(self.times):
            current = [True]

            def load(width: int, height: int, number=number, current=current) -> np.ndarray:
                assert current[0], "the frame was used after the next had been asked for"
                return np.full((height, width, 3), number, np.uint8)

            yield Frame.lazy(time, 4, 4, load)
            current[0] = False

    def at(self, times: Sequence[float]) -> Iterator[Frame]:
        for time in times:
            self.sought += 1
            number = self.number(time)
            yield Frame(self.times[number], np.full((4, 4, 3), number, np.uint8))

    def number(self, time: float) -> int:
        return max([k for k, at in enumerate(self.times) if at <= time], default=0)
