"""The loss, its gradient and a step of the optimiser are those of transformers' own CLIP."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from charades_short import CPU
from torch.nn import functional

from scenewise.charades.training import pair_loss
from scenewise.charades.tuned_clip import TunedClip, by_video
from scenewise.charades.tuning_options import TuningOptions
from scenewise.training.loop import fit
from scenewise.training.optimising import make_optimiser, set_rate

CAPTIONS = {
    "A": "a man walks", "B": "a woman sits in the kitchen", "C": "the dog runs on the street",
    "D": "two people", "E": "a red ball",
}  # fmt: skip


@pytest.fixture(scope="module")
def tuned(clip: str) -> TunedClip:
    opened = TunedClip(clip, CPU)
    opened.model.requires_grad_(True).train()
    return opened


def pictures(count: int) -> list[np.ndarray]:
    rng = np.random.default_rng(8)
    return [rng.integers(0, 256, (40, 52, 3)).astype(np.uint8) for _ in range(count)]


def batch_of(tuned: TunedClip, captions: dict[str, str]) -> dict[str, torch.Tensor]:
    """One picture a caption."""
    count = len(captions)
    tokens = tuned.tokens(captions)
    numbers = torch.tensor([list(captions.values()).index(text) for text in captions.values()])
    return {
        "pixels": torch.from_numpy(tuned.eye.pixels(pictures(count))),
        "owner": torch.arange(count),
        "caption": numbers,
        **tokens.of(torch.arange(count)),
    }


def theirs(model, tuned: TunedClip, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    return model(
        input_ids=batch["input_ids"],
        attention_mask=batch["attention_mask"],
        pixel_values=tuned.eye.normalised(batch["pixels"]),
        return_loss=True,
    ).loss


def gradients(model, loss: torch.Tensor) -> dict[str, torch.Tensor]:
    model.zero_grad(set_to_none=True)
    loss.backward()
    return {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}


def same_numbers(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    assert one.keys() == other.keys()
    for name in one:
        assert torch.allclose(one[name], other[name], rtol=1e-4, atol=1e-6), name


@pytest.mark.parametrize("duplicates", ["soft", "masked", "apart"])
@pytest.mark.parametrize("chunk", [0, 2])
def test_loss_and_gradient_are_those_of_transformers(
    tuned: TunedClip, duplicates: str, chunk: int
) -> None:
    batch = batch_of(tuned, CAPTIONS)
    expected = theirs(tuned.model, tuned, batch)
    wanted = gradients(tuned.model, expected)
    ours, figures = pair_loss(tuned.model, batch, eye=tuned.eye, duplicates=duplicates, chunk=chunk)
    assert ours.item() == pytest.approx(expected.item(), rel=1e-5)
    assert expected.item() > 0.5
    got = gradients(tuned.model, ours)
    same_numbers(got, wanted)
    assert max(float(one.abs().max()) for one in got.values()) > 1e-3
    assert "logit_scale" in got
    assert figures["samples"] == len(CAPTIONS)


def test_one_step_of_the_loop_is_one_step_of_the_optimiser_on_their_loss(tuned: TunedClip) -> None:
    options = TuningOptions(steps=1, learning_rate=1e-3, precision="float32")
    batch = batch_of(tuned, CAPTIONS)
    mine, other = copy.deepcopy(tuned.model), copy.deepcopy(tuned.model).train()
    fit(mine, lambda _: batch, lambda model, b: pair_loss(model, b, eye=tuned.eye), options)
    optimiser = make_optimiser(other, options)
    set_rate(optimiser, 1e-3)
    gradients(other, theirs(other, tuned, batch))
    optimiser.step()

    def changed(model: torch.nn.Module) -> dict[str, torch.Tensor]:
        # what is added to all keys alike changes no attention: its gradient is rounding alone,
        # which Adam makes as large as any other
        return {n: p.detach() for n, p in model.named_parameters() if "k_proj.bias" not in n}

    same_numbers(changed(mine), changed(other))
    moved = [
        float((a - b).abs().max().detach())
        for a, b in zip(mine.parameters(), tuned.model.parameters(), strict=True)
    ]
    assert max(moved) > 5e-4


def test_equal_captions_count_as_the_option_says(tuned: TunedClip) -> None:
    batch = batch_of(tuned, {"A": "a man walks", "B": "a man walks", "C": "the dog sits"})
    assert batch["caption"].tolist() == [0, 0, 2]
    soft, masked, apart = (
        pair_loss(tuned.model, batch, eye=tuned.eye, duplicates=how)[0].item()
        for how in ("soft", "masked", "apart")
    )
    assert apart == pytest.approx(theirs(tuned.model, tuned, batch).item(), rel=1e-5)
    assert masked < apart
    assert soft != pytest.approx(masked)


def test_pixels_kept_as_bytes_are_what_the_processor_gives(tuned: TunedClip) -> None:
    from transformers import CLIPImageProcessorPil

    images = [*pictures(2), np.full((90, 30, 3), 255, np.uint8)]
    whole = CLIPImageProcessorPil.from_pretrained(tuned.folder)(images, return_tensors="pt")
    kept = torch.from_numpy(tuned.eye.pixels(images))
    assert kept.dtype == torch.uint8
    assert torch.allclose(tuned.eye.normalised(kept), whole["pixel_values"], atol=1e-5)


def test_a_video_of_several_frames_is_the_mean_of_their_unit_embeddings() -> None:
    generator = torch.Generator().manual_seed(1)
    vectors = torch.randn(5, 4, generator=generator)
    owner = torch.tensor([0, 0, 0, 1, 1])
    unit = functional.normalize(vectors, dim=-1)
    expected = torch.stack([unit[:3].mean(0), unit[3:].mean(0)])
    assert torch.allclose(by_video(vectors, owner, 2), expected, atol=1e-6)
    assert torch.allclose(by_video(vectors, torch.arange(5), 5), unit, atol=1e-6)
