"""Texts are split as published figures split them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from scenewise.core.errors import ComponentMissing
from scenewise.metrics import java
from scenewise.metrics.tokens import blanks, penn_java, penn_like

needs_java = pytest.mark.skipif(
    not java.present(), reason="Java or the extra `research` is not here"
)

BOTH = {
    "He doesn't look at Anna's hat.": "he does n't look at anna 's hat",
    "They cannot stop; they’re lost...": "they can not stop they 're lost",
    'Mr. Hess: "Half-asleep, at 10:30?" (No!)': "mr. hess half-asleep at 10:30 -lrb- no -rrb-",
    "3/4 of $5 -- 50% -- in the 1990s": "3/4 of $ 5 50 % in the 1990s",
    "A café at 5 o'clock – “closed”": "a café at 5 o'clock closed",
    "One\nline, two\u2028three\x85four": "one line two three four",
    "": "",
    " \t": "",
    "...": "",
}


@pytest.mark.parametrize("split", [pytest.param(penn_java, marks=needs_java), penn_like])
def test_penn_words_without_punctuation(split) -> None:
    assert [" ".join(words) for words in split(list(BOTH))] == list(BOTH.values())
    assert split([]) == []


@needs_java
def test_without_java_nearly_the_same(data: Path) -> None:
    path = data / "ad_text" / "madeval_anno.csv"
    if not path.is_file():
        pytest.skip("the descriptions of MAD-Eval are not here")
    with path.open(encoding="utf-8", newline="") as file:
        texts = [row["sentence"] for row in csv.DictReader(file)]
    exact, near = penn_java(texts), penn_like(texts)
    assert sum(a != b for a, b in zip(exact, near, strict=True)) <= 4
    # a plain split is not near: the measure can tell
    assert sum(a != b for a, b in zip(exact, blanks(texts), strict=True)) > 6000


def test_missing_java_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ComponentMissing, match="needs Java; install"):
        penn_java(["a"])
    assert not java.present()


def test_missing_package_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: "/bin/true")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ComponentMissing, match=r"scenewise\[research\]"):
        penn_java(["a"])
