"""The model of a collection: every kind opens by the same door and is known again."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from model_makers import make_clip
from scenewise.collection.errors import StoreOfAnotherModel
from scenewise.collection.eyes import is_blind, open_again, open_eyes, sharing_cores
from scenewise.collection.place import check_mark
from scenewise.core.errors import ModelMissing, OptionInvalid
from scenewise.models.catalogue import CLIP_OPENAI_BASE, SIGLIP2_BASE, located
from scenewise.models.hub_network import cache_root
from sentence_towers import make_sentence_tower

SUMMARY = "clarity-colour 5"


@pytest.fixture(scope="session")
def clip(tmp_path_factory) -> Path:
    """A small checkpoint of CLIP, whose vectors have 16 numbers."""
    return make_clip(tmp_path_factory.mktemp("clip"))


@pytest.fixture(scope="session")
def tower(tmp_path_factory) -> Path:
    """A small text tower for it."""
    return make_sentence_tower(tmp_path_factory.mktemp("tower"))


@pytest.fixture(scope="session")
def siglip(tmp_path_factory, clip) -> Path:
    """A small SigLIP, saved as SigLIP 2 base is."""
    import torch
    from transformers import SiglipConfig, SiglipImageProcessorPil, SiglipModel

    folder = tmp_path_factory.mktemp("siglip")
    part = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 1,
        "num_attention_heads": 4,
    }
    text = {**part, "vocab_size": 90, "max_position_embeddings": 16, "projection_size": 32}
    vision = {**part, "image_size": 32, "patch_size": 8}
    torch.manual_seed(0)
    SiglipModel(SiglipConfig(text_config=text, vision_config=vision)).save_pretrained(folder)
    SiglipImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(clip / name, folder / name)
    return folder


def _fetched(name: str, folder: Path, revision: str = "main") -> None:
    """Put a model into the hub's cache under a name."""
    home = cache_root() / f"models--{name.replace('/', '--')}"
    (home / "refs" / revision).parent.mkdir(parents=True, exist_ok=True)
    (home / "refs" / revision).write_text("0" * 40)
    shutil.copytree(folder, home / "snapshots" / ("0" * 40))


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    """An empty cache of the hub."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    assert str(cache_root()).startswith(str(tmp_path))
    return tmp_path


def _checked(name: str) -> str:
    """Open a model, use both its towers, open it again from its mark; its revision."""
    eyes = open_eyes(name, SUMMARY, allow_download=False)
    assert eyes.embedder is not None
    assert eyes.note == ""
    picture = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    seen = eyes.embedder.images([picture])
    told = eyes.embedder.texts(["a red car"])
    assert seen.shape == told.shape == (1, eyes.mark.dimension)
    assert np.linalg.norm(seen) == pytest.approx(1, abs=1e-3)
    again = open_again(eyes.mark, allow_download=False)
    assert again.mark == eyes.mark
    check_mark(Path("store"), eyes.mark, again.mark)
    return eyes.mark.revision


def test_folders_of_every_kind_and_pairs_open_by_one_door(clip, tower, siglip):
    revisions = {_checked(str(clip)), _checked(str(siglip)), _checked(f"{clip}+{tower}")}
    assert len(revisions) == 3
    assert all(len(revision) == 64 for revision in revisions)


@pytest.mark.slow
def test_the_pocket_model_opens_by_the_same_door():
    assert len(_checked("pocket")) == 64


def test_registered_names_are_those_of_the_hub_at_their_revision(cache, clip, siglip):
    _, revision = located(CLIP_OPENAI_BASE)
    assert revision != "main", "the main branch has no safetensors"
    _fetched(CLIP_OPENAI_BASE, clip, revision)
    _fetched(SIGLIP2_BASE, siglip)
    assert _checked("clip-ViT-B-32") == _checked(CLIP_OPENAI_BASE) == _checked(str(clip))
    assert _checked("siglip2") == _checked(SIGLIP2_BASE) == _checked(str(siglip))


def test_a_pair_of_registered_names_is_the_default(cache, clip, tower):
    source, revision = located("clip-ViT-B-32")
    _fetched(source, clip, revision)
    source, revision = located("clip-ViT-B-32-multilingual-v1")
    _fetched(source, tower, revision)
    pair = _checked("clip-ViT-B-32+clip-ViT-B-32-multilingual-v1")
    assert pair == _checked("multilingual")
    assert open_eyes("", SUMMARY, allow_download=False).mark.name == "multilingual"


def test_a_folder_keeps_its_name_from_wherever_it_is_opened(clip, tower, monkeypatch):
    monkeypatch.chdir(clip.parent)
    assert open_eyes(clip.name, SUMMARY).mark.name == str(clip.resolve())
    name = open_eyes(f"{clip.name}+{tower}", SUMMARY).mark.name
    assert name == f"{clip.resolve()}+{tower}"


def test_vectors_of_other_weights_are_refused(clip, tmp_path):
    other = make_clip(tmp_path / "other", seed=1)
    one, two = (open_eyes(str(folder), SUMMARY).mark for folder in (clip, other))
    with pytest.raises(StoreOfAnotherModel):
        check_mark(tmp_path, one, two)


def test_what_cannot_be_had_is_told_and_only_the_default_may_be_missing(cache, clip, siglip):
    with pytest.raises(ModelMissing, match="siglip2"):
        open_eyes("siglip2", SUMMARY, allow_download=False)
    eyes = open_eyes("", SUMMARY, allow_download=False)
    assert is_blind(eyes.mark)
    assert "scenewise models pull multilingual" in eyes.note
    with pytest.raises(OptionInvalid):
        open_eyes(f"{clip}+{siglip}", SUMMARY, allow_download=False)


def test_the_model_leaves_half_of_the_cores_to_decoders_and_takes_them_back():
    import torch

    before = torch.get_num_threads()
    with sharing_cores():
        assert torch.get_num_threads() == max(1, before // 2)
    assert torch.get_num_threads() == before
