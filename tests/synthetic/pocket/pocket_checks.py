"""What every run of the recipe ends with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scenewise.models import hub
from scenewise.models.blip import BlipGenerator
from scenewise.models.clip import ClipEmbedder

MODELS = ("embedder", "captioner", "language", "grid")


def check_models(folder: Path) -> None:
    """All four are whole models with a card, and can be used."""
    for name in MODELS:
        assert hub.resolve(str(folder / name), job=name) == folder / name
        assert (folder / name / "README.md").read_text(encoding="utf-8").startswith("---\n")
    picture = np.random.default_rng(0).integers(0, 255, (96, 96, 3)).astype(np.uint8)
    embedder = ClipEmbedder(str(folder / "embedder"))
    assert np.linalg.norm(embedder.images([picture])) == pytest.approx(1, abs=1e-3)
    assert BlipGenerator(str(folder / "captioner")).propose([picture], 1)
    from transformers import AutoModelForCausalLM, AutoTokenizer, ViTImageProcessorPil
    from transformers import ResNetForImageClassification as Grid

    language = AutoModelForCausalLM.from_pretrained(folder / "language", dtype="float32")
    words = AutoTokenizer.from_pretrained(folder / "language")("Anna walks", return_tensors="pt")
    assert language(input_ids=words["input_ids"]).logits.isfinite().all()
    grid = Grid.from_pretrained(folder / "grid", dtype="float32").eval()
    pixels = ViTImageProcessorPil.from_pretrained(folder / "grid")(picture, return_tensors="pt")
    assert grid(**pixels).logits.shape == (1, 23)
