"""Tables of audio description in the forms that data sets and systems publish.

Read are CSV and TSV, JSON lines, JSON (a list of rows, or rows by their id) and plain lines:

- MAD, MAD-v2-Named and MAD-Eval: `movie`, `sentence`, `start`, `end`, `movie_duration`; in
  MAD's JSON also `timestamps`.
- CMD-AD: `text`, `cmd_filename`, `imdbid`, `scaled_start`, `scaled_end` (within the clip).
- TV-AD: `text`, `imdbid_pe` (the episode), `start`, `end`, `tvad_name`.
- Predictions of the AutoAD family: `vid`, `start`, `end`, `text_gt`, `text_gen`.

Nothing but columns decides what a file is, so that others with such columns are read as well.
"""

from __future__ import annotations

import ast
import csv
import io
import json
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from scenewise.core.errors import FileMissing, FileUnreadable, InputError

FILMS: Final = (
    "movie", "film", "imdbid_pe", "vid", "video", "video_id", "cmd_filename", "imdbid",
    "tvad_name", "movie_title", "title",
)  # fmt: skip
"""Columns that say which film a row is of; the first that is there names it."""

TIMES: Final = (
    ("start", "end"), ("start_", "end_"), ("scaled_start", "scaled_end"),
    ("start_time", "end_time"), ("start_sec", "end_sec"), ("begin", "end"),
)  # fmt: skip
"""Columns that say when, in seconds; the first pair that is there tells it."""

IDS: Final = ("id", "clip_id", "ad_id", "lsmdc_filename", "clip", "key")
"""Columns by which a row can be told from all others."""

TEXTS: Final = ("sentence", "text", "description", "caption", "ad", "line")
PREDICTED: Final = ("text_gen", "prediction", "predicted", "generated", "pred", "hypothesis")
TRUE: Final = ("text_gt", "reference", "ground_truth", "gt")
"""Columns with the words. In a file that has both, the last two tell which are whose."""

_NAMES: Final = ("characters", "names", "cast")
_DURATIONS: Final = ("movie_duration", "film_duration", "video_duration")
_HOLDERS: Final = ("predictions", "annotations", "references", "rows", "data", "clips", "results")
_CELL: Final = 2**27  # letters; Python's own limit is too small for some columns of boxes
_CLOCK: Final = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:[.,]\d+)?)")
_DOTTED_CLOCK: Final = re.compile(r"(\d+)\.(\d\d)\.(\d\d\.\d{3})")  # as LSMDC names its clips
_NOTHING: Final = frozenset({"nan", "none", "null", "<na>"})  # what programs write for no text

Cells = Mapping[str, Any]


class TableInvalid(InputError):
    """A table cannot be read, or lacks the columns that are needed."""


@dataclass(frozen=True)
class AdRow:
    """One description of a table.

    Args:
        film: which film it is of, as the table says; empty where it does not.
        start, end: seconds; None where the table does not say.
        sentence: the words, with blanks for line ends.
        characters: names that the table gives.
        duration: of the film as the table has it, seconds; None where it does not say.
        number: of its row in the file, from 1 for the first after the headings.
        cells: all columns, by their names in small letters.
    """

    film: str
    start: float | None
    end: float | None
    sentence: str
    characters: tuple[str, ...] = ()
    duration: float | None = None
    number: int = 0
    cells: Cells = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True)
class AdTable:
    """The descriptions of a file, in its order.

    Args:
        path: the file.
        rows: what could be read.
        columns: all of them, in small letters.
        faults: rows that could not be read, one line each.
        notes: what else is odd about the file, one line each.
    """

    path: Path
    rows: tuple[AdRow, ...]
    columns: tuple[str, ...]
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def has(self, names: Sequence[str]) -> bool:
        """Whether it has one of these columns."""
        return any(name in self.columns for name in names)


def read_table(
    path: str | Path, *, words: Sequence[str] = TEXTS, holding: str = "descriptions"
) -> AdTable:
    """The descriptions of a file.

    Args:
        path: a table (.csv, .tsv), JSON, JSON lines, or lines of text (.txt), by its name.
        words: columns with the sentence, the best first.
        holding: what they hold, to say when none is there.

    Raises:
        FileMissing, FileUnreadable: it is not there, or may not be read.
        TableInvalid: it is empty, is none of these, or has no column with words.
    """
    where = Path(path)
    text = _text(where)
    if not text.strip():
        raise TableInvalid("the file is empty", path=where, remedy="give a table of descriptions")
    records = []
    spilt = []
    for number, record in _records(where, text):
        records.append((number, {str(k).strip().lower(): v for k, v in record.items() if k}))
        if any(str(cell).strip() for cell in record.get(None, ())):  # type: ignore[call-overload]
            spilt.append(number)
    if not records:
        raise TableInvalid("there is no row in it", path=where)
    columns = tuple(dict.fromkeys(name for _, cells in records for name in cells))
    column = next((name for name in words if name in columns), None)
    if column is None:
        turned = words[0] in TRUE and any(name in columns for name in PREDICTED)
        raise TableInvalid(
            f"no column holds the {holding} (there are {', '.join(columns[:12])})",
            path=where,
            remedy=f"name it {' or '.join(words[:3])}"
            + (", or name the predictions first, then the references" if turned else ""),
        )
    rows: list[AdRow] = []
    faults: list[str] = []
    for number, cells in records:
        try:
            rows.append(_row(number, cells, column, columns))
        except ValueError as error:
            faults.append(f"{where.name}, row {number}: {error}")
    if not rows:
        raise TableInvalid(f"no row can be read ({faults[0]})", path=where)
    notes: tuple[str, ...] = ()
    if spilt:
        notes = (
            f"{where.name}: {len(spilt)} rows have more cells than there are headings, such as row "
            f"{spilt[0]}: where a comma stands outside quotes, a sentence is cut short",
        )
    return AdTable(where, tuple(rows), columns, tuple(faults), notes)


def film_column(columns: Sequence[str]) -> str | None:
    """The column that names the film."""
    return next((name for name in FILMS if name in columns), None)


def seconds(value: Any) -> float | None:
    """A time in seconds, or written as a clock; None for an empty cell.

    Raises:
        ValueError: it is neither.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        time = float(value)
    except (TypeError, ValueError):
        told = str(value).strip()
        clock = _CLOCK.fullmatch(told) or _DOTTED_CLOCK.fullmatch(told)
        if clock is None:
            raise ValueError(f"“{str(value)[:40]}” is no time") from None
        hours, minutes, rest = clock.groups()
        time = 3600 * int(hours or 0) + 60 * int(minutes) + float(rest.replace(",", "."))
    if math.isnan(time):  # how pandas writes an empty cell into JSON
        return None
    if not math.isfinite(time) or isinstance(value, bool):
        raise ValueError(f"“{value}” is no time")
    return time


def times_of(cells: Cells, names: tuple[str, str]) -> tuple[float | None, float | None]:
    """Start and end in a pair of columns.

    Raises:
        ValueError: a cell is no time, or the end is before the start.
    """
    start, end = seconds(cells.get(names[0])), seconds(cells.get(names[1]))
    if start is not None and end is not None and end < start:
        raise ValueError(f"it ends ({end:g}) before it starts ({start:g})")
    return start, end


def _row(number: int, cells: dict[str, Any], column: str, columns: Sequence[str]) -> AdRow:
    stamps = cells.get("timestamps")
    if isinstance(stamps, (list, tuple)) and len(stamps) == 2 and "start" not in cells:
        cells = {**cells, "start": stamps[0], "end": stamps[1]}
    pair = next((names for names in TIMES if names[0] in cells), TIMES[0])
    start, end = times_of(cells, pair)
    film = next((name for name in FILMS if _words(cells.get(name))), "")
    return AdRow(
        film=_words(cells[film]) if film else "",
        start=start,
        end=end,
        sentence=_words(cells.get(column)),
        characters=split_names(next((cells[name] for name in _NAMES if name in cells), None)),
        duration=seconds(next((cells[name] for name in _DURATIONS if name in cells), None)),
        number=number,
        cells=cells,
    )


def _words(value: Any) -> str:
    if isinstance(value, str) and value.lstrip()[:2] in ("['", '["'):
        value = _listed(value)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, list):  # some systems write a list of one text
        value = " ".join(str(part) for part in value)
    text = " ".join(unicodedata.normalize("NFC", str(value)).split())
    return "" if text.lower() in _NOTHING else text


def _listed(value: str) -> Any:
    """A list that was written into a cell; the cell itself where it holds none."""
    try:
        return ast.literal_eval(value.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return value


def split_names(value: Any) -> tuple[str, ...]:
    """Names from a list, a list written into a cell, or names between commas."""
    if isinstance(value, str) and value.strip()[:1] in "[(" and value.strip():
        listed = _listed(value)
        value = value.strip("[]() ") if listed is value else listed
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, (list, tuple)):
        return ()
    return tuple(name for name in (_words(one) for one in value) if name)


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise FileMissing("there is no such file", path=path) from error
    except OSError as error:
        raise FileUnreadable(f"it cannot be read ({error.strerror})", path=path) from error
    wide = raw[:2] in (b"\xff\xfe", b"\xfe\xff")  # what spreadsheets call Unicode text
    try:
        text = raw.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise TableInvalid(
            f"the file is no text in UTF-8 (line {line})", path=path, remedy="save it as UTF-8"
        ) from error
    if "\0" in text:
        raise TableInvalid("the file is no text", path=path, remedy="give CSV, JSON or JSON lines")
    return text


def _records(path: Path, text: str) -> Iterator[tuple[int, Cells]]:
    suffix = path.suffix.lower()
    if suffix in (".jsonl", ".ndjson"):
        return _lines_of_json(path, text)
    if suffix == ".json" or (suffix not in (".csv", ".tsv", ".txt") and text.lstrip()[:1] in "[{"):
        return _json(path, text)
    if suffix == ".txt":
        lines = text.rstrip("\n").split("\n")
        return ((i, {TEXTS[0]: line}) for i, line in enumerate(lines, 1))
    return _cells(path, text, "\t" if suffix == ".tsv" else "")


def _cells(path: Path, text: str, delimiter: str) -> Iterator[tuple[int, Cells]]:
    first = text.lstrip("\n").split("\n", 1)[0]
    if not delimiter:
        delimiter = max(",;\t", key=first.count)
    before = csv.field_size_limit(_CELL)
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows: list[tuple[int, Cells]] = [
            (number, {key: value for key, value in row.items() if key is None or key.strip()})
            for number, row in enumerate(reader, 1)
        ]
    except csv.Error as error:
        raise TableInvalid(f"that is no table ({error})", path=path) from error
    finally:
        csv.field_size_limit(before)
    return iter(rows)


def _lines_of_json(path: Path, text: str) -> Iterator[tuple[int, Cells]]:
    rows: list[tuple[int, Cells]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            value = _parsed(path, line, f"line {number}")
            rows.append((number, value if isinstance(value, dict) else {TEXTS[0]: value}))
    return iter(rows)


def _json(path: Path, text: str) -> Iterator[tuple[int, Cells]]:
    value = _parsed(path, text, "the file")
    if isinstance(value, dict):
        held = next((value[name] for name in _HOLDERS if isinstance(value.get(name), list)), None)
        if held is not None:
            value = held
        else:  # rows by their ids, as MAD has them
            value = [
                {"id": key, **row} if isinstance(row, dict) else {"id": key, TEXTS[0]: row}
                for key, row in value.items()
            ]
    if not isinstance(value, list):
        raise TableInvalid("it holds no list of descriptions", path=path)
    rows: list[tuple[int, Cells]] = []
    for number, row in enumerate(value, 1):
        if isinstance(row, (dict, str)):
            rows.append((number, row if isinstance(row, dict) else {TEXTS[0]: row}))
        else:
            raise TableInvalid(f"row {number} is no description", path=path)
    return iter(rows)


def _parsed(path: Path, text: str, what: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        told = str(error).split(":")[0] if isinstance(error, ValueError) else "too deep"
        raise TableInvalid(f"{what} is no JSON ({told})", path=path) from error
