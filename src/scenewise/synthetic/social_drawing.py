"""What short videos have over their pictures: openings, burned-in text, logos."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow
from PIL import ImageDraw

from scenewise.core.media_types import Image
from scenewise.media.lettering import choose_face, wrapped
from scenewise.synthetic.world import Colour

_ROOM: Final = 0.88  # share of the width that burned-in text may take
_TALL: Final = 0.1  # of its letters, relative to the picture's width
_SMALLEST: Final = 9
_LOGO: Final = 0.17


@dataclass(frozen=True)
class Layer:
    """Something drawn over every picture of a stretch.

    Args:
        left, top: where, in pixels.
        colour: times cover, float32 [h, w, 3].
        left_over: share of the picture that shows through, float32 [h, w, 1].
    """

    left: int
    top: int
    colour: npt.NDArray[np.float32]
    left_over: npt.NDArray[np.float32]

    def onto(self, picture: Image) -> Image:
        """The picture with the layer on it, in place."""
        high, wide = self.colour.shape[:2]
        part = picture[self.top : self.top + high, self.left : self.left + wide]
        part[...] = (part * self.left_over + self.colour + 0.5).astype(np.uint8)
        return picture


def text_layer(text: str, width: int, height: int, *, high: bool, boxed: bool) -> Layer:
    """Text as people burn it into short videos: large, in the middle of the width.

    Args:
        text: the words; wrapped.
        width, height: of the picture, pixels.
        high: whether near the top; else in the lower third, above where buttons lie.
        boxed: dark letters on a light box; else light ones with a dark edge.

    Raises:
        ComponentMissing: no font here has the letters.
    """
    size = max(_SMALLEST, round(width * _TALL))
    font = choose_face([text]).at(size)
    lines = wrapped(text, font, width * _ROOM)
    edge = 0 if boxed else max(1, round(size * 0.08))
    pad = max(2, round(size * 0.35))
    wide = min(width, round(max(font.getlength(line) for line in lines)) + 2 * (pad + edge))
    tall = min(height, round(len(lines) * size * 1.3) + 2 * pad)
    image = Pillow.new("RGBA", (wide, tall), (250, 250, 250, 235) if boxed else (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        pen.text(
            (wide / 2, pad + (number + 0.5) * size * 1.3),
            line,
            font=font,
            anchor="mm",
            fill=(16, 16, 20, 255) if boxed else (255, 255, 255, 255),
            stroke_width=edge,
            stroke_fill=(0, 0, 0, 255),
        )
    top = round(height * 0.09) if high else round(height * 0.84) - tall
    return _layer(image, (width - wide) // 2, max(0, top))


def logo_layer(text: str, width: int, height: int, corner: int) -> Layer:
    """A sign and a name, as those who post what others made put over it.

    Args:
        text: the name.
        width, height: of the picture, pixels.
        corner: 0 to 3: top left, top right, bottom left, bottom right.
    """
    side = round(width * _LOGO)
    face = choose_face([text])
    font = face.at(_SMALLEST)
    wide = min(width - 4, max(side, round(font.getlength(text)) + 4))
    image = Pillow.new("RGBA", (wide, side + _SMALLEST + 4), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    x = 0 if corner % 2 == 0 else wide - side
    pen.ellipse((x, 0, x + side - 1, side - 1), fill=(230, 30, 90, 240))
    pen.polygon(
        [
            (x + side * 0.36, side * 0.24),
            (x + side * 0.36, side * 0.76),
            (x + side * 0.8, side / 2),
        ],
        fill=(255, 255, 255, 255),
    )
    pen.text((wide / 2, side + _SMALLEST / 2 + 1), text, font=font, anchor="mm",
             fill=(255, 255, 255, 255), stroke_width=1, stroke_fill=(0, 0, 0, 200))  # fmt: skip
    left = 2 if corner % 2 == 0 else width - wide - 2
    top = 4 if corner < 2 else height - image.height - 4
    return _layer(image, left, top)


def _layer(image: Pillow.Image, left: int, top: int) -> Layer:
    pixels = np.asarray(image, np.float32)
    cover = pixels[..., 3:] / 255
    return Layer(
        left,
        top,
        (pixels[..., :3] * cover).astype(np.float32),
        (1 - cover).astype(np.float32),
    )


@lru_cache(maxsize=16)
def _title(text: str, width: int, height: int, colour: Colour) -> Image:
    picture = Pillow.new("RGB", (width, height), colour)
    pen = ImageDraw.Draw(picture)
    face = choose_face([text])
    size = min(width * 0.2, width * 1.3 / max(3, len(text)))
    font = face.at(round(size))
    for down, shade in ((2, (0, 0, 0)), (0, (255, 255, 255))):
        pen.text((width / 2 + down, height / 2 + down), text, font=font, anchor="mm", fill=shade)
    return np.asarray(picture)


def opening(text: str, colour: Colour, width: int, height: int, share: float) -> Image:
    """The opening of an account at a moment from 0 to 1: its name between moving bands."""
    picture = _title(text, width, height, colour).copy()
    light = tuple(min(255, round(1.5 * one + 40)) for one in colour)
    for row in range(4):
        near = row % 2 == 0
        y = round(height * (0.1 + 0.07 * row if row < 2 else 0.69 + 0.07 * row))
        at = round((share if near else 1 - share) * width)
        thick = max(2, round(height * 0.022))
        cv2.line(picture, (at - width // 2, y), (at + width // 3, y), light, thick, cv2.LINE_AA)
    cv2.circle(picture, (width // 2, round(height * (0.3 + 0.03 * np.sin(6.3 * share)))),
               round(width * (0.06 + 0.03 * share)), light, -1, cv2.LINE_AA)  # fmt: skip
    return picture
