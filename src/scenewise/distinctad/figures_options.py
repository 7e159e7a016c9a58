"""What may be chosen of figures and of reading sentences back. Loads neither torch nor pictures."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from scenewise.core.options import Checked, option
from scenewise.distinctad.options import NarratorTraining
from scenewise.training.options import TrainingOptions


@dataclass(frozen=True)
class FigureOptions(Checked):
    """Which clips figures show, and how."""

    film: str = option("", "film of t-SNE and strips; the first of the split by default",
                       group="Clips")  # fmt: skip
    start: float = option(
        0.0, "t-SNE and strips begin with the first clip from here on", low=0, unit="s",
        group="Clips",
    )  # fmt: skip
    context: int = option(
        0, "clips of a context in similarities; 0 for as many as the narrator has, else 16", low=0,
        high=1024, group="Similarities",
    )  # fmt: skip
    shown: int = option(
        4, "contexts whose similarities are drawn, from as many films as there are", low=1, high=16,
        flag="contexts-shown", group="Similarities",
    )  # fmt: skip
    perplexity: float = option(
        30.0,
        "perplexity of t-SNE, the same for all three; less where there are few vectors",
        low=1,
        high=1000,
        group="t-SNE",
    )
    seed: int = option(
        0, "where the chance of t-SNE and of intervals comes from", low=0, high=2**32 - 1,
        flag="figure-seed", group="t-SNE",
    )  # fmt: skip
    strip_clips: int = option(8, "clips of a strip", low=1, high=64, group="Strips")
    strip_frames: int = option(2, "frames of each clip", low=1, high=8, group="Strips")
    strip_columns: int = option(4, "clips beside each other", low=1, high=12, group="Strips")
    strip_width: int = option(
        1600, "width of the strips", low=480, high=8000, unit="px", group="Strips"
    )


def _projector_training() -> TrainingOptions:
    """As Stage II, but for a rate that suits a single layer."""
    return replace(NarratorTraining().training, learning_rate=1e-3)


@dataclass(frozen=True)
class ReconstructionOptions(Checked):
    """Sentences read back from CLIP's text features (appendix A)."""

    language: str = option(
        "",
        "language model: a name on the hub, a folder, or pocket; that of the run's narrator by "
        "default, else GPT-2",
        group="Model",
    )
    batch: int = option(
        32, "sentences that are learnt from at once (the paper does not give it)", low=1,
        group="Optimiser",
    )  # fmt: skip
    longest: int = option(
        64, "tokens of a sentence, after which it is cut", low=1, high=1024, group="Model"
    )
    judged: int = option(
        0, "held-out sentences that are read back; 0 for all", low=0, group="Model"
    )
    metrics: str = option(
        "bleu,rouge-l,cider",
        "which measures, between commas; meteor needs Java, spice CoreNLP as well",
        group="Measures",
    )
    tokens: str = option(
        "penn-like",
        "how texts become words: penn-java as published, penn-like nearly so without Java, blanks",
        choices=("penn-like", "penn-java", "blanks"),
        group="Measures",
    )
    training: TrainingOptions = field(
        default_factory=_projector_training, metadata={"nested": True}
    )
