"""How the sound of a film lies in another copy of it: later or earlier, louder or softer.

A described film that comes from elsewhere has been cut, encoded and levelled by others. Before
its sound can be compared with the original's, both must be brought to one clock.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft

from scenewise.core.media_types import Audio

_RATE = 4_000  # Hz: enough to tell one sound from another
_LISTENED = 600  # s from the beginning
_CLEAR = 15.0
"""By how much the highest correlation must stand out of all others. Measured: 35 to 490 for a
film in its described copy (5.1 against stereo, AAC against Vorbis), at most 10 for others."""

_SILENCE = 1e-4  # full scale: nothing to compare
_HOP = 0.1  # s
_ALIKE = (0.7, 1.4)  # power: what codecs and downmixes change of themselves

Sound = Callable[[int], Iterable[Audio]]
"""A sound that can be read more than once, mono, at a rate."""


@dataclass(frozen=True)
class Alignment:
    """Where an original lies in a described film.

    Args:
        lag: seconds by which the original's sound comes later in the described film.
        gain: factor on its power there.
    """

    lag: float = 0.0
    gain: float = 1.0


def align(original: Sound, described: Sound) -> Alignment | None:
    """How an original is aligned with a described film; None where it is not in it (or, at
    another speed, nowhere for long). A silent original is in every film.

    The lag is that of the highest cross-correlation with whitened spectra (Knapp and Carter
    1976, PHAT), over the first ten minutes; speech that was added does not disturb it.

    Args:
        original, described: the sounds.
    """
    own, mixed = _heard(original), _heard(described)
    if not own.size or float(np.abs(own).max()) < _SILENCE:
        return Alignment()
    if not mixed.size:
        return None
    length = fft.next_fast_len(own.size + mixed.size, real=True)
    cross = fft.rfft(mixed, length) * np.conj(fft.rfft(own, length))
    size = np.abs(cross)
    cross /= np.maximum(size, 1e-9 * size.max() + 1e-30)
    likely = np.abs(fft.irfft(cross, length))
    at = int(likely.argmax())
    if likely[at] < _CLEAR * math.sqrt(float(np.mean(likely**2))):
        return None
    shift = at if at < mixed.size else at - length
    return Alignment(shift / _RATE, _gain(own, mixed, shift))


def _heard(sound: Sound) -> npt.NDArray[np.float32]:
    parts: list[npt.NDArray[np.float32]] = []
    wanted = _LISTENED * _RATE
    for part in sound(_RATE):
        parts.append(part.samples[0])
        wanted -= part.samples.shape[1]
        if wanted <= 0:
            break
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def _gain(own: npt.NDArray[np.float32], mixed: npt.NDArray[np.float32], shift: int) -> float:
    """The usual factor on the power of an original; below the middle, since what was added
    makes some stretches louder."""
    own, mixed = (own, mixed[shift:]) if shift >= 0 else (own[-shift:], mixed)
    hop = round(_HOP * _RATE)
    count = min(own.size, mixed.size) // hop
    if not count:
        return 1.0
    before, after = (
        np.mean(sound[: count * hop].reshape(count, hop).astype(np.float64) ** 2, axis=1)
        for sound in (own, mixed)
    )
    strong = before > 0.05 * before.mean()
    gain = float(np.quantile(after[strong] / before[strong], 0.4)) if strong.any() else 1.0
    return 1.0 if _ALIKE[0] <= gain <= _ALIKE[1] or gain <= 0 else gain


def aligned(sound: Iterable[Audio], alignment: Alignment) -> Iterator[Audio]:
    """A sound as it lies in the other film: later or earlier, louder or softer.

    Args:
        sound: consecutive stretches of one rate.
        alignment: how it lies there.
    """
    if alignment == Alignment():
        yield from sound
        return
    factor = np.float32(math.sqrt(alignment.gain))
    skip: int | None = None
    for part in sound:
        if skip is None:
            skip = max(0, round(-alignment.lag * part.rate))
            if (late := round(alignment.lag * part.rate)) > 0:
                yield Audio(np.zeros((part.samples.shape[0], late), np.float32), part.rate)
        taken = min(skip, part.samples.shape[1])
        skip -= taken
        if taken < part.samples.shape[1]:
            yield Audio(part.samples[:, taken:] * factor, part.rate)
