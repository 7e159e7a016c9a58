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
        original: mono stretches at `RATE`, in order; None for silence.
        described: likewise.
    """
    active: list[npt.NDArray[np.bool_]] = []
    for rest, own in _left_over(original, described):
        level = np.sqrt((rest * rest).mean(axis=1))
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
    """What is left of a described sound when the original is taken out of it, mono."""
    at = 0.0
    for rest, _ in _left_over(original, described):
        samples = rest.reshape(1, -1).astype(np.float32)
        yield Audio(samples, RATE, at)
        at += samples.shape[1] / RATE


def _left_over(
    original: Iterable[Audio] | None, described: Iterable[Audio]
) -> Iterator[tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]]:
    """The remainder [hops, samples] and the level of the original in it [hops]."""
    hop = int(RATE * HOP)
    for first, second in _paired(_silence() if original is None else original, described, hop):
        a = first.reshape(-1, hop).astype(np.float64)
        b = second.reshape(-1, hop).astype(np.float64)
        power = (a * a).sum(axis=1)
        scale = np.divide((a * b).sum(axis=1), power, out=np.zeros_like(power), where=power > 1e-9)
        scale = np.clip(scale, 0.0, 1.2)
        yield b - scale[:, None] * a, np.sqrt(power / hop) * np.maximum(scale, 0.1)


def _paired(
    first: Iterable[Audio], second: Iterable[Audio], hop: int
) -> Iterator[tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]]:
    """The same stretch of both sounds, a whole number of hops at a time."""
    queues: list[npt.NDArray[np.float32]] = [np.zeros(0, np.float32), np.zeros(0, np.float32)]
    sources = [iter(first), iter(second)]
    while True:
        for index, source in enumerate(sources):
            while queues[index].size < RATE:
                chunk = next(source, None)
                if chunk is None:
                    break
                queues[index] = np.concatenate([queues[index], chunk.mono().samples[0]])
        whole = min(queue.size for queue in queues) // hop * hop
        if whole == 0:
            return
        yield queues[0][:whole], queues[1][:whole]
        queues = [queue[whole:] for queue in queues]


def hear_added(film: Path, original: int | None, described: int) -> Heard:
    """`added_sound` on two streams of a file; silence stands in for a missing original."""
    own = None
    if original is not None:
        own = read_sound(film, stream=original, rate=RATE, mono=True)
    return added_sound(own, read_sound(film, stream=described, rate=RATE, mono=True))


def _silence() -> Iterator[Audio]:
    while True:
        yield Audio(np.zeros((1, RATE), np.float32), RATE)


def coverage(cues: Sequence[Span], heard: Sequence[Span]) -> float:
    """The share of utterances of which at least half is really heard; 1 when there are none."""
    if not cues:
        return 1.0
    reached = 0
    for cue in cues:
        inside = sum(cue.overlap(span) for span in heard)
        reached += inside >= 0.5 * cue.duration
    return reached / len(cues)
