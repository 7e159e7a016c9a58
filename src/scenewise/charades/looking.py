"""The frames of a video that are looked at: every n-th, or denser where that is too few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scenewise.core.media_types import Frame
from scenewise.core.options import Checked, option
from scenewise.core.ports import FrameSource
from scenewise.frames.packing import PackedFrame, pack


@dataclass(frozen=True)
class LookOptions(Checked):
    """Which frames are looked at.

    The paper looks at every 50th (section 4.1) and does not say what becomes of videos that have
    fewer of these than a grid has cells: at 30 pictures a second all that are shorter than 14
    seconds. Here such a video is looked at more often, as far as it has frames.
    """

    every: int = option(50, "look at every n-th frame", low=1, unit="frames", group="Frames")
    least: int = option(
        0,
        "look more often where that gives fewer frames than this; 0 never does",
        low=0,
        high=1000,
        group="Frames",
    )
    side: int = option(
        480, "longest side of a frame that is kept", low=32, unit="px", flag="frame-side"
    )


def looked_at(film: FrameSource, options: LookOptions | None = None) -> list[PackedFrame]:
    """Every n-th frame of a video, the first among them, in order of time.

    One pass; a second for a video that has fewer than `least`.

    Raises:
        NotAVideo: the file holds no picture.
    """
    chosen = options or LookOptions()
    kept, count = _every(film, chosen.every, chosen.side)
    if len(kept) < min(chosen.least, count):
        # the largest step that gives as many
        step = (count - 1) // (chosen.least - 1) if chosen.least > 1 else count
        kept, _ = _every(film, max(1, step), chosen.side)
    return kept


def frames_at(film: FrameSource, times: Sequence[float]) -> list[Frame]:
    """The frames of some times that `looked_at` told, at their full size."""
    return list(film.at(times))


def _every(film: FrameSource, step: int, side: int) -> tuple[list[PackedFrame], int]:
    kept = []
    count = 0
    for frame in film.frames():
        if count % step == 0:
            kept.append(pack(frame, side))
        count += 1
    return kept, count
