"""What a person changed in the JSON script, and what is made of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from formats_strategies import scripts, words
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.core.media_types import Audio
from scenewise.core.ports import VoiceOptions
from scenewise.core.script import Description, Script
from scenewise.core.time import Span
from scenewise.description.cache import Cache
from scenewise.description.fitting import fitted
from scenewise.description.formats import from_json, read_edited, to_json
from scenewise.description.formats.plain_text import scrubbed
from scenewise.description.speaking import Speaker
from scenewise.description.wording import variants

FULL = "A man in a red coat walks past a café on a city street."
OWN = "Red coat, café."
LINE = Description(
    "d0001", Span(1, 9), FULL, variants(FULL), 2.0, 0.9, 0.8, "interrogator"
).delivered(1.25, 4.0, FULL)
SCRIPT = Script(descriptions=(LINE,), dialogue=())


def edited(change: Callable[[dict[str, Any]], None], script: Script = SCRIPT) -> Description:
    """The first line after somebody changed it in the file."""
    data = json.loads(to_json(script))
    change(data["descriptions"][0])
    return from_json(json.dumps(data)).descriptions[0]


def test_shorter_wordings_by_a_person_are_kept_for_good() -> None:
    line = edited(lambda entry: entry.update(variants=[OWN]))
    assert line == replace(LINE, variants=(OWN,))
    again = from_json(to_json(SCRIPT.with_descriptions((line,)))).descriptions[0]
    assert again == line


def test_new_text_has_new_shorter_wordings() -> None:
    text = "A woman in a blue coat runs past a bakery on a country road."
    line = edited(lambda entry: entry.update(text=text))
    assert (line.text, line.spoken, line.source) == (text, text, "person")
    assert line.variants == variants(text) != ()
    assert not set(line.variants) & set(LINE.variants)


def test_new_text_replaces_what_was_spoken_of_the_old() -> None:
    short = LINE.delivered(1.25, 2.0, LINE.variants[0])
    line = edited(lambda e: e.update(text="He runs."), SCRIPT.with_descriptions((short,)))
    assert (line.text, line.spoken) == ("He runs.", "He runs.")


def test_new_text_with_shorter_wordings_of_its_own_keeps_both() -> None:
    line = edited(lambda e: e.update(text="He runs past the old café.", variants=["He runs."]))
    assert (line.spoken, line.variants) == ("He runs past the old café.", ("He runs.",))


def test_shorter_wordings_taken_away_do_not_come_back() -> None:
    line = edited(lambda e: e.update(variants=[]))
    assert line == replace(LINE, variants=())
    text = to_json(SCRIPT.with_descriptions((line,)))
    assert from_json(text.replace(FULL, "He walks on, past a café.")).descriptions[0].variants == ()


def test_other_spoken_words_are_the_line() -> None:
    line = edited(lambda e: e.update(spoken="He hurries."))
    assert (line.text, line.spoken, line.variants) == ("He hurries.", "He hurries.", ())


def test_another_of_its_own_wordings_is_a_choice_and_no_new_line() -> None:
    line = edited(lambda e: e.update(spoken=LINE.variants[0]))
    assert line == replace(LINE, spoken=LINE.variants[0])


def test_a_rewritten_wording_that_was_spoken_gives_way_to_the_text() -> None:
    short = LINE.delivered(1.25, 2.0, LINE.variants[0])
    line = edited(lambda e: e.update(variants=[OWN]), SCRIPT.with_descriptions((short,)))
    assert (line.text, line.spoken, line.variants) == (FULL, FULL, (OWN,))


def test_a_line_by_hand_brings_its_own_shorter_wordings() -> None:
    entry = {"text": FULL, "id": "mine", "start": 3, "variants": [OWN]}
    data = {"format": "scenewise-script", "version": 1, "descriptions": [entry]}
    assert from_json(json.dumps(data)).descriptions[0].variants == (OWN,)


@pytest.mark.parametrize("mark", [None, "", "what?"])
def test_files_without_a_mark_are_read_as_before(mark: str | None) -> None:
    def unmarked(text: str) -> Callable[[dict[str, Any]], None]:
        def change(entry: dict[str, Any]) -> None:
            del entry["mark"]
            entry |= {"text": text} if mark is None else {"text": text, "mark": mark}

        return change

    assert edited(unmarked(FULL)) == LINE
    line = edited(unmarked("A dog barks."))
    assert (line.spoken, set(line.variants) & set(LINE.variants)) == ("A dog barks.", set())


@given(scripts(), words, st.lists(words, max_size=2))
@settings(max_examples=60, deadline=None)
def test_whatever_a_person_writes_as_shorter_wordings_is_there_again(
    script: Script, text: str, shorter: list[str]
) -> None:
    data = json.loads(to_json(script))
    for entry in data["descriptions"]:
        entry["variants"] = [*shorter, text, OWN]
        entry["text"] += " Then it ends."
    read = from_json(json.dumps(data))
    expected = tuple(map(scrubbed, (*shorter, text, OWN)))
    assert all(line.variants == expected for line in read.descriptions)
    assert from_json(to_json(read)) == read


class SlowVoice:
    """Takes a tenth of a second for every letter."""

    name = "slow"
    options = VoiceOptions()

    def say(self, text: str) -> Audio:
        """Silence of the right length."""
        import numpy as np

        return Audio(np.zeros((1, 100 * len(text)), np.float32), 1000)


def test_the_schedule_uses_the_wordings_that_a_person_wrote(tmp_path: Path) -> None:
    path = tmp_path / "film.ad.json"
    path.write_text(to_json(SCRIPT), "utf-8")
    data = json.loads(path.read_text("utf-8"))
    data["descriptions"][0]["variants"] = [OWN]
    path.write_text(json.dumps(data), "utf-8")
    script = read_edited(path)
    room = Span(1.0, 3.0)  # for 20 letters
    assert len(OWN) <= 18 < min(map(len, LINE.variants))
    final, _ = fitted(script, [room], Speaker(SlowVoice(), Cache(None)), Span(0, 10))
    (line,) = final.descriptions
    assert line.spoken == OWN
    assert asdict(line)["variants"] == (OWN,)
