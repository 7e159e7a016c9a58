"""Which sample of a segment stands for it, which go with it, and how new it is."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from scenewise.core.time import Span
from scenewise.frames.packing import PackedFrame, pack
from scenewise.frames.quality import Look

NEIGHBOUR_SIDE: Final = 480
"""Longest side of the frames beside a key frame: more than any captioner sees of several."""


@dataclass(slots=True)
class Sample:
    """One frame that was looked at closely.

    Args:
        packed: the frame as kept; its JPEG's size is the frame's complexity.
        look: its measures.
        change: how much the picture was changing when it was shown, levels a frame.
        weight: seconds until the next sample.
        lead: seconds before it that belong to it: since the cut, or while it faded in.
        tail: seconds after `weight` that belong to it: while it faded out.
    """

    packed: PackedFrame
    look: Look
    change: float = 0.0
    weight: float = 0.0
    lead: float = 0.0
    tail: float = 0.0

    @property
    def time(self) -> float:
        """Seconds."""
        return self.packed.time

    @property
    def span(self) -> Span:
        """The time that belongs to it."""
        return Span(self.time - self.lead, self.time + self.weight + self.tail)


def merits(samples: Sequence[Sample]) -> npt.NDArray[np.float64]:
    """How well each sample of a segment would stand for it, [n]; higher is better.

    All terms compare the samples of one segment with each other, which show much the same:
    sharpness and contrast tell blur and fades only between like pictures. A frame half as
    sharp as the best loses as much as one at the segment's edge.

    Args:
        samples: of one segment, in time order, at least one.
    """
    times = np.array([s.time for s in samples])
    layouts = np.stack([s.look.layout for s in samples])
    sharp = np.array([s.look.sharpness for s in samples])
    contrast = np.array([s.look.contrast for s in samples])
    change = np.array([s.change for s in samples])
    half = max((times[-1] - times[0]) / 2, 1e-9)
    off_centre = np.abs(times - (times[0] + times[-1]) / 2) / half
    apart = np.linalg.norm(layouts - np.median(layouts, axis=0), axis=1)
    soft = np.log2(max(sharp.max(), 1e-6) / np.maximum(sharp, 1e-6))
    faint = np.log2(max(contrast.max(), 1e-6) / np.maximum(contrast, 1e-6))
    blank = np.array([s.look.blank for s in samples])
    faults: npt.NDArray[np.float64] = (
        0.5 * off_centre
        + apart / 20
        + 0.5 * np.minimum(soft, 4)
        + 1.0 * np.minimum(faint, 4)
        + np.minimum(change - change.min(), 16) / 8
        + 100 * blank
    )
    return -faults


def companions(samples: Sequence[Sample], chosen: int, count: int) -> tuple[PackedFrame, ...]:
    """Further frames of a segment, spread over its length, at most `count`, in time order.

    Args:
        samples: of one segment, in time order.
        chosen: index of the key frame.
        count: how many are wanted; fewer where the segment has no more.
    """
    seen = [i for i, s in enumerate(samples) if i == chosen or not s.look.blank]
    if count <= 0 or len(seen) < 2:
        return ()
    places = np.linspace(0, len(seen) - 1, count + 3)[1:-1]  # neither the first nor the last
    spread = sorted({seen[round(place)] for place in places} - {chosen})
    while len(spread) > count:
        spread.remove(min(spread, key=lambda i: abs(i - chosen)))
    return tuple(pack(samples[i].packed, NEIGHBOUR_SIDE) for i in spread)


class Memory:
    """Remembers what the last key frames looked like.

    Args:
        length: how many; shot and reverse shot return within a few.
    """

    _FAMILIAR: Final = 14.0
    """Colour difference at which novelty is 0.63. Over key frames of real films the same set-up
    seen again differs by 3 to 10, other set-ups by 20 to 45."""

    _FAMILIAR_WRITING: Final = 0.35
    """1 − correlation of two cards at which novelty is 0.63; other text is at 0.4 to 0.9."""

    def __init__(self, length: int = 16) -> None:
        self._looks: deque[Look] = deque(maxlen=length)

    def novelty(self, look: Look) -> float:
        """0 for what was just seen, near 1 for what was not; then remembers it."""
        new = min((self._difference(look, known) for known in self._looks), default=1.0)
        self._looks.append(look)
        return new

    def _difference(self, a: Look, b: Look) -> float:
        apart = float(np.linalg.norm(a.layout - b.layout)) / self._FAMILIAR
        if a.card and b.card:
            apart = max(apart, (1 - float(a.writing @ b.writing)) / self._FAMILIAR_WRITING)
        return 1.0 - float(np.exp(-(apart**2)))
