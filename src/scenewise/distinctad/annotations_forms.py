"""The public forms of audio description tables.

`mad`: MAD-v2-Named and MAD-Eval, and the drawn set of films. `lsmdc`: the same table for
MAD-Eval's films as LSMDC distributes them, cut into one file a clip. `cmd`: CMD-AD, whose videos
are scenes of a film and whose times are told both of the film and of the scene. `tv`: TV-AD,
whose videos are pieces of an episode as TVQA distributes them, three pictures a second.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from scenewise.core.errors import FileMissing, UnknownChoice
from scenewise.core.time import Span
from scenewise.distinctad.annotations import (
    Annotation,
    Annotations,
    AnnotationsInvalid,
    RowReader,
    annotations_of,
)
from scenewise.distinctad.clips_stills import Stills
from scenewise.media.probe import probe_film
from scenewise.metrics.ad_tables import TEXTS, AdRow, read_table, seconds

TVQA_RATE: Final = 3.0
"""Pictures a second of TVQA, which numbers them from 1."""

FILM_SUFFIXES: Final = (".mp4", ".mkv", ".avi", ".webm", ".mov", ".m4v")


@dataclass(frozen=True)
class Form:
    """A kind of table.

    Args:
        about: one line for people.
        needs: columns without which a table has not this form, each with its other names.
        reader: of a row.
    """

    about: str
    needs: tuple[tuple[str, ...], ...]
    reader: RowReader

    def lacks(self, columns: tuple[str, ...]) -> str:
        """The first column that is missing; empty where none is."""
        return next((names[0] for names in self.needs if not set(names) & set(columns)), "")


def read_annotations(path: Path, form: str = "auto", *, faults: str = "refuse") -> Annotations:
    """The descriptions of a public table.

    Args:
        path: of the table: CSV, TSV, JSON or JSON lines.
        form: a key of `FORMS`; `auto` goes by the columns (`lsmdc` must be asked for).
        faults: what becomes of rows that do not fit: `refuse` the table, or `skip` and count them.

    Raises:
        FileMissing, FileUnreadable, TableInvalid: see `metrics.ad_tables.read_table`.
        AnnotationsInvalid: see `annotations.annotations_of`.
        UnknownChoice: there is no such form.
    """
    path = Path(path)
    if form not in (*FORMS, "auto"):
        raise UnknownChoice(
            f"the form of a table cannot be {form!r}", remedy=f"choose: auto, {', '.join(FORMS)}"
        )
    table = read_table(path)
    if form == "auto":
        form = next((name for name in _BY_COLUMNS if not FORMS[name].lacks(table.columns)), "mad")
    lacking = FORMS[form].lacks(table.columns)
    if lacking:
        raise AnnotationsInvalid(
            f"this is no table of {FORMS[form].about}: it has no column {lacking!r}",
            path=path,
            remedy="give the table as it was published, or say which form it has",
        )
    return replace(annotations_of(table, FORMS[form].reader, faults=faults), form=form)


def find_films(
    annotations: Annotations, folder: Path, *, missing: str = "refuse"
) -> tuple[Annotations, dict[str, Path], tuple[str, ...]]:
    """The video files of annotations.

    Args:
        annotations: of a table.
        folder: with `NAME.mp4` (or .mkv, .avi …) for each; names may lie in folders of their
            own, as CMD's and LSMDC's do. Or `NAME.tar` of pictures; for TV-AD also a folder `NAME`
            of them, in the folder or one below it.
        missing: `refuse` files that are not there, or `skip` and tell them.

    Returns:
        The annotations that have a file, the files by name, and the names of those that lack.

    Raises:
        FileMissing: there is no such folder, files are missing and shall not be skipped, or all
            are missing.
        UnknownChoice: `missing` is neither of the two.
    """
    if missing not in ("refuse", "skip"):
        raise UnknownChoice(f"missing films cannot be {missing!r}", remedy="choose: refuse, skip")
    folder = Path(folder)
    if not folder.is_dir():
        raise FileMissing("there is no such folder of films", path=folder, remedy="check the path")
    # MAD-Eval's clips lie in a folder a film, TVQA's pictures in one a series
    above = {row.file: folder / row.film for row in annotations.rows}
    stills = annotations.form == "tv"
    below = [one for one in sorted(folder.iterdir()) if one.is_dir()] if stills else []
    files: dict[str, Path] = {}
    lost = []
    for name in annotations.files:
        places = (folder, above[name], *below)
        found = next((path for at in places for path in _videos(at, name, stills)), None)
        if found is None:
            lost.append(name)
        else:
            files[name] = found
    if lost and (missing == "refuse" or not files):
        few = ", ".join(lost[:5]) + (", …" if len(lost) > 5 else "")
        raise FileMissing(
            f"{len(lost)} of {len(lost) + len(files)} films are not there: {few}",
            path=folder,
            remedy=f"give the folder that has {lost[0]}.mp4"
            if not files
            else "add them, or skip missing films",
        )
    rows = tuple(row for row in annotations.rows if row.file in files)
    return replace(annotations, rows=rows), files, tuple(lost)


def durations_of(annotations: Annotations, videos: Mapping[str, Path]) -> dict[str, float]:
    """Seconds of the films that one file shows as a whole, for `annotations.check_durations`.

    Args:
        annotations: of a table.
        videos: files by name (`find_films`).

    Raises:
        FileMissing, FileUnreadable, NotAVideo: one cannot be read.
    """
    whole = {row.film for row in annotations.rows if row.file == row.film}
    found = {film: _duration(videos[film]) for film in whole if film in videos}
    return {film: length for film, length in found.items() if length is not None}


def _duration(video: Path) -> float | None:
    if video.suffix == ".tar" or video.is_dir():
        return Stills(video, TVQA_RATE).span.end
    return probe_film(video).duration


def _mad(row: AdRow) -> Annotation:
    return _annotation(row, "movie")


def _lsmdc(row: AdRow) -> Annotation:
    one = _mad(row)
    return replace(one, video=_name(row, "lsmdc_filename"), shown=Span(0.0, one.span.duration))


def _cmd(row: AdRow) -> Annotation:
    # the number in `movie` is another data set's; IMDb's id is what character banks go by
    return replace(
        _annotation(row, "imdbid"),
        video=_name(row, "cmd_filename"),
        shown=_span(row, "scaled_start", "scaled_end"),
    )


def _tv(row: AdRow) -> Annotation:
    numbers = _literal(row.cells.get("tvad_index"))
    if not (
        isinstance(numbers, list) and numbers and all(isinstance(n, int) and n > 0 for n in numbers)
    ):
        raise ValueError("its tvad_index is no list of pictures' numbers")
    return replace(
        _annotation(row, "imdbid_pe"),
        video=_name(row, "tvad_name"),
        shown=Span((min(numbers) - 1) / TVQA_RATE, max(numbers) / TVQA_RATE),
    )


def _annotation(row: AdRow, film: str) -> Annotation:
    return Annotation(
        film=_name(row, film),
        span=_span(row, "start", "end"),
        text=row.sentence,
        characters=_recognised(row) or row.characters,
    )


def _name(row: AdRow, column: str) -> str:
    """The name of a film or file."""
    value = row.cells.get(column)
    name = "" if value is None else str(value).strip()
    if not name:
        raise ValueError(f"it has no {column}")
    if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name):
        raise ValueError(f"{name!r} is no name of a film")
    return name


def _span(row: AdRow, start: str, end: str) -> Span:
    first, last = (seconds(row.cells.get(name)) for name in (start, end))
    if first is None or last is None:
        raise ValueError(f"it has no {start if first is None else end}")
    if last < first:
        raise ValueError(f"it ends ({last:g}) before it starts ({first:g})")
    return Span(first, last)


def _recognised(row: AdRow) -> tuple[str, ...]:
    """Whom AutoAD-Zero saw: the ids in `pred_ids`, which tells frames and faces of each, too."""
    told = row.cells.get("pred_ids")
    if not told:
        return ()
    found = _literal(told)
    if not isinstance(found, dict):
        raise ValueError("its pred_ids tells no characters")
    return tuple(str(name) for name in found)


def _literal(value: object) -> object:
    if not isinstance(value, str):
        return value  # JSON has it as it is
    try:
        return ast.literal_eval(value.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        raise ValueError(f"{value[:40]!r} cannot be read") from error


def _videos(folder: Path, name: str, stills: bool) -> Iterator[Path]:
    """The files that a video may be; `stills` tells whether it may be a folder of pictures."""
    for suffix in FILM_SUFFIXES:
        if (folder / f"{name}{suffix}").is_file():
            yield folder / f"{name}{suffix}"
    if (folder / f"{name}.tar").is_file():
        yield folder / f"{name}.tar"
    if stills and (folder / name).is_dir():
        yield folder / name


_TIMES: Final = (("start", "timestamps"), ("end", "timestamps"))

FORMS: Final[Mapping[str, Form]] = {
    "mad": Form("MAD descriptions", (("movie",), TEXTS, *_TIMES), _mad),
    "lsmdc": Form(
        "MAD-Eval's clips in LSMDC", (("movie",), TEXTS, ("lsmdc_filename",), *_TIMES), _lsmdc
    ),
    "cmd": Form(
        "CMD-AD descriptions",
        (("imdbid",), TEXTS, ("cmd_filename",), ("scaled_start",), ("scaled_end",), *_TIMES),
        _cmd,
    ),
    "tv": Form(
        "TV-AD descriptions",
        (("imdbid_pe",), TEXTS, ("tvad_name",), ("tvad_index",), *_TIMES),
        _tv,
    ),
}
_BY_COLUMNS: Final = ("cmd", "tv", "mad")
