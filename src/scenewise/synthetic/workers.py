"""Drawing in several processes."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

Job = TypeVar("Job")
Drawn = TypeVar("Drawn")


def in_turn(draw: Callable[[Job], Drawn], jobs: Iterable[Job], workers: int) -> Iterator[Drawn]:
    """What is drawn, in the order of the jobs.

    Args:
        draw: can be handed to another process.
        jobs: what to draw.
        workers: processes; 1 draws in this one.

    Raises:
        Whatever `draw` raises: of the first job that fails. Those that are under way are finished,
        the others are not begun.
    """
    if workers < 2:
        yield from map(draw, jobs)
        return
    # not forked: a process with several threads cannot be copied safely
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=_quiet) as pool:
        coming = [pool.submit(draw, job) for job in jobs]
        try:
            for one in coming:
                yield one.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _quiet() -> None:
    """Ctrl-C ends a worker without a trace; the process that asked for it tells."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
