"""Files that every drawn set of videos has: tables and what tells a whole video."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from scenewise.core.errors import InputError
from scenewise.media.atomic import atomic_text
from scenewise.media.probe import probe_film

_NEAR: Final = 0.1
"""Seconds by which a video's length may be off: containers round to their sound's blocks."""


def is_whole(path: Path, seconds: float) -> bool:
    """Whether there is a video that can be opened and has the length it should have."""
    if not path.is_file():
        return False
    try:
        length = probe_film(path).duration
    except InputError:
        return False
    return length is not None and abs(length - seconds) <= _NEAR


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """A csv file with a line of column names, quoted where needed.

    Raises:
        OutputUnwritable: see `media.atomic.atomic`.
    """
    text = io.StringIO()
    table = csv.DictWriter(text, list(columns), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    atomic_text(path, text.getvalue())


def write_json(path: Path, value: Any) -> None:
    """A json file that a person can read.

    Raises:
        OutputUnwritable: see `media.atomic.atomic`.
    """
    atomic_text(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n")
