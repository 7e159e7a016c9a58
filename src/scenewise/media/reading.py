"""Reading the moving picture of a film: every frame in one pass, or the frames at some times.

Film time 0 and everything about formats is in `scenewise.media.containers`; pixels are in
`scenewise.media.toning`. A frame's size is the film's in square pixels, upright.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from contextlib import closing
from functools import partial
from itertools import islice

from av.video.frame import PictureType, VideoFrame

from scenewise.core.media_types import Frame, Image
from scenewise.core.time import Span
from scenewise.media.containers import packets
from scenewise.media.decoding import Decoder, Picture
from scenewise.media.errors import reading_errors
from scenewise.media.finding import Finder
from scenewise.media.probe import FilmInfo, probe_film
from scenewise.media.read_ahead import read_ahead
from scenewise.media.toning import Orientation, Pictures, square_size

_AHEAD_BYTES = 64 * 2**20
_AHEAD_FRAMES = 16
"""Decoded pictures that may wait for the consumer: at most 16, at most 64 MiB, at least 2."""


class Film:
    """The moving picture of one film file; a `scenewise.core.ports.FrameSource`.

    Args:
        path: any container and codec that FFmpeg knows.
        threads: decoder threads, None for one a core.

    Attributes:
        info: what the file holds.
        warnings: sentences for people about damage met while reading; they grow as it is read.

    Raises:
        FileMissing, FileUnreadable, NotAVideo: see `scenewise.media.probe.probe_film`.
    """

    def __init__(self, path: str | os.PathLike[str], *, threads: int | None = None) -> None:
        self.info: FilmInfo = probe_film(path)
        assert self.info.video is not None
        self.warnings: list[str] = []
        self._video = self.info.video
        self._threads = threads
        self._pictures = Pictures()
        self._measured: Span | None = None
        self._seekable = True
        self._turn: tuple[int, Orientation] | None = None

    @property
    def span(self) -> Span:
        """From the first frame's time to the end of the last: measured once a full pass has
        been made, before that as the header tells, and read off the packets (without
        decoding) where it does not."""
        if self._measured is None:
            start, end = self._video.start, self._video.end
            end = self.info.duration if end is None else end
            if end is None:
                self._measured = Span(start, max(start, self._packets_end()))
            else:
                return Span(start, max(start, end))
        return self._measured

    @property
    def duration(self) -> float:
        """Film time at which the last frame ends, seconds."""
        return self.span.end

    def frames(self) -> Generator[Frame, None, None]:
        """Every displayed frame in one streaming pass, in strictly increasing order of time.

        Decoding runs ahead in a thread; stop early by closing the iterator (or dropping it).
        A frame converts its pixels when asked and is valid until the next one is asked for.

        Raises:
            FileMissing, FileUnreadable, NotAVideo: the file has changed since it was opened.
        """
        # Measured with a consumer that spends 2 ms a frame: see benchmarks/bench_reading.py.
        with closing(read_ahead(self._pass(), self._depth())) as ahead:
            for picture in ahead:
                yield self._frame(picture)

    def key_frames(self) -> Generator[Frame, None, None]:
        """The frames that the codec stores whole, in increasing order of time; no other is
        decoded. Each is the same picture, at the same time, that `frames` gives.

        The first frame alone where the file marks none. A frame is valid until the next one is
        asked for.

        Raises:
            FileMissing, FileUnreadable, NotAVideo: the file has changed since it was opened.
        """
        found = False
        with closing(read_ahead(self._keys(), self._depth())) as ahead:
            for picture in ahead:
                found = True
                yield self._frame(picture)
        if not found:
            with closing(self.frames()) as frames:
                yield from islice(frames, 1)

    def at(self, times: Sequence[float]) -> Generator[Frame, None, None]:
        """The frames on screen at some times, detached, one for each time.

        The frame on screen is the last one shown at or before the time; the first frame for
        times before it. Each is the same picture that `frames` gives.

        Args:
            times: film times in seconds, best ascending: whoever goes back seeks anew.

        Raises:
            FileMissing, FileUnreadable, NotAVideo: the file has changed since it was opened.
        """
        if not len(times):
            return
        finder = Finder(self._opened, seekable=self._seekable)
        try:
            for time in times:
                yield self._frame(finder.shown_at(float(time))).detached()
        finally:
            finder.close()
            for sentence in finder.damage:
                self._warn(sentence)

    def _pass(self) -> Generator[Picture, None, None]:
        """All pictures; what was learnt about the film is noted at the end."""
        with self._opened() as decoder:
            first = last = None
            for picture in decoder.pictures():
                first = picture.time if first is None else first
                last = picture
                yield picture
            decoder.damage.finished()
            self._seekable = self._seekable and not decoder.spliced
            for sentence in decoder.damage.sentences():
                self._warn(sentence)
            if first is None or last is None:
                return
            end = max(last.end, 0 if decoder.spliced else decoder.last_packet_end)
            self._measured = Span(first, end)
            if self._cut_short(decoder, end):
                self._warn(
                    f"the picture ends at {end:.1f} s although the file says "
                    f"{self._video.end or self.info.duration:.1f} s: it was cut short"
                )

    def _keys(self) -> Generator[Picture, None, None]:
        """The codec's key pictures. Damage is not told of: a full pass finds it. Where times
        hang on the pictures between, because pictures carry none or recordings are joined, those
        are decoded after all."""
        last = float("-inf")
        with Decoder(self.info, self._threads, keys_only=True) as decoder:
            for picture in decoder.pictures():
                if decoder.untimed or decoder.spliced:
                    break
                last = picture.time
                if _whole(picture.frame):
                    yield picture
            else:
                return
        with closing(self._pass()) as whole:
            yield from (p for p in whole if p.time > last and _whole(p.frame))

    def _depth(self) -> int:
        """How many decoded pictures may wait."""
        size = max(1, self._video.height * self._video.width * 3 // 2)
        return max(2, min(_AHEAD_FRAMES, _AHEAD_BYTES // size))

    def _opened(self) -> Decoder:
        return Decoder(self.info, self._threads)

    def _cut_short(self, decoder: Decoder, end: float) -> bool:
        """Whether the header promised clearly more pictures than came."""
        promised = self._video.end
        if promised is None and not self.info.audio:
            promised = self.info.duration
        if promised is None or decoder.spliced:
            return False
        return promised - end > max(0.5, 0.01 * promised)

    def _packets_end(self) -> float:
        with self._opened() as decoder, reading_errors(self.info.path):
            end = 0.0
            usual = 1 / self._video.rate if self._video.rate else 0.0
            for packet in packets(decoder.container, [decoder.stream], decoder.damage.unreadable):
                if packet.pts is not None:
                    length = decoder.clock.length(packet.duration or 0) or usual
                    end = max(end, decoder.clock.seconds(packet.pts) + length)
            return end

    def _frame(self, picture: Picture) -> Frame:
        frame = picture.frame
        turn = self._orientation(frame)
        wide, high = turn.size(frame.width, frame.height)
        width, height = square_size(wide, high, self._video.sar)
        return Frame.lazy(picture.time, width, height, partial(self._load, frame, turn))

    def _load(self, frame: VideoFrame, turn: Orientation, width: int, height: int) -> Image:
        return self._pictures.rgb(frame, width, height, turn)

    def _orientation(self, frame: VideoFrame) -> Orientation:
        """Read off the side data only when the cheap angle says that it changed."""
        angle = frame.rotation
        if self._turn is None or self._turn[0] != angle:
            self._turn = angle, Orientation.of(frame)
        return self._turn[1]

    def _warn(self, sentence: str) -> None:
        if sentence not in self.warnings:
            self.warnings.append(sentence)


def _whole(frame: VideoFrame) -> bool:
    """Whether a picture leans on no other. A film that is refreshed bit by bit marks pictures as
    key pictures that only begin to mend; of two interlaced fields the second may lean on the
    first."""
    leans = frame.pict_type in (PictureType.P, PictureType.B)
    return bool(frame.key_frame) and (not leans or frame.interlaced_frame)
