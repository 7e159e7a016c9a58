"""Words are found wherever they are, in whatever language, as the tables stand now."""

from __future__ import annotations

from pathlib import Path

import pytest
from store_samples import MARK, a_video, some_frames

from scenewise.collection import words
from scenewise.collection.store import Store
from scenewise.collection.types import IndexedFrame


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.create(tmp_path / "store", MARK)


def shown(*lines: str) -> list[IndexedFrame]:
    first, second = some_frames(1, count=2)
    return [
        IndexedFrame(0.0, first.vector, b"", ()),
        IndexedFrame(4.5, second.vector, b"", lines),
    ]


def found(store: Store, query: str) -> list[tuple[str, float | None]]:
    return [(match.id, match.time) for match in store.text_search(query)]


def test_words_on_the_screen_are_found_with_their_time(store: Store):
    store.put(a_video("a"), shown("Breaking news", "from Kyiv"))
    store.put(a_video("b"), shown("cooking"))
    (match,) = store.text_search("KYIV")
    assert (match.id, match.time) == ("a", 4.5)
    assert match.words == "Breaking news\nfrom Kyiv"


def test_what_was_written_is_found_without_a_time(store: Store):
    store.put(a_video("a", title="A harbour"), [])
    store.put(a_video("b", description="boats at the harbour wall, far away from here"), [])
    store.put(a_video("c", hashtags=("harbour", "boats")), [])
    assert dict(found(store, "harbour")) == {"a": None, "b": None, "c": None}
    assert found(store, "harbour wall")[0] == ("b", None)
    assert found(store, "#boats #harbour")[0] == ("c", None)
    scores = [match.score for match in store.text_search("boats harbour")]
    assert scores == sorted(scores, reverse=True)
    assert len(store.text_search("harbour", limit=1)) == 1


def test_what_is_written_twice_is_shown_once(store: Store):
    whole = "Today: lifting a balloon on the beach. Thoughts? #kites"
    for at, title in enumerate(("Today: lifting a…", "Today: lifting", whole, "", "A kite")):
        store.put(a_video(f"v{at}", title=title, description=whole, hashtags=("kites", "fyp")), [])
    seen = {match.id: match.words for match in store.text_search("balloon")}
    assert seen == {f"v{at}": f"{whole}\n#fyp" for at in range(4)} | {
        "v4": f"A kite\n{whole}\n#fyp"
    }


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Straße überschwemmt", "UBERSCHWEMMT"),
        ("слава україні", "україні"),
        ("今天天气很好", "天气"),
        ("東京タワーの夜", "タワー"),
        ("สวัสดีครับ", "ครับ"),
        ("हिन्दी समाचार", "समाचार"),
        ("أخبار عاجلة", "عاجلة"),
        ("cafe\u0301 noir", "café"),
        ("ＦＵＬＬ width", "full"),
        ("price: 3,50 €", "3,50"),
    ],
)
def test_any_language_is_found(store: Store, text: str, query: str):
    store.put(a_video("a"), shown(text))
    store.put(a_video("b"), shown("something else"))
    assert found(store, query) == [("a", 4.5)]


def test_vowels_of_hindi_count(store: Store):
    store.put(a_video("a"), shown("हानि"))
    assert found(store, "हिन") == []


def test_quoted_words_stand_side_by_side(store: Store):
    store.put(a_video("a"), shown("red car on the road"))
    store.put(a_video("b"), shown("car that is red"))
    assert len(found(store, "red car")) == 2
    assert found(store, '"red car"') == [("a", 4.5)]


@pytest.mark.parametrize(
    "query", ["", "  ", '"', "()", "*", "NEAR(", "a AND", '"" OR', "-x", "col:y", "'; DROP", "\0"]
)
def test_no_query_breaks_the_search(store: Store, query: str):
    store.put(a_video("a"), shown("words"))
    assert found(store, query) == []


def test_it_follows_the_tables(store: Store):
    store.put(a_video("a"), shown("first"))
    assert found(store, "first")
    store.put(a_video("a"), shown("second"))
    assert not found(store, "first")
    assert found(store, "second")
    store.compact()
    assert found(store, "second")
    store.remove(["a"])
    assert not found(store, "second")


def test_a_damaged_index_is_made_again(store: Store):
    store.put(a_video("a"), shown("words"))
    assert found(store, "words")
    (store.folder / "derived" / "words.sqlite").write_bytes(b"nonsense" * 1000)
    assert found(store, "words") == [("a", 4.5)]
    assert Store.open(store.folder).text_search("words")


@pytest.mark.parametrize(
    ("texts", "query", "weighing"),
    [
        (("the cat sleeps", "the harbour", "the end", "nothing of it"), "the harbour", "harbour"),
        (("que bueno", "que lindo gato", "que va", "nada"), "que gato", "gato"),
        (("кот что надо", "что такое", "и что", "ничего"), "что кот", "кот"),
    ],
)
def test_small_words_find_nothing_beside_rarer_ones(store: Store, texts, query, weighing):
    for place, text in enumerate(texts):
        store.put(a_video(f"v{place}", description=text), [])
    for place in range(8):  # written in other languages
        store.put(a_video(f"x{place}", description="今天天气很好"), [])
    (only,) = (place for place, text in enumerate(texts) if weighing in text)
    assert found(store, query) == [(f"v{only}", None)]
    assert {word for word, weight in store.word_weights(query).items() if weight} == {weighing}
    small = next(word for word in query.split() if word != weighing)
    assert len(found(store, small)) == 3
    assert store.word_weights("") == {}


def test_more_texts_than_are_counted_are_taken_to_go_on_alike(store: Store, monkeypatch):
    for place in range(12):
        text = "the weather" if place % 2 else "the sea"
        store.put(a_video(f"v{place:02}", description=text), [])
    whole = store.word_weights("the weather forecast")
    monkeypatch.setattr(words, "_COUNTED", 4)
    assert Store.open(store.folder).word_weights("the weather forecast") == pytest.approx(
        whole, rel=0.2
    )
    assert whole["the"] == 0


def test_weights_follow_the_tables(store: Store, monkeypatch):
    monkeypatch.setattr(words, "_REMEMBERED", 2)
    store.put(a_video("a", description="kite"), [])
    before = store.word_weights("kite harbour")
    assert before["harbour"] > before["kite"]
    store.put(a_video("b", description="harbour"), [])
    store.put(a_video("c", description="harbour"), [])
    after = store.word_weights("kite harbour")
    assert after["kite"] > after["harbour"]
    for query in ("one", "two", "three", "kite harbour"):
        store.word_weights(query)
    assert store.word_weights("kite harbour") == after
