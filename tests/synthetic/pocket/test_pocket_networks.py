"""The pocket networks are as small as they say, and BLIP can be given CLIP's eyes."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from scenewise.synthetic.pocket import networks
from scenewise.synthetic.pocket.lessons import SLOTS
from scenewise.synthetic.pocket.looking import pixels_of

MILLIONS = {"clip": 2.32, "blip": 2.24, "gpt2": 0.74, "resnet": 0.2}


@pytest.fixture(scope="module")
def models(clip_words, blip_words, gpt2_words):
    return {
        "clip": networks.new_clip(clip_words, 1),
        "blip": networks.new_blip(blip_words, 1),
        "gpt2": networks.new_gpt2(gpt2_words, 1),
        "resnet": networks.new_resnet([*SLOTS["action"], "nothing"], 1),
    }


def weights(model: torch.nn.Module) -> int:
    return sum(weight.numel() for weight in model.parameters())


def test_the_tokenizers_are_as_large_as_in_the_recipe(clip_words, blip_words, gpt2_words) -> None:
    assert [len(w) for w in (clip_words, blip_words, gpt2_words)] == [640, 560, 640]


@pytest.mark.parametrize("name", list(MILLIONS))
def test_each_is_as_large_as_it_says(models, name) -> None:
    assert weights(models[name]) / 1e6 == pytest.approx(MILLIONS[name], rel=0.03)


def test_all_together_are_under_twelve_megabytes_in_sixteen_bits(models) -> None:
    assert sum(2 * weights(model) for model in models.values()) < 12e6


@pytest.mark.slow
def test_weights_follow_from_the_seed(clip_words) -> None:
    first, again, other = (networks.new_clip(clip_words, seed) for seed in (3, 3, 4))
    for (name, a), b, c in zip(
        first.named_parameters(), again.parameters(), other.parameters(), strict=True
    ):
        assert (a == b).all(), name
        assert a.unique().numel() == 1 or (a != c).any(), name


@pytest.fixture(scope="module")
def pictures(families) -> torch.Tensor:
    return pixels_of(families.images[:16])


def given_eyes(models, clip_words, blip_words, pictures):
    clip, blip = networks.new_clip(clip_words, 7), networks.new_blip(blip_words, 8)
    with torch.no_grad():  # as training leaves them: no longer all ones
        clip.vision_model.pre_layrnorm.weight.mul_(1.3)
        clip.vision_model.embeddings.patch_embedding.weight.mul_(40.0)
        clip.vision_model.embeddings.position_embedding.weight.mul_(40.0)
    networks.give_eyes(blip, clip, pictures)
    return clip.eval(), blip.eval()


def test_eyes_are_given_weight_by_weight(models, clip_words, blip_words, pictures) -> None:
    clip, blip = given_eyes(models, clip_words, blip_words, pictures)
    for theirs, ours in zip(
        clip.vision_model.encoder.layers, blip.vision_model.encoder.layers, strict=True
    ):
        query, key, value = ours.self_attn.qkv.weight.chunk(3)
        assert (query == theirs.self_attn.q_proj.weight).all()
        assert (key == theirs.self_attn.k_proj.weight).all()
        assert (value == theirs.self_attn.v_proj.weight).all()
        assert (ours.mlp.fc1.weight == theirs.mlp.fc1.weight).all()
        assert (ours.layer_norm2.bias == theirs.layer_norm2.bias).all()


def test_with_clips_eyes_the_first_layer_is_shown_what_clips_is(
    models, clip_words, blip_words, pictures
) -> None:
    clip, blip = given_eyes(models, clip_words, blip_words, pictures)
    shown: dict[str, torch.Tensor] = {}

    def note(name: str):
        def hook(_module, _given, out) -> None:
            shown[name] = out.detach()

        return hook

    clip.vision_model.encoder.layers[0].layer_norm1.register_forward_hook(note("clip"))
    blip.vision_model.encoder.layers[0].layer_norm1.register_forward_hook(note("blip"))
    with torch.no_grad():
        clip.vision_model(pictures)
        blip.vision_model(pictures)
    # Both normalise it; one of them twice.
    difference = (shown["clip"] - shown["blip"]).abs().mean() / shown["clip"].abs().mean()
    assert difference < 0.05


def test_with_clips_eyes_pictures_are_alike_that_clip_finds_alike(
    models, clip_words, blip_words, pictures
) -> None:
    clip, blip = given_eyes(models, clip_words, blip_words, pictures)
    stranger = networks.new_blip(blip_words, 9).eval()

    def likeness(tower) -> np.ndarray:
        with torch.no_grad():
            seen = tower(pictures).last_hidden_state.flatten(1)
        seen = torch.nn.functional.normalize(seen - seen.mean(0), dim=-1)
        return (seen @ seen.T).numpy()[np.triu_indices(len(pictures), 1)]

    wanted = likeness(clip.vision_model)
    own, others = (np.corrcoef(wanted, likeness(b.vision_model))[0, 1] for b in (blip, stranger))
    assert own > max(0.95, others)
