"""Key frames as small pictures inside the page."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scenewise.core.errors import ScenewiseError
from scenewise.core.media_types import Frame, Keyframe
from scenewise.core.script import Script
from scenewise.core.time import Span
from scenewise.frames.packing import PackedFrame, pack
from scenewise.media.reading import Film

_SIDES: Final = ((100, 320), (300, 240), (600, 200))
"""Up to so many key frames, the longest side in pixels; 160 beyond."""

MOST_FETCHED: Final = 300
"""Pictures that are sought in the film for a script without its draft."""

_QUALITY: Final = 74
_TINY: Final = 96
"""Longest side in pixels of the pictures in drawings."""


@dataclass(frozen=True)
class Picture:
    """A JPEG inside the page.

    Args:
        uri: `data:` address.
        width, height: pixels.
    """

    uri: str
    width: int
    height: int


@dataclass(frozen=True)
class Shown:
    """A key frame in the page.

    Args:
        time: seconds.
        span: the segment it stands for, seconds.
        picture: for the list of descriptions.
        tiny: for drawings.
    """

    time: float
    span: Span
    picture: Picture
    tiny: Picture


def shown(keyframes: Sequence[Keyframe]) -> tuple[Shown, ...]:
    """Key frames as small pictures; the more there are, the smaller, so the page stays light."""
    side = next((s for most, s in _SIDES if len(keyframes) <= most), 160)
    return tuple(_shown(keyframe.frame, keyframe.span, side) for keyframe in keyframes)


def fetched(film: Path, script: Script) -> tuple[Shown, ...]:
    """The pictures at the events of a script whose key frames are not known.

    None where the film cannot be read: the page then shows words alone. Of a script with more
    than `MOST_FETCHED` events some are fetched, evenly: a seek takes 30 ms in a film of 480
    lines and some four times that in one of 1080, and whoever corrects a line waits for them.
    """
    spans = {line.event: line.span for line in script.descriptions if line.event >= 0}
    times = sorted(spans)
    times = times[:: max(1, math.ceil(len(times) / MOST_FETCHED))]
    side = next((s for most, s in _SIDES if len(times) <= most), 160)
    try:
        frames = Film(film).at(times)
        return tuple(
            _shown(frame, spans[time], side, time)
            for time, frame in zip(times, frames, strict=True)
        )
    except (ScenewiseError, OSError):
        return ()


def nearest(pictures: Iterable[Shown], time: float) -> Shown | None:
    """The key frame that stands for a moment: of the segments around it, the one whose picture
    is nearest."""
    around = [shown for shown in pictures if shown.span.contains(time)]
    return min(around, key=lambda shown: abs(shown.time - time), default=None)


def poster(shown: Sequence[Shown]) -> str:
    """The address of the picture that shows most; films often begin with black."""
    return max((s.picture.uri for s in shown), key=len, default="")


def _shown(frame: Frame, span: Span, side: int, time: float | None = None) -> Shown:
    small = pack(frame, side, _QUALITY)
    moment = frame.time if time is None else time
    return Shown(moment, span, _picture(small), _picture(pack(small, _TINY, _QUALITY)))


def _picture(frame: PackedFrame) -> Picture:
    data = base64.b64encode(frame.data).decode("ascii")
    return Picture(f"data:image/jpeg;base64,{data}", frame.width, frame.height)
