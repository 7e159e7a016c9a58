"""A text tower of sentence-transformers' format, and the pair it makes with a CLIP."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from test_models_hub import contents, server  # noqa: F401

from scenewise.core import plugins
from scenewise.core.errors import ModelMissing, OptionInvalid
from scenewise.core.ports import Embedder
from scenewise.models import hub
from scenewise.models.catalogue import TOGETHER, entry, pull
from scenewise.models.clip import ClipEmbedder
from scenewise.models.multilingual import PairedEmbedder, SentenceTower, embedder_for
from sentence_towers import make_sentence_tower, write

TEXTS = ["a man", "a red car in the street at night", "snow", "two people walks on a beach"]
NAME = "someone/small-tower"


@pytest.fixture(scope="module")
def tower(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_sentence_tower(tmp_path_factory.mktemp("tower"))


@pytest.fixture
def altered(tower: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    return Path(shutil.copytree(tower, tmp_path / "altered"))


def plainly(folder: Path, texts: list[str], longest: int = 12) -> np.ndarray:
    """One sentence at a time, with transformers and numpy."""
    from safetensors.numpy import load_file
    from transformers import AutoTokenizer, DistilBertModel

    model = DistilBertModel.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    matrix = load_file(folder / "2_Dense" / "model.safetensors")["linear.weight"]
    out = []
    for text in texts:
        ids = tokenizer([text], truncation=True, max_length=longest, return_tensors="pt")
        with torch.inference_mode():
            hidden = model(input_ids=ids["input_ids"]).last_hidden_state[0].numpy()
        vector = matrix @ hidden.mean(0)
        out.append(vector / np.linalg.norm(vector))
    return np.stack(out)


@pytest.mark.parametrize("format", ["old", "new"])
def test_vectors_are_those_of_a_plain_computation(tmp_path: Path, format: str):
    folder = make_sentence_tower(tmp_path, format=format)
    tower = SentenceTower(str(folder), precision="float32", batch_size=3)
    texts = [*TEXTS, " ".join(["a man runs"] * 20)]
    plain = plainly(folder, texts)
    assert np.ptp(plain @ plain.T) > 0.05, "the vectors must differ"
    ours = tower.texts(texts)
    assert ours.shape == (5, tower.dimension) == (5, 16)
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, plain, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-6)
    assert tower.texts([]).shape == (0, 16)


@pytest.mark.parametrize("format", ["old", "new"])
def test_vectors_are_those_of_sentence_transformers(tmp_path: Path, format: str):
    library = pytest.importorskip("sentence_transformers")
    folder = make_sentence_tower(tmp_path, format=format)
    theirs = library.SentenceTransformer(str(folder), device="cpu")
    texts = [*TEXTS, " ".join(["a man runs"] * 20)]
    ours = SentenceTower(str(folder), precision="float32").texts(texts)
    np.testing.assert_allclose(ours, theirs.encode(texts, normalize_embeddings=True), atol=1e-5)


def test_a_part_that_only_makes_vectors_unit_changes_nothing(altered: Path, tower: Path):
    modules = json.loads((altered / "modules.json").read_text())
    modules.append({"path": "3_Normalize", "type": "sentence_transformers.models.Normalize"})
    write(altered / "modules.json", modules)
    ours = SentenceTower(str(altered), precision="float32").texts(TEXTS)
    np.testing.assert_array_equal(ours, SentenceTower(str(tower), precision="float32").texts(TEXTS))


def test_neither_batch_nor_order_changes_a_vector(tower: Path):
    one, many = (SentenceTower(str(tower), precision="float32", batch_size=n) for n in (1, 8))
    np.testing.assert_allclose(one.texts(TEXTS), many.texts(TEXTS[::-1])[::-1], atol=1e-5)


def test_bfloat16_stays_close(tower: Path):
    full, half = (SentenceTower(str(tower), precision=p) for p in ("float32", "bfloat16"))
    assert (full.texts(TEXTS) * half.texts(TEXTS)).sum(1).min() > 0.99


def test_lower_case_is_made_where_the_checkpoint_asks(altered: Path):
    tokenizer = json.loads((altered / "tokenizer.json").read_text())
    tokenizer["normalizer"] = None
    write(altered / "tokenizer.json", tokenizer)
    cased = SentenceTower(str(altered), precision="float32").texts(["A MAN", "a man"])
    assert not np.allclose(cased[0], cased[1], atol=1e-3)
    write(altered / "sentence_bert_config.json", {"max_seq_length": 12, "do_lower_case": True})
    lower = SentenceTower(str(altered), precision="float32").texts(["A MAN", "a man"])
    np.testing.assert_allclose(lower[0], lower[1], atol=1e-6)


@pytest.fixture(scope="module")
def pair(tiny_clip: Path, tower: Path) -> PairedEmbedder:
    return PairedEmbedder(str(tiny_clip), str(tower), precision="float32")


def test_a_pair_takes_pictures_from_one_and_texts_from_the_other(
    pair: PairedEmbedder, tiny_clip: Path, tower: Path, pictures: list[np.ndarray]
):
    assert isinstance(pair, Embedder)
    assert plugins.load("embedder", "paired") is PairedEmbedder
    clip = ClipEmbedder(str(tiny_clip), precision="float32")
    np.testing.assert_array_equal(pair.images(pictures), clip.images(pictures))
    np.testing.assert_allclose(pair.texts(TEXTS), plainly(tower, TEXTS), atol=1e-5)
    assert pair.dimension == clip.dimension == 16


def test_a_name_gives_its_embedder(pair: PairedEmbedder, tiny_clip: Path, tower: Path):
    assert isinstance(embedder_for(str(tiny_clip)), ClipEmbedder)
    again = embedder_for(f"{tiny_clip}+{tower}", precision="float32")
    assert isinstance(again, PairedEmbedder)
    assert again.name == pair.name == f"{tiny_clip}+{tower}"
    assert again.fingerprint == pair.fingerprint
    with pytest.raises(ModelMissing, match="clip-vit-base-patch32"):
        embedder_for("multilingual", allow_download=False)


def test_a_pair_without_a_common_space_is_refused(tmp_path: Path, tiny_clip: Path):
    wider = make_sentence_tower(tmp_path, width=24)
    with pytest.raises(OptionInvalid, match="24 numbers"):
        PairedEmbedder(str(tiny_clip), str(wider))


def test_models_of_the_wrong_kind_are_refused(tiny_clip: Path, tower: Path):
    with pytest.raises(OptionInvalid, match="sentences"):
        PairedEmbedder(str(tiny_clip), str(tiny_clip))
    with pytest.raises(OptionInvalid, match="embedder"):
        PairedEmbedder(str(tower), str(tower))


def test_weights_that_are_a_pickle_are_refused_in_one_line(altered: Path):
    dense = altered / "2_Dense"
    torch.save({"linear.weight": torch.zeros(16, 32)}, dense / "pytorch_model.bin")
    SentenceTower(str(altered))
    (dense / "model.safetensors").unlink()
    with pytest.raises(ModelMissing, match=r"2_Dense/model\.safetensors.*pytorch_model") as error:
        SentenceTower(str(altered))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("file", "value"),
    [
        ("1_Pooling/config.json", {"pooling_mode_cls_token": True}),
        ("1_Pooling/config.json", {"pooling_mode": "max"}),
        ("2_Dense/config.json", {"activation_function": "torch.nn.modules.activation.Tanh"}),
        ("modules.json", []),
        ("modules.json", [{"path": "", "type": "sentence_transformers.models.Transformer"}]),
    ],
)
def test_other_ways_of_making_a_vector_are_refused(altered: Path, file: str, value: object):
    write(altered / file, value)
    with pytest.raises(OptionInvalid):
        SentenceTower(str(altered))


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("modules.json", b"{broken"),
        ("1_Pooling/config.json", b"{broken"),
        ("2_Dense/config.json", b'{"activation_function": "x.Identity"}'),
        ("2_Dense/config.json", None),
        ("2_Dense/model.safetensors", b"damaged"),
        ("modules.json", None),
    ],
)
def test_damage_is_told_in_one_line(altered: Path, file: str, content: bytes | None):
    if content is None:
        (altered / file).unlink()
    else:
        (altered / file).write_bytes(content)
    with pytest.raises(ModelMissing) as error:
        SentenceTower(str(altered))
    assert "\n" not in str(error.value)


def test_weights_of_another_shape_are_told(altered: Path):
    from safetensors.torch import save_file

    save_file({"linear.weight": torch.zeros(16, 8)}, altered / "2_Dense" / "model.safetensors")
    with pytest.raises(ModelMissing, match="2_Dense"):
        SentenceTower(str(altered))


def tree(folder: Path) -> dict[str, bytes]:
    return {
        f.relative_to(folder).as_posix(): f.read_bytes() for f in folder.rglob("*") if f.is_file()
    }


def test_every_part_is_fetched_and_no_pickle(server, tower: Path):  # noqa: F811
    server.files[NAME] = tree(tower) | {
        "pytorch_model.bin": b"x" * 99_000,
        "2_Dense/pytorch_model.bin": b"x" * 99_000,
        "onnx/model.onnx": b"x" * 99_000,
    }
    fetched = SentenceTower(NAME, precision="float32")
    assert tree(fetched.folder) == tree(tower)
    local = SentenceTower(str(tower), precision="float32")
    np.testing.assert_array_equal(fetched.texts(TEXTS), local.texts(TEXTS))
    count = len(server.requests)
    SentenceTower(NAME)
    assert len(server.requests) == count, "what is here is not asked for again"


def test_a_part_with_nothing_but_a_pickle_is_not_fetched(server, tower: Path):  # noqa: F811
    files = tree(tower)
    files["2_Dense/pytorch_model.bin"] = files.pop("2_Dense/model.safetensors")
    server.files[NAME] = files
    with pytest.raises(ModelMissing, match=r"2_Dense only as pytorch_model\.bin"):
        SentenceTower(NAME)
    assert set(server.served) == {""}, "the listing alone was asked for"


def test_parts_that_another_program_left_out_are_fetched(server, tower: Path):  # noqa: F811
    whole = tree(tower)
    server.files[NAME] = {name: data for name, data in whole.items() if "/" not in name}
    del server.files[NAME]["modules.json"]
    hub.resolve(NAME)
    assert not hub.is_cached(NAME, job="sentences")
    server.files[NAME] = whole
    assert SentenceTower(NAME).dimension == 16


def test_one_name_pulls_both_halves_at_their_revisions(
    server,  # noqa: F811
    tower: Path,
    tiny_clip: Path,
    pictures: list[np.ndarray],
):
    images, texts = TOGETHER["multilingual"]
    server.files[images] = contents(tiny_clip)
    server.files[texts] = tree(tower)
    pull(["multilingual"])
    assert entry(images).is_here
    assert entry(texts).is_here
    assert any("refs" in request and "pr" in request for request in server.requests)
    embedder = embedder_for("multilingual", allow_download=False, precision="float32")
    assert embedder.images(pictures).shape == (6, 16)
    assert embedder.texts(TEXTS).shape == (4, 16)


def test_a_fingerprint_tells_the_parts_apart(tower: Path, altered: Path):
    assert hub.fingerprint(altered) == hub.fingerprint(tower)
    weights = bytearray((altered / "2_Dense" / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (altered / "2_Dense" / "model.safetensors").write_bytes(weights)
    assert hub.fingerprint(altered) != hub.fingerprint(tower)
