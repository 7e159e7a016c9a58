"""What costs nothing to predict: to be printed beside every result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

CONSTANT: Final = "he looks at her"
"""The sentence that scores 3.98 CIDEr × 100 on MAD-Eval by being said of every clip."""

Line = TypeVar("Line")


def copy_previous(lines: Sequence[Line]) -> list[Line]:
    """Each line predicted by the one before it, the first by the last.

    It looks at no picture and scores 12.18 CIDEr × 100 on MAD-Eval, so that a system below it
    has learnt less than that stories repeat themselves.
    """
    return [lines[i - 1] for i in range(len(lines))]


def constant(lines: Sequence[Line], prediction: Line) -> list[Line]:
    """The same prediction for every line, such as `CONSTANT`."""
    return [prediction] * len(lines)
