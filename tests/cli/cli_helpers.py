"""What the tests of the command share: what a command said, what a folder holds, a film."""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from scenewise.core.media_types import Audio
from scenewise.media.encoding import write_film

RATE = 48_000
BAD, MISSING = 2, 3


@dataclass(frozen=True)
class Ran:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """What stands on standard error, without blank lines."""
        return [line for line in self.err.splitlines() if line.strip()]


def installed() -> list[str]:
    """The installed script."""
    name = "scenewise.exe" if os.name == "nt" else "scenewise"
    return [str(Path(sys.executable).with_name(name))]


def snapshot(folder: Path) -> dict[str, tuple[str, int]]:
    """Every file and folder with a hash of its content and its time of change."""
    kept = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        whole = path.is_file() and os.access(path, os.R_OK)
        content = hashlib.sha256(path.read_bytes()).hexdigest() if whole else ""
        time = status.st_mtime_ns if not path.is_dir() else 0
        kept[path.relative_to(folder).as_posix()] = (content, time)
    return kept


def card_film(path: Path, *, seconds: float = 5.0, words: str = "THE HARBOUR") -> Path:
    """A film of a black picture, then a title card, with a soft chord and nobody speaking."""
    card = Pillow.new("RGB", (480, 270), (16, 18, 28))
    pen = ImageDraw.Draw(card)
    font = ImageFont.load_default(44)
    pen.text((240, 135), words, font=font, fill=(240, 232, 214), anchor="mm")
    shown, black = np.asarray(card), np.full((270, 480, 3), 12, np.uint8)
    count = round(seconds * 10)
    pictures = [black if i < 5 else shown for i in range(count)]
    time = np.arange(round(seconds * RATE)) / RATE
    chord = sum(np.sin(2 * np.pi * pitch * time) for pitch in (220.0, 277.2, 329.6))
    sound = Audio((0.03 * np.stack([chord, chord])).astype(np.float32), RATE)
    write_film(path, pictures, rate=10, sound=sound)
    return path
