"""How long a search takes, from the vector of a question to moments, beside faiss flat.

    python benchmarks/bench_search.py [--rows 37500 1000000] [--queries 40] [--json]

Vectors of 512 numbers lie in a cone and in heaps, as those of CLIP do; five make a video.
Questions are rows that were disturbed, and sums and differences of such rows. Each is asked
alone, as a person would ask it, and the median counts. Text encoding is apart.

- *ten nearest*: the rows alone. Up to 250,000 rows one exact pass in float32; beyond, a first
  look in bytes (`collection.rough`), then the best rows exactly. The way that is not taken for
  so many rows stands below, `the other way`.
- *a whole search*: all that `collection.searching` does: similarities, their meaning against
  the whole collection, grouping by video.
- *faiss flat*: `IndexFlatIP` on the same vectors with as many threads; left out where faiss is
  not installed (`pip install faiss-cpu`).
- *recall@10* is against the exact pass.

The median counts. Beside it stand the least, which a busy machine disturbs less, and the time
of the processor, all threads together.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from harness import Figure, show

from scenewise.collection.arithmetic import Question
from scenewise.collection.nearest import nearest
from scenewise.collection.results import Hit
from scenewise.collection.rough import FROM, Rough, refined, rough_of
from scenewise.collection.searching import search
from scenewise.collection.types import Matrix

D = 512
ASKED = {37_500: 5.0, 1_000_000: 50.0}  # ms
ASKED_RECALL = 0.98
COUNT = 10

Vectors = npt.NDArray[np.float32]


class Times(NamedTuple):
    """Milliseconds: median and least of the wall clock, median of the processor."""

    median: float
    least: float
    processor: float

    def told(self, how: str = "") -> str:
        """What stands beside the median, since a busy machine makes it long."""
        more = f"least {self.least:.3g}, processor {self.processor:.3g} ms"
        return f"{how}; {more}" if how else more


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=list(ASKED))
    parser.add_argument("--queries", type=int, default=40)
    parser.add_argument("--json", action="store_true", help="figures for machines")
    args = parser.parse_args()
    figures: list[Figure] = []
    for rows in args.rows:
        figures += measured(rows, args.queries)
    show("searching", figures, as_json=args.json)


def measured(rows: int, count: int) -> list[Figure]:
    rng = np.random.default_rng(rows)
    heaps = made_heaps(rng)
    vectors = made(rows, heaps, rng)
    queries = questions(vectors, count, rng)
    videos = -(-rows // 5)
    begin = time.perf_counter()
    rough = rough_of(vectors)
    building = time.perf_counter() - begin
    matrix = Matrix(
        vectors,
        np.repeat(np.arange(videos, dtype=np.int32), 5)[:rows],
        np.tile(np.arange(5, dtype=np.float32) * 3, videos)[:rows],
        tuple(f"v{at}" for at in range(videos)),
        rough,
    )
    ways = {"exact": replace(matrix, rough=None), "bytes first": matrix}
    taken = "bytes first" if rows >= FROM else "exact"
    truth = [nearest(vectors, query[None], COUNT).rows[0] for query in queries]
    name = f"{rows:,} rows"
    asked = ASKED.get(rows)
    figures: list[Figure] = []
    for how in sorted(ways, key=lambda how: how != taken):
        one = ways[how]
        ours, found = timed(partial(ten, vectors, one.rough), queries)
        whole, _ = timed(partial(whole_search, one), queries)
        other, limit = ("", asked) if how == taken else (", the other way", None)
        figures += [
            Figure(f"{name}, ten nearest{other}", ours.median, "ms", limit, note=ours.told(how)),
            Figure(f"{name}, a whole search{other}", whole.median, "ms", limit,
                   note=whole.told(how)),
            Figure(f"{name}, recall@10{other}", overlap(found, truth), "",
                   ASKED_RECALL if how == taken else None, at_least=True, note=how),
        ]  # fmt: skip
    figures.append(Figure(f"{name}, making the bytes", building, "s"))
    flat = faiss_flat(vectors, queries)
    if flat is not None:
        figures.append(Figure(f"{name}, faiss flat", flat.median, "ms", note=flat.told()))
    return figures


def ten(vectors: Vectors, rough: Rough | None, query: Vectors) -> npt.NDArray[np.int64]:
    """The ten nearest rows as a search finds them."""
    if rough is None:
        return nearest(vectors, query[None], COUNT).rows[0]
    return refined(vectors, rough, query, COUNT)[0]


def whole_search(matrix: Matrix, query: Vectors) -> tuple[Hit, ...]:
    """Results as a person gets them."""
    return search(matrix, plain_question(query))


def plain_question(query: Vectors) -> Question:
    return Question(query, np.zeros((0, D), np.float32), np.zeros(0, np.float32))


def made_heaps(rng: np.random.Generator) -> Vectors:
    """Centres of 4,000 heaps around one direction, of which a few numbers are large."""
    cone = rng.normal(size=D) * np.where(rng.random(D) < 0.02, 5, 0.6)
    return (cone + rng.normal(size=(4000, D))).astype(np.float32)


def made(rows: int, heaps: Vectors, rng: np.random.Generator) -> Vectors:
    """Unit vectors around the heaps, float32 [rows, d]."""
    out = np.empty((rows, D), np.float32)
    for first in range(0, rows, 50_000):
        some = out[first : first + 50_000]
        rng.standard_normal(out=some, dtype=np.float32)
        some *= 0.7
        some += heaps[rng.integers(len(heaps), size=len(some))]
        some /= np.linalg.norm(some, axis=1, keepdims=True)
    return out


def questions(vectors: Vectors, count: int, rng: np.random.Generator) -> Vectors:
    """Unit vectors, float32 [count, d]: a third like one row, the others sums and differences
    of two."""
    a, b = (vectors[rng.integers(len(vectors), size=count)] for _ in range(2))
    share = rng.uniform(-1, 1, (count, 1)).astype(np.float32)
    share[: count // 3] = 0
    noise = rng.normal(size=(count, D)).astype(np.float32) * 0.02
    out = a + share * b + noise
    return out / np.linalg.norm(out, axis=1, keepdims=True)


def timed(ask: Callable[[Vectors], object], queries: Vectors) -> tuple[Times, list]:
    """Times of a question, and the answers; the first three are for warming."""
    for query in queries[:3]:
        ask(query)
    wall, used, answers = [], [], []
    for query in queries:
        begin, busy = time.perf_counter(), time.process_time()
        answers.append(ask(query))
        wall.append(1000 * (time.perf_counter() - begin))
        used.append(1000 * (time.process_time() - busy))
    return Times(float(np.median(wall)), min(wall), float(np.median(used))), answers


def overlap(found: list, truth: list) -> float:
    """The share of the true rows that were found."""
    return float(
        np.mean(
            [len({*a.tolist()} & {*b.tolist()}) / COUNT for a, b in zip(found, truth, strict=True)]
        )
    )


def faiss_flat(vectors: Vectors, queries: Vectors) -> Times | None:
    """Times of faiss' exact index; None where it is not installed."""
    try:
        import faiss
    except ImportError:
        return None
    index = faiss.IndexFlatIP(D)
    index.add(vectors)
    return timed(lambda query: index.search(query[None], COUNT)[1][0], queries)[0]


if __name__ == "__main__":
    main()
