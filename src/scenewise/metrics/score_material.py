"""What is scored: predictions and references that belong together, film by film."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from scenewise.core.errors import InputError
from scenewise.metrics.ad_matching import Matched, film_key, films_of, match
from scenewise.metrics.ad_tables import TRUE, AdRow, AdTable
from scenewise.metrics.score_options import DENSE, ScoreOptions
from scenewise.metrics.soda import Caption

PREDICTIONS: Final = "predictions"
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
    """

    predictions: Told
    references: Told
    captions: Mapping[str, Sequence[Caption]]
    matched: bool
    by: str = ""
    notes: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    rows: Sequence[AdRow] = ()

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


def prepare(predictions: AdTable, references: AdTable, options: ScoreOptions) -> Material:
    """Bring predictions and references together.

    Where none belongs to another, and only measures of descriptions at times of their own are
    asked for, they are taken as they are.

    Raises:
        InputError: no prediction belongs to a reference, or all references are empty.
    """
    try:
        return _matched(predictions, references, options)
    except InputError:
        if not set(options.chosen) <= DENSE:
            raise
    return _dense(predictions, references)


def _matched(predictions: AdTable, references: AdTable, options: ScoreOptions) -> Material:
    found = match(predictions, references, within=options.within)
    told = {row.film for row, mine in zip(found.references, found.predictions, strict=True) if mine}
    kept: list[tuple[AdRow, AdRow | None]] = []
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
        raise InputError("all of its sentences are empty", path=references.path)
    lines = [mine.sentence if mine else "" for _, mine in kept]
    truth = [row.sentence for row, _ in kept]
    places = _places([row.film for row, _ in kept])
    captions = _captions([row for row, _ in kept])
    spoken = _spoken(kept, found.spare, predictions, references) if captions else {}
    empty = sum(mine is not None and not mine.sentence for _, mine in kept)
    counts = {
        "references": len(references.rows), "predictions": len(predictions.rows),
        "scored": len(kept), "without_prediction": lacking, "other_films": other,
        "empty_references": silent, "empty_predictions": empty, "spare": len(found.spare),
    }  # fmt: skip
    return Material(
        Told(PREDICTIONS, lines, places, spoken),
        Told(REFERENCES, truth, places, captions),
        captions,
        matched=True,
        by=found.by,
        notes=tuple(_notes(counts, options, predictions, references, places, kept, found)),
        counts=counts,
        rows=[row for row, _ in kept],
    )


def _spoken(
    kept: Sequence[tuple[AdRow, AdRow | None]],
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


def _dense(predictions: AdTable, references: AdTable) -> Material:
    films = films_of(predictions, references)
    ours: dict[str, list[Caption]] = {}
    theirs: dict[str, list[Caption]] = {}
    for row, film in zip(predictions.rows, films, strict=True):
        timed = _caption(row)
        if film is not None and timed and row.sentence:
            ours.setdefault(film, []).append(timed)
    for row in references.rows:
        timed = _caption(row)
        if row.film in ours and timed and row.sentence:
            theirs.setdefault(row.film, []).append(timed)
    ours = {film: sorted(ours[film]) for film in theirs}
    if not theirs:
        raise InputError(
            f"no film of it is in {references.path.name}, or one of both has no times",
            path=predictions.path,
            remedy="give both the same film names, and times in seconds",
        )
    left = sum(film not in theirs for film in films)
    notes = ["predictions are at times of their own: they are aligned, not matched"]
    if left:
        notes.append(f"{left} predictions are of films without references and do not count")
    counts = {"references": len(references.rows), "predictions": len(predictions.rows)}
    return Material(
        _told(PREDICTIONS, ours), _told(REFERENCES, theirs), theirs, False, "", tuple(notes), counts
    )


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


def _otherwise(kept: Sequence[tuple[AdRow, AdRow | None]]) -> int:
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


def _notes(
    counts: Mapping[str, int],
    options: ScoreOptions,
    predictions: AdTable,
    references: AdTable,
    places: Mapping[str, list[int]],
    kept: Sequence[tuple[AdRow, AdRow | None]],
    found: Matched,
) -> list[str]:
    notes = [note for table in (predictions, references) for note in table.notes]
    if lacking := counts["without_prediction"]:
        how = "count as empty" if options.missing == "empty" else "do not count"
        notes.append(f"{lacking} references have no prediction and {how} (--missing)")
    if other := counts["other_films"]:
        notes.append(f"{other} references are of films without any prediction and do not count")
    if spare := counts["spare"]:
        alone = lacking + other > counts["references"] / 2 and spare > counts["predictions"] / 2
        rounded = alone and found.by.endswith("time")
        more = "; if their times are rounded, allow for that by --within" if rounded else ""
        notes.append(
            f"{spare} predictions belong to no reference, or to one that has another{more}"
        )
    if empty := counts["empty_predictions"]:
        notes.append(f"{empty} predictions are empty")
    if silent := counts["empty_references"]:
        notes.append(f"{silent} references are empty and do not count")
    if other := _otherwise(kept):
        notes.append(
            f"{other} predictions name another sentence as their reference than the one they are "
            "matched with: the tables may be of different versions"
        )
    steps = sum(len(places[film]) - 1 for film in places)
    back = sum(
        (kept[j][0].start or 0.0) < (kept[i][0].start or 0.0)
        for film in places
        for i, j in zip(places[film], places[film][1:], strict=False)
    )
    if steps and back > _BACKWARDS * steps:
        notes.append(
            f"{references.path.name} is not in the order of time: neighbours of Recall@k/N and "
            "the previous line are those of the table"
        )
    return [
        *notes,
        *(
            f"{len(table.faults)} rows cannot be read and do not count, such as {table.faults[0]}"
            for table in (predictions, references)
            if table.faults
        ),
    ]
