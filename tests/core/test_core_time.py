"""The algebra of spans, against counting on a grid."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.core.time import Span, complement, intersection, shared, union

END = 40
SPANS = st.lists(
    st.builds(lambda a, b: Span(a, a + b), st.integers(0, END - 10), st.integers(0, 10)), max_size=9
)


def covered(spans: list[Span]) -> np.ndarray:
    """Which of the seconds [0, END) are covered; whole bounds make this exact."""
    seconds = np.zeros(END, bool)
    for span in spans:
        seconds[int(span.start) : int(span.end)] = True
    return seconds


def ordered_and_apart(spans: list[Span]) -> bool:
    return all(a.end < b.start for a, b in pairwise(spans))


@pytest.mark.parametrize(
    ("start", "end"), [(2.0, 1.0), (math.nan, 1.0), (0.0, math.nan), (0.0, math.inf)]
)
def test_a_span_has_finite_bounds_in_order(start, end) -> None:
    with pytest.raises(ValueError, match="span"):
        Span(start, end)


def test_a_span_of_no_length_is_one() -> None:
    span = Span(3.0, 3.0)
    assert (span.duration, span.middle) == (0, 3)
    assert span.contains(3.0)
    assert not span.contains(3.0001)
    assert span.clipped(Span(0, 9)) is None


@settings(max_examples=200, deadline=None)
@given(SPANS)
def test_union_covers_the_same_seconds_in_order(spans) -> None:
    joined = union(spans)
    assert np.array_equal(covered(joined), covered(spans))
    assert ordered_and_apart(joined)
    assert union(joined) == joined
    assert union(reversed(spans)) == joined


@settings(max_examples=100, deadline=None)
@given(SPANS, st.integers(0, 5))
def test_union_joins_what_is_near(spans, join) -> None:
    joined = union(spans, join=join)
    assert all(b.start - a.end > join for a, b in pairwise(joined))
    assert not (covered(spans) & ~covered(joined)).any()


@settings(max_examples=200, deadline=None)
@given(SPANS, st.integers(0, 20), st.integers(0, 20))
def test_complement_is_what_no_span_covers(spans, start, length) -> None:
    within = Span(start, start + length)
    free = complement(spans, within)
    expected = covered([within]) & ~covered(spans)
    assert np.array_equal(covered(free), expected)
    assert all(span.duration > 0 for span in free)
    assert all(a.end <= b.start for a, b in pairwise(free))


@settings(max_examples=200, deadline=None)
@given(SPANS, SPANS)
def test_intersection_is_what_both_cover(first, second) -> None:
    both = intersection(first, second)
    expected = covered(first) & covered(second)
    assert np.array_equal(covered(both), expected)
    assert shared(first, second) == expected.sum()
    assert intersection(second, first) == both
    assert all(a.end <= b.start for a, b in pairwise(both))


@settings(max_examples=100, deadline=None)
@given(SPANS, SPANS)
def test_a_film_is_its_gaps_and_its_dialogue(dialogue, others) -> None:
    film = Span(0, END)
    gaps = complement(dialogue, film)
    assert shared(gaps, dialogue) == 0
    assert shared(gaps, [film]) + shared(dialogue, [film]) == END
    assert shared(others, gaps) + shared(others, dialogue) == shared(others, [film])


BOUNDS = st.floats(-50, 50).map(lambda x: round(x, 2))


@settings(max_examples=150, deadline=None)
@given(BOUNDS, st.floats(0, 20), BOUNDS, st.floats(0, 20))
def test_overlap_and_clipping_agree(a, length_a, b, length_b) -> None:
    first, second = Span(a, a + length_a), Span(b, b + length_b)
    common = first.overlap(second)
    assert common == second.overlap(first)
    assert 0 <= common <= min(first.duration, second.duration) + 1e-9
    clipped = first.clipped(second)
    assert (clipped is None) == (common == 0)
    if clipped is not None:
        assert clipped.duration == pytest.approx(common)
        assert second.contains(clipped.start)
        assert first.contains(clipped.end)


@settings(max_examples=150, deadline=None)
@given(BOUNDS, st.floats(0, 20), st.floats(-15, 15), st.floats(-15, 15))
def test_padding_grows_shrinks_and_never_turns_a_span_over(start, length, before, after) -> None:
    span = Span(start, start + length)
    padded = span.padded(before, after)
    assert padded.duration == pytest.approx(max(0.0, length + before + after), abs=1e-9)
    if length + before + after >= 0:
        assert padded.start == pytest.approx(start - before)
    assert span.padded(1.0) == Span(span.start - 1.0, span.end + 1.0)


def test_spans_are_ordered_by_start_then_end() -> None:
    assert sorted([Span(2, 3), Span(1, 9), Span(1, 2)]) == [Span(1, 2), Span(1, 9), Span(2, 3)]
