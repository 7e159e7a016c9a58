"""A narrator on disk: `narrator.json` and `narrator.safetensors` in a folder.

The language model is not among them: it is named, with a hash of its files and of its
vocabulary, so that another one is noticed.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from scenewise.core.errors import FileMissing
from scenewise.core.options import from_plain
from scenewise.core.progress import Progress
from scenewise.distinctad.errors import NarratorInvalid
from scenewise.distinctad.language import load_language
from scenewise.distinctad.narrator import Narrator
from scenewise.distinctad.options import NarratorOptions
from scenewise.media.atomic import atomic_text
from scenewise.models import hub
from scenewise.models.saving import checkpoint_folder

ABOUT: Final = "narrator.json"
WEIGHTS: Final = "narrator.safetensors"
_FORMAT: Final = "scenewise narrator 1"


def save_narrator(narrator: Narrator, folder: Path, about: Mapping[str, Any] | None = None) -> None:
    """Write a narrator, in place of the one that was there.

    Args:
        narrator: of Stage II.
        folder: made, or replaced as a whole.
        about: what JSON can hold; given back by `about_narrator`. By convention `clip` is the
            fingerprint of the model that made the frames.

    Raises:
        OutputUnwritable: it cannot be written.
    """
    speech = narrator.speech
    told = {
        "format": _FORMAT,
        "channels": narrator.channels,
        "language": {
            "name": speech.name,
            "fingerprint": speech.fingerprint,
            "vocabulary": speech.vocabulary,
            "width": speech.width,
            "numbers": speech.numbers,
        },
        "options": dataclasses.asdict(narrator.options),
        "about": dict(about or {}),
    }
    tensors = {
        name: p.detach().to("cpu", copy=True).contiguous() for name, p in _own(narrator).items()
    }
    with checkpoint_folder(Path(folder)) as temporary:
        save_file(tensors, temporary / WEIGHTS)
        atomic_text(temporary / ABOUT, json.dumps(told, ensure_ascii=False, indent=2) + "\n")


def about_narrator(folder: Path) -> dict[str, Any]:
    """What is told of a narrator: `channels`, `language`, `options`, `about`.

    Raises:
        FileMissing: there is no such folder.
        NarratorInvalid: it holds something else, or is damaged.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileMissing("there is no narrator", path=folder, remedy="train one first")
    if not (folder / ABOUT).is_file():
        raise NarratorInvalid(*_what_it_is(folder), remedy="choose the folder of a narrator")
    try:
        told = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        whole = told["format"] == _FORMAT and {"name", "vocabulary"} <= told["language"].keys()
        whole = whole and isinstance(told["channels"], int) and isinstance(told["options"], dict)
    except (ValueError, KeyError, TypeError, AttributeError, OSError):
        whole = False
    if not whole:
        raise NarratorInvalid(
            "that is damaged, or of another version", path=folder / ABOUT, remedy="train it anew"
        )
    return dict(told)


def load_narrator(
    folder: Path,
    *,
    language: str = "",
    device: torch.device | None = None,
    precision: str = "",
    allow_download: bool = True,
    progress: Progress | None = None,
) -> Narrator:
    """A narrator in evaluation mode.

    Args:
        folder: as `save_narrator` wrote it.
        language: where its language model is, if not where it was: a hub name or a folder.
        device: where to.
        precision: of the language model, `float32` or `bfloat16`; as in training by default.
        allow_download, progress: see `models.hub.resolve`.

    Raises:
        FileMissing, NarratorInvalid: see `about_narrator`; or the language model is another one,
            or the weights are those of another model.
        ModelMissing: the language model is neither here nor to be had.
    """
    folder = Path(folder)
    told = about_narrator(folder)
    options: NarratorOptions = from_plain(NarratorOptions, told["options"])
    name = language or str(told["language"]["name"])
    speech = load_language(
        name,
        lora=options.lora,
        device=device,
        precision=precision or str(told["language"].get("numbers", "float32")),
        allow_download=allow_download,
        progress=progress,
    )
    for what, found in (
        ("tokenizer", speech.vocabulary == told["language"]["vocabulary"]),
        ("weights", speech.fingerprint == told["language"].get("fingerprint")),
    ):
        if not found:
            raise NarratorInvalid(
                f"it was trained with the language model {told['language']['name']}, and {name} "
                f"has other {what}",
                path=folder,
                remedy="name the same language model, or train it anew with this one",
            )
    narrator = Narrator(speech, told["channels"], options)
    _restore(narrator, folder / WEIGHTS)
    return narrator.eval()


@torch.no_grad()
def _restore(narrator: Narrator, path: Path) -> None:
    try:
        tensors = load_file(path)
    except (SafetensorError, OSError) as error:
        raise NarratorInvalid(
            "the narrator's weights are damaged", path=path, remedy="train it anew"
        ) from error
    own = _own(narrator)
    odd = sorted(own.keys() ^ tensors.keys()) or [
        name for name, tensor in own.items() if tensor.shape != tensors[name].shape
    ]
    if odd:
        raise NarratorInvalid(
            f"the weights are of another model: {odd[0]} differs", path=path, remedy="train it anew"
        )
    for name, tensor in own.items():
        tensor.copy_(tensors[name])


def _own(narrator: Narrator) -> dict[str, Tensor]:
    """All weights but the frozen language model's."""
    return {
        name: p
        for name, p in narrator.named_parameters()
        if p.requires_grad or not name.startswith("language.")
    }


def _what_it_is(folder: Path) -> tuple[str]:
    """In words, what a folder holds that is no narrator."""
    if (folder / "narrator" / ABOUT).is_file():
        return (f"that is the run; its narrator is in {folder / 'narrator'}",)
    if (folder / "config.json").is_file():
        kind = hub.kind_of(str(folder)) if (folder / hub.WEIGHTS).is_file() else "unknown"
        of = "CLIP of Stage I or another, " if kind == "clip" else f"{kind} model, "
        return (f"{folder} is a {of}not a narrator of Stage II",)
    return (f"{folder} holds no narrator",)
