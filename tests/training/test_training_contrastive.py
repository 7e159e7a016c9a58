"""The contrastive loss against its equations, and the gradient cache against the plain way."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from scenewise.core.errors import UnknownChoice
from scenewise.training.contrastive import accuracies, contrastive_loss, identical
from scenewise.training.gradient_cache import chunked, gradient_cached
from scenewise.training.loop import fit
from scenewise.training.options import TrainingOptions

SCALE = torch.tensor(math.log(5.0))


def pairs(seed: int, n: int = 6, d: int = 4) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(n, d, generator=generator), torch.randn(n, d, generator=generator)


def by_hand(images: Tensor, texts: Tensor, scale: float, target: np.ndarray) -> float:
    """Equations 1 to 3, one number at a time."""
    a = [row / np.linalg.norm(row) for row in images.double().numpy()]
    b = [row / np.linalg.norm(row) for row in texts.double().numpy()]
    logits = np.array([[math.exp(scale) * float(x @ y) for y in b] for x in a])
    total = 0.0
    for table, wanted in ((logits, target), (logits.T, target.T)):
        for row, share in zip(table, wanted, strict=True):
            total -= float(share @ (row - math.log(np.exp(row).sum())))
    return total / (2 * len(logits))


@given(seed=st.integers(0, 999), n=st.integers(1, 7), scale=st.floats(-1, 3))
@settings(max_examples=30, deadline=None)
def test_it_is_what_the_equations_say(seed: int, n: int, scale: float) -> None:
    images, texts = pairs(seed, n)
    loss = contrastive_loss(images, texts, torch.tensor(scale))
    assert float(loss) == pytest.approx(by_hand(images, texts, scale, np.eye(n)), abs=1e-4)


@given(seed=st.integers(0, 999), texts=st.lists(st.sampled_from("abc"), min_size=2, max_size=6))
@settings(max_examples=30, deadline=None)
def test_identical_texts_share_the_target(seed: int, texts: list[str]) -> None:
    images, embeddings = pairs(seed, len(texts))
    same = identical(texts)
    assert same.tolist() == [[a == b for b in texts] for a in texts]
    target = same.double().numpy() / same.sum(1, keepdim=True).numpy()
    loss = contrastive_loss(images, embeddings, SCALE, same=same)
    assert float(loss) == pytest.approx(by_hand(images, embeddings, SCALE, target), abs=1e-4)


@pytest.mark.parametrize("duplicates", ["soft", "masked"])
def test_texts_that_all_differ_change_nothing(duplicates: str) -> None:
    images, texts = pairs(0)
    plain = contrastive_loss(images, texts, SCALE)
    same = identical(range(6))
    assert torch.allclose(
        plain, contrastive_loss(images, texts, SCALE, same=same, duplicates=duplicates)
    )


def test_masked_twins_neither_help_nor_harm() -> None:
    # with two samples of one text there is nothing left to compare
    images, texts = pairs(0, 2)
    masked = contrastive_loss(images, texts, SCALE, same=identical("aa"), duplicates="masked")
    assert float(masked) == 0
    images, texts = pairs(1, 3)
    images.requires_grad_()
    contrastive_loss(images, texts, SCALE, same=identical("aab"), duplicates="masked").backward()
    assert torch.isfinite(images.grad).all()
    assert images.grad.abs().sum() > 0
    other = texts.clone()
    other[1] = texts[1].flip(0)  # the twin of text 0
    first, second = (
        torch.autograd.grad(
            contrastive_loss(images, t, SCALE, same=identical("aab"), duplicates="masked"), images
        )[0]
        for t in (texts, other)
    )
    assert torch.equal(first[0], second[0])  # image 0 does not see it
    assert not torch.allclose(first[1], second[1])  # its own image does
    assert not torch.allclose(first[2], second[2])  # and so does whoever says something else


def test_a_perfect_pair_has_no_loss_and_full_marks() -> None:
    images = torch.eye(5)
    assert float(contrastive_loss(images, 3 * images, torch.tensor(5.0))) < 1e-6
    assert accuracies(images, images) == {"image_accuracy": 1.0, "text_accuracy": 1.0}
    shifted = images.roll(1, 0)
    assert accuracies(images, shifted) == {"image_accuracy": 0.0, "text_accuracy": 0.0}
    everyone = identical("aaaaa")
    assert accuracies(images, shifted, everyone) == {"image_accuracy": 1.0, "text_accuracy": 1.0}


def test_autocast_does_not_round_it() -> None:
    images, texts = pairs(2, 32, 16)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        rounded = contrastive_loss(images, texts, torch.tensor(4.6))
    assert rounded.dtype == torch.float32
    assert torch.equal(rounded, contrastive_loss(images, texts, torch.tensor(4.6)))


def test_no_other_way_with_duplicates() -> None:
    with pytest.raises(UnknownChoice, match="soft, masked"):
        contrastive_loss(*pairs(0), SCALE, same=identical("aaaaaa"), duplicates="dropped")


class Towers(nn.Module):
    """Two encoders, with dropout and a shared first layer, and a scale."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.shared = nn.Linear(6, 8)
        self.image = nn.Sequential(self.shared, nn.GELU(), nn.Dropout(dropout), nn.Linear(8, 4))
        self.text = nn.Sequential(self.shared, nn.Tanh(), nn.Dropout(dropout), nn.Linear(8, 4))
        self.log_scale = nn.Parameter(torch.tensor(1.5))

    def loss(self, images: Tensor, texts: Tensor) -> tuple[Tensor, dict[str, float]]:
        return contrastive_loss(images, texts, self.log_scale), accuracies(images, texts)


def inputs() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(5)
    return torch.randn(11, 6, generator=generator), torch.randn(11, 6, generator=generator)


def plainly(model: Towers, size: int) -> tuple[Tensor, dict[str, float]]:
    """Everything kept, chunk by chunk, so that dropout falls as it does with the cache."""
    images, texts = inputs()
    return model.loss(
        torch.cat([model.image(chunk) for chunk in images.split(size)]),
        torch.cat([model.text(chunk) for chunk in texts.split(size)]),
    )


def cached(model: Towers, size: int) -> tuple[Tensor, Any]:
    images, texts = inputs()
    return gradient_cached(
        model.loss, (model.image, chunked(images, size)), (model.text, chunked(texts, size))
    )


def outcome(
    way: Callable[..., Any], dropout: float, size: int, bfloat16: bool
) -> tuple[float, dict[str, float], dict[str, Tensor]]:
    model = Towers(dropout)
    torch.manual_seed(9)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bfloat16):
        loss, figures = way(model, size)
    (loss / 3).backward()
    return float(loss.detach()), figures, {n: p.grad for n, p in model.named_parameters()}


@pytest.mark.parametrize("bfloat16", [False, True])
@pytest.mark.parametrize("dropout", [0.0, 0.4])
@pytest.mark.parametrize("size", [1, 4, 11])
def test_the_cache_gives_the_loss_and_the_gradient_of_the_plain_way(
    dropout: float, size: int, bfloat16: bool
) -> None:
    loss, figures, gradients = outcome(plainly, dropout, size, bfloat16)
    again, same_figures, same = outcome(cached, dropout, size, bfloat16)
    assert again == pytest.approx(loss, rel=1e-6)
    assert same_figures == figures
    assert gradients.keys() == same.keys()
    for name, gradient in gradients.items():
        # two that are both zero would be equal, too
        assert gradient.abs().max() > 1e-4, name
        tolerance = 2e-2 if bfloat16 else 1e-5
        torch.testing.assert_close(same[name], gradient, rtol=tolerance, atol=tolerance / 10)


def test_dropout_matters_to_that_test() -> None:
    without = outcome(cached, 0.0, 4, False)
    dropped = outcome(cached, 0.4, 4, False)
    assert without[0] != pytest.approx(dropped[0], rel=1e-3)


def test_backward_leaves_the_random_state_alone() -> None:
    model = Towers(0.4)
    loss, _ = cached(model, 4)
    before = torch.get_rng_state()
    loss.backward()
    assert torch.equal(before, torch.get_rng_state())


def test_a_frozen_tower_gets_no_gradient_and_the_other_does() -> None:
    model = Towers(0.0)
    model.text.requires_grad_(False)  # with the shared layer
    loss, _ = cached(model, 4)
    loss.backward()
    assert model.text[3].weight.grad is None
    assert model.image[3].weight.grad.abs().max() > 1e-4


def test_without_gradients_it_is_only_the_loss() -> None:
    model = Towers(0.0)
    with torch.no_grad():
        loss, _ = cached(model, 4)
    assert not loss.requires_grad
    assert float(loss) == pytest.approx(float(plainly(model, 4)[0].detach()), rel=1e-6)


def test_no_more_than_a_chunk_is_kept() -> None:
    """Between the passes only embeddings are held: the encoder's insides are let go."""
    import gc
    import weakref

    model = Towers(0.0)
    inside: list[Any] = []
    model.shared.register_forward_hook(lambda m, i, o: inside.append(weakref.ref(o)))
    loss, _ = cached(model, 4)
    gc.collect()
    assert len(inside) == 6
    assert all(ref() is None for ref in inside)
    loss.backward()
    assert len(inside) == 12


def test_what_is_one_chunk_is_encoded_once() -> None:
    model = Towers(0.0)
    calls: list[int] = []
    model.shared.register_forward_hook(lambda m, i, o: calls.append(len(o)))
    loss, _ = cached(model, 11)
    loss.backward()
    assert calls == [11, 11]  # images and texts


def test_the_loop_trains_with_it() -> None:
    model = Towers(0.1)

    def loss(model: Towers, batch: dict[str, Tensor]) -> Any:
        image, text = chunked(batch["images"], 4), chunked(batch["texts"], 4)
        return gradient_cached(model.loss, (model.image, image), (model.text, text))

    def batches(number: int) -> dict[str, Tensor]:
        images, _ = inputs()
        return {"images": images, "texts": images.flip(1)}

    options = TrainingOptions(steps=60, learning_rate=0.02, accumulate=2, weight_decay=0)
    told = fit(model, batches, loss, options)
    assert told.training["loss"] < 1.0
    assert told.training["image_accuracy"] > 0.8


def test_dictionaries_are_cut_alike() -> None:
    parts = chunked({"a": torch.arange(5), "b": torch.arange(10).reshape(5, 2)}, 2)
    assert [part["a"].tolist() for part in parts] == [[0, 1], [2, 3], [4]]
    assert [part["b"].shape[0] for part in parts] == [2, 2, 1]
