"""Sentences read back from CLIP's text features by a frozen language model (appendix A).

Fang et al. 2025, figure A.1: a sentence goes through CLIP's frozen text tower; its [CLS] vector
alone, or the vectors of all its words, go through "a learnable single-layer projector" and stand
before <BOS>; GPT-2 shall write the sentence again, under the loss of equation 11 without visual
prompt. How well it does tells how much of a sentence is in those vectors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from scenewise.distinctad.errors import ClipsInvalid
from scenewise.distinctad.language import Language
from scenewise.distinctad.options import SpeakingOptions
from scenewise.distinctad.prompts import VISUAL, Laid, Prompt, filled, laid
from scenewise.distinctad.speaking import continued
from scenewise.distinctad.towers import Read
from scenewise.distinctad.wording_losses import word_losses
from scenewise.training.modes import evaluating
from scenewise.training.randomness import own_gpu

CLS, WORDS = "cls", "words"
INPUTS: Final = (CLS, WORDS)
"""What the language model is given of a sentence: one vector, or one for each token."""


class Given(NamedTuple):
    """Vectors of r sentences.

    Args:
        vectors: [s, C], those of all sentences one after the other.
        counts: how many each has.
    """

    vectors: Tensor
    counts: tuple[int, ...]


def given(read: Read, which: str) -> Given:
    """Of what the text tower makes of sentences, what the language model is given."""
    if which == CLS:
        return Given(read.sentences, (1,) * len(read.sentences))
    return Given(read.words[read.mask], tuple(read.mask.sum(dim=1).tolist()))


class Reader(nn.Module):
    """A frozen language model behind a projector, which alone is trained.

    Args:
        language: what writes. Its model becomes a part of this one.
        channels: C, of CLIP's embeddings.
        longest: tokens of a sentence, after which it is cut.
        seed: where the first weights come from.
    """

    def __init__(
        self, language: Language, channels: int, *, longest: int = 64, seed: int = 0
    ) -> None:
        super().__init__()
        self.speech, self.longest = language, longest
        self.language: Any = language.model
        with torch.random.fork_rng(devices=own_gpu()):
            torch.manual_seed(seed)
            projector = nn.Linear(channels, language.width)
            # prompts as long as the words they stand among
            nn.init.normal_(projector.weight, std=language.spread / channels**0.5)
            nn.init.zeros_(projector.bias)
        # vectors of any length come in; the norm has no weights, so that the layer is single
        self.entering = nn.LayerNorm(channels, elementwise_affine=False)
        self.projector = projector.to(language.model.get_input_embeddings().weight.device)

    def embedded(self, shown: Given, laid_out: Laid) -> Tensor:
        """What the language model is given: [r, p + l, D].

        Raises:
            ClipsInvalid: that is more than it can read.
        """
        if laid_out.tokens.shape[1] > self.speech.longest:
            raise ClipsInvalid(
                f"a sentence and what stands before it have {laid_out.tokens.shape[1]} tokens, and "
                f"the language model reads {self.speech.longest}",
                remedy="cut sentences shorter: --longest",
            )
        embeddings = self.language.get_input_embeddings()(laid_out.tokens)
        projected = self.projector(self.entering(shown.vectors.float()))
        return filled(embeddings, laid_out, projected, projected[:0])

    def forward(self, shown: Given, sentences: Sequence[str]) -> tuple[Tensor, dict[str, float]]:
        """The loss of r sentences (equation 11), in nats a token, and its figures."""
        end, most = self.speech.end, self.longest
        told = [self.speech.encode(sentence) for sentence in sentences]
        tokens = [[*own[:most], *([end] if len(own) < most else [])] for own in told]
        laid_out = laid(self._prompts(shown), tokens, shown.vectors.device)
        logits = self.language(
            inputs_embeds=self.embedded(shown, laid_out),
            attention_mask=laid_out.mask.long(),
            position_ids=laid_out.positions,
            logits_to_keep=laid_out.following + 1,
            use_cache=False,
        ).logits[:, :-1]  # [r, l, V]
        l = laid_out.following  # noqa: E741
        mask = laid_out.mask[:, -l:]
        loss = word_losses(logits, laid_out.tokens[:, -l:], mask, torch.zeros_like(mask)).auto
        count = sum(map(len, tokens))
        return loss, {"samples": float(len(sentences)), "tokens": float(count)}

    def read_back(self, shown: Given, options: SpeakingOptions) -> list[str]:
        """The likeliest sentence of each of r.

        Args:
            shown: their vectors.
            options: how it writes.
        """
        with evaluating(self):
            laid_out = laid(self._prompts(shown), [], shown.vectors.device)
            ways = continued(self.speech, self.embedded(shown, laid_out), laid_out.mask, options)
        return [found[0].text for found in ways]

    def _prompts(self, shown: Given) -> list[Prompt]:
        return [Prompt([VISUAL] * count + [self.speech.begin], []) for count in shown.counts]


ReadSentences = Callable[[Sequence[str]], Read]
"""CLIP's text tower, `Towers.read`."""


def sentence_batches(
    sentences: Sequence[str], size: int, seed: int
) -> tuple[Callable[[int], dict[str, Any]], int]:
    """Batches by number, every epoch in another order, and how many an epoch has; its last, smaller
    one is left out unless it is the only one."""
    size = min(size, len(sentences))
    per_epoch = len(sentences) // size

    def batch(number: int) -> dict[str, Any]:
        epoch, place = divmod(number, per_epoch)
        order = np.random.default_rng([seed, epoch]).permutation(len(sentences))
        return {"sentences": [sentences[k] for k in order[place * size : (place + 1) * size]]}

    return batch, per_epoch


def reading_loss(
    reader: Reader, batch: Mapping[str, Any], towers: ReadSentences, which: str
) -> tuple[Tensor, dict[str, float]]:
    """The loss of a batch of `sentence_batches`."""
    sentences = batch["sentences"]
    loss, figures = reader(given(towers(sentences), which), sentences)
    return loss, {"samples": figures["samples"]}


def held_out_loss(
    reader: Reader, sentences: Sequence[str], towers: ReadSentences, which: str, size: int = 64
) -> float:
    """Nats a token of sentences, all tokens alike."""
    total = tokens = 0.0
    for first in range(0, len(sentences), size):
        part = sentences[first : first + size]
        loss, figures = reader(given(towers(part), which), part)
        total += float(loss.detach()) * figures["tokens"]
        tokens += figures["tokens"]
    return total / tokens


def read_all_back(
    reader: Reader,
    sentences: Sequence[str],
    towers: ReadSentences,
    which: str,
    options: SpeakingOptions,
    advance: Callable[[float], None] = lambda done: None,
) -> list[str]:
    """Sentences read back from their own features.

    Args:
        reader: trained.
        sentences: as they are.
        towers: the text tower.
        which: one of `INPUTS`.
        options: how it writes; so many `rows` at once.
        advance: told how many are done.
    """
    found: list[str] = []
    for first in range(0, len(sentences), options.rows):
        part = sentences[first : first + options.rows]
        found += reader.read_back(given(towers(part), which), options)
        advance(len(found))
    return found


def nearest(
    known: Sequence[str], sentences: Sequence[str], towers: ReadSentences, size: int = 256
) -> list[str]:
    """Of each sentence the known one whose [CLS] vector is most like its own: what finds a
    sentence in the training set would find."""

    def unit(texts: Sequence[str]) -> Tensor:
        parts = [
            towers(texts[first : first + size]).sentences.float()
            for first in range(0, len(texts), size)
        ]
        return nn.functional.normalize(torch.cat(parts), dim=-1)

    choices = list(dict.fromkeys(known))
    there = unit(choices)
    found: list[str] = []
    for first in range(0, len(sentences), size):
        best = (unit(sentences[first : first + size]) @ there.T).argmax(dim=1)
        found += [choices[k] for k in best.tolist()]
    return found
