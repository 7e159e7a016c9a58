"""How the pocket ResNet learns: all slots of a picture from one vector."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from scenewise.synthetic.pocket.examples import Examples
from scenewise.synthetic.pocket.lessons import LABELS, Sight, label_numbers
from scenewise.synthetic.pocket.looking import pixels_of

_ACTION: Final = list(LABELS).index("action")


def with_slots(resnet: Any) -> Any:
    """The network with a linear layer for each slot; its own classifier answers for actions."""
    from torch import nn

    width = int(resnet.config.hidden_sizes[-1])

    class Student(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.resnet = resnet
            self.heads = nn.ModuleDict(
                {name: nn.Linear(width, count) for name, count in LABELS.items()}
            )

    return Student()


def grid_loss(student: Any, sight: Sight) -> tuple[Any, dict[str, float]]:
    """Sum of the cross-entropies of all slots."""
    import torch
    from torch.nn import functional

    pooled = student.resnet.resnet(sight.pixels).pooler_output.flatten(1)  # [b, w]
    told = [
        functional.cross_entropy(student.heads[name](pooled), sight.labels[:, number])
        for number, name in enumerate(LABELS)
    ]
    own = student.resnet.classifier(pooled)
    told.append(functional.cross_entropy(own, sight.labels[:, _ACTION]))
    right = (own.argmax(1) == sight.labels[:, _ACTION]).float().mean()
    return torch.stack(told).sum(), {
        "action": float(right),
        "samples": float(len(sight.pixels)),
    }


def judge_grid(resnet: Any, examples: Examples) -> dict[str, float]:
    """Share of held-out pictures whose action is named."""
    import torch

    right = []
    resnet.eval()
    with torch.inference_mode():
        for first in range(0, len(examples), 128):
            part = slice(first, first + 128)
            named = resnet(pixels_of(examples.images[part])).logits.argmax(1).numpy()
            truth = [label_numbers(event)[_ACTION] for event in examples.events[part]]
            right += [a == b for a, b in zip(named, truth, strict=True)]
    return {"action": round(float(np.mean(right)), 4)}
