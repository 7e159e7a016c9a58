"""Which names a narrator has learnt."""

from __future__ import annotations

import pytest

from scenewise.core.time import Span
from scenewise.distinctad.annotations import Annotation
from scenewise.distinctad.banks import BankInvalid, Character, CharacterBank
from scenewise.distinctad.names_learnt import names_learnt


def row(film: str, text: str) -> Annotation:
    return Annotation(film, Span(0, 1), text)


def test_a_bank_knows_the_names_of_its_films() -> None:
    bank = CharacterBank(
        {
            "one": (
                Character("a", "Margot Wendice", also=("Maggie",)),
                Character("b", "The Mayor"),
            ),
            "tt2": (Character("c", "Dr. Jones"),),
            "three": (Character("d", "Zoe"),),
        }
    )
    rows = [row("one", "Margot waits."), row("two", "He waits.")]
    assert names_learnt(rows, bank, {"two": "tt2"}) == (
        "Dr. Jones", "Jones", "Maggie", "Margot", "Margot Wendice", "Wendice",
    )  # fmt: skip
    with pytest.raises(BankInvalid):
        names_learnt(rows, bank)


def test_without_a_bank_sentences_tell() -> None:
    rows = [
        row("one", "Outside, Ben's dog runs to Clara-Lou. Later Ben leaves."),
        row("one", "The TV is on. Grace smiles: A grace that Grace has, and Ivy too."),
    ]
    # Outside, Later and A begin sentences; TV is no name; grace is a word as well
    assert names_learnt(rows, None) == ("Ben", "Clara-Lou", "Ivy")
