"""Listening beside other work hears what listening alone does, and ends when it is told to."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from scenewise.core.errors import InputError
from scenewise.core.media_types import Audio
from scenewise.core.plugins import load
from scenewise.core.time import Span
from scenewise.description.cache import Cache
from scenewise.description.hearing import Listening, begin_listening, hear
from scenewise.description.work import Work
from scenewise.media.loudness import measure, measure_spans
from scenewise.media.probe import probe
from scenewise.media.sound import read_sound, write_sound


class Told:
    """Progress that remembers what it was told."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.reached: list[float] = []

    @contextmanager
    def step(self, what: str, total: float | None = None):
        self.steps.append(what)
        yield self

    def say(self, message: str) -> None: ...

    def advance(self, amount: float = 1.0) -> None: ...

    def reach(self, position: float) -> None:
        self.reached.append(position)


class Patient:
    """Takes its time over every second of sound; speech is the third second."""

    name = "patient"

    def __init__(self, wait: float) -> None:
        self.wait, self.heard = wait, 0

    def detect(self, sound: Iterable[Audio]) -> list[Span]:
        for _ in sound:
            self.heard += 1
            time.sleep(self.wait)
        return [Span(2.0, 3.0)]


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    t = np.arange(48_000) / 48_000
    wave = (0.3 * np.sin(2 * np.pi * 440 * t)).astype(np.float32)
    path = tmp_path / "tone.wav"
    write_sound(path, (Audio(wave[None] * (i + 1) / 10, 48_000) for i in range(8)))
    return path


@pytest.mark.slow
def test_it_hears_what_a_plain_pass_hears(data: Path) -> None:
    film = probe(data / "film/sintel_trailer_52s.mp4")
    detector = load("speech detector", "silero")()
    work = Work(Cache(None))
    with begin_listening(film, "x", detector, work) as begun:
        assert isinstance(begun, Listening)
        beside = hear(film, "x", detector, work, begun)
    dialogue = detector.detect(read_sound(film.path))
    assert list(beside.dialogue) == dialogue
    assert beside.programme == measure(read_sound(film.path))
    assert beside.speech == measure_spans(read_sound(film.path), dialogue)
    assert beside == hear(film, "x", detector, work)


def test_progress_and_time_are_those_of_the_wait(tone: Path) -> None:
    told = Told()
    work = Work(Cache(None), told)
    with begin_listening(probe(tone), "x", Patient(0.05), work) as begun:
        assert told.steps == []
        time.sleep(0.2)
        sound = hear(probe(tone), "x", Patient(0.0), work, begun)
    assert sound.dialogue == (Span(2.0, 3.0),)
    assert told.steps == ["Listening for dialogue"]
    assert told.reached == sorted(told.reached)
    assert told.reached[-1] <= 8.0
    assert 0 < work.timings.seconds["listen"] < 0.45  # of at least 0.4 s in all


def test_leaving_early_ends_it(tone: Path) -> None:
    detector = Patient(0.2)
    threads = threading.active_count()
    with begin_listening(probe(tone), "x", detector, Work(Cache(None))):
        time.sleep(0.1)
    assert detector.heard < 8
    assert threading.active_count() == threads


def test_what_goes_wrong_is_raised_where_the_result_is_asked_for(tone: Path) -> None:
    film, work = probe(tone), Work(Cache(None))
    tone.write_bytes(b"no sound at all")
    with (
        begin_listening(film, "x", Patient(0.0), work) as begun,
        pytest.raises(InputError, match=r"tone\.wav"),
    ):
        hear(film, "x", Patient(0.0), work, begun)


def test_what_is_known_is_not_listened_to_again(tone: Path, tmp_path: Path) -> None:
    work = Work(Cache(tmp_path / "cache"))
    film = probe(tone)
    with begin_listening(film, "x", Patient(0.0), work) as begun:
        first = hear(film, "x", Patient(0.0), work, begun)
    with begin_listening(film, "x", Patient(0.0), work) as begun:
        assert begun is None
        assert hear(film, "x", Patient(0.0), work, begun) == first
    assert work.timings.reused == {"listen"}


def test_a_film_without_sound_is_all_gap(data: Path) -> None:
    silent = probe(data / "scenecut/counter.mp4")
    assert not silent.audio
    work = Work(Cache(None))
    with begin_listening(silent, "x", Patient(0.0), work) as begun:
        assert begun is None
        assert hear(silent, "x", Patient(0.0), work, begun).dialogue == ()
