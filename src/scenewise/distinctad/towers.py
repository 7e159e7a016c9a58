"""CLIP as Stage I needs it: frames of clips, and sentences with each of their words."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from scenewise.core.errors import OptionInvalid
from scenewise.core.media_types import Image
from scenewise.distinctad.errors import ClipsInvalid
from scenewise.distinctad.resizing import resized
from scenewise.media.atomic import atomic_text
from scenewise.models import hub
from scenewise.models.loading import load_model, load_part, quiet
from scenewise.models.precision import Placement
from scenewise.models.saving import checkpoint_folder


class Read(NamedTuple):
    """What the text tower makes of b sentences.

    Args:
        sentences: [b, d], the embeddings at the end mark, CLIP's [CLS].
        words: [b, m, d], those of single tokens, projected as the end mark's are (appendix A).
        mask: [b, m] bool, which of them are tokens of the sentence, without start and end.
    """

    sentences: Tensor
    words: Tensor
    mask: Tensor


class Towers(nn.Module):
    """A `CLIPModel` whose text tower and scale are frozen; its vision tower is trained.

    Args:
        folder: a CLIP checkpoint as `models.hub.resolve` gives it.
        device: where to.

    Raises:
        ModelMissing: its files are damaged.
        OptionInvalid: it is not CLIP. SigLIP and others have no causal text tower, so that a
            token's state is not what its projection was trained on.
    """

    mean: Tensor
    spread: Tensor

    def __init__(self, folder: Path, device: torch.device | None = None) -> None:
        super().__init__()
        from transformers import AutoModel, AutoTokenizer, CLIPImageProcessorPil

        kind = hub.kind_of(str(folder))
        if kind != "clip":
            raise OptionInvalid(
                f"{folder} is a model of the kind {kind!r}, and only CLIP can be adapted",
                remedy="choose a CLIP checkpoint",
            )
        place = Placement(device or torch.device("cpu"), torch.float32)
        self.folder = folder
        self.clip = load_model(AutoModel, folder, place)
        self.clip.vision_model.requires_grad_(True)
        self.clip.visual_projection.requires_grad_(True)
        self.tokenizer: Any = load_part(AutoTokenizer, folder)
        self.processor: Any = load_part(CLIPImageProcessorPil, folder)
        self.side = int(self.clip.config.vision_config.image_size)
        for name, values in (
            ("mean", self.processor.image_mean),
            ("spread", self.processor.image_std),
        ):
            self.register_buffer(name, torch.tensor(values, device=place.device), persistent=False)

    @property
    def log_scale(self) -> Tensor:
        """CLIP's own scale t; frozen."""
        scale: Tensor = self.clip.logit_scale
        return scale

    def resized(self, images: Sequence[Image]) -> npt.NDArray[np.uint8]:
        """Pictures as the model sees them, before they are normalised: uint8 [n, s, s, 3]."""
        return resized(self.processor, images)

    def frames(self, pixels: Tensor) -> Tensor:
        """Embeddings of frames: uint8 [c, n, s, s, 3] -> [c, n, d], not of unit length."""
        c, n = pixels.shape[:2]
        scaled = (pixels.flatten(0, 1).float() / 255 - self.mean) / self.spread
        made = self.clip.get_image_features(pixel_values=scaled.permute(0, 3, 1, 2))
        pooled: Tensor = getattr(made, "pooler_output", made)
        return pooled.reshape(c, n, -1)

    @torch.no_grad()
    def read(self, sentences: Sequence[str]) -> Read:
        """Embeddings of sentences and their words, without gradients: the tower is frozen.

        Sentences longer than the model can read are cut.

        Raises:
            ClipsInvalid: a sentence has no token.
        """
        tokens = self.tokenizer(
            list(sentences),
            padding=True,
            truncation=True,
            max_length=int(self.clip.config.text_config.max_position_embeddings),
            return_special_tokens_mask=True,
            return_tensors="pt",
        )
        mask = tokens["special_tokens_mask"] == 0  # [b, m]
        empty = (~mask.any(dim=1)).nonzero()
        if len(empty):
            raise ClipsInvalid(
                f"there are no words in the sentence {sentences[int(empty[0])]!r}",
                remedy="leave its clip out",
            )
        device = self.mean.device
        made = self.clip.text_model(
            input_ids=tokens["input_ids"].to(device),
            attention_mask=tokens["attention_mask"].to(device),
        )
        project = self.clip.text_projection
        return Read(project(made.pooler_output), project(made.last_hidden_state), mask.to(device))

    def save(self, folder: Path, beside: Mapping[str, str] | None = None) -> None:
        """Write an ordinary CLIP checkpoint in float32, with the files of the one it came from.

        Args:
            folder: made, or replaced as a whole.
            beside: further text files by name.

        Raises:
            OutputUnwritable: it cannot be written.
        """
        with checkpoint_folder(folder) as temporary, quiet():
            self.clip.save_pretrained(temporary)
            for name in hub.SIDE_FILES:
                if (self.folder / name).is_file() and not (temporary / name).exists():
                    shutil.copyfile(self.folder / name, temporary / name)
            for name, text in (beside or {}).items():
                atomic_text(temporary / name, text)
