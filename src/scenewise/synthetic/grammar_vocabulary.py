"""The vocabulary that an interrogator of the drawn world chooses its words from."""

from __future__ import annotations

from itertools import chain
from typing import Any, Final

import numpy as np

from scenewise.synthetic.grammar_sentences import caption
from scenewise.synthetic.grammar_words import LOOKS, PHRASES, PLACES, TIMES, WEATHER, participle
from scenewise.synthetic.world import (
    ACTIONS,
    CHARACTERS,
    HOURS,
    PROPS,
    SETTINGS,
    WEATHERS,
    Action,
    Event,
)

_ELSEWHERE: Final = (
    "a photograph of a real place", "a photograph of a real person", "a page of printed text",
    "a title card with large letters", "white letters on a black background",
    "a screen with names of actors", "an empty room with nobody in it", "an empty street",
    "a completely black picture", "a plain white wall", "a picture with nothing in it",
    "a blurred picture", "one picture fading into another", "a dog runs across a meadow",
    "a cat is sleeping on a sofa", "a horse stands in a field", "a bird is sitting on a branch",
    "a fish swims under water", "a car drives along a road", "a train crosses a bridge",
    "a ship at sea in a storm", "an aeroplane lands at an airport", "a helicopter over a city",
    "a crowd watches a concert", "a group of people sits around a table",
    "two people shake hands in an office", "a football match in a stadium",
    "a doctor examines a patient in a hospital", "a teacher writes on a blackboard",
    "a judge sits in a courtroom", "a soldier aims a rifle", "a robot in a laboratory",
    "an astronaut floats in space", "a castle on a hill", "a church with a tall steeple",
    "a desert with sand dunes", "a waterfall in a jungle", "a map of the world",
    "a chart with coloured bars", "a company logo", "a bowl of fruit on a table",
    "a glass of water on a counter", "a letter and a pen", "a pair of shoes on the floor",
    "a telephone on a desk", "a fire burns in a stove", "the moon shines through clouds",
    "lightning strikes a tower", "a flower in close-up", "a butterfly on a leaf",
)  # fmt: skip


def vocabulary(seed: int = 0, background: int = 240) -> dict[str, Any]:
    """Phrases of the drawn world and what agreement is measured against.

    It has the form of `vocabulary.toml` (`scenewise.models.vocabulary`): `phrases` by category,
    each such that it can follow a sentence, and `background` with its `sentences`: random events
    of the world, and things that it does not have.

    Args:
        seed: of the random events.
        background: how many of them.
    """
    rng = np.random.default_rng(seed)
    events = dict.fromkeys(caption(random_event(rng), rng) for _ in range(background))
    times = chain.from_iterable(TIMES[hour] for hour in HOURS)
    weather = chain.from_iterable(WEATHER[kind] for kind in WEATHERS)
    return {
        "phrases": {
            "settings": [PLACES[setting.name][0] for setting in SETTINGS],
            "times": list(times),
            "weather": list(weather),
            "actions": list(dict.fromkeys(chain.from_iterable(map(_doing, ACTIONS)))),
            "objects": [f"with {prop.phrase}" for prop in PROPS],
            "people": [one.name for one in CHARACTERS]
            + list(chain.from_iterable(LOOKS[one.name] for one in CHARACTERS)),
        },
        "background": {"sentences": [*events, *_ELSEWHERE]},
    }


def random_event(rng: np.random.Generator) -> Event:
    """Any event of the world, each slot drawn evenly."""
    action = ACTIONS[int(rng.integers(len(ACTIONS)))]
    person, other = (CHARACTERS[int(i)].name for i in rng.permutation(len(CHARACTERS))[:2])
    return Event(
        person=person,
        action=action.name,
        setting=SETTINGS[int(rng.integers(len(SETTINGS)))].name,
        object=PROPS[int(rng.integers(len(PROPS)))].name if "thing" in action.takes else "",
        other=other if "person" in action.takes else "",
        direction="left" if rng.random() < 0.5 else "right",
        hour=HOURS[int(rng.integers(len(HOURS)))],
        weather=WEATHERS[int(rng.integers(len(WEATHERS)))],
    )


def _doing(action: Action) -> list[str]:
    """The action as what can follow a sentence; with each thing of the world it takes."""
    form = participle(PHRASES[action.name][0])
    if action.takes == "alone":
        return [participle(phrase) for phrase in PHRASES[action.name] if "{" not in phrase]
    if action.takes == "thing":
        return [form.format(object=prop.phrase) for prop in PROPS]
    if action.takes == "person":
        return [form.format(other="somebody")]
    return [form.format(object=prop.phrase, other="somebody") for prop in PROPS]
