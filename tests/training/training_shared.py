"""A run that several processes share: a contrastive loss in chunks, over uneven shares.

Run as a script, it is one of those processes: `training_shared.py FOLDER`.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from scenewise.training import processes
from scenewise.training.contrastive import contrastive_loss
from scenewise.training.gradient_cache import chunked, gradient_cached
from scenewise.training.launching import together
from scenewise.training.loop import fit
from scenewise.training.options import TrainingOptions

ROWS = 7
OPTIONS = TrainingOptions(
    steps=6,
    learning_rate=0.01,
    precision="float32",
    clip=0.5,
    accumulate=2,
    average=0.9,
    checkpoint_every=2,
    evaluate_every=3,
)


class Stopped(Exception):
    """What ends a run before its time."""


class Pair(nn.Module):
    """A tower, a scale, weights that only some rows need, and weights that nothing needs."""

    def __init__(self) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(0)
            self.tower = nn.Sequential(nn.Linear(6, 16), nn.GELU(), nn.Linear(16, 4))
            self.rare = nn.Linear(6, 4)
            self.scale = nn.Parameter(torch.tensor(1.0))
            self.idle = nn.Parameter(torch.ones(2, 3))

    def forward(self, rows: Tensor) -> Tensor:
        made = self.tower(rows)
        odd = rows[:, 0] > 2.5  # the first row alone, so that one process has it
        return made + self.rare(rows) * odd[:, None] if odd.any() else made


def batch_of(number: int) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(1000 + number)
    rows = torch.randn(ROWS, 6, generator=generator).clamp(-2, 2)
    rows[0, 0] = 3.0
    return {"rows": processes.share(rows), "wanted": rows.cumsum(1)[:, :4]}


def shared_loss(model: Any, batch: dict[str, Tensor]) -> tuple[Tensor, dict[str, float]]:
    """Every process compares all rows, and has an equal part of the loss."""

    def compared(own: Tensor) -> tuple[Tensor, dict[str, float]]:
        rows = processes.gathered(own)
        part = 1 / processes.count()
        value = contrastive_loss(rows, batch["wanted"], model.scale)
        return part * value, {"mean": part * float(rows.detach().mean())}

    return gradient_cached(compared, (model, chunked(batch["rows"], 2)))


def evaluate(model: Any) -> dict[str, float]:
    value, _ = shared_loss(model, batch_of(-1))
    return processes.added({"loss": float(value)})


def run(folder: Path | None, stop: int = -1) -> Pair:
    """Train in a folder, or go on there; stop before a batch of a number."""
    model = Pair()

    def batches(number: int) -> dict[str, Tensor]:
        if number == stop:
            raise Stopped
        return batch_of(number)

    fit(model, batches, shared_loss, OPTIONS, folder=folder, evaluate=evaluate)
    return model


def main() -> None:
    torch.set_num_threads(1)
    folder = Path(sys.argv[1])
    with together("cpu"):
        whole = run(folder / "two")
        own = folder / f"weights-{processes.place()}.pt"
        torch.save(whole.state_dict(), own)
        with suppress(Stopped):
            run(folder / "begun by two", stop=9)
        run(folder / "begun by one")


if __name__ == "__main__":
    main()
