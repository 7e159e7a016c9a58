"""Gaps between dialogue."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.core.errors import OptionInvalid
from scenewise.core.script import Cue
from scenewise.core.time import Span, shared
from scenewise.description.gaps import GapOptions, find_gaps, is_spoken, suitable_gaps

FILM = Span(0.0, 60.0)


def test_a_film_without_dialogue_is_one_gap_from_end_to_end() -> None:
    assert find_gaps([], FILM) == [FILM]


def test_margins_stand_on_the_right_side_of_dialogue_and_not_at_the_films_ends() -> None:
    options = GapOptions(after_dialogue=0.3, before_dialogue=0.1, shortest=0)
    gaps = find_gaps([Span(10, 20)], FILM, options)
    assert [(g.start, g.end) for g in gaps] == [(0, 9.9), (20.3, 60)]


def test_a_pause_that_the_margins_leave_too_little_of_is_no_gap() -> None:
    dialogue = [Span(0, 10), Span(11, 20), Span(21.5, 60)]
    options = GapOptions(after_dialogue=0.2, before_dialogue=0.2, shortest=0.8)
    gaps = find_gaps(dialogue, FILM, options)
    assert [(round(g.start, 3), round(g.end, 3)) for g in gaps] == [(20.2, 21.3)]


def test_dialogue_that_fills_the_film_leaves_no_gap() -> None:
    assert find_gaps([Span(0, 60)], FILM) == []
    assert find_gaps([Span(-5, 100)], FILM) == []


def test_captions_that_are_words_count_as_dialogue_and_sounds_do_not() -> None:
    captions = [
        Cue(Span(0, 9), "[ music ]"),
        Cue(Span(20, 30), "<v Emo>Watch out!"),
        Cue(Span(40, 41), "(DOOR SLAMS)"),
        Cue(Span(45, 45), "no time at all"),
    ]
    gaps = find_gaps([Span(50, 60)], FILM, captions=captions)
    assert [(g.start, g.end) for g in gaps] == [(0, 19.5), (30.2, 49.5)]


@pytest.mark.parametrize(
    ("caption", "spoken"),
    [
        ("Perfectly safe.", True),
        ("[Emo] Watch out!", True),
        ("♪ I walk the line ♪", True),
        ("MAN: [sighs]\nWhat now?", True),
        ("Remember:", False),
        ("危ない！", True),
        ("[ Climactic symphonic ending ]", False),
        ("♪♪", False),
        ("MAN: [sighs]", False),
        ("（拍手）", False),
        ("*thunder*", False),
        ("", False),
    ],
)
def test_what_counts_as_spoken(caption: str, spoken: bool) -> None:
    assert is_spoken(caption) is spoken


def test_suitable_gaps_begin_at_two_seconds() -> None:
    gaps = [Span(0, 1.9), Span(5, 7), Span(10, 20)]
    assert suitable_gaps(gaps) == [Span(5, 7), Span(10, 20)]
    assert suitable_gaps(gaps, 2.5) == [Span(10, 20)]


def test_margins_cannot_be_so_small_that_the_mix_would_overlap() -> None:
    with pytest.raises(OptionInvalid, match="--before-dialogue"):
        GapOptions(before_dialogue=0.02)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-10, 70), st.floats(0.01, 8)), max_size=12),
    st.floats(0.1, 1.0),
    st.floats(0.1, 1.0),
    st.floats(0.0, 3.0),
)
def test_gaps_keep_their_distance_and_nothing_long_enough_is_lost(
    parts: list[tuple[float, float]], after: float, before: float, shortest: float
) -> None:
    dialogue = [Span(start, start + length) for start, length in parts]
    gaps = find_gaps(dialogue, FILM, GapOptions(after, before, shortest))
    grown = [s.padded(before - 1e-6, after - 1e-6) for s in dialogue]
    assert shared(gaps, grown) == pytest.approx(0, abs=1e-9)
    assert all(FILM.start <= g.start < g.end <= FILM.end for g in gaps)
    assert all(g.duration >= shortest for g in gaps)
    assert all(a.end < b.start for a, b in itertools.pairwise(gaps))
    # sampling the film: a moment far from dialogue, with room around it, is in a gap
    half = shortest / 2 + 1e-6
    for i in range(600):
        t = i / 10
        room = Span(t - half, t + half)
        inside = room.start >= FILM.start and room.end <= FILM.end
        if inside and not any(room.overlap(s.padded(before, after)) > 0 for s in dialogue):
            assert any(g.start - 1e-6 <= t <= g.end + 1e-6 for g in gaps), t
