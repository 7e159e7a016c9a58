"""A first look at very many vectors: a byte for each number, then the best of them exactly.

One pass over 1,000,000 vectors of 512 float32 numbers reads 2 GB, and reading is all that it
costs. As bytes they are a quarter of that. With the mean taken off and a step for each of the
d numbers, the error of an inner product is a few thousandths of the spread that the products of
a query have, so that the best rows lie among the best few hundred of the first look, whose
products are then taken anew from the vectors themselves.

Unlike lists around k-means centres (IVF), every row gets a value, so that filters, what is not
wanted and scores that are set against the whole collection stay as they are; and nothing has to
be trained. How many of the true neighbours are found is measured when the bytes are made, with
rows, mixtures and differences of rows as queries, and kept with them.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from scenewise.collection.nearest import Vectors, nearest, top
from scenewise.media.atomic import atomic

FROM: Final = 250_000
"""Rows from which the first look is worth it; up to there one pass is exact and fast enough."""

REFINED: Final = 1024
"""Best rows of the first look whose products are taken exactly."""

LEAST_RECALL: Final = 0.98
"""Share of the true ten nearest that must be found, or else every search is exact."""

_SAMPLE: Final = 65_536
"""Rows from which mean and steps are taken."""

_ROOM: Final = 1.1
"""How far beyond the sample's greatest a number may lie before it is cut."""

_BLOCK: Final = 8192
_QUERIES: Final = 64
_NEIGHBOURS: Final = 10
_GROWN: Final = 1.25
"""Growth after which recall is measured anew."""


@dataclass(frozen=True, eq=False)
class Rough:
    """Vectors in bytes: number j of row i is about `centre[j] + step[j] · codes[i, j]`.

    Args:
        codes: int8 [n, d].
        centre, step: float32 [d].
        recall: share of the true ten nearest rows that a search finds, as measured.
    """

    codes: npt.NDArray[np.int8]
    centre: Vectors
    step: Vectors
    recall: float = 1.0

    def similarities(self, queries: Vectors) -> Vectors:
        """Inner products, nearly, float32 [q, n].

        Args:
            queries: float32 [q, d].
        """
        from scenewise.collection.rough_kernel import products

        codes = np.asarray(self.codes)
        whole, scales = _whole(queries * self.step)
        bases = np.asarray(queries @ self.centre, np.float32)
        out = np.empty((len(queries), len(codes)), np.float32)
        workers = _cores()
        bounds = np.linspace(0, len(codes), workers + 1).astype(int).tolist()

        def some(first: int, last: int) -> None:
            products(codes[first:last], whole, scales, bases, out[:, first:last])

        if workers == 1:
            some(0, len(codes))
            return out
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(some, bounds, bounds[1:]))
        return out


def _whole(queries: Vectors) -> tuple[npt.NDArray[np.int16], Vectors]:
    """Queries in whole numbers, int16 [q, d], and what one of them is worth, float32 [q]. They are
    as large as a sum of d of their products with bytes may be in 32 bits, so that what they are
    rounded by is little beside what the bytes were."""
    most = min(2**15 - 1, (2**31 - 1) // (127 * max(1, queries.shape[1])))
    scales = np.abs(queries).max(axis=1, initial=0.0) / most
    scales[scales == 0] = 1.0
    return np.rint(queries / scales[:, None]).astype(np.int16), scales.astype(np.float32)


class RoughFile:
    """The bytes of one matrix, beside it.

    Args:
        folder: where.
        least: rows from which there are any.
    """

    def __init__(self, folder: Path, least: int = FROM) -> None:
        self._folder = folder
        self._least = least

    def opened(self, manifest: Mapping[str, Any], shape: tuple[int, int]) -> Rough | None:
        """The bytes that a manifest names; None where there are none, or they do not find
        enough."""
        kept = self._read(manifest, shape)
        return kept if kept is not None and kept.recall >= LEAST_RECALL else None

    def lacks(self, manifest: Mapping[str, Any], shape: tuple[int, int]) -> bool:
        """Whether a matrix should have bytes and has none, or damaged ones."""
        wanted = shape[0] >= self._least and _can_compile()
        return wanted and self._read(manifest, shape) is None

    def _read(self, manifest: Mapping[str, Any], shape: tuple[int, int]) -> Rough | None:
        try:
            with np.load(self._folder / manifest["rough"], allow_pickle=False) as kept:
                centre, step, recall = kept["centre"], kept["step"], float(kept["recall"])
            path = self._folder / manifest["codes"]
            whole = path.stat().st_size >= shape[0] * shape[1] > 0
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            return None
        if not whole or not len(centre) == len(step) == shape[1]:
            return None
        return Rough(np.memmap(path, np.int8, "r", shape=shape), centre, step, recall)

    def made(self, before: Mapping[str, Any], kept: int, vectors: Vectors) -> dict[str, str]:
        """Make the bytes of a matrix, or lengthen those that there are.

        Args:
            before: the manifest of the matrix that was.
            kept: rows at the beginning that are as in that matrix.
            vectors: of the matrix that is, float32 [n, d].

        Returns:
            What the manifest shall say; nothing where the matrix is small.
        """
        if len(vectors) < self._least or not _can_compile():
            return {}
        if kept and (old := self.opened(before, (kept, vectors.shape[1]))) is not None:
            with (self._folder / before["codes"]).open("r+b") as file:
                file.truncate(kept * vectors.shape[1])
                file.seek(0, os.SEEK_END)
                _write(file, vectors[kept:], old.centre, old.step)
            if len(vectors) < _GROWN * kept:
                return {"codes": before["codes"], "rough": before["rough"]}
            codes, centre, step = before["codes"], old.centre, old.step
        else:
            codes = f"codes-{secrets.token_hex(6)}.i8"
            centre, step = measured(vectors)
            with atomic(self._folder / codes) as path, path.open("wb") as file:
                _write(file, vectors, centre, step)
        shape = (len(vectors), vectors.shape[1])
        mapped = np.memmap(self._folder / codes, np.int8, "r", shape=shape)
        recall = recall_of(vectors, Rough(mapped, centre, step))
        name = f"rough-{secrets.token_hex(6)}.npz"
        with atomic(self._folder / name) as path, path.open("wb") as file:
            np.savez(file, centre=centre, step=step, recall=np.float64(recall))
        return {"codes": codes, "rough": name}


def rough_of(vectors: Vectors) -> Rough:
    """Vectors in bytes, in memory.

    Args:
        vectors: float32 [n, d].
    """
    centre, step = measured(vectors)
    codes = np.empty(vectors.shape, np.int8)
    for first in range(0, len(vectors), _BLOCK):
        codes[first : first + _BLOCK] = _coded(vectors[first : first + _BLOCK], centre, step)
    return Rough(codes, centre, step)


def refined(
    vectors: Vectors, rough: Rough, query: Vectors, count: int
) -> tuple[npt.NDArray[np.int64], Vectors]:
    """The rows of the greatest inner products, best first, and these, exactly.

    Args:
        vectors: float32 [n, d].
        rough: of them.
        query: float32 [d].
        count: how many.
    """
    first = top(rough.similarities(query[None])[0], max(REFINED, 4 * count))
    rows = np.sort(first)  # in the order in which they lie
    values = exactly(vectors[rows], query[None])[0]
    best = top(values, count)
    return rows[best], values[best]


def exactly(vectors: Vectors, queries: Vectors) -> Vectors:
    """Inner products of a few rows, float32 [q, n]. By one thread: those of a matrix product would
    go on waiting for more to do, and hold up the next first look by half.

    Args:
        vectors: float32 [n, d].
        queries: float32 [q, d].
    """
    return np.einsum("nd,qd->qn", vectors, queries)


def measured(vectors: Vectors) -> tuple[Vectors, Vectors]:
    """Mean and step of each of the d numbers, float32 [d], from evenly taken rows."""
    sample = np.asarray(vectors[:: max(1, -(-len(vectors) // _SAMPLE))])
    centre = sample.mean(axis=0, dtype=np.float64).astype(np.float32)
    most = np.abs(sample - centre).max(axis=0) * (_ROOM / 127)
    return centre, np.maximum(most, 1e-9).astype(np.float32)


def recall_of(vectors: Vectors, rough: Rough) -> float:
    """The share of the ten nearest rows that a search finds.

    Queries are rows, which pictures are like, and mixtures and differences of rows, which sums
    of ideas are like; the row itself, which nobody misses, counts among its neighbours.
    """
    rng = np.random.default_rng(0)
    count = min(_NEIGHBOURS, len(vectors))
    a, b = (np.asarray(vectors[rng.integers(len(vectors), size=_QUERIES)]) for _ in range(2))
    share = rng.uniform(-1, 1, (_QUERIES, 1)).astype(np.float32)
    share[: _QUERIES // 3] = 0
    queries = a + share * b
    queries /= np.maximum(np.linalg.norm(queries, axis=1, keepdims=True), 1e-9)
    known = nearest(vectors, queries, count)
    found = 0
    for at, query in enumerate(queries):
        _, values = refined(vectors, rough, query, count)
        # by value, so that of rows that are equal any will do
        found += int((values >= known.values[at, -1] - 1e-6).sum())
    return found / (_QUERIES * count)


def _write(file: BinaryIO, vectors: Vectors, centre: Vectors, step: Vectors) -> None:
    for first in range(0, len(vectors), _BLOCK):
        file.write(_coded(vectors[first : first + _BLOCK], centre, step).tobytes())
    file.flush()


def _coded(vectors: Vectors, centre: Vectors, step: Vectors) -> npt.NDArray[np.int8]:
    return np.clip(np.rint((vectors - centre) / step), -127, 127).astype(np.int8)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _can_compile() -> bool:
    """Whether the compiler is there that the first look needs; without it all is exact."""
    from importlib.util import find_spec

    return find_spec("numba") is not None
