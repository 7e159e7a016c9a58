"""How far a sentence of a narrator can be trusted: how well it fits its clip, as CLIP sees it.

A language model is sure of its words whether or not they are true: a narrator of sixty steps, which
said nothing true, gave its own words 0.5 in the geometric mean. So the confidence is CLIP's
agreement, as it is for other captioners. On 62 clips of six drawn films with the pocket CLIP, 84 %
of what is true of a clip lay above `describe`'s least confidence (0.35), and 11 % of what is true
of other clips.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scenewise.models import vocabulary as words
from scenewise.models.agreement import Calibration
from scenewise.models.clip import ClipEmbedder


class Agreement:
    """From a sentence and the frames of its clip to a confidence.

    Args:
        folder: of the CLIP that looked at the frames.
        device, precision: see `ClipEmbedder`.

    Raises:
        ModelMissing, OptionInvalid: it cannot be loaded, or is of another kind.
    """

    def __init__(self, folder: Path, *, device: str = "auto", precision: str = "auto") -> None:
        self._embedder = ClipEmbedder(str(folder), device=device, precision=precision)
        known = words.vocabulary_for(folder)
        self._background = words.features(self._embedder, known.background)  # [m, d]
        self._calibration = Calibration()

    def __call__(self, text: str, frames: npt.NDArray[np.floating[Any]]) -> float:
        """The confidence, 0 to 1, of a sentence about frames [T, d] or [T, tokens, d].

        It compares with what sentences about something else reach on the same frames
        (`models.agreement.Calibration`).
        """
        each = np.asarray(frames[:, 0] if frames.ndim == 3 else frames, np.float32)  # [T, d]
        each = each / np.maximum(np.linalg.norm(each, axis=-1, keepdims=True), 1e-12)
        view = each.mean(axis=0)
        view /= max(float(np.linalg.norm(view)), 1e-12)
        sentence = self._embedder.texts([text]).astype(np.float64)
        found = self._calibration.confidence(sentence @ view, self._background @ view)
        return float(found[0])
