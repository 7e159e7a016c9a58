"""Contextual expectation-maximisation attention: what the clips of a context have in common.

Fang et al. 2025, section 3.2, equations 6 to 8, after Li et al. 2019 ("Expectation-maximization
attention networks for semantic segmentation").

Two things the paper leaves open, and what is done here:

- Equation 6 takes the inner product of a vector and a base as it is. Li et al. give the bases
  unit length after each step, and so does `unit`, the default: then equation 7 is the exact
  maximisation step of a mixture of von Mises-Fisher distributions of one concentration, whose
  direction it is, and the likelihood cannot fall. With `unit=False` equation 6 is taken to the
  letter, and nothing is promised.
- The bases are "randomly initialized". Here they begin so and are learned as any other weight:
  the gradient runs through all iterations, since the paper stops it nowhere, and names no moving
  average (which Li et al. keep instead).
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional


def responsibilities(
    vectors: Tensor, bases: Tensor, temperature: float, *, unit: bool = True
) -> Tensor:
    """How much of each vector each base answers for (equation 6).

    Args:
        vectors: [b, n, C], h of the equation.
        bases: [b, K, C], μ.
        temperature: τ. With `unit` it is relative to √C, the length that vectors have after a
            layer norm, so that the exponent is a cosine over τ whatever C is.
        unit: whether bases count by their direction alone (see the module).

    Returns:
        [b, n, K], z of the equation; sums to one over K.
    """
    return _exponents(vectors, bases, temperature, unit).softmax(dim=-1)


def updated(vectors: Tensor, shares: Tensor, bases: Tensor, mask: Tensor | None = None) -> Tensor:
    """Each base as the mean of the vectors, weighted by what it answers for (equation 7).

    Args:
        vectors: [b, n, C].
        shares: [b, n, K] of `responsibilities`.
        bases: [b, K, C] so far; one that answers for nothing stays as it is.
        mask: [b, n] bool, which vectors are there; None for all.

    Returns:
        [b, K, C].
    """
    if mask is not None:
        shares = shares * mask[..., None]
    total = shares.sum(dim=1)[..., None]  # [b, K, 1]
    mean = shares.transpose(1, 2) @ vectors / total.clamp_min(_NOTHING)
    return torch.where(total > _NOTHING, mean, bases)


def restored(shares: Tensor, bases: Tensor) -> Tensor:
    """The vectors made of the bases again (equation 8): [b, n, K], [b, K, C] -> [b, n, C]."""
    return shares @ bases


def log_likelihood(
    vectors: Tensor, bases: Tensor, temperature: float, *, unit: bool = True
) -> Tensor:
    """Σ over n of log of the mean over k of exp(h_n·μ_k / τ): [b].

    Up to a constant, the logarithm of the likelihood of the mixture (see the module).
    """
    exponents = _exponents(vectors, bases, temperature, unit)  # [b, n, K]
    return (exponents.logsumexp(dim=-1) - torch.tensor(float(bases.shape[1])).log()).sum(dim=-1)


class Found(NamedTuple):
    """What comes of a context.

    Args:
        restored: [b, n, C], Ĥ of equation 8.
        bases: [b, K, C], M after the last update.
        shares: [b, n, K], Z of the last estimate.
    """

    restored: Tensor
    bases: Tensor
    shares: Tensor


class ContextualBases(nn.Module):
    """R rounds of equations 6 and 7 from learned bases on, then equation 8.

    Args:
        channels: C.
        count: K.
        rounds: R; the paper gives no number, Li et al. take 3.
        temperature, unit: see `responsibilities`.
    """

    def __init__(
        self,
        channels: int,
        count: int = 32,
        *,
        rounds: int = 3,
        temperature: float = 0.05,
        unit: bool = True,
    ) -> None:
        super().__init__()
        self.rounds, self.temperature, self.unit = rounds, temperature, unit
        # of about the length of what comes out of the Perceiver, √C
        self.initial = nn.Parameter(torch.randn(count, channels))

    def forward(self, vectors: Tensor, mask: Tensor | None = None) -> Found:
        """Find the bases of each context.

        Args:
            vectors: [b, n, C]: all vectors of a context's clips, in any order.
            mask: [b, n] bool, which are there; None for all. The others change nothing, and
                what is restored of them means nothing.

        Returns:
            In float32, whatever autocast says.
        """
        with torch.autocast(vectors.device.type, enabled=False):
            vectors = vectors.float()
            bases = self.initial.float().expand(len(vectors), -1, -1)  # [b, K, C]
            for _ in range(self.rounds):
                shares = responsibilities(vectors, bases, self.temperature, unit=self.unit)
                bases = updated(vectors, shares, bases, mask)
            return Found(restored(shares, bases), bases, shares)


_NOTHING = 1e-6
"""A base that answers for less of all vectors than this has no mean."""


def _exponents(vectors: Tensor, bases: Tensor, temperature: float, unit: bool) -> Tensor:
    """h_n·μ_k / τ: [b, n, K]."""
    if unit:
        bases = functional.normalize(bases, dim=-1)
        temperature = temperature * vectors.shape[-1] ** 0.5
    return vectors @ bases.transpose(1, 2) / temperature
