"""The frames of clips: T of each, spread evenly, found in one pass over a film.

Fang et al. 2025, section 4.1: "For each video clip, 8 frames are uniformly sampled." Here they
are what is on screen in the middle of each of T equal parts, so that none is at a cut.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from scenewise.core.media_types import Frame, Image
from scenewise.core.options import Checked, option
from scenewise.core.ports import FrameSource
from scenewise.core.time import Span

_WAIT: Final = 1.5
"""A frame may be what is on screen at a time if it is at most so many frames before it."""


@dataclass(frozen=True)
class ClipOptions(Checked):
    """Which frames of a clip are looked at."""

    frames: int = option(
        8, "frames of each clip, spread evenly (T)", low=1, high=256, flag="clip-frames",
        group="Clips",
    )  # fmt: skip
    least: float = option(
        0.0,
        "shorter clips are looked at this long, about their middle (CMD-AD and TV-AD are "
        "published with 2 s)",
        low=0,
        high=60,
        unit="s",
        flag="clip-length",
        group="Clips",
    )
    short: str = option(
        "repeat",
        "a clip that has fewer frames than are wanted: repeat some, or refuse",
        choices=("repeat", "refuse"),
        flag="short-clips",
        group="Clips",
    )
    outside: str = option(
        "skip",
        "a clip after the end of its film: leave it out, or refuse",
        choices=("skip", "refuse"),
        flag="clips-outside",
        group="Clips",
    )


class Picture(NamedTuple):
    """A frame that clips have.

    Args:
        time: seconds.
        image: what was made of it.
        places: (clip, frame) of all that it is, such as (3, 0) for the first frame of the fourth.
    """

    time: float
    image: Image
    places: list[tuple[int, int]]


class _Wish(NamedTuple):
    time: float
    place: tuple[int, int]


def frame_times(span: Span, count: int, least: float = 0.0) -> list[float]:
    """When the frames of a clip are taken: the middles of equal parts, in seconds.

    Args:
        span: of the clip.
        count: how many.
        least: seconds that a shorter span is widened to, about its middle, but not below zero.
    """
    if span.duration < least:
        start = max(0.0, span.middle - least / 2)
        span = Span(start, start + least)
    return [span.start + span.duration * (k + 0.5) / count for k in range(count)]


def clip_pictures(
    film: FrameSource,
    times: Sequence[Sequence[float]],
    prepare: Callable[[Frame], Image],
) -> Iterator[Picture]:
    """The frames that clips have, each once, in one streaming pass.

    Memory is that of one picture, whatever the film's length and however clips overlap. A frame
    of each clip is the one on screen, as `FrameSource.at` has it: the last one shown at or before
    the time, the first frame for times before it. Where a film's frames come far apart all of a
    sudden, such a frame has gone by before that is known; it is sought afterwards.

    Args:
        film: whose.
        times: of each clip, in seconds, any number; clips in any order.
        prepare: makes what is kept of a frame, which is gone afterwards.

    Raises:
        FileMissing, FileUnreadable, NotAVideo: the film cannot be read any more.
    """
    wishes = deque(
        sorted(
            _Wish(time, (clip, slot))
            for clip, frames in enumerate(times)
            for slot, time in enumerate(frames)
        )
    )
    missed: list[_Wish] = []
    passing = film.frames()
    try:
        yield from _in_passing(passing, wishes, prepare, missed)
    finally:
        if isinstance(passing, Generator):
            passing.close()
    together: dict[float, list[tuple[int, int]]] = {}
    for wish in missed:
        together.setdefault(wish.time, []).append(wish.place)
    for frame, places in zip(film.at(list(together)), together.values(), strict=True):
        yield Picture(frame.time, prepare(frame), places)


def _in_passing(
    frames: Iterator[Frame],
    wishes: deque[_Wish],
    prepare: Callable[[Frame], Image],
    missed: list[_Wish],
) -> Iterator[Picture]:
    """What is on screen at the times wished for, taken off `wishes`; `missed` gets the others.

    Whether a frame is what is on screen at a time shows only when the next one comes and this one
    is gone, so what is kept of it is made as soon as it may be.
    """
    before: float | None = None  # time of the frame before
    held: Image | None = None  # what is kept of it
    waiting: list[_Wish] = []  # for the first frame, from before it
    for frame in frames:
        due = waiting
        waiting = []
        while wishes and wishes[0].time < frame.time:
            due.append(wishes.popleft())
        if before is None:
            waiting = due
        elif due and held is not None:
            yield Picture(before, held, [wish.place for wish in due])
        else:
            missed += due
        if not wishes and not waiting:
            return
        gap = frame.time - before if before is not None else math.inf
        near = bool(wishes) and wishes[0].time < frame.time + _WAIT * gap
        before, held = frame.time, prepare(frame) if near or waiting else None
    rest = [*waiting, *wishes]
    wishes.clear()
    if before is None or held is None:
        missed += rest
    elif rest:
        yield Picture(before, held, [wish.place for wish in rest])
