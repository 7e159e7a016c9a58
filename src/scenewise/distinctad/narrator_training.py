"""Stage II as a run (Fang et al. 2025, section 4.1): ten epochs of AdamW at 1e-4, which rises
evenly and falls along a cosine, in batches of eight sequences of sixteen clips."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from torch import Tensor

from scenewise.core.errors import OptionInvalid
from scenewise.core.progress import Progress
from scenewise.distinctad.narrator import Narrator
from scenewise.distinctad.narrator_files import save_narrator
from scenewise.distinctad.options import NarratorTraining
from scenewise.distinctad.sequences import SequenceBatch, Sequences
from scenewise.training import processes
from scenewise.training.loop import fit
from scenewise.training.modes import device_of, moved
from scenewise.training.options import TrainingOptions
from scenewise.training.prefetch import prefetched

NARRATOR_FOLDER: Final = "narrator"
"""Where in the run's folder the narrator goes."""


@dataclass(frozen=True)
class Trained:
    """What came of Stage II.

    Args:
        folder: the narrator, as `narrator_files.load_narrator` reads it.
        steps: how often its weights were changed.
        training, evaluation: figures of the last step and of the last validation.
    """

    folder: Path
    steps: int
    training: Mapping[str, float]
    evaluation: Mapping[str, float]


def train_narrator(
    narrator: Narrator,
    sequences: Sequences,
    options: NarratorTraining,
    folder: Path,
    *,
    validation: Sequences | None = None,
    about: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Trained:
    """Train a narrator, or go on where `folder` holds a checkpoint.

    Args:
        narrator: as made, on the device where it shall be trained.
        sequences: what to learn from.
        options: how.
        folder: gets the run's files (see `training.loop.fit`) and, in `narrator`, the result.
        validation: other films, all of whose clips are judged.
        about: kept with the narrator, such as which CLIP made the frames.
        progress: who shows how far it is.

    Raises:
        ClipsInvalid: clips do not fit the narrator, or have no sentences.
        OptionInvalid: the prompts shall have more earlier descriptions than the sequences tell, or
            there are more processes than sequences in a batch.
        CheckpointInvalid, TrainingDiverged, OutputUnwritable: see `fit`.
    """
    if narrator.options.earlier > sequences.options.past:
        raise OptionInvalid(
            f"prompts shall have {narrator.options.earlier} earlier descriptions, and the "
            f"sequences tell {sequences.options.past}",
            remedy="have the sequences tell as many",
        )
    processes.check_batch(sequences.options.batch, "sequences")
    steps = options.training.total_steps(sequences.per_epoch)
    training = with_warmup(options, steps)
    numbers = narrator.speech.numbers
    same = {
        "language model": narrator.speech.fingerprint
        + ("" if numbers == "float32" else f" in {numbers}"),
        "data": _fingerprint(sequences),
        # its features differ from another's, and who reads the narrator looks with the one named
        "CLIP": (about or {}).get("clip", ""),
        "look at": (about or {}).get("look at", ""),
        **dataclasses.asdict(narrator.options),
        **{f"sequences {k}": v for k, v in dataclasses.asdict(sequences.options).items()},
    }
    with prefetched(lambda number: processes.share(sequences(number))) as batches:
        done = fit(
            narrator,
            batches,
            _loss,
            training,
            folder=Path(folder),
            evaluate=None if validation is None else _judge(validation),
            progress=progress,
            batches_per_epoch=sequences.per_epoch,
            about=same,
        )
    target = Path(folder) / NARRATOR_FOLDER
    if processes.is_first():
        told = {**dict(about or {}), "training": dataclasses.asdict(training)}
        save_narrator(narrator, target, told)
    processes.wait()
    return Trained(target, done.steps, done.training, done.evaluation)


def with_warmup(options: NarratorTraining, steps: int) -> TrainingOptions:
    """The training's options with warm-up steps: its own, or a share of a run of `steps`."""
    training = options.training
    if training.warmup_steps or not options.warmup:
        return training
    return dataclasses.replace(training, warmup_steps=round(options.warmup * steps))


def _loss(narrator: Narrator, batch: SequenceBatch) -> tuple[Tensor, Mapping[str, float]]:
    """The part of the loss that this process's share of the batch has, by its tokens."""
    value, figures = narrator(batch)
    part = processes.weight(figures["tokens"])
    return part * value, {
        name: figure if name in ("samples", "tokens") else part * figure
        for name, figure in figures.items()
    }


def _judge(validation: Sequences) -> Callable[[Narrator], dict[str, float]]:
    """Losses over all clips, in the order of the films; each clip counts alike."""

    def judge(narrator: Narrator) -> dict[str, float]:
        sums = dict.fromkeys(("auto", "distinctive", "loss", "clips"), 0.0)
        for number, batch in enumerate(validation.in_order()):
            if number % processes.count() != processes.place():
                continue  # another process judges it
            loss, figures = narrator(moved(batch, device_of(narrator)))
            count = figures["samples"]
            for name, value in {**figures, "loss": float(loss), "clips": 1.0}.items():
                if name in sums:
                    sums[name] += count * value
        sums = processes.added(sums)
        clips = sums.pop("clips")
        return {name: value / clips for name, value in sums.items()}

    return judge


def _fingerprint(sequences: Sequences) -> str:
    people = [[one.name for one in there] for there in sequences.characters]
    known = sorted(one.name for one in sequences.faces)
    told = json.dumps(
        [list(sequences.clips.vectors.shape), list(sequences.clips.sentences), people, known]
    )
    return hashlib.sha256(told.encode()).hexdigest()[:16]
