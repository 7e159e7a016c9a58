"""The drawn set of films, from its folder to batches, and back to a table of predictions."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scenewise.core.errors import FileMissing, UnknownChoice
from scenewise.core.time import Span
from scenewise.distinctad.annotations import Annotation, AnnotationsInvalid, check_durations
from scenewise.distinctad.annotations_drawn import DrawnFilms, read_drawn, seen_in
from scenewise.distinctad.annotations_forms import durations_of
from scenewise.distinctad.annotations_writing import write_predictions
from scenewise.distinctad.banks import (
    BankInvalid,
    Character,
    CharacterBank,
    characters_of,
    check_bank,
    named_in,
)
from scenewise.distinctad.banks_recognition import (
    RecognitionOptions,
    common_look,
    portrait_vectors,
    recognise,
)
from scenewise.distinctad.clips import ClipOptions, frame_times
from scenewise.distinctad.eyes import Eyes
from scenewise.distinctad.film_features import Clips, looked_at
from scenewise.distinctad.sequences import SequenceOptions, Sequences
from scenewise.distinctad.sequences_making import make_sequences
from scenewise.metrics.ad_tables import read_table
from scenewise.synthetic.films import FilmTruth, make_films

pytestmark = pytest.mark.film

OPTIONS = ClipOptions(frames=4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("drawn")
    make_films(where, 1, seed=11, seconds=20, width=160, height=120)
    return where


@pytest.fixture(scope="module")
def drawn(folder: Path) -> DrawnFilms:
    return read_drawn(folder)


@pytest.fixture(scope="module")
def eyes() -> Eyes:
    return Eyes("pocket", device="cpu", precision="float32")


@pytest.fixture(scope="module")
def clips(drawn: DrawnFilms, eyes: Eyes, tmp_path_factory: pytest.TempPathFactory) -> Clips:
    cache = tmp_path_factory.mktemp("cache")
    return looked_at(drawn.annotations, drawn.videos, eyes, cache, options=OPTIONS)


def test_the_set_is_read_with_its_truth(folder: Path, drawn: DrawnFilms) -> None:
    (film,) = drawn.annotations.films
    truth = FilmTruth.read(folder / "films" / f"{film}.truth.json")
    assert [row.text for row in drawn.annotations.rows] == [text for _, text in truth.described]
    assert drawn.casts[film] == truth.cast
    found = durations_of(drawn.annotations, drawn.videos)
    assert found[film] == pytest.approx(truth.duration, abs=0.2)
    assert check_durations(drawn.annotations, found)[1] == ()
    check_bank(drawn.annotations, drawn.bank)
    for row in drawn.annotations.rows:
        names = {one.name for one in characters_of(row, drawn.bank)}
        assert names == set(row.characters) <= set(truth.cast)
        for happening in truth.happenings:
            whole = row.span.overlap(happening.span) > 0.99 * row.span.duration
            if whole and happening.event:
                assert happening.event.person in names


def test_who_is_seen_longest_comes_first() -> None:
    def event(start: float, end: float, person: str, other: str = "") -> dict[str, object]:
        return {
            "span": {"start": start, "end": end},
            "event": {"person": person, "other": other},
        }

    happenings = [
        event(0, 4, "Ann"),
        event(4, 9, "Bob", "Cy"),
        {"span": {"start": 9, "end": 12}, "event": None},
    ]
    assert seen_in(Annotation("x", Span(2, 8), ""), happenings) == ("Bob", "Cy", "Ann")
    assert seen_in(Annotation("x", Span(3.5, 8), ""), happenings) == ("Bob", "Cy")
    assert seen_in(Annotation("x", Span(10, 11), ""), happenings) == ()


def test_clips_become_batches_with_faces(drawn: DrawnFilms, clips: Clips, eyes: Eyes) -> None:
    shown, vectors = portrait_vectors(drawn.bank.cast("any"), eyes)
    characters = [characters_of(row, drawn.bank) for row in clips.rows]
    sequences = Sequences(
        clips,
        SequenceOptions(clips=3, batch=2),
        characters=characters,
        faces=dict(zip(shown, vectors, strict=True)),
    )
    batch = sequences(0)
    assert batch.frames.shape == (2, 3, OPTIONS.frames, eyes.dimension)
    assert batch.face_mask.any()
    for b in range(2):
        for n in range(3):
            number = int(batch.numbers[b, n])
            if number < 0:
                continue
            np.testing.assert_array_equal(batch.frames[b, n], clips.vectors[number])
            assert batch.sentences[b][n] == clips.rows[number].text
            assert batch.names[b][n] == list(clips.rows[number].characters)
            assert int(batch.face_mask[b, n].sum()) == len(characters[number])


def test_clips_are_likest_to_those_who_are_seen(
    drawn: DrawnFilms, clips: Clips, eyes: Eyes
) -> None:
    everybody, looks = portrait_vectors(drawn.bank.cast("any"), eyes)
    (film,) = drawn.annotations.films
    places = [n for n, one in enumerate(everybody) if one.name in drawn.casts[film]]
    cast = [everybody[place] for place in places]
    times = [frame_times(row.seen, OPTIONS.frames) for row in clips.rows]
    vectors = clips.vectors[:].astype(np.float32)
    found = recognise(vectors, times, cast, looks[places], common=common_look(looks))
    there = np.array([[one.id in row.characters for one in cast] for row in clips.rows])
    assert found.scores.shape == there.shape
    assert found.scores[there].mean() > found.scores[~there].mean() + 0.02


def test_sequences_know_who_is_there_in_each_way(
    drawn: DrawnFilms, clips: Clips, eyes: Eyes
) -> None:
    (film,) = drawn.annotations.films

    def names(who: str, bank: CharacterBank | None = drawn.bank, **more: Any) -> list[list[str]]:
        options = SequenceOptions(clips=4, batch=1)
        made = make_sequences(clips, bank, eyes, options, who=who, looked=OPTIONS, **more)
        (batch, *_) = made.in_order()
        there = [bool(one) for one in batch.mask[0]]
        return [one for one, is_there in zip(batch.names[0], there, strict=True) if is_there]

    rows = [clips.rows[n] for n in clips.by_film()[film][:4]]
    assert names("told") == [list(row.characters) for row in rows]
    everybody = drawn.bank.cast(film)
    assert names("named") == [[one.name for one in named_in(row.text, everybody)] for row in rows]
    assert names("nobody") == names("told", None) == [[]] * len(rows)
    strict, lax = (RecognitionOptions(threshold=at, most=2) for at in (1.0, -1.0))
    assert names("seen", recognition=strict) == [[]] * len(rows)
    assert {len(one) for one in names("seen", recognition=lax)} == {2}
    with pytest.raises(UnknownChoice):
        names("guessed")
    faceless = CharacterBank({"": (Character("Anna", "Anna"),)})
    with pytest.raises(BankInvalid, match="nobody in it has a portrait"):
        names("seen", faceless)


def test_predictions_can_be_scored(drawn: DrawnFilms, tmp_path: Path) -> None:
    rows = drawn.annotations.rows
    path = tmp_path / "told.csv"
    write_predictions(path, rows, [f"Number {n}." for n in range(len(rows))])
    table = read_table(path, words=("text_gen",))
    assert [row.sentence for row in table.rows] == [f"Number {n}." for n in range(len(rows))]
    assert [row.film for row in table.rows] == [row.film for row in rows]
    for read, row in zip(table.rows, rows, strict=True):
        assert read.start == pytest.approx(row.span.start)


def test_what_is_missing_is_told(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        read_drawn(tmp_path)
    (tmp_path / "films").mkdir()
    (tmp_path / "ad.csv").write_bytes((folder / "ad.csv").read_bytes())
    with (folder / "ad.csv").open(newline="") as file:
        name = next(csv.DictReader(file))["movie"]
    with pytest.raises(FileMissing, match="1 of 1 films are not there"):
        read_drawn(tmp_path)
    (tmp_path / "films" / f"{name}.mp4").touch()
    with pytest.raises(AnnotationsInvalid, match="not the truth of a drawn film"):
        read_drawn(tmp_path)
