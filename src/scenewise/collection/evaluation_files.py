"""Files of an evaluation: queries, judgements (TREC qrels), and what was found (a TREC run)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from scenewise.core.errors import FileMissing, FileUnreadable, InputError
from scenewise.media.atomic import atomic_text

FIELDS: Final = ("id", "text", "image", "plus", "minus")
"""What a row of queries may hold; whatever else it holds is passed over."""

_IDS: Final = ("id", "qid", "query_id")
_TAG: Final = "scenewise"


class Unusable(NamedTuple):
    """A row or query that could not be used: which one, and why in one line."""

    where: str
    reason: str


@dataclass(frozen=True)
class Trial:
    """One query whose answers are known.

    Args:
        id: its name in the judgements, without blanks.
        text: what is looked for, in words; empty for none.
        image: a picture that results shall be like; None for none.
        plus, minus: ideas that are added and taken away, between commas (`read_phrases`).
    """

    id: str
    text: str = ""
    image: Path | None = None
    plus: str = ""
    minus: str = ""


@dataclass(frozen=True)
class Trials:
    """The queries of a file, and the rows of it that cannot be used."""

    rows: tuple[Trial, ...]
    failures: tuple[Unusable, ...]


@dataclass(frozen=True)
class Judgements:
    """How well videos answer queries, and the lines that cannot be used.

    Args:
        grades: by query and video; 0 for a video that does not answer.
        failures: lines that are none.
    """

    grades: Mapping[str, Mapping[str, int]]
    failures: tuple[Unusable, ...]


def read_trials(path: str | Path) -> Trials:
    """Queries from JSON lines, or from a table whose cells are parted by tabs.

    Each has an `id` and some of `text`, `image` (a file, relative to this one), `plus` and
    `minus`. A table begins with a row of headings; without one it is `id` and `text`, as
    collections of test queries are often published.

    Raises:
        FileMissing, FileUnreadable: it is not there, or may not be read.
        InputError: it is not text, or there is no query in it.
    """
    where = Path(path)
    text = _text(where)
    failures: list[Unusable] = []

    def refuse(number: int, reason: str) -> None:
        failures.append(Unusable(f"{where.name}, row {number}", reason))

    first = next((line for line in text.split("\n") if line.strip()), "")
    if not first:
        raise InputError(
            "there is no query in it", path=where, remedy='write lines such as {"id": …, "text": …}'
        )
    if where.suffix.lower() in (".jsonl", ".ndjson", ".json") or first.lstrip().startswith("{"):
        records = _objects(text, refuse)
    else:
        records = _cells(where, text, refuse)
    rows: dict[str, Trial] = {}
    for number, record in records:
        trial = _trial(where, number, record, refuse)
        if trial is None:
            continue
        if trial.id in rows:
            refuse(number, f"another row has the id {trial.id}; give each query its own")
        else:
            rows[trial.id] = trial
    return Trials(tuple(rows.values()), tuple(failures))


def read_judgements(path: str | Path) -> Judgements:
    """Judgements as TREC writes them: query, a number that is not used, video, grade.

    A grade above 0 says that the video answers the query, and how well. Ids of videos may
    hold blanks.

    Raises:
        FileMissing, FileUnreadable: it is not there, or may not be read.
        InputError: it is not text, or holds no judgement.
    """
    where = Path(path)
    grades: dict[str, dict[str, int]] = {}
    failures: list[Unusable] = []
    for number, line in enumerate(_text(where).split("\n"), 1):
        if not line.strip():
            continue
        place = f"{where.name}, line {number}"
        parts = line.split()
        try:
            grade = int(parts[-1])
        except ValueError:
            failures.append(Unusable(place, f"the grade {parts[-1]!r} is no whole number"))
            continue
        if len(parts) < 4:
            failures.append(
                Unusable(place, "it is no judgement; write query, 0, video and grade with blanks")
            )
            continue
        query, _, rest = line.strip().split(maxsplit=2)
        video = rest.rsplit(maxsplit=1)[0]
        judged = grades.setdefault(query, {})
        if judged.setdefault(video, max(0, grade)) != max(0, grade):
            failures.append(Unusable(place, f"{video} was given another grade before"))
    if not grades:
        said = f" ({failures[0].where}: {failures[0].reason})" if failures else ""
        raise InputError(
            f"there is no judgement in it{said}",
            path=where,
            remedy="write lines of query, 0, video and grade, as TREC does",
        )
    return Judgements(grades, tuple(failures))


def write_run(path: str | Path, found: Mapping[str, Sequence[str]], tag: str = _TAG) -> None:
    """What was found, as TREC writes it: query, Q0, video, rank, score, name of the run.

    Programs rank a run anew by its scores, so that these are 1/rank, which has no ties. Blanks
    in ids become `%20`, as the file's columns are parted by blanks.

    Args:
        path: of the file.
        found: videos by query, best first.
        tag: name of the run.

    Raises:
        OutputUnwritable: see `media.atomic.atomic`.
    """
    lines = [
        f"{query} Q0 {'%20'.join(video.split())} {rank} {1 / rank:.6f} {tag}\n"
        for query, videos in found.items()
        for rank, video in enumerate(videos, 1)
    ]
    atomic_text(Path(path), "".join(lines))


_Refuse = Callable[[int, str], None]


def _objects(text: str, refuse: _Refuse) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            refuse(number, "it is not JSON; write one object on each line")
            continue
        if isinstance(record, dict):
            yield number, {str(key).strip().lower(): value for key, value in record.items()}
        else:
            refuse(number, 'it is not an object; write it as {"id": …, "text": …}')


def _cells(path: Path, text: str, refuse: _Refuse) -> Iterator[tuple[int, Mapping[str, Any]]]:
    names: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        cells = [cell.strip() for cell in line.rstrip("\r").split("\t")]
        if not any(cells):
            continue
        if not names:
            names = [cell.lower() for cell in cells]
            if set(names) & set(_IDS):
                _demand(path, names)
                continue
            if len(cells) != 2:
                raise InputError(
                    f"its first row has {len(cells)} cells and no heading id",
                    path=path,
                    remedy=f"begin with headings between tabs, of: {', '.join(FIELDS)}",
                )
            names = ["id", "text"]
        if len(cells) > len(names):
            refuse(number, f"it has {len(cells)} cells and the headings are {len(names)}")
        else:
            yield number, dict(zip(names, cells, strict=False))


def _demand(path: Path, names: Sequence[str]) -> None:
    if not set(names) & set(FIELDS[1:]):
        raise InputError(
            f"no column says what is asked (its columns: {', '.join(names)})",
            path=path,
            remedy=f"name one of: {', '.join(FIELDS[1:])}",
        )


def _trial(path: Path, number: int, record: Mapping[str, Any], refuse: _Refuse) -> Trial | None:
    name = next((record[key] for key in _IDS if record.get(key) not in (None, "")), "")
    name = str(name).strip()
    if not name or len(name.split()) > 1:
        refuse(number, f"the id {name!r} has blanks" if name else "it has no id")
        return None
    said: dict[str, str] = {}
    for key in FIELDS[1:]:
        value = record.get(key)
        if isinstance(value, list) and all(isinstance(part, str) for part in value):
            value = ", ".join(value) if key in ("plus", "minus") else value
        if value is not None and not isinstance(value, str):
            refuse(number, f"its {key} is no text")
            return None
        said[key] = (value or "").strip()
    if not (said["text"] or said["image"] or said["plus"]):
        refuse(number, "it asks for nothing; give it text, image or plus")
        return None
    if "\0" in said["image"]:
        refuse(number, "its image is no path")
        return None
    image = path.parent / Path(said["image"]).expanduser() if said["image"] else None
    return Trial(name, said["text"], image, said["plus"], said["minus"])


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise FileMissing("there is no such file", path=path, remedy="check the name") from error
    except OSError as error:
        raise FileUnreadable(
            f"the file cannot be read ({(error.strerror or 'it is damaged').lower()})",
            path=path,
            remedy="check the file and its permissions",
        ) from error
    except UnicodeDecodeError as error:
        raise InputError("it is not text in UTF-8", path=path, remedy="save it as UTF-8") from error
