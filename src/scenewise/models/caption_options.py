"""What can be asked of a captioner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from scenewise.core.options import Checked, option
from scenewise.models.catalogue import BLIP_LARGE, CLIP_LARGE, SMALL_VLM

MODES: Final = ("distinct", "paper")


@dataclass(frozen=True)
class CaptionOptions(Checked):
    """Options of every captioner that takes any; each looks at those that concern it."""

    mode: str = option(
        "distinct",
        "distinct (what sets a key frame apart) or paper (one caption, as in the paper)",
        choices=MODES,
        group="Captions",
    )
    blip: str = option(
        BLIP_LARGE, "captioner weights: a hub name, a folder, or pocket", group="Captions"
    )
    clip: str = option(
        CLIP_LARGE, "CLIP weights: a hub name, a folder, or pocket", group="Captions"
    )
    vlm_model: str = option(
        SMALL_VLM, "vision-language weights: a hub name or a folder", group="Captions"
    )
    model: str = option(
        "", "weights of any other captioner: what stands behind its name and a colon",
        group="Captions",
    )  # fmt: skip
    portraits: str = option(
        "", "a folder of pictures named as the people in them, of whom a captioner that takes "
        "portraits is told where they are seen",
        group="Captions",
    )  # fmt: skip
    candidates: int = option(
        5, "sentences proposed for each key frame", low=1, high=32, group="Captions"
    )
    batch_size: int = option(
        8, "key frames that go through the models at once", low=1, high=256, group="Captions"
    )
    distinctness: float = option(
        0.5,
        "how much it counts that a sentence fits the neighbouring key frames less",
        low=0.0,
        high=1.0,
        group="Captions",
    )
    neighbours: int = option(
        2, "key frames before and after that it is compared with", low=0, high=16, group="Captions"
    )
    repetition: float = option(
        0.05,
        "what saying the last sentences again costs, in cosine",
        low=0.0,
        high=1.0,
        group="Captions",
    )
    refine: bool = option(
        True, "add a setting, time or action where the picture shows it", group="Captions"
    )
    first_clause: bool = option(True, "keep what stands before the first comma", group="Captions")
    max_tokens: int = option(
        25, "length of a sentence at most", low=4, high=256, unit="tokens", group="Captions"
    )
    frames: int = option(
        4, "frames of a shot that the vision-language model sees", low=1, high=16, group="Captions"
    )
    seed: int = option(0, "seed of the sampled sentences", low=0, group="Captions")
    device: str = option(
        "auto",
        "where models run",
        choices=("auto", "cpu", "cuda", "mps"),
        group="Captions",
    )
    precision: str = option(
        "auto",
        "number format of models; auto takes what was measured to be faster",
        choices=("auto", "float32", "bfloat16"),
        group="Captions",
    )
