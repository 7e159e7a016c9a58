"""Decoding one film's pictures in order, through damage, with their times."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any, cast

import av.error
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream as AvVideoStream

from scenewise.media.containers import Clock, open_film, packets, time_zero
from scenewise.media.damage import Damage, stamp_of
from scenewise.media.decoders import picture_decoder
from scenewise.media.errors import reading_errors
from scenewise.media.probe import FilmInfo, VideoStream

_SPLICE = 1.0
"""Seconds by which times must jump back to mean that another recording begins."""

_REORDER = 5
"""Pictures by which the order of showing may differ from that of decoding."""


@dataclass(slots=True)
class Picture:
    """A decoded picture.

    Args:
        time: film time at which it is shown, seconds.
        end: film time until which it is shown, as far as the file tells.
        frame: as decoded.
    """

    time: float
    end: float
    frame: VideoFrame


class Decoder:
    """One open film, read from its beginning or from a place sought.

    Use it in a `with` block; it owns the container.

    Args:
        info: of the film; its `video` is the stream that is read.
        threads: decoder threads, None for one a core.
        keys_only: whether to leave out all pictures but those that lean on no other, before
            they are decoded.

    Attributes:
        damage: what could not be read so far.
        spliced: whether times have jumped back.
        untimed: whether pictures have no times of their own, so that none can be sought.
        last_packet_end: film time at which the last packet read ends, seconds.
    """

    def __init__(
        self, info: FilmInfo, threads: int | None = None, *, keys_only: bool = False
    ) -> None:
        assert info.video is not None
        self.info: FilmInfo = info
        self.video: VideoStream = info.video
        self.spliced = False
        self._sought = self._repeats = False
        self._keys_only = keys_only
        self._decoded: list[int] = []
        self.container: InputContainer = open_film(info.path)
        try:
            self.stream = cast(AvVideoStream, self.container.streams[self.video.index])
            zero = time_zero(self.container)
            self.clock = Clock(self.stream, zero)
            self.damage = Damage(self.clock.seconds)
            self._decoder = picture_decoder(self.stream, alpha=self.video.alpha, threads=threads)
        except BaseException:
            self.container.close()
            raise
        # AVI stores no time of showing, and what FFmpeg makes up is wrong with B pictures.
        self._by_decoding = self.info.container == "avi" and bool(
            self.stream.codec_context.has_b_frames
        )
        self.untimed = self._by_decoding
        self._usual = 1 / self.video.rate if self.video.rate else 0.04
        self.last_packet_end = 0.0

    def __enter__(self) -> Decoder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.container.close()

    def seek(self, time: float) -> None:
        """Go to the last key picture at or before a film time.

        Raises:
            av.error.FFmpegError: the container cannot seek there.
        """
        self.container.seek(self.clock.stamp(time), stream=self.stream, backward=True)
        self._decoder.flush_buffers()
        self._sought = True
        self._decoded.clear()

    def key_before(self, time: float) -> tuple[float | None, bool]:
        """The film time of the last key picture that the index has at or before a time (None
        without one), and whether it is the last in the index."""
        index = self.stream.index_entries
        found = index.search_timestamp(self.clock.stamp(time), backward=True) if index else -1
        if found < 0:
            return None, True
        return self.clock.seconds(index[found].timestamp), found == len(index) - 1

    def pictures(self) -> Generator[Picture, None, None]:
        """Every displayed picture from here on, in strictly increasing order of time.

        A second picture with the same time is left out. Where times jump back by more than a
        second (recordings joined end to end), the later ones go on from where the earlier
        ones ended. A picture without any time follows its predecessor at the mean rate.
        """
        with reading_errors(self.info.path):
            last: Picture | None = None
            shift = 0.0
            for frame in self._frames():
                length = self.clock.length(frame.duration) if frame.duration else self._usual
                stamp = self._reordered(frame) if self._by_decoding else frame.pts
                if stamp is not None:
                    time = self.clock.seconds(stamp) + shift
                else:
                    self.untimed = True
                    time = last.end if last else self.video.start
                if last is not None and time <= last.time:
                    if last.time - time < _SPLICE:
                        continue
                    self.spliced = True
                    shift += last.end - time
                    time = last.end
                if last is not None and not (self._repeats or self._keys_only):
                    self.damage.step(last.time, time)
                last = Picture(time, time + length, frame)
                yield last

    def _reordered(self, frame: VideoFrame) -> int | None:
        """The time stamp of a picture whose container only knows when each is decoded:
        pictures come out in order, so they take those stamps in order."""
        # A packet that gave no picture left its stamp behind.
        if frame.dts is not None:
            oldest = frame.dts - _REORDER * self._usual / self.clock.length(1)
            while len(self._decoded) > 1 and self._decoded[0] < oldest:
                heapq.heappop(self._decoded)
        return heapq.heappop(self._decoded) if self._decoded else None

    def _frames(self) -> Iterator[VideoFrame]:
        decode, damage, clock = self._decoder.decode, self.damage, self.clock
        key: int | None = None
        for packet in packets(self.container, [self.stream], damage.unreadable):
            stamp = packet.dts if self._by_decoding else packet.pts
            if stamp is not None:
                end = clock.seconds(stamp) + clock.length(packet.duration or 0)
                self.last_packet_end = max(self.last_packet_end, end)
            if not packet.size:  # the picture before is shown once more
                self._repeats = True
                continue
            if self._sought:
                if not packet.is_keyframe:
                    continue
                self._sought, key = False, packet.pts
            if self._keys_only and not packet.is_keyframe:
                continue
            damage.sent(packet)
            if self._by_decoding and packet.dts is not None:
                heapq.heappush(self._decoded, packet.dts)
            yield from self._given(decode, packet, key)
        while True:
            drained = list(self._given(decode, None, key))
            yield from drained
            if not drained:
                return

    def _given(
        self,
        decode: Callable[[Packet[Any] | None], list[VideoFrame]],
        packet: Packet[Any] | None,
        key: int | None,
    ) -> Iterator[VideoFrame]:
        """What the decoder gives for a packet (None: to end with), less the pictures that
        precede the key picture sought: they lean on others that were not read."""
        try:
            frames = decode(packet)
        except av.error.EOFError:
            return
        except av.error.FFmpegError:
            self.damage.undecodable()
            return
        for frame in frames:
            self.damage.shown(frame)
            stamp = stamp_of(frame)
            if key is None or stamp is None or stamp >= key:
                yield frame
