"""The pictures of one method: grids are made, lists are written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scenewise.charades.choosing import evenly, key_frames
from scenewise.charades.data import video_path
from scenewise.charades.encoding_options import EncodeOptions
from scenewise.charades.frame_store import FrameStore
from scenewise.charades.grids import grid_image, placed
from scenewise.charades.methods import GRID, Method
from scenewise.charades.pictures import Pictures, write_pictures
from scenewise.charades.runs import SPLITS, MethodFolder, Run, RunSample
from scenewise.core.media_types import Frame
from scenewise.core.plugins import load
from scenewise.core.progress import Progress
from scenewise.frames.complexity import encoded
from scenewise.media.atomic import atomic, atomic_text, made_folder
from scenewise.media.reading import Film

Vectors = Callable[[str], npt.NDArray[np.floating[Any]]]

_QUALITY = 95


@dataclass
class Making:
    """What the pictures of a method are made from.

    Args:
        run, method: of what.
        frames: those that were looked at.
        options: how.
        choice: what else the choice of key frames hangs on.
        vectors: reduced features of the frames of a video, for the method that clusters them.
    """

    run: Run
    method: Method
    frames: FrameStore
    options: EncodeOptions
    choice: str
    vectors: Vectors | None = None

    @property
    def place(self) -> MethodFolder:
        """Where they go."""
        return self.run.method(self.method.name)

    @property
    def settings(self) -> dict[str, Any]:
        """All that they hang on but the videos."""
        grid = asdict(self.options.grid) if self.method.kind == GRID else {}
        method = {name: one for name, one in asdict(self.method).items() if name != "label"}
        return {"method": method, "frames": self.frames.key,
                "choice": self.choice, "grid": grid}  # fmt: skip


def make_pictures(
    making: Making, sample: RunSample, broken: Mapping[str, str], progress: Progress
) -> Pictures:
    """The pictures of a method for all videos of a sample but the broken ones.

    Raises:
        OutputUnwritable: the folder cannot be written to.
        NotAVideo: a video has changed since it was looked at.
    """
    made_folder(making.place.folder)
    whole = {
        split: [video.id for video in sample.split(split) if video.id not in broken]
        for split in SPLITS
    }
    times: dict[str, dict[str, tuple[float, ...]]] = {}
    count = sum(len(ids) for ids in whole.values())
    with progress.step(f"Making pictures ({making.method.name})", count) as bar:
        for split, ids in whole.items():
            times[split] = {}
            for id in ids:
                times[split][id] = _times(making, sample, id)
                bar.advance()
    sources = _digest([making.frames.source(id) for ids in whole.values() for id in ids])
    pictures = Pictures(
        making.place, making.method, making.frames.key, {**making.settings, "sources": sources},
        sample.fingerprint,
        times, dict(broken),
    )  # fmt: skip
    write_pictures(pictures)
    return pictures


def _times(making: Making, sample: RunSample, id: str) -> tuple[float, ...]:
    """When the frames are that a video is shown in; makes its grid where there is one."""
    if making.method.kind == GRID:
        return _grid(making, sample, id)
    looked = making.frames.get(id)
    if making.method.choice == "all":
        return tuple(frame.time for frame in looked.usual)
    places = evenly(len(looked.dense), making.method.frames)
    return tuple(looked.dense[place].time for place in places)


def _grid(making: Making, sample: RunSample, id: str) -> tuple[float, ...]:
    """A grid as a file, with its times beside it, unless they are there."""
    picture, beside = making.place.grids / f"{id}.jpg", making.place.grids / f"{id}.json"
    key = _digest([making.settings, making.frames.source(id)])
    try:
        told = json.loads(beside.read_text(encoding="utf-8"))
        if told["key"] == key and picture.stat().st_size == told["bytes"]:
            return tuple(float(time) for time in told["times"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # not there, or half of it
    made_folder(making.place.grids)
    frames = _chosen(making, sample, id)
    image = grid_image(
        [frame.image for frame in frames], making.options.grid.of(making.method.side)
    )
    data = encoded(image, _QUALITY)
    times = tuple(frame.time for frame in frames)
    with atomic(picture) as temporary:
        temporary.write_bytes(data)
    # last: a grid that has this file is whole
    atomic_text(beside, json.dumps({"times": times, "key": key, "bytes": len(data)}) + "\n")
    return times


def _chosen(making: Making, sample: RunSample, id: str) -> list[Frame]:
    """The frames of a grid, in order of time."""
    cells = making.method.frames
    if making.method.choice == "shots":
        selection = load("selector", "shots")().select(Film(video_path(sample.videos, id)))
        found: list[Frame] = [one.frame for one in selection.keyframes]
        return [found[place] for place in placed(len(found), min(len(found), cells))]
    dense = making.frames.get(id).dense
    if making.method.choice == "even":
        places = evenly(len(dense), cells)
    else:
        assert making.vectors is not None
        places = key_frames(making.vectors(id), cells, seed=making.options.seed)
    return [dense[place] for place in places]


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
