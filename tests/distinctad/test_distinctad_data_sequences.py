"""Sequences hold every clip, beside its neighbours, the same for the same number."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.core.errors import OptionInvalid
from scenewise.core.time import Span
from scenewise.distinctad.annotations import Annotation
from scenewise.distinctad.banks import Character
from scenewise.distinctad.feature_cache import Joined, StoredPart
from scenewise.distinctad.film_features import Clips
from scenewise.distinctad.sequences import (
    SequenceOptions,
    Sequences,
    SequencesInvalid,
    most_central,
    scattered,
    windows,
)
from scenewise.training.loop import fit
from scenewise.training.options import TrainingOptions

T, D = 2, 3


def clips(**counts: int) -> Clips:
    """Clip k of all has vectors that say k."""
    rows = tuple(
        Annotation(film, Span(10.0 * n, 10.0 * n + 4), f"{film}{n}")
        for film, count in counts.items()
        for n in range(count)
    )
    array = np.arange(1, len(rows) + 1, dtype=np.float16)[:, None, None] * np.ones((1, T, D))
    part = StoredPart(array.astype(np.float16), np.arange(len(rows)))
    return Clips(rows, Joined([(part, len(rows))], (T, D), np.float16))


@settings(deadline=None)
@given(
    count=st.integers(1, 200),
    size=st.integers(1, 40),
    stride=st.integers(0, 40),
    shift=st.integers(0, 39),
)
def test_windows_follow_each_other_and_hold_every_clip(
    count: int, size: int, stride: int, shift: int
) -> None:
    stride = min(stride, size)
    shift %= stride or size
    rows = windows(count, size, stride, shift)
    assert rows.shape[1] == size
    there = rows[rows >= 0]
    assert set(there.tolist()) == set(range(count))
    for row in rows:
        inside = row[row >= 0]
        assert (np.diff(inside) == 1).all()
        assert (row[len(inside) :] == -1).all()
        assert len(inside) == min(size, count)
    assert (np.diff(rows[:, 0]) >= 0).all()
    assert (np.diff(rows[:, 0]) <= (stride or size)).all()


@settings(deadline=None)
@given(count=st.integers(1, 120), size=st.integers(1, 30))
def test_spare_windows_are_as_many_for_any_shift(count: int, size: int) -> None:
    shifts = range(size)
    found = [windows(count, size, 0, shift, spare=True) for shift in shifts]
    assert len({len(rows) for rows in found}) == 1
    assert all(set(rows[rows >= 0].tolist()) == set(range(count)) for rows in found)


@settings(deadline=None)
@given(count=st.integers(1, 120), size=st.integers(1, 30), seed=st.integers(0, 9))
def test_scattered_sequences_hold_every_clip_and_none_twice(
    count: int, size: int, seed: int
) -> None:
    rows = scattered(count, size, np.random.default_rng(seed))
    assert rows.shape == (max(1, -(-count // size)), size)
    assert set(rows[rows >= 0].tolist()) == set(range(count))
    for row in rows:
        inside = row[row >= 0].tolist()
        assert inside == sorted(set(inside))


@settings(deadline=None)
@given(count=st.integers(1, 90), size=st.integers(1, 20), stride=st.integers(1, 20))
def test_every_clip_is_fresh_once(count: int, size: int, stride: int) -> None:
    rows = windows(count, size, min(stride, size))
    fresh = most_central(rows)
    assert rows[fresh].tolist() == list(range(count))


@settings(deadline=None)
@given(count=st.integers(1, 90), size=st.integers(1, 20), stride=st.integers(1, 20))
def test_a_clip_is_fresh_where_the_fewest_neighbours_are_missing(
    count: int, size: int, stride: int
) -> None:
    rows = windows(count, size, min(stride, size))
    fresh = most_central(rows)
    for number in range(count):
        sides = [
            (min(place, size - 1 - place), bool(fresh[row, place]))
            for row, place in np.argwhere(rows == number).tolist()
        ]
        assert max(sides)[0] == next(side for side, here in sides if here)


def test_even_numbers_come_out_without_overlap() -> None:
    assert windows(6, 3).tolist() == [[0, 1, 2], [3, 4, 5]]
    assert windows(7, 3).tolist() == [[0, 1, 2], [3, 4, 5], [4, 5, 6]]
    assert windows(5, 3, 1).tolist() == [[0, 1, 2], [1, 2, 3], [2, 3, 4]]
    assert windows(2, 4).tolist() == [[0, 1, -1, -1]]


def test_a_batch_has_what_belongs_to_its_clips() -> None:
    ann, bob, cy = Character("1", "Ann Lee"), Character("2", "Dr. Bob Ray"), Character("3", "Cy")
    set_of = clips(a=5, b=2)
    who = [(), (ann,), (bob, ann), (cy,), (), (ann,), ()]
    faces = {ann: np.array([1.0, 2, 3]), bob: np.array([4.0, 5, 6])}
    options = SequenceOptions(clips=4, batch=2, past=2)
    sequences = Sequences(set_of, options, characters=who, faces=faces)
    batch = sequences.batch(np.array([[1, 2, 3, 4], [5, 6, -1, -1]]))
    assert batch.frames.shape == (2, 4, T, D)
    assert batch.frames[:, :, 0, 0].tolist() == [[2, 3, 4, 5], [6, 7, 0, 0]]
    assert batch.mask.tolist() == [[True] * 4, [True, True, False, False]]
    assert batch.sentences == [["a1", "a2", "a3", "a4"], ["b0", "b1", "", ""]]
    assert batch.names == [[["Ann"], ["Bob", "Ann"], ["Cy"], []], [["Ann"], [], [], []]]
    assert batch.faces.shape == (2, 4, 2, D)
    assert batch.faces[0, 1].tolist() == [[4, 5, 6], [1, 2, 3]]
    assert batch.face_mask[0].tolist() == [
        [True, False],
        [True, True],
        [False, False],  # Cy has no portrait and is named only
        [False, False],
    ]
    assert batch.past[0] == [["a0"], ["a0", "a1"], ["a1", "a2"], ["a2", "a3"]]
    assert batch.past[1] == [[], ["b0"], [], []]  # not of another film
    assert torch.equal(batch.fresh, batch.mask)
    assert sequences.cast("a") == ("Ann", "Bob", "Cy")
    assert sequences.cast("b") == ("Ann",)


def test_the_same_number_is_the_same_batch_and_epochs_differ() -> None:
    options = SequenceOptions(clips=4, batch=2, seed=3)
    one, two = (Sequences(clips(a=33, b=14), options) for _ in range(2))
    for number in (5, 0, 17, 5):
        assert torch.equal(one(number).numbers, two(number).numbers)
    starts = [
        torch.cat([one(e * one.per_epoch + k).numbers for k in range(one.per_epoch)])
        for e in range(3)
    ]
    assert not torch.equal(starts[0], starts[1])
    assert not torch.equal(starts[1], starts[2])
    other = Sequences(clips(a=33, b=14), SequenceOptions(clips=4, batch=2, seed=4))
    assert not torch.equal(one(0).numbers, other(0).numbers)


@pytest.mark.parametrize("context", ["consecutive", "film", "anywhere"])
@pytest.mark.parametrize("shift", [True, False])
def test_an_epoch_holds_every_clip(context: str, shift: bool) -> None:
    options = SequenceOptions(clips=4, batch=3, context=context, shift=shift)
    sequences = Sequences(clips(a=13, b=4, c=2), options)
    films = np.array([row.film for row in sequences.clips.rows])
    for epoch in range(3):
        numbers = torch.cat(
            [sequences(epoch * sequences.per_epoch + k).numbers for k in range(sequences.per_epoch)]
        )
        assert set(numbers.flatten().tolist()) - {-1} == set(range(19))
        if context != "anywhere":
            for row in numbers.numpy():
                assert len(set(films[row[row >= 0]])) == 1
        if context == "consecutive":
            assert all((np.diff(row[row >= 0]) == 1).all() for row in numbers.numpy())
        elif context == "film":
            assert any((np.diff(row[row >= 0]) > 1).any() for row in numbers.numpy())


def test_in_order_every_clip_counts_once() -> None:
    sequences = Sequences(clips(a=9, b=4, c=2), SequenceOptions(clips=4, batch=2))
    told: list[str] = []
    for batch in sequences.in_order():
        for b, n in batch.fresh.nonzero().tolist():
            told.append(batch.sentences[b][n])
    assert told == [f"a{n}" for n in range(9)] + [f"b{n}" for n in range(4)] + ["c0", "c1"]
    assert [b.sentences for b in sequences.in_order(["c"])] == [[["c0", "c1", "", ""]]]


def test_a_sliding_context_has_neighbours_on_both_sides() -> None:
    sequences = Sequences(clips(a=12, b=3), SequenceOptions(clips=5, batch=4))
    told: list[str] = []
    for batch in sequences.in_order(stride=1):
        for b, n in batch.fresh.nonzero().tolist():
            told.append(batch.sentences[b][n])
            if told[-1] in {f"a{n}" for n in range(2, 10)}:
                assert n == 2  # the middle of five
    assert told == [f"a{n}" for n in range(12)] + ["b0", "b1", "b2"]
    wide = [batch.numbers.tolist() for batch in sequences.in_order(["a"], stride=99)]
    assert wide == [batch.numbers.tolist() for batch in sequences.in_order(["a"])]


def test_films_with_few_clips_are_told() -> None:
    few = clips(a=9, b=4, c=2)
    padded = Sequences(few, SequenceOptions(clips=4))
    assert padded.notes == ("1 film with fewer than 4 clips: filled up with empty clips",)
    without = Sequences(few, SequenceOptions(clips=5, short="leave out"))
    assert without.notes == ("2 films with fewer than 5 clips: left out",)
    assert list(without.films) == ["a"]
    with pytest.raises(SequencesInvalid, match="all 3 films have fewer than 10 clips"):
        Sequences(few, SequenceOptions(clips=10, short="leave out"))


def test_what_does_not_fit_is_refused_in_one_line() -> None:
    few = clips(a=3)
    with pytest.raises(SequencesInvalid, match="of 1 clips, and there are 3"):
        Sequences(few, characters=[()])
    with pytest.raises(SequencesInvalid, match="portrait of Ann has 2 numbers, frames have 3"):
        Sequences(few, faces={Character("1", "Ann"): np.zeros(2)})
    with pytest.raises(OptionInvalid, match="--sequence-stride cannot be 9"):
        Sequences(few, SequenceOptions(clips=4, stride=9))


def test_training_takes_these_batches() -> None:
    sequences = Sequences(clips(a=9, b=4), SequenceOptions(clips=4, batch=2))
    seen: list[int] = []

    def loss(model, batch):
        seen.append(int(batch.mask.sum()))
        return model(batch.frames[batch.mask]).square().mean(), {}

    done = fit(
        torch.nn.Linear(D, 1),
        sequences,
        loss,
        TrainingOptions(epochs=2, precision="float32"),
        batches_per_epoch=sequences.per_epoch,
    )
    assert done.steps == 2 * sequences.per_epoch == len(seen)
