"""Pictures and sound as the rest of the house sees them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from scenewise.core.time import Span

Image = npt.NDArray[np.uint8]
"""An upright RGB picture, uint8, height × width × 3."""

Samples = npt.NDArray[np.float32]
"""Sound, float32 in [-1, 1] (more where the source clips), channels × n."""


class Frame:
    """One picture of a film and the time at which it is shown.

    A frame that comes from a reader converts its pixels only when asked and only to the size
    asked for, because most frames of a film are never looked at in full. It holds on to the
    decoder's memory: use it while it is the current one, and `detached` to keep it.

    Args:
        time: seconds from the film's time zero (`pts × time_base`).
        image: upright RGB pixels, uint8 H×W×3.
    """

    __slots__ = ("_load", "_pixels", "height", "time", "width")

    def __init__(self, time: float, image: Image) -> None:
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
            raise ValueError(f"a frame is uint8 H×W×3, not {image.dtype} {image.shape}")
        self.time = float(time)
        self.height, self.width = int(image.shape[0]), int(image.shape[1])
        self._pixels: Image | None = image
        self._load: Callable[[int, int], Image] | None = None

    @classmethod
    def lazy(cls, time: float, width: int, height: int, load: Callable[[int, int], Image]) -> Frame:
        """A frame whose pixels come from `load(width, height)` when they are first needed."""
        self = cls.__new__(cls)
        self.time, self.width, self.height = float(time), int(width), int(height)
        self._pixels, self._load = None, load
        return self

    @property
    def image(self) -> Image:
        """Upright RGB pixels at the frame's own size, uint8 H×W×3."""
        if self._pixels is None:
            assert self._load is not None
            self._pixels = self._load(self.width, self.height)
        return self._pixels

    def size_within(self, side: int) -> tuple[int, int]:
        """(width, height) with the longer side at most `side` pixels; never enlarged."""
        scale = min(1.0, side / max(self.width, self.height))
        return max(1, round(self.width * scale)), max(1, round(self.height * scale))

    def scaled(self, width: int, height: int) -> Image:
        """The picture at another size, uint8 height×width×3 (area average when it shrinks)."""
        if (width, height) == (self.width, self.height):
            return self.image
        if self._load is not None:
            return self._load(width, height)
        return _resampled(self.image, width, height)

    def detached(self, side: int | None = None) -> Frame:
        """A copy that owns its pixels, no side longer than `side`."""
        width, height = (self.width, self.height) if side is None else self.size_within(side)
        return Frame(self.time, np.array(self.scaled(width, height), order="C"))

    def __repr__(self) -> str:
        return f"Frame(time={self.time:.3f}, {self.width}×{self.height})"


def _resampled(image: Image, width: int, height: int) -> Image:
    """Area average with numpy alone: exact box weights along each axis in turn."""

    def weights(n_in: int, n_out: int) -> npt.NDArray[np.float32]:
        edges = np.linspace(0, n_in, n_out + 1)
        left = np.arange(n_in)
        covered = np.minimum(edges[1:, None], left + 1) - np.maximum(edges[:-1, None], left)
        covered = np.clip(covered, 0, None)
        return (covered / covered.sum(axis=1, keepdims=True)).astype(np.float32)

    rows = weights(image.shape[0], height)  # [h', h]
    columns = weights(image.shape[1], width)  # [w', w]
    out = np.einsum("ab,bcd->acd", rows, image.astype(np.float32), optimize=True)
    out = np.einsum("wc,hcd->hwd", columns, out, optimize=True)
    return np.clip(np.rint(out), 0, 255).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class Shot:
    """A run of frames between two cuts."""

    span: Span


@dataclass(frozen=True, slots=True)
class Keyframe:
    """The frame that stands for a segment of the film.

    Args:
        frame: the picture; its time lies inside `span`.
        span: the segment it stands for.
        neighbours: further frames of the same segment in time order, for captioners that
            look at several; may be empty.
        novelty: how much the segment differs from what came before, 0 to 1.
    """

    frame: Frame
    span: Span
    neighbours: tuple[Frame, ...] = ()
    novelty: float = 1.0

    @property
    def time(self) -> float:
        """Seconds."""
        return self.frame.time

    @property
    def image(self) -> Image:
        """Upright RGB pixels, uint8 H×W×3."""
        return self.frame.image


@dataclass(frozen=True)
class Hierarchy:
    """The tree a selector clustered its samples by, kept so that it can be drawn.

    Args:
        times: seconds of the samples (or of the groups the tree was built on), [n].
        complexity: JPEG size of each in bytes, [n].
        linkage: scipy's linkage matrix, [n - 1, 4].
        threshold: the distance at which the tree was cut.
    """

    times: npt.NDArray[np.float64]
    complexity: npt.NDArray[np.float64]
    linkage: npt.NDArray[np.float64]
    threshold: float


@dataclass(frozen=True)
class Selection:
    """What a frame selector found in one film.

    Args:
        keyframes: in time order; their spans are contiguous and do not overlap.
        shots: in time order.
        hierarchies: one tree for the film, or one a shot; empty where the method has none.
        settings: what the selector ran with, as plain values.
    """

    keyframes: tuple[Keyframe, ...]
    shots: tuple[Shot, ...] = ()
    hierarchies: tuple[Hierarchy, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Audio:
    """A stretch of sound.

    Args:
        samples: float32, channels × n.
        rate: samples a second.
        start: seconds at which it begins in its film.
    """

    samples: Samples
    rate: int
    start: float = 0.0

    def __post_init__(self) -> None:
        if self.samples.ndim != 2 or self.samples.dtype != np.float32:
            raise ValueError(
                f"audio is float32 channels×n, not {self.samples.dtype} {self.samples.shape}"
            )
        if self.rate <= 0:
            raise ValueError(f"a sample rate is positive, not {self.rate}")

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.samples.shape[1] / self.rate

    def mono(self) -> Audio:
        """The mean of the channels, 1 × n."""
        if self.samples.shape[0] == 1:
            return self
        mean = self.samples.mean(axis=0, keepdims=True, dtype=np.float32)
        return Audio(mean, self.rate, self.start)


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of writing found in a picture.

    Args:
        text: as read.
        box: left, top, right, bottom as fractions of the picture's width and height.
        confidence: 0 to 1.
        room: how much clear ground there is beside each word that stands at an end of the writing,
            in heights of the letters, 1 at most and beside all others: little where the word may
            be cut. Empty where the reader does not tell.
    """

    text: str
    box: tuple[float, float, float, float]
    confidence: float
    room: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One possible description of a key frame, with how well it fits (0 to 1)."""

    text: str
    score: float
