"""Training and evaluation mode, numbers, and places of a model and its batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn


def train_mode(model: nn.Module) -> None:
    """Training mode, except for modules whose own parameters are all frozen.

    A frozen batch norm keeps its statistics and a frozen encoder has no dropout: what is frozen
    computes the same as ever. Modules without parameters do as the module around them.
    """
    model.train()
    for module in model.modules():
        parameters = list(module.parameters())
        if parameters and not any(p.requires_grad for p in parameters):
            module.eval()


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Evaluation mode without gradients; afterwards every module is in its mode again."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module, training in modes:
            module.training = training


def device_of(model: nn.Module) -> torch.device:
    """Where the model is, by its first parameter."""
    return next((p.device for p in model.parameters()), torch.device("cpu"))


def moved(batch: Any, device: torch.device) -> Any:
    """The batch with its tensors on a device, in dictionaries, lists and tuples too."""
    if isinstance(batch, Tensor):
        return batch.to(device, non_blocking=True)
    if isinstance(batch, Mapping):
        return {key: moved(value, device) for key, value in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*(moved(value, device) for value in batch))
    if isinstance(batch, (list, tuple)):
        return type(batch)(moved(value, device) for value in batch)
    return batch


def sample_count(batch: Any) -> int:
    """How many samples a batch has: the length of its first tensor or array, else 1."""
    if hasattr(batch, "shape"):
        return int(batch.shape[0]) if batch.shape else 1
    if isinstance(batch, Mapping):
        return sample_count(next(iter(batch.values()))) if batch else 0
    if isinstance(batch, (list, tuple)):
        if not batch or not hasattr(batch[0], "shape") or not batch[0].shape:
            return len(batch)
        return sample_count(batch[0])
    return 1
