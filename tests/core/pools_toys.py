"""Work for other processes: they find it by the name of this module."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from scenewise.core.errors import InputError
from scenewise.core.pools import in_processes


def doubled(number: int) -> int:
    return 2 * number


def refused(number: int) -> int:
    if number == 1:
        raise InputError("one is refused", remedy="give another")
    return number


def killed(number: int) -> int:
    if number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def long(marks: str) -> None:
    """Leaves a mark when it begins, and another when it is stopped as a training is."""
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: told.append(number))
    mark = Path(marks) / f"{os.getpid()}-{time.monotonic_ns()}"
    mark.with_suffix(".begun").touch()  # only now: who sees it may stop this at once
    while not told:
        time.sleep(0.01)
    mark.with_suffix(".saved").touch()
    raise KeyboardInterrupt


if __name__ == "__main__":
    from pools_toys import long as own  # by a name that the others know

    print("ready", flush=True)
    try:
        for _ in in_processes(own, [sys.argv[1]] * 6, 2):
            pass
    except KeyboardInterrupt:
        print("stopped", flush=True)
        sys.exit(130)
