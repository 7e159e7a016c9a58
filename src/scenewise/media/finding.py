"""Finding the picture on screen at a time, by seeking where the file allows it."""

from __future__ import annotations

from collections.abc import Callable, Generator

import av.error

from scenewise.core.errors import NotAVideo
from scenewise.media.decoding import Decoder, Picture
from scenewise.media.errors import CUT_SHORT

_NEAR = 3.0
"""Seconds ahead up to which decoding on beats seeking, where the index does not tell."""


class Finder:
    """Gives the same pictures as one pass from the beginning would.

    A place sought is trusted only when the first picture that comes from it is not later
    than the time asked for; otherwise it seeks further back, and in the end reads from the
    file's beginning.

    Args:
        opened: opens the film at its beginning.
        seekable: False to read through from the beginning always.

    Attributes:
        damage: sentences about what could not be read, complete once closed.
    """

    def __init__(self, opened: Callable[[], Decoder], *, seekable: bool) -> None:
        self._opened = opened
        self._seekable = seekable
        self._decoder = opened()
        self._coming: Generator[Picture, None, None]
        self._shown: Picture | None
        self._next: Picture | None
        self._from_start = True
        self.damage: list[str] = []
        self._restart()

    def close(self) -> None:
        """Close the file."""
        self._coming.close()
        self.damage += self._decoder.damage.sentences()
        self._decoder.close()

    def shown_at(self, time: float) -> Picture:
        """The last picture at or before a film time, or the first of all.

        Raises:
            NotAVideo: no picture can be decoded any more.
        """
        if not self._reached_by_going_on(time):
            self._go(time)
        while self._next is not None and self._next.time <= time:
            self._shown, self._next = self._next, next(self._coming, None)
        picture = self._shown or self._next
        if picture is None:
            raise NotAVideo(
                "no picture of this video can be decoded",
                path=self._decoder.info.path,
                remedy=CUT_SHORT,
            )
        return picture

    def _restart(self) -> None:
        self._coming = self._decoder.pictures()
        self._shown, self._next = None, next(self._coming, None)
        if self._decoder.untimed or self._decoder.spliced:
            self._seekable = False

    def _reached_by_going_on(self, time: float) -> bool:
        if self._shown is None:
            if self._next is None or time < self._next.time:
                return self._from_start
        elif time < self._shown.time:
            return False
        if self._next is None or not self._seekable or self._decoder.spliced:
            return True
        ahead = time - self._next.time
        if ahead <= 0:
            return True
        key, last = self._decoder.key_before(time)
        if key is None or last:  # no index, or one that is still being built
            return ahead <= _NEAR
        return key <= self._next.time

    def _go(self, time: float) -> None:
        """Stand before the picture at `time`, with as little to decode as possible."""
        back = 0.0
        while self._seekable and time - back > self._decoder.video.start:
            self._coming.close()
            self._decoder.damage.interrupted()
            try:
                self._decoder.seek(time - back)
            except av.error.FFmpegError:
                self._seekable = False
                break
            self._from_start = False
            self._restart()
            if self._next is not None and self._next.time <= time and self._seekable:
                return
            back = max(1.0, back * 4)
        self.close()
        self._decoder = self._opened()
        self._from_start = True
        self._restart()
