"""Changing the rate of a whole stretch of sound."""

from __future__ import annotations

import math

import numpy as np
from scipy.signal import resample_poly

from scenewise.core.media_types import Audio


def resampled(audio: Audio, rate: int) -> Audio:
    """The same sound at another rate (polyphase, linear phase, no delay)."""
    if audio.rate == rate:
        return audio
    common = math.gcd(audio.rate, rate)
    samples = resample_poly(audio.samples, rate // common, audio.rate // common, axis=1)
    return Audio(samples.astype(np.float32), rate, audio.start)
