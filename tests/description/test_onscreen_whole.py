"""Words that are hidden in part or cut are not read out as if they were whole."""

from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewise.core.media_types import TextLine
from scenewise.description.onscreen import Reading, merge, say
from scenewise.description.onscreen_tracks import Track, rejoined
from scenewise.description.onscreen_whole import MISSING, whole_text

Box = tuple[float, float, float, float]
SIGN: Box = (0.4, 0.1, 0.7, 0.16)


def line(text: str, *cut: str, box: Box = SIGN, confidence: float = 0.99) -> TextLine:
    """A reading, beside some of whose words there is no clear ground."""
    room = tuple(0.05 if word in cut else 1.0 for word in text.split())
    return TextLine(text, box, confidence, room)


def told(*lines: TextLine) -> list[str]:
    readings = [Reading(0.4 * n, (one,)) for n, one in enumerate(lines)]
    return [text for text in map(say, merge(readings)) if text]


def test_a_word_that_is_cut_in_every_reading_is_left_out() -> None:
    assert told(line("FRESH BRF", "BRF"), line("FRESH BRE", "BRE"), line("FRESH BRF", "BRF")) == [
        "Text on screen: Fresh…"
    ]
    assert told(line("LATFORM 2", "LATFORM"), line("LATFORM 2", "LATFORM")) == [
        "Text on screen: … 2."
    ]
    assert told(*[line("MARK", "MARK")] * 5) == []  # a word, but of MARKET


def test_one_reading_that_has_all_of_a_word_completes_the_others() -> None:
    cut = [line("FRESH BRE", "BRE")] * 5
    assert told(*cut, line("FRESH BREAD"), *cut) == ["Text on screen: Fresh Bread."]


def test_readings_of_which_each_hides_something_else_are_put_together() -> None:
    assert told(
        line("TO THE BEA", "BEA"),
        line("TO THE B", "B"),
        line("HE BEACH", "HE"),
        line("HE BEACH", "HE"),
    ) == ["Text on screen: To the Beach."]
    assert told(line("Post Office"), line("Post O", "O"), line("Post O", "O")) == [
        "Text on screen: Post Office."
    ]


def test_a_piece_that_is_taken_for_whole_gives_way_to_the_whole() -> None:
    assert told(line("LIBRAR"), line("LIBRA", "LIBRA"), line("LIBRARY"), line("LIBRAR")) == [
        "Text on screen: Library."
    ]


def test_a_word_that_more_readings_cut_than_have_whole_is_left_out() -> None:
    cut = line("BOOKS", "BOOKS")  # of BOOKSHOP, and once the edge lies between two letters
    assert told(cut, TextLine("BOOKS", SIGN, 0.99, (0.25,)), cut) == []
    assert told(TextLine("BOOKS", SIGN, 0.99, (0.25,))) == ["Text on screen: Books."]


def test_a_name_with_little_room_needs_more_than_a_word_of_the_dictionary() -> None:
    tight = TextLine("BAKF", SIGN, 0.99, (0.3,))
    assert told(tight, tight) == []
    assert told(TextLine("BAKERY", SIGN, 0.99, (0.3,))) == ["Text on screen: Bakery."]
    assert told(TextLine("Lindqvist", SIGN, 0.99, (0.6,))) == ["Text on screen: Lindqvist."]


def test_a_word_that_hardly_anything_comes_near_is_told_and_a_name_is_not() -> None:
    assert told(TextLine("BAKERY", SIGN, 0.99, (0.1,))) == ["Text on screen: Bakery."]
    assert told(TextLine("Lindqvist", SIGN, 0.99, (0.1,))) == []


def test_arrows_beside_words_are_no_pieces_of_words() -> None:
    exits = [line("<< Exit", "<<"), line("Exit →", "→")]
    assert told(exits[0], exits[0]) == ["Text on screen: << Exit."]
    assert told(exits[1], exits[1]) == ["Text on screen: Exit →."]


def test_what_is_hidden_between_two_pieces_is_marked() -> None:
    left, right = (0.1, 0.1, 0.2, 0.16), (0.35, 0.1, 0.55, 0.16)
    pieces = (line("FRE", "FRE", box=left), line("BREAD", box=right))
    near = (line("FRE", "FRE", box=left), line("BREAD", box=(0.22, 0.1, 0.4, 0.16)))
    for found, said in ((near, "… Bread."), (pieces, "Bread.")):
        readings = [Reading(0.4 * n, found) for n in range(3)]
        assert [say(event) for event in merge(readings)] == [f"Text on screen: {said}"]


def test_another_shot_does_not_complete_a_sign() -> None:
    lines = [line("POST OFF", "OFF"), line("POST OFF", "OFF"), line("OFFICE SUPPLIES")]
    readings = [Reading(float(n), (one,)) for n, one in enumerate(lines)]
    texts = [event.text for event in merge(readings, cuts=[1.5])]
    assert "POST OFFICE SUPPLIES" not in " ".join(texts).replace("\n", " ")


def test_a_line_that_comes_much_later_or_elsewhere_completes_nothing() -> None:
    cut, whole = line("Produced by Anna", "Produced"), line("Produced by Anna")
    smith = line("Anna Smith")
    readings = [(0.0, cut), (0.5, whole), (10.0, smith), (10.5, smith)]
    events = merge([Reading(time, (one,)) for time, one in readings])
    assert [event.text for event in events] == ["Produced by Anna", "Anna Smith"]
    left, right = (0.0, 0.1, 0.3, 0.16), (0.6, 0.1, 0.9, 0.16)
    beside = [line("Produced by Anna", "Anna", box=left), line("Anna Smith", box=right)]
    tracks = [Track([float(n)], [one]) for n, one in enumerate(beside)]
    assert rejoined(tracks, ()) == tracks
    moved = [Track([0.0], [beside[0]]), Track([1.0], [line("Anna Smith", box=left)])]
    assert len(rejoined(moved, ())) == 1
    assert len(rejoined(moved, (0.5,))) == 2


def test_putting_lines_together_takes_no_time_where_nothing_is_cut() -> None:
    plain = [Track([float(n)], [line(f"line {n} of many")]) for n in range(4000)]
    one_cut = [*plain, Track([4000.0], [line("FRESH BRE", "BRE")])]
    cuts = [n + 0.5 for n in range(0, 4000, 2)]
    started = perf_counter()
    assert rejoined(plain, cuts) == plain
    assert rejoined(one_cut, cuts) == one_cut
    assert perf_counter() - started < 2.0


def test_signs_that_are_whole_words_each_are_never_taken_for_cut() -> None:
    exit_sign = TextLine("出口", SIGN, 0.99, (0.0,))
    assert told(exit_sign, exit_sign) == ["Text on screen: 出口。"]


@given(st.lists(st.sampled_from(["THE END", "Chapter Two", "Sintel"]), min_size=1, max_size=6))
def test_readings_that_nothing_cuts_are_left_as_they_were(texts: list[str]) -> None:
    assert whole_text([line(text) for text in texts]) is None
    assert whole_text([TextLine(text, SIGN, 0.9) for text in texts]) is None


WORDS = ["NO", "ENTRY", "TO", "PLATFORM", "7", "Lindqvist"]


@given(
    st.permutations(range(len(WORDS))),
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(1, 4), st.booleans()), min_size=1, max_size=8
    ),
)
def test_only_words_that_a_reading_has_whole_are_said(
    order: list[int], hidden: list[tuple[int, int, bool]]
) -> None:
    sign = [WORDS[n] for n in order[:4]]
    lines, seen = [], set[str]()
    for at, letters, from_left in hidden:
        at %= len(sign)
        word = sign[at]
        piece = word[:letters] if not from_left else word[-letters:]
        read = [*sign[:at], piece] if not from_left else [piece, *sign[at + 1 :]]
        room = [1.0] * len(read)
        room[-1 if not from_left else 0] = 0.0
        seen |= {w for w, r in zip(read, room, strict=True) if r}
        lines.append(TextLine(" ".join(read), SIGN, 0.99, tuple(room)))
    found = whole_text(lines)
    assert found is not None
    said = [word for word in found[0].split() if word != MISSING]
    assert set(said) <= seen


@pytest.mark.parametrize("room", [(), (1.0,), (0.0, 0.0, 0.0)])
def test_room_that_is_not_told_for_each_word_is_not_judged(room: tuple[float, ...]) -> None:
    assert told(TextLine("FRESH BREAD", SIGN, 0.99, room)) == ["Text on screen: Fresh Bread."]
