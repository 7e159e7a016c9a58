"""The dialogue a script knows: captions that were given, and what a person corrected."""

from __future__ import annotations

from dataclasses import replace

import pytest

import scenewise
from scenewise.core.time import Span, shared

pytestmark = [pytest.mark.film, pytest.mark.slow, pytest.mark.usefixtures("warm_cache")]

ESPEAK = scenewise.SpeechChoice(voice="espeak")
NO_REPORT = scenewise.RenderOptions(report=False)
SUNG = Span(6.0, 10.9)


def _line(script: scenewise.Script, word: str) -> scenewise.Description:
    return next(line for line in script.descriptions if word in line.text)


def _with(script: scenewise.Script, line: scenewise.Description) -> scenewise.Script:
    lines = tuple(line if d.id == line.id else d for d in script.descriptions)
    return script.with_descriptions(lines)


def test_captions_keep_their_room_when_an_edit_moves_everything(
    demo_film, known_captioner, tmp_path
) -> None:
    captions = tmp_path / "sung.srt"
    captions.write_text("1\n00:00:06,000 --> 00:00:10,900\n♪ words of a song ♪\n", "utf-8")
    options = scenewise.DraftOptions(captions=str(captions))
    script = scenewise.draft(demo_film.path, options, ESPEAK, captioner=known_captioner).script
    captions.unlink()  # the script alone must do
    assert script.dialogue is not None
    assert shared(script.dialogue, [SUNG]) == pytest.approx(SUNG.duration)
    assert not any(cue.span.overlap(SUNG) for cue in script.cues())

    line = _line(script, "red coat")
    moved = _with(script, replace(line, start=SUNG.start, spoken=line.text))
    done = scenewise.render(demo_film.path, moved, tmp_path / "out", NO_REPORT, ESPEAK)
    assert done.warnings
    assert not any(cue.span.overlap(SUNG) for cue in done.script.cues())
    assert done.script.dialogue == script.dialogue
    assert done.check.passed, done.check.failures

    path = tmp_path / "out" / f"{demo_film.path.stem}.ad.json"
    kept = scenewise.read_script(path)
    over = _with(kept, replace(_line(kept, "red coat"), start=SUNG.start))
    found = scenewise.check(over, film=demo_film.path)
    assert "over dialogue" in [measure.name for measure in found.failures]


def test_dialogue_that_a_person_corrected_is_what_counts(
    demo_film, known_captioner, tmp_path
) -> None:
    script = scenewise.draft(demo_film.path, speech=ESPEAK, captioner=known_captioner).script
    assert script.dialogue
    line = _line(script, "Two people")
    at = script.dialogue[0].start
    corrected = _with(replace(script, dialogue=()), replace(line, start=at, spoken=line.text))
    done = scenewise.render(demo_film.path, corrected, tmp_path, NO_REPORT, ESPEAK)
    assert _line(done.script, "Two people").start == at
    assert done.check.passed, done.check.failures
    assert scenewise.check(done.film).passed
