"""Files told apart by content; real captions; what is saved and found again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenewise.core.errors import ScriptInvalid
from scenewise.core.script import Description, FilmReference, Script
from scenewise.core.time import Span
from scenewise.description.formats import (
    json_beside,
    read_cues,
    read_edited,
    read_script,
    save_all,
    to_dapt,
    to_json,
    to_srt,
    to_vtt,
    validate,
)

# counted by hand and with grep: lines that are timings, not those in payloads and comments
COUNTS = {
    "described/ozplayer/xad-counting.captions.vtt": 32,
    "described/ozplayer/xad-counting.metadata.vtt": 8,
    "described/ozplayer/xad-counting.transcript.vtt": 8,
    "described/perspective/perspective-caption.vtt": 4,
    "described/perspective/perspective-incorrect-caption.vtt": 4,
    "described/rabbit/descriptions.vtt": 3,
    "described/rabbit/incorrect-descriptions.vtt": 3,
    "film/friday.vtt": 5,
    "text/ableplayer/deadline_captions_en.vtt": 15,
    "text/ableplayer/deadline_descriptions_en.vtt": 12,
    "text/ableplayer/k_descriptions_en.vtt": 16,
    "text/ableplayer/wwa_captions_en.vtt": 15,
    "text/ableplayer/wwa_description_en.vtt": 3,
    "text/ableplayer/wwa_description_ja.vtt": 3,
    "text/ableplayer/wwa_meta.vtt": 2,
    "text/elephants_dream/captions.ar.vtt": 77,
    "text/elephants_dream/captions.en.vtt": 78,
    "text/elephants_dream/captions.ja.vtt": 77,
    "text/elephants_dream/captions.ru.vtt": 84,
    "text/elephants_dream/captions.sv.vtt": 81,
    "text/elephants_dream/chapters.en.vtt": 9,
    "text/elephants_dream/descriptions.en.vtt": 63,
    "text/wai/keyboard.en.vtt": 10,
    "text/wai/keyboard_ad.en.vtt": 10,
    "text/wai/keyboard_ad_desc.en.vtt": 7,
    "text/wai/keyboard_desc.en.vtt": 7,
}
SCRIPT = Script(
    film=FilmReference("film.mp4", "blake2b:00", 60.0),
    descriptions=(
        Description("d0001", Span(1, 4), "A man runs away.", ("A man runs.",), salience=0.25)
        .delivered(1.25, 2.1, "A man runs."),
        Description("d0002", Span(12, 15.5), "A woman opens.").silenced("low confidence"),
    ),
    settings={"a": 1},
)  # fmt: skip


def test_every_real_file_is_counted(data: Path):
    found = {path.relative_to(data).as_posix() for path in data.rglob("*.vtt")}
    assert found == COUNTS.keys()


@pytest.mark.parametrize(("name", "count"), COUNTS.items())
def test_real_captions(data: Path, name: str, count: int):
    cues = read_cues(data / name)
    assert len(cues) == count
    assert all(cue.text for cue in cues)
    assert not any("<" in cue.text or "\r" in cue.text for cue in cues)
    script = read_script(data / name)
    assert len(script.cues()) == count
    assert [cue.text for cue in script.cues()] == [cue.text for cue in cues]
    assert all("timing" not in note for note in script.notes)


def test_words_and_times_of_real_captions(data: Path):
    metadata = read_cues(data / "described/ozplayer/xad-counting.metadata.vtt")
    assert metadata[0].span == Span(3.75, 3.75)
    assert metadata[0].text == "xad(00:00.000 --> 00:04.000)"
    rabbit = read_cues(data / "described/rabbit/descriptions.vtt")
    assert [cue.span for cue in rabbit] == [Span(0, 5), Span(5, 10), Span(10, 14)]
    assert rabbit[2].text == "Then he stops to scratch his bottom."
    captions = read_cues(data / "text/ableplayer/wwa_captions_en.vtt")
    assert captions[1].text == "You want these people."
    assert captions[11].text == "It's important for\nweb designers and developers"
    described = read_cues(data / "text/wai/keyboard_desc.en.vtt")
    assert described[0].text == "A man drops his computer mouse off the desk."
    assert described[0].span == Span(9.265, 9.27)
    japanese = read_cues(data / "text/ableplayer/wwa_description_ja.vtt")
    assert japanese[0].text == "青い丸型の内部にアーチ形のペア。\n下に DO-IT と書かれている。"
    assert read_cues(data / "text/elephants_dream/captions.ar.vtt")[-1].text == "...إنه"
    assert read_cues(data / "text/elephants_dream/captions.ru.vtt")[0].id == "1"


@pytest.mark.parametrize("name", ["text/elephants_dream/descriptions.en.vtt", "film/friday.vtt"])
def test_real_descriptions_go_through_all_formats(data: Path, tmp_path: Path, name: str):
    script = read_script(data / name)
    for path in save_all(script, tmp_path / "x"):
        again = read_script(path)
        assert [(c.span, c.text) for c in again.cues()] == [(c.span, c.text) for c in script.cues()]


def test_saving_and_reading(tmp_path: Path):
    stem = tmp_path / "film v1.2"
    paths = save_all(SCRIPT, stem)
    assert [path.name for path in paths] == [
        "film v1.2.ad.json", "film v1.2.ad.vtt", "film v1.2.ad.srt", "film v1.2.dapt.xml",
    ]  # fmt: skip
    assert sorted(tmp_path.iterdir()) == sorted(paths), "nothing else is left there"
    for path, write in zip(paths, (to_json, to_vtt, to_srt, to_dapt), strict=True):
        assert path.read_bytes() == write(SCRIPT).encode("utf-8")
    assert read_script(paths[0]) == SCRIPT
    for path in paths:
        assert [(c.span, c.text) for c in read_cues(path)] == [(Span(1.25, 3.35), "A man runs.")]
        assert read_edited(path) == SCRIPT
        assert validate(read_script(path)) == []
    assert [json_beside(path) for path in paths] == [None, paths[0], paths[0], paths[0]]


def test_ffmpeg_reads_the_same_cues(tmp_path: Path):
    av = pytest.importorskip("av")
    lines = [
        Description(f"d{n}", Span(n, n + 1), "").delivered(n + 0.25, 0.5, words)
        for n, words in enumerate(["One", "Two & <three>", "Four\n\nfive", "NOTE six --> seven"])
    ]
    quiet = Description("q", Span(9, 10), "Never").silenced("no room")
    for path in save_all(Script(descriptions=(*lines, quiet)), tmp_path / "film")[1:3]:
        with av.open(str(path)) as container:
            found = [
                (float(packet.pts * packet.time_base), float(packet.duration * packet.time_base))
                for packet in container.demux()
                if packet.size
            ]
        assert found == [(n + 0.25, 0.5) for n in range(4)]


def test_an_edited_file_without_its_json_stands_for_itself(tmp_path: Path):
    paths = save_all(SCRIPT, tmp_path / "film")
    paths[0].unlink()
    assert json_beside(paths[1]) is None
    line = read_edited(paths[1]).descriptions[0]
    assert (line.id, line.text, line.variants) == ("d0001", "A man runs.", ())


def test_nothing_is_written_of_a_script_that_cannot_be(tmp_path: Path):
    twice = SCRIPT.with_descriptions(SCRIPT.descriptions[:1] * 2)
    with pytest.raises(ScriptInvalid, match="two lines have the id d0001"):
        save_all(twice, tmp_path / "film")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.txt", "a.json", "a.srt", "a"])
@pytest.mark.parametrize("write", [to_json, to_vtt, to_srt, to_dapt])
def test_formats_are_told_by_content(tmp_path: Path, name: str, write):
    path = tmp_path / name
    path.write_bytes(b"\xef\xbb\xbf\r\n" + write(SCRIPT).encode())
    assert [(c.span, c.text) for c in read_script(path).cues()] == [
        (Span(1.25, 3.35), "A man runs.")
    ]


def refusal(read: Callable[[Path], object], path: Path) -> ScriptInvalid | None:
    """The one error that a reader may raise, if it does."""
    try:
        read(path)
    except ScriptInvalid as error:
        return error
    return None


@given(
    st.binary(max_size=300)
    | st.builds(
        bytes.__add__,
        st.sampled_from(
            [b"WEBVTT\n\n00:01.000 --> 00:02.000\n", b"1\n00:00:01,000 --> 00:00:02,000\n", b"{",
             b'{"format": "scenewise-script", "version": 1, "descriptions": [', b"<tt><body><p>",
             b"\xff\xfe", b"\xfe\xff", b"<?xml version='1.0' encoding='"]
        ),
        st.binary(max_size=60),
    )
)  # fmt: skip
@settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_bytes_break_the_readers(tmp_path: Path, content: bytes):
    path = tmp_path / "any"
    path.write_bytes(content)
    for read in (read_script, read_cues):
        error = refusal(read, path)
        assert error is None or (error.path == path and "\n" not in str(error))


@given(st.data())
@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_damage_breaks_the_readers(tmp_path: Path, data: st.DataObject):
    """Our own files with a stretch cut out, replaced or repeated, as bad editors do."""
    write = data.draw(st.sampled_from([to_json, to_vtt, to_srt, to_dapt]))
    content = write(SCRIPT).encode()
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, len(content)))
    put = data.draw(st.binary(max_size=8) | st.just(content[start:end] * 2))
    path = tmp_path / "damaged"
    path.write_bytes(content[:start] + put + content[end:])
    try:
        script = read_script(path)
    except ScriptInvalid:
        return
    to_vtt(script)
    json.loads(to_json(script))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("<" * 3_000_000, id="tags opened"),
        pytest.param("<a " * 1_000_000, id="tags with names"),
        pytest.param("<br" + " " * 3_000_000, id="blanks in a tag"),
        pytest.param("<rt>" * 700_000, id="ruby"),
        pytest.param("&amp" * 700_000, id="references"),
        pytest.param("{\\" * 1_500_000, id="styles"),
        pytest.param("a\n" * 1_500_000, id="lines"),
        pytest.param("00:00.000 -->\n" * 200_000, id="half timings"),
        pytest.param("1 " + "0" * 3_000_000, id="digits"),
        pytest.param("\n\nNOTE unvoiced a" + " 00:00.000" * 300_000, id="times in a note"),
    ],
)
def test_hostile_files_take_no_longer_than_their_size(tmp_path: Path, content: str):
    """3 MB of what makes careless patterns quadratic: that would take hours, not seconds."""
    path = tmp_path / "a.vtt"
    for head in ("WEBVTT\n\n00:01.000 --> 00:02.000\n", "1\n00:00:01,000 --> 00:00:02,000\n"):
        path.write_text(head + content, encoding="utf-8")
        began = time.process_time()
        assert len(read_script(path).descriptions) == 1
        assert time.process_time() - began < 20


@pytest.mark.slow
def test_ten_megabytes_of_cues(tmp_path: Path):
    def stamp(number: int) -> str:
        return f"{number // 3600:02d}:{number // 60 % 60:02d}:{number % 60:02d}"

    words = "A <i>man</i> &amp; a dog go to the <c.far>end</c> of the street, number"
    cues = (f"{stamp(n)}.000 --> {stamp(n)}.900\n{words} {n}\n\n" for n in range(95_000))
    path = tmp_path / "big.vtt"
    path.write_text("WEBVTT\n\n" + "".join(cues), encoding="utf-8")
    assert path.stat().st_size > 9_900_000
    script = read_script(path)
    assert len(script.descriptions) == len({line.id for line in script.descriptions}) == 95_000
    assert script.descriptions[-1].text.endswith("the end of the street, number 94999")


def test_a_guessed_encoding_is_told_of_a_merged_file_too(tmp_path: Path) -> None:
    save_all(SCRIPT, tmp_path / "film")
    for name in ("film.ad.vtt", "film.ad.srt"):
        path = tmp_path / name
        text = path.read_text("utf-8").replace(SCRIPT.descriptions[0].spoken, "Er öffnet die Tür.")
        path.write_bytes(text.encode("cp1252"))
        read = read_edited(path)
        assert read.descriptions[0].text == "Er öffnet die Tür."
        assert any("read as cp1252" in note for note in read.notes), name
        assert sum("cp1252" in note for note in read_edited(path).notes) == 1


@pytest.mark.parametrize(
    "times", ['begin="5s" end="2s"', 'begin="00:00:05.000" end="00:00:02.000"']
)
def test_timed_text_that_ends_before_it_begins_is_no_silent_cue(times: str, tmp_path: Path) -> None:
    path = tmp_path / "edited.xml"
    path.write_text(
        '<tt xmlns="http://www.w3.org/ns/ttml" xml:lang="en"><body><div>'
        f'<p begin="1s" end="2s">A</p><p xml:id="p2" {times}>B</p></div></body></tt>',
        "utf-8",
    )
    notes = read_script(path).notes
    assert [note for note in notes if "<p> p2" in note and "ends before it begins" in note]
    with pytest.raises(ScriptInvalid, match=r"p2 with begin .* ends before it begins"):
        read_edited(path)
    # a paragraph that its division ends before is as TTML has it: never there
    path.write_text(
        path.read_text("utf-8").replace(times, 'begin="5s"').replace("<div>", '<div end="3s">'),
        "utf-8",
    )
    assert read_edited(path).notes == ()
