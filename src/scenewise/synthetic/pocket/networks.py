"""The pocket models before they are trained: the classes of the real ones, with few weights."""

from __future__ import annotations

from typing import Any, Final

from scenewise.synthetic.pocket.beginnings import begin_sight
from scenewise.synthetic.pocket.tokenizers import LONGEST, PLACES

SIDE: Final = 96
"""Width and height of the pictures that the models look at, in pixels."""

PATCH: Final = 8
"""Side of a patch, in pixels. With 16, things of a dozen pixels were hardly told apart, and the
way people face not at all; the cost is held down by leaving patches out (`Lessons`)."""

MEAN: Final = (0.5, 0.5, 0.5)
SPREAD: Final = (0.25, 0.25, 0.25)
"""By which pictures are normalised, for values from 0 to 1."""

_VISION: Final = {
    "hidden_size": 160,
    "intermediate_size": 640,
    "num_hidden_layers": 5,
    "num_attention_heads": 5,
    "image_size": SIDE,
    "patch_size": PATCH,
    "hidden_act": "gelu",
}


def new_clip(tokenizer: Any, seed: int) -> Any:
    """A `CLIPModel` of 2.3 million weights."""
    import torch
    from transformers import CLIPConfig, CLIPModel

    torch.manual_seed(seed)
    clip = CLIPModel(
        CLIPConfig(
            text_config={
                "vocab_size": len(tokenizer),
                "hidden_size": 128,
                "intermediate_size": 512,
                "num_hidden_layers": 3,
                "num_attention_heads": 4,
                "max_position_embeddings": LONGEST,
                "pad_token_id": tokenizer.pad_token_id,
                "bos_token_id": tokenizer.bos_token_id,
                "eos_token_id": tokenizer.eos_token_id,
                "hidden_act": "gelu",
            },
            vision_config=dict(_VISION),
            projection_dim=128,
            logit_scale_init_value=2.6592,
        )
    )
    begin_sight(clip.vision_model, seed)
    return clip


def new_blip(tokenizer: Any, seed: int) -> Any:
    """A `BlipForConditionalGeneration` of 2.2 million weights."""
    import torch
    from transformers import BlipConfig, BlipForConditionalGeneration

    torch.manual_seed(seed)
    width = int(_VISION["hidden_size"])  # type: ignore[call-overload]
    return BlipForConditionalGeneration(
        BlipConfig(
            text_config={
                "vocab_size": len(tokenizer),
                "hidden_size": 128,
                "encoder_hidden_size": width,
                "intermediate_size": 512,
                "num_hidden_layers": 2,
                "num_attention_heads": 4,
                "max_position_embeddings": LONGEST,
                "pad_token_id": tokenizer.pad_token_id,
                "bos_token_id": tokenizer.bos_token_id,
                "sep_token_id": tokenizer.sep_token_id,
                "eos_token_id": tokenizer.sep_token_id,
                "is_decoder": True,
                "hidden_dropout_prob": 0.0,
                "attention_probs_dropout_prob": 0.0,
                "label_smoothing": 0.0,
            },
            vision_config=dict(_VISION),
            projection_dim=128,
            image_text_hidden_size=64,
        )
    )


def new_gpt2(tokenizer: Any, seed: int) -> Any:
    """A `GPT2LMHeadModel` of 0.7 million weights."""
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    make: Any = GPT2LMHeadModel

    torch.manual_seed(seed)
    language = make(
        GPT2Config(
            vocab_size=len(tokenizer),
            n_positions=PLACES,
            n_embd=128,
            n_layer=3,
            n_head=4,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
            resid_pdrop=0.0,
            embd_pdrop=0.0,
            attn_pdrop=0.0,
        )
    )
    # Fused attention is slow backwards in bfloat16 on processors.
    language.set_attn_implementation("eager")
    return language


def new_resnet(labels: list[str], seed: int) -> Any:
    """A `ResNetForImageClassification` of 0.2 million weights, with the bottlenecks of the
    real ResNet-50."""
    import torch
    from transformers import ResNetConfig, ResNetForImageClassification

    make: Any = ResNetForImageClassification

    torch.manual_seed(seed)
    return make(
        ResNetConfig(
            embedding_size=24,
            hidden_sizes=[48, 96, 160, 256],
            depths=[1, 1, 2, 1],
            layer_type="bottleneck",
            id2label=dict(enumerate(labels)),
            label2id={name: number for number, name in enumerate(labels)},
        )
    )


def give_eyes(blip: Any, clip: Any, pixels: Any) -> None:
    """Start a captioner's vision tower from CLIP's.

    The two differ in that CLIP normalises what goes into its first layer and BLIP does not.
    Normalising is linear but for the spread by which it divides, and that hardly differs from
    patch to patch; so it is folded into the embeddings with the spread of some pictures.

    Args:
        blip, clip: with towers of one shape.
        pixels: pictures as the models see them, [n, 3, s, s].
    """
    import torch

    source, target = clip.vision_model, blip.vision_model
    with torch.no_grad():
        norm = source.pre_layrnorm
        entering = source.embeddings(pixels)  # [n, 1 + p, w]
        spread = float(entering[:, 1:].var(dim=-1, unbiased=False).add(norm.eps).sqrt().mean())
        gain = norm.weight / spread  # [w]
        patches = source.embeddings.patch_embedding.weight  # [w, 3, s, s]
        places = source.embeddings.position_embedding.weight  # [1 + p, w]
        embedded = target.embeddings
        centred = patches - patches.mean(dim=0, keepdim=True)
        embedded.patch_embedding.weight.copy_(centred * gain[:, None, None, None])
        embedded.patch_embedding.bias.zero_()
        there = (places - places.mean(dim=1, keepdim=True)) * gain + norm.bias
        # The class token is the same for all pictures, so its normal form is exact.
        there[0] = norm(source.embeddings.class_embedding + places[0])
        embedded.position_embedding.copy_(there[None])
        embedded.class_embedding.zero_()
        for theirs, ours in zip(source.encoder.layers, target.encoder.layers, strict=True):
            attention = theirs.self_attn
            parts = (attention.q_proj, attention.k_proj, attention.v_proj)
            ours.self_attn.qkv.weight.copy_(torch.cat([part.weight for part in parts]))
            ours.self_attn.qkv.bias.copy_(torch.cat([part.bias for part in parts]))
            ours.self_attn.projection.load_state_dict(attention.out_proj.state_dict())
            ours.layer_norm1.load_state_dict(theirs.layer_norm1.state_dict())
            ours.layer_norm2.load_state_dict(theirs.layer_norm2.state_dict())
            ours.mlp.load_state_dict(theirs.mlp.state_dict())
        target.post_layernorm.load_state_dict(source.post_layernorm.state_dict())
