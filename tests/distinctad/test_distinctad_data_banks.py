"""Character banks are read in their public forms; names are found as descriptions write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from scenewise.core.errors import FileMissing
from scenewise.core.time import Span
from scenewise.distinctad.annotations import Annotation, Annotations
from scenewise.distinctad.banks import (
    BankInvalid,
    Character,
    CharacterBank,
    characters_of,
    check_bank,
    named_in,
    read_bank,
)
from scenewise.synthetic.films import write_characters
from scenewise.synthetic.world import CHARACTERS

AUTOAD = {
    "1005": [
        {"id": "nm01", "name": "Anna Actor", "role": "Tony Wendice"},
        {"id": "nm02", "name": "Ben Actor", "role": "Dr. Margot Wendice(uncredited)"},
        {"id": "nm03", "name": "Cy Actor", "role": ["Rick / Harry Blaine", "A Voice"]},
        {"id": "nm04", "name": "Di Actor", "role": "The Mayor"},
    ]
}


def bank(folder: Path, value: Any, **options: Any) -> CharacterBank:
    path = folder / "bank.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return read_bank(path, **options)


def names(text: str, cast: tuple[Character, ...]) -> list[str]:
    return [one.short for one in named_in(text, cast)]


def test_the_form_of_autoad_with_portraits_beside(tmp_path: Path) -> None:
    (tmp_path / "faces").mkdir()
    Pillow.new("RGB", (4, 6), (9, 8, 7)).save(tmp_path / "faces" / "nm02.png")
    cast = bank(tmp_path, AUTOAD, portraits=tmp_path / "faces").cast("1005")
    assert [one.id for one in cast] == ["nm01", "nm02", "nm03", "nm04"]
    assert [one.short for one in cast] == ["Tony", "Margot", "Rick", "The Mayor"]
    assert cast[1] == Character(
        "nm02", "Dr. Margot Wendice", "Ben Actor", tmp_path / "faces" / "nm02.png"
    )
    assert cast[2].also == ("Harry Blaine",)
    assert cast[1].picture().shape == (6, 4, 3)
    with pytest.raises(BankInvalid, match="Tony Wendice has no portrait"):
        cast[0].picture()


def test_the_first_of_a_cast_are_kept(tmp_path: Path) -> None:
    cast = [{"id": f"nm{i}", "name": "x", "role": f"Role{i}"} for i in range(14)]
    assert len(bank(tmp_path, {"7": cast}).cast("7")) == 10
    assert len(bank(tmp_path, {"7": cast}, most=0).cast("7")) == 14


def test_the_form_of_autoad_evaluation(tmp_path: Path) -> None:
    cast = bank(tmp_path, {"tt1": ["Sam", "Guard", "Guard", "Ann Lee"]}).cast("tt1")
    assert [one.id for one in cast] == ["Sam", "Guard", "Ann Lee"]


def test_the_drawn_bank_has_everybody_and_their_portraits(tmp_path: Path) -> None:
    write_characters(tmp_path)
    drawn = read_bank(tmp_path / "characters.json")
    cast = drawn.cast("any film")
    assert [one.name for one in cast] == [one.name for one in CHARACTERS]
    pictures = [one.picture() for one in cast]
    assert all(picture.shape == (128, 128, 3) for picture in pictures)
    assert len({picture.tobytes() for picture in pictures}) == len(CHARACTERS)
    assert names("Anna gives Bruno a book.", cast) == ["Anna", "Bruno"]


def test_features_may_stand_for_portraits(tmp_path: Path) -> None:
    one = {"name": "Sam", "feature": [0.5, -1]}
    assert bank(tmp_path, [one]).cast("x")[0].feature == (0.5, -1.0)
    for wrong in (["a"], [], [float("inf")], 3):
        with pytest.raises(BankInvalid, match="feature of Sam"):
            bank(tmp_path, [{"name": "Sam", "feature": wrong}])


def test_names_are_found_as_descriptions_write_them(tmp_path: Path) -> None:
    cast = bank(tmp_path, AUTOAD).cast("1005")
    assert names("Margot looks at Tony's hand.", cast) == ["Margot", "Tony"]
    assert names("RICK enters, then Harry leaves.", cast) == ["Rick"]
    assert names("Blaine sits.", cast) == ["Rick"]
    assert names("Wendice nods.", cast) == []  # it may be either
    assert names("Tony Wendice nods.", cast) == ["Tony"]
    assert names("The doctor meets the mayor in tony clothes.", cast) == []
    assert names("The Mayor and Dr. Smith leave Tonyville.", cast) == []


def test_who_is_in_a_clip_is_told_by_the_table_or_by_the_sentence(tmp_path: Path) -> None:
    known = bank(tmp_path, AUTOAD)
    row = Annotation("1005", Span(0, 1), "Tony and Rick argue.")
    assert [one.id for one in characters_of(row, known)] == ["nm01", "nm03"]
    seen = Annotation("1005", Span(0, 1), "They argue.", characters=("nm04", "nm01"))
    assert [one.id for one in characters_of(seen, known)] == ["nm04", "nm01"]
    other = Annotation("9", Span(0, 1), "Tony nods.")
    assert [one.id for one in characters_of(other, known, also=["1005"])] == ["nm01"]
    with pytest.raises(BankInvalid, match="the film 9 is not in the character bank"):
        characters_of(other, known)


def test_names_that_are_not_in_the_bank_are_told_in_one_line(tmp_path: Path) -> None:
    known = bank(tmp_path, AUTOAD)
    seen = Annotation("1005", Span(0, 1), "They argue.", characters=("nm04", "nm99"))
    with pytest.raises(BankInvalid) as told:
        check_bank(Annotations((seen,)), known)
    assert "1 recognised characters are not in the character bank: nm99 of 1005" in str(told.value)
    with pytest.raises(BankInvalid, match="nm99 of the film 1005"):
        characters_of(seen, known)
    with pytest.raises(BankInvalid, match="Zoe of the film 1005"):
        known.character("Zoe", "1005")
    assert known.character("margot", "1005").id == "nm02"
    absent = Annotations((Annotation("9", Span(0, 1), "He nods."),), imdb={"9": "tt9"})
    with pytest.raises(BankInvalid, match="1 films are not in the character bank: 9"):
        check_bank(absent, known)
    check_bank(absent, CharacterBank({"tt9": ()}))
    by_name = Annotation("1005", Span(0, 1), "They argue.", characters=("Rick", "margot"))
    check_bank(Annotations((by_name,)), known)  # some tables tell names


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ({}, "no character bank"),
        ("a name", "no character bank"),
        ({"7": {"id": "x"}}, "film 7 has no list"),
        ({"7": [3]}, "no character"),
        ({"7": [{"id": "nm1"}]}, "has no name"),
        ([{"name": "Sam", "portrait": "none.png"}], "no such portrait of Sam"),
    ],
)
def test_what_is_no_bank_is_refused(tmp_path: Path, value: Any, word: str) -> None:
    with pytest.raises(BankInvalid, match=word) as told:
        bank(tmp_path, value)
    assert told.value.remedy
    assert "\n" not in str(told.value)


def test_files_that_are_no_json_are_refused(tmp_path: Path) -> None:
    (tmp_path / "bank.json").write_bytes(b"\xff{")
    with pytest.raises(BankInvalid, match="no JSON"):
        read_bank(tmp_path / "bank.json")
    with pytest.raises(FileMissing):
        read_bank(tmp_path / "other.json")
    (tmp_path / "sam.png").write_bytes(np.zeros(9, np.uint8).tobytes())
    broken = bank(tmp_path, [{"name": "Sam", "portrait": "sam.png"}])
    with pytest.raises(BankInvalid, match="portrait of Sam cannot be read"):
        broken.cast("x")[0].picture()
