"""How loud sound is: EBU R 128 through FFmpeg's `ebur128` filter."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import av
import numpy as np
import numpy.typing as npt
from av.filter import Graph

from scenewise.core.media_types import Audio, Samples
from scenewise.core.time import Span, union

BLOCK: Final = 0.4
"""Seconds of one gating block (ITU-R BS.1770-4, Annex 1); shorter sound has no loudness."""

_SHORT = 3.0  # seconds; below, what does not fit the last block would weigh too much
_FLOOR = -70.0  # LUFS; the absolute gate, which FFmpeg reports for silence

LAYOUTS: Final = {1: "mono", 2: "stereo", 3: "2.1", 4: "quad", 5: "5.0", 6: "5.1", 8: "7.1"}
"""What a number of channels usually means; the loudness of surround channels depends on it."""


@dataclass(frozen=True)
class Loudness:
    """What a listener hears of a stretch of sound.

    Args:
        integrated: LUFS, gated (EBU R 128); -inf when silent.
        true_peak: dBTP, the highest of any channel, measured at four times the rate
            (ITU-R BS.1770-4, Annex 2); -inf when silent, NaN when it was not asked for.
        duration: seconds that were measured.
    """

    integrated: float
    true_peak: float
    duration: float


SILENCE: Final = Loudness(-math.inf, -math.inf, 0.0)


def measure(chunks: Iterable[Audio], *, layout: str | None = None, peak: bool = True) -> Loudness:
    """Integrated loudness and true peak of consecutive stretches of sound.

    Streams: memory does not grow with the length. Sound under three seconds is repeated to
    fill them before it is measured, because gating blocks are 400 ms long and what does not
    fit the last one is left out; so an utterance of one word has a loudness too.

    Args:
        chunks: all of the same rate and number of channels.
        layout: FFmpeg's name of the channel layout; guessed from the number if None.
        peak: whether the true peak is wanted, which takes three quarters of the time.
    """
    meter: _Meter | None = None
    kept: list[Samples] = []
    for chunk in chunks:
        if chunk.samples.shape[1] == 0:
            continue
        if meter is None:
            meter = _Meter(chunk.rate, chunk.samples.shape[0], layout, peak)
        meter.push(chunk.samples)
        if meter.duration < _SHORT:
            kept.append(chunk.samples)
    if meter is None:
        return SILENCE
    if meter.duration >= _SHORT:
        return meter.finish()
    whole = np.concatenate(kept, axis=1) if kept else np.zeros((1, 1), np.float32)
    looped = _Meter(meter.rate, whole.shape[0], layout, peak=False)
    looped.push(np.tile(whole, math.ceil(_SHORT / meter.duration)))
    duration = meter.duration
    # the joints of the loop could ring above the sound itself: its own peak counts
    return Loudness(looped.finish().integrated, meter.finish().true_peak, duration)


def measure_spans(
    chunks: Iterable[Audio],
    spans: Sequence[Span],
    *,
    layout: str | None = None,
    peak: bool = True,
) -> Loudness:
    """Loudness of what sounds inside some spans, as if they were played one after another.

    Args:
        chunks: consecutive, the first one at the film's time zero.
        spans: seconds, in any order; overlaps count once.
        layout, peak: as in `measure`.
    """
    return measure(_inside(chunks, union(spans)), layout=layout, peak=peak)


def decibels(amplitude: float) -> float:
    """20·log10 of an amplitude; -inf for zero."""
    return 20 * math.log10(amplitude) if amplitude > 0 else -math.inf


def amplitude(decibel: float) -> float:
    """The factor that a number of decibels multiplies an amplitude by."""
    return float(10 ** (decibel / 20))


def _inside(chunks: Iterable[Audio], spans: Sequence[Span]) -> Iterator[Audio]:
    at = 0  # samples since time zero
    index = 0
    for chunk in chunks:
        end = at + chunk.samples.shape[1]
        while index < len(spans):
            first = max(at, round(spans[index].start * chunk.rate))
            last = min(end, round(spans[index].end * chunk.rate))
            if last > first:
                inside = chunk.samples[:, first - at : last - at]
                yield Audio(inside, chunk.rate, first / chunk.rate)
            if round(spans[index].end * chunk.rate) > end:
                break
            index += 1
        if index == len(spans):
            return
        at = end


class _Meter:
    """One pass of sound through FFmpeg's `ebur128` filter."""

    def __init__(self, rate: int, channels: int, layout: str | None, peak: bool) -> None:
        name = layout or LAYOUTS.get(channels) or f"{channels}c"
        self.rate = rate
        self._channels = channels
        self._peak = peak
        self._layout = name
        self._count = 0
        self._last: dict[str, str] = {}
        self._base = Fraction(1, rate)
        self._graph = Graph()
        self._source = self._graph.add_abuffer(
            sample_rate=rate, format="flt", layout=name, time_base=self._base
        )
        nodes = [self._source]
        if rate % 10:
            # the filter reports every 100 ms, and not at all where that is no whole number
            # of samples (11,025 a second)
            nodes.append(self._graph.add("aresample", "48000"))
        nodes.append(self._graph.add("ebur128", f"metadata=1:peak={'true' if peak else 'none'}"))
        self._sink = self._graph.add("abuffersink")
        self._graph.link_nodes(*nodes, self._sink)
        self._graph.configure()

    @property
    def duration(self) -> float:
        """Seconds pushed so far."""
        return self._count / self.rate

    def push(self, samples: Samples) -> None:
        # one second at a time: the filter would otherwise keep a long frame twice
        for first in range(0, samples.shape[1], self.rate):
            self._push(samples[:, first : first + self.rate])

    def _push(self, samples: npt.NDArray[np.float32]) -> None:
        packed = np.ascontiguousarray(samples.T).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=self._layout)
        frame.sample_rate = self.rate
        frame.pts = self._count
        frame.time_base = self._base
        self._count += samples.shape[1]
        self._source.push(frame)
        self._drain()

    def _drain(self) -> None:
        while True:
            try:
                frame = self._sink.pull()
            except (BlockingIOError, EOFError):
                return
            report = frame.metadata
            if "lavfi.r128.I" in report:  # absent from an incomplete last frame
                self._last = report

    def finish(self) -> Loudness:
        duration = self.duration
        integrated = float(self._last.get("lavfi.r128.I", "-inf"))
        # bring the last samples out of the peak meter's filter and complete its last report
        step = self.rate / 10
        silence = math.ceil((self._count + 64) / step) * step - self._count
        self._push(np.zeros((self._channels, math.ceil(silence)), np.float32))
        self._source.push(None)
        self._drain()
        highest = math.nan
        if self._peak:
            highest = decibels(float(self._last.get("lavfi.r128.true_peak", "0")))
        silent = not integrated > _FLOOR
        return Loudness(-math.inf if silent else integrated, highest, duration)
