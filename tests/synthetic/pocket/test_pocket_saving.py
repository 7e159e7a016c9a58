"""Saved pocket models load through the code that loads everybody's, or are not there at all."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from scenewise.core.errors import OutputUnwritable
from scenewise.models.blip import BlipGenerator
from scenewise.models.clip import ClipEmbedder
from scenewise.models.vocabulary import Vocabulary, standard, vocabulary_for
from scenewise.synthetic.grammar import canonical, slots_in
from scenewise.synthetic.pocket import networks
from scenewise.synthetic.pocket.examples import Examples, draw_examples, random_event
from scenewise.synthetic.pocket.judging import (
    JUDGED,
    Tally,
    caption_slots,
    judge_captions,
    judge_clip,
    of_the_world,
    perplexity,
)
from scenewise.synthetic.pocket.lessons import STRANGE
from scenewise.synthetic.pocket.looking import pixels_of
from scenewise.synthetic.pocket.saving import save_embedder, save_model, vocabulary_toml
from scenewise.synthetic.world import ACTIONS, Event

EVENT = Event("Anna", "give", "park", object="ball", other="Hugo")


def blip_processor() -> Any:
    from transformers import BlipImageProcessorPil

    return BlipImageProcessorPil(
        size={"height": networks.SIDE, "width": networks.SIDE},
        image_mean=list(networks.MEAN),
        image_std=list(networks.SPREAD),
    )


@pytest.fixture(scope="module")
def embedder(tmp_path_factory, clip_words) -> Path:
    folder = tmp_path_factory.mktemp("models") / "embedder"
    save_embedder(networks.new_clip(clip_words, 3), clip_words, folder)
    return folder


@pytest.fixture(scope="module")
def captioner(tmp_path_factory, blip_words) -> Path:
    folder = tmp_path_factory.mktemp("models") / "captioner"
    save_model(networks.new_blip(blip_words, 3), folder, blip_words, blip_processor())
    return folder


@pytest.fixture(scope="module")
def drawn() -> Examples:
    return draw_examples(2, seed=8, testing=True, strange=0.0, workers=1)


def test_a_saved_clip_sees_and_reads_what_it_did_before(embedder, clip_words, drawn) -> None:
    clip = networks.new_clip(clip_words, 3).eval()
    texts = [canonical(event) for event in drawn.events[:4] if event]
    with torch.no_grad():
        views = clip.visual_projection(
            clip.vision_model(pixels_of(drawn.images[:4])).pooler_output
        )  # fmt: skip
        words = clip_words(texts, padding=True, return_tensors="pt", return_token_type_ids=False)
        read = clip.text_projection(clip.text_model(**words).pooler_output)
    loaded = ClipEmbedder(str(embedder), precision="float32")
    for wanted, found in (
        (views, loaded.images(list(drawn.images[:4]))),
        (read, loaded.texts(texts)),
    ):
        unit = torch.nn.functional.normalize(wanted, dim=-1).numpy()
        assert (unit * found).sum(axis=1) == pytest.approx(1, abs=2e-3)
        assert found @ found.T == pytest.approx(unit @ unit.T, abs=5e-3)


def test_a_saved_captioner_proposes_sentences(captioner, drawn) -> None:
    found = BlipGenerator(str(captioner), precision="float32", longest=6).propose(
        list(drawn.images[:2]), 2
    )
    assert len(found) == 2
    again = BlipGenerator(str(captioner), precision="float32", longest=6).propose(
        list(drawn.images[:2]), 2
    )
    assert found == again


def test_weights_are_saved_in_sixteen_bits_and_the_model_goes_on_in_thirty_two(
    tmp_path, gpt2_words
) -> None:
    model = networks.new_gpt2(gpt2_words, 1)
    save_model(model, tmp_path / "language", gpt2_words)
    kept = load_file(tmp_path / "language" / "model.safetensors")
    assert {weight.dtype for weight in kept.values()} == {torch.float16}
    assert {weight.dtype for weight in model.parameters()} == {torch.float32}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["language"]


def test_a_scale_that_has_run_away_is_brought_back(tmp_path, clip_words) -> None:
    clip = networks.new_clip(clip_words, 1)
    clip.logit_scale.data.fill_(6.0)
    save_embedder(clip, clip_words, tmp_path / "embedder")
    loaded = ClipEmbedder(str(tmp_path / "embedder"), precision="float32")
    assert loaded.scale == pytest.approx(100, rel=0.005)


def test_clip_is_saved_with_the_words_of_its_world(embedder) -> None:
    words = vocabulary_for(embedder)
    assert words != standard()
    assert "in the kitchen" in " ".join(words.phrases["settings"])
    assert set(words.elsewhere) == set(STRANGE)
    assert 0 < words.least < 1
    told = [sentence for sentence in words.background if slots_in(sentence)["person"]]
    assert 100 < len(told) < len(words.background)  # of this world, and of others
    assert Vocabulary.read(embedder / "vocabulary.toml") == words
    assert tomllib.loads(vocabulary_toml())["background"]["sentences"] == list(words.background)


class Failing:
    """A tokenizer that cannot be saved."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def save_pretrained(self, _folder: Path) -> None:
        raise self.error


@pytest.mark.parametrize(
    ("error", "raised"),
    [(KeyboardInterrupt(), KeyboardInterrupt), (OSError(28, "No space left"), OutputUnwritable)],
)
def test_a_save_that_fails_leaves_the_old_model(tmp_path, gpt2_words, error, raised) -> None:
    folder = tmp_path / "language"
    save_model(networks.new_gpt2(gpt2_words, 1), folder, gpt2_words)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    other = networks.new_gpt2(gpt2_words, 2)
    with pytest.raises(raised):
        save_model(other, folder, Failing(error))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["language"]
    assert {weight.dtype for weight in other.parameters()} == {torch.float32}
    save_model(other, folder, gpt2_words)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} != before


def test_a_first_save_that_fails_leaves_nothing(tmp_path, gpt2_words) -> None:
    with pytest.raises(KeyboardInterrupt):
        save_model(networks.new_gpt2(gpt2_words, 1), tmp_path / "m", Failing(KeyboardInterrupt()))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path, gpt2_words) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputUnwritable, match="language"):
        save_model(networks.new_gpt2(gpt2_words, 1), tmp_path / "file" / "language", gpt2_words)
    assert (tmp_path / "file").read_text() == "mine"


# --- judging ----------------------------------------------------------------------------------


def test_a_caption_is_right_where_it_names_the_right_one_alone() -> None:
    assert set(caption_slots(canonical(EVENT), EVENT).values()) == {True}
    wrong = caption_slots("Anna hands Hugo a drum on the beach.", EVENT)
    assert wrong == {"person": True, "action": True, "object": False, "setting": False,
                     "other": True}  # fmt: skip
    assert caption_slots("", Event("Anna", "walk", "park")) == dict.fromkeys(
        ("person", "action", "setting"), False
    )


def test_answers_are_counted_by_slot() -> None:
    tally = Tally()
    for right in (True, False, True, True):
        tally.count("action", right)
    tally.count("person", False)
    assert tally.shares == {"action": 0.75, "person": 0.0}


def test_an_untrained_clip_is_right_about_as_often_as_by_chance(embedder, drawn) -> None:
    tally = judge_clip(embedder, drawn)
    _, events = of_the_world(drawn)
    assert tally.asked["person"] == tally.asked["setting"] == len(events) == len(drawn)
    assert tally.asked.get("object", 0) == sum(bool(event.object) for event in events)
    assert set(tally.asked) <= set(JUDGED)
    # One in twelve places, and members of a family share theirs.
    assert np.mean([tally.shares[slot] for slot in ("person", "setting")]) < 0.6


def test_an_untrained_captioner_names_hardly_anything(captioner, drawn) -> None:
    tally, texts = judge_captions(captioner, drawn)
    assert len(texts) == len(drawn)
    assert tally.shares["action"] < 0.3


def test_an_untrained_language_model_hesitates_between_all_its_words(tmp_path, gpt2_words) -> None:
    save_model(networks.new_gpt2(gpt2_words, 1), tmp_path / "language", gpt2_words)
    rng = np.random.default_rng(0)
    texts = [" ".join(canonical(random_event(rng)) for _ in range(4)) for _ in range(3)]
    found = perplexity(tmp_path / "language", texts)
    assert found == pytest.approx(len(gpt2_words), rel=0.15)
    assert perplexity(tmp_path / "language", [texts[0] * 30]) > 0  # longer than it reads
    assert len(ACTIONS) < found
