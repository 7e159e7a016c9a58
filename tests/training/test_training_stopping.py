"""A run that is told to stop loses no step, whoever shares it, and goes on as if nothing was."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest
import torch
import training_stopped
from training_shared import Pair, run
from training_stopped import STOPS, stopped_at
from training_toys import lines

from scenewise.training.checkpoints import read_checkpoint
from scenewise.training.interrupting import Agreed, stopping
from started_together import start_together


def same_run(folder: Path, other: Path) -> None:
    assert lines(folder) == lines(other)
    weights, wanted = (read_checkpoint(one)[0] for one in (folder, other))
    for part in wanted:
        for name, weight in wanted[part].items():
            assert torch.equal(weights[part][name], weight), (part, name)


def test_sigterm_ends_a_run_after_its_step(tmp_path: Path) -> None:
    whole = run(tmp_path / "whole")
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt):
        stopped_at(tmp_path / "stopped", {5: (signal.SIGTERM,)})
    assert signal.getsignal(signal.SIGTERM) == before
    # two batches a step: that of batch 5 is the third, and no checkpoint was due after it
    assert read_checkpoint(tmp_path / "stopped")[1]["step"] == 3
    gone_on = run(tmp_path / "stopped")
    same_run(tmp_path / "stopped", tmp_path / "whole")
    assert all(map(torch.equal, gone_on.state_dict().values(), whole.state_dict().values()))


def test_what_comes_after_the_last_step_comes_when_the_run_is_done() -> None:
    came: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: came.append(number))
    try:
        with stopping() as agree:
            agree()
            os.kill(os.getpid(), signal.SIGTERM)
            assert not came
        assert came == [signal.SIGTERM]

        def told() -> None:
            with stopping() as agree:
                os.kill(os.getpid(), signal.SIGTERM)
                agree()

        with pytest.raises(Agreed):
            told()
        assert came == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)


def test_where_no_signal_comes_nothing_is_asked() -> None:
    """Beside the main thread, and where a process was told to heed none."""
    done: list[bool] = []

    def work() -> None:
        with stopping() as agree:
            agree()
        done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with stopping() as agree:
            os.kill(os.getpid(), signal.SIGTERM)
            agree()
            assert signal.getsignal(signal.SIGTERM) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.slow
def test_two_processes_stop_after_the_same_step_and_go_on_as_one_run(tmp_path: Path) -> None:
    start_together(
        Path(training_stopped.__file__), str(tmp_path), code=training_stopped.INTERRUPTED
    )
    for name, told in STOPS.items():
        # both end, whichever was told, and once: that of the step in which the first was told
        assert all((tmp_path / f"{name} {place}").exists() for place in (0, 1)), name
        step = min(number for one in told.values() for number in one) // 2 + 1
        (tmp_path / "then").mkdir(exist_ok=True)
        then = tmp_path / "then" / "checkpoint.safetensors"
        then.unlink(missing_ok=True)
        os.link(tmp_path / f"{name}.safetensors", then)
        assert read_checkpoint(tmp_path / "then")[1]["step"] == step, name
    for name in list(STOPS)[1:]:
        same_run(tmp_path / name, tmp_path / "whole")
    (one,) = list(STOPS)[:1]
    run(tmp_path / one)  # goes on alone, with one process's rounding
    assert [line["step"] for line in lines(tmp_path / one)] == [
        line["step"] for line in lines(tmp_path / "whole")
    ]
    held, wanted = (read_checkpoint(tmp_path / n)[0]["model"] for n in (one, "whole"))
    assert held.keys() == wanted.keys() <= Pair().state_dict().keys()
    for name, weight in wanted.items():
        torch.testing.assert_close(held[name], weight, rtol=1e-4, atol=1e-6)
