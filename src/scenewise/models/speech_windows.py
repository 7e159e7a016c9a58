"""Sound as detectors of speech take it: 16 kHz windows of 32 ms, one block at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

import numpy as np
import numpy.typing as npt

from scenewise.core.media_types import Audio
from scenewise.media.resampling import Resampler

RATE: Final = 16_000
"""Samples a second."""

WINDOW: Final = 512
"""Samples in a window, 32 ms."""

_JUMP = 0.1
"""Seconds by which a chunk may miss the end of the one before it and still continue it."""

Windows = npt.NDArray[np.float32]
"""[lanes, n, WINDOW]: the downmix and, where the film has one, its centre channel."""


def stretches(sound: Iterable[Audio]) -> Iterator[tuple[float, Iterator[Audio]]]:
    """The sound cut where it does not continue: a hole, another rate, other channels.

    Yields:
        (start in seconds, its chunks), to be used up before the next one is asked for.
    """

    def numbered() -> Iterator[tuple[int, Audio]]:
        number, rate, channels, end = 0, 0, 0, 0.0
        for chunk in sound:
            if chunk.samples.shape[1] == 0:
                continue
            same = (rate, channels) == (chunk.rate, chunk.samples.shape[0])
            if not same or abs(chunk.start - end) > _JUMP:
                number, rate, channels = number + 1, chunk.rate, chunk.samples.shape[0]
            end = chunk.start + chunk.duration
            yield number, chunk

    for _, group in groupby(numbered(), key=lambda pair: pair[0]):
        chunks = (chunk for _, chunk in group)
        first = next(chunks)
        yield first.start, _with_first(first, chunks)


def _with_first(first: Audio, rest: Iterator[Audio]) -> Iterator[Audio]:
    yield first
    yield from rest


def lanes(audio: Audio) -> npt.NDArray[np.float32]:
    """What is listened to, [1 or 2, n]: the downmix, and the centre of surround sound.

    Dialogue sits in the centre channel, which the mean of six dilutes by 16 dB. Every layout
    of five channels or more in FFmpeg's order (5.0, 5.1, 6.1, 7.1) has it third.
    """
    mean = audio.mono().samples
    if audio.samples.shape[0] < 5:
        return mean
    return np.concatenate([mean, audio.samples[2:3]], axis=0, dtype=np.float32)


def windows(chunks: Iterable[Audio], block: int) -> Iterator[Windows]:
    """The lanes of one stretch at 16 kHz in blocks of `block` windows; the last is shorter
    and its last window is filled up with silence."""
    parts: list[npt.NDArray[np.float32]] = []
    held, size = 0, block * WINDOW
    for part in _resampled(chunks):
        parts.append(part)
        held += part.shape[1]
        if held < size:
            continue
        joined = np.concatenate(parts, axis=1)
        whole = held // size * size
        for at in range(0, whole, size):
            yield joined[:, at : at + size].reshape(len(joined), block, WINDOW)
        parts, held = [joined[:, whole:]], held - whole
    if held:
        rest = np.concatenate(parts, axis=1)
        rest = np.pad(rest, ((0, 0), (0, -held % WINDOW)))
        yield rest.reshape(len(rest), -1, WINDOW)


def _resampled(chunks: Iterable[Audio]) -> Iterator[npt.NDArray[np.float32]]:
    """The lanes of one stretch at 16 kHz; pieces join into what resampling the whole gives."""
    resampler: Resampler | None = None
    for chunk in chunks:
        new = lanes(chunk)
        if chunk.rate == RATE:
            yield new
            continue
        if resampler is None:
            resampler = Resampler(len(new), chunk.rate, RATE)
        yield resampler.push(new)
    if resampler is not None:
        yield resampler.finish()
