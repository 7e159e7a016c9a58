"""What a drawn film tells: scenes that hang together, of about the length that was asked."""

from __future__ import annotations

from itertools import groupby, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.core.time import Span
from scenewise.synthetic.story import Clip, Story, known_names, salience, write_story
from scenewise.synthetic.world import ACTIONS, SETTING, Event

seeds = st.integers(0, 10**9)
lengths = st.integers(15, 200)
quick = settings(max_examples=60, deadline=None)


def scenes(story: Story) -> list[list[Clip]]:
    """The clips of each scene, without cards."""
    grouped = groupby(story.clips, key=lambda clip: clip.scene)
    return [clips for _, group in grouped if (clips := [c for c in group if c.event])]


@quick
@given(seeds, lengths)
def test_clips_follow_each_other_from_the_beginning_to_the_end(seed, seconds) -> None:
    story = write_story(seed, seconds=seconds)
    assert story.clips[0].span.start == 0
    assert story.duration == story.clips[-1].span.end
    for before, after in pairwise(story.clips):
        assert before.span.end == after.span.start
        assert after.scene - before.scene in (0, 1)
    for clip in story.clips:
        assert clip.span.duration >= 3 - 1e-6
        assert clip.span.end * 25 == pytest.approx(round(clip.span.end * 25), abs=1e-6)
    assert len(story.joins) == len(story.clips)
    assert story.joins[0] == "cut"


@quick
@given(seeds, lengths)
def test_a_film_is_about_as_long_as_was_asked(seed, seconds) -> None:
    duration = write_story(seed, seconds=seconds).duration
    assert seconds - 5 <= duration
    # A scene has two clips at least, with up to two lines each.
    assert duration <= seconds + 17


@quick
@given(seeds, lengths)
def test_a_title_comes_first_and_the_end_last_and_all_between_is_drawn(seed, seconds) -> None:
    first, *clips, last = write_story(seed, seconds=seconds).clips
    for card in (first, last):
        assert card.event is None
        assert card.shooting is None
        assert card.written
    assert last.written == "The End"
    assert clips
    assert all(clip.event and clip.shooting for clip in clips)


@quick
@given(seeds, lengths)
def test_a_scene_stays_at_one_place_with_its_people_and_something_else_happens(
    seed, seconds
) -> None:
    for clips in scenes(write_story(seed, seconds=seconds)):
        assert len(clips) >= 2
        events = [clip.event for clip in clips if clip.event]
        assert len({(e.setting, e.hour, e.weather) for e in events}) == 1
        assert len({c.shooting.place for c in clips if c.shooting}) == 1
        assert len({name for e in events for name in (e.person, e.other) if name}) <= 3
        assert len({e.object for e in events if e.object}) <= 2
        assert SETTING[events[0].setting].outdoors or events[0].weather == "clear"
        for before, after in pairwise(events):
            assert (before.person, before.action) != (after.person, after.action)
    places = [clips[0].event.setting for clips in scenes(write_story(seed, seconds=seconds))
              if clips[0].event]  # fmt: skip
    assert all(before != after for before, after in pairwise(places))


@quick
@given(seeds, lengths)
def test_lines_are_said_in_clips_by_the_people_of_the_film(seed, seconds) -> None:
    story = write_story(seed, seconds=seconds)
    speakers: dict[int, set[str]] = {}
    for line in story.dialogue:
        clip = next(c for c in story.clips if c.span.start <= line.start < c.span.end)
        assert clip.event
        assert line.start + 2.6 <= clip.span.end
        shown = speakers.setdefault(clip.scene, set())
        shown.add(line.speaker)
    for clips in scenes(story):
        people = {name for c in clips if c.event for name in (c.event.person, c.event.other)}
        assert len((people | speakers.get(clips[0].scene, set())) - {""}) <= 3
    assert [line.start for line in story.dialogue] == sorted(line.start for line in story.dialogue)


@quick
@given(seeds)
def test_the_cast_is_who_is_seen_each_once(seed) -> None:
    story = write_story(seed)
    seen = {n for c in story.clips if c.event for n in (c.event.person, c.event.other) if n}
    assert set(story.cast) == seen
    assert len(story.cast) == len(seen) <= 5
    first = next(c.event for c in story.clips if c.event)
    assert story.cast[0] == first.person


@quick
@given(seeds, lengths)
def test_the_same_seed_tells_the_same_story(seed, seconds) -> None:
    assert write_story(seed, seconds=seconds) == write_story(seed, seconds=seconds)


def test_other_seeds_tell_other_stories() -> None:
    stories = [write_story(seed) for seed in range(40)]
    assert len({story.name for story in stories}) == 40
    assert len({tuple(c.event for c in story.clips) for story in stories}) == 40
    assert len({story.title for story in stories}) > 15
    assert len({story.mood for story in stories}) > 1


def test_a_longer_film_begins_as_a_shorter_one() -> None:
    short, long = (write_story(5, seconds=seconds) for seconds in (60, 120))
    shared = [a == b for a, b in zip(short.clips, long.clips, strict=False)]
    assert shared.index(False) > 4


def test_all_there_is_comes_up() -> None:
    events = [c.event for seed in range(60) for c in write_story(seed).clips if c.event]
    assert {e.action for e in events} == {action.name for action in ACTIONS}
    assert {e.setting for e in events} == set(SETTING)
    assert {e.hour for e in events} == {"day", "evening", "night"}
    assert {e.weather for e in events} == {"clear", "rain", "snow", "fog"}
    assert {e.direction for e in events} == {"left", "right"}


def test_a_film_may_be_given_a_name() -> None:
    assert write_story(3, name="pilot").name == "pilot"
    assert write_story(3, name="pilot").clips == write_story(3).clips


def test_what_is_done_to_somebody_matters_more_than_standing_about() -> None:
    alone = Event("Anna", "walk", "park")
    thing = Event("Anna", "kick", "park", object="ball")
    person = Event("Anna", "hug", "park", other="Hugo")
    both = Event("Anna", "give", "park", object="ball", other="Hugo")
    worth = [salience(event) for event in (alone, thing, person, both)]
    assert worth == sorted(set(worth))
    assert worth[0] >= 0
    assert worth[-1] <= 1


def test_a_name_is_known_from_the_first_clip_that_begins_after_it_was_said() -> None:
    clips = [Clip(Span(t, t + 4.0), None, None, "", 0) for t in (0.0, 4.0, 8.0)]
    known = known_names(clips, {"Anna": 0.0, "Hugo": 3.9, "Lena": 4.1, "Ines": 9.0})
    assert known == {"Anna": 0, "Hugo": 1, "Lena": 2, "Ines": 3}
