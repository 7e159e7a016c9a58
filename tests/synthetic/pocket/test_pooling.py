"""A sentence's vector depends on all of its words, the last one too."""

from __future__ import annotations

import pytest

from scenewise.synthetic.pocket.networks import new_clip
from scenewise.synthetic.pocket.tokenizers import clip_tokenizer


def test_the_last_word_of_a_sentence_counts() -> None:
    torch = pytest.importorskip("torch")
    texts = ["anna throws a ball in the kitchen.", "anna throws a ball in the forest."]
    tokenizer = clip_tokenizer(texts * 20)
    clip = new_clip(tokenizer, seed=0).eval()
    tokens = tokenizer(texts, padding=True, return_tensors="pt", return_token_type_ids=False)

    with torch.inference_mode():
        vectors = clip.get_text_features(**tokens).pooler_output

    assert (vectors[0] - vectors[1]).abs().max() > 1e-4
