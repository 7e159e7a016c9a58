"""Drawn films are what their truth says, and a set of them can be stopped and gone on with."""

from __future__ import annotations

import csv
import json
import re
import shutil
from dataclasses import asdict
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.core.errors import OutputUnwritable, ScriptInvalid
from scenewise.core.time import Span, shared
from scenewise.description import formats
from scenewise.media.reading import Film
from scenewise.media.sound import read_sound
from scenewise.models.speech import SileroDetector
from scenewise.synthetic import films
from scenewise.synthetic.films import (
    FilmTruth,
    Happening,
    described,
    make_film,
    make_films,
    vtt,
    write_characters,
)
from scenewise.synthetic.grammar import slots_in
from scenewise.synthetic.sound import Utterance
from scenewise.synthetic.story import Story, salience, write_story
from scenewise.synthetic.world import CHARACTER, CHARACTERS, Event

SEED = 10
SIZE = {"width": 128, "height": 96, "seconds": 15}
COLUMNS = "movie,sentence,movie_duration,start,end,imdbid,lsmdc_filename,start_hms,end_hms"
EARLY, LATE = 1.0, 2.5  # how far a description may reach out of the clip it tells

seeds = st.integers(0, 10**6)


def heard(story: Story) -> list[Utterance]:
    """The dialogue as a quick voice would say it."""
    return [
        Utterance(
            line.text, line.speaker, Span(line.start, line.start + 0.3 * words), line.mentions
        )
        for line in story.dialogue
        if (words := len(line.text.split()))
    ]


def truth_of(story: Story) -> FilmTruth:
    """What would be known of a film if it were drawn."""
    happenings = (
        Happening(c.span, c.event, c.written, c.scene, salience(c.event) if c.event else 0.6)
        for c in story.clips
    )
    cuts = tuple(clip.span.start for clip in story.clips[1:])
    spoken = heard(story)
    return FilmTruth(story.name, story.title, story.duration, cuts, tuple(happenings),
                     tuple(spoken), tuple(described(story, spoken)), story.cast)  # fmt: skip


# --- what is described ------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_nobody_describes_while_somebody_speaks_or_describes(seed) -> None:
    story = write_story(seed)
    spoken = heard(story)
    spans = [span for span, _ in described(story, spoken)]
    assert spans
    assert all(before.end < after.start for before, after in pairwise(spans))
    assert spans[0].start >= 0
    assert spans[-1].end <= story.duration
    assert shared(spans, [line.span for line in spoken]) == 0
    for span, text in described(story, spoken):
        assert len(text.split()) / span.duration < 3.2  # words a second that one can follow


def shown_while(story: Story, span: Span) -> list[list[Event]]:
    """Each clip that a description with this span may tell, with the one after it."""
    events = [(clip.span, clip.event) for clip in story.clips if clip.event]
    return [
        [event for _, event in events[k : k + 2]]
        for k, (clip, _) in enumerate(events)
        if clip.start - EARLY - 1e-3 <= span.start and span.end <= clip.end + LATE + 1e-3
    ]


def fits(text: str, events: list[Event]) -> bool:
    """Whether a sentence says nothing but what happens in some clips."""
    found = slots_in(text)
    people = {name for e in events for name in (e.person, e.other)}
    return (
        bool(found["action"])
        and found["action"] <= {e.action for e in events}
        and found["object"] <= {e.object for e in events}
        and found["setting"] <= {e.setting for e in events}
        and found["person"] | found["other"] <= people
    )


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_every_description_is_true_of_the_clip_it_tells(seed) -> None:
    story = write_story(seed)
    for span, told in described(story, heard(story)):
        text = told.split(" A sign reads: ")[0]
        if text.startswith(("Title: ", "The End", "A sign reads: ")):
            continue
        assert any(
            fits(text, events[:1]) or fits(text, events) for events in shown_while(story, span)
        ), (text, span)


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_a_pronoun_means_whom_the_description_before_told_of(seed) -> None:
    story = write_story(seed, seconds=90)
    last: Event | None = None
    for span, told in described(story, heard(story)):
        text = told.split(" A sign reads: ")[0]
        choices = [e[0] for e in shown_while(story, span) if fits(text, e[:1])]
        alone = re.search(r"\b(?:she|he)\b", text, re.IGNORECASE) and not slots_in(text)["person"]
        if alone and last is not None and choices:
            assert last.person in {event.person for event in choices}, text
        if choices:
            last = choices[-1]
        elif not text.startswith(("Title: ", "The End", "A sign reads: ")):
            last = None  # one sentence told two clips


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_names_are_used_only_after_somebody_said_them(seed) -> None:
    story = write_story(seed, seconds=90)
    spoken = heard(story)
    for span, text in described(story, spoken):
        for name in set(re.findall(r"\w+", text)) & set(CHARACTER):
            assert any(name in line.mentions and line.span.end <= span.start for line in spoken)


def test_titles_and_signs_are_read_out() -> None:
    texts, signs = [], 0
    for seed in range(20):
        story = write_story(seed)
        texts = [text for _, text in described(story, [])]
        assert texts[0] == f"Title: {story.title}."
        for clip in story.clips:
            if clip.event and clip.written:
                signs += any(f"A sign reads: {clip.written.capitalize()}." in t for t in texts)
    assert signs >= 5


# --- the truth as a file ----------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(seed=seeds)
def test_the_truth_survives_its_file(tmp_path_factory, seed) -> None:
    truth = truth_of(write_story(seed, seconds=30))
    path = tmp_path_factory.getbasetemp() / "film.truth.json"
    path.write_text(json.dumps(asdict(truth)), encoding="utf-8")
    assert FilmTruth.read(path) == truth


@lru_cache
def content() -> str:
    return json.dumps(asdict(truth_of(write_story(4, seconds=30))))


def refused(folder: Path, text: str | bytes) -> str:
    """How a file with this content is refused."""
    path = folder / "bad.truth.json"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(ScriptInvalid) as caught:
        FilmTruth.read(path)
    return str(caught.value)


@settings(max_examples=60, deadline=None)
@given(share=st.floats(0, 0.999))
def test_a_file_that_is_cut_off_is_refused(tmp_path_factory, share) -> None:
    text = content()
    refused(tmp_path_factory.getbasetemp(), text[: int(share * len(text))])


@pytest.mark.parametrize("key", list(json.loads(content())))
@pytest.mark.parametrize("value", [None, "missing"])
def test_a_file_that_lacks_something_is_refused(tmp_path, key, value) -> None:
    data = json.loads(content())
    if value is None and key not in ("name", "title"):
        data[key] = None
    else:
        del data[key]
    refused(tmp_path, json.dumps(data))


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("happenings", 1, "event", "action"), "levitate"),
        (("happenings", 1, "event", "other"), "Anna"),
        (("happenings", 1, "event"), {"who": "Anna"}),
        (("happenings", 1, "span"), {"start": 4.0, "end": 1.0}),
        (("happenings", 1, "span"), {"start": "early", "end": 1.0}),
        (("happenings", 1), []),
        (("duration",), "long"),
        (("cuts",), ["soon"]),
        (("described", 0), [{"start": 0.0, "end": 1.0}]),
        (("dialogue",), 7),
    ],
)
def test_a_file_that_says_what_cannot_be_is_refused(tmp_path, where, value) -> None:
    data: Any = json.loads(content())
    inside = data
    for step in where[:-1]:
        inside = inside[step]
    if where[-1] == "other":
        inside["action"], inside["object"] = "walk", ""
    inside[where[-1]] = value
    message = refused(tmp_path, json.dumps(data))
    assert "bad.truth.json" in message
    assert "\n" not in message
    assert "scenewise synth films" in message


@pytest.mark.parametrize("text", ["", "[]", "3", "null", b"\xff\xfe\x00", "[" * 200_000])
def test_what_is_no_truth_at_all_is_refused(tmp_path, text) -> None:
    refused(tmp_path, text)


def test_a_file_that_is_not_there_is_refused(tmp_path) -> None:
    with pytest.raises(ScriptInvalid, match=r"nothing\.json"):
        FilmTruth.read(tmp_path / "nothing.json")


# --- captions ---------------------------------------------------------------------------------

plain = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1).map(
    lambda text: f"a {text} b"
)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(plain, max_size=5), start=st.integers(0, 20_000_000))
def test_captions_are_read_back_as_they_were(tmp_path_factory, texts, start) -> None:
    cues = [
        (Span((start + 2000 * k) / 1000, (start + 2000 * k + 1500) / 1000), text)
        for k, text in enumerate(texts)
        if "-->" not in text
    ]
    path = tmp_path_factory.getbasetemp() / "some.vtt"
    path.write_text(vtt(cues), encoding="utf-8")
    back = [(cue.span, cue.text) for cue in formats.read_cues(path)] if cues else []
    assert [text for _, text in back] == [text for _, text in cues]
    for (span, _), (told, _) in zip(back, cues, strict=True):
        assert (span.start, span.end) == pytest.approx((told.start, told.end), abs=6e-4)


# --- a film -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A set of one small film."""
    made = tmp_path_factory.mktemp("set")
    make_films(made, 1, seed=SEED, **SIZE)
    return made


@pytest.fixture(scope="module")
def film(folder: Path) -> Path:
    return next((folder / "films").glob("*.mp4"))


@pytest.fixture(scope="module")
def truth(film: Path) -> FilmTruth:
    return FilmTruth.read(film.with_suffix(".truth.json"))


@lru_cache(maxsize=4)
def pictures(path: Path) -> np.ndarray:
    return np.stack([frame.detached().image for frame in Film(path).frames()])


@pytest.mark.film
def test_a_film_lasts_as_long_as_its_truth(film, truth) -> None:
    shown = pictures(film)
    assert shown.shape[1:] == (96, 128, 3)
    assert len(shown) / 25 == pytest.approx(truth.duration, abs=0.021)
    sound = sum(part.samples.shape[1] for part in read_sound(film)) / 48_000
    assert truth.duration - 0.03 <= sound <= truth.duration + 0.1


@pytest.mark.film
def test_the_picture_changes_where_the_truth_says(film, truth) -> None:
    shown = pictures(film).astype(np.int16)
    changes = np.abs(np.diff(shown, axis=0)).mean(axis=(1, 2, 3))  # from k to k + 1
    light = shown.mean(axis=(1, 2, 3))
    story = write_story(SEED, seconds=15)
    cuts = [round(time * 25) for time in truth.cuts]
    assert len(cuts) == len(story.joins) - 1
    usual = np.delete(
        changes, [k + d for k in cuts for d in range(-12, 12) if k + d < len(changes)]
    )
    for cut, join in zip(cuts, story.joins[1:], strict=True):
        if join == "cut":
            assert changes[cut - 1] > 2 * usual.max()
            assert changes[cut - 1] > 3 * max(changes[cut - 2], changes[cut])
        else:
            assert light[cut - 1] < 0.2 * light[cut - 15]  # into black


@pytest.mark.film
def test_people_speak_when_the_truth_says(film, truth) -> None:
    assert len(truth.dialogue) >= 2
    spoken = [line.span for line in truth.dialogue]
    found = SileroDetector().detect(read_sound(film))
    assert shared(spoken, found) / sum(s.duration for s in spoken) > 0.85
    wider = [span.padded(0.5) for span in spoken]
    assert shared(wider, found) / sum(s.duration for s in found) > 0.9


@pytest.mark.film
def test_captions_and_descriptions_are_those_of_the_truth(folder, film, truth) -> None:
    captions = formats.read_cues(film.with_suffix(".captions.vtt"))
    assert [cue.text for cue in captions] == [line.text for line in truth.dialogue]
    descriptions = formats.read_cues(film.with_suffix(".ad.vtt"))
    assert [cue.text for cue in descriptions] == [text for _, text in truth.described]
    with (folder / "ad.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(truth.described)
    for row, (span, text) in zip(rows, truth.described, strict=True):
        assert row["movie"] == truth.name
        assert row["sentence"] == text
        assert float(row["movie_duration"]) == pytest.approx(truth.duration, abs=0.05)
        assert (float(row["start"]), float(row["end"])) == pytest.approx((span.start, span.end))
        assert row["lsmdc_filename"] == f"{truth.name}_{row['start_hms']}-{row['end_hms']}"
        for hms, time in ((row["start_hms"], span.start), (row["end_hms"], span.end)):
            hours, minutes, whole, thousandths = map(int, hms.split("."))
            told = hours * 3600 + minutes * 60 + whole + thousandths / 1000
            assert told == pytest.approx(time, abs=6e-4)


@pytest.mark.film
def test_the_table_has_the_columns_of_mad_eval(folder, data) -> None:
    header = (folder / "ad.csv").read_text(encoding="utf-8").splitlines()[0]
    real = data / "ad_text" / "madeval_anno.csv"
    with real.open(encoding="utf-8", newline="") as file:
        row = next(csv.DictReader(file))
    assert header == COLUMNS == ",".join(row)
    with (folder / "ad.csv").open(encoding="utf-8", newline="") as file:
        own = next(csv.DictReader(file))
    clock = re.compile(r"\d\d\.\d\d\.\d\d\.\d\d\d")
    number = re.compile(r"\d+\.\d+")
    for one in (row, own):
        assert clock.fullmatch(one["start_hms"])
        assert clock.fullmatch(one["end_hms"])
        assert clock.sub("*", one["lsmdc_filename"]) == f"{one['movie']}_*-*"
        assert all(number.fullmatch(one[key]) for key in ("movie_duration", "start", "end"))


@pytest.mark.film
def test_what_is_finished_is_not_drawn_again(folder, film, truth, monkeypatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a film was drawn")

    before = {path: path.stat().st_mtime_ns for path in film.parent.iterdir()}
    table = (folder / "ad.csv").read_bytes()
    monkeypatch.setattr(films, "make_film", refuse)
    again = make_films(folder, 1, seed=SEED, **SIZE)
    assert again == [truth]
    assert {path: path.stat().st_mtime_ns for path in film.parent.iterdir()} == before
    assert (folder / "ad.csv").read_bytes() == table


@pytest.mark.film
@pytest.mark.parametrize("other", [{"seconds": 40}, {"width": 64}, {"height": 64}])
def test_a_film_of_another_length_or_size_is_drawn_anew(
    folder, film, tmp_path, monkeypatch, other
) -> None:
    def stop(path: Path, *_: object, **__: object) -> None:
        # While it is drawn, nothing says that the old one is finished.
        assert not path.with_suffix(".truth.json").exists()
        raise KeyboardInterrupt

    shutil.copytree(folder, tmp_path / "copy")
    monkeypatch.setattr(films, "make_film", stop)
    with pytest.raises(KeyboardInterrupt):
        make_films(tmp_path / "copy", 1, seed=SEED, **(SIZE | other))


@pytest.mark.film
@pytest.mark.slow
def test_the_same_seed_draws_the_same_film_and_a_stopped_set_goes_on(
    folder, film, tmp_path, monkeypatch
) -> None:
    class Stopping(films.Stage):
        def frame(self, time: float) -> np.ndarray:
            if time > 1.0:
                raise KeyboardInterrupt
            return super().frame(time)

    with monkeypatch.context() as patched:
        patched.setattr(films, "Stage", Stopping)
        with pytest.raises(KeyboardInterrupt):
            make_films(tmp_path, 1, seed=SEED, **SIZE)
    assert list((tmp_path / "films").iterdir()) == []
    assert not (tmp_path / "ad.csv").exists()
    make_films(tmp_path, 1, seed=SEED, **SIZE)
    assert (pictures(tmp_path / "films" / film.name) == pictures(film)).all()
    for name in ("ad.csv", "characters.json", f"films/{film.stem}.truth.json",
                 f"films/{film.stem}.ad.vtt", f"films/{film.stem}.captions.vtt"):  # fmt: skip
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()
    sounds = [
        np.concatenate([part.samples for part in read_sound(path)], axis=1)
        for path in (film, tmp_path / "films" / film.name)
    ]
    assert (sounds[0] == sounds[1]).all()


@pytest.mark.film
def test_a_damaged_truth_is_told_and_not_drawn_over(folder, film, truth) -> None:
    path = film.with_suffix(".truth.json")
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole[:100], encoding="utf-8")
    try:
        with pytest.raises(ScriptInvalid, match=re.escape(path.name)):
            make_films(folder, 1, seed=SEED, **SIZE)
        assert film.exists()
    finally:
        path.write_text(whole, encoding="utf-8")


def test_a_folder_that_cannot_be_made_is_told(tmp_path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputUnwritable):
        make_films(tmp_path / "file", 1, seed=0, **SIZE)
    with pytest.raises(OutputUnwritable):
        write_characters(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.film
@pytest.mark.parametrize("suffix", [".mkv", ".webm"])
def test_other_containers_odd_sizes_and_rates_work_as_well(tmp_path, suffix) -> None:
    story = write_story(3, seconds=15)
    short = Story("short", story.title, story.clips[:1], (), story.mood, story.joins[:1], 3)
    path = tmp_path / f"short{suffix}"
    told = make_film(path, short, width=65, height=49, rate=10)
    shown = pictures(path)
    assert shown.shape == (30, 48, 64, 3)
    assert told.duration == 3.0
    assert told.cuts == ()


def test_the_character_bank_shows_everybody(tmp_path) -> None:
    write_characters(tmp_path)
    bank = json.loads((tmp_path / "characters.json").read_text(encoding="utf-8"))
    assert [one["name"] for one in bank] == [one.name for one in CHARACTERS]
    for one in bank:
        assert one["looks"] == CHARACTER[one["name"]].looks
        assert (tmp_path / one["portrait"]).read_bytes().startswith(b"\x89PNG")
