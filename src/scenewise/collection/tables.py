"""Tables about videos: CSV, JSON lines or Parquet, one row a video.

A row that does not fit is told with its number and column and left out; the rest counts.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scenewise.collection.metadata import (
    Facts,
    hashtags_in,
    hashtags_of,
    moment_of,
    seconds_of,
    text_of,
    united,
)
from scenewise.collection.types import Failure
from scenewise.core.errors import ComponentMissing, FileMissing, FileUnreadable, InputError

SUFFIXES: Final = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")
"""By which a table is known among files of video."""

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("id", "video_id", "videoid"),
    "path": ("path", "file", "filename", "file_name", "filepath", "file_path", "video"),
    "account": ("account", "uploader_id", "uploader", "username", "user", "author", "channel"),
    "posted": (
        "posted", "posted_at", "timestamp", "create_time", "created_at", "created", "date",
        "upload_date", "published", "published_at",
    ),
    "title": ("title",),
    "description": ("description", "caption", "text"),
    "hashtags": ("hashtags", "hashtag", "tags"),
    "duration": ("duration", "seconds", "length"),
    "language": ("language", "lang"),
}  # fmt: skip
"""What a column tells, and the names that people give it; the first that is there is taken.
All other columns are kept as they are."""

_CELL: Final = 2**27  # letters; Python's own limit is too small for long transcripts
_Cells = Mapping[str, Any]


class TableInvalid(InputError):
    """A table cannot be read, or lacks the columns that say which video a row is about."""


@dataclass(frozen=True)
class Row:
    """What a table says about one video.

    Args:
        number: of the row as a spreadsheet counts (the headings are row 1), of the line in
            JSON lines, of the row in Parquet (from 1).
        path: of the video, absolute; None where the table has no such column or it is empty.
        facts: the rest.
    """

    number: int
    path: Path | None
    facts: Facts


@dataclass(frozen=True)
class Table:
    """A table's rows, and those that do not fit with the reason."""

    path: Path
    rows: tuple[Row, ...]
    failures: tuple[Failure, ...]


def is_table(path: Path) -> bool:
    """Whether a file is a table, by its name."""
    return path.suffix.lower() in SUFFIXES


def absolute(path: str | os.PathLike[str]) -> Path:
    """The path from the root, through links as the person named it."""
    return Path(os.path.abspath(Path(path).expanduser()))  # noqa: PTH100


def read_table(path: str | os.PathLike[str]) -> Table:
    """Read a table. Paths in it are relative to the folder it lies in.

    Raises:
        FileMissing, FileUnreadable: it is not there, or may not be read.
        TableInvalid: it is no table of a known kind, or has neither a column `path` nor `id`.
        ComponentMissing: it is Parquet, and pyarrow is not installed.
    """
    where = absolute(path)
    failures: list[Failure] = []

    def refuse(number: int, reason: str) -> None:
        failures.append(Failure(str(where), f"row {number}: {reason}"))

    rows: list[Row] = []
    places: dict[str, int] = {}
    ids: dict[str, int] = {}
    for number, cells in _records(where, refuse):
        row = _row(where, number, cells, refuse)
        if row is None:
            continue
        place = "" if row.path is None else os.path.normcase(row.path)
        if place and (first := places.setdefault(place, number)) != number:
            refuse(number, f"column path: row {first} is about the same file; remove one of them")
        elif row.facts.id and (first := ids.setdefault(row.facts.id, number)) != number:
            refuse(number, f"column id: row {first} has the same id; give each video its own")
        else:
            rows.append(row)
    return Table(where, tuple(rows), tuple(failures))


def _records(path: Path, refuse: Callable[[int, str], None]) -> Iterator[tuple[int, _Cells]]:
    kinds: dict[str, Callable[..., Iterator[tuple[int, _Cells]]]] = {
        ".csv": _csv, ".tsv": _csv, ".jsonl": _lines, ".ndjson": _lines, ".parquet": _parquet,
    }  # fmt: skip
    read = kinds.get(path.suffix.lower())
    if read is None:
        raise TableInvalid(
            "is no table of a known kind", path=path, remedy=f"give one of: {', '.join(SUFFIXES)}"
        )
    try:
        yield from read(path, refuse)
    except FileNotFoundError as error:
        raise FileMissing("there is no such table", path=path, remedy="check the name") from error
    except OSError as error:
        raise FileUnreadable(
            f"the table cannot be read ({(error.strerror or 'it is damaged').lower()})",
            path=path,
            remedy="check the file and its permissions",
        ) from error


def _row(table: Path, number: int, cells: _Cells, refuse: Callable[[int, str], None]) -> Row | None:
    names = _places(cells)
    taken = set(names.values())

    def cell(field: str) -> Any:
        return cells.get(names[field]) if field in names else None

    def understood(field: str, read: Callable[[Any], Any]) -> Any:
        try:
            return read(cell(field))
        except ValueError as error:
            raise ValueError(f"column {names[field]}: {error}") from error

    try:
        posted = understood("posted", moment_of)
        duration = understood("duration", seconds_of)
    except ValueError as error:
        refuse(number, str(error))
        return None
    said = text_of(cell("path"))
    name = " ".join(text_of(cell("id")).split())
    if not said and not name:
        column = names.get("path") or names["id"]
        refuse(number, f"column {column}: it is empty; say which video the row is about")
        return None
    if "\0" in said:
        refuse(number, f"column {names['path']}: that is no path; write the file's name")
        return None
    path = None
    if said:
        path = absolute(table.parent / Path(said).expanduser())
    title, description = text_of(cell("title")), text_of(cell("description"))
    tags = united(hashtags_of(cell("hashtags")), hashtags_in(description), hashtags_in(title))
    facts = Facts(
        id=name,
        account=text_of(cell("account")).removeprefix("@"),
        posted=posted,
        title=title,
        description=description,
        hashtags=tags,
        duration=duration,
        language=text_of(cell("language")),
        extra={
            str(key): told
            for key, value in cells.items()
            if key not in taken and (told := text_of(value))
        },
    )
    return Row(number, path, facts)


def _places(names: Mapping[str, Any]) -> dict[str, str]:
    """The column of each field, of those that are there."""
    by_name = {
        re.sub(r"[\s_-]+", "_", str(name).strip().lower()): str(name)
        for name in reversed(list(names))
    }
    found = {}
    for field, known in COLUMNS.items():
        column = next((by_name[name] for name in known if name in by_name), None)
        if column is not None:
            found[field] = column
    return found


def _demand_columns(path: Path, names: list[str]) -> None:
    places = _places(dict.fromkeys(names))
    if "path" in places or "id" in places:
        return
    shown = ", ".join(names[:8]) or "none"
    raise TableInvalid(
        f"no column says which video a row is about (its columns: {shown})",
        path=path,
        remedy="name a column path (the file, relative to the table) or id",
    )


def _csv(path: Path, refuse: Callable[[int, str], None]) -> Iterator[tuple[int, _Cells]]:
    text = _decoded(path)
    head = next((line for line in text.splitlines() if line.strip()), "")
    if not head:
        raise TableInvalid("the table is empty", path=path, remedy="give it a row of headings")
    parts = max("\t,;|", key=head.count)
    if path.suffix.lower() == ".tsv":
        parts = "\t"
    csv.field_size_limit(_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=parts, strict=True)
    names: list[str] = []
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # what comes after cannot be told apart any more
            refuse(
                number,
                f"from here on it cannot be read ({error}); close the quotation marks in it",
            )
            return
        if not any(cell.strip() for cell in cells):
            continue
        if not names:
            names = [cell.strip() for cell in cells]
            _demand_columns(path, names)
            twice = next((name for name in names if name and names.count(name) > 1), "")
            if twice:
                raise TableInvalid(
                    f"two columns are named {twice}", path=path, remedy="rename one of them"
                )
        elif len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
            refuse(
                number,
                f"it has {len(cells)} cells and the headings are {len(names)}; put text that "
                f"holds {'a tab' if parts == chr(9) else parts!r} in quotation marks",
            )
        elif len(cells) < len(names):
            refuse(
                number,
                f"it has {len(cells)} cells and the headings are {len(names)}; fill it up",
            )
        else:
            yield number, {name: cell for name, cell in zip(names, cells, strict=False) if name}


def _lines(path: Path, refuse: Callable[[int, str], None]) -> Iterator[tuple[int, _Cells]]:
    any_fits, first_names = False, None
    for number, line in enumerate(_decoded(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            cells = json.loads(line)
        except (ValueError, RecursionError):
            refuse(number, "it is not JSON; write one object on each line")
            continue
        if not isinstance(cells, dict):
            refuse(number, "it is not an object; write it as {…} with the columns as keys")
            continue
        first_names = first_names or list(cells)
        places = _places(cells)
        if "path" not in places and "id" not in places:
            refuse(number, "it has neither path nor id; say which video it is about")
            continue
        any_fits = True
        yield number, cells
    if not any_fits:
        _demand_columns(path, [str(name) for name in first_names or ()])


def _parquet(path: Path, refuse: Callable[[int, str], None]) -> Iterator[tuple[int, _Cells]]:
    del refuse  # its rows have all columns
    with path.open("rb"):
        pass  # what the system says is told better than by the reader
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ComponentMissing(
            "Parquet needs a library that is not installed (pyarrow)",
            path=path,
            remedy="run: pip install 'scenewise[collection]', or save the table as CSV",
        ) from error
    try:
        file = pyarrow.parquet.ParquetFile(path)
        _demand_columns(path, list(file.schema_arrow.names))
        number = 0
        for batch in file.iter_batches(batch_size=4096):
            for cells in batch.to_pylist():
                number += 1
                yield number, cells
    except pyarrow.ArrowException as error:
        raise TableInvalid(
            "is not Parquet, or damaged", path=path, remedy="write it anew"
        ) from error


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TableInvalid(
            f"line {line} is not UTF-8", path=path, remedy="save the table as UTF-8"
        ) from error
    if "\0" in text:
        raise TableInvalid("it is not text", path=path, remedy="save the table as CSV in UTF-8")
    return text
