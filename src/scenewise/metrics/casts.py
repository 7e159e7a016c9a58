"""Who is in a film, for CRITIC: casts by film from a character bank, or from a table."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from scenewise.core.errors import FileMissing, FileUnreadable, InputError
from scenewise.metrics.ad_matching import film_key
from scenewise.metrics.ad_tables import FILMS, AdRow, read_table, split_names

EVERY_FILM: Final = ""
"""Key of a cast that is that of all films."""

_ROLES: Final = ("role", "character", "characters", "name", "names", "cast")
"""Where a name stands, the best first: in the banks of AutoAD-II `name` is the actor."""

_UNTOLD: Final = re.compile(r"\s*\([^()]*\)")  # (uncredited), (voice)

Casts = Mapping[str, Sequence[str]]
"""Names by film, as `film_key` writes it."""


def read_casts(path: str | Path) -> Casts:
    """Casts from a file: JSON with a list of names, or of entries with `role`, for each film (the
    character banks of AutoAD-II, AutoAD-III and AutoAD-Zero); one such list for all films; or a
    table with a film and a name, or names, in each row.

    Raises:
        FileMissing, FileUnreadable: it is not there, or may not be read.
        InputError: it holds something else, or no name.
    """
    where = Path(path)
    casts = _of_json(where) if where.suffix.lower() == ".json" else _of_table(where)
    if not any(casts.values()):
        raise InputError("there is no name in it", path=where, remedy="give names by film")
    return casts


def casts_of_rows(rows: Iterable[AdRow]) -> Casts:
    """Casts from the names that a table has in each row."""
    casts: dict[str, dict[str, None]] = {}
    for row in rows:
        casts.setdefault(film_key(row.film), {}).update(dict.fromkeys(row.characters))
    return {film: tuple(names) for film, names in casts.items()}


def film_in(casts: Casts, row: AdRow) -> str | None:
    """Under which name the film of a row has a cast; None where it has none."""
    cells = (row.cells.get(column) for column in FILMS)
    for name in (row.film, *cells):
        key = film_key(name)
        if key and casts.get(key):
            return key
    return EVERY_FILM if casts.get(EVERY_FILM) else None


def _of_json(path: Path) -> dict[str, Sequence[str]]:
    try:
        value = json.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError as error:
        raise FileMissing("there is no such file", path=path) from error
    except OSError as error:
        raise FileUnreadable(f"it cannot be read ({error.strerror})", path=path) from error
    except (ValueError, RecursionError) as error:
        raise InputError("it is no JSON", path=path, remedy="give names by film") from error
    held = {EVERY_FILM: value} if isinstance(value, list) else value
    if not isinstance(held, dict) or not all(isinstance(one, list) for one in held.values()):
        raise InputError("it has no list of names for each film", path=path)
    return {film_key(film): _plain(map(_name, entries)) for film, entries in held.items()}


def _name(entry: Any) -> str:
    if isinstance(entry, dict):
        entry = next((entry[key] for key in _ROLES if entry.get(key)), "")
    return entry if isinstance(entry, str) else ""


def _of_table(path: Path) -> dict[str, Sequence[str]]:
    names: dict[str, list[str]] = {}
    for row in read_table(path, words=_ROLES, holding="names").rows:
        cell = next((row.cells[column] for column in _ROLES if column in row.cells), None)
        names.setdefault(film_key(row.film), []).extend(split_names(cell))
    return {film: _plain(found) for film, found in names.items()}


def _plain(names: Iterable[str]) -> tuple[str, ...]:
    """Each once, without what a cast adds to it."""
    told = (" ".join(_UNTOLD.sub("", name).split()) for name in names)
    return tuple(dict.fromkeys(name for name in told if name))
