"""From what a person names (files, folders, patterns, tables) to the files that are meant."""

from __future__ import annotations

import glob
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scenewise.collection.tables import Table, absolute, is_table, read_table
from scenewise.collection.types import Failure
from scenewise.core.errors import ScenewiseError
from scenewise.media.probe import probe_film

_VIDEOS = (
    ".3g2 .3gp .asf .avi .divx .f4v .flv .h264 .hevc .m1v .m2ts .m2v .m4v .mjpeg .mjpg .mkv .mov "
    ".mp4 .mpe .mpeg .mpg .mts .mxf .nut .ogm .ogv .rm .rmvb .ts .vob .webm .wmv .y4m"
)
_OTHERS = (
    ".json .jsonl .ndjson .csv .tsv .parquet .txt .md .rst .html .htm .xml .yaml .yml .toml .ini "
    ".log .vtt .srt .ass .ssa .ttml .lrc .jpg .jpeg .png .webp .gif .bmp .tif .tiff .heic .avif "
    ".svg .ico .pdf .doc .docx .xls .xlsx .mp3 .m4a .aac .wav .flac .ogg .oga .opus .wma .part "
    ".ytdl .temp .tmp .crdownload .aria2 .zip .gz .tar .xz .7z .py .js .sh .sqlite .db .lance "
    ".safetensors .npy .npz .description .ds_store .url .torrent .nfo .sha256 .md5"
)
VIDEOS: Final = frozenset(_VIDEOS.split(" "))
"""What in a folder is taken for a video by its name; it is told where one is none."""

PASSED_OVER: Final = frozenset(_OTHERS.split(" "))
"""What is passed over without a look. `.gif` and `.webp` are pictures far more often than
films; named one by one they are tried."""

_PATTERN: Final = re.compile(r"[*?\[]")


@dataclass(frozen=True)
class Found:
    """The files that are meant.

    Args:
        files: absolute, each once, in the order of the names given, inside folders sorted.
        failures: what was named and is not there, cannot be looked into, or holds nothing.
        tables: tables that were named among the files; their videos are among `files`.
        roots: folders that were looked through, absolute.
        others: files in them that are no videos.
    """

    files: tuple[Path, ...]
    failures: tuple[Failure, ...]
    tables: tuple[Table, ...] = ()
    roots: tuple[Path, ...] = ()
    others: int = 0


def find(paths: Sequence[str | os.PathLike[str]], *, leave_out: Path | None = None) -> Found:
    """The videos that some names stand for.

    Args:
        paths: files, folders (looked through to the bottom), patterns such as `clips/**/*.mp4`
            where no shell has replaced them, and tables.
        leave_out: a folder in which nothing is looked for: the collection's own.

    Raises:
        ScenewiseError: a table cannot be read (see `read_table`).
    """
    search = _Search(leave_out)
    for path in paths:
        search.add(path)
    return Found(
        tuple(search.files.values()),
        tuple(search.failures),
        tuple(search.tables),
        tuple(search.roots),
        search.others,
    )


class _Search:
    def __init__(self, leave_out: Path | None) -> None:
        self.files: dict[str, Path] = {}  # by real path, so that each is found once
        self.failures: list[Failure] = []
        self.tables: list[Table] = []
        self.roots: list[Path] = []
        self.others = 0
        self._out = os.path.realpath(leave_out) if leave_out is not None else None

    def add(self, named: str | os.PathLike[str]) -> None:
        path = absolute(named)
        try:
            there, folder = os.path.lexists(path), path.is_dir()
        except (OSError, ValueError):
            there = folder = False
        if folder:
            self._folder(path)
        elif there and is_table(path):
            self._table(path)
        elif there:
            self._file(path)
        elif _PATTERN.search(os.fspath(named)):
            self._pattern(path)
        else:
            self._fail(path, "there is no such file or folder; check the name")

    def _file(self, path: Path) -> None:
        self.files.setdefault(os.path.realpath(path), path)

    def _fail(self, path: Path, reason: str) -> None:
        self.failures.append(Failure(str(path), reason))

    def _table(self, path: Path) -> None:
        table = read_table(path)
        self.tables.append(table)
        if not any(row.path is not None for row in table.rows) and not table.failures:
            self._fail(
                path, "no row names a file; add a column path, or give the folder of the videos"
            )
        for row in table.rows:
            if row.path is not None:
                self._file(row.path)

    def _pattern(self, path: Path) -> None:
        matches = sorted(glob.glob(str(path), recursive=True), key=_order)  # noqa: PTH207
        videos = [Path(match) for match in matches if not Path(match).is_dir()]
        taken = [video for video in videos if self._is_video(video)]
        if not taken:
            self._fail(path, "no video matches this pattern; check it")
        for video in taken:
            self._file(video)

    def _folder(self, folder: Path) -> None:
        self.roots.append(folder)
        before = len(self.files) + len(self.failures)
        for path in self._walk(folder, set()):
            if self._is_video(path):
                self._file(path)
        already = any(path.is_relative_to(folder) for path in self.files.values())
        if before == len(self.files) + len(self.failures) and not already:
            self._fail(folder, "there is no video in this folder; check the name")

    def _walk(self, folder: Path, seen: set[str]) -> Iterator[Path]:
        real = os.path.realpath(folder)
        if real in seen or real == self._out:
            return
        seen.add(real)  # folders may be linked in a ring
        try:
            with os.scandir(folder) as entries:
                inside = sorted(entries, key=lambda entry: _order(entry.name))
        except OSError as error:
            self._fail(folder, f"the folder cannot be read ({(error.strerror or '').lower()})")
            return
        for entry in inside:
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                yield from self._walk(folder / entry.name, seen)
            elif entry.is_file() or entry.is_symlink():
                yield folder / entry.name

    def _is_video(self, path: Path) -> bool:
        suffix = path.suffix.lower()
        video = suffix in VIDEOS
        if not video and suffix not in PASSED_OVER and path.is_file():
            try:
                probe_film(path)
                video = True
            except ScenewiseError:
                video = False
        self.others += not video
        return video


def _order(name: str) -> tuple[tuple[int, int | str], ...]:
    """`clip2` before `clip10`."""
    parts = re.split(r"(\d+)", unicodedata.normalize("NFC", name).casefold())
    return tuple((0, int(p)) if p.isdecimal() else (1, p) for p in parts if p)
