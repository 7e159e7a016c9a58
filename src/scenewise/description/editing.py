"""What a person changed in a script, and what follows from it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from scenewise.core.script import Description, Script
from scenewise.description import formats
from scenewise.description.wording import variants


def read_edited(path: Path) -> Script:
    """A script as a person left it.

    Caption formats cannot hold everything that a script knows (confidence, other wordings,
    which film): where the JSON script lies beside such a file, the edits are merged into it.

    Raises:
        InputError: the file cannot be read as a script.
    """
    edited = formats.read_edited(path)
    return edited.with_descriptions(
        tuple(_refreshed(line, edited.language) for line in edited.descriptions)
    )


def _refreshed(line: Description, language: str) -> Description:
    """The line with its shorter wordings brought up to date.

    Shorter wordings are made from the text, so those that do not follow from it are older
    than it: a person has rewritten the text, and hears what was written.
    """
    if line.spoken and line.spoken not in line.wordings:  # the spoken words were rewritten
        return replace(line, text=line.spoken, variants=(), source="person")
    if line.variants and line.variants != variants(line.text, language=language):
        return replace(line, variants=(), spoken=line.text if line.voiced else "", source="person")
    return line
