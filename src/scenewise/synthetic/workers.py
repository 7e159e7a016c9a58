"""Drawing in several processes."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from typing import TypeVar

from scenewise.core.pools import in_processes

Job = TypeVar("Job")
Drawn = TypeVar("Drawn")


def in_turn(
    draw: Callable[[Job], Drawn], jobs: Iterable[Job], workers: int
) -> Generator[Drawn, None, None]:
    """What is drawn, in the order of the jobs.

    Args:
        draw: can be handed to another process.
        jobs: what to draw.
        workers: processes; 1 draws in this one.

    Raises:
        Whatever `draw` raises: of the first job that fails. Those that are under way are finished,
        the others are not begun.
        ScenewiseError, KeyboardInterrupt: see `in_processes`. A process that is ended leaves what
            it was writing (`media.atomic.remove_left`).
    """
    if workers < 2:
        yield from map(draw, jobs)
        return
    early: dict[int, Drawn] = {}
    due = 0
    # whoever asks no more ends the processes at once
    with closing(in_processes(draw, jobs, workers)) as coming:
        for number, one in coming:
            early[number] = one
            while due in early:
                yield early.pop(due)
                due += 1
