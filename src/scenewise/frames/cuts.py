"""Where shots change: PySceneDetect's detectors, fed with our own frames and times."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import cv2
import numpy as np
from scenedetect.common import FrameTimecode
from scenedetect.detectors import AdaptiveDetector, ThresholdDetector

from scenewise.core.media_types import Frame, Image
from scenewise.frames.quality import change

SIDE: Final = 256
"""Longest side of the pictures the detectors see: 0.17 ms a frame for both."""

_TICKS: Final = Fraction(1_000_000)
"""The detectors count frames; films of variable rate have no frame rate. So they are told that
every frame's number is its time in microseconds."""


@dataclass(frozen=True, slots=True, order=True)
class Cut:
    """Where a shot begins.

    Args:
        time: of its first frame, seconds; of a fade, the middle of the dark.
        fade: through dark, not from one frame to the next.
    """

    time: float
    fade: bool = False


class _Changes(AdaptiveDetector):  # type: ignore[misc]
    """The detector of hard cuts, which compares pictures as it always does (in hue, saturation
    and value, without edges) but all three at once, in a third of the time."""

    _before: Image | None = None

    def _calculate_frame_score(self, timecode: FrameTimecode, frame_img: Image) -> float:
        """Mean change of a pixel from the picture before, over hue, saturation and value.

        Args:
            frame_img: RGB, where the detector of the library itself wants BGR.
        """
        del timecode
        now = np.asarray(cv2.cvtColor(frame_img, cv2.COLOR_RGB2HSV), np.uint8)
        before, self._before = self._before, now
        if before is None:
            return 0.0
        pixels = float(now.shape[0] * now.shape[1])
        hue, saturation, value, _ = cv2.sumElems(cv2.absdiff(before, now))
        return float(hue / pixels + saturation / pixels + value / pixels) / 3.0


class CutFinder:
    """Finds cuts and fades through black in a stream of small pictures.

    Cuts are told as they become known: a hard cut two frames after it happened, a fade when
    the next picture appears, placed in the middle of the black.

    Args:
        threshold: how many times its neighbours' change a frame must change to be a cut
            (PySceneDetect's adaptive threshold).
        shortest: seconds; no detector reports two cuts closer than this.
        black: mean level, 0 to 255, below which the picture has faded out.
    """

    def __init__(self, threshold: float = 3.0, shortest: float = 0.4, black: float = 12.0) -> None:
        ticks = max(1, round(shortest * float(_TICKS)))
        self._hard = _Changes(adaptive_threshold=threshold, min_scene_len=ticks)
        self._fade = ThresholdDetector(threshold=black, min_scene_len=ticks)
        self._zero: float | None = None
        # hard cuts come two frames late; their exact times are looked up here
        self._recent: deque[tuple[int, float, Image]] = deque(maxlen=4)

    def feed(self, time: float, picture: Image) -> list[Cut]:
        """The next frame.

        Args:
            time: seconds, later than the one before.
            picture: RGB, the longest side about `SIDE`.

        Returns:
            What became known now, in order of time.
        """
        if self._zero is None:
            self._zero = time
        tick = round((time - self._zero) * float(_TICKS))
        self._recent.append((tick, time, picture))
        stamp = FrameTimecode(tick, fps=_TICKS)
        # the detector of fades looks at the mean alone, which numpy takes its time to find
        mean = np.array(sum(cv2.sumElems(picture)) / picture.size)
        hard = [
            Cut(self._time(c.frame_num))
            for c in self._hard.process_frame(stamp, picture)
            if not self._flash(c.frame_num)
        ]
        fades = [Cut(self._time(c.frame_num), True) for c in self._fade.process_frame(stamp, mean)]
        return sorted(hard + fades)

    def _flash(self, tick: int) -> bool:
        """Whether the picture from before a cut is back two frames after it. The detector
        takes a single odd frame in a still shot for a cut: its neighbours change little."""
        at = next((i for i, (known, _, _) in enumerate(self._recent) if known == tick), 0)
        if at == 0:
            return False
        before, odd, now = (self._recent[i][2] for i in (at - 1, at, -1))
        return at < len(self._recent) - 1 and change(before, now) < 0.5 * change(before, odd)

    def _time(self, tick: int) -> float:
        assert self._zero is not None
        for known, time, _ in self._recent:
            if known == tick:
                return time
        return self._zero + tick / float(_TICKS)


def small(frame: Frame, side: int = SIDE) -> Image:
    """The picture at the size that detectors and descriptors see."""
    return frame.scaled(*frame.size_within(side))
