"""The symmetric contrastive loss of CLIP.

Radford et al. 2021 (figure 3) and Prakash et al. 2023, equations 1 to 3. All functions are pure;
clamping the scale (CLIP: at ln 100) is up to whoever owns it.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from scenewise.core.errors import UnknownChoice

DUPLICATES: Final = ("soft", "masked")


def contrastive_loss(
    images: Tensor,
    texts: Tensor,
    log_scale: Tensor,
    *,
    same: Tensor | None = None,
    duplicates: str = "soft",
) -> Tensor:
    """Mean of the cross-entropies of finding the text of an image and the image of a text.

    Args:
        images: [n, d] embeddings, of any length; cosine similarity is compared.
        texts: [n, d]; row i belongs to image i.
        log_scale: scalar t; similarities are multiplied by e^t (equation 1).
        same: [n, n] bool, which texts of the batch are identical (see `identical`), its diagonal
            true. None where all differ. Without it, a text is pushed away from the images of
            its own twins.
        duplicates: `soft` has every image share its target evenly among identical texts (and
            every text among their images); `masked` leaves the twins of the right text out, so
            that they neither help nor harm.

    Returns:
        A scalar in float32, whatever autocast says: at a scale of 100, bfloat16 rounds
        similarities to steps of a quarter.
    """
    if duplicates not in DUPLICATES:
        raise UnknownChoice(
            f"duplicates cannot be {duplicates!r}", remedy=f"choose: {', '.join(DUPLICATES)}"
        )
    with torch.autocast(images.device.type, enabled=False):
        logits = log_scale.float().exp() * similarities(images, texts)  # [n, n], equation 1
        if same is None:
            target = torch.arange(len(logits), device=logits.device)  # [n]
            loss = _both_ways(logits, target)
        elif duplicates == "soft":
            target = same.to(logits) / same.sum(dim=1, keepdim=True)  # [n, n], rows sum to 1
            loss = _both_ways(logits, target)  # it is symmetric, so that columns do, too
        else:
            itself = torch.eye(len(logits), dtype=torch.bool, device=logits.device)
            twins = same.to(logits.device) & ~itself  # [n, n]
            logits = logits.masked_fill(twins, float("-inf"))
            loss = _both_ways(logits, torch.arange(len(logits), device=logits.device))
    return loss


def similarities(images: Tensor, texts: Tensor) -> Tensor:
    """Cosine similarities [n, m] in float32 of [n, d] and [m, d] embeddings."""
    with torch.autocast(images.device.type, enabled=False):
        return functional.normalize(images.float(), dim=-1) @ (
            functional.normalize(texts.float(), dim=-1).T
        )


def identical(texts: Sequence[Hashable]) -> Tensor:
    """Which of n texts (or their keys) are the same: [n, n] bool."""
    numbers = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    keys = torch.tensor([numbers[text] for text in texts], dtype=torch.long)  # [n]
    return keys[:, None] == keys[None, :]


@torch.no_grad()
def accuracies(images: Tensor, texts: Tensor, same: Tensor | None = None) -> dict[str, float]:
    """Shares of images whose nearest text is theirs, and of texts whose nearest image is.

    Args:
        images, texts: [n, d] embeddings; row i belongs to row i.
        same: [n, n] bool; an identical text is right as well.
    """
    near = similarities(images, texts)  # [n, n]
    right = torch.eye(len(near), dtype=torch.bool) if same is None else same
    right = right.to(near.device)
    rows = torch.arange(len(near), device=near.device)
    return {
        "image_accuracy": float(right[rows, near.argmax(dim=1)].float().mean()),
        "text_accuracy": float(right[near.argmax(dim=0), rows].float().mean()),
    }


def _both_ways(logits: Tensor, target: Tensor) -> Tensor:
    """Equations 2 and 3, for images [n, n] and for texts, which are the columns."""
    image_loss = functional.cross_entropy(logits, target)
    text_loss = functional.cross_entropy(logits.T, target)
    return (image_loss + text_loss) / 2
