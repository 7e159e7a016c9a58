"""Files that only one process at a time may write to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from scenewise.core.errors import OutputUnwritable


@contextmanager
def locked(lock: Path, *, path: Path, need: str, remedy: str, every: float) -> Iterator[None]:
    """Hold a lock for as long as the block lasts; whoever comes later waits.

    Args:
        lock: the file that stands for it. It stays.
        path: what is written to, for messages.
        need: who needs locks, as in "which two writers need".
        remedy: what to do where the disk knows no locks.
        every: seconds after which it is asked for again.

    Raises:
        OutputUnwritable: the disk knows no locks.
        OSError: the lock's file cannot be made.
    """
    held = filelock.FileLock(lock)
    try:
        held.acquire(poll_interval=every)
    except NotImplementedError as error:
        raise OutputUnwritable(
            f"this disk cannot lock files, {need}", path=path, remedy=remedy
        ) from error
    try:
        yield
    finally:
        held.release()
