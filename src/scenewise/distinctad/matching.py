"""Stage I: the losses that fit CLIP's eyes to films (Fang et al. 2025, section 3.1).

All functions are pure. As everywhere in CLIP, what is compared is of unit length and the
similarity is multiplied by the scale e^t; the paper writes an inner product and names no scale.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from scenewise.core.errors import UnknownChoice
from scenewise.training.contrastive import DUPLICATES, contrastive_loss


def pooled(frames: Tensor) -> Tensor:
    """The mean of a clip's frames, each of unit length: [b, n, d] -> [b, d]."""
    return functional.normalize(frames.float(), dim=-1).mean(dim=1)


def global_loss(
    frames: Tensor,
    sentences: Tensor,
    log_scale: Tensor,
    *,
    same: Tensor | None = None,
    duplicates: str = "soft",
) -> Tensor:
    """Contrastive loss of whole clips and whole sentences, both ways added up (equation 1).

    Args:
        frames: [b, n, d] embeddings of n frames a clip; the clip is their mean.
        sentences: [b, d]; row i describes clip i.
        log_scale: scalar t; similarities are multiplied by e^t.
        same, duplicates: sentences that occur twice, see `training.contrastive`.

    Returns:
        A scalar in float32. It is twice `training.contrastive.contrastive_loss`, which is the
        mean of both ways.
    """
    with torch.autocast(frames.device.type, enabled=False):
        return 2 * contrastive_loss(
            pooled(frames), sentences, log_scale, same=same, duplicates=duplicates
        )


def words_of_frames(frames: Tensor, words: Tensor, mask: Tensor, temperature: float) -> Tensor:
    """For each frame, the words of its clip's sentence that it looks like (equation 2).

    Args:
        frames: [b, n, d], of any length.
        words: [b, m, d] embeddings of each sentence's words.
        mask: [b, m] bool, which of them are words; at least one a row.
        temperature: τ of the softmax; the smaller, the more the most similar word counts alone.

    Returns:
        [b, n, d] in float32: weighted means of word embeddings of unit length.
    """
    with torch.autocast(frames.device.type, enabled=False):
        seen = functional.normalize(frames.float(), dim=-1)
        said = functional.normalize(words.float(), dim=-1)
        likeness = seen @ said.transpose(1, 2) / temperature  # [b, n, m]
        weights = likeness.masked_fill(~mask[:, None, :], float("-inf")).softmax(dim=-1)
        return weights @ said


def frame_word_loss(
    frames: Tensor,
    words: Tensor,
    mask: Tensor,
    log_scale: Tensor,
    *,
    temperature: float,
    chosen: Tensor | None = None,
    same: Tensor | None = None,
    duplicates: str = "soft",
    chunk: int = 0,
) -> Tensor:
    """Multiple-instance loss of single frames and what the frames of all clips look like in
    words (equation 3).

    A frame f of clip i shall be nearer to the frame-aware words of clip i, any of them, than to
    those of the other clips:

        -log ( Σ over k of exp(s·cos(f, t̃_i^k)) / Σ over j, k of exp(s·cos(f, t̃_j^k)) )

    That is the cross-entropy of finding clip i by its score logsumexp over k, which is how it
    is computed, and why sentences that occur twice are treated as in the contrastive loss.

    Args:
        frames: [b, n, d].
        words: [b, m, d]; row i belongs to clip i.
        mask: [b, m] bool, which of them are words.
        log_scale: scalar t, s = e^t.
        temperature: τ of equation 2.
        chosen: [b] whole numbers from 0 to n - 1, the sampled frame of each clip, as in the
            paper. None takes all frames and averages: less noise for n times the products.
        same: [b, b] bool, which sentences are identical. None where all differ.
        duplicates: `soft` has a frame find any clip of the same sentence, `masked` leaves the
            twins out.
        chunk: so many frames at a time, whose products are made again in the backward pass;
            0 keeps all. At b = 512, n = 8 the sampled frames have 2 million products (8 MB),
            all frames 17 million (67 MB, several times over in the backward pass).

    Returns:
        A scalar in float32.
    """
    if duplicates not in DUPLICATES:
        raise UnknownChoice(
            f"duplicates cannot be {duplicates!r}", remedy=f"choose: {', '.join(DUPLICATES)}"
        )
    b, n, _ = frames.shape
    clips = torch.arange(b, device=frames.device)
    with torch.autocast(frames.device.type, enabled=False):
        told = functional.normalize(words_of_frames(frames, words, mask, temperature), dim=-1)
        seen = functional.normalize(frames.float(), dim=-1)  # [b, n, d]
        scale = log_scale.float().exp()
        if chosen is None:
            rows, owners = seen.flatten(0, 1), clips.repeat_interleave(n)  # [b·n, d], [b·n]
        else:
            rows, owners = seen[clips, chosen], clips  # [b, d], [b]
        scores = _clip_scores(rows, told, scale, chunk)  # [rows, b]
        if same is None:
            return functional.cross_entropy(scores, owners)
        same = same.to(scores.device)[owners]  # [rows, b]
        if duplicates == "soft":
            return functional.cross_entropy(scores, same / same.sum(dim=1, keepdim=True))
        twins = same & (owners[:, None] != clips)
        return functional.cross_entropy(scores.masked_fill(twins, float("-inf")), owners)


def matching_loss(
    frames: Tensor,
    sentences: Tensor,
    words: Tensor,
    mask: Tensor,
    log_scale: Tensor,
    *,
    gamma: float = 0.5,
    temperature: float,
    chosen: Tensor | None = None,
    same: Tensor | None = None,
    duplicates: str = "soft",
    chunk: int = 0,
) -> tuple[Tensor, dict[str, float]]:
    """γ·global + (1 - γ)·fine-grained (section 3.1, "Summary for Stage-I").

    Args:
        frames: [b, n, d].
        sentences: [b, d].
        words, mask: [b, m, d] and [b, m].
        gamma: γ; at 1 and at 0 the other loss is not computed (table 4a).

    The rest is as for `global_loss` and `frame_word_loss`.

    Returns:
        The loss, and each part of it that was computed as a figure.
    """
    loss, figures = log_scale.new_zeros(()), {}
    if gamma > 0:
        part = global_loss(frames, sentences, log_scale, same=same, duplicates=duplicates)
        loss, figures["global"] = loss + gamma * part, float(part.detach())
    if gamma < 1:
        part = frame_word_loss(
            frames,
            words,
            mask,
            log_scale,
            temperature=temperature,
            chosen=chosen,
            same=same,
            duplicates=duplicates,
            chunk=chunk,
        )
        loss, figures["fine"] = loss + (1 - gamma) * part, float(part.detach())
    return loss, figures


def _clip_scores(rows: Tensor, told: Tensor, scale: Tensor, chunk: int) -> Tensor:
    """log Σ_k exp(s·row·t̃_j^k): [r, d] rows and [b, n, d] -> [r, b]."""

    def scores(part: Tensor, told: Tensor, scale: Tensor) -> Tensor:
        products = scale * (part @ told.flatten(0, 1).T)  # [r, b·n]
        return products.reshape(len(part), *told.shape[:2]).logsumexp(dim=-1)

    if not chunk or chunk >= len(rows):
        return scores(rows, told, scale)
    return torch.cat(
        [
            checkpoint(scores, part, told, scale, use_reentrant=False, preserve_rng_state=False)
            for part in torch.split(rows, chunk)
        ]
    )
