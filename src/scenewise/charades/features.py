"""What a ResNet sees of a frame before it pools: the features that key frames are chosen by.

Source: Prakash et al. 2023, section 4.2: ResNet-50 (He et al. 2015) without its last pooling and
classification layers gives (7, 7, 2048) a frame, which flattened are 100,352 numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scenewise.charades.errors import FeaturesInvalid
from scenewise.core.media_types import Image
from scenewise.core.progress import Progress
from scenewise.models import hub
from scenewise.models.loading import load_model, load_part
from scenewise.models.precision import placement

RESNET: Final = "microsoft/resnet-50"

Features = npt.NDArray[np.float32]


class GridEncoder:
    """A ResNet through transformers, without its last pooling and classification layers.

    Args:
        model: a hub name, a folder, or `pocket`.
        batch_size: frames that go through it at once.
        device: `auto`, `cpu`, `cuda` or `mps`.
        precision: `auto`, `float32` or `bfloat16`.
        allow_download: whether weights may be fetched.
        progress: shows the download.

    Attributes:
        shape: of the features of a frame: height, width, channels; (7, 7, 2048) for ResNet-50.

    Raises:
        ModelMissing: the weights are neither here nor to be had, or are damaged.
        OptionInvalid: the model is no ResNet.
    """

    def __init__(
        self,
        model: str = RESNET,
        *,
        batch_size: int = 16,
        device: str = "auto",
        precision: str = "auto",
        allow_download: bool = True,
        progress: Progress | None = None,
    ) -> None:
        self.folder: Path = hub.resolve(
            model, job="grid", allow_download=allow_download, progress=progress
        )
        from transformers import ResNetModel

        self.name = model
        self.batch_size = batch_size
        self._place = placement(device, precision)
        self._model = load_model(ResNetModel, self.folder, self._place)
        self._processor = load_part(_processor(self.folder), self.folder)
        probe = self.features([np.zeros((64, 64, 3), np.uint8)])
        self.shape: tuple[int, int, int] = tuple(probe.shape[1:])

    @property
    def size(self) -> int:
        """Numbers of a flattened frame: 100,352 for ResNet-50."""
        return int(np.prod(self.shape))

    @property
    def fingerprint(self) -> str:
        """A hash of the model (see `hub.fingerprint`)."""
        return hub.fingerprint(self.folder)

    def features(self, images: Sequence[Image]) -> Features:
        """The last feature map, channels last as the paper writes it.

        Args:
            images: RGB, uint8 H×W×3.

        Returns:
            float32 [n, height, width, channels].
        """
        maps = [self._run(part).last_hidden_state for part in self._parts(images)]  # [b, c, h, w]
        if not maps:
            return np.empty((0, *self.shape), np.float32)
        return np.concatenate([_plain(one.permute(0, 2, 3, 1)) for one in maps])

    def pooled(self, images: Sequence[Image]) -> Features:
        """What the whole model pools its last feature map to, float32 [n, channels]."""
        if not images:
            return np.empty((0, self.shape[2]), np.float32)
        return np.concatenate(
            [_plain(self._run(part).pooler_output.flatten(1)) for part in self._parts(images)]
        )

    def _parts(self, images: Sequence[Image]) -> list[list[Image]]:
        step = self.batch_size
        return [list(images[first : first + step]) for first in range(0, len(images), step)]

    def _run(self, images: list[Image]) -> Any:
        import torch

        pixels = self._processor(images, return_tensors="pt")["pixel_values"]  # [b, 3, h, w]
        with torch.inference_mode():
            return self._model(pixel_values=pixels.to(self._place.device, self._place.dtype))


def flattened(features: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Feature maps [n, h, w, c] as rows [n, h·w·c].

    Raises:
        FeaturesInvalid: they have no such shape, or a number is not finite.
    """
    if features.ndim != 4:
        raise FeaturesInvalid(f"features of frames are [n, h, w, c], not {features.shape}")
    if not np.isfinite(features).all():
        raise FeaturesInvalid(
            "the model's features are not finite", remedy="run it in float32 (--precision float32)"
        )
    return features.reshape(len(features), int(np.prod(features.shape[1:])))


def _plain(tensor: Any) -> Features:
    return np.ascontiguousarray(tensor.float().cpu().numpy(), np.float32)


def _processor(folder: Path) -> Any:
    """The image processor that works on PIL, which needs no torchvision; the published ResNets use
    that of ConvNeXT, which cuts off the edges."""
    import json

    import transformers

    try:
        told = json.loads((folder / "preprocessor_config.json").read_text(encoding="utf-8"))
        kind = str(told.get("image_processor_type") or told.get("feature_extractor_type") or "")
    except (OSError, ValueError, AttributeError):
        kind = ""  # loading it tells what is wrong
    name = "ViTImageProcessorPil" if kind.startswith("ViT") else "ConvNextImageProcessorPil"
    return getattr(transformers, name)
