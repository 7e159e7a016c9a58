"""The described film keeps every stream of the original and adds sound and text to it."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.stream import Disposition

from scenewise.core.errors import NotAVideo, OutputUnwritable
from scenewise.core.media_types import Audio
from scenewise.core.script import Cue
from scenewise.core.time import Span
from scenewise.media.formats import MATROSKA, MP4, WEBM, format_of, language_code
from scenewise.media.loudness import measure
from scenewise.media.mixing import Utterance, mix, mix_format
from scenewise.media.options import WriteOptions
from scenewise.media.probe import probe
from scenewise.media.sound import read_sound
from scenewise.media.text_tracks import text_of, without_overlaps
from scenewise.media.writing import WriteReport, suffix_for, write_described

CUES = [
    Cue(Span(0.2, 0.5), "A hare wakes.", "a"),
    Cue(Span(0.9, 1.1), "Sie sagt: 3 < 4 & <b>läuft</b>\nfort", "b"),
]

REAL = [
    "film/sintel_5s.mp4",
    "film/friday.mp4",
    "described/perspective/perspective-video.mp4",
    "described/rabbit/video.mp4",
    "described/rabbit/video.webm",
    "nature/nasa_13013.mp4",
    "nature/tractor_vp9.webm",
    "objects/frog.mp4",
    "signs/yes.mkv",
    "scenecut/delayed_start.mp4",
    "odd/portrait.MOV",
    "odd/decord_video_90.mov",
    "odd/av1_video.mkv",
    "odd/transparent.webm",
    "odd/no_duration.webm",
    "odd/te[s]t_ video ' _ .flv",
    "odd/awesome movie.mov",
    "odd/var_fps_video.mp4",
    "odd/h264_10bits.mp4",
    "odd/decord_corrupted.mp4",
    "odd/theora_repeat_packets_4s.ogv",
]


class Seen:
    """What a file holds: for each stream the hashes and times of its packets."""

    def __init__(self, path: Path) -> None:
        self.hashes: dict[int, list[str]] = {}
        self.times: dict[int, list[float | None]] = {}
        with av.open(f"file:{path}") as container:
            self.kinds = {s.index: s.type for s in container.streams}
            self.codecs = {
                s.index: s.codec_context.codec.canonical_name
                for s in container.streams
                if s.codec_context
            }
            self.flags = {s.index: s.disposition for s in container.streams}
            self.tags = {s.index: dict(s.metadata) for s in container.streams}
            self.chapters = container.chapters()
            self.metadata = dict(container.metadata)
            for packet in container.demux():
                if packet.size == 0:
                    continue
                index = packet.stream_index
                digest = hashlib.blake2b(bytes(packet), digest_size=8).hexdigest()
                self.hashes.setdefault(index, []).append(digest)
                time = None if packet.pts is None else float(packet.pts * packet.time_base)
                self.times.setdefault(index, []).append(time)

    def of(self, kind: str) -> list[int]:
        return [i for i, k in self.kinds.items() if k == kind]


def hum(
    seconds: float, rate: int = 48000, channels: int = 2, level: float = 0.1
) -> Iterator[Audio]:
    t = np.arange(round(seconds * rate)) / rate
    wave = (level * np.sin(2 * np.pi * 220 * t)).astype(np.float32)
    for first in range(0, len(t), rate):
        yield Audio(np.repeat(wave[None, first : first + rate], channels, axis=0), rate)


def described(film: Path, out: Path, options: WriteOptions | None = None, **more) -> WriteReport:
    arguments = {
        "mix": hum(probe(film).duration or 5.0),
        "mix_rate": 48000,
        "layout": "stereo",
        "captions": CUES,
        "language": "en",
        "options": options,
    }
    return write_described(film, out, **(arguments | more))


def words(path: Path) -> list[tuple[float, float, str]]:
    """The cues of the text track made by Scenewise."""
    with av.open(str(path)) as container:
        stream = container.streams.subtitles[-1]
        codec = stream.codec_context.codec.canonical_name
        out = []
        for packet in container.demux(stream):
            text = text_of(bytes(packet), codec) if packet.size else ""
            if text:
                start = float(packet.pts * packet.time_base)
                out.append((start, start + float(packet.duration * packet.time_base), text))
        return out


# --- real films -------------------------------------------------------------------------------


@pytest.mark.film
@pytest.mark.parametrize("name", REAL)
def test_every_stream_of_a_real_film_is_kept_at_its_times(data: Path, tmp_path: Path, name) -> None:
    film = data / name
    before = probe(film)
    out = tmp_path / f"out{suffix_for(before)}"
    report = described(film, out)
    old, new = Seen(film), Seen(out)
    # one tick of Matroska's clock, and the first milliseconds of Vorbis, which lie before 0
    near = 0.0006 if out.suffix != ".mp4" else 2e-5
    near = 0.0041 if film.suffix == ".ogv" else near

    for a, b in zip(old.of("video"), new.of("video"), strict=True):
        assert old.hashes[a] == new.hashes[b]
        assert np.allclose(old.times[a], new.times[b], atol=near)
    ours = report.sound_stream
    kept = [i for i in new.of("audio") if i != ours]
    for a, b in zip(old.of("audio"), kept, strict=True):
        assert old.codecs[a] == new.codecs[b]
        assert old.hashes[a] == new.hashes[b]
        assert np.allclose(old.times[a], new.times[b], atol=near)
    for a, b in zip(old.of("subtitle"), new.of("subtitle"), strict=False):
        assert old.hashes[a] == new.hashes[b]
    assert report.dropped == ()
    assert report.text_stream in new.of("subtitle")

    after = probe(out)
    assert (after.video.width, after.video.height) == (before.video.width, before.video.height)
    assert after.video.rotation == before.video.rotation
    assert after.video.sar == before.video.sar
    assert after.video.start == pytest.approx(before.video.start, abs=near + 1e-9)
    track = next(s for s in after.audio if s.index == ours)
    assert track.described
    assert track.default
    assert track.language == "eng"
    assert [s.default for s in after.audio if s.index != ours] == [False] * len(before.audio)
    assert after.programme is None or before.audio == () or after.programme.index != ours
    assert [p.name for p in tmp_path.iterdir()] == [out.name]


@pytest.mark.film
def test_flags_of_description_survive_in_mp4_and_matroska(data: Path, tmp_path: Path) -> None:
    wanted = Disposition.visual_impaired | Disposition.descriptions
    for suffix in (".mp4", ".mkv"):
        out = tmp_path / f"out{suffix}"
        report = described(data / "film/friday.mp4", out)
        seen = Seen(out)
        assert seen.flags[report.sound_stream] & Disposition.visual_impaired
        if suffix == ".mp4":
            assert seen.flags[report.sound_stream] & wanted == wanted
        assert seen.flags[report.text_stream] & Disposition.descriptions
        title = seen.tags[report.sound_stream]
        assert "Audio description" in title.values()
        assert "Descriptions" in seen.tags[report.text_stream].values()
        assert seen.tags[report.text_stream]["language"] == "eng"


@pytest.mark.film
@pytest.mark.parametrize(
    ("name", "suffix", "codec", "text"),
    [
        ("film/friday.mp4", ".mp4", "aac", "mov_text"),
        ("film/friday.mp4", ".mkv", "aac", "subrip"),
        ("nature/tractor_vp9.webm", ".webm", "opus", "webvtt"),
    ],
)
def test_text_and_codec_of_each_format(
    data: Path, tmp_path: Path, name, suffix, codec, text
) -> None:
    out = tmp_path / f"out{suffix}"
    report = described(data / name, out, language="de-AT")
    seen = Seen(out)
    assert seen.codecs[report.sound_stream] == codec
    assert seen.codecs[report.text_stream] == text
    assert seen.tags[report.sound_stream]["language"] == "deu"
    found = words(out)
    assert [(round(a, 3), round(b, 3)) for a, b, _ in found] == [(0.2, 0.5), (0.9, 1.1)]
    assert found[0][2] == "A hare wakes."
    # nothing that looks like mark-up may get lost on the way to a player
    with av.open(str(out)) as container:
        stream = container.streams[report.text_stream]
        payloads = [bytes(p) for p in container.demux(stream) if p.size]
    raw = payloads[-1].decode("utf-8", "replace")
    shown = "3 &lt; 4 &amp; &lt;b&gt;läuft" if text == "webvtt" else "3 < 4 & <b>läuft"
    assert shown in raw


@pytest.mark.film
def test_the_original_can_stay_the_default_and_come_first(data: Path, tmp_path: Path) -> None:
    film = data / "film/friday.mp4"
    first = described(film, tmp_path / "a.mp4")
    second = described(film, tmp_path / "b.mp4", WriteOptions(default_audio="original"))
    a, b = Seen(tmp_path / "a.mp4"), Seen(tmp_path / "b.mp4")
    assert a.of("audio").index(first.sound_stream) == 0
    assert b.of("audio").index(second.sound_stream) == 1
    assert b.flags[1] & Disposition.default
    assert not b.flags[second.sound_stream] & Disposition.default


@pytest.mark.film
def test_the_index_comes_first_in_mp4(data: Path, tmp_path: Path) -> None:
    described(data / "film/friday.mp4", tmp_path / "a.mp4")
    raw = (tmp_path / "a.mp4").read_bytes()
    assert raw.index(b"moov") < raw.index(b"mdat")


@pytest.mark.film
def test_sound_before_the_beginning_does_not_shift_matroska(data: Path, tmp_path: Path) -> None:
    film = data / "described/perspective/perspective-video.mp4"  # AAC starts 46 ms before 0
    described(film, tmp_path / "a.mkv")
    old, new = Seen(film), Seen(tmp_path / "a.mkv")
    assert old.times[1][0] < -0.04
    assert np.allclose(old.times[0], new.times[0], atol=0.0006)
    track = new.of("audio")[1]
    lead = len(old.hashes[1]) - len(new.hashes[track])
    assert old.hashes[1][lead:] == new.hashes[track]
    assert np.allclose(old.times[1][lead:], new.times[track], atol=0.0006)


@pytest.mark.film
def test_text_tracks_are_converted_where_the_format_has_another_codec(data, tmp_path) -> None:
    film = data / "nature/nasa_13013.mp4"
    described(film, tmp_path / "a.mkv")
    described(tmp_path / "a.mkv", tmp_path / "b.mp4")

    def lines(path: Path, index: int) -> list[str]:
        with av.open(str(path)) as container:
            stream = container.streams.subtitles[index]
            codec = stream.codec_context.codec.canonical_name
            packets = [bytes(p) for p in container.demux(stream) if p.size]
        return [text for p in packets if (text := text_of(p, codec))]

    original = lines(film, 0)
    assert original
    assert lines(tmp_path / "a.mkv", 0) == original
    assert lines(tmp_path / "b.mp4", 0) == original
    assert Seen(tmp_path / "a.mkv").codecs[Seen(tmp_path / "a.mkv").of("subtitle")[0]] == "subrip"


# --- films made for the purpose ---------------------------------------------------------------


def test_b_frames_and_a_late_start_keep_their_times(films, tmp_path: Path) -> None:
    stamps = [25 + i for i in range(40)]
    for name in ("b.mp4", "b.mkv"):
        film = films.film(name, stamps=stamps, options={"bf": "3", "b_strategy": "0"})
        old = Seen(film)
        assert old.times[0] != sorted(old.times[0])  # there are B-frames
        for suffix in (".mp4", ".mkv"):
            out = tmp_path / f"{name}.out{suffix}"
            described(film, out)
            new = Seen(out)
            assert new.hashes[0] == old.hashes[0]
            assert np.allclose(new.times[0], old.times[0], atol=0.0006)
            assert min(new.times[0]) == pytest.approx(1.0, abs=0.0006)


def test_a_running_clock_starts_at_zero(films, tmp_path: Path) -> None:
    stamps = [25 * 3600 + i for i in range(30)]
    film = films.film(
        "clock.ts",
        count=30,
        stamps=stamps,
        sound=[np.zeros((1, 48000), np.float32)],
        sound_start=3600.0,
    )
    out = tmp_path / "out.mp4"
    described(film, out)
    assert min(t for t in Seen(out).times[0]) == pytest.approx(0.0, abs=0.1)
    assert probe(out).duration < 3


def test_colour_and_pixel_aspect_are_kept(films, tmp_path: Path) -> None:
    def set_up(stream) -> None:
        context = stream.codec_context
        context.sample_aspect_ratio = Fraction(4, 3)
        context.color_primaries, context.color_trc, context.colorspace = 9, 16, 9
        context.color_range = 1

    film = films.film("hdr.mp4", set_up=set_up)
    for suffix in (".mp4", ".mkv"):
        out = tmp_path / f"out{suffix}"
        described(film, out)
        with av.open(str(out)) as container:
            stream = container.streams.video[0]
            context = stream.codec_context
            assert stream.sample_aspect_ratio == Fraction(4, 3)
            assert (context.color_primaries, context.color_trc, context.colorspace) == (9, 16, 9)
            assert context.color_range == 1


def test_hevc_keeps_the_tag_that_players_know(films, tmp_path: Path) -> None:
    film = films.film("hevc.mkv", codec="libx265", options={"log-level": "none"})
    out = tmp_path / "out.mp4"
    described(film, out)
    with av.open(str(out)) as container:
        assert container.streams.video[0].codec_tag == "hvc1"


def test_chapters_tags_attachments_and_covers(films, tmp_path: Path) -> None:
    plain = films.film("plain.mp4", sound=[np.zeros((2, 48000), np.float32)])
    rich = tmp_path / "rich.mkv"
    with av.open(str(plain)) as source, av.open(str(rich), "w") as target:
        pairs = {s.index: target.add_stream_from_template(s, opaque=True) for s in source.streams}
        target.add_attachment("font.ttf", "font/ttf", b"letters")
        target.metadata["title"] = "A film"
        target.set_chapters(
            [
                {
                    "id": 1,
                    "start": 0,
                    "end": 700,
                    "time_base": Fraction(1, 1000),
                    "metadata": {"title": "One"},
                },
                {
                    "id": 2,
                    "start": 700,
                    "end": 1600,
                    "time_base": Fraction(1, 1000),
                    "metadata": {"title": "Two"},
                },
            ]
        )
        for packet in source.demux():
            if packet.size:
                packet.stream = pairs[packet.stream_index]
                target.mux(packet)
    for suffix, attached in ((".mkv", True), (".mp4", False)):
        out = tmp_path / f"out{suffix}"
        report = described(rich, out)
        seen = Seen(out)
        assert seen.metadata["title"] == "A film"
        assert [c["metadata"]["title"] for c in seen.chapters] == ["One", "Two"]
        assert [float(c["start"] * c["time_base"]) for c in seen.chapters] == [0, 0.7]
        assert ("attachment" in seen.kinds.values()) == attached
        assert bool(report.dropped) != attached
        again = described(out, tmp_path / f"again{suffix}")  # chapters of MP4 come as a track too
        assert again.dropped == ()
        assert len(Seen(tmp_path / f"again{suffix}").chapters) == 2


def test_a_cover_picture_comes_along(films, tmp_path: Path) -> None:
    plain = films.film("plain.mp4")
    film = tmp_path / "cover.mp4"
    picture = av.CodecContext.create("png", "w")
    picture.width = picture.height = 16
    picture.pix_fmt, picture.time_base = "rgb24", Fraction(1, 25)
    frame = av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), format="rgb24")
    payload = b"".join(bytes(p) for p in [*picture.encode(frame), *picture.encode(None)])
    with av.open(str(plain)) as source, av.open(str(film), "w") as target:
        moving = target.add_stream_from_template(source.streams.video[0], opaque=True)
        cover = target.add_mux_stream("png", width=16, height=16)
        cover.disposition = Disposition.attached_pic
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = moving
                target.mux(packet)
        packet = av.Packet(payload)
        packet.stream = cover
        packet.pts = packet.dts = 0
        packet.time_base = Fraction(1, 1000)
        target.mux(packet)
    assert Disposition.attached_pic in Seen(film).flags[1]
    for suffix in (".mp4", ".mkv"):
        out = tmp_path / f"out{suffix}"
        assert described(film, out).dropped == ()
        with av.open(str(out)) as container:
            held = [
                bytes(next(p for p in container.demux(s) if p.size))
                for s in container.streams.video
                if s.disposition & Disposition.attached_pic
            ]
        assert held == [payload]


def test_a_cut_off_film_gives_what_is_left_of_it(films, tmp_path: Path) -> None:
    whole = films.film("whole.mkv", count=100, options={"crf": "10"})
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    out = tmp_path / "out.mp4"
    described(cut, out)
    hashes = Seen(out).hashes[0]
    assert len(hashes) > 30
    assert hashes == Seen(whole).hashes[0][: len(hashes)]


# --- sound ------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm"])
@pytest.mark.parametrize("layout", ["mono", "stereo", "5.1"])
def test_the_sound_is_where_it_was_put(films, tmp_path: Path, suffix: str, layout: str) -> None:
    codec = "libvpx-vp9" if suffix == ".webm" else "libx264"
    film = films.film(f"film{suffix}", codec=codec, count=50)
    channels, used = {"mono": (1, 0), "stereo": (2, 1), "5.1": (6, 4)}[layout]
    rate = 44100
    wave = np.zeros((channels, 2 * rate), np.float32)
    t = np.arange(rate // 5) / rate
    wave[used, rate : rate + len(t)] = 0.4 * np.sin(2 * np.pi * 700 * t)
    out = tmp_path / f"out{suffix}"
    report = described(film, out, mix=[Audio(wave, rate)], mix_rate=rate, layout=layout)
    assert report.duration == pytest.approx(2.0)
    back = np.concatenate([a.samples for a in read_sound(out, stream=report.sound_stream)], axis=1)
    made = probe(out).audio[0]
    assert made.channels == channels
    loud = np.abs(back).max(axis=0) > 0.1
    assert np.flatnonzero(loud)[0] / made.rate == pytest.approx(1.0, abs=0.004)
    assert np.flatnonzero(loud)[-1] / made.rate == pytest.approx(1.2, abs=0.004)
    power = (back**2).sum(axis=1)
    assert power.argmax() == used
    assert back.shape[1] / made.rate == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_loud_sound_stays_under_two_dbtp_after_the_codec(films, tmp_path: Path, suffix) -> None:
    codec = "libvpx-vp9" if suffix == ".webm" else "libx264"
    film = films.film(f"film{suffix}", codec=codec, count=150)
    t = np.arange(48000 * 6) / 48000
    loud = np.clip(4 * np.sin(2 * np.pi * 180 * t) + 2 * np.sin(2 * np.pi * 1130 * t), -1, 1)
    loud *= np.minimum(1, t / 0.05)
    programme = [Audio(np.stack([loud, loud[::-1]]).astype(np.float32), 48000)]
    assert measure(programme).true_peak > 0
    spoken = [Utterance(2.0, Audio(0.7 * loud[None, :96000].astype(np.float32), 48000))]
    made = mix(
        programme,
        spoken,
        rate=48000,
        layout="stereo",
        duration=6,
        gain=6,
        overshoot=format_of(Path("a" + suffix)).overshoot,
    )
    out = tmp_path / f"out{suffix}"
    report = described(film, out, mix=made)
    assert measure(read_sound(out, stream=report.sound_stream)).true_peak <= -2.0


@pytest.mark.film
@pytest.mark.slow
def test_a_real_loud_film_stays_under_two_dbtp_after_the_codec(data: Path, tmp_path: Path) -> None:
    for name in ("film/sintel_trailer_52s.mp4", "film/tears_of_steel_battle_70s.webm"):
        film = data / name
        info = probe(film)
        format = format_of(Path("a" + suffix_for(info)))
        track = info.programme
        rate, layout = mix_format(track.rate, track.layout, track.channels, webm=format is WEBM)
        programme = list(read_sound(film, rate=rate, layout=layout))
        assert measure(programme).true_peak > -1
        made = mix(
            programme,
            [],
            rate=rate,
            layout=layout,
            duration=info.duration,
            gain=0,
            overshoot=format.overshoot,
        )
        out = tmp_path / f"out{format.suffixes[0]}"
        report = described(film, out, mix=made, mix_rate=rate, layout=layout)
        assert measure(read_sound(out, stream=report.sound_stream)).true_peak <= -2.0


# --- refusals ---------------------------------------------------------------------------------


def test_the_film_itself_is_never_replaced(films, tmp_path: Path) -> None:
    film = films.film("film.mp4")
    before = film.read_bytes()
    (tmp_path / "link.mp4").symlink_to(film)
    for out in (film, tmp_path / "link.mp4", tmp_path / "." / "film.mp4"):
        with pytest.raises(OutputUnwritable, match="input"):
            described(film, out)
    assert film.read_bytes() == before


def test_suffixes_and_codecs_that_do_not_go_are_refused(films, data: Path, tmp_path: Path) -> None:
    film = films.film("film.mp4")
    for name in ("out.avi", "out", "out.txt"):
        with pytest.raises(OutputUnwritable, match=r"suffix|written as"):
            described(film, tmp_path / name)
    with pytest.raises(OutputUnwritable, match="cannot hold") as caught:
        described(film, tmp_path / "out.webm")
    assert ".mkv" in caught.value.remedy
    with pytest.raises(NotAVideo):
        described(data / "odd/broken.mp4", tmp_path / "out.mp4", mix=[])
    assert [p.name for p in tmp_path.iterdir()] == ["film.mp4"]


def test_an_error_in_the_mix_leaves_nothing_behind(films, tmp_path: Path) -> None:
    film = films.film("film.mp4")

    def failing() -> Iterator[Audio]:
        yield from hum(0.5)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        described(film, tmp_path / "out.mp4", mix=failing())
    assert [p.name for p in tmp_path.iterdir()] == ["film.mp4"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX resource limits")
@pytest.mark.parametrize("limit", [0, 1, 40, 150])
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_full_disk_is_said_and_nothing_is_left(films, tmp_path: Path, limit, suffix) -> None:
    rng = np.random.default_rng(0)
    pictures = list(rng.integers(0, 255, (30, 128, 192, 3), dtype=np.uint8))
    film = films.film("film.mp4", pictures)
    size = film.stat().st_size
    assert size > 200 * 1024
    out = tmp_path / "out" / f"out{suffix}"
    out.parent.mkdir()
    script = textwrap.dedent(f"""
        import resource, signal, sys
        from pathlib import Path
        from scenewise.core.errors import OutputUnwritable
        from scenewise.media.writing import write_described
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, ({limit * 1024}, {limit * 1024}))
        try:
            write_described(Path({str(film)!r}), Path({str(out)!r}), mix=[], mix_rate=48000,
                            layout="stereo", captions=[], language="en")
        except OutputUnwritable as error:
            print(error)
            sys.exit(3)
    """)
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 3, done.stderr
    assert out.name in done.stdout
    assert list(out.parent.iterdir()) == []


# --- small parts ------------------------------------------------------------------------------


@pytest.mark.film
def test_the_suffix_that_suits_a_film(data: Path) -> None:
    expected = {
        "film/sintel_5s.mp4": ".mp4",  # MP3 in MP4
        "described/rabbit/video.webm": ".webm",
        "nature/nasa_13013.mp4": ".mp4",
        "odd/theora_repeat_packets_4s.ogv": ".mkv",
        "odd/te[s]t_ video ' _ .flv": ".mp4",
        "odd/av1_video.mkv": ".webm",
        "odd/portrait.MOV": ".mp4",
        "signs/yes.mkv": ".mp4",
    }
    assert {name: suffix_for(probe(data / name)) for name in expected} == expected


def test_formats_and_languages() -> None:
    assert format_of(Path("a.M4V")) is MP4
    assert format_of(Path("a.webm")) is WEBM
    assert format_of(Path("a.mkv")) is MATROSKA
    assert [language_code(t) for t in ("en", "en-GB", "pt_BR", "deu", "x-klingon", "")] == [
        "eng",
        "eng",
        "por",
        "deu",
        "und",
        "und",
    ]


def test_overlapping_cues_become_lines_of_one() -> None:
    cues = [
        Cue(Span(0, 4), "one"),
        Cue(Span(2, 3), "two"),
        Cue(Span(6, 6), "none"),
        Cue(Span(5, 6), "three"),
    ]
    flat = [(c.span.start, c.span.end, c.text) for c in without_overlaps(cues)]
    assert flat == [(0, 2, "one"), (2, 3, "one\ntwo"), (3, 4, "one"), (5, 6, "three")]


def test_words_are_read_from_every_kind_of_text_packet() -> None:
    assert text_of(b"\x00\x05h\xc3\xa9lo\x00\x00", "mov_text") == "hélo"
    assert text_of(b"\x00\x00", "mov_text") == ""
    assert text_of(b"<i>two</i>\n\nlines {\\an8}", "subrip") == "two\nlines"
    assert text_of(b"<v Ann>3 &lt; 4</v>", "webvtt") == "3 < 4"
    line = rb"4,0,Default,,0,0,0,,{\i1}Hello,\Nyou"
    assert text_of(line, "ass") == "Hello,\nyou"
