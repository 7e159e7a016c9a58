"""What may be chosen of the training and evaluation of a CLIP. Loads no torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from scenewise.core.errors import OptionInvalid
from scenewise.core.options import Checked, option
from scenewise.models.precision import DEVICES, PRECISIONS
from scenewise.training.options import TrainingOptions

LONG: Final = ("truncate", "refuse")
DUPLICATES: Final = ("soft", "masked", "apart")
STRETCHED: Final = "stretched"
REPEATED: Final = "repeated"
BEST: Final = "best"
POSITIONS: Final = (STRETCHED, REPEATED)


@dataclass(frozen=True)
class TuningOptions(TrainingOptions):
    """How CLIP is trained on captions of videos.

    The defaults are those of Prakash et al. 2023, section 5: 15 epochs, batches of 50, and the
    optimiser of CLIP.
    """

    epochs: int = option(
        15, "how often everything is seen, unless --steps is given", low=1, group="Length"
    )
    checkpoint_every: int = option(
        200, "steps between checkpoints; 0 for one at the end only", low=0, group="Run"
    )
    evaluate_every: int = option(
        0,
        "steps between evaluations on the videos to test on, which no option may be chosen by, or "
        "on those of --validation; 0 for none, or one at the end",
        low=0,
        group="Run",
    )
    batch: int = option(
        50,
        "captions that are compared with each other in one step, with a frame, a grid or the "
        "frames of a video each",
        low=2,
        high=65_536,
        group="Batches",
    )
    chunk: int = option(
        128,
        "pictures that go through the model at once: saves memory, and the batch is compared "
        "whole all the same, in a third more time; 0 for all of a batch",
        low=0,
        group="Batches",
    )
    duplicates: str = option(
        "soft",
        "equal captions in a batch: soft shares the target among them, masked leaves the others "
        "out, apart treats them as if they differed",
        choices=DUPLICATES,
        group="Batches",
    )
    long: str = option(
        "truncate",
        "captions with more tokens than the model reads: truncate, or refuse",
        choices=LONG,
        group="Batches",
    )
    picture_size: int = option(
        0,
        "width and height of the pictures that the model is to see, a multiple of its patches; "
        "larger than its own lets it see more of a grid; 0 for its own",
        low=0,
        high=4096,
        unit="px",
        group="Pictures",
    )
    positions: str = option(
        STRETCHED,
        "where the patches of a picture of another size are: stretched over the whole of it, or "
        "repeated in every cell of a grid, as if each were a picture of its own",
        choices=POSITIONS,
        group="Pictures",
    )
    text_places: int = option(
        0,
        "most tokens of a caption that the model is to read, not fewer than it does; 0 for its own",
        low=0,
        high=4096,
        unit="tokens",
        group="Batches",
    )
    mirror: bool = option(
        False,
        "show half of the pictures, drawn anew in each epoch, with all frames as in a mirror; in a "
        "grid each frame stays in its place. Not for captions that tell left from right",
        group="Pictures",
    )
    validation: float = option(
        0.0,
        "share of the videos to train on that are kept back, drawn from the seed, and that "
        "evaluations are made on instead of the videos to test on: to choose other options by",
        low=0,
        high=0.9,
        group="Run",
    )
    keep: str = option(
        "last",
        "the weights that training ends with: the last, or those of the evaluation with the "
        "highest mean reciprocal rank on the videos of --validation, the best",
        choices=("last", BEST),
        group="Run",
    )
    device: str = option("auto", "where the model is trained", choices=DEVICES, group="Run")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.keep == BEST and not (self.validation and self.evaluate_every):
            raise OptionInvalid(
                "--keep best needs evaluations on videos that are kept back",
                remedy="give --validation and --evaluate-every too, such as 0.25 and 20",
            )


@dataclass(frozen=True)
class MatchOptions(Checked):
    """How a trained CLIP is evaluated."""

    batch: int = option(
        32, "pictures that go through the model at once", low=1, high=65_536, group="Evaluation"
    )
    resamples: int = option(
        2000, "of the intervals: how often videos are drawn", low=1, high=1_000_000,
        group="Evaluation",
    )  # fmt: skip
    level: float = option(0.95, "of the intervals", low=0.5, high=0.9999, group="Evaluation")
    seed: int = option(
        0, "of the intervals", low=0, high=2**32 - 1, flag="interval-seed", group="Evaluation"
    )
    device: str = option("auto", "where the model runs", choices=DEVICES, group="Evaluation")
    precision: str = option("auto", "numbers of the model", choices=PRECISIONS, group="Evaluation")
