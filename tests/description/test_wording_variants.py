"""Shorter wordings: grammatical, strictly shorter, still true."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.description.wording import sentence, variants


@pytest.mark.parametrize(
    ("full", "shorter"),
    [
        (
            "A man in a red jacket sits at a desk with a laptop by the window.",
            (
                "A man in a red jacket sits at a desk with a laptop.",
                "A man in a red jacket sits at a desk.",
                "A man sits at a desk.",
            ),
        ),
        (
            "A small black and white dog runs on a beach chasing a red ball.",
            ("A small black and white dog runs on a beach.", "A dog runs on a beach."),
        ),
        ("A man puts a cup on a table next to a lamp.", ("A man puts a cup on a table.",)),
        ("A woman wearing a dress holds a flower.", ("A woman holds a flower.",)),
        (
            "A man sits on a bench reading a book and drinking coffee.",
            ("A man sits on a bench reading a book.", "A man sits on a bench."),
        ),
        ("A car is parked on the street next to a house.", ("A car is parked on the street.",)),
        ("A man is about to jump into a pool.", ("A man is about to jump.",)),
        ("Two desks with computers in an office.", ("Two desks with computers.", "Two desks.")),
        ("On a snowy hill, a man walks.", ("A man walks.",)),
        ("A toy rabbit sits on a table.", ()),
        ("A man without a hat walks down a street with no cars.", ()),
        ("A woman gives a man a book.", ()),
        ("He walks.", ()),
        ("An old man sits.", ("A man sits.",)),
        ("A white house stands on a hill.", ()),
        ("A man sits at a desk. A dog sleeps.", ("A man sits at a desk.",)),
        ("", ()),
    ],
)
def test_variants(full: str, shorter: tuple[str, ...]) -> None:
    assert variants(full) == shorter


def test_writing_loses_its_introduction_and_no_word() -> None:
    assert variants("Text on screen: The Peach Open Movie Project presents.") == (
        '"The Peach Open Movie Project presents."',
    )


def test_in_other_languages_only_whole_sentences_go() -> None:
    assert variants("Ein Mann sitzt in dem Haus in a park.", language="de") == ()
    assert variants("Ein Mann sitzt. Es regnet.", language="de") == ("Ein Mann sitzt.",)


def test_quotations_are_never_cut() -> None:
    assert variants('A sign reads "Beware of the dog in the yard".') == ()


def test_the_count_is_kept_and_the_shortest_is_among_them() -> None:
    full = "A man in a red jacket sits at a desk with a laptop by the window."
    assert variants(full, 0) == ()
    assert variants(full, 1) == ("A man sits at a desk.",)
    assert variants(full, 2)[-1] == "A man sits at a desk."


PARTS = st.tuples(
    st.sampled_from(["A man", "Two young women", "A black dog", "A group of people"]),
    st.sampled_from(["", "in a red coat", "with a hat"]),
    st.sampled_from(["stand", "run", "look"]),
    st.sampled_from(["on a bridge", "at a house", "behind a wall"]),
    st.sampled_from(["", "with a bag", "next to a large tree", "holding a ball"]),
    st.sampled_from(["", "in a park", "while it rains", "in front of a red barn"]),
)


@settings(max_examples=120, deadline=None)
@given(PARTS, st.integers(1, 6))
def test_variants_shrink_keep_subject_and_verb_and_add_nothing(
    parts: tuple[str, ...], count: int
) -> None:
    plural = parts[0].startswith(("Two", "A group"))
    verb = parts[2] if plural else parts[2] + "s"
    full = " ".join(" ".join([*parts[:2], verb, *parts[3:]]).split()) + "."
    found = variants(full, count)
    assert len(found) <= count
    lengths = [len(full), *(len(text) for text in found)]
    assert lengths == sorted(set(lengths), reverse=True)
    head = parts[0].split()[-1]
    for text in found:
        words = re.findall(r"\w+", text)
        assert head in words
        assert verb in words
        assert set(words) - {"A", "a", "an", "An"} <= set(re.findall(r"\w+", full))
        assert sentence(text) == text


@pytest.mark.parametrize("language", ["en", "de"])
def test_writing_in_quotation_marks_keeps_all_of_it(language: str) -> None:
    assert variants('"The Durian Project. Halina Reijn, Thom Hoffman."', language=language) == ()
    assert variants("„Der Hafen. Ende.“", language=language) == ()
    told = 'A man reads "The End" aloud. He leaves.'
    assert variants(told, language=language) != ()
