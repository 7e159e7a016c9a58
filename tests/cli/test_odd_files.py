"""Every odd file is described properly or refused properly."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from scenewise.media.probe import FilmInfo, probe
from scenewise.media.reading import Film
from scenewise.media.sound import read_sound

pytestmark = [pytest.mark.film, pytest.mark.slow]

TEXT = ("--captioner", "text", "--voice", "espeak", "--quiet")


@dataclass(frozen=True)
class Odd:
    """A file and what becomes of it.

    Args:
        path: below the folder of films.
        says: words of the refusal; empty for a film.
        suffix: of the described film.
        seconds: length of the film.
        spoken: words that must be spoken.
        noted: words that a note must hold.
    """

    path: str
    says: str = ""
    suffix: str = ".mp4"
    seconds: float = 0.0
    spoken: str = ""
    noted: str = ""


REFUSED = [
    Odd("odd/LICENSE.moviepy", says="this is text"),
    Odd("odd/LICENSE.streamio-ffmpeg", says="this is text"),
    Odd("odd/WrongFile.mp4", says="cannot be read as a video"),
    Odd("odd/broken.mp4", says="cannot be read as a video"),
    Odd("odd/empty.flv", says="cannot be read as a video"),
    Odd("odd/audio_only_51_opus.mp4", says="no moving picture"),
    Odd("described/rabbit/audio-description.mp3", says="no moving picture"),
    Odd("scenecut/testvideo_scenes.csv", says="this is text"),
]
DESCRIBED = [
    Odd("odd/av1_video.mkv", suffix=".webm", seconds=5.0),
    Odd("odd/awesome movie.mov", seconds=7.56),
    Odd("odd/decord_corrupted.mp4", seconds=5.0, noted="could not be decoded"),
    Odd("odd/decord_video_90.mov", seconds=0.1),
    Odd("odd/h264_10bits.mp4", seconds=1.0),
    Odd("odd/no_duration.webm", suffix=".webm", seconds=4.94),
    Odd("odd/portrait.MOV", seconds=2.07),
    Odd("odd/te[s]t_ video ' _ .flv", seconds=1.88, spoken="radio free haskell"),
    Odd("odd/theora_repeat_packets_4s.ogv", suffix=".mkv", seconds=4.02),
    Odd("odd/transparent.webm", suffix=".webm", seconds=5.0),
    Odd("odd/var_fps_video.mp4", seconds=14.93),
    Odd("scenecut/counter.mp4", seconds=3.0),
    Odd("scenecut/delayed_start.mp4", seconds=2.04),
    Odd("scenecut/fades.mp4", seconds=10.0),
    Odd("scenecut/testvideo.mp4", seconds=24.02),
    Odd("signs/yes.mkv", seconds=2.2),
    Odd("signs/eat.mkv", seconds=1.57),
    Odd("objects/pig.mp4", seconds=6.53),
    Odd("nature/flower.mp4", seconds=5.05),
    Odd("nature/nasa_13013.mp4", seconds=13.06),
    Odd("nature/tractor_vp9.webm", suffix=".webm", seconds=9.92),
    Odd("people/bottle-detection.mp4", seconds=39.85),
    Odd("described/rabbit/video.webm", suffix=".webm", seconds=13.7),
    Odd("film/friday.mp4", seconds=6.17),
    Odd("film/sintel_5s.mp4", suffix=".mp4", seconds=5.02),
]


def test_no_odd_file_is_forgotten(data) -> None:
    told = {odd.path for odd in (*REFUSED, *DESCRIBED)}
    here = {path.relative_to(data).as_posix() for path in (data / "odd").iterdir()}
    assert here <= told


@pytest.mark.parametrize("odd", REFUSED, ids=lambda odd: odd.path)
def test_what_is_no_film_is_refused_in_one_line(odd, data, command, tmp_path) -> None:
    out = tmp_path / "out"
    ran = command("describe", data / odd.path, "-o", out, *TEXT)
    assert ran.code == 2, ran
    assert len(ran.lines) == 1, ran.err
    assert odd.says in ran.lines[0]
    assert Path(odd.path).name in ran.lines[0]
    assert ran.out == ""
    assert not out.exists()


@pytest.mark.parametrize("odd", DESCRIBED, ids=lambda odd: odd.path)
def test_a_film_is_described_and_passes_its_own_check(odd, data, command, tmp_path) -> None:
    film = data / odd.path
    before = hashlib.sha256(film.read_bytes()).digest()
    ran = command("describe", film, "-o", tmp_path, *TEXT, "--json")
    assert ran.code == 0, ran
    assert ran.err == ""
    told = json.loads(ran.out)
    described = Path(told["film"])
    assert described == tmp_path / f"{film.stem}.described{odd.suffix}"
    assert told["check"]["passed"], _failures(told["check"])
    lines = [line for line in told["script"]["descriptions"] if line["start"] is not None]
    words = " ".join(line.get("spoken") or line["text"] for line in lines).lower()
    assert odd.spoken in words
    assert odd.noted in " ".join(told["warnings"])

    _require_whole(probe(film), probe(described), odd, speaks=bool(lines))
    late = _require_same_pictures(film, described)
    if probe(film).programme is not None:
        _require_same_sound(film, described, late)
    checked = command("check", described, "--json")
    assert checked.code == 0, _failures(json.loads(checked.out))
    assert hashlib.sha256(film.read_bytes()).digest() == before


def _failures(check: dict[str, object]) -> list[object]:
    return [m for m in check["measures"] if m["passed"] is False and m["severity"] == "error"]


def _require_whole(source: FilmInfo, made: FilmInfo, odd: Odd, *, speaks: bool) -> None:
    """The described film has all that the source has, and the described sound beside it."""
    assert made.duration == pytest.approx(odd.seconds, abs=0.15)
    (mixed,) = (stream for stream in made.audio if stream.described)
    assert mixed.default
    assert made.audio[0] == mixed, "players that take the first sound must find the described one"
    assert len(made.audio) == len(source.audio) + 1
    assert not any(stream.default for stream in made.audio if stream != mixed)
    assert sum(stream.described for stream in made.subtitles) == speaks
    assert len(made.subtitles) == len(source.subtitles) + speaks


def _require_same_pictures(film: Path, described: Path) -> float:
    """By how much they come later: some formats tell time in milliseconds, and Matroska lets
    nothing begin before zero."""
    late = []
    for (at, was), (now, shown) in zip(_pictures(film), _pictures(described), strict=True):
        assert shown == was, f"the picture at {at} s is another"
        late.append(now - at)
    assert max(late) - min(late) <= 0.0015
    assert 0 <= round(min(late), 3) <= 0.005
    return late[0]


def _require_same_sound(film: Path, described: Path, late: float) -> None:
    """The film's own sound is carried as it is, and stays with the pictures."""
    (was, rate), (kept, _) = _sound(film), _sound(described)
    assert kept.shape[1] == pytest.approx(was.shape[1], abs=4096)
    shift = round(late * rate)
    common = min(was.shape[1], kept.shape[1]) - 8192  # without encoders' start-up at either end
    apart = [
        np.abs(was[:, 4096 : 4096 + common] - kept[:, 4096 + k : 4096 + k + common]).max(initial=0)
        for k in (shift - 1, shift, shift + 1)
    ]
    assert min(apart) < 1e-4


def _sound(path: Path) -> tuple[np.ndarray, int]:
    """The film's own sound and its rate."""
    own = probe(path).programme
    assert own is not None
    assert not own.described
    parts = list(read_sound(path, stream=own.index))
    return np.concatenate([part.samples for part in parts], axis=1), parts[0].rate


def _pictures(path: Path) -> list[tuple[float, str]]:
    """Time and content of some of a film's pictures, small."""
    pictures = []
    for number, frame in enumerate(Film(path).frames()):
        if number % 10 == 0:
            small = frame.detached(64).image.tobytes()
            pictures.append((round(frame.time, 3), hashlib.sha256(small).hexdigest()))
    return pictures
