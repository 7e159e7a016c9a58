"""What a collection is made of: videos, the frames that stand for them, and what made them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scenewise.collection.rough import Rough


@dataclass(frozen=True)
class Video:
    """One video of a collection, with what its owner said about it.

    Args:
        id: its name, unique in the collection.
        path: absolute path of the file.
        digest: hash of the file's content (`media.probe.digest`).
        size: bytes of the file.
        modified: when the file was last changed, seconds since 1970.
        duration: seconds.
        account: who posted it.
        posted: when, with its time zone (UTC as read from a store).
        title, description: what they wrote.
        hashtags: without the `#`.
        language: a code such as `en`, empty where not known.
        extra: whatever else is known, as text.
    """

    id: str
    path: str
    digest: str
    size: int
    modified: float
    duration: float
    account: str = ""
    posted: datetime | None = None
    title: str = ""
    description: str = ""
    hashtags: tuple[str, ...] = ()
    language: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class IndexedFrame:
    """One frame of a video's summary.

    Args:
        time: seconds from the start of the video.
        vector: float32 [d], of length 1.
        thumbnail: a JPEG picture, longest side 256.
        text: lines read on the screen.
        clarity: variance of the Laplacian (see `frames.quality`).
    """

    time: float
    vector: npt.NDArray[np.float32]
    thumbnail: bytes
    text: tuple[str, ...] = ()
    clarity: float = 0.0


@dataclass(frozen=True)
class ModelMark:
    """What made the vectors of a collection. Vectors of two makers cannot be compared.

    Args:
        name: the model, as in the catalogue, or the path of a checkpoint.
        revision: fingerprint of its weights.
        dimension: numbers in a vector.
        summary: the way frames were chosen.
    """

    name: str
    revision: str
    dimension: int
    summary: str


@dataclass(frozen=True, eq=False)
class Matrix:
    """Everything that is searched, one row for each frame, read from disk as it is used.

    Args:
        vectors: float32 [n, d], rows of length 1.
        video: int32 [n], the row's video as a place in `ids`.
        time: float32 [n], seconds from the start of that video.
        ids: the videos that have frames.
        rough: the vectors in bytes, for a first look; None where all of them are looked at.
    """

    vectors: npt.NDArray[np.float32]
    video: npt.NDArray[np.int32]
    time: npt.NDArray[np.float32]
    ids: tuple[str, ...]
    rough: Rough | None = None

    @cached_property
    def places(self) -> dict[str, int]:
        """The place of each video in `ids`."""
        return {name: place for place, name in enumerate(self.ids)}


class Known(NamedTuple):
    """What tells whether a file has changed since it was indexed."""

    path: str
    digest: str
    size: int
    modified: float


class TextMatch(NamedTuple):
    """Words found in a video: the video, seconds of the frame whose screen shows them (None
    where they are in what was written about it), a score that is comparable within one search
    (higher is better), and the text that holds them."""

    id: str
    time: float | None
    score: float
    words: str


@dataclass(frozen=True)
class Failure:
    """A file that could not be indexed.

    Args:
        path: absolute path of the file.
        reason: why, one line.
        size, modified: as of the attempt, so that the file is tried again when it changes.
    """

    path: str
    reason: str
    size: int = 0
    modified: float = 0.0


class StoreSize(NamedTuple):
    """Bytes that a store takes on disk, and the bytes of the rows that it holds now."""

    on_disk: int
    raw: int
