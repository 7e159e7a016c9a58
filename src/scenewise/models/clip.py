"""CLIP and its relatives as the `Embedder` port: pictures and sentences in one space."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scenewise.core.media_types import Image
from scenewise.core.progress import Progress
from scenewise.models import hub
from scenewise.models.catalogue import CLIP_LARGE, folder_of
from scenewise.models.loading import load_model, load_part
from scenewise.models.precision import placement

_REMEMBERED_TEXTS: Final = 8192
"""Sentences whose vectors are kept in memory (25 MB at 768 dimensions)."""


class ClipEmbedder:
    """CLIP (Radford et al. 2021) or SigLIP through transformers.

    Args:
        model: a hub name, a short one (see `catalogue.SHORT`), a folder, or `pocket`.
        batch_size: pictures, or sentences, that go through the model at once.
        device: `auto`, `cpu`, `cuda` or `mps`.
        precision: `auto`, `float32` or `bfloat16`.
        allow_download: whether weights may be fetched.
        progress: shows the download.

    Raises:
        ModelMissing: the weights are neither here nor to be had, or are damaged.
        OptionInvalid: the model is not of this family.
    """

    def __init__(
        self,
        model: str = CLIP_LARGE,
        *,
        batch_size: int = 8,
        device: str = "auto",
        precision: str = "auto",
        allow_download: bool = True,
        progress: Progress | None = None,
    ) -> None:
        folder = folder_of(model, allow_download=allow_download, progress=progress)
        from transformers import AutoModel, AutoTokenizer

        self.name = model
        self.folder = folder
        self.batch_size = batch_size
        self._place = placement(device, precision)
        self._model = load_model(AutoModel, folder, self._place)
        self._tokenizer = load_part(AutoTokenizer, folder)
        kind = str(self._model.config.model_type)
        self._processor = load_part(image_processor(kind), folder)
        text = self._model.config.text_config
        self._longest = int(text.max_position_embeddings)
        # SigLIP pools the last place and was trained on sentences in lower case, each filled up
        # to it, with the filling in sight; CLIP pools the end mark, so the shortest padding
        # gives the same vector for less.
        self._filled = kind.startswith("siglip")
        projection = getattr(self._model.config, "projection_dim", None)
        self.dimension = int(projection or text.projection_size)
        self._known: OrderedDict[str, npt.NDArray[np.float32]] = OrderedDict()

    @property
    def fingerprint(self) -> str:
        """A hash of the model (see `hub.fingerprint`)."""
        return hub.fingerprint(self.folder)

    @property
    def scale(self) -> float:
        """The factor from cosines to logits that the model was trained to (about 100)."""
        return float(self._model.logit_scale.float().exp())

    def images(self, images: Sequence[Image]) -> npt.NDArray[np.float32]:
        """Unit vectors of pictures, float32 [n, dimension]."""
        import torch

        out = np.empty((len(images), self.dimension), np.float32)
        for first in range(0, len(images), self.batch_size):
            part = list(images[first : first + self.batch_size])
            pixels = self._processor(part, return_tensors="pt")["pixel_values"]
            with torch.inference_mode():
                features = self._model.get_image_features(
                    pixel_values=pixels.to(self._place.device, self._place.dtype)
                )
            out[first : first + len(part)] = _unit(features)
        return out

    def texts(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Unit vectors of sentences, float32 [n, dimension]; longer ones are cut at the
        model's limit (77 tokens for CLIP)."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        # Sentences of like length go together, so that little is padding.
        new.sort(key=lambda text: (len(text), text))
        for first in range(0, len(new), 8 * self.batch_size):
            part = new[first : first + 8 * self.batch_size]
            for text, vector in zip(part, self._encode(part), strict=True):
                self._known[text] = vector
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        out = np.stack([self._known[text] for text in texts])
        for text in texts:
            self._known.move_to_end(text)
        while len(self._known) > _REMEMBERED_TEXTS:
            self._known.popitem(last=False)
        return out

    def _encode(self, texts: list[str]) -> npt.NDArray[np.float32]:
        import torch

        tokens = self._tokenizer(
            [text.lower() for text in texts] if self._filled else texts,
            padding="max_length" if self._filled else "longest",
            truncation=True,
            max_length=self._longest,
            return_tensors="pt",
        )
        tokens = {
            key: value.to(self._place.device)
            for key, value in tokens.items()
            if key == "input_ids" or (key == "attention_mask" and not self._filled)
        }
        with torch.inference_mode():
            return _unit(self._model.get_text_features(**tokens))


def image_processor(kind: str) -> Any:
    """The class of image processor that works on PIL, which needs no torchvision, for a
    `model_type`."""
    import transformers

    names = {
        "siglip": "SiglipImageProcessorPil",
        "siglip2": "Siglip2ImageProcessorPil",
    }
    return getattr(transformers, names.get(kind, "CLIPImageProcessorPil"))


def _unit(features: Any) -> npt.NDArray[np.float32]:
    pooled = getattr(features, "pooler_output", features).float()  # [n, d]
    pooled = pooled / pooled.norm(dim=-1, keepdim=True).clamp_min(1e-12)
    return np.asarray(pooled.cpu().numpy(), np.float32)
