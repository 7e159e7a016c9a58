"""What is distinct about each clip of a context (Fang et al. 2025, section 3.2, appendix C)."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from scenewise.distinctad.bases import ContextualBases


class CrossAttention(nn.Module):
    """The vectors of a context looking at its bases (equations 9 and 13 to 16).

    Equation 15 prints V = M·W_Qᵀ + b_V. With the queries' matrix W_V would not be there at all,
    while the text speaks of three linear layers: it is taken as V = M·W_Vᵀ + b_V.

    Args:
        channels: C, which is d_k as well: one head.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.query = nn.Linear(channels, channels)
        self.key = nn.Linear(channels, channels)
        self.value = nn.Linear(channels, channels)

    def forward(self, vectors: Tensor, bases: Tensor) -> Tensor:
        """H̃: [b, n, C] vectors and [b, K, C] bases -> [b, n, C]."""
        query = self.query(vectors)  # [b, n, C], equation 13
        key = self.key(bases)  # [b, K, C], equation 14
        value = self.value(bases)  # [b, K, C], equation 15
        weights = (query @ key.transpose(1, 2) / query.shape[-1] ** 0.5).softmax(dim=-1)
        found: Tensor = weights @ value  # equation 16
        return found


class Parts(NamedTuple):
    """H, Ĥ and H̃ of a context, each [b, N, T', C]; None where a weight of zero leaves it out."""

    own: Tensor
    restored: Tensor | None
    attended: Tensor | None


class Refiner(nn.Module):
    """Proj(H + αĤ + βH̃), the prompts of a language model (equation 10).

    Args:
        channels: C of the vectors.
        width: D of the language model's embeddings.
        alpha, beta: α and β; at 0 that part is neither made nor in the model (table 5).
        bases: what finds the bases; not used where both weights are 0.
        spread: standard deviation of the language model's embeddings. The projector begins such
            that its prompts have about that, as the words they stand among.
    """

    def __init__(
        self,
        channels: int,
        width: int,
        *,
        alpha: float = 3.0,
        beta: float = 1.0,
        bases: ContextualBases | None = None,
        spread: float = 0.02,
    ) -> None:
        super().__init__()
        self.alpha, self.beta = alpha, beta
        self.bases = (bases or ContextualBases(channels)) if alpha or beta else None
        self.attention = CrossAttention(channels) if beta else None
        self.projector = nn.Linear(channels, width)
        nn.init.normal_(self.projector.weight, std=spread / (channels**0.5 * (1 + alpha + beta)))
        nn.init.zeros_(self.projector.bias)

    def parts(self, vectors: Tensor, mask: Tensor | None = None) -> Parts:
        """H, Ĥ and H̃ (figure 6).

        Args:
            vectors: H [b, N, T', C], of N clips a context.
            mask: [b, N] bool, which clips are there; None for all.
        """
        if self.bases is None:
            return Parts(vectors, None, None)
        shape = vectors.shape
        rows = vectors.flatten(1, 2)  # [b, N·T', C]
        there = None if mask is None else mask.repeat_interleave(shape[2], dim=1)  # [b, N·T']
        found = self.bases(rows, there)
        attended = None if self.attention is None else self.attention(rows, found.bases)
        return Parts(
            vectors,
            found.restored.reshape(shape) if self.alpha else None,
            None if attended is None else attended.reshape(shape),
        )

    def forward(self, vectors: Tensor, mask: Tensor | None = None) -> Tensor:
        """The prompts [b, N, T', D] of [b, N, T', C] vectors; see `parts`."""
        parts = self.parts(vectors, mask)
        total = parts.own
        if parts.restored is not None:
            total = total + self.alpha * parts.restored
        if parts.attended is not None:
            total = total + self.beta * parts.attended
        prompts: Tensor = self.projector(total.to(vectors.dtype))
        return prompts
