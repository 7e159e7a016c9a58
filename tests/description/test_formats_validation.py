"""Every contradiction in a script is found, and named in one line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from scenewise.core.errors import ScriptInvalid
from scenewise.core.script import Description, FilmReference, Script
from scenewise.core.time import Span
from scenewise.description.formats import require_valid, validate


def line(name: str, start: float, length: float | None, text: str = "Words") -> Description:
    return Description(name, Span(0, 1), text, start=start, duration=length, spoken=text)


def script(*lines: Description, duration: float = 0.0) -> Script:
    return Script(film=FilmReference(duration=duration), descriptions=lines)


def test_a_sound_script_has_no_problems():
    lines = (line("a", 0.0, 1.0), line("b", 1.0, 1.0), line("c", 5.0, 5.0))
    quiet = Description("d", Span(3, 99), "x").silenced("no room")
    assert validate(script(*lines, quiet, duration=10.0)) == []
    assert validate(Script()) == []


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (script(line("a", 0, 2), line("b", 1.5, 1)),
         "b at 00:00:01.500 begins 0.500 s before a ends"),
        (script(line("b", 1.5, 1), line("a", 0, 2)),
         "b at 00:00:01.500 begins 0.500 s before a ends"),
        (script(line("a", 0, 9), line("b", 1, 1), line("c", 10, 1), line("d", 10.5, 1)),
         "b at 00:00:01.000 begins 8.000 s before a ends"),
        (script(line("a", 9, 2), duration=10.0),
         "a ends at 00:00:11.000, after the film's end at 00:00:10.000"),
        (script(line("a", 12, 2), duration=10.0),
         "a begins at 00:00:12.000, after the film's end at 00:00:10.000"),
        (script(line("a", -1, 2)), "a: its start cannot be -1 s"),
        (script(line("a", 1, -2)), "a: its duration cannot be -2 s"),
        (script(line("a", float("nan"), 2)), "a: its start cannot be nan s"),
        (script(line("a", float("inf"), 2)), "a: its start cannot be inf s"),
        (script(line("a", 1, 1, " \n ")), "a: it is voiced but has no words"),
        (script(line("a", 1, 1), line("a", 5, 1)), "two lines have the id a"),
        (script(line("", 1, 1)), "the id '' is empty"),
        (script(replace(line("a", 1, 1), salience=1.5)),
         "a: its salience 1.5 is not between 0 and 1"),
        (script(replace(line("a", 1, 1), confidence=-1)),
         "a: its confidence -1 is not between 0 and 1"),
        (Script(language="English!"),
         "the language 'English!' is no BCP 47 tag such as en or pt-BR"),
        (Script(dialogue=(Span(-2, 1),)), "dialogue cannot be from -2 s to 1 s"),
    ],
)  # fmt: skip
def test_a_problem_is_named(wrong: Script, problem: str):
    assert validate(wrong)[0] == problem
    with pytest.raises(ScriptInvalid) as error:
        require_valid(wrong, path=Path("film.ad.json"))
    assert str(error.value).startswith(f"film.ad.json: {problem}")


def test_the_films_length_may_be_given():
    assert validate(script(line("a", 9, 2)), duration=10.0)
    assert validate(script(line("a", 9, 2), duration=10.0), duration=20.0) == []


def test_the_end_of_speech_that_was_not_measured_is_not_guessed():
    assert validate(script(line("a", 1, None), line("b", 1.5, None))) == []


def test_a_long_line_is_held_against_all_that_begin_in_it():
    problems = validate(script(line("a", 0, 9), line("b", 1, 1), line("c", 5, 1), line("d", 9, 1)))
    assert problems == [
        "b at 00:00:01.000 begins 8.000 s before a ends",
        "c at 00:00:05.000 begins 4.000 s before a ends",
    ]


def test_an_overlap_shorter_than_a_millisecond_is_none():
    assert validate(script(line("a", 0, 1.0004), line("b", 1.0, 1))) == []


def test_all_problems_are_counted():
    lines = [line(f"d{n}", n * 0.5, 1.0) for n in range(4)]
    assert len(validate(script(*lines))) == 3
    with pytest.raises(ScriptInvalid, match=r"before d0 ends \(and 2 more problems\); correct"):
        require_valid(script(*lines))
    with pytest.raises(ScriptInvalid, match=r"\(and 1 more problem\)"):
        require_valid(script(*lines[:3]))
