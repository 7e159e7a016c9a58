"""A running average of a model's weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from scenewise.training.interrupting import undisturbed
from scenewise.training.optimising import trained


class Average:
    """Exponential moving average of the trained weights.

    Args:
        decay: share of the old average. In the first steps it is (1 + n) / (10 + n) at most, so
            that the average does not hang on to where training began.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay = decay
        self.weights = {name: p.detach().clone() for name, p in trained(model).items()}

    @torch.no_grad()
    def update(self, model: nn.Module, step: int) -> None:
        """Take the weights after `step` steps in."""
        decay = min(self.decay, (1 + step) / (10 + step))
        for name, parameter in trained(model).items():
            self.weights[name].lerp_(parameter, 1 - decay)

    @contextmanager
    def inside(self, model: nn.Module) -> Iterator[None]:
        """The model with the averaged weights."""
        own = {name: p.detach().clone() for name, p in trained(model).items()}
        try:
            copy_weights(model, self.weights)
            yield
        finally:
            with undisturbed():
                copy_weights(model, own)


@torch.no_grad()
def copy_weights(model: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """Write weights over the model's trained ones of the same names."""
    parameters = trained(model)
    for name, value in weights.items():
        parameters[name].copy_(value)
