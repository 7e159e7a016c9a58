"""Losses over large batches, with the exact gradient, in the memory of a small one.

A contrastive loss compares all samples of a batch, so a batch cannot be cut up as accumulation
would. But its gradient can: encode in chunks without keeping anything, find the gradient with
respect to the embeddings, then encode each chunk again and carry its share of that gradient
back (Gao et al. 2021, "Scaling deep contrastive learning batch size under memory limited
setup"). Costs one more forward pass; the memory is that of one chunk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from scenewise.training.randomness import own_gpu

Encode = Callable[[Any], Tensor]
Figures = Mapping[str, float]


def gradient_cached(
    loss: Callable[..., tuple[Tensor, Figures]],
    *towers: tuple[Encode, Sequence[Any]],
) -> tuple[Tensor, Figures]:
    """The loss over all chunks, whose `backward` encodes each of them again.

    Args:
        loss: takes one tensor of embeddings [n, d] a tower and returns a scalar and figures. It
            may use weights of its own, such as CLIP's scale; they get their gradient, too.
        towers: (encode, chunks): what makes [c, d] embeddings of a chunk of c samples. It must
            not change anything but through its weights' gradients: batch norm in training mode
            would count twice.

    Returns:
        A scalar and the figures. The gradients are added to `.grad` of the weights by
        `backward()`; `torch.autograd.grad` of it knows nothing of them. Dropout and autocast are
        the same in both passes. Where no tower has more than one chunk, there is nothing to save
        memory on, and each is encoded once.
    """
    if all(len(chunks) == 1 for _, chunks in towers):
        return loss(*(encode(chunks[0]) for encode, chunks in towers))
    passes = [_Pass.of(encode, chunk) for encode, chunks in towers for chunk in chunks]
    counts = [len(chunks) for _, chunks in towers]
    with torch.enable_grad():
        value, figures = loss(*_joined([one.embeddings for one in passes], counts))
    if not torch.is_grad_enabled():
        return value.detach(), figures

    def carry_back(gradient: Tensor) -> None:
        with torch.enable_grad():
            torch.autograd.backward(
                value, gradient
            )  # to the embeddings, and to the loss's own weights
            for one in passes:
                one.carry_back()

    result: Any = value.detach().requires_grad_()
    result.register_hook(carry_back)
    return result, figures


def chunked(values: Any, size: int) -> list[Any]:
    """Rows of a tensor, or of each tensor in a dictionary, `size` at a time."""
    if isinstance(values, Mapping):
        parts = {key: value.split(size) for key, value in values.items()}
        return [dict(zip(parts, row, strict=True)) for row in zip(*parts.values(), strict=True)]
    return list(values.split(size))


@dataclass
class _Pass:
    """One chunk's way through its encoder, and what is needed to go it again."""

    encode: Encode
    chunk: Any
    embeddings: Tensor
    random_state: _RandomState
    autocast: _Autocast

    @classmethod
    def of(cls, encode: Encode, chunk: Any) -> _Pass:
        """Encode without keeping more than the embeddings."""
        state, autocast = _RandomState(), _Autocast()
        with torch.no_grad(), autocast.again():
            embeddings = encode(chunk)
        return cls(encode, chunk, embeddings.detach().requires_grad_(), state, autocast)

    def carry_back(self) -> None:
        """Encode again, and carry the gradient of the embeddings to the encoder's weights."""
        gradient = self.embeddings.grad
        if gradient is None:
            return
        with torch.random.fork_rng(devices=self.random_state.devices):
            self.random_state.restore()
            with self.autocast.again():
                embeddings = self.encode(self.chunk)
        if embeddings.requires_grad:  # not where an encoder is frozen
            torch.autograd.backward(embeddings, gradient)
        self.embeddings.grad = None


class _RandomState:
    """Torch's random states at one moment, on the processor and this process's GPU."""

    def __init__(self) -> None:
        self.devices = own_gpu()
        self._cpu = torch.get_rng_state()
        self._cuda = [torch.cuda.get_rng_state(device) for device in self.devices]

    def restore(self) -> None:
        torch.set_rng_state(self._cpu)
        for device, state in zip(self.devices, self._cuda, strict=True):
            torch.cuda.set_rng_state(state, device)


class _Autocast:
    """How autocast stood at one moment, for the processor and the GPU."""

    def __init__(self) -> None:
        kind = "cuda" if torch.is_autocast_enabled("cuda") else "cpu"
        self._kind, self._enabled = kind, torch.is_autocast_enabled(kind)
        self._dtype = torch.get_autocast_dtype(kind)

    def again(self) -> AbstractContextManager[Any]:
        # without its cache: weights converted where no gradient is kept would be used again
        # where one is needed, and would get none
        return torch.autocast(
            self._kind, dtype=self._dtype, enabled=self._enabled, cache_enabled=False
        )


def _joined(embeddings: Sequence[Tensor], counts: Sequence[int]) -> list[Tensor]:
    """[c, d] chunks joined to one [n, d] a tower."""
    joined, begin = [], 0
    for count in counts:
        joined.append(torch.cat(list(embeddings[begin : begin + count])))
        begin += count
    return joined
