"""Times as captions write them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewise.description.formats.timecodes import clock, milliseconds, parse_clock, parse_timing


@given(st.integers(0, 3_600_000_000), st.sampled_from([".", ","]))
def test_written_times_read_back_to_the_millisecond(ms: int, mark: str):
    assert parse_clock(clock(ms, mark)) == ms
    assert milliseconds(ms / 1000) == ms


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("00:00:01.500", 1500),
        ("01:02.003", 62_003),
        ("1:02:03,004", 3_723_004),
        ("123:00:00.000", 442_800_000),
        ("75:10.000", 4_510_000),
        ("00:00:02", 2000),
        ("00:00:02,5", 2500),
        ("00:00:02.1236", 2124),
        (" 00:00:02.000 ", 2000),
    ],
)
def test_spellings_of_a_time(text: str, ms: int):
    assert parse_clock(text) == ms


@pytest.mark.parametrize("text", ["", "12", "1.5", "a:00:01.000", "00:00:01.000x", "-1:00.000"])
def test_what_is_no_time(text: str):
    assert parse_clock(text) is None


@pytest.mark.parametrize(
    ("line", "timing"),
    [
        ("00:00:01.000 --> 00:00:02.000", (1000, 2000)),
        ("00:01.000-->00:02.000", (1000, 2000)),
        ("\ufeff00:01.000 -> 00:02.000\t line:80% align:start", (1000, 2000)),
        ("0:00:01,000 --> 0:00:02,000 X1:63 X2:223", (1000, 2000)),
        ("00:03.000 --> 00:03.000", (3000, 3000)),
        ("00:05.000 --> 00:02.000", (5000, 5000)),
    ],
)
def test_timing_lines(line: str, timing: tuple[int, int]):
    assert parse_timing(line) == timing


@pytest.mark.parametrize(
    "line",
    [
        "xad(00:00.000 --> 00:04.000)",
        "00:01.000 --> later",
        "see 00:01.000 --> 00:02.000",
        "00:01.000 --> 00:02.000line:80%",
        "--> 00:02.000",
        "a > b",
    ],
)
def test_lines_that_are_no_timing(line: str):
    assert parse_timing(line) is None


@pytest.mark.parametrize("seconds", [math.nan, math.inf])
def test_times_that_cannot_be(seconds: float):
    with pytest.raises(ValueError, match="is not a time"):
        milliseconds(seconds)
    with pytest.raises(ValueError, match="cannot be written"):
        clock(-1)
