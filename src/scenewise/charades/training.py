"""Training CLIP on the pictures and captions of a run.

Source: Prakash et al. 2023, sections 4.1 and 5: the symmetric cross-entropy of equations 1 to 3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from scenewise.charades.errors import RunInvalid
from scenewise.charades.matching import matched
from scenewise.charades.pictures import Pictures, read_pictures
from scenewise.charades.pixels import Shown, shown
from scenewise.charades.runs import Run
from scenewise.charades.tuned_clip import (
    HIGHEST_SCALE,
    Eye,
    Tokens,
    TunedClip,
    by_video,
    image_embeddings,
    save_clip,
    text_embeddings,
)
from scenewise.charades.tuning_options import BEST, REPEATED, TuningOptions
from scenewise.core.progress import Progress, Silent
from scenewise.models.precision import Placement, placement
from scenewise.training.best import Best
from scenewise.training.checkpoints import NAME as CHECKPOINT
from scenewise.training.contrastive import accuracies, contrastive_loss
from scenewise.training.curves import plot_losses
from scenewise.training.gradient_cache import chunked, gradient_cached
from scenewise.training.loop import fit

Batch = dict[str, Tensor]

_VALIDATION: Final = 83  # tells these random numbers from those of the order
_MIRROR: Final = 84
_MANY_PLACES: Final = 300


@dataclass(frozen=True)
class Trained:
    """What came of a training.

    Args:
        model: folder of the checkpoint.
        curve: picture of the loss.
        steps: how many there were.
        figures: of the last step.
        truncated: captions that were too long and read in part.
        kept: with `keep="best"`, the figures of the evaluation whose weights it ended with, and
            after which `step` it was; else empty.
    """

    model: Path
    curve: Path
    steps: int
    figures: Mapping[str, float]
    truncated: int
    kept: Mapping[str, float]


class Lessons:
    """Batches by number: every epoch in another order, in parts that are equally large.

    Args:
        shown: what is compared with captions.
        tokens: the captions.
        caption: which caption each thing shown has, [n].
        batch: how many are compared at once, at most.
        seed: of the order.
        rows: the things shown that are learnt from; all unless given.
        mirrored: the same as in a mirror, which half of them are shown in then.
    """

    def __init__(
        self,
        shown: Shown,
        tokens: Tokens,
        caption: npt.NDArray[np.int64],
        batch: int,
        seed: int,
        rows: npt.NDArray[np.int64] | None = None,
        mirrored: Shown | None = None,
    ) -> None:
        self._shown, self._tokens, self._caption = shown, tokens, caption
        self._mirrored = mirrored
        self._seed = seed
        self._rows = np.arange(len(shown)) if rows is None else rows
        # parts of like size: a last batch of one has nothing to be compared with
        self.per_epoch = max(1, -(-len(self._rows) // batch))
        self._order: tuple[int, npt.NDArray[np.int64]] = (-1, np.empty(0, np.int64))

    def __call__(self, number: int) -> Batch:
        """A batch: `pixels` uint8 [m, 3, h, w], `owner` [m], `input_ids` and `attention_mask`
        [n, longest], `caption` [n]."""
        epoch, part = divmod(number, self.per_epoch)
        if self._order[0] != epoch:
            rng = np.random.default_rng([self._seed, epoch])
            self._order = epoch, rng.permutation(self._rows)
        rows = np.array_split(self._order[1], self.per_epoch)[part]
        pixels, owner = self._shown.of(rows)
        if self._mirrored is not None:
            turned = np.random.default_rng([self._seed, number, _MIRROR]).random(len(rows)) < 0.5
            if turned.any():
                pixels[turned[owner]] = self._mirrored.of(rows[turned])[0]
        caption = torch.from_numpy(self._caption[rows])
        return {
            "pixels": torch.from_numpy(pixels),
            "owner": torch.from_numpy(owner),
            "caption": caption,
            **self._tokens.of(caption),
        }


def pair_loss(
    model: Any, batch: Mapping[str, Tensor], *, eye: Eye, duplicates: str = "soft", chunk: int = 0
) -> tuple[Tensor, dict[str, float]]:
    """Equations 1 to 3 for a batch of `Lessons`.

    Args:
        model: a `transformers.CLIPModel`.
        batch: n captions and m pictures.
        eye: normalises the pictures.
        duplicates: what becomes of equal captions, see `TuningOptions`.
        chunk: pictures, and captions, that go through the model at once; 0 for all. The loss and
            its gradient are those of the whole batch.

    Returns:
        A scalar and figures.
    """
    pixels = eye.normalised(batch["pixels"])
    tokens = {name: batch[name] for name in ("input_ids", "attention_mask")}
    numbers = batch["caption"]
    same = numbers[:, None] == numbers[None, :]  # [n, n]

    def compared(images: Tensor, texts: Tensor) -> tuple[Tensor, dict[str, float]]:
        videos = by_video(images, batch["owner"], len(numbers))
        scale = model.logit_scale.clamp(max=HIGHEST_SCALE)
        apart = duplicates == "apart"
        loss = contrastive_loss(
            videos,
            texts,
            scale,
            same=None if apart else same,
            duplicates="soft" if apart else duplicates,
        )
        figures = accuracies(videos.detach(), texts.detach(), same)
        return loss, {
            **figures, "scale": float(scale.detach().exp()), "samples": float(len(numbers)),
        }  # fmt: skip

    see, read = partial(image_embeddings, model), partial(text_embeddings, model)
    if 0 < chunk < max(len(pixels), len(numbers)):
        loss, told = gradient_cached(
            compared, (see, chunked(pixels, chunk)), (read, chunked(tokens, chunk))
        )
        return loss, dict(told)
    return compared(see(pixels), read(tokens))


def train(
    run: Run,
    method: str,
    clip: str,
    options: TuningOptions | None = None,
    *,
    anew: bool = False,
    allow_download: bool = True,
    progress: Progress | None = None,
) -> Trained:
    """Train a CLIP on a run's videos as a method shows them, or go on training it.

    Args:
        run: with the pictures of the method.
        method: its name.
        clip: what to begin with: a hub name, a short one, a folder, or `pocket`.
        options: how.
        anew: forget an earlier training of the method, where there is one.
        allow_download: whether the CLIP may be fetched.
        progress: who shows how far it is.

    Raises:
        FileMissing: the method is not encoded.
        RunInvalid: see `read_pictures`; or there is nothing to train on.
        UnknownChoice: there is no such method.
        ModelMissing, OptionInvalid: see `TunedClip` and its `enlarge`.
        CaptionsTooLong: see `TunedClip.tokens`.
        CheckpointInvalid, TrainingDiverged, OutputUnwritable: see `training.loop.fit`.
    """
    chosen, teller = options or TuningOptions(), progress or Silent()
    pictures = read_pictures(run, method)
    if not pictures.count("train"):
        raise RunInvalid(
            "the sample has no videos to train on", path=run.sample_file, remedy="draw another"
        )
    where = placement(chosen.device, "float32")
    with teller.step("Loading CLIP"):
        tuned = TunedClip(
            clip, Placement(where.device, torch.float32), allow_download=allow_download,
            progress=teller,
        )  # fmt: skip
    cells = pictures.method.side if chosen.positions == REPEATED else 1
    tuned.enlarge(chosen.picture_size, cells=max(1, cells), places=chosen.text_places)
    sample = run.sample()
    tokens = tuned.tokens(sample.captions("train"), long=chosen.long)
    if tokens.truncated:
        teller.say(
            f"{tokens.truncated} of {len(sample.train)} captions are longer than the "
            f"{tuned.longest} tokens that CLIP reads; they are cut there"
        )
    seen = shown(pictures, "train", tuned.eye, teller)
    kept_back = _kept_back(seen.videos, chosen, run)
    if chosen.evaluate_every and not kept_back and not pictures.count("test"):
        raise RunInvalid(
            "the sample has no videos to test on, which --evaluate-every looks at",
            path=run.sample_file,
            remedy="keep some of those to train on back with --validation, or leave it out",
        )
    lessons = Lessons(
        seen,
        tokens,
        _captions(sample.captions("train"), seen),
        chosen.batch,
        chosen.seed,
        np.flatnonzero([id not in kept_back for id in seen.videos]),
        shown(pictures, "train", tuned.eye, teller, mirror=True) if chosen.mirror else None,
    )
    about = {
        "method": method,
        "sample": sample.fingerprint,
        "pictures": pictures.fingerprint,
        "model": tuned.fingerprint,
    }
    model = tuned.model.requires_grad_(True)
    if where.device.type == "cpu":
        _attend(model)
    watched = None
    if chosen.evaluate_every or kept_back:
        watched = partial(_watched, run, pictures, tuned, chosen, kept_back)
    if anew:
        (pictures.place.folder / CHECKPOINT).unlink(missing_ok=True)
        Best(pictures.place.folder, "").forget()
    fitted = fit(
        model,
        lessons,
        partial(pair_loss, eye=tuned.eye, duplicates=chosen.duplicates, chunk=chosen.chunk),
        chosen,
        folder=pictures.place.folder,
        evaluate=watched,
        progress=teller,
        batches_per_epoch=lessons.per_epoch,
        about=about,
        best="reciprocal_rank" if chosen.keep == BEST else "",
    )
    model.to("cpu")
    told = {**about, "from": clip, "steps": fitted.kept.get("step", fitted.steps)}
    save_clip(model, tuned.folder, pictures.place.model, {**told, "kept_back": sorted(kept_back)})
    curve = plot_losses(pictures.place.folder, title=f"{pictures.method.title}: loss")
    return Trained(
        pictures.place.model,
        curve,
        fitted.steps,
        fitted.training,
        tokens.truncated,
        fitted.kept,
    )


def _captions(captions: Mapping[str, str], seen: Shown) -> npt.NDArray[np.int64]:
    """Which caption each thing shown has, [n]: the first one of equal words."""
    first = {text: at for at, text in reversed(list(enumerate(captions.values())))}
    return np.array([first[captions[id]] for id in seen.videos], np.int64)


def _kept_back(videos: Sequence[str], options: TuningOptions, run: Run) -> frozenset[str]:
    """The videos to train on that are not trained on, by id.

    Raises:
        RunInvalid: there are too few for one of either kind.
    """
    if not options.validation:
        return frozenset()
    ids = list(dict.fromkeys(videos))
    count = round(options.validation * len(ids))
    if not 0 < count < len(ids):
        raise RunInvalid(
            f"of {len(ids)} videos to train on, {count} would be kept back",
            path=run.sample_file,
            remedy="give another --validation, or draw a larger sample",
        )
    rng = np.random.default_rng([options.seed, _VALIDATION])
    return frozenset(ids[at] for at in rng.permutation(len(ids))[:count])


def _attend(model: Any) -> None:
    """Choose how attention is computed on a processor.

    In bfloat16 the fused attention of PyTorch is slow backwards there, while the plain one holds
    a number for every pair of places: of 50 patches the plain one is faster, of 730 the other one
    takes 0.6 of the time and half of the memory (measured).
    """
    many = model.vision_model.embeddings.num_positions > _MANY_PLACES
    model.set_attn_implementation(
        {"": "eager", "vision_config": "sdpa" if many else "eager", "text_config": "eager"}
    )


def _watched(
    run: Run,
    pictures: Pictures,
    tuned: TunedClip,
    options: TuningOptions,
    kept_back: frozenset[str],
    model: Any,
) -> dict[str, float]:
    """Figures while training goes on, of the videos kept back, else of those to test on."""
    places, _, candidates = matched(
        run,
        pictures,
        "train" if kept_back else "test",
        tuned,
        options.batch,
        Silent(),
        only=kept_back or None,
    )
    return {
        "accuracy": float(np.mean(places == 1)),
        "reciprocal_rank": float(np.mean(1 / places)),
        "chance": 1 / candidates,
    }
