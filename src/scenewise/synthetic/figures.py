"""People, drawn: a jointed body with the clothes, hair and hat one knows them by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from scenewise.core.media_types import Image
from scenewise.synthetic import poses
from scenewise.synthetic.poses import HEAD, Points, Pose
from scenewise.synthetic.world import Character, Colour

Gain = npt.NDArray[np.float64]
"""Factors for red, green and blue by which light changes a colour, [3]."""

_SHIFT: Final = 4
_SUB: Final = 1 << _SHIFT
_SHOE: Final = (44, 34, 32)


class Pen:
    """Draws shapes given in pixels, whole or not, in the light of the scene."""

    def __init__(self, canvas: Image, gain: Gain) -> None:
        self.canvas = canvas
        self.gain = gain
        self._colours: dict[tuple[Colour, float], tuple[float, float, float]] = {}

    def colour(self, colour: Colour, shade: float = 1.0) -> tuple[float, float, float]:
        """A colour in the light, made darker or lighter."""
        key = (colour, shade)
        if key not in self._colours:
            red, green, blue = np.minimum(255.0, np.asarray(colour) * self.gain * shade).tolist()
            self._colours[key] = (red, green, blue)
        return self._colours[key]

    def line(
        self, start: Points, end: Points, width: float, colour: Colour, shade: float = 1.0
    ) -> None:
        """A line with round ends."""
        # Plain numbers: this is called a hundred times a frame, and numpy costs more than cv2.
        (ax, ay), (bx, by) = start.tolist(), end.tolist()
        cv2.line(self.canvas, (round(ax * _SUB), round(ay * _SUB)),
                 (round(bx * _SUB), round(by * _SUB)), self.colour(colour, shade),
                 max(1, round(width)), cv2.LINE_AA, _SHIFT)  # fmt: skip

    def disc(self, middle: Points, radius: float, colour: Colour, shade: float = 1.0) -> None:
        """A filled circle."""
        x, y = middle.tolist()
        cv2.circle(self.canvas, (round(x * _SUB), round(y * _SUB)), max(1, round(radius * _SUB)),
                   self.colour(colour, shade), -1, cv2.LINE_AA, _SHIFT)  # fmt: skip

    def shape(self, corners: Points, colour: Colour, shade: float = 1.0) -> None:
        """A filled convex polygon."""
        cv2.fillConvexPoly(self.canvas, np.rint(corners * _SUB).astype(np.int32),
                           self.colour(colour, shade), cv2.LINE_AA, _SHIFT)  # fmt: skip


def place(pose: Pose, facing: int, feet: tuple[float, float], height: float) -> Points:
    """Joints in pixels, [11, 2].

    Args:
        pose, facing: as for `poses.joints`.
        feet: point on the ground below the hip, in pixels.
        height: of the figure, in pixels.
    """
    places = poses.joints(pose, facing)
    return np.stack([feet[0] + places[:, 0] * height, feet[1] - places[:, 1] * height], axis=1)


def draw_figure(
    pen: Pen, who: Character, at: Points, facing: int, height: float, *, asleep: bool = False
) -> None:
    """A person but for the near arm, which goes over what they hold (`draw_near_arm`).

    Args:
        pen: what to draw with.
        who: whose looks they have.
        at: joints in pixels, [11, 2].
        facing: 1 right, −1 left.
        height: of the figure, in pixels.
        asleep: whether the eyes are shut.
    """
    _arm(pen, who, at, poses.ELBOW_2, poses.HAND_2, height, 0.78)
    _leg(pen, who, at, poses.KNEE_2, poses.FOOT_2, facing, height, 0.8)
    _leg(pen, who, at, poses.KNEE_1, poses.FOOT_1, facing, height, 1.0)
    _hair_behind(pen, who, at, facing, height)
    _trunk(pen, who, at, facing, height)
    _head(pen, who, at, facing, height, asleep)


def draw_near_arm(pen: Pen, who: Character, at: Points, height: float) -> None:
    """The arm towards the viewer."""
    _arm(pen, who, at, poses.ELBOW_1, poses.HAND_1, height, 1.0)


def _arm(
    pen: Pen, who: Character, at: Points, elbow: int, hand: int, height: float, shade: float
) -> None:
    width = height * (0.052 + 0.012 * who.girth)
    sleeve = who.bottom if who.hat == "headscarf" else who.top
    # The sleeve is edged darker, so that an arm before the body is seen.
    for grow, dark in ((1.35, 0.72), (1.0, 1.0)):
        pen.line(at[poses.NECK], at[elbow], width * grow, sleeve, shade * dark)
        pen.line(at[elbow], at[hand], width * grow * 0.92, sleeve, shade * dark)
    pen.disc(at[hand], height * 0.034, who.skin, shade)


def _leg(
    pen: Pen,
    who: Character,
    at: Points,
    knee: int,
    foot: int,
    facing: int,
    height: float,
    shade: float,
) -> None:
    width = height * (0.06 + 0.018 * who.girth)
    bare = who.garment in {"shorts", "dress", "skirt"}
    pen.line(at[poses.HIP], at[knee], width, who.bottom, shade)
    pen.line(at[knee], at[foot], width * (0.75 if bare else 0.92),
             who.skin if bare else who.bottom, shade * 0.94)  # fmt: skip
    shin = at[foot] - at[knee]
    along = shin / max(1e-6, float(np.hypot(*shin)))
    toe = np.array([along[1], -along[0]]) * facing  # the foot stands square to the shin
    pen.line(at[foot], at[foot] + toe * height * 0.055, width * 0.8, _SHOE, shade)


def _trunk(pen: Pen, who: Character, at: Points, facing: int, height: float) -> None:
    hip, neck = at[poses.HIP], at[poses.NECK]
    spine = neck - hip
    along = spine / max(1e-6, float(np.hypot(*spine)))
    across = np.array([-along[1], along[0]])
    if across[0] * facing < 0:
        across = -across  # towards the front
    half = height * 0.085 * who.girth
    if who.garment in {"skirt", "dress", "coat"}:
        colour = who.top if who.garment == "coat" else who.bottom
        low = 1.0 if who.garment == "coat" else 0.85
        knees = [hip + (at[k] - hip) * low for k in (poses.KNEE_1, poses.KNEE_2)]
        hem = half * (1.0 if who.garment == "coat" else 1.45)
        ends = [knee + side * across * hem for knee in knees for side in (-1, 1)]
        rim = np.array([hip - across * half, hip + across * half, *ends], np.float32)
        pen.shape(cv2.convexHull(rim)[:, 0].astype(np.float64), colour, 0.9)
    body = np.array(
        [hip - across * half, neck - across * half * 0.85, neck + across * half * 0.85,
         hip + across * half * 1.08]
    )  # fmt: skip
    pen.line(hip, neck - along * half * 0.3, half * 2.0, who.top, 0.82)
    pen.shape(body, who.top, 0.86)
    light = np.array([hip, neck, body[2], body[3]])
    pen.shape(light, who.top, 1.06)
    _pattern(pen, who, hip, along, across, half, height)
    if who.extra == "scarf":
        pen.line(neck - across * half * 0.8, neck + across * half * 0.8, height * 0.06,
                 (240, 190, 30))  # fmt: skip
        pen.line(neck + across * half * 0.3, neck + across * half * 0.3 - along * height * 0.16,
                 height * 0.05, (240, 190, 30), 0.9)  # fmt: skip


def _pattern(
    pen: Pen,
    who: Character,
    hip: Points,
    along: Points,
    across: Points,
    half: float,
    height: float,
) -> None:
    length = height * 0.3
    if who.pattern == "stripes":
        for share in (0.12, 0.36, 0.6, 0.84):
            middle = hip + along * length * share
            pen.line(middle - across * half * 0.85, middle + across * half * 0.85,
                     height * 0.03, (216, 60, 40))  # fmt: skip
    elif who.pattern == "dots":
        for share, side in ((0.15, -0.4), (0.3, 0.4), (0.5, -0.3), (0.7, 0.35), (-0.1, 0.1)):
            pen.disc(hip + along * length * share + across * half * side, height * 0.018,
                     (250, 250, 246))  # fmt: skip
    elif who.pattern == "buttons":
        for share in (0.15, 0.4, 0.65):
            pen.disc(hip + along * length * share + across * half * 0.45, height * 0.014,
                     (244, 214, 120))  # fmt: skip
    elif who.pattern == "apron":
        low = hip - along * height * 0.14
        corners = np.array(
            [
                low,
                hip + along * length * 0.7,
                hip + along * length * 0.7 + across * half,
                low + across * half * 1.2,
            ]
        )
        pen.shape(corners, (206, 214, 224), 1.0)


def _local(at: Points, facing: int, height: float) -> tuple[Points, Points, Points]:
    """Middle of the head, and steps of one head radius towards the face and the crown."""
    middle = at[poses.CROWN]
    up = middle - at[poses.NECK]
    up = up / max(1e-6, float(np.hypot(*up))) * height * HEAD
    face = np.array([-up[1], up[0]]) * facing
    return middle, face, up


def _hair_behind(pen: Pen, who: Character, at: Points, facing: int, height: float) -> None:
    middle, face, up = _local(at, facing, height)
    radius = height * HEAD
    if who.hat == "headscarf":
        pen.disc(middle - 0.1 * face, radius * 1.25, who.hair, 0.85)
        pen.line(middle - 0.5 * face, middle - 0.7 * face - 1.6 * up, radius * 0.9, who.hair, 0.8)
        return
    if who.hairstyle == "long":
        pen.disc(middle - 0.2 * face, radius * 1.16, who.hair, 0.85)
        pen.line(middle - 0.65 * face, middle - 0.8 * face - 2.2 * up, radius * 0.9, who.hair, 0.85)
    elif who.hairstyle == "pigtails":
        for side in (-0.9, 0.6):
            tail = middle + side * face + 0.1 * up
            pen.line(tail, tail - 1.3 * up + 0.4 * side * face, radius * 0.55, who.hair, 0.9)
    elif who.hairstyle == "curly":
        for x, y in ((-1.0, -0.4), (-1.1, 0.3), (-0.7, 0.9), (0.0, 1.15), (0.6, 0.8)):
            pen.disc(middle + x * face + y * up, radius * 0.62, who.hair, 0.9)


def _head(pen: Pen, who: Character, at: Points, facing: int, height: float, asleep: bool) -> None:
    middle, face, up = _local(at, facing, height)
    radius = height * HEAD
    pen.line(at[poses.NECK], middle, radius * 0.8, who.skin, 0.85)
    pen.disc(middle, radius, who.skin, 0.9)
    pen.disc(middle + 0.14 * face + 0.06 * up, radius * 0.84, who.skin, 1.03)
    _beard(pen, who, middle, face, up, radius)
    _hair_above(pen, who, middle, face, up, radius)
    eye = middle + 0.45 * face + 0.08 * up
    if asleep:
        pen.line(eye - 0.16 * face, eye + 0.16 * face, radius * 0.12, (30, 24, 24))
    else:
        pen.disc(eye, radius * 0.13, (24, 20, 22))
    pen.disc(middle + 0.98 * face - 0.12 * up, radius * 0.16, who.skin, 0.92)
    if who.extra == "glasses":
        pen.line(eye - 0.5 * face, eye + 0.35 * face, radius * 0.14, (20, 20, 30))
        pen.disc(eye, radius * 0.3, (20, 20, 30))
        pen.disc(eye, radius * 0.2, (210, 236, 250))
    _hat(pen, who, middle, face, up, radius)


def _beard(
    pen: Pen, who: Character, middle: Points, face: Points, up: Points, radius: float
) -> None:
    if who.extra == "beard":
        pen.disc(middle + 0.35 * face - 0.7 * up, radius * 0.62, who.hair)
    elif who.extra == "moustache":
        pen.line(middle + 0.4 * face - 0.35 * up, middle + 0.95 * face - 0.4 * up,
                 radius * 0.25, who.hair)  # fmt: skip


def _cap_of_hair(middle: Points, face: Points, up: Points, turn: float) -> Points:
    arc = np.linspace(turn, turn + np.pi, 9)
    return middle + np.outer(np.cos(arc), face) * 1.08 + np.outer(np.sin(arc), up) * 1.08


def _hair_above(
    pen: Pen, who: Character, middle: Points, face: Points, up: Points, radius: float
) -> None:
    if who.hairstyle == "bald" or who.hat == "headscarf":
        if who.hat == "headscarf":
            pen.shape(_cap_of_hair(middle, face, up, 0.55), who.hair, 1.05)
        return
    pen.shape(_cap_of_hair(middle, face, up, 0.5), who.hair)
    if who.hairstyle == "bun":
        pen.disc(middle - 0.5 * face + 1.15 * up, radius * 0.5, who.hair, 0.92)


def _hat(pen: Pen, who: Character, middle: Points, face: Points, up: Points, radius: float) -> None:
    def box(left: float, right: float, low: float, high: float) -> Points:
        corners: Sequence[tuple[float, float]] = (
            (left, low), (right, low), (right, high), (left, high)
        )  # fmt: skip
        return np.array([middle + x * face + y * up for x, y in corners])

    if who.hat == "top hat":
        pen.shape(box(-0.75, 0.75, 0.6, 1.9), (26, 26, 34))
        pen.shape(box(-1.3, 1.3, 0.55, 0.8), (26, 26, 34))
        pen.shape(box(-0.75, 0.75, 0.8, 1.02), (190, 40, 50))
    elif who.hat == "cap":
        pen.shape(_cap_of_hair(middle, face, up, 0.1), (30, 160, 80))
        pen.shape(box(0.4, 1.7, 0.28, 0.5), (30, 160, 80), 0.85)
    elif who.hat == "cook's hat":
        pen.shape(box(-0.85, 0.85, 0.5, 1.2), (250, 250, 250), 0.93)
        for x in (-0.6, 0.0, 0.6):
            pen.disc(middle + x * face + 1.55 * up, radius * 0.6, (252, 252, 252))
    elif who.hat == "flat cap":
        pen.shape(box(-1.05, 0.7, 0.55, 1.05), (92, 96, 84))
        pen.shape(box(0.3, 1.5, 0.5, 0.72), (72, 76, 66))
