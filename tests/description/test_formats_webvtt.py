"""WebVTT: what people's files hold, and a script that survives being edited as captions."""

from __future__ import annotations

import re

import pytest
from formats_strategies import scripts, texts
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.core.errors import ScriptInvalid
from scenewise.core.script import Description, FilmReference, Script
from scenewise.core.time import Span
from scenewise.description.formats import parse_vtt, to_vtt
from scenewise.description.formats.plain_text import escaped, from_webvtt, one_line, tidy
from scenewise.description.formats.webvtt import captions_script

SCRIPT = Script(
    film=FilmReference("film & co.mp4", "blake2b:00", 62.345),
    language="en",
    descriptions=(
        Description("d0001", Span(1, 4), "A man runs away.", ("A man runs.",)).delivered(
            1.25, 2.1, "A man runs."
        ),
        Description("d0002", Span(5, 6), "He <trips> & falls.").delivered(
            5.0, 0.75, "He <trips> & falls."
        ),
        Description("d0003", Span(12, 15.5), "A woman\n\nopens.").silenced("low confidence"),
    ),
)


def times(text: str) -> list[tuple[float, float]]:
    return [(cue.span.start, cue.span.end) for cue in parse_vtt(text).cues]


def words(text: str) -> list[str]:
    return [cue.text for cue in parse_vtt(text).cues]


def spoken(script: Script) -> list[tuple[str, float | None, float | None, str]]:
    lines = (line for line in script.descriptions if line.voiced)
    return sorted((d.id, d.start, d.duration, tidy(d.spoken)) for d in lines)


@given(scripts())
@settings(max_examples=60, deadline=None)
def test_a_written_script_reads_back(script: Script):
    captions = parse_vtt(to_vtt(script))
    assert (captions.kind, captions.language) == ("descriptions", script.language)
    assert captions.film == script.film
    read = captions_script(captions)
    assert spoken(read) == spoken(script)
    quiet = {d.id: (d.span, tidy(d.text), d.reason) for d in read.descriptions if not d.voiced}
    assert quiet == {
        d.id: (d.span, tidy(d.text), one_line(d.reason))
        for d in script.descriptions
        if not d.voiced
    }


@given(scripts())
@settings(max_examples=40, deadline=None)
def test_what_is_written_is_valid_webvtt(script: Script):
    text = to_vtt(script)
    text.encode("utf-8")
    blocks = text.rstrip("\n").split("\n\n")
    assert blocks[0].split("\n")[0] == "WEBVTT"
    assert all(blocks), "a blank line ends a block"
    stamp = r"[0-9]{2,}:[0-5][0-9]:[0-5][0-9]\.[0-9]{3}"
    starts = []
    for block in blocks[1:]:
        lines = block.split("\n")
        if re.match(r"NOTE[ \n]|NOTE\Z", block):
            assert "-->" not in block
            continue
        assert "-->" not in lines[0]
        assert re.fullmatch(f"{stamp} --> {stamp}", lines[1])
        starts.append(lines[1].split()[0])
        payload = "\n".join(lines[2:])
        payload = re.sub(r"\A<lang [A-Za-z-]+>([^<]*)</lang>\Z", r"\1", payload)
        assert "<" not in payload
        assert "-->" not in payload
        assert all(
            re.match(r"&(amp|lt|gt);", payload[m.start() :]) for m in re.finditer("&", payload)
        )
    assert starts == sorted(starts, key=lambda time: (len(time), time))


def test_the_written_file():
    text = to_vtt(SCRIPT)
    assert text.startswith("WEBVTT\nKind: descriptions\nLanguage: en\n\nNOTE film\n")
    assert "name: film &amp; co.mp4\ndigest: blake2b:00\nduration: 00:01:02.345\n" in text
    assert "\n\nd0001\n00:00:01.250 --> 00:00:03.350\nA man runs.\n\n" in text
    assert "\nHe &lt;trips&gt; &amp; falls.\n" in text
    note = "NOTE unvoiced d0003 00:00:12.000 to 00:00:15.500 low confidence\nA woman\nopens.\n"
    assert text.endswith(note)


def test_an_unmeasured_line_lasts_as_long_as_its_segment():
    line = Description("a", Span(1, 4), "x", start=2.0)
    assert "00:00:02.000 --> 00:00:04.000" in to_vtt(Script(descriptions=(line,)))
    line = Description("a", Span(1, 4), "x", start=9.0)
    assert "00:00:09.000 --> 00:00:09.000" in to_vtt(Script(descriptions=(line,)))


@pytest.mark.parametrize("start", [-0.5, 4e6])
def test_times_that_cannot_be_written(start: float):
    line = Description("a", Span(1, 4), "x", start=start, duration=1.0)
    with pytest.raises(ScriptInvalid, match="a: its start cannot be"):
        to_vtt(Script(descriptions=(line,)))


@pytest.mark.parametrize(
    "change",
    [
        # the whole first line as a person would write it, the arrow in the note as well
        ("NOTE unvoiced d0003 00:00:12.000 to 00:00:15.500 low confidence",
         "d0003\n00:00:12.000 --> 00:00:15.500"),
        ("NOTE unvoiced d0003 00:00:12.000 to 00:00:15.500 low confidence",
         "d0003 00:00:12.000 --> 00:00:15.500"),
    ],
)  # fmt: skip
def test_a_note_made_into_a_cue_is_voiced(change: tuple[str, str]):
    read = captions_script(parse_vtt(to_vtt(SCRIPT).replace(*change)))
    line = next(line for line in read.descriptions if line.id == "d0003")
    assert (line.start, line.spoken) == (12.0, "A woman\nopens.")


def test_a_cue_wins_over_the_note_it_was_made_from():
    text = to_vtt(SCRIPT) + "\nd0003\n00:20.000 --> 00:21.000\nA woman opens.\n"
    read = captions_script(parse_vtt(text))
    assert [line.start for line in read.descriptions if line.id == "d0003"] == [20.0]


def test_a_note_with_an_arrow_is_still_a_note():
    text = "WEBVTT\n\nNOTE unvoiced d7 00:12.000 --> 00:15.500 dull\nA door.\n"
    captions = parse_vtt(text)
    assert captions.cues == ()
    (line,) = captions.unvoiced
    assert (line.id, line.span, line.text, line.reason) == ("d7", Span(12, 15.5), "A door.", "dull")


def test_new_and_copied_cues_get_fresh_ids():
    text = (
        to_vtt(SCRIPT)
        + "\n00:20.000 --> 00:21.000\nNew.\n\n00:20.000 --> 00:21.000\nNew.\n"
        + "\nd0001\n00:30.000 --> 00:31.000\nA copy.\n"
    )
    read = captions_script(parse_vtt(text))
    assert read == captions_script(parse_vtt(text)), "the ids must not change from read to read"
    names = [line.id for line in read.descriptions]
    assert len(set(names)) == len(names) == 6
    by_id = {line.id: line.text for line in read.descriptions}
    assert by_id["d0001"] == "A man runs."
    fresh = [name for name in names if name.startswith("p")]
    assert sorted(by_id[name] for name in fresh) == ["A copy.", "New.", "New."]


def test_a_person_who_empties_a_cue_silences_it():
    text = to_vtt(SCRIPT).replace("A man runs.\n", "")
    line = captions_script(parse_vtt(text)).descriptions[0]
    assert (line.id, line.voiced, line.reason) == ("d0001", False, "emptied by a person")


def test_a_broken_timing_is_told():
    text = "WEBVTT\n\n00:01.000 --> 00:0x.000\nLost.\n\n00:03.000 --> 00:04.000\nKept.\n"
    captions = parse_vtt(text)
    assert [cue.text for cue in captions.cues] == ["Kept."]
    assert captions.notes == (
        "line 3 looks like a timing and is none, the text below it was left out",
    )
    assert captions_script(captions).notes[0] == captions.notes[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("WEBVTT\n\n00:01.000 --> 00:02.000\na", [(1, 2)], id="no newline at the end"),
        pytest.param("00:01.000 --> 00:02.000\na\n", [(1, 2)], id="no header"),
        pytest.param("\n\nWEBVTT\n\n00:01.000 --> 00:02.000\na", [(1, 2)], id="blank lines first"),
        pytest.param("WEBVTT\n00:01.000 --> 00:02.000\na", [(1, 2)], id="no line after header"),
        pytest.param("WEBVTT\n7\n00:01.000 --> 00:02.000\na", [(1, 2)], id="id after header"),
        pytest.param("WEBVTT - hi\r\n\r\n00:01.000 --> 00:02.000\r\na\r\n", [(1, 2)], id="CRLF"),
        pytest.param("WEBVTT\r\r00:01.000 --> 00:02.000\ra\r", [(1, 2)], id="CR"),
        pytest.param("WEBVTT\r\r\n\r\r\n00:01.000 --> 00:02.000\r\r\na", [(1, 2)], id="CR CR LF"),
        pytest.param(
            "WEBVTT\n\n1\n00:01.000 --> 00:02.000\na\n2\n00:03.000 --> 00:04.000\nb",
            [(1, 2), (3, 4)], id="no blank line, numbers",
        ),
        pytest.param(
            "WEBVTT\n\n00:01.000 --> 00:02.000\na\n00:03.000 --> 00:04.000\nb",
            [(1, 2), (3, 4)], id="no blank line, no numbers",
        ),
        pytest.param(
            "WEBVTT\n\n00:05.000 --> 00:06.000\na\n\n00:01.000 --> 00:05.500\nb",
            [(5, 6), (1, 5.5)], id="out of order, overlapping",
        ),
        pytest.param("WEBVTT\n\n00:05.000 --> 00:05.000\na", [(5, 5)], id="no length"),
        pytest.param("WEBVTT\n\n00:05.000 --> 00:01.000\na", [(5, 5)], id="ends too early"),
        pytest.param("123:00:01.000 --> 123:00:02.000\na", [(442801, 442802)], id="hours"),
        pytest.param("WEBVTT\n\n0:00:01,000 --> 0:00:02,000\na", [(1, 2)], id="SRT times"),
        pytest.param("WEBVTT\n\n00:01.000 --> 00:02.000 line:0 position:10%,start\na", [(1, 2)],
                     id="settings"),
        pytest.param("WEBVTT\n \n\t\n00:01.000 --> 00:02.000\na\n \n", [(1, 2)], id="blanks"),
        pytest.param("WEBVTT\n\nNOTE\n00:01.000 --> 00:02.000\na\n", [], id="commented out"),
        pytest.param("WEBVTT\n\nSTYLE\n::cue(b) { color: red }\n\nREGION\nid:a\n\nNOTE x\n",
                     [], id="style, region, note"),
        pytest.param("WEBVTT", [], id="only a header"),
        pytest.param("WEBVTT\nKind: x", [], id="only a header with metadata"),
    ],
)  # fmt: skip
def test_files_as_they_are(text: str, expected: list[tuple[float, float]]):
    assert times(text) == expected
    assert all(each in ("a", "b") for each in words(text))


def test_header_metadata():
    captions = parse_vtt(
        "WEBVTT Title\nkind: Captions\nLANG: pt-BR\nX\n\n00:01.000 --> 00:02.000\n"
    )
    assert (captions.kind, captions.language) == ("captions", "pt-BR")
    assert captions_script(captions).language == "pt-BR"
    assumed = captions_script(parse_vtt("WEBVTT\n\n00:01.000 --> 00:02.000\na"))
    assert assumed.language == "en"
    assert "English is assumed" in assumed.notes[0]
    assert parse_vtt("WEBVTT\nLanguage: no such\n").language == ""


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ("<v Mary Ann.loud>Hello</v> <i>there</i>", "Hello there"),
        ("<c.red.big>Red</c> <00:00:01.500>then <lang en-GB>grey</lang>", "Red then grey"),
        ("<ruby>漢<rt>かん</rt>字<rt>じ</rt></ruby>", "漢字"),
        ("A &amp; B &lt;b&gt; &#9731; &nbsp;x&lrm;", "A & B <b> ☃ \xa0x\u200e"),
        ("&amp;lt;", "&lt;"),
        ("I <3 you, 1 < 2", "I <3 you, 1 < 2"),
        ("one<br>two", "one\ntwo"),
        ("  padded  ", "padded"),
        ("a\u2028b", "a\u2028b"),
        ("nul\0", "nul\ufffd"),
    ],
)
def test_the_words_of_a_payload(payload: str, text: str):
    assert from_webvtt(payload) == text


@given(texts)
def test_any_words_survive_a_payload(text: str):
    assert from_webvtt(escaped(tidy(text))) == tidy(text)
    assert tidy(tidy(text)) == tidy(text)


@pytest.mark.parametrize("text", ["", "hello", "a --> b", "WEBVT\n\nx", "00:01.000 -->"])
def test_text_without_cues_is_refused(text: str):
    with pytest.raises(ScriptInvalid, match="holds no cues"):
        parse_vtt(text)


@given(st.lists(st.sampled_from(
    ["WEBVTT", "\n", "\n\n", "00:01.000 --> 00:02.000", "NOTE ", "1", "a", "-->", "<", "&", " "]
), max_size=30).map("".join))  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_no_text_breaks_the_reader(text: str):
    try:
        captions = parse_vtt(text)
    except ScriptInvalid:
        return
    script = captions_script(captions)
    again = captions_script(parse_vtt(to_vtt(script)))
    assert spoken(again) == spoken(script)
