"""The vision tower of a CLIP, as it looks at the frames of clips."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scenewise.core.errors import OptionInvalid
from scenewise.core.media_types import Frame, Image
from scenewise.core.progress import Progress
from scenewise.distinctad.resizing import resized
from scenewise.models import hub
from scenewise.models.catalogue import folder_of
from scenewise.models.clip import image_processor
from scenewise.models.loading import load_model, load_part
from scenewise.models.precision import placement

_LARGER: Final = 2
"""Frames are not made smaller than this many times what the model sees before it makes them so
itself, as it would with the whole picture."""


class Eyes:
    """The vision tower of CLIP (or SigLIP) through transformers.

    Args:
        model: a hub name, a short one, a folder (such as Stage I's result), or `pocket`.
        batch_size: pictures that go through it at once.
        device: `auto`, `cpu`, `cuda` or `mps`.
        precision: `auto`, `float32` or `bfloat16`.
        allow_download: whether weights may be fetched.
        progress: shows the download.

    Attributes:
        side: pixels of what it sees, high and wide.
        dimension: of an embedding.

    Raises:
        ModelMissing: the weights are neither here nor to be had, or are damaged.
        OptionInvalid: the model is not of this family, or sees no squares.
    """

    def __init__(
        self,
        model: str | Path,
        *,
        batch_size: int = 32,
        device: str = "auto",
        precision: str = "auto",
        allow_download: bool = True,
        progress: Progress | None = None,
    ) -> None:
        import transformers

        self.folder = folder_of(model, allow_download=allow_download, progress=progress)
        self.batch_size = batch_size
        self._place = placement(device, precision)
        self._model = load_model(transformers.AutoModel, self.folder, self._place)
        self._kind = str(self._model.config.model_type)
        if self._kind == "siglip2":
            raise OptionInvalid(
                "this SigLIP 2 sees pictures of any shape, not squares",
                remedy="choose one of a fixed size, or a CLIP",
            )
        self._processor: Any = load_part(image_processor(self._kind), self.folder)
        self.side = self.resized([np.zeros((48, 64, 3), np.uint8)]).shape[1]
        probe = self.frames(np.zeros((1, self.side, self.side, 3), np.uint8))
        self.dimension = int(probe.shape[-1])

    @property
    def fingerprint(self) -> str:
        """A hash of the model (see `hub.fingerprint`)."""
        return hub.fingerprint(self.folder)

    @property
    def numbers(self) -> str:
        """The format it calculates in, such as `bfloat16`."""
        return str(self._place.dtype).removeprefix("torch.")

    @property
    def look(self) -> str:
        """A hash of how pictures are made as large as the model sees them."""
        told = {
            name: str(getattr(self._processor, name, ""))
            for name in ("size", "crop_size", "do_resize", "do_center_crop", "resample")
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]

    def resized(self, images: Sequence[Image]) -> npt.NDArray[np.uint8]:
        """Pictures as the model sees them, before they are normalised: uint8 [n, side, side, 3]."""
        return resized(self._processor, images)

    def pixels_of(self, frame: Frame) -> npt.NDArray[np.uint8]:
        """A frame as the model sees it, uint8 [side, side, 3]. It is made half-way so small where
        it is read already, which costs a fraction for large films."""
        scale = _LARGER * self.side / min(frame.width, frame.height)
        if scale < 1:
            image = frame.scaled(round(frame.width * scale), round(frame.height * scale))
        else:
            image = frame.image
        return np.asarray(self.resized([image])[0], np.uint8)

    def frames(self, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Embeddings, as the model gives them: uint8 [n, side, side, 3] to float32 [n, d]."""
        import torch

        def run(batch: Any) -> Any:
            made = self._model.get_image_features(pixel_values=batch)
            return getattr(made, "pooler_output", made)

        with torch.inference_mode():
            return self._batched(pixels, run)

    def tokens(self, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """All tokens in the space of the embeddings: uint8 [n, side, side, 3] to float32
        [n, 1 + patches, d]. The first of each picture is its embedding.

        Raises:
            OptionInvalid: the model has no class token, as SigLIP has none.
        """
        import torch

        if self._kind != "clip":
            raise OptionInvalid(
                f"a model of the kind {self._kind!r} has no class token",
                remedy="take embeddings of frames, or a CLIP",
            )

        def run(batch: Any) -> Any:
            tower = self._model.vision_model
            states = tower(pixel_values=batch).last_hidden_state  # [n, 1 + patches, hidden]
            return self._model.visual_projection(tower.post_layernorm(states))

        with torch.inference_mode():
            return self._batched(pixels, run)

    def _batched(self, pixels: npt.NDArray[np.uint8], run: Any) -> npt.NDArray[np.float32]:
        import torch

        mean, spread = (
            np.asarray(values, np.float32)
            for values in (self._processor.image_mean, self._processor.image_std)
        )
        out = []
        for first in range(0, len(pixels), self.batch_size):
            part = pixels[first : first + self.batch_size].astype(np.float32) / 255
            batch = torch.from_numpy(np.ascontiguousarray((part - mean) / spread))
            made = run(batch.permute(0, 3, 1, 2).to(self._place.device, self._place.dtype))
            out.append(np.asarray(made.float().cpu().numpy(), np.float32))
        return np.concatenate(out)
