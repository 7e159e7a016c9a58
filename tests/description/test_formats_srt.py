"""SubRip: for everything that reads nothing else."""

from __future__ import annotations

import pytest
from formats_strategies import scripts
from hypothesis import given, settings

from scenewise.core.errors import ScriptInvalid
from scenewise.core.script import Description, Script
from scenewise.core.time import Span
from scenewise.description.formats import parse_srt, to_srt
from scenewise.description.formats.timecodes import milliseconds


def cues(text: str) -> list[tuple[float, float, str]]:
    return [(cue.span.start, cue.span.end, cue.text) for cue in parse_srt(text).cues]


def test_the_written_file():
    script = Script(
        descriptions=(
            Description("b", Span(0, 9), "Second --> line & <b>").delivered(
                3661.5, 1.25, "Second --> line & <b>"
            ),
            Description("a", Span(0, 9), "First").delivered(1, 2, "First\n\nshort"),
            Description("c", Span(0, 9), "Never").silenced("no room"),
        )
    )
    assert to_srt(script) == (
        "1\n00:00:01,000 --> 00:00:03,000\nFirst\nshort\n\n"
        "2\n01:01:01,500 --> 01:01:02,750\nSecond -> line & <b>\n"
    )
    assert to_srt(Script()) == ""


@given(scripts())
@settings(max_examples=40, deadline=None)
def test_every_voiced_line_is_there_in_order(script: Script):
    voiced = script.cues()
    if not voiced:
        assert to_srt(script) == ""
        return
    read = parse_srt(to_srt(script)).cues
    assert [milliseconds(c.span.start) for c in read] == [
        milliseconds(c.span.start) for c in voiced
    ]
    assert [cue.id for cue in read] == [str(n) for n in range(1, len(voiced) + 1)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("1\n00:00:01,000 --> 00:00:02,000\na\n", [(1, 2, "a")], id="plain"),
        pytest.param("00:00:01,000 --> 00:00:02,000\na\n\n00:00:03,000 --> 00:00:04,000\nb",
                     [(1, 2, "a"), (3, 4, "b")], id="no numbers"),
        pytest.param("1\n00:00:01,000 --> 00:00:02,000\na\n2\n00:00:03,000 --> 00:00:04,000\nb",
                     [(1, 2, "a"), (3, 4, "b")], id="no blank lines"),
        pytest.param("1\n00:00:01,000 --> 00:00:02,000\na\n\nb\n\n"
                     "2\n00:00:03,000 --> 00:00:04,000\nc",
                     [(1, 2, "a\nb"), (3, 4, "c")], id="blank line in the text"),
        pytest.param("1\n00:00:01,000 --> 00:00:02,000\n"
                     '{\\an8}<i>a</i> <font color="#fff">b</font>',
                     [(1, 2, "a b")], id="styles"),
        pytest.param("1\n00:00:01,000 --> 00:00:02,000  X1:1 X2:2\nx < y > z & &amp;",
                     [(1, 2, "x < y > z & &amp;")], id="text is taken as it is"),
        pytest.param("1\n0:0:1,5 -> 00:00:02.000\na", [(1.5, 2, "a")], id="careless times"),
        pytest.param("1\n00:00:01,000 --> 00:00:02,000\n\n2\n00:00:03,000 --> 00:00:04,000\nb",
                     [(1, 2, ""), (3, 4, "b")], id="empty cue"),
        pytest.param("1\n00:00:01,000 --> 00:00:02,000\n12\n", [(1, 2, "12")],
                     id="a number as text"),
    ],
)  # fmt: skip
def test_files_as_they_are(text: str, expected: list[tuple[float, float, str]]):
    assert cues(text) == expected
    assert cues(text.replace("\n", "\r\n")) == expected


def test_text_without_cues_is_refused():
    with pytest.raises(ScriptInvalid, match="holds no cues"):
        parse_srt("1\n2\n3\n")
