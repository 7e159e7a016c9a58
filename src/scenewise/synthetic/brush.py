"""A brush for places: lengths in units of the picture's size, colours under the hour's light.

The unit is the picture's height, or less where the picture is narrow, so that furniture keeps
its shape and size in every picture; wide pictures show more of a place, tall ones more of its
sky or wall.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from scenewise.core.media_types import Image
from scenewise.synthetic.world import Colour, Hour, Weather

Gain = tuple[float, float, float]
"""Factors for red, green and blue."""

_TINTS: Final[dict[tuple[Hour, bool], Gain]] = {
    ("day", True): (1.0, 1.0, 1.0),
    ("evening", True): (1.0, 0.78, 0.62),
    ("night", True): (0.60, 0.66, 0.88),
    ("day", False): (1.0, 1.0, 1.0),
    ("evening", False): (0.98, 0.86, 0.72),
    ("night", False): (0.74, 0.66, 0.60),
}
_SKIES: Final[dict[Hour, tuple[Colour, Colour]]] = {
    "day": ((96, 158, 226), (206, 228, 244)),
    "evening": ((92, 78, 132), (250, 158, 88)),
    "night": ((8, 12, 34), (34, 44, 84)),
}
_GREY: Final[dict[Hour, Colour]] = {
    "day": (178, 184, 190),
    "evening": (150, 118, 112),
    "night": (30, 34, 46),
}
_FOG: Final[dict[Hour, Colour]] = {
    "day": (206, 210, 212),
    "evening": (190, 164, 154),
    "night": (62, 68, 84),
}
_CIRCLE: Final = np.array(
    [(math.cos(k * math.tau / 24), math.sin(k * math.tau / 24)) for k in range(24)]
)
_SCALE: Final = 16.0
SNOW: Final[Colour] = (238, 242, 250)


def tint(hour: Hour, outdoors: bool = True) -> Gain:
    """The colour of the light: what the colours of things and people are multiplied by.

    Args:
        hour: time of day.
        outdoors: rooms have lamps and stay lighter.
    """
    return _TINTS[hour, outdoors]


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """A colour on the way from one to the other."""
    r, g, b = (round(a + (c - a) * share) for a, c in zip(one, other, strict=True))
    return (r, g, b)


def shade(colour: Colour, factor: float) -> Colour:
    """A colour made darker, or lighter where the factor is above one."""
    r, g, b = (min(255, max(0, round(c * factor))) for c in colour)
    return (r, g, b)


def sky_colours(hour: Hour, weather: Weather) -> tuple[Colour, Colour]:
    """Colours of the sky overhead and at the horizon, as seen (no light to multiply with)."""
    top, low = _SKIES[hour]
    if weather == "clear":
        return top, low
    grey = _FOG[hour] if weather == "fog" else _GREY[hour]
    share = {"rain": 0.85, "snow": 0.75, "fog": 0.95}[weather]
    return mixed(top, shade(grey, 0.86), share), mixed(low, grey, share)


class Brush:
    """Draws on one picture; x runs from 0 to `wide`, y from 0 (top) to `tall`, in units.

    Args:
        width, height: of the picture, pixels.
        hour, weather: what the light and the sky are like.
        outdoors: whether the place is under the sky.
        seed: of `random`.
    """

    def __init__(
        self, width: int, height: int, hour: Hour, weather: Weather, outdoors: bool, seed: str
    ) -> None:
        self.canvas: Image = np.zeros((height, width, 3), np.uint8)
        self.cover: npt.NDArray[np.uint8] | None = None
        self.hour, self.weather, self.outdoors = hour, weather, outdoors
        self.unit = min(float(height), 1.25 * width)
        self.wide, self.tall = width / self.unit, height / self.unit
        self.gain = tint(hour, outdoors)
        self.random = Random(seed)
        self.ground = round(self.random.uniform(0.84, 0.88), 3)
        self.feet = self.ground * self.tall
        """Where people stand, units from the top."""
        self._lamps: list[tuple[float, float, float, Colour, float]] = []

    def among(self, *colours: Colour) -> Colour:
        """One of the colours, a little off."""
        r, g, b = self.random.choice(colours)
        by = self.random.randint(-12, 12)
        return tuple(min(255, max(0, c + by + self.random.randint(-6, 6))) for c in (r, g, b))  # type: ignore[return-value]

    def chance(self, share: float) -> bool:
        """True as often as told."""
        return self.random.random() < share

    def between(self, low: float, high: float) -> float:
        """A number, all alike likely."""
        return self.random.uniform(low, high)

    def lit(self, colour: Colour) -> tuple[float, float, float]:
        """The colour under the hour's light."""
        return (colour[0] * self.gain[0], colour[1] * self.gain[1], colour[2] * self.gain[2])

    def _fill(self, corners: npt.NDArray[np.int32], colour: Sequence[float]) -> None:
        cv2.fillPoly(self.canvas, [corners], colour, cv2.LINE_AA, 4)
        if self.cover is not None:
            cv2.fillPoly(self.cover, [corners], 255, cv2.LINE_AA, 4)

    def _corners(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.int32]:
        return np.rint(points * (self.unit * _SCALE) - _SCALE / 2).astype(np.int32)

    def poly(
        self, points: Sequence[tuple[float, float]], colour: Colour, glows: bool = False
    ) -> None:
        """A filled polygon; one that glows keeps its colour at night."""
        self._fill(self._corners(np.array(points)), colour if glows else self.lit(colour))

    def rect(
        self, x: float, y: float, wide: float, tall: float, colour: Colour, glows: bool = False
    ) -> None:
        """A filled rectangle from its upper left corner."""
        self.poly([(x, y), (x + wide, y), (x + wide, y + tall), (x, y + tall)], colour, glows)

    def block(
        self, x: float, y: float, wide: float, tall: float, colour: Colour, edge: float = 0.012
    ) -> None:
        """A rectangle with a light upper edge and a dark right one."""
        self.rect(x, y, wide, tall, colour)
        self.rect(x + wide * 0.82, y, wide * 0.18, tall, shade(colour, 0.8))
        self.rect(x, y, wide, min(edge, tall / 2), shade(colour, 1.22))

    def disc(
        self, x: float, y: float, wide: float, tall: float, colour: Colour, glows: bool = False
    ) -> None:
        """A filled ellipse from its middle and half its sides."""
        points = _CIRCLE * (wide, tall) + (x, y)
        self._fill(self._corners(points), colour if glows else self.lit(colour))

    def ball(self, x: float, y: float, wide: float, tall: float, colour: Colour) -> None:
        """An ellipse with a dark lower right and a light upper left."""
        self.disc(x, y, wide, tall, shade(colour, 0.74))
        self.disc(x - wide * 0.1, y - tall * 0.12, wide * 0.86, tall * 0.84, colour)
        self.disc(x - wide * 0.3, y - tall * 0.34, wide * 0.42, tall * 0.4, shade(colour, 1.16))

    def line(
        self,
        points: Sequence[tuple[float, float]],
        width: float,
        colour: Colour,
        glows: bool = False,
    ) -> None:
        """Strokes from point to point, at least a pixel wide."""
        thick = max(1, round(width * self.unit))
        corners = [self._corners(np.array(points))]
        cv2.polylines(
            self.canvas,
            corners,
            False,
            colour if glows else self.lit(colour),
            thick,
            cv2.LINE_AA,
            4,
        )
        if self.cover is not None:
            cv2.polylines(self.cover, corners, False, 255, thick, cv2.LINE_AA, 4)

    def fade(
        self,
        x: float,
        y: float,
        wide: float,
        tall: float,
        first: Colour,
        last: Colour,
        glows: bool = False,
        across: bool = False,
    ) -> None:
        """A rectangle of whole pixels whose colour goes from the top (or left) to the other end."""
        x0, x1 = (min(max(round(v * self.unit), 0), self.canvas.shape[1]) for v in (x, x + wide))
        y0, y1 = (min(max(round(v * self.unit), 0), self.canvas.shape[0]) for v in (y, y + tall))
        count = x1 - x0 if across else y1 - y0
        if x1 <= x0 or y1 <= y0:
            return
        one = np.array(first if glows else self.lit(first))
        other = np.array(last if glows else self.lit(last))
        ramp = one + (other - one) * np.linspace(0, 1, count)[:, None]
        self.canvas[y0:y1, x0:x1] = (ramp[None] if across else ramp[:, None]) + 0.5
        if self.cover is not None:
            self.cover[y0:y1, x0:x1] = 255

    def blot(
        self,
        x: float,
        y: float,
        wide: float,
        tall: float,
        colour: Colour,
        amount: float,
        light: bool = False,
    ) -> None:
        """A soft spot of a colour; as light, it brightens what is there and hides little of it."""
        unit, (high, broad) = self.unit, self.canvas.shape[:2]
        x0, x1 = max(0, int((x - wide) * unit)), min(broad, int((x + wide) * unit) + 1)
        y0, y1 = max(0, int((y - tall) * unit)), min(high, int((y + tall) * unit) + 1)
        if x1 <= x0 or y1 <= y0:
            return
        across = ((np.arange(x0, x1, dtype=np.float32) + 0.5) / unit - x) / wide
        down = ((np.arange(y0, y1, dtype=np.float32) + 0.5) / unit - y) / tall
        away = np.minimum(across[None, :] ** 2 + down[:, None] ** 2, 1)
        share = ((1 - away) ** 2 * np.float32(amount))[..., None]
        spot = self.canvas[y0:y1, x0:x1]
        paint = np.array(colour, np.float32)
        if light:
            spot[:] = np.minimum(spot + (spot * (paint / 200) + paint * 0.3) * share, 255)
        else:
            spot[:] = spot + (paint - spot) * share

    def shadow(self, x: float, y: float, wide: float, tall: float = 0.03) -> None:
        """What a thing darkens of the ground it stands on."""
        self.blot(x, y, wide, tall, (0, 0, 0), 0.55)

    def lamp(
        self, x: float, y: float, reach: float, colour: Colour = (255, 214, 130), force: float = 0.6
    ) -> None:
        """Remembers a lamp; it lights its surroundings when the picture is finished."""
        self._lamps.append((x, y, reach, colour, force))

    def haze(self, colour: Colour, amount: float) -> None:
        """Blends all that is drawn so far towards a colour, as the air does with what is far."""
        veil = np.empty_like(self.canvas)
        veil[:] = colour
        cv2.addWeighted(self.canvas, 1 - amount, veil, amount, 0, self.canvas)

    def sky(self, horizon: float) -> None:
        """The sky down to a height, with clouds, and a moon and stars on clear nights."""
        top, low = sky_colours(self.hour, self.weather)
        self.fade(0, 0, self.wide, horizon + 0.01, top, low, glows=True)
        pick = self.random
        spots = [(pick.random(), pick.random(), pick.random()) for _ in range(14)]
        if self.hour == "night" and self.weather == "clear":
            for x, y, size in spots:
                self.rect(
                    x * self.wide,
                    y * horizon * 0.8,
                    0.006 + 0.004 * size,
                    0.006 + 0.004 * size,
                    (220, 226, 240),
                    glows=True,
                )
            self.disc(spots[0][0] * self.wide, horizon * 0.22, 0.045, 0.045, (240, 238, 214), True)
        elif self.weather == "clear" and spots[1][2] < 0.5:
            colour = (255, 244, 200) if self.hour == "day" else (255, 200, 120)
            height = horizon * (0.2 if self.hour == "day" else 0.75)
            self.blot(spots[0][0] * self.wide, height, 0.2, 0.2, colour, 0.8)
            self.disc(spots[0][0] * self.wide, height, 0.045, 0.045, colour, True)
        if self.weather != "fog":
            white = mixed(
                low, (255, 255, 255), {"day": 0.6, "evening": 0.25, "night": 0.08}[self.hour]
            )
            for x, y, size in spots[2 : 5 if self.weather == "clear" else 8]:
                wide = 0.12 + 0.2 * size
                self.blot(x * self.wide, y * horizon * 0.7, wide, wide * 0.3, white, 0.75)

    def fog(self, amount: float) -> None:
        """Fog between what is drawn so far and what comes next; nothing in other weather."""
        if self.weather == "fog":
            self.haze(_FOG[self.hour], amount * 0.72)

    def floor(self, y: float, far: Colour, near: Colour) -> None:
        """The ground from a height down: under snow white, after rain darker with pale streaks."""
        if self.outdoors and self.weather == "snow":
            far, near = mixed(far, SNOW, 0.85), mixed(near, SNOW, 0.8)
        wet = self.outdoors and self.weather == "rain"
        if wet:
            far, near = shade(far, 0.72), shade(near, 0.66)
        self.fade(0, y, self.wide, self.tall - y + 0.01, far, near)
        pick = self.random
        spots = [(pick.random(), pick.random(), pick.random()) for _ in range(6)]
        for x, down, size in spots:
            place = y + (self.tall - y) * (0.15 + 0.85 * down)
            wide = 0.08 + 0.14 * size
            if wet:
                gleam = sky_colours(self.hour, self.weather)[1]
                self.blot(x * self.wide, place, wide * 1.3, 0.022, gleam, 0.7)
            else:
                self.blot(x * self.wide, place, wide, 0.03, (0, 0, 0), 0.12)

    def finished(self) -> Image:
        """The picture with its lamps lit, light from one side and grain."""
        for x, y, reach, colour, force in self._lamps:
            amount = {"day": 0.12, "evening": 0.6, "night": 1.0}[self.hour] * force
            self.blot(x, y, reach, reach, colour, amount, light=True)
        high, broad = self.canvas.shape[:2]
        rng = np.random.default_rng(self.random.getrandbits(64))
        small = rng.integers(-5, 6, (max(2, high // 12), max(2, broad // 12)), np.int16)
        patches = cv2.resize(small, (broad, high), interpolation=cv2.INTER_LINEAR)
        patches += rng.integers(-4, 5, (high, broad), np.int8)
        lean = self.random.uniform(-16, 16)
        patches += np.linspace(-lean, lean, broad).astype(np.int16)
        lit: Image = cv2.add(self.canvas, cv2.merge([patches] * 3), dtype=cv2.CV_8U)  # type: ignore[assignment]
        return lit
