"""What may be chosen of a training run. Loads no torch, so that a command line can use it."""

from __future__ import annotations

from dataclasses import dataclass

from scenewise.core.errors import OptionInvalid
from scenewise.core.options import Checked, option
from scenewise.models.precision import PRECISIONS


@dataclass(frozen=True)
class TrainingOptions(Checked):
    """How a model is trained.

    The defaults of the optimiser are those of CLIP, which Prakash et al. (2023, section 5)
    found to work best as well: learning rate 5e-5, betas 0.9 and 0.98, epsilon 1e-6, weight
    decay 0.2.
    """

    steps: int = option(
        0, "how often the weights are changed; 0 leaves it to --epochs", low=0, group="Length"
    )
    epochs: int = option(
        1, "how often everything is seen, unless --steps is given", low=1, group="Length"
    )
    learning_rate: float = option(5e-5, "highest learning rate", low=0, high=10, group="Optimiser")
    optimiser: str = option(
        "adamw",
        "adamw takes weight decay apart from the gradient, adam adds it to the gradient, muon "
        "is adamw but for the matrices of repeated layers, whose steps it makes orthogonal",
        choices=("adamw", "adam", "muon"),
        group="Optimiser",
    )
    weight_decay: float = option(
        0.2,
        "pull of weights towards zero; biases, norms and scales are spared",
        low=0,
        high=10,
        group="Optimiser",
    )
    matrix_rate: float = option(
        4.0,
        "learning rate of the matrices that muon changes, relative to that of other weights",
        low=0,
        high=100,
        group="Optimiser",
    )
    beta1: float = option(
        0.9, "memory of the mean gradient", low=0, high=0.999999, group="Optimiser"
    )
    beta2: float = option(
        0.98, "memory of the squared gradient", low=0, high=0.999999, group="Optimiser"
    )
    epsilon: float = option(1e-6, "keeps the optimiser from dividing by zero", low=0, high=1)
    schedule: str = option(
        "constant",
        "the learning rate after warming up: as it is, or down to zero along a cosine",
        choices=("constant", "cosine"),
        group="Optimiser",
    )
    warmup_steps: int = option(
        0, "steps in which the learning rate rises to its highest", low=0, group="Optimiser"
    )
    clip: float = option(
        0.0,
        "longest gradient, over all weights together; longer ones are scaled down; 0 for any",
        low=0,
        flag="clip-gradient",
        group="Optimiser",
    )
    accumulate: int = option(
        1, "batches whose gradients are averaged into one step", low=1, group="Optimiser"
    )
    average: float = option(
        0.0,
        "decay of a running average of the weights, which is then the result; 0 for none",
        low=0,
        high=0.999999,
        group="Optimiser",
    )
    precision: str = option(
        "auto",
        "numbers of the forward pass; weights stay float32; auto measures what is faster",
        choices=PRECISIONS,
        group="Run",
    )
    seed: int = option(
        0, "where all randomness comes from", low=0, high=2**32 - 1, flag="training-seed"
    )
    checkpoint_every: int = option(
        500, "steps between checkpoints; 0 for one at the end only", low=0, group="Run"
    )
    evaluate_every: int = option(
        0,
        "steps between evaluations, the first before training; 0 for one at the end only",
        low=0,
        group="Run",
    )

    @property
    def betas(self) -> tuple[float, float]:
        """Both memories of Adam."""
        return self.beta1, self.beta2

    def total_steps(self, batches_per_epoch: int | None = None) -> int:
        """How many steps the run has.

        Args:
            batches_per_epoch: how many batches see everything once; a step has `accumulate` of
                them.

        Raises:
            OptionInvalid: neither `steps` nor `batches_per_epoch` is given, or warming up takes
                longer than the run.
        """
        if not self.steps and not batches_per_epoch:
            raise OptionInvalid(
                "how long to train is not known: an epoch has no length here", remedy="give --steps"
            )
        total = self.steps or -(-self.epochs * (batches_per_epoch or 0) // self.accumulate)
        if self.warmup_steps > total:
            raise OptionInvalid(
                f"--warmup-steps cannot be {self.warmup_steps} in a run of {total} steps",
                remedy=f"give at most {total}",
            )
        return total
