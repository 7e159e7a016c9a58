"""How likely a language model found the tokens that it chose, remembered while it speaks.

Transformers would keep what it gave every token of its vocabulary at every step, and copy all of it
to look the few that were chosen up: with GPT-2's 50,257, 32 clips, five beams and forty tokens that
is 1.3 GB, and several times as much for the copies. Here a step leaves a few numbers a beam.
"""

from __future__ import annotations

import torch
from torch import Tensor


class BeamScores:
    """Remembers what beams may have gone on with (a logits processor of transformers, the last).

    Args:
        beams: of a row. Each step goes on with some of the best 2 × beams, of all beams of the row
            together, so that no other token of a beam is ever chosen.
    """

    def __init__(self, beams: int) -> None:
        self._most = 2 * beams
        self._steps: list[tuple[Tensor, Tensor]] = []

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """[r·beams, l] tokens so far and [r·beams, V] scores of the next -> scores."""
        best = scores.topk(min(self._most, scores.shape[1]))
        likely = best.values - scores.logsumexp(dim=1, keepdim=True)
        self._steps.append((best.indices, likely))
        return scores

    def chosen(self, sequences: Tensor, beams: Tensor | None) -> tuple[Tensor, Tensor]:
        """What was said, and how likely each token was.

        Args:
            sequences: [n, p + l] that end in it.
            beams: [n, l], of which beam each token is, negative behind the end.

        Returns:
            [n, l] tokens, and natural logarithms of probabilities; 0 behind the end.
        """
        assert beams is not None
        tokens = sequences[:, -beams.shape[1] :]
        found = torch.zeros(tokens.shape, device=tokens.device)
        for step in range(tokens.shape[1]):
            indices, likely = self._steps[step]
            rows = beams[:, step].clamp_min(0).long()
            same = indices[rows] == tokens[:, step, None]  # [n, k]
            # one that is not there is as likely as the last of those that are
            place = torch.where(same.any(dim=1), same.long().argmax(dim=1), indices.shape[1] - 1)
            found[:, step] = likely[rows].gather(1, place[:, None])[:, 0]
        return tokens, found.masked_fill(beams < 0, 0.0)


class DrawnScores:
    """Remembers what each row went on with (a logits processor of transformers, the last), where
    rows stay in their order: of samples, or of the likeliest token each time."""

    def __init__(self) -> None:
        self._before: Tensor | None = None
        self._found: list[Tensor] = []

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """[n, l] tokens so far and [n, V] scores of the next -> scores."""
        if self._before is not None:
            self._look_up(input_ids[:, -1])
        self._before = scores
        return scores

    def chosen(self, sequences: Tensor, beams: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """What was said, and how likely each token was; see `BeamScores.chosen`."""
        self._look_up(sequences[:, -1])
        self._before = None
        likely = torch.stack(self._found, dim=1)
        return sequences[:, -likely.shape[1] :], likely

    def _look_up(self, tokens: Tensor) -> None:
        assert self._before is not None
        given = self._before.gather(1, tokens[:, None])[:, 0]
        self._found.append(given - self._before.logsumexp(dim=1))
