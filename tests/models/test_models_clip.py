"""CLIP as an embedder: transformers' own numbers, whatever the batch and the padding."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
import torch

from scenewise.core.errors import ComponentMissing, OptionInvalid, UnknownChoice
from scenewise.core.ports import Embedder
from scenewise.models.clip import ClipEmbedder
from scenewise.models.precision import bfloat16_pays, placement

TEXTS = ["a man", "a red car in the street at night", "snow", "two people walks on a beach"]


@pytest.fixture(scope="module")
def embedder(tiny_clip) -> ClipEmbedder:
    return ClipEmbedder(str(tiny_clip), precision="float32", batch_size=2)


def test_vectors_are_unit_and_of_the_port(embedder, pictures):
    assert isinstance(embedder, Embedder)
    for vectors, count in ((embedder.images(pictures), 6), (embedder.texts(TEXTS), 4)):
        assert vectors.shape == (count, embedder.dimension)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert embedder.images([]).shape == (0, embedder.dimension)
    assert embedder.texts([]).shape == (0, embedder.dimension)


def test_vectors_are_those_of_transformers_one_at_a_time(embedder, tiny_clip, pictures):
    from transformers import AutoTokenizer, CLIPImageProcessorPil, CLIPModel

    model = CLIPModel.from_pretrained(tiny_clip).eval()
    tokenizer = AutoTokenizer.from_pretrained(tiny_clip)
    processor = CLIPImageProcessorPil.from_pretrained(tiny_clip)
    with torch.inference_mode():
        texts = [
            model.get_text_features(
                **{
                    k: v
                    for k, v in tokenizer([t], return_tensors="pt").items()
                    if k != "token_type_ids"
                }
            ).pooler_output[0]
            for t in TEXTS
        ]
        images = [
            model.get_image_features(**processor([i], return_tensors="pt")).pooler_output[0]
            for i in pictures
        ]
    for ours, theirs in ((embedder.texts(TEXTS), texts), (embedder.images(pictures), images)):
        plain = torch.nn.functional.normalize(torch.stack(theirs), dim=-1).numpy()
        assert np.ptp(plain @ plain.T) > 0.01, "the vectors must differ"
        np.testing.assert_allclose(ours, plain, atol=1e-5)


def test_a_sentence_is_encoded_once(tiny_clip, monkeypatch):
    embedder = ClipEmbedder(str(tiny_clip), precision="float32")
    encoded: list[str] = []
    encode = embedder._encode
    monkeypatch.setattr(embedder, "_encode", lambda texts: encoded.extend(texts) or encode(texts))
    first = embedder.texts(["a man", "snow", "a man"])
    second = embedder.texts(["snow", "a dog"])
    assert sorted(encoded) == ["a dog", "a man", "snow"]
    np.testing.assert_array_equal(first[0], first[2])
    np.testing.assert_array_equal(first[1], second[0])


def test_a_sentence_longer_than_the_model_reads_is_cut(embedder):
    long = " ".join(["a man runs"] * 50)
    np.testing.assert_allclose(embedder.texts([long]), embedder.texts([long + " snow"]), atol=1e-6)


def test_bfloat16_stays_close_to_float32(tiny_clip, embedder, pictures):
    half = ClipEmbedder(str(tiny_clip), precision="bfloat16")
    near = (half.images(pictures) * embedder.images(pictures)).sum(1)
    assert near.min() > 0.999


def test_siglip_loads_by_the_same_path(tmp_path, tiny_clip, pictures):
    from transformers import SiglipConfig, SiglipImageProcessorPil, SiglipModel

    part = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
    }
    config = SiglipConfig(
        text_config={
            **part,
            "vocab_size": 90,
            "max_position_embeddings": 16,
            "projection_size": 32,
        },
        vision_config={**part, "image_size": 32, "patch_size": 8},
    )
    torch.manual_seed(0)
    SiglipModel(config).save_pretrained(tmp_path)
    SiglipImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(tmp_path)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(tiny_clip / name, tmp_path / name)
    embedder = ClipEmbedder(str(tmp_path), precision="float32")
    alone, together = embedder.texts(["a man"]), None
    again = ClipEmbedder(str(tmp_path), precision="float32")
    together = again.texts(["a man", "a red car in the street"])
    np.testing.assert_allclose(alone[0], together[0], atol=1e-5)
    assert embedder.images(pictures).shape == (6, 32)
    # as it was trained: the sentence is filled up, and the filling is not hidden
    ids = embedder._tokenizer(["a man"], padding="max_length", max_length=16, return_tensors="pt")
    with torch.inference_mode():
        plain = SiglipModel.from_pretrained(tmp_path).eval().get_text_features(ids["input_ids"])
    plain = torch.nn.functional.normalize(plain.pooler_output, dim=-1).numpy()
    np.testing.assert_allclose(alone, plain, atol=1e-5)
    np.testing.assert_allclose(again.texts(["A Man"]), plain, atol=1e-5)


def test_a_captioner_is_no_embedder(tiny_blip):
    with pytest.raises(OptionInvalid, match="blip"):
        ClipEmbedder(str(tiny_blip))


def test_the_precision_is_measured_once_and_can_be_chosen(monkeypatch):
    from scenewise.models import precision

    speeds = iter([1.0, 0.4, 1.0, 0.9])  # float32, bfloat16, float32, bfloat16
    monkeypatch.setattr(precision, "_speed", lambda dtype: next(speeds))
    bfloat16_pays.cache_clear()
    assert placement("cpu").dtype == torch.bfloat16
    assert placement("cpu").dtype == torch.bfloat16, "asked again, not measured again"
    bfloat16_pays.cache_clear()
    assert placement("cpu").dtype == torch.float32, "a tenth faster is not worth the rounding"
    bfloat16_pays.cache_clear()
    assert placement("cpu", "bfloat16").dtype == torch.bfloat16


def test_devices_that_are_not_there_and_words_that_mean_nothing_are_told(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ComponentMissing, match="cuda"):
        placement("cuda")
    with pytest.raises(UnknownChoice):
        placement("tpu")
    with pytest.raises(UnknownChoice):
        placement("cpu", "float8")


@pytest.mark.parametrize("name", ["clip-vit-base-patch32", "clip-vit-large-patch14"])
def test_the_real_tokenizers_and_preprocessing_load(data, name, pictures):
    """With the true files of the hub: the end mark, the limit of 77 and the 224 pixels."""
    from transformers import AutoTokenizer, CLIPImageProcessorPil

    from scenewise.models.loading import load_part

    folder = data / "checkpoints" / name
    tokenizer = load_part(AutoTokenizer, folder)
    ids = tokenizer(["a photo of a cat"])["input_ids"][0]
    assert ids == [49406, 320, 1125, 539, 320, 2368, 49407]
    cut = tokenizer([" ".join(["cat"] * 100)], truncation=True, max_length=77)["input_ids"][0]
    assert len(cut) == 77
    assert cut[-1] == 49407
    pixels = load_part(CLIPImageProcessorPil, folder)(pictures[:1], return_tensors="pt")
    assert tuple(pixels["pixel_values"].shape) == (1, 3, 224, 224)
