"""BLIP: the fast passes give transformers' numbers, and candidates are many, different and
the same every time."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch

from scenewise.core.errors import ModelMissing, OptionInvalid
from scenewise.models import blip_network
from scenewise.models.blip import BlipGenerator, clean_caption
from scenewise.models.decoding import Plan, decode


@pytest.fixture(scope="module")
def generator(tiny_blip) -> BlipGenerator:
    return BlipGenerator(str(tiny_blip), precision="float32", longest=12)


def pixels_of(generator: BlipGenerator, pictures) -> torch.Tensor:
    return generator._processor(list(pictures), return_tensors="pt")["pixel_values"]


def greedy_words(generator: BlipGenerator, pixels: torch.Tensor, plan: Plan) -> torch.Tensor:
    model = generator._model
    with torch.inference_mode():
        states = blip_network.encode_images(model, pixels)
        memory = blip_network.begin(model, states, plan.rows, plan.longest)
        return decode(
            lambda words: blip_network.step(model, words, memory),
            memory.reorder,
            plan,
            torch.zeros(len(pixels), plan.samples, plan.longest),
            **generator._marks,
        )


def test_patch_states_equal_those_of_transformers(generator, pictures):
    pixels = pixels_of(generator, pictures)
    with torch.inference_mode():
        theirs = generator._model.vision_model(pixels).last_hidden_state
        ours = blip_network.encode_images(generator._model, pixels)
    assert theirs.std() > 0.1
    torch.testing.assert_close(ours, theirs, atol=2e-5, rtol=1e-4)


def test_every_step_equals_a_full_pass_of_transformers(generator, pictures):
    """k rows a picture with words of their own against one uncached pass for each row."""
    model, rows, n = generator._model, 3, 7
    pixels = pixels_of(generator, pictures[:2])
    random = np.random.default_rng(1)
    words = torch.from_numpy(random.integers(5, 60, (2 * rows, n)))
    words[:, 0] = generator._marks["begin"]
    with torch.inference_mode():
        states = blip_network.encode_images(model, pixels)
        memory = blip_network.begin(model, states, rows, n)
        ours = torch.stack(
            [blip_network.step(model, words[:, at], memory) for at in range(n)], dim=1
        )
        theirs = model.text_decoder(
            input_ids=words,
            encoder_hidden_states=states.repeat_interleave(rows, 0),
            is_decoder=True,
            use_cache=False,
        ).logits.log_softmax(-1)
    assert (theirs[0] - theirs[rows]).abs().max() > 1e-3, "the pictures must make a difference"
    torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-4)


def test_the_greedy_row_is_what_generate_says(generator, pictures):
    pixels = pixels_of(generator, pictures)
    plan = Plan(samples=0, beams=0, longest=12, shortest=0, no_repeat=0)
    ours = greedy_words(generator, pixels, plan).tokens[:, 0]
    with torch.inference_mode():
        theirs = generator._model.generate(
            pixels, max_new_tokens=12, min_new_tokens=0, do_sample=False
        )[:, 1:]
    marks = generator._marks
    for mine, other in zip(ours.tolist(), theirs.tolist(), strict=True):
        other = (other + [marks["pad"]] * 12)[:12]
        if marks["end"] in other:
            cut = other.index(marks["end"]) + 1
            other = other[:cut] + [marks["pad"]] * (12 - cut)
        assert mine == other


def test_the_beam_finds_what_an_exhaustive_search_finds():
    """Three words, three steps, a table of probabilities: all 3³ sentences are counted out."""
    random = np.random.default_rng(3)
    table = torch.from_numpy(random.dirichlet(np.ones(5), size=(3, 5))).log().float()
    at = 0

    def next_word(latest: torch.Tensor) -> torch.Tensor:
        nonlocal at
        at += 1
        return table[at - 1, latest].clone()

    plan = Plan(samples=0, beams=16, longest=3, shortest=3, no_repeat=0)
    out = decode(next_word, lambda rows: None, plan, torch.zeros(1, 0, 3), begin=1, end=4, pad=0)
    free = table.clone()
    free[..., 4] = float("-inf")
    best, words = max(
        (
            float(free[0, 1, a] + free[1, a, b] + free[2, b, c]),
            [a, b, c],
        )
        for a in range(5)
        for b in range(5)
        for c in range(5)
    )
    assert out.tokens[0, 1].tolist() == words
    assert out.log_probability[0, 1] == pytest.approx(best, abs=1e-5)
    assert out.log_probability[0, 1] >= out.log_probability[0, 0] - 1e-6, "greedy is no better"


def test_no_run_of_words_comes_twice():
    """A model that loves one word is made to say something else."""
    scores = torch.log_softmax(torch.tensor([0.0, 0.0, 9.0, 8.0, 1.0, -20.0]), 0)
    plan = Plan(samples=2, beams=2, longest=7, shortest=7, no_repeat=2)
    out = decode(
        lambda latest: scores.repeat(len(latest), 1),
        lambda rows: None,
        plan,
        torch.rand(1, 2, 7, generator=torch.Generator().manual_seed(0)),
        begin=1,
        end=5,
        pad=0,
    )
    for row in out.tokens[0].tolist():
        pairs = list(pairwise(row))
        assert len(set(pairs)) == len(pairs), row


def test_samples_follow_the_nucleus():
    shares = torch.tensor([0.0, 0.0, 0.5, 0.3, 0.15, 0.05])
    plan = Plan(samples=4000, beams=0, longest=1, shortest=0, top_p=0.9, no_repeat=0)
    chances = torch.rand(1, 4000, 1, generator=torch.Generator().manual_seed(1))
    out = decode(
        lambda latest: shares.log().repeat(len(latest), 1),
        lambda rows: None,
        plan,
        chances,
        begin=1,
        end=0,
        pad=1,
    )
    counts = np.bincount(out.tokens[0, 1:, 0].numpy(), minlength=6) / 4000
    assert counts[5] == 0, "0.5 + 0.3 + 0.15 already hold 0.9"
    np.testing.assert_allclose(counts[2:5], np.array([0.5, 0.3, 0.15]) / 0.95, atol=0.03)


def test_candidates_are_different_sentences_with_true_probabilities(generator, pictures):
    found = generator.propose(pictures, 5)
    assert [len(sentences) for sentences in found] == [5] * len(pictures)
    for sentences in found:
        assert len({p.text for p in sentences}) == 5
        assert all(p.log_probability < 0 and 0 < p.words <= 12 for p in sentences)


def test_a_picture_says_the_same_alone_and_in_company(generator, pictures):
    together = generator.propose(pictures, 4)
    alone = [generator.propose([image], 4)[0] for image in pictures]
    assert [[p.text for p in s] for s in together] == [[p.text for p in s] for s in alone]


def test_another_seed_samples_other_sentences(tiny_blip, generator, pictures):
    other = BlipGenerator(str(tiny_blip), precision="float32", longest=12, seed=7)
    first, second = generator.propose(pictures, 5), other.propose(pictures, 5)
    assert first != second
    assert [s[0] for s in first] == [s[0] for s in second], "the greedy one has no chance in it"


def test_one_candidate_is_the_greedy_one(generator, pictures):
    one, five = generator.propose(pictures, 1), generator.propose(pictures, 5)
    assert [s[0].text for s in one] == [s[0].text for s in five]


def test_a_folder_of_another_model_is_refused(tiny_clip):
    with pytest.raises(OptionInvalid, match="clip"):
        BlipGenerator(str(tiny_clip))


def test_weights_that_lack_a_layer_are_refused(tiny_blip, tmp_path):
    """transformers would fill the hole with random numbers."""
    import shutil

    from safetensors.torch import load_file, save_file

    folder = tmp_path / "holey"
    shutil.copytree(tiny_blip, folder)
    weights = load_file(folder / "model.safetensors")
    gone = next(key for key in weights if "crossattention.self.query.weight" in key)
    del weights[gone]
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(ModelMissing, match="lack"):
        BlipGenerator(str(folder))


def test_damaged_weights_are_told_in_one_line(tiny_blip, tmp_path):
    import shutil

    folder = tmp_path / "damaged"
    shutil.copytree(tiny_blip, folder)
    (folder / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(ModelMissing) as error:
        BlipGenerator(str(folder))
    assert "\n" not in str(error.value)
    assert "damaged" in str(error.value)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("arafed man in a suit", "a man in a suit"),
        ("there is an arafed image of a dog", "there is an image of a dog"),
        ("two araffed people on a beach", "two people on a beach"),
        ("arafed people in a street", "people in a street"),
        ("arafed", ""),
        ("arrafed woman with a hat", "a woman with a hat"),
        ("a man ' s hand on a table", "a man's hand on a table"),
        ("a a close up of of a cat , and a dog .", "a close up of a cat, and a dog"),
        ("a black - and - white cat", "a black-and-white cat"),
        ("an arab man at a parade", "an arab man at a parade"),
    ],
)
def test_captions_are_cleaned(raw, clean):
    assert clean_caption(raw) == clean
