"""Sentences read back from CLIP's text features, with the pocket models."""

from __future__ import annotations

import pytest
import torch

from scenewise.core.errors import OptionInvalid, UnknownChoice
from scenewise.distinctad.errors import ClipsInvalid
from scenewise.distinctad.figures_options import ReconstructionOptions
from scenewise.distinctad.language import load_language
from scenewise.distinctad.options import SpeakingOptions
from scenewise.distinctad.reconstruction import (
    CLS,
    INPUTS,
    WORDS,
    Given,
    Reader,
    given,
    held_out_loss,
    nearest,
    read_all_back,
    reading_loss,
    sentence_batches,
)
from scenewise.distinctad.towers import Towers
from scenewise.models import hub
from scenewise.training.loop import fit
from scenewise.training.options import TrainingOptions

SENTENCES = (
    "In a library, Anna jumps up.",
    "Felix throws a ball to Anna.",
    "She waves.",
    "A man in a black shirt runs past Clara.",
)


@pytest.fixture(scope="module")
def towers() -> Towers:
    return Towers(hub.resolve("pocket", job="embedder"))


def reader(towers: Towers, **more: int) -> Reader:
    return Reader(load_language("pocket"), int(towers.clip.config.projection_dim), **more)


def test_one_vector_or_one_for_each_token(towers: Towers) -> None:
    read = towers.read(SENTENCES)
    assert given(read, CLS).counts == (1, 1, 1, 1)
    assert torch.equal(given(read, CLS).vectors, read.sentences)
    words = given(read, WORDS)
    assert len(words.vectors) == sum(words.counts)
    assert words.counts[2] < words.counts[0] < words.counts[3]
    alone = given(towers.read(SENTENCES[2:3]), WORDS)
    first = sum(words.counts[:2])
    assert torch.allclose(words.vectors[first : first + words.counts[2]], alone.vectors, atol=1e-5)


@pytest.mark.parametrize("which", INPUTS)
def test_neighbours_in_a_batch_change_no_loss(towers: Towers, which: str) -> None:
    model = reader(towers).eval()
    with torch.no_grad():
        whole = held_out_loss(model, SENTENCES, towers.read, which)
        parts = [model(given(towers.read([one]), which), [one]) for one in SENTENCES]
    tokens = [figures["tokens"] for _, figures in parts]
    mean = sum(float(loss) * n for (loss, _), n in zip(parts, tokens, strict=True)) / sum(tokens)
    assert whole == pytest.approx(mean, rel=1e-5)
    assert whole == pytest.approx(held_out_loss(model, SENTENCES, towers.read, which, 3), rel=1e-5)


@pytest.mark.slow
def test_only_the_projector_learns_and_reads_sentences_back(towers: Towers) -> None:
    speaking = SpeakingOptions(candidates=1, phrase=0, rows=3, tokens=20)
    for which in INPUTS:
        model = reader(towers).eval()
        frozen = [p.clone() for p in model.language.parameters()]
        batches, _ = sentence_batches(SENTENCES, 4, 0)
        before = held_out_loss(model, SENTENCES, towers.read, which)
        told = read_all_back(model, SENTENCES, towers.read, which, speaking)
        assert not set(told) & set(SENTENCES)
        fit(
            model,
            batches,
            lambda m, b, which=which: reading_loss(m, b, towers.read, which),  # type: ignore[misc]
            TrainingOptions(steps=60, learning_rate=3e-3, optimiser="adam", weight_decay=0.0,
                            beta2=0.999, precision="float32"),
        )  # fmt: skip
        assert held_out_loss(model, SENTENCES, towers.read, which) < 0.5 * before
        done: list[float] = []
        told = read_all_back(model, SENTENCES, towers.read, which, speaking, done.append)
        assert done == [3, 4]
        assert any(a == b for a, b in zip(told, SENTENCES, strict=True)), told
        for one, sentence in zip(told, SENTENCES, strict=True):
            assert set(one.split()) & set(sentence.split()), (one, sentence)
        assert all(
            torch.equal(a, b) for a, b in zip(frozen, model.language.parameters(), strict=True)
        )
        trained = [name for name, p in model.named_parameters() if p.requires_grad]
        assert trained == ["projector.weight", "projector.bias"]


def test_sentences_are_cut_and_too_long_prompts_refused(towers: Towers) -> None:
    model = reader(towers, longest=3)
    read = given(towers.read(SENTENCES), CLS)
    assert model(read, SENTENCES)[1]["tokens"] == 12  # three each, without end marks
    vectors = torch.zeros(model.speech.longest, read.vectors.shape[1])
    with pytest.raises(ClipsInvalid, match="--longest"):
        model(Given(vectors, (len(vectors),)), ["She waves."])


def test_batches_hold_every_sentence_once_an_epoch() -> None:
    texts = [str(k) for k in range(10)]
    batches, per_epoch = sentence_batches(texts, 5, 1)
    assert per_epoch == 2
    epochs = [batches(n)["sentences"] + batches(n + 1)["sentences"] for n in (0, 2)]
    assert [sorted(one) for one in epochs] == [texts, texts]
    assert epochs[0] != epochs[1]
    assert batches(0) == batches(0)
    assert sentence_batches(texts[:3], 5, 1)[1] == 1  # smaller than a batch


def test_the_nearest_of_training_is_itself_where_it_is_there(towers: Towers) -> None:
    known = [*SENTENCES, "Rain falls on the roof."]
    assert nearest(known, SENTENCES, towers.read, size=2) == list(SENTENCES)
    assert nearest(SENTENCES, ["Anna jumps up in a library."], towers.read) == [SENTENCES[0]]


def test_options_are_checked() -> None:
    assert ReconstructionOptions().training.epochs == 10  # the paper's
    with pytest.raises(OptionInvalid, match="batch"):
        ReconstructionOptions(batch=0)
    with pytest.raises(UnknownChoice, match="tokens"):
        ReconstructionOptions(tokens="letters")
