"""The frozen language model that speaks: GPT-2, or a model of the LLaMA family by name."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from scenewise.core.errors import ComponentMissing
from scenewise.core.progress import Progress
from scenewise.distinctad.errors import NarratorInvalid
from scenewise.models import hub
from scenewise.models.loading import load_model, load_part
from scenewise.models.precision import Placement
from scenewise.training.randomness import own_gpu


@dataclass(frozen=True)
class Language:
    """A language model and its tokenizer.

    Args:
        name: what it was asked for by.
        model: a causal language model of transformers, frozen but for LoRA's weights.
        tokenizer: a fast one, which knows where its tokens stand in a text.
        fingerprint: a hash of the model's files.
    """

    name: str
    model: Any
    tokenizer: Any
    fingerprint: str

    @property
    def width(self) -> int:
        """D, channels of its embeddings."""
        return int(self.model.get_input_embeddings().embedding_dim)

    @property
    def numbers(self) -> str:
        """The format of its frozen weights, such as `bfloat16`."""
        return str(self.model.get_input_embeddings().weight.dtype).removeprefix("torch.")

    @property
    def begin(self) -> int:
        """The token <BOS>; GPT-2 begins with the mark that it also ends with."""
        begin = self.tokenizer.bos_token_id
        return int(self.tokenizer.eos_token_id if begin is None else begin)

    @property
    def end(self) -> int:
        """The token that ends a description."""
        return int(self.tokenizer.eos_token_id)

    @property
    def spread(self) -> float:
        """Standard deviation of its embeddings, over at most a thousand tokens."""
        return float(self.model.get_input_embeddings().weight[:1000].detach().float().std())

    @property
    def longest(self) -> int:
        """Most tokens that it can be given, prompt included."""
        return int(getattr(self.model.config, "max_position_embeddings", 1 << 30))

    @property
    def vocabulary(self) -> str:
        """A hash of the tokenizer's words and their numbers."""
        told = json.dumps(sorted(self.tokenizer.get_vocab().items())).encode()
        return hashlib.sha256(told).hexdigest()[:16]

    def encode(self, text: str) -> list[int]:
        """The tokens of a text, without special ones."""
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def placed(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        """The tokens of a text, and where each stands in it (start and end)."""
        made = self.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        return list(made["input_ids"]), [(int(a), int(b)) for a, b in made["offset_mapping"]]


def load_language(
    name: str,
    *,
    lora: int = 0,
    seed: int = 0,
    device: torch.device | None = None,
    precision: str = "float32",
    allow_download: bool = True,
    progress: Progress | None = None,
) -> Language:
    """A language model, frozen.

    Args:
        name: a hub name, a folder, or `pocket`.
        lora: rank of LoRA's matrices beside the attention's (Hu et al. 2021), which are trained;
            0 for none.
        seed: where their first values come from.
        device: where to.
        precision: `float32` or `bfloat16`, which halves the memory of a large model.
        allow_download, progress: see `models.hub.resolve`.

    Raises:
        ModelMissing: it is neither here nor to be had, or damaged.
        OptionInvalid: it is another kind of model.
        NarratorInvalid: its tokenizer has no end mark, or does not tell where tokens stand.
        ComponentMissing: LoRA is asked for and peft is not installed.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = hub.resolve(name, job="language", allow_download=allow_download, progress=progress)
    place = Placement(device or torch.device("cpu"), getattr(torch, precision))
    model = load_model(AutoModelForCausalLM, folder, place)
    tokenizer: Any = load_part(AutoTokenizer, folder)
    if tokenizer.eos_token_id is None or not tokenizer.is_fast:
        raise NarratorInvalid(
            "its tokenizer has no end mark, or cannot tell where its tokens stand",
            path=Path(folder),
            remedy="choose another language model",
        )
    _fuse(model)
    if lora:
        _add_lora(model, lora, seed)
        model.to(place.device)
    return Language(name, model, tokenizer, hub.fingerprint(folder))


def _fuse(model: Any) -> None:
    """GPT-2's activation as one operation where transformers takes nine: a fifth of the time that
    a training step of a small model takes."""
    if getattr(model.config, "activation_function", "") == "gelu_new":
        for block in model.transformer.h:
            block.mlp.act = torch.nn.GELU(approximate="tanh")


def _add_lora(model: Any, rank: int, seed: int) -> None:
    """Trained matrices beside the frozen ones that peft knows to serve best for the model."""
    if find_spec("peft") is None:
        raise ComponentMissing(
            "LoRA needs the package peft", remedy="pip install 'scenewise[research]'"
        )
    from peft import LoraConfig, inject_adapter_in_model

    config = LoraConfig(
        r=rank,
        lora_alpha=2 * rank,
        lora_dropout=0.05,
        task_type="CAUSAL_LM",
        # GPT-2's layers hold their matrices the other way round
        fan_in_fan_out=model.config.model_type == "gpt2",
    )
    with torch.random.fork_rng(devices=own_gpu()):
        torch.manual_seed(seed)
        inject_adapter_in_model(config, model)
    for p in model.parameters():
        if p.requires_grad:  # in bfloat16 small steps would round to none
            p.data = p.data.float()
