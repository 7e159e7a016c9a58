"""The modules of Stage II against their equations, one number at a time, and what they promise."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from scenewise.distinctad.bases import (
    ContextualBases,
    log_likelihood,
    responsibilities,
    restored,
    updated,
)
from scenewise.distinctad.refining import CrossAttention, Refiner
from scenewise.distinctad.resampling import Perceiver

TAU = 0.2


def some(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def em_by_hand(
    vectors: np.ndarray, bases: np.ndarray, rounds: int, unit: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Equations 6 to 8 of one context, in loops."""
    n, channels = vectors.shape
    k = len(bases)
    z = np.zeros((n, k))
    for _ in range(rounds):
        for i in range(n):
            strength = np.zeros(k)
            for j in range(k):
                base = (
                    bases[j] / np.linalg.norm(bases[j]) / math.sqrt(channels) if unit else bases[j]
                )
                strength[j] = math.exp(float(vectors[i] @ base) / TAU)
            z[i] = strength / strength.sum()
        total = z.sum(axis=0)
        mean = [sum(z[i, j] * vectors[i] for i in range(n)) for j in range(k)]
        # a base that answers for nothing has no mean, and stays
        bases = np.array([mean[j] / total[j] if total[j] > 1e-6 else bases[j] for j in range(k)])
    whole = np.array([sum(z[i, j] * bases[j] for j in range(k)) for i in range(n)])
    return whole, bases, z


@given(
    seed=st.integers(0, 999), n=st.integers(1, 6), k=st.integers(1, 4), unit=st.booleans(),
    rounds=st.integers(1, 4),
)  # fmt: skip
@settings(max_examples=15, deadline=None)
def test_bases_are_found_as_in_equations_6_to_8(
    seed: int, n: int, k: int, unit: bool, rounds: int
) -> None:
    module = ContextualBases(5, k, rounds=rounds, temperature=TAU, unit=unit).double()
    with torch.no_grad():
        module.initial.copy_(some(k, 5, seed=seed))
    vectors = 0.5 * some(2, n, 5, seed=seed + 1)
    found = module(vectors)
    for context in range(2):
        expected = em_by_hand(
            vectors[context].numpy(), module.initial.detach().numpy(), rounds, unit
        )
        for ours, theirs in zip(found, expected, strict=True):
            assert np.allclose(ours[context].detach().numpy(), theirs, rtol=2e-3, atol=1e-3)


@given(seed=st.integers(0, 9999), n=st.integers(1, 30), k=st.integers(1, 8))
@settings(max_examples=40, deadline=None)
def test_shares_sum_to_one_and_the_likelihood_never_falls(seed: int, n: int, k: int) -> None:
    vectors = some(1, n, 6, seed=seed) * (0.2 + some(1, n, 1, seed=seed + 1).abs())
    bases = some(1, k, 6, seed=seed + 2)
    vectors, bases = vectors.double(), bases.double()
    before = -math.inf
    for _ in range(6):
        now = float(log_likelihood(vectors, bases, TAU))
        assert now >= before - 1e-9
        before = now
        shares = responsibilities(vectors, bases, TAU)
        assert shares.shape == (1, n, k)
        assert torch.allclose(shares.sum(-1), torch.ones(1, n, dtype=torch.float64))
        bases = updated(vectors, shares, bases)


def test_it_finds_the_groups_that_are_there() -> None:
    centres = 8 * torch.eye(3, 16)
    kinds = torch.arange(30) % 3
    vectors = (centres[kinds] + 0.3 * some(30, 16))[None]
    module = ContextualBases(16, 3, rounds=20, temperature=0.1)
    with torch.no_grad():
        module.initial.copy_(centres + 2 * some(3, 16, seed=1))
    found = module(vectors)
    assert torch.equal(found.shares[0].argmax(-1), kinds)
    # what is restored is more compact than what was there
    spread = [
        float(
            (
                rows[0].detach()
                - torch.stack([rows[0][kinds == k].mean(0) for k in kinds]).detach()
            ).norm()
        )
        for rows in (vectors, found.restored)
    ]
    assert spread[1] < 0.1 * spread[0]


def test_the_gradient_runs_through_all_rounds() -> None:
    module = ContextualBases(4, 3, rounds=2, temperature=TAU)
    vectors = some(1, 5, 4).requires_grad_()
    weights = some(1, 5, 4, seed=3)

    def plainly(vectors: Tensor, bases: Tensor) -> Tensor:
        for _ in range(2):
            directions = bases / bases.norm(dim=-1, keepdim=True)
            z = torch.exp(vectors @ directions.T / (TAU * 2))
            z = z / z.sum(-1, keepdim=True)
            bases = (z.T @ vectors) / z.sum(0)[:, None]
        return ((z @ bases) * weights[0]).sum()

    ours = torch.autograd.grad(
        (module(vectors).restored * weights).sum(), [vectors, module.initial]
    )
    theirs = torch.autograd.grad(plainly(vectors[0], module.initial), [vectors, module.initial])
    for one, other in zip(ours, theirs, strict=True):
        assert one.abs().max() > 1e-4
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-5)


def test_clips_that_are_not_there_change_nothing() -> None:
    module = ContextualBases(6, 4)
    vectors, mask = some(1, 9, 6), torch.arange(9)[None] < 6
    found, alone = module(vectors, mask), module(vectors[:, :6])
    assert torch.allclose(found.bases, alone.bases, atol=1e-6)
    assert torch.allclose(found.restored[:, :6], alone.restored, atol=1e-6)
    other = torch.where(mask[..., None], vectors, 7.0)
    assert torch.equal(found.bases, module(other, mask).bases)


def test_a_base_that_answers_for_nothing_stays() -> None:
    vectors = torch.tensor([[[10.0, 0.0], [9.0, 0.0]]])
    bases = torch.tensor([[[1.0, 0.0], [-1.0, 0.5]]])
    shares = responsibilities(vectors, bases, 0.01)
    made = updated(vectors, shares, bases)
    assert made[0, 1].tolist() == [-1.0, 0.5]
    assert made[0, 0].tolist() == [9.5, 0.0]
    assert torch.isfinite(restored(shares, made)).all()


def test_vectors_look_at_bases_as_in_equations_13_to_16() -> None:
    module = CrossAttention(4)
    vectors, bases = some(2, 3, 4), some(2, 5, 4, seed=1)
    made = module(vectors, bases)
    for b in range(2):
        q = vectors[b] @ module.query.weight.T + module.query.bias
        k = bases[b] @ module.key.weight.T + module.key.bias
        v = bases[b] @ module.value.weight.T + module.value.bias  # W_V, not W_Q as printed
        for n in range(3):
            strength = [math.exp(float((q[n] @ k[j]).detach()) / math.sqrt(4)) for j in range(5)]
            expected = sum(s * v[j] for j, s in enumerate(strength)) / sum(strength)
            assert torch.allclose(made[b, n], expected, atol=1e-5)
    assert not torch.equal(module.value.weight, module.query.weight)


@pytest.mark.parametrize(("alpha", "beta"), [(3.0, 1.0), (3.0, 0.0), (0.0, 1.0), (0.0, 0.0)])
def test_all_three_are_added_as_in_equation_10(alpha: float, beta: float) -> None:
    torch.manual_seed(0)
    refiner = Refiner(8, 6, alpha=alpha, beta=beta, bases=ContextualBases(8, 4), spread=0.1)
    vectors = some(2, 3, 5, 8)
    parts = refiner.parts(vectors)
    total = vectors.clone()
    for weight, part in ((alpha, parts.restored), (beta, parts.attended)):
        assert (part is None) == (weight == 0)
        if part is not None:
            assert part.shape == vectors.shape
            total = total + weight * part
    made = refiner(vectors)
    assert made.shape == (2, 3, 5, 6)
    projector = refiner.projector
    assert torch.allclose(made, total @ projector.weight.T + projector.bias, atol=1e-5)
    assert 0.03 < float(made.std()) < 0.3  # as large as the words it will stand among
    # what is left out has no weights that would be saved or trained
    assert any("attention" in name for name, _ in refiner.named_parameters()) == (beta > 0)
    assert any("bases" in name for name, _ in refiner.named_parameters()) == (alpha + beta > 0)


def test_a_clip_s_prompts_depend_on_its_neighbours_only_through_the_bases() -> None:
    torch.manual_seed(0)
    vectors = some(1, 4, 3, 8)
    changed = vectors.clone()
    changed[:, 3] += 1
    full, plain = Refiner(8, 6), Refiner(8, 6, alpha=0, beta=0)
    assert not torch.allclose(full(vectors)[:, 0], full(changed)[:, 0], atol=1e-5)
    assert torch.equal(plain(vectors)[:, 0], plain(changed)[:, 0])
    # the order of the clips does not matter
    swapped = full(vectors.flip(1)).flip(1)
    assert torch.allclose(full(vectors), swapped, atol=1e-4)


def test_frames_are_resampled() -> None:
    torch.manual_seed(0)
    perceiver = Perceiver(16, 8, 5, depth=2, head=8)
    frames = some(2, 3, 8, 16)
    made = perceiver(frames)
    assert made.shape == (2, 3, 5, 16)
    assert torch.allclose(made.norm(dim=-1), torch.full((2, 3, 5), 4.0), atol=0.05)
    one_by_one = torch.stack([torch.stack([perceiver(c[None])[0] for c in b]) for b in frames])
    assert torch.allclose(made, one_by_one, atol=1e-5)
    # the length of embeddings does not matter, their order does
    assert torch.allclose(made, perceiver(10 * frames), atol=1e-3)
    assert not torch.allclose(made, perceiver(frames.flip(2)), atol=1e-3)
    for parameter in perceiver.parameters():
        parameter.grad = None
    (made * some(*made.shape, seed=4)).sum().backward()
    assert all(p.grad is not None and p.grad.abs().max() > 0 for p in perceiver.parameters())


def test_frames_that_are_not_there_are_not_looked_at() -> None:
    torch.manual_seed(0)
    perceiver = Perceiver(16, 8, 5)
    frames = some(2, 8, 16)
    mask = torch.tensor([[True] * 8, [True] * 3 + [False] * 5])
    made = perceiver(frames, mask)
    assert torch.allclose(made[0], perceiver(frames[:1])[0], atol=1e-6)
    assert torch.allclose(made[1], perceiver(frames[1:, :3])[0], atol=1e-5)
    nothing = perceiver(frames, torch.zeros(2, 8, dtype=torch.bool))
    assert torch.isfinite(nothing).all()


def test_autocast_does_not_round_the_bases() -> None:
    module = ContextualBases(32, 8)
    vectors = some(1, 40, 32)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = module(vectors)
    assert found.bases.dtype == torch.float32
    assert torch.equal(found.bases, module(vectors).bases)
