"""Text tracks inside films: writing cues as packets, and reading other tracks' packets."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final

from av.container import OutputContainer
from av.packet import Packet
from av.stream import Disposition

from scenewise.core.script import Cue
from scenewise.core.time import Span

_BASE: Final = Fraction(1, 1000)

_HEADER: Final = b"""[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, \
Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, \
Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H80000000,0,0,0,0,100,100,0,0,3,1,0,2,10,10,10,0

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""
"""Every text encoder of FFmpeg wants an ASS header; that of `mov_text` makes the style that
players use out of it: white on a half-transparent box, bottom centre."""

READABLE: Final = frozenset({"mov_text", "subrip", "text", "webvtt", "ass", "ssa"})
"""Codecs whose packets `text_of` understands."""

_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]*>|<\d[\d:.]*>|\{\\[^{}]*\}")


class TextTrack:
    """A text track of a film that is being written.

    Args:
        container: open for writing, its header not yet written.
        codec: `mov_text`, `subrip` or `webvtt`.
        metadata: tags of the track.
        disposition: its flags.
    """

    def __init__(
        self,
        container: OutputContainer,
        codec: str,
        metadata: dict[str, str],
        disposition: Disposition,
    ) -> None:
        self._container = container
        self._gapless = codec == "mov_text"
        self._escaped = codec == "webvtt"
        stream: Any = container.add_stream(codec)
        self._stream = stream
        self._stream.codec_context.subtitle_header = _HEADER
        self._stream.time_base = _BASE
        self._stream.metadata.update(metadata)
        self._stream.disposition = disposition
        self._end = 0  # ms

    @property
    def index(self) -> int:
        """Of the stream in its container."""
        return int(self._stream.index)

    def write(self, cue: Cue) -> None:
        """Add a cue, later than those before.

        MP4 knows no gaps and no overlaps in a text track: a gap is an empty sample, and a cue
        that begins before the last one ends is shown from there on.
        """
        start, end = (max(0, round(time * 1000)) for time in (cue.span.start, cue.span.end))
        text = tidied(cue.text)
        if self._gapless:
            start = max(start, self._end)
        if end <= start or not text:
            return
        if self._gapless and start > self._end:
            self._mux(b"\0\0", self._end, start)
        self._mux(self._payload(text), start, end)
        self._end = end

    def _payload(self, text: str) -> bytes:
        if self._escaped:
            return html.escape(text, quote=False).encode()
        raw = text.encode()
        if not self._gapless:
            return raw
        raw = raw[:65535].decode("utf-8", "ignore").encode()
        return len(raw).to_bytes(2, "big") + raw

    def _mux(self, payload: bytes, start: int, end: int) -> None:
        packet: Packet[Any] = Packet(payload)
        packet.stream = self._stream
        packet.time_base = _BASE
        packet.pts = packet.dts = start
        packet.duration = end - start
        packet.is_keyframe = True
        self._container.mux(packet)


def tidied(text: str) -> str:
    """The text without outer blanks and without empty lines, which would end a cue."""
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def without_overlaps(cues: Iterable[Cue]) -> Iterator[Cue]:
    """Cues in order of time, of which no two are shown at once: where several were, they are
    lines of one."""
    ordered = [c for c in sorted(cues, key=lambda c: c.span) if c.span.duration > 0]
    borders = sorted({time for c in ordered for time in (c.span.start, c.span.end)})
    active: list[Cue] = []
    waiting = 0
    for start, end in pairwise(borders):
        active = [c for c in active if c.span.end > start]
        while waiting < len(ordered) and ordered[waiting].span.start <= start:
            active.append(ordered[waiting])
            waiting += 1
        if active:
            text = "\n".join(c.text for c in active)
            yield Cue(Span(start, end), text, active[0].id)


def text_of(payload: bytes, codec: str) -> str:
    """The words in a packet of a text track, without mark-up; empty where it shows nothing.

    Args:
        payload: the packet's data.
        codec: one of `READABLE`.
    """
    if codec == "mov_text":
        raw = payload[2 : 2 + int.from_bytes(payload[:2], "big")]
        utf16 = raw[:2] in (b"\xfe\xff", b"\xff\xfe")
        return tidied(raw.decode("utf-16" if utf16 else "utf-8", "replace"))
    text = payload.decode("utf-8", "replace").rstrip("\0")
    if codec in ("ass", "ssa"):
        # ReadOrder, Layer, Style, Name, three margins, Effect, Text
        text = text.split(",", 8)[-1].replace(r"\N", "\n").replace(r"\n", "\n").replace(r"\h", " ")
    text = _TAG.sub("", text)
    return tidied(html.unescape(text) if codec == "webvtt" else text)
