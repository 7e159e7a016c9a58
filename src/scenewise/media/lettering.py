"""Captions as small pictures: wrapped, set in a font that has their letters, boxed."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from scenewise.core.errors import ComponentMissing

Weights = npt.NDArray[np.uint16]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

SAFE: Final = 0.05
"""Share of the picture at each edge that stays free (title-safe area, 90 %)."""

_SIZE: Final = 0.055  # letter height as a share of the picture's height
_WIDEST: Final = 1.2  # pictures narrower than this many times their height have smaller letters
_SMALLEST: Final = 9  # pixels; below nobody can read it
_TALLEST: Final = 0.45  # share of the picture's height that a caption may cover
_LEADING: Final = 1.25  # line height in letter heights
_BOX: Final = 0.8  # opacity; text on a plain dark box is what captions for television use
_WHITE, _BLACK, _GREY = 235, 16, 128  # luma codes of limited range, chroma code of grey

_CANDIDATES: Final = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "LiberationSans-Regular.ttf",
    "FreeSans.ttf",
    "arial.ttf",
    "Arial.ttf",
    "Arial Unicode.ttf",
    "segoeui.ttf",
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "DroidSansFallbackFull.ttf",
    "msyh.ttc",
    "simsun.ttc",
    "YuGothM.ttc",
    "msgothic.ttc",
    "malgun.ttf",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
    "AppleSDGothicNeo.ttc",
    "Nirmala.ttf",
    "Nirmala.ttc",
    "NotoSansArabic-Regular.ttf",
    "NotoNaskhArabic-Regular.ttf",
    "NotoSansHebrew-Regular.ttf",
    "NotoSansDevanagari-Regular.ttf",
    "NotoSansBengali-Regular.ttf",
    "NotoSansTamil-Regular.ttf",
    "NotoSansTelugu-Regular.ttf",
    "NotoSansThai-Regular.ttf",
    "leelawad.ttf",
    "Thonburi.ttc",
    "KohinoorDevanagari.ttc",
    "GeezaPro.ttc",
)
"""Fonts that systems have, by file name: Pillow looks for them in the system's font folders."""


@dataclass(frozen=True)
class Lettering:
    """A caption ready to be laid over a picture.

    Args:
        left, top: where, in stored pixels; even, as half-resolution chroma needs.
        alpha: opacity, 0 to 256, uint16 [h, w], both even.
        light: limited-range brightness times opacity, uint16 [h, w], half a step added so that
            a division by 256 rounds.
        alpha_half, grey_half: the same for chroma, uint16 [h/2, w/2]; letters and box have
            no colour.
    """

    left: int
    top: int
    alpha: Weights
    light: Weights
    alpha_half: Weights
    grey_half: Weights


@dataclass(frozen=True)
class Face:
    """A font that was chosen for some texts.

    Args:
        name: file name; empty for the one that comes with Pillow.
        missing: letters of the texts that it does not have.
    """

    name: str
    missing: str = ""

    def at(self, size: int) -> Font:
        """The font at a letter height in pixels."""
        return _loaded(self.name, size)


def choose_face(texts: Iterable[str]) -> Face:
    """The font with most of the texts' letters: Pillow's own if it has them all, else the
    first of the system's that does, else the one that lacks fewest.

    Raises:
        ComponentMissing: every font lacks more than half of them.
    """
    letters = sorted({c for text in texts for c in text if not _invisible(c)})
    best = Face("", _lacking("", letters))
    for name in _CANDIDATES:
        if not best.missing:
            break
        face = Face(name, _lacking(name, letters))
        if len(face.missing) < len(best.missing):
            best = face
    if len(best.missing) * 2 > len(letters):
        raise ComponentMissing(
            f"no font here has the letters of the captions (such as {best.missing[:8]!r})",
            remedy="install a Noto font for the language, or leave the captions as a text track",
        )
    return best


def letter(
    text: str, width: int, height: int, face: Face, sar: Fraction = Fraction(1)
) -> Lettering:
    """A caption as a white-on-dark picture at the bottom centre of the safe area.

    Args:
        text: the words; line ends are kept, long lines are wrapped.
        width, height: of the picture it goes on, stored pixels, upright.
        face: the font.
        sar: width ÷ height of a stored pixel.
    """
    shown = max(1, round(width * sar))  # width in square pixels
    room = shown * (1 - 2 * SAFE)
    size = max(_SMALLEST, round(_SIZE * min(height, shown / _WIDEST)))
    while True:
        font = face.at(size)
        pad = max(2, round(size * 0.4))
        lines = wrapped(text, font, room - 2 * pad)
        tall = round(len(lines) * size * _LEADING) + 2 * pad
        if tall <= height * _TALLEST or size <= _SMALLEST:
            break
        size -= 1
    wide = min(shown, round(max(_length(font, line) for line in lines)) + 2 * pad)
    image = Image.new("L", (wide, tall), 0)
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        middle = pad + (number + 0.5) * size * _LEADING
        draw.text((wide / 2, middle), line, fill=255, font=font, anchor=_anchor(font))
    if sar != 1:
        image = image.resize((max(2, round(wide / sar)), tall), Image.Resampling.BICUBIC)
    return _placed(np.asarray(image, np.uint8), width, height)


def wrapped(text: str, font: Font, room: float) -> list[str]:
    """Lines that fit `room` pixels, of about one length so that the eye travels least.

    Breaks at blanks; words that are too long, and writing without blanks, break anywhere.
    """
    lines: list[str] = []
    for paragraph in text.splitlines():
        pieces = _pieces(paragraph, font, room)
        filled = _filled(pieces, font, room)
        if len(filled) > 1:
            # the narrowest width that needs no more lines
            low, high = room / len(filled), room
            for _ in range(8):
                middle = (low + high) / 2
                fits = len(_filled(pieces, font, middle)) <= len(filled)
                low, high = (low, middle) if fits else (middle, high)
            filled = _filled(pieces, font, high)
        lines += filled
    return lines or [""]


def _pieces(paragraph: str, font: Font, room: float) -> list[str]:
    """What may not be broken further; a blank at the end says that one follows."""
    pieces: list[str] = []
    for word in paragraph.split():
        if _length(font, word) <= room:
            pieces.append(word + " ")
            continue
        pieces += list(word)
        pieces[-1] += " "
    return pieces


def _filled(pieces: Sequence[str], font: Font, room: float) -> list[str]:
    lines = [""]
    for piece in pieces:
        if lines[-1] and _length(font, (lines[-1] + piece).rstrip()) > room:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines if line.strip()]


def _placed(mask: npt.NDArray[np.uint8], width: int, height: int) -> Lettering:
    """The mask of the letters on their box, on even pixels inside the picture."""
    rows, columns = min(mask.shape[0], height), min(mask.shape[1], width)
    mask = mask[:rows, :columns]
    left = max(0, (width - columns) // 2) // 2 * 2
    top = max(0, height - round(height * SAFE) - rows) // 2 * 2
    high = min(rows + rows % 2, (height - top) // 2 * 2)
    wide = min(columns + columns % 2, (width - left) // 2 * 2)
    ink = np.zeros((rows + rows % 2, columns + columns % 2), np.float32)
    ink[:rows, :columns] = mask.astype(np.float32) / 255
    ink = ink[:high, :wide]
    opacity = ink + (1 - ink) * _BOX
    light = _WHITE * ink + _BLACK * (1 - ink) * _BOX
    half = opacity.reshape(high // 2, 2, wide // 2, 2).mean(axis=(1, 3))
    alpha, alpha_half = (np.rint(256 * o).astype(np.uint16) for o in (opacity, half))
    return Lettering(
        left,
        top,
        alpha,
        np.rint(256 * light + 128).astype(np.uint16),
        alpha_half,
        (_GREY * alpha_half + 128).astype(np.uint16),
    )


@functools.lru_cache(maxsize=64)
def _loaded(name: str, size: int) -> Font:
    if not name:
        return ImageFont.load_default(size)
    return ImageFont.truetype(name, size)


def _lacking(name: str, letters: Sequence[str]) -> str:
    """Those of the letters for which the font draws its sign for missing ones."""
    try:
        font = _loaded(name, 24)
    except OSError:
        return "".join(letters)
    unknown = {_drawn(font, code) for code in ("\U0010fffd", "\uffff")}
    return "".join(letter for letter in letters if _drawn(font, letter) in unknown)


def _drawn(font: Font, text: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(text)
    return mask.size, bytes(mask)


def _invisible(character: str) -> bool:
    """Blanks, marks that combine with the letter before, and control characters."""
    return unicodedata.category(character)[0] in "ZMC"


def _length(font: Font, text: str) -> float:
    return float(font.getlength(text))


def _anchor(font: Font) -> str | None:
    return "mm" if isinstance(font, ImageFont.FreeTypeFont) else None
