"""A sentence about a small world is believed only of a picture of that world."""

from __future__ import annotations

import numpy as np

from scenewise.models.agreement import belongs


def test_without_sentences_about_anything_else_every_picture_belongs() -> None:
    assert belongs(np.array([0.1, 0.9]), np.array([]), 0.6).tolist() == [1.0, 1.0]


def test_a_sentence_must_lie_far_above_those_about_anything_else() -> None:
    elsewhere = np.array([0.2, 0.3, 0.9])  # their median counts, not the best of them
    near, even, far = belongs(np.array([0.5, 0.8, 1.0]), elsewhere, 0.5)
    assert near < 0.01
    assert even == 0.5
    assert far > 0.99
