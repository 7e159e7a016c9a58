"""Collections made from a seed, whose topics are known."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image as Pillow
from store_samples import a_video

from scenewise.collection.types import IndexedFrame, Matrix, Video

D = 32
WORDS = ("football", "baking", "guitar", "garden", "snowfall")
NAMES = ("nina", "omar", "petra")
FILLER = ("today", "again", "finally", "weekend", "moments", "little", "great", "little")


class Shelf:
    """A store in memory, as `topics` reads it."""

    def __init__(self, items: Sequence[tuple[Video, Sequence[IndexedFrame]]]) -> None:
        self.items = {video.id: (video, tuple(frames)) for video, frames in items}

    def matrix(self) -> Matrix:
        rows = [
            (at, frame) for at, (_, frames) in enumerate(self.items.values()) for frame in frames
        ]
        return Matrix(
            np.array([frame.vector for _, frame in rows], np.float32).reshape(len(rows), D),
            np.array([at for at, _ in rows], np.int32),
            np.array([frame.time for _, frame in rows], np.float32),
            tuple(self.items),
        )

    def videos(self, ids: Sequence[str] | None = None) -> list[Video]:
        return [self.items[name][0] for name in (self.items if ids is None else ids)]

    def batches(self, columns: Sequence[str], ids: Sequence[str]) -> Iterator[Any]:
        del columns
        for name in ids:
            frames = self.items[name][1]
            yield pa.table(
                {
                    "id": [name],
                    "times": [[frame.time for frame in frames]],
                    "texts": [[list(frame.text) for frame in frames]],
                }
            )


def items(
    videos: int = 60, *, topics: int = 4, seed: int = 0, texts: bool = True, mixed: bool = False
) -> tuple[list[tuple[Video, list[IndexedFrame]]], dict[str, str]]:
    """Videos of five frames, each about one topic, with the truth.

    Args:
        mixed: two frames of each video show any topic at all, so that its mean lies between.
    """
    rng = np.random.default_rng(seed)
    centres = 2.5 * np.linalg.qr(rng.normal(size=(D, D)))[0][:topics] + 1.0
    made, truth = [], {}
    for at in range(videos):
        topic = at % topics
        shown = [topic] * 5
        if mixed:
            shown[3:] = rng.integers(topics, size=2).tolist()
        said = f"{' '.join(rng.choice(FILLER, 2))} #{WORDS[topic]} #fyp" if texts else ""
        video = a_video(
            f"v{at:03d}",
            at,
            account=NAMES[topic % 3],
            posted=datetime(2024, 1 + at % 3 + 2 * (topic == 0), 5, tzinfo=UTC),
            description=said,
            hashtags=(WORDS[topic], "fyp") if texts else (),
        )
        frames = [
            IndexedFrame(float(k), unit(centres[one] + 0.25 * rng.normal(size=D)), jpeg(one))
            for k, one in enumerate(shown)
        ]
        made.append((video, frames))
        truth[video.id] = WORDS[topic]
    return made, truth


def unit(vector: Any) -> np.ndarray:
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def jpeg(shade: int = 0) -> bytes:
    made = io.BytesIO()
    Pillow.new("RGB", (36, 64), (40 * shade, 90, 160)).save(made, "JPEG")
    return made.getvalue()
