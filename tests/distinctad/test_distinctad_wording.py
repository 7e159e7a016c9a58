"""Distinctive words and their tokens, the losses of words, prompts, and the language model."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from scenewise.core.errors import OptionInvalid
from scenewise.distinctad.distinctive import COMMON, distinctive, of_words, words_of
from scenewise.distinctad.language import Language, load_language
from scenewise.distinctad.prompts import FACE, VISUAL, Prompt, filled, laid, prompt_of
from scenewise.distinctad.wording_losses import word_losses


@pytest.fixture(scope="module")
def language() -> Language:
    return load_language("pocket")


def keys(sentences: list[str], names: tuple[str, ...] = ()) -> list[list[str]]:
    return [[word.key for word in words] for words in distinctive(sentences, names)]


def test_small_words_that_are_drawn_together_are_not_distinctive() -> None:
    told = keys(["They're here, and she'll go.", "He can't; he won’t. It isn't o'clock."])
    assert told == [["here", "go"], ["o'clock"]]


def test_words_that_the_neighbours_have_are_not_distinctive() -> None:
    told = [
        "Anna walks into the kitchen.",
        "In the kitchen, Ben pours milk into a cup.",
        "She takes the cup from Ben's hand, and the cup falls.",
    ]
    assert keys(told, ("Anna Berg", "Ben")) == [
        ["walks"],
        ["pours", "milk"],
        ["takes", "hand", "falls"],
    ]


def test_names_count_where_nobody_says_that_they_are_names() -> None:
    assert keys(["Anna walks.", "Ben's dog walks."]) == [["anna"], ["ben", "dog"]]


def test_a_sentence_alone_has_all_its_words_but_the_small_ones() -> None:
    assert keys(["She looks at the old dog and the dog."]) == [["looks", "old", "dog", "dog"]]
    assert keys([]) == []
    assert keys(["", "…"]) == [[], []]


def test_words_compare_without_case_and_possessive() -> None:
    assert keys(["The Dog’s bowl.", "A dog."]) == [["bowl"], []]
    assert [word.key for word in words_of("O'Brien's well-worn café")] == [
        "o'brien", "well", "worn", "café",
    ]  # fmt: skip


@given(st.lists(st.text(alphabet="abc de.'’", max_size=12), max_size=5))
@settings(max_examples=60, deadline=None)
def test_no_word_is_distinctive_for_two_sentences(sentences: list[str]) -> None:
    found = [set(words) for words in keys(sentences)]
    for one, words in enumerate(found):
        assert not words & COMMON
        for other in range(one):
            assert not words & found[other]
    for sentence, words in zip(sentences, distinctive(sentences), strict=True):
        for word in words:
            assert sentence[word.start : word.end].casefold().startswith(word.key[:1])


def test_words_find_their_tokens_in_the_pocket_model(language: Language) -> None:
    text = "A woman walks across the kitchen; Zoë's cup."
    tokens, offsets = language.placed(text)
    assert language.tokenizer.decode(tokens) == text
    assert tokens == language.encode(text)
    for word in words_of(text):
        marked = of_words(offsets, [word])
        places = {
            k for (a, b), own in zip(offsets, marked, strict=True) if own for k in range(a, b)
        }
        spelled = "".join(text[k] for k in sorted(places))
        # nothing but the word, its possessive ending, and a blank before it
        assert spelled.strip().casefold() in (word.key, word.key + "'s")
    assert of_words(offsets, []) == [False] * len(tokens)


def test_words_find_their_tokens_in_the_real_gpt2(data: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(data / "checkpoints" / "gpt2", local_files_only=True)
    text = "Unbuckling  the dog-lead, Anna kneels."
    made = tokenizer(text, return_offsets_mapping=True)
    words = [word for word in words_of(text) if word.key in ("unbuckling", "lead", "kneels")]
    marked = of_words(made["offset_mapping"], words)
    found = [
        token
        for token, own in zip(
            tokenizer.convert_ids_to_tokens(made["input_ids"]), marked, strict=True
        )
        if own
    ]
    assert "".join(found).replace("Ġ", " ") == "Unbucklinglead kneels"


def test_losses_are_what_equations_11_and_12_say() -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(2, 4, 5, generator=generator, requires_grad=True)
    targets = torch.randint(0, 5, (2, 4), generator=generator)
    mask = torch.tensor([[True, True, True, True], [True, True, False, False]])
    some = torch.tensor([[False, True, True, False], [True, False, False, True]])
    auto = distinct = 0.0
    plain: list[Tensor] = []
    for r in range(2):
        for n in range(4):
            if mask[r, n]:
                row = logits[r, n]
                loss = -torch.log(torch.exp(row[targets[r, n]]) / torch.exp(row).sum())
                auto += float(loss.detach())
                plain.append(loss)
                if some[r, n]:
                    distinct += float(loss.detach())
                    plain.append(loss)
    losses = word_losses(logits, targets, mask, some)
    assert float(losses.auto.detach()) == pytest.approx(auto / 6, rel=1e-5)
    assert float(losses.distinctive.detach()) == pytest.approx(distinct / 6, rel=1e-5)
    ours = torch.autograd.grad(sum(losses), logits)[0]
    theirs = torch.autograd.grad(sum(plain) / 6, logits)[0]
    assert theirs[mask].abs().max() > 1e-3
    assert torch.allclose(ours, theirs, atol=1e-6)
    assert not ours[~mask].any()


def test_a_prompt_has_pictures_names_and_faces(language: Language) -> None:
    def shown(prompt: Prompt) -> str:
        text = ""
        for token in prompt.tokens:
            special = {VISUAL: "#", FACE: "@", language.begin: "!"}
            text += special.get(token) or language.tokenizer.decode([token])
        return text

    def made(**more: object) -> Prompt:
        return prompt_of(language.encode, vectors=3, begin=language.begin, **more)

    assert shown(made()) == "###!"
    assert shown(made(characters=["Anna", "Ben", "Anna"])) == (
        "### Possible characters: Anna, Ben.!"
    )
    three = made(characters=["Anna", "Ben", "Cleo"], portraits={"Anna": 1, "Cleo": 1})
    assert shown(three) == "### Possible characters: Anna@, Ben, Cleo@.!"
    assert three.faces == ["Anna", "Cleo"]
    two = made(characters=["Ben", "Anna"], portraits={"Anna": 1}, faces_from=2)
    assert shown(two) == "### Possible characters: Ben, Anna@.!"
    assert shown(made(earlier=["A man sits.", "He rises."])) == "Before: A man sits. He rises.###!"


def test_prompts_are_laid_so_that_they_end_together() -> None:
    prompts = [Prompt([VISUAL, VISUAL, 7, FACE, 1], ["Anna"]), Prompt([VISUAL, VISUAL, 1], [])]
    made = laid(prompts, [[4], [5, 6, 8]])
    assert made.tokens.tolist() == [[0, 0, 7, 0, 1, 4, 0, 0], [0, 0, 0, 0, 1, 5, 6, 8]]
    assert made.mask.int().tolist() == [[1, 1, 1, 1, 1, 1, 0, 0], [0, 0, 1, 1, 1, 1, 1, 1]]
    assert made.positions.tolist() == [[0, 1, 2, 3, 4, 5, 5, 5], [0, 0, 0, 1, 2, 3, 4, 5]]
    assert made.following == 3
    vectors = torch.arange(8.0).reshape(2, 2, 2).requires_grad_()
    faces = torch.tensor([[50.0, 51.0]], requires_grad=True)
    embeddings = torch.full((2, 8, 2), 9.0)
    full = filled(embeddings, made, vectors, faces)
    assert full[0, :5].tolist() == [[0, 1], [2, 3], [9, 9], [50, 51], [9, 9]]
    assert full[1, 2:5].tolist() == [[4, 5], [6, 7], [9, 9]]
    assert (full[1, :2] == 9).all()
    full.sum().backward()
    assert (vectors.grad == 1).all()
    assert (faces.grad == 1).all()
    without = laid([prompts[1]] * 2, [])
    full = filled(embeddings[:, :3], without, vectors, faces[:0])
    assert torch.equal(full, torch.cat([vectors, embeddings[:, :1]], dim=1))


def test_what_is_beside_a_prompt_changes_nothing(language: Language) -> None:
    one = Prompt([*language.encode("A man walks"), language.begin], [])
    other = Prompt([*language.encode("A woman sits at the table and looks"), language.begin], [])
    embed = language.model.get_input_embeddings()

    def last(prompts: list[Prompt]) -> Tensor:
        made = laid(prompts, [])
        with torch.no_grad():
            return language.model(
                inputs_embeds=embed(made.tokens),
                attention_mask=made.mask.long(),
                position_ids=made.positions,
            ).logits[0, -1]

    assert torch.allclose(last([one]), last([one, other]), atol=1e-4)


def test_the_language_model_is_frozen_and_lora_is_not(language: Language) -> None:
    assert not any(p.requires_grad for p in language.model.parameters())
    assert language.width == 128
    assert language.longest == 512
    assert language.begin == language.end == 0
    assert 0.01 < language.spread < 1
    with_lora = load_language("pocket", lora=4, seed=1)
    trained = {n: p for n, p in with_lora.model.named_parameters() if p.requires_grad}
    assert trained
    assert all("lora_" in name for name in trained)
    assert with_lora.vocabulary == language.vocabulary
    tokens = torch.tensor([language.encode("A man walks")])
    with torch.no_grad():
        before, after = (one.model.eval()(tokens).logits for one in (language, with_lora))
    assert torch.allclose(before, after, atol=1e-5)  # LoRA begins as nothing
    again = load_language("pocket", lora=4, seed=1)
    assert all(
        torch.equal(p, trained[n]) for n, p in again.model.named_parameters() if n in trained
    )
    other = load_language("pocket", lora=4, seed=2)
    assert not all(
        torch.equal(p, trained[n]) for n, p in other.model.named_parameters() if n in trained
    )


def test_a_model_that_does_not_speak_is_refused() -> None:
    folder = Path(__file__).parents[2] / "src" / "scenewise" / "data" / "pocket" / "embedder"
    with pytest.raises(OptionInvalid):
        load_language(str(folder))


def test_perplexity_is_that_of_the_model_itself(language: Language) -> None:
    """The layout and the losses together: the same number as transformers' own loss."""
    text = "A woman walks across the kitchen."
    tokens = [*language.encode(text), language.end]
    made = laid([Prompt([language.begin], [])], [tokens])
    with torch.no_grad():
        logits = language.model(
            inputs_embeds=language.model.get_input_embeddings()(made.tokens),
            attention_mask=made.mask.long(),
            logits_to_keep=made.following + 1,
        ).logits[:, :-1]
        whole = torch.tensor([[language.begin, *tokens]])
        theirs = float(language.model(whole, labels=whole).loss)
    every = torch.ones(1, len(tokens), dtype=torch.bool)
    ours = word_losses(logits, torch.tensor([tokens]), every, ~every)
    assert float(ours.auto) == pytest.approx(theirs, rel=1e-4)
    assert math.isclose(float(ours.distinctive), 0)
