"""DAPT as the Candidate Recommendation asks for it, and timed text as others write it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from formats_strategies import scripts
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.core.errors import ScriptInvalid
from scenewise.core.script import Description, FilmReference, Script
from scenewise.core.time import Span
from scenewise.description.formats import to_dapt
from scenewise.description.formats.dapt import dapt_script, parse_dapt
from scenewise.description.formats.plain_text import for_xml, tidy
from scenewise.description.formats.ttml import parse_ttml

TT = "{http://www.w3.org/ns/ttml}"
TTA = "{http://www.w3.org/ns/ttml#audio}"
TTM = "{http://www.w3.org/ns/ttml#metadata}"
TTP = "{http://www.w3.org/ns/ttml#parameter}"
DAPTM = "{http://www.w3.org/ns/ttml/profile/dapt#metadata}"
XML = "{http://www.w3.org/XML/1998/namespace}"


def line(name: str, start: float, length: float, **rest: str) -> Description:
    return Description(name, Span(start, start + length), f"Line {name}", **rest).delivered(
        start, length, f"Line {name}"
    )


def ms(text: str | None) -> int:
    assert text is not None
    match = re.fullmatch(r"([0-9]+)\.([0-9]{3})s", text)
    assert match, text
    return int(match[1]) * 1000 + int(match[2])


@dataclass
class Event:
    begin: int
    end: int
    speech: tuple[int, int]
    element: ElementTree.Element

    def gain(self, time: float) -> float:
        """The factor on the film's sound, as TTML2 animates it."""
        paragraph = self.element.find(f"{TT}p")
        assert paragraph is not None
        value = float(paragraph.get(f"{TTA}gain", "1"))
        for animate in paragraph.findall(f"{TT}animate"):
            begin = self.begin + ms(animate.get("begin"))
            end = self.begin + ms(animate.get("end"))
            first, last = map(float, animate.get(f"{TTA}gain", "").split(";"))
            if begin <= time < end:
                value = first + (last - first) * (time - begin) / (end - begin)
            elif time >= end and animate.get("fill") == "freeze":
                value = last
        return value


def events(text: str) -> list[Event]:
    out = []
    for div in ElementTree.fromstring(text).iter(f"{TT}div"):
        begin = ms(div.get("begin"))
        span = div.find(f"{TT}p/{TT}span")
        assert span is not None
        speech = begin + ms(span.get("begin")), begin + ms(span.get("end"))
        out.append(Event(begin, ms(div.get("end")), speech, div))
    return out


def gain(found: list[Event], time: float) -> float:
    value = 1.0
    for event in found:
        if event.begin <= time < event.end:
            value *= event.gain(time)
    return value


@given(scripts())
@settings(max_examples=60, deadline=None)
def test_a_document_conforms(script: Script):
    text = to_dapt(script)
    root = ElementTree.fromstring(text.encode("utf-8"))
    assert root.tag == f"{TT}tt"
    assert root.get(f"{XML}lang") == script.language
    profiles = root.get(f"{TTP}contentProfiles", "").split()
    assert "http://www.w3.org/ns/ttml/profile/dapt1.0/content" in profiles
    represents = root.get(f"{DAPTM}scriptRepresents", "").split()
    assert root.get(f"{DAPTM}scriptType") in {"preRecording", "asRecorded"}
    assert not {f"{TTP}profile", f"{TTP}clockMode", f"{TTP}timeBase"} & set(root.keys())
    assert [child.tag for child in root] in ([f"{TT}body"], [f"{TT}head", f"{TT}body"])
    body = root[-1]
    assert {child.tag for child in body} <= {f"{TT}div"}
    names = [div.get(f"{XML}id", "") for div in body]
    assert len(set(names)) == len(names)
    assert len(names) == sum(line.voiced for line in script.descriptions)
    for name, event in zip(names, events(text), strict=True):
        assert re.fullmatch(r"[A-Za-z_][\w.\-]*", name)
        div = event.element
        assert div.get(f"{DAPTM}represents") in represents
        assert [child.tag for child in div] == [f"{TTM}desc", f"{TT}p"]
        order = [child.tag for child in div[1]]
        assert order == sorted(order) == [*[f"{TT}animate"] * (len(order) - 1), f"{TT}span"]
        assert div[1][-1].get(f"{TTA}speak") == "normal"
        assert event.begin <= event.speech[0] <= event.speech[1] <= event.end
        for animate in div[1][:-1]:
            assert 0 <= ms(animate.get("begin")) < ms(animate.get("end")) <= event.end - event.begin


@given(scripts())
@settings(max_examples=60, deadline=None)
def test_a_document_reads_back(script: Script):
    read = dapt_script(to_dapt(script))
    voiced = {line.id: line for line in script.descriptions if line.voiced and line.duration}
    got = {line.id: line for line in read.descriptions}
    assert voiced.keys() <= got.keys()
    for name, expected in voiced.items():
        assert (got[name].start, got[name].duration) == (expected.start, expected.duration)
        assert got[name].spoken == tidy(for_xml(tidy(expected.spoken)))
        assert got[name].kind == expected.kind
        assert got[name].salience == pytest.approx(expected.salience, abs=1e-6)
    assert read.language == script.language
    if script.film != FilmReference():
        assert read.film.digest == script.film.digest
        assert read.film.duration == script.film.duration
        assert read.film.name == " ".join(for_xml(script.film.name).split())


def test_the_written_event():
    text = to_dapt(Script(descriptions=(line("d1", 25.3, 2.4, kind="text"),)))
    assert (
        '    <div xml:id="d1" begin="25.000s" end="28.000s" daptm:represents="visual.text"'
        ' daptm:langSrc="en">\n'
        '      <ttm:desc daptm:descType="plotSignificance">0.5</ttm:desc>\n'
        "      <p>\n"
        '        <animate begin="0.000s" end="0.300s" tta:gain="1;0.39" fill="freeze"/>\n'
        '        <animate begin="2.700s" end="3.000s" tta:gain="0.39;1"/>\n'
        '        <span begin="0.300s" end="2.700s" tta:speak="normal">Line d1</span>\n'
        "      </p>\n"
        "    </div>\n"
    ) in text
    assert 'scriptType="preRecording"' in text
    assert 'scriptType="asRecorded"' in to_dapt(Script(), recorded=True)


times = st.lists(st.tuples(st.integers(0, 2000), st.integers(1, 3000)), min_size=1, max_size=6).map(
    lambda pairs: [(gap / 1000, length / 1000) for gap, length in pairs]
)


@given(times, st.sampled_from([0.0, 0.1]))
@settings(max_examples=60, deadline=None)
def test_the_films_sound_is_down_during_speech_and_up_in_long_pauses(
    pairs: list[tuple[float, float]], after: float
):
    at, lines = 0.0, []
    for number, (gap, length) in enumerate(pairs):
        lines.append(line(f"d{number}", round(at + gap, 3), length))
        at = round(at + gap + length, 3)
    film = FilmReference(duration=round(at + after, 3) if after else 0.0)
    found = events(to_dapt(Script(film=film, descriptions=tuple(lines))))
    if after:
        assert found[-1].end <= round((at + after) * 1000)
    for one, two in pairwise(found):
        assert one.end <= two.begin, "no two events change the sound at once"
        gap = two.speech[0] - one.speech[1]
        if gap >= 600:
            assert gain(found, one.speech[1] + gap / 2) == 1.0
        else:
            held = [one.speech[1] + gap * share / 10 for share in range(10)]
            assert [gain(found, time) for time in held] == pytest.approx([0.39] * 10)
    for event in found:
        middle = (event.speech[0] + event.speech[1]) / 2
        inside = [event.speech[0], middle, event.speech[1] - 0.5]
        assert [gain(found, time) for time in inside] == pytest.approx([0.39] * 3)
    first = found[0]
    if first.speech[0] > 0:
        assert gain(found, first.begin) == pytest.approx(1.0)


def test_a_line_spoken_into_a_longer_one_adds_no_fade():
    lines = (line("a", 1, 9), line("b", 3, 1), line("c", 20, 1))
    found = events(to_dapt(Script(descriptions=lines)))
    assert [(event.begin, event.end) for event in found] == [
        (700, 10_000), (3000, 4000), (19_700, 21_300),
    ]  # fmt: skip


def wrap(body: str, attributes: str = "") -> str:
    return (
        '<?xml version="1.0"?><tt xmlns="http://www.w3.org/ns/ttml"'
        ' xmlns:ttp="http://www.w3.org/ns/ttml#parameter"'
        ' xmlns:tts="http://www.w3.org/ns/ttml#styling"'
        ' xmlns:daptm="http://www.w3.org/ns/ttml/profile/dapt#metadata"'
        f' xml:lang="en" {attributes}><head/><body>{body}</body></tt>'
    )


def cues(text: str) -> list[tuple[float, float, str]]:
    return [(cue.span.start, cue.span.end, cue.text) for cue in parse_dapt(text).cues]


@pytest.mark.parametrize(
    ("begin", "seconds", "attributes"),
    [
        ("00:00:12.500", 12.5, ""),
        ("00:00:12", 12, ""),
        ("100:00:00.25", 360_000.25, ""),
        ("12.3s", 12.3, ""),
        ("1.5m", 90, ""),
        ("0.5h", 1800, ""),
        ("250ms", 0.25, ""),
        ("12.5", 12.5, ""),
        ("15f", 0.5, ""),
        ("50f", 2, 'ttp:frameRate="25"'),
        ("00:00:01:12", 1.48, 'ttp:frameRate="25"'),
        ("00:00:01:15", 1.5005, 'ttp:frameRate="30" ttp:frameRateMultiplier="1000 1001"'),
        ("00:00:01:12.1", 1.5, 'ttp:frameRate="25" ttp:subFrameRate="2"'),
        ("30000000t", 3, 'ttp:tickRate="10000000"'),
        ("3t", 3, ""),
    ],
)
def test_time_expressions(begin: str, seconds: float, attributes: str):
    text = wrap(f'<div><p begin="{begin}" dur="1s">x</p></div>', attributes)
    ((start, end, _),) = cues(text)
    assert start == pytest.approx(seconds, abs=0.0006)
    assert end - start == pytest.approx(1)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param('<div begin="10s"><p begin="1s" end="2s">a</p></div>', [(11, 12, "a")],
                     id="relative to the parent"),
        pytest.param('<div begin="10s" end="11.5s"><p begin="1s" end="9s">a</p></div>',
                     [(11, 11.5, "a")], id="cut by the parent"),
        pytest.param('<div timeContainer="seq"><p dur="2s">a</p><p begin="1s" dur="2s">b</p></div>',
                     [(0, 2, "a"), (3, 5, "b")], id="in sequence"),
        pytest.param('<div><p begin="1s" end="4s" dur="2s">a</p></div>', [(1, 3, "a")],
                     id="end and duration"),
        pytest.param('<div><p begin="1s">a</p><p begin="5s">b</p></div>',
                     [(1, 5, "a"), (5, 5, "b")], id="nothing ends it"),
        pytest.param('<div><p begin="1s" end="9s"><span begin="1s" end="2s">a</span>'
                     '<br/><span begin="3s" end="4s">b</span></p></div>', [(2, 5, "a\nb")],
                     id="timed spans"),
        pytest.param('<div><p begin="0s" end="1s">\n  a\n   b <span>c</span>d\n</p></div>',
                     [(0, 1, "a b cd")], id="white space"),
        pytest.param('<div><p begin="0s" end="1s" xml:space="preserve">a  b</p></div>',
                     [(0, 1, "a  b")], id="white space kept"),
        pytest.param('<div><p begin="0s" end="1s"><metadata>no</metadata>a'
                     '<span tts:ruby="container"><span tts:ruby="base">漢</span>'
                     '<span tts:ruby="text">かん</span></span></p></div>', [(0, 1, "a漢")],
                     id="ruby and metadata"),
        pytest.param('<div><p begin="0s" end="1s"> </p><p begin="5s" end="4s">b</p></div>',
                     [(5, 5, "b")], id="empty; ends too early"),
        pytest.param('<div begin="5s" end="6s"><p>b</p></div>'
                     '<div begin="1s" end="2s"><p>a</p></div>',
                     [(1, 2, "a"), (5, 6, "b")], id="out of order"),
        pytest.param("", [], id="nothing"),
    ],
)  # fmt: skip
def test_timed_text_of_others(body: str, expected: list[tuple[float, float, str]]):
    assert cues(wrap(body)) == expected
    older = wrap(body).replace("http://www.w3.org/ns/ttml", "http://www.w3.org/2006/10/ttaf1")
    assert cues(older) == expected


def test_translations_beside_the_original_are_left_out():
    event = (
        '<div xml:id="e1" begin="10s" end="13s" daptm:represents="visual.text.location">'
        '<p xml:lang="en">A boat.</p><p xml:lang="fr" daptm:langSrc="en">Un bateau.</p></div>'
    )
    assert [text for _, _, text in cues(wrap(event, 'daptm:scriptType="preRecording"'))] == [
        "A boat."
    ]
    assert len(cues(wrap(event))) == 2, "captions that are no script may mix languages"


BOMB = (
    '<!DOCTYPE tt [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    '<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p>&c;</p></div></body></tt>'
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BOMB, "has a document type declaration"),
        ('<!DOCTYPE tt SYSTEM "file:///etc/hosts"><tt/>', "has a document type declaration"),
        ("<tt><body></tt>", "is not well-formed XML: mismatched tag (line 1, column 13)"),
        ("<tt>&nbsp;</tt>", "is not well-formed XML: undefined entity"),
        ("<tt>\x01</tt>", "is not well-formed XML"),
        ("<tt>\ud800</tt>", "is not well-formed XML"),
        ("<html/>", "is XML but no timed text: its root is <html>, not <tt>"),
        ("<tt>" * 200, "is nested more than 100 elements deep"),
        (wrap('<div><p begin="soon">a</p></div>'), "has a time that is none: 'soon'"),
        (wrap('<div><p begin="-1s">a</p></div>'), "has a time that is none: '-1s'"),
    ],
)
def test_xml_that_is_refused(text: str, message: str):
    with pytest.raises(ScriptInvalid) as error:
        dapt_script(text)
    assert message in str(error.value)


def test_words_and_ids_that_xml_cannot_hold():
    words = "a\x0b\x01b <&>\"' ]]>  c\td"
    script = Script(
        descriptions=(
            Description("1", Span(1, 2), words).delivered(1, 1, words),
            Description("l_1", Span(3, 4), "y").delivered(3, 1, "y"),
            Description("ü & <b>", Span(5, 6), "z\nz").delivered(5, 1, "z\nz"),
        )
    )
    read = dapt_script(to_dapt(script))
    assert [line.id for line in read.descriptions] == ["1", "l_1", "ü & <b>"]
    assert [line.text for line in read.descriptions] == ["a  b <&>\"' ]]>  c\td", "y", "z\nz"]


def test_the_document_itself():
    document = parse_ttml(to_dapt(Script(film=FilmReference("a  b", "x", 1.5), language="sv")))
    assert (document.language, document.title) == ("sv", "a b")
    assert document.film == {"digest": "x", "duration": "1.500s"}
