"""Sentences in many languages, in the space of a CLIP whose own text tower knows only English.

Reimers and Gurevych (2020) taught a multilingual sentence encoder to give the vectors that a
CLIP gives for the English sentence; pictures stay with that CLIP. Checkpoints are those of
sentence-transformers, read without that package: a transformer, the mean of its tokens, and a
linear layer into the other space.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from scenewise.core.errors import ModelMissing, OptionInvalid
from scenewise.core.media_types import Image
from scenewise.core.ports import Embedder
from scenewise.core.progress import Progress
from scenewise.models import hub
from scenewise.models.catalogue import CLIP_MULTILINGUAL, CLIP_OPENAI_BASE, TOGETHER, folder_of
from scenewise.models.clip import ClipEmbedder
from scenewise.models.loading import load_model, load_part, load_tensors
from scenewise.models.precision import placement

MULTILINGUAL: Final = "multilingual"
"""The pair that Lai (2023) uses, by its name in the catalogue."""

JOIN: Final = "+"
"""Stands between the names of a pair: that of the pictures' model, then that of the texts'."""


class MarkedEmbedder(Embedder, Protocol):
    """An embedder whose vectors can be told from those of another."""

    @property
    def fingerprint(self) -> str:
        """A hash of its weights and configuration."""
        ...


class SentenceTower:
    """A sentence encoder of sentence-transformers: Transformer, Pooling (mean), Dense.

    Args:
        model: a hub name or a folder.
        batch_size: sentences that go through the model at once.
        device: `auto`, `cpu`, `cuda` or `mps`.
        precision: `auto`, `float32` or `bfloat16`.
        allow_download: whether weights may be fetched.
        progress: shows the download.

    Raises:
        ModelMissing: the weights are neither here nor to be had as safetensors, or are damaged.
        OptionInvalid: the model is made of other parts.
    """

    def __init__(
        self,
        model: str = CLIP_MULTILINGUAL,
        *,
        batch_size: int = 64,
        device: str = "auto",
        precision: str = "auto",
        allow_download: bool = True,
        progress: Progress | None = None,
    ) -> None:
        folder = folder_of(model, "sentences", allow_download=allow_download, progress=progress)
        dense = _dense_parts(folder)
        from transformers import AutoModel, AutoTokenizer

        self.name = model
        self.folder = folder
        self.batch_size = batch_size
        self._place = placement(device, precision)
        self._model = load_model(AutoModel, folder, self._place)
        self._tokenizer = load_part(AutoTokenizer, folder)
        settings = _json(folder / "sentence_bert_config.json", optional=True)
        self._lower = bool(settings.get("do_lower_case"))
        limits = (
            settings.get("max_seq_length"),
            self._tokenizer.model_max_length,
            getattr(self._model.config, "max_position_embeddings", None),
        )
        self._longest = min(int(limit) for limit in limits if limit)
        width = int(self._model.config.hidden_size)
        self._dense = [_layer(part, self._place) for part in dense]
        for part, layer in zip(dense, self._dense, strict=True):
            if layer.in_features != width:
                raise ModelMissing(
                    f"it takes vectors of {layer.in_features} numbers but is given {width}",
                    path=part,
                    remedy="fetch the model anew",
                )
            width = layer.out_features
        self.dimension = width

    def texts(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Unit vectors of sentences, float32 [n, dimension]; longer ones are cut at the
        model's limit (128 tokens for the one that Lai uses)."""
        out = np.empty((len(texts), self.dimension), np.float32)
        # Sentences of like length go together, so that little is padding.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for first in range(0, len(order), self.batch_size):
            part = order[first : first + self.batch_size]
            out[part] = self._encode([texts[i] for i in part])
        return out

    def _encode(self, texts: list[str]) -> npt.NDArray[np.float32]:
        import torch

        tokens = self._tokenizer(
            [text.lower() for text in texts] if self._lower else texts,
            padding="longest",
            truncation=True,
            max_length=self._longest,
            return_tensors="pt",
        )
        ids, mask = (tokens[k].to(self._place.device) for k in ("input_ids", "attention_mask"))
        with torch.inference_mode():
            hidden = self._model(input_ids=ids, attention_mask=mask).last_hidden_state  # [n, t, w]
            weight = mask.unsqueeze(-1).to(hidden.dtype)
            vectors = (hidden * weight).sum(1) / weight.sum(1).clamp_min(1e-9)  # [n, w]
            for layer in self._dense:
                vectors = layer(vectors)
            vectors = torch.nn.functional.normalize(vectors.float(), dim=-1)
        return np.asarray(vectors.cpu().numpy(), np.float32)


class PairedEmbedder:
    """Pictures from one model, sentences from another that was taught the first one's space.

    Args:
        images: a hub name or a folder of CLIP or a relative.
        texts: a hub name or a folder for `SentenceTower`.
        batch_size: pictures that go through the model at once.
        device, precision, allow_download, progress: as for `SentenceTower`.

    Raises:
        ModelMissing: the weights of one are neither here nor to be had, or are damaged.
        OptionInvalid: one is of another kind, or their vectors differ in length.
    """

    def __init__(
        self,
        images: str = CLIP_OPENAI_BASE,
        texts: str = CLIP_MULTILINGUAL,
        *,
        batch_size: int = 8,
        device: str = "auto",
        precision: str = "auto",
        allow_download: bool = True,
        progress: Progress | None = None,
    ) -> None:
        # Both are asked for before either is loaded, so that what is missing is told at once.
        access: dict[str, Any] = {"allow_download": allow_download, "progress": progress}
        seeing = folder_of(images, **access)
        folder_of(texts, "sentences", **access)
        self._texts = SentenceTower(texts, device=device, precision=precision, allow_download=False)
        self._images = ClipEmbedder(
            str(seeing), batch_size=batch_size, device=device, precision=precision
        )
        self.name = f"{images}{JOIN}{texts}"
        self.dimension = self._images.dimension
        if self._texts.dimension != self.dimension:
            raise OptionInvalid(
                f"{texts} gives vectors of {self._texts.dimension} numbers, {images} of "
                f"{self.dimension}: they share no space",
                remedy="choose a text model that was made for the other",
            )

    @property
    def fingerprint(self) -> str:
        """A hash of both models (see `hub.fingerprint`)."""
        both = hub.fingerprint(self._images.folder) + hub.fingerprint(self._texts.folder)
        return hashlib.sha256(both.encode()).hexdigest()

    def images(self, images: Sequence[Image]) -> npt.NDArray[np.float32]:
        """Unit vectors of pictures, float32 [n, dimension]."""
        return self._images.images(images)

    def texts(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Unit vectors of sentences in any language the text model knows, float32
        [n, dimension]."""
        return self._texts.texts(texts)


def embedder_for(name: str, **options: Any) -> MarkedEmbedder:
    """The embedder of a name.

    Args:
        name: a hub name, a short one (see `catalogue.SHORT`), a folder or `pocket` for a model
            with both towers; `multilingual`, or `IMAGES+TEXTS` for a pair.
        options: `batch_size`, `device`, `precision`, `allow_download`, `progress`.

    Raises:
        ModelMissing: the weights are neither here nor to be had.
        OptionInvalid: a model is of the wrong kind.
    """
    if name == MULTILINGUAL:
        return PairedEmbedder(*TOGETHER[MULTILINGUAL], **options)
    images, join, texts = name.partition(JOIN)
    if join and not Path(name).expanduser().exists():
        return PairedEmbedder(images, texts, **options)
    return ClipEmbedder(name, **options)


def _dense_parts(folder: Path) -> list[Path]:
    """The folders of the linear layers that follow the mean.

    Raises:
        ModelMissing: the list of parts, or one's configuration, is absent or damaged.
        OptionInvalid: there are parts of other kinds, or in another order.
    """
    listed = hub.parts_of(folder)
    parts = [(str(p.get("type", "")).rpartition(".")[2], str(p.get("path", ""))) for p in listed]
    kinds = [kind for kind, _ in parts if kind != "Normalize"]  # vectors are made unit anyway
    if kinds[:2] != ["Transformer", "Pooling"] or set(kinds[2:]) - {"Dense"} or parts[0][1]:
        raise OptionInvalid(
            f"{folder} is made of {', '.join(kinds) or 'nothing'}",
            remedy="choose a model made of Transformer, Pooling and Dense, the first in its root",
        )
    pooling = _json(folder / parts[1][1] / "config.json")
    modes = pooling.get("pooling_mode") or [
        key.removeprefix("pooling_mode_").removesuffix("_tokens")
        for key, value in pooling.items()
        if key.startswith("pooling_mode_") and value
    ]
    if modes not in ("mean", ["mean"]):
        raise OptionInvalid(
            f"{folder} pools its tokens by {modes}", remedy="choose a model that takes their mean"
        )
    return [folder / path for kind, path in parts if kind == "Dense"]


def _layer(folder: Path, place: Any) -> Any:
    """A linear layer of sentence-transformers."""
    import torch

    config = _json(folder / "config.json")
    activation = str(config.get("activation_function", "")).rpartition(".")[2]
    if activation != "Identity":
        raise OptionInvalid(
            f"{folder} applies {activation or 'an unknown function'} to its vectors",
            remedy="choose a model whose Dense part applies none",
        )
    weights = load_tensors(folder / hub.WEIGHTS)
    try:
        matrix, bias = weights["linear.weight"], weights.get("linear.bias")
        layer = torch.nn.Linear(
            int(config["in_features"]), int(config["out_features"]), bias is not None
        )
        layer.load_state_dict({"weight": matrix} | ({} if bias is None else {"bias": bias}))
    except (KeyError, RuntimeError) as error:
        raise ModelMissing(
            "its weights are not those that its configuration tells of",
            path=folder,
            remedy="fetch the model anew",
        ) from error
    return layer.to(place.device, place.dtype).eval().requires_grad_(False)


def _json(file: Path, *, optional: bool = False) -> Any:
    if optional and not file.is_file():
        return {}
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelMissing(
            f"it cannot be read ({type(error).__name__})", path=file, remedy="fetch the model anew"
        ) from error
