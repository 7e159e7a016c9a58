"""A video as a strip: frames along time, and below them what is done and seen when.

Source: Prakash et al. 2023, appendix, figure B, where an action is grey while it is not active.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw

from scenewise.charades.action_times import Track, action_tracks, object_tracks
from scenewise.charades.data import Video
from scenewise.charades.lettered import GROUND, INK, LEADING, MINOR, write_lines
from scenewise.core.media_types import Frame, Image
from scenewise.core.options import Checked, option
from scenewise.core.ports import FrameSource
from scenewise.media.lettering import Face, choose_face, wrapped

_ACTION: Final = "#0b5a78"
_OBJECT: Final = "#3d8b4f"
_IDLE: Final = "#d4d1ca"
_RULE: Final = "#eae7e0"
_NAMES: Final = 0.26  # share of the width that names of actions take
_TALLEST: Final = 1.35  # height of a frame in widths of its cell


@dataclass(frozen=True)
class StripOptions(Checked):
    """How a strip looks."""

    frames: int = option(8, "frames along time", low=1, high=32, flag="strip-frames", group="Strip")
    width: int = option(
        1600, "width of the strip", low=480, high=8000, unit="px", flag="strip-width"
    )


def strip_times(seconds: float, count: int) -> list[float]:
    """The middles of equal stretches of a video, in seconds.

    Args:
        seconds: length of the video.
        count: stretches.
    """
    return [(2 * k + 1) * seconds / (2 * count) for k in range(count)]


def video_strip(
    film: FrameSource,
    seconds: float,
    video: Video,
    classes: Mapping[str, str],
    options: StripOptions | None = None,
) -> Image:
    """The strip of a video.

    Args:
        film: its file.
        seconds: its length.
        video: its row of the table.
        classes: what codes of actions mean (`action_times.read_classes`).
        options: how it looks.

    Raises:
        NotAVideo: the file holds no picture.
        ComponentMissing: no font has the letters.
    """
    chosen = options or StripOptions()
    frames = list(film.at(strip_times(seconds, chosen.frames)))
    return strip_image(frames, seconds, video, classes, chosen)


def strip_image(
    frames: Sequence[Frame],
    seconds: float,
    video: Video,
    classes: Mapping[str, str],
    options: StripOptions | None = None,
) -> Image:
    """Frames of equal stretches of a video, from left to right; below them a bar for each action
    that is thick and dark while it is active, thin and grey while it is not, the same for objects
    as far as an action names them; then script and descriptions.

    Args:
        frames: one for each stretch, at least one.
        seconds: length of the video.
        video: its row of the table.
        classes: what codes of actions mean.
        options: how it looks; of them the width.

    Returns:
        RGB, uint8.

    Raises:
        ValueError: there is no frame, or no length.
        ComponentMissing: no font has the letters.
    """
    if not frames or seconds <= 0:
        raise ValueError(f"no strip of {len(frames)} frames and {seconds} seconds")
    actions, things = action_tracks(video, classes), object_tracks(video, classes)
    when = [track for track in things if track.spans]
    ever = [track.name for track in things if not track.spans]
    texts = [("Other objects; the table does not tell when", ", ".join(ever))] if ever else []
    texts += [("Script", video.script)] if video.script else []
    texts += [(f"Description {at}", text) for at, text in enumerate(video.descriptions, 1)]
    title = f"{video.id}, {video.scene}, {seconds:.1f} s"
    letters = [title, *(track.name for track in (*actions, *when)), *(text for _, text in texts)]
    width = (options or StripOptions()).width
    sheet = _Sheet(width, seconds, len(frames), choose_face(letters))
    sheet.lines([(title, INK)])
    sheet.frames(frames)
    for head, tracks, colour in (("Actions", actions, _ACTION), ("Objects", when, _OBJECT)):
        if tracks:
            sheet.tracks(head, tracks, colour)
    for head, text in texts:
        sheet.text(head, text)
    return sheet.image()


class _Sheet:
    """A page that is written from the top, and grows."""

    def __init__(self, width: int, seconds: float, count: int, face: Face) -> None:
        self._width, self._seconds, self._face = width, seconds, face
        self._size = max(11, round(width / 90))  # of letters, pixels
        self._margin = round(1.5 * self._size)
        self._left, self._right = round(width * _NAMES), width - self._margin
        self._cell = (self._right - self._left) / count
        self._sheet = Pillow.new("RGB", (width, width), GROUND)
        self._top = float(self._margin)

    def image(self) -> Image:
        """What was written."""
        high = round(self._top + self._margin)
        return np.asarray(self._room(high).crop((0, 0, self._width, high)), np.uint8)

    def lines(self, lines: Sequence[tuple[str, str]]) -> None:
        """Lines, each with its colour."""
        draw = ImageDraw.Draw(self._room(LEADING * self._size * len(lines)))
        self._top = write_lines(draw, lines, self._face, self._size, self._margin, self._top)
        self._top += 0.5 * self._size

    def text(self, head: str, text: str) -> None:
        """A text below its heading."""
        fitting = wrapped(text, self._face.at(self._size), self._right - self._margin)
        self.lines([(head, MINOR), *((line, INK) for line in fitting)])

    def frames(self, frames: Sequence[Frame]) -> None:
        """Frames side by side, each in the middle of its stretch, with its time below."""
        wide = round(self._cell - 0.4 * self._size)
        small = [self._fitted(frame, wide) for frame in frames]
        high = max(one.height for one in small)
        sheet = self._room(high + 2.5 * self._size)
        draw, font = ImageDraw.Draw(sheet), self._face.at(round(0.85 * self._size))
        for at, (one, frame) in enumerate(zip(small, frames, strict=True)):
            middle = self._left + (at + 0.5) * self._cell
            sheet.paste(one, (round(middle - one.width / 2), round(self._top)))
            told = f"{frame.time:.1f} s"
            place = (middle - font.getlength(told) / 2, self._top + high + 0.3 * self._size)
            draw.text(place, told, fill=MINOR, font=font)
        self._top += high + 2.2 * self._size

    def tracks(self, head: str, tracks: Sequence[Track], colour: str) -> None:
        """A bar for each track, with its name before it."""
        step, font = round(1.7 * self._size), self._face.at(self._size)
        sheet = self._room(step * (len(tracks) + 2))
        draw = ImageDraw.Draw(sheet)
        draw.text((self._margin, self._top), head, fill=MINOR, font=font)
        self._top += LEADING * self._size
        bottom = self._top + step * len(tracks)
        for border in range(round((self._right - self._left) / self._cell) + 1):
            x = self._left + border * self._cell
            draw.line([(x, self._top), (x, bottom)], fill=_RULE, width=1)
        for track in tracks:
            middle = self._top + step / 2
            name = self._shortened(track.name, self._left - self._margin - self._size)
            draw.text((self._margin, middle - 0.6 * self._size), name, fill=INK, font=font)
            thin, thick = max(1, round(0.12 * self._size)), 0.45 * self._size
            draw.line([(self._left, middle), (self._right, middle)], fill=_IDLE, width=thin)
            for span in track.spans:
                if span.start > self._seconds:
                    continue  # the table tells of times after the end of some videos
                # an action of no length is seen nevertheless
                start, end = self._x(span.start), max(self._x(span.end), self._x(span.start) + 2)
                draw.rectangle((start, middle - thick, end, middle + thick), fill=colour)
            self._top += step
        self._top += 0.6 * self._size

    def _x(self, time: float) -> float:
        share = min(max(time / self._seconds, 0.0), 1.0)
        return self._left + share * (self._right - self._left)

    def _fitted(self, frame: Frame, wide: int) -> Pillow.Image:
        scale = min(wide / frame.width, _TALLEST * wide / frame.height)
        size = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
        return Pillow.fromarray(frame.image).resize(size, Pillow.Resampling.LANCZOS)

    def _shortened(self, name: str, room: float) -> str:
        font = self._face.at(self._size)
        if font.getlength(name) <= room:
            return name
        while name and font.getlength(name + "…") > room:
            name = name[:-1]
        return name.rstrip() + "…"

    def _room(self, height: float) -> Pillow.Image:
        """The page, with so many pixels below what is written."""
        needed = round(self._top + height + self._margin)
        if needed > self._sheet.height:
            higher = Pillow.new("RGB", (self._width, 2 * needed), GROUND)
            higher.paste(self._sheet, (0, 0))
            self._sheet = higher
        return self._sheet
