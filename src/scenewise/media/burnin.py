"""Captions drawn into the picture, which is encoded anew for that."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, cast

import av.error
import numpy as np
import numpy.typing as npt
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from scenewise.core.progress import Progress
from scenewise.core.script import Cue
from scenewise.media.containers import Clock
from scenewise.media.damage import stamp_of
from scenewise.media.decoding import Decoder
from scenewise.media.lettering import Lettering, choose_face, letter
from scenewise.media.probe import probe_film
from scenewise.media.text_tracks import tidied, without_overlaps
from scenewise.media.toning import UPRIGHT, Orientation

Plane = npt.NDArray[np.uint8]

_LIMITED, _FULL, _UNSPECIFIED = 1, 2, 2  # FFmpeg's codes of ranges and of no colour matrix
_VP9_SPEED: Final = {"ultrafast": 8, "veryfast": 6, "fast": 4, "medium": 2, "slow": 1}
_VP9_CRF: Final = 9  # added to x264's scale for about the same quality; VP9's ends at 63


class BurnedPicture:
    """A film's picture, decoded, drawn on while a caption is due, and encoded.

    Each caption is drawn once and blended onto the rectangle it covers; pictures without one
    go to the encoder as they come from the decoder. The result is upright, 8 bit 4:2:0 and of
    even size (an odd last row or column is cut off).

    Args:
        source: the stream to decode.
        first: its first picture, which tells size, rotation and colour.
        out: open for writing.
        captions: words and when they are shown, film time.
        encoder: `libx264` or `libvpx-vp9`.
        crf: quality on x264's scale.
        preset: one of x264's.
        zero: the container's seconds at film time 0.
        progress: told of letters that no font here has.

    Raises:
        ComponentMissing: no installed font has the captions' letters.
    """

    def __init__(
        self,
        source: Stream,
        first: VideoFrame,
        out: OutputContainer,
        captions: Sequence[Cue],
        *,
        encoder: str,
        crf: int,
        preset: str,
        zero: Fraction,
        progress: Progress,
    ) -> None:
        self._source = cast(VideoStream, source)
        self._decoder = self._source.codec_context
        self._decoder.thread_type = "AUTO"
        base = source.time_base or Fraction(1, 1000)
        self._clock = Clock(source, zero)
        self._shift = -round(zero / base)
        self._cues = list(without_overlaps(captions))
        self._passed = 0  # cues that are over
        self._drawn: tuple[Cue, Lettering] | None = None
        self._face = choose_face(cue.text for cue in self._cues)
        if self._face.missing:
            progress.say(
                f"No font here has these letters of the captions: {self._face.missing}."
                " Install a Noto font for the language."
            )
        self._last: int | None = None
        self._turn = Orientation.of(first)
        width, height = self._turn.size(first.width, first.height)
        self._size = width // 2 * 2, height // 2 * 2
        sar = self._source.sample_aspect_ratio or Fraction(1)
        self._sar = 1 / sar if self._turn.transposed else sar
        rate = self._source.guessed_rate or self._source.average_rate or Fraction(25)
        self.stream = cast(VideoStream, out.add_stream(encoder, rate=rate))
        self.stream.options = _settings(encoder, crf, preset)  # type: ignore[assignment]
        context = self.stream.codec_context
        context.width, context.height = self._size
        context.pix_fmt = "yuv420p"
        context.thread_count = 0
        context.time_base = base
        context.sample_aspect_ratio = self._sar
        context.color_range = _LIMITED
        context.color_primaries = first.color_primaries
        context.color_trc = first.color_trc
        context.colorspace = first.colorspace if first.colorspace else _UNSPECIFIED

    def push(self, packet: Packet[Any]) -> list[Packet[Any]]:
        """What the encoder gives for one packet of the source."""
        if not packet.size:  # the picture before is shown once more
            return []
        try:
            frames = self._decoder.decode(packet)
        except av.error.FFmpegError:
            return []  # a damaged picture; the one before stays on screen
        return [made for frame in frames for made in self._encoded(frame)]

    def finish(self) -> list[Packet[Any]]:
        """What is left in the decoder and the encoder."""
        made: list[Packet[Any]] = []
        try:
            rest = self._decoder.decode(None)
        except av.error.FFmpegError:
            rest = []
        for frame in rest:
            made += self._encoded(frame)
        return [*made, *self.stream.encode(None)]

    def _encoded(self, frame: VideoFrame) -> list[Packet[Any]]:
        stamp = stamp_of(frame)
        if stamp is None or (self._last is not None and stamp <= self._last):
            return []
        self._last = stamp
        picture = self._upright(frame)
        lettering = self._due(self._clock.seconds(stamp))
        if lettering is not None:
            picture.make_writable()  # the decoder may still need this one
            lay_over(lettering, planes(picture))
        picture.pts = stamp + self._shift
        picture.time_base = self._source.time_base
        picture.pict_type = PictureType.NONE  # the encoder's choice, not the old one's
        return self.stream.encode(picture)

    def _upright(self, frame: VideoFrame) -> VideoFrame:
        """The picture as 8 bit 4:2:0 of limited range, turned and of even size."""
        if frame.format.name != "yuv420p" or frame.color_range == _FULL:
            frame = frame.reformat(format="yuv420p", dst_color_range=_LIMITED)
        width, height = self._size
        if self._turn == UPRIGHT and (frame.width, frame.height) == (width, height):
            return frame
        wide, high = self._turn.size(frame.width, frame.height)
        if (wide // 2 * 2, high // 2 * 2) != self._size:
            # a film that changes its size in the middle
            frame = frame.reformat(*self._turn.size(width, height))
        turned = VideoFrame(width, height, "yuv420p")
        turned.color_range, turned.colorspace = _LIMITED, frame.colorspace
        for old, new in zip(planes(frame), planes(turned), strict=True):
            whole = self._turn.applied(old[..., None])[..., 0]
            new[:] = whole[: new.shape[0], : new.shape[1]]
        return turned

    def _due(self, time: float) -> Lettering | None:
        """The caption to be seen at a time, drawn when it first is."""
        while self._passed < len(self._cues) and self._cues[self._passed].span.end <= time:
            self._passed += 1
        if self._passed == len(self._cues) or self._cues[self._passed].span.start > time:
            return None
        cue = self._cues[self._passed]
        if self._drawn is None or self._drawn[0] is not cue:
            text = tidied(cue.text)
            self._drawn = cue, letter(text, *self._size, self._face, self._sar)
        return self._drawn[1]


def first_picture(film: Path) -> VideoFrame:
    """The first picture of a film, as decoded.

    Raises:
        FileMissing, FileUnreadable, NotAVideo: see `scenewise.media.probe.probe_film`.
    """
    with Decoder(probe_film(film), threads=1) as decoder:
        return next(decoder.pictures()).frame


def planes(frame: VideoFrame) -> list[Plane]:
    """Views of the Y, U and V samples of a `yuv420p` frame, uint8 [h, w] each."""
    return [
        np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[
            : plane.height, : plane.width
        ]
        for plane in frame.planes
    ]


def lay_over(lettering: Lettering, target: Sequence[Plane]) -> None:
    """Blend a caption onto the Y, U and V planes of a picture, in place, where it lies."""
    top, left = lettering.top, lettering.left
    height, width = lettering.alpha.shape
    luma = target[0][top : top + height, left : left + width]
    luma[:] = (luma * (256 - lettering.alpha) + lettering.light) >> 8
    for plane in target[1:]:
        part = plane[top // 2 : (top + height) // 2, left // 2 : (left + width) // 2]
        part[:] = (part * (256 - lettering.alpha_half) + lettering.grey_half) >> 8


def _settings(encoder: str, crf: int, preset: str) -> dict[str, str]:
    if encoder == "libx264":
        return {"crf": str(crf), "preset": preset}
    quality = str(min(63, crf + _VP9_CRF))
    return {"crf": quality, "b": "0", "cpu-used": str(_VP9_SPEED[preset]), "row-mt": "1"}
