"""Small checkpoints in the very classes and files of the real ones, with random weights and a
tokenizer of the project's own, saved as a person's download would lie on disk."""

from __future__ import annotations

from pathlib import Path

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


def make_clip(folder: Path, *, seed: int = 0) -> Path:
    import torch
    from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPModel

    tokenizer = word_tokenizer(
        {
            "pad_token": "<pad>",
            "bos_token": "<start>",
            "eos_token": "<end>",
            "unk_token": "<unk>",
        },
        wrap="<start> $A <end>",
    )
    config = CLIPConfig(
        text_config={
            "vocab_size": len(tokenizer),
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "max_position_embeddings": 24,
            "pad_token_id": tokenizer.pad_token_id,
            "bos_token_id": tokenizer.bos_token_id,
            "eos_token_id": tokenizer.eos_token_id,
        },
        vision_config={
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "image_size": 32,
            "patch_size": 8,
        },
        projection_dim=16,
    )
    torch.manual_seed(seed)
    CLIPModel(config).save_pretrained(folder)
    tokenizer.model_max_length = 24
    tokenizer.save_pretrained(folder)
    CLIPImageProcessorPil(
        size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}
    ).save_pretrained(folder)
    return folder


def make_blip(folder: Path, *, seed: int = 0) -> Path:
    import torch
    from transformers import BlipConfig, BlipForConditionalGeneration, BlipImageProcessorPil

    tokenizer = word_tokenizer(
        {
            "pad_token": "[PAD]",
            "unk_token": "[UNK]",
            "cls_token": "[CLS]",
            "sep_token": "[SEP]",
            "bos_token": "[DEC]",
        }
    )
    config = BlipConfig(
        text_config={
            "vocab_size": len(tokenizer),
            "hidden_size": 32,
            "encoder_hidden_size": 48,
            "intermediate_size": 64,
            "num_hidden_layers": 3,
            "num_attention_heads": 4,
            "max_position_embeddings": 40,
            "pad_token_id": tokenizer.pad_token_id,
            "bos_token_id": tokenizer.bos_token_id,
            "sep_token_id": tokenizer.sep_token_id,
            "eos_token_id": 2,
            "is_decoder": True,
            "initializer_range": 0.5,
        },
        vision_config={
            "hidden_size": 48,
            "intermediate_size": 96,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "image_size": 48,
            "patch_size": 16,
            "initializer_range": 0.3,
        },
        initializer_range=0.3,
    )
    torch.manual_seed(seed)
    model = BlipForConditionalGeneration(config)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    BlipImageProcessorPil(size={"height": 48, "width": 48}).save_pretrained(folder)
    return folder


CHAT = (
    "{% for message in messages %}{{ message['role'] }} : "
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<image>{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %} <end_of_utterance> {% endfor %}"
    "{% if add_generation_prompt %}assistant : {% endif %}"
)


def make_vlm(folder: Path, *, seed: int = 0, chat: bool = True) -> Path:
    """The architecture of SmolVLM (Idefics3), small."""
    import torch
    from transformers import (
        Idefics3Config,
        Idefics3ForConditionalGeneration,
        Idefics3Processor,
    )
    from transformers.models.idefics3.image_processing_pil_idefics3 import (
        Idefics3ImageProcessorPil,
    )

    tokenizer = word_tokenizer(
        {
            "pad_token": "<pad>",
            "bos_token": "<start>",
            "eos_token": "<end>",
            "unk_token": "<unk>",
        },
        extra=(
            "<image>",
            "<fake_token_around_image>",
            "<end_of_utterance>",
            "<global-img>",
        ),
    )
    config = Idefics3Config(
        text_config={
            "model_type": "llama",
            "vocab_size": len(tokenizer),
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "max_position_embeddings": 2048,
            "pad_token_id": tokenizer.pad_token_id,
            "bos_token_id": tokenizer.bos_token_id,
            "eos_token_id": tokenizer.eos_token_id,
            "initializer_range": 0.6,
        },
        vision_config={
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "image_size": 32,
            "patch_size": 8,
        },
        scale_factor=2,
        tie_word_embeddings=False,
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
        pad_token_id=tokenizer.pad_token_id,
    )
    torch.manual_seed(seed)
    model = Idefics3ForConditionalGeneration(config)
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    model.save_pretrained(folder)
    Idefics3Processor(
        Idefics3ImageProcessorPil(size={"longest_edge": 64}, max_image_size={"longest_edge": 32}),
        tokenizer,
        image_seq_len=4,
        chat_template=CHAT if chat else None,
    ).save_pretrained(folder)
    return folder
