"""Finding topics: that they are found, that the same seed gives the same, and small collections."""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("lancedb")

from store_samples import a_video
from topic_samples import WORDS, Shelf, items

from scenewise.collection.errors import TooFew
from scenewise.collection.topic_material import gathered
from scenewise.collection.topic_models import apart, joined, sizes_for, spanning
from scenewise.collection.topic_options import TopicOptions
from scenewise.collection.topic_quality import agreement
from scenewise.collection.topic_results import NONE, VideoTopics
from scenewise.collection.topic_times import mixtures, shares
from scenewise.collection.topics import find_topics
from scenewise.collection.types import IndexedFrame
from scenewise.core.errors import OptionInvalid, UnknownChoice

# looked for, not imported: each process collects all tests, and this takes seconds
pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("bertopic") is None, reason="could not import 'bertopic'"
)


def test_frames_are_gathered_with_the_words_in_them_and_about_their_video():
    vector = np.eye(32, dtype=np.float32)[0]
    about = {
        "title": "Cake!",
        "description": "Cake! with plums #plum #ninak",
        "hashtags": ("plum", "jam"),
        "account": "@nina.k",
    }
    shelf = Shelf(
        [
            (a_video("a", **about), [IndexedFrame(2.0, vector, b"", ("OVEN",)),
                                     IndexedFrame(1.1, vector, b"")]),
            (a_video("b", 1), [IndexedFrame(0.5, vector, b"")]),
        ]
    )  # fmt: skip
    material = gathered(shelf)
    assert [video.id for video in material.videos] == ["a", "b"]
    assert material.time.tolist() == pytest.approx([1.1, 2.0, 0.5])
    said = ("cake", "plums", "plum", "jam")
    assert material.words == (said, (*said, "oven"), ())
    assert material.of_videos == ((*said, "oven"), ())
    assert [video.id for video in gathered(shelf, {"b"}).videos] == ["b"]


@pytest.mark.parametrize("only", [None, frozenset()])
def test_nothing_at_all_is_too_few(only):
    with pytest.raises(TooFew, match="there is no frame"):
        find_topics(Shelf(items(5)[0] if only is not None else []), only=only)


@pytest.mark.parametrize(("mode", "told"), [("frames", "10 frames"), ("paper", "2 videos")])
def test_too_few_points_are_told(mode, told):
    with pytest.raises(TooFew, match=f"{told} are too few"):
        find_topics(Shelf(items(2)[0]), options=TopicOptions(mode=mode))


def test_groups_of_too_few_videos_are_no_topics():
    labels = np.array([0, 0, 0, 1, 1, 1, -1, 2, 2])
    video = np.array([0, 0, 0, 1, 2, 3, 4, 5, 6])
    assert spanning(labels, video, 2).tolist() == [-1, -1, -1, 0, 0, 0, -1, 1, 1]


def test_groups_that_are_apart_are_worth_more_and_so_is_leaving_less_out():
    rng = np.random.default_rng(0)
    rows = np.repeat(np.eye(3, 8), 20, axis=0) + 0.1 * rng.normal(size=(60, 8))
    right = np.repeat([0, 1, 2], 20)
    assert apart(rows, right, 0) > 0.8
    assert apart(rows, rng.permutation(right), 0) < 0.1
    assert apart(rows, np.minimum(right, 1), 0) < apart(rows, right, 0)
    half = np.where(np.arange(60) % 2, right, NONE)
    assert apart(rows, half, 0) == pytest.approx(0.5 * apart(rows, right, 0), abs=0.05)
    assert apart(rows, np.zeros(60, int), 0) == -1


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 100_000))
def test_the_sizes_that_are_tried_leave_room_for_five_topics_and_grow_with_the_collection(count):
    sizes = sizes_for(count)
    assert sizes == (2,) or all(3 <= size <= count / 5 for size in sizes)
    assert sizes_for(count * 4)[0] >= sizes[0]


def test_words_join_the_pictures_by_their_weight():
    material = gathered(Shelf(items(20)[0]))
    alone = joined(material, TopicOptions(texts=0.0))
    assert alone.shape == material.vectors.shape
    both = joined(material, TopicOptions(texts=0.5))
    assert both.shape[1] > alone.shape[1]
    near, far = both[0] @ both[5 * 4], both[0] @ both[5]  # videos 0 and 4 have the same words
    assert near - 0.5 * alone[0] @ alone[20] > far - 0.5 * alone[0] @ alone[5] + 0.2
    silent = gathered(Shelf(items(20, texts=False)[0]))
    assert joined(silent, TopicOptions()).shape == silent.vectors.shape


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(-1, 3), min_size=1, max_size=6), min_size=1, max_size=8))
def test_mixtures_and_shares_add_up(topics):
    videos = tuple(
        a_video(f"v{at}", at, account="ab"[at % 2], posted=datetime(2024, 1 + at, 1, tzinfo=UTC))
        for at in range(len(topics))
    )
    rows = [(at, topic) for at, of in enumerate(topics) for topic in of]

    class Frames:
        video = np.array([at for at, _ in rows])

    Frames.videos = videos
    found = mixtures(Frames(), np.array([topic for _, topic in rows]))
    for video, of in zip(found, topics, strict=True):
        assert sum(video.mixture.values()) == pytest.approx(1)
        assert (video.main == NONE) == (set(of) == {NONE})
        real = [topic for topic in of if topic != NONE]
        assert not real or real.count(video.main) == max(map(real.count, real))
    every = shares(found)
    for account in ("", "a", "b"):
        for month in ("", "2024-01"):
            some = [one for one in every if (one.account, one.month) == (account, month)]
            assert sum(one.share for one in some) == pytest.approx(1 if some else 0)
    whole = [one for one in every if not one.account and not one.month]
    assert sum(one.weight for one in whole) == pytest.approx(len(videos))
    assert sum(one.videos for one in whole) == len(videos) - sum(
        1 for video in found if video.main not in {one.topic for one in whole}
    )


def test_videos_of_no_date_or_account_are_counted_once():
    found = shares([VideoTopics("v", "", None, 0, {0: 1.0})])
    assert [(one.account, one.month, one.videos) for one in found] == [("", "", 1)]


@pytest.mark.parametrize("values", [{"texts": 2.0}, {"smallest": 1}, {"most": 1}, {"seed": -1}])
def test_options_outside_their_range_are_refused(values):
    with pytest.raises(OptionInvalid):
        TopicOptions(**values)


def test_there_are_two_modes():
    with pytest.raises(UnknownChoice):
        TopicOptions(mode="lda")


@pytest.fixture(scope="module")
def sample():
    return items(60)


@pytest.fixture(scope="module")
def found(sample):
    return find_topics(Shelf(sample[0]))


@pytest.mark.slow
class TestFound:
    """Topics of drawn vectors; UMAP takes its seconds."""

    def test_topics_that_are_apart_are_found_and_named_by_their_words(self, sample, found):
        assert agreement(found.videos, sample[1]) > 0.95
        assert len(found.topics) == 4
        assert {topic.label.split(",")[0] for topic in found.topics} == set(WORDS[:4])
        assert found.quality.without < 0.2
        assert found.quality.likeness > 1
        assert found.quality.diversity > 0.5

    def test_topics_are_sorted_and_counted(self, found):
        frames = [topic.frames for topic in found.topics]
        assert frames == sorted(frames, reverse=True)
        assert [topic.number for topic in found.topics] == [0, 1, 2, 3]
        assert sum(topic.main for topic in found.topics) == 60
        assert all(len(topic.exemplars) == 6 for topic in found.topics)

    def test_the_same_seed_gives_the_same(self, sample, found):
        again = find_topics(Shelf(sample[0]))
        assert again.plain() == found.plain()
        assert np.array_equal(again.map.places, found.map.places)

    def test_months_and_accounts_tell_who_and_when(self, sample, found):
        assert found.months == ("2024-01", "2024-02", "2024-03", "2024-04", "2024-05")
        football = next(t.number for t in found.topics if "football" in t.label)
        assert football not in found.of(month="2024-01")
        assert found.of(month="2024-05")[football].share == pytest.approx(1, abs=0.1)
        baking = next(t.number for t in found.topics if "baking" in t.label)
        assert found.of(account="omar")[baking].share > 0.9
        assert found.of(account="omar", month="2024-02")[baking].weight > 3

    def test_topics_are_joined_until_so_few_are_left(self, sample):
        found = find_topics(Shelf(sample[0]), options=TopicOptions(most=2))
        assert len(found.topics) == 2
        assert sum(topic.main for topic in found.topics) >= 55

    def test_mixed_videos_are_told_apart_by_frames_better_than_by_their_mean(self):
        made, truth = items(80, topics=5, mixed=True, seed=3)
        shelf = Shelf(made)
        by_frames = find_topics(shelf)
        by_mean = find_topics(shelf, options=TopicOptions(mode="paper"))
        assert agreement(by_frames.videos, truth) >= agreement(by_mean.videos, truth)
        mixed = [video for video in by_frames.videos if len(video.mixture) > 1]
        assert len(mixed) > 30
        assert all(len(video.mixture) == 1 for video in by_mean.videos)
        assert len(by_mean.map.ids) == 80

    def test_without_texts_and_model_topics_still_have_names(self):
        found = find_topics(Shelf(items(40, texts=False)[0]))
        assert len(found.topics) >= 3
        assert found.topics[0].label == "topic 1"
        assert found.quality.coherence is None
        assert any("no texts" in note for note in found.notes)

    @pytest.mark.parametrize(("videos", "mode"), [(3, "frames"), (5, "frames"), (15, "paper")])
    def test_small_collections_work(self, videos, mode):
        found = find_topics(Shelf(items(videos, topics=2)[0]), options=TopicOptions(mode=mode))
        assert len(found.videos) == videos
        total = sum(topic.main for topic in found.topics)
        assert total + round(found.quality.videos_without * videos) == videos

    def test_frames_that_are_all_the_same_do_not_break_it(self):
        vector = np.full(32, 32**-0.5, np.float32)
        same = [
            (a_video(f"v{at}", at), [IndexedFrame(float(k), vector, b"") for k in range(4)])
            for at in range(10)
        ]
        found = find_topics(Shelf(same))
        assert len(found.videos) == 10
        assert any("no known date" in note for note in found.notes)
