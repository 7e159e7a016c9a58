"""Pictures with words below them: the grid of figure 1 and its caption.

Source: Prakash et al. 2023, figure 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw

from scenewise.core.media_types import Image
from scenewise.media.atomic import atomic
from scenewise.media.lettering import Face, choose_face, wrapped

INK: Final = "#1c1f24"
MINOR: Final = "#575c66"
GROUND: Final = "#ffffff"

LEADING: Final = 1.35
"""Line height in letter heights."""

_SHARE: Final = 1 / 32  # letter height as a share of a picture's width
_SMALLEST: Final = 14  # pixels


def lettered(image: Image, text: str, *, title: str = "") -> Image:
    """A picture with a text below it.

    Args:
        image: RGB, uint8 H×W×3.
        text: wrapped to the picture's width.
        title: a line above the text, paler.

    Returns:
        RGB, uint8, as wide and higher.

    Raises:
        ComponentMissing: no font has the letters.
    """
    height, width = image.shape[:2]
    size = max(_SMALLEST, round(width * _SHARE))
    face = choose_face([text, title])
    font = face.at(size)
    room = width - 2 * size
    lines = [(line, MINOR) for line in wrapped(title, font, room)] if title else []
    lines += [(line, INK) for line in wrapped(text, font, room)]
    high = round(size * (1.2 + LEADING * len(lines)))
    sheet = Pillow.new("RGB", (width, height + high), GROUND)
    sheet.paste(Pillow.fromarray(image), (0, 0))
    write_lines(ImageDraw.Draw(sheet), lines, face, size, size, height + 0.6 * size)
    return np.asarray(sheet, np.uint8)


def write_lines(
    draw: ImageDraw.ImageDraw,
    lines: Iterable[tuple[str, str]],
    face: Face,
    size: int,
    left: float,
    top: float,
) -> float:
    """Write lines below one another.

    Args:
        draw: on what.
        lines: texts, each with its colour.
        face, size: of the letters; size in pixels.
        left, top: where the first line begins.

    Returns:
        Where a line more would begin.
    """
    for line, colour in lines:
        draw.text((left, top), line, fill=colour, font=face.at(size))
        top += LEADING * size
    return top


def save_picture(path: Path, image: Image) -> None:
    """Write a picture as PNG, or as JPEG where the name ends so.

    Raises:
        OutputUnwritable: see `media.atomic.atomic`.
    """
    kind = "JPEG" if Path(path).suffix.lower() in {".jpg", ".jpeg"} else "PNG"
    with atomic(path) as temporary:
        Pillow.fromarray(image).save(temporary, format=kind, quality=92)
