"""What a file holds, and which files are refused with which sentence."""

from __future__ import annotations

import hashlib
import os
import sys
import wave
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np
import pytest
from av.stream import Disposition
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pil

from scenewise.core.errors import (
    FileMissing,
    FileUnreadable,
    NotAVideo,
    OutputUnwritable,
    ScenewiseError,
)
from scenewise.media.containers import Clock, file_url
from scenewise.media.errors import reading_error, reading_errors, writing_errors
from scenewise.media.probe import digest, probe, probe_film
from scenewise.media.reading import Film


def test_the_header_of_a_film_is_told(films, sine) -> None:
    path = films.film("a.mp4", count=50, sound=[sine(2.0, channels=2)])
    info = probe_film(path)
    assert info.video is not None
    assert (info.container, info.size, info.start) == ("mov", path.stat().st_size, 0)
    assert info.duration == pytest.approx(2.0, abs=0.05)
    assert (info.video.codec, info.video.width, info.video.height) == ("h264", 192, 128)
    assert (info.video.rate, info.video.rotation, info.video.start) == (25.0, 0, 0.0)
    assert (info.video.hdr, info.video.alpha, info.video.pixel_format) == (False, False, "yuv420p")
    assert [(s.codec, s.rate, s.channels, s.layout) for s in info.audio] == [
        ("aac", 48_000, 2, "stereo")
    ]
    assert info.subtitles == ()


def test_real_headers_are_told_as_they_are(data: Path) -> None:
    nasa = probe(data / "nature/nasa_13013.mp4")
    assert nasa.video is not None
    assert nasa.video.index == 3
    assert [s.index for s in nasa.audio] == [1, 4]
    assert [(s.index, s.codec, s.language) for s in nasa.subtitles] == [
        (2, "mov_text", "eng"),
        (5, "mov_text", "eng"),
    ]
    assert nasa.programme is not None
    assert nasa.programme.index == 4
    late = probe(data / "scenecut/delayed_start.mp4")
    assert late.video is not None
    assert late.video.start == pytest.approx(1.075)
    assert late.duration == pytest.approx(2.035)
    assert probe(data / "odd/no_duration.webm").duration is None
    surround = probe(data / "described/rabbit/video.mp4")
    assert [(s.channels, s.layout) for s in surround.audio] == [(6, "5.1")]
    sound = probe(data / "odd/audio_only_51_opus.mp4")
    assert sound.video is None
    assert sound.audio[0].layout == "5.1"


def test_a_described_track_is_known_by_its_flags_or_its_title(films, sine) -> None:
    def set_up(index: int, track) -> None:
        if index == 0:
            track.disposition = Disposition.default | Disposition.visual_impaired
        if index == 1:
            track.metadata["title"] = "English Audio Description"
        if index == 2:
            track.metadata["title"] = "Shade and Madness"
            track.metadata["language"] = "eng"
        if index == 3:
            track.disposition = Disposition.comment

    path = films.film("d.mkv", count=10, sound=[sine(0.4)] * 4, set_up_sound=set_up)
    info = probe(path)
    assert [s.described for s in info.audio] == [True, True, False, False]
    assert [s.programme for s in info.audio] == [False, False, True, False]
    assert [s.default for s in info.audio] == [True, False, False, False]
    assert info.programme == info.audio[2]
    assert (info.audio[2].language, info.audio[2].title) == ("eng", "Shade and Madness")


# ---------------------------------------------------------------- refusals


def _still(folder: Path, suffix: str) -> Path:
    path = folder / f"still{suffix}"
    Pil.fromarray(np.full((32, 48, 3), 90, np.uint8)).save(path)
    return path


def _made(kind: str, films, sine) -> Path:
    folder = films.folder
    path = folder / "x.mp4"
    if kind == "empty":
        path.touch()
    elif kind == "text named mp4":
        path.write_text("This is not a film, it is a letter.\n" * 20, encoding="utf-8")
    elif kind == "other alphabet named mp4":
        path.write_text("это письмо\n" * 500, encoding="utf-8")
    elif kind == "text":
        path = folder / "letter.txt"
        path.write_text("a letter\n" * 50, encoding="utf-8")
    elif kind == "captions":
        path = folder / "captions.srt"
        path.write_text("1\n00:00:01,000 --> 00:00:02,000\nHello\n", encoding="utf-8")
    elif kind.startswith("."):
        path = _still(folder, kind)
    elif kind == "sound":
        path = folder / "sound.wav"
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(bytes(16000))
    elif kind == "sound with cover":
        path = folder / "song.mp4"
        with av.open(str(path), "w") as container:
            track = container.add_stream("aac", rate=8000)
            track.layout = "mono"
            cover = container.add_stream("mjpeg", rate=1)
            cover.width, cover.height, cover.pix_fmt = 64, 64, "yuvj420p"
            cover.disposition = Disposition.attached_pic
            frame = av.VideoFrame(64, 64, "yuvj420p")
            container.mux(cover.encode(frame))
            container.mux(cover.encode(None))
            sound = av.AudioFrame.from_ndarray(sine(1.0, 8000), format="fltp", layout="mono")
            sound.sample_rate = 8000
            container.mux(track.encode(sound))
            container.mux(track.encode(None))
    elif kind == "noise":
        path.write_bytes(np.random.default_rng(0).bytes(20_000))
    elif kind == "no index":
        whole = films.film("whole.mp4", count=30).read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
    elif kind == "nothing decodes":
        whole = bytearray(films.film("whole.mp4", count=30).read_bytes())
        start, end = whole.index(b"mdat") + 4, whole.index(b"moov") - 4
        whole[start:end] = bytes(end - start)
        path.write_bytes(whole)
    return path


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("empty", "the file is empty"),
        ("text named mp4", "this is text, not a video"),
        ("other alphabet named mp4", "this is text, not a video"),
        ("text", "this is text, not a video"),
        ("captions", "this is text, not a video"),
        (".png", "this is a still image"),
        (".jpg", "this is a still image"),
        (".gif", "this is a still image"),
        (".webp", "this is a still image"),
        (".bmp", "this is a still image"),
        (".tiff", "this is a still image"),
        ("sound", "this holds sound but no moving picture"),
        ("sound with cover", "this holds sound but no moving picture"),
        ("noise", "it cannot be read as a video"),
        ("no index", "it cannot be read as a video"),
        ("nothing decodes", "no picture of this video can be decoded"),
    ],
)
def test_what_is_not_a_film_is_refused_in_one_fitting_sentence(
    films, sine, kind: str, said: str
) -> None:
    path = _made(kind, films, sine)
    with pytest.raises(NotAVideo) as refused:
        Film(path)
    error = refused.value
    assert said in str(error)
    assert str(path) in str(error)
    assert error.remedy
    assert error.exit_code == 2
    assert "\n" not in str(error)


def test_the_headers_of_sound_and_text_alone_can_be_read(films, sine) -> None:
    assert probe(_made("sound", films, sine)).audio[0].rate == 8000
    assert probe(_made("captions", films, sine)).subtitles[0].codec in ("subrip", "srt")


def test_missing_files_folders_and_forbidden_files_are_told_apart(tmp_path: Path) -> None:
    for ask in (probe, probe_film, digest, Film):
        with pytest.raises(FileMissing):
            ask(tmp_path / "none.mp4")
        with pytest.raises(FileUnreadable):
            ask(tmp_path)
    closed = tmp_path / "closed.mp4"
    closed.write_bytes(b"x")
    closed.chmod(0)
    if sys.platform != "win32" and os.geteuid() != 0:
        with pytest.raises(FileUnreadable):
            probe(closed)
    with pytest.raises(FileMissing):
        probe(closed / "inside.mp4") if os.name == "nt" else probe(tmp_path / "no" / "x.mp4")


NAMES = [
    "plain name.mp4",
    'it\'s "quoted".mp4' if os.name != "nt" else "it's quoted.mp4",
    "te[s]t_ (video) {1}.mp4",
    "фильм 映画 فيلم.mp4",
    "-leading-dash.mp4",
    "frame%03d.mp4",
    "100% & #1?.mp4" if os.name != "nt" else "100% & #1.mp4",
    "émigré\u0301.mp4",
    "no suffix",
    ".hidden.mp4",
]
if os.name != "nt":
    NAMES += ["file:x.mp4", "http:x.mp4", "concat:a|b.mp4", "C:\\film.mp4", "pipe:0", "*.mp4"]


@pytest.mark.parametrize("name", NAMES)
def test_names_mean_nothing_but_the_file(films, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = films.film("made.mp4", count=3).rename(films.folder / name)
    monkeypatch.chdir(films.folder)
    for form in (path, Path(name), name):
        film = Film(form)
        assert sum(1 for _ in film.frames()) == 3
        assert digest(form) == digest(path)


def test_the_address_of_a_file_is_literal() -> None:
    assert file_url(Path("a%20b:c.mp4")) == "file:a%20b:c.mp4"


def test_tags_that_are_not_utf8_do_not_stop_a_film(films) -> None:
    path = films.film("tag.mkv", count=3, set_up=lambda s: s.metadata.update(title="TITLETITLE"))
    content = path.read_bytes()
    assert b"TITLETITLE" in content
    path.write_bytes(content.replace(b"TITLETITLE", b"T\xe9\xe8\xff\xfeTITLE"))
    assert sum(1 for _ in Film(path).frames()) == 3


def test_a_playlist_may_name_files_beside_it_but_nothing_on_the_network(films) -> None:
    films.film("part.ts", count=10)
    playlist = films.folder / "list.m3u8"
    head = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:0.4,\n"
    playlist.write_text(f"{head}part.ts\n#EXT-X-ENDLIST\n", encoding="utf-8")
    assert sum(1 for _ in Film(playlist).frames()) == 10
    playlist.write_text(f"{head}http://localhost:9/x.ts\n#EXT-X-ENDLIST\n", encoding="utf-8")
    with pytest.raises(NotAVideo):
        Film(playlist)


# ---------------------------------------------------------------- small parts


def test_the_digest_is_that_of_the_content_and_nothing_else(tmp_path: Path) -> None:
    content = np.random.default_rng(0).bytes(3_000_001)
    one, two = tmp_path / "one.mp4", tmp_path / "two.mkv"
    one.write_bytes(content)
    two.write_bytes(content)
    assert digest(one) == digest(two)
    assert digest(one) == "blake2b:" + hashlib.blake2b(content, digest_size=32).hexdigest()
    two.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert digest(one) != digest(two)


class _Stream:
    time_base = Fraction(1001, 30_000)


@given(st.integers(-(10**6), 10**9), st.integers(0, 10**5))
@settings(max_examples=60, deadline=None)
def test_a_time_stamp_survives_the_way_to_seconds_and_back(stamp: int, zero: int) -> None:
    clock = Clock(_Stream(), Fraction(zero, 90_000))  # type: ignore[arg-type]
    assert clock.stamp(clock.seconds(stamp) + 0.001) == stamp


def _ffmpeg_errors() -> list[type[Exception]]:
    return sorted(set(av.error.classes.values()), key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", _ffmpeg_errors(), ids=lambda kind: kind.__name__)
def test_every_error_of_ffmpeg_is_mapped_with_a_remedy(kind: type[Exception]) -> None:
    for manager in (reading_errors, writing_errors):
        with pytest.raises(ScenewiseError) as mapped, manager("film.mp4"):
            raise kind(1, "Some message", "film.mp4")
        assert mapped.value.exit_code == 2
        assert mapped.value.path == Path("film.mp4")
        assert mapped.value.remedy
    assert isinstance(mapped.value, OutputUnwritable)


def test_our_own_errors_pass_unchanged() -> None:
    ours = FileMissing("x")
    assert reading_error(ours, "f") is ours
    with pytest.raises(FileMissing) as passed, reading_errors("f"), writing_errors("f"):
        raise ours
    assert passed.value is ours
