"""The store of a collection: one transaction a video, safe to kill, open to two writers.

The tables are the truth and are LanceDB's; a row of theirs names the pictures of its frames.
The matrix that is searched and the index of words are made from them, lie beside them, and may
be deleted at any time.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

import lancedb
import pyarrow as pa

from scenewise.collection import schema
from scenewise.collection.errors import StoreMissing, VideoUnknown
from scenewise.collection.fusion import counted
from scenewise.collection.matrix import MatrixFile
from scenewise.collection.pictures import Pictures
from scenewise.collection.place import FOREIGN, Place, check_mark, damage, in_our_words
from scenewise.collection.strips import Strips
from scenewise.collection.types import (
    Failure,
    IndexedFrame,
    Known,
    Matrix,
    ModelMark,
    StoreSize,
    TextMatch,
    Video,
)
from scenewise.collection.where import Where, quoted
from scenewise.collection.words import WordIndex

_IDS_AT_ONCE: Final = 500
"""Ids in one condition, and rows read at once: some 5 MB of them with their vectors."""

_TIDY_EVERY: Final = (128, 1024)
"""Writes after which the tables are tidied: each leaves a small file and a list of all files.
The more rows there are to move, the less often, between these bounds."""

_MOMENT: Final = 0.05
"""Seconds within which a time names a frame: the matrix rounds times to float32."""

_ATTEMPTS: Final = 4
"""Readings tried: another writer may clear away the files of the version that was being read."""

T = TypeVar("T")


class Store:
    """A collection on disk. Make one with `create` or `open`.

    Reading always sees the newest state. A store may be used from several processes at once,
    and from several threads of one; a process that was forked must open its own.

    Attributes:
        mark: what makes its vectors.
        strips: the videos as strips of tiny pictures, by their digests.
    """

    def __init__(self, place: Place, mark: ModelMark, token: str) -> None:
        self.mark = mark
        self._place = place
        self._guard = threading.RLock()
        with in_our_words(place.folder):
            database = lancedb.connect(place.tables, read_consistency_interval=timedelta(0))
            self._videos = database.open_table("videos")
            self._failures = database.open_table("failures")
        self._pictures = Pictures(place.pictures)
        self.strips = Strips(place.strips)
        self._matrix = MatrixFile(place, token, mark.dimension)
        self._words = WordIndex(place, token)
        self._pending: int | None = None

    @property
    def folder(self) -> Path:
        """Where the collection is."""
        return self._place.folder

    @property
    def derived(self) -> Path:
        """The folder of what can be made again from the rest; it may be missing."""
        return self._place.derived

    @classmethod
    def create(cls, folder: str | Path, mark: ModelMark) -> Store:
        """Make an empty collection.

        Args:
            folder: a new or empty folder.
            mark: what will make its vectors.

        Raises:
            StoreExists: the folder holds a collection or other things.
            OutputUnwritable: the folder cannot be made or written to.
        """
        place = Place(Path(folder).absolute())
        place.prepare()
        with place.writing():
            place.prepare()  # another may have made it since
            with in_our_words(place.folder):
                if place.tables.exists():
                    # a making that was cut short: without a card there is nothing in them
                    shutil.rmtree(place.tables)
                database = lancedb.connect(place.tables)
                database.create_table("videos", schema=schema.videos_schema(mark.dimension))
                database.create_table("failures", schema=schema.FAILURES)
            token = place.write_card(mark)
        return cls(place, mark, token)

    @classmethod
    def open(cls, folder: str | Path, mark: ModelMark | None = None) -> Store:
        """Open a collection.

        Args:
            folder: its folder.
            mark: what the caller makes vectors with, None where it makes none.

        Raises:
            StoreMissing: there is none.
            StoreOfAnotherModel: its vectors were made by another model.
            StoreInvalid: it is damaged, or made by a later version.
        """
        place = Place(Path(folder).absolute())
        have, token = place.read_card()
        if mark is not None:
            check_mark(place.folder, have, mark)
        return cls(place, have, token)

    @classmethod
    def open_or_create(cls, folder: str | Path, mark: ModelMark) -> Store:
        """Open a collection, or make it where there is none; raises as both."""
        place = Place(Path(folder).absolute())
        try:
            return cls.open(folder, mark)
        except StoreMissing:
            place.prepare()
        with place.writing():
            made = place.card.exists()
        # whoever made it in the meantime is as good as we
        return cls.open(folder, mark) if made else cls.create(folder, mark)

    def put(self, video: Video, frames: Sequence[IndexedFrame]) -> None:
        """Add a video with its frames, or replace the one of the same id, at one stroke.

        Raises:
            StoreOfAnotherModel: a vector has another dimension.
            InputError: the video has no id, or its name is not Unicode.
            OutputUnwritable: the disk is full or closed.
            ValueError: a vector is not of length 1.
        """
        self.put_all([(video, frames)])

    def put_all(self, items: Sequence[tuple[Video, Sequence[IndexedFrame]]]) -> None:
        """Add or replace several videos at one stroke: all of them or none; raises as `put`."""
        if not items:
            return
        rows, pictures = schema.rows_of(items, self.mark.dimension)
        with self._writing():
            replaced = self._generations_of(video.id for video, _ in items)
            for generation, thumbnails in pictures.items():
                self._pictures.write(generation, thumbnails)
            if replaced:
                self._merge(self._videos, "id", rows)
            else:
                # nobody else writes meanwhile; a merge takes 10 times as long
                self._videos.add(rows)
            self._pictures.remove(replaced)
            self._tidy_if_due()

    def remove(self, ids: Iterable[str]) -> None:
        """Remove videos with their frames; ids that are not there are passed over."""
        wanted = list(dict.fromkeys(ids))
        if not wanted:
            return
        with self._writing():
            gone = self._generations_of(wanted)
            for condition in _any_of("id", wanted):
                self._videos.delete(condition)
            self._pictures.remove(gone)
            self._tidy_if_due()

    def known(self) -> dict[str, Known]:
        """For each video what tells whether its file has changed."""
        columns = ("id", "path", "digest", "size", "modified")
        return {
            row["id"]: Known(row["path"], row["digest"], row["size"], row["modified"])
            for row in self._rows(columns)
        }

    def videos(self, ids: Iterable[str] | None = None, where: Where | None = None) -> list[Video]:
        """The videos of these ids, in their order, or all in the order of their ids.

        Args:
            ids: which; those that are not there are left out. None for all.
            where: conditions that they meet beside.
        """
        condition = where.sql() if where is not None else ""
        if ids is None:
            found = self._rows(schema.ABOUT, condition)
            return sorted(map(schema.video_of, found), key=lambda video: video.id)
        wanted = list(dict.fromkeys(ids))
        some = [
            row
            for part in _any_of("id", wanted)
            for row in self._rows(schema.ABOUT, f"{part} AND {condition}" if condition else part)
        ]
        by_id = {row["id"]: row for row in some}
        return [schema.video_of(by_id[name]) for name in wanted if name in by_id]

    def ids(self, where: Where | None = None) -> list[str]:
        """The ids of the videos that meet the conditions, sorted."""
        condition = where.sql() if where is not None else ""
        return sorted(row["id"] for row in self._rows(("id",), condition))

    def frames(self, id: str) -> list[IndexedFrame]:
        """The frames of a video, in order of time.

        Raises:
            VideoUnknown: there is no such video.
        """

        def look() -> list[IndexedFrame]:
            table = self._table(schema.FRAMES, f"id = {quoted(id)}")
            if not table.num_rows:
                raise self._unknown(id)
            return schema.frames_of(table, self._pictures_of(table))

        return self._read(look)

    def thumbnail(self, id: str, time: float) -> bytes:
        """The picture of a frame, JPEG.

        Args:
            id: its video.
            time: its time in seconds.

        Raises:
            VideoUnknown: there is no such video, or none of its frames has that time.
        """

        def look() -> tuple[list[float], list[bytes]]:
            table = self._table(("generation", "times", "picture_sizes"), f"id = {quoted(id)}")
            if not table.num_rows:
                raise self._unknown(id)
            return table["times"][0].as_py(), self._pictures_of(table)

        times, thumbnails = self._read(look)
        place = min(range(len(times)), key=lambda place: abs(times[place] - time), default=None)
        if place is None or abs(times[place] - time) > _MOMENT:
            raise VideoUnknown(
                f"the video {id} has no frame at {time:g} s in the collection",
                path=self.folder,
                remedy="choose one of its frames",
            )
        return thumbnails[place]

    def matrix(self) -> Matrix:
        """All vectors, in a file beside the tables that is brought up to date when they changed.

        A matrix stays as it is while it is used, whatever is written to the store.
        """
        with self._guard:
            version = self._version()
            ready = self._matrix.ready(version)
            return ready if ready is not None else self._matrix.refresh(version, self)

    def text_search(self, query: str, limit: int = 20) -> list[TextMatch]:
        """Videos and moments by words: on the screen, in title, description and hashtags.

        Args:
            query: words, any of them; those between double quotes stand side by side. Capitals
                and accents do not count, nor do words that stand in far more videos than the
                others of the query (see `fusion`).
            limit: how many at most.

        Returns:
            The best first.
        """
        with self._guard:
            self._words.refresh(self._version(), self)
            return self._words.search(query, limit)

    def word_weights(self, query: str) -> dict[str, float]:
        """How much each word of a query counts, by how few videos it is written about; 0 for
        small words (see `fusion`)."""
        with self._guard:
            self._words.refresh(self._version(), self)
            return self._words.weights(counted(query))

    @property
    def failures(self) -> list[Failure]:
        """Files that could not be indexed, in the order of their paths; a file that has been
        indexed since is not among them."""
        table = self._read(lambda: self._failures.search().limit(None).to_arrow())
        done = {row["path"] for row in self._rows(("path",))}
        rows = (row for row in table.to_pylist() if row["path"] not in done)
        return sorted((Failure(**row) for row in rows), key=lambda failure: failure.path)

    def fail(self, failure: Failure) -> None:
        """Note a file that could not be indexed, in place of an earlier note about it."""
        with self._writing():
            self._merge(self._failures, "path", schema.failure_rows([failure]))
            self._tidy_if_due()

    def forget_failures(self, paths: Iterable[str]) -> None:
        """Strike off notes of files that are gone or have been indexed."""
        with self._writing():
            for condition in _any_of("path", map(schema.spelled, paths)):
                self._failures.delete(condition)

    def compact(self) -> None:
        """Give back the space of what was replaced, removed, or left by a killed program."""
        with self._writing():
            self._tidy()

    def size(self) -> StoreSize:
        """Bytes of the whole folder, and bytes of the rows that it holds now."""
        on_disk = 0
        for path in self.folder.rglob("*"):
            try:
                on_disk += path.stat().st_size if path.is_file() else 0
            except FileNotFoundError:
                continue  # cleared away by another in the meantime
        return StoreSize(on_disk, sum(row["raw"] for row in self._rows(("raw",))))

    def __len__(self) -> int:
        return self._read(lambda: self._videos.count_rows())

    def generations(self) -> dict[str, str]:
        """For each video a word that changes whenever it is written."""
        return {row["id"]: row["generation"] for row in self._rows(("id", "generation"))}

    def batches(self, columns: Sequence[str], ids: Sequence[str]) -> Iterator[pa.Table]:
        """Columns of the rows of these ids, some rows at a time, in no order."""
        for condition in _any_of("id", ids):
            yield self._table(columns, condition)

    def _table(self, columns: Sequence[str], condition: str = "") -> pa.Table:
        def look() -> pa.Table:
            query = self._videos.search().select(list(columns)).limit(None)
            return (query.where(condition) if condition else query).to_arrow()

        return self._read(look)

    def _pictures_of(self, table: pa.Table) -> list[bytes]:
        return self._pictures.read(
            table["generation"][0].as_py(), table["picture_sizes"][0].as_py()
        )

    def _generations_of(self, ids: Iterable[str]) -> list[str]:
        return [
            row["generation"]
            for condition in _any_of("id", ids)
            for row in self._rows(("generation",), condition)
        ]

    def _rows(self, columns: Sequence[str], condition: str = "") -> list[dict[str, Any]]:
        return self._table(columns, condition).to_pylist()

    def _version(self) -> int:
        return self._read(lambda: int(self._videos.version))

    def _read(self, look: Callable[[], T]) -> T:
        attempt = 0
        while True:
            try:
                with self._guard:
                    return look()
            except FOREIGN as error:
                attempt += 1
                if attempt == _ATTEMPTS:
                    raise damage(self.folder, error) from error

    def _merge(self, table: Any, key: str, rows: pa.Table) -> None:
        merge = table.merge_insert(key).when_matched_update_all().when_not_matched_insert_all()
        merge.execute(rows)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._guard, self._place.writing(), in_our_words(self.folder):
            yield

    def _tidy_if_due(self) -> None:
        if self._pending is None:
            # a program that was killed each time before it tidied left its files to us
            statistics: Any = self._videos.stats()
            self._pending = int(statistics["fragment_stats"]["num_fragments"])
        self._pending += 1
        fewest, most = _TIDY_EVERY
        if self._pending >= max(fewest, min(most, self._videos.count_rows() // 8)):
            self._tidy()

    def _tidy(self) -> None:
        # No version but the newest is kept, and no file that it does not name. Both are safe
        # because the caller is the only writer; who reads meanwhile reads again (`_read`).
        for table in (self._videos, self._failures):
            table.optimize(cleanup_older_than=timedelta(milliseconds=1), delete_unverified=True)
        self._pictures.sweep(self.generations().values())
        self.strips.sweep(row["digest"] for row in self._rows(("digest",)))
        self._pending = 0

    def _unknown(self, id: str) -> VideoUnknown:
        return VideoUnknown(
            f"the collection has no video {id!r}", path=self.folder, remedy="check the id"
        )


def _any_of(column: str, values: Iterable[str]) -> Iterator[str]:
    """Conditions that together name rows by a column, some at a time."""
    every = list(values)
    for first in range(0, len(every), _IDS_AT_ONCE):
        some = ", ".join(quoted(value) for value in every[first : first + _IDS_AT_ONCE])
        yield f"{column} IN ({some})"
