"""What is known of the measures on real descriptions, beyond what published scorers print."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from scenewise.metrics.baselines import copy_previous
from scenewise.metrics.cider import cider_d
from scenewise.metrics.distinct import distinct_n, repeated
from scenewise.metrics.recall import recall_of_texts, recall_over_films
from scenewise.metrics.similarity import word_f1
from scenewise.metrics.tokens import blanks, penn_like


@pytest.fixture(scope="module")
def films(data: Path) -> dict[str, list[str]]:
    path = data / "ad_text" / "madeval_anno.csv"
    if not path.is_file():
        pytest.skip("the descriptions of MAD-Eval are not here")
    found: dict[str, list[str]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["movie"], []).append(row["sentence"])
    return found


def copied(words: Sequence[Sequence[str]]) -> float:
    """CIDEr × 100 of copying the previous line."""
    return 100 * cider_d(copy_previous(words), [[line] for line in words]).corpus


def test_how_texts_are_split_decides_the_score(films) -> None:
    lines = [line for film in films.values() for line in film]
    published = copied(penn_like(lines))
    assert published == pytest.approx(12.1809, abs=5e-5)
    by_letters = copied([re.findall(r"\w+", line.lower()) for line in lines])
    assert abs(by_letters - published) <= 0.04
    assert 2.5 <= published - copied(blanks(lines)) <= 5.1


def test_a_film_alone_scores_otherwise_than_among_all(films) -> None:
    """Document frequencies are pooled over all films: it matters."""
    lines = [line for film in films.values() for line in film]
    signs = films["1005_Signs"]
    words = penn_like(lines)
    together = cider_d(copy_previous(words), [[line] for line in words]).clips[: len(signs)]
    assert abs(100 * together.mean() - copied(penn_like(signs))) > 0.5


def test_neither_baseline_can_be_told_from_its_neighbours(films) -> None:
    same, before = (
        recall_over_films(
            [recall_of_texts(say(film), film, word_f1, k=5, window=16) for film in films.values()]
        ).mean
        for say in (lambda film: ["he looks at her"] * len(film), copy_previous)
    )
    assert same is not None
    assert before is not None
    assert same == pytest.approx(5 / 16, abs=0.02)
    assert before < 0.35  # its own line is the one that it can least be


def test_people_vary_and_repeat_little(films) -> None:
    for film in films.values():
        words = penn_like(film)
        assert distinct_n(words, 1) < distinct_n(words, 2)
        assert 0.08 < repeated(words).mean() < 0.25
