"""Stage II: the losses of a language model's words (Fang et al. 2025, equations 11 and 12)."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional


class WordLosses(NamedTuple):
    """Both losses, scalars in float32; their sum is the paper's loss of Stage II."""

    auto: Tensor
    distinctive: Tensor


def word_losses(logits: Tensor, targets: Tensor, mask: Tensor, distinctive: Tensor) -> WordLosses:
    """Auto-regressive loss over all tokens, and distinctive-word loss over some of them again.

        auto        = -Σ over n of log P(w_n | prompt; w_<n)                          (11)
        distinctive = -Σ over clips, over the tokens of their distinctive words,
                       of log P(w_n | prompt; w_<n)                                   (12)

    Equation 12 writes P(w_n = w_d^i): the probability of a distinctive word where it stands. A
    word of several tokens counts with each of them. Both sums are divided by the number of all
    tokens, so that the size of a batch does not matter and their balance is the paper's.

    Args:
        logits: [r, l, V] of r descriptions.
        targets: [r, l] token numbers.
        mask: [r, l] bool, which are tokens of the description, its end mark included.
        distinctive: [r, l] bool, those of distinctive words.
    """
    with torch.autocast(logits.device.type, enabled=False):
        rows = functional.cross_entropy(
            logits[mask].float(), targets[mask], reduction="none"
        )  # [tokens]
        count = mask.sum().clamp_min(1)
        return WordLosses(rows.sum() / count, (rows * distinctive[mask]).sum() / count)
