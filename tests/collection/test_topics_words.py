"""The words of texts, what topics are called, and how good they are."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("lancedb")

from topic_samples import D, unit

from scenewise.collection.topic_labels import exemplars, labels, seen, written_about
from scenewise.collection.topic_material import Material
from scenewise.collection.topic_quality import agreement, coherence, diversity
from scenewise.collection.topic_results import VideoTopics
from scenewise.collection.topic_texts import telling, words_of
from scenewise.collection.types import Video


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Baking a CAKE with the children", ["baking", "cake", "children"]),
        ("see https://x.example/a?b=cake and @nina.k 2024", []),
        ("#DIY #Straße", ["diy", "strasse"]),
        ("Der Kuchen ist gut", ["kuchen"]),
        ("Великая прогулка", ["великая", "прогулка"]),
        ("烤蛋糕", ["烤蛋", "蛋糕"]),
        ("हिन्दी #बारिश", ["हिन्दी", "बारिश"]),
        ("ＣＡＫＥＳ", ["cakes"]),
        ("", []),
    ],
)
def test_words_that_may_say_something_are_found_in_any_language(text, words):
    assert words_of(text) == words


def test_hashtags_count_however_short_they_are():
    assert words_of("", ["#ai", "War", "x"]) == ["ai", "war"]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_has_words_without_space_or_capitals(text):
    for word in words_of(text):
        assert word
        assert not any(letter.isspace() for letter in word)


def test_words_of_one_text_or_of_too_many_tell_nothing():
    texts = [["fyp", f"only{at}", "cake" if at < 5 else "ball"] for at in range(30)]
    found = telling(texts)
    assert found[0] == ["cake"]
    assert found[29] == []  # 25 of 30 are about the ball
    few = [["fyp", "cake"], ["fyp"], ["fyp"]]
    assert telling(few) == [["fyp"], ["fyp"], ["fyp"]]


def test_coherence_is_the_mean_npmi_of_pairs():
    texts = [["a", "b"], ["a", "b"], ["a", "c"], ["d"]]
    # p(a) = 3/4, p(b) = 1/2, p(a, b) = 1/2
    by_hand = math.log(0.5 / (0.75 * 0.5)) / -math.log(0.5)
    assert coherence([["a", "b"]], texts) == pytest.approx(by_hand)
    assert coherence([["b", "c"]], texts) == -1
    assert coherence([["a", "b"], ["b", "c"]], texts) == pytest.approx((by_hand - 1) / 2)
    assert coherence([["a"], ["unheard", "of"]], texts) is None
    assert coherence([["a", "b"]], [["a", "b"], ["b", "a"]]) == 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from("abcdef"), max_size=5), max_size=12))
def test_coherence_lies_between_minus_one_and_one(texts):
    found = coherence([["a", "b", "c"], ["d", "e"]], texts)
    assert found is None or -1 <= found <= 1


def test_diversity_is_the_share_of_words_that_differ():
    assert diversity([["a", "b"], ["c", "d"]]) == 1
    assert diversity([["a", "b"], ["a", "b"]]) == 0.5
    assert diversity([[], []]) is None


def _about(name: str, main: int) -> VideoTopics:
    return VideoTopics(name, "", None, main, {main: 1.0})


def test_agreement_with_the_truth_is_whole_for_any_numbering_and_none_for_chance():
    truth = {f"v{at}": "ab"[at % 2] for at in range(40)}
    same = [_about(f"v{at}", 1 - at % 2) for at in range(40)]
    assert agreement(same, truth) == pytest.approx(1)
    chance = [_about(f"v{at}", at // 2 % 2) for at in range(40)]
    assert agreement(chance, truth) == pytest.approx(0, abs=1e-9)
    unknown = [*same, _about("x", 7)]
    assert agreement(unknown, truth) == pytest.approx(1)
    with pytest.raises(ValueError):
        agreement(same, {})


def test_what_has_no_topic_costs_agreement():
    truth = {f"v{at}": "abcd"[at % 4] for at in range(40)}
    videos = [_about(f"v{at}", at % 4 if at < 20 else -1) for at in range(40)]
    assert agreement(videos, truth) < 0.8


def test_labels_are_words_where_enough_is_written_else_what_is_seen():
    words = [(("cake", 1.0), ("oven", 0.5)), (("ball", 1.0),), (), ()]
    sights = [(("in a kitchen", 2.0),), (("in a field", 2.0),), (("at sea", 1.0),), ()]
    found = labels(words, [0.9, 0.1, 0.0, 0.0], sights)
    assert found == ("cake, oven", "in a field", "at sea", "topic 4")


def test_no_two_topics_have_one_name():
    words = [(("cake", 1.0),), (("cake", 1.0),)]
    assert labels(words, [1.0, 1.0], [(), ()]) == ("cake", "cake (2)")


def test_words_count_by_the_videos_of_a_topic_that_have_them():
    topics, video = np.array([0, 0, 0, 1]), np.array([0, 1, 2, 2])
    shares = written_about([(("cake", 1.0),), ()], topics, video, [["cake"], [], ["cake", "x"]])
    assert shares == (pytest.approx(2 / 3), 0.0)


class Compass:
    """An embedder whose phrases are directions: `3` is the third axis."""

    name, dimension = "compass", D

    def texts(self, texts):
        return np.eye(D, dtype=np.float32)[[int(text) for text in texts]]


def test_what_is_seen_is_what_a_topic_has_more_of_than_all():
    rng = np.random.default_rng(0)
    base = np.zeros(D)
    base[0] = 3.0  # everything agrees with phrase 0
    vectors = [
        unit(base + 1.5 * np.eye(D)[axis] + 0.2 * rng.normal(size=D))
        for axis in (1, 2)
        for _ in range(40)
    ]
    topics = np.repeat([0, 1], 40)
    phrases = {"settings": ("0", "1", "5"), "actions": ("2", "6")}
    first, second = seen(np.array(vectors, np.float32), topics, Compass(), phrases, 2)
    assert first[0][0] == "1"
    assert second[0][0] == "2"
    assert "0" not in {phrase for phrase, _ in (*first, *second)}


def _material(vectors, video) -> Material:
    count = max(video) + 1
    videos = tuple(Video(f"v{at}", "", "", 0, 0.0, 1.0) for at in range(count))
    rows = np.array([unit(np.asarray(v, float)) for v in vectors], np.float32)
    return Material(
        rows, np.array(video), np.arange(len(rows), dtype=np.float32), videos, ((),) * len(rows)
    )


def test_exemplars_are_nearest_to_the_centre_and_of_different_videos():
    material = _material(
        [[1, 0, 0], [1, 0.01, 0], [1, 0.5, 0], [1, -0.6, 0], [0, 0, 1]], [0, 0, 1, 2, 3]
    )
    found = exemplars(material, np.array([0, 0, 0, 0, 1]), 0, 5)
    assert [one.id for one in found] == ["v0", "v1", "v2"]
    assert found[0].closeness > found[1].closeness > found[2].closeness
    assert exemplars(material, np.array([0, 0, 0, 0, 1]), 7, 5) == ()


def test_an_exemplar_that_shows_the_same_as_another_comes_last():
    material = _material([[1, 0], [1, 0.001], [1, 0.5], [1, -0.5]], [0, 1, 2, 3])
    found = exemplars(material, np.zeros(4, int), 0, 3)
    assert {one.id for one in found} >= {"v2", "v3"}
    assert len(exemplars(material, np.zeros(4, int), 0, 4)) == 4
