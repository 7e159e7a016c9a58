"""Pictures as large as a CLIP sees them, in whole numbers, so that they can be kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from scenewise.core.errors import OptionInvalid
from scenewise.core.media_types import Image


def resized(processor: Any, images: Sequence[Image]) -> npt.NDArray[np.uint8]:
    """Pictures as a model sees them, before they are normalised: uint8 [n, side, side, 3].

    Args:
        processor: the model's image processor, of transformers.
        images: of any size.

    Raises:
        OptionInvalid: the model sees no squares.
    """
    made = processor(list(images), do_rescale=False, do_normalize=False, return_tensors="np")[
        "pixel_values"
    ]  # [n, 3, side, side]
    if made.shape[2] != made.shape[3]:
        raise OptionInvalid(
            f"this model sees pictures of {made.shape[3]}x{made.shape[2]}, not squares",
            remedy="choose another CLIP",
        )
    return np.ascontiguousarray(made.transpose(0, 2, 3, 1)).clip(0, 255).astype(np.uint8)
