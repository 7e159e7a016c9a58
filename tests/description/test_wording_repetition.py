"""Repeats are dropped, openings vary, nothing else changes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.core.errors import OptionInvalid
from scenewise.core.time import Span
from scenewise.description.wording import Item, WordingOptions, avoid_repetition, polish
from scenewise.description.wording.repetition import fronted, opening_of


def _reasons(*lines: tuple[float, str], **options: float) -> list[str]:
    named = [(time, f"d{n:04d}", text) for n, (time, text) in enumerate(lines, start=1)]
    return [reason for _, reason in avoid_repetition(named, WordingOptions(**options))]  # type: ignore[arg-type]


def test_the_same_sentence_is_said_once_within_the_window() -> None:
    line = "A man sits at a desk."
    assert _reasons((0, line), (10, "A man sits at a desk"), (200, line)) == [
        "", "repeats d0001", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "repeated"),
    [
        ("A man sits at a desk with a laptop.", "A man sits at a desk.", True),
        ("A man is sitting at a wooden desk.", "A man sits at his wooden desk.", True),
        ("A man sits at a desk.", "A man sits at a desk with a laptop and a lamp.", False),
        ("A man sits at a desk.", "A woman sits at a desk.", False),
        ("Two dogs play in the deep snow.", "Three dogs play in the deep snow.", False),
        ("A man gets into a red car.", "A man gets out of a red car.", False),
        ("A man opens the door of a car.", "A man closes the door of a car.", False),
        ("A man walks up the stairs.", "A man walks down the stairs.", False),
        ("A dog.", "A cat.", False),
        ("Text on screen: Part one.", "Text on screen: Part two.", False),
    ],
)
def test_near_repeats(first: str, second: str, repeated: bool) -> None:
    assert _reasons((0, first), (5, second)) == ["", "repeats d0001" if repeated else ""]


def test_a_line_that_was_not_said_is_no_reason_for_silence() -> None:
    text = "A man sits at a desk."
    items = [
        Item("d1", 0, Span(0, 1), text, reason="confidence 0.1 is below 0.2"),
        Item("d2", 5, Span(5, 6), text),
    ]
    assert [item.reason for item in polish(items)] == ["confidence 0.1 is below 0.2", ""]


@pytest.mark.parametrize(
    ("text", "turned"),
    [
        ("A man walks on a snowy hill.", "On a snowy hill, a man walks."),
        ("A man stands in front of a building.", "In front of a building, a man stands."),
        ("A man reads a book on a bench.", "On a bench, a man reads a book."),
        ("A man looks at a house on a hill.", ""),
        ("A man holds a dog in a sweater.", ""),
        ("A man sits at his desk.", ""),
        ("A woman walks down a street.", ""),
        ("Emo sits on the bridge.", ""),
        ("A man in a park.", ""),
        ("A man looks at a house in a street.", ""),
    ],
)
def test_only_a_place_that_belongs_to_the_verb_goes_first(text: str, turned: str) -> None:
    assert fronted(text) == turned


def test_not_three_lines_in_a_row_begin_alike() -> None:
    lines = [
        (0.0, "d1", "A man runs on a road."),
        (5.0, "d2", "A man drinks water."),
        (9.0, "d3", "A man sits on a bench."),
        (14.0, "d4", "A man opens a bag."),
    ]
    texts = [text for text, _ in avoid_repetition(lines)]
    assert texts == [
        "A man runs on a road.",
        "A man drinks water.",
        "On a bench, a man sits.",
        "A man opens a bag.",
    ]


def test_other_languages_are_not_turned_round() -> None:
    lines = [(float(n), f"d{n}", f"A man sits on a bench {n}.") for n in range(4)]
    texts = [t for t, _ in avoid_repetition(lines, WordingOptions(language="de", similarity=1.0))]
    assert texts == [text for _, _, text in lines]


TEXTS = st.sampled_from(
    [
        "A man sits at a desk.",
        "A man sits on a bench.",
        "A dog runs.",
        "Text on screen: The End.",
        "A man walks on a hill.",
        "A man lies on a bed.",
        "A woman walks on a hill.",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXTS, st.floats(0, 60)), max_size=15))
def test_ids_times_and_order_stay_and_no_two_said_lines_are_equal(
    lines: list[tuple[str, float]],
) -> None:
    time, items = 0.0, []
    for n, (text, wait) in enumerate(lines):
        time += wait
        items.append(Item(f"d{n}", time, Span(time, time + 1), text, 0.3, 0.7))
    out = polish(items)
    assert [(i.id, i.time, i.span, i.salience, i.confidence) for i in out] == [
        (i.id, i.time, i.span, i.salience, i.confidence) for i in items
    ]
    said = [item for item in out if not item.reason]
    for n, one in enumerate(said):
        for two in said[n + 1 :]:
            assert one.text != two.text or two.time - one.time > WordingOptions().window
    for item in out:
        if item.reason:
            assert item.reason.removeprefix("repeats ") in {other.id for other in said}


def test_lines_that_read_writing_have_no_opening() -> None:
    assert opening_of("Text on screen: The End.") == ""
    assert opening_of("A man's dog runs.") == "a man's"


def test_options_are_checked() -> None:
    with pytest.raises(OptionInvalid):
        WordingOptions(window=-1)
