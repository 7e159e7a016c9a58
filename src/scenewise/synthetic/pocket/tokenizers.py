"""Tokenizers of the pocket models: the families of the real ones, learnt from the drawn
world's sentences, able to take any text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

LONGEST: Final = 40
"""Tokens that a sentence may have."""

PLACES: Final = 512
"""Tokens that the language model reads at once."""


def clip_tokenizer(texts: Iterable[str], size: int = 640) -> Any:
    """Byte-level pairs between start and end marks, lower-cased, as CLIP's."""
    from tokenizers import processors

    # The end must not have the number 2: transformers takes a CLIP whose end is 2 for one of its
    # first checkpoints, and pools at the highest number of a sentence instead of at its end.
    marks_first = ["<pad>", "<|startoftext|>", "<unk>", "<|endoftext|>"]
    tokenizer = _byte_pairs(texts, size, marks_first, lower=True)
    marks = [(mark, tokenizer.token_to_id(mark)) for mark in ("<|startoftext|>", "<|endoftext|>")]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<|startoftext|> $A <|endoftext|>", special_tokens=marks
    )
    return _wrapped(
        tokenizer, pad_token="<pad>", bos_token="<|startoftext|>", eos_token="<|endoftext|>"
    )


def blip_tokenizer(texts: Iterable[str], size: int = 560) -> Any:
    """Word pieces, as BERT's and so BLIP's, but with capitals: names have them.

    The same texts give the same pieces: a model that goes on learning finds its words again.
    """
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from tokenizers.decoders import WordPiece

    known = list(texts)
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[DEC]"]
    # The trainer numbers the letters inside words in an order that differs each time, and what
    # it joins hangs on their numbers; what it is given as special keeps its place.
    inside = {letter for text in known for word in re.findall(r"\w+", text) for letter in word[1:]}
    order = [*specials, *(f"##{letter}" for letter in sorted(inside))]
    learnt = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    learnt.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    learnt.train_from_iterator(
        known,
        trainers.WordPieceTrainer(vocab_size=size, special_tokens=order, show_progress=False),
    )
    tokenizer = Tokenizer(models.WordPiece(learnt.get_vocab(), unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = WordPiece()
    return _wrapped(
        tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        bos_token="[DEC]",
    )


def gpt2_tokenizer(texts: Iterable[str], size: int = 640) -> Any:
    """Byte-level pairs with one mark for beginning and end, as GPT-2's."""
    tokenizer = _byte_pairs(texts, size, ["<|endoftext|>"], lower=False)
    return _wrapped(
        tokenizer,
        bos_token="<|endoftext|>",
        eos_token="<|endoftext|>",
        pad_token="<|endoftext|>",
        longest=PLACES,
    )


def _byte_pairs(texts: Iterable[str], size: int, specials: list[str], *, lower: bool) -> Any:
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    if lower:
        tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=lower)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=size,
            special_tokens=specials,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    return tokenizer


def _wrapped(tokenizer: Any, longest: int = LONGEST, **marks: str) -> Any:
    from transformers import PreTrainedTokenizerFast

    make: Any = PreTrainedTokenizerFast
    return make(tokenizer_object=tokenizer, model_max_length=longest, **marks)
