"""Queries about a drawn set: their answers are what the truth says, their pictures are new."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from scenewise.core.errors import FileMissing
from scenewise.synthetic.grammar_words import LOOKS, PLACES
from scenewise.synthetic.social_plan import plan_social_set
from scenewise.synthetic.social_queries import (
    MOST_ANSWERS,
    SocialQuery,
    make_social_queries,
    plan_social_queries,
    still,
)
from scenewise.synthetic.social_set import HEIGHT, WIDTH, truth
from scenewise.synthetic.social_texts import WORDS
from scenewise.synthetic.staging import Shooting
from scenewise.synthetic.world import Event


@pytest.fixture(scope="module")
def known() -> dict:
    return json.loads(json.dumps(truth(plan_social_set(500, seed=7))))


@pytest.fixture(scope="module")
def queries(known) -> tuple[SocialQuery, ...]:
    return plan_social_queries(known, seed=1)


def showing(known, **wanted: str) -> set[str]:
    """The videos in whose truth all of this is seen for half a second or longer."""
    return {
        video
        for video, told in known["videos"].items()
        for event in told["events"]
        if event["end"] - event["start"] >= 0.5
        and all(event[name] == value for name, value in wanted.items())
    }


def parts(event: Event) -> dict[str, str]:
    return {
        name: getattr(event, name) for name in ("person", "action", "object", "other", "setting")
    }


def test_a_set_of_500_has_more_than_200_queries_of_every_kind(queries) -> None:
    kinds = Counter(one.kind for one in queries)
    assert set(kinds) == {"text", "image", "text and image", "arithmetic", "other language"}
    assert sum(kinds.values()) - kinds["other language"] >= 200
    assert min(kinds.values()) >= 40
    assert {one.language for one in queries} == set(WORDS)
    assert len({one.id for one in queries}) == len(queries)


def test_every_query_has_one_to_five_answers_in_the_set(queries, known) -> None:
    for one in queries:
        assert 1 <= len(one.answers) <= MOST_ANSWERS
        assert set(one.answers) <= set(known["videos"])


def test_the_answers_of_a_picture_show_what_it_shows(queries, known) -> None:
    pictured = [one for one in queries if one.kind in ("image", "text and image")]
    for one in pictured:
        assert set(one.answers) == showing(known, **parts(one.event))
    assert len(
        {tuple(parts(one.event).values()) for one in pictured if one.kind == "image"}
    ) == sum(one.kind == "image" for one in pictured)


def test_words_say_what_their_answers_show(queries, known) -> None:
    told = Counter()
    for one in queries:
        if one.kind != "text":
            continue
        text = one.text[0].lower() + one.text[1:]
        people = [name for name, looks in LOOKS.items() if text.startswith(looks)]
        places = [name for name, said in PLACES.items() if text.endswith(said[0])]
        assert len(people) <= 1
        assert len(places) <= 1
        assert people or places
        wanted = dict(zip(["person"], people, strict=False))
        wanted |= dict(zip(["setting"], places, strict=False))
        assert set(one.answers) <= showing(known, **wanted)
        told[bool(people), bool(places)] += 1
    assert len(told) == 3  # who and where, who, where
    assert min(told.values()) >= 15


def test_a_sum_differs_from_its_picture_in_one_slot_which_its_words_name(queries, known) -> None:
    slots = Counter()
    for one in queries:
        if one.kind != "arithmetic":
            continue
        shown = parts(one.event)
        right = [
            event
            for event in known["videos"][one.answers[0]]["events"]
            if sum(event[name] != value for name, value in shown.items()) == 1
        ]
        matching = [
            event
            for event in right
            if set(one.answers) == showing(known, **{name: event[name] for name in shown})
        ]
        assert matching, one
        assert one.plus
        assert one.minus
        assert one.plus != one.minus
        slots[next(name for name, value in shown.items() if matching[0][name] != value)] += 1
        assert "," not in one.plus + one.minus  # each is one phrase
    assert set(slots) == {"action", "setting", "object", "person"}
    assert min(slots.values()) >= 8


def test_other_languages_ask_what_is_written_in_them(queries, known) -> None:
    for one in queries:
        if one.kind != "other language":
            continue
        words = WORDS[one.language]
        matching = [
            event
            for event in known["videos"][one.answers[0]]["events"]
            if words.places[event["setting"]] in one.text
            and words.deeds[event["action"]].format(object=words.things.get(event["object"], ""))
            in one.text
        ]
        assert any(
            set(one.answers)
            == showing(known, action=e["action"], object=e["object"], setting=e["setting"])
            for e in matching
        )


def test_the_same_seed_gives_the_same_queries_and_another_others(known, queries) -> None:
    assert plan_social_queries(known, seed=1) == queries
    assert plan_social_queries(known, seed=2) != queries


def test_a_still_is_drawn_as_the_query_says() -> None:
    def one(place: int, action: str = "dance") -> SocialQuery:
        event = Event("Anna", action, "beach")
        return SocialQuery("i1", "image", "en", ("v",), event=event, shooting=Shooting(place))

    picture = still(one(1))
    assert picture.shape == (HEIGHT, WIDTH, 3)
    assert picture.dtype == np.uint8
    assert not np.array_equal(picture, still(one(2)))
    assert np.array_equal(picture, still(one(1)))


def test_files_stand_beside_the_set_and_can_be_read(tmp_path: Path) -> None:
    told = truth(plan_social_set(12, seed=3))
    (tmp_path / "truth.json").write_text(json.dumps(told))
    made = make_social_queries(tmp_path, seed=3)
    rows = [json.loads(line) for line in (tmp_path / "queries.jsonl").read_text().splitlines()]
    assert [row["id"] for row in rows] == [one.id for one in made]
    for row, one in zip(rows, made, strict=True):
        assert ("image" in row) == (one.event is not None)
        if "image" in row:
            with Pillow.open(tmp_path / row["image"]) as image:
                assert image.size == (WIDTH, HEIGHT)
    judged = [line.split() for line in (tmp_path / "judgements.qrels").read_text().splitlines()]
    assert {(q, v) for q, _, v, _ in judged} == {(one.id, v) for one in made for v in one.answers}
    assert {grade for *_, grade in judged} == {"1"}


def test_without_a_set_there_are_no_queries(tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match="draw one first"):
        make_social_queries(tmp_path, seed=1)
    assert list(tmp_path.iterdir()) == []
