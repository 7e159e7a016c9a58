"""Matching pictures with captions, and the evaluation of a run's models.

Source: Prakash et al. 2023, section 5.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from scenewise.charades.errors import RunInvalid
from scenewise.charades.evaluating import Evaluation, Ranks, candidates, evaluate, ranks
from scenewise.charades.pictures import Pictures, read_pictures
from scenewise.charades.pixels import Shown, shown
from scenewise.charades.runs import SPLITS, Run, write_evaluation
from scenewise.charades.tuned_clip import (
    ABOUT,
    TunedClip,
    by_video,
    image_embeddings,
    text_embeddings,
)
from scenewise.charades.tuning_options import MatchOptions
from scenewise.core.errors import FileMissing
from scenewise.core.progress import Progress, Silent
from scenewise.models.precision import placement


@dataclass(frozen=True)
class Matched:
    """What a model finds.

    Args:
        method: in which pictures it was shown the videos.
        evaluations: by split.
        truncated: captions that were too long and read in part, by split.
        left_out: videos without pictures.
        found: share of a video's pictures that found its caption, by split and id.
    """

    method: str
    evaluations: Mapping[str, Evaluation]
    truncated: Mapping[str, int]
    left_out: int
    found: Mapping[str, Mapping[str, float]]


def evaluate_method(
    run: Run,
    method: str,
    options: MatchOptions | None = None,
    *,
    clip: str = "",
    allow_download: bool = True,
    progress: Progress | None = None,
) -> Matched:
    """Evaluate a method's trained CLIP on both sets of a run, and keep the result.

    Videos that were kept back from its training (`TuningOptions.validation`) count in neither.

    Args:
        run: where the method was trained.
        method: its name.
        options: how.
        clip: evaluate this CLIP as it is instead, for comparison; goes to `before.json`.
        allow_download: whether it may be fetched.
        progress: who shows how far it is.

    Raises:
        FileMissing, RunInvalid: the method is not encoded or not trained, or was trained on
            another sample or other pictures.
        UnknownChoice: there is no such method.
        ModelMissing, OptionInvalid: see `TunedClip`.
        OutputUnwritable: the folder cannot be written to.
    """
    chosen, teller = options or MatchOptions(), progress or Silent()
    pictures = read_pictures(run, method)
    about: dict[str, Any] = {"from": clip} if clip else trained_on(run, pictures)
    with teller.step("Loading CLIP"):
        tuned = TunedClip(
            clip or str(pictures.place.model),
            placement(chosen.device, chosen.precision),
            allow_download=allow_download,
            progress=teller,
        )
    sample = run.sample()
    evaluations, truncated, found = {}, {}, {}
    for split in SPLITS:
        if not pictures.count(split):
            continue
        # videos that were kept back are none that it was trained on
        kept_back = set(about.get("kept_back", ())) if split == "train" else set()
        counted = [id for id in sample.captions(split) if id not in kept_back]
        places, videos, _ = matched(
            run, pictures, split, tuned, chosen.batch, teller, only=counted if kept_back else None
        )
        captions: dict[Hashable, str] = {id: sample.captions(split)[id] for id in counted}
        scenes: dict[Hashable, str] = {id: sample.scenes(split)[id] for id in counted}
        evaluations[split] = evaluate(
            places,
            videos,
            captions,
            scenes,
            seed=chosen.seed,
            level=chosen.level,
            resamples=chosen.resamples,
        )
        found[split] = _shares(places, videos)
        truncated[split] = tuned.tokens(sample.captions(split)).truncated
    told = {**about, "method": method, "sample": sample.fingerprint, "truncated": truncated,
            "left_out": sorted(pictures.left_out), "seed": chosen.seed}  # fmt: skip
    place = pictures.place.before if clip else pictures.place.evaluation
    write_evaluation(place, evaluations, told)
    return Matched(method, evaluations, truncated, len(pictures.left_out), found)


def matched(
    run: Run,
    pictures: Pictures,
    split: str,
    tuned: TunedClip,
    batch: int,
    progress: Progress,
    *,
    only: Collection[str] | None = None,
) -> tuple[Ranks, tuple[str, ...], int]:
    """The rank of the own caption of everything shown, [n], whose it is, [n], and how many
    captions there were to choose from.

    Every caption of the split is a candidate, also that of a video without pictures; with `only`,
    some of its videos are the whole of it.
    """
    captions = {
        id: caption
        for id, caption in run.sample().captions(split).items()
        if only is None or id in only
    }
    texts, numbers = candidates(list(captions.values()))
    own = dict(zip(captions, numbers.tolist(), strict=True))
    seen = shown(pictures, split, tuned.eye, progress)
    asked = np.flatnonzero([id in captions for id in seen.videos])
    read = _texts(tuned, texts, batch)
    found = []
    with progress.step(f"Matching ({split})", len(asked)) as bar:
        for rows in np.array_split(asked, max(1, -(-len(asked) // batch))):
            images = _images(tuned, seen, rows)
            # in whole precision also while a training in bfloat16 is looked at
            with torch.autocast(images.device.type, enabled=False):
                found.append((images.float() @ read.float().T).cpu().numpy())
            bar.advance(len(rows))
    videos = tuple(seen.videos[row] for row in asked)
    mine = np.array([own[id] for id in videos], np.int64)
    return ranks(np.concatenate(found), mine), videos, len(texts)


def _shares(places: Ranks, videos: Sequence[str]) -> dict[str, float]:
    """The share of each video's pictures that found its caption, by id."""
    right: dict[str, list[bool]] = {}
    for place, id in zip(places, videos, strict=True):
        right.setdefault(id, []).append(int(place) == 1)
    return {id: sum(each) / len(each) for id, each in right.items()}


def trained_on(run: Run, pictures: Pictures) -> dict[str, Any]:
    """What a method's trained model tells of itself.

    Raises:
        FileMissing: it is not trained.
        RunInvalid: it was trained on another sample, or on other pictures.
    """
    place = pictures.place.model / ABOUT
    again = f"train it: scenewise charades train RUN --method {pictures.method.name}"
    if not place.is_file():
        raise FileMissing(
            f"the method {pictures.method.name} has no trained model", path=run.folder, remedy=again
        )
    try:
        told: dict[str, Any] = dict(json.loads(place.read_text(encoding="utf-8")))
        sample, made_of = str(told["sample"]), str(told["pictures"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunInvalid("this file is damaged", path=place, remedy=again) from error
    if sample != pictures.sample:
        raise RunInvalid(
            "the model was trained on another sample", path=pictures.place.model, remedy=again
        )
    if made_of != pictures.fingerprint:
        raise RunInvalid(
            "the model was trained on other pictures", path=pictures.place.model, remedy=again
        )
    return told


def _texts(tuned: TunedClip, texts: list[str], batch: int) -> torch.Tensor:
    """Unit embeddings of captions, float32 [n, d]."""
    tokens = tuned.tokens({str(at): text for at, text in enumerate(texts)})
    parts = []
    with torch.inference_mode():
        for first in range(0, len(texts), batch):
            rows = torch.arange(first, min(first + batch, len(texts)))
            part = {name: one.to(tuned.place.device) for name, one in tokens.of(rows).items()}
            found = text_embeddings(tuned.model, part).float()
            parts.append(torch.nn.functional.normalize(found, dim=-1))
    return torch.cat(parts)


def _images(tuned: TunedClip, seen: Shown, rows: Any) -> torch.Tensor:
    """Unit embeddings of some of what is shown, float32 [r, d]."""
    pixels, owner = seen.of(rows)
    with torch.inference_mode():
        there = torch.from_numpy(pixels).to(tuned.place.device)
        found = image_embeddings(tuned.model, tuned.eye.normalised(there))
        videos = by_video(found, torch.from_numpy(owner).to(found.device), len(rows))
        return torch.nn.functional.normalize(videos, dim=-1)
