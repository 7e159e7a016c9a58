"""Lines: what is worded, what is not voiced, where long writing is cut."""

from __future__ import annotations

import numpy as np
import pytest

from scenewise.core.media_types import Candidate, Frame, Keyframe
from scenewise.core.ports import VoiceOptions
from scenewise.core.time import Span
from scenewise.description.drafting import draft
from scenewise.description.lines import worded_lines
from scenewise.description.onscreen import TextEvent
from scenewise.description.options import DraftOptions, SpeechChoice
from scenewise.models.voices.choosing import voice_for

CAPTIONS = (
    "there are two people that are sitting at a table, a window behind them",
    "arafed man in a red coat, a cafe, a city street",
    "there are two people that are sitting at a table, a window behind them",
)


def _keyframes() -> list[Keyframe]:
    image = np.zeros((4, 4, 3), np.uint8)
    return [
        Keyframe(Frame(5.0 + 10 * i, image), Span(10.0 * i, 10.0 * i + 10))
        for i in range(len(CAPTIONS))
    ]


def _candidates() -> list[list[Candidate]]:
    return [[Candidate(text, 0.8)] for text in CAPTIONS]


def _written(text: str, confidence: float) -> TextEvent:
    return TextEvent(Span(1, 4), text, "title", confidence, (0.2, 0.2, 0.8, 0.4))


def test_the_published_system_says_its_captions_as_they_are() -> None:
    options = DraftOptions().for_paper()
    lines = worded_lines(_keyframes(), _candidates(), (), "known", options)
    assert [line.text for line in lines] == [text.partition(",")[0] for text in CAPTIONS]
    assert not any(line.reason for line in lines)  # a repeat is said again


def test_captions_are_worded_unless_told_otherwise() -> None:
    lines = worded_lines(_keyframes(), _candidates(), (), "known", DraftOptions())
    assert lines[0].text.startswith("Two people sit")
    assert lines[2].reason == "repeats d0001"


@pytest.mark.parametrize(("confidence", "voiced"), [(0.3, False), (0.36, True)])
def test_uncertain_writing_is_kept_and_marked_as_any_other_line(confidence, voiced) -> None:
    events = [_written("The Harbour", confidence)]
    (line,) = worded_lines([], [], events, "known", DraftOptions(confidence=0.35))
    assert "The Harbour" in line.text
    assert (line.reason == "") == voiced
    assert voiced or "confidence 0.30 is below 0.35" in line.reason


def test_long_writing_is_cut_between_sentences_and_not_inside_numbers() -> None:
    text = (
        "Created with the Free Program Blender\nCreative Commons Attribution 3.0 licensed to all"
        "\nProduced by the Institute in Amsterdam\nVersion 2.5 of the year"
    )
    lines = worded_lines([], [], [_written(text, 0.9)], "known", DraftOptions())
    assert len(lines) > 1
    told = " ".join(line.text for line in lines)
    assert "3.0" in told
    assert "2.5" in told
    assert not any(line.text.partition(": ")[2][0].isdigit() for line in lines)


def test_writing_is_not_introduced_in_english_elsewhere() -> None:
    event = _written("Hafencafé", 0.9)
    (german,) = worded_lines([], [], [event], "known", DraftOptions(language="de"))
    assert german.text == '"Hafencafé."'
    (english,) = worded_lines([], [], [event], "known", DraftOptions(language="en-GB"))
    assert english.text == "Text on screen: Hafencafé."


@pytest.mark.parametrize(
    ("written", "wanted", "told"),
    [(("en",), "de", True), (("en",), "en-GB", False), (None, "de", False)],
)
def test_a_captioner_that_writes_another_language_is_told_and_voiced_in_that(
    data, known_captioner, written, wanted, told
) -> None:
    captioner = type(known_captioner)([("a man is waving", 0, 99)])
    if written:
        captioner.languages = written
    film = data / "signs" / "yes.mkv"
    options = DraftOptions(language=wanted, text_reader="none")
    script = draft(film, options, SpeechChoice(voice="espeak"), captioner=captioner).script
    assert sum("not in de: known" in note for note in script.notes) == told
    assert script.language == wanted
    lines = [line for line in script.descriptions if line.voiced]
    assert lines
    assert {line.language for line in lines} == ({"en"} if told else {""})
    english = told or wanted.startswith("en")
    assert (lines[0].text == "A man waves.") == english
    for line in lines:
        spoken = voice_for("espeak", VoiceOptions("en" if english else wanted)).say(line.spoken)
        assert line.duration == pytest.approx(spoken.duration, abs=0.05)
