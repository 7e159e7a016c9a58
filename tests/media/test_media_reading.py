"""Reading pictures: every format gives every picture, upright, at its time, through damage."""

from __future__ import annotations

import gc
import os
import sys
import threading
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from scenewise.core.errors import FileMissing, NotAVideo
from scenewise.media import decoding
from scenewise.media.reading import Film

pytestmark = pytest.mark.film

# file: codec, pixel format, encoder options
FORMATS = {
    "plain.mp4": ("libx264", "yuv420p", {"crf": "16", "preset": "veryfast", "bf": "3"}),
    "open_gop.mp4": ("libx264", "yuv420p", {"crf": "16", "x264-params": "open-gop=1:bframes=3"}),
    "refresh.mp4": ("libx264", "yuv420p", {"crf": "16", "x264-params": "intra-refresh=1"}),
    "plain.mkv": ("libx264", "yuv420p", {"crf": "16", "bf": "2"}),
    "hevc.mkv": ("libx265", "yuv420p", {"crf": "16", "preset": "ultrafast", "log-level": "none"}),
    "plain.ts": ("libx264", "yuv420p", {"crf": "16", "bf": "2"}),
    "mpeg2.mpg": ("mpeg2video", "yuv420p", {"b": "2M", "bf": "2"}),
    "mpeg2.ts": ("mpeg2video", "yuv420p", {"b": "2M", "bf": "2"}),
    "vp8.webm": ("libvpx", "yuv420p", {"b": "2M", "deadline": "realtime", "auto-alt-ref": "1"}),
    "vp9.webm": ("libvpx-vp9", "yuv420p", {"b": "2M", "deadline": "realtime", "cpu-used": "8"}),
    "mpeg4.avi": ("mpeg4", "yuv420p", {"b": "2M"}),
    "h264.avi": ("libx264", "yuv420p", {"crf": "16", "bf": "2"}),
    "plain.flv": ("libx264", "yuv420p", {"crf": "16", "bf": "2"}),
    "prores.mov": ("prores_ks", "yuv422p10le", {}),
    "ffv1.mkv": ("ffv1", "yuv444p", {}),
    "raw.mov": ("rawvideo", "rgb24", {}),
    "motion.mov": ("mjpeg", "yuvj420p", {"q": "2"}),
    "elementary.h264": ("libx264", "yuv420p", {"crf": "16", "bf": "0"}),
    "animated.gif": ("gif", "rgb8", {}),
}


@pytest.fixture(scope="module", params=sorted(FORMATS))
def numbered(request: pytest.FixtureRequest, shared_films) -> Path:
    """40 numbered pictures, 25 a second, in each format."""
    path = shared_films.folder / request.param
    if not path.exists():
        codec, pixels, options = FORMATS[request.param]
        shared_films.film(request.param, codec=codec, pixel_format=pixels, options=options)
    return path


def test_every_format_gives_every_picture_in_order_at_its_time(numbered: Path, number) -> None:
    film = Film(numbered)
    seen = [(frame.time, number(frame.image)) for frame in film.frames()]
    assert [n for _, n in seen] == list(range(40))
    times = np.array([t for t, _ in seen])
    assert np.all(np.diff(times) > 0)
    assert times == pytest.approx(times[0] + np.arange(40) / 25, abs=0.006)
    assert times[0] < 0.1  # FLV and the like start with the coder's delay
    assert film.span.end == pytest.approx(times[-1] + 0.04, abs=0.006)
    assert film.warnings == []


def test_a_frame_found_by_its_time_is_the_very_picture_of_the_pass(numbered: Path) -> None:
    film = Film(numbered)
    every = [frame.detached() for frame in film.frames()]
    shown = np.array([frame.time for frame in every])
    rng = np.random.default_rng(3)
    ascending = np.sort(rng.uniform(-0.2, 2.0, 9))
    jumping = np.concatenate([shown[[35, 2, 21]], shown[[30, 12]] + 0.01])
    for times in (ascending, jumping):
        for time, frame in zip(times, film.at(times), strict=True):
            expected = every[max(0, int(np.searchsorted(shown, time, side="right")) - 1)]
            assert frame.time == expected.time
            assert np.array_equal(frame.image, expected.image)


REAL = (
    "odd/av1_video.mkv",
    "odd/theora_repeat_packets_4s.ogv",
    "odd/var_fps_video.mp4",
    "odd/portrait.MOV",
    "odd/transparent.webm",
    "odd/no_duration.webm",
    "scenecut/delayed_start.mp4",
    "nature/tractor_vp9.webm",
    "signs/bird.mkv",
    "film/friday.mp4",
)


@pytest.mark.parametrize("name", REAL)
def test_real_films_give_the_same_pictures_by_pass_and_by_time(data: Path, name: str) -> None:
    film = Film(data / name)
    every = [(f.time, f.scaled(f.width, f.height)[::4, ::4].copy()) for f in film.frames()]
    assert len(every) > 20
    shown = np.array([time for time, _ in every])
    assert np.all(np.diff(shown) > 0)
    assert film.warnings == []
    assert film.span.start == shown[0]
    assert film.span.end > shown[-1]
    for time, frame in zip(
        shown[[1, 9, 20, -1, 4]], film.at(shown[[1, 9, 20, -1, 4]]), strict=True
    ):
        expected = every[int(np.searchsorted(shown, time))]
        assert frame.time == time
        assert np.array_equal(frame.image[::4, ::4], expected[1])


def test_far_times_are_found_by_seeking_rather_than_by_decoding_all(
    shared_films, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shared_films.film("long.mp4", count=900, gop=25, options={"preset": "ultrafast"})
    decoded = 0
    plain = decoding.Decoder.pictures

    def counted(self):
        nonlocal decoded
        for picture in plain(self):
            decoded += 1
            yield picture

    monkeypatch.setattr(decoding.Decoder, "pictures", counted)
    times = [1.0, 12.5, 24.9, 35.5]
    assert [f.time for f in Film(path).at(times)] == pytest.approx([1.0, 12.48, 24.88, 35.48])
    assert decoded < 200


def test_key_frames_are_pictures_of_the_pass_in_every_format(numbered: Path) -> None:
    film = Film(numbered)
    whole = {frame.time: frame.image for frame in film.frames()}
    keys = {frame.time: frame.image for frame in film.key_frames()}
    assert keys
    assert min(keys) == min(whole)
    assert list(keys) == sorted(keys)
    for time, image in keys.items():
        assert np.array_equal(image, whole[time])


def test_between_key_frames_nothing_is_decoded(films, number, monkeypatch) -> None:
    film = Film(films.film("keys.mp4", count=65, gop=10, options={"crf": "16", "bf": "2"}))
    decoded: list[bool] = []
    given = decoding.Decoder._given

    def counted(self, decode, packet, key):
        if packet is not None:
            decoded.append(packet.is_keyframe)
        return given(self, decode, packet, key)

    monkeypatch.setattr(decoding.Decoder, "_given", counted)
    assert [number(frame.image) for frame in film.key_frames()] == list(range(0, 65, 10))
    assert decoded == [True] * 7
    assert film.warnings == []


def test_times_outside_the_film_give_its_first_and_last_pictures(films, number) -> None:
    film = Film(films.film("f.mp4", count=20))
    assert [number(f.image) for f in film.at([-5.0, 0.0, 0.79, 100.0])] == [0, 0, 19, 19]
    assert list(film.at([])) == []


def test_variable_rate_keeps_each_pictures_own_time(films, number) -> None:
    stamps = np.cumsum([0, 40, 40, 200, 10, 500, 33, 33, 1000, 20]).tolist()
    path = films.film(
        "vfr.mkv",
        count=10,
        stamps=stamps,
        time_base=Fraction(1, 1000),
        options={"bf": "2", "preset": "veryfast"},
    )
    film = Film(path)
    got = [(frame.time, number(frame.image)) for frame in film.frames()]
    assert [n for _, n in got] == list(range(10))
    assert [t for t, _ in got] == pytest.approx([s / 1000 for s in stamps], abs=0.0011)
    assert [number(f.image) for f in film.at([0.279, 0.281, 0.8, 1.8])] == [2, 3, 5, 7]


def test_a_late_first_frame_keeps_its_late_time(data: Path) -> None:
    film = Film(data / "scenecut/delayed_start.mp4")
    times = [frame.time for frame in film.frames()]
    assert times[0] == pytest.approx(1.075)
    assert len(times) == 24
    assert film.span.end == pytest.approx(2.035)


def test_a_transport_streams_running_clock_is_set_to_zero(films) -> None:
    path = films.film("clock.ts", count=30, stamps=range(90, 120), options={"bf": "0"})
    with av.open(str(path)) as container:
        assert container.start_time > av.time_base
    film = Film(path)
    assert next(iter(film.frames())).time == 0
    assert film.info.start > 1


def test_recordings_joined_end_to_end_go_on(films, number) -> None:
    one = films.film("a.ts", count=60, options={"bf": "0"})
    joined = films.folder / "joined.ts"
    joined.write_bytes(one.read_bytes() * 2)
    film = Film(joined)
    seen = [(frame.time, number(frame.image)) for frame in film.frames()]
    assert [n for _, n in seen] == list(range(60)) * 2
    assert [t for t, _ in seen] == pytest.approx(np.arange(120) / 25, abs=0.05)
    # now that it is known, times are found by reading through
    assert [number(f.image) for f in film.at([0.41, 2.81])] == [10, 10]


def test_theora_repeat_packets_end_nothing(data: Path) -> None:
    film = Film(data / "odd/theora_repeat_packets_4s.ogv")
    assert sum(1 for _ in film.frames()) == 41
    assert film.span.end == pytest.approx(4.0, abs=0.02)
    assert film.warnings == []


def test_without_a_duration_in_the_header_the_packets_are_asked(data: Path) -> None:
    film = Film(data / "odd/no_duration.webm")
    assert film.info.duration is None
    before = film.span
    last = [frame.time for frame in film.frames()][-1]
    assert last < before.end == pytest.approx(film.span.end, abs=0.07)
    assert film.duration == film.span.end


def test_the_larger_of_two_pictures_is_read(data: Path) -> None:
    film = Film(data / "nature/nasa_13013.mp4")
    assert film.info.video is not None
    assert (film.info.video.index, film.info.video.width) == (3, 480)
    assert sum(1 for _ in film.frames()) == 390


# ---------------------------------------------------------------- damage


CODERS = {
    "webm": ("libvpx", {"b": "1M", "deadline": "realtime", "cpu-used": "8"}),
    "avi": ("mpeg4", {"b": "1M"}),
}


def _damaged(path: Path, start: float, length: int) -> Path:
    content = bytearray(path.read_bytes())
    at = int(len(content) * start)
    content[at : at + length] = np.random.default_rng(1).bytes(length)
    out = path.with_name(f"damaged_{path.name}")
    out.write_bytes(content)
    return out


@pytest.mark.parametrize("name", ["d.mp4", "d.mkv", "d.ts", "d.webm", "d.avi"])
def test_reading_goes_on_after_damage_in_the_middle_and_says_so(name: str, films, number) -> None:
    codec, options = CODERS.get(name.split(".")[1], ("libx264", {"preset": "veryfast"}))
    good = films.film(name, count=200, codec=codec, options=options)
    size = good.stat().st_size
    film = Film(_damaged(good, 0.5, size // 20))
    seen = [(frame.time, number(frame.image)) for frame in film.frames()]
    # AVI stores no times: what follows a hole moves up
    late = 0.05 if name != "d.avi" else 1.0
    right = [n for t, n in seen if abs(t - n / 25) < late]
    assert len(right) > 150
    assert right[0] == 0
    assert max(right) > 190
    assert any("damage near" in sentence for sentence in film.warnings), film.warnings
    assert all(2 < float(s.split("near ")[1].split(" s")[0]) < 6 for s in film.warnings)


@pytest.mark.parametrize("name", ["t.mp4", "t.mkv", "t.ts", "t.webm"])
def test_a_film_cut_short_gives_what_is_there(name: str, films, number) -> None:
    codec, options = CODERS.get(name.split(".")[1], ("libx264", {"preset": "veryfast"}))
    extra = {"movflags": "+faststart"} if name == "t.mp4" else {}
    good = films.film(name, count=200, codec=codec, options=options, container_options=extra)
    good.write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    film = Film(good)
    seen = [number(frame.image) for frame in film.frames()]
    assert seen[:60] == list(range(60))
    assert len(seen) < 180
    assert film.span.end < 7.5
    if name != "t.ts":  # a transport stream promises no length
        assert film.warnings
    assert number(next(film.at([1.0])).image) == 25


def test_a_real_corrupted_film_keeps_what_decodes(data: Path) -> None:
    film = Film(data / "odd/decord_corrupted.mp4")
    times = [frame.time for frame in film.frames()]
    assert len(times) >= 28
    assert any("damage near 3.0 s" in sentence for sentence in film.warnings)


def test_a_file_that_vanishes_between_opening_and_reading_is_told(films) -> None:
    path = films.film("gone.mp4", count=5)
    film = Film(path)
    path.unlink()
    with pytest.raises(FileMissing):
        next(film.frames())


REFUSED = {"WrongFile.mp4", "broken.mp4", "empty.flv", "audio_only_51_opus.mp4"}


def test_every_odd_file_opens_or_is_refused_with_one_clear_sentence(data: Path) -> None:
    for path in sorted((data / "odd").iterdir()):
        if path.name in REFUSED:
            with pytest.raises(NotAVideo) as refused:
                Film(path)
            assert "\n" not in str(refused.value)
            assert refused.value.remedy
        elif not path.name.startswith("LICENSE"):
            assert sum(1 for _ in Film(path).frames()) > 0, path.name


# ---------------------------------------------------------------- streaming


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_memory_does_not_grow_with_length(films) -> None:
    picture = np.zeros((180, 320, 3), np.uint8)
    pictures = [picture + np.uint8(i % 250) for i in range(50)] * 60
    path = films.film("long.mp4", pictures, codec="mpeg4", options={"b": "300k"})
    early = late = count = 0
    for count, frame in enumerate(Film(path).frames()):
        frame.scaled(32, 18)
        if count == 300:
            early = _resident()
        elif count == 2900:
            late = _resident()
    assert count == 2999
    # 2600 decoded pictures take 220 MB
    assert late - early < 20 * 2**20


@pytest.mark.parametrize("how", ["frames", "at"])
def test_stopping_early_closes_the_file_and_joins_the_thread(films, how: str) -> None:
    path = films.film("early.mp4", count=60)
    film = Film(path)
    reader = film.frames() if how == "frames" else film.at([0.1, 0.5, 1.0])
    next(reader)
    reader.close()
    assert not [t for t in threading.enumerate() if t.name == "scenewise-read-ahead"]
    dropped = film.frames()
    next(dropped)
    del dropped
    gc.collect()
    assert not [t for t in threading.enumerate() if t.name == "scenewise-read-ahead"]
    if sys.platform.startswith("linux"):
        assert path.name not in {link.resolve().name for link in Path("/proc/self/fd").iterdir()}
    path.unlink()  # Windows refuses while it is open
    assert not path.exists()


def test_two_passes_at_once_do_not_disturb_each_other(films, number) -> None:
    film = Film(films.film("twice.mp4", count=50))
    pairs = [
        (number(a.image), number(b.image))
        for a, b in zip(film.frames(), film.frames(), strict=True)
    ]
    assert pairs == [(i, i) for i in range(50)]


def test_a_detached_frame_outlives_its_film(films, number) -> None:
    kept = [frame.detached() for frame in Film(films.film("kept.mp4", count=30)).frames()]
    gc.collect()
    assert [number(frame.image) for frame in kept] == list(range(30))
