"""What the tests of indexing share: small films, a shelf in memory, a model that needs none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from scenewise.collection.types import IndexedFrame, Video
from scenewise.core.media_types import Image
from scenewise.media.encoding import write_film


def small_film(path: Path, seed: int = 0, *, words: str = "", seconds: float = 2.0) -> Path:
    """A film of four coloured scenes, upright, with words in the second half if given."""
    random = np.random.default_rng(seed)
    pictures = []
    for scene in range(4):
        blocks = random.integers(30, 226, (8, 5, 3), dtype=np.uint8)
        image = Pillow.fromarray(blocks.repeat(40, 0).repeat(40, 1))
        if words and scene >= 2:
            pen = ImageDraw.Draw(image)
            pen.rectangle((0, 120, 200, 200), fill=(0, 0, 0))
            font = ImageFont.load_default(30)
            pen.text((100, 160), words, font=font, fill=(255, 255, 255), anchor="mm")
        pictures += [np.asarray(image)] * round(seconds * 10 / 4)
    write_film(path, pictures, rate=10)
    return path


class Shelf:
    """A store in memory, which also tells what was done to it."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[Video, tuple[IndexedFrame, ...]]] = {}
        self.log: list[str] = []

    def videos(self) -> list[Video]:
        return [video for video, _ in self.rows.values()]

    def frames(self, id: str) -> list[IndexedFrame]:
        return list(self.rows[id][1])

    def put(self, video: Video, frames: Sequence[IndexedFrame]) -> None:
        self.log.append(f"put {video.id}")
        self.rows[video.id] = (video, tuple(frames))

    def remove(self, ids: Sequence[str]) -> None:
        for name in ids:
            self.log.append(f"remove {name}")
            self.rows.pop(name, None)


class MeanColour:
    """An embedder by mean colour, which counts how many pictures came at once."""

    name = "mean colour"
    dimension = 3

    def __init__(self) -> None:
        self.batches: list[int] = []

    def images(self, images: Sequence[Image]) -> npt.NDArray[np.float32]:
        self.batches.append(len(images))
        means = np.array([image.mean(axis=(0, 1)) for image in images], np.float32)
        return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), np.float32)

    def texts(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        raise AssertionError("no text needs a vector while indexing")
