"""What is really heard in a described film, measured on its two sounds.

Scripts say where speech should be; this says where it is. Both sounds of the finished file
are decoded again, and the description is what the described sound has beyond the original.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scenewise.core.media_types import Audio
from scenewise.core.time import Span, union
from scenewise.media.sound import read_sound

RATE = 16_000  # Hz: enough for speech
HOP = 0.02  # s: one decision
_BANDS = 20  # of about a third of an octave, 100 Hz to 8 kHz
_LEAST_BANDS = 5  # with sound of the original's own, to tell how far it is ducked
_TOLERANCE = 2.0  # (power) by which codecs change a band without anything being added
_RELATIVE = 0.3  # of the original's power: less is change, not speech
_NOISE = 10 ** (-55 / 20)  # below this it is coding noise, not speech
_SHORTEST = 0.14  # s: shorter than any spoken word
_BRIDGE = 0.25  # s: pauses between words belong to the utterance

_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Heard:
    """The description as it sounds.

    Args:
        added: spans in which the described sound holds what the original does not, seconds.
        duration: of the shorter of the two sounds, seconds.
    """

    added: tuple[Span, ...]
    duration: float


def added_sound(original: Iterable[Audio] | None, described: Iterable[Audio]) -> Heard:
    """Where a described sound holds something the original does not.

    Compared are the energies of bands, not samples: a lossy codec keeps the energy of a band
    but not its waveform (of Opus beside Vorbis at 96 kbit/s, a third of the waveform is left
    over where nothing was added). In every hop the share of the original that is still there
    (it may be ducked) is what the least changed bands say; a band with more than twice that
    holds something else. Streaming; both sounds start at time 0.

    Args:
        original: mono stretches at `RATE`, in order; None for silence.
        described: likewise.
    """
    active: list[npt.NDArray[np.bool_]] = []
    for first, second in _paired(original, described):
        own, mixed = _bands(first[0]), _bands(second.samples[0])  # [hops, bands]
        strong = own > 1e-3 * own.max(axis=1, keepdims=True) + 1e-10
        ratio = np.where(strong, mixed / np.maximum(own, 1e-12), np.nan)
        share = np.ones(len(own))
        known = strong.sum(axis=1) >= _LEAST_BANDS
        if known.any():
            share[known] = _low_quantile(ratio[known])
        share = np.clip(share, 0.01, 1.6)
        left = share[:, None] * own
        added = np.maximum(0.0, mixed - _TOLERANCE * left).sum(axis=1)
        active.append(added > np.maximum(_NOISE**2, _RELATIVE * left.sum(axis=1)))
    flags = np.concatenate(active) if active else np.zeros(0, bool)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    spans = [
        Span(float(start * HOP), float(end * HOP))
        for start, end in zip(edges[::2], edges[1::2], strict=True)
    ]
    joined = [span for span in union(spans, join=_BRIDGE) if span.duration >= _SHORTEST]
    return Heard(tuple(joined), float(flags.size * HOP))


def _low_quantile(ratio: _Floats, quantile: float = 0.2) -> _Floats:
    """A quantile of each row without its NaNs, as `numpy.nanquantile` gives it (which goes row
    by row and took two thirds of the time of all this)."""
    ordered = np.sort(ratio, axis=1)  # NaN last
    at = quantile * (np.count_nonzero(~np.isnan(ratio), axis=1) - 1)
    below = np.floor(at).astype(np.int64)
    rows = np.arange(len(ratio))
    low, high = ordered[rows, below], ordered[rows, np.ceil(at).astype(np.int64)]
    return np.asarray(low + (at - below) * (high - low))


def _bands(samples: npt.NDArray[np.float32]) -> _Floats:
    """Mean power of each band in each hop, smoothed over three hops, [hops, bands]."""
    hop = round(RATE * HOP)
    blocks = samples.reshape(-1, hop).astype(np.float64) * np.hanning(hop)
    spectrum = np.abs(np.fft.rfft(blocks, axis=1)) ** 2 / (0.375 * hop * hop / 2)
    edges = np.unique(np.geomspace(2, hop // 2, _BANDS + 1).astype(int))
    power = np.add.reduceat(spectrum, edges[:-1], axis=1)
    padded = np.pad(power, ((1, 1), (0, 0)), mode="edge")
    return (padded[:-2] + padded[1:-1] + padded[2:]) / 3


def difference(original: Iterable[Audio] | None, described: Iterable[Audio]) -> Iterator[Audio]:
    """What is left of a described sound when the original is taken out of it.

    Both with the same rate and channels.
    """
    at = 0.0
    for rest, rate in _left_over(original, described):
        samples = np.ascontiguousarray(rest.reshape(rest.shape[0], -1), dtype=np.float32)
        yield Audio(samples, rate, at)
        at += samples.shape[1] / rate


def _left_over(
    original: Iterable[Audio] | None, described: Iterable[Audio]
) -> Iterator[tuple[_Floats, int]]:
    """The remainder [channels, hops, samples] and its rate: in every hop the original is scaled
    to fit the described sound best and taken out of it."""
    for first, second in _paired(original, described):
        hop = round(second.rate * HOP)
        a = first.reshape(first.shape[0], -1, hop).astype(np.float64)
        b = second.samples.reshape(second.samples.shape[0], -1, hop).astype(np.float64)
        power = (a * a).sum(axis=(0, 2))
        common = (a * b).sum(axis=(0, 2))
        scale = np.divide(common, power, out=np.zeros_like(power), where=power > 1e-9)
        scale = np.clip(scale, 0.0, 1.2)
        yield b - scale[None, :, None] * a, second.rate


def _paired(
    first: Iterable[Audio] | None, second: Iterable[Audio]
) -> Iterator[tuple[npt.NDArray[np.float32], Audio]]:
    """The same stretch of both sounds, a whole number of hops at a time, [channels, n]."""
    own = iter(first) if first is not None else None
    waiting: npt.NDArray[np.float32] | None = None
    rest: npt.NDArray[np.float32] | None = None
    for chunk in second:
        hop = round(chunk.rate * HOP)
        rest = chunk.samples if rest is None else np.concatenate([rest, chunk.samples], axis=1)
        whole = rest.shape[1] // hop * hop
        if own is None:
            other = np.zeros((rest.shape[0], whole), np.float32)
        else:
            if waiting is None:
                waiting = np.zeros((rest.shape[0], 0), np.float32)
            while waiting.shape[1] < whole and (more := next(own, None)) is not None:
                waiting = np.concatenate([waiting, more.samples], axis=1)
            whole = min(whole, waiting.shape[1] // hop * hop)
            other, waiting = waiting[:, :whole], waiting[:, whole:]
        if whole:
            yield other, Audio(rest[:, :whole], chunk.rate)
        rest = rest[:, whole:]


def hear_added(film: Path, original: int | None, described: int) -> Heard:
    """`added_sound` on two streams of a file; silence stands in for a missing original."""
    own = None
    if original is not None:
        own = read_sound(film, stream=original, rate=RATE, mono=True)
    return added_sound(own, read_sound(film, stream=described, rate=RATE, mono=True))


def coverage(cues: Sequence[Span], heard: Sequence[Span]) -> float:
    """The share of utterances of which at least half is really heard; 1 when there are none."""
    if not cues:
        return 1.0
    reached = 0
    for cue in cues:
        inside = sum(cue.overlap(span) for span in heard)
        reached += inside >= 0.5 * cue.duration
    return reached / len(cues)
