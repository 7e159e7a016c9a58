"""A film as a strip of tiny grey pictures, from which copies are told.

The few frames that sum a video up are chosen by what they show, so that two copies rarely have
the same moments, and of a part, or of a faster copy, hardly ever. A strip has a picture at
regular times. It is taken while a film is decoded for its summary, which costs next to
nothing, and kept beside the tables under the digest of the file's content: it says nothing
that the file does not say, and can be made again from it.
"""

from __future__ import annotations

import struct
import time as clock
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from scenewise.core.media_types import Frame
from scenewise.media.atomic import atomic
from scenewise.media.reading import Film

SIDE: Final = 48
"""Longest side of a picture. Whole blocks of JPEG, so that no picture bleeds into the next."""

PERIOD: Final = 0.25
"""Seconds between pictures of a short film."""

MOST: Final = 96
"""Pictures of a film: one that is longer than 24 seconds has them further apart."""

_QUALITY: Final = 80
_HEAD: Final = struct.Struct("<4sHHH")
_MAGIC: Final = b"SWs1"
_OLD: Final = 86_400.0
"""Seconds after which a strip that no row names is cleared away: before, its row may be on the
way."""


@dataclass(frozen=True, eq=False)
class Strip:
    """Pictures of a film at regular times.

    Args:
        time: seconds, ascending, float64 [n].
        pictures: grey, uint8 [n, h, w].
    """

    time: npt.NDArray[np.float64]
    pictures: npt.NDArray[np.uint8]

    @classmethod
    def empty(cls) -> Strip:
        """A strip without pictures."""
        return cls(np.empty(0), np.empty((0, 1, 1), np.uint8))

    def __len__(self) -> int:
        return len(self.time)


class StripTaker:
    """Takes the pictures of a strip from the frames of a film as they pass by."""

    def __init__(self) -> None:
        self._taken: list[tuple[float, npt.NDArray[np.uint8]]] = []
        self._period = PERIOD
        self._due = float("-inf")

    def see(self, frame: Frame) -> None:
        """The next frame; its pixels are looked at only where a picture is due."""
        if frame.time < self._due - 1e-6:
            return
        if not self._taken:
            self._due = frame.time
        size = self._taken[0][1].shape[::-1] if self._taken else frame.size_within(SIDE)
        small = frame.scaled(size[0], size[1])
        self._taken.append((frame.time, np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY))))
        if len(self._taken) > MOST:
            del self._taken[1::2]
            self._period *= 2
        first = self._taken[0][0]
        passed = int((frame.time - first) / self._period + 1e-6)
        self._due = first + (passed + 1) * self._period

    def strip(self) -> Strip:
        """What was taken."""
        if not self._taken:
            return Strip.empty()
        times, pictures = zip(*self._taken, strict=True)
        return Strip(np.array(times, np.float64), np.stack(pictures))


def strip_of(path: Path) -> Strip:
    """The strip of a film file, which is decoded for it.

    Raises:
        FileMissing, FileUnreadable, NotAVideo: see `media.reading.Film`.
    """
    taker = StripTaker()
    with closing(Film(path).frames()) as frames:
        for frame in frames:
            taker.see(frame)
    return taker.strip()


class Strips:
    """The strips of a collection, one file for each content.

    Args:
        folder: where they lie; made when the first is written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, digest: str, strip: Strip) -> None:
        """Keep the strip of a file.

        Raises:
            OutputUnwritable: the disk is full or closed.
        """
        path = self._path(digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic(path) as part:
            part.write_bytes(packed(strip))

    def read(self, digest: str) -> Strip | None:
        """The strip of a content; None where there is none, or it is damaged."""
        try:
            return unpacked(self._path(digest).read_bytes())
        except (OSError, ValueError):
            return None

    def sweep(self, digests: Iterable[str]) -> None:
        """Delete the strips of other contents than these, but not those made just now."""
        named = {_name(digest) for digest in digests}
        before = clock.time() - _OLD
        for path in self._folder.glob("*/*.strip"):
            with suppress(OSError):
                if path.stem not in named and path.stat().st_mtime < before:
                    path.unlink()

    def _path(self, digest: str) -> Path:
        name = _name(digest)
        return self._folder / name[:2] / f"{name}.strip"


def _name(digest: str) -> str:
    """A digest as the name of a file, which holds no colon everywhere."""
    return digest.rpartition(":")[2]


def packed(strip: Strip) -> bytes:
    """A strip as bytes: a head, the times, and one grey JPEG of all pictures in a row."""
    count, high, wide = strip.pictures.shape
    head = _HEAD.pack(_MAGIC, count, high, wide) + strip.time.astype("<f4").tobytes()
    if not count:
        return head
    whole = (
        strip.pictures.reshape(count * high, wide)
        if high >= wide
        else np.concatenate(list(strip.pictures), axis=1)
    )
    ok, data = cv2.imencode(".jpg", whole, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not ok:
        raise ValueError("the strip cannot be encoded")
    return head + data.tobytes()


def unpacked(data: bytes) -> Strip:
    """The strip of `packed`.

    Raises:
        ValueError: these are other bytes, or not all of them.
    """
    try:
        magic, count, high, wide = _HEAD.unpack_from(data)
    except struct.error as error:
        raise ValueError("no strip") from error
    end = _HEAD.size + 4 * count
    if magic != _MAGIC or len(data) < end:
        raise ValueError("no strip")
    time = np.frombuffer(data, "<f4", count, _HEAD.size).astype(np.float64)
    if not count:
        return Strip.empty()
    whole = cv2.imdecode(np.frombuffer(data, np.uint8, offset=end), cv2.IMREAD_GRAYSCALE)
    expected = (count * high, wide) if high >= wide else (high, count * wide)
    if whole is None or whole.shape != expected:
        raise ValueError("a strip that is not whole")
    pictures = np.asarray(whole, np.uint8)
    if high >= wide:
        return Strip(time, pictures.reshape(count, high, wide))
    return Strip(time, np.ascontiguousarray(pictures.reshape(high, count, wide).swapaxes(0, 1)))
