"""The public forms of audio description tables.

`mad`: MAD-v2-Named and MAD-Eval, and the drawn set of films. `lsmdc`: the same table for
MAD-Eval's films as LSMDC distributes them, cut into one file a clip. `cmd`: CMD-AD, whose videos
are scenes of a film and whose times are told both of the film and of the scene. `tv`: TV-AD,
whose videos are pieces of an episode as TVQA distributes them, three pictures a second.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Mapping
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
    header_of,
    read_rows,
)

TVQA_RATE: Final = 3.0
"""Pictures a second of TVQA, which numbers them from 1."""

FILM_SUFFIXES: Final = (".mp4", ".mkv", ".avi", ".webm", ".mov", ".m4v")

_NUMBER: Final = re.compile(r"-?\d+(\.\d*)?([eE][+-]?\d{1,3})?", re.ASCII)
_TEXT: Final = ("sentence", "text")


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
        path: of the table.
        form: a key of `FORMS`; `auto` goes by the columns (`lsmdc` must be asked for).
        faults: what becomes of rows that do not fit: `refuse` the table, or `skip` and count them.

    Raises:
        FileMissing, FileUnreadable, AnnotationsInvalid: see `annotations.read_rows`.
        UnknownChoice: there is no such form.
    """
    path = Path(path)
    if form not in (*FORMS, "auto"):
        raise UnknownChoice(
            f"the form of a table cannot be {form!r}", remedy=f"choose: auto, {', '.join(FORMS)}"
        )
    columns = header_of(path)
    if form == "auto":
        form = next((name for name in _BY_COLUMNS if not FORMS[name].lacks(columns)), "mad")
    lacking = FORMS[form].lacks(columns)
    if lacking:
        raise AnnotationsInvalid(
            f"this is no table of {FORMS[form].about}: it has no column {lacking!r}",
            path=path,
            remedy="give the table as it was published, or say which form it has",
        )
    return replace(read_rows(path, FORMS[form].reader, faults=faults), form=form)


def find_films(
    annotations: Annotations, folder: Path, *, missing: str = "refuse"
) -> tuple[Annotations, dict[str, Path], tuple[str, ...]]:
    """The video files of annotations.

    Args:
        annotations: of a table.
        folder: with `NAME.mp4` (or .mkv, .avi …) for each; names may lie in folders of their
            own, as CMD's and LSMDC's do.
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
    # MAD-Eval's clips lie in a folder a film
    above = {row.file: row.film for row in annotations.rows}
    files: dict[str, Path] = {}
    lost = []
    for name in annotations.files:
        found = _video(folder, name) or _video(folder / above[name], name)
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


def _mad(row: Mapping[str, str]) -> Annotation:
    return Annotation(
        film=_film(row["movie"]),
        span=_span(row, "start", "end"),
        text=_sentence(row),
        characters=_recognised(row),
    )


def _lsmdc(row: Mapping[str, str]) -> Annotation:
    one = _mad(row)
    return replace(one, video=_film(row["lsmdc_filename"]), shown=Span(0.0, one.span.duration))


def _cmd(row: Mapping[str, str]) -> Annotation:
    # the number in `movie` is another data set's; IMDb's id is what character banks go by
    return Annotation(
        film=_film(row["imdbid"]),
        span=_span(row, "start", "end"),
        text=_sentence(row),
        characters=_recognised(row),
        video=_film(row["cmd_filename"]),
        shown=_span(row, "scaled_start", "scaled_end"),
    )


def _tv(row: Mapping[str, str]) -> Annotation:
    numbers = _literal(row["tvad_index"])
    if not (
        isinstance(numbers, list) and numbers and all(isinstance(n, int) and n > 0 for n in numbers)
    ):
        raise ValueError("its tvad_index is no list of pictures' numbers")
    return Annotation(
        film=_film(row["imdbid_pe"]),
        span=_span(row, "start", "end"),
        text=_sentence(row),
        characters=_recognised(row),
        video=_film(row["tvad_name"]),
        shown=Span((min(numbers) - 1) / TVQA_RATE, max(numbers) / TVQA_RATE),
    )


def _film(name: str) -> str:
    name = name.strip()
    if not name:
        raise ValueError("it does not say of which film it is")
    if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name):
        raise ValueError(f"{name!r} is no name of a film")
    return name


def _span(row: Mapping[str, str], start: str, end: str) -> Span:
    """From one column to the other; empty where that would end before it begins."""
    first, last = _seconds(row[start], start), _seconds(row[end], end)
    return Span(first, max(first, last))


def _seconds(text: str, column: str) -> float:
    """A time; Python's own spellings such as `1_0` and `nan` are none."""
    if not _NUMBER.fullmatch(text.strip()):
        raise ValueError(f"its {column} {text.strip()!r} is no time in seconds")
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"its {column} {text.strip()!r} is no time in seconds")
    return value


def _sentence(row: Mapping[str, str]) -> str:
    return next(row[name] for name in _TEXT if name in row)


def _recognised(row: Mapping[str, str]) -> tuple[str, ...]:
    """Whom AutoAD-Zero saw: the ids in `pred_ids`, which tells frames and faces of each, too."""
    told = row.get("pred_ids", "").strip()
    if not told:
        return ()
    found = _literal(told)
    if not isinstance(found, dict):
        raise ValueError("its pred_ids tells no characters")
    return tuple(str(name) for name in found)


def _literal(text: str) -> object:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        raise ValueError(f"{text[:40]!r} cannot be read") from error


def _video(folder: Path, name: str) -> Path | None:
    paths = (folder / f"{name}{suffix}" for suffix in FILM_SUFFIXES)
    return next((path for path in paths if path.is_file()), None)


_TIMES: Final = (("start",), ("end",))

FORMS: Final[Mapping[str, Form]] = {
    "mad": Form("MAD descriptions", (("movie",), _TEXT, *_TIMES), _mad),
    "lsmdc": Form(
        "MAD-Eval's clips in LSMDC", (("movie",), _TEXT, ("lsmdc_filename",), *_TIMES), _lsmdc
    ),
    "cmd": Form(
        "CMD-AD descriptions",
        (("imdbid",), _TEXT, ("cmd_filename",), ("scaled_start",), ("scaled_end",), *_TIMES),
        _cmd,
    ),
    "tv": Form(
        "TV-AD descriptions",
        (("imdbid_pe",), _TEXT, ("tvad_name",), ("tvad_index",), *_TIMES),
        _tv,
    ),
}
_BY_COLUMNS: Final = ("cmd", "tv", "mad")
