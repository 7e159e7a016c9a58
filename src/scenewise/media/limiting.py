"""A look-ahead true-peak limiter that leaves alone what does not need it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from scenewise.core.media_types import Audio, Samples
from scenewise.media.loudness import amplitude

_OVERSAMPLING: Final = 4  # ITU-R BS.1770-4, Annex 2
_TAPS: Final = 32  # a phase; with the window below the same response as FFmpeg's meter
_KAISER: Final = 9.0
_MARGIN: Final = 0.995
"""What is limited is brought 0.04 dB below the ceiling: the gain moves a little while the meter's
filter looks at 32 samples. Noise, random signs and square waves come out at most 0.01 dB above
their target."""


def _interpolator() -> npt.NDArray[np.float32]:
    """Windowed sinc for the three places between two samples, [taps, 3]."""
    centre = _TAPS // 2 - 1
    phases = np.arange(1, _OVERSAMPLING) / _OVERSAMPLING
    distance = np.arange(_TAPS)[:, None] - centre - phases[None, :]
    window = np.i0(_KAISER * np.sqrt(np.clip(1 - (distance / (_TAPS / 2)) ** 2, 0, 1)))
    kernel = np.sinc(distance) * window
    return (kernel / kernel.sum(axis=0)).astype(np.float32)


def _highest(
    values: npt.NDArray[np.float32], size: int, mode: str = "reflect"
) -> npt.NDArray[np.float32]:
    """The highest value in a centred window around each."""
    from scipy.ndimage import maximum_filter1d  # takes 0.15 s; most films never get here

    return np.asarray(maximum_filter1d(values, size, mode=mode), np.float32)


class Limiter:
    """Holds the true peak of a stream of sound under a ceiling.

    The gain that each instant needs comes from its peak at four times the rate. It is reached
    on a slope that begins `lookahead` before the peak, held, and released exponentially, the
    same for all channels so that the stereo picture does not move. Stretches that stay under
    the ceiling come out bit for bit as they went in.

    Args:
        rate: samples a second.
        ceiling: dBTP.
        lookahead: seconds over which the gain falls.
        release: seconds in which the gain recovers to 63 %.
    """

    def __init__(
        self, rate: int, ceiling: float, *, lookahead: float = 0.005, release: float = 0.08
    ) -> None:
        self._ceiling = amplitude(ceiling)
        self._ahead = 2 * max(1, round(lookahead * rate / 2))  # even, see _limited
        self._decay = 1 / max(1.0, release * rate)  # per sample, in the log domain
        self._kernel = _interpolator()
        self._gain_of_filter = float(np.abs(self._kernel).sum(axis=0).max())
        self._waiting: Samples | None = None  # sound not yet given out, [channels, n]
        self._before: Samples = np.zeros((0, 0), np.float32)  # what the interpolator looks back at
        self._depth: npt.NDArray[np.float32] = np.zeros(self._ahead, np.float32)
        self._held = 0.0
        self._surplus = 0  # samples of the leading silence still to be thrown away

    @property
    def delay(self) -> int:
        """Samples that must have gone in before the first one comes out."""
        return self._ahead + _TAPS

    def push(self, samples: Samples) -> Samples:
        """What can be given out now, [channels, m]; m is 0 until `delay` samples went in."""
        if self._waiting is None:
            channels = samples.shape[0]
            # silence before the beginning gives the slope towards a peak at once room to fall
            self._waiting = np.zeros((channels, self._ahead), np.float32)
            self._before = np.zeros((channels, _TAPS), np.float32)
            self._surplus = self._ahead
        waiting = np.concatenate([self._waiting, samples], axis=1)
        ready = max(0, waiting.shape[1] - self.delay)
        self._waiting = waiting[:, ready:]
        return self._given(waiting, ready)

    def finish(self) -> Samples:
        """The rest, [channels, m]."""
        if self._waiting is None:
            return np.zeros((0, 0), np.float32)
        waiting, self._waiting = self._waiting, None
        silence = np.zeros((waiting.shape[0], self.delay), np.float32)
        return self._given(np.concatenate([waiting, silence], axis=1), waiting.shape[1])

    def _given(self, waiting: Samples, ready: int) -> Samples:
        if not ready:
            return waiting[:, :0]
        out = self._limited(waiting, ready)
        self._before = np.concatenate([self._before, waiting[:, :ready]], axis=1)[:, -_TAPS:]
        dropped = min(self._surplus, ready)
        self._surplus -= dropped
        return out[:, dropped:]

    def _limited(self, waiting: Samples, ready: int) -> Samples:
        """The first `ready` samples of `waiting`, limited."""
        level = max(np.abs(waiting).max(initial=0.0), np.abs(self._before).max(initial=0.0))
        quiet = level * self._gain_of_filter <= self._ceiling
        if quiet and self._held == 0.0 and not self._depth.any():
            return waiting[:, :ready]
        # depth is 1 - gain, so that "needs no gain" is an exact zero
        need = self._need(np.concatenate([self._before, waiting], axis=1))[: ready + self._ahead]
        # the deepest need from each sample to `ahead` samples later: a centred window, shifted
        half = self._ahead // 2
        deepest = _highest(need, self._ahead + 1, mode="constant")[half : half + ready]
        released = self._released(deepest)
        # the mean over the last `ahead` samples makes the slope; every value in it already
        # knows of the peak that follows, so the slope ends at the peak and not after it
        joined = np.concatenate([self._depth, released])
        self._depth = joined[-self._ahead :]
        sums = np.cumsum(np.concatenate([[0.0], joined]), dtype=np.float64)
        depth = (sums[self._ahead + 1 :] - sums[: -self._ahead - 1]) / (self._ahead + 1)
        return (waiting[:, :ready] * (1 - depth)).astype(np.float32)

    def _need(self, sound: Samples) -> npt.NDArray[np.float32]:
        """1 - gain that each sample needs, [n] for sound [channels, taps + n]."""
        count = sound.shape[1] - _TAPS
        peak = np.abs(sound).max(axis=0)
        centre = _TAPS // 2 - 1
        # only where the filter could lift it over the ceiling are the phases worth computing
        loud = _highest(peak, _TAPS + 3) * self._gain_of_filter > self._ceiling
        starts = np.flatnonzero(loud[centre : centre + count + 1])
        for channel in sound:
            windows = np.lib.stride_tricks.sliding_window_view(channel, _TAPS)
            between = np.abs(windows[starts] @ self._kernel).max(axis=1)
            # a peak between two samples needs both of them lowered; no index occurs twice
            for index in (starts + centre, starts + centre + 1):
                peak[index] = np.maximum(peak[index], between)
        peak = peak[_TAPS:]
        over = peak > self._ceiling
        need = np.zeros(count, np.float32)
        need[over] = 1 - self._ceiling * _MARGIN / peak[over]
        return need

    def _released(self, deepest: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """max over the past of depth · e^(-elapsed/release), by one running maximum."""
        if self._held == 0.0 and not deepest.any():
            return deepest
        with np.errstate(divide="ignore"):
            steps = np.arange(1, len(deepest) + 1) * self._decay
            rising = np.log(deepest.astype(np.float64)) + steps
        start = math.log(self._held) if self._held > 0 else -math.inf
        held = np.exp(np.maximum(np.maximum.accumulate(rising), start) - steps)
        # under -100 dB nobody hears it, and an exact zero lets the sound through untouched
        held[held < 1e-5] = 0.0
        self._held = float(held[-1])
        return held.astype(np.float32)


def limited(chunks: Iterable[Audio], ceiling: float, **settings: float) -> Iterator[Audio]:
    """Sound whose true peak stays under a ceiling; see `Limiter`.

    Streams, adds no delay, and gives out as many samples as it takes.

    Args:
        chunks: consecutive, of one rate.
        ceiling: dBTP.
        settings: `lookahead` and `release` of `Limiter`, seconds.
    """
    limiter: Limiter | None = None
    rate, at = 0, 0
    for chunk in chunks:
        if limiter is None:
            limiter = Limiter(chunk.rate, ceiling, **settings)
            rate = chunk.rate
        out = limiter.push(chunk.samples)
        if out.shape[1]:
            yield Audio(out, rate, at / rate)
            at += out.shape[1]
    if limiter is not None:
        rest = limiter.finish()
        if rest.shape[1]:
            yield Audio(rest, rate, at / rate)
