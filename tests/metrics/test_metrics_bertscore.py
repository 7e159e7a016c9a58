"""BERTScore is what its definition says, with models of the very kinds it is published with."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
import pytest
from bert_maker import LINES, make_roberta
from hypothesis import given
from hypothesis import strategies as st

from scenewise.core.errors import InputError, ModelMissing
from scenewise.metrics.bertscore import BertScore, Pieces, greedy, read_baseline
from scenewise.metrics.recall import recall_of_texts

LARGE = os.environ.get("SCENEWISE_ROBERTA_LARGE", "")
"""A folder with roberta-large, where somebody has it."""

CHEF = (
    "28-year-old chef found dead in San Francisco mall",
    "A 28-year-old chef who recently moved to San Francisco was found dead in the staircase of a "
    "local shopping center.",
    "The victim's brother said he cannot imagine anyone who would want to harm him,\"Finally, it "
    'went uphill again at him."',
)
CHEF_TOLD = (
    "28-Year-Old Chef Found Dead at San Francisco Mall",
    "A 28-year-old chef who had recently moved to San Francisco was found dead in the stairwell "
    "of a local mall this week.",
    "But the victim's brother says he can't think of anyone who would want to hurt him, saying, "
    '"Things were finally going well for him."',
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_roberta(tmp_path_factory.mktemp("bert") / "roberta")


@pytest.fixture(scope="module")
def scorer(folder: Path) -> BertScore:
    return BertScore(folder, layer=3)


def in_plain_loops(folder: Path, layer: int, ours: str, theirs: str, weight) -> list[float]:
    """The definition (section 3): one text at a time, each word piece with each."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder)
    sides = []
    for text in (ours, theirs):
        numbers = tokenizer.encode(" " + text)
        with torch.no_grad():
            states = model.eval()(torch.tensor([numbers]), output_hidden_states=True).hidden_states
        sides.append((numbers, states[layer][0].numpy()))

    def cosine(a: np.ndarray, b: np.ndarray) -> float:
        return float(a @ b / np.sqrt((a @ a) * (b @ b)))

    means = []
    for (numbers, vectors), (_, others) in (sides, sides[::-1]):
        weights = [weight(number) for number in numbers]
        best = [max(cosine(v, w) for w in others) for v in vectors]
        means.append(sum(w * b for w, b in zip(weights, best, strict=True)) / sum(weights))
    precision, recall = means
    return [precision, recall, 2 * precision * recall / (precision + recall)]


@pytest.mark.slow
@pytest.mark.parametrize("idf", [False, True])
def test_it_is_its_definition(folder: Path, idf: bool) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    references, generated = LINES, ("She opens the door.", "A", "The street is dark.", LINES[3])
    seen = [set(tokenizer.encode(" " + text)) for text in references]

    def weight(number: int) -> float:
        if idf:
            return math.log((len(seen) + 1) / (sum(number in one for one in seen) + 1))
        return float(number not in (tokenizer.cls_token_id, tokenizer.sep_token_id))

    got = BertScore(folder, layer=3, idf_of=references if idf else None).score(
        generated, references
    )
    for i, pair in enumerate(zip(generated, references, strict=True)):
        wanted = in_plain_loops(folder, 3, *pair, weight)
        assert [got.precision[i], got.recall[i], got.f1[i]] == pytest.approx(wanted, abs=2e-6)


def test_all_pairs_are_the_pairs(scorer: BertScore) -> None:
    table = scorer(LINES, LINES[::-1])
    for i, ours in enumerate(LINES):
        pairs = scorer.score([ours] * len(LINES), LINES[::-1])
        assert table[i] == pytest.approx(pairs.f1, abs=1e-6)
    assert np.diag(scorer(LINES, LINES)) == pytest.approx(1)
    assert table.min() < 0.99


def test_a_text_without_words_scores_nothing(scorer: BertScore) -> None:
    got = scorer.score(["", "rain", "  "], ["rain", "", ""])
    assert not got.f1.any()
    assert not got.precision.any()
    assert not got.recall.any()
    assert scorer(["", "rain"], ["rain"])[:, 0] == pytest.approx([0, 1])
    assert scorer([], ["rain"]).shape == (0, 1)


def test_blanks_around_a_text_do_not_matter(scorer: BertScore) -> None:
    assert scorer.score([" A door. \n"], ["A door."]).f1 == pytest.approx([1])


def test_a_long_text_is_cut_as_the_tokenizer_says(scorer: BertScore) -> None:
    assert 0 < scorer.score(["rain " * 300], ["rain"]).f1[0] <= 1


def test_rescaling_is_linear_and_keeps_ranks(folder: Path, tmp_path: Path) -> None:
    table = tmp_path / "base.tsv"
    table.write_text("LAYER,P,R,F\n2,0.1,0.1,0.1\n3,0.5,0.4,0.25\n")
    plain, scaled = BertScore(folder, layer=3), BertScore(folder, layer=3, baseline=table)
    before, after = plain.score(LINES[:2], LINES[2:]), scaled.score(LINES[:2], LINES[2:])
    assert after.precision == pytest.approx((before.precision - 0.5) / 0.5)
    assert after.recall == pytest.approx((before.recall - 0.4) / 0.6)
    assert after.f1 == pytest.approx((before.f1 - 0.25) / 0.75)
    texts = [LINES[0], LINES[2], LINES[1], LINES[3]]
    recalls = [recall_of_texts(LINES, texts, one, k=1, window=2) for one in (plain, scaled)]
    assert recalls[0] == recalls[1]
    with pytest.raises(InputError, match="no line for layer 9"):
        read_baseline(table, 9)
    table.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="LAYER,P,R,F"):
        read_baseline(table, 1)


lengths = st.lists(st.integers(1, 4), min_size=1, max_size=4)


@given(lengths, lengths, st.integers(0, 99))
def test_matching_all_at_once_is_matching_each(ours, theirs, seed: int) -> None:
    rng = np.random.default_rng(seed)

    def pieces(count: int) -> Pieces:
        vectors = rng.normal(size=(count, 3)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        weights = rng.uniform(size=count) * rng.integers(2, size=count)
        return Pieces(vectors, weights / weights.sum() if weights.any() else weights)

    left, right = [pieces(n) for n in ours], [pieces(n) for n in theirs]
    precision, recall, _ = greedy(left, right)
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            cosines = a.vectors.astype(float) @ b.vectors.T.astype(float)
            worded = a.weights.any() and b.weights.any()
            wanted = [cosines.max(axis=1) @ a.weights, cosines.max(axis=0) @ b.weights]
            got = [precision[i, j], recall[i, j]]
            assert got == pytest.approx(wanted if worded else [0, 0], abs=1e-6)


def test_what_is_kept_does_not_change_what_is_scored(
    folder: Path, scorer: BertScore, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = scorer.score(LINES, LINES[::-1]).f1
    monkeypatch.setattr("scenewise.metrics.bertscore._KEPT", 4)
    small = BertScore(folder, layer=3, batch=2)
    assert small.score(LINES, LINES[::-1]).f1 == pytest.approx(whole, abs=1e-6)
    assert len(small._known) <= 4


@pytest.mark.parametrize(
    ("layer", "message"), [(0, "no published layer"), (9, "has 4 layers, not 9")]
)
def test_layers_that_are_not_there(folder: Path, layer: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        BertScore(folder, layer=layer)


def test_models_that_are_not_there(folder: Path, tmp_path: Path, capfd) -> None:
    with pytest.raises(ModelMissing, match="roberta-large"):
        BertScore(tmp_path)
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    with pytest.raises(ModelMissing, match="cannot be loaded"):
        BertScore(tmp_path, layer=3)
    (tmp_path / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(ModelMissing, match="cannot be loaded"):
        BertScore(tmp_path, layer=3)
    assert capfd.readouterr() == ("", "")


def test_weights_that_lack_a_layer_are_refused(folder: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    weights = load_file(folder / "model.safetensors")
    kept = {key: value for key, value in weights.items() if ".layer.1." not in key}
    save_file(kept, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelMissing, match="the weights lack"):
        BertScore(tmp_path, layer=3)


@pytest.mark.slow
@pytest.mark.skipif(not LARGE, reason="SCENEWISE_ROBERTA_LARGE names no folder with roberta-large")
def test_published_pairs() -> None:
    scorer = BertScore(LARGE)
    assert scorer.layer == 17
    got = scorer.score(CHEF, CHEF_TOLD).f1
    assert got == pytest.approx([0.983356, 0.978230, 0.916215], abs=1e-5)
