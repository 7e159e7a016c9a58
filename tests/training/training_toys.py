"""Small models and batches that training is tested on."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from scenewise.training.metrics_log import read_metrics


class Toy(nn.Module):
    """Something of everything: dropout, batch norm, tied weights, a scale, a frozen part."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.frozen = nn.Sequential(nn.Linear(6, 6), nn.BatchNorm1d(6), nn.Dropout(0.5))
            self.body = nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.Dropout(0.3))
            self.norm = nn.LayerNorm(8)
            self.head = nn.Linear(8, 8, bias=False)
            self.tied = nn.Linear(8, 8)
            self.tied.weight = self.head.weight
            self.scale = nn.Parameter(torch.tensor(0.5))
        self.frozen.requires_grad_(False)

    def forward(self, rows: Tensor) -> Tensor:  # [b, 6] -> [b, 8]
        return self.tied(self.head(self.norm(self.body(self.frozen(rows))))) * self.scale.exp()


def batches(number: int) -> dict[str, Tensor]:
    """16 rows and what they should become."""
    generator = torch.Generator().manual_seed(1000 + number)
    rows = torch.randn(16, 6, generator=generator)
    return {"rows": rows, "wanted": rows.cumsum(1).sum(1, keepdim=True).expand(-1, 8)}


def squared(model: nn.Module, batch: dict[str, Tensor]) -> tuple[Tensor, dict[str, float]]:
    """Mean squared error."""
    made = model(batch["rows"])
    loss = ((made - batch["wanted"]) ** 2).mean()
    return loss, {"mean": float(made.detach().mean())}


def evaluate(model: nn.Module) -> dict[str, float]:
    """The same on a batch that is not trained on."""
    return {"loss": float(squared(model, batches(-1))[0])}


def lines(folder: Path) -> list[dict[str, float]]:
    """The log without what depends on the clock."""
    return [
        {k: v for k, v in line.items() if k not in ("seconds", "samples_per_second")}
        for line in read_metrics(folder)
    ]


def same_state(one: nn.Module, other: nn.Module) -> bool:
    """Whether two models are equal, bit for bit, buffers included."""
    ours, theirs = one.state_dict(), other.state_dict()
    return ours.keys() == theirs.keys() and all(torch.equal(ours[n], theirs[n]) for n in ours)
