"""Checking a described film of which nothing but the file itself is at hand."""

from __future__ import annotations

import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scenewise
from scenewise.core.script import Cue
from scenewise.core.time import Span, union
from scenewise.description.comparing import flagged
from scenewise.description.overhearing import overheard, spoken
from scenewise.media.probe import probe


@pytest.fixture(scope="module")
def described(demo_film, known_captioner, tmp_path_factory):
    """The demo film, described by a captioner that knows it."""
    return scenewise.describe(
        demo_film.path,
        tmp_path_factory.mktemp("described"),
        speech=scenewise.SpeechChoice(voice="espeak"),
        captioner=known_captioner,
    )


@pytest.mark.film
@pytest.mark.slow
def test_a_described_film_alone_is_checked_by_what_is_heard_in_it(described, tmp_path) -> None:
    alone = tmp_path / described.film.name
    shutil.copy(described.film, alone)
    info = probe(alone)
    streams = flagged(info)
    assert streams is not None
    script = overheard(info, streams)
    said = described.script.cues()
    heard = script.cues()
    # lines that follow each other without a breath are one utterance to whoever only hears them
    real = union([cue.span for cue in said], join=0.7)
    assert len(heard) == len(real) < len(said)
    for span, found in zip(real, heard, strict=True):
        assert found.span.start == pytest.approx(span.start, abs=0.1)
        assert found.span.end == pytest.approx(span.end, abs=0.2)
    assert sorted(" ".join(c.text for c in heard).split()) == sorted(
        " ".join(c.text for c in said).split()
    )
    checked = scenewise.check(alone)
    assert checked.passed, checked.failures
    # each figure of time is that of the check that knows the script
    known = {m.name: m.value for m in scenewise.check(described.film).measures}
    for measure in checked.measures:
        if measure.name in {"fastest utterance", "rate", "described share"}:
            assert measure.value == pytest.approx(known[measure.name], rel=0.05)


@pytest.mark.film
@pytest.mark.slow
def test_words_in_the_text_track_that_nobody_speaks_are_missed(demo_film, tmp_path) -> None:
    from scenewise.media.sound import read_sound
    from scenewise.media.writing import write_described

    silent = tmp_path / "silent.described.mp4"
    info = probe(demo_film.path).programme
    assert info is not None
    write_described(
        demo_film.path,
        silent,
        mix=read_sound(demo_film.path, rate=info.rate, layout=info.layout),
        mix_rate=info.rate,
        layout=info.layout,
        captions=[Cue(Span(5.0, 11.0), "A boat crosses the bay.")],
        language="en",
    )
    checked = scenewise.check(silent)
    assert "utterances in the mix" in {measure.name for measure in checked.failures}


TIMES = st.integers(0, 600).map(lambda tenth: tenth / 10)
SPANS = st.builds(lambda a, b: Span(a, a + b), TIMES, st.floats(0.3, 8))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(SPANS, max_size=6).map(union),
    st.lists(st.tuples(SPANS, st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=9))),
)
def test_no_word_and_no_utterance_is_lost_or_told_twice(heard, told) -> None:
    cues = sorted((Cue(span, " ".join(words)) for span, words in told), key=lambda cue: cue.span)
    lines = list(spoken(cues, heard))
    words = sorted(word for line in lines for word in line.text.split())
    assert words == sorted(word for cue in cues for word in cue.text.split())
    ids = [line.id for line in lines]
    assert len(set(ids)) == len(ids)
    times = [Span(line.start, line.start + line.duration) for line in lines]
    for span in heard:
        inside = sum(span.overlap(time) for time in times)
        assert inside >= span.duration - 1e-6
    for line in lines:
        assert line.span.start - 1e-9 <= line.event <= line.span.end + 1e-9
