"""Rendering what people bring: their own files, and drafts spoken by another voice."""

from __future__ import annotations

from dataclasses import replace

import pytest

import scenewise
from scenewise.core.errors import ScriptInvalid

pytestmark = [pytest.mark.film, pytest.mark.slow, pytest.mark.usefixtures("warm_cache")]

NO_REPORT = scenewise.RenderOptions(report=False)
SLOW = scenewise.SpeechChoice(voice="espeak", voice_name="en-gb", rate=140)


@pytest.fixture(scope="module")
def script(demo_film, known_captioner) -> scenewise.Script:
    """Of the demo film, drafted with a slow voice."""
    return scenewise.draft(demo_film.path, speech=SLOW, captioner=known_captioner).script


def test_slots_that_people_wrote_may_touch_and_outlast_the_film_but_not_overlap(
    data, tmp_path
) -> None:
    film = data / "described" / "rabbit" / "video.mp4"  # 13.7 s
    path = tmp_path / "descriptions.vtt"
    path.write_text(
        "WEBVTT\n\n00:00.000 --> 00:05.000\nA fat rabbit climbs out.\n\n"
        "00:05.000 --> 00:10.000\nHe stretches, yawns, and then starts walking.\n\n"
        "00:10.000 --> 00:14.000\nThen he stops to scratch his bottom.\n",
        "utf-8",
    )
    speech = scenewise.SpeechChoice(voice="espeak")
    done = scenewise.render(film, path, tmp_path / "out", NO_REPORT, speech)
    assert [line.voiced for line in done.script.descriptions] == [True] * 3
    assert done.check.passed, done.check.failures

    both = tmp_path / "both.vtt"
    both.write_text(path.read_text("utf-8").replace("00:05.000 -->", "00:04.000 -->"), "utf-8")
    with pytest.raises(ScriptInvalid, match="before"):
        scenewise.render(film, both, tmp_path / "out", NO_REPORT, speech)

    late = tmp_path / "late.vtt"
    late.write_text("WEBVTT\n\n00:20.000 --> 00:22.000\nIt is over.\n", "utf-8")
    with pytest.raises(ScriptInvalid, match="after the film's end"):
        scenewise.render(film, late, tmp_path / "out", NO_REPORT, speech)


def test_a_script_is_spoken_by_the_voice_it_was_drafted_with(script, demo_film, tmp_path) -> None:
    for asked in (None, scenewise.SpeechChoice()):
        done = scenewise.render(demo_film.path, script, tmp_path, NO_REPORT, asked)
        assert done.script.voice == script.voice
        times = [(line.start, line.spoken) for line in script.descriptions]
        assert [(line.start, line.spoken) for line in done.script.descriptions] == times
    fast = replace(SLOW, rate=200)
    done = scenewise.render(demo_film.path, script, tmp_path, NO_REPORT, fast)
    assert done.script.voice["rate"] == 200


def test_a_translated_script_keeps_its_pace_but_not_its_voice(script, demo_film, tmp_path) -> None:
    german = replace(script, language="de")
    done = scenewise.render(demo_film.path, german, tmp_path, NO_REPORT)
    assert (done.script.voice["language"], done.script.voice["rate"]) == ("de", 140)
    assert done.script.voice["voice"] != "en-gb"


def test_a_line_switched_off_in_the_script_says_who_did_it(script, demo_film, tmp_path) -> None:
    first = replace(script.descriptions[0], start=None)
    edited = script.with_descriptions((first, *script.descriptions[1:]))
    done = scenewise.render(demo_film.path, edited, tmp_path, NO_REPORT)
    line = done.script.descriptions[0]
    assert not line.voiced
    assert (line.reason, line.spoken, line.duration) == ("switched off by a person", "", None)
