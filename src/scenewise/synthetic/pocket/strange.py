"""Pictures that are not of the drawn world: what a model must not take for an event.

Weights that have only ever seen one world find it everywhere. So some of what they are
trained on is something else: textures, abstract shapes, landscapes of noise, writing, scenes
with nobody in them, and drawn scenes in pieces.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from scenewise.core.media_types import Image
from scenewise.synthetic.settings import draw_setting
from scenewise.synthetic.world import HOURS, SETTINGS

Float = npt.NDArray[np.float32]


def strange_picture(rng: np.random.Generator, side: int) -> Image:
    """One picture, uint8 [side, side, 3], of a kind drawn by chance."""
    kind = _KINDS[int(rng.integers(len(_KINDS)))]
    picture = kind(rng, side)
    if rng.random() < 0.25:
        grey = picture.mean(axis=2, keepdims=True) * rng.uniform(0.7, 1.1)
        tone = np.asarray(rng.uniform(0.85, 1.1, 3)) if rng.random() < 0.5 else np.ones(3)
        picture = np.clip(grey * tone, 0, 255)
    if rng.random() < 0.3:
        # Letterboxed, as films are.
        bar = int(side * rng.uniform(0.06, 0.16))
        picture = np.array(picture)
        picture[:bar] = picture[side - bar :] = 0
    return np.asarray(np.clip(picture, 0, 255), np.uint8)


def _noise(rng: np.random.Generator, side: int, slope: float) -> Float:
    """Noise with a spectrum that falls as natural pictures' does, 0 to 1, [side, side]."""
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(side), np.fft.fftfreq(side)))
    frequency[0, 0] = 1.0 / side
    phase = np.exp(2j * np.pi * rng.random((side, side)))
    field = np.fft.ifft2(phase / frequency**slope).real
    low, high = np.quantile(field, (0.01, 0.99))
    return np.asarray(np.clip((field - low) / max(1e-9, high - low), 0, 1), np.float32)


def _palette(rng: np.random.Generator, count: int) -> Float:
    """Colours that go together: one hue range, light and dark ones, [count, 3]."""
    hue, width = rng.uniform(0, 180), rng.uniform(5, 70)
    colours = np.stack(
        [
            (hue + rng.uniform(-width, width, count)) % 180,
            rng.uniform(0, 200, count),
            np.linspace(rng.uniform(0, 90), rng.uniform(130, 255), count),
        ],
        axis=1,
    )
    rgb = cv2.cvtColor(colours[None].astype(np.uint8), cv2.COLOR_HSV2RGB)[0]
    return np.asarray(rgb, np.float32)


def _toned(field: Float, colours: Float) -> Float:
    steps = np.linspace(0, 1, len(colours))
    return np.stack([np.interp(field, steps, colours[:, c]) for c in range(3)], axis=-1)


def _texture(rng: np.random.Generator, side: int) -> Float:
    return _toned(_noise(rng, side, rng.uniform(0.6, 2.2)), _palette(rng, 5))


def _landscape(rng: np.random.Generator, side: int) -> Float:
    """Sky above, ridges one behind the other below, all of noise."""
    picture = _toned(_noise(rng, side, 1.9), _palette(rng, 4)) * 0.3
    ramp = np.linspace(1, 0, side)[:, None, None] * _palette(rng, 3)[-1]
    picture = picture + ramp.astype(np.float32) * 0.7
    ridges = int(rng.integers(1, 5))
    for ridge in range(ridges):
        line = _noise(rng, side, 1.6)[0] * side * 0.3 + side * (0.3 + 0.15 * ridge)
        below = np.arange(side)[:, None] > line[None]
        ground = _toned(_noise(rng, side, rng.uniform(0.8, 1.8)), _palette(rng, 4))
        picture = np.where(below[..., None], ground, picture)
    return picture


def _shapes(rng: np.random.Generator, side: int) -> Float:
    picture = (
        _texture(rng, side) if rng.random() < 0.6 else np.tile(_palette(rng, 2)[1], (side, side, 1))
    )
    canvas = np.clip(picture, 0, 255).astype(np.uint8)
    for _ in range(int(rng.integers(2, 18))):
        colour = tuple(float(c) for c in _palette(rng, 3)[int(rng.integers(3))])
        x, y = (int(v) for v in rng.integers(0, side, 2))
        a, b = (int(v) for v in rng.integers(2, side // 2, 2))
        if rng.random() < 0.5:
            cv2.ellipse(canvas, (x, y), (a, b), float(rng.uniform(0, 180)), 0, 360, colour, -1,
                        cv2.LINE_AA)  # fmt: skip
        else:
            corners = rng.integers(-a, a + 1, (int(rng.integers(3, 7)), 2)) + np.array((x, y))
            cv2.fillPoly(canvas, [corners.astype(np.int32)], colour, cv2.LINE_AA)
    sigma = float(rng.uniform(0.1, 3.0))
    return np.asarray(cv2.GaussianBlur(canvas, (0, 0), sigma), np.float32)


def _face(rng: np.random.Generator, side: int) -> Float:
    """Something like a head and shoulders, lit from one side, before a blurred ground."""
    ground = cv2.GaussianBlur(_texture(rng, side), (0, 0), float(rng.uniform(1, 6)))
    y, x = np.mgrid[0:side, 0:side].astype(np.float32) / side
    cx, cy, r = rng.uniform(0.25, 0.75), rng.uniform(0.3, 0.5), rng.uniform(0.12, 0.3)
    tone = np.array((200, 150, 120)) * rng.uniform(0.35, 1.2)
    light = np.clip(0.7 + (x - cx) * rng.uniform(-3, 3), 0.2, 1.3)[..., None]
    wide = rng.uniform(1.3, 2.2) * r
    shoulders = ((x - cx) / wide) ** 2 + ((y - cy - 2.2 * r) / (1.4 * r)) ** 2 < 1
    cloth = _palette(rng, 3)[int(rng.integers(3))]
    picture = np.where(shoulders[..., None], cloth * light, ground)
    head = ((x - cx) / (0.78 * r)) ** 2 + ((y - cy) / r) ** 2
    hair = ((x - cx) / (0.9 * r)) ** 2 + ((y - cy + 0.2 * r) / (1.1 * r)) ** 2 < 1
    picture = np.where(hair[..., None], _palette(rng, 3)[0] * light, picture)
    picture = np.where((head < 1)[..., None], tone * light, picture)
    for side_of in (-0.3, 0.3):
        eye = (x - cx - side_of * r) ** 2 + (y - cy + 0.1 * r) ** 2 < (0.1 * r) ** 2
        picture = np.where(eye[..., None], 30.0, picture)
    grain = _noise(rng, side, 0.8)[..., None] * 30 - 15
    return np.asarray(picture + grain, np.float32)


def _writing(rng: np.random.Generator, side: int) -> Float:
    """A title card or credits."""
    dark = rng.random() < 0.75
    base = rng.uniform(0, 60) if dark else rng.uniform(180, 255)
    ground: npt.NDArray[Any] = np.full((side, side, 3), base) * rng.uniform(0.6, 1.0, 3)
    if rng.random() < 0.3:
        ground = _texture(rng, side) * 0.5
    canvas = np.clip(np.asarray(ground), 0, 255).astype(np.uint8)
    ink = tuple(float(c) for c in (rng.uniform(180, 255, 3) if dark else rng.uniform(0, 80, 3)))
    letters = np.array(list("ABCDEFGHIJKLMNOPRSTUVWabcdefghiklmnoprstuvw    "))
    for _ in range(int(rng.integers(1, 7))):
        text = "".join(rng.choice(letters, int(rng.integers(3, 16))))
        size = float(rng.uniform(0.25, 1.1))
        spot = (int(rng.integers(0, side // 2)), int(rng.integers(8, side)))
        cv2.putText(canvas, text, spot, int(rng.integers(0, 8)), size, ink, 1, cv2.LINE_AA)
    return np.asarray(canvas, np.float32)


def _deserted(rng: np.random.Generator, side: int) -> Float:
    """A drawn place with nobody in it."""
    setting = SETTINGS[int(rng.integers(len(SETTINGS)))]
    seed = int(rng.integers(2**31))
    hour = HOURS[int(rng.integers(3))]
    drawn = draw_setting(setting.name, side, side, hour=hour, weather="clear", seed=seed)
    return drawn.back.astype(np.float32)


def _in_pieces(rng: np.random.Generator, side: int) -> Float:
    """A drawn place cut up and put together wrongly, in wrong colours."""
    picture = _deserted(rng, side)[..., rng.permutation(3)]
    parts = int(rng.integers(2, 6))
    step = side // parts
    pieces = [
        picture[r * step : (r + 1) * step, c * step : (c + 1) * step]
        for r in range(parts)
        for c in range(parts)
    ]
    order = rng.permutation(len(pieces))
    rows = [
        np.concatenate([pieces[order[r * parts + c]] for c in range(parts)], axis=1)
        for r in range(parts)
    ]
    return np.asarray(cv2.resize(np.concatenate(rows), (side, side)), np.float32)


def _patchwork(rng: np.random.Generator, side: int) -> Float:
    """Regions of different textures, as cluttered photographs have them."""
    count = int(rng.integers(4, 14))
    sites = rng.uniform(0, side, (count, 2))
    y, x = np.mgrid[0:side, 0:side]
    bend = (_noise(rng, side, 1.7) - 0.5) * side * 0.3
    away = [(x + bend - a) ** 2 + (y + bend - b) ** 2 for a, b in sites]
    nearest = np.argmin(away, axis=0)
    picture = np.zeros((side, side, 3), np.float32)
    for site in range(count):
        filling = _toned(_noise(rng, side, rng.uniform(0.7, 2.0)), _palette(rng, 4))
        picture = np.where((nearest == site)[..., None], filling, picture)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.3, 2.0))), np.float32)


def _plain(rng: np.random.Generator, side: int) -> Float:
    """Nearly one colour: black, a fade, fog."""
    colour = rng.uniform(0, 255, 3) if rng.random() < 0.5 else np.full(3, rng.uniform(0, 40))
    slope = np.linspace(-1, 1, side)[:, None, None] * rng.uniform(0, 40)
    grain = rng.normal(0, rng.uniform(0, 8), (side, side, 1))
    return np.asarray(colour + slope + grain, np.float32)


def _people(rng: np.random.Generator, side: int) -> Float:
    """Something like people from afar: shaded limbs in cloth of many kinds, before a ground
    that is out of focus."""
    ground = (_patchwork, _landscape, _texture)[int(rng.integers(3))](rng, side)
    picture = np.asarray(cv2.GaussianBlur(ground, (0, 0), float(rng.uniform(0.5, 5))))
    light = float(rng.uniform(-1, 1))
    for _ in range(int(rng.integers(1, 4))):
        tall, x = side * rng.uniform(0.4, 1.1), side * rng.uniform(0.15, 0.85)
        top = side * rng.uniform(0.02, 0.4)
        cloth, skin = _palette(rng, 4), np.array((215, 165, 135)) * rng.uniform(0.3, 1.1)
        tilt = float(rng.uniform(-18, 18))
        parts = [  # middle across and down, half axes, turn, colour
            (0.0, 0.42, 0.12, 0.22, tilt, cloth[2]),
            (-0.05, 0.75, 0.05, 0.24, float(rng.uniform(-25, 25)), cloth[0]),
            (0.05, 0.75, 0.05, 0.24, float(rng.uniform(-25, 25)), cloth[0]),
            (-0.13, 0.42, 0.04, 0.18, float(rng.uniform(-60, 60)), cloth[1]),
            (0.13, 0.42, 0.04, 0.18, float(rng.uniform(-60, 60)), cloth[1]),
            (0.0, 0.09, 0.075, 0.1, 0.0, skin * 0.4),
            (0.01, 0.11, 0.065, 0.09, 0.0, skin),
        ]
        for across, down, a, b, turn, colour in parts:
            cover = np.zeros((side, side), np.float32)
            middle = (int(x + across * tall), int(top + down * tall))
            cv2.ellipse(cover, middle, (max(1, int(a * tall)), max(1, int(b * tall))), turn, 0,
                        360, 1.0, -1, cv2.LINE_AA)  # fmt: skip
            soft = np.asarray(cv2.GaussianBlur(cover, (0, 0), 0.6))[..., None]
            slope = 1 + light * (np.arange(side) - middle[0])[None, :, None] / (2.5 * a * tall)
            weave = 0.8 + 0.4 * _noise(rng, side, 1)[..., None]
            shaded = np.asarray(colour) * np.clip(slope, 0.3, 1.5) * weave
            picture = np.asarray(picture * (1 - soft) + shaded * soft, np.float32)
    grain = rng.normal(0, rng.uniform(1, 9), (side, side, 1))
    return np.asarray(picture + grain, np.float32)


def _low_light(rng: np.random.Generator, side: int) -> Float:
    """A dark picture with light in one place, as films have many."""
    kind = (_people, _face, _patchwork, _shapes, _landscape)[int(rng.integers(5))]
    y, x = np.mgrid[0:side, 0:side] / side
    cx, cy = rng.uniform(0.1, 0.9, 2)
    glow = np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / rng.uniform(0.03, 0.5))[..., None]
    tone = rng.uniform(0.5, 1.0, 3)
    grain = rng.normal(0, rng.uniform(0, 5), (side, side, 1))
    dark = kind(rng, side) * (rng.uniform(0.02, 0.25) + rng.uniform(0.3, 0.9) * glow) * tone
    return np.asarray(dark + grain, np.float32)


def _planes(rng: np.random.Generator, side: int) -> Float:
    """Walls, floors and furniture of real rooms and streets: edges in perspective, softly
    shaded, with texture and a little blur."""
    picture = _toned(_noise(rng, side, 2.2), _palette(rng, 3)) * 0.4 + _palette(rng, 3)[1] * 0.6
    vanish = rng.uniform(0.2, 0.8, 2) * side
    for _ in range(int(rng.integers(3, 12))):
        edge = rng.uniform(-0.3, 1.3, (2, 2)) * side
        shares = rng.uniform(0.1, 0.9, 2)[:, None]
        corners = np.concatenate([edge, (edge + (vanish - edge) * shares)[::-1]])
        cover = np.zeros((side, side), np.float32)
        cv2.fillPoly(cover, [np.rint(corners).astype(np.int32)], 1.0, cv2.LINE_AA)
        filling = _toned(_noise(rng, side, rng.uniform(0.9, 2.2)), _palette(rng, 3))
        filling = filling * 0.5 + _palette(rng, 3)[int(rng.integers(3))] * 0.5
        picture = picture * (1 - cover[..., None]) + filling * cover[..., None]
    soft = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), float(rng.uniform(0.3, 2.0)))
    return np.asarray(soft + rng.normal(0, rng.uniform(0, 6), (side, side, 1)), np.float32)


_KINDS: Final[tuple[Callable[[np.random.Generator, int], Float], ...]] = (
    _texture,
    _landscape,
    _landscape,
    _shapes,
    _shapes,
    _face,
    _face,
    _writing,
    _deserted,
    _in_pieces,
    _patchwork,
    _people,
    _people,
    _low_light,
    _low_light,
    _planes,
    _planes,
    _plain,
)
