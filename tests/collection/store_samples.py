"""Videos and frames made from a seed, and a writer that goes on until it is killed."""

from __future__ import annotations

from multiprocessing.connection import Connection

import numpy as np

from scenewise.collection.store import Store
from scenewise.collection.types import IndexedFrame, ModelMark, Video

MARK = ModelMark("toy", "r1", 8, "uniform")


def a_video(id: str, seed: int = 0, **about: object) -> Video:
    values = {
        "path": f"/films/{id}.mp4",
        "digest": f"blake2b:{seed}",
        "size": 1000 + seed,
        "modified": 1.5 * seed,
        "duration": 10.0,
    }
    return Video(id=id, **{**values, **about})  # type: ignore[arg-type]


def some_frames(
    seed: int, count: int = 5, dimension: int = 8, bytes_each: int = 40
) -> list[IndexedFrame]:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(count, dimension)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return [
        IndexedFrame(
            time=float(place) + seed / 1000,
            vector=vector,
            thumbnail=rng.bytes(bytes_each),
            text=(f"line {seed}",),
            clarity=float(seed),
        )
        for place, vector in enumerate(vectors)
    ]


def write_until_killed(folder: str, name: str, first: int, saying: Connection) -> None:
    """Put numbered videos of our own and shared ones, telling of each when it is done."""
    store = Store.open(folder, MARK)
    number = first
    while True:
        store.put(a_video(f"{name}-{number}", number), some_frames(number))
        saying.send((f"{name}-{number}", number))
        # the other writer puts these too: there must be one of each
        store.put(a_video(f"both-{number % 7}", number), some_frames(number))
        if number % 10 == 9:
            store.compact()
        number += 1
