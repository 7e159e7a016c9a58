"""The pocket tokenizers keep what they are given."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.synthetic.grammar import canonical, caption, sentences
from scenewise.synthetic.pocket.examples import random_event
from scenewise.synthetic.pocket.lessons import STRANGE, with_capitals
from scenewise.synthetic.pocket.networks import new_gpt2
from scenewise.synthetic.pocket.tokenizers import (
    LONGEST,
    blip_tokenizer,
    clip_tokenizer,
    gpt2_tokenizer,
)

seeds = st.integers(0, 10**6)
texts = st.text(st.characters(exclude_categories=["Cs"])).filter(lambda text: "<" not in text)
unshared = settings(max_examples=100, deadline=None)


@unshared
@given(text=texts)
def test_gpt2_keeps_any_text(gpt2_words, text) -> None:
    assert gpt2_words.decode(gpt2_words(text)["input_ids"]) == text


@unshared
@given(text=texts)
def test_clip_keeps_any_text_but_for_capitals(clip_words, text) -> None:
    ids = clip_words(text, truncation=False)["input_ids"]
    assert ids[0] == clip_words.bos_token_id
    assert ids[-1] == clip_words.eos_token_id
    back = clip_words.decode(ids, skip_special_tokens=True)
    composed = unicodedata.normalize("NFC", text)
    if composed.isascii():
        assert back.lstrip(" ") == composed.lower().lstrip(" ")
    again = clip_words(back, truncation=False)["input_ids"]
    assert clip_words.decode(again, skip_special_tokens=True).strip() == back.strip()


@unshared
@given(seed=seeds)
def test_blip_keeps_every_caption_with_its_names(blip_words, seed) -> None:
    rng = np.random.default_rng(seed)
    text = with_capitals(caption(random_event(rng), rng))
    ids = blip_words(text)["input_ids"]
    assert blip_words.unk_token_id not in ids
    assert blip_words.decode(ids) == text


def test_the_same_texts_give_the_same_tokens() -> None:
    """Else a captioner that goes on learning would find other words under its numbers."""
    rng = np.random.default_rng(4)
    texts = [with_capitals(caption(random_event(rng), rng)) for _ in range(300)]
    for make in (blip_tokenizer, clip_tokenizer, gpt2_tokenizer):
        first, *others = (make(texts).get_vocab() for _ in range(4))
        assert all(other == first for other in others)


def test_blip_knows_its_marks_and_no_others(blip_words) -> None:
    assert set(blip_words.all_special_tokens) == {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[DEC]"}
    assert len(blip_words) == len(blip_words.get_vocab()) == 560


def test_blip_takes_words_that_it_does_not_know(blip_words) -> None:
    ids = blip_words("quixotic 漢字")["input_ids"]
    assert blip_words.unk_token_id in ids


@pytest.mark.parametrize("count", [3000])
def test_no_sentence_of_the_world_is_too_long(clip_words, blip_words, count) -> None:
    rng = np.random.default_rng(5)
    events = [random_event(rng) for _ in range(count)]
    read = [sentences(event, rng, 1)[0] for event in events]
    read += [*map(canonical, events[:500]), *STRANGE]
    longest = max(map(len, clip_words(read, truncation=False)["input_ids"]))
    assert longest <= LONGEST
    captions = [with_capitals(caption(event, rng)) for event in events]
    # A captioner's sentence has its marks beside.
    longest = max(map(len, blip_words(captions, truncation=False)["input_ids"]))
    assert longest + 2 <= LONGEST


def test_long_texts_are_cut_at_what_clip_can_read(clip_words) -> None:
    ids = clip_words("a ball " * 200, truncation=True)["input_ids"]
    assert len(ids) == LONGEST
    assert ids[-1] == clip_words.eos_token_id


def test_the_language_models_tokenizer_knows_how_much_it_reads(gpt2_words) -> None:
    assert gpt2_words.model_max_length == new_gpt2(gpt2_words, 0).config.n_positions == 512
