"""The main job with real models: what is said of a film is what happens in it."""

from __future__ import annotations

import pytest

import scenewise
from scenewise.core.errors import ModelMissing
from scenewise.models import hub
from scenewise.synthetic.accuracy import Accuracy, accuracy
from scenewise.synthetic.films import FilmTruth, make_films

pytestmark = [pytest.mark.film, pytest.mark.slow]

SEED = 60_000
"""Of films that no model has been trained on."""


@pytest.fixture(scope="module")
def described(tmp_path_factory) -> tuple[scenewise.Draft, FilmTruth, Accuracy]:
    """A short drawn film, drafted with the pocket models by default options."""
    try:
        for job in ("captioner", "embedder"):
            hub.resolve(hub.POCKET, job=job)
    except ModelMissing as missing:
        pytest.skip(f"the pocket models are not here: {missing.what}")
    folder = tmp_path_factory.mktemp("pocket")
    (truth,) = make_films(folder, 1, seed=SEED, seconds=30, width=480, height=270)
    drafted = scenewise.draft(
        folder / "films" / f"{truth.name}.mp4",
        scenewise.DraftOptions(caption_model=hub.POCKET, clip_model=hub.POCKET),
        scenewise.SpeechChoice(voice="espeak"),
    )
    cues = drafted.script.cues()
    found = accuracy([(cue.span.start, cue.span.end, cue.text) for cue in cues], truth)
    return drafted, truth, found


def test_most_lines_name_whoever_acts(described) -> None:
    _, _, found = described
    who = found.precision["person"]
    assert who.of >= 3
    assert who.right > 0.5 * who.of, [line.text for line in found.lines]
    assert found.recall["person"].right > 0.5 * found.recall["person"].of


def test_what_happens_and_where_is_told(described) -> None:
    _, _, found = described
    texts = [line.text for line in found.lines]
    assert found.recall["setting"].right > 0.5 * found.recall["setting"].of, texts
    assert found.recall["action"].right >= 0.4 * found.recall["action"].of, texts
    assert found.missed_salience < 0.6


def test_what_is_written_is_read_out(described) -> None:
    _, _, found = described
    assert found.written.value == 1.0, [line.text for line in found.lines]


def test_nothing_is_said_over_the_dialogue_that_is_heard(described) -> None:
    drafted, _, found = described
    heard = drafted.script.dialogue or ()
    assert all(line.span.overlap(span) == 0 for line in found.lines for span in heard)


def test_lines_are_sentences_that_say_something_true(described) -> None:
    _, _, found = described
    assert found.useless.right <= 0.25 * found.useless.of
    for line in found.lines:
        assert line.text[0].isupper() or line.text[0] in '"“'
        assert line.text[-1] in '.!?"”'
