"""Reading embedded text tracks."""

from __future__ import annotations

from pathlib import Path

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.core.errors import FileMissing, UnknownChoice
from scenewise.media.subtitles import plain, read_embedded

SRT = """1
00:00:00,500 --> 00:00:01,250
Plain, with a comma

2
00:00:02,000 --> 00:00:03,000
<i>Slanted</i> and <b>bold</b>
second line

3
00:00:04,000 --> 00:00:05,000
日本語 — Ünïcode {braces}
"""

TIMES = [(0.5, 1.25), (2.0, 3.0), (4.0, 5.0)]
WORDS = ["Plain, with a comma", "Slanted and bold\nsecond line", "日本語 — Ünïcode {braces}"]


def _with_text(folder: Path, film: Path, text: Path, name: str) -> Path:
    """The film's picture and a caption file's track in one container."""
    out = folder / name
    with av.open(str(film)) as picture, av.open(str(text)) as words, av.open(str(out), "w") as made:
        video = made.add_stream_from_template(picture.streams.video[0])
        track = made.add_stream_from_template(words.streams.subtitles[0])
        for packet in picture.demux(video=0):
            if packet.dts is not None:
                packet.stream = video
                made.mux(packet)
        for packet in words.demux(subtitles=0):
            if packet.dts is not None:
                packet.stream = track
                made.mux(packet)
    return out


@pytest.fixture
def captions(tmp_path: Path) -> Path:
    path = tmp_path / "captions.srt"
    path.write_text(SRT, encoding="utf-8")
    return path


def test_a_real_films_captions_are_read_with_their_times(data: Path) -> None:
    cues = read_embedded(data / "nature/nasa_13013.mp4")
    assert [(c.span.start, c.span.end) for c in cues] == [
        pytest.approx(t) for t in [(0.21, 4.26), (4.26, 8.35), (8.35, 12.47), (12.47, 16.57)]
    ]
    assert cues[0].text == "NAR: This is the optical and science segment of the Webb"
    assert cues == read_embedded(data / "nature/nasa_13013.mp4", stream=2)


@pytest.mark.parametrize("name", ["m.mkv", "captions.srt"])
def test_markup_goes_and_words_stay(tmp_path: Path, films, captions: Path, name: str) -> None:
    path = captions
    if name == "m.mkv":
        path = _with_text(tmp_path, films.film("f.mp4", count=140), captions, name)
    cues = read_embedded(path)
    assert [(c.span.start, c.span.end) for c in cues] == [pytest.approx(t) for t in TIMES]
    assert [c.text for c in cues] == WORDS


def test_other_caption_formats_are_read(tmp_path: Path) -> None:
    vtt = tmp_path / "a.vtt"
    vtt.write_text(
        "WEBVTT\n\n00:01.000 --> 00:02.000 align:start\n<v Anna>Hello &amp; welcome</v>\n",
        encoding="utf-8",
    )
    assert [c.text for c in read_embedded(vtt)] == ["Hello & welcome"]
    ass = tmp_path / "a.ass"
    ass.write_text(
        "[Script Info]\nScriptType: v4.00+\n\n[Events]\n"
        "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
        "Dialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,{\\i1}One{\\i0}\\Ntwo\\hthree\n"
        "Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,{\\p1}m 0 0 l 9 9{\\p0}\n",
        encoding="utf-8",
    )
    cues = read_embedded(ass)
    assert [c.text for c in cues] == ["One\ntwo three"]
    assert (cues[0].span.start, cues[0].span.end) == pytest.approx((1.0, 2.5))


def test_a_film_without_text_gives_no_cues_and_a_wrong_index_is_told(data: Path) -> None:
    assert read_embedded(data / "film/friday.mp4") == []
    with pytest.raises(UnknownChoice, match="choose one of: 2, 5"):
        read_embedded(data / "nature/nasa_13013.mp4", stream=0)
    with pytest.raises(UnknownChoice, match="it has none"):
        read_embedded(data / "film/friday.mp4", stream=3)
    with pytest.raises(FileMissing):
        read_embedded(data / "none.mp4")


@given(st.text(alphabet=st.sampled_from("ab c\\Nnh{}ip1"), max_size=40))
@settings(max_examples=80, deadline=None)
def test_plain_text_has_no_overrides_nor_stray_blanks(text: str) -> None:
    words = plain(text)
    assert "\\N" not in words
    assert all(line == line.strip() and line for line in words.splitlines())
    assert plain("{\\i1}" + "x") == "x"
