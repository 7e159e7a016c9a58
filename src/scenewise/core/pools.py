"""Jobs in several processes, which end in good order when they are stopped."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

from scenewise.core.errors import ScenewiseError

Job = TypeVar("Job")
Done = TypeVar("Done")

_stopped = False


def in_processes(
    work: Callable[[Job], Done],
    jobs: Iterable[Job],
    workers: int,
    *,
    begin: Callable[[], None] | None = None,
) -> Generator[tuple[int, Done], None, None]:
    """Do jobs, several at a time.

    Ctrl-C and SIGTERM come to this process alone, which tells the others by SIGTERM: what they
    are at may catch it to save how far it is (`training.interrupting`), and none begins another
    job.

    Args:
        work: can be handed to another process, as its jobs and what comes of them can.
        jobs: what to do.
        workers: processes.
        begin: called in each process before its first job.

    Yields:
        Number of a job and what came of it, as they end.

    Raises:
        Whatever `work` raises: of the first job that fails. Those that are under way are finished,
        others are not begun.
        ScenewiseError: a process was ended from outside, as where memory is short.
        KeyboardInterrupt: it was stopped.
    """
    # not forked: a process with several threads cannot be copied safely
    context = multiprocessing.get_context("spawn")
    others = set(multiprocessing.active_children())
    with _terminated_as_interrupted(), ProcessPoolExecutor(workers, context, begin) as pool:
        with _without_interrupts():
            coming = {pool.submit(_Unless(work), job): n for n, job in enumerate(jobs)}
        try:
            for one in as_completed(coming):
                yield coming[one], one.result()
        except BrokenProcessPool as error:
            raise ScenewiseError(
                "a process was ended from outside before its work was done",
                remedy="run it again; where memory was short, with fewer processes",
            ) from error
        except (KeyboardInterrupt, GeneratorExit):
            for process in set(multiprocessing.active_children()) - others:
                process.terminate()
            raise
        finally:
            pool.shutdown(cancel_futures=True)


class _Unless:
    """Work that is not begun any more in a process that was stopped while at it."""

    def __init__(self, work: Callable[[Any], Any]) -> None:
        self.work = work

    def __call__(self, job: Any) -> Any:
        global _stopped
        if _stopped:
            raise KeyboardInterrupt
        try:
            return self.work(job)
        except KeyboardInterrupt:
            _stopped = True
            raise


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Hold Ctrl-C back. Processes that are begun meanwhile never get it, not even while they
    begin, where it would leave a trace of theirs on the terminal."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """SIGTERM stops as Ctrl-C does, so that no process is left behind."""
    usual = signal.getsignal(signal.SIGTERM)
    if threading.current_thread() is not threading.main_thread() or usual is not signal.SIG_DFL:
        yield  # signals come to the main thread only; others have their own way
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, usual)
