"""How much there is to see in a frame: the size of its JPEG (Chen 2025, §3.4 and §4.3)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from scenewise.core.errors import NotAVideo
from scenewise.core.media_types import Image
from scenewise.core.ports import FrameSource
from scenewise.core.time import Span

OPENCV_QUALITY = 95
"""The quality at which OpenCV writes JPEG unless told otherwise, as the paper did."""


def encoded(image: Image, quality: int = OPENCV_QUALITY) -> bytes:
    """The JPEG of an RGB picture.

    Args:
        image: RGB, uint8 H×W×3.
        quality: 1 to 100.
    """
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data.tobytes()


@dataclass(frozen=True)
class Signal:
    """The complexity of a film over time.

    Args:
        numbers: frame numbers of the samples, counted in the order the reader gave them, [n].
        times: seconds, [n].
        sizes: JPEG size of each in bytes, [n].
        span: from the first frame to the end of the last.
    """

    numbers: npt.NDArray[np.int64]
    times: npt.NDArray[np.float64]
    sizes: npt.NDArray[np.float64]
    span: Span

    def scaled(self) -> npt.NDArray[np.float64]:
        """Frame number and JPEG size, each scaled to [0, 1] over the film, [n, 2]."""
        return np.column_stack([_unit(self.numbers), _unit(self.sizes)])


def measure(film: FrameSource, every: int = 4) -> Signal:
    """The JPEG size of every `every`-th frame, in one pass that keeps nothing but numbers.

    Args:
        film: where the frames come from.
        every: 4 examines frames 0, 4, 8 … (§4.3).

    Raises:
        NotAVideo: the film holds no frame.
    """
    numbers: list[int] = []
    times: list[float] = []
    sizes: list[int] = []
    clock = Clock()
    for number, frame in enumerate(film.frames()):
        clock.tick(frame.time)
        if number % every == 0:
            numbers.append(number)
            times.append(frame.time)
            sizes.append(len(encoded(frame.image)))
    span = clock.span(film.span)
    return Signal(np.array(numbers), np.array(times), np.array(sizes, dtype=np.float64), span)


class Clock:
    """Follows the times of a film's frames, to tell where the film begins and ends."""

    def __init__(self) -> None:
        self.first: float | None = None
        self._last = 0.0
        self._step = 0.0

    def tick(self, time: float) -> None:
        """A frame at `time` seconds was seen."""
        if self.first is None:
            self.first = self._last = time
        elif time > self._last:
            self._step, self._last = time - self._last, time

    def span(self, header: Span) -> Span:
        """From the first frame to the end that the header tells. Where it tells none, the last
        frame lasts as long as the one before it.

        Raises:
            NotAVideo: no frame was seen.
        """
        if self.first is None:
            raise NotAVideo("the film holds no frame that can be decoded")
        end = header.end if header.end > self._last else self._last + self._step
        return Span(min(header.start, self.first), end)


def _unit(values: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
    """Values scaled to [0, 1]; all zero when they are all equal."""
    values = values.astype(np.float64)
    spread = np.ptp(values) if len(values) else 0.0
    return (values - values.min()) / spread if spread > 0 else np.zeros_like(values)
