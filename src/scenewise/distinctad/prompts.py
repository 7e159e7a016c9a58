"""What a language model is shown before it describes a clip (Fang et al. 2025, section 3.2,
"Interleaved prompt as LLM's input").

    [earlier descriptions] [T' vectors of the clip] Possible characters: Anna [face], Ben [face].
    <BOS>

Names are the characters that may be in the clip. Their faces come from portraits, where there
are so many characters that names alone do not say who is who. The earlier descriptions are the
prompt of AutoAD (table 4c), and empty in DistinctAD.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import Final, NamedTuple

import torch
from torch import Tensor

VISUAL: Final = -1
"""Stands for a vector of the clip."""

FACE: Final = -2
"""Stands for a face."""

_BEFORE, _CHARACTERS, _BETWEEN, _AFTER = "Before:", "Possible characters:", ",", "."


class Prompt(NamedTuple):
    """One clip's prompt.

    Args:
        tokens: numbers of tokens, `VISUAL` and `FACE`.
        faces: whose faces those are, in their order.
    """

    tokens: list[int]
    faces: list[str]


def prompt_of(
    encode: Callable[[str], list[int]],
    *,
    vectors: int,
    begin: int,
    characters: Sequence[str] = (),
    portraits: Container[str] = (),
    faces_from: int = 3,
    earlier: Sequence[str] = (),
) -> Prompt:
    """The prompt of a clip.

    Args:
        encode: tokens of a text, without special ones.
        vectors: T', how many vectors a clip has.
        begin: the token <BOS>.
        characters: names of those who may be in the clip, the likeliest first; a name that is
            there twice counts once.
        portraits: the names that a portrait is known of.
        faces_from: so many characters at least, before faces are shown.
        earlier: descriptions of the clips before, the last one last.
    """
    characters = list(dict.fromkeys(characters))
    tokens, faces = [], []
    if earlier:
        tokens += encode(" ".join([_BEFORE, *earlier]))
    tokens += [VISUAL] * vectors
    for number, name in enumerate(characters):
        tokens += encode(f"{_BETWEEN if number else ' ' + _CHARACTERS} {name}")
        if len(characters) >= faces_from and name in portraits:
            tokens.append(FACE)
            faces.append(name)
    if characters:
        tokens += encode(_AFTER)
    return Prompt([*tokens, begin], faces)


class Laid(NamedTuple):
    """Prompts and what follows them, side by side.

    Args:
        tokens: [r, p + l] numbers; 0 where there is a vector, a face, or nothing.
        mask: [r, p + l] bool, where there is anything. Prompts end in column p - 1: they are
            filled up on the left, what follows on the right.
        visual, face: [r, p + l] bool.
        following: l, columns of what follows.
    """

    tokens: Tensor
    mask: Tensor
    visual: Tensor
    face: Tensor
    following: int

    @property
    def positions(self) -> Tensor:
        """[r, p + l], each row counted from its first token."""
        return (self.mask.long().cumsum(dim=1) - 1).clamp_min(0)


def laid(
    prompts: Sequence[Prompt],
    following: Sequence[Sequence[int]],
    device: torch.device | None = None,
) -> Laid:
    """Lay r prompts and the tokens that follow them side by side.

    Args:
        prompts: one a row, none empty.
        following: tokens of descriptions; empty for prompts that shall be continued.
        device: where to.
    """
    before = max(len(prompt.tokens) for prompt in prompts)
    after = max((len(tokens) for tokens in following), default=0)
    rows = torch.full((len(prompts), before + after), _NOTHING)
    for row, prompt in zip(rows, prompts, strict=True):
        row[before - len(prompt.tokens) : before] = torch.tensor(prompt.tokens)
    for row, tokens in zip(rows, following, strict=False):
        row[before : before + len(tokens)] = torch.tensor(tokens, dtype=torch.long)
    rows = rows.to(device)
    return Laid(rows.clamp_min(0), rows != _NOTHING, rows == VISUAL, rows == FACE, after)


_NOTHING: Final = -3


def filled(embeddings: Tensor, laid_out: Laid, vectors: Tensor, faces: Tensor) -> Tensor:
    """The embeddings of tokens with those of vectors and faces in their places.

    Args:
        embeddings: [r, p + l, D] of `Laid.tokens`.
        laid_out: where what is.
        vectors: [r, T', D].
        faces: [f, D], all rows' faces one after the other.

    Returns:
        [r, p + l, D]; gradients reach vectors and faces.
    """
    made = embeddings.masked_scatter(laid_out.visual[..., None], vectors.to(embeddings))
    if len(faces):
        made = made.masked_scatter(laid_out.face[..., None], faces.to(embeddings))
    return made
