"""What is said of writing that is read out is not said again."""

from __future__ import annotations

import numpy as np
import pytest

from scenewise.core.media_types import Candidate, Frame, Keyframe
from scenewise.core.time import Span
from scenewise.description.lines import worded_lines
from scenewise.description.onscreen import TextEvent
from scenewise.description.options import DraftOptions
from scenewise.description.wording import tells_only_writing

CARD = "white letters on a black background"


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("White letters on a black background.", True),
        ("A title card with large letters.", True),
        ("A title card with a frame.", True),
        ("A sign that says no entry.", True),
        ("The title of the movie is shown on a dark screen.", True),
        ("A screen with the names of the cast.", True),
        ('A logo with the words "the last drum".', True),
        ("A sign hangs on a brick wall.", False),
        ("A man holds a sign that says no entry.", False),
        ("A woman reads a letter.", False),
        ("A black background.", False),
        ("A lighthouse at night.", False),
        ("", False),
    ],
)
def test_what_tells_only_of_writing_is_known(text: str, only: bool) -> None:
    assert tells_only_writing(text) == only


def told(caption: str, *, at: float = 2.0, confidence: float = 0.9, **options):
    keyframe = Keyframe(Frame(at, np.zeros((4, 4, 3), np.uint8)), Span(at - 1, at + 1))
    event = TextEvent(Span(1, 4), "The Last Drum", "title", confidence, (0.2, 0.2, 0.8, 0.4))
    lines = worded_lines(
        [keyframe], [[Candidate(caption, 0.8)]], [event], "known", DraftOptions(**options)
    )
    return next(line for line in lines if line.kind == "visual")


def test_it_is_left_out_where_the_writing_is_read() -> None:
    assert "read out" in told(CARD).reason
    assert told(CARD).variants == ()


@pytest.mark.parametrize(
    "line",
    [
        lambda: told("a drummer walks past a title card"),
        lambda: told(CARD, at=9.0),  # nothing is written there
        lambda: told(CARD, confidence=0.2),  # the reader is not sure, so nobody reads it out
        lambda: told(CARD, reword=False),
    ],
)
def test_it_stays_where_it_is_all_there_is(line) -> None:
    assert line().reason == ""
