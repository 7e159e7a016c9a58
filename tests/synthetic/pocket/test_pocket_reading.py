"""The language model reads descriptions of films, each after its mark."""

from __future__ import annotations

import pytest
import torch

from scenewise.synthetic.grammar import slots_in
from scenewise.synthetic.pocket.reading import Reading
from scenewise.synthetic.world import CHARACTER


@pytest.fixture(scope="module")
def reading() -> Reading:
    return Reading.of_films(seed=3, films=12)


def test_films_are_told_sentence_by_sentence(reading) -> None:
    assert len(reading.texts) == len(set(reading.texts)) == 12
    for text in reading.texts:
        lines = text.split("\n")
        assert len(lines) >= 8
        for line in lines:
            assert line[0].isupper()
            assert line.endswith(".")
            assert slots_in(line)["action"], line


def test_some_people_are_called_by_name_and_some_by_looks(reading) -> None:
    words = " ".join(reading.texts)
    assert any(name in words for name in CHARACTER)
    assert any(looks in words.lower() for looks in ("a woman in a red coat", "a girl", "a boy"))


def test_films_follow_from_the_seed(reading) -> None:
    assert Reading.of_films(seed=3, films=12) == reading
    assert not set(Reading.of_films(seed=4, films=12).texts) & set(reading.texts)


def test_batches_are_pieces_of_the_films(reading, gpt2_words) -> None:
    batch = reading.batches(gpt2_words, 7)
    first = batch(0)
    assert first["input_ids"].shape == (24, 96)
    assert torch.equal(first["input_ids"], first["labels"])
    mark = gpt2_words.eos_token
    whole = mark + mark.join(reading.texts)
    for ids in first["input_ids"]:
        assert gpt2_words.decode(ids).strip("�") in whole
    again = reading.batches(gpt2_words, 7)
    assert torch.equal(again(3)["input_ids"], batch(3)["input_ids"])
    assert not torch.equal(batch(4)["input_ids"], batch(3)["input_ids"])
    assert any(mark in gpt2_words.decode(ids) for k in range(4) for ids in batch(k)["input_ids"])
