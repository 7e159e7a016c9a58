"""A training run on disk: one file that is whole or not there.

`checkpoint.safetensors` holds tensors named `model/…` (trained weights and buffers),
`optimiser/…` and `average/…`, and a JSON text about the run in its header. Frozen weights are
not in it: they do not change, and may be many times as large as what is trained.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from scenewise.core.errors import FileMissing, OutputUnwritable
from scenewise.media.atomic import atomic
from scenewise.training.errors import CheckpointInvalid
from scenewise.training.optimising import trained

NAME: Final = "checkpoint.safetensors"
_FORMAT: Final = "scenewise training 1"
_ANEW: Final = "train in another folder, or remove this file to begin anew"


def changing(model: nn.Module) -> dict[str, Tensor]:
    """What training changes: trained parameters and the buffers that a model is saved with."""
    named: dict[str, Tensor] = dict(trained(model))
    seen = {id(p) for p in model.parameters()}
    for name, tensor in model.state_dict(keep_vars=True).items():
        if id(tensor) not in seen:
            seen.add(id(tensor))
            named[name] = tensor
    return named


def save_checkpoint(
    folder: Path, tensors: Mapping[str, Mapping[str, Tensor]], about: Mapping[str, Any]
) -> None:
    """Write a checkpoint in place of the one before.

    Args:
        folder: of the run; it exists.
        tensors: by part (`model`, `optimiser`, `average`) and name.
        about: what JSON can hold; given back by `read_checkpoint`.

    Raises:
        OutputUnwritable: no permission, no space.
    """
    flat = {
        # cloned: a tensor may be a view into another, which the format does not take
        f"{part}/{name}": tensor.detach().to("cpu", copy=True).contiguous()
        for part, named in tensors.items()
        for name, tensor in named.items()
    }
    text = json.dumps(about)
    head = {"format": _FORMAT, "about": text, "checksum": str(_checksum(flat, text))}
    with atomic(Path(folder) / NAME) as temporary:
        try:
            save_file(flat, temporary, metadata=head)
        except SafetensorError as error:
            raise OutputUnwritable(
                f"the checkpoint cannot be written ({error})",
                path=Path(folder) / NAME,
                remedy="free some space or train in another folder",
            ) from error


def read_checkpoint(folder: Path) -> tuple[dict[str, dict[str, Tensor]], dict[str, Any]]:
    """The tensors by part and name, and what is told about the run.

    Raises:
        FileMissing: there is no checkpoint.
        CheckpointInvalid: it is damaged or something else.
    """
    path = Path(folder) / NAME
    if not path.exists():
        raise FileMissing("there is no checkpoint", path=path, remedy="train first")
    try:
        with safe_open(path, framework="pt") as file:
            head = file.metadata() or {}
            flat = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise CheckpointInvalid("the checkpoint is damaged", path=path, remedy=_ANEW) from error
    if head.get("format") != _FORMAT:
        raise CheckpointInvalid("that is no checkpoint of a run", path=path, remedy=_ANEW)
    if head.get("checksum") != str(_checksum(flat, head.get("about", ""))):
        raise CheckpointInvalid("the checkpoint is damaged", path=path, remedy=_ANEW)
    parts: dict[str, dict[str, Tensor]] = {}
    for key, tensor in flat.items():
        part, _, name = key.partition("/")
        parts.setdefault(part, {})[name] = tensor
    return parts, json.loads(head["about"])


@torch.no_grad()
def restore_model(model: nn.Module, tensors: Mapping[str, Tensor], path: Path) -> None:
    """Write the tensors of a checkpoint into a model.

    Raises:
        CheckpointInvalid: they are those of another model; the model is as it was.
    """
    own = changing(model)
    odd = sorted(own.keys() ^ tensors.keys()) or [
        name for name, tensor in own.items() if tensor.shape != tensors[name].shape
    ]
    if odd:
        raise CheckpointInvalid(
            f"the checkpoint is of another model: {odd[0]} differs", path=path, remedy=_ANEW
        )
    for name, tensor in own.items():
        tensor.copy_(tensors[name])


def load_weights(model: nn.Module, folder: Path) -> int:
    """Give a model the weights of a run, the averaged ones where the run averages.

    The model must be built as for training, with the same parts frozen.

    Returns:
        After how many steps they were saved.

    Raises:
        FileMissing: the folder has no checkpoint.
        CheckpointInvalid: it is damaged or of another model.
    """
    parts, about = read_checkpoint(folder)
    weights = {**parts.get("model", {}), **parts.get("average", {})}
    restore_model(model, weights, Path(folder) / NAME)
    return int(about["step"])


def _checksum(tensors: Mapping[str, Tensor], text: str) -> int:
    """Of everything: the format itself notices a file cut short, but not changed bytes."""
    total = zlib.crc32(text.encode())
    for name in sorted(tensors):
        flat = tensors[name].reshape(-1)
        total = zlib.crc32(name.encode(), total)
        total = zlib.crc32(flat.view(torch.uint8).numpy().data, total)
    return total
