"""What people say: short, varied, and true about who is named."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewise.synthetic.dialogue import lines_for, mentioned
from scenewise.synthetic.world import CHARACTER, CHARACTERS


@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(0, 12))
def test_only_people_who_are_there_speak_and_are_named(seed: int, people: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    cast = [CHARACTERS[i] for i in rng.permutation(len(CHARACTERS))[:people]]
    names = {one.name for one in cast}
    lines = lines_for(cast, rng, count)
    assert len(lines) == count
    for line in lines:
        said = [word for word in re.findall(r"\w+", line.text) if word in CHARACTER]
        assert list(line.mentions) == list(dict.fromkeys(said))
        assert {line.speaker, *line.mentions} <= names
        assert line.text[0].isupper()
        assert line.text[-1] in ".?!"
        assert not re.search(r"[{}]|\ba [aeiou]|, \.", line.text)
        assert 1 <= len(line.text.split()) <= 14
    if people > 1:
        assert all(a.speaker != b.speaker for a, b in pairwise(lines))


def test_nobody_calls_to_themselves() -> None:
    lines = lines_for(CHARACTERS[:3], np.random.default_rng(0), 600)
    for line in lines:
        if line.speaker in line.mentions:
            assert re.search(rf"\b(?:My name is|I am) {line.speaker}\b", line.text), line


def test_names_are_said_now_and_then_and_lines_differ() -> None:
    lines = lines_for(CHARACTERS, np.random.default_rng(1), 500)
    assert 0.3 < np.mean([bool(line.mentions) for line in lines]) < 0.6
    assert len({line.text for line in lines}) > 400
    assert {name for line in lines for name in line.mentions} == set(CHARACTER)


def test_names_are_found_whatever_stands_around_them() -> None:
    assert mentioned("Anna, this is Hugo's cake; ask Anna!", list(CHARACTER)) == ("Anna", "Hugo")
    assert mentioned("An annual hugging contest.", list(CHARACTER)) == ()


def test_without_anybody_there_is_no_dialogue() -> None:
    with pytest.raises(ValueError, match="somebody"):
        lines_for([], np.random.default_rng(0), 1)
