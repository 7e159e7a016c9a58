"""Starting a script as several processes that share a run, as `accelerate launch` does."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path


def start_together(
    script: Path, *arguments: str, count: int = 2, seconds: float = 280, code: int = 0
) -> None:
    """Run a script in so many processes at once; all must end with the same code."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    tests = Path(__file__).parent
    paths = [str(tests), str(script.parent), os.environ.get("PYTHONPATH", "")]
    told = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        "WORLD_SIZE": str(count),
        "LOCAL_WORLD_SIZE": str(count),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "OMP_NUM_THREADS": "1",
    }
    started = [
        subprocess.Popen(
            [sys.executable, str(script), *arguments],
            env={**told, "RANK": str(place), "LOCAL_RANK": str(place)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for place in range(count)
    ]
    try:
        said = [one.communicate(timeout=seconds)[0] for one in started]
    finally:
        for one in started:
            one.kill()
    assert [one.returncode for one in started] == [code] * count, "\n".join(said)
