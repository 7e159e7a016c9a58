"""The card of each pocket model: what it is, what it learnt from, how good it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_ABOUT: Final[Mapping[str, tuple[str, str, str]]] = {
    "embedder": (
        "Pocket CLIP",
        "`transformers.CLIPModel` with a tokenizer of its own: 2.3 million weights, pictures of "
        "96 × 96 pixels, vectors of 128 numbers.",
        "It learns to see first (who and what is in each patch, which limbs, what they do, what "
        "fills each slot), then to tell true sentences from false ones that differ in one slot. "
        "One picture in eight is not of the drawn world. Figures: how often the true sentence "
        "comes first among all that differ from it in one slot only.",
    ),
    "captioner": (
        "Pocket BLIP",
        "`transformers.BlipForConditionalGeneration`: 2.2 million weights, pictures of 96 × 96 "
        "pixels.",
        "Its vision tower starts from the pocket CLIP's; the whole learns captions by "
        "cross-entropy. Figures: how often the greedy caption names exactly the right one.",
    ),
    "language": (
        "Pocket GPT-2",
        "`transformers.GPT2LMHeadModel`: 0.7 million weights, 512 places.",
        "It reads the descriptions of drawn films, one sentence a line. Figure: perplexity a "
        "token on films it has not read.",
    ),
    "grid": (
        "Pocket ResNet",
        "`transformers.ResNetForImageClassification` with the bottlenecks of ResNet-50: 0.2 "
        "million weights.",
        "It learns all slots of a picture from one vector; the classifier names the action. "
        "Figure: share of held-out pictures whose action it names.",
    ),
}


def card(name: str, recipe: Mapping[str, Any], figures: Mapping[str, float]) -> str:
    """The README.md of a model, with the header that model hubs read."""
    title, what, how = _ABOUT[name]
    steps = ", ".join(f"{key} {value}" for key, value in recipe.items())
    rows = "\n".join(f"| {key} | {value} |" for key, value in figures.items())
    return f"""---
license: apache-2.0
library_name: transformers
---

# {title}

{what}

**Data.** Frames of films that Scenewise draws itself: twelve people, twenty things, twelve
places, twenty-two actions. No picture of the real world. Held out for the figures: unseen
seeds, and one in eight combinations of who does what where.

**Recipe.** {how} `scenewise synth train` repeats it on two cores: {steps}.

| held out | |
|---|---|
{rows}

**Not for** pictures of the real world, which it must refuse (the confidence of what is said of
them is too low to be voiced), nor for any judgement of what the large models can do. It is there
so that the whole of Scenewise can be run and checked without them.
"""
