"""A CLIP that is trained or evaluated: opened, asked for embeddings, and kept as anybody's
checkpoint."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from scenewise.charades.enlarging import (
    add_text_places,
    enlarge_picture,
    enlarged_processor,
    write_enlarged,
)
from scenewise.charades.errors import CaptionsTooLong
from scenewise.core.errors import OptionInvalid
from scenewise.core.media_types import Image
from scenewise.core.progress import Progress
from scenewise.media.atomic import atomic_text
from scenewise.models import hub
from scenewise.models.catalogue import folder_of
from scenewise.models.loading import load_model, load_part, quiet
from scenewise.models.precision import Placement
from scenewise.models.saving import checkpoint_folder

HIGHEST_SCALE: Final = 4.6052
"""Natural logarithm of 100, above which CLIP's scale is not let go (Radford et al. 2021)."""

ABOUT: Final = "scenewise.json"
"""Beside the weights: what they were trained on."""

_OWN: Final = ("config.json", "generation_config.json", hub.MODULES)


@dataclass(frozen=True)
class Tokens:
    """Captions as a text tower takes them.

    Args:
        ids: [n, longest], padded at the right.
        mask: [n, longest], 1 where there is a token.
        truncated: captions that were too long.
    """

    ids: Tensor
    mask: Tensor
    truncated: int = 0

    def of(self, rows: Tensor) -> dict[str, Tensor]:
        """Some captions, as wide as the longest among them."""
        mask = self.mask[rows]
        width = int(mask.sum(dim=1).max())
        return {"input_ids": self.ids[rows, :width], "attention_mask": mask[:, :width]}


class Eye:
    """How pictures become what a CLIP sees, in two steps: small pixels, which are kept on disk,
    and normalised numbers."""

    def __init__(self, processor: Any) -> None:
        self._processor = processor
        told = processor.to_dict()
        self.settings: dict[str, Any] = {
            name: told[name]
            for name in sorted(told)
            if isinstance(told[name], (bool, int, float, str, dict, list, tuple))
        }
        self._mean = torch.tensor(told["image_mean"])[:, None, None]  # [3, 1, 1]
        self._spread = torch.tensor(told["image_std"])[:, None, None]
        self._factor = float(told["rescale_factor"])

    def pixels(self, images: Sequence[Image]) -> npt.NDArray[np.uint8]:
        """Resized and cropped, uint8 [n, 3, h, w]."""
        made = self._processor(
            list(images), do_rescale=False, do_normalize=False, return_tensors="np"
        )
        return np.asarray(made["pixel_values"], np.uint8)

    def normalised(self, pixels: Tensor) -> Tensor:
        """What the model takes, float32 [n, 3, h, w], of uint8 pixels."""
        mean, spread = self._mean.to(pixels.device), self._spread.to(pixels.device)
        return (pixels.float() * self._factor - mean) / spread

    def of_size(self, side: int) -> Eye:
        """The same for pictures of another width and height, px."""
        return Eye(type(self._processor)(**enlarged_processor(self._processor.to_dict(), side)))


class TunedClip:
    """A CLIP with what goes with it.

    Args:
        name: a hub name, a short one, a folder, or `pocket`.
        place: where it runs and in which numbers; float32 to be trained.
        allow_download: whether weights may be fetched.
        progress: shows the download.

    Raises:
        ModelMissing: the weights are neither here nor to be had, or are damaged.
        OptionInvalid: it is no CLIP.
    """

    def __init__(
        self,
        name: str,
        place: Placement,
        *,
        allow_download: bool = True,
        progress: Progress | None = None,
    ) -> None:
        from transformers import AutoTokenizer, CLIPImageProcessorPil, CLIPModel

        self.name = name
        self.folder = folder_of(name, allow_download=allow_download, progress=progress)
        kind = str(json.loads((self.folder / "config.json").read_text("utf-8")).get("model_type"))
        if kind != "clip":
            raise OptionInvalid(
                f"{name} is a model of the kind {kind!r}, and only CLIP itself is trained here",
                remedy="choose a CLIP, such as openai/clip-vit-base-patch32",
            )
        self.place = place
        self.model = load_model(CLIPModel, self.folder, place)
        self.eye = Eye(load_part(CLIPImageProcessorPil, self.folder))
        self._tokenizer = load_part(AutoTokenizer, self.folder)
        self.longest = int(self.model.config.text_config.max_position_embeddings)

    @property
    def fingerprint(self) -> str:
        """A hash of the model as it was loaded (see `hub.fingerprint`)."""
        return hub.fingerprint(self.folder)

    @property
    def side(self) -> int:
        """Width and height of the pictures it sees, px."""
        return int(self.model.config.vision_config.image_size)

    def enlarge(self, side: int = 0, *, cells: int = 1, places: int = 0) -> None:
        """Let it see larger pictures and read longer captions.

        Args:
            side: width and height of the pictures, px; 0 for its own.
            cells: how often positions are repeated along a side, see `enlarge_picture`.
            places: most tokens of a caption; 0 for its own.

        Raises:
            OptionInvalid: see `enlarge_picture` and `add_text_places`.
        """
        before = self.side
        enlarge_picture(self.model, side or before, cells)
        add_text_places(self.model, places or self.longest)
        self.longest = int(self.model.config.text_config.max_position_embeddings)
        if self.side != before:
            self.eye = self.eye.of_size(self.side)

    def tokens(self, captions: Mapping[str, str], *, long: str = "truncate") -> Tokens:
        """Captions by the id of their video as tokens, in their order.

        Raises:
            CaptionsTooLong: some have more tokens than the model reads, and `long` is `refuse`.
        """
        texts = list(captions.values())
        with quiet():
            lengths = [len(ids) for ids in self._tokenizer(texts, truncation=False)["input_ids"]]
            over = {id: n for id, n in zip(captions, lengths, strict=True) if n > self.longest}
            if over and long == "refuse":
                few = ", ".join(f"{id} ({n})" for id, n in list(over.items())[:3])
                raise CaptionsTooLong(
                    f"{len(over)} of {len(texts)} captions have more than the {self.longest} "
                    f"tokens that CLIP reads: {few}{', …' if len(over) > 3 else ''}",
                    remedy="truncate them (--long truncate), or draw a sample with shorter ones "
                    "(--caption script)",
                )
            made = self._tokenizer(
                texts,
                padding="longest",
                truncation=True,
                max_length=self.longest,
                return_tensors="pt",
            )
        return Tokens(made["input_ids"], made["attention_mask"], len(over))


def image_embeddings(model: Any, pixels: Tensor) -> Tensor:
    """Embeddings [n, d] of normalised pixels, of any length."""
    found = model.get_image_features(pixel_values=pixels.to(_dtype(model)))
    return _pooled(found)


def text_embeddings(model: Any, tokens: Mapping[str, Tensor]) -> Tensor:
    """Embeddings [n, d] of captions, of any length."""
    return _pooled(model.get_text_features(**tokens))


def by_video(embeddings: Tensor, owner: Tensor, count: int) -> Tensor:
    """The mean of the unit embeddings of each video, float32 [count, d].

    Args:
        embeddings: of pictures, [m, d].
        owner: which video each is of, [m].
        count: videos; each has a picture.
    """
    with torch.autocast(embeddings.device.type, enabled=False):
        unit = functional.normalize(embeddings.float(), dim=-1)
        if len(unit) == count:  # one each, in order
            return unit
        sums = torch.zeros(count, unit.shape[1], device=unit.device).index_add(0, owner, unit)
        return sums / torch.bincount(owner, minlength=count)[:, None]


def save_clip(model: Any, source: Path, folder: Path, about: Mapping[str, Any]) -> None:
    """Keep a CLIP as an ordinary checkpoint: configuration, weights as safetensors, and the files
    of its tokenizer and image processor, as they were but for sizes that have changed.

    Whatever goes wrong, a model that was in the folder before is still there and whole.

    Args:
        model: float32.
        source: folder of the model that it began as.
        folder: where it goes.
        about: what it was trained on.

    Raises:
        OutputUnwritable: the folder cannot be written to.
    """
    with checkpoint_folder(folder) as temporary:
        with torch.no_grad():
            model.logit_scale.clamp_(max=HIGHEST_SCALE)
        with quiet():
            model.save_pretrained(temporary)
        for name in hub.SIDE_FILES:
            if name not in _OWN and (source / name).is_file():
                shutil.copyfile(source / name, temporary / name)
        before = json.loads((source / "config.json").read_text(encoding="utf-8"))
        side, places = sizes(model.config.to_dict())
        if (side, places) != sizes(before):
            write_enlarged(temporary, side, places)
        atomic_text(temporary / ABOUT, json.dumps(dict(about), indent=1) + "\n")


def sizes(config: Mapping[str, Any]) -> tuple[int, int]:
    """Width of the pictures in px and most tokens of a caption that a configuration tells; what
    it leaves out is as in ViT-B/32."""
    vision, text = (config.get(part) or {} for part in ("vision_config", "text_config"))
    return int(vision.get("image_size", 224)), int(text.get("max_position_embeddings", 77))


def _pooled(found: Any) -> Tensor:
    pooled: Tensor = getattr(found, "pooler_output", found)
    return pooled


def _dtype(model: Any) -> torch.dtype:
    dtype: torch.dtype = next(model.parameters()).dtype
    return dtype
