"""The default: shots first, then a complexity hierarchy inside each."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import takewhile
from typing import Any, Final

import cv2
import numpy as np

from scenewise.core.media_types import Frame, Image, Selection, Shot
from scenewise.core.options import Checked, option
from scenewise.core.ports import FrameSource
from scenewise.core.time import Span
from scenewise.frames.choice import Sample
from scenewise.frames.complexity import Clock
from scenewise.frames.cuts import CutFinder, small
from scenewise.frames.hierarchy import Rules, coarsened
from scenewise.frames.packing import SIDE, packed
from scenewise.frames.quality import change, look
from scenewise.frames.segments import contiguous
from scenewise.frames.stretches import Segment, assembled, divided, runs, segment

SHORTEST_SHOT: Final = 0.4
"""Seconds. Shorter ones are flashes and trembling detections."""

WINDOW: Final = 3
"""A shot is divided when it has lasted so many times the longest segment."""


@dataclass(frozen=True)
class ShotOptions(Checked):
    """What may be tuned; the defaults suit films, talks and phone videos alike."""

    rate: float = option(4.0, "samples looked at closely", low=0.2, high=30.0, unit="a second")
    threshold: float = option(
        1.0, "distance at which a shot's tree is cut; lower gives more key frames", low=0.05
    )
    min_gap: float = option(
        0.75, "no segment is shorter, unless the film is", low=0.0, high=60.0, unit="s"
    )
    max_gap: float = option(
        30.0, "no segment is longer, black apart", low=1.0, high=3600.0, unit="s"
    )
    cut: float = option(
        3.0, "times its neighbours' change that makes a cut; lower finds more", low=1.2, high=20.0
    )
    neighbours: int = option(2, "further frames kept beside a key frame", low=0, high=8)


class ShotSelector:
    """Finds the shots of a film and, inside each, what differs.

    One streaming pass. Every frame goes, small, to the cut detectors; a few a second are packed
    as JPEG, whose size is their complexity (Chen 2025, §3.4). Each shot's samples are clustered
    by Ward's method over neighbours in time, on four things: time, complexity, and the layout
    of colours, which tells a pan or a dissolve between two scenes of equal complexity. Time is
    measured in seconds rather than in shares of the film (§6 asks for a threshold that varies
    with the video), so key frames grow with a film's length and with what happens in it.

    Blank stretches give no key frame. A sharp, steady frame near the middle of a segment is
    preferred. Segments seen before (shot and reverse shot) are kept with a low novelty.

    Memory: the samples of the current shot, of which no more than three times `max_gap` are
    held, and the key frames, as JPEG.
    """

    name = "shots"

    def __init__(self, options: ShotOptions | None = None) -> None:
        self.options = options or ShotOptions()

    def select(self, film: FrameSource) -> Selection:
        """Key frames, shots and the tree of a film, in one pass.

        Raises:
            NotAVideo: the film holds no frame.
        """
        work = _Pass(self.options)
        for frame in film.frames():
            work.see(frame)
        settings = {"selector": self.name, **asdict(self.options)}
        return work.finish(film.span, settings)


class _Pass:
    """One pass over one film."""

    def __init__(self, options: ShotOptions) -> None:
        self._rules = Rules(options.threshold, options.min_gap, options.max_gap)
        self._neighbours = options.neighbours
        self._period = 1 / options.rate
        self._finder = CutFinder(options.cut, SHORTEST_SHOT)
        self._clock = Clock()
        self._due = float("-inf")
        self._before: Image | None = None
        self._samples: list[Sample] = []  # of the current shot, not yet divided
        self._cuts: list[float] = []
        self._begun: float | None = None  # a shot's start before its first sample
        self._divided = False  # the current shot has given segments already
        self._after_blank = False  # the current shot began in a blank
        self._segments: list[Segment] = []
        self._least_blank: Sample | None = None  # stands for a film that is blank throughout

    def see(self, frame: Frame) -> None:
        """The next frame of the film."""
        self._clock.tick(frame.time)
        picture = small(frame)
        changed = 0.0 if self._before is None else change(self._before, picture)
        self._before = picture
        newest = self._samples[-1] if self._samples else None
        if newest is not None and newest.weight == 0:  # the frame right after a sample
            newest.change = max(newest.change, changed)
            newest.weight = self._period
        for cut in self._finder.feed(frame.time, picture):
            if not (cut.fade and self._lies_in_card(cut.time)):
                self._cut(cut.time)
        if frame.time >= self._due:
            self._sample(frame, picture, changed)
            self._due = max(self._due, frame.time - self._period / 2) + self._period

    def _sample(self, frame: Frame, picture: Image, changed: float) -> None:
        image = frame.scaled(*frame.size_within(SIDE))
        half = max(1, image.shape[1] // 2), max(1, image.shape[0] // 2)
        detail = np.asarray(cv2.resize(image, half, interpolation=cv2.INTER_AREA), np.uint8)
        sample = Sample(packed(frame.time, image), look(picture, detail), changed)
        if not sample.look.blank:
            self._end_blank(sample.time)
        if self._samples:
            self._samples[-1].weight = sample.time - self._samples[-1].time
        if self._begun is not None:
            sample.lead, self._begun = sample.time - self._begun, None
        self._samples.append(sample)
        least = self._least_blank
        if least is None or sample.look.contrast > least.look.contrast:
            self._least_blank = sample
        if sample.time - self._samples[0].time > WINDOW * self._rules.longest:
            self._divide(self._samples, whole=False)

    def _end_blank(self, time: float) -> None:
        """Something is seen again at `time`: if nothing was for two samples or more, and
        something before that, a shot begins in the middle of the blank."""
        run = [*takewhile(lambda s: s.look.blank, reversed(self._samples))]
        if 2 <= len(run) < len(self._samples):
            self._cut((run[-1].time + time) / 2)
            self._after_blank = True
        elif len(run) >= 2 and self._cuts and not self._divided and not self._after_blank:
            self._cuts[-1] = (self._cuts[-1] + time) / 2  # a hard cut to black began the shot
            self._after_blank = True

    def _lies_in_card(self, time: float) -> bool:
        """Whether a fade was placed in a title between two stretches of black, which is as
        dark as they are. A film whose black carries a logo has no blank: its fades count."""
        nearest = min(self._samples, key=lambda s: abs(s.time - time), default=None)
        if nearest is None or nearest.look.blank:
            return False
        return self._after_blank or any(s.look.blank for s in self._samples)

    def _cut(self, time: float) -> None:
        """A new shot begins at `time`, which may lie a while back."""
        begun = self._cuts[-1] if self._cuts else self._clock.first or 0.0
        if time - begun < SHORTEST_SHOT:
            return
        ended = [s for s in self._samples if s.time < time]
        rest = self._samples[len(ended) :]
        seen = any(not s.look.blank for s in ended)
        if seen:
            self._cuts.append(time)
            ended[-1].weight = time - ended[-1].time
            self._divide(ended, whole=True)
        elif self._cuts and not self._divided and not self._after_blank:
            self._cuts[-1] = (begun + time) / 2  # nothing was seen between two cuts: one fade
        self._samples = rest
        self._divided = False
        self._after_blank = not seen
        if rest:
            rest[0].lead = rest[0].time - time
        else:
            self._begun = time

    def _divide(self, samples: list[Sample], whole: bool) -> None:
        """Turn samples into segments. Unless the shot is whole, the last segment may go on, so
        its samples wait; but not a segment so long that nothing can be added to it."""
        stretches = list(runs(samples))
        groups = [group for run in stretches for group in divided(run, self._rules)]
        self._samples = []
        if not whole and len(groups) > 1:
            going_on = groups.pop()[0].time
            self._samples = [s for s in samples if s.time >= going_on]
        self._segments += [segment(g, self._rules, self._neighbours) for g in groups]
        self._divided = self._divided or bool(groups)

    def finish(self, header: Span, settings: dict[str, Any]) -> Selection:
        """What was found.

        Raises:
            NotAVideo: no frame was seen.
        """
        span = self._clock.span(header)
        if self._cuts and span.end - self._cuts[-1] < SHORTEST_SHOT:
            self._cuts.pop()  # the last frames of a fade out
        if self._samples:
            last = self._samples[-1]
            last.weight = max(span.end - last.time, 0.0) or self._period
            self._divide(self._samples, whole=True)
        if not self._segments:
            assert self._least_blank is not None
            self._least_blank.weight = self._period
            self._segments = [segment([self._least_blank], self._rules, 0)]
        keyframes, tree = assembled(self._segments, span, self._rules, self._neighbours)
        shots = tuple(Shot(part) for part in contiguous(self._cuts, span))
        return Selection(tuple(keyframes), shots, (coarsened(tree),), settings)
