"""Films for the tests of copies: shots of places with somebody who walks through them."""

from __future__ import annotations

import cv2
import numpy as np

HIGH, WIDE = 192, 108


class Footage:
    """A film by time: shots of their own backgrounds, with a figure that walks through them."""

    def __init__(self, seed: int, shots: int = 3, seconds: float = 9.0) -> None:
        rng = np.random.default_rng(seed)
        self.seconds = seconds
        self._shots = [a_place(rng) for _ in range(shots)]
        self.walks = rng.uniform(0.1, 0.9, (shots, 4))
        self.tones = rng.choice([20, 235], shots)

    def at(self, time: float) -> np.ndarray:
        share = min(max(time / self.seconds, 0.0), 1 - 1e-9) * len(self._shots)
        shot, along = int(share), share % 1
        picture = self._shots[shot].copy()
        x0, y0, x1, y1 = self.walks[shot]
        x, y = (x0 + along * (x1 - x0)) * WIDE, (y0 + along * (y1 - y0)) * HIGH
        cv2.ellipse(
            picture, (int(x), int(y)), (12, 28), 0, 0, 360, int(self.tones[shot]), cv2.FILLED
        )
        return picture


def a_place(rng: np.random.Generator) -> np.ndarray:
    """A background: a slope of light, and things of all sizes."""
    picture = np.tile(np.linspace(*rng.uniform(60, 200, 2), HIGH)[:, None], (1, WIDE))
    picture = picture.astype(np.uint8)
    for _ in range(14):
        x, y = int(rng.uniform(0, WIDE)), int(rng.uniform(0, HIGH))
        size = (int(rng.uniform(4, 30)), int(rng.uniform(4, 40)))
        level = int(rng.uniform(10, 245))
        cv2.rectangle(picture, (x, y), (x + size[0], y + size[1]), level, cv2.FILLED)
    return picture
