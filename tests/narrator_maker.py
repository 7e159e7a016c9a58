"""A narrator that nothing has trained, as `scenewise distinctad train` would leave it on disk."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from scenewise.distinctad.clips import ClipOptions
from scenewise.distinctad.language import load_language
from scenewise.distinctad.narrator import Narrator
from scenewise.distinctad.narrator_files import save_narrator
from scenewise.distinctad.options import NarratorOptions, SequenceOptions
from scenewise.models import hub

FRAMES = 3


def make_narrator(
    folder: Path,
    *,
    seed: int = 0,
    channels: int = 0,
    about: dict[str, Any] | None = None,
    **more: Any,
) -> Path:
    """A narrator of the pocket models, which tells five clips at a time.

    Args:
        folder: where it goes.
        seed: of its weights.
        channels: of a frame; the pocket CLIP's by default.
        about: what is told of it otherwise than of one trained with the pocket CLIP.
        more: of `NarratorOptions`.
    """
    import torch
    from transformers import CLIPConfig

    clip = hub.resolve("pocket", job="embedder")
    width = channels or int(CLIPConfig.from_pretrained(clip).projection_dim)
    options = NarratorOptions(language="pocket", frames=FRAMES, vectors=2, bases=4, depth=1, **more)
    narrator = Narrator(load_language("pocket"), width, options, seed=seed)
    with torch.no_grad():  # else all clips are alike to it
        for parameter in narrator.refiner.parameters():
            parameter.mul_(3)
    told = {
        "clip": hub.fingerprint(clip),
        "clip at": "pocket",
        "look at": "frames",
        "clips": dataclasses.asdict(ClipOptions(frames=FRAMES)),
        "sequences": dataclasses.asdict(SequenceOptions(clips=5, batch=2)),
        "names": ["Anna", "Bruno", "Felix"],
    }
    save_narrator(narrator, folder, {**told, **(about or {})})
    return folder
