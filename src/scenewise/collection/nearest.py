"""Exact search: the similarities of all frames to a few directions, and the best of them."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

_MANY: Final = 1 << 30

_BLOCKS: Final = ((1, 16_384), (4, 256), (_MANY, 1024))
"""Rows at a time, by the number of queries. One query is best left to the library; for a few,
the rows stay in the processor's cache until all have seen them (37,500 rows of 512 numbers and
4 queries take 9 ms of one core so, and 17 ms in large blocks)."""

_LARGE: Final = 65_536
_SAMPLE: Final = 4096
"""Scores from which the best are sifted out by a sample, and its size."""

_TOGETHER: Final = 64
"""Queries at a time, so that the similarities of 1,000,000 frames stay within 256 MB."""


class Nearest(NamedTuple):
    """The best rows of each query, best first.

    `rows` is int64 [q, k] and `values` float32 [q, k]; where fewer rows than k are allowed,
    the rest are -1 and -inf.
    """

    rows: npt.NDArray[np.int64]
    values: Vectors


def similarities(vectors: Vectors, queries: Vectors) -> Vectors:
    """Inner products, float32 [q, n].

    Args:
        vectors: float32 [n, d], may be a file mapped into memory.
        queries: float32 [q, d].
    """
    out = np.empty((len(queries), len(vectors)), np.float32)
    rows = next(rows for most, rows in _BLOCKS if len(queries) <= most)
    for first in range(0, len(vectors), rows):
        block = vectors[first : first + rows]
        # rows of the collection on the left, which is faster than `queries @ block.T`
        out[:, first : first + len(block)] = (block @ queries.T).T
    return out


def nearest(
    vectors: Vectors,
    queries: Vectors,
    count: int,
    *,
    allowed: npt.NDArray[np.bool_] | None = None,
) -> Nearest:
    """The rows with the greatest inner products, exactly.

    Args:
        vectors: float32 [n, d].
        queries: float32 [q, d].
        count: k, how many of each.
        allowed: the rows that count, bool [n]; None for all.
    """
    rows = np.full((len(queries), count), -1, np.int64)
    values = np.full((len(queries), count), -np.inf, np.float32)
    for first in range(0, len(queries), _TOGETHER):
        scores = similarities(vectors, queries[first : first + _TOGETHER])
        for at, score in enumerate(scores, first):
            best = top(score, count, allowed=allowed)
            rows[at, : len(best)] = best
            values[at, : len(best)] = score[best]
    return Nearest(rows, values)


def top(
    scores: Vectors, count: int, *, allowed: npt.NDArray[np.bool_] | None = None
) -> npt.NDArray[np.int64]:
    """Places of the greatest scores, best first, of equals the first; at most `count`.

    Args:
        scores: float32 [n].
        count: how many.
        allowed: the places that count, bool [n]; None for all.
    """
    places = None if allowed is None else np.flatnonzero(allowed)
    known = scores if places is None else scores[places]
    if 0 < count < len(known):
        chosen = np.flatnonzero(known >= _least(known, count))
        places, known = chosen if places is None else places[chosen], known[chosen]
    order = np.argsort(-known, kind="stable")[:count]
    return np.asarray(order if places is None else places[order], np.int64)


def _least(scores: Vectors, count: int) -> float:
    """The greatest score that `count` reach; there are more than that many."""
    if len(scores) >= _LARGE:
        # A sample tells where about the best lie. To sift them out takes a tenth of the time
        # that it takes to divide all; where the sample misleads, too few are left, and all count.
        sample = scores[:: len(scores) // _SAMPLE]
        above = int(len(sample) * 4 * count / len(scores)) + 8
        if above < len(sample):
            sifted = scores[scores >= np.partition(sample, len(sample) - above)[-above]]
            scores = sifted if len(sifted) >= count else scores
    return float(np.partition(scores, len(scores) - count)[len(scores) - count])
