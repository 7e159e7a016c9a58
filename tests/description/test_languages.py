"""Scripts in which some lines are in another language than the rest."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import scenewise
from scenewise.core.errors import ScriptInvalid
from scenewise.core.ports import VoiceOptions
from scenewise.core.script import Description, FilmReference, Script
from scenewise.core.time import Span
from scenewise.description.cache import Cache
from scenewise.description.formats import (
    from_json,
    merge_edits,
    read_edited,
    read_script,
    save_all,
    to_dapt,
    to_json,
    to_vtt,
    validate,
)
from scenewise.description.rules import measure_script
from scenewise.description.speaking import Speaker
from scenewise.models.voices.choosing import voice_for

ENGLISH = "A man sits at a table."
SCRIPT = Script(
    film=FilmReference("film.mp4", "blake2b:00", 60.0),
    language="de",
    descriptions=(
        Description("d0001", Span(1, 4), ENGLISH, ("A man sits.",), 2.0, language="en")
        .delivered(1.25, 2.1, ENGLISH),
        Description("d0002", Span(5, 9), "Er fällt.", (), 6.0, 0.4)
        .delivered(5.0, 0.75, "Er fällt."),
        Description("d0003", Span(12, 15.5), "A woman opens.", (), 13.0, 0.5, 0.2, language="en")
        .silenced("low confidence"),
    ),
)  # fmt: skip


@pytest.mark.parametrize("suffix", [".ad.json", ".ad.vtt", ".dapt.xml"])
def test_every_file_says_which_line_is_in_which_language(suffix, tmp_path: Path) -> None:
    save_all(SCRIPT, tmp_path / "film")
    read = read_script(tmp_path / f"film{suffix}")
    assert read.language == "de"
    own = {line.id: line.language for line in read.descriptions}
    assert own["d0001"] == "en"
    assert own["d0002"] == ""
    assert own.get("d0003", "en") == "en"  # DAPT holds what is voiced
    assert [cue.text for cue in read.cues()] == [ENGLISH, "Er fällt."]
    assert [cue.language for cue in read.cues()] == ["en", ""]


def test_players_are_told_in_the_ways_of_the_formats() -> None:
    assert f"<lang en>{ENGLISH}</lang>\n" in to_vtt(SCRIPT)
    assert to_dapt(SCRIPT).count('<p xml:lang="en"') == 1
    assert to_json(SCRIPT).count('"language": "en"') == 2


def test_a_translated_line_is_in_the_language_of_the_script(tmp_path: Path) -> None:
    save_all(SCRIPT, tmp_path / "film")
    german = "Ein Mann sitzt am Tisch."
    for name, old in (("film.ad.vtt", f"<lang en>{ENGLISH}</lang>"), ("film.ad.srt", ENGLISH)):
        path = tmp_path / name
        path.write_text(path.read_text("utf-8").replace(old, german), "utf-8")
        line = read_edited(path).descriptions[0]
        assert (line.text, line.language) == (german, "")
    path = tmp_path / "film.ad.srt"  # which cannot tell of languages
    save_all(SCRIPT, tmp_path / "film")
    path.write_text(path.read_text("utf-8").replace("Er fällt.", "Er stürzt."), "utf-8")
    assert read_edited(path).descriptions[0] == SCRIPT.descriptions[0]


def test_a_line_reworded_in_its_language_stays_in_it() -> None:
    edited = SCRIPT.with_descriptions(
        tuple(
            replace(line, text="A man reads.", spoken="A man reads.") if line.voiced else line
            for line in SCRIPT.descriptions
        )
    )
    assert merge_edits(SCRIPT, edited).descriptions[0].language == "en"


def test_a_language_that_is_none_is_refused() -> None:
    data = json.loads(to_json(SCRIPT))
    data["descriptions"][0]["language"] = "in English"
    with pytest.raises(ScriptInvalid, match=r"descriptions\[0\]\.language"):
        from_json(json.dumps(data))
    broken = SCRIPT.with_descriptions((replace(SCRIPT.descriptions[0], language="?"),))
    assert any("BCP 47" in problem for problem in validate(broken))


def test_each_line_is_spoken_by_a_voice_of_its_language() -> None:
    speaker = Speaker(voice_for("espeak", VoiceOptions("de", rate=150)), Cache(None))
    for language in ("de", "en"):
        alone = voice_for("espeak", VoiceOptions(language, rate=150)).say(ENGLISH).mono()
        said = speaker.say(ENGLISH, "en" if language == "en" else "")
        assert said.samples.shape == alone.samples.shape
        assert np.allclose(said.samples, alone.samples, atol=1e-4)
    assert speaker.duration(ENGLISH, "en") != speaker.duration(ENGLISH)
    # a dialect of the voice's own language needs no other voice
    assert speaker.duration(ENGLISH, "de-AT") == speaker.duration(ENGLISH)


def test_a_voice_of_one_language_leaves_others_to_those_that_can() -> None:
    class German:
        name = "german"
        options = VoiceOptions("de")

        def say(self, text: str):
            return voice_for("espeak", self.options).say(text)

    said = Speaker(German(), Cache(None)).say(ENGLISH, "en")
    alone = voice_for("espeak", VoiceOptions("en")).say(ENGLISH).mono()
    assert abs(said.duration - alone.duration) < 0.5
    assert said.duration != German().say(ENGLISH).duration


def test_rules_of_english_are_for_what_is_english() -> None:
    bad = "There is a man."
    line = replace(SCRIPT.descriptions[0], text=bad, spoken=bad)
    script = SCRIPT.with_descriptions((line, *SCRIPT.descriptions[1:]))
    found = {m.name: m for m in measure_script(script, dialogue=(), film=Span(0, 60))}
    assert found["forbidden phrases"].value == 1
    german = SCRIPT.with_descriptions((replace(line, language=""), SCRIPT.descriptions[1]))
    found = {m.name: m for m in measure_script(german, dialogue=(), film=Span(0, 60))}
    assert found["forbidden phrases"].passed is None


@pytest.mark.film
@pytest.mark.slow
@pytest.mark.usefixtures("warm_cache")
def test_a_rendered_film_is_heard_in_both_languages(demo_film, known_captioner, tmp_path) -> None:
    captioner = type(known_captioner)(known_captioner.told)
    captioner.languages = ("en",)
    done = scenewise.describe(
        demo_film.path,
        tmp_path,
        scenewise.DraftOptions(language="de"),
        scenewise.SpeechChoice(voice="espeak"),
        captioner=captioner,
    )
    assert done.check.passed, done.check.failures
    own = {line.kind: line.language for line in done.script.descriptions if line.voiced}
    assert own == {"visual": "en", "text": ""}
    assert sum("voice for en" in note for note in done.script.notes) == 1
    again = scenewise.render(demo_film.path, done.rendered.files["ad.vtt"], tmp_path / "again")
    told = [(d.start, d.spoken, d.language) for d in done.script.descriptions]
    assert [(d.start, d.spoken, d.language) for d in again.script.descriptions] == told
