"""Frames of videos on disk, so that no video is decoded twice."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scenewise.charades.errors import FeaturesInvalid
from scenewise.frames.packing import PackedFrame
from scenewise.media.atomic import atomic
from scenewise.media.kept import settings_folder, source_of


@dataclass(frozen=True)
class Looked:
    """What was looked at of a video, each in order of time.

    Args:
        usual: every n-th frame.
        dense: the frames that key frames are chosen from: the same, or more of a short video.
        damage: sentences for people, where the video could be read in part only.
    """

    usual: tuple[PackedFrame, ...]
    dense: tuple[PackedFrame, ...]
    damage: tuple[str, ...] = ()


class FrameStore:
    """A folder with frames of some videos as JPEG, looked at in one way.

    Args:
        folder: made where it is missing. Every combination of settings has a folder in it.
        settings: how the videos were looked at, as plain values.

    Attributes:
        key: name of the folder of these settings.

    Raises:
        OutputUnwritable: the folder cannot be made.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        self.folder = settings_folder(folder, settings)
        self.key = self.folder.name

    @classmethod
    def at(cls, folder: Path) -> FrameStore:
        """The store whose frames are in a folder, to read them."""
        self = cls.__new__(cls)
        self.folder, self.key = Path(folder), Path(folder).name
        return self

    def has(self, video: Path) -> bool:
        """Whether the frames of a video, as its file is now, are here and whole."""
        try:
            source = source_of(video)
        except OSError:
            return False
        held = self._held(video.stem)
        return held is not None and held[1] == source

    def put(self, video: Path, looked: Looked) -> None:
        """Keep frames of a video.

        Raises:
            OutputUnwritable: the disk is full, or the folder closed.
        """
        frames = {frame.time: frame for frame in (*looked.usual, *looked.dense)}
        times = sorted(frames)
        usual = {frame.time for frame in looked.usual}
        dense = {frame.time for frame in looked.dense}
        with atomic(self._path(video.stem)) as temporary, temporary.open("wb") as stream:
            np.savez(
                stream,
                times=np.array(times, np.float64),
                sizes=np.array([(frames[t].width, frames[t].height) for t in times], np.int64),
                lengths=np.array([len(frames[t].data) for t in times], np.int64),
                usual=np.array([t in usual for t in times], np.bool_),
                dense=np.array([t in dense for t in times], np.bool_),
                source=np.array(source_of(video), np.int64),
                damage=np.array(looked.damage, np.str_),
                data=np.frombuffer(b"".join(frames[t].data for t in times), np.uint8),
            )

    def get(self, id: str) -> Looked:
        """The frames of a video, whether its file is still there or not.

        Raises:
            FeaturesInvalid: they are not here, or damaged.
        """
        held = self._held(id)
        if held is None:
            raise FeaturesInvalid(
                f"the frames of the video {id} are not here, or damaged",
                path=self._path(id),
                remedy="encode it again: scenewise charades encode",
            )
        return held[0]

    def source(self, id: str) -> tuple[int, ...]:
        """Size and time of change of the file that the frames of a video are from.

        Raises:
            FeaturesInvalid: as for `get`.
        """
        try:
            with np.load(self._path(id), allow_pickle=False) as held:
                return tuple(int(value) for value in held["source"])
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
            self.get(id)  # tells what is wrong
            raise

    def damage(self, id: str) -> tuple[str, ...]:
        """Sentences for people, where a video could be read in part only.

        Raises:
            FeaturesInvalid: as for `get`.
        """
        try:
            with np.load(self._path(id), allow_pickle=False) as held:
                return tuple(str(sentence) for sentence in held["damage"])
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
            return self.get(id).damage  # or tells what is wrong

    def _held(self, id: str) -> tuple[Looked, list[int]] | None:
        try:
            with np.load(self._path(id), allow_pickle=False) as held:
                parts = {name: held[name] for name in held.files}
            frames = _frames(parts)
            usual = _those(frames, parts["usual"])
            damage = tuple(str(sentence) for sentence in parts.get("damage", ()))
            looked = Looked(usual, _those(frames, parts["dense"]), damage)
            return looked, [int(value) for value in parts["source"]]
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
            return None

    def _path(self, id: str) -> Path:
        return self.folder / f"{id}.npz"


def _frames(parts: Mapping[str, Any]) -> list[PackedFrame]:
    data = parts["data"].tobytes()
    ends = np.cumsum(parts["lengths"])
    if not len(ends) or ends[-1] != len(data):
        raise ValueError("frames are cut short")
    return [
        PackedFrame(float(time), int(width), int(height), data[int(end) - int(length) : int(end)])
        for time, (width, height), length, end in zip(
            parts["times"], parts["sizes"], parts["lengths"], ends, strict=True
        )
    ]


def _those(frames: Sequence[PackedFrame], chosen: Any) -> tuple[PackedFrame, ...]:
    return tuple(frame for frame, is_in in zip(frames, chosen, strict=True) if is_in)
