"""Language models in half precision, as large ones must be: training, LoRA, files."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from distinctad_toys import CHANNELS, film_sequences, toy_options

from model_makers import word_tokenizer
from scenewise.core.errors import UnknownChoice
from scenewise.distinctad.language import load_language
from scenewise.distinctad.narrating import narrate
from scenewise.distinctad.narrator import Narrator
from scenewise.distinctad.narrator_files import load_narrator
from scenewise.distinctad.narrator_training import train_narrator
from scenewise.distinctad.options import (
    LookOptions,
    NarratorOptions,
    NarratorTraining,
    SequenceOptions,
    SpeakingOptions,
)
from scenewise.distinctad.runs import Run
from scenewise.distinctad.stages import train_run
from scenewise.training.errors import CheckpointInvalid
from scenewise.training.options import TrainingOptions


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> str:
    from transformers import LlamaConfig, LlamaForCausalLM

    folder = tmp_path_factory.mktemp("models") / "llama"
    tokenizer = word_tokenizer(
        {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
    )
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, eos_token_id=1, bos_token_id=0,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


def test_a_narrator_keeps_the_numbers_of_its_language_model(llama: str, tmp_path: Path) -> None:
    def made(precision: str) -> Narrator:
        language = load_language(llama, lora=2, precision=precision)
        return Narrator(language, CHANNELS, toy_options(language=llama, lora=2))

    narrator = made("bfloat16")
    assert narrator.speech.numbers == "bfloat16"
    trained = {n: p for n, p in narrator.named_parameters() if p.requires_grad}
    assert any("lora" in name for name in trained)
    assert {p.dtype for p in trained.values()} == {torch.float32}
    before = {name: p.detach().clone() for name, p in trained.items()}
    options = NarratorTraining(training=TrainingOptions(steps=3, precision="float32"))
    train_narrator(narrator, film_sequences(), options, tmp_path)
    assert any("lora_B" in n and not torch.equal(p, before[n]) for n, p in trained.items())
    read = load_narrator(tmp_path / "narrator")
    assert read.speech.numbers == "bfloat16"
    speaking = SpeakingOptions(tokens=4, candidates=2)
    said = narrate(read, film_sequences(), speaking)
    assert said == narrate(narrator.eval(), film_sequences(), speaking)
    assert load_narrator(tmp_path / "narrator", precision="float32").speech.numbers == "float32"
    with pytest.raises(CheckpointInvalid, match="another language model"):
        train_narrator(made("float32"), film_sequences(), options, tmp_path)


def test_numbers_that_there_are_not_are_told(tmp_path: Path) -> None:
    with pytest.raises(UnknownChoice, match="--language-precision cannot be 'int3'"):
        train_run(
            Run(tmp_path), NarratorOptions(), NarratorTraining(), SequenceOptions(), LookOptions(),
            numbers="int3",
        )  # fmt: skip
