"""A CLIP that sees larger pictures, or reads longer captions, than it was trained on.

A grid of nine frames at the size of one frame shows each of them at a third of its width. The
patches stay as they are; what they lack in a larger picture are positions, which are made of
those that the CLIP has learnt.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn

from scenewise.core.errors import OptionInvalid
from scenewise.media.atomic import atomic_text

_PROCESSORS: Final = ("preprocessor_config.json", "processor_config.json")
_TOKENIZER: Final = "tokenizer_config.json"


def enlarge_picture(model: Any, side: int, cells: int = 1) -> None:
    """Give a CLIP positions for larger pictures; at its own size and with one cell, none change.

    Those learnt are interpolated (bicubic), as transformers does for `interpolate_pos_encoding`.

    Args:
        model: a `transformers.CLIPModel`, which is changed.
        side: width and height of the pictures, px.
        cells: how often the positions are repeated along a side: every cell of a grid then has
            those of a picture of its own. With one they are stretched over the whole picture.

    Raises:
        OptionInvalid: the picture is smaller than the CLIP's own, or does not part into patches
            (for several cells: into cells of whole patches).
    """
    vision = model.vision_model.embeddings
    own, patch = int(vision.image_size), int(vision.patch_size)
    least = patch * cells
    if side < own or side % least:
        what = f"{least} ({cells} cells of whole patches of {patch} px)" if cells > 1 else (
            f"{patch}, the width of its patches"
        )  # fmt: skip
        near = max(-(-own // least), round(side / least)) * least
        raise OptionInvalid(
            f"this CLIP cannot see pictures of {side} px: they must be at least the {own} px of "
            f"its own, and a multiple of {what}",
            remedy=f"give --picture-size {near}",
        )
    along = side // patch
    if (side, cells) == (own, 1):
        return
    learnt = vision.position_embedding.weight.detach()  # [1 + patches, d], the first of all
    before = own // patch
    places = learnt[1:].T.reshape(1, -1, before, before)  # [1, d, rows, columns]
    places = nn.functional.interpolate(
        places, size=(along // cells,) * 2, mode="bicubic", align_corners=False
    ).repeat(1, 1, cells, cells)
    _positions(vision, torch.cat([learnt[:1], places.flatten(2)[0].T]))
    vision.image_size = side
    vision.num_patches = along**2
    vision.num_positions = along**2 + 1
    vision.config.image_size = model.config.vision_config.image_size = side


def add_text_places(model: Any, places: int) -> None:
    """Let a CLIP read longer captions; those that it could read before stay as they are to it.

    New places begin as the last one learnt: what an end mark far away looks like is known there.

    Args:
        model: a `transformers.CLIPModel`, which is changed.
        places: most tokens of a caption.

    Raises:
        OptionInvalid: fewer than the CLIP has.
    """
    text = model.text_model.embeddings
    learnt = text.position_embedding.weight.detach()  # [places, d]
    if places < len(learnt):
        raise OptionInvalid(
            f"this CLIP has {len(learnt)} places for tokens and keeps them all",
            remedy=f"give --text-places {len(learnt)}, or more",
        )
    if places == len(learnt):
        return
    more = learnt[-1:].expand(places - len(learnt), -1)
    _positions(text, torch.cat([learnt, more]))
    text_config = model.config.text_config
    text_config.max_position_embeddings = places
    model.text_model.config.max_position_embeddings = places


def enlarged_processor(told: Mapping[str, Any], side: int) -> dict[str, Any]:
    """The settings of an image processor for pictures of another size.

    Args:
        told: as in `preprocessor_config.json`.
        side: width and height of what the model takes, px.
    """
    made = dict(told)
    before = _width(told.get("crop_size")) if told.get("do_center_crop") else 0
    size = dict(told.get("size") or {})
    if "shortest_edge" in size:
        edge = int(size["shortest_edge"])
        made["size"] = {**size, "shortest_edge": round(edge * side / (before or edge))}
    else:
        made["size"] = {"height": side, "width": side}
    made["crop_size"] = {"height": side, "width": side}
    return made


def write_enlarged(folder: Path, side: int, places: int) -> None:
    """Bring the files beside the weights of a checkpoint in line with its model.

    Args:
        folder: of the checkpoint.
        side: width and height of its pictures, px.
        places: most tokens of a caption.

    Raises:
        OutputUnwritable: the folder cannot be written to.
    """
    for name in _PROCESSORS:
        held = _read(folder / name)
        if "size" in held:
            _write(folder / name, enlarged_processor(held, side))
        elif isinstance(held.get("image_processor"), dict):
            inner = enlarged_processor(held["image_processor"], side)
            _write(folder / name, {**held, "image_processor": inner})
    held = _read(folder / _TOKENIZER)
    if "model_max_length" in held:
        _write(folder / _TOKENIZER, {**held, "model_max_length": places})


def _positions(embeddings: Any, weights: Tensor) -> None:
    """Put positions in the place of those there, [n, d]."""
    before = embeddings.position_embedding.weight
    count, width = weights.shape
    made = nn.Embedding(count, width, device=before.device, dtype=before.dtype)
    with torch.no_grad():
        made.weight.copy_(weights)
    made.requires_grad_(before.requires_grad)
    embeddings.position_embedding = made
    numbers = torch.arange(len(weights), device=before.device).expand((1, -1))
    embeddings.register_buffer("position_ids", numbers, persistent=False)


def _width(size: Any) -> int:
    return int(size.get("width", 0)) if isinstance(size, Mapping) else int(size or 0)


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def _write(path: Path, told: Mapping[str, Any]) -> None:
    atomic_text(path, json.dumps(dict(told), indent=2, ensure_ascii=False) + "\n")
