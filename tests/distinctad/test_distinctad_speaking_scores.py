"""Scores of what is said are those that transformers tells, without keeping what it keeps."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel, NoRepeatNGramLogitsProcessor

from scenewise.distinctad.language import Language, load_language
from scenewise.distinctad.options import SpeakingOptions
from scenewise.distinctad.speaking import Silence, continued
from scenewise.distinctad.speaking_scores import BeamScores


@pytest.fixture(scope="module")
def language() -> Language:
    """The pocket tokenizer with a language model that has learnt nothing, so that it says
    different things and ends at different times."""
    pocket = load_language("pocket")
    torch.manual_seed(0)
    config = GPT2Config(
        vocab_size=len(pocket.tokenizer), n_positions=64, n_embd=32, n_layer=2, n_head=4,
        bos_token_id=pocket.begin, eos_token_id=pocket.end, initializer_range=0.3,
    )  # fmt: skip
    model = GPT2LMHeadModel(config).eval()
    with torch.no_grad():  # it likes to end
        model.transformer.wte.weight[pocket.end] *= 2.5
    return Language("toy", model, pocket.tokenizer, "toy")


def prompts(language: Language, rows: int = 3, length: int = 5) -> tuple[Any, Any]:
    generator = torch.Generator().manual_seed(1)
    given = torch.randn(rows, length, language.width, generator=generator)
    mask = torch.ones(rows, length, dtype=torch.bool)
    mask[1, :2] = False
    return given, mask


def as_transformers_tells(
    language: Language, options: SpeakingOptions, unsaid: list[list[list[int]]], seed: int
) -> list[list[tuple[str, float]]]:
    """The same through `output_scores` and `compute_transition_scores`."""
    given, mask = prompts(language)
    how: dict[str, Any] = {"num_beams": options.candidates, "do_sample": False}
    if options.method == "sampling":
        how = {"num_beams": 1, "do_sample": True, "temperature": options.temperature,
               "top_p": options.nucleus, "top_k": 0}  # fmt: skip
    processors: list[Any] = [
        Silence(unsaid, options.candidates), NoRepeatNGramLogitsProcessor(options.phrase)
    ]  # fmt: skip
    torch.manual_seed(seed)
    made = language.model.generate(
        inputs_embeds=given, attention_mask=mask.long(), max_new_tokens=options.tokens,
        min_new_tokens=2, num_return_sequences=options.candidates, eos_token_id=language.end,
        pad_token_id=language.end, logits_processor=processors, return_dict_in_generate=True,
        output_scores=True, **how,
    )  # fmt: skip
    scores = language.model.compute_transition_scores(
        made.sequences, made.scores, getattr(made, "beam_indices", None), normalize_logits=True
    )
    told = []
    for tokens, row in zip(made.sequences[:, -scores.shape[1] :], scores, strict=True):
        ends = (tokens == language.end).nonzero()
        length = int(ends[0]) + 1 if len(ends) else len(tokens)
        text = language.tokenizer.decode(tokens, skip_special_tokens=True)
        told.append((" ".join(text.split()), float(row[:length].mean())))
    size = options.candidates
    return [sorted(told[k : k + size], key=lambda one: -one[1]) for k in range(0, len(told), size)]


@pytest.mark.parametrize(("method", "candidates"), [("beam", 4), ("beam", 1), ("sampling", 3)])
@pytest.mark.parametrize("seed", [0, 1])
def test_texts_and_scores_are_as_transformers_tells_them(
    language: Language, method: str, candidates: int, seed: int
) -> None:
    options = SpeakingOptions(method=method, candidates=candidates, tokens=12, phrase=2)
    unsaid = [[[7], [9, 11]], [[20 + seed]], []]
    given, mask = prompts(language)
    ours = continued(language, given, mask, options, unsaid=unsaid, seed=seed)
    theirs = as_transformers_tells(language, options, unsaid, seed)
    lengths = {len(text.split()) for row in theirs for text, _ in row}
    assert len(lengths) > 1  # they end at different times
    for row, told in zip(ours, theirs, strict=True):
        assert sorted(one.text for one in row) == sorted(text for text, _ in told)
        assert [one.score for one in row] == pytest.approx([score for _, score in told], abs=1e-5)


@pytest.mark.parametrize("method", ["beam", "sampling"])
def test_no_step_keeps_what_it_gave_the_vocabulary(
    language: Language, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    plain, forward = language.model.generate, language.model.forward

    def generate(**how: Any) -> Any:
        made = plain(**how)
        seen.append((how["logits_processor"][-1], made))
        return made

    def looked(*given: Any, **how: Any) -> Any:
        made = forward(*given, **how)
        assert made.logits.shape[1] == 1  # of a prompt, what follows its end alone
        return made

    monkeypatch.setattr(language.model, "generate", generate)
    monkeypatch.setattr(language.model, "_supports_logits_to_keep", lambda: True)
    monkeypatch.setattr(language.model, "forward", looked)
    given, mask = prompts(language)
    options = SpeakingOptions(method=method, candidates=2, tokens=10)
    continued(language, given, mask, options)
    ((memory, made),) = seen
    assert made.scores is None
    assert made.logits is None
    kept = [t for value in vars(memory).values() for t in _tensors(value)]
    words = language.model.config.vocab_size
    # of ten steps of six beams, not so much as of one step before
    assert sum(tensor.numel() for tensor in kept) <= 10 * 6 * 8 < 6 * words


def _tensors(value: Any) -> list[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, list | tuple):
        return [tensor for one in value for tensor in _tensors(one)]
    return []


def test_tokens_as_likely_as_each_other_have_one_score() -> None:
    """In bfloat16 many are; which of them count as the best is left to chance."""
    scores = torch.zeros(1, 50)
    memory = BeamScores(2)
    memory(torch.zeros(1, 0, dtype=torch.long), scores)
    every = [
        float(memory.chosen(torch.tensor([[token]]), torch.tensor([[0]]))[1][0, 0])
        for token in (0, 17, 49)
    ]
    assert every == pytest.approx([-torch.log(torch.tensor(50.0)).item()] * 3)
    assert float(memory.chosen(torch.tensor([[3]]), torch.tensor([[-1]]))[1][0, 0]) == 0
