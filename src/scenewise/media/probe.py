"""What a file holds, from its header and its first picture.

Times are film times: seconds from the zero that `scenewise.media.containers` defines.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final, cast

import av
import av.error
from av.audio.stream import AudioStream as AvAudioStream
from av.codec import CodecContext
from av.container import InputContainer
from av.stream import Disposition
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream as AvVideoStream

from scenewise.core.errors import NotAVideo
from scenewise.media.containers import (
    check_readable,
    open_film,
    stream_end,
    stream_start,
    time_zero,
    video_streams,
)
from scenewise.media.decoders import first_pictures, picture_decoder
from scenewise.media.errors import CUT_SHORT, reading_errors
from scenewise.media.toning import HLG, PQ, Orientation, has_alpha, square_size

_STILL_FORMATS: Final = ("image2", "_pipe", "ico", "gif", "apng", "webp", "xbm", "svg")
_ONE_PICTURE: Final = frozenset({"image2", "ico"})
"""Formats of one picture a file; `image2` knows of many only by a pattern, and none is given."""

_PHOTOS: Final = frozenset({"avif", "heic", "heix", "heim", "heis", "mif1"})
"""Brands of still pictures in the container that MP4 films have."""

_DRAWN_TEXT: Final = frozenset({"tty", "bin", "xbin", "adf", "idf", "ice", "txd"})
"""Formats by which FFmpeg draws text as pictures; a `.txt` file is one of them."""

_DESCRIBED: Final = re.compile(
    r"(?i:audio[-_ ]?descri|descriptive|described|visual(?:ly)?[-_ ]impair)|\bAD\b"
)
"""Titles of described tracks that carry no flag."""


@dataclass(frozen=True)
class VideoStream:
    """The moving picture that is read.

    Args:
        index: of the stream in its container.
        codec: FFmpeg's name of it.
        width, height: stored pixels, upright (after rotation).
        rate: mean pictures a second, None when unknown; films may vary around it.
        pixel_format: FFmpeg's name of the decoded format.
        rotation: degrees clockwise by which stored pictures are turned to be upright.
        hdr: whether brightness is PQ or HLG.
        alpha: whether pictures are transparent in places.
        start: when the first picture is shown, seconds.
        sar: width ÷ height of one upright stored pixel.
        end: when the last picture ends, seconds; None when the header does not tell.
    """

    index: int
    codec: str
    width: int
    height: int
    rate: float | None
    pixel_format: str
    rotation: int
    hdr: bool
    alpha: bool
    start: float
    sar: Fraction = Fraction(1)
    end: float | None = None

    @property
    def shown(self) -> tuple[int, int]:
        """Width and height in square pixels: the size of a frame."""
        return square_size(self.width, self.height, self.sar)


@dataclass(frozen=True)
class AudioStream:
    """A sound track.

    Args:
        index: of the stream in its container.
        codec: FFmpeg's name of it.
        rate: samples a second.
        channels: how many.
        layout: FFmpeg's name, such as `stereo` or `5.1`.
        language: as tagged, empty when not.
        title: as tagged, empty when not.
        start: film time of its first sample, seconds.
        default: whether players choose it of their own.
        described: whether it is made for people who cannot see the picture.
        programme: whether it is the film's own sound: neither described nor a commentary,
            a karaoke track or effects alone.
    """

    index: int
    codec: str
    rate: int
    channels: int
    layout: str
    language: str
    title: str
    start: float
    default: bool
    described: bool
    programme: bool = True


@dataclass(frozen=True)
class TextStream:
    """An embedded text track: its stream index, FFmpeg's codec name, language as tagged, and
    whether it is flagged as the film's default or as a description of the picture."""

    index: int
    codec: str
    language: str
    default: bool = False
    described: bool = False


@dataclass(frozen=True)
class FilmInfo:
    """What a file holds.

    Args:
        path: the file.
        container: FFmpeg's short name of the format.
        duration: film time at which the last stream ends, seconds; None when the header does
            not tell.
        start: the container's own time at film time 0, seconds (0 for most formats).
        video: the best moving picture, None where there is none.
        audio, subtitles: every such stream, in the container's order.
        size: bytes.
    """

    path: Path
    container: str
    duration: float | None
    start: float
    video: VideoStream | None
    audio: tuple[AudioStream, ...]
    subtitles: tuple[TextStream, ...]
    size: int

    @property
    def programme(self) -> AudioStream | None:
        """The best track of the film's own sound: by default flag, channels, sample rate."""
        own = [s for s in self.audio if s.programme] or [s for s in self.audio if not s.described]
        return max(
            own or self.audio,
            key=lambda s: (s.default, s.channels, s.rate, -s.index),
            default=None,
        )


def probe(path: str | os.PathLike[str]) -> FilmInfo:
    """What a file holds, be it a film or only sound or text.

    Raises:
        FileMissing: there is no such file.
        FileUnreadable: it is a folder, a device, or may not be read.
        NotAVideo: nothing in it can be opened.
    """
    where = check_readable(path)
    with reading_errors(where), open_film(where) as container:
        return _info(where, container)


def probe_film(path: str | os.PathLike[str]) -> FilmInfo:
    """What a film holds; its `video` is never None.

    Raises:
        FileMissing, FileUnreadable: as `probe`.
        NotAVideo: it is empty, text, a still image, sound only, or no picture of it can be
            decoded.
    """
    where = check_readable(path)
    try:
        with reading_errors(where), open_film(where) as container:
            info = _info(where, container)
            still = _is_still(container)
            pictured = bool(container.streams.video)
    except NotAVideo as error:
        if _looks_like_text(where):
            raise _refusal(where, "this is text, not a video") from error
        raise
    if info.container in _DRAWN_TEXT or (not info.audio and not pictured and info.subtitles):
        raise _refusal(where, "this is text, not a video")
    if still:
        raise _refusal(where, "this is a still image, not a video")
    if info.video is None and pictured and not info.audio:
        raise _refusal(where, "no picture of this video can be decoded", CUT_SHORT)
    if info.video is None and info.audio:
        raise _refusal(where, "this holds sound but no moving picture")
    if info.video is None:
        raise _refusal(where, "this holds no moving picture")
    return info


def digest(path: str | os.PathLike[str]) -> str:
    """`blake2b:` and 64 hexadecimal digits of the file's content, read in a stream.

    Raises:
        FileMissing, FileUnreadable: as `probe`.
    """
    where = Path(path)
    with reading_errors(where), where.open("rb") as file:
        made = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=32))
    return f"blake2b:{made.hexdigest()}"


def _refusal(path: Path, what: str, remedy: str = "give a video file") -> NotAVideo:
    return NotAVideo(what, path=path, remedy=remedy)


def _info(path: Path, container: InputContainer) -> FilmInfo:
    zero = time_zero(container)
    audio = tuple(
        _audio(stream, zero)
        for stream in container.streams.audio
        if stream.codec_context is not None and stream.codec_context.sample_rate
    )
    subtitles = tuple(
        TextStream(
            stream.index,
            stream.codec_context.name if stream.codec_context is not None else "",
            _tag(stream.metadata, "language"),
            bool(stream.disposition & Disposition.default),
            bool(stream.disposition & (Disposition.descriptions | Disposition.visual_impaired)),
        )
        for stream in container.streams.subtitles
    )
    duration = _duration(container, zero)
    size = path.stat().st_size
    # Last, because it moves the reading place.
    tried = (
        _video(container, stream, zero, rewind=index > 0)
        for index, stream in enumerate(video_streams(container))
    )
    video = next((v for v in tried if v is not None), None)
    return FilmInfo(
        path,
        container.format.name.split(",")[0],
        duration,
        float(zero),
        video,
        audio,
        subtitles,
        size,
    )


def _duration(container: InputContainer, zero: Fraction) -> float | None:
    ends = [
        end for s in (*container.streams.video, *container.streams.audio) if (end := stream_end(s))
    ]
    if ends:
        return max(0.0, float(max(ends) - zero))
    if container.duration is None:
        return None
    # Formats that store one duration for all (Matroska, FLV) count it from their time 0,
    # those whose clock runs on from elsewhere count it from their first time stamp.
    return max(0.0, container.duration / av.time_base)


def _tag(metadata: dict[str, str], name: str) -> str:
    value = metadata.get(name, "")
    return "" if name == "language" and value == "und" else value


def _audio(stream: AvAudioStream, zero: Fraction) -> AudioStream:
    context, flags = stream.codec_context, stream.disposition
    title = _tag(stream.metadata, "title")
    named = f"{title} {_tag(stream.metadata, 'handler_name')}"
    described = bool(
        flags & (Disposition.visual_impaired | Disposition.descriptions) or _DESCRIBED.search(named)
    )
    beside = (
        Disposition.comment
        | Disposition.karaoke
        | Disposition.clean_effects
        | Disposition.non_diegetic
        | Disposition.hearing_impaired
    )
    return AudioStream(
        stream.index,
        context.name,
        context.sample_rate,
        context.channels,
        context.layout.name,
        _tag(stream.metadata, "language"),
        title,
        float((stream_start(stream) or zero) - zero),
        bool(flags & Disposition.default),
        described,
        not described and not flags & beside,
    )


def _video(
    container: InputContainer, stream: AvVideoStream, zero: Fraction, *, rewind: bool
) -> VideoStream | None:
    """The stream as its first picture shows it; None when none can be decoded."""
    decoder = picture_decoder(stream, alpha=True, threads=1)
    frame = next(first_pictures(container, stream, decoder, rewind=rewind), None)
    if frame is None and decoder is not stream.codec_context:
        decoder = picture_decoder(stream, alpha=False, threads=1)
        frame = next(first_pictures(container, stream, decoder), None)
    if frame is None:
        return None
    turn = Orientation.of(frame)
    width, height = turn.size(frame.width, frame.height)
    sar = stream.sample_aspect_ratio or Fraction(1)
    start = stream_start(stream)
    if start is None and frame.pts is not None and stream.time_base is not None:
        start = frame.pts * stream.time_base
    rate = stream.average_rate or stream.guessed_rate
    end = stream_end(stream)
    return VideoStream(
        stream.index,
        stream.codec_context.name,
        width,
        height,
        float(rate) if rate else None,
        frame.format.name,
        turn.rotation,
        frame.color_trc in (PQ, HLG),
        has_alpha(frame.format),
        float(start - zero) if start is not None else 0.0,
        1 / sar if turn.transposed and sar else sar,
        float(end - zero) if end is not None else None,
    )


def _is_still(container: InputContainer) -> bool:
    """Whether the only picture stands still: an image file, or cover art without a film."""
    moving = video_streams(container)
    if not moving:
        return bool(container.streams.video) and not container.streams.audio
    name = container.format.name
    if name in _ONE_PICTURE or container.metadata.get("major_brand", "").strip() in _PHOTOS:
        return True
    if not any(name == s or name.endswith(s) or s in name.split(",") for s in _STILL_FORMATS):
        return False
    decoder = cast(VideoCodecContext, CodecContext.create(moving[0].codec_context.name, "r"))
    decoder.extradata = moving[0].codec_context.extradata
    pictures = first_pictures(container, moving[0], decoder)
    return next(pictures, None) is not None and next(pictures, None) is None


def _looks_like_text(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(4096)
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return False
        text = head[: error.start].decode("utf-8")
    return bool(text) and all(c.isprintable() or c in "\r\n\t\f" for c in text)
