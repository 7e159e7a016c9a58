"""Stage II as one model: from the frames of N clips to the loss of their descriptions.

Fang et al. 2025, section 3.2 and figure 3:

    frames --Perceiver--> H --contextual bases--> Ĥ, H̃ --H + αĤ + βH̃, projector--> prompts
    prompts, names, faces, <BOS> --frozen language model--> descriptions
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import torch
from torch import Tensor, nn

from scenewise.distinctad.bases import ContextualBases
from scenewise.distinctad.distinctive import distinctive, of_words
from scenewise.distinctad.errors import ClipsInvalid
from scenewise.distinctad.language import Language
from scenewise.distinctad.options import NarratorOptions
from scenewise.distinctad.prompts import Laid, Prompt, filled, laid, prompt_of
from scenewise.distinctad.refining import Parts, Refiner
from scenewise.distinctad.resampling import Perceiver
from scenewise.distinctad.sequences import SequenceBatch
from scenewise.distinctad.wording_losses import word_losses
from scenewise.training.randomness import own_gpu

_KEPT: Final = 1 << 16
"""Texts whose tokens are kept."""


class Narrator(nn.Module):
    """The model of Stage II.

    Args:
        language: what speaks; frozen but for LoRA. Its model becomes a part of this one.
        channels: C, of frames' embeddings.
        options: the model's.
        seed: where its first weights come from.
    """

    def __init__(
        self, language: Language, channels: int, options: NarratorOptions, *, seed: int = 0
    ) -> None:
        super().__init__()
        self.speech, self.options, self.channels = language, options, channels
        # the same sentences and names come in every epoch: a fifth of a small model's step
        self._encode = lru_cache(maxsize=_KEPT)(language.encode)
        self._placed = lru_cache(maxsize=_KEPT)(language.placed)
        self.language: Any = language.model
        spread, width = language.spread, language.width
        with torch.random.fork_rng(devices=own_gpu()):
            torch.manual_seed(seed)
            self.perceiver = Perceiver(
                channels, options.frames, options.vectors, depth=options.depth
            )
            bases = ContextualBases(
                channels,
                options.bases,
                rounds=options.rounds,
                temperature=options.temperature,
                unit=options.unit,
            )
            self.refiner = Refiner(
                channels,
                width,
                alpha=options.alpha,
                beta=options.beta,
                bases=bases,
                spread=spread,
            )
            projector = nn.Linear(channels, width)
            nn.init.normal_(projector.weight, std=spread / channels**0.5)
            nn.init.zeros_(projector.bias)
            self.faces = nn.Sequential(nn.LayerNorm(channels), projector)
        place = language.model.get_input_embeddings().weight.device
        for module in (self.perceiver, self.refiner, self.faces):
            module.to(place)
        if not options.characters:  # else weights that nothing trains
            self.faces.requires_grad_(False)

    def resampled(self, frames: Tensor) -> Tensor:
        """H [b, N, T', C] of [b, N, T, C] frames, or [b, N, T, tokens, C] (equation 4).

        Raises:
            ClipsInvalid: they are of another CLIP, or too many.
        """
        tokens = frames.shape[3] if frames.ndim == 5 else 1
        if frames.shape[-1] != self.channels or frames.shape[2] > self.options.frames:
            raise ClipsInvalid(
                f"the clips have {frames.shape[2]} frames of {frames.shape[-1]} numbers, the "
                f"narrator was made for {self.options.frames} of {self.channels}",
                remedy="make them with the CLIP that the narrator was trained on",
            )
        rows = frames.flatten(2, -2)  # [b, N, T·tokens, C]
        made: Tensor = self.perceiver(rows, tokens=tokens)
        return made

    def parts(self, frames: Tensor, mask: Tensor | None = None) -> Parts:
        """H, Ĥ and H̃ of contexts, for looking at (figure 6)."""
        return self.refiner.parts(self.resampled(frames), mask)

    def prompts(self, frames: Tensor, mask: Tensor | None = None) -> Tensor:
        """[b, N, T', D] for the language model, each clip beside its context (equation 10).

        Args:
            frames: [b, N, T, C] or [b, N, T, tokens, C].
            mask: [b, N] bool, which clips are there; None for all.
        """
        made: Tensor = self.refiner(self.resampled(frames), mask)
        return made

    def asked(self, batch: SequenceBatch, there: Tensor) -> list[Prompt]:
        """The prompts of the clips where `there` [b, N] is true, row by row."""
        return [
            self.prompt(
                batch.names[b][n],
                [bool(known) for known in batch.face_mask[b, n]],
                batch.past[b][n],
            )
            for b, n in there.nonzero().tolist()
        ]

    def prompt(
        self, names: Sequence[str], known: Sequence[bool], earlier: Sequence[str] = ()
    ) -> Prompt:
        """The prompt of a clip.

        Args:
            names: of who may be there.
            known: whose face is known.
            earlier: descriptions of the clips before, the last one last.
        """
        options = self.options
        faces = {name for name, seen in zip(names, known, strict=False) if seen}
        return prompt_of(
            self._encode,
            vectors=options.vectors,
            begin=self.speech.begin,
            characters=names if options.characters else (),
            portraits=faces,
            faces_from=options.faces_from,
            earlier=earlier[-options.earlier :] if options.earlier else (),
        )

    def embedded(
        self, laid_out: Laid, asked: Sequence[Prompt], vectors: Tensor, faces: Tensor
    ) -> Tensor:
        """What the language model is given: [r, p + l, D].

        Args:
            laid_out: r prompts and what follows them.
            asked: the prompts.
            vectors: [r, T', D].
            faces: [f, C] portraits of all rows' `Prompt.faces`.

        Raises:
            ClipsInvalid: that is more than the language model can read.
        """
        length = laid_out.tokens.shape[1]
        if length > self.speech.longest:
            most = max(asked, key=lambda prompt: len(prompt.tokens))
            raise ClipsInvalid(
                f"a prompt of {len(most.tokens)} tokens and its description are more than the "
                f"{self.speech.longest} that the language model can read",
                remedy="name fewer characters, or fewer earlier descriptions",
            )
        embeddings = self.language.get_input_embeddings()(laid_out.tokens)
        projected = self.faces(faces.to(vectors)) if len(faces) else faces
        return filled(embeddings, laid_out, vectors, projected)

    def forward(self, batch: SequenceBatch) -> tuple[Tensor, dict[str, float]]:
        """The loss of a batch of sequences, and its figures (equations 11 and 12).

        Raises:
            ClipsInvalid: a clip that is there has no sentence, or does not fit the model.
        """
        there = batch.mask  # [b, N]
        prompts = self.prompts(batch.frames, there)[there]  # [r, T', D]
        asked = self.asked(batch, there)
        tokens, marks = self._targets(batch)
        laid_out = laid(asked, tokens, prompts.device)
        given = self.embedded(laid_out, asked, prompts, portraits(batch, there, asked))
        logits = self.language(
            inputs_embeds=given,
            attention_mask=laid_out.mask.long(),
            position_ids=laid_out.positions,
            logits_to_keep=laid_out.following + 1,
            use_cache=False,
        ).logits[:, :-1]  # [r, l, V]: what is expected where each token of a description stands
        l = laid_out.following  # noqa: E741
        marked = _padded(marks, l).to(prompts.device)
        losses = word_losses(logits, laid_out.tokens[:, -l:], laid_out.mask[:, -l:], marked)
        loss = losses.auto + self.options.distinctive * losses.distinctive
        count = sum(len(row) for row in tokens)
        return loss, {
            "auto": float(losses.auto.detach()),
            "distinctive": float(losses.distinctive.detach()),
            "distinctive_share": sum(map(sum, marks)) / max(1, count),
            "samples": float(len(asked)),
            "tokens": float(count),
        }

    def _targets(self, batch: SequenceBatch) -> tuple[list[list[int]], list[list[bool]]]:
        """Tokens of each clip that is there, and which of them are of distinctive words."""
        tokens: list[list[int]] = []
        marks: list[list[bool]] = []
        for b, row in enumerate(batch.mask.tolist()):
            places = [n for n, is_there in enumerate(row) if is_there]
            sentences = [batch.sentences[b][n] for n in places]
            names = {name for n in places for name in (*batch.names[b][n], *batch.called[b][n])}
            for n, sentence, words in zip(
                places, sentences, distinctive(sentences, names), strict=True
            ):
                if not sentence.strip():
                    raise ClipsInvalid(
                        f"the sentence of clip {int(batch.numbers[b, n])} is empty",
                        remedy="leave that clip out",
                    )
                own, offsets = self._placed(sentence)
                end = [self.speech.end] if len(own) < self.options.longest else []
                longest = self.options.longest
                tokens.append([*own[:longest], *end])
                marks.append([*of_words(offsets[:longest], words), *[False] * len(end)])
        return tokens, marks


def portraits(batch: SequenceBatch, there: Tensor, asked: Sequence[Prompt]) -> Tensor:
    """[f, C] portraits that the prompts ask for, in their order.

    Args:
        batch: with names and faces.
        there: [b, N] bool, the clips of the prompts.
        asked: one prompt each, row by row.
    """
    rows = [
        batch.faces[b, n, batch.names[b][n].index(name)]
        for (b, n), prompt in zip(there.nonzero().tolist(), asked, strict=True)
        for name in prompt.faces
    ]
    return torch.stack(rows) if rows else batch.faces.new_zeros(0, batch.faces.shape[-1])


def _padded(rows: Sequence[Sequence[bool]], length: int) -> Tensor:
    """[r, length] bool, filled up with false."""
    return torch.tensor([[*row, *[False] * (length - len(row))] for row in rows])
