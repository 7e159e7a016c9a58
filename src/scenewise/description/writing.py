"""Writing in the picture: which frames to read, and what they say together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from scenewise.core.media_types import Frame, TextLine
from scenewise.core.ports import TextReader
from scenewise.description.cache import Entry
from scenewise.description.onscreen import Reading
from scenewise.description.work import Work
from scenewise.frames.packing import pack
from scenewise.models.text_presence import THRESHOLD, text_likely

_VERSION = 3
_LOOKED_AT = 480  # px, longer side: the smallest at which titles keep their strokes
_READ_AT = 960  # px, longer side: the reader gains nothing from more (and costs time)


class WritingWatch:
    """Keeps the frames in which writing appears or changes while a film passes by.

    Reading a frame costs as much as decoding hundreds, so frames are kept only where a cheap
    look says that writing is likely and the picture differs from the last one kept; and an
    allowance, `per_second` frames on average with bursts of `burst`, bounds the cost of
    films that are full of writing.
    """

    def __init__(self, *, every: float = 0.4, per_second: float = 0.2, burst: float = 6.0) -> None:
        self.frames: list[Frame] = []
        self._every, self._per_second, self._burst = every, per_second, burst
        self._allowance = burst
        self._last_look = -np.inf
        self._last_kept: npt.NDArray[np.float32] | None = None

    def see(self, frame: Frame) -> None:
        """Take one frame of the film, in order of time."""
        waited = frame.time - self._last_look
        if waited < self._every:
            return
        if np.isfinite(waited):
            self._allowance = min(self._burst, self._allowance + waited * self._per_second)
        self._last_look = frame.time
        if self._allowance < 1.0:
            return
        small = frame.scaled(*frame.size_within(_LOOKED_AT))
        if text_likely(small) < THRESHOLD:
            self._last_kept = None  # whatever is written next is new
            return
        if self._last_kept is not None and _difference(small, self._last_kept) < 0.04:
            return
        self._last_kept = _thumbnail(small)
        self._allowance -= 1.0
        self.frames.append(pack(frame, side=_READ_AT))


def _thumbnail(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    height, width = image.shape[:2]
    step = max(1, min(height, width) // 48)
    return image[::step, ::step].astype(np.float32).mean(axis=2) / 255.0


def _difference(image: npt.NDArray[np.uint8], kept: npt.NDArray[np.float32]) -> float:
    thumbnail = _thumbnail(image)
    if thumbnail.shape != kept.shape:
        return 1.0
    return float(np.abs(thumbnail - kept).mean())


def read_frames(
    frames: Sequence[Frame],
    reader: TextReader,
    digest: str,
    work: Work,
) -> list[Reading]:
    """Read the writing in frames, which are passed over unread where none is likely.

    Args:
        frames: in any order; those at the same time are read once.
        reader: reads as many of them side by side as its `at_once` says, if it has one.
    """
    unique = {round(frame.time, 4): frame for frame in frames}
    ordered = [unique[time] for time in sorted(unique)]
    key = {
        "version": _VERSION,
        "film": digest,
        "reader": reader.name,
        "options": repr(getattr(reader, "options", None)),
        "times": sorted(unique),
    }
    kept = work.cache.get("writing", key)
    if kept is not None:
        work.timings.reuse("read")
        return [_from_plain(reading) for reading in kept.data]
    readings = []
    with (
        work.timings.stage("read"),
        work.progress.step("Reading what is written", total=len(ordered)) as step,
    ):
        for frame, lines in zip(ordered, _lines_of(ordered, reader), strict=True):
            readings.append(Reading(frame.time, tuple(lines)))
            step.advance()
    plain = [{"time": r.time, "lines": [asdict(line) for line in r.lines]} for r in readings]
    work.cache.put("writing", key, Entry(plain))
    return readings


def _lines_of(frames: Sequence[Frame], reader: TextReader) -> Iterator[list[TextLine]]:
    """What is written in each frame, in their order."""

    def lines(frame: Frame) -> list[TextLine]:
        if text_likely(frame.scaled(*frame.size_within(_LOOKED_AT))) < THRESHOLD:
            return []
        return reader.read(frame.scaled(*frame.size_within(_READ_AT)))

    pool = ThreadPoolExecutor(getattr(reader, "at_once", 1))
    try:
        yield from pool.map(lines, frames)
    finally:
        pool.shutdown(cancel_futures=True)


def _from_plain(data: dict[str, Any]) -> Reading:
    lines = tuple(
        TextLine(line["text"], tuple(line["box"]), line["confidence"], tuple(line["room"]))
        for line in data["lines"]
    )
    return Reading(data["time"], lines)
