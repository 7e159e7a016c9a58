"""A person's edits come through every format, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from formats_strategies import scripts
from hypothesis import given, settings

from scenewise.core.script import Description, FilmReference, Script
from scenewise.core.time import Span
from scenewise.description.formats import (
    from_json,
    merge_edits,
    parse_srt,
    parse_vtt,
    to_dapt,
    to_json,
    to_srt,
    to_vtt,
)
from scenewise.description.formats.dapt import dapt_script
from scenewise.description.formats.plain_text import tidy
from scenewise.description.formats.webvtt import captions_script

BASE = Script(
    film=FilmReference("film.mp4", "blake2b:00", 60.0),
    language="en",
    descriptions=(
        Description("d0001", Span(1, 4), "A man runs away.", ("A man runs.",), 2.0, 0.9, 0.8, "vlm")
        .delivered(1.25, 2.1, "A man runs away."),
        Description("d0002", Span(5, 9), "He falls.", (), 6.0, 0.4, 0.7, "vlm")
        .delivered(5.0, 0.75, "He falls."),
        Description("d0003", Span(12, 15.5), "A woman opens.", ("She opens.",), 13.0, 0.5, 0.2)
        .silenced("low confidence"),
    ),
    dialogue=(Span(10, 11),),
    voice={"name": "espeak"},
    notes=("note",),
    settings={"a": 1},
)  # fmt: skip


def through_vtt(script: Script, edit: Callable[[str], str] = str) -> Script:
    return captions_script(parse_vtt(edit(to_vtt(script))))


def merged(*changes: tuple[str, str]) -> list[Description]:
    """The lines of BASE after its WebVTT file was edited by replacing texts."""

    def edit(text: str) -> str:
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        return text

    result = merge_edits(BASE, through_vtt(BASE, edit))
    assert replace(result, descriptions=BASE.descriptions) == BASE
    return list(result.descriptions)


@pytest.mark.slow
@given(scripts())
@settings(max_examples=80, deadline=None)
def test_without_an_edit_the_base_comes_back(script: Script):
    assert merge_edits(script, script) == script
    assert merge_edits(script, through_vtt(script)) == script
    assert merge_edits(from_json(to_json(script)), script) == from_json(to_json(script))


@given(scripts())
@settings(max_examples=40, deadline=None)
def test_merging_twice_is_merging_once(script: Script):
    edited = through_vtt(BASE)
    once = merge_edits(script, edited)
    assert merge_edits(once, edited) == once


def test_formats_that_lose_the_ids_still_match():
    for edited in (
        dapt_script(to_dapt(BASE)),
        captions_script(parse_srt(to_srt(BASE))),
        captions_script(parse_vtt(to_vtt(BASE).replace("\nd0001\n", "\n"))),
    ):
        assert merge_edits(BASE, edited) == BASE
    text = to_srt(BASE).replace("He falls.", "He stumbles.")
    lines = merge_edits(BASE, captions_script(parse_srt(text))).descriptions
    assert [line.id for line in lines] == ["d0001", "d0002", "d0003"]
    assert (lines[1].text, lines[1].source, lines[1].duration) == ("He stumbles.", "person", None)


def test_new_words_void_what_the_machine_knew():
    line = merged(("A man runs away.", "A boy &lt;runs> off."))[0]
    assert line == replace(
        BASE.descriptions[0],
        text="A boy <runs> off.",
        spoken="A boy <runs> off.",
        variants=(),
        duration=None,
        source="person",
        confidence=1.0,
    )


def test_a_shorter_wording_of_its_own_keeps_the_others():
    line = merged(("A man runs away.", "A man runs."))[0]
    assert line == replace(BASE.descriptions[0], spoken="A man runs.", duration=None)


def test_a_moved_cue_keeps_its_length():
    line = merged(("00:00:01.250 --> 00:00:03.350", "00:00:02.000 --> 00:00:09.000"))[0]
    assert line == replace(BASE.descriptions[0], start=2.0)


def test_another_end_alone_is_no_edit():
    assert merged(("--> 00:00:03.350", "--> 00:00:04.000")) == list(BASE.descriptions)


def test_a_deleted_cue_is_silenced():
    lines = merged(("d0002\n00:00:05.000 --> 00:00:05.750\nHe falls.\n\n", ""))
    assert lines[1] == BASE.descriptions[1].silenced("removed by a person")
    assert [lines[0], lines[2]] == [BASE.descriptions[0], BASE.descriptions[2]]


def test_an_emptied_cue_is_silenced():
    lines = merged(("He falls.", ""))
    assert lines[1] == BASE.descriptions[1].silenced("emptied by a person")


def test_a_deleted_note_changes_nothing():
    note = "NOTE unvoiced d0003 00:00:12.000 to 00:00:15.500 low confidence\nA woman opens.\n"
    assert merged((note, "")) == list(BASE.descriptions)


def test_a_note_reworded_stays_silent():
    line = merged(("A woman opens.", "A woman opens a door."))[2]
    assert (line.text, line.voiced, line.reason) == (
        "A woman opens a door.",
        False,
        "low confidence",
    )
    assert (line.variants, line.source) == ((), "person")


NOTE = "NOTE unvoiced d0003 00:00:12.000 to 00:00:15.500 low confidence"


@pytest.mark.parametrize(
    "cue",
    ["d0003\n00:00:12.000 --> 00:00:15.500", "00:00:12.000 --> 00:00:15.500"],
    ids=["with its id", "without an id"],
)
def test_a_note_made_into_a_cue_is_voiced(cue: str):
    lines = merged((NOTE, cue))
    assert lines[:2] == list(BASE.descriptions[:2])
    voiced = replace(BASE.descriptions[2], start=12.0, spoken="A woman opens.", reason="")
    assert lines[2:] == [voiced]


def test_new_cues_find_their_place():
    new = "\n\n00:00:06.500 --> 00:00:08.000\nDust.\n"
    lines = merged(("He falls.\n", f"He falls.{new}"))
    assert [line.text for line in lines] == [
        "A man runs away.", "He falls.", "Dust.", "A woman opens.",
    ]  # fmt: skip
    added = lines[2]
    assert (added.start, added.duration, added.source) == (6.5, None, "person")
    assert (added.span, added.spoken, added.event) == (Span(6.5, 8), "Dust.", 6.5)


def test_a_line_switched_off_in_the_json_is_silenced():
    text = to_json(BASE).replace('"start": 5.0', '"start": null')
    line = merge_edits(BASE, from_json(text)).descriptions[1]
    assert line == BASE.descriptions[1].silenced("switched off by a person")


@given(scripts())
@settings(max_examples=40, deadline=None)
def test_the_merged_script_speaks_what_the_edited_file_says(script: Script):
    edited = through_vtt(script, lambda text: text.replace("Ann", "Bob"))
    result = merge_edits(script, edited)
    spoken = sorted((line.start, tidy(line.spoken)) for line in result.descriptions if line.voiced)
    assert spoken == sorted((d.start, d.spoken) for d in edited.descriptions if d.voiced)


def test_a_translation_is_in_its_own_language():
    def translated(text: str) -> str:
        return text.replace("Language: en", "Language: de").replace("He falls.", "Er fällt.")

    result = merge_edits(BASE, through_vtt(BASE, translated))
    assert (result.language, result.descriptions[1].text) == ("de", "Er fällt.")


def test_a_file_that_names_no_language_keeps_that_of_the_script():
    german = replace(BASE, language="de")
    assert merge_edits(german, captions_script(parse_srt(to_srt(german)))).language == "de"
    bare = to_vtt(german).replace("Language: de\n", "")
    assert merge_edits(german, captions_script(parse_vtt(bare))).language == "de"
