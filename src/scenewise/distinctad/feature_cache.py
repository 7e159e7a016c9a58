"""What was made of the frames of clips, on disk: computed once a film, read as memory maps."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from scenewise.core.errors import InputError
from scenewise.media.atomic import atomic, atomic_text
from scenewise.media.kept import settings_folder, settings_place, source_of

Rows = npt.NDArray[np.integer[Any]]
Fill = Callable[[npt.NDArray[Any]], Sequence[int]]
"""Writes the rows of all clips into an array and tells how many different frames each has."""

LARGEST: Final = float(np.finfo(np.float16).max)


class FeaturesInvalid(InputError):
    """Features of clips are missing, damaged, or belong to other clips or settings."""


@dataclass(frozen=True)
class StoredClips:
    """What is known of the clips of a video.

    Args:
        vectors: [clips, T, ...], read from the disk as it is needed.
        different: how many of its T frames differ, [clips]; 0 where the video ends before it.
    """

    vectors: npt.NDArray[Any]
    different: npt.NDArray[np.int64]


class FeatureCache:
    """A folder with what was made of the clips of some videos, in one way.

    Whatever was begun and not finished is made again; what is there is whole. What is stored of a
    video is forgotten when its file or its clips have changed.

    Float16: 8 kB a clip of CLIP ViT-B/32's frame embeddings (8 × 512), 2.7 GB for the 330,000
    clips of MAD; 410 kB with all tokens; 1.2 MB as pictures of 224 pixels.

    Args:
        folder: where every combination of settings has a folder, made with the first video.
        settings: what the rows depend on, as plain values: the model's fingerprint, the number of
            frames.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        self._root, self._settings = folder, dict(settings)
        self.folder = settings_place(folder, settings)

    def get(self, video: Path, times: Sequence[Sequence[float]]) -> StoredClips | None:
        """What is stored of these clips of a video, as its file is now; None where it is not.

        Args:
            video: its file.
            times: when the frames of each clip are, in seconds.
        """
        array, about = self._paths(video)
        try:
            told = json.loads(about.read_text(encoding="utf-8"))
            vectors = np.load(array, mmap_mode="r", allow_pickle=False)
            different = np.asarray(told["different"], np.int64)
            whole = (
                told["source"] == source_of(video)
                and told["clips"] == _digest(times)
                and vectors.shape[:1] == different.shape == (len(times),)
            )
        except (OSError, ValueError, KeyError, TypeError, EOFError):
            return None
        return StoredClips(vectors, different) if whole else None

    def put(
        self,
        video: Path,
        times: Sequence[Sequence[float]],
        shape: Sequence[int],
        dtype: npt.DTypeLike,
        fill: Fill,
    ) -> StoredClips:
        """Make and keep what is known of the clips of a video; nothing is kept if that fails.

        Args:
            video: its file.
            times: when the frames of each clip are, in seconds.
            shape: of what a clip has, [T, ...].
            dtype: of it.
            fill: is given the array on the disk, so that a film need not fit into memory.

        Raises:
            OutputUnwritable: the disk is full, or the folder closed.
        """
        settings_folder(self._root, self._settings)
        array, about = self._paths(video)
        # from here to the end nothing may say that the old array is that of these clips
        about.unlink(missing_ok=True)
        with atomic(array) as temporary:
            rows = np.lib.format.open_memmap(
                temporary, mode="w+", dtype=np.dtype(dtype), shape=(len(times), *shape)
            )
            different = [int(count) for count in fill(rows)]
            rows.flush()
            del rows
        told = {"source": source_of(video), "clips": _digest(times), "different": different}
        atomic_text(about, json.dumps(told) + "\n")
        stored = self.get(video, times)
        if stored is None:
            raise FeaturesInvalid(
                "what was just stored of it cannot be read", path=video, remedy="try it again"
            )
        return stored

    def _paths(self, video: Path) -> tuple[Path, Path]:
        """Videos of one name in other folders do not share: CMD's lie in a folder a year."""
        path = Path(video).resolve()
        plain = re.sub(r"[^\w.-]", "_", path.stem)[:80]
        key = hashlib.sha256(str(path).encode()).hexdigest()[:10]
        return self.folder / f"{plain}.{key}.npy", self.folder / f"{plain}.{key}.json"


class Part(Protocol):
    """The clips of one video."""

    def take(self, rows: Rows) -> npt.NDArray[Any]:
        """Those of some rows, [n, T, ...]."""
        ...


class StoredPart:
    """Some rows of an array.

    Args:
        array: [clips, T, ...], best a memory map.
        rows: which of them.
    """

    def __init__(self, array: npt.NDArray[Any], rows: Rows) -> None:
        self.array, self.rows = array, rows

    def take(self, rows: Rows) -> npt.NDArray[Any]:
        """Those of some rows, [n, T, ...]."""
        return np.asarray(self.array[self.rows[rows]])


class Joined:
    """The clips of many videos as one array that is read only where it is asked.

    It has the `shape`, `dtype`, length and rows of an array, as much as Stage I asks of one.

    Args:
        parts: each with how many clips it has.
        shape: of what a clip has, [T, ...].
        dtype: of it.
    """

    def __init__(
        self, parts: Sequence[tuple[Part, int]], shape: Sequence[int], dtype: npt.DTypeLike
    ) -> None:
        self._parts = [part for part, _ in parts]
        self._ends = np.cumsum([count for _, count in parts], dtype=np.int64)
        total = int(self._ends[-1]) if len(parts) else 0
        self.shape = (total, *(int(side) for side in shape))
        self.dtype = np.dtype(dtype)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Any) -> npt.NDArray[Any]:
        """Rows by number, slice, or array of numbers.

        Raises:
            IndexError: there is no such row.
        """
        if isinstance(rows, slice):
            rows = np.arange(*rows.indices(len(self)))
        wanted = np.asarray(rows)
        if wanted.dtype == bool:
            wanted = np.flatnonzero(wanted)
        flat = wanted.reshape(-1).astype(np.int64)
        flat = np.where(flat < 0, flat + len(self), flat)
        if flat.size and (flat.min() < 0 or flat.max() >= len(self)):
            raise IndexError(f"there are {len(self)} clips")
        out = np.empty((flat.size, *self.shape[1:]), self.dtype)
        owner = np.searchsorted(self._ends, flat, side="right")
        for part in np.unique(owner):
            mine = np.flatnonzero(owner == part)
            first = self._ends[part - 1] if part else 0
            out[mine] = self._parts[part].take(flat[mine] - first)
        return out.reshape(*wanted.shape, *self.shape[1:])


def _digest(times: Sequence[Sequence[float]]) -> str:
    plain = json.dumps([[round(float(time), 6) for time in clip] for clip in times])
    return hashlib.sha256(plain.encode()).hexdigest()
