"""The demo film is what its truth says."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from scenewise.core.errors import OutputUnwritable
from scenewise.core.media_types import Audio, Image
from scenewise.core.ports import VoiceOptions
from scenewise.core.time import Span, complement, shared
from scenewise.media.probe import probe_film
from scenewise.media.reading import Film
from scenewise.media.sound import read_sound
from scenewise.models.speech import SileroDetector
from scenewise.models.text_reader import RapidReader
from scenewise.models.voices.choosing import voice_for
from scenewise.synthetic import demo_film as drawing_module
from scenewise.synthetic import make_demo_film
from scenewise.synthetic.demo_film import SOUND_RATE

pytestmark = [pytest.mark.film]


class Mute:
    """A voice that takes its time and is not heard."""

    name = "mute"
    options = VoiceOptions()

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def say(self, text: str) -> Audio:
        """Silence of a length that does not depend on the words."""
        return Audio(np.zeros((1, round(self._seconds * SOUND_RATE)), np.float32), SOUND_RATE)


@dataclass
class Drawn:
    """Stands where a film is written, and keeps what would be in it: a hash of all pictures and
    samples, and the pictures of some numbers."""

    wanted: frozenset[int] = frozenset()
    hash: str = ""
    kept: dict[int, Image] = field(default_factory=dict)

    def __call__(self, path: Path, pictures: Iterable[Image], *, rate: float, sound: Audio) -> None:
        made = hashlib.sha256(sound.samples.tobytes())
        for number, picture in enumerate(pictures):
            made.update(np.ascontiguousarray(picture).tobytes())
            if number in self.wanted:
                self.kept[number] = picture.copy()
        self.hash = f"{made.hexdigest()} {path.suffix} {rate}"


def words(text: str) -> list[str]:
    """Letters and digits alone, without accents' case."""
    return re.findall(r"[a-z0-9]+", text.lower())


def test_the_file_is_as_long_as_the_truth_and_holds_picture_and_sound(demo_film) -> None:
    info = probe_film(demo_film.path)
    assert info.duration == pytest.approx(demo_film.truth.duration, abs=0.05)
    assert info.video is not None
    assert (info.video.width, info.video.height, info.video.rate) == (960, 540, 25.0)
    assert [stream.layout for stream in info.audio] == ["stereo"]


def test_pictures_change_at_once_exactly_where_the_cuts_are(demo_film) -> None:
    times, changes, before = [], [], None
    for frame in Film(demo_film.path).frames():
        small = frame.scaled(96, 54).astype(np.int16)
        if before is not None:
            times.append(frame.time)
            changes.append(float(np.abs(small - before).mean()))
        before = small
    found = [time for time, change in zip(times, changes, strict=True) if change > 12]
    truth = demo_film.truth
    # a card is faded in and out, so that a cut to or from one is a small change
    assert all(min(abs(time - cut) for cut in truth.cuts) <= 0.041 for time in found)
    between = [cut for cut in truth.cuts if cut not in (5.0, 34.0)]
    for cut in between:
        assert min(abs(time - cut) for time in found) <= 0.041, cut
    starts = [span.start for _, span in truth.scenes]
    assert starts == [0.0, *truth.cuts]
    assert truth.scenes[-1][1].end == truth.duration


@pytest.mark.slow
def test_people_are_heard_where_they_speak_and_nowhere_else(demo_film) -> None:
    truth = demo_film.truth
    heard = SileroDetector().detect(read_sound(demo_film.path))
    spoken = [span for _, span in truth.dialogue]
    assert len(spoken) == 2
    for span in spoken:
        assert shared([span], heard) >= 0.85 * span.duration
    silence = complement([span.padded(0.4) for span in spoken], Span(0.0, truth.duration))
    assert shared(heard, silence) == 0


@pytest.mark.slow
def test_what_is_written_can_be_read_and_nothing_else(demo_film) -> None:
    reader = RapidReader()
    truth = demo_film.truth
    middles = [span.middle for _, span in truth.scenes]
    for frame, (_, scene) in zip(Film(demo_film.path).at(middles), truth.scenes, strict=True):
        expected = [text for text, span in truth.written if span == scene]
        lines = sorted(reader.read(frame.image), key=lambda line: line.box[1])
        read = words(" ".join(line.text for line in lines))
        assert read == words(" ".join(expected))


def test_the_truth_lies_beside_the_film(demo_film) -> None:
    kept = json.loads(demo_film.path.with_suffix(".truth.json").read_text("utf-8"))
    truth = demo_film.truth
    assert kept["duration"] == truth.duration
    assert tuple(kept["cuts"]) == truth.cuts
    assert [text for text, _ in kept["written"]] == [text for text, _ in truth.written]
    assert [(line, Span(span["start"], span["end"])) for line, span in kept["dialogue"]] == list(
        truth.dialogue
    )


@pytest.mark.slow
def test_the_film_is_the_same_each_time(demo_film, tmp_path, monkeypatch) -> None:
    speakers = (
        voice_for("espeak", VoiceOptions("en-GB", "en-gb+f3", 165)),
        voice_for("espeak", VoiceOptions("en-US", "en-us+m7", 155)),
    )
    # what x264 makes of equal pictures differs by some levels, by what lies in its memory
    # (macroblock tree); so what is drawn is compared, and what is on disk with that
    numbers = range(20, 1000, 70)
    drawings = []
    for name in ("one.mp4", "two.mp4"):
        drawing = Drawn(frozenset(numbers))
        monkeypatch.setattr(drawing_module, "write_film", drawing)
        assert make_demo_film(tmp_path / name, speakers) == demo_film.truth
        drawings.append(drawing)
    assert drawings[0].hash == drawings[1].hash
    shown = {
        number: np.array(frame.image)
        for number, frame in enumerate(Film(demo_film.path).frames())
        if number in numbers
    }
    assert list(shown) == list(numbers)
    for number, picture in shown.items():
        apart = np.abs(picture.astype(int) - drawings[0].kept[number])
        assert apart.mean() < 4, number


@pytest.mark.slow
def test_only_what_the_speakers_say_is_added_and_where_the_truth_puts_it(
    demo_film, tmp_path
) -> None:
    truth = demo_film.truth
    lengths = [span.duration for _, span in truth.dialogue]
    quiet = tmp_path / "quiet.mp4"
    silent = make_demo_film(quiet, (Mute(lengths[0]), Mute(lengths[1])))
    assert silent.dialogue == truth.dialogue
    sounds = [
        np.concatenate([part.samples for part in read_sound(path, mono=True)], axis=1)[0]
        for path in (demo_film.path, quiet)
    ]
    apart = np.abs(sounds[0] - sounds[1])
    blocks = apart[: apart.size // 480 * 480].reshape(-1, 480)  # of 10 ms each
    at = np.flatnonzero(blocks.max(axis=1) > 0.02) / 100
    spoken = [span for _, span in truth.dialogue]
    assert all(any(span.padded(0.05).contains(time) for span in spoken) for time in at)
    assert 0.7 * sum(lengths) < at.size / 100 <= sum(lengths) + 0.1


def test_a_film_that_cannot_be_written_leaves_nothing(tmp_path) -> None:
    folder = tmp_path / "nowhere"
    with pytest.raises(OutputUnwritable):
        make_demo_film(folder / "film.mp4", (Mute(1.0), Mute(1.0)))
    assert not folder.exists()
