"""Which pictures each video of a run is shown in, and the pictures themselves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import cv2
import numpy as np

from scenewise.charades.errors import RunInvalid
from scenewise.charades.frame_store import FrameStore
from scenewise.charades.grids import GridLook, layout, mirrored
from scenewise.charades.methods import GRID, Method, method_named
from scenewise.charades.runs import SPLITS, MethodFolder, Run
from scenewise.core.errors import FileMissing
from scenewise.core.media_types import Image
from scenewise.core.options import from_plain
from scenewise.media.atomic import atomic_text

_FORMAT: Final = "scenewise charades pictures 1"


@dataclass(frozen=True)
class Pictures:
    """What `pictures.json` holds.

    Args:
        place: the method's folder.
        method: whose they are.
        frames: name of the folder of frames they are taken from.
        settings: what they were made with.
        sample: fingerprint of the sample.
        times: by split and id of the video, when its frames are shown, seconds. In a grid they
            are all in one picture, else each is one.
        left_out: videos without pictures, by id, and why.
    """

    place: MethodFolder
    method: Method
    frames: str
    settings: Mapping[str, Any]
    sample: str
    times: Mapping[str, Mapping[str, tuple[float, ...]]]
    left_out: Mapping[str, str]

    @property
    def fingerprint(self) -> str:
        """Tells pictures apart."""
        told = json.dumps([self.settings, self.sample, self.times], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def count(self, split: str) -> int:
        """How many pictures a split has."""
        videos = self.times[split].values()
        return len(videos) if self.method.kind == GRID else sum(len(times) for times in videos)

    def images(self, split: str, id: str, *, mirror: bool = False) -> list[Image]:
        """The pictures of a video, RGB.

        Args:
            split, id: of the video.
            mirror: show all frames as in a mirror; in a grid each stays in its place.

        Raises:
            FeaturesInvalid, RunInvalid: they are not there, or damaged.
        """
        if mirror:
            columns = self._columns(len(self.times[split][id]))
            return [mirrored(image, columns) for image in self.images(split, id)]
        if self.method.kind == GRID:
            return [self._grid(id)]
        looked = FrameStore.at(self.place.folder.parent / "frames" / self.frames).get(id)
        frames = {frame.time: frame for frame in (*looked.usual, *looked.dense)}
        return [frames[time].image for time in self.times[split][id]]

    def _columns(self, frames: int) -> int:
        """How many frames are beside one another in a picture of a video."""
        if self.method.kind != GRID:
            return 1
        look = from_plain(GridLook, self.settings["grid"])
        return layout(frames, look.of(self.method.side))[1]

    def _grid(self, id: str) -> Image:
        path = self.place.grids / f"{id}.jpg"
        try:
            found = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
        except (OSError, cv2.error):
            found = None
        if found is None:
            raise RunInvalid(
                "the grid is not there, or damaged", path=path, remedy=_again(self.method.name)
            )
        return np.asarray(cv2.cvtColor(found, cv2.COLOR_BGR2RGB), np.uint8)


def write_pictures(pictures: Pictures) -> None:
    """Keep the list of pictures.

    Raises:
        OutputUnwritable: the folder cannot be written to.
    """
    told = asdict(pictures) | {"format": _FORMAT, "method": pictures.method.name}
    del told["place"]
    atomic_text(pictures.place.pictures, json.dumps(told, indent=1) + "\n")


def read_pictures(run: Run, method: str) -> Pictures:
    """The pictures of a method in a run.

    Raises:
        FileMissing: the run has no sample, or the method was not encoded.
        RunInvalid: a file is damaged, or the pictures are of another sample.
        UnknownChoice: there is no such method.
    """
    place, sample = run.method(method), run.sample()
    again = _again(method)
    if not place.pictures.is_file():
        raise FileMissing(
            f"the videos are not encoded for the method {method}", path=run.folder, remedy=again
        )
    try:
        held = json.loads(place.pictures.read_text(encoding="utf-8"))
        if held["format"] != _FORMAT:
            raise ValueError(held["format"])
        pictures = Pictures(
            place,
            method_named(method),
            str(held["frames"]),
            dict(held["settings"]),
            str(held["sample"]),
            {
                split: {id: tuple(times) for id, times in held["times"][split].items()}
                for split in SPLITS
            },
            dict(held["left_out"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RunInvalid(
            "the list of pictures is damaged", path=place.pictures, remedy=again
        ) from error
    if pictures.sample != sample.fingerprint:
        raise RunInvalid("the pictures are of another sample", path=place.pictures, remedy=again)
    return pictures


def _again(method: str) -> str:
    return f"encode them: scenewise charades encode RUN --method {method}"
