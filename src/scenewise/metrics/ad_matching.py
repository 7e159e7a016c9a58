"""Which prediction belongs to which reference."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from scenewise.core.errors import InputError
from scenewise.metrics.ad_tables import FILMS, IDS, TIMES, TRUE, AdRow, AdTable, seconds

WITHIN: Final = 0.05
"""Seconds by which times may differ: tables round them."""

_WHOLE: Final = re.compile(r"(\d+)\.0+")
_SUFFIXES: Final = (".mp4", ".mkv", ".avi", ".webm", ".mov", ".m4v")


@dataclass(frozen=True)
class Matched:
    """References with their predictions.

    Args:
        references: in the order of their table.
        predictions: of each reference; None where there is none.
        by: what they were matched by, for people.
        spare: predictions that belong to no reference, or to one that has a prediction.
    """

    references: tuple[AdRow, ...]
    predictions: tuple[AdRow | None, ...]
    by: str
    spare: tuple[AdRow, ...]

    @property
    def pairs(self) -> int:
        """References that have a prediction."""
        return sum(one is not None for one in self.predictions)


def match(predictions: AdTable, references: AdTable, *, within: float = WITHIN) -> Matched:
    """Match by id, or by film and id where films share ids; by film and times; by film and the
    reference's own words, which predictions of the AutoAD family carry; or line by line, where both
    files are plain lines.

    Tables name films and times in several columns (`movie`, `imdbid`; `start`, `scaled_start`).
    All are tried, and what matches most rows is taken.

    Args:
        within: seconds by which start and end may differ.

    Raises:
        InputError: no prediction belongs to a reference.
    """
    best: tuple[int, list[int | None], str] = (0, [], "")
    for by, pairing in _ways(predictions, references, within):
        found = pairing()
        count = sum(one is not None for one in found)
        if count > best[0]:
            best = (count, found, by)
    if not best[0]:
        raise InputError(
            f"no row of it belongs to one of {references.path.name} ({_what(predictions)}; there: "
            f"{_what(references)})",
            path=predictions.path,
            remedy="give both an id of its own for each row, or the same film names and times "
            "(--within for rounded ones); for descriptions at times of their own use "
            "--metrics soda,soda-t",
        )
    used = {one for one in best[1] if one is not None}
    return Matched(
        references.rows,
        tuple(None if one is None else predictions.rows[one] for one in best[1]),
        best[2],
        tuple(row for i, row in enumerate(predictions.rows) if i not in used),
    )


def films_of(predictions: AdTable, references: AdTable) -> list[str | None]:
    """The film of each prediction as the references call it; None for one of no such film."""
    best: list[str | None] = [None] * len(predictions.rows)
    for _, ours, theirs in _films(predictions, references):
        names = {film: row.film for film, row in zip(theirs, references.rows, strict=True)}
        found = [names.get(film) for film in ours]
        if sum(one is not None for one in found) > sum(one is not None for one in best):
            best = found
    return best


def film_key(name: object) -> str:
    """A film's name as it is compared."""
    told = unicodedata.normalize("NFC", str(name if name is not None else ""))
    key = " ".join(told.casefold().replace("_", " ").split())
    for suffix in _SUFFIXES:
        key = key.removesuffix(suffix)
    return key


def _what(table: AdTable) -> str:
    row = table.rows[0]
    if _bare(table):
        return f"{len(table.rows):,} plain lines"
    film = f"film “{row.film}”" if row.film else "no film"
    return f"{film}, {f'{row.start:g} s' if row.start is not None else 'no time'}"


Pairing = Callable[[], list[int | None]]


def _ways(ours: AdTable, theirs: AdTable, within: float) -> Iterator[tuple[str, Pairing]]:
    """Ways to match, the surest first: of two that match as many rows the first is taken."""
    films = list(_films(ours, theirs))
    for name in IDS:
        if name in ours.columns and name in theirs.columns:
            yield from _by_id(name, ours, theirs, films)
    for label, our_films, their_films in films:
        for our_times in _present(ours):
            for their_times in _present(theirs):
                yield (
                    f"{label} and time",
                    _by_time(
                        [(film, *_times(row, our_times)) for film, row in _zip(our_films, ours)],
                        [
                            (film, *_times(row, their_times))
                            for film, row in _zip(their_films, theirs)
                        ],
                        within,
                    ),
                )
    told = next((name for name in TRUE if name in ours.columns), None)
    if told is not None:
        nowhere = ("", [""] * len(ours.rows), [""] * len(theirs.rows))
        for label, our_films, their_films in [*films, nowhere]:
            yield (
                f"{label} and the reference's words" if label else "the reference's words",
                _by_key(
                    [
                        (film, " ".join(str(row.cells.get(told) or "").split()))
                        for film, row in _zip(our_films, ours)
                    ],
                    [(film, row.sentence) for film, row in _zip(their_films, theirs)],
                ),
            )
    if (_bare(ours) or _bare(theirs)) and len(ours.rows) == len(theirs.rows):
        yield "line", lambda: list(range(len(theirs.rows)))


def _zip(films: Sequence[str], table: AdTable) -> Iterator[tuple[str, AdRow]]:
    return zip(films, table.rows, strict=True)


def _by_id(
    name: str, ours: AdTable, theirs: AdTable, films: Sequence[tuple[str, list[str], list[str]]]
) -> Iterator[tuple[str, Pairing]]:
    """By the id alone where it tells all rows apart; with the film where films number anew."""
    mine, yours = ([_id(row, name) for row in table.rows] for table in (ours, theirs))
    if not (_shared(ours, mine) or _shared(theirs, yours)):
        yield name, _by_key(mine, yours)
        return
    for label, our_films, their_films in films:
        our_keys, their_keys = (
            [None if key is None else (film, key) for film, key in zip(named, ids, strict=True)]
            for named, ids in ((our_films, mine), (their_films, yours))
        )
        unsure = _shared(ours, our_keys) | _shared(theirs, their_keys)
        yield (
            f"{label} and {name}",
            _by_key(
                [None if key in unsure else key for key in our_keys],
                [None if key in unsure else key for key in their_keys],
            ),
        )


def _shared(table: AdTable, keys: Sequence[Hashable | None]) -> set[Hashable]:
    """Keys that rows of different films or times have; a row that stands there twice is one."""
    columns = [column for column in FILMS if column in table.columns]
    first: dict[Hashable, Hashable] = {}
    shared: set[Hashable] = set()
    for row, key in zip(table.rows, keys, strict=True):
        if key is not None:
            place = (row.start, *(film_key(row.cells.get(column)) for column in columns))
            if first.setdefault(key, place) != place:
                shared.add(key)
    return shared


def _id(row: AdRow, name: str) -> str | None:
    value = row.cells.get(name)
    told = str(value).strip() if value is not None else ""
    whole = _WHOLE.fullmatch(told)  # 3.0 is 3 where a table had to hold empty cells
    return whole[1] if whole else told or None


def _films(ours: AdTable, theirs: AdTable) -> Iterator[tuple[str, list[str], list[str]]]:
    """Columns that name films of both; or one film in each, whatever it is called."""
    alike = False
    for mine in (name for name in FILMS if name in ours.columns):
        our_films = [film_key(row.cells.get(mine)) for row in ours.rows]
        named = set(our_films) - {""}
        for yours in (name for name in FILMS if name in theirs.columns):
            their_films = [film_key(row.cells.get(yours)) for row in theirs.rows]
            if named & set(their_films):
                alike = True
                yield (mine if mine == yours else f"{mine} ({yours})"), our_films, their_films
    if not alike and all(len({row.film for row in t.rows}) == 1 for t in (ours, theirs)):
        yield "the one film of each", [""] * len(ours.rows), [""] * len(theirs.rows)


def _present(table: AdTable) -> list[tuple[str, str] | None]:
    """The pairs of columns with times; None stands for the rows' own."""
    pairs = [names for names in TIMES if names[0] in table.columns]
    return [None, *pairs] if len(pairs) > 1 else [None]


def _times(row: AdRow, names: tuple[str, str] | None) -> tuple[float | None, float | None]:
    if names is None:
        return row.start, row.end
    try:
        return seconds(row.cells.get(names[0])), seconds(row.cells.get(names[1]))
    except ValueError:
        return None, None


def _by_key(ours: Sequence[Hashable | None], theirs: Sequence[Hashable | None]) -> Pairing:
    """The first of equals with the first, the second with the second."""

    def pair() -> list[int | None]:
        places: dict[Hashable, list[int]] = defaultdict(list)
        for i in reversed(range(len(ours))):
            if ours[i] is not None:
                places[ours[i]].append(i)
        return [
            places[key].pop() if key is not None and places.get(key) else None for key in theirs
        ]

    return pair


_Timed = tuple[str, float | None, float | None]


def _by_time(ours: Sequence[_Timed], theirs: Sequence[_Timed], within: float) -> Pairing:
    """The nearest in time that is not taken yet."""
    width = max(within, 1e-6)

    def pair() -> list[int | None]:
        boxes: dict[tuple[str, int], list[int]] = defaultdict(list)
        for i, (film, start, _) in enumerate(ours):
            if start is not None:
                boxes[film, int(start // width)].append(i)
        taken: set[int] = set()
        found: list[int | None] = []
        for film, start, end in theirs:
            near = []
            if start is not None:
                box = int(start // width)
                for i in (i for b in (box - 1, box, box + 1) for i in boxes.get((film, b), ())):
                    _, begin, finish = ours[i]
                    off = abs((begin or 0.0) - start)
                    if end is not None and finish is not None:
                        off = max(off, abs(finish - end))
                    if off <= within + 1e-9 and i not in taken:
                        near.append((off, i))
            chosen = min(near)[1] if near else None
            if chosen is not None:
                taken.add(chosen)
            found.append(chosen)
        return found

    return pair


def _bare(table: AdTable) -> bool:
    """Lines of text that say neither when nor of which film nor which they are."""
    return not table.has((*FILMS, *IDS)) and all(row.start is None for row in table.rows)
