"""Features are the last map before pooling."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from scenewise.charades.errors import FeaturesInvalid
from scenewise.charades.features import GridEncoder, flattened
from scenewise.core.errors import ModelMissing, OptionInvalid


def pictures(count: int) -> list[np.ndarray]:
    rng = np.random.default_rng(3)
    return [
        np.kron(rng.integers(0, 256, (6, 8, 3)), np.ones((20, 20, 1))).astype(np.uint8)
        for _ in range(count)
    ]


@pytest.fixture(scope="module")
def pocket() -> GridEncoder:
    return GridEncoder("pocket", device="cpu", precision="float32", batch_size=2)


def test_features_of_pocket_pool_to_its_own_pooled_output(pocket: GridEncoder) -> None:
    images = pictures(3)
    features = pocket.features(images)
    assert features.shape == (3, *pocket.shape)
    assert features.dtype == np.float32
    assert pocket.shape == (3, 3, 256)
    assert pocket.size == 2304
    pooled = pocket.pooled(images)
    assert pooled.std() > 0.01
    assert features.mean(axis=(1, 2)) == pytest.approx(pooled, abs=1e-4)
    # what a batch holds beside a picture makes no difference
    assert pocket.features(images[2:]) == pytest.approx(features[2:], abs=1e-4)
    assert pocket.features([]).shape == (0, 3, 3, 256)
    assert pocket.pooled([]).shape == (0, 256)


@pytest.fixture(scope="module")
def resnet50(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """ResNet-50 as it is published, but untrained, with the classifier that is to be left out."""
    from transformers import (
        ConvNextImageProcessorPil,
        ResNetConfig,
        ResNetForImageClassification,
    )

    folder = tmp_path_factory.mktemp("resnet-50")
    torch.manual_seed(0)
    ResNetForImageClassification(ResNetConfig()).save_pretrained(folder)
    ConvNextImageProcessorPil(size={"shortest_edge": 224}, crop_pct=0.875).save_pretrained(folder)
    return folder


@pytest.mark.slow
def test_resnet_50_gives_the_numbers_of_the_paper(resnet50: Path) -> None:
    encoder = GridEncoder(str(resnet50), device="cpu", precision="float32")
    assert encoder.shape == (7, 7, 2048)
    assert encoder.size == 100_352
    images = pictures(2)
    features = encoder.features(images)
    assert flattened(features).shape == (2, 100_352)
    assert features.mean(axis=(1, 2)) == pytest.approx(encoder.pooled(images), rel=1e-3, abs=1e-4)


def test_a_model_of_another_kind_or_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "clip"}))
    (tmp_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(OptionInvalid, match="grid"):
        GridEncoder(str(tmp_path))
    with pytest.raises(ModelMissing):
        GridEncoder("owner/none", allow_download=False)


def test_flattening_keeps_frames_apart_and_refuses_what_is_no_number() -> None:
    maps = np.arange(24, dtype=np.float32).reshape(2, 2, 2, 3)
    assert flattened(maps).tolist() == [list(range(12)), list(range(12, 24))]
    assert flattened(maps[:0]).shape == (0, 12)
    with pytest.raises(FeaturesInvalid, match="float32"):
        flattened(np.full((1, 1, 1, 2), np.nan))
    with pytest.raises(FeaturesInvalid, match="h, w, c"):
        flattened(np.ones((2, 3)))
