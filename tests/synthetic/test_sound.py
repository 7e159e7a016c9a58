"""The sound of drawn films: speech where the truth says, and all else well below it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from scenewise.core.errors import VoiceMissing
from scenewise.core.time import Span, complement, shared
from scenewise.models.speech import SileroDetector
from scenewise.models.voices import espeak_library
from scenewise.synthetic import sound
from scenewise.synthetic.dialogue import SpokenLine, lines_for
from scenewise.synthetic.effects import EFFECTS, Effect, effects_for, render
from scenewise.synthetic.grammar import random_event
from scenewise.synthetic.music import MOODS, music
from scenewise.synthetic.sound import Stems, soundtrack, stems
from scenewise.synthetic.world import CHARACTERS, SETTINGS, Event

RATE = 48_000
LENGTH = 60.0


def script(seed: int) -> tuple[list[SpokenLine], list[Effect]]:
    """Six lines anywhere in a minute, and a different event every five seconds."""
    rng = np.random.default_rng(seed)
    cast = [CHARACTERS[i] for i in rng.permutation(len(CHARACTERS))[:4]]
    starts = np.sort(rng.uniform(0, LENGTH - 5, 6))
    lines = [
        replace(line, start=float(start))
        for line, start in zip(lines_for(cast, rng, 6), starts, strict=True)
    ]
    effects = [
        effect
        for at in range(0, int(LENGTH), 5)
        for effect in effects_for(random_event(rng), Span(at, at + 5))
    ]
    return lines, effects


def made(seed: int) -> Stems:
    lines, effects = script(seed)
    return stems(LENGTH, lines, mood=MOODS[seed % len(MOODS)], effects=effects, seed=seed)


def level(samples: np.ndarray) -> float:
    """Root mean square in dB."""
    return float(10 * np.log10(np.mean(samples.astype(np.float64) ** 2) + 1e-20))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_detector_finds_the_dialogue_and_takes_nothing_else_for_it(seed: int) -> None:
    lines, effects = script(seed)
    heard, told = soundtrack(LENGTH, lines, mood=MOODS[seed], effects=effects, seed=seed)
    spans = [one.span for one in told]
    found = SileroDetector().detect([heard])
    spoken = sum(span.duration for span in spans)
    assert len(told) == len(lines)
    assert shared(found, spans) >= 0.9 * spoken
    rest = complement(spans, Span(0, LENGTH))
    assert shared(found, rest) < 0.05 * (LENGTH - spoken)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_all_else_is_well_below_people_while_they_speak(seed: int) -> None:
    parts = made(seed)
    assert parts.utterances
    for one in parts.utterances:
        first, last = round(one.span.start * RATE), round(one.span.end * RATE)
        below = level(parts.speech[:, first:last]) - level(parts.bed[:, first:last])
        assert below >= 14, one
    between = complement([one.span.padded(0.5) for one in parts.utterances], Span(0, LENGTH - 1))
    for span in between:
        heard = parts.bed[:, round(span.start * RATE) : round(span.end * RATE)]
        assert level(heard) > -50  # it is there where nobody speaks


def test_spans_begin_and_end_with_the_speech() -> None:
    parts = made(4)
    covered = np.zeros(parts.speech.shape[1], bool)
    for one in parts.utterances:
        first, last = round(one.span.start * RATE), round(one.span.end * RATE)
        covered[first:last] = True
        line = np.abs(parts.speech[:, first:last]).max(axis=0)
        near = round(0.02 * RATE)
        assert line[:near].max() > 0.008 * line.max()
        assert line[-near:].max() > 0.008 * line.max()
    assert not parts.speech[:, ~covered].any()


def test_cutting_the_ends_of_lines_takes_no_speech_away() -> None:
    for character in CHARACTERS[:4]:
        text = "Somebody is waiting for you at the station."
        kept = sound._line(text, character.name, RATE)
        voice, pitch = sound._voice(character.name)
        whole = voice.say(text)
        assert kept.size / RATE == pytest.approx(whole.duration / pitch, abs=0.13)
        assert kept.size / RATE <= whole.duration / pitch


def test_lines_start_when_they_shall_or_after_the_one_before() -> None:
    lines = [
        SpokenLine("I promised that I would come.", "Anna", start=1.0),
        SpokenLine("You came back after all.", "Bruno", start=1.2),
        SpokenLine("Do you hear that?", "Anna", start=8.0),
        SpokenLine("This is too late to be said before the film ends.", "Bruno", start=9.0),
    ]
    _, told = soundtrack(10.0, lines)
    assert [one.text for one in told] == [line.text for line in lines[:3]]
    assert told[0].span.start == pytest.approx(1.0)
    assert told[1].span.start == pytest.approx(told[0].span.end + 0.25, abs=0.001)
    assert told[2].span.start == pytest.approx(8.0)
    assert all(one.span.duration > 0.3 for one in told)


def test_everybody_has_a_voice_of_their_own() -> None:
    voices = [sound._line("Good morning.", one.name, RATE) for one in CHARACTERS]
    for at, one in enumerate(voices):
        for other in voices[at + 1 :]:
            assert one.size != other.size or not np.allclose(one, other)


def test_nothing_clips_however_much_sounds_at_once() -> None:
    whole = Span(0, 20)
    effects = [Effect(name, whole, level=8) for name in EFFECTS]
    lines = lines_for(CHARACTERS[:3], np.random.default_rng(0), 6)
    heard, _ = soundtrack(20.0, lines, mood="merry", effects=effects)
    assert heard.samples.shape == (2, 20 * RATE)
    assert 0.3 < np.abs(heard.samples).max() < 0.9


def test_the_same_seed_sounds_the_same() -> None:
    lines, effects = script(1)
    first, second, other = (
        soundtrack(20.0, lines, effects=effects, seed=seed)[0].samples for seed in (5, 5, 6)
    )
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


def test_films_of_no_length_and_effects_outside_make_no_trouble() -> None:
    heard, told = soundtrack(0.0, [SpokenLine("Hello.", "Anna")])
    assert heard.samples.shape == (2, 0)
    assert told == []
    late = [Effect("rain", Span(5, 9)), Effect("thud", Span(0.9, 0.9005))]
    heard, _ = soundtrack(1.0, [], effects=late)
    assert heard.duration == 1.0
    assert np.isfinite(heard.samples).all()


@pytest.mark.parametrize("name", sorted(EFFECTS))
def test_each_effect_is_as_loud_as_it_shall_be(name: str) -> None:
    quiet, loud = (
        render(Effect(name, Span(0, 5), gain), 5 * RATE, RATE, np.random.default_rng(0))
        for gain in (0.5, 1.0)
    )
    assert np.allclose(2 * quiet, loud, atol=1e-5)
    assert 0.05 < np.sqrt(np.mean(loud**2)) <= 0.6
    assert np.abs(loud).max() <= 6


@pytest.mark.parametrize("mood", MOODS)
def test_music_is_even_and_differs_by_seed(mood) -> None:
    first, other = (music(10 * RATE, mood, np.random.default_rng(s), RATE) for s in (0, 3))
    assert np.sqrt(np.mean(first**2)) == pytest.approx(1.0, abs=0.1)
    assert not np.allclose(first, other)
    assert np.abs(np.diff(first, axis=1)).max() < 0.5  # no click where chords join


def test_what_is_heard_fits_what_is_seen() -> None:
    span = Span(2, 6)

    def names(event: Event) -> set[str]:
        heard = effects_for(event, span)
        assert all(one.span == span for one in heard)
        return {one.name for one in heard}

    assert names(Event("Anna", "throw", "beach", "ball", weather="rain")) == {
        "sea", "rain", "thud"
    }  # fmt: skip
    assert names(Event("Anna", "walk", "forest")) == {"birds", "steps"}
    assert names(Event("Anna", "sleep", "kitchen", weather="rain")) == set()
    assert "crickets" in names(Event("Anna", "sleep", "park", hour="night"))
    rng = np.random.default_rng(0)
    used = set().union(*(names(random_event(rng)) for _ in range(3000)))
    assert used == set(EFFECTS)
    indoors = {setting.name for setting in SETTINGS if not setting.outdoors}
    for _ in range(300):
        event = random_event(rng)
        if event.setting in indoors:
            assert not names(event) & {"rain", "wind", "birds", "sea", "traffic"}


def test_it_costs_little() -> None:
    lines, effects = script(7)
    _costs(lines, effects)  # loads what is loaded once
    assert min(_costs(lines, effects) for _ in range(3)) <= 0.02 * LENGTH


def _costs(lines: Sequence[SpokenLine], effects: Sequence[Effect]) -> float:
    sound._line.cache_clear()
    before = time.process_time()
    soundtrack(LENGTH, lines, effects=effects)
    return time.process_time() - before


def test_without_espeak_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> tuple[str, str | None]:
        raise VoiceMissing("espeak-ng is not installed", remedy=espeak_library.REMEDY)

    sound._line.cache_clear()
    sound._voice.cache_clear()
    monkeypatch.setattr(espeak_library, "languages", missing)
    with pytest.raises(VoiceMissing, match="espeak-ng"):
        soundtrack(5.0, [SpokenLine("Hello.", "Anna")])
    heard, _ = soundtrack(5.0, [])
    assert heard.duration == 5.0
