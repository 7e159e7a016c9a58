"""What `check` is told to hold a film to, and whether a film is the one its script says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import scenewise
from scenewise.description.limits import CheckOptions, CheckRules, SoundRules
from scenewise.description.naming import Outputs

pytestmark = [pytest.mark.film, pytest.mark.slow, pytest.mark.usefixtures("warm_cache")]


@pytest.fixture(scope="module")
def folder(demo_film, known_captioner, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("checked")
    options = scenewise.DraftOptions(text_reader="none")
    rendering = scenewise.RenderOptions(report=False, sound_file=False)
    speech = scenewise.SpeechChoice(voice="espeak")
    scenewise.describe(demo_film.path, out, options, speech, rendering, captioner=known_captioner)
    return out


def measure(checked: scenewise.Check, name: str):
    return next(m for m in checked.measures if m.name == name)


def test_limits_are_those_that_were_asked_for(folder: Path) -> None:
    film = Outputs(folder, "harbour").film
    strict = CheckOptions(CheckRules(rate=60), SoundRules(peak=-20.0))
    assert scenewise.check(film).passed
    failed = {m.name for m in scenewise.check(film, options=strict).failures}
    assert {"fastest utterance", "true peak"} <= failed


def test_a_film_that_was_not_rendered_again_after_an_edit_is_told(folder: Path) -> None:
    outputs = Outputs(folder, "harbour")
    data = json.loads(outputs.script.read_text("utf-8"))
    kept = outputs.script.read_text("utf-8")
    data["descriptions"][0]["text"] = "A boat, or perhaps a ship."
    data["descriptions"][0].pop("spoken", None)
    outputs.script.write_text(json.dumps(data), "utf-8")
    try:
        stale = measure(scenewise.check(outputs.film), "lines not in the film")
    finally:
        outputs.script.write_text(kept, "utf-8")
    assert (stale.value, stale.passed) == (1.0, False)
    assert measure(scenewise.check(outputs.film), "lines not in the film").passed


def test_without_dialogue_the_programme_sets_the_loudness(data, known_captioner, tmp_path) -> None:
    told = type(known_captioner)([("a rabbit that is looking at a butterfly", 0.0, 99.0)])
    done = scenewise.describe(
        data / "film" / "bbb_0_30.webm",
        tmp_path,
        scenewise.DraftOptions(text_reader="none"),
        scenewise.SpeechChoice(voice="espeak"),
        scenewise.RenderOptions(report=False, sound_file=False),
        captioner=told,
    )
    loudness = measure(done.check, "loudness against programme")
    assert loudness.passed
    assert abs(loudness.value) <= 2.0


def test_lines_that_need_not_move_stay_when_one_has_to(folder: Path, demo_film, tmp_path) -> None:
    script = scenewise.read_script(Outputs(folder, "harbour").script)
    lines = list(script.descriptions)
    first = next(i for i, line in enumerate(lines) if line.voiced)
    long = "A sailing boat with a white sail and a red hull goes slowly across the wide bay."
    lines[first] = replace(lines[first], text=long, spoken=long, variants=(), source="person")
    others = {line.id: line.start for line in lines[first + 2 :] if line.voiced}
    # so long that the next line must give way
    crowded = [
        replace(line, start=(lines[first].start or 0.0) + 3.2) if i == first + 1 else line
        for i, line in enumerate(lines)
    ]
    done = scenewise.render(
        demo_film.path,
        script.with_descriptions(tuple(crowded)),
        tmp_path,
        scenewise.RenderOptions(report=False, sound_file=False),
        scenewise.SpeechChoice(voice="espeak"),
    )
    assert done.check.passed, done.check.failures
    now = {line.id: line.start for line in done.script.descriptions}
    for name, start in others.items():
        assert now[name] == pytest.approx(start, abs=0.05)
