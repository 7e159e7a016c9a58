"""The Perceiver: T frames of a clip into T' vectors (Fang et al. 2025, equation 4).

The resampler of Flamingo (Alayrac et al. 2022, section 3.1.1): learned queries look at the
frames and at each other, layer by layer.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

_APART: Final = 0.3
"""Spread of the queries at first. At 1 a vector is its query by three quarters, whatever the clip:
bases then stand for queries, and what is restored of them has 8 % of its length from the clip (of
drawn films; at 0.3 34 %, as vectors have 60 %). With much less all vectors of a clip begin alike,
and stay so long."""


class Perceiver(nn.Module):
    """Resamples the frames of each clip.

    Args:
        channels: C, of frames and vectors.
        frames: T, most frames of a clip; each place in time has a learned vector.
        vectors: T', how many come of a clip.
        depth: layers.
        head: channels of one head of attention; the paper gives neither.
    """

    def __init__(
        self, channels: int, frames: int, vectors: int, *, depth: int = 2, head: int = 64
    ) -> None:
        super().__init__()
        self.queries = nn.Parameter(_APART * torch.randn(vectors, channels))
        self.times = nn.Parameter(0.02 * torch.randn(frames, channels))
        # embeddings of any length come in; CLIP's are of length 1 or about 10
        self.entering = nn.LayerNorm(channels)
        heads = max(1, channels // head)
        while channels % heads:
            heads -= 1
        self.layers = nn.ModuleList(_Layer(channels, heads) for _ in range(depth))
        self.leaving = nn.LayerNorm(channels)

    def forward(self, frames: Tensor, mask: Tensor | None = None, tokens: int = 1) -> Tensor:
        """T' vectors of each clip, each of length near √C.

        Args:
            frames: [..., t, C] with t ≤ T; with all tokens of frames [..., t·tokens, C].
            mask: [..., t·tokens] bool, which are there; None for all. A clip without any gives
                what the queries alone make.
            tokens: how many rows a frame has; they share its place in time.

        Returns:
            [..., T', C].
        """
        *others, t, channels = frames.shape
        times = self.times[: t // tokens].repeat_interleave(tokens, dim=0)  # [t, C]
        rows = self.entering(frames.reshape(-1, t, channels)) + times  # [b, t, C]
        queries = self.queries.expand(len(rows), -1, -1)  # [b, T', C]
        visible = None
        if mask is not None:
            own = mask.new_ones(len(rows), queries.shape[1])
            visible = torch.cat([mask.reshape(-1, t), own], dim=1)[:, None, None]  # [b, 1, 1, t+T']
        for layer in self.layers:
            queries = layer(queries, rows, visible)
        made: Tensor = self.leaving(queries)
        return made.reshape(*others, -1, channels)


class _Layer(nn.Module):
    """Attention of the queries to frames and queries, then a small network for each."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.of_frames, self.of_queries = nn.LayerNorm(channels), nn.LayerNorm(channels)
        self.ask = nn.Linear(channels, channels, bias=False)
        self.answer = nn.Linear(channels, 2 * channels, bias=False)
        self.join = nn.Linear(channels, channels, bias=False)
        self.think = nn.Sequential(
            nn.LayerNorm(channels),
            nn.Linear(channels, 4 * channels, bias=False),
            nn.GELU(),
            nn.Linear(4 * channels, channels, bias=False),
        )

    def forward(self, queries: Tensor, frames: Tensor, visible: Tensor | None) -> Tensor:
        asking = self.of_queries(queries)  # [b, T', C]
        seen = torch.cat([self.of_frames(frames), asking], dim=1)  # [b, t + T', C]
        keys, values = self.answer(seen).chunk(2, dim=-1)
        found = functional.scaled_dot_product_attention(
            self._split(self.ask(asking)), self._split(keys), self._split(values), visible
        )  # [b, heads, T', C / heads]
        queries = queries + self.join(found.transpose(1, 2).flatten(2))
        made: Tensor = queries + self.think(queries)
        return made

    def _split(self, rows: Tensor) -> Tensor:
        """[b, n, C] -> [b, heads, n, C / heads]."""
        b, n, channels = rows.shape
        return rows.reshape(b, n, self.heads, channels // self.heads).transpose(1, 2)
