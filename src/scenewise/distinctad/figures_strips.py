"""Clips that follow each other as a picture, with what is said of them below (figure 5).

Marks are more than colours: what people say too is underlined, what was said of the clip before is
struck through.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw

from scenewise.core.media_types import Image
from scenewise.distinctad.figures_sentences import (
    AGAIN,
    PEOPLE,
    PLAIN,
    SHARED,
    ClipShown,
    Told,
    clock,
)
from scenewise.media.lettering import Face, Font, choose_face

GROUND, INK, MINOR, RULE = "#ffffff", "#1c1f24", "#575c66", "#dedad2"
COLOURS: Final = {SHARED: "#0b5a78", AGAIN: "#9a3d0c", PLAIN: INK}

LEADING: Final = 1.35
"""Line height in letter heights."""


def strip_image(
    title: str, clips: Sequence[ClipShown], *, width: int = 1600, columns: int = 4
) -> Image:
    """The strip: clips from left to right, row by row; above each its time, below it sentences.

    Args:
        title: a line above all.
        clips: one at least.
        width: pixels.
        columns: clips beside each other.

    Returns:
        RGB, uint8.

    Raises:
        ValueError: there is no clip, or one without frame.
        ComponentMissing: no font has the letters.
    """
    if not clips or not all(len(clip.frames) for clip in clips):
        raise ValueError("a strip needs clips with frames")
    letters = [title, _LEGEND, PEOPLE, *(clip.people for clip in clips)]
    letters += [text for clip in clips for name, one in clip.told.items() for text in
                (name, one.text)]  # fmt: skip
    columns = min(columns, len(clips))
    sheet = _Sheet(width, columns, choose_face(letters))
    sheet.line(title, INK)
    if any(clip.told for clip in clips):
        sheet.legend()
    for first in range(0, len(clips), columns):
        sheet.row(clips[first : first + columns])
    return sheet.image()


_LEGEND: Final = "Underlined: people say it too. Struck through: said of the clip before already."


class _Sheet:
    """A page that is written from the top, and grows."""

    def __init__(self, width: int, columns: int, face: Face) -> None:
        self._width, self._face = width, face
        self._size = max(12, round(width / 88))  # of letters, pixels
        self._margin = round(1.4 * self._size)
        self._gap = self._size
        room = width - 2 * self._margin + self._gap
        self._cell = room / columns - self._gap
        self._sheet = Pillow.new("RGB", (width, width), GROUND)
        self._top = float(self._margin)

    def image(self) -> Image:
        high = round(self._top + 0.5 * self._margin)
        return np.asarray(self._room(high).crop((0, 0, self._width, high)), np.uint8)

    def line(self, text: str, colour: str) -> None:
        draw = ImageDraw.Draw(self._room(2 * self._size))
        draw.text((self._margin, self._top), text, fill=colour, font=self._font)
        self._top += LEADING * self._size

    def legend(self) -> None:
        one = Told(_LEGEND, marks=((0, 10, SHARED), (30, 44, AGAIN)))
        draw = ImageDraw.Draw(self._room(2 * self._size))
        self._top = self._words(draw, one, self._margin, self._top, self._width - 2 * self._margin)
        self._top += 0.6 * self._size

    def row(self, clips: Sequence[ClipShown]) -> None:
        """Clips beside each other, their sentences on one height each."""
        top = self._top
        lefts = [self._margin + at * (self._cell + self._gap) for at in range(len(clips))]
        draw = ImageDraw.Draw(self._room(2 * self._size))
        small = self._face.at(round(0.85 * self._size))
        for left, clip in zip(lefts, clips, strict=True):
            draw.text((left, top), clock(clip.start), fill=MINOR, font=small)
        top += 1.2 * self._size
        pictures = [self._frames(clip.frames) for clip in clips]
        high = max(one.height for one in pictures)
        self._top = top
        sheet = self._room(high + 2 * self._size)
        for left, picture in zip(lefts, pictures, strict=True):
            sheet.paste(picture, (round(left), round(top)))
        top += high + 0.5 * self._size
        names = list(dict.fromkeys(name for clip in clips for name in clip.told))
        for name in (PEOPLE, *names):
            own = [
                Told(clip.people) if name == PEOPLE else clip.told.get(name, Told(""))
                for clip in clips
            ]
            self._top = top
            most = max(len(self._lines(one, self._cell)) for one in own)
            draw = ImageDraw.Draw(self._room((most + 2) * LEADING * self._size))
            ends = []
            for left, one in zip(lefts, own, strict=True):
                draw.text((left, top), name, fill=MINOR, font=small)
                ends.append(self._words(draw, one, left, top + 1.15 * self._size, self._cell))
            top = max(ends) + 0.35 * self._size
        self._top = top + 0.7 * self._size
        draw = ImageDraw.Draw(self._room(self._size))
        y = self._top - 0.6 * self._size
        draw.line([(self._margin, y), (self._width - self._margin, y)], fill=RULE, width=1)

    def _frames(self, frames: Sequence[Image]) -> Pillow.Image:
        """The frames of a clip beside each other, as wide as its cell."""
        wide = (self._cell - 2 * (len(frames) - 1)) / len(frames)
        small = []
        for frame in frames:
            height, width = frame.shape[:2]
            size = max(1, round(wide)), max(1, round(height * wide / width))
            small.append(Pillow.fromarray(frame).resize(size, Pillow.Resampling.LANCZOS))
        made = Pillow.new("RGB", (round(self._cell), max(one.height for one in small)), GROUND)
        for at, one in enumerate(small):
            made.paste(one, (round(at * (wide + 2)), 0))
        return made

    @property
    def _font(self) -> Font:
        return self._face.at(self._size)

    def _lines(self, one: Told, room: float) -> list[list[tuple[str, str]]]:
        """Words in lines that fit; a word that is too long for any stands alone."""
        lines: list[list[tuple[str, str]]] = [[]]
        used, blank = 0.0, self._font.getlength(" ")
        for word, kind in one.parts or [("(nothing)", PLAIN)]:
            wide = self._font.getlength(word)
            if lines[-1] and used + wide > room:
                lines.append([])
                used = 0.0
            lines[-1].append((word, kind))
            used += wide + blank
        return lines

    def _words(
        self, draw: ImageDraw.ImageDraw, one: Told, left: float, top: float, room: float
    ) -> float:
        """Write a sentence; where it ends."""
        thick, blank = max(1, round(self._size / 11)), self._font.getlength(" ")
        for line in self._lines(one, room):
            x = left
            for word, kind in line:
                wide = self._font.getlength(word)
                draw.text((x, top), word, fill=COLOURS[kind], font=self._font)
                if kind != PLAIN:
                    share = 1.17 if kind == SHARED else 0.68  # below the letters, or through them
                    y = top + share * self._size
                    draw.line([(x, y), (x + wide, y)], fill=COLOURS[kind], width=thick)
                x += wide + blank
            top += LEADING * self._size
        return top

    def _room(self, height: float) -> Pillow.Image:
        """The page, with so many pixels below what is written."""
        needed = round(self._top + height + self._margin)
        if needed > self._sheet.height:
            higher = Pillow.new("RGB", (self._width, 2 * needed), GROUND)
            higher.paste(self._sheet, (0, 0))
            self._sheet = higher
        return self._sheet
