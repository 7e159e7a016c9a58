"""The line of a JSON text on which a value stands, for messages about it."""

from __future__ import annotations

import json
import re

_BLANKS = re.compile(r"[ \t\n\r]*")


def line_of(text: str, where: tuple[str | int, ...]) -> int | None:
    """The number (from 1) of the line on which the value at a place begins.

    Args:
        text: valid JSON.
        where: keys of objects and indices of lists, outermost first. Where a key is absent
            the line of the object that should have it is meant.
    """
    decoder = json.JSONDecoder()
    at = _skip(text, 0)
    try:
        for step in where:
            found = _step(text, at, step, decoder)
            if found is None:
                break
            at = found
    except (ValueError, IndexError, RecursionError):
        return None
    return text.count("\n", 0, at) + 1


def _skip(text: str, at: int) -> int:
    match = _BLANKS.match(text, at)
    return match.end() if match else at


def _step(text: str, at: int, step: str | int, decoder: json.JSONDecoder) -> int | None:
    """The offset of one key's or index's value inside the value that begins at `at`."""
    opening = text[at]
    if opening not in "{[" or (opening == "{") != isinstance(step, str):
        return None
    number = 0
    found: int | None = None
    at = _skip(text, at + 1)
    while text[at] not in "}]":
        key: str | int = number
        if opening == "{":
            key, at = decoder.raw_decode(text, at)
            at = _skip(text, _skip(text, at) + 1)  # past the colon
        if key == step:
            found = at  # the last one of equal keys is the one that counts
            if opening == "[":
                break
        _, at = decoder.raw_decode(text, at)
        at = _skip(text, at)
        if text[at] == ",":
            at = _skip(text, at + 1)
        number += 1
    return found
