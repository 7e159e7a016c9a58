"""What the pocket models are shown and told is true where it says so, and false where not."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.synthetic.grammar import canonical, sentences, slots_in
from scenewise.synthetic.pocket.examples import FAMILY, Examples, random_event
from scenewise.synthetic.pocket.lessons import (
    LABELS,
    SLOTS,
    STRANGE,
    Lessons,
    is_true,
    label_numbers,
    mirrored,
    named_slots,
    slot_numbers,
    with_capitals,
)
from scenewise.synthetic.pocket.networks import SIDE
from scenewise.synthetic.world import CHARACTERS, Event

seeds = st.integers(0, 10**6)
WRONG = 2
WORLD = list(LABELS).index("world")
DIRECTION = list(LABELS).index("direction")


@pytest.fixture(scope="module")
def lessons(families: Examples, clip_words: Any) -> Lessons:
    return Lessons(families, clip_words, families=3, wrong=WRONG, seed=4)


def same(first: Any, second: Any) -> bool:
    """Whether two batches are the same, tensor for tensor."""
    if first is None or second is None:
        return first is second
    if isinstance(first, torch.Tensor):
        return torch.equal(first, second)
    if isinstance(first, dict):
        return all(same(first[key], second[key]) for key in first)
    return all(same(getattr(first, name), getattr(second, name)) for name in vars(first))


# --- numbers ----------------------------------------------------------------------------------


@given(seeds)
def test_the_numbers_of_an_event_tell_it_all(seed) -> None:
    event = random_event(np.random.default_rng(seed))
    values = (event.person, event.action, event.object, event.setting, event.other)
    for number, value, names in zip(slot_numbers(event), values, SLOTS.values(), strict=True):
        assert (names[number] if number < len(names) else "") == value
    numbers = label_numbers(event)
    assert len(numbers) == len(LABELS)
    assert all(0 <= n < count for n, count in zip(numbers, LABELS.values(), strict=True))
    assert numbers[WORLD] == 1


def test_a_picture_of_nothing_has_the_last_number_everywhere() -> None:
    assert slot_numbers(None) == [len(names) for names in SLOTS.values()]
    assert label_numbers(None)[WORLD] == 0


@given(seeds)
def test_a_plain_sentence_names_every_slot_that_there_is(seed) -> None:
    event = random_event(np.random.default_rng(seed))
    facts = slot_numbers(event)
    for told, fact, names in zip(named_slots(canonical(event)), facts, SLOTS.values(), strict=True):
        assert told == (fact if fact < len(names) else -1)


@given(seeds)
def test_a_sentence_fits_its_event_and_not_another(seed) -> None:
    rng = np.random.default_rng(seed)
    event, other = random_event(rng), random_event(rng)
    assert is_true(named_slots(sentences(event, rng, 1)[0]), slot_numbers(event))
    if slot_numbers(event) != slot_numbers(other):
        assert not is_true(named_slots(canonical(event)), slot_numbers(other))


@given(seeds)
def test_a_mirror_turns_round_and_a_second_turns_back(seed) -> None:
    event = random_event(np.random.default_rng(seed))
    turned = mirrored(event)
    assert {event.direction, turned.direction} == {"left", "right"}
    assert mirrored(turned) == event


@given(st.sampled_from(CHARACTERS))
def test_names_are_written_with_capitals_and_nothing_else_is(who) -> None:
    text = f"{who.name.lower()} walks with {who.name.upper()}, unannanas"
    assert with_capitals(text) == f"{who.name} walks with {who.name}, unannanas"


# --- batches ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sight", "clip"])
def test_a_lesson_follows_from_seed_and_step(families, clip_words, kind) -> None:
    def lesson(seed: int, step: int) -> Any:
        made = Lessons(families, clip_words, families=2, wrong=WRONG, seed=seed)
        return getattr(made, kind)(step)

    assert same(lesson(4, 3), lesson(4, 3))
    for other in (lesson(4, 5), lesson(5, 3)):
        first, second = (x if kind == "sight" else x.sight for x in (lesson(4, 3), other))
        assert not torch.equal(first.pixels, second.pixels)


def test_every_family_is_shown_once_before_any_comes_again(families) -> None:
    count = len(families) // FAMILY
    # A picture of one brightness tells its family, however it is altered.
    marked = Examples(
        np.broadcast_to(
            (30 * families.families)[:, None, None, None], families.images.shape
        ).astype(np.uint8),
        families.events,
        families.families,
        families.places,
    )
    lessons = Lessons(marked, None, families=2, wrong=0, seed=1)
    for turn in range(2):
        seen: Counter[tuple[int, ...]] = Counter()
        for step in range(turn * count // 2, (turn + 1) * count // 2):
            labels = lessons.sight(step).labels
            for family in range(2):
                part = labels[family * FAMILY : (family + 1) * FAMILY]
                seen[tuple(sorted(part[:, 1].tolist()))] += 1
        wanted = Counter(
            tuple(sorted(label_numbers(e)[1] for e in families.events[k * FAMILY :][:FAMILY]))
            for k in range(count)
        )
        assert seen == wanted


def test_what_is_known_goes_with_the_picture(families, lessons) -> None:
    sight = lessons.sight(0)
    count = 3 * FAMILY
    assert sight.pixels.shape == (count, 3, SIDE, SIDE)
    assert sight.labels.shape == (count, len(LABELS))
    world = sight.labels[:, WORLD] == 1
    assert (sight.who[~world] == len(CHARACTERS)).all()
    assert (sight.limbs[~world] == 10).all()
    # Nearly everybody who acts is somewhere in their picture.
    there = (sight.who == sight.labels[:, :1]).any(dim=1)
    assert there[world].float().mean() > 0.95
    assert (sight.limbs[world] < 10).flatten(1).any(dim=1).float().mean() > 0.95


def test_who_is_mirrored_faces_the_other_way(families) -> None:
    """A picture that is light on the right is called right, however it is turned."""
    images = np.zeros((FAMILY * 2, SIDE, SIDE, 3), np.uint8)
    images[:, :, SIDE // 2 :] = 255
    event = Event("Anna", "walk", "park", direction="right")
    nowhere = np.full((FAMILY * 2, 23, 2), np.nan, np.float32)
    made = Examples(images, (event,) * FAMILY * 2, np.repeat((0, 1), FAMILY), nowhere)
    lessons = Lessons(made, None, families=2, wrong=0, seed=0)
    seen = set()
    for step in range(4):
        sight = lessons.sight(step)
        halves = sight.pixels.mean(dim=1)
        right = halves[:, :, SIDE // 2 :].mean((1, 2)) > halves[:, :, : SIDE // 2].mean((1, 2))
        assert ((sight.labels[:, DIRECTION] == 1) == right).all()
        seen |= set(right.tolist())
    assert seen == {True, False}


@settings(max_examples=12, deadline=None)
@given(step=st.integers(0, 10**6))
def test_true_sentences_are_true_and_false_ones_are_false(lessons, clip_words, step) -> None:
    lesson = lessons.clip(step)
    labels = lesson.sight.labels.tolist()
    count = len(labels)
    told = clip_words.batch_decode(lesson.tokens, skip_special_tokens=True)
    told = [text.strip() for text in told]
    assert len(told) == count * (1 + WRONG)
    assert (lesson.mask.sum(1) >= 3).all()
    strange = {text.lower() for text in STRANGE}
    for k, numbers in enumerate(labels):
        own, false = told[k], told[count + WRONG * k : count + WRONG * (k + 1)]
        if not numbers[WORLD]:
            assert own in strange
            assert not strange & set(false)
            continue
        assert is_true(named_slots(own), numbers[:5]), own
        assert slots_in(own)["action"]
        for text in false:
            assert not is_true(named_slots(text), numbers[:5]), (own, text)


@settings(max_examples=12, deadline=None)
@given(step=st.integers(0, 10**6))
def test_it_is_known_which_sentences_are_true_of_other_pictures_too(
    lessons, clip_words, step
) -> None:
    lesson = lessons.clip(step)
    labels = lesson.sight.labels.tolist()
    told = clip_words.batch_decode(lesson.tokens[: len(labels)], skip_special_tokens=True)
    assert lesson.compatible.diagonal().all()
    for i, numbers in enumerate(labels):
        for j, text in enumerate(told):
            wanted = numbers[WORLD] == labels[j][WORLD] and (
                not numbers[WORLD] or is_true(named_slots(text), numbers[:5])
            )
            assert bool(lesson.compatible[i, j]) == wanted


def test_captions_are_true_and_written_between_their_marks(families, blip_words) -> None:
    lessons = Lessons(families, blip_words, families=3, wrong=0, seed=4)
    batch, sight = lessons.captions(2), lessons.sight(2)
    here = sight.labels[:, WORLD] == 1
    assert torch.equal(batch["pixel_values"], sight.pixels[here])
    for ids, mask, labels, facts in zip(
        batch["input_ids"], batch["attention_mask"], batch["labels"], sight.labels[here],
        strict=True,
    ):  # fmt: skip
        length = int(mask.sum())
        assert mask[:length].all()
        assert ids[0] == blip_words.bos_token_id
        assert ids[length - 1] == blip_words.sep_token_id
        assert (ids[length:] == blip_words.pad_token_id).all()
        assert (labels[:length] == ids[:length]).all()
        assert (labels[length:] == -100).all()
        text = blip_words.decode(ids[1 : length - 1])
        assert is_true(named_slots(text), facts[:5].tolist()), text
        assert text == with_capitals(text.lower())
