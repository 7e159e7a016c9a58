"""A tokenizer of whole words, for checkpoints that tests make."""

from __future__ import annotations

WORDS = tuple(
    """
    a the an of on in at with and to man woman child dog cat bird red blue green yellow
    black white box ball car street beach room kitchen night day rain snow walks runs sits
    stands holds looks opens door window table chair book cup phone hand two three people
    there is are wearing hat coat sky water mountain tree road left right small large old
    young
    """.split()  # noqa: SIM905
)


def word_tokenizer(specials: dict[str, str], extra: tuple[str, ...] = (), wrap: str = ""):
    """A word-level tokenizer; specials come first, in order, so that the padding is 0."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    vocabulary = {word: i for i, word in enumerate([*specials.values(), *extra, *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=specials["unk_token"]))
    tokenizer.normalizer = normalizers.Lowercase() if not extra else None
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    if wrap:
        pairs = [(word, vocabulary[word]) for word in wrap.split() if word != "$A"]
        tokenizer.post_processor = processors.TemplateProcessing(single=wrap, special_tokens=pairs)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, additional_special_tokens=list(extra), **specials
    )
