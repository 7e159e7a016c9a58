"""Batches made ahead in a thread while the model is busy with the one before."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from scenewise.media.read_ahead import read_ahead

Batch = TypeVar("Batch")


@contextmanager
def prefetched(batches: Callable[[int], Batch], depth: int = 2) -> Iterator[Callable[[int], Batch]]:
    """The same batches, made ahead in their order by one thread.

    Args:
        batches: makes the batch of a number. It runs in another thread, so its randomness must
            come from a generator of its own, such as `numpy.random.default_rng((seed, number))`.
        depth: how many may wait.

    The thread starts with the first number asked for and is joined when the block ends. Asking
    for another number than the next starts it anew from there. What `batches` raises is raised
    by the call that asks for that batch.
    """
    ahead = _Ahead(batches, depth)
    try:
        yield ahead
    finally:
        ahead.close()


class _Ahead(Generic[Batch]):
    def __init__(self, batches: Callable[[int], Batch], depth: int) -> None:
        self._batches, self._depth = batches, depth
        self._coming: Generator[Batch, None, None] | None = None
        self._next = 0

    def __call__(self, number: int) -> Batch:
        if self._coming is None or number != self._next:
            self.close()
            self._next = number
            self._coming = read_ahead(self._from(number), self._depth)
        try:
            batch = next(self._coming)
        except BaseException:
            self.close()
            raise
        self._next += 1
        return batch

    def _from(self, number: int) -> Generator[Batch, None, None]:
        while True:
            yield self._batches(number)
            number += 1

    def close(self) -> None:
        if self._coming is not None:
            self._coming.close()
            self._coming = None
