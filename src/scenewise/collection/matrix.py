"""The matrix that is searched: a file of vectors beside the tables, made from them.

Three files make a matrix. `matrix.json` says which the other two are and how many rows they
hold; replacing it brings a new matrix into being, so that no reader sees half of one. New
videos are appended to the file of vectors, behind the rows that readers of the older matrix
see. Only when videos went or changed is the file written anew, from the old one where it can.
A large matrix has two files more, for a first look at it (see `rough`).
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from scenewise.collection.place import Place
from scenewise.collection.rough import FROM, Rough, RoughFile
from scenewise.collection.schema import vectors_of
from scenewise.collection.types import Matrix
from scenewise.core.errors import OutputUnwritable
from scenewise.media.atomic import atomic, atomic_text

_COPY: Final = 8192
"""Rows copied at once, 16 MB of 512 numbers."""


class Rows(Protocol):
    """What the matrix is made from (the store)."""

    def generations(self) -> dict[str, str]:
        """For each video a word that changes whenever it is written."""
        ...

    def batches(self, columns: Sequence[str], ids: Sequence[str]) -> Iterator[pa.Table]:
        """Columns of the rows of these ids, some rows at a time."""
        ...


@dataclass(frozen=True, eq=False)
class _Part:
    """Videos whose vectors lie one after another in one file."""

    ids: list[str]
    generations: list[str]
    counts: list[int]
    times: npt.NDArray[np.float32]

    @property
    def rows(self) -> int:
        return len(self.times)


_NONE: Final = _Part([], [], [], np.empty(0, np.float32))


class MatrixFile:
    """The matrix of one store.

    Args:
        place: the store's folder.
        token: the store's own; a matrix of another is not taken for its.
        dimension: numbers in a vector.
        rough_from: rows from which there is a first look.
    """

    def __init__(self, place: Place, token: str, dimension: int, *, rough_from: int = FROM) -> None:
        self._place = place
        self._token = token
        self._dimension = dimension
        self._rough = RoughFile(place.derived, rough_from)
        self._matrix: Matrix | None = None
        self._version = -1

    def ready(self, version: int) -> Matrix | None:
        """The matrix in hand if it is that of this version of the tables."""
        return self._matrix if version == self._version else None

    def refresh(self, version: int, rows: Rows) -> Matrix:
        """Bring the matrix up to date with the tables.

        Args:
            version: of the tables, read before anything else of them.
            rows: the store.
        """
        try:
            with self._place.deriving():
                made = self._refreshed(version, rows)
        except (OutputUnwritable, OSError):
            # a store that may only be read is searched all the same, from memory
            part, vectors = _read(rows, sorted(rows.generations()), self._dimension)
            made = _matrix(part, vectors)
        self._matrix, self._version = made, version
        return made

    @property
    def _manifest(self) -> Path:
        return self._place.derived / "matrix.json"

    def _refreshed(self, version: int, rows: Rows) -> Matrix:
        stored = self._stored()
        manifest, old = stored if stored is not None else ({}, _NONE)
        lacking = self._rough.lacks(manifest, (old.rows, self._dimension))
        if manifest and manifest["version"] == version and not lacking:
            return self._opened(manifest, old)
        now = rows.generations()
        kept = [now.get(name) == was for name, was in zip(old.ids, old.generations, strict=True)]
        here = {name for name, keep in zip(old.ids, kept, strict=True) if keep}
        new = sorted(name for name in now if name not in here)
        if all(kept) and not new and manifest and not lacking:
            # compaction makes a new version of the same rows
            self._commit({**manifest, "version": version})
            return self._opened(manifest, old)
        if all(kept) and manifest:
            name = manifest["vectors"]
            with (self._place.derived / name).open("r+b") as file:
                file.truncate(old.rows * self._dimension * 4)
                file.seek(0, os.SEEK_END)
                added = _appended(file, rows, new)
            part = _joined(old, added)
        else:
            name = f"vectors-{secrets.token_hex(6)}.f32"
            before = self._mapped(manifest["vectors"], old.rows) if manifest else None
            with atomic(self._place.derived / name) as path, path.open("wb") as file:
                if before is not None:
                    _copied(file, before, np.repeat(kept, old.counts))
                added = _appended(file, rows, new)
            part = _joined(_chosen(old, kept), added)
        index = f"rows-{secrets.token_hex(6)}.npz"
        self._write_index(index, part)
        lengthened = old.rows if name == manifest.get("vectors") else 0
        rough = self._rough.made(manifest, lengthened, self._mapped(name, part.rows))
        fresh = {"token": self._token, "version": version, "vectors": name, "index": index, **rough}
        self._commit(fresh)
        self._clear(fresh)
        return self._opened(fresh, part)

    def _opened(self, manifest: Mapping[str, Any], part: _Part) -> Matrix:
        rough = self._rough.opened(manifest, (part.rows, self._dimension))
        return _matrix(part, self._mapped(manifest["vectors"], part.rows), rough)

    def _stored(self) -> tuple[dict[str, Any], _Part] | None:
        """The matrix on disk; None where there is none or it is damaged."""
        try:
            manifest = json.loads(self._manifest.read_text(encoding="utf-8"))
            if manifest["token"] != self._token:
                return None
            with np.load(self._place.derived / manifest["index"], allow_pickle=False) as index:
                names = json.loads(index["names"].tobytes())
                part = _Part(
                    names["ids"], names["generations"], index["counts"].tolist(), index["times"]
                )
            size = (self._place.derived / manifest["vectors"]).stat().st_size
        except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile):
            return None
        whole = size >= part.rows * self._dimension * 4 and sum(part.counts) == part.rows
        return (manifest, part) if whole else None

    def _write_index(self, name: str, part: _Part) -> None:
        names = json.dumps({"ids": part.ids, "generations": part.generations})
        with atomic(self._place.derived / name) as path, path.open("wb") as file:
            np.savez(
                file,
                names=np.frombuffer(names.encode(), np.uint8),
                counts=np.array(part.counts, np.int64),
                times=part.times,
            )

    def _commit(self, manifest: Mapping[str, Any]) -> None:
        atomic_text(self._manifest, json.dumps(manifest) + "\n")

    def _clear(self, manifest: Mapping[str, Any]) -> None:
        for path in self._place.derived.iterdir():
            old = path.suffix in (".f32", ".i8", ".npz") and path.name not in manifest.values()
            if old:
                # where a file in use cannot be deleted, the next clearing will
                with contextlib.suppress(OSError):
                    path.unlink()

    def _mapped(self, name: str, rows: int) -> npt.NDArray[np.float32]:
        shape = (rows, self._dimension)
        if not rows:
            return np.empty(shape, np.float32)
        return np.memmap(self._place.derived / name, np.dtype("<f4"), "r", shape=shape)


def _appended(file: BinaryIO, rows: Rows, ids: Sequence[str]) -> _Part:
    """Write the vectors of these videos at the end of a file."""
    part = _NONE
    parts = []
    for table in rows.batches(("id", "generation", "times", "vectors"), ids):
        part, vectors = _of_table(table)
        file.write(vectors.astype("<f4", copy=False).tobytes())
        parts.append(part)
    file.flush()
    return _joined(*parts)


def _read(rows: Rows, ids: Sequence[str], dimension: int) -> tuple[_Part, npt.NDArray[np.float32]]:
    found = [_of_table(t) for t in rows.batches(("id", "generation", "times", "vectors"), ids)]
    vectors = [vectors for _, vectors in found]
    every = np.concatenate(vectors) if vectors else np.empty((0, dimension), np.float32)
    return _joined(*(part for part, _ in found)), every


def _of_table(table: pa.Table) -> tuple[_Part, npt.NDArray[np.float32]]:
    times = table["times"].to_pylist()
    part = _Part(
        table["id"].to_pylist(),
        table["generation"].to_pylist(),
        [len(of_one) for of_one in times],
        np.array([time for of_one in times for time in of_one], np.float32),
    )
    return part, vectors_of(table["vectors"])


def _joined(*parts: _Part) -> _Part:
    if not parts:
        return _NONE
    return _Part(
        [name for part in parts for name in part.ids],
        [name for part in parts for name in part.generations],
        [count for part in parts for count in part.counts],
        np.concatenate([part.times for part in parts]),
    )


def _chosen(part: _Part, kept: Sequence[bool]) -> _Part:
    def choose(values: Sequence[Any]) -> list[Any]:
        return [value for value, keep in zip(values, kept, strict=True) if keep]

    times = part.times[np.repeat(np.array(kept, bool), part.counts)]
    return _Part(choose(part.ids), choose(part.generations), choose(part.counts), times)


def _copied(file: BinaryIO, vectors: npt.NDArray[np.float32], kept: npt.NDArray[np.bool_]) -> None:
    for first in range(0, len(vectors), _COPY):
        some = slice(first, first + _COPY)
        file.write(vectors[some][kept[some]].tobytes())


def _matrix(part: _Part, vectors: npt.NDArray[np.float32], rough: Rough | None = None) -> Matrix:
    """The matrix of these rows; videos without frames are not among its ids."""
    ids = [name for name, count in zip(part.ids, part.counts, strict=True) if count]
    counts = [count for count in part.counts if count]
    video = np.repeat(np.arange(len(ids), dtype=np.int32), counts)
    return Matrix(vectors, video, part.times, tuple(ids), rough)
