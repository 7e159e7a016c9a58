"""Small checkpoints (`model_makers`) and pictures that the tests of models share."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from model_makers import make_blip, make_clip, make_vlm


def picture(seed: int, height: int = 60, width: int = 80) -> np.ndarray:
    """A blocky picture, different for every seed, uint8 H×W×3."""
    random = np.random.default_rng(seed)
    blocks = random.integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return np.ascontiguousarray(
        blocks.repeat(-(-height // 6), 0).repeat(-(-width // 8), 1)[:height, :width]
    )


@pytest.fixture(scope="session")
def tiny_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip"))


@pytest.fixture(scope="session")
def tiny_blip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_blip(tmp_path_factory.mktemp("blip"))


@pytest.fixture(scope="session")
def pictures() -> list[np.ndarray]:
    return [picture(seed) for seed in range(6)]


@pytest.fixture(scope="session")
def tiny_vlm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_vlm(tmp_path_factory.mktemp("vlm"))
