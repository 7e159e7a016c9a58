"""How good the pocket models are, slot by slot, through the code that users' models run in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from scenewise.core.media_types import Image
from scenewise.models.blip import BlipGenerator
from scenewise.models.clip import ClipEmbedder
from scenewise.synthetic.grammar import alternatives, canonical, slots_in
from scenewise.synthetic.pocket.examples import Examples
from scenewise.synthetic.world import Event, Slot

JUDGED: Final[tuple[Slot, ...]] = ("person", "action", "object", "setting", "other")


@dataclass
class Tally:
    """Right answers of each slot.

    Args:
        right, asked: by slot.
    """

    right: dict[Slot, int] = field(default_factory=dict)
    asked: dict[Slot, int] = field(default_factory=dict)

    def count(self, slot: Slot, right: bool) -> None:
        """One more answer."""
        self.asked[slot] = self.asked.get(slot, 0) + 1
        self.right[slot] = self.right.get(slot, 0) + int(right)

    @property
    def shares(self) -> Mapping[Slot, float]:
        """Share of right answers by slot, 0 to 1."""
        return {slot: self.right[slot] / asked for slot, asked in self.asked.items()}


def judge_clip(folder: Path | str, examples: Examples) -> Tally:
    """How often the true sentence comes first among all that differ from it in one slot.

    Args:
        folder: a CLIP checkpoint, or `pocket`.
        examples: pictures with their truth; those not of the world are left out.
    """
    embedder = ClipEmbedder(str(folder), batch_size=64)
    images, events = of_the_world(examples)
    views = embedder.images(images)
    tally = Tally()
    for view, event in zip(views, events, strict=True):
        for slot in JUDGED:
            wrong = alternatives(event, slot)
            if wrong:
                told = embedder.texts([canonical(one) for one in (event, *wrong)])
                cosines = told @ view
                tally.count(slot, bool(cosines[0] > cosines[1:].max()))
    return tally


def judge_captions(folder: Path | str, examples: Examples) -> tuple[Tally, list[str]]:
    """How often a caption names the right one, for each slot of the event, and the captions.

    Args:
        folder: a BLIP checkpoint, or `pocket`.
        examples: pictures with their truth; those not of the world are left out.
    """
    generator = BlipGenerator(str(folder), batch_size=32)
    images, events = of_the_world(examples)
    texts = [found[0].text if found else "" for found in generator.propose(images, 1)]
    tally = Tally()
    for text, event in zip(texts, events, strict=True):
        for slot, right in caption_slots(text, event).items():
            tally.count(slot, right)
    return tally, texts


def caption_slots(text: str, event: Event) -> dict[Slot, bool]:
    """Whether a sentence names exactly the right one, for each slot that the event has."""
    found = slots_in(text)
    truth: dict[Slot, str] = {
        "person": event.person,
        "action": event.action,
        "object": event.object,
        "setting": event.setting,
        "other": event.other,
    }
    return {slot: found[slot] == {name} for slot, name in truth.items() if name}


def of_the_world(examples: Examples) -> tuple[list[Image], list[Event]]:
    """The pictures that show an event, and the events."""
    rows = [k for k, event in enumerate(examples.events) if event is not None]
    events: Sequence[Event | None] = examples.events
    return (
        [examples.images[k] for k in rows],
        [event for event in events if event is not None],
    )


def perplexity(folder: Path | str, texts: Sequence[str]) -> float:
    """How many words a language model hesitates between, a token of held-out texts.

    Args:
        folder: a causal language model's checkpoint.
        texts: of whole films.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from scenewise.models.loading import load_model, load_part
    from scenewise.models.precision import placement

    model = load_model(AutoModelForCausalLM, Path(folder), placement("cpu", "float32"))
    tokenizer = load_part(AutoTokenizer, Path(folder))
    longest = int(model.config.n_positions)
    total, count = 0.0, 0
    with torch.inference_mode():
        for text in texts:
            ids = [tokenizer.eos_token_id, *tokenizer(text)["input_ids"]][:longest]
            row = torch.tensor([ids])
            total += float(
                model(input_ids=row, attention_mask=torch.ones_like(row), labels=row).loss
            ) * (len(ids) - 1)
            count += len(ids) - 1
    return float(np.exp(total / max(1, count)))
