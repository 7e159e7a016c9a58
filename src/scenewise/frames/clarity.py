"""The default for short videos: a few clear frames whose colours differ (Lai 2023, step 2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from scenewise.core.media_types import Frame, Image, Keyframe, Selection
from scenewise.core.options import Checked, option
from scenewise.core.ports import FrameSource
from scenewise.core.time import Span
from scenewise.frames.complexity import Clock
from scenewise.frames.packing import SIDE, PackedFrame, packed
from scenewise.frames.palette import difference, diversity, palette
from scenewise.frames.quality import is_blank
from scenewise.frames.segments import contiguous

CLARITY_SIDE: Final = 320
"""Longest side at which clarity is measured and blanks are told: a blur that shows on a thumbnail
still shows, compression noise does not count as detail, and it takes half the time of 480."""

_RAW: Final = 48
"""Pictures of contenders held as pixels (1.5 MB each); older ones beyond these become JPEG, which
a film whose length is known never needs at the usual options."""

_SLACK: Final = 1e-6
"""Share of a part by which a frame's time may fall short of it by rounding."""


@dataclass(frozen=True)
class ClarityOptions(Checked):
    """What the article chose (5 frames), and what it leaves open."""

    count: int = option(5, "frames taken from a video", low=1, high=100)
    clearest: int = option(
        4, "clearest frames of a segment whose colours are compared", low=1, high=32
    )
    colours: int = option(5, "prominent colours of a frame", low=1, high=32)
    rate: float = option(
        10.0, "frames looked at; 0 looks at every one", low=0.0, high=240.0, unit="a second"
    )
    seed: int = option(0, "seed of the colour clusters", low=0)


class ClaritySelector:
    """Clear frames, as different in colour as can be (Lai 2023, "Preprocessing", steps 1 to 5).

    1. `count` frames are wanted, 5 in the article.
    2. The time from the first frame to the end is divided into as many equal segments. They are
       segments of time, so a changing frame rate changes nothing.
    3. In each segment the clearest frames are found by the variance of the Laplacian.
    4. Of the first segment the frame of the greatest colour diversity is taken. The picture is
       made small, its colours are clustered, the prominent ones sorted and compared (see
       `frames.palette`).
    5. Of each later segment the frame that differs most in colour from those taken before.

    What the article leaves open is settled so:

    - How many clear frames are compared: `clearest`. The very clearest of a segment are
      neighbours that look alike and leave nothing to compare, so each segment is looked at in
      twice as many equal parts, and the clearest frame of each part competes.
    - "Differs most": the difference from the nearest of the frames taken before is greatest,
      so a frame is never taken for being far from one and the same as another.
    - The article notes that the frame rate decides how many frames there are to process: at
      most `rate` a second are looked at, and the first of each part in any case.
    - A blank frame (black, white, a deep fade) is taken only where the segment has no other.
    - A segment in which no frame begins gives none, so a video of few frames gives fewer.

    One streaming pass. The parts follow the length in the header; where that is unknown or too
    short they grow with the film, two becoming one, so that memory does not (see `_Parts`).
    """

    name = "clarity-colour"

    def __init__(self, options: ClarityOptions | None = None) -> None:
        self.options = options or ClarityOptions()

    def select(self, film: FrameSource) -> Selection:
        """Key frames of a film.

        Raises:
            NotAVideo: the film holds no frame.
        """
        options = self.options
        clock = Clock()
        parts = _Parts(2 * options.clearest * options.count, film.span.end)
        period = 1 / options.rate if options.rate else 0.0
        due = float("-inf")
        for frame in film.frames():
            clock.tick(frame.time)
            if frame.time >= due or parts.lacks(frame.time):
                parts.see(frame)
                due = max(due, frame.time - period / 2) + period
        span = clock.span(film.span)
        groups = _divided(parts.contenders(), parts.first, span.end, options.count)
        keyframes = _keyframes(self._chosen(groups), groups, span)
        return Selection(keyframes, settings={"selector": self.name, **asdict(options)})

    def _chosen(self, groups: Sequence[_Group]) -> list[_Contender]:
        """One of each segment, by colour (steps 4 and 5)."""
        chosen: list[_Contender] = []
        taken: list[npt.NDArray[np.float32]] = []
        for group in groups:
            clear = group.clearest(self.options.clearest)
            colours = [palette(c.picture(), self.options.colours, self.options.seed) for c in clear]
            worth = [
                min(difference(own, other) for other in taken) if taken else diversity(own)
                for own in colours
            ]
            best = int(np.argmax(worth))  # of equals the clearest, which comes first
            chosen.append(clear[best])
            taken.append(colours[best])
        return chosen


def clarity(image: Image) -> float:
    """Variance of the Laplacian of a picture's luma: high where it is sharp, 0 for one colour.

    Args:
        image: RGB, uint8 H×W×3. Values compare only between pictures of one size.
    """
    luma = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    _, spread = cv2.meanStdDev(cv2.Laplacian(luma, cv2.CV_16S))
    return float(spread[0, 0]) ** 2


@dataclass(slots=True)
class _Contender:
    """The clearest frame of a part so far; `kept` is RGB pixels, or packed."""

    time: float
    clarity: float
    blank: bool
    kept: Image | PackedFrame

    @property
    def rank(self) -> tuple[bool, float]:
        """Anything to see beats nothing, then clarity decides."""
        return not self.blank, self.clarity

    def picture(self) -> Image:
        """RGB, the longest side at most `packing.SIDE`."""
        return self.kept.image if isinstance(self.kept, Frame) else self.kept

    def pack(self) -> PackedFrame:
        """As a frame to keep."""
        if not isinstance(self.kept, PackedFrame):
            self.kept = packed(self.time, self.kept)
        return self.kept


class _Parts:
    """The clearest frame of each of many equal parts of a film.

    While the film fits the length that was expected there are `wanted` parts. When it outgrows
    twice as many, neighbours become one and keep the better frame of the two; an unknown
    length starts with parts of a single frame. So at most twice `wanted` frames are held.

    Args:
        wanted: parts.
        end: seconds at which the film is expected to end; not after its start when unknown.
    """

    _UNKNOWN: Final = 0.01

    def __init__(self, wanted: int, end: float) -> None:
        self.first = 0.0
        self._wanted, self._end = wanted, end
        self._width = 0.0
        self._held: dict[int, _Contender] = {}
        self._raw: list[_Contender] = []

    def lacks(self, time: float) -> bool:
        """Whether no frame has been seen of the part that holds a time."""
        return not self._width or self._place(time) not in self._held

    def see(self, frame: Frame) -> None:
        """The next frame of the film that is to be looked at."""
        if not self._width:
            self.first = frame.time
            length = self._end - frame.time
            self._width = length / self._wanted if length > 0 else self._UNKNOWN
        place = self._place(frame.time)
        while place >= 2 * self._wanted:
            self._halve()
            place = self._place(frame.time)
        small = frame.scaled(*frame.size_within(CLARITY_SIDE))
        sharp = clarity(small)
        best = self._held.get(place)
        if best is not None and not best.blank and sharp <= best.clarity:
            return
        blank = is_blank(small)
        if best is not None and (not blank, sharp) <= best.rank:
            return
        self._held[place] = self._kept(frame, sharp, blank, best)

    def contenders(self) -> list[_Contender]:
        """The clearest frame of each part that has one, in time order."""
        return list(self._held.values())

    def _place(self, time: float) -> int:
        return int((time - self.first) / self._width + _SLACK)

    def _kept(
        self, frame: Frame, sharp: float, blank: bool, before: _Contender | None
    ) -> _Contender:
        contender = _Contender(frame.time, sharp, blank, frame.detached(SIDE).image)
        if before is not None and self._raw and self._raw[-1] is before:
            self._raw.pop()
        self._raw.append(contender)
        if len(self._raw) > _RAW:
            self._raw.pop(0).pack()
        return contender

    def _halve(self) -> None:
        self._width *= 2
        merged: dict[int, _Contender] = {}
        for place, contender in self._held.items():
            other = merged.get(place // 2)
            if other is None or contender.rank > other.rank:
                merged[place // 2] = contender
        self._held = merged
        alive = {id(c) for c in merged.values()}
        self._raw = [c for c in self._raw if id(c) in alive]


@dataclass(frozen=True)
class _Group:
    """A segment and the frames that compete for it, at least one."""

    start: float
    contenders: tuple[_Contender, ...]

    def clearest(self, count: int) -> list[_Contender]:
        """The clearest ones, best first; blank ones only where there is nothing else."""
        seen = [c for c in self.contenders if not c.blank] or list(self.contenders)
        return sorted(seen, key=lambda c: -c.clarity)[:count]


def _divided(
    contenders: Sequence[_Contender], first: float, end: float, count: int
) -> list[_Group]:
    """The contenders of each of `count` equal segments; segments without any are left out."""
    starts = first + (end - first) * np.arange(count) / count
    times = np.array([c.time for c in contenders])
    which = np.maximum(np.searchsorted(starts, times + _SLACK * (end - first) / count, "right"), 1)
    return [
        _Group(
            min(float(starts[i - 1]), contenders[int(np.argmax(which == i))].time),
            tuple(c for c, own in zip(contenders, which, strict=True) if own == i),
        )
        for i in np.unique(which)
    ]


def _keyframes(
    chosen: Sequence[_Contender], groups: Sequence[_Group], span: Span
) -> tuple[Keyframe, ...]:
    spans = contiguous([group.start for group in groups[1:]], span)
    return tuple(Keyframe(c.pack(), s) for c, s in zip(chosen, spans, strict=True))
