"""What every voice does to its sound before giving it out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scenewise.core.media_types import Audio

_QUIET = 10 ** (-50 / 20)  # of the peak; the softest fricatives lie above it
_BEFORE, _AFTER = 0.02, 0.04  # seconds kept around the speech
_FADE = 0.005  # seconds
_FRAME = 0.005  # seconds


def finished(samples: npt.NDArray[np.floating], rate: int, volume: float = 1.0) -> Audio:
    """Speech as a `Voice` gives it out: mono, without silence at its ends, without clicks.

    The ends are cut where the level stays 50 dB below the peak, leaving 20 ms before and
    40 ms after, and faded over 5 ms. Samples that are not numbers become silence.

    Args:
        samples: one channel, [n], in [-1, 1].
        rate: samples a second.
        volume: factor; what it lifts beyond full scale is cut off.
    """
    sound = np.nan_to_num(np.asarray(samples, np.float32), nan=0.0, posinf=1.0, neginf=-1.0)
    peak = float(np.abs(sound).max(initial=0.0))
    if peak == 0.0:
        return Audio(np.zeros((1, 0), np.float32), rate)
    frame = max(1, round(_FRAME * rate))
    padded = np.pad(np.abs(sound), (0, -len(sound) % frame))
    loud = np.flatnonzero(padded.reshape(-1, frame).max(axis=1) > peak * _QUIET)
    first = max(0, int(loud[0]) * frame - round(_BEFORE * rate))
    last = min(len(sound), (int(loud[-1]) + 1) * frame + round(_AFTER * rate))
    cut = sound[first:last] * np.float32(volume)
    fade = min(round(_FADE * rate), len(cut) // 2)
    if fade:
        ramp = np.linspace(0, 1, fade, endpoint=False, dtype=np.float32)
        cut[:fade] *= ramp
        cut[-fade:] *= ramp[::-1]
    return Audio(np.clip(cut, -1, 1)[None], rate)
