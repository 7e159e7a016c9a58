"""Both stages on toys, in processes that share them.

Run as a script, it is one of those processes: `distinctad_shared.py FOLDER`, where the folder has
the CLIP to begin with.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from distinctad_toys import CHANNELS, film_sequences, toy_options

from scenewise.distinctad.adapting import FramesAndSentences, adapt
from scenewise.distinctad.language import load_language
from scenewise.distinctad.narrator import Narrator
from scenewise.distinctad.narrator_training import train_narrator
from scenewise.distinctad.options import AdaptationOptions, NarratorTraining
from scenewise.training.launching import together
from scenewise.training.options import TrainingOptions

SENTENCES = (
    "a man walks",
    "the woman sits on a chair",
    "a dog runs on the beach",
    "a red car in the street",
    "a child holds a cup",
    "a man walks",
    "snow",
)


def frames_and_sentences() -> FramesAndSentences:
    pixels = np.random.default_rng(0).integers(0, 256, (7, 3, 32, 32, 3), np.uint8)
    return FramesAndSentences(pixels, SENTENCES)


def run(clip: Path, folder: Path) -> None:
    """Stage I over five of seven clips at a time, Stage II over three sequences."""
    options = AdaptationOptions(batch=5, chunk=2)
    # with a small epsilon Adam makes steps of what is nothing but rounding: keys' biases have no
    # gradient
    same = {"steps": 3, "learning_rate": 0.1, "precision": "float32", "epsilon": 1.0}
    training = replace(options.training, **same)
    clips = frames_and_sentences()
    adapt(
        clips, clip, replace(options, training=training), folder / "stage1",
        validation=clips, device="cpu",
    )  # fmt: skip
    narrator = Narrator(load_language("pocket"), CHANNELS, toy_options(faces_from=1), seed=3)
    training = TrainingOptions(**same, clip=1.0)
    train_narrator(
        narrator, film_sequences(batch=3), NarratorTraining(training=training),
        folder / "stage2", validation=film_sequences(2),
    )  # fmt: skip


def main() -> None:
    torch.set_num_threads(1)
    folder = Path(sys.argv[1])
    with together("cpu"):
        run(folder / "clip", folder / "two")


if __name__ == "__main__":
    main()
