"""An iterator that a worker thread keeps a few items ahead of its consumer."""

from __future__ import annotations

import threading
from collections.abc import Generator
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")


def read_ahead(source: Generator[T, None, None], depth: int) -> Generator[T, None, None]:
    """The items of `source`, produced in a thread, at most `depth` of them waiting.

    Worthwhile where the source leaves Python's lock free, as decoding does. The thread is
    always joined, whether the items run out, the source fails, or the consumer stops early;
    the source is closed in the thread, and its exception is raised in the consumer.
    """
    room = threading.Semaphore(depth)
    ready: SimpleQueue[tuple[T] | BaseException | None] = SimpleQueue()
    stopped = threading.Event()

    def work() -> None:
        outcome: BaseException | None = None
        try:
            for item in source:
                ready.put((item,))
                room.acquire()
                if stopped.is_set():
                    break
        except BaseException as error:
            outcome = error
        finally:
            source.close()
            ready.put(outcome)

    worker = threading.Thread(target=work, name="scenewise-read-ahead", daemon=True)
    worker.start()
    try:
        while True:
            got = ready.get()
            if got is None:
                return
            if isinstance(got, BaseException):
                raise got
            yield got[0]
            room.release()
    finally:
        stopped.set()
        room.release()
        worker.join()
