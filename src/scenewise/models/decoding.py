"""From next-word probabilities to several sentences: greedy, beams and seeded samples at once.

All rows of all pictures take each step together; what differs is only how a row picks its
next word. A picture's samples depend on the seed and the picture alone, never on which other
pictures share the batch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

_TOP_K: Final = 50
_NEVER: Final = float("-inf")


@dataclass(frozen=True)
class Plan:
    """How the rows of one picture are used.

    Args:
        samples: rows drawn at random (nucleus sampling, Holtzman et al. 2020).
        beams: width of the beam search; 0 for none. One greedy row is always there.
        longest: words at most, the end mark included.
        shortest: words before the end mark is allowed.
        top_p: probability mass that samples are drawn from.
        no_repeat: no run of so many words appears twice; 0 allows it.
    """

    samples: int = 3
    beams: int = 3
    longest: int = 25
    shortest: int = 3
    top_p: float = 0.9
    no_repeat: int = 3

    @property
    def rows(self) -> int:
        """Rows a picture."""
        return 1 + self.beams + self.samples


@dataclass
class Sentences:
    """What came out: `tokens` [b, rows, n] without the begin mark, padded after the end; the
    sum of log-probabilities [b, rows]; and words said, the end mark included, [b, rows]."""

    tokens: Tensor
    log_probability: Tensor
    length: Tensor


def decode(
    next_word: Callable[[Tensor], Tensor],
    reorder: Callable[[Tensor], None],
    plan: Plan,
    chances: Tensor,
    *,
    begin: int,
    end: int,
    pad: int,
) -> Sentences:
    """Run every row to its end.

    Args:
        next_word: from the latest words [b · rows] to log-probabilities [b · rows, vocabulary].
        reorder: told which row each row continues, [b · rows], when beams cross.
        plan: what the rows do; their order is greedy, beams, samples.
        chances: numbers from 0 to 1 that samples are drawn with, [b, samples, longest].
        begin, end, pad: the marks' numbers.
    """
    pictures, rows = chances.shape[0], plan.rows
    device = chances.device
    said = torch.full((pictures, rows, plan.longest), pad, device=device)
    total = torch.zeros(pictures, rows, device=device)
    total[:, 2 : 1 + plan.beams] = _NEVER  # beams part at the first word
    length = torch.zeros(pictures, rows, dtype=torch.long, device=device)
    over = torch.zeros(pictures, rows, dtype=torch.bool, device=device)
    latest = torch.full((pictures, rows), begin, device=device)
    for at in range(plan.longest):
        scores = next_word(latest.flatten()).view(pictures, rows, -1)
        if at < plan.shortest:
            scores[..., end] = _NEVER
        _forbid_repeats(scores, said, at, plan.no_repeat)
        scores.masked_fill_(over[..., None], _NEVER)  # what is over goes on with padding, free
        scores[..., pad] = torch.where(over, 0.0, scores[..., pad])
        picked, source = _pick(scores, total, plan, chances[:, :, at])
        if plan.beams > 1:
            flat = (source + rows * torch.arange(pictures, device=device)[:, None]).flatten()
            reorder(flat)
            scores = scores.flatten(0, 1)[flat].view(pictures, rows, -1)
            said = said.flatten(0, 1)[flat].view(pictures, rows, -1)
            total, over, length = (
                state.flatten()[flat].view(pictures, rows) for state in (total, over, length)
            )
        total = total + scores.gather(2, picked[..., None])[..., 0]
        length = length + (~over)
        said[:, :, at] = torch.where(over, pad, picked)
        over = over | (picked == end)
        latest = picked
        if bool(over.all()):
            break
    return Sentences(said, total, length)


def _pick(scores: Tensor, total: Tensor, plan: Plan, chance: Tensor) -> tuple[Tensor, Tensor]:
    """The next word of every row and the row each continues, both [b, rows]."""
    pictures, rows, words = scores.shape
    picked = torch.empty(pictures, rows, dtype=torch.long, device=scores.device)
    source = torch.arange(rows, device=scores.device).repeat(pictures, 1)
    picked[:, 0] = scores[:, 0].argmax(-1)
    last_beam = 1 + plan.beams
    if plan.beams:
        sums = (total[:, 1:last_beam, None] + scores[:, 1:last_beam]).flatten(1)
        best = sums.topk(plan.beams, dim=1).indices  # [b, beams]
        picked[:, 1:last_beam] = best % words
        source[:, 1:last_beam] = 1 + best // words
    if plan.samples:
        likely = scores[:, last_beam:].topk(min(_TOP_K, words), dim=-1)
        shares = likely.values.exp()
        shares = shares / shares.sum(-1, keepdim=True)
        before = shares.cumsum(-1) - shares
        shares = shares.masked_fill(before >= plan.top_p, 0.0)  # the likeliest always stays
        reach = shares.cumsum(-1)
        drawn = (reach < chance[..., None] * reach[..., -1:]).sum(-1, keepdim=True)
        drawn = drawn.clamp_max((shares > 0).sum(-1, keepdim=True) - 1)
        picked[:, last_beam:] = likely.indices.gather(-1, drawn)[..., 0]
    return picked, source


def _forbid_repeats(scores: Tensor, said: Tensor, at: int, run: int) -> None:
    """Forbid every word that would complete a run of words said before, in place."""
    if not run or at < run:
        return
    runs = said[:, :, :at].unfold(2, run, 1)  # [b, rows, at - run + 1, run]
    ending = said[:, :, at - run + 1 : at].unsqueeze(2)  # [b, rows, 1, run - 1]
    again = (runs[..., :-1] == ending).all(-1)
    # Places that do not match point at column 0 with a value that changes nothing.
    columns = torch.where(again, runs[..., -1], 0)
    value = torch.where(again, _NEVER, float("inf"))
    scores.scatter_reduce_(2, columns, value.to(scores.dtype), "amin")
