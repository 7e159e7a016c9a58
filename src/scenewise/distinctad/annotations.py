"""What is told about which part of which film: the tables of audio description data sets.

The paper (Fang et al. 2025, section 4.1 and appendix E) trains and tests on MAD-v2-Named and
MAD-Eval (Soldan et al. 2022, Han et al. 2023), CMD-AD (Han et al. 2024) and TV-AD (Xie et al.
2024). Their forms stand in `annotations_forms`; here is what becomes of a row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from scenewise.core.errors import InputError, UnknownChoice
from scenewise.core.time import Span
from scenewise.metrics.ad_tables import AdRow, AdTable

FAULTS: Final = ("refuse", "skip")
DIFFERENCE: Final = 60.0
"""Seconds by which a film may be longer or shorter than its annotation says (appendix E)."""

_PUBLISHED: Final = "take the table as it was published"


class AnnotationsInvalid(InputError):
    """A table of descriptions is no such table, breaks its form, or contradicts itself."""


@dataclass(frozen=True)
class Annotation:
    """A description and the part of a film that it is of.

    Args:
        film: id; features, character bank and neighbours are found by it.
        span: when, in seconds of the film. Neighbours are those next in this time.
        text: what is said; never empty in a table, empty for a film that nobody described.
        characters: ids of the bank's characters that somebody recognised there, where the table
            tells them.
        video: name without suffix of the file that shows it; `film` where one file shows it all.
        shown: when, in seconds of that file.
        number: of its row in the table, from 1.
    """

    film: str
    span: Span
    text: str
    characters: tuple[str, ...] = ()
    video: str = ""
    shown: Span | None = None
    number: int = 0

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


RowReader = Callable[[AdRow], Annotation]
"""Makes an annotation of a row.

Raises:
    ValueError: it does not fit; it says why.
"""


def annotations_of(table: AdTable, reader: RowReader, *, faults: str = "refuse") -> Annotations:
    """The rows of a table.

    Rows with an empty sentence, and rows that end as they begin, are left out and counted: the
    public tables have some.

    Args:
        table: as `metrics.ad_tables.read_table` reads it.
        reader: of its form.
        faults: what becomes of rows that do not fit: `refuse` the table, or `skip` and count them.

    Raises:
        AnnotationsInvalid: it holds no row that can be used, or a row breaks the form; the error
            tells which.
        UnknownChoice: `faults` is neither of the two.
    """
    if faults not in FAULTS:
        raise UnknownChoice(f"faults cannot be {faults!r}", remedy=f"choose: {', '.join(FAULTS)}")
    rows: dict[str, list[Annotation]] = {}
    left_out: Counter[str] = Counter()
    durations: dict[str, float] = {}
    imdb: dict[str, str] = {}
    broken = list(table.faults)
    for told in table.rows:
        try:
            row = replace(reader(told), number=told.number)
        except ValueError as error:
            broken.append(f"row {told.number}: {error}")
            continue
        if told.duration is not None:
            durations.setdefault(row.film, told.duration)
        name = told.cells.get("imdbid") or told.cells.get("imdb")
        if name:
            imdb.setdefault(row.film, str(name))
        if not row.text:
            left_out["empty sentence"] += 1
        elif row.span.duration <= 0:
            left_out["no length in time"] += 1
        else:
            rows.setdefault(row.film, []).append(row)
    if broken and faults == "refuse":
        more = f", and {len(broken) - 1} more" if len(broken) > 1 else ""
        raise AnnotationsInvalid(
            f"{broken[0]}{more}",
            path=table.path,
            remedy=f"{_PUBLISHED}, or skip rows that do not fit",
        )
    if broken:
        left_out["does not fit the form"] = len(broken)
    if not rows:
        raise AnnotationsInvalid(
            "the table has no description that can be used", path=table.path, remedy=_PUBLISHED
        )
    ordered = tuple(row for film in rows.values() for row in sorted(film, key=lambda one: one.span))
    return Annotations(ordered, durations, imdb, left_out=dict(left_out), path=table.path)


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


def _clock(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
