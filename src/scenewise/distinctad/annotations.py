"""What is told about which part of which film: the tables of audio description data sets.

The paper (Fang et al. 2025, section 4.1 and appendix E) trains and tests on MAD-v2-Named and
MAD-Eval (Soldan et al. 2022, Han et al. 2023), CMD-AD (Han et al. 2024) and TV-AD (Xie et al.
2024). Their forms stand in `annotations_forms`; here is what becomes of a row.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from scenewise.core.errors import FileMissing, FileUnreadable, InputError, UnknownChoice
from scenewise.core.time import Span

FAULTS: Final = ("refuse", "skip")
DIFFERENCE: Final = 60.0
"""Seconds by which a film may be longer or shorter than its annotation says (appendix E)."""

_LARGEST: Final = 500_000_000
"""Bytes; MAD-v2-Named has 330,000 rows in about 30 million."""

_LONGEST_FIELD: Final = 1_000_000
"""Characters; Python's own limit is a tenth of it, and face boxes of a clip fill many."""

_PUBLISHED: Final = "take the table as it was published"


class AnnotationsInvalid(InputError):
    """A table of descriptions is no such table, breaks its form, or contradicts itself."""


@dataclass(frozen=True)
class Annotation:
    """A description and the part of a film that it is of.

    Args:
        film: id; features, character bank and neighbours are found by it.
        span: when, in seconds of the film. Neighbours are those next in this time.
        text: what is said; never empty.
        characters: ids of the bank's characters that somebody recognised there, where the table
            tells them.
        video: name without suffix of the file that shows it; `film` where one file shows it all.
        shown: when, in seconds of that file.
        line: of the table, from 1.
    """

    film: str
    span: Span
    text: str
    characters: tuple[str, ...] = ()
    video: str = ""
    shown: Span | None = None
    line: int = 0

    @property
    def file(self) -> str:
        """Name without suffix of the file that shows it."""
        return self.video or self.film

    @property
    def seen(self) -> Span:
        """When it is seen, in seconds of that file."""
        return self.shown or self.span


@dataclass(frozen=True)
class Annotations:
    """What a table holds.

    Args:
        rows: by film in the table's order, and by time in each film.
        durations: seconds of the films, where the table tells them.
        imdb: ids of the films in the database of that name, where the table tells them.
        form: of the table, a key of `annotations_forms.FORMS`.
        left_out: how many rows were, by reason.
        path: of the table; None where it was not read from one.
    """

    rows: tuple[Annotation, ...]
    durations: Mapping[str, float] = field(default_factory=dict)
    imdb: Mapping[str, str] = field(default_factory=dict)
    form: str = "mad"
    left_out: Mapping[str, int] = field(default_factory=dict)
    path: Path | None = None

    @property
    def films(self) -> tuple[str, ...]:
        """Ids of the films, in the table's order."""
        return tuple(dict.fromkeys(row.film for row in self.rows))

    @property
    def files(self) -> tuple[str, ...]:
        """Names without suffix of the files, in the table's order."""
        return tuple(dict.fromkeys(row.file for row in self.rows))

    def of(self, film: str) -> tuple[Annotation, ...]:
        """The rows of a film in order of time."""
        return tuple(row for row in self.rows if row.film == film)

    def by_film(self) -> dict[str, tuple[Annotation, ...]]:
        """The rows of each film in order of time."""
        parts: dict[str, list[Annotation]] = {}
        for row in self.rows:
            parts.setdefault(row.film, []).append(row)
        return {film: tuple(rows) for film, rows in parts.items()}

    def only(self, films: Sequence[str]) -> Annotations:
        """The rows of some films, in the table's order."""
        wanted = set(films)
        return replace(self, rows=tuple(row for row in self.rows if row.film in wanted))

    def notes(self) -> tuple[str, ...]:
        """Sentences for people about rows that were left out."""
        return tuple(
            f"{count} {'row' if count == 1 else 'rows'} left out: {why}"
            for why, count in self.left_out.items()
        )


@dataclass(frozen=True)
class Mismatch:
    """A film whose length is not what its annotation says.

    Args:
        film: id.
        told: seconds, by the annotation.
        found: seconds of the file that is here.
        published: seconds by somebody else, such as IMDb; None where not known.
        kept: whether it is used all the same: what is here is the film as it was published.
    """

    film: str
    told: float
    found: float
    published: float | None
    kept: bool

    def __str__(self) -> str:
        known = f", published as {_clock(self.published)}" if self.published is not None else ""
        what = "kept" if self.kept else "left out"
        return f"{self.film}: {_clock(self.told)} told, {_clock(self.found)} here{known}; {what}"


RowReader = Callable[[Mapping[str, str]], Annotation]
"""Makes an annotation of a row's fields by column.

Raises:
    ValueError: they do not fit; it says why.
"""


def read_rows(path: Path, reader: RowReader, *, faults: str = "refuse") -> Annotations:
    """The rows of a table with a line of column names.

    Rows with an empty sentence, and rows that end before they begin or at once, are left out and
    counted: they are in the public tables.

    Args:
        path: comma-separated, UTF-8.
        reader: of its form.
        faults: what becomes of rows that do not fit: `refuse` the table, or `skip` and count them.

    Raises:
        FileMissing, FileUnreadable: it is not there, or cannot be read.
        AnnotationsInvalid: it is no table of that form, holds no row that can be used, or a row
            breaks it; the error tells the line.
        UnknownChoice: `faults` is neither of the two.
    """
    if faults not in FAULTS:
        raise UnknownChoice(f"faults cannot be {faults!r}", remedy=f"choose: {', '.join(FAULTS)}")
    rows: dict[str, list[Annotation]] = {}
    left_out: Counter[str] = Counter()
    durations: dict[str, float] = {}
    imdb: dict[str, str] = {}
    for line, fields in table_rows(path):
        try:
            row = replace(reader(fields), line=line)
        except ValueError as error:
            if faults == "refuse":
                raise AnnotationsInvalid(
                    f"line {line}: {error}",
                    path=path,
                    remedy=f"{_PUBLISHED}, or skip rows that do not fit",
                ) from error
            left_out["does not fit the form"] += 1
            continue
        _note_film(row.film, fields, durations, imdb)
        if not row.text.strip():
            left_out["empty sentence"] += 1
        elif row.span.duration <= 0:
            left_out["no length in time"] += 1
        else:
            rows.setdefault(row.film, []).append(row)
    if not rows:
        raise AnnotationsInvalid(
            "the table has no description that can be used", path=path, remedy=_PUBLISHED
        )
    ordered = tuple(row for film in rows.values() for row in sorted(film, key=lambda one: one.span))
    return Annotations(ordered, durations, imdb, left_out=dict(left_out), path=Path(path))


def check_durations(
    annotations: Annotations,
    found: Mapping[str, float],
    *,
    published: Mapping[str, float] | None = None,
    tolerance: float = DIFFERENCE,
) -> tuple[Annotations, tuple[Mismatch, ...]]:
    """Leave out films that are not those that were annotated (appendix E).

    A film whose length differs from the annotation's by more than a minute is listed. It is left
    out unless the published length is known and the film here has it: then the annotation is cut
    short, but the film is right. So the paper comes from 9 films that differ (table E.3) to the
    3 that it removes.

    Args:
        annotations: with durations; films without one are kept.
        found: seconds of the films that are here, by id; others are kept.
        published: seconds that they have elsewhere, such as in IMDb, by id.
        tolerance: seconds.

    Returns:
        The annotations of the films that are kept, and all films that differ.

    Raises:
        AnnotationsInvalid: no film is left.
    """
    known = published or {}
    differ = []
    for film in annotations.films:
        told, here = annotations.durations.get(film), found.get(film)
        if told is None or here is None or abs(told - here) <= tolerance:
            continue
        other = known.get(film)
        kept = other is not None and abs(other - here) <= tolerance
        differ.append(Mismatch(film, told, here, other, kept))
    gone = {one.film for one in differ if not one.kept}
    stay = [film for film in annotations.films if film not in gone]
    if not stay:
        raise AnnotationsInvalid(
            f"all {len(gone)} films differ from their annotation by more than {tolerance:g} s, "
            f"such as {differ[0]}",
            path=annotations.path,
            remedy="give the films that were annotated, in the version that was",
        )
    return annotations.only(stay), tuple(differ)


def table_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The fields of each row by column, with the line it begins at; blank lines are passed over.

    Raises:
        FileMissing, FileUnreadable, AnnotationsInvalid: see `read_rows`.
    """
    lines = _lines(path)
    _, header = next(lines, (0, []))
    columns = [name.strip() for name in header]
    if len(set(columns)) < len(columns):
        raise AnnotationsInvalid("two columns have one name", path=path, remedy=_PUBLISHED)
    for line, fields in lines:
        if len(fields) != len(columns):
            raise AnnotationsInvalid(
                f"the row that begins at line {line} has {len(fields)} fields instead of "
                f"{len(columns)}",
                path=path,
                remedy="look for a quotation mark that is not closed, or " + _PUBLISHED,
            )
        yield line, dict(zip(columns, fields, strict=True))


def header_of(path: Path) -> tuple[str, ...]:
    """The names of a table's columns.

    Raises:
        FileMissing, FileUnreadable, AnnotationsInvalid: see `read_rows`.
    """
    _, header = next(_lines(path), (0, []))
    return tuple(name.strip() for name in header)


def _note_film(
    film: str, fields: Mapping[str, str], durations: dict[str, float], imdb: dict[str, str]
) -> None:
    """What a row tells of its whole film. The first row counts: all tell the same."""
    if film not in durations and fields.get("movie_duration"):
        try:
            durations[film] = float(fields["movie_duration"])
        except ValueError:
            return
    name = fields.get("imdbid") or fields.get("imdb")
    if name:
        imdb.setdefault(film, name)


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, each with the line it begins at, the header first."""
    reader = csv.reader(io.StringIO(_text(path), newline=""))
    line = 1
    before = csv.field_size_limit(_LONGEST_FIELD)
    try:
        for fields in reader:
            if any(one.strip() for one in fields):
                yield line, fields
            line = reader.line_num + 1
    except csv.Error as error:
        raise AnnotationsInvalid(
            f"line {line} cannot be read as a table ({error})", path=path, remedy=_PUBLISHED
        ) from error
    finally:
        csv.field_size_limit(before)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise AnnotationsInvalid("far too large for a table", path=path, remedy=_PUBLISHED)
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise FileMissing(
            "there is no such table of descriptions", path=path, remedy="check the path"
        ) from error
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise FileUnreadable(reason, path=path, remedy="give a table, a .csv file") from error
    try:
        if b"\0" in data:
            raise ValueError("it is no text")
        return data.decode("utf-8-sig")
    except ValueError as error:
        raise AnnotationsInvalid(
            "this is no text in UTF-8", path=path, remedy=_PUBLISHED
        ) from error


def _clock(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
