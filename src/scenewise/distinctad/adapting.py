"""Stage I: training CLIP's eyes on clips of films and what is said of them.

Fang et al. 2025, section 3.1 and "Implementation Details": the text tower is frozen, the vision
tower is trained for five epochs with Adam at 5e-5 in batches of 512. A batch of that size is
compared as a whole but goes through the model in chunks (`training.gradient_cache`).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from scenewise.core.progress import Progress
from scenewise.distinctad.errors import ClipsInvalid
from scenewise.distinctad.matching import matching_loss, pooled
from scenewise.distinctad.options import AdaptationOptions
from scenewise.distinctad.towers import Towers
from scenewise.models import hub
from scenewise.models.precision import placement
from scenewise.training import processes
from scenewise.training.contrastive import accuracies, identical
from scenewise.training.gradient_cache import chunked, gradient_cached
from scenewise.training.loop import fit
from scenewise.training.prefetch import prefetched

CLIP_FOLDER: Final = "clip"
"""Where in the run's folder the adapted model goes."""

_JUDGED: Final = 512
"""Clips that a validation compares with each other: the batch of the paper."""


class Pixels(Protocol):
    """As much of an array as is asked of the pictures: a memory map, or many as one."""

    @property
    def shape(self) -> tuple[int, ...]:
        """[clips, n, s, s, 3]."""
        ...

    @property
    def dtype(self) -> np.dtype[Any]:
        """uint8."""
        ...

    def __len__(self) -> int:
        """How many clips."""
        ...

    def __getitem__(self, rows: Any) -> npt.NDArray[Any]:
        """Rows by slice, or by an array of numbers."""
        ...


@dataclass(frozen=True)
class FramesAndSentences:
    """Clips as pictures, with what is said of them.

    Args:
        pixels: uint8 [clips, n, s, s, 3], n frames a clip in the size that the model sees
            (`Towers.resized`); memory-mapped where there are many.
        sentences: one a clip.

    Raises:
        ClipsInvalid: there are none, numbers differ, or a sentence is empty.
    """

    pixels: Pixels
    sentences: Sequence[str]

    def __post_init__(self) -> None:
        shape = self.pixels.shape
        if len(shape) != 5 or shape[-1] != 3 or self.pixels.dtype != np.uint8:
            raise ClipsInvalid(
                f"frames must be uint8 [clips, frames, side, side, 3], not {self.pixels.dtype} "
                f"{list(shape)}",
                remedy="make them anew",
            )
        if len(self.sentences) != shape[0] or 0 in shape:
            raise ClipsInvalid(
                f"there are {shape[0]} clips of {shape[1]} frames and {len(self.sentences)} "
                "sentences",
                remedy="give one sentence a clip, and at least one of each",
            )
        for number, sentence in enumerate(self.sentences):
            if not sentence.strip():
                raise ClipsInvalid(
                    f"the sentence of clip {number} is empty", remedy="leave that clip out"
                )

    def __len__(self) -> int:
        return len(self.sentences)

    @property
    def fingerprint(self) -> str:
        """A hash of the sentences and the shape of the pictures."""
        told = hashlib.sha256(json.dumps([list(self.pixels.shape), list(self.sentences)]).encode())
        return told.hexdigest()[:16]


@dataclass(frozen=True)
class Adapted:
    """What came of Stage I.

    Args:
        folder: the adapted model, an ordinary CLIP checkpoint.
        steps: how often its weights were changed.
        training, evaluation: figures of the last step and of the last validation.
    """

    folder: Path
    steps: int
    training: Mapping[str, float]
    evaluation: Mapping[str, float]


def adapt(
    dataset: FramesAndSentences,
    clip: str | Path,
    options: AdaptationOptions,
    folder: Path,
    *,
    validation: FramesAndSentences | None = None,
    device: str = "auto",
    progress: Progress | None = None,
) -> Adapted:
    """Train CLIP's vision tower, or go on where `folder` holds a checkpoint.

    Args:
        dataset: what to learn from.
        clip: the CLIP to begin with: a hub name, a folder, or `pocket`.
        options: how.
        folder: gets the run's files (see `training.loop.fit`) and, in `clip`, the result.
        validation: other clips, of which the first 512 are matched with each other.
        device: `auto`, `cpu`, `cuda` or `mps`.
        progress: who shows how far it is.

    Raises:
        ClipsInvalid: frames of another size than the model's, or fewer than two clips.
        ModelMissing, OptionInvalid: see `Towers`; or there are more processes than clips in a
            batch.
        CheckpointInvalid, TrainingDiverged, OutputUnwritable: see `fit`.
    """
    source = hub.resolve(str(clip), job="embedder", progress=progress)
    towers = Towers(source, placement(device, "float32").device)
    for clips in (dataset, validation):
        if clips is not None and clips.pixels.shape[2:4] != (towers.side, towers.side):
            raise ClipsInvalid(
                f"frames are {clips.pixels.shape[3]}x{clips.pixels.shape[2]}, the model sees "
                f"{towers.side}x{towers.side}",
                remedy="make them anew for this model",
            )
    if len(dataset) < 2:
        raise ClipsInvalid("one clip alone has nothing to differ from", remedy="give more clips")
    for clips in (dataset, validation):
        if clips is not None:
            processes.check_batch(min(options.batch, len(clips)), "clips")
    about = {
        "CLIP": hub.fingerprint(source),
        "data": dataset.fingerprint,
        # `chunk` and `matching_chunk` change no number, so a run may go on with others
        **{name: getattr(options, name) for name in _MATTERING},
    }
    per_epoch = max(1, len(dataset) // options.batch)
    with prefetched(batches_of(dataset, options)) as batches:
        done = fit(
            towers,
            batches,
            lambda model, batch: batch_loss(model, batch, options),
            options.training,
            folder=Path(folder),
            evaluate=None if validation is None else _judge(validation, options),
            progress=progress,
            batches_per_epoch=per_epoch,
            about=about,
        )
    written = json.dumps({"adapted from": about["CLIP"], **dataclasses.asdict(options)}, indent=2)
    if processes.is_first():
        towers.save(Path(folder) / CLIP_FOLDER, {"adaptation.json": written + "\n"})
    processes.wait()
    return Adapted(Path(folder) / CLIP_FOLDER, done.steps, done.training, done.evaluation)


_MATTERING: Final = ("gamma", "temperature", "frames", "duplicates", "batch")


def batches_of(
    dataset: FramesAndSentences, options: AdaptationOptions
) -> Callable[[int], dict[str, Any]]:
    """Batches by number: every epoch in another order, its last, smaller batch left out.

    Each is `pixels` uint8 [b, n, s, s, 3], `sentences`, and `chosen` [b], the sampled frames. A
    process among several has its share of the pixels, and all of the rest.
    """
    size = min(options.batch, len(dataset))
    per_epoch = len(dataset) // size
    seed = options.training.seed

    def batch(number: int) -> dict[str, Any]:
        epoch, place = divmod(number, per_epoch)
        order = np.random.default_rng([seed, 0, epoch]).permutation(len(dataset))
        # in the order of the file, which is read faster so; a batch has no order of its own
        rows = np.sort(order[place * size : (place + 1) * size])
        frame = np.random.default_rng([seed, 1, number]).integers(
            dataset.pixels.shape[1], size=size
        )
        return {
            "pixels": torch.from_numpy(np.ascontiguousarray(dataset.pixels[processes.share(rows)])),
            "sentences": [dataset.sentences[row] for row in rows],
            "chosen": torch.from_numpy(frame),
        }

    return batch


def batch_loss(
    towers: Towers, batch: Mapping[str, Any], options: AdaptationOptions
) -> tuple[Tensor, Mapping[str, float]]:
    """The loss of a batch, whose frames go through the model in chunks.

    Args:
        towers: the model.
        batch: see `batches_of`.
        options: how.

    Returns:
        The loss and its figures. Each of several processes compares the embeddings of all of
        them, and has an equal part of the result.
    """
    read = towers.read(batch["sentences"])
    same = identical(batch["sentences"]).to(read.mask.device)

    def loss(own: Tensor) -> tuple[Tensor, dict[str, float]]:
        frames = processes.gathered(own.float())  # [b, n, d]
        value, figures = matching_loss(
            frames,
            read.sentences,
            read.words,
            read.mask,
            towers.log_scale,
            gamma=options.gamma,
            temperature=options.temperature,
            chosen=batch["chosen"] if options.frames == "sampled" else None,
            same=same,
            duplicates=options.duplicates,
            chunk=options.matching_chunk,
        )
        figures = {**figures, **accuracies(pooled(frames.detach()), read.sentences, same)}
        part = 1 / processes.count()
        return part * value, {name: part * figure for name, figure in figures.items()}

    return gradient_cached(loss, (towers.frames, chunked(batch["pixels"], options.chunk)))


def _judge(
    validation: FramesAndSentences, options: AdaptationOptions
) -> Callable[[Towers], dict[str, float]]:
    """Losses and accuracies of the first clips, all their frames matched with words."""
    count = min(_JUDGED, len(validation))

    def judge(towers: Towers) -> dict[str, float]:
        every = dataclasses.replace(options, frames="all")
        own = slice(*processes.span(count))
        batch = {
            "pixels": torch.from_numpy(np.ascontiguousarray(validation.pixels[own])).to(
                towers.mean.device
            ),
            "sentences": list(validation.sentences[:count]),
        }
        value, figures = batch_loss(towers, batch, every)
        return processes.added({"loss": float(value), **figures})

    return judge
