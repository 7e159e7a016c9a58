"""The losses of Stage I against the equations, one number at a time, gradients included."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from scenewise.core.errors import UnknownChoice
from scenewise.distinctad.matching import (
    frame_word_loss,
    global_loss,
    matching_loss,
    words_of_frames,
)
from scenewise.training.contrastive import identical

TAU = 0.1


class Batch:
    """Clips, sentences and words of different numbers, in double precision."""

    def __init__(self, seed: int, b: int = 5, n: int = 3, m: int = 4, d: int = 6) -> None:
        generator = torch.Generator().manual_seed(seed)

        def some(*shape: int) -> Tensor:
            return torch.randn(*shape, generator=generator).requires_grad_()

        self.frames, self.sentences, self.words = some(b, n, d), some(b, d), some(b, m, d)
        lengths = torch.randint(1, m + 1, (b,), generator=generator)
        self.mask = torch.arange(m) < lengths[:, None]
        self.chosen = torch.randint(0, n, (b,), generator=generator)
        self.scale = torch.tensor(math.log(5.0), requires_grad=True)

    @property
    def leaves(self) -> list[Tensor]:
        return [self.frames, self.sentences, self.words, self.scale]

    def gradients(self, loss: Tensor) -> list[Tensor | None]:
        return list(torch.autograd.grad(loss, self.leaves, allow_unused=True))


def unit(vector: Tensor) -> Tensor:
    return vector / vector.norm()


def global_by_hand(batch: Batch, share: Tensor) -> Tensor:
    """Equation 1 for clips, then with the indices swapped."""
    videos = [sum(unit(f) for f in clip) / len(clip) for clip in batch.frames]
    scale = batch.scale.exp()

    def like(i: int, j: int) -> Tensor:
        return scale * (unit(videos[i]) @ unit(batch.sentences[j]))

    b = len(videos)
    total = torch.zeros(())
    for i in range(b):
        row = torch.log(sum(torch.exp(like(i, j)) for j in range(b)))
        column = torch.log(sum(torch.exp(like(j, i)) for j in range(b)))
        for j in range(b):
            total = total - share[i, j] * (like(i, j) - row) - share[i, j] * (like(j, i) - column)
    return total / b


def fine_by_hand(batch: Batch, share: Tensor, frame: list[list[int]]) -> Tensor:
    """Equations 2 and 3, in loops. `frame` lists the frames that are taken of each clip."""
    told = []
    for clip, words, mask in zip(batch.frames, batch.words, batch.mask, strict=True):
        own = [unit(word) for word, there in zip(words, mask, strict=True) if there]
        rows = []
        for f in clip:
            strength = [torch.exp(unit(f) @ word / TAU) for word in own]
            rows.append(sum(s * w for s, w in zip(strength, own, strict=True)) / sum(strength))
        told.append(rows)
    scale, losses = batch.scale.exp(), []
    for i, taken in enumerate(frame):
        for number in taken:
            f = unit(batch.frames[i, number])
            sums = [sum(torch.exp(scale * (f @ unit(t))) for t in rows) for rows in told]
            losses.append(
                -sum(share[i, j] * torch.log(one / sum(sums)) for j, one in enumerate(sums))
            )
    return sum(losses) / len(losses)


def alike(batch: Batch, fast: Tensor, slow: Tensor, *, without: int | None = None) -> None:
    """Equal, gradients included, and none of them zero."""
    assert float(fast.detach()) == pytest.approx(float(slow.detach()), rel=1e-4)
    for number, (ours, theirs) in enumerate(
        zip(batch.gradients(fast), batch.gradients(slow), strict=True)
    ):
        assert (ours is None) == (theirs is None)
        if ours is not None and theirs is not None and number != without:
            assert theirs.abs().max() > 1e-5
            torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-5)


@given(seed=st.integers(0, 999), b=st.integers(2, 5), n=st.integers(1, 3))
@settings(max_examples=6, deadline=None)
def test_whole_clips_and_sentences_are_matched_as_in_equation_1(seed: int, b: int, n: int) -> None:
    batch = Batch(seed, b, n)
    alike(
        batch,
        global_loss(batch.frames, batch.sentences, batch.scale),
        global_by_hand(batch, torch.eye(b)),
    )


@given(seed=st.integers(0, 999), b=st.integers(2, 4), n=st.integers(1, 3), m=st.integers(2, 4))
@settings(max_examples=6, deadline=None)
def test_sampled_frames_are_matched_as_in_equations_2_and_3(
    seed: int, b: int, n: int, m: int
) -> None:
    batch = Batch(seed, b, n, m)
    fast = frame_word_loss(
        batch.frames, batch.words, batch.mask, batch.scale, temperature=TAU, chosen=batch.chosen
    )
    alike(batch, fast, fine_by_hand(batch, torch.eye(b), [[int(k)] for k in batch.chosen]))


def test_all_frames_are_the_mean_over_what_could_be_sampled() -> None:
    batch = Batch(3, 4, 3)
    fast = frame_word_loss(batch.frames, batch.words, batch.mask, batch.scale, temperature=TAU)
    alike(batch, fast, fine_by_hand(batch, torch.eye(4), [[0, 1, 2]] * 4))
    one_by_one = [
        frame_word_loss(
            batch.frames,
            batch.words,
            batch.mask,
            batch.scale,
            temperature=TAU,
            chosen=torch.full((4,), k),
        )
        for k in range(3)
    ]
    mean = float(sum(one_by_one).detach()) / 3
    assert float(fast.detach()) == pytest.approx(mean, rel=1e-5)


@pytest.mark.parametrize("texts", ["aabc", "abab", "aaaa"])
def test_sentences_that_occur_twice_share_the_target(texts: str) -> None:
    batch = Batch(4, 4, 2)
    same = identical(texts)
    share = same / same.sum(1, keepdim=True)
    alike(
        batch,
        global_loss(batch.frames, batch.sentences, batch.scale, same=same),
        global_by_hand(batch, share),
    )
    fast = frame_word_loss(
        batch.frames, batch.words, batch.mask, batch.scale, temperature=TAU, same=same
    )
    alike(batch, fast, fine_by_hand(batch, share, [[0, 1]] * 4))


def test_masked_twins_neither_help_nor_harm() -> None:
    batch = Batch(5, 3, 2)

    def loss(**more: Any) -> Tensor:
        return frame_word_loss(
            batch.frames,
            batch.words,
            batch.mask,
            batch.scale,
            temperature=TAU,
            duplicates="masked",
            **more,
        )

    assert float(loss(same=identical("aaa"))) == 0
    assert torch.isfinite(batch.gradients(loss(same=identical("aab")))[0]).all()
    assert float(loss(same=identical("abc"))) == pytest.approx(float(loss()))
    # clip 0 does not see its twin 1, nor 1 its twin 0; clip 2 sees both
    rows = [
        _row_loss(batch, [0, 2], 0),
        _row_loss(batch, [1, 2], 0),
        _row_loss(batch, [0, 1, 2], 2),
    ]
    expected = float(sum(rows).detach()) / 3
    assert float(loss(same=identical("aab")).detach()) == pytest.approx(expected, rel=1e-4)


def _row_loss(batch: Batch, kept: list[int], own: int) -> Tensor:
    """Equation 3 for the frames of one clip among those kept."""
    told = words_of_frames(batch.frames[kept], batch.words[kept], batch.mask[kept], TAU)
    told = told / told.norm(dim=-1, keepdim=True)
    losses = []
    for frame in batch.frames[kept[own]]:
        strength = torch.exp(batch.scale.exp() * (told @ unit(frame))).sum(dim=1)
        losses.append(-torch.log(strength[own] / strength.sum()))
    return sum(losses) / len(losses)


@pytest.mark.parametrize("chunk", [1, 4, 7, 100])
@pytest.mark.parametrize("sampled", [True, False])
def test_a_chunk_at_a_time_changes_nothing(chunk: int, sampled: bool) -> None:
    batch = Batch(6, 6, 3)
    same = identical("abcabd")

    def loss(chunk: int) -> Tensor:
        return frame_word_loss(
            batch.frames,
            batch.words,
            batch.mask,
            batch.scale,
            temperature=TAU,
            chosen=batch.chosen if sampled else None,
            same=same,
            chunk=chunk,
        )

    alike(batch, loss(chunk), loss(0))


def test_words_that_are_none_do_not_count() -> None:
    batch = Batch(7)
    told = words_of_frames(batch.frames, batch.words, batch.mask, TAU)
    changed = torch.where(batch.mask[..., None], batch.words, 9.0)
    assert torch.equal(told, words_of_frames(batch.frames, changed, batch.mask, TAU))
    assert not torch.equal(
        told, words_of_frames(batch.frames, 2 * changed.roll(1, 0), batch.mask, TAU)
    )


def test_a_low_temperature_takes_the_most_similar_word_alone() -> None:
    batch = Batch(8, 2, 2, 3)
    told = words_of_frames(batch.frames, batch.words, torch.ones(2, 3, dtype=torch.bool), 1e-4)
    said = batch.words / batch.words.norm(dim=-1, keepdim=True)
    nearest = (batch.frames @ said.transpose(1, 2)).argmax(-1)
    for clip in range(2):
        assert torch.allclose(told[clip], said[clip, nearest[clip]], atol=1e-5)


@pytest.mark.parametrize("gamma", [0.0, 0.3, 0.5, 1.0])
def test_gamma_weighs_both(gamma: float) -> None:
    batch = Batch(9)
    whole = global_loss(batch.frames, batch.sentences, batch.scale)
    fine = frame_word_loss(
        batch.frames, batch.words, batch.mask, batch.scale, temperature=TAU, chosen=batch.chosen
    )
    loss, figures = matching_loss(
        batch.frames,
        batch.sentences,
        batch.words,
        batch.mask,
        batch.scale,
        gamma=gamma,
        temperature=TAU,
        chosen=batch.chosen,
    )
    assert float(loss) == pytest.approx(float(gamma * whole + (1 - gamma) * fine), rel=1e-6)
    parts = {"global": float(whole), "fine": float(fine)}
    assert figures == {
        name: pytest.approx(value)
        for name, value in parts.items()
        if (gamma > 0 if name == "global" else gamma < 1)
    }


def test_autocast_does_not_round_it() -> None:
    batch = Batch(10, 16, 4, 4, 32)

    def loss() -> Tensor:
        return matching_loss(
            batch.frames,
            batch.sentences,
            batch.words,
            batch.mask,
            torch.tensor(4.6),
            temperature=TAU,
        )[0]

    with torch.autocast("cpu", dtype=torch.bfloat16):
        rounded = loss()
    assert rounded.dtype == torch.float32
    assert torch.equal(rounded, loss())


def test_no_other_way_with_duplicates() -> None:
    batch = Batch(0)
    with pytest.raises(UnknownChoice, match="soft, masked"):
        frame_word_loss(
            batch.frames,
            batch.words,
            batch.mask,
            batch.scale,
            temperature=TAU,
            duplicates="dropped",
        )
