"""What a description is worth is counted right, on films whose truth is known."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.core.time import Span
from scenewise.synthetic.accuracy import Accuracy, accuracy
from scenewise.synthetic.accuracy_matching import (
    SLOTS,
    Line,
    agreement,
    distance,
    match,
    read_lines,
)
from scenewise.synthetic.films import FilmTruth, Happening
from scenewise.synthetic.grammar import alternatives, canonical
from scenewise.synthetic.sound import Utterance
from scenewise.synthetic.story import salience
from scenewise.synthetic.world import ACTIONS, CHARACTERS, PROPS, SETTINGS, Event

CLIP = 20.0  # seconds; longer than the reach of a line, so that neighbours are told apart
SEEDS = st.integers(0, 2**32 - 1)


def film(*events: Event | None, clip: float = CLIP, **more) -> FilmTruth:
    """A film of clips of one length; a card where there is no event; a scene a place."""
    happenings, scene, before = [], 0, ""
    for index, event in enumerate(events):
        scene += event is not None and event.setting != before
        before = event.setting if event else before
        span = Span(index * clip, (index + 1) * clip)
        written = "" if event else "The Lost Umbrella"
        happenings.append(Happening(span, event, written, scene, salience(event) if event else 0.6))
    cuts = tuple(one.span.start for one in happenings[1:])
    usual = {"dialogue": (), "described": ()} | more
    return FilmTruth("film", "Film", len(events) * clip, cuts, tuple(happenings), cast=(), **usual)


def told(truth: FilmTruth, texts: dict[int, str] | None = None) -> list[Line]:
    """The plain sentence of every clip, spoken in its middle, but for those given."""
    lines = []
    for index, one in enumerate(truth.happenings):
        plain = canonical(one.event) if one.event else f"Title: {one.written}."
        text = (texts or {}).get(index, plain)
        if text:
            lines.append((one.span.middle - 1, one.span.middle + 1, text))
    return lines


def different(count: int, seed: int) -> list[Event]:
    """Events of which no two share anything."""
    rng = np.random.default_rng(seed)
    people = [one.name for one in CHARACTERS]
    rng.shuffle(people)
    places = [one.name for one in SETTINGS]
    rng.shuffle(places)
    things = [one.name for one in PROPS]
    rng.shuffle(things)
    actions = [ACTIONS[int(i)] for i in rng.permutation(len(ACTIONS))[:count]]
    return [
        Event(
            people[2 * i],
            action.name,
            places[i],
            things[i] if "thing" in action.takes else "",
            people[2 * i + 1] if "person" in action.takes else "",
        )
        for i, action in enumerate(actions)
    ]


ANNA = Event("Anna", "throw", "kitchen", "ball")
KOFI = Event("Kofi", "chase", "beach", other="Lena")
GRACE = Event("Grace", "sleep", "library")


def flawless(found: Accuracy) -> bool:
    shares = [*found.precision.values(), *found.recall.values(), found.written]
    return (
        all(share.value in (None, 1.0) for share in shares)
        and found.missed_salience == 0
        and not found.missed
        and found.useless.right == found.repeated.right == 0
    )


@settings(deadline=None, max_examples=60)
@given(SEEDS, st.integers(1, 6), st.booleans())
def test_a_perfect_description_has_everything_right(seed: int, count: int, card: bool) -> None:
    truth = film(*([None] if card else []), *different(count, seed))
    found = accuracy(told(truth), truth)
    assert flawless(found), found
    assert [line.happening for line in found.lines] == list(range(len(truth.happenings)))
    assert found.over_dialogue == 0
    assert found.precision["person"].of == count


@settings(deadline=None, max_examples=60)
@given(SEEDS, st.integers(1, 5), st.data())
def test_a_wrong_name_costs_its_own_slot_and_no_other(seed: int, count: int, data) -> None:
    events = different(count, seed)
    truth = film(*events)
    index = data.draw(st.integers(0, count - 1))
    slot = data.draw(st.sampled_from([s for s in SLOTS if getattr(events[index], s)]))
    known = {getattr(event, slot) for event in events}
    wrong = [e for e in alternatives(events[index], slot) if getattr(e, slot) not in known]
    if not wrong:
        return
    found = accuracy(told(truth, {index: canonical(data.draw(st.sampled_from(wrong)))}), truth)
    for each in SLOTS:
        lost = int(each == slot)
        assert found.recall[each].right == found.recall[each].of - lost, each
        assert found.precision[each].right == found.precision[each].of - lost, each
    assert found.missed == ((index,) if slot == "action" else ())
    assert found.useless.right == 0


def test_who_is_right_by_name_and_by_looks_and_unknown_by_pronoun() -> None:
    truth = film(ANNA, KOFI)
    looks = accuracy(told(truth, {0: "A woman in a red coat throws a ball in the kitchen."}), truth)
    assert flawless(looks)
    pronoun = accuracy(told(truth, {0: "She throws a ball in the kitchen."}), truth)
    assert pronoun.recall["person"].value == 0.5
    assert pronoun.precision["person"].value == 1.0
    assert pronoun.recall["action"].value == 1.0


def test_whoever_does_it_is_told_from_whom_it_is_done_to() -> None:
    truth = film(KOFI)
    found = accuracy(told(truth, {0: "Lena chases Kofi on the beach."}), truth)
    assert found.recall["person"].value == found.recall["other"].value == 0
    assert found.recall["action"].value == found.recall["setting"].value == 1.0


def test_a_late_line_is_about_nothing() -> None:
    truth = film(ANNA, None, GRACE)
    late = 2 * CLIP + 5.0  # a whole clip later
    found = accuracy([(late, late + 2, canonical(ANNA))], truth)
    (line,) = found.lines
    assert line.happening is None
    assert line.useless
    assert found.recall["person"].right == 0
    assert found.precision["person"].value == 0
    within = accuracy([(CLIP + 9.0, CLIP + 11, canonical(ANNA))], truth)
    assert within.lines[0].happening == 0


def test_order_is_kept() -> None:
    truth = film(ANNA, KOFI, clip=4.0)
    lines = [(1.0, 2.0, canonical(KOFI)), (5.0, 6.0, canonical(ANNA))]
    about = match(read_lines(lines, truth.happenings, 10), truth.happenings, 10)
    assert sorted(about, key=str) in ([0, None], [1, None])


@settings(deadline=None, max_examples=80)
@given(SEEDS, st.integers(1, 6), st.integers(0, 8))
def test_no_matching_in_order_agrees_better(seed: int, clips: int, count: int) -> None:
    """Against every matching there is, tried one after the other."""
    rng = np.random.default_rng(seed)
    clips, count = min(clips, 4), min(count, 4)
    events = different(clips, seed)
    truth = film(*events, clip=5.0)
    lines = []
    for _ in range(count):
        start = float(rng.uniform(0, 5 * clips))
        event = events[int(rng.integers(clips))]
        other = events[int(rng.integers(clips))]
        lines.append((start, start + 2, canonical(replace(event, setting=other.setting))))
    readings = read_lines(lines, truth.happenings, 10)

    def total(about) -> float:
        return sum(
            agreement(readings[i], j, truth.happenings[j])
            for i, j in enumerate(about)
            if j is not None
        )

    found = match(readings, truth.happenings, 10)
    best = 0.0
    for about in product([None, *range(clips)], repeat=count):
        kept = [j for j in about if j is not None]
        near = all(
            distance(readings[i].span, truth.happenings[j].span) <= 10
            for i, j in enumerate(about)
            if j is not None
        )
        if kept == sorted(kept) and near:
            best = max(best, total(about))
    assert [j for j in found if j is not None] == sorted(j for j in found if j is not None)
    # nearness decides where agreements are alike, and never outweighs a name
    assert total(found) >= best - 0.2 * max(1, count)


def test_missed_events_count_by_their_salience() -> None:
    give = Event("Hugo", "give", "market", "cake", "Clara")
    truth = film(GRACE, give)
    without_give = accuracy(told(truth, {1: ""}), truth)
    assert without_give.missed == (1,)
    assert without_give.missed_salience == pytest.approx(1.0 / 1.5)
    without_sleep = accuracy(told(truth, {0: ""}), truth)
    assert without_sleep.missed_salience == pytest.approx(0.5 / 1.5)
    nothing = accuracy([], truth)
    assert nothing.missed_salience == 1.0
    assert nothing.soda.f1 == 0
    assert nothing.precision["person"].value is None


def test_a_place_that_was_told_holds_for_its_scene_alone() -> None:
    again = replace(ANNA, action="kick")
    elsewhere = replace(ANNA, setting="street")
    truth = film(ANNA, again, elsewhere, replace(ANNA, action="lift"))
    texts = {1: "Anna kicks a ball.", 2: "Anna throws a ball.", 3: "Anna lifts a ball overhead."}
    found = accuracy(told(truth, texts), truth)
    assert found.recall["setting"].right == 2
    assert found.recall["setting"].of == 4
    assert found.precision["setting"].value == 1.0


@pytest.mark.parametrize(
    ("text", "conveyed"),
    [
        ("Title: The Lost Umbrella.", True),
        ("A sign reads: “THE LOST UMBRELLA”", True),
        ("Text on screen: The LostUmbrella, again", True),
        ("Title: The Lost.", False),
        ("Somebody has the lost umbrella.", False),
        ("Title: The Lost Umbrellas.", False),
    ],
)
def test_writing_is_conveyed_word_for_word(text: str, conveyed: bool) -> None:
    truth = film(None, ANNA)
    found = accuracy(told(truth, {0: text}), truth)
    assert found.written.value == float(conveyed)


def test_words_that_are_written_are_no_things_that_are_seen() -> None:
    truth = film(None, ANNA)
    found = accuracy(told(truth), truth)
    assert found.precision["object"].of == 1  # the ball, not the umbrella of the title


def test_speech_over_dialogue_is_counted_in_milliseconds() -> None:
    spoken = Utterance("Look!", "Anna", Span(10.5, 12.5))
    truth = film(ANNA, dialogue=(spoken,))
    assert accuracy(told(truth), truth).over_dialogue == pytest.approx(500)
    assert accuracy([(0, 10.5, canonical(ANNA))], truth).over_dialogue == 0


def test_what_is_said_over_dialogue_is_not_understood() -> None:
    truth = film(ANNA, GRACE, dialogue=(Utterance("Look!", "Anna", Span(10.5, 12.5)),))
    found = accuracy(told(truth), truth)  # the first line ends at 11 s
    assert found.recall["person"].right == 2
    assert found.clear["person"].right == found.clear["setting"].right == 1
    assert found.clear["person"].of == 2
    slight = [(9.0, 10.7, canonical(ANNA)), *told(truth)[1:]]
    assert accuracy(slight, truth).clear == accuracy(slight, truth).recall


def test_what_is_said_again_and_what_is_of_no_use_is_counted() -> None:
    truth = film(ANNA, GRACE)
    lines = [
        *told(truth),
        (12.0, 13.0, "A ball flies: Anna throws it."),  # nothing new of the same
        (14.0, 15.0, "A dog barks at a lorry."),
        (16.0, 17.0, canonical(ANNA).upper()),
    ]
    found = accuracy(lines, truth)
    assert [line.repeated for line in found.lines] == [False, True, False, True, False]
    assert found.repeated.value == pytest.approx(2 / 5)
    assert found.useless.value == pytest.approx(1 / 5)


def test_the_films_own_description_has_the_best_soda() -> None:
    truth = film(ANNA, GRACE)
    own = tuple((Span(start, end), text) for start, end, text in told(truth))
    truth = replace(truth, described=own)
    perfect = accuracy(told(truth), truth)
    assert perfect.soda.f1 == pytest.approx(1.0)
    assert perfect.soda_t == 1.0
    half = accuracy(told(truth, {1: ""}), truth)
    assert half.soda.f1 == pytest.approx(2 / 3)
    assert accuracy(told(truth), film(ANNA)).soda_t is None


def test_every_figure_is_a_number_or_nothing() -> None:
    figures = accuracy(told(film(ANNA)), film(ANNA)).figures()
    assert figures["other recall"] is None
    assert {type(value) for value in figures.values()} <= {float, type(None)}
    assert figures["person recall"] == 1.0


def test_a_line_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot end"):
        accuracy([(2.0, 1.0, "Anna throws a ball.")], film(ANNA))
