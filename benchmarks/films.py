"""Films for benchmarks: real footage or drawn, with cuts, motion, grain, writing, speech, music."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import cycle, islice
from pathlib import Path

import av
import cv2
import numpy as np

from scenewise.core.media_types import Audio, Image
from scenewise.core.ports import VoiceOptions
from scenewise.media.encoding import write_film
from scenewise.media.reading import Film
from scenewise.media.resampling import resampled
from scenewise.models.voices.choosing import voice_for

RATE = 25
SOUND_RATE = 48_000
WRITTEN = ("HARBOUR CAFE", "NO ENTRY", "PLATFORM 4", "The Last Winter", "OPEN", "MUSEUM OF TIME")
_SPOKEN = (
    "You came back after all these years, and you did not even write.",
    "I promised you that I would. The road was longer than I thought.",
    "Then sit down by the fire, and tell me everything from the beginning.",
    "There is not much to tell. We lost the ship, and most of the men with it.",
    "Did anybody see you on the way here? Think hard before you answer.",
    "Only the old man at the gate, and he has never been able to keep a secret.",
)


def make_film(
    path: Path,
    seconds: float,
    *,
    size: tuple[int, int] = (1280, 720),
    footage: Sequence[Path] = (),
    seed: int = 0,
) -> None:
    """Write an H.264 film with AAC sound.

    Args:
        path: `.mp4`.
        seconds: how long it is.
        size: width and height, pixels.
        footage: real films that take turns, scaled to the size and covered with grain; what
            is too short begins again. Without any, the pictures are drawn.
        seed: of everything that is random.
    """
    rng = np.random.default_rng(seed)
    source = _real(footage, size) if footage else _drawn(rng, size)
    count = round(seconds * RATE)
    pictures = _grained(islice(source, count), rng, size)
    write_film(path, pictures, rate=RATE, sound=soundtrack(seconds, seed), quality=21)


def _real(footage: Sequence[Path], size: tuple[int, int]) -> Iterator[Image]:
    for path in cycle(footage):
        for frame in Film(path).frames():
            yield frame.scaled(*size)


def _drawn(rng: np.random.Generator, size: tuple[int, int]) -> Iterator[Image]:
    """Shots of 2 to 8 s: a camera passes over a place in which something moves; every third has
    writing on a sign in it, every tenth is a title card."""
    width, height = size
    number = 0
    while True:
        length = int(rng.integers(2 * RATE, 8 * RATE))
        text = WRITTEN[number % len(WRITTEN)]
        if number % 10 == 9:
            card = np.full((height, width, 3), (12, 14, 22), np.uint8)
            _write(card, text, 0.5, 0.5, height / 240)
            for _ in range(min(length, 4 * RATE)):
                yield card
        else:
            place = _place(rng, width * 5 // 4, height * 5 // 4)
            if number % 3 == 0:
                _write(place, text, 0.5, 0.4, height / 400)
            yield from _shot(rng, place, size, length)
        number += 1


def _shot(
    rng: np.random.Generator, place: Image, size: tuple[int, int], length: int
) -> Iterator[Image]:
    width, height = size
    room = np.array([place.shape[1] - width, place.shape[0] - height])
    start, end = rng.uniform(0.2, 0.8, (2, 2)) * room
    colour = tuple(int(c) for c in rng.integers(0, 256, 3))
    for i in range(length):
        x, y = (start + (end - start) * i / length).astype(int)
        view = place[y : y + height, x : x + width].copy()
        centre = (int(width * ((i / length + 0.2) % 1.0)), int(height * 0.7))
        axes = (width // 16, height // 6)
        cv2.ellipse(view, centre, axes, 6 * np.sin(i / 3), 0, 360, colour, -1, cv2.LINE_AA)
        yield view


def _place(rng: np.random.Generator, width: int, height: int) -> Image:
    """A picture with the spectrum of natural ones (amplitude falls as 1/f) and some edges."""
    fy, fx = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    fall = 1 / np.maximum(np.hypot(fy, fx), 1 / max(width, height))
    picture = np.empty((height, width, 3), np.float32)
    for channel in range(3):
        noise = rng.normal(size=fall.shape) + 1j * rng.normal(size=fall.shape)
        plane = np.fft.irfft2(noise * fall, (height, width))
        picture[..., channel] = plane / plane.std() * 30
    picture = 0.6 * picture.mean(axis=2, keepdims=True) + 0.4 * picture + rng.integers(70, 180, 3)
    for _ in range(int(rng.integers(3, 12))):
        corner = rng.integers(0, (width, height))
        other = corner + rng.integers(20, height // 2, 2)
        colour = tuple(int(c) for c in rng.integers(20, 236, 3))
        patch = picture[corner[1] : other[1], corner[0] : other[0]]
        patch += (np.array(colour, np.float32) - 128) * 0.5
    return np.clip(picture, 0, 255).astype(np.uint8)


def _write(picture: Image, text: str, x: float, y: float, scale: float) -> None:
    font, thick = cv2.FONT_HERSHEY_SIMPLEX, max(1, round(scale * 2))
    (w, h), _ = cv2.getTextSize(text, font, scale, thick)
    left = int(picture.shape[1] * x - w / 2)
    base = int(picture.shape[0] * y + h / 2)
    pad = h // 2
    cv2.rectangle(
        picture, (left - pad, base - h - pad), (left + w + pad, base + pad), (20, 60, 40), -1
    )
    cv2.putText(picture, text, (left, base), font, scale, (240, 240, 230), thick, cv2.LINE_AA)


def _grained(
    pictures: Iterator[Image], rng: np.random.Generator, size: tuple[int, int]
) -> Iterator[Image]:
    grain = rng.normal(0, 2.5, (8, size[1], size[0], 1)).astype(np.int16)
    for i, picture in enumerate(pictures):
        yield np.clip(picture + grain[i % 8], 0, 255).astype(np.uint8)


def soundtrack(seconds: float, seed: int = 0) -> Audio:
    """Stereo: soft chords and room tone throughout; two voices talk about a third of the time."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * SOUND_RATE)) / SOUND_RATE
    # without some noise the encoder has next to nothing to encode, and takes twice as long
    out = rng.normal(0, 0.003, (2, time.size)).astype(np.float32)
    for pitch in (174.6, 220.0, 261.6, 329.6):
        swell = 0.5 + 0.5 * np.sin(2 * np.pi * time / rng.uniform(5, 9))
        tone = (0.012 * swell * np.sin(2 * np.pi * pitch * time)).astype(np.float32)
        out += np.array([[1.0], [rng.uniform(0.6, 1.0)]], np.float32) * tone
    voices = (
        voice_for("espeak", VoiceOptions("en-GB", "en-gb+f3", 165)),
        voice_for("espeak", VoiceOptions("en-US", "en-us+m7", 155)),
    )
    lines = [
        resampled(voices[i % 2].say(line).mono(), SOUND_RATE).samples[0] * 0.5
        for i, line in enumerate(_SPOKEN)
    ]
    at, number = 3.0, 0
    while at < seconds:
        line = lines[number % len(lines)]
        first = round(at * SOUND_RATE)
        part = line[: max(0, time.size - first)]
        out[:, first : first + part.size] += part
        number += 1
        # two lines of talk, then a pause for a description
        at += line.size / SOUND_RATE + (rng.uniform(0.3, 0.8) if number % 2 else rng.uniform(8, 16))
    return Audio(out, SOUND_RATE)


def repeated(source: Path, path: Path, times: int) -> None:
    """A film many times over, its packets copied one after the other without encoding.

    Args:
        source: a film whose sound and picture begin together.
        path: of the long film, same suffix.
        times: how often.
    """
    with av.open(str(source)) as probe, av.open(str(path), "w") as out:
        streams = {s.index: out.add_stream_from_template(s) for s in probe.streams}
        length = max(s.duration * s.time_base for s in probe.streams.video)
        for round_ in range(times):
            shift = Fraction(length) * round_
            with av.open(str(source)) as container:
                for packet in container.demux():
                    if packet.dts is None:
                        continue
                    moved = round(shift / packet.time_base)
                    end = (packet.pts + (packet.duration or 0)) * packet.time_base
                    early = round_ > 0 and packet.pts < 0
                    if packet.stream.type == "audio" and (end > length or early):
                        continue  # the encoder's first and last frames reach over the ends
                    packet.pts += moved
                    packet.dts += moved
                    packet.stream = streams[packet.stream_index]
                    out.mux(packet)
