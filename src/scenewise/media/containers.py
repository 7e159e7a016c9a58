"""Opening a film's file, its time zero, and a packet stream that survives damage.

**Time zero.** One rule serves pictures, sound and text alike: film time is
`pts × time_base − zero`, with `zero` as `time_zero` finds it.

- A container whose clock starts with the film (MP4, Matroska, Ogg, AVI …) has zero 0, so a
  first picture that is shown late keeps its late time, as players show it.
- A container whose clock runs on from elsewhere (MPEG transport and program streams, and
  any recording that starts more than ten seconds late) has its own first time stamp as zero.
- Sound on its own starts at its first sample (an MP3's first time stamp is the coder's delay).
- Pictures with times before 0 are never cut off: zero moves back to the first of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import av.error
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from scenewise.core.errors import FileMissing, FileUnreadable, NotAVideo
from scenewise.media.errors import reading_errors

RUNNING_CLOCKS: Final = frozenset({"mpegts", "mpeg", "hls", "wtv", "rtsp", "live_flv"})
LONGEST_DELAY: Final = 10.0
"""Seconds that a first time stamp may lie after 0 and still mean a delay, not a running clock."""

# A playlist or reference film may name other files, but never something on the network.
_OPTIONS: Final = {"protocol_whitelist": "file,crypto,data"}

_STUBBORN: Final = 32
"""Failed reads in a row after which the rest of a file is given up."""


def file_url(path: str | os.PathLike[str]) -> str:
    """The address under which FFmpeg opens exactly this file.

    A bare name is not safe: FFmpeg takes `a:b.mp4` for a protocol and `-` for standard input.
    After `file:` everything is literal. (A Python file handle would be as safe, but FFmpeg
    would call back into Python for every 32 KiB.)
    """
    return f"file:{os.fspath(path)}"


def check_readable(path: str | os.PathLike[str]) -> Path:
    """The path, if it is a regular file that this process may read and that is not empty.

    Raises:
        FileMissing: there is no such file.
        FileUnreadable: it is a folder, a device, or may not be read.
        NotAVideo: it is empty.
    """
    where = Path(path)
    with reading_errors(where):
        if not where.exists():
            raise FileMissing("there is no such file", path=where, remedy="check the name")
        if where.is_dir():
            raise FileUnreadable("this is a folder", path=where, remedy="give a video file")
        if not where.is_file():
            raise FileUnreadable("this is not a regular file", path=where, remedy="copy it to one")
        with where.open("rb") as file:
            if not file.read(1):
                raise NotAVideo("the file is empty", path=where, remedy="copy or fetch it again")
    return where


def open_film(path: str | os.PathLike[str]) -> InputContainer:
    """An open container, to be closed by the caller.

    Raises:
        FileMissing, FileUnreadable, NotAVideo: see `reading_error`.
    """
    where = check_readable(path)
    with reading_errors(where):
        # Tags in other encodings than UTF-8 are common in old films and no reason to refuse.
        return av.open(
            file_url(where), "r", container_options=dict(_OPTIONS), metadata_errors="replace"
        )


def video_streams(container: InputContainer) -> list[VideoStream]:
    """Streams that hold a moving picture and can be decoded, best first.

    Best is: flagged as default, then more pixels, then more frames. Cover art and still
    thumbnails are no moving picture.
    """
    still = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image

    def rank(stream: VideoStream) -> tuple[bool, int, int, int]:
        context = stream.codec_context
        default = bool(stream.disposition & Disposition.default)
        return default, context.width * context.height, stream.frames, -stream.index

    return sorted(
        (
            s
            for s in container.streams.video
            if s.codec_context is not None and not s.disposition & still
        ),
        key=rank,
        reverse=True,
    )


def time_zero(container: InputContainer) -> Fraction:
    """The container's time, in seconds, at which the film's own time is 0 (see the module)."""
    start = Fraction(container.start_time or 0, av.time_base)
    runs_on = bool(set(container.format.name.split(",")) & RUNNING_CLOCKS)
    pictures = video_streams(container)
    if runs_on or start > LONGEST_DELAY or (container.streams.audio and not pictures):
        return start
    first = stream_start(pictures[0]) if pictures else None
    return min(Fraction(0), first or Fraction(0))


def stream_start(stream: Stream) -> Fraction | None:
    """A stream's first time stamp in the container's seconds, if the header tells."""
    if stream.start_time is None or stream.time_base is None:
        return None
    return stream.start_time * stream.time_base


def stream_end(stream: Stream) -> Fraction | None:
    """The end of a stream in the container's seconds, if the header tells."""
    if stream.duration is None or stream.time_base is None:
        return None
    return (stream_start(stream) or Fraction(0)) + stream.duration * stream.time_base


class Clock:
    """Film time of one stream's time stamps, exact where the time base is."""

    def __init__(self, stream: Stream, zero: Fraction) -> None:
        base = stream.time_base or Fraction(1, av.time_base)
        self._up, self._down = base.numerator, base.denominator
        self._zero = float(zero)

    def seconds(self, pts: int) -> float:
        """Film time of a time stamp."""
        return pts * self._up / self._down - self._zero

    def length(self, ticks: int) -> float:
        """Seconds that a number of ticks last."""
        return ticks * self._up / self._down

    def stamp(self, seconds: float) -> int:
        """The time stamp at, or just before, a film time."""
        return int((seconds + self._zero) * self._down // self._up)


def packets(
    container: InputContainer,
    streams: Sequence[Stream],
    failed: Callable[[av.error.FFmpegError], None],
) -> Iterator[Packet[Any]]:
    """Packets of some streams to the end of the file, going on after damage.

    Packets without data are passed on when they carry a time: a valid Theora file stores a
    repeated picture that way. The dummies by which PyAV marks the end are left out.

    Args:
        container: open, at the place to read from.
        streams: of that container.
        failed: told each read that failed; after 32 in a row the rest is given up.
    """
    failures = 0
    while failures < _STUBBORN:
        try:
            for packet in container.demux(*streams):
                if packet.size == 0 and packet.dts is None:
                    continue
                failures = 0
                yield packet
        except av.error.FFmpegError as error:
            failures += 1
            failed(error)
        else:
            return
