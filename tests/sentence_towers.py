"""Small checkpoints in the files and format of `clip-ViT-B-32-multilingual-v1`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from model_makers import word_tokenizer

OLD = "sentence_transformers.models."
TYPES = {
    "old": [f"{OLD}Transformer", f"{OLD}Pooling", f"{OLD}Dense"],
    "new": [
        "sentence_transformers.base.modules.transformer.Transformer",
        "sentence_transformers.sentence_transformer.modules.pooling.Pooling",
        "sentence_transformers.base.modules.dense.Dense",
    ],
}
IDENTITY = "torch.nn.modules.linear.Identity"


def write(file: Path, value: Any) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(value), encoding="utf-8")


def make_sentence_tower(
    folder: Path, *, width: int = 16, seed: int = 0, format: str = "old", longest: int = 12
) -> Path:
    """A DistilBERT of 32 numbers, the mean of its tokens, and a linear layer to `width`.

    Args:
        format: `old` as the real one was saved, or `new` as sentence-transformers 6 saves.
    """
    import torch
    from safetensors.torch import save_file
    from transformers import DistilBertConfig, DistilBertModel

    tokenizer = word_tokenizer(
        {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"},
        wrap="[CLS] $A [SEP]",
    )
    config = DistilBertConfig(
        vocab_size=len(tokenizer),
        dim=32,
        hidden_dim=64,
        n_layers=2,
        n_heads=4,
        max_position_embeddings=40,
        initializer_range=0.5,
    )
    torch.manual_seed(seed)
    DistilBertModel(config).save_pretrained(folder)
    tokenizer.model_max_length = longest if format == "new" else 40
    tokenizer.save_pretrained(folder)
    paths = ["", "1_Pooling", "2_Dense"]
    modules = [
        {"idx": i, "name": str(i), "path": path, "type": kind}
        for i, (path, kind) in enumerate(zip(paths, TYPES[format], strict=True))
    ]
    write(folder / "modules.json", modules)
    if format == "old":
        write(
            folder / "sentence_bert_config.json",
            {"max_seq_length": longest, "do_lower_case": False},
        )
        modes = {f"pooling_mode_{m}": m == "mean_tokens" for m in POOLINGS}
        write(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": 32} | modes)
    else:
        write(folder / "sentence_bert_config.json", {"transformer_task": "feature-extraction"})
        write(
            folder / "1_Pooling" / "config.json",
            {"embedding_dimension": 32, "pooling_mode": "mean", "include_prompt": True},
        )
    write(
        folder / "2_Dense" / "config.json",
        {"in_features": 32, "out_features": width, "bias": False, "activation_function": IDENTITY},
    )
    save_file({"linear.weight": torch.randn(width, 32)}, folder / "2_Dense" / "model.safetensors")
    return folder


POOLINGS = ("cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens")
