"""Writing in drawn films: title cards, and signs that hang in a place."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from scenewise.core.media_types import Image

_GROUNDS: Final = ((12, 14, 22), (34, 16, 20), (16, 34, 30), (238, 232, 216))
_BOARDS: Final = ((24, 80, 48), (150, 30, 34), (30, 58, 120), (240, 226, 180))

_SHOWN: Final = (0.17, 0.83)
"""Of the width of a place: what the camera shows all the time, also when it pans."""


@lru_cache(maxsize=8)
def title_card(text: str, width: int, height: int, seed: int) -> Image:
    """A card with a text in its middle, uint8 [height, width, 3]."""
    ground = _GROUNDS[seed % len(_GROUNDS)]
    ink = (28, 24, 20) if ground[0] > 128 else (240, 232, 214)
    picture = Pillow.new("RGB", (width, height), ground)
    pen = ImageDraw.Draw(picture)
    size = min(height * 0.16, width * 1.6 / max(6, len(text)))
    edge = max(2, round(height * 0.05))
    room = 0.94 * (width - 2 * edge)
    size *= min(1.0, room / max(1.0, _length(text, size)))
    pen.rectangle((edge, edge, width - edge, height - edge), outline=(180, 150, 90),
                  width=max(1, height // 180))  # fmt: skip
    pen.text((width / 2, height / 2), text, font=ImageFont.load_default(size), fill=ink,
             anchor="mm")  # fmt: skip
    return np.asarray(picture)


def hang_sign(scenery: Image, text: str, seed: int) -> Image:
    """A copy of a place with a board on which something is written.

    The board hangs high, where nobody stands before it.
    """
    height, width = scenery.shape[:2]
    near, far = (share * width for share in _SHOWN)
    letters = height * 0.055
    # In upright films the letters are smaller: a sign of which half is seen says something else.
    letters *= min(1.0, 0.96 * (far - near) / (_length(text, letters) + letters))
    font = ImageFont.load_default(letters)
    picture = Pillow.fromarray(scenery)
    pen = ImageDraw.Draw(picture)
    left, top, right, bottom = pen.textbbox((0, 0), text, font=font, anchor="lt")
    pad = letters * 0.5
    wide, high = right - left + 2 * pad, bottom - top + 2 * pad
    x = near + (far - near - wide) * np.random.default_rng([seed, 5]).uniform()
    y = height * 0.17
    board = _BOARDS[seed % len(_BOARDS)]
    ink = (30, 26, 24) if board[0] > 200 else (250, 250, 246)
    pen.rectangle((x, y, x + wide, y + high), fill=board, outline=ink,
                  width=max(1, round(letters * 0.08)))  # fmt: skip
    pen.text((x + pad, y + pad), text, font=font, fill=ink, anchor="lt")
    return np.asarray(picture)


def _length(text: str, letters: float) -> float:
    """Pixels that a text of one line is wide."""
    return float(ImageFont.load_default(letters).getlength(text))


def faded(picture: Image, light: float) -> Image:
    """A picture on its way from black (0) or whole (1)."""
    return np.asarray(cv2.convertScaleAbs(picture, alpha=light), np.uint8)
