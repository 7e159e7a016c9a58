"""Stopping a run where nothing is lost: Ctrl-C that waits for a moment, and for other processes."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from scenewise.training import processes


class Agreed(KeyboardInterrupt):
    """A run was told to stop, and stops between two steps: in all processes after the same one."""


@contextmanager
def stopping() -> Iterator[Callable[[], None]]:
    """Have a run be stopped between its steps.

    What is sent to end a process (SIGTERM) waits until the step is done; with several processes
    Ctrl-C does so as well. One alone is enough to stop all of them: on a terminal all get Ctrl-C,
    but not at the same moment, and what starts them may tell one before the other, or twice.

    Yields:
        What to call between steps, in all processes as often. It raises `Agreed` in all of them
        once one has been told to stop. What comes after the last call comes when the block ends.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None  # signals come to the main thread only
        return
    told: list[int] = []

    def agree() -> None:
        if processes.added({"told": float(bool(told))})["told"]:
            raise Agreed

    numbers = [signal.SIGTERM] if processes.count() == 1 else [signal.SIGTERM, signal.SIGINT]
    # what an operating system's own library has set cannot be put back
    asked = [n for n in numbers if signal.getsignal(n) not in (None, signal.SIG_IGN)]
    before = {n: signal.signal(n, lambda number, frame: told.append(number)) for n in asked}
    try:
        yield agree
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if told:
        signal.raise_signal(told[0])


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hold Ctrl-C back until the block has ended, so that it is not left half done."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield  # signals come to the main thread only
        return
    held: list[tuple[int, FrameType | None]] = []
    signal.signal(signal.SIGINT, lambda number, frame: held.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if held:
        before(*held[0])
