"""One clip, drawn: an event in its setting, seen by a camera, at any moment asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import cv2
import numpy as np
import numpy.typing as npt

from scenewise.core.media_types import Image
from scenewise.synthetic.acting import MANNERS, Act, Held, extent, thing_at
from scenewise.synthetic.cards import hang_sign
from scenewise.synthetic.figures import Pen, draw_figure, draw_near_arm, place
from scenewise.synthetic.poses import Points
from scenewise.synthetic.props import draw_prop
from scenewise.synthetic.settings import Scenery, draw_setting, tint
from scenewise.synthetic.weather import draw_weather
from scenewise.synthetic.world import (
    CHARACTER,
    PROP,
    SETTING,
    Character,
    Event,
    Hour,
    Weather,
)

Camera = Literal["still", "pan", "push in", "pull out"]
CAMERAS: Final[tuple[Camera, ...]] = ("still", "pan", "push in", "pull out")

_MARGIN: Final = 1.24
"""The scenery is drawn this much larger than the picture, so that the camera can move."""

_NEAREST: Final = 1.1
"""How much larger than usual a camera that moves in shows everything."""

_PAN: Final = 0.7
"""Share of what is drawn to the left and right that a camera which pans passes over."""

_STOOL: Final = (150, 104, 60)
_LADDER: Final = (186, 142, 84)


@dataclass(frozen=True)
class Shooting:
    """How a clip is filmed; two clips of one scene share the place and differ in this.

    Args:
        place: seed of how the setting looks.
        height: of a grown-up, relative to the height of the picture.
        across: where the action is, 0 (as far left as fits) to 1.
        camera: how the camera moves.
        phase: where in its cycle the action begins, 0 to 1.
        tempo: how fast it goes, relative to the usual.
        brightness: of the whole picture, relative to the usual.
    """

    place: int = 0
    height: float = 0.75
    across: float = 0.5
    camera: Camera = "still"
    phase: float = 0.0
    tempo: float = 1.0
    brightness: float = 1.0

    @classmethod
    def drawn(cls, rng: np.random.Generator, place: int) -> Shooting:
        """One of all ways to film, by chance."""
        return cls(
            place=place,
            height=float(rng.uniform(0.64, 0.92)),
            across=float(rng.uniform(0, 1)),
            camera=CAMERAS[int(rng.integers(len(CAMERAS)))],
            phase=float(rng.uniform(0, 1)),
            tempo=float(rng.uniform(0.85, 1.15)),
            brightness=float(rng.uniform(0.88, 1.12)),
        )


@dataclass(frozen=True)
class Seen:
    """Where people and things are in a picture, in pixels.

    Args:
        person: joints of who acts, [11, 2] (`poses`).
        other: joints of the other person, where there is one.
        thing: middle and largest extent of the thing, where there is one.
    """

    person: Points
    other: Points | None
    thing: tuple[float, float, float] | None


class _View:
    """What is behind and before the people where the camera looks.

    Args:
        at: scale and shift of the camera.
        back: what is behind them [h, w, 3].
    """

    def __init__(self, at: tuple[float, float, float], back: Image) -> None:
        self.at = at
        self.back = back
        self._front: tuple[tuple[slice, slice], Image, Image] | None = None

    def hide_behind(self, front: npt.NDArray[np.uint8]) -> None:
        """Take what is before the people: colours times cover, and cover [h, w, 4]."""
        rows = np.flatnonzero(front[..., 3].any(axis=1))
        columns = np.flatnonzero(front[..., 3].any(axis=0))
        if not rows.size:
            return
        part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        left = 255 - front[part][..., 3]
        kept = np.asarray(cv2.merge([left, left, left]), np.uint8)
        self._front = part, kept, np.ascontiguousarray(front[part][..., :3])

    def lay_over(self, canvas: Image) -> None:
        """Put what is before the people over a picture, in place."""
        if self._front is None:
            return
        part, left, colours = self._front
        kept = cv2.multiply(canvas[part], left, scale=1 / 255)
        canvas[part] = cv2.add(kept, colours)


class Stage:
    """Draws a clip.

    Args:
        event: what happens.
        shooting: how it is filmed.
        width, height: of the picture, in pixels.
        seconds: length of the clip.
        sign: what is written on a board that hangs there; empty for none.
    """

    def __init__(
        self,
        event: Event,
        shooting: Shooting,
        width: int,
        height: int,
        seconds: float,
        sign: str = "",
    ) -> None:
        self.event = event
        self.shooting = shooting
        self.width, self.height, self.seconds = width, height, seconds
        self._manner = MANNERS[event.action]
        wide, high = round(width * _MARGIN), round(height * _MARGIN)
        self._size = (wide, high)
        self._scenery = _scenery(
            event.setting, event.hour, event.weather, wide, high, shooting.place
        )
        self._back = self._scenery.back
        if sign:
            self._back = hang_sign(self._back, sign, shooting.place)
        self._front = _premultiplied(self._scenery.front)
        self._view: _View | None = None
        self._gain = np.asarray(tint(event.hour) if _lit(event) else (1.0, 1.0, 1.0), np.float64)
        self._pen = Pen(self._back, self._gain)
        self._grade = np.clip(np.arange(256) * shooting.brightness, 0, 255).astype(np.uint8)
        self._facing = 1 if event.direction == "right" else -1
        self._who = CHARACTER[event.person]
        self._other = CHARACTER[event.other] if event.other else None
        # Two people and a thing in flight must fit a narrow picture, raised arms a low one.
        self._extent = extent(
            event.action,
            self._who.height,
            self._other.height if self._other else 0.0,
            PROP[event.object].size if event.object else 0.0,
        )
        above = self._scenery.ground * high - (high - height) * 0.65
        nearest = _NEAREST if shooting.camera in ("push in", "pull out") else 1.0
        # What the camera shows from the first picture to the last.
        self._shown = width / nearest
        if shooting.camera == "pan":
            self._shown -= _PAN * (wide - width)
        room = 0.98 * above / (self._extent.top * nearest)
        wide_enough = 0.98 * self._shown / (self._extent.ahead + self._extent.behind)
        self._unit = min(shooting.height * height, wide_enough, room)
        self._start = self._standing()

    @property
    def telling(self) -> tuple[float, float]:
        """Two times, in seconds, between which a single frame tells what happens."""
        cycle = self._manner.seconds / self.shooting.tempo
        low, high = self._manner.telling
        start = (low - self.shooting.phase) % 1 * cycle
        end = start + (high - low) * cycle
        if start > self.seconds:  # the clip is over before: it tells at its beginning, if at all
            start, end = max(0.0, start - cycle), max(0.0, end - cycle)
        return min(start, self.seconds), min(end, self.seconds)

    def seen(self, time: float) -> Seen:
        """Where people and things are in the picture at a time."""
        scale, shift = self._camera(time)
        act, feet, unit = self._moment(time, scale, shift)
        at = place(act.pose, self._facing, feet, unit * self._who.height)
        other = self._place_partner(act, feet, unit) if act.partner else None
        thing = None
        if act.held is not None:
            middle = _where(act.held, at, feet, self._facing, unit, unit * self._who.height)
            size = PROP[self.event.object].size * unit
            thing = (float(middle[0]), float(middle[1]), size)
        return Seen(at, other, thing)

    def frame(self, time: float) -> Image:
        """The picture at a time, uint8 [height, width, 3].

        Args:
            time: seconds from the start of the clip.
        """
        scale, shift = self._camera(time)
        if self._view is None or self._view.at != (scale, *shift):
            # A camera that stands still sees the same place in every picture.
            self._view = self._looked(scale, shift)
        canvas = self._view.back.copy()
        self._play(canvas, time, scale, shift)
        self._view.lay_over(canvas)
        if _lit(self.event) and self.event.weather != "clear":
            draw_weather(canvas, self.event.weather, time, self.shooting.place)
        if self.shooting.brightness != 1.0:
            cv2.LUT(canvas, self._grade, dst=canvas)
        return canvas

    def _looked(self, scale: float, shift: tuple[float, float]) -> _View:
        matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
        size = (self.width, self.height)
        back = np.asarray(cv2.warpAffine(self._back, matrix, size, flags=cv2.INTER_LINEAR,
                                         borderMode=cv2.BORDER_REPLICATE), np.uint8)  # fmt: skip
        view = _View((scale, *shift), back)
        if self._front is not None:
            front = cv2.warpAffine(self._front, matrix, size, flags=cv2.INTER_LINEAR)
            view.hide_behind(np.asarray(front, np.uint8))
        return view

    def _standing(self) -> float:
        """x of the feet when the clip begins, in pixels of the scenery."""
        ahead, behind = self._extent.ahead * self._unit, self._extent.behind * self._unit
        travel = self._travel(self.seconds)
        wide = self._size[0]
        left, right = (wide - self._shown) / 2, (wide + self._shown) / 2
        if self._facing > 0:
            low, high = left + behind, right - ahead - travel
        else:
            low, high = left + ahead + travel, right - behind
        if high < low:
            low = high = (low + high) / 2
        return low + (high - low) * self.shooting.across

    def _travel(self, time: float) -> float:
        """How far the figure has moved, in pixels of the scenery."""
        speed = self._manner.speed * self.shooting.tempo
        room = max(0.0, self._shown - (self._extent.ahead + self._extent.behind) * self._unit)
        return min(speed * time * self._unit, room)

    def _camera(self, time: float) -> tuple[float, tuple[float, float]]:
        share = min(1.0, max(0.0, time / self.seconds)) if self.seconds else 0.0
        camera = self.shooting.camera
        more = _NEAREST - 1.0
        zoom = {"push in": more * share, "pull out": more * (1.0 - share)}
        scale = 1.0 + zoom.get(camera, 0.0)
        wide, high = self._size
        slack = wide - self.width
        x = (wide * scale - self.width) / 2
        if camera == "pan":
            x += (share - 0.5) * _PAN * slack * self._facing
        # Zooming keeps the feet in view.
        y = high * scale - self.height - (high - self.height) * 0.35
        return scale, (-x, -y)

    def _play(self, canvas: Image, time: float, scale: float, shift: tuple[float, float]) -> None:
        act, (x, y), unit = self._moment(time, scale, shift)
        f = self._facing
        pen = self._pen
        pen.canvas = canvas
        tall = unit * self._who.height
        at = place(act.pose, f, (x, y), tall)
        _shadow(pen, (x, y), unit)
        if act.furniture:
            _furnish(pen, act, at, (x, y), f, unit)
        if act.partner is not None and self._other is not None:
            self._partner(pen, act, (x, y), unit)
        draw_figure(pen, self._who, at, f, tall, asleep=self.event.action == "sleep")
        if act.held is not None:
            middle = _where(act.held, at, (x, y), f, unit, tall)
            size = PROP[self.event.object].size * unit
            light = float(self._gain.mean())
            draw_prop(canvas, self.event.object, float(middle[0]), float(middle[1]), size,
                      angle=act.held.angle * f, light=light)  # fmt: skip
        draw_near_arm(pen, self._who, at, tall)

    def _moment(
        self, time: float, scale: float, shift: tuple[float, float]
    ) -> tuple[Act, tuple[float, float], float]:
        """What is played, where the feet stand in the picture, and a grown-up's height."""
        cycle = self._manner.seconds / self.shooting.tempo
        act = self._manner.act(self.shooting.phase + time / cycle)
        x = (self._start + self._facing * self._travel(time)) * scale + shift[0]
        y = self._scenery.ground * self._size[1] * scale + shift[1]
        return act, (x, y), self._unit * scale

    def _place_partner(self, act: Act, feet: tuple[float, float], unit: float) -> Points:
        assert act.partner is not None
        assert self._other is not None
        there = (feet[0] + self._facing * act.apart * unit, feet[1])
        return place(act.partner, self._facing * act.faces, there, unit * self._other.height)

    def _partner(self, pen: Pen, act: Act, feet: tuple[float, float], unit: float) -> None:
        other: Character | None = self._other
        if other is None or act.partner is None:
            return
        facing = self._facing * act.faces
        tall = unit * other.height
        at = self._place_partner(act, feet, unit)
        _shadow(pen, (feet[0] + self._facing * act.apart * unit, feet[1]), unit)
        draw_figure(pen, other, at, facing, tall)
        draw_near_arm(pen, other, at, tall)


def _lit(event: Event) -> bool:
    """Whether the light of the hour falls on people: indoors lamps are on. Places that the
    world's films do not have are rooms."""
    return SETTING[event.setting].outdoors if event.setting in SETTING else False


# By what the place depends on, and not by who is there: the clips of a scene share it.
@lru_cache(maxsize=4)
def _scenery(
    setting: str, hour: Hour, weather: Weather, width: int, height: int, seed: int
) -> Scenery:
    return draw_setting(setting, width, height, hour=hour, weather=weather, seed=seed)


def _where(
    held: Held, at: Points, feet: tuple[float, float], facing: int, unit: float, tall: float
) -> Points:
    """Middle of the thing in pixels, [2]."""
    base, turn = np.array(feet), np.array([facing, -1.0])
    there = thing_at(held, (at - base) * turn / unit, tall / unit) * turn * unit
    return np.asarray(base + there)


def _shadow(pen: Pen, feet: tuple[float, float], unit: float) -> None:
    """A darker patch on the ground."""
    x, y = feet
    # A negative end would count from the far side of the picture.
    left, right = max(0, int(x - 0.26 * unit)), max(0, int(x + 0.26 * unit) + 1)
    top, bottom = max(0, int(y - 0.02 * unit)), max(0, int(y + 0.045 * unit) + 1)
    patch = pen.canvas[top:bottom, left:right]
    if patch.size:
        high, wide = patch.shape[:2]
        inside = np.zeros((high, wide), np.uint8)
        middle, axes = (wide // 2, high // 2), (max(1, wide // 2), max(1, high // 2))
        cv2.ellipse(inside, middle, axes, 0, 0, 360, 1, -1)
        dark = cv2.LUT(patch, _DARKER)
        cv2.copyTo(dark, inside, patch)


_DARKER: Final[npt.NDArray[np.uint8]] = (np.arange(256) * 0.62).astype(np.uint8)


def _furnish(
    pen: Pen, act: Act, at: Points, feet: tuple[float, float], facing: int, unit: float
) -> None:
    if act.furniture == "stool":
        x, y = feet[0] - facing * 0.03 * unit, feet[1]
        hip = at[0, 1] + 0.055 * unit
        for side in (-0.11, 0.11):
            pen.line(np.array([x + side * 0.7 * unit, hip]), np.array([x + side * unit, y]),
                     0.04 * unit, _STOOL, 0.8)  # fmt: skip
        pen.line(np.array([x - 0.12 * unit, hip]), np.array([x + 0.12 * unit, hip]),
                 0.06 * unit, _STOOL)  # fmt: skip
        return
    x, y = feet[0] + facing * 0.24 * unit, feet[1] + 0.02 * unit
    top = y - 1.75 * unit
    for side in (-0.1, 0.13):
        pen.line(np.array([x + side * unit, y]), np.array([x + side * unit, top]),
                 0.04 * unit, _LADDER, 0.9 if side < 0 else 1.05)  # fmt: skip
    for rung in range(10):
        level = y - (0.1 + 0.17 * rung) * unit
        pen.line(np.array([x - 0.1 * unit, level]), np.array([x + 0.13 * unit, level]),
                 0.03 * unit, _LADDER, 0.82)  # fmt: skip


def _premultiplied(front: npt.NDArray[np.uint8] | None) -> npt.NDArray[np.uint8] | None:
    """Colours times alpha, cut to the rows and columns that hold something."""
    if front is None or not front[..., 3].any():
        return None
    out = front.copy()
    alpha = front[..., 3:].astype(np.uint16)
    out[..., :3] = (front[..., :3].astype(np.uint16) * alpha // 255).astype(np.uint8)
    return out
