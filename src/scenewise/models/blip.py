"""BLIP proposes sentences for pictures (Li et al. 2022; the paper's captioner, §4.3)."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scenewise.core.media_types import Image
from scenewise.core.progress import Progress
from scenewise.models import hub
from scenewise.models.catalogue import BLIP_LARGE
from scenewise.models.loading import load_model, load_part
from scenewise.models.precision import placement

_NON_WORD: Final = re.compile(r"\b(?P<article>an?\s+)?(?:ara+f|arr+af)\w*\b\s*(?P<next>\w*)")
_SEEN: Final = 4
"""Pictures in the vision tower at once: more are no faster on a processor. Decoding wants more
rows, because each step reads all of the decoder's weights, however few there are."""

_PLURAL: Final = re.compile(r"(people|men|women|children|\w{2,}(?<!s)s)$")


@dataclass(frozen=True)
class Proposal:
    """One sentence of the captioner.

    Args:
        text: cleaned, lower case as the model writes it.
        log_probability: of the whole sentence given the picture; natural logarithm.
        words: tokens it was made of, the end mark included.
    """

    text: str
    log_probability: float
    words: int


class BlipGenerator:
    """Proposes several sentences a picture: the likeliest word by word, the best of a beam
    search, and seeded samples for variety.

    Args:
        model: a hub name, a folder, or `pocket`.
        seed: of the samples.
        batch_size: pictures that go through the model at once.
        longest, shortest: tokens of a sentence.
        no_repeat: no run of so many tokens comes twice in a sentence; 0 allows it.
        device, precision, allow_download, progress: as for `ClipEmbedder`.

    Raises:
        ModelMissing: the weights are neither here nor to be had, or are damaged.
        OptionInvalid: the model is not a BLIP captioner.
    """

    def __init__(
        self,
        model: str = BLIP_LARGE,
        *,
        seed: int = 0,
        batch_size: int = 8,
        longest: int = 25,
        shortest: int = 3,
        no_repeat: int = 3,
        device: str = "auto",
        precision: str = "auto",
        allow_download: bool = True,
        progress: Progress | None = None,
    ) -> None:
        folder = hub.resolve(
            model, job="captioner", allow_download=allow_download, progress=progress
        )
        from transformers import AutoTokenizer, BlipForConditionalGeneration, BlipImageProcessorPil

        from scenewise.models.decoding import Plan

        self.name = model
        self.folder = folder
        self.seed = seed
        self.batch_size = batch_size
        self._place = placement(device, precision)
        self._model = load_model(BlipForConditionalGeneration, folder, self._place)
        self._tokenizer = load_part(AutoTokenizer, folder)
        self._processor = load_part(BlipImageProcessorPil, folder)
        words = self._model.config.text_config
        self._marks = {
            "begin": int(words.bos_token_id),
            "end": int(words.sep_token_id),
            "pad": int(words.pad_token_id),
        }
        limit = int(words.max_position_embeddings)
        self.plan = Plan(
            longest=min(longest, limit), shortest=min(shortest, longest), no_repeat=no_repeat
        )

    def propose(self, images: Sequence[Image], count: int = 5) -> list[list[Proposal]]:
        """Up to `count` different sentences for each picture, in the order greedy, best beam,
        samples, further beams. Fewer where the model does not find as many.

        The same picture gets the same sentences whatever the others in the call.
        """
        beams = 3 if count > 1 else 0
        plan = replace(self.plan, beams=beams, samples=max(0, count - 2))
        found: list[list[Proposal]] = []
        for first in range(0, len(images), self.batch_size):
            found += self._batch(images[first : first + self.batch_size], plan, count)
        return found

    def _batch(self, images: Sequence[Image], plan: Any, count: int) -> list[list[Proposal]]:
        import torch

        from scenewise.models import blip_network
        from scenewise.models.decoding import decode

        pixels = self._processor(list(images), return_tensors="pt")["pixel_values"]
        chances = torch.from_numpy(
            np.stack([self._chances(image, plan.samples, plan.longest) for image in images])
        ).to(self._place.device)
        with torch.inference_mode():
            pixels = pixels.to(self._place.device, self._place.dtype)
            states = torch.cat(
                [blip_network.encode_images(self._model, part) for part in pixels.split(_SEEN)]
            )
            memory = blip_network.begin(self._model, states, plan.rows, plan.longest)
            out = decode(
                lambda words: blip_network.step(self._model, words, memory),
                memory.reorder,
                plan,
                chances,
                **self._marks,
            )
        tokens = out.tokens.cpu().flatten(0, 1)
        texts = self._tokenizer.batch_decode(tokens, skip_special_tokens=True)
        sums, lengths = out.log_probability.cpu().numpy(), out.length.cpu().numpy()
        results = []
        for i in range(len(images)):
            rows = [
                Proposal(
                    clean_caption(texts[i * plan.rows + row]),
                    float(sums[i, row]),
                    int(lengths[i, row]),
                )
                for row in range(plan.rows)
            ]
            beams = sorted(
                rows[1 : 1 + plan.beams], key=lambda p: -p.log_probability / max(p.words, 1)
            )
            ordered = [rows[0], *beams[:1], *rows[1 + plan.beams :], *beams[1:]]
            unique = {p.text: p for p in reversed(ordered) if p.text}
            results.append([unique[t] for t in dict.fromkeys(p.text for p in ordered) if t][:count])
        return results

    def _chances(self, image: Image, samples: int, longest: int) -> npt.NDArray[np.float32]:
        mark = zlib.crc32(image.tobytes())
        random = np.random.default_rng([self.seed, mark])
        # Drawn word by word, so that a longer limit does not change a shorter sentence.
        return random.random((longest, samples), dtype=np.float32).T


def clean_caption(text: str) -> str:
    """A sentence of a captioner as a person would write it down.

    Takes out the non-word `arafed` (and its spellings) that BLIP-large learnt from its data,
    words said twice in a row, and the blanks that tokenizers leave around punctuation.
    """
    text = _NON_WORD.sub(_mended, " ".join(text.split()))
    text = re.sub(r"\b(\w+)(?: \1\b)+", r"\1", text)
    text = re.sub(r"\s+([,.;:!?])", r"\1", text)
    text = re.sub(r"\s*'\s*(s|t|re|ve|ll|d|m)\b", r"'\1", text)
    text = re.sub(r"(?<=\w) - (?=\w)", "-", text)
    return " ".join(text.split()).strip(" ,;:.-")


def _mended(match: re.Match[str]) -> str:
    following = match["next"]
    at_start = match.start() == 0
    if not following or following in {"a", "an", "the"}:
        return following
    if (match["article"] or at_start) and not _PLURAL.match(following):
        return f"{'an' if following[0] in 'aeiou' else 'a'} {following}"
    return following
