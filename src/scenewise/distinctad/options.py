"""What may be chosen of DistinctAD. Loads no torch, so that a command line can use it.

Defaults are the paper's (Fang et al. 2025, section 4.1) where it gives them; each option whose
value it leaves open says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from scenewise.core.errors import UnknownChoice
from scenewise.core.options import Checked, option
from scenewise.models.precision import DEVICES, PRECISIONS
from scenewise.training.options import TrainingOptions


def _stage_one_training() -> TrainingOptions:
    return TrainingOptions(
        epochs=5, learning_rate=5e-5, optimiser="adam", weight_decay=0.0, beta2=0.999, epsilon=1e-8
    )


@dataclass(frozen=True)
class AdaptationOptions(Checked):
    """Stage I: fitting CLIP's eyes to films (section 3.1)."""

    gamma: float = option(
        0.5,
        "weight of matching whole clips; frames and words have the rest (γ; 1 and 0 leave one out)",
        low=0,
        high=1,
        group="Matching",
    )
    temperature: float = option(
        0.05,
        "how evenly a frame looks at the words of its sentence (τ of equation 2; the paper "
        "does not give it)",
        low=1e-4,
        high=100,
        group="Matching",
    )
    frames: str = option(
        "sampled",
        "which frames are matched with words: one sampled from each clip, or all",
        choices=("sampled", "all"),
        group="Matching",
    )
    duplicates: str = option(
        "soft",
        "sentences that occur twice in a batch: soft shares the target, masked leaves twins out",
        choices=("soft", "masked"),
        group="Matching",
    )
    batch: int = option(512, "clips that are compared in one step", low=2, group="Matching")
    chunk: int = option(
        16,
        "clips that go through the model at once; changes memory and speed, not the result",
        low=1,
        group="Run",
    )
    matching_chunk: int = option(
        1024,
        "frames compared with words at once; changes memory and speed, not the result",
        low=1,
        group="Run",
    )
    training: TrainingOptions = field(
        default_factory=_stage_one_training, metadata={"nested": True}
    )


@dataclass(frozen=True)
class RecognitionOptions(Checked):
    """When a character counts as seen."""

    exemplars: int = option(
        5, "frames of the film that stand for a character, at most", low=0, high=100,
        group="Characters",
    )  # fmt: skip
    every: int = option(
        20,
        "clips of a film for each of these frames, so that in a short film the portrait stands "
        "for itself",
        low=1,
        flag="exemplar-every",
        group="Characters",
    )
    gap: float = option(
        10.0, "how far these frames are apart", low=0, high=600, unit="s", group="Characters"
    )
    threshold: float = option(
        0.1,
        "how like a character a clip must be, as a cosine",
        low=-1,
        high=1,
        flag="seen-threshold",
        group="Characters",
    )
    most: int = option(
        3, "characters of a clip at most; 0 for any number", low=0, flag="seen-most",
        group="Characters",
    )  # fmt: skip


@dataclass(frozen=True)
class SequenceOptions(Checked):
    """Which clips stand together."""

    clips: int = option(
        16, "clips of a sequence (N)", low=1, high=1024, flag="sequence", group="Sequences"
    )
    stride: int = option(
        0,
        "clips from the start of one sequence to that of the next; 0 for as many as it has, so "
        "that none is in two",
        low=0,
        flag="sequence-stride",
        group="Sequences",
    )
    shift: bool = option(
        True,
        "begin sequences elsewhere in every epoch, so that clips meet other neighbours",
        flag="sequence-shift",
        group="Sequences",
    )
    context: str = option(
        "consecutive",
        "which clips: those that follow each other, any of one film, or any at all (table 6)",
        choices=("consecutive", "film", "anywhere"),
        flag="sequence-context",
        group="Sequences",
    )
    short: str = option(
        "pad",
        "a film with fewer clips than a sequence has: fill up with empty ones, or leave out",
        choices=("pad", "leave out"),
        flag="short-films",
        group="Sequences",
    )
    past: int = option(
        3,
        "sentences of the clips before that are told with each, for prompts that have them",
        low=0,
        high=64,
        group="Sequences",
    )
    batch: int = option(8, "sequences that are learnt from at once", low=1, group="Sequences")
    seed: int = option(
        0, "where the order comes from", low=0, high=2**32 - 1, flag="sequence-seed",
        group="Sequences",
    )  # fmt: skip


@dataclass(frozen=True)
class NarratorOptions(Checked):
    """Stage II: the model (section 3.2). How it is trained is in `NarratorTraining`."""

    language: str = option(
        "openai-community/gpt2",
        "language model: a name on the hub, a folder, or pocket",
        group="Model",
    )
    frames: int = option(8, "most frames of a clip (T)", low=1, high=1024, group="Model")
    vectors: int = option(
        10,
        "vectors that the Perceiver makes of a clip (T'; the paper does not give it)",
        low=1,
        high=256,
        group="Model",
    )
    depth: int = option(
        2, "layers of the Perceiver (the paper does not give it)", low=1, high=24, group="Model"
    )
    bases: int = option(32, "bases of a context (K)", low=1, high=4096, group="Model")
    rounds: int = option(
        3, "rounds of estimating bases (R; the paper does not give it)", low=1, high=50,
        group="Model",
    )  # fmt: skip
    temperature: float = option(
        0.05,
        "how evenly bases share a vector (τ of equation 6; the paper does not give it)",
        low=1e-4,
        high=100,
        flag="ema-temperature",
        group="Model",
    )
    unit: bool = option(
        True,
        "give bases unit length in equation 6, so that no round lowers the likelihood",
        flag="unit-bases",
        group="Model",
    )
    alpha: float = option(
        3.0, "weight of the vectors made of bases (α; 0 leaves them out)", low=0, high=100,
        group="Model",
    )  # fmt: skip
    beta: float = option(
        1.0, "weight of looking at the bases (β; 0 leaves it out)", low=0, high=100, group="Model"
    )
    distinctive: float = option(
        1.0, "weight of the distinctive words' loss (0 leaves it out)", low=0, high=100,
        group="Model",
    )  # fmt: skip
    characters: bool = option(
        True, "name the characters that may be in a clip in its prompt", group="Prompt"
    )
    faces_from: int = option(
        3,
        "so many characters at least, before their faces are shown (more than two in the paper)",
        low=1,
        group="Prompt",
    )
    earlier: int = option(
        0,
        "descriptions of the clips before in the prompt, as AutoAD has them (table 4c)",
        low=0,
        high=64,
        group="Prompt",
    )
    longest: int = option(
        64, "tokens of a description, after which it is cut", low=1, high=1024, group="Prompt"
    )
    lora: int = option(
        0, "rank of LoRA's matrices in the language model; 0 leaves it frozen", low=0, high=1024,
        group="Model",
    )  # fmt: skip


ABLATIONS: Final[Mapping[str, Mapping[str, float]]] = {
    "A0": {"alpha": 0.0, "beta": 0.0, "distinctive": 0.0},
    "B1": {"beta": 0.0, "distinctive": 0.0},
    "B2": {"alpha": 0.0, "distinctive": 0.0},
    "B3": {"distinctive": 0.0},
    "C0": {"alpha": 0.0, "beta": 0.0},
    "C1": {"beta": 0.0},
    "C2": {"alpha": 0.0},
    "C3": {},
}
"""The rows of table 5: what each leaves out. Of the table's three columns of marks the text
says that Ĥ comes in with B1 and C1, and that H̃ gains by the distinctive loss from B2 to C2 and
from B3 to C3: B has no distinctive loss, C has it, and 1, 2, 3 are Ĥ, H̃ and both. C0, H with the
distinctive loss alone, is ours: it tells what H̃ adds to that loss. Table 6 and the sweep of N are
`SequenceOptions.context` and `.clips`."""


def ablated(options: NarratorOptions, row: str) -> NarratorOptions:
    """The options of a row of table 5.

    Raises:
        UnknownChoice: there is no such row.
    """
    if row not in ABLATIONS:
        raise UnknownChoice(
            f"table 5 has no row {row!r}", remedy=f"choose one of: {', '.join(ABLATIONS)}"
        )
    return replace(options, **ABLATIONS[row])  # type: ignore[arg-type]


def _stage_two_training() -> TrainingOptions:
    return TrainingOptions(
        epochs=10,
        learning_rate=1e-4,
        optimiser="adamw",
        weight_decay=0.01,
        beta2=0.999,
        epsilon=1e-8,
        schedule="cosine",
        clip=1.0,
    )


@dataclass(frozen=True)
class NarratorTraining(Checked):
    """Stage II: the run (section 4.1). Batches are `SequenceOptions`."""

    warmup: float = option(
        0.05,
        "share of the run in which the learning rate rises, unless --warmup-steps is given (the "
        "paper does not give it)",
        low=0,
        high=1,
        group="Optimiser",
    )
    training: TrainingOptions = field(
        default_factory=_stage_two_training, metadata={"nested": True}
    )


@dataclass(frozen=True)
class AblationOptions(Checked):
    """Which experiments are made, and how often."""

    seeds: int = option(
        3, "how often each row is trained, each time from another seed", low=1, high=100,
        group="Experiments",
    )  # fmt: skip
    workers: int = option(
        1, "rows that are trained at the same time, each on one core", low=1, high=256,
        group="Experiments",
    )  # fmt: skip
    adapt_epochs: int = option(
        5, "epochs of Stage I, where a table has it", low=1, group="Experiments"
    )
    adapt_batch: int = option(
        512, "clips that are compared in one step of Stage I", low=2, group="Experiments"
    )
    adapt_rate: float = option(
        5e-5, "learning rate of Stage I", low=0, high=10, group="Experiments"
    )
    level: float = option(
        0.95, "share of resamples inside an interval", low=0.5, high=0.999, group="Experiments"
    )
    resamples: int = option(
        2000, "how often films and seeds are drawn anew", low=100, high=1_000_000,
        group="Experiments",
    )  # fmt: skip


@dataclass(frozen=True)
class SpeakingOptions(Checked):
    """How a narrator speaks."""

    method: str = option(
        "beam", "beam keeps the likeliest beginnings, sampling draws", choices=("beam", "sampling"),
        group="Speaking",
    )  # fmt: skip
    candidates: int = option(
        5, "beams, or descriptions drawn, of which one is chosen", low=1, high=64, group="Speaking"
    )
    temperature: float = option(
        0.8, "how freely is drawn", low=0.01, high=10, flag="draw-temperature", group="Speaking"
    )
    nucleus: float = option(
        0.9, "share of the likeliest tokens that is drawn from", low=0.01, high=1, group="Speaking"
    )
    tokens: int = option(40, "most tokens of a description", low=1, high=1024, group="Speaking")
    phrase: int = option(
        3, "tokens that do not occur twice in a description; 0 for any", low=0, high=64,
        group="Speaking",
    )  # fmt: skip
    stride: int = option(
        4,
        "clips after which the context moves on: each is told where it is nearest to the middle; "
        "0 for as many as a context has, as in training",
        low=0,
        flag="context-stride",
        group="Speaking",
    )
    memory: int = option(
        5, "sentences before that shall not be said again", low=0, high=1000, group="Speaking"
    )
    repeating: float = option(
        1.0,
        "what saying the words of one of them again costs, in natural logarithms of probability "
        "a token",
        low=0,
        high=100,
        group="Speaking",
    )
    names: bool = option(
        True, "say no character's name who is not among those of the clip", group="Speaking"
    )
    rows: int = option(
        32, "clips that are told at once; changes memory and speed", low=1, group="Speaking"
    )
    seed: int = option(0, "where chance comes from", low=0, flag="speaking-seed", group="Speaking")


@dataclass(frozen=True)
class DataOptions(Checked):
    """What is taken from tables, and how films are divided."""

    form: str = option(
        "auto",
        "form of the tables; auto goes by their columns",
        choices=("auto", "mad", "lsmdc", "cmd", "tv"),
        group="Data",
    )
    faults: str = option(
        "refuse", "rows that do not fit the form: refuse the table, or skip them",
        choices=("refuse", "skip"), group="Data",
    )  # fmt: skip
    missing: str = option(
        "refuse", "films that are not there: refuse, or skip them", choices=("refuse", "skip"),
        group="Data",
    )  # fmt: skip
    test: str = option("0.2", "films to test on: a share, or names between commas", group="Split")
    validation: str = option(
        "0.1", "films to judge by while training: a share, or names between commas", group="Split"
    )
    seed: int = option(
        0, "which films a share has", low=0, high=2**32 - 1, flag="split-seed", group="Split"
    )


@dataclass(frozen=True)
class LookOptions(Checked):
    """How CLIP looks at films, and where models run."""

    device: str = option("auto", "where models run", choices=DEVICES, group="Run")
    batch: int = option(
        32, "pictures that go through CLIP at once", low=1, high=65_536, flag="look-batch",
        group="Run",
    )  # fmt: skip
    precision: str = option(
        "auto", "numbers of CLIP as it looks", choices=PRECISIONS, flag="look-precision",
        group="Run",
    )  # fmt: skip
