"""Carrying streams from one film to another as they are, packet by packet."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, Final

from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Disposition, Stream

from scenewise.core.script import Cue
from scenewise.core.time import Span
from scenewise.media.formats import MATROSKA, MP4, Format
from scenewise.media.text_tracks import READABLE, TextTrack, text_of

_JUMP: Final = 1.0
"""Seconds by which a clock must run backwards for another recording to begin there."""

_STALE: Final = frozenset(
    {
        "encoder",
        "major_brand",
        "minor_version",
        "compatible_brands",
        "vendor_id",
        "duration",
        "bps",
        "number_of_frames",
        "number_of_bytes",
        "_statistics_writing_app",
        "_statistics_writing_date_utc",
        "_statistics_tags",
    }
)
"""Tags that describe the file they were in, not the film."""


def kept_tags(tags: dict[str, str], format: Format) -> dict[str, str]:
    """Tags that stay true in another file."""
    # a handler name is MP4's own way to title a track, creation times are tags of MP4 only
    stale = _STALE if format is MP4 else _STALE | {"handler_name", "creation_time"}
    return {name: value for name, value in tags.items() if name.split("-")[0].lower() not in stale}


class Copy:
    """One stream, carried as it is.

    Payloads are not touched. Times are those of the film; what a muxer would refuse is mended:
    a missing time stamp follows from the packet before, a decoding time that does not rise is
    moved up, a clock that starts again goes on from where it was.

    Args:
        source: the stream to carry.
        target: what it becomes.
        zero: the container's seconds at film time 0.
        preroll: whether the format can say that packets are decoded but not played; where it
            cannot, sound before the film's beginning (an encoder's start-up) is left out.
    """

    def __init__(self, source: Stream, target: Stream, zero: Fraction, preroll: bool) -> None:
        self._target = target
        self._leading = preroll or source.type != "audio"
        base = source.time_base or Fraction(1, 1000)
        self._shift = -round(zero / base)
        self._jump = round(_JUMP / base)
        self._last: int | None = None  # the last decoding time
        self._next = 0  # where the last packet ended

    def mended(self, packet: Packet[Any]) -> Packet[Any] | None:
        """The packet with its new stream and times; None where it is left out."""
        if packet.is_corrupt or (packet.is_discard and not self._leading):
            return None
        pts, dts = packet.pts, packet.dts
        if pts is None and dts is None:
            pts = dts = self._next
        else:
            stamp = dts if dts is not None else pts
            assert stamp is not None
            if self._last is not None and stamp + self._shift < self._last - self._jump:
                self._shift = self._next - stamp
            pts = pts + self._shift if pts is not None else None
            dts = dts + self._shift if dts is not None else None
        if pts is None:
            pts = dts
        assert pts is not None
        if dts is not None:
            if dts > pts:
                dts = pts
            if self._last is not None and dts <= self._last:
                dts = self._last + 1
                pts = max(pts, dts)
            self._last = dts
        self._next = max(self._next, pts + max(1, packet.duration or 0))
        packet.pts, packet.dts = pts, dts
        packet.stream = self._target
        return packet


class Converted:
    """A text track whose codec the format does not know, written as one that it knows."""

    def __init__(self, source: Stream, codec: str, track: TextTrack, zero: Fraction) -> None:
        self._codec, self._track, self._zero = codec, track, zero
        self._base = source.time_base or Fraction(1, 1000)

    def write(self, packet: Packet[Any]) -> None:
        """Write a packet's words."""
        if packet.pts is None or not packet.size or not packet.duration:
            return
        start = max(Fraction(0), packet.pts * self._base - self._zero)
        end = (packet.pts + packet.duration) * self._base - self._zero
        if end > start:
            words = text_of(bytes(packet), self._codec)
            self._track.write(Cue(Span(float(start), float(end)), words))


def codec_name(stream: Stream) -> str:
    """A stream's codec by its canonical name; `unknown` where FFmpeg has none."""
    if stream.codec_context is None:
        return stream.name or "unknown"
    return str(stream.codec_context.codec.canonical_name)


def named(stream: Stream) -> str:
    """The stream in words for people, such as `sound track 2 (dts)`."""
    kind = {"video": "picture", "audio": "sound track", "subtitle": "text track"}
    return f"{kind.get(stream.type, stream.type)} {stream.index} ({codec_name(stream)})"


def add_copy(
    source: Stream, out: OutputContainer, format: Format, *, default: bool | None = None
) -> Stream | None:
    """A stream of the new film that takes another's packets; None where it cannot.

    Codec parameters are copied with all that belongs to them: rotation, colour, pixel aspect,
    mastering display. Language, title and flags come along.

    Args:
        source: the stream to carry.
        out: open for writing.
        format: of `out`.
        default: whether players choose it of their own; None to leave that as it was.
    """
    if source.type in ("audio", "video", "subtitle") and source.codec_context is None:
        return None
    codec = codec_name(source)
    if source.type == "subtitle" and codec not in format.text:
        return None
    if source.type == "attachment" and format is not MATROSKA:
        return None
    if source.type not in ("audio", "video", "subtitle", "attachment"):
        return None  # data, such as time codes: the muxers take hardly any of it
    try:
        # the decoder stands in for the encoder, which for many codecs does not exist
        target = out.add_stream_from_template(source, opaque=True)
    except ValueError:
        return None
    target.metadata.clear()
    target.metadata.update(kept_tags(source.metadata, format))
    flags = source.disposition
    if default is not None:
        flags = flags | Disposition.default if default else flags & ~Disposition.default
    target.disposition = flags
    context = target.codec_context
    if codec == "hevc" and format is MP4 and context is not None and context.extradata:
        # Apple's players take HEVC only under this tag, with its parameter sets in the header
        context.codec_tag = "hvc1"
    return target


def add_converted(
    source: Stream, out: OutputContainer, format: Format, zero: Fraction
) -> Converted | None:
    """A text track in the format's own codec; None where its words cannot be read."""
    codec = codec_name(source)
    if source.type != "subtitle" or codec not in READABLE:
        return None
    track = TextTrack(
        out, format.text_codec, kept_tags(source.metadata, format), source.disposition
    )
    return Converted(source, codec, track, zero)


def carry_chapters(source: InputContainer, out: OutputContainer, zero: Fraction) -> None:
    """Give the new film the chapters of another."""
    chapters = source.chapters()
    for chapter in chapters:
        base = chapter["time_base"]
        if base:
            shift = round(zero / base)
            chapter["start"] = max(0, chapter["start"] - shift)
            chapter["end"] = max(0, chapter["end"] - shift)
    if chapters:
        out.set_chapters(chapters)


def is_chapter_track(stream: Stream, source: InputContainer) -> bool:
    """Whether it is the data track in which MP4 keeps the chapters' titles."""
    return (
        stream.type == "data"
        and codec_name(stream) == "bin_data"
        and "mp4" in source.format.name
        and bool(source.chapters())
    )


def first_payload(packets: Iterable[Packet[Any]]) -> bytes:
    """The data of the first packet that has any."""
    return next((bytes(packet) for packet in packets if packet.size), b"")
