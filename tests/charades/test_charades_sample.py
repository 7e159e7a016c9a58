"""The paper's sample: by scene, from a seed, of 1,000 and 500."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.charades.data import NAMED_SCENES, OTHER, SCENES, Video
from scenewise.charades.errors import SceneShort, TableInvalid
from scenewise.charades.sample import SampleOptions, draw_sample


def videos(prefix: str, each: int, scenes: tuple[str, ...] = SCENES) -> list[Video]:
    return [
        Video(f"{prefix}{scene:02d}{k:02X}", name, "", (), (), (), None)
        for scene, name in enumerate(scenes)
        for k in range(each)
    ]


def ids(some: tuple[Video, ...]) -> list[str]:
    return [video.id for video in some]


def test_the_papers_numbers() -> None:
    sample = draw_sample(videos("A", 80), videos("B", 40))
    assert len(sample.train) == 1000
    assert len(sample.test) == 500
    for drawn, each, other in ((sample.train, 65, 25), (sample.test, 32, 20)):
        counts = Counter(video.scene for video in drawn)
        assert counts.pop(OTHER) == other
        assert counts == dict.fromkeys(NAMED_SCENES, each)
        assert len({video.id for video in drawn}) == len(drawn)
    assert not sample.short


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 99))
def test_only_the_seed_and_the_ids_decide(seed: int, order: int) -> None:
    shuffler = random.Random(order)
    options = SampleOptions(train=3, train_other=2, test=2, test_other=1, seed=seed)
    train, test = videos("A", 6), videos("B", 4)
    first = draw_sample(train, test, options)
    shuffler.shuffle(train)
    shuffler.shuffle(test)
    assert draw_sample(train, test, options) == first


def test_another_seed_draws_others_and_each_scene_is_drawn_for_itself() -> None:
    train, test = videos("A", 80), videos("B", 40)
    first = draw_sample(train, test)
    assert ids(draw_sample(train, test, SampleOptions(seed=1)).train) != ids(first.train)
    more = [*train, Video("A00FF", SCENES[0], "", (), (), (), None)]
    again = draw_sample(more, test)
    assert [v for v in again.train if v.scene != SCENES[0]] == [
        v for v in first.train if v.scene != SCENES[0]
    ]
    patterns = {
        tuple(int(v.id[-2:], 16) for v in first.train if v.scene == scene) for scene in NAMED_SCENES
    }
    assert len(patterns) == 15


def test_every_video_of_a_scene_may_be_drawn() -> None:
    options = SampleOptions(train=1, train_other=0, test=0, test_other=0)
    seen = Counter(
        draw_sample(videos("A", 4), [], SampleOptions(**{**vars(options), "seed": seed}))
        .train[0]
        .id
        for seed in range(200)
    )
    assert len(seen) == 4
    assert min(seen.values()) > 25


def test_a_scene_with_too_few_is_refused_or_taken_whole() -> None:
    train = [*videos("A", 65), *videos("C", 1, ("Cellar",))]
    few = [video for video in train if video.scene != "Garage" or video.id.endswith("1")]
    with pytest.raises(SceneShort, match=r"Garage: 4 of 65 \(train\)"):
        draw_sample(few, videos("B", 32))
    sample = draw_sample(few, videos("B", 32), SampleOptions(short="smaller"))
    assert [(one.scene, one.has, one.wanted) for one in sample.short] == [("Garage", 4, 65)]
    assert len(sample.train) == 1000 - 61
    assert all(video.scene in SCENES for video in sample.train)


def test_a_video_cannot_be_trained_and_tested_on() -> None:
    train = videos("A", 65)
    with pytest.raises(TableInvalid, match="A0003"):
        draw_sample(train, [*videos("B", 32), train[3]])
