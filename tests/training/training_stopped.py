"""A run that several processes share, of which one is told to stop.

Run as a script, it is one of those processes: `training_stopped.py FOLDER`.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor
from training_shared import OPTIONS, Pair, batch_of, evaluate, run, shared_loss

from scenewise.cli.running import INTERRUPTED
from scenewise.training import processes
from scenewise.training.launching import together
from scenewise.training.loop import fit

STOPS = {
    "Ctrl-C in the second": {1: {5: (signal.SIGINT,)}},
    "SIGTERM in the first": {0: {7: (signal.SIGTERM,)}},
    "Ctrl-C in both, twice in one": {
        0: {4: (signal.SIGINT, signal.SIGINT)},
        1: {5: (signal.SIGINT,)},
    },
}
"""Which process is sent what while it makes which batch, of two a step."""


def stopped_at(folder: Path, told: Mapping[int, tuple[signal.Signals, ...]]) -> Pair:
    """Train in a folder, and be told to stop while some batches are made."""
    model = Pair()

    def batches(number: int) -> dict[str, Tensor]:
        for one in told.get(number, ()):
            os.kill(os.getpid(), one)
        return batch_of(number)

    fit(model, batches, shared_loss, OPTIONS, folder=folder, evaluate=evaluate)
    return model


def main() -> int:
    torch.set_num_threads(1)
    folder, place = Path(sys.argv[1]), int(os.environ["RANK"])
    with together("cpu"):
        run(folder / "whole")
        for name, told in STOPS.items():
            before = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]
            try:
                stopped_at(folder / name, told.get(place, {}))
            except KeyboardInterrupt:
                (folder / f"{name} {place}").write_text("stopped", "utf-8")
            assert [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)] == before
            if processes.is_first():
                os.link(folder / name / "checkpoint.safetensors", folder / f"{name}.safetensors")
            processes.wait()
        for name in list(STOPS)[1:]:
            run(folder / name)  # goes on
    return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
