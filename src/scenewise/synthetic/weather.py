"""What falls and drifts before everything else: rain, snow and fog that move with time."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from scenewise.core.media_types import Image
from scenewise.synthetic.world import Weather

_DROPS: Final = 70
_FLAKES: Final = 54
_SHIFT: Final = 4
_SCALE: Final = 16.0


@lru_cache(maxsize=64)
def _numbers(seed: int) -> npt.NDArray[np.float64]:
    """Where each drop starts, how fast it falls and how it sways [n, 4], each from 0 to 1."""
    return np.random.default_rng([seed, 4]).random((max(_DROPS, _FLAKES), 4))


@lru_cache(maxsize=64)
def _banks(seed: int) -> npt.NDArray[np.float32]:
    """Thickness of the fog [6, 24], the same on the left as on the right."""
    banks = np.random.default_rng([seed, 5]).random((6, 12), np.float32) * 44 - 22
    return np.concatenate([banks, banks], axis=1)


def _brightness(canvas: Image) -> float:
    return float(canvas[::16, ::16].mean())


def _rain(canvas: Image, time: float, seed: int) -> None:
    high, wide = canvas.shape[:2]
    x, y, pace, _ = _numbers(seed)[:_DROPS].T
    fall = (y + time * (1.5 + 0.9 * pace)) % 1.2 - 0.1
    across = (x - 0.12 * fall) % 1.0 * wide
    length = (0.04 + 0.05 * pace) * high
    ends = np.empty((_DROPS, 2, 2))
    ends[:, 0, 0], ends[:, 0, 1] = across, fall * high
    ends[:, 1, 0], ends[:, 1, 1] = across - 0.12 * length, fall * high + length
    tone = 0.78 * _brightness(canvas) + 92
    thick = max(1, round(high / 220))
    cv2.polylines(
        canvas,
        list(np.rint(ends * _SCALE).astype(np.int32)),
        False,
        (tone * 0.94, tone, tone * 1.08),
        thick,
        cv2.LINE_AA,
        _SHIFT,
    )


def _snow(canvas: Image, time: float, seed: int) -> None:
    high, wide = canvas.shape[:2]
    x, y, pace, sway = _numbers(seed)[:_FLAKES].T
    fall = (y + time * (0.13 + 0.14 * pace)) % 1.1 - 0.05
    across = (x + 0.03 * np.sin(time * (0.8 + sway) + sway * 40)) % 1.0
    ends = np.empty((_FLAKES, 2, 2))
    ends[:, :, 0], ends[:, :, 1] = (across * wide)[:, None], (fall * high)[:, None]
    dots = np.rint(ends * _SCALE).astype(np.int32)
    tone = min(255.0, 0.4 * _brightness(canvas) + 176)
    # the faster ones are nearer and therefore larger
    order = np.argsort(pace)
    third = _FLAKES // 3
    for k, size in enumerate((0.009, 0.014, 0.021)):
        some = list(dots[order[k * third : (k + 1) * third]])
        cv2.polylines(
            canvas, some, False, (tone, tone, tone), max(1, round(size * high)), cv2.LINE_AA, _SHIFT
        )


def _fog(canvas: Image, time: float, seed: int) -> None:
    high, wide = canvas.shape[:2]
    turn = time * 0.6 % 12
    start = int(turn)
    banks = _banks(seed)
    part = banks[:, start : start + 9]
    after = banks[:, start + 1 : start + 10]
    share = turn - start
    tone = 0.72 * _brightness(canvas) + 56
    thick = np.clip(part * (1 - share) + after * share + tone, 0, 255).astype(np.uint8)
    veil = cv2.resize(cv2.merge([thick] * 3), (wide, high), interpolation=cv2.INTER_LINEAR)
    cv2.addWeighted(canvas, 0.72, veil, 0.28, 0, canvas)


def draw_weather(canvas: Image, weather: Weather, time: float, seed: int) -> None:
    """Draws falling or drifting weather over a picture, in place; nothing in clear weather.

    Args:
        canvas: the picture [h, w, 3], changed.
        weather: what falls.
        time: seconds; the same time gives the same drops.
        seed: decides where the drops are.
    """
    if weather == "rain":
        _rain(canvas, time, seed)
    elif weather == "snow":
        _snow(canvas, time, seed)
    elif weather == "fog":
        _fog(canvas, time, seed)
