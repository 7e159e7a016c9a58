"""Pictures of a run at the size that a CLIP takes, made once and read from the disk."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scenewise.charades.pictures import Pictures
from scenewise.charades.tuned_clip import Eye
from scenewise.core.progress import Progress
from scenewise.media.atomic import atomic, made_folder

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Shown:
    """What is compared with captions: frames, grids, or videos of several frames.

    Args:
        pixels: of all pictures, uint8 [m, 3, h, w], a memory map.
        starts: where the pictures of each begin, and in the end m, [n + 1].
        videos: whose they are, ids, [n].
    """

    pixels: Pixels
    starts: npt.NDArray[np.int64]
    videos: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.videos)

    def of(self, rows: npt.NDArray[np.int64]) -> tuple[Pixels, npt.NDArray[np.int64]]:
        """The pictures of some of them, and which of those each picture belongs to, [m]."""
        places = [np.arange(self.starts[row], self.starts[row + 1]) for row in rows]
        owner = np.repeat(np.arange(len(rows)), [len(place) for place in places])
        return np.asarray(self.pixels[np.concatenate(places)]), owner


def shown(
    pictures: Pictures, split: str, eye: Eye, progress: Progress, *, mirror: bool = False
) -> Shown:
    """The pictures of a split as a CLIP takes them; made where they are not on the disk.

    Each size and way of scaling has a file of its own. Files of pictures that are no more are
    removed.

    Args:
        pictures, split: which.
        eye: how they are scaled.
        progress: who shows how far it is.
        mirror: with all frames as in a mirror.

    Raises:
        FeaturesInvalid, RunInvalid: a picture is not there, or damaged.
        OutputUnwritable: the folder cannot be written to.
    """
    plain = json.dumps(eye.settings, sort_keys=True, default=list)
    key = hashlib.sha256(plain.encode()).hexdigest()[:16]
    path = pictures.place.pixels / f"{pictures.fingerprint}-{key}-{split}{'-mirrored' * mirror}.npy"
    count = pictures.count(split)
    pixels = _held(path, count)
    if pixels is None:
        made_folder(path.parent)
        for other in path.parent.glob("*.npy"):
            if not other.name.startswith(pictures.fingerprint):
                with suppress(OSError):
                    other.unlink()
        with atomic(path) as temporary, progress.step(f"Scaling pictures ({split})", count) as bar:
            held: Any = None
            at = 0
            for id in pictures.times[split]:
                part = eye.pixels(pictures.images(split, id, mirror=mirror))
                if held is None:
                    held = np.lib.format.open_memmap(
                        temporary, "w+", np.uint8, (count, *part.shape[1:])
                    )
                held[at : at + len(part)] = part
                at += len(part)
                bar.advance(len(part))
            held.flush()
            del held
        pixels = _held(path, count)
        assert pixels is not None
    return Shown(pixels, *_arranged(pictures, split))


def _arranged(pictures: Pictures, split: str) -> tuple[npt.NDArray[np.int64], tuple[str, ...]]:
    """Where the pictures of each thing shown begin, and whose it is."""
    if pictures.method.kind == "mean":
        counts = [len(times) for times in pictures.times[split].values()]
        return np.cumsum([0, *counts]), tuple(pictures.times[split])
    each = 1 if pictures.method.kind == "grid" else None
    videos = [id for id, times in pictures.times[split].items() for _ in range(each or len(times))]
    return np.arange(len(videos) + 1), tuple(videos)


def _held(path: Any, count: int) -> Pixels | None:
    try:
        pixels = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    whole = pixels.ndim == 4 and pixels.dtype == np.uint8 and len(pixels) == count
    return pixels if whole else None
