"""The optimiser, which weights decay, and the learning rate at each step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from scenewise.training.options import TrainingOptions

_NORMS = (
    nn.LayerNorm,
    nn.GroupNorm,
    nn.RMSNorm,
    nn.modules.batchnorm._BatchNorm,
    nn.modules.instancenorm._InstanceNorm,
)


def trained(model: nn.Module) -> dict[str, nn.Parameter]:
    """The parameters that are to be trained, each once, by name."""
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def decaying(model: nn.Module) -> set[str]:
    """Names of the trained parameters that weight decay pulls at.

    Spared are biases, the weights of norms, and whatever has less than two dimensions: gains,
    scales such as CLIP's `logit_scale`, single embeddings. Pulling those towards zero changes
    what the model computes rather than keeping it simple.
    """
    spared = {
        id(p) for m in model.modules() if isinstance(m, _NORMS) for p in m.parameters(recurse=False)
    }
    return {
        name
        for name, p in trained(model).items()
        if p.ndim >= 2 and id(p) not in spared and not name.split(".")[-1].endswith("bias")
    }


def make_optimiser(model: nn.Module, options: TrainingOptions) -> torch.optim.Optimizer:
    """Adam or AdamW with weight decay where it belongs, or Muon and AdamW."""
    parameters, decays = trained(model), decaying(model)
    matrices = layer_matrices(model) if options.optimiser == "muon" else set()
    groups: list[dict[str, Any]] = [
        {
            "params": [
                p
                for name, p in parameters.items()
                if (name in decays) == pulled and name not in matrices
            ],
            "weight_decay": options.weight_decay if pulled else 0.0,
        }
        for pulled in (True, False)
    ]
    make = torch.optim.Adam if options.optimiser == "adam" else torch.optim.AdamW
    others = make(
        [group for group in groups if group["params"]],
        lr=options.learning_rate,
        betas=options.betas,
        eps=options.epsilon,
    )
    if not matrices:
        return others
    # Muon's own defaults but for its learning rate, which is made comparable with Adam's.
    muon = torch.optim.Muon(
        [parameters[name] for name in parameters if name in matrices],
        lr=options.learning_rate,
        weight_decay=options.weight_decay,
        adjust_lr_fn="match_rms_adamw",
    )
    muon.param_groups[0]["relative_rate"] = options.matrix_rate
    return Together(muon, others)


def layer_matrices(model: nn.Module) -> set[str]:
    """Names of the trained matrices inside a model's repeated layers: attention and MLPs.

    Muon (Jordan et al. 2024) is for these; embeddings, outputs, gains and biases stay with
    AdamW.
    """
    layers = [m for m in model.modules() if isinstance(m, nn.ModuleList)]
    inside = {
        id(m.weight)
        for layer in layers
        for m in layer.modules()
        if isinstance(getattr(m, "weight", None), nn.Parameter) and not isinstance(m, nn.Embedding)
    }
    return {name for name, p in trained(model).items() if p.ndim == 2 and id(p) in inside}


class Together(torch.optim.Optimizer):
    """Two optimisers that share the weights of a model between them, as one.

    Args:
        one, other: with different weights.
    """

    def __init__(self, one: torch.optim.Optimizer, other: torch.optim.Optimizer) -> None:
        self._both = one, other
        super().__init__([*one.param_groups, *other.param_groups], {})
        # The groups and the memory of the one and the other are those of both.
        for optimiser, groups in ((one, len(one.param_groups)), (other, -len(other.param_groups))):
            chosen = self.param_groups[:groups] if groups > 0 else self.param_groups[groups:]
            optimiser.param_groups = chosen
            optimiser.state = self.state

    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """One step of each."""
        for optimiser in self._both:
            optimiser.step()


def set_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    """Set the learning rate; groups may have one relative to it."""
    for group in optimiser.param_groups:
        group["lr"] = rate * group.get("relative_rate", 1.0)


def learning_rate(step: int, steps: int, options: TrainingOptions) -> float:
    """The learning rate of a step.

    Args:
        step: from 0 on.
        steps: of the whole run.

    It rises evenly over `warmup_steps` and is highest in the last of them. Along the cosine it
    would be zero one step after the last.
    """
    if step < options.warmup_steps:
        return options.learning_rate * (step + 1) / options.warmup_steps
    if options.schedule == "constant":
        return options.learning_rate
    done = (step - options.warmup_steps) / max(1, steps - options.warmup_steps)
    return options.learning_rate * (1 + math.cos(math.pi * min(1.0, done))) / 2


def optimiser_tensors(model: nn.Module, optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    """What the optimiser remembers, as `exp_avg/name of the weight` and so on."""
    return {
        f"{kind}/{name}": value
        for name, parameter in trained(model).items()
        for kind, value in optimiser.state.get(parameter, {}).items()
    }


def restore_optimiser(
    model: nn.Module, optimiser: torch.optim.Optimizer, tensors: Mapping[str, Tensor]
) -> None:
    """Give the optimiser its memory back.

    Raises:
        ValueError: it does not fit the model.
    """
    parameters = trained(model)
    memory: dict[str, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        kind, _, name = key.partition("/")
        if name not in parameters or (value.ndim and value.shape != parameters[name].shape):
            raise ValueError(f"{name} is not what it was")
        # Adam counts its steps in a scalar that stays on the processor
        place = parameters[name].device if value.ndim or kind != "step" else value.device
        memory.setdefault(name, {})[kind] = value.to(place)
    for name, state in memory.items():
        optimiser.state[parameters[name]] = state
