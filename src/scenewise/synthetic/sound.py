"""The sound of a drawn film: speech, music below it, and what is heard of the place.

Speech is put together from lines whose ends are cut exactly, so that its spans are true.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from scenewise.core.media_types import Audio, Samples
from scenewise.core.ports import VoiceOptions
from scenewise.core.time import Span
from scenewise.media.resampling import resampled
from scenewise.models.voices.espeak import EspeakVoice
from scenewise.synthetic.dialogue import SpokenLine
from scenewise.synthetic.effects import Effect, render
from scenewise.synthetic.music import Mood, music
from scenewise.synthetic.world import CHARACTERS

_SPEECH: Final = 0.1  # root mean square of a line, -20 dBFS
_MUSIC: Final = 0.016
_EFFECT: Final = 0.012
_BELOW: Final = 10 ** (-17 / 20)  # of speech: the most that all else has while people speak
_WINDOW: Final = 0.4  # seconds in which that is measured
_DUCK: Final = 0.3  # seconds in which all else steps back and comes back
_PAUSE: Final = 0.25  # seconds between lines at least
_PEAK: Final = 0.89  # -1 dBFS
_FRAME: Final = 0.005  # seconds: how finely the ends of a line are found
_QUIET: Final = 10 ** (-40 / 20)  # of a line's peak; softer ends are cut

# Accents, words a minute and pitches, so that two who share a variant differ all the same.
_ACCENTS: Final = ("en-gb", "en-us", "en-gb-scotland", "en-gb-x-rp")
_RATES: Final = (165, 150, 172, 158)
_PITCHES: Final = (1.0, 0.94, 1.05)


@dataclass(frozen=True)
class Utterance:
    """A line as it is heard.

    Args:
        text: the words.
        speaker: name of who says them.
        span: from the first sound to the last, in seconds.
        mentions: names that are said.
    """

    text: str
    speaker: str
    span: Span
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stems:
    """The parts of a soundtrack; their sum is the whole.

    Args:
        speech: [2, n].
        bed: music and effects, as they sound below the speech, [2, n].
        utterances: in the order in which they are heard.
    """

    speech: Samples
    bed: Samples
    utterances: tuple[Utterance, ...]


def soundtrack(
    duration: float,
    dialogue: Sequence[SpokenLine],
    *,
    mood: Mood = "calm",
    effects: Sequence[Effect] = (),
    seed: int = 0,
    rate: int = 48_000,
) -> tuple[Audio, list[Utterance]]:
    """The sound of a film, stereo, and where people speak in it.

    Args:
        duration: seconds.
        dialogue: lines in the order in which they are said; each starts at its `start`, or
            0.25 s after the line before where that ends later. Lines that do not end before
            the film does are left out.
        mood: of the music.
        effects: such as those of `effects_for`.
        seed: of music and effects.
        rate: samples a second.

    Returns:
        The sound, which never clips, and each line with its true span (±5 ms).

    Raises:
        VoiceMissing: espeak-ng is not installed.
        ValueError: a speaker is none of the world's characters.
    """
    parts = stems(duration, dialogue, mood=mood, effects=effects, seed=seed, rate=rate)
    return Audio(parts.speech + parts.bed, rate), list(parts.utterances)


def stems(
    duration: float,
    dialogue: Sequence[SpokenLine],
    *,
    mood: Mood = "calm",
    effects: Sequence[Effect] = (),
    seed: int = 0,
    rate: int = 48_000,
) -> Stems:
    """The parts of `soundtrack`, which takes the same."""
    samples = round(duration * rate)
    rng = np.random.default_rng(seed)
    speech, utterances = _spoken(dialogue, samples, rate)
    bed = music(samples, mood, rng, rate)
    bed *= np.float32(_MUSIC)
    for effect in effects:
        span = effect.span.clipped(Span(0.0, samples / rate))
        if span is None:
            continue
        first, last = round(span.start * rate), min(samples, round(span.end * rate))
        bed[:, first:last] += np.float32(_EFFECT) * render(effect, last - first, rate, rng)
    if samples:
        fade = min(round(0.5 * rate), samples)
        bed[:, samples - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
    bed *= _ducking(speech, bed, utterances, rate)
    peak = float(np.abs(speech + bed).max(initial=0.0))
    gain = np.float32(min(1.0, _PEAK / peak) if peak else 1.0)
    return Stems(speech * gain, bed * gain, tuple(utterances))


def heard(
    duration: float, dialogue: Sequence[SpokenLine], *, rate: int = 48_000
) -> list[Utterance]:
    """Where people speak in the sound of a film, which is not made: see `soundtrack`.

    Raises:
        VoiceMissing: espeak-ng is not installed.
        ValueError: a speaker is none of the world's characters.
    """
    return _spoken(dialogue, round(duration * rate), rate)[1]


def _spoken(
    dialogue: Sequence[SpokenLine], samples: int, rate: int
) -> tuple[Samples, list[Utterance]]:
    out = np.zeros((2, samples), np.float32)
    utterances: list[Utterance] = []
    free = 0
    order = {name: at for at, name in enumerate(dict.fromkeys(one.speaker for one in dialogue))}
    for line in dialogue:
        sound = _line(line.text, line.speaker, rate)
        first = max(free, round(line.start * rate))
        if not sound.size or first + sound.size > samples:
            continue
        pan = np.float32(0.5 + 0.08 * (order[line.speaker] % 3 - 1))
        out[0, first : first + sound.size] = 2 * (1 - pan) * sound
        out[1, first : first + sound.size] = 2 * pan * sound
        span = Span(first / rate, (first + sound.size) / rate)
        utterances.append(Utterance(line.text, line.speaker, span, line.mentions))
        free = first + sound.size + round(_PAUSE * rate)
    return out, utterances


@lru_cache(maxsize=1024)
def _line(text: str, speaker: str, rate: int) -> npt.NDArray[np.float32]:
    """A line without silence at its ends and of one loudness, [n]; kept, for films repeat."""
    voice, pitch = _voice(speaker)
    said = voice.say(text)
    # played at another rate it is higher or lower, like another throat
    sound = resampled(Audio(said.samples, round(said.rate * pitch)), rate).samples[0]
    frame = round(_FRAME * rate)
    levels = np.abs(np.pad(sound, (0, -sound.size % frame))).reshape(-1, frame).max(axis=1)
    loud = np.flatnonzero(levels > _QUIET * levels.max(initial=0.0))
    if not loud.size:
        return np.zeros(0, np.float32)
    sound = sound[loud[0] * frame : (loud[-1] + 1) * frame].copy()
    fade = min(frame, sound.size // 2)
    ramp = np.linspace(0, 1, fade, dtype=np.float32)
    sound[:fade] *= ramp
    sound[-fade:] *= ramp[::-1]
    line: npt.NDArray[np.float32] = sound * np.float32(_SPEECH / np.sqrt(np.mean(sound**2)))
    line.setflags(write=False)
    return line


@lru_cache(maxsize=64)
def _voice(speaker: str) -> tuple[EspeakVoice, float]:
    """The voice of a character, and how much higher than its own it is played."""
    at = [one.name for one in CHARACTERS].index(speaker)
    accent = _ACCENTS[at % len(_ACCENTS)]
    options = VoiceOptions(
        voice=f"{accent}+{CHARACTERS[at].voice}", rate=_RATES[at // len(_ACCENTS) % len(_RATES)]
    )
    child = 1.1 if CHARACTERS[at].height < 0.8 else 1.0
    return EspeakVoice(options), child * _PITCHES[at % len(_PITCHES)]


def _ducking(
    speech: Samples, bed: Samples, utterances: Sequence[Utterance], rate: int
) -> npt.NDArray[np.float32]:
    """By how much the bed steps back for speech, [n]: at most 1, in ramps."""
    samples = bed.shape[1]
    step = round(0.05 * rate)
    if not samples:
        return np.ones(0, np.float32)
    steps = -(-samples // step) + 1
    gains = np.ones(steps, np.float32)
    reach = round(_DUCK * rate / step)
    wide = max(1, round(_WINDOW * rate / step))
    power = np.add.reduceat((bed**2).mean(axis=0), np.arange(0, samples, step)) / step
    for utterance in utterances:
        first, last = (round(at * rate) for at in (utterance.span.start, utterance.span.end))
        level = float(np.sqrt(np.mean(speech[:, first:last] ** 2)))
        a, b = max(0, first // step), min(steps - 1, -(-last // step))
        around = power[max(0, a - wide) : b + wide]
        loudest = float(np.sqrt(_means(around, wide).max(initial=0.0)))
        gain = min(1.0, level * _BELOW / loudest) if loudest else 1.0
        ramp = np.linspace(gain, 1.0, reach + 1, dtype=np.float32)
        gains[a : b + 1] = np.minimum(gains[a : b + 1], gain)
        before, after = gains[max(0, a - reach) : a], gains[b + 1 : b + 1 + reach]
        np.minimum(before, ramp[1:][::-1][reach - before.size :], out=before)
        np.minimum(after, ramp[1:][: after.size], out=after)
    at = np.arange(samples, dtype=np.float32) / step
    return np.interp(at, np.arange(steps), gains).astype(np.float32)


def _means(values: npt.NDArray[np.floating], wide: int) -> npt.NDArray[np.floating]:
    """Running means over `wide` values, fewer at the ends."""
    sums = np.cumsum(np.pad(values.astype(np.float64), (1, 0)))
    low = np.maximum(0, np.arange(values.size) - wide // 2)
    high = np.minimum(values.size, low + wide)
    means: npt.NDArray[np.floating] = (sums[high] - sums[low]) / np.maximum(1, high - low)
    return means
