"""Stage II of DistinctAD as a straightforward reading of its equations would write it.

The comparison of `bench_distinctad_cost.py`: the same equations and weights, and so the same
loss, with nothing kept and nothing left out that is not needed:

- frames go through CLIP in every step, since nothing remembers them;
- the Perceiver (equation 4) is one full attention of all queries over all frames of a context,
  in which a mask hides other clips;
- the language model gives its whole vocabulary at every place of prompts and descriptions.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from scenewise.distinctad.distinctive import distinctive, of_words
from scenewise.distinctad.narrator import Narrator
from scenewise.distinctad.prompts import FACE, VISUAL
from scenewise.distinctad.sequences import SequenceBatch


def plain_loss(narrator: Narrator, clip: Any, pixels: Tensor, batch: SequenceBatch) -> Tensor:
    """The loss of equations 11 and 12.

    Args:
        narrator: whose weights, options and language model.
        clip: a `transformers.CLIPModel`, frozen.
        pixels: float32 [b, N, T, 3, s, s], normalised.
        batch: the same clips; its frames are not looked at, and all of its clips are there.
    """
    with torch.no_grad():
        seen = clip.get_image_features(pixel_values=pixels.flatten(0, 2))
    frames = getattr(seen, "pooler_output", seen).reshape(*pixels.shape[:3], -1)  # [b, N, T, C]
    own = _perceived(narrator, frames)  # [b, N·T', C]
    prompts = _refined(narrator, own).unflatten(1, (pixels.shape[1], -1))  # [b, N, T', D]
    rows, targets, weights = _rows(narrator, prompts, batch)
    length = max(map(len, rows))
    given = torch.stack([functional.pad(row, (0, 0, 0, length - len(row))) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (length - len(row)) for row in rows])
    logits = narrator.language(inputs_embeds=given, attention_mask=mask).logits  # [r, length, V]
    wanted = torch.tensor([row + [_NONE] * (length - len(row)) for row in targets])
    heavy = torch.tensor([row + [0.0] * (length - len(row)) for row in weights])
    losses = functional.cross_entropy(
        logits[:, :-1].flatten(0, 1), wanted[:, 1:].flatten(), ignore_index=_NONE, reduction="none"
    )
    return (losses * (1 + heavy[:, 1:].flatten())).sum() / (wanted[:, 1:] != _NONE).sum()


_NONE = -100


def _perceived(narrator: Narrator, frames: Tensor) -> Tensor:
    """Equation 4 for all clips at once: [b, N, T, C] to [b, N·T', C]."""
    perceiver = narrator.perceiver
    b, n, t, _ = frames.shape
    count = len(perceiver.queries)
    rows = (perceiver.entering(frames) + perceiver.times[:t]).flatten(1, 2)  # [b, N·T, C]
    queries = perceiver.queries.repeat(n, 1).expand(b, -1, -1)  # [b, N·T', C]
    clip_of_query = torch.arange(n).repeat_interleave(count)
    clip_of_key = torch.cat([torch.arange(n).repeat_interleave(t), clip_of_query])
    hidden = clip_of_query[:, None] != clip_of_key[None, :]  # [N·T', N·T + N·T']
    for layer in perceiver.layers:
        asking = layer.of_queries(queries)
        seen = torch.cat([layer.of_frames(rows), asking], dim=1)
        keys, values = layer.answer(seen).chunk(2, dim=-1)
        q, k, v = (
            part.unflatten(-1, (layer.heads, -1)).transpose(1, 2)
            for part in (layer.ask(asking), keys, values)
        )
        scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
        weights = scores.masked_fill(hidden, float("-inf")).softmax(dim=-1)
        queries = queries + layer.join((weights @ v).transpose(1, 2).flatten(2))
        queries = queries + layer.think(queries)
    return perceiver.leaving(queries)


def _refined(narrator: Narrator, own: Tensor) -> Tensor:
    """Equations 6 to 10 and 13 to 16: [b, N·T', C] to [b, N·T', D]."""
    refiner = narrator.refiner
    bases, attention = refiner.bases, refiner.attention
    found = bases.initial.expand(len(own), -1, -1)  # [b, K, C]
    for _ in range(bases.rounds):
        directions = found / found.norm(dim=-1, keepdim=True) if bases.unit else found
        scale = bases.temperature * (own.shape[-1] ** 0.5 if bases.unit else 1)
        shares = (own @ directions.transpose(1, 2) / scale).softmax(dim=-1)  # equation 6
        found = shares.transpose(1, 2) @ own / shares.sum(dim=1)[..., None]  # equation 7
    restored = shares @ found  # equation 8
    query, key, value = attention.query(own), attention.key(found), attention.value(found)
    attended = (query @ key.transpose(1, 2) / own.shape[-1] ** 0.5).softmax(dim=-1) @ value
    return refiner.projector(own + refiner.alpha * restored + refiner.beta * attended)


def _rows(
    narrator: Narrator, prompts: Tensor, batch: SequenceBatch
) -> tuple[list[Tensor], list[list[int]], list[list[float]]]:
    """What the language model is given of each clip, what it should say, and what counts more."""
    speech, embed = narrator.speech, narrator.language.get_input_embeddings()
    rows, targets, weights = [], [], []
    for b, sentences in enumerate(batch.sentences):
        names = {name for there in batch.names[b] for name in there}
        for n, (sentence, words) in enumerate(
            zip(sentences, distinctive(sentences, names), strict=True)
        ):
            known = [bool(one) for one in batch.face_mask[b, n]]
            prompt = narrator.prompt(batch.names[b][n], known)
            own, offsets = speech.placed(sentence)
            said = [*own, speech.end]
            marks = [*of_words(offsets, words), False]
            vectors = iter(prompts[b, n])
            faces = (batch.faces[b, n, batch.names[b][n].index(name)] for name in prompt.faces)
            parts = [
                next(vectors)
                if token == VISUAL
                else narrator.faces(next(faces))
                if token == FACE
                else embed(torch.tensor(token))
                for token in [*prompt.tokens, *said]
            ]
            rows.append(torch.stack(parts))
            targets.append([_NONE] * len(prompt.tokens) + said)
            weights.append([0.0] * len(prompt.tokens) + [float(mark) for mark in marks])
    return rows, targets, weights
