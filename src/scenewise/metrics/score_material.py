"""What is scored: predictions and references that belong together, film by film."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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
) -> Material:
    """Bring predictions and references together.

    Where none belongs to another, and only measures of descriptions at times of their own are
    asked for, they are taken as they are.

    Args:
        against: predictions of another system: only clips that count for both are kept.

    Raises:
        InputError: no prediction belongs to a reference, or all references are empty.
    """
    try:
        return _matched(predictions, references, options, against)
    except InputError:
        if not set(options.chosen) <= DENSE:
            raise
    return _dense(predictions, references, against)


_Pair = tuple[AdRow, AdRow | None]


@dataclass(frozen=True)
class _Kept:
    """References that count, each with its prediction, and how many of which kind there were."""

    pairs: Sequence[_Pair]
    found: Matched
    counts: Mapping[str, int]


def _matched(
    predictions: AdTable, references: AdTable, options: ScoreOptions, against: AdTable | None
) -> Material:
    kept = _keep(predictions, references, options)
    places = _places([row.film for row, _ in kept.pairs])
    notes = _notes(kept, options, predictions, references, places)
    other: _Kept | None = None
    if against is not None:
        other = _keep(against, references, options)
        alone = len(kept.pairs), len(other.pairs)
        kept, other = _of_both(kept, other, predictions, against)
        places = _places([row.film for row, _ in kept.pairs])
        own = _notes(other, options, against, references, places)
        notes += [f"{AGAINST}: {note}" for note in own if note not in notes]
        left = sum(alone) - 2 * len(kept.pairs)
        if left:
            notes.append(f"{left} references are of one of both only and do not count")
    captions = _captions([row for row, _ in kept.pairs])

    def told(name: str, of: _Kept, table: AdTable) -> Told:
        lines = [mine.sentence if mine else "" for _, mine in of.pairs]
        spoken = _spoken(of.pairs, of.found.spare, table, references) if captions else {}
        return Told(name, lines, places, spoken)

    truth = [row.sentence for row, _ in kept.pairs]
    return Material(
        told(PREDICTIONS, kept, predictions),
        Told(REFERENCES, truth, places, captions),
        captions,
        matched=True,
        by=kept.found.by,
        notes=tuple(notes),
        counts={**kept.counts, "scored": len(kept.pairs)},
        rows=[row for row, _ in kept.pairs],
        against=None if against is None or other is None else told(AGAINST, other, against),
    )


def _keep(predictions: AdTable, references: AdTable, options: ScoreOptions) -> _Kept:
    found = match(predictions, references, within=options.within)
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
        raise InputError("all of its sentences are empty", path=references.path)
    empty = sum(mine is not None and not mine.sentence for _, mine in kept)
    counts = {
        "references": len(references.rows), "predictions": len(predictions.rows),
        "scored": len(kept), "without_prediction": lacking, "other_films": other,
        "empty_references": silent, "empty_predictions": empty, "spare": len(found.spare),
    }  # fmt: skip
    return _Kept(kept, found, counts)


def _of_both(
    kept: _Kept, other: _Kept, predictions: AdTable, against: AdTable
) -> tuple[_Kept, _Kept]:
    """Those references that count for both: they are the same rows of one table."""
    shared = {id(row) for row, _ in kept.pairs} & {id(row) for row, _ in other.pairs}
    if not shared:
        raise InputError(
            f"it says nothing of what {predictions.path.name} is scored on",
            path=against.path,
            remedy="give what another system says of the same films",
        )
    ours, theirs = (
        replace(one, pairs=[pair for pair in one.pairs if id(pair[0]) in shared])
        for one in (kept, other)
    )
    return ours, theirs


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
    ours, left = _of_films(predictions, references)
    other, left_there = _of_films(against, references) if against is not None else (None, 0)
    both = ours.keys() & other.keys() if other is not None else ours.keys()
    theirs: dict[str, list[Caption]] = {}
    for row in references.rows:
        timed = _caption(row)
        if row.film in both and timed and row.sentence:
            theirs.setdefault(row.film, []).append(timed)
    if not theirs:
        table = against if against is not None and ours else predictions
        raise InputError(
            f"no film of it is in {references.path.name}, or one of both has no times",
            path=table.path,
            remedy="give both the same film names, and times in seconds",
        )
    notes = ["predictions are at times of their own: they are aligned, not matched"]
    for count, whose in ((left, ""), (left_there, f"{AGAINST}: ")):
        if count:
            notes.append(
                f"{whose}{count} predictions are of films without references and do not count"
            )
    if other is not None and (alone := len(ours.keys() ^ other.keys())):
        notes.append(f"{alone} films are told of by one of both only and do not count")
    counts = {"references": len(references.rows), "predictions": len(predictions.rows)}
    return Material(
        _told(PREDICTIONS, {film: sorted(ours[film]) for film in theirs}),
        _told(REFERENCES, theirs),
        theirs,
        matched=False,
        notes=tuple(notes),
        counts=counts,
        against=None
        if other is None
        else _told(AGAINST, {film: sorted(other[film]) for film in theirs}),
    )


def _of_films(table: AdTable, references: AdTable) -> tuple[dict[str, list[Caption]], int]:
    """What is said and when, by film as the references call it; how many rows are of another."""
    named = {row.film for row in references.rows if row.sentence and _caption(row)}
    said: dict[str, list[Caption]] = {}
    films = films_of(table, references)
    for row, film in zip(table.rows, films, strict=True):
        timed = _caption(row)
        if film in named and timed and row.sentence:
            said.setdefault(str(film), []).append(timed)
    return said, sum(film not in said for film in films)


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


def _notes(
    kept: _Kept,
    options: ScoreOptions,
    predictions: AdTable,
    references: AdTable,
    places: Mapping[str, list[int]],
) -> list[str]:
    counts, found, pairs = kept.counts, kept.found, kept.pairs
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
    if other := _otherwise(pairs):
        notes.append(
            f"{other} predictions name another sentence as their reference than the one they are "
            "matched with: the tables may be of different versions"
        )
    steps = sum(len(places[film]) - 1 for film in places)
    back = sum(
        (pairs[j][0].start or 0.0) < (pairs[i][0].start or 0.0)
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
