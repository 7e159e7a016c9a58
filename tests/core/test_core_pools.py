"""Jobs in several processes: what comes of them, and how they end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pools_toys
import pytest

from scenewise.core.errors import InputError, ScenewiseError
from scenewise.core.pools import in_processes


def test_every_job_is_done_once() -> None:
    assert dict(in_processes(pools_toys.doubled, range(7), 2)) == {n: 2 * n for n in range(7)}


def test_what_fails_is_told_as_it_would_be_here() -> None:
    with pytest.raises(InputError, match="one is refused") as caught:
        list(in_processes(pools_toys.refused, range(5), 2))
    assert caught.value.remedy == "give another"


def test_a_process_that_is_killed_is_one_clear_line() -> None:
    with pytest.raises(ScenewiseError, match="ended from outside"):
        list(in_processes(pools_toys.killed, range(3), 2))


@pytest.mark.slow
@pytest.mark.parametrize("how", ["the terminal", "an interrupt", "a termination"])
def test_who_is_stopped_saves_and_begins_nothing_more(tmp_path: Path, how: str) -> None:
    process = subprocess.Popen(
        [sys.executable, pools_toys.__file__, str(tmp_path)],
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(pools_toys.__file__).parent)},
    )
    try:
        for _ in range(6000):
            if len(list(tmp_path.glob("*.begun"))) == 2 or process.poll() is not None:
                break
            time.sleep(0.01)
        if how == "the terminal":  # all of its processes get it
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.send_signal(signal.SIGINT if how == "an interrupt" else signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    assert (process.returncode, out, err) == (130, "ready\nstopped\n", "")
    begun = {path.stem for path in tmp_path.glob("*.begun")}
    assert len(begun) == 2
    assert {path.stem for path in tmp_path.glob("*.saved")} == begun
