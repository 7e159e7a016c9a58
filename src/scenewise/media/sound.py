"""Reading and writing sound in a stream.

A sample's index is its film time: stretches that the file leaves out (a track that starts
late, holes, packets that cannot be decoded) come as silence, and what lies before film time 0
is left out. Film time 0 is that of `scenewise.media.containers`.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, cast

import av
import av.error
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream

from scenewise.core.errors import OutputUnwritable, UnknownChoice
from scenewise.core.media_types import Audio, Samples
from scenewise.media.atomic import atomic
from scenewise.media.containers import Clock, file_url, open_film, packets, time_zero
from scenewise.media.errors import reading_errors, writing_errors
from scenewise.media.probe import FilmInfo, probe

_JITTER: Final = 0.05
"""Seconds by which a time stamp may be off before silence is put in or samples left out:
Matroska rounds to milliseconds, and live encoders are off by tens of them."""

_SILENCE: Final = 2**16  # samples of silence made at a time

_GATHERED: Final = 2**14
"""Samples that are converted at a time: of a decoder's frames of 1024, each alone, 120 s take
0.26 s of processor time to 16 kHz mono instead of 0.19."""

_CODECS: Final = {
    ".wav": "pcm_s16le",
    ".flac": "flac",
    ".m4a": "aac",
    ".mp4": "aac",
    ".mp3": "libmp3lame",
    ".ogg": "libopus",
    ".opus": "libopus",
    ".webm": "libopus",
    ".mka": "flac",
}


def read_sound(
    path: str | os.PathLike[str],
    *,
    stream: int | None = None,
    rate: int | None = None,
    mono: bool = False,
    layout: str | None = None,
    chunk: float = 1.0,
) -> Generator[Audio, None, None]:
    """A sound track from film time 0 to its end, in consecutive stretches of one length.

    Args:
        path: a film or sound file.
        stream: the container's index of the track; None for the film's own sound (never one
            made for people who cannot see the picture, if there is another).
        rate: samples a second; None for the track's own.
        mono: one channel, mixed down by FFmpeg's standard matrix.
        layout: channels, as FFmpeg names them (`stereo`, `5.1`); None for the track's own.
        chunk: seconds a stretch; the last may be shorter.

    Yields:
        float32 sound; nothing where there is no track at all.

    Raises:
        FileMissing, FileUnreadable, NotAVideo: see `scenewise.media.probe.probe`.
        UnknownChoice: there is no sound track with that index.
    """
    info = probe(path)
    index = _track(info, stream)
    if index is None:
        return
    with (
        open_film(path) as container,
        reading_errors(path),
        closing(_Converter(rate, "mono" if mono else layout)) as converter,
    ):
        source = cast(AudioStream, container.streams[index])
        clock = Clock(source, time_zero(container))
        blocks = _continuous(_frames(container, source), clock)
        if rate is not None or mono or layout is not None:
            blocks = _gathered(blocks)
        yield from _regrouped(_converted(blocks, converter), chunk)


def _track(info: FilmInfo, index: int | None) -> int | None:
    if index is None:
        return info.programme.index if info.programme else None
    known = [s.index for s in info.audio]
    if index not in known:
        listed = ", ".join(map(str, known)) or "it has none"
        raise UnknownChoice(
            f"there is no sound track {index}", path=info.path, remedy=f"choose one of: {listed}"
        )
    return index


def _frames(container: Any, stream: AudioStream) -> Iterator[AudioFrame]:
    """Whatever of a track can be decoded; holes show in the time stamps."""
    decoder: AudioCodecContext = stream.codec_context

    def ignored(error: av.error.FFmpegError) -> None:
        """A hole: it is filled with silence."""

    for packet in packets(container, [stream], ignored):
        try:
            yield from decoder.decode(packet)
        except av.error.FFmpegError:
            continue
    try:
        yield from decoder.decode(None)
    except av.error.FFmpegError:
        return


class _Block:
    """Sound at its source's rate and layout: float32 channels×n."""

    __slots__ = ("layout", "rate", "samples")

    def __init__(self, samples: Samples, rate: int, layout: str) -> None:
        self.samples, self.rate, self.layout = samples, rate, layout


def _continuous(frames: Iterable[AudioFrame], clock: Clock) -> Iterator[_Block]:
    """Blocks without holes or overlaps, the first of which begins at film time 0."""
    at = 0.0  # film time reached
    started = False
    shift = 0.0
    for frame in frames:
        if not frame.samples:
            continue
        samples, rate = _floats(frame), frame.sample_rate
        layout = frame.layout.name
        if frame.pts is not None:
            time = clock.seconds(frame.pts) + shift
            if started and at - time > 1.0:  # another recording begins, see decoding.py
                shift += at - time
                time = at
            ahead = time - at
            if not started or abs(ahead) > _JITTER:
                count = round(ahead * rate)
                yield from _silence(count, samples.shape[0], rate, layout)
                at += max(0, count) / rate
                samples = samples[:, max(0, -count) :]
        started = started or samples.shape[1] > 0
        if samples.shape[1]:
            yield _Block(samples, rate, layout)
            at += samples.shape[1] / rate


def _silence(count: int, channels: int, rate: int, layout: str) -> Iterator[_Block]:
    while count > 0:
        part = min(count, _SILENCE)
        yield _Block(np.zeros((channels, part), np.float32), rate, layout)
        count -= part


def _floats(frame: AudioFrame) -> Samples:
    """A frame's samples as float32 channels×n in [-1, 1]."""
    raw = frame.to_ndarray()
    if not frame.format.is_planar:
        raw = raw.reshape(-1, frame.layout.nb_channels).T
    if raw.dtype == np.uint8:
        return raw.astype(np.float32) * np.float32(1 / 128) - np.float32(1)
    if raw.dtype.kind == "i":
        scale = np.float32(2.0 ** (1 - 8 * raw.dtype.itemsize))
        return raw.astype(np.float32) * scale
    return np.asarray(raw, dtype=np.float32, order="C")


def _gathered(blocks: Iterable[_Block]) -> Iterator[_Block]:
    """The same sound in fewer blocks, each of one rate and layout."""
    held: list[_Block] = []
    count = 0
    for block in blocks:
        changed = held and (held[0].rate, held[0].layout) != (block.rate, block.layout)
        if changed or count >= _GATHERED:
            yield _joined(held)
            held, count = [], 0
        held.append(block)
        count += block.samples.shape[1]
    if held:
        yield _joined(held)


def _joined(blocks: Sequence[_Block]) -> _Block:
    first = blocks[0]
    if len(blocks) == 1:
        return first
    return _Block(np.concatenate([b.samples for b in blocks], axis=1), first.rate, first.layout)


class _Converter:
    """Changes rate and layout; what they are not given they take from the first block."""

    def __init__(self, rate: int | None, layout: str | None) -> None:
        self.rate, self.layout = rate, layout
        self._resampler: AudioResampler | None = None
        self._source: tuple[int, str] | None = None

    def close(self) -> None:
        """Let go of the resampler."""
        self._resampler = None

    def push(self, block: _Block) -> Iterator[Samples]:
        """The converted sound that a block makes complete."""
        self.rate, self.layout = self.rate or block.rate, self.layout or block.layout
        source = (block.rate, block.layout)
        if self._source is not None and source != self._source:
            yield from self.flush()  # the track changes its format in the middle
        self._source = source
        if source == (self.rate, self.layout):
            yield block.samples
            return
        if self._resampler is None:
            # Without a limit FFmpeg mixes stereo to mono 3 dB too loud, and it clips later on.
            self._resampler = AudioResampler(
                "fltp", self.layout, self.rate, options={"rematrix_maxval": "1.0"}
            )
        frame = AudioFrame.from_ndarray(
            np.ascontiguousarray(block.samples), format="fltp", layout=block.layout
        )
        frame.sample_rate = block.rate
        for made in self._resampler.resample(frame):
            yield _floats(made)

    def flush(self) -> Iterator[Samples]:
        """What the resampler still holds."""
        if self._resampler is not None:
            for made in self._resampler.resample(None):
                yield _floats(made)
        self._resampler = None


def _converted(blocks: Iterable[_Block], converter: _Converter) -> Iterator[tuple[Samples, int]]:
    for block in blocks:
        for samples in converter.push(block):
            yield samples, converter.rate or block.rate
    for samples in converter.flush():
        yield samples, converter.rate or 1


def _regrouped(parts: Iterable[tuple[Samples, int]], seconds: float) -> Iterator[Audio]:
    """The same sound in stretches of one length."""
    held: list[Samples] = []
    count = done = 0
    rate = 1
    for samples, rate in parts:
        size = max(1, round(seconds * rate))
        held.append(samples)
        count += samples.shape[1]
        while count >= size:
            whole = held[0] if len(held) == 1 else np.concatenate(held, axis=1)
            yield Audio(np.array(whole[:, :size], order="C"), rate, done / rate)
            held, count, done = [whole[:, size:]], count - size, done + size
    if count:
        whole = np.ascontiguousarray(np.concatenate(held, axis=1))
        yield Audio(whole, rate, done / rate)


def write_sound(
    path: str | os.PathLike[str], chunks: Iterable[Audio], *, codec: str | None = None
) -> None:
    """Write consecutive stretches of sound to a file, in one streaming pass.

    Args:
        path: `.wav`, `.flac`, `.m4a`, `.mp3`, `.ogg`, `.opus` or `.mka`.
        chunks: all of the first one's rate and channel count; their `start` is not looked at.
        codec: FFmpeg's name of an encoder; None for the usual one of the suffix (16 bit in
            WAV and FLAC).

    Raises:
        OutputUnwritable: the file cannot be written, or not with that suffix or codec.
    """
    where = Path(path)
    known = _CODECS.get(where.suffix.lower())
    if known is None:
        raise OutputUnwritable(
            f"sound cannot be written as {where.suffix or 'a file without suffix'}",
            path=where,
            remedy=f"choose one of: {', '.join(_CODECS)}",
        )
    encoder = codec or known
    stream: AudioStream | None = None
    written = 0
    with (
        atomic(where) as temporary,
        writing_errors(where),
        av.open(file_url(temporary), "w") as container,
    ):
        for audio in chunks:
            layout = _layout(audio.samples.shape[0])
            if stream is None:
                rate = 48_000 if encoder == "libopus" else audio.rate
                stream = cast(AudioStream, container.add_stream(encoder, rate=rate))
                stream.layout = layout
            if not audio.samples.shape[1]:
                continue
            frame = AudioFrame.from_ndarray(
                np.ascontiguousarray(audio.samples), format="fltp", layout=layout
            )
            frame.sample_rate, frame.pts = audio.rate, written
            frame.time_base = Fraction(1, audio.rate)
            written += audio.samples.shape[1]
            container.mux(stream.encode(frame))
        if stream is None:
            raise OutputUnwritable("there is no sound to write", path=where)
        container.mux(stream.encode(None))


def _layout(channels: int) -> str:
    names = {1: "mono", 2: "stereo", 3: "2.1", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
    if channels not in names:
        raise ValueError(f"no usual layout has {channels} channels")
    return names[channels]
