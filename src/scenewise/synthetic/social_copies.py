"""Copies of short videos as people post them: changed in known ways.

A copy is made from the encoded file of its original, as it would be elsewhere, so that it has
been encoded twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args

import cv2
import numpy as np

from scenewise.core.media_types import Audio, Image
from scenewise.core.time import Span
from scenewise.media.reading import Film
from scenewise.media.resampling import resampled
from scenewise.media.sound import read_sound
from scenewise.synthetic.social_drawing import logo_layer

Kind = Literal["re-encoded", "cropped", "mirrored", "logo", "sped up", "cut out", "letterboxed",
               "colour-changed"]  # fmt: skip
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

QUALITY: Final = 23
_WORSE: Final = 36
_STEP: Final = 0.2  # seconds: whole pictures at 25 and at 30 a second


@dataclass(frozen=True)
class Change:
    """What was done to an original.

    Args:
        kind: one of `KINDS`.
        start: time of the original at which the copy begins, in seconds.
        taken: seconds of the original that the copy has; all the rest if 0.
        speed: seconds of the original in a second of the copy.
        box: left, top, right and bottom of what is left of the picture, as shares of it.
        scale: size of the picture between bars, as a share.
        bars: brightness of the bars.
        corner: of the logo, 0 to 3 (`social_drawing.logo_layer`).
        name: written under the logo.
        gamma, saturation, warmth: of the colours; 1, 1 and 0 change nothing.
        quality: constant rate factor with which the copy is encoded.
    """

    kind: Kind
    start: float = 0.0
    taken: float = 0.0
    speed: float = 1.0
    box: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    scale: float = 1.0
    bars: int = 0
    corner: int = 0
    name: str = ""
    gamma: float = 1.0
    saturation: float = 1.0
    warmth: float = 0.0
    quality: int = QUALITY

    def indices(self, seconds: float, rate: int) -> list[int]:
        """Which pictures of the original the copy shows, in order.

        Args:
            seconds: length of the original.
            rate: pictures a second, of both.
        """
        first = round(self.start * rate)
        last = round((self.start + self.taken if self.taken else seconds) * rate)
        count = int((last - first - 1) / self.speed) + 1
        return [min(last - 1, first + round(index * self.speed)) for index in range(count)]

    def seconds(self, seconds: float, rate: int) -> float:
        """Length of the copy of an original of some length."""
        return len(self.indices(seconds, rate)) / rate

    def span(self, span: Span, seconds: float) -> Span | None:
        """When the copy shows what its original shows in a span; None where it does not.

        Args:
            span: of the original, in seconds.
            seconds: length of the copy.
        """
        moved = Span((span.start - self.start) / self.speed, (span.end - self.start) / self.speed)
        return moved.clipped(Span(0.0, seconds))

    def told(self) -> dict[str, Any]:
        """What a table of truth says of the change; only what it has."""
        told: dict[str, Any] = {"kind": self.kind, "time": {"start": self.start,
                                                            "speed": self.speed}}  # fmt: skip
        if self.kind == "cropped":
            told["box"] = list(self.box)
        elif self.kind == "letterboxed":
            told["scale"] = self.scale
        elif self.kind == "logo":
            told |= {"corner": self.corner, "name": self.name}
        elif self.kind == "colour-changed":
            told |= {"gamma": self.gamma, "saturation": self.saturation, "warmth": self.warmth}
        return told


def drawn_change(rng: np.random.Generator, number: int, seconds: float, name: str) -> Change:
    """A change; eight in a row are of eight kinds.

    Args:
        rng: where its strength comes from.
        number: of the copy in its set, which decides the kind.
        seconds: length of the original.
        name: of whoever posts the copy.
    """
    kind = KINDS[number % len(KINDS)]
    if kind == "re-encoded":
        return Change(kind, quality=_WORSE)
    if kind == "cropped":
        left, top = (round(float(k), 2) for k in rng.uniform(0.04, 0.16, 2))
        right, bottom = (round(1 - float(k), 2) for k in rng.uniform(0.04, 0.16, 2))
        return Change(kind, box=(left, top, right, bottom))
    if kind == "logo":
        return Change(kind, corner=int(rng.integers(4)), name=name)
    if kind == "sped up":
        return Change(kind, speed=(1.2, 1.25, 1.5)[int(rng.integers(3))])
    if kind == "cut out":
        steps = round(seconds / _STEP)
        taken = round(steps * float(rng.uniform(0.5, 0.7)))
        start = int(rng.integers(1, steps - taken + 1))
        return Change(kind, start=round(start * _STEP, 1), taken=round(taken * _STEP, 1))
    if kind == "letterboxed":
        scale = round(float(rng.uniform(0.62, 0.8)), 2)
        return Change(kind, scale=scale, bars=(0, 0, 255)[int(rng.integers(3))])
    if kind == "colour-changed":
        return Change(
            kind,
            gamma=(0.75, 1.3)[int(rng.integers(2))],
            saturation=(0.0, 0.5, 1.5)[int(rng.integers(3))],
            warmth=round(float(rng.uniform(-0.12, 0.12)), 2),
        )
    return Change(kind)


def changed_pictures(source: Path, change: Change, seconds: float, rate: int) -> Iterator[Image]:
    """The pictures of a copy, one at a time.

    Args:
        source: the original's file.
        change: what is done to it.
        seconds, rate: of the original.
    """
    wanted = change.indices(seconds, rate)
    at = 0
    with closing(Film(source, threads=1).frames()) as frames:
        for index, frame in enumerate(frames):
            if at < len(wanted) and wanted[at] == index:
                made = changed(np.array(frame.image), change)
                while at < len(wanted) and wanted[at] == index:
                    yield made
                    at += 1
            if at == len(wanted):
                return


def changed(picture: Image, change: Change) -> Image:
    """A picture of the original as the copy has it, of the same size."""
    high, wide = picture.shape[:2]
    if change.kind == "mirrored":
        return np.ascontiguousarray(picture[:, ::-1])
    if change.kind == "cropped":
        left, top, right, bottom = change.box
        part = picture[round(top * high) : round(bottom * high),
                       round(left * wide) : round(right * wide)]  # fmt: skip
        return np.asarray(cv2.resize(part, (wide, high), interpolation=cv2.INTER_AREA), np.uint8)
    if change.kind == "letterboxed":
        size = (round(wide * change.scale), round(high * change.scale))
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        out = np.full_like(picture, change.bars)
        x, y = (wide - size[0]) // 2, (high - size[1]) // 2
        out[y : y + size[1], x : x + size[0]] = small
        return out
    if change.kind == "logo":
        return logo_layer(change.name, wide, high, change.corner).onto(picture.copy())
    if change.kind == "colour-changed":
        return _toned(picture, change)
    return picture


def _toned(picture: Image, change: Change) -> Image:
    tones = np.linspace(0, 1, 256) ** change.gamma * 255
    gains = (1 + change.warmth, 1.0, 1 - change.warmth)
    table = np.clip(np.stack([tones * gain for gain in gains], axis=-1), 0, 255).astype(np.uint8)
    toned = cv2.LUT(picture, table[None])
    grey = cv2.cvtColor(cv2.cvtColor(toned, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    mixed = cv2.addWeighted(toned, change.saturation, grey, 1 - change.saturation, 0)
    return np.asarray(mixed, np.uint8)


def changed_sound(source: Path, change: Change, seconds: float, rate: int) -> Audio | None:
    """The sound of a copy, as long as its pictures; faster is higher.

    Args:
        source: the original's file.
        change: what is done to it.
        seconds, rate: length of the original and its pictures a second.
    """
    blocks = list(read_sound(source))
    if not blocks:
        return None
    pace = blocks[0].rate
    samples = np.concatenate([block.samples for block in blocks], axis=1)
    samples = samples[:, round(change.start * pace) :]
    if change.speed != 1.0:
        samples = resampled(Audio(samples, round(pace * change.speed)), pace).samples
    return Audio(samples[:, : round(change.seconds(seconds, rate) * pace)], pace)
