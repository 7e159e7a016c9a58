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
_NOISE = 10 ** (-50 / 20)  # below this the difference is coding noise, not speech
_RELATIVE = 0.35  # of the original's level: what lossy coding changes stays below it
_BRIDGE = 0.25  # s: pauses between words belong to the utterance


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

    In every hop the original is scaled to fit the described sound best (it may be ducked);
    what is left over is the description. Streaming; both sounds start at time 0.

    Args:
        original: stretches in order; None for silence.
        described: likewise, with the same rate and channels.
    """
    active: list[npt.NDArray[np.bool_]] = []
    for rest, own, _ in _left_over(original, described):
        level = np.sqrt((rest * rest).mean(axis=(0, 2)))
        active.append(level > np.maximum(_NOISE, _RELATIVE * own))
    flags = np.concatenate(active) if active else np.zeros(0, bool)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    spans = [
        Span(float(start * HOP), float(end * HOP))
        for start, end in zip(edges[::2], edges[1::2], strict=True)
    ]
    joined = [span for span in union(spans, join=_BRIDGE) if span.duration >= 0.1]
    return Heard(tuple(joined), float(flags.size * HOP))


def difference(original: Iterable[Audio] | None, described: Iterable[Audio]) -> Iterator[Audio]:
    """What is left of a described sound when the original is taken out of it.

    Both with the same rate and channels, as in `added_sound`.
    """
    at = 0.0
    for rest, _, rate in _left_over(original, described):
        samples = np.ascontiguousarray(rest.reshape(rest.shape[0], -1), dtype=np.float32)
        yield Audio(samples, rate, at)
        at += samples.shape[1] / rate


_Floats = npt.NDArray[np.float64]


def _left_over(
    original: Iterable[Audio] | None, described: Iterable[Audio]
) -> Iterator[tuple[_Floats, _Floats, int]]:
    """The remainder [channels, hops, samples], the level of the original in it [hops], the
    rate."""
    for first, second in _paired(original, described):
        hop = round(second.rate * HOP)
        a = first.reshape(first.shape[0], -1, hop).astype(np.float64)
        b = second.samples.reshape(second.samples.shape[0], -1, hop).astype(np.float64)
        power = (a * a).sum(axis=(0, 2))
        common = (a * b).sum(axis=(0, 2))
        scale = np.divide(common, power, out=np.zeros_like(power), where=power > 1e-9)
        scale = np.clip(scale, 0.0, 1.2)
        level = np.sqrt(power / (hop * a.shape[0])) * np.maximum(scale, 0.1)
        yield b - scale[None, :, None] * a, level, second.rate


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
