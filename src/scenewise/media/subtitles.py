"""Reading the text tracks that a film carries inside it.

Tracks of pictures (DVD, Blu-ray, DVB) hold no text, and closed captions hidden in the video
stream are no track; both give nothing. Film time 0 is that of `scenewise.media.containers`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Final, cast

import av.error
from av.subtitles.stream import SubtitleStream
from av.subtitles.subtitle import AssSubtitle, SubtitleSet

from scenewise.core.errors import UnknownChoice
from scenewise.core.script import Cue
from scenewise.core.time import Span
from scenewise.media.containers import Clock, open_film, packets, time_zero
from scenewise.media.errors import reading_errors
from scenewise.media.probe import FilmInfo, probe

_PICTURES: Final = frozenset(
    {"dvdsub", "dvd_subtitle", "pgssub", "hdmv_pgs_subtitle", "dvbsub", "dvb_subtitle", "xsub"}
)
_OVERRIDE: Final = re.compile(r"\{\\[^}]*\}")
_DRAWING: Final = re.compile(r"\{[^}]*\\p[1-9][^}]*\}.*?(\{[^}]*\\p0[^}]*\}|$)", re.DOTALL)
_UNENDING: Final = 5.0
"""Seconds that a cue without an end is shown, unless the next one begins before."""


def read_embedded(path: str | os.PathLike[str], stream: int | None = None) -> list[Cue]:
    """The cues of an embedded text track, in order of time.

    Args:
        path: a film, or a subtitle file that FFmpeg knows.
        stream: the container's index of the track; None for the film's default text track,
            never one that describes the picture.

    Returns:
        Cues with plain text: no markup, line breaks kept. Empty without such a track.

    Raises:
        FileMissing, FileUnreadable, NotAVideo: see `scenewise.media.probe.probe`.
        UnknownChoice: there is no text track with that index.
    """
    info = probe(path)
    index = _track(info, stream)
    if index is None:
        return []
    with open_film(path) as container, reading_errors(path):
        track = cast(SubtitleStream, container.streams[index])
        if track.codec_context is None:
            return []
        clock = Clock(track, time_zero(container))

        def ignored(error: av.error.FFmpegError) -> None:
            """Damaged cues are left out."""

        cues = []
        for packet in packets(container, [track], ignored):
            if not packet.size or packet.pts is None:
                continue
            try:
                shown = track.codec_context.decode2(packet)
            except av.error.FFmpegError:
                continue
            text = "\n".join(_texts(shown)) if shown else ""
            start = clock.seconds(packet.pts)
            length = clock.length(packet.duration or 0)
            if not length and shown and 0 < shown.end_display_time < 2**32 - 1:
                length = shown.end_display_time / 1000
            if text and start + length > 0:
                cues.append(Cue(Span(max(0.0, start), start + length), text))
    return _ended(sorted(cues, key=lambda cue: cue.span))


def _track(info: FilmInfo, index: int | None) -> int | None:
    known = [s.index for s in info.subtitles]
    if index is not None:
        if index not in known:
            listed = ", ".join(map(str, known)) or "it has none"
            raise UnknownChoice(
                f"there is no text track {index}", path=info.path, remedy=f"choose one of: {listed}"
            )
        return index
    fit = [s for s in info.subtitles if s.codec not in _PICTURES and not s.described]
    best = max(fit, key=lambda s: (s.default, -s.index), default=None)
    return best.index if best else None


def _texts(shown: SubtitleSet) -> Iterator[str]:
    for rect in shown.rects:
        if isinstance(rect, AssSubtitle):
            # Nine fields, of which the last is the text and may hold commas.
            fields = rect.ass.decode("utf-8", "replace").split(",", 8)
            text = plain(fields[-1]) if len(fields) == 9 else ""
            text = text or rect.text.decode("utf-8", "replace").strip()
            if text:
                yield text


def plain(text: str) -> str:
    """The words of an ASS text: drawings and override tags taken out, breaks as line feeds."""
    text = _OVERRIDE.sub("", _DRAWING.sub("", text))
    text = text.replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ")
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def _ended(cues: list[Cue]) -> list[Cue]:
    """Cues without a length are shown until the next one, at most five seconds."""
    out = []
    for index, cue in enumerate(cues):
        end = cue.span.end
        if cue.span.duration <= 0:
            end = cue.span.start + _UNENDING
            if index + 1 < len(cues):
                end = max(cue.span.start, min(end, cues[index + 1].span.start))
        out.append(Cue(Span(cue.span.start, end), cue.text, cue.id))
    return out
