"""Single words: the article that most of them need, without a slow library."""

from __future__ import annotations

import pytest

from scenewise.description.wording import words


@pytest.fixture
def _fresh():
    words.article.cache_clear()
    yield
    words.article.cache_clear()


@pytest.mark.usefixtures("_fresh")
@pytest.mark.parametrize(
    ("word", "article"),
    [
        ("house", "a"),
        ("horse-drawn", "a"),
        ("umbrella", "an"),
        ("unlit", "an"),
        ("uniform", "a"),
        ("user", "a"),
        ("one-armed", "a"),
        ("european", "a"),
        ("yacht", "a"),
        ("old", "an"),
    ],
)
def test_usual_words_are_decided_by_rule(word, article, monkeypatch) -> None:
    # inflect takes seconds to import
    monkeypatch.setattr(words, "_inflect", lambda: pytest.fail(f"inflect was asked about {word}"))
    assert words.article(word) == article


@pytest.mark.usefixtures("_fresh")
@pytest.mark.parametrize(
    ("word", "article"),
    [("hour", "an"), ("honest", "an"), ("unimportant", "an"), ("onion", "an"), ("nth", "an")],
)
def test_words_that_sound_otherwise_than_they_look(word, article) -> None:
    assert words.article(word) == article
