"""Frames kept as JPEG, so that a thousand key frames fit in memory.

A 960×540 picture takes 1.5 MB as pixels and about 70 KB packed.
"""

from __future__ import annotations

import cv2
import numpy as np

from scenewise.core.media_types import Frame, Image
from scenewise.frames.complexity import encoded

SIDE = 960
"""Longest side of a kept frame: four times what captioners see, and small print stays legible."""

QUALITY = 90


class PackedFrame(Frame):
    """A frame that holds JPEG bytes and decodes them each time its pixels are asked for.

    Unlike its base it never keeps the decoded pixels.

    Args:
        time: seconds.
        width, height: of the packed picture, pixels.
        data: JPEG.
    """

    __slots__ = ("data",)

    def __init__(self, time: float, width: int, height: int, data: bytes) -> None:
        self.time, self.width, self.height = float(time), int(width), int(height)
        self.data = data
        self._pixels, self._load = None, self._decode

    @property
    def image(self) -> Image:
        """RGB pixels, uint8 H×W×3, decoded anew."""
        return self._decode(self.width, self.height)

    def _decode(self, width: int, height: int) -> Image:
        bgr = cv2.imdecode(np.frombuffer(self.data, np.uint8), cv2.IMREAD_COLOR)
        assert bgr is not None
        image = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
        if (width, height) == (self.width, self.height):
            return image
        shrinks = width <= self.width and height <= self.height
        how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
        return np.asarray(cv2.resize(image, (width, height), interpolation=how), np.uint8)

    def __reduce__(self) -> tuple[type[PackedFrame], tuple[float, int, int, bytes]]:
        return PackedFrame, (self.time, self.width, self.height, self.data)


def pack(frame: Frame, side: int | None = SIDE, quality: int = QUALITY) -> PackedFrame:
    """The frame as JPEG.

    Args:
        frame: a current or kept frame.
        side: longest side in pixels; None keeps the frame's own size. Never enlarged.
        quality: of the JPEG, 1 to 100.
    """
    width, height = (frame.width, frame.height) if side is None else frame.size_within(side)
    return packed(frame.time, frame.scaled(width, height), quality)


def packed(time: float, image: Image, quality: int = QUALITY) -> PackedFrame:
    """A picture, RGB, uint8 H×W×3, as a frame shown at `time` seconds."""
    return PackedFrame(time, image.shape[1], image.shape[0], encoded(image, quality))
