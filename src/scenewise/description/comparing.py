"""Which two sounds a described film is measured by: its own and the original's."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from scenewise.core.errors import InputError
from scenewise.core.media_types import Audio
from scenewise.core.ports import SpeechDetector
from scenewise.core.time import Span
from scenewise.description.aligning import Alignment, align, aligned
from scenewise.description.hearing import Sound
from scenewise.description.limits import CheckOptions
from scenewise.media.loudness import Loudness, measure, measure_spans
from scenewise.media.probe import AudioStream, FilmInfo, probe, probe_film
from scenewise.media.sound import read_sound

_TOGETHER = Alignment()


@dataclass(frozen=True)
class Streams:
    """Which sounds are compared.

    Args:
        film: the described film.
        original: index of the original sound; None where there is none.
        described: index of the described sound in `film`.
        layout: channels of the described sound, as FFmpeg names them.
        source: the file of the original sound; None where it is `film`.
        alignment: how the original lies in the described film.
    """

    film: Path
    original: int | None
    described: int
    layout: str = "stereo"
    source: Path | None = None
    alignment: Alignment = _TOGETHER

    def own(
        self, rate: int, *, mono: bool = False, layout: str | None = None
    ) -> Iterator[Audio] | None:
        """The original sound, on the described film's clock; None where there is none."""
        if self.original is None:
            return None
        source = self.source or self.film
        sound = read_sound(source, stream=self.original, rate=rate, mono=mono, layout=layout)
        return aligned(sound, self.alignment)

    def mixed(
        self, rate: int | None = None, *, mono: bool = False, layout: str | None = None
    ) -> Iterator[Audio]:
        """The described sound."""
        return read_sound(self.film, stream=self.described, rate=rate, mono=mono, layout=layout)

    def heard_in(self, sound: Sound) -> Sound:
        """What was heard in the original, on the described film's clock and at its level."""
        lag, gain = self.alignment.lag, self.alignment.gain
        if self.alignment == _TOGETHER:
            return sound
        spans = (Span(max(0.0, s.start + lag), max(0.0, s.end + lag)) for s in sound.dialogue)
        return Sound(
            tuple(span for span in spans if span.duration > 0),
            _louder(sound.speech, gain),
            _louder(sound.programme, gain),
        )


def flagged(info: FilmInfo) -> Streams | None:
    """The sounds of a film whose described one is flagged; None where none is."""
    described = _flagged(info)
    return None if described is None else _inside(info, described)


def chosen(info: FilmInfo, options: CheckOptions) -> Streams:
    """The sounds of a described film, as far as they are named, and else as they are flagged.

    Raises:
        InputError: there is no such stream, nothing is named or flagged, nothing is there to
            compare with, or the original's sound is not in the described film.
    """
    if options.original:
        described = _named(info, options.stream) or _flagged(info) or info.programme
        if described is None:
            raise InputError("this film has no sound", path=info.path, remedy="give another")
        return _beside(info, described, Path(options.original))
    described = _named(info, options.stream) or _flagged(info)
    if described is None:
        raise InputError(
            "this film has no described sound: no stream is flagged as a description",
            path=info.path,
            remedy="describe it with scenewise describe; or, if it is described, name the film it"
            " was made from with --original"
            + (f", or its described sound with --stream ({_listed(info)})" * (len(info.audio) > 1)),
        )
    streams = _inside(info, described)
    if streams.original is None and not described.described:
        raise InputError(
            "this is the film's only sound, and there is nothing to compare it with",
            path=info.path,
            remedy="name the film that it was made from with --original",
        )
    return streams


def hear_stream(film: Path, stream: int, detector: SpeechDetector) -> Sound:
    """What is heard in one stream of a film, which need not be the film's own sound."""

    def sound() -> Iterator[Audio]:
        return read_sound(film, stream=stream)

    dialogue = tuple(detector.detect(sound()))
    return Sound(dialogue, measure_spans(sound(), dialogue) if dialogue else None, measure(sound()))


def _flagged(info: FilmInfo) -> AudioStream | None:
    return next((stream for stream in info.audio if stream.described), None)


def _named(info: FilmInfo, index: int | None) -> AudioStream | None:
    if index is None:
        return None
    found = next((stream for stream in info.audio if stream.index == index), None)
    if found is None:
        raise InputError(
            f"stream {index} of this film is no sound",
            path=info.path,
            remedy=f"name one of: {_listed(info)}" if info.audio else "it has no sound at all",
        )
    return found


def _listed(info: FilmInfo) -> str:
    """`1: aac stereo eng, 2: …` of a film's sounds."""
    return ", ".join(
        f"{s.index}: {' '.join(part for part in (s.codec, s.layout, s.language, s.title) if part)}"
        for s in info.audio
    )


def _inside(info: FilmInfo, described: AudioStream) -> Streams:
    """A described sound against the best other one of the same film."""
    others = tuple(s for s in info.audio if s is not described and not s.described)
    own = replace(info, audio=others).programme
    index = own.index if own is not None else None
    return Streams(info.path, index, described.index, described.layout or "stereo")


def _beside(info: FilmInfo, described: AudioStream, source: Path) -> Streams:
    """A described sound against that of another file."""
    other = probe(source)
    own = other.programme if other.audio else probe_film(source).programme  # no text, no picture
    streams = Streams(info.path, None, described.index, described.layout or "stereo", source)
    if own is None:  # whatever is heard was added
        return streams
    if source.samefile(info.path) and own.index == described.index:
        raise InputError(
            "this is the described film itself", path=source, remedy="name its original"
        )
    streams = replace(streams, original=own.index)
    alignment = align(
        lambda rate: streams.own(rate, mono=True) or (), lambda rate: streams.mixed(rate, mono=True)
    )
    if alignment is None:
        raise InputError(
            f"the sound of {source.name} is not in it, so that nothing can be compared",
            path=info.path,
            remedy="name the film that it was made from, in the same cut and at the same speed",
        )
    return replace(streams, alignment=alignment)


def _louder(loudness: Loudness | None, gain: float) -> Loudness | None:
    if loudness is None:
        return None
    more = 10 * math.log10(gain)
    return replace(
        loudness,
        integrated=loudness.integrated + more,
        true_peak=loudness.true_peak + more,
    )
