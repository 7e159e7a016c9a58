"""Videos and frames as rows of the store's tables, and back.

One video is one row, its frames are lists within it. A row is written whole or not at all, so
that a video is never there without its frames, nor frames without their video. Of the pictures
the row holds the sizes (see `pictures`).
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from scenewise.collection.errors import StoreOfAnotherModel
from scenewise.collection.types import Failure, IndexedFrame, Video
from scenewise.collection.where import tag_key
from scenewise.core.errors import InputError

ABOUT: Final = (
    *("id", "path", "digest", "size", "modified", "duration", "account", "posted"),
    *("title", "description", "hashtags", "language", "extra"),
)
"""The columns that make a `Video`."""

FRAMES: Final = ("generation", "times", "vectors", "picture_sizes", "texts", "clarity")
"""The columns that make the frames of a video."""

FAILURES: Final = pa.schema(
    [
        pa.field("path", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("size", pa.int64(), nullable=False),
        pa.field("modified", pa.float64(), nullable=False),
    ]
)

_UNIT: Final = 1e-2
"""How far a vector's length may be from 1: bfloat16 keeps three digits."""


def videos_schema(dimension: int) -> pa.Schema:
    """The columns of the table of videos.

    `tag_keys` are the hashtags as they are compared, `generation` changes with every write of
    a row, so that what is derived from it knows when it is stale, and `raw` counts its bytes.
    """
    return pa.schema(
        [
            pa.field("id", pa.string(), nullable=False),
            pa.field("path", pa.string(), nullable=False),
            pa.field("digest", pa.string(), nullable=False),
            pa.field("size", pa.int64(), nullable=False),
            pa.field("modified", pa.float64(), nullable=False),
            pa.field("duration", pa.float64(), nullable=False),
            pa.field("account", pa.string(), nullable=False),
            pa.field("posted", pa.timestamp("us")),
            pa.field("title", pa.string(), nullable=False),
            pa.field("description", pa.string(), nullable=False),
            pa.field("hashtags", pa.list_(pa.string())),
            pa.field("tag_keys", pa.list_(pa.string())),
            pa.field("language", pa.string(), nullable=False),
            pa.field("extra", pa.string(), nullable=False),
            pa.field("generation", pa.string(), nullable=False),
            pa.field("raw", pa.int64(), nullable=False),
            pa.field("times", pa.list_(pa.float64())),
            pa.field("vectors", pa.list_(pa.list_(pa.float32(), dimension))),
            pa.field("picture_sizes", pa.list_(pa.int64())),
            pa.field("texts", pa.list_(pa.list_(pa.string()))),
            pa.field("clarity", pa.list_(pa.float64())),
        ]
    )


def rows_of(
    items: Sequence[tuple[Video, Sequence[IndexedFrame]]], dimension: int
) -> tuple[pa.Table, dict[str, list[bytes]]]:
    """Videos with their frames as a table of `videos_schema`, and pictures by generation.

    Raises:
        InputError: an id is empty, or a name is not text that can be kept.
        StoreOfAnotherModel: a vector has another dimension.
        ValueError: a vector is not of length 1, or an id comes twice.
    """
    rows = [_row(video, frames, dimension) for video, frames in items]
    if len({row["id"] for row in rows}) < len(rows):
        raise ValueError("an id comes twice among what is written at once")
    schema = videos_schema(dimension)
    columns = [
        _vectors([row[field.name] for row in rows], dimension)
        if field.name == "vectors"
        else pa.array([row[field.name] for row in rows], field.type)
        for field in schema
    ]
    pictures = {row["generation"]: row["thumbnails"] for row in rows}
    return pa.Table.from_arrays(columns, schema=schema), pictures


def video_of(row: dict[str, Any]) -> Video:
    """The video of a row that has the columns `ABOUT`."""
    posted = row["posted"]
    return Video(
        **{name: row[name] for name in ABOUT if name not in ("posted", "hashtags", "extra")},
        posted=posted.replace(tzinfo=UTC) if posted is not None else None,
        hashtags=tuple(row["hashtags"]),
        extra=json.loads(row["extra"]),
    )


def frames_of(table: pa.Table, thumbnails: Sequence[bytes]) -> list[IndexedFrame]:
    """The frames of a table of one row that has the columns `FRAMES`, with their pictures."""
    vectors = vectors_of(table["vectors"])
    times, texts, clarity = (table[name][0].as_py() for name in ("times", "texts", "clarity"))
    return [
        IndexedFrame(time, vector, thumbnail, tuple(text), sharp)
        for time, vector, thumbnail, text, sharp in zip(
            times, vectors, thumbnails, texts, clarity, strict=True
        )
    ]


def vectors_of(column: pa.ChunkedArray) -> npt.NDArray[np.float32]:
    """All vectors of a column of lists of vectors, float32 [n, d], row after row."""
    width = column.type.value_type.list_size
    parts = [chunk.flatten().flatten().to_numpy() for chunk in column.chunks]
    flat = np.concatenate(parts) if parts else np.empty(0, np.float32)
    return flat.astype(np.float32, copy=False).reshape(-1, width)


def failure_rows(failures: Sequence[Failure]) -> pa.Table:
    """Failures as a table of `FAILURES`."""
    return pa.Table.from_pylist(
        [
            {
                "path": spelled(failure.path),
                "reason": spelled(failure.reason),
                "size": failure.size,
                "modified": failure.modified,
            }
            for failure in failures
        ],
        schema=FAILURES,
    )


def spelled(text: str) -> str:
    """Text that can be kept as UTF-8: bytes of a file name that are none are spelled out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _row(video: Video, frames: Sequence[IndexedFrame], dimension: int) -> dict[str, Any]:
    if not video.id:
        raise InputError("the video has no id", path=video.path, remedy="give it one")
    for name in (video.id, video.path):
        if spelled(name) != name:
            raise InputError(
                "its name is not written in Unicode", path=spelled(name), remedy="rename the file"
            )
    ordered = sorted(frames, key=lambda frame: frame.time)
    row = {
        "id": video.id,
        "path": video.path,
        "digest": video.digest,
        "size": video.size,
        "modified": video.modified,
        "duration": video.duration,
        "account": spelled(video.account),
        "posted": _utc(video.posted),
        "title": spelled(video.title),
        "description": spelled(video.description),
        "hashtags": [spelled(tag) for tag in video.hashtags],
        "tag_keys": sorted({tag_key(spelled(tag)) for tag in video.hashtags}),
        "language": spelled(video.language),
        "extra": spelled(json.dumps(dict(video.extra), ensure_ascii=False, sort_keys=True)),
        "generation": secrets.token_hex(8),
        "times": [float(frame.time) for frame in ordered],
        "vectors": _checked(video, ordered, dimension),
        "thumbnails": [frame.thumbnail for frame in ordered],
        "texts": [[spelled(line) for line in frame.text] for frame in ordered],
        "clarity": [float(frame.clarity) for frame in ordered],
    }
    row["raw"] = _bytes(row)
    row["picture_sizes"] = [len(frame.thumbnail) for frame in ordered]
    return row


def _checked(
    video: Video, frames: Sequence[IndexedFrame], dimension: int
) -> npt.NDArray[np.float32]:
    for frame in frames:
        if frame.vector.shape != (dimension,):
            raise StoreOfAnotherModel(
                f"its vectors have {frame.vector.size} numbers where the collection's have "
                f"{dimension}",
                path=video.path,
                remedy="index it with the collection's model, or into another folder",
            )
    if not frames:
        return np.empty((0, dimension), np.float32)
    vectors = np.stack([frame.vector for frame in frames]).astype(np.float32)
    # written so that what is no number does not pass
    if not np.all(np.abs(np.linalg.norm(vectors, axis=1) - 1) <= _UNIT):
        raise ValueError(f"a vector of {video.path} is not of length 1")
    return vectors


def _vectors(parts: Sequence[npt.NDArray[np.float32]], dimension: int) -> pa.ListArray:
    # made from the numbers as they lie in memory: as lists of Python it takes 50 times as long
    flat = np.concatenate([part.ravel() for part in parts]) if parts else np.empty(0, np.float32)
    inner = pa.FixedSizeListArray.from_arrays(pa.array(flat, pa.float32()), dimension)
    offsets = np.concatenate([[0], np.cumsum([len(part) for part in parts])])
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), inner)


def _utc(moment: datetime | None) -> datetime | None:
    if moment is None or moment.tzinfo is None:
        return moment
    return moment.astimezone(UTC).replace(tzinfo=None)


def _bytes(value: Any) -> int:
    if isinstance(value, dict):
        return sum(_bytes(part) for part in value.values())
    if isinstance(value, list):
        return sum(_bytes(part) for part in value)
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, str):
        return len(value.encode())
    return len(value) if isinstance(value, bytes) else 8
