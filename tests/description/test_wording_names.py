"""Names in captions that are all in small letters, and what is given to whom."""

from __future__ import annotations

import numpy as np
import pytest

from scenewise.description.wording import WordingOptions, sentence, variants
from scenewise.synthetic.grammar import caption, random_event, slots_in
from scenewise.synthetic.world import CHARACTERS

STYLE = WordingOptions()


@pytest.mark.parametrize(
    ("told", "worded"),
    [
        ("anna throwing a ball in a kitchen", "Anna throws a ball in a kitchen."),
        ("jonas having a suitcase on the head", "Jonas has a suitcase on the head."),
        ("ines kneeling in the bedroom", "Ines kneels in the bedroom."),
        ("grace is walking on a mountain", "Grace walks on a mountain."),
        ("hugo hugs grace at the station", "Hugo hugs Grace at the station."),
        ("there is a man pointing at jonas", "A man points at Jonas."),
        ("a man and jonas running", "A man and Jonas run."),
        ("anna's hat lies on the ground", "Anna's hat lies on the ground."),
        # what is no name stays a thing
        ("rose growing in a garden", "A rose grows in a garden."),
        ("a robin sitting on a branch", "A robin sits on a branch."),
        ("mark on a wall", "A mark on a wall."),
        ("a girl dancing with grace", "A girl dances with grace."),
        # whoever writes capitals has put them where they belong
        ("Two Men And Grace", "Two Men And Grace."),
    ],
)
def test_names_are_told_from_words(told: str, worded: str) -> None:
    assert sentence(told, STYLE) == worded


@pytest.mark.slow
def test_captions_of_the_drawn_world_keep_who_does_what_and_their_names() -> None:
    rng = np.random.default_rng(3)
    names = [character.name for character in CHARACTERS]
    for _ in range(400):
        told = caption(random_event(rng), rng)
        worded = sentence(told, STYLE)
        assert slots_in(worded) == slots_in(told), (told, worded)
        for name in names:
            assert name.lower() not in worded.split(), worded
            assert f"A {name}" not in worded, worded
        if told.split()[0].capitalize() in names and told.split()[1].endswith("ing"):
            assert worded.split()[1].rstrip(".,").endswith("s"), (
                worded
            )  # "Jonas crawls", not "Jonas crawl"


@pytest.mark.parametrize(
    ("told", "must"),
    [
        ("An old woman gives a woman in a red coat a hug in the street.", "hug"),
        ("Lena gives a tall man in a blue suit and a top hat a hug in the forest.", "hug"),
        ("Elif gives Grace a guitar in the kitchen.", "guitar"),
        ("Two men show a woman a map on the wall.", "map"),
        ("Lena hands a lantern to a girl in a yellow dress in the street.", "to a girl"),
    ],
)
def test_what_is_given_stays_in_every_wording(told: str, must: str) -> None:
    shorter = variants(told)
    assert shorter
    assert all(must in wording for wording in shorter), shorter


def test_whoever_gives_and_walks_may_lose_the_walk() -> None:
    shorter = variants("A man gives a dog food in a bowl and walks away.")
    assert "A man gives a dog food." in shorter


def test_going_somewhere_is_an_act() -> None:
    assert sentence("a boy is going up a ladder", STYLE) == "A boy goes up a ladder."
    assert sentence("a boy is going to fall", STYLE) == "A boy is going to fall."


@pytest.mark.parametrize("told", ["a man?", "A man walks?", "a dog…"])
def test_a_mark_at_the_end_stands_once(told: str) -> None:
    assert sentence(told, STYLE)[-2] not in "?…"


@pytest.mark.parametrize(
    ("told", "worded"),
    [
        ("kofi asleep", "Kofi is asleep."),
        ("a man asleep on a bench", "A man is asleep on a bench."),
        ("two dogs asleep in a basket", "Two dogs are asleep in a basket."),
        ("a man is asleep on a bench", "A man is asleep on a bench."),
        ("a cat falls asleep", "A cat falls asleep."),
    ],
)
def test_whoever_is_asleep_is_told_in_a_sentence(told: str, worded: str) -> None:
    assert sentence(told, STYLE) == worded
