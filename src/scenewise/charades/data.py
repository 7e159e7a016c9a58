"""The tables and videos of Charades (Sigurdsson et al., "Hollywood in Homes", ECCV 2016).

`Charades_v1_train.csv` and `Charades_v1_test.csv` have one video a row. Several descriptions,
objects or actions in one field are joined by semicolons; any field may be empty.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scenewise.charades.errors import TableInvalid, VideosMissing
from scenewise.core.errors import FileMissing, FileUnreadable, UnknownChoice
from scenewise.core.time import Span

OTHER: Final = "Other"

NAMED_SCENES: Final = (
    "Basement",
    "Bathroom",
    "Bedroom",
    "Closet / Walk-in closet / Spear closet",
    "Dining room",
    "Entryway",
    "Garage",
    "Hallway",
    "Home Office / Study",
    "Kitchen",
    "Laundry room",
    "Living room",
    "Pantry",
    "Recreation room / Man cave",
    "Stairs",
)
"""As the paper writes them (figure 4): without the explanations in brackets that some have."""

SCENES: Final = (*NAMED_SCENES, OTHER)

NEEDED: Final = ("id", "scene", "script", "objects", "descriptions", "actions", "length")
"""Columns without which a table is of no use here; others may be there or not."""

CAPTIONS: Final = ("description", "descriptions", "script")
MISSING: Final = ("refuse", "skip")

_ID: Final = re.compile(r"[A-Z0-9]{5}")
_ACTION: Final = re.compile(r"(c\d{3}) (\S+) (\S+)")
_LONGEST_FIELD: Final = 1_000_000  # characters; Python's own limit is a tenth of it
_LARGEST: Final = 100_000_000  # bytes; the official tables have five million
_UNJUDGED: Final = -100.0
_PUBLISHED: Final = "take the table as it was published"


@dataclass(frozen=True)
class Action:
    """What somebody does in a video.

    Args:
        code: such as `c092`; `Charades_v1_classes.txt` tells what it means.
        span: when, in seconds.
    """

    code: str
    span: Span


@dataclass(frozen=True)
class Video:
    """A row of a table.

    Args:
        id: five capitals and digits; the video's file is called so.
        scene: without an explanation in brackets; one of `SCENES` in the official tables.
        script: what was to be acted; may be empty.
        descriptions: what people saw; may be none. One that has a semicolon in itself counts as
            two: the table does not tell it from two.
        objects: things that are seen.
        actions: in the order of the table.
        seconds: length; None where the field is empty.
        subject: code of whoever acts.
        quality, relevance: marks up to 7; None where nobody judged.
        verified: whether it was found to fit its script; None where that is not told.
    """

    id: str
    scene: str
    script: str
    descriptions: tuple[str, ...]
    objects: tuple[str, ...]
    actions: tuple[Action, ...]
    seconds: float | None
    subject: str = ""
    quality: float | None = None
    relevance: float | None = None
    verified: bool | None = None


@dataclass(frozen=True)
class Table:
    """What a table holds.

    Args:
        path: of the file.
        videos: in its order.
        notes: sentences for people about fields that were left out.
    """

    path: Path
    videos: tuple[Video, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """Which videos have a file.

    Args:
        folder: where they were looked for.
        videos: those that have one, in the order given.
        missing: ids of those that have none.
        empty: ids of those whose file has no byte, as a download that broke off leaves it.
    """

    folder: Path
    videos: tuple[Video, ...]
    missing: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()

    def path(self, video: Video) -> Path:
        """The file of a video."""
        return video_path(self.folder, video.id)


@dataclass(frozen=True)
class Captioned:
    """Videos with the one text that each is to be matched with.

    Args:
        videos, captions: of one length.
        without: ids of those that have no text of the kind.
    """

    videos: tuple[Video, ...]
    captions: tuple[str, ...]
    without: tuple[str, ...] = ()


def read_table(path: Path) -> Table:
    """A table of the data set.

    Actions that end before they begin are left out, and a note says how many they were.

    Raises:
        FileMissing, FileUnreadable: it is not there, or cannot be read.
        TableInvalid: it is no table of this form, or a row breaks it; the error tells the line.
    """
    path = Path(path)
    rows = _rows(path)
    header = next(rows, (0, []))[1]
    columns = {name.strip().lower(): at for at, name in enumerate(header)}
    lacking = [name for name in NEEDED if name not in columns]
    if lacking:
        raise TableInvalid(
            f"this is no table of Charades videos: it has no column {lacking[0]!r}",
            path=path,
            remedy="give Charades_v1_train.csv or Charades_v1_test.csv",
        )
    videos: dict[str, Video] = {}
    backwards = 0
    for line, fields in rows:
        if len(fields) != len(header):
            raise TableInvalid(
                f"the row that begins at line {line} has {len(fields)} fields instead of "
                f"{len(header)}",
                path=path,
                remedy="look for a quotation mark that is not closed, or " + _PUBLISHED,
            )
        row = {name: fields[at].strip() for name, at in columns.items()}
        try:
            video, dropped = _video(row)
        except ValueError as error:
            raise TableInvalid(f"line {line}: {error}", path=path, remedy=_PUBLISHED) from error
        if video.id in videos:
            raise TableInvalid(
                f"line {line}: the video {video.id} is there already",
                path=path,
                remedy="take one of the two rows out",
            )
        videos[video.id] = video
        backwards += dropped
    if not videos:
        raise TableInvalid("the table has no videos", path=path, remedy=_PUBLISHED)
    notes = (f"{_counted(backwards, 'action')} that would end before beginning left out",)
    return Table(path, tuple(videos.values()), notes if backwards else ())


def video_path(folder: Path, id: str) -> Path:
    """Where the file of a video is, as in `Charades_v1_480`."""
    return Path(folder) / f"{id}.mp4"


def find_videos(videos: Sequence[Video], folder: Path, *, missing: str = "refuse") -> Found:
    """Which videos of a table are in a folder.

    Args:
        videos: of a table.
        folder: with a file `ID.mp4` for each.
        missing: `refuse` those that are not there or have no byte, or `skip` them.

    Raises:
        FileMissing: there is no such folder.
        VideosMissing: some are missing and shall not be skipped, or all are.
        UnknownChoice: `missing` is neither of the two.
    """
    _choice("missing", missing, MISSING)
    folder = Path(folder)
    if not folder.is_dir():
        raise FileMissing(
            "there is no such folder of videos", path=folder, remedy="unpack Charades_v1_480.zip"
        )
    sizes = {video.id: _size(video_path(folder, video.id)) for video in videos}
    absent = tuple(id for id, size in sizes.items() if size is None)
    empty = tuple(id for id, size in sizes.items() if size == 0)
    lost = absent + empty
    if lost and (missing == "refuse" or len(lost) == len(videos)):
        few = ", ".join(lost[:5]) + (", …" if len(lost) > 5 else "")
        every = len(lost) == len(videos)
        raise VideosMissing(
            f"{len(lost)} of {len(videos)} videos are missing or empty: {few}",
            path=folder,
            remedy=f"give the folder that has {lost[0]}.mp4"
            if every
            else "fetch them, or skip missing videos",
        )
    here = tuple(video for video in videos if sizes[video.id])
    return Found(folder, here, absent, empty)


def with_captions(videos: Sequence[Video], kind: str = "description") -> Captioned:
    """The text that each video is to be matched with.

    The paper's text says that it takes the descriptions; the program that its authors published
    takes the script. Both are one sentence or a few.

    Args:
        videos: of a table.
        kind: `description` for the first, `descriptions` for all of them in one text, or
            `script`.

    Raises:
        UnknownChoice: there is no such kind.
    """
    _choice("kind of caption", kind, CAPTIONS)
    told = [(video, _caption(video, kind)) for video in videos]
    return Captioned(
        tuple(video for video, text in told if text),
        tuple(text for _, text in told if text),
        tuple(video.id for video, text in told if not text),
    )


def _caption(video: Video, kind: str) -> str:
    if kind == "script":
        return video.script
    return " ".join(video.descriptions[: 1 if kind == "description" else None])


def parse_actions(field: str) -> tuple[list[Action], int]:
    """Actions such as `c092 11.90 21.20;c147 0.00 12.60`, and how many more would end before
    they begin.

    Raises:
        ValueError: one is no code and two times.
    """
    actions, backwards = [], 0
    for part in _parts(field):
        match = _ACTION.fullmatch(part)
        start, end = (_number(match[k]) for k in (2, 3)) if match else (None, None)
        if match is None or start is None or end is None:
            raise ValueError(f"{part!r} is no action with two times, as 'c092 11.90 21.20' is")
        if end < start:
            backwards += 1
        else:
            actions.append(Action(match[1], Span(start, end)))
    return actions, backwards


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, each with the line it begins at, the header first."""
    reader = csv.reader(io.StringIO(_text(path), newline=""))
    line = 1
    before = csv.field_size_limit(_LONGEST_FIELD)
    try:
        for fields in reader:
            if any(field.strip() for field in fields):
                yield line, fields
            line = reader.line_num + 1
    except csv.Error as error:
        raise TableInvalid(
            f"line {line} cannot be read as a table ({error})", path=path, remedy=_PUBLISHED
        ) from error
    finally:
        csv.field_size_limit(before)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise TableInvalid("far too large for a table of videos", path=path, remedy=_PUBLISHED)
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise FileMissing(
            "there is no such table", path=path, remedy="unpack Charades.zip beside the videos"
        ) from error
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise FileUnreadable(reason, path=path, remedy="give a table, a .csv file") from error
    try:
        if b"\0" in data:
            raise ValueError("it is no text")
        return data.decode("utf-8-sig")
    except ValueError as error:
        raise TableInvalid("this is no text in UTF-8", path=path, remedy=_PUBLISHED) from error


def _video(row: dict[str, str]) -> tuple[Video, int]:
    if not _ID.fullmatch(row["id"]):
        # spreadsheets read 7E049 as a number and 3MAY9 as a date
        raise ValueError(
            f"{row['id']!r} is no id of five capitals and digits (spreadsheets change some)"
        )
    actions, backwards = parse_actions(row["actions"])
    seconds = _number(row["length"])
    if row["length"] and (seconds is None or seconds < 0):
        raise ValueError(f"{row['length']!r} is no length in seconds")
    return Video(
        id=row["id"],
        scene=re.sub(r"\s*\(.*\)\s*", "", _plain(row["scene"])),
        script=_plain(row["script"]),
        descriptions=_parts(row["descriptions"]),
        objects=_parts(row["objects"]),
        actions=tuple(actions),
        seconds=seconds,
        subject=row.get("subject", ""),
        quality=_mark(row.get("quality", "")),
        relevance=_mark(row.get("relevance", "")),
        verified={"yes": True, "no": False}.get(row.get("verified", "").lower()),
    ), backwards


def _parts(field: str) -> tuple[str, ...]:
    plain = (_plain(part) for part in field.split(";"))
    return tuple(part for part in plain if part)


def _plain(text: str) -> str:
    """Line breaks and runs of blanks as one blank."""
    return " ".join(text.split())


def _number(text: str) -> float | None:
    """A finite number; Python's own spellings such as `1_0` and `nan` are none."""
    if not re.fullmatch(r"-?\d+(\.\d*)?([eE][+-]?\d{1,3})?", text, re.ASCII):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def _mark(text: str) -> float | None:
    value = _number(text)
    return None if value == _UNJUDGED else value


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size if path.is_file() else None
    except OSError:
        return None


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" + ("" if count == 1 else "s")


def _choice(what: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise UnknownChoice(f"{what} cannot be {value!r}", remedy=f"choose: {', '.join(known)}")
