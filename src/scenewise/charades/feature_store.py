"""Features of videos on disk: computed once, read as memory maps, whole or not there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scenewise.charades.errors import FeaturesInvalid
from scenewise.media.atomic import atomic, atomic_text
from scenewise.media.kept import settings_folder, source_of

_LARGEST: Final = float(np.finfo(np.float16).max)


@dataclass(frozen=True)
class Stored:
    """What is known of a video's frames.

    Args:
        times: seconds, [n].
        rows: flattened features, float16 [n, d], read from the disk as they are needed.
    """

    times: npt.NDArray[np.float64]
    rows: npt.NDArray[np.float16]


class FeatureStore:
    """A folder with the features of some videos, made with one model and one way of looking.

    Half precision: 200 kB a frame of ResNet-50, 5.4 GB for the paper's 27,000 frames to train on.
    What is stored of a video is forgotten when its file has changed.

    Args:
        folder: made where it is missing. Every combination of settings has a folder in it.
        settings: what the features depend on, as plain values: the model's fingerprint, how often
            a video is looked at.

    Raises:
        OutputUnwritable: the folder cannot be made.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        self.folder = settings_folder(folder, settings)

    def has(self, video: Path) -> bool:
        """Whether the features of a video, as its file is now, are here and whole."""
        return self._stored(video) is not None

    def put(self, video: Path, times: Sequence[float], rows: npt.NDArray[Any]) -> None:
        """Keep the features of a video.

        Args:
            video: its file.
            times: seconds of its frames, [n].
            rows: flattened features, [n, d].

        Raises:
            OutputUnwritable: the disk is full, or the folder closed.
            ValueError: not one row a frame.
        """
        if rows.ndim != 2 or len(rows) != len(times):
            raise ValueError(f"{len(times)} frames do not have rows of {rows.shape}")
        with atomic(self._rows(video)) as temporary, temporary.open("wb") as stream:
            np.save(stream, np.clip(rows, -_LARGEST, _LARGEST).astype(np.float16))
        # last: a video that has this file has both
        told = {"times": [float(time) for time in times], "source": source_of(video)}
        atomic_text(self._times(video), json.dumps(told) + "\n")

    def get(self, video: Path) -> Stored:
        """The features of a video.

        Raises:
            FeaturesInvalid: they are not here, damaged, or of another state of the file.
        """
        stored = self._stored(video)
        if stored is None:
            raise FeaturesInvalid(
                "the features of this video are not here, or damaged",
                path=video,
                remedy="encode it again",
            )
        return stored

    def blocks(self, videos: Sequence[Path]) -> Iterator[npt.NDArray[np.float16]]:
        """The rows of each video in turn, [n, d].

        Raises:
            FeaturesInvalid: as for `get`.
        """
        for video in videos:
            yield self.get(video).rows

    def _stored(self, video: Path) -> Stored | None:
        try:
            told = json.loads(self._times(video).read_text(encoding="utf-8"))
            rows = np.load(self._rows(video), mmap_mode="r", allow_pickle=False)
            times = np.asarray(told["times"], np.float64)
            whole = (
                told["source"] == source_of(video)
                and rows.ndim == 2
                and rows.dtype == np.float16
                and times.shape == (len(rows),)
            )
        except (OSError, ValueError, KeyError, TypeError, EOFError):
            return None
        return Stored(times, rows) if whole else None

    def _rows(self, video: Path) -> Path:
        return self.folder / f"{video.stem}.npy"

    def _times(self, video: Path) -> Path:
        return self.folder / f"{video.stem}.json"
