"""Captions are kept for the captioner that gave them, and for no other."""

from __future__ import annotations

import numpy as np
import pytest

from scenewise.core.media_types import Candidate, Frame, Keyframe
from scenewise.core.ports import CaptionContext
from scenewise.core.time import Span
from scenewise.description.cache import Cache
from scenewise.description.captioning import caption
from scenewise.description.options import DraftOptions
from scenewise.description.work import Work

KEYFRAMES = [
    Keyframe(Frame(float(i), np.zeros((4, 4, 3), np.uint8)), Span(i, i + 1)) for i in range(3)
]


class Saying:
    """Says one thing of every key frame, and counts how often it is asked."""

    name = "saying"
    asked = 0

    def __init__(self, state: object, text: str) -> None:
        self.state, self.text = state, text

    def describe(self, keyframes, context):
        type(self).asked += 1
        for _ in keyframes:
            yield [Candidate(self.text, 0.8)]


def _asked(captioner: Saying, cache: Cache) -> tuple[str, int]:
    """What it says, and how often it was asked for that."""
    before = Saying.asked
    rows = caption(captioner, KEYFRAMES, CaptionContext(), "d", DraftOptions(), Work(cache))
    return rows[-1][0].text, Saying.asked - before


def test_a_captioner_in_another_state_is_asked_anew(tmp_path) -> None:
    cache = Cache(tmp_path)
    assert _asked(Saying(1, "a dog"), cache) == ("a dog", 1)
    assert _asked(Saying(1, "a dog"), cache) == ("a dog", 0)
    assert _asked(Saying(2, "a cat"), cache) == ("a cat", 1)
    assert _asked(Saying(DraftOptions(), "a hen"), cache) == ("a hen", 1)
    assert _asked(Saying(DraftOptions(), "a hen"), cache) == ("a hen", 0)
    assert _asked(Saying(DraftOptions(names="Ana"), "a hen"), cache) == ("a hen", 1)


@pytest.mark.parametrize("state", [object(), [np.zeros(9)], {1.5 + 2j}])
def test_nothing_is_kept_of_a_captioner_whose_state_is_not_plain(tmp_path, state) -> None:
    cache = Cache(tmp_path)
    for _ in range(2):
        assert _asked(Saying(state, "a dog"), cache) == ("a dog", 1)
