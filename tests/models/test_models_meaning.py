"""What models say and find, on drawn scenes whose truth is known, through the code that loads
anybody's checkpoints. Shapes and numbers are tested beside this; here it is meaning."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scenewise.core.errors import ModelMissing
from scenewise.core.media_types import Frame, Keyframe
from scenewise.core.ports import CaptionContext
from scenewise.core.time import Span
from scenewise.models import hub
from scenewise.models.blip import BlipGenerator
from scenewise.models.caption_options import CaptionOptions
from scenewise.models.clip import ClipEmbedder
from scenewise.models.interrogator import Interrogator
from scenewise.synthetic.grammar import canonical, slots_in
from scenewise.synthetic.staging import Shooting, Stage
from scenewise.synthetic.world import ACTIONS, CHARACTERS, PROPS, SETTINGS, Event

pytestmark = pytest.mark.slow

SCENES = 6
CLIPS = 6


def scene(number: int) -> list[Event]:
    """One person with one thing and one other at one place, doing one thing after the other."""
    rng = np.random.default_rng([number, 77])
    who, other = (CHARACTERS[int(k)].name for k in rng.choice(len(CHARACTERS), 2, replace=False))
    where = SETTINGS[int(rng.integers(len(SETTINGS)))].name
    what = PROPS[int(rng.integers(len(PROPS)))].name
    deeds = [ACTIONS[int(k)] for k in rng.choice(len(ACTIONS), CLIPS, replace=False)]
    return [
        Event(
            who,
            deed.name,
            where,
            object=what if "thing" in deed.takes else "",
            other=other if "person" in deed.takes else "",
        )
        for deed in deeds
    ]


def shot(event: Event, number: int) -> np.ndarray:
    rng = np.random.default_rng([number, 78])
    stage = Stage(event, replace(Shooting.drawn(rng, 5), brightness=1.0), 320, 240, 4.0)
    low, high = stage.telling
    return stage.frame((low + high) / 2)


@pytest.fixture(scope="module")
def scenes() -> list[tuple[list[Event], list[np.ndarray]]]:
    try:
        hub.resolve("pocket", job="captioner", allow_download=False)
    except ModelMissing as error:
        pytest.skip(f"the pocket models have not been made: {error}")
    made = []
    for number in range(SCENES):
        events = scene(number)
        made.append((events, [shot(e, 100 * number + k) for k, e in enumerate(events)]))
    return made


def described(scenes, **options) -> list[tuple[Event, str]]:
    """What would be said of each key frame."""
    captioner = Interrogator(
        CaptionOptions(blip="pocket", clip="pocket", **options), allow_download=False
    )
    said = []
    for events, pictures in scenes:
        keyframes = [
            Keyframe(Frame(float(k), picture), Span(float(k), k + 1.0))
            for k, picture in enumerate(pictures)
        ]
        found = captioner.describe(keyframes, CaptionContext())
        said += [(e, c[0].text if c else "") for e, c in zip(events, found, strict=True)]
    return said


def right(said: list[tuple[Event, str]], slot: str) -> float:
    """How often a slot that a sentence tells is told rightly, over all events."""
    return float(np.mean([slots_in(text)[slot] == {getattr(event, slot)} for event, text in said]))


@pytest.fixture(scope="module")
def said(scenes) -> list[tuple[Event, str]]:
    return described(scenes)


@pytest.mark.parametrize(("slot", "least"), [("person", 0.85), ("action", 0.8)])
def test_each_clip_of_a_scene_is_told_by_who_acts_and_what_they_do(said, slot, least) -> None:
    assert right(said, slot) >= least, said


def test_things_are_named_where_there_are_any(said) -> None:
    with_things = [(event, text) for event, text in said if event.object]
    assert len(with_things) > 8
    assert right(with_things, "object") >= 0.75, with_things


def test_neighbours_in_a_scene_are_not_told_alike(said) -> None:
    texts = [text for _, text in said]
    for first in range(0, len(texts), CLIPS):
        assert len(set(texts[first : first + CLIPS])) == CLIPS


def test_clip_finds_each_picture_by_its_sentence_among_those_of_its_scene(scenes) -> None:
    embedder = ClipEmbedder("pocket", allow_download=False)
    right = []
    for events, pictures in scenes:
        cosines = embedder.texts([canonical(e) for e in events]) @ embedder.images(pictures).T
        right += list(cosines.argmax(axis=1) == np.arange(CLIPS))
        right += list(cosines.argmax(axis=0) == np.arange(CLIPS))
    assert np.mean(right) >= 0.9


def test_blips_first_proposal_is_the_most_often_right(scenes) -> None:
    generator = BlipGenerator("pocket", allow_download=False)
    firsts, lasts = [], []
    for events, pictures in scenes:
        for event, found in zip(events, generator.propose(pictures, 5), strict=True):
            assert len({one.text for one in found}) == len(found)
            named = [slots_in(one.text)["action"] == {event.action} for one in found]
            firsts.append(named[0])
            lasts.append(named[-1])
    assert np.mean(firsts) >= 0.75
    assert np.mean(firsts) >= np.mean(lasts)
