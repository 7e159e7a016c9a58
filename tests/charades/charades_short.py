"""Short trainings, and what is read of them."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import torch
from safetensors.torch import load_file

from scenewise.charades.runs import Run
from scenewise.charades.tuning_options import MatchOptions, TuningOptions
from scenewise.core.progress import Silent
from scenewise.models.precision import Placement
from scenewise.training.metrics_log import read_metrics

CPU = Placement(torch.device("cpu"), torch.float32)
SHORT = TuningOptions(
    steps=6, batch=4, learning_rate=1e-3, precision="float32", device="cpu", checkpoint_every=2
)
MATCH = MatchOptions(device="cpu", precision="float32", resamples=20, batch=3)


class Stopping(Silent):
    """Somebody who presses Ctrl-C after some steps."""

    def __init__(self, after: int) -> None:
        self.after = after

    def step(self, what: str, total: float | None = None):
        """A bar that stops the training."""
        return nullcontext(self) if what == "Training" else super().step(what, total)

    def reach(self, position: float) -> None:
        """Stop, if it is far enough."""
        if position == self.after:
            raise KeyboardInterrupt


def weights(run: Run, method: str) -> dict[str, torch.Tensor]:
    """Of the trained CLIP."""
    return load_file(run.method(method).model / "model.safetensors")


def evaluations(run: Run, method: str) -> list[dict[str, Any]]:
    """The lines of the log that tell of evaluations while training went on."""
    lines = read_metrics(run.method(method).folder)
    return [line for line in lines if line["kind"] == "evaluation"]
