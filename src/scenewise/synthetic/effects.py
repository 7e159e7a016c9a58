"""Sounds of places, weather and deeds, synthesized: noise in bands, tones and thuds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from scenewise.core.media_types import Samples
from scenewise.core.time import Span
from scenewise.synthetic.world import SETTING, Event

_LOOP: Final = 6.0  # seconds of noise that are made and repeated
_CREST: Final = 6.0  # peak over root mean square at most
_FADE: Final = 0.15  # seconds in which a lasting sound comes and goes

Sound = npt.NDArray[np.float32]
"""One channel, [n]."""


@dataclass(frozen=True)
class Effect:
    """A sound beside speech and music.

    Args:
        name: one of `EFFECTS`.
        span: from when to when it is heard, in seconds.
        level: loudness relative to what is usual for it.
        pan: from 0 (left) to 1 (right).
    """

    name: str
    span: Span
    level: float = 1.0
    pan: float = 0.5


def effects_for(event: Event, span: Span) -> list[Effect]:
    """What is heard while an event is seen: the place, the weather, the hour, the deed."""
    heard = []
    outdoors = SETTING[event.setting].outdoors
    if event.setting in _PLACES:
        heard.append(Effect(_PLACES[event.setting], span))
    if event.hour == "day" and event.setting in ("park", "forest") and event.weather != "rain":
        heard.append(Effect("birds", span))
    if event.hour == "night" and event.setting in ("park", "forest", "mountain"):
        heard.append(Effect("crickets", span))
    if outdoors and event.weather == "rain":
        heard.append(Effect("rain", span))
    if outdoors and event.weather in ("snow", "fog"):
        heard.append(Effect("wind", span, 0.7))
    if event.object == "clock":
        heard.append(Effect("clock", span))
    deed = _DEEDS.get(event.action)
    if deed:
        pan = 0.35 if event.direction == "left" else 0.65
        heard.append(Effect(deed, span, pan=pan))
    return heard


_PLACES: Final[Mapping[str, str]] = {
    "beach": "sea", "street": "traffic", "market": "traffic", "station": "traffic",
    "mountain": "wind", "living room": "clock", "library": "clock",
}  # fmt: skip
_DEEDS: Final[Mapping[str, str]] = {
    "walk": "steps", "run": "quick steps", "chase": "quick steps", "carry": "steps",
    "dance": "steps", "climb": "steps", "throw": "thud", "kick": "thud", "jump": "thud",
    "push": "scraping",
}  # fmt: skip


def render(effect: Effect, samples: int, rate: int, rng: np.random.Generator) -> Samples:
    """How an effect sounds, stereo, [2, samples], fading in and out.

    Its root mean square is about `level`, and no peak is above six times that, so that one
    thud in a long span is no explosion. An effect of another name raises KeyError.
    """
    made = EFFECTS[effect.name](samples, rate, rng)
    level = 0.0
    if samples:
        level = max(float(np.sqrt(np.mean(made**2))), float(np.abs(made).max()) / _CREST)
    if level:
        made = made * np.float32(effect.level / level)
    fade = min(round(_FADE * rate), samples // 2)
    if fade:
        ramp = np.linspace(0, 1, fade, dtype=np.float32)
        made[:fade] *= ramp
        made[-fade:] *= ramp[::-1]
    return np.stack([made * np.float32(1 - effect.pan), made * np.float32(effect.pan)])


def _noise(samples: int, rate: int, rng: np.random.Generator, low: float, high: float) -> Sound:
    """Noise between two frequencies, falling by 3 dB an octave, repeated every six seconds.

    It is shaped in the frequency domain, so that its end runs into its beginning.
    """
    size = round(_LOOP * rate)
    bins = np.fft.rfftfreq(size, 1 / rate)
    inside = (bins >= low) & (bins <= high)
    spectrum = np.zeros(bins.size, np.complex64)
    count = int(inside.sum())
    angles = rng.random(count, np.float32) * np.float32(2 * np.pi)
    spectrum[inside] = np.exp(1j * angles) / np.sqrt(bins[inside])
    loop = np.fft.irfft(spectrum, size).astype(np.float32)
    loop /= loop.std()
    return np.tile(loop, -(-samples // size))[:samples]


def _swell(samples: int, rate: int, period: float, depth: float, phase: float) -> Sound:
    """Slow coming and going around 1."""
    time = np.arange(samples, dtype=np.float32) / np.float32(rate)
    wave: Sound = np.sin(np.float32(2 * np.pi / period) * time + np.float32(phase))
    return 1 + np.float32(depth) * wave


def _placed(samples: int, rate: int, times: npt.NDArray[np.float64], sound: Sound) -> Sound:
    """Copies of a short sound at some times."""
    out = np.zeros(samples, np.float32)
    for at in (times * rate).astype(int):
        part = sound[: max(0, samples - at)]
        out[at : at + part.size] += part
    return out


def _decay(seconds: float, rate: int, speed: float) -> tuple[Sound, Sound]:
    time = np.arange(round(seconds * rate), dtype=np.float32) / np.float32(rate)
    return time, np.exp(-np.float32(speed) * time)


def _wind(samples: int, rate: int, rng: np.random.Generator) -> Sound:
    return _noise(samples, rate, rng, 60, 500) * _swell(samples, rate, 5.1, 0.4, rng.random() * 6)


def _rain(samples: int, rate: int, rng: np.random.Generator) -> Sound:
    return _noise(samples, rate, rng, 800, 12000)


def _sea(samples: int, rate: int, rng: np.random.Generator) -> Sound:
    return _noise(samples, rate, rng, 120, 3500) * _swell(samples, rate, 6.7, 0.6, rng.random() * 6)


def _traffic(samples: int, rate: int, rng: np.random.Generator) -> Sound:
    return _noise(samples, rate, rng, 40, 260) * _swell(samples, rate, 8.3, 0.3, rng.random() * 6)


def _birds(samples: int, rate: int, rng: np.random.Generator) -> Sound:
    time, decay = _decay(0.12, rate, 18)
    chirp = np.sin(2 * np.pi * (3600 * time + 5000 * time**2)).astype(np.float32) * decay
    chirp *= np.minimum(1, time * 100)
    seconds = samples / rate
    first = np.sort(rng.uniform(0, seconds, max(1, int(seconds * 0.6))))
    times = (first[:, None] + np.array([0, 0.17, 0.34])).ravel()
    return _placed(samples, rate, times[times < seconds], chirp)


def _crickets(samples: int, rate: int, rng: np.random.Generator) -> Sound:
    time, _ = _decay(0.5, rate, 0)
    trill = np.sin(2 * np.pi * 4600 * time) * np.sin(2 * np.pi * 15 * time).clip(0, 1)
    times = np.arange(rng.random() * 0.5, samples / rate, 0.9)
    return _placed(samples, rate, times, trill.astype(np.float32))


def _clock(samples: int, rate: int, rng: np.random.Generator) -> Sound:
    time, decay = _decay(0.03, rate, 220)
    tick = np.sin(2 * np.pi * 2400 * time).astype(np.float32) * decay
    return _placed(samples, rate, np.arange(rng.random() * 0.5, samples / rate, 0.5), tick)


def _steps_every(seconds: float) -> Callable[[int, int, np.random.Generator], Sound]:
    def steps(samples: int, rate: int, rng: np.random.Generator) -> Sound:
        time, decay = _decay(0.09, rate, 55)
        low = np.sin(2 * np.pi * 85 * time).astype(np.float32)
        crunch = rng.standard_normal(time.size, np.float32) * np.float32(0.25)
        times = np.arange(0.2, samples / rate, seconds)
        return _placed(samples, rate, times, (low + crunch) * decay)

    return steps


def _thud(samples: int, rate: int, rng: np.random.Generator) -> Sound:
    time, decay = _decay(0.3, rate, 18)
    low = np.sin(2 * np.pi * (70 * time - 40 * time**2)).astype(np.float32) * decay
    return _placed(samples, rate, np.array([samples / rate * rng.uniform(0.4, 0.6)]), low)


def _scraping(samples: int, rate: int, rng: np.random.Generator) -> Sound:
    return _noise(samples, rate, rng, 150, 900) * _swell(samples, rate, 0.8, 0.9, 0)


EFFECTS: Final[Mapping[str, Callable[[int, int, np.random.Generator], Sound]]] = {
    "wind": _wind,
    "rain": _rain,
    "sea": _sea,
    "traffic": _traffic,
    "birds": _birds,
    "crickets": _crickets,
    "clock": _clock,
    "steps": _steps_every(0.52),
    "quick steps": _steps_every(0.3),
    "thud": _thud,
    "scraping": _scraping,
}
"""Makes each sound, [samples], from (samples, rate, rng), at any loudness."""
