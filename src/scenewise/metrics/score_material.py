"""What is scored: predictions and references that belong together, film by film."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from scenewise.core.errors import InputError
from scenewise.metrics.ad_matching import Matched, film_key, films_of, match
from scenewise.metrics.ad_tables import TRUE, AdRow, AdTable
from scenewise.metrics.score_options import DENSE, ScoreOptions
from scenewise.metrics.soda import Caption

PREDICTIONS: Final = "predictions"
AGAINST: Final = "against"
COPIED: Final = "copy previous"
SAME: Final = "constant"
REFERENCES: Final = "references"

_BACKWARDS: Final = 0.1  # share of lines that begin before the one above: then a table is mixed up


@dataclass(frozen=True)
class Told:
    """What a system says.

    Args:
        name: of the system.
        lines: its texts.
        places: the lines of each film, in order.
        captions: its texts with their times, by film.
    """

    name: str
    lines: Sequence[str]
    places: Mapping[str, list[int]]
    captions: Mapping[str, Sequence[Caption]] = field(default_factory=dict)


@dataclass(frozen=True)
class Material:
    """What is scored.

    Args:
        predictions: one line for each clip where they are matched.
        references: one line for each clip.
        captions: the references with their times, by film.
        matched: whether predictions belong to references one by one.
        by: what they were matched by.
        notes: what did not match, and what else a person should know.
        counts: how many rows there were and what became of them.
        rows: of the references, one for each clip; none where it is not known.
        against: what another system says of the same clips.
        against_by, against_counts: the same as `by` and `counts` of it.
    """

    predictions: Told
    references: Told
    captions: Mapping[str, Sequence[Caption]]
    matched: bool
    by: str = ""
    notes: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    rows: Sequence[AdRow] = ()
    against: Told | None = None
    against_by: str = ""
    against_counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def places(self) -> Mapping[str, list[int]]:
        """The clips of each film."""
        return self.references.places

    @property
    def clips(self) -> dict[str, int]:
        """How many clips there are of each film."""
        return {film: len(places) for film, places in self.places.items()}

    def baseline(self, name: str, lines: Sequence[str]) -> Told:
        """A system that says something at the times of the references."""
        if not self.captions:
            return Told(name, lines, self.places)
        spoken = {
            film: [
                (start, end, lines[i])
                for i, (start, end, _) in zip(places, self.captions[film], strict=True)
            ]
            for film, places in self.places.items()
        }
        return Told(name, lines, self.places, spoken)


def prepare(
    predictions: AdTable,
    references: AdTable,
    options: ScoreOptions,
    against: AdTable | None = None,
    *,
    by_row: bool = False,
) -> Material:
    """Bring predictions and references together.

    Where none, or hardly any, belongs to another, and only measures of descriptions at times of
    their own are asked for, they are taken as they are.

    Args:
        against: predictions of another system: only clips that count for both are kept.
        by_row: predictions and references are read from the same rows of one file.

    Raises:
        InputError: no prediction belongs to a reference, or all references are empty.
    """
    dense = set(options.chosen) <= DENSE
    systems = [predictions] if against is None else [predictions, against]
    try:
        found = [
            _same_rows(table, references)
            if by_row and table is predictions
            else match(table, references, within=options.within)
            for table in systems
        ]
    except InputError:
        if not dense:
            raise
        return _dense(predictions, references, against)
    if dense and any(
        _by_chance(f, table, references) for f, table in zip(found, systems, strict=True)
    ):
        return _dense(predictions, references, against)
    return _matched(systems, references, found, options)


def _same_rows(predictions: AdTable, references: AdTable) -> Matched:
    """Rows of one file, of which one table or the other may have been unreadable."""
    at = {row.number: row for row in predictions.rows}
    mine = tuple(at.pop(row.number, None) for row in references.rows)
    return Matched(references.rows, mine, "row", tuple(at.values()))


def _by_chance(found: Matched, predictions: AdTable, references: AdTable) -> bool:
    """Whether most of what is told of films of the references is at times of its own."""
    if not found.by.endswith("time"):
        return False
    films = films_of(predictions, references)
    told = [row for row, film in zip(predictions.rows, films, strict=True) if film and row.sentence]
    spare = {id(row) for row in found.spare}
    return sum(id(row) in spare for row in told) > len(told) / 2


_Pair = tuple[AdRow, AdRow | None]


@dataclass(frozen=True)
class _Kept:
    """References that count, each with its prediction, and how many of which kind there were."""

    table: AdTable
    found: Matched
    pairs: Sequence[_Pair]
    counts: Mapping[str, int]


def _matched(
    systems: Sequence[AdTable],
    references: AdTable,
    found: Sequence[Matched],
    options: ScoreOptions,
) -> Material:
    """Of one system, or of two on what both are of."""
    kept = [
        _keep(table, references, one, options) for table, one in zip(systems, found, strict=True)
    ]
    if len(kept) > 1:
        kept = _of_both(kept, references)
    rows = [row for row, _ in kept[0].pairs]
    places = _places([row.film for row in rows])
    captions = _captions(rows)
    own = [_notes(one, options) for one in kept]
    notes = [*own[0], *_notes_of(references, kept[0].counts, rows, places)]
    if len(kept) > 1:
        notes += [f"{AGAINST}: {note}" for note in own[1]]

    def told(name: str, of: _Kept) -> Told:
        lines = [mine.sentence if mine else "" for _, mine in of.pairs]
        spoken = _spoken(of.pairs, of.found.spare, of.table, references) if captions else {}
        return Told(name, lines, places, spoken)

    other = kept[1] if len(kept) > 1 else None
    return Material(
        told(PREDICTIONS, kept[0]),
        Told(REFERENCES, [row.sentence for row in rows], places, captions),
        captions,
        matched=True,
        by=kept[0].found.by,
        notes=tuple(dict.fromkeys(notes)),
        counts=kept[0].counts,
        rows=rows,
        against=told(AGAINST, other) if other else None,
        against_by=other.found.by if other else "",
        against_counts=other.counts if other else {},
    )


def _keep(
    predictions: AdTable, references: AdTable, found: Matched, options: ScoreOptions
) -> _Kept:
    told = {row.film for row, mine in zip(found.references, found.predictions, strict=True) if mine}
    kept: list[_Pair] = []
    silent = other = lacking = 0
    for row, mine in zip(found.references, found.predictions, strict=True):
        if not row.sentence:
            silent += 1
        elif row.film not in told:
            other += 1
        elif mine is None and options.missing == "leave-out":
            lacking += 1
        else:
            lacking += mine is None
            kept.append((row, mine))
    if not kept:
        of = f", of those that {predictions.path.name} tells of," if other else ""
        raise InputError(f"all of its sentences{of} are empty", path=references.path)
    counts = {
        "references": len(references.rows), "predictions": len(predictions.rows),
        "scored": len(kept), "without_prediction": lacking, "other_films": other,
        "empty_references": silent, "empty_predictions": _empty(kept), "spare": len(found.spare),
    }  # fmt: skip
    return _Kept(predictions, found, kept, counts)


def _of_both(kept: Sequence[_Kept], references: AdTable) -> list[_Kept]:
    """Those references that count for both: they are the same rows of one table."""
    first, second = ({id(row) for row, _ in one.pairs} for one in kept)
    shared = first & second
    if not shared:
        raise InputError(
            f"it tells of no clip that {kept[0].table.path.name} is scored on",
            path=kept[1].table.path,
            remedy=f"give what another system says of the same clips of {references.path.name}",
        )
    both = []
    for one in kept:
        pairs = [pair for pair in one.pairs if id(pair[0]) in shared]
        left = [mine for row, mine in one.pairs if id(row) not in shared]
        counts = {
            **one.counts,
            "scored": len(pairs),
            "without_prediction": one.counts["without_prediction"] - left.count(None),
            "empty_predictions": _empty(pairs),
            "of_one_only": len(left),
        }
        both.append(replace(one, pairs=pairs, counts=counts))
    return both


def _empty(pairs: Sequence[_Pair]) -> int:
    return sum(mine is not None and not mine.sentence for _, mine in pairs)


def _spoken(
    kept: Sequence[_Pair],
    spare: Sequence[AdRow],
    predictions: AdTable,
    references: AdTable,
) -> dict[str, list[Caption]]:
    """Everything that is predicted, with its times, by film: those of the reference where a
    prediction has none."""
    spoken: dict[str, list[Caption]] = {}
    for row, mine in kept:
        if mine is not None and mine.sentence:
            own = _caption(mine) or _caption(row)
            spoken.setdefault(row.film, []).append((own[0], own[1], mine.sentence))  # type: ignore[index]
    extra = {id(row) for row in spare}
    for row, film in zip(predictions.rows, films_of(predictions, references), strict=True):
        timed = _caption(row)
        if id(row) in extra and film in spoken and timed and row.sentence:
            spoken[film].append(timed)
    return spoken


def _dense(predictions: AdTable, references: AdTable, against: AdTable | None) -> Material:
    systems = [predictions] if against is None else [predictions, against]
    said = [_said(table, references) for table in systems]
    for table, films in zip(systems, said, strict=True):
        if not films:
            raise InputError(
                f"no film of it is in {references.path.name}, or one of both has no times or words",
                path=table.path,
                remedy="give both the same film names, and times in seconds",
            )
    both = set(said[0]).intersection(*said[1:])
    if not both:
        raise InputError(
            f"it tells of no film that {predictions.path.name} tells of",
            path=systems[-1].path,
            remedy="give what another system says of the same films",
        )
    theirs: dict[str, list[Caption]] = {}
    for row in references.rows:
        timed = _caption(row)
        if row.film in both and timed and row.sentence:
            theirs.setdefault(row.film, []).append(timed)
    whose = "predictions" if against is None else "descriptions of one system or both"
    notes = [f"{whose} are at times of their own: they are aligned, not matched"]
    for table, films, whose in zip(systems, said, ("", f"{AGAINST}: "), strict=False):
        named = films_of(table, references)
        if left := sum(film not in films for film in named):
            notes.append(
                f"{whose}{left} predictions are of films without references and do not count"
            )
    if alone := len(set().union(*said)) - len(both):
        notes.append(f"{alone} films are told of by one system only and do not count")
    counts = {"references": len(references.rows), "predictions": len(predictions.rows)}
    ours, *other = (
        _told(name, {film: sorted(films[film]) for film in theirs})
        for name, films in zip((PREDICTIONS, AGAINST), said, strict=False)
    )
    return Material(
        ours,
        _told(REFERENCES, theirs),
        theirs,
        matched=False,
        notes=tuple(notes),
        counts=counts,
        against=other[0] if other else None,
        against_counts={**counts, "predictions": len(against.rows)} if against else {},
    )


def _said(table: AdTable, references: AdTable) -> dict[str, list[Caption]]:
    """What is said and when, by film of those that have references with times."""
    named = {row.film for row in references.rows if row.sentence and _caption(row)}
    said: dict[str, list[Caption]] = {}
    for row, film in zip(table.rows, films_of(table, references), strict=True):
        timed = _caption(row)
        if film is not None and film in named and timed and row.sentence:
            said.setdefault(film, []).append(timed)
    return said


def _told(name: str, films: Mapping[str, Sequence[Caption]]) -> Told:
    lines = [text for captions in films.values() for _, _, text in captions]
    labels = [film for film, captions in films.items() for _ in captions]
    return Told(name, lines, _places(labels), films)


def _places(films: Sequence[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for i, film in enumerate(films):
        places.setdefault(film, []).append(i)
    return places


def _caption(row: AdRow) -> Caption | None:
    if row.start is None:
        return None
    return row.start, row.start if row.end is None else row.end, row.sentence


def _otherwise(kept: Sequence[_Pair]) -> int:
    """How many predictions carry a reference that is not the one they were matched with."""
    told = [
        (row.sentence, next((mine.cells[name] for name in TRUE if mine.cells.get(name)), None))
        for row, mine in kept
        if mine is not None
    ]
    return sum(
        isinstance(own, str) and film_key(own) != film_key(sentence) for sentence, own in told
    )


def _captions(rows: Sequence[AdRow]) -> dict[str, list[Caption]]:
    """With times, by film; nothing unless every row has them."""
    films: dict[str, list[Caption]] = {}
    for row in rows:
        timed = _caption(row)
        if timed is None:
            return {}
        films.setdefault(row.film, []).append(timed)
    return films


def _notes(kept: _Kept, options: ScoreOptions) -> list[str]:
    """What a person should know of a system's predictions."""
    counts, by = kept.counts, kept.found.by
    notes = list(kept.table.notes)
    if lacking := counts["without_prediction"]:
        how = "count as empty" if options.missing == "empty" else "do not count"
        notes.append(f"{lacking} references have no prediction and {how} (--missing)")
    if other := counts["other_films"]:
        notes.append(f"{other} references are of films without any prediction and do not count")
    if only := counts.get("of_one_only"):
        notes.append(f"{only} references that it tells of are not told of by the other")
    if spare := counts["spare"]:
        alone = lacking + other > counts["references"] / 2 and spare > counts["predictions"] / 2
        rounded = alone and by.endswith("time")
        more = "; if their times are rounded, allow for that by --within" if rounded else ""
        notes.append(
            f"{spare} predictions belong to no reference, or to one that has another{more}"
        )
    if empty := counts["empty_predictions"]:
        notes.append(f"{empty} predictions are empty")
    if other := _otherwise(kept.pairs):
        notes.append(
            f"{other} predictions name another sentence as their reference than the one they are "
            "matched with: the tables may be of different versions"
        )
    return [*notes, *_faults(kept.table)]


def _notes_of(
    references: AdTable,
    counts: Mapping[str, int],
    rows: Sequence[AdRow],
    places: Mapping[str, list[int]],
) -> list[str]:
    """What a person should know of the references."""
    notes = list(references.notes)
    if silent := counts["empty_references"]:
        notes.append(f"{silent} references are empty and do not count")
    steps = sum(len(of_film) - 1 for of_film in places.values())
    back = sum(
        (rows[j].start or 0.0) < (rows[i].start or 0.0)
        for of_film in places.values()
        for i, j in pairwise(of_film)
    )
    if steps and back > _BACKWARDS * steps:
        notes.append(
            f"{references.path.name} is not in the order of time: neighbours of Recall@k/N and "
            "the previous line are those of the table"
        )
    return [*notes, *_faults(references)]


def _faults(table: AdTable) -> list[str]:
    if not table.faults:
        return []
    return [f"{len(table.faults)} rows cannot be read and do not count, such as {table.faults[0]}"]
