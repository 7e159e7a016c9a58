"""Quiet music for the drawn world: a few chord progressions by mood, synthesized."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import numpy as np

from scenewise.core.media_types import Samples

Mood = Literal["calm", "merry", "tense", "sad"]

# Each chord as half-tones above the key; each mood's seconds a chord, and its timbre: how loud
# the second and third partial are.
_CHORDS: Final[Mapping[Mood, tuple[tuple[tuple[int, ...], ...], ...]]] = {
    "calm": (((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14)),
             ((0, 4, 7), (5, 9, 12), (0, 4, 7), (7, 11, 14))),
    "merry": (((0, 4, 7), (5, 9, 12), (7, 11, 14), (0, 4, 7)),
              ((0, 4, 7), (7, 11, 14), (9, 12, 16), (5, 9, 12))),
    "tense": (((0, 3, 7), (1, 5, 8), (0, 3, 7), (6, 9, 12)),
              ((0, 3, 6), (2, 5, 8), (0, 3, 6), (-1, 2, 5))),
    "sad": (((0, 3, 7), (8, 12, 15), (3, 7, 10), (10, 14, 17)),
            ((0, 3, 7), (5, 8, 12), (8, 12, 15), (7, 11, 14))),
}  # fmt: skip
_SECONDS: Final[Mapping[Mood, float]] = {"calm": 4.0, "merry": 2.0, "tense": 3.0, "sad": 4.5}
_PARTIALS: Final[Mapping[Mood, tuple[float, ...]]] = {
    "calm": (1.0, 0.25),
    "merry": (1.0, 0.35, 0.1),
    "tense": (1.0, 0.5, 0.3),
    "sad": (1.0, 0.15),
}
MOODS: Final[tuple[Mood, ...]] = ("calm", "merry", "tense", "sad")


def music(samples: int, mood: Mood, rng: np.random.Generator, rate: int) -> Samples:
    """Chords with a soft attack, stereo, [2, samples]; root mean square 1 over the whole.

    Four chords make a round, which is computed once and repeated.

    Args:
        samples: how long.
        mood: which chords, how fast and how bright.
        rng: chooses the progression and its key.
        rate: samples a second.
    """
    progressions = _CHORDS[mood]
    chords = progressions[int(rng.integers(len(progressions)))]
    key = 174.6 * 2 ** (float(rng.integers(0, 6)) / 12)  # F3 to B flat 3
    size = round(_SECONDS[mood] * rate)
    once = np.concatenate([_chord(key, chord, mood, size, rate) for chord in chords], axis=1)
    needed = -(-samples // once.shape[1])
    out = np.tile(once, (1, needed))[:, :samples]
    level = np.sqrt(np.mean(once**2))
    return np.asarray(out / level, np.float32)


def _chord(key: float, chord: tuple[int, ...], mood: Mood, size: int, rate: int) -> Samples:
    time = np.arange(size, dtype=np.float32) / np.float32(rate)
    # the ends are silent, so that chords join without a click
    swell = np.sqrt(np.sin(np.linspace(0, np.pi, size, dtype=np.float32)).clip(0, 1))
    out = np.zeros((2, size), np.float32)
    for voice, step in enumerate((chord[0] - 12, *chord)):
        pitch = key * 2 ** (step / 12)
        tone = np.zeros(size, np.float32)
        for partial, loud in enumerate(_PARTIALS[mood], 1):
            tone += np.float32(loud) * np.sin(np.float32(2 * np.pi * pitch * partial) * time)
        pan = np.float32(0.3 + 0.13 * voice)
        out[0] += (1 - pan) * tone
        out[1] += pan * tone
    out *= swell
    return out
