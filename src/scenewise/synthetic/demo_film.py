"""A short film with title cards, moving pictures and two lines of dialogue.

It is what `make demo` describes when no film is given, and what a fresh clone proves the main
job on: where people speak, where the cuts are and what is written on screen are all known.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from scenewise.core.media_types import Audio, Image
from scenewise.core.ports import Voice
from scenewise.core.time import Span
from scenewise.media.encoding import write_film
from scenewise.media.resampling import resampled

WIDTH, HEIGHT, RATE = 960, 540, 25
SOUND_RATE = 48_000


@dataclass(frozen=True)
class Scene:
    """One shot of the film.

    Args:
        seconds: how long it lasts.
        tells: what happens in it, for people.
        written: what is written in it; empty when nothing is.
        draw: draws the picture at a moment from 0 to 1.
    """

    seconds: float
    tells: str
    written: str
    draw: Callable[[float], Image]


@dataclass(frozen=True)
class DemoTruth:
    """What is known about the film.

    Args:
        duration: seconds.
        cuts: times at which a new shot begins, without the first.
        dialogue: each spoken line and its span in seconds.
        written: each text on screen and the span of its shot in seconds.
        scenes: what each shot shows, with its span in seconds.
    """

    duration: float
    cuts: tuple[float, ...]
    dialogue: tuple[tuple[str, Span], ...]
    written: tuple[tuple[str, Span], ...]
    scenes: tuple[tuple[str, Span], ...]


def _vertical(top: tuple[int, int, int], bottom: tuple[int, int, int]) -> Image:
    """A sky: one colour fading into another, with a little grain so that it is no flat field."""
    ramp = np.linspace(0, 1, HEIGHT, dtype=np.float32)[:, None, None]
    sky = np.array(top, np.float32) * (1 - ramp) + np.array(bottom, np.float32) * ramp
    grain = np.random.default_rng(7).normal(0, 2.0, (HEIGHT, WIDTH, 1)).astype(np.float32)
    return np.clip(sky + grain, 0, 255).astype(np.uint8)


def _card(lines: tuple[tuple[str, int], ...]) -> Callable[[float], Image]:
    picture = Pillow.new("RGB", (WIDTH, HEIGHT), (12, 14, 22))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((60, 60, WIDTH - 60, HEIGHT - 60), outline=(180, 150, 90), width=3)
    height = sum(size * 1.5 for _, size in lines)
    y = (HEIGHT - height) / 2
    for text, size in lines:
        font = ImageFont.load_default(size)
        pen.text((WIDTH / 2, y + size * 0.75), text, font=font, fill=(240, 232, 214), anchor="mm")
        y += size * 1.5
    card = np.asarray(picture)

    def draw(moment: float) -> Image:
        light = min(1.0, moment * 6, (1 - moment) * 6 + 0.1)
        return (card * light).astype(np.uint8)

    return draw


def _sea() -> Callable[[float], Image]:
    sky = _vertical((64, 120, 190), (250, 200, 150))

    def draw(moment: float) -> Image:
        picture = sky.copy()
        cv2.circle(picture, (720, 150), 46, (255, 236, 190), -1, cv2.LINE_AA)
        for row in range(6):
            y = 330 + row * 36
            xs = np.arange(0, WIDTH + 8, 8)
            ys = y + 9 * np.sin(xs / 60 + moment * 9 + row)
            wave = np.stack([xs, ys], axis=1).astype(np.int32)
            shape = np.concatenate([wave, [[WIDTH, HEIGHT], [0, HEIGHT]]])
            cv2.fillPoly(picture, [shape], (20 + row * 6, 70 + row * 9, 110 + row * 10))
        x = int(120 + 560 * moment)
        hull = np.array([[x, 338], [x + 150, 338], [x + 120, 372], [x + 28, 372]])
        cv2.fillPoly(picture, [hull], (120, 50, 40), cv2.LINE_AA)
        sail = np.array([[x + 76, 330], [x + 76, 200], [x + 150, 322]])
        cv2.fillPoly(picture, [sail], (245, 245, 240), cv2.LINE_AA)
        return picture

    return draw


def _figure(picture: Image, x: int, y: int, coat: tuple[int, int, int], step: float) -> None:
    swing = int(16 * np.sin(step))
    for side in (-1, 1):
        cv2.line(picture, (x, y + 60), (x + side * swing, y + 120), (40, 40, 60), 12, cv2.LINE_AA)
        cv2.line(picture, (x, y + 8), (x - side * swing, y + 62), coat, 10, cv2.LINE_AA)
    cv2.ellipse(picture, (x, y + 30), (24, 42), 0, 0, 360, coat, -1, cv2.LINE_AA)
    cv2.circle(picture, (x, y - 30), 22, (224, 178, 140), -1, cv2.LINE_AA)
    cv2.ellipse(picture, (x, y - 38), (23, 16), 0, 180, 360, (70, 44, 30), -1, cv2.LINE_AA)


def _street() -> Callable[[float], Image]:
    base = _vertical((150, 180, 215), (215, 215, 220))
    cv2.rectangle(base, (0, 400), (WIDTH, HEIGHT), (90, 90, 96), -1)
    for index, colour in enumerate([(150, 96, 80), (120, 130, 110), (170, 150, 110)]):
        left = 20 + index * 320
        cv2.rectangle(base, (left, 110), (left + 270, 400), colour, -1)
        for row in range(3):
            for column in range(4):
                x, y = left + 24 + column * 62, 130 + row * 66
                cv2.rectangle(base, (x, y), (x + 36, y + 44), (235, 225, 170), -1)
    picture = Pillow.fromarray(base)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((380, 330, 570, 384), fill=(24, 80, 48))
    pen.text((475, 357), "HARBOUR CAFE", font=ImageFont.load_default(24), fill="white", anchor="mm")
    base = np.asarray(picture)

    def draw(moment: float) -> Image:
        street = base.copy()
        _figure(street, int(880 - 520 * moment), 350, (190, 40, 50), moment * 40)
        return street

    return draw


def _meeting() -> Callable[[float], Image]:
    base = _vertical((90, 70, 60), (140, 110, 84))
    cv2.rectangle(base, (560, 60), (880, 300), (170, 205, 235), -1)
    cv2.rectangle(base, (560, 60), (880, 300), (60, 44, 36), 8)
    cv2.rectangle(base, (120, 410), (840, 440), (96, 62, 40), -1)

    def draw(moment: float) -> Image:
        room = base.copy()
        nod = int(6 * np.sin(moment * 18))
        _figure(room, 330, 300 + nod, (190, 40, 50), 0.4)
        _figure(room, 630, 300 - nod, (40, 80, 160), 0.4)
        cv2.rectangle(room, (120, 410), (840, 540), (96, 62, 40), -1)
        for x in (400, 560):
            cv2.ellipse(room, (x, 404), (22, 10), 0, 0, 360, (240, 240, 240), -1, cv2.LINE_AA)
        return room

    return draw


def _night() -> Callable[[float], Image]:
    base = _vertical((8, 10, 30), (30, 40, 80))
    stars = np.random.default_rng(3)
    for x, y in zip(stars.integers(0, WIDTH, 120), stars.integers(0, 330, 120), strict=True):
        cv2.circle(base, (int(x), int(y)), 1, (230, 230, 210), -1)
    cv2.rectangle(base, (0, 400), (WIDTH, HEIGHT), (14, 20, 30), -1)
    cv2.rectangle(base, (180, 160), (240, 400), (200, 196, 190), -1)

    def draw(moment: float) -> Image:
        night = base.copy()
        angle = moment * 5.2
        far = (int(210 + 900 * np.cos(angle)), int(160 + 260 * np.sin(angle)))
        beam = np.array([[210, 160], far, (far[0], far[1] + 120)])
        light = night.copy()
        cv2.fillPoly(light, [beam], (250, 240, 170), cv2.LINE_AA)
        return cv2.addWeighted(light, 0.45, night, 0.55, 0).astype(np.uint8)

    return draw


def _scenes() -> tuple[Scene, ...]:
    return (
        Scene(5.0, "The title card", "The Harbour", _card((("The Harbour", 72),))),
        Scene(6.0, "A sailing boat crosses the bay at sunset", "", _sea()),
        Scene(7.0, "A person in a red coat walks past the café", "Harbour Cafe", _street()),
        Scene(10.0, "Two people talk at a table by a window", "", _meeting()),
        Scene(6.0, "A lighthouse turns its beam over the water at night", "", _night()),
        Scene(
            6.0,
            "The end card",
            "The End Drawn by Scenewise",
            _card((("The End", 64), ("Drawn by Scenewise", 36))),
        ),
    )


def _music(samples: int) -> npt.NDArray[np.float32]:
    """Slow chords with a soft attack: sound that is not speech, [2, samples]."""
    time = np.arange(samples) / SOUND_RATE
    chords = ((220.0, 277.2, 329.6), (196.0, 246.9, 293.7), (174.6, 220.0, 261.6))
    out = np.zeros((2, samples), np.float64)
    for index in range(int(time[-1] // 4) + 1):
        inside = (time >= index * 4) & (time < (index + 1) * 4)
        local = time[inside] - index * 4
        swell = np.sin(np.pi * np.clip(local / 4, 0, 1)) ** 0.5
        for voice, pitch in enumerate(chords[index % 3]):
            tone = np.sin(2 * np.pi * pitch * local) + 0.3 * np.sin(4 * np.pi * pitch * local)
            pan = 0.35 + 0.15 * voice
            out[0, inside] += (1 - pan) * swell * tone
            out[1, inside] += pan * swell * tone
    return (0.035 * out).astype(np.float32)


def make_demo_film(path: Path, speakers: tuple[Voice, Voice]) -> DemoTruth:
    """Draw the film and write it with its truth beside it (`<stem>.truth.json`).

    Args:
        path: where the film goes (`.mp4`, `.mkv`, `.webm`).
        speakers: the two voices of its dialogue.

    Raises:
        OutputUnwritable: the file cannot be written.
    """
    scenes = _scenes()
    starts = np.concatenate([[0.0], np.cumsum([scene.seconds for scene in scenes])])
    spans = [Span(float(a), float(b)) for a, b in pairwise(starts)]
    duration = float(starts[-1])

    sound = _music(round(duration * SOUND_RATE))
    lines = ("You came back after all.", "I promised you I would.")
    at = spans[3].start + 1.0
    dialogue: list[tuple[str, Span]] = []
    for line, voice in zip(lines, speakers, strict=True):
        speech = resampled(voice.say(line).mono(), SOUND_RATE).samples[0] * 0.5
        first = round(at * SOUND_RATE)
        sound[:, first : first + speech.size] += speech
        dialogue.append((line, Span(at, at + speech.size / SOUND_RATE)))
        at = dialogue[-1][1].end + 0.6

    def pictures() -> Iterator[Image]:
        for scene in scenes:
            count = round(scene.seconds * RATE)
            for index in range(count):
                yield scene.draw(index / max(1, count - 1))

    write_film(path, pictures(), rate=RATE, sound=Audio(sound, SOUND_RATE))
    truth = DemoTruth(
        duration=duration,
        cuts=tuple(float(start) for start in starts[1:-1]),
        dialogue=tuple(dialogue),
        written=tuple(
            (s.written, span) for s, span in zip(scenes, spans, strict=True) if s.written
        ),
        scenes=tuple((s.tells, span) for s, span in zip(scenes, spans, strict=True)),
    )
    path.with_suffix(".truth.json").write_text(json.dumps(asdict(truth), indent=2), "utf-8")
    return truth
