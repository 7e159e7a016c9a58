"""The rows of the Charades benchmark: how videos are shown, and how long CLIP is trained on them.

Epochs and learning rates were chosen on videos that no row is told by: `python
benchmarks/bench_charades.py --choose` keeps a quarter of those to train on back and prints what is
found. All else is the paper's in every row. docs/charades-changes.md says what was tried.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Final

from harness import Figure

from scenewise.charades.methods import BASELINE, method_named
from scenewise.charades.pictures import Pictures, read_pictures
from scenewise.charades.runs import Run
from scenewise.charades.training import train
from scenewise.charades.tuning_options import REPEATED, TuningOptions
from scenewise.core.progress import Progress
from scenewise.models import hub
from scenewise.training.errors import CheckpointInvalid
from scenewise.training.metrics_log import read_metrics

RATES: Final = (5e-5, 1e-4)
"""Learning rates to choose from: the paper's, and twice that, since the pocket CLIP has a sixtieth
of the weights of ViT-B/32."""

VALIDATION: Final = 0.25
"""Share of the videos to train on that epochs and rates are chosen by."""

PAPER: Final = TuningOptions(epochs=15, learning_rate=5e-5, precision="bfloat16")
"""As in the paper, section 5."""


@dataclass(frozen=True)
class Row:
    """One row of the table.

    Args:
        method: its name, with a label where the same pictures are trained on twice.
        about: what it is, for people.
        options: how it is trained.
        most: epochs that are tried where their number is chosen; 0 for a row whose is not.
    """

    method: str
    about: str
    options: TuningOptions
    most: int = 0

    @property
    def cells(self) -> int:
        """How often positions are repeated along a side."""
        repeated = self.options.positions == REPEATED
        return method_named(self.method).side if repeated else 1


def chosen(epochs: int, rate: float, **more: object) -> TuningOptions:
    """The paper's options but for what was chosen."""
    return replace(PAPER, epochs=epochs, learning_rate=rate, **more)  # type: ignore[arg-type]


ROWS: Final = (
    Row(BASELINE, "every 50th frame, trained as in the paper", PAPER, most=5),
    Row("grid", "3 × 3 at the CLIP's own 96 px: cells of 32", chosen(14, 1e-4), most=24),
    Row("grid+paper", "the same, trained as in the paper", PAPER),
    Row("grid+224", "3 × 3 at 224 px: cells of 75 as in the paper",
        chosen(6, 1e-4, picture_size=224), most=6),
    Row("grid+216", "3 × 3 at 216 px: cells of 72, each with positions of its own",
        chosen(6, 1e-4, picture_size=216, positions=REPEATED), most=6),
    Row("grid2", "2 × 2 at 96 px: cells of 48", chosen(14, 1e-4)),
    Row("grid2+192", "2 × 2 at 192 px: cells of the CLIP's own 96, with their positions",
        chosen(6, 1e-4, picture_size=192, positions=REPEATED)),
    Row("mean", "mean of nine frames", chosen(4, 5e-5), most=4),
    Row("grid-shots", "3 × 3 at 96 px, key frames by shots", chosen(14, 1e-4)),
)  # fmt: skip


def choices(
    run: Run,
    rows: tuple[Row, ...],
    clock: Callable[[str], AbstractContextManager[None]],
    progress: Progress,
) -> list[Figure]:
    """For every row and rate, the number of epochs that finds the most on the videos kept back."""
    found = []
    for row in rows:
        pictures = read_pictures(run, row.method)
        for rate in RATES if row.most else ():
            name = f"{method_named(row.method).shows}+choose-{row.options.picture_size}-{rate:g}"
            options = replace(
                row.options, epochs=row.most, learning_rate=rate, validation=VALIDATION,
                evaluate_every=_steps(pictures, row.options.batch), checkpoint_every=50,
            )  # fmt: skip
            with clock(f"choose {row.method}"):
                try:
                    train(run, name, hub.POCKET, options, progress=progress)
                except CheckpointInvalid:
                    train(run, name, hub.POCKET, options, anew=True, progress=progress)
            lines = [one for one in read_metrics(run.method(name).folder)
                     if one["kind"] == "evaluation"]  # fmt: skip
            best = max(lines, key=lambda line: line["reciprocal_rank"])
            found.append(
                Figure(
                    f"{row.about}, rate {rate:g}: epochs",
                    best["step"] / options.evaluate_every,
                    "",
                    note=f"MRR {best['reciprocal_rank']:.3f}, accuracy {best['accuracy']:.1%}, "
                    f"chance {best['chance']:.1%}; after each epoch MRR "
                    + " ".join(f"{line['reciprocal_rank']:.3f}" for line in lines),
                )
            )
    return found


def _steps(pictures: Pictures, batch: int) -> int:
    """How many steps an epoch of the choice has."""
    videos = len(pictures.times["train"])
    each = pictures.count("train") / videos if pictures.method.kind == BASELINE else 1
    return max(1, math.ceil(videos * (1 - VALIDATION) * each / batch))
