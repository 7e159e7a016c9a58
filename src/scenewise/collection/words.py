"""The index of words: full text over what is on the screen and what was written about videos.

SQLite's FTS5, in a file beside the tables that is made from them. Each frame with text is one
entry, and each video with a title, description or hashtags. Scripts that put no space between
words (Chinese, Japanese, Thai …) are indexed by the letter and searched as phrases, so that
any language can be found without a dictionary.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from typing import Any, Final

from scenewise.collection.fusion import counted, weighed
from scenewise.collection.matrix import Rows
from scenewise.collection.place import Place
from scenewise.collection.types import TextMatch
from scenewise.core.errors import OutputUnwritable

_COLUMNS: Final = (*("id", "generation", "title", "description", "hashtags", "times", "texts"),)

_UNSPACED: Final = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff])"
)
"""Thai, Lao, Burmese, Khmer, kana and Han: a space goes between their letters."""

# marks belong to the letters before them: without this, Hindi would lose its vowels
_TOKENS: Final = "unicode61 remove_diacritics 2 categories 'L* M* N* Co'"

_SCHEMA: Final = f"""
CREATE TABLE state (token TEXT NOT NULL, version INTEGER NOT NULL);
CREATE TABLE video (id TEXT PRIMARY KEY, generation TEXT NOT NULL);
CREATE TABLE entry (
    place INTEGER PRIMARY KEY, id TEXT NOT NULL, time REAL, words TEXT NOT NULL
);
CREATE INDEX entry_of_video ON entry (id);
CREATE VIRTUAL TABLE spelled USING fts5 (spelling, tokenize = "{_TOKENS}");
"""

_WAIT: Final = 60.0
"""Seconds to wait while another process writes the index."""

_REMEMBERED: Final = 1000
"""Queries whose weights are kept: a search asks twice."""

_COUNTED: Final = 20_000
"""Entries with a word that are counted; of a more common one the rest is taken to be alike."""


class WordIndex:
    """The index of words of one store.

    Args:
        place: the store's folder.
        token: the store's own; an index of another is not taken for its.
    """

    def __init__(self, place: Place, token: str) -> None:
        self._path = place.derived / "words.sqlite"
        self._place = place
        self._token = token
        self._memory: sqlite3.Connection | None = None
        self._version = -1
        self._known: dict[frozenset[str], dict[str, float]] = {}

    def refresh(self, version: int, rows: Rows) -> None:
        """Bring the index up to date with this version of the tables."""
        if version != self._version:
            self._version, self._known = version, {}
        try:
            with self._place.deriving():
                if self._stale_on_disk(version):
                    try:
                        self._update_on_disk(version, rows)
                    except sqlite3.DatabaseError:
                        # damaged, or made by another version: it can be made again
                        self._path.unlink(missing_ok=True)
                        self._update_on_disk(version, rows)
        except (OutputUnwritable, OSError, sqlite3.OperationalError):
            # a store that may only be read is searched all the same, from memory
            if self._memory is None:
                self._memory = sqlite3.connect(":memory:", check_same_thread=False)
                self._memory.executescript(_SCHEMA)
            _update(self._memory, self._token, version, rows)

    def search(self, query: str, limit: int) -> list[TextMatch]:
        """The best entries for a query, best first; see `Store.text_search`."""
        if limit <= 0:
            return []
        with self._connected() as connection:
            weights = self._weights(connection, counted(query))
            match = _match(_without_small(_parts(query), weights))
            return _found(connection, match, limit) if match else []

    def weights(self, words: Collection[str]) -> dict[str, float]:
        """How much each of some words counts beside the others; see `Store.word_weights`."""
        with self._connected() as connection:
            return self._weights(connection, words)

    def _weights(self, connection: sqlite3.Connection, words: Collection[str]) -> dict[str, float]:
        asked = frozenset(words)
        if asked not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[asked] = _weights(connection, words)
        return self._known[asked]

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        if self._memory is not None:
            yield self._memory
            return
        with closing(sqlite3.connect(self._path, timeout=_WAIT)) as connection:
            yield connection

    def _stale_on_disk(self, version: int) -> bool:
        if not self._path.exists():
            return True
        try:
            with closing(sqlite3.connect(self._path, timeout=_WAIT)) as connection:
                return _state(connection) != (self._token, version)
        except sqlite3.DatabaseError:
            return True

    def _update_on_disk(self, version: int, rows: Rows) -> None:
        with closing(sqlite3.connect(self._path, timeout=_WAIT)) as connection:
            if _state(connection) is None:
                connection.executescript(_SCHEMA)
            _update(connection, self._token, version, rows)


def _state(connection: sqlite3.Connection) -> tuple[str, int] | None:
    made = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'state'").fetchone()
    if made is None:
        return None
    row = connection.execute("SELECT token, version FROM state").fetchone()
    return (row[0], row[1]) if row is not None else ("", -1)


def _update(connection: sqlite3.Connection, token: str, version: int, rows: Rows) -> None:
    """Take out what went or changed and add what is new, in one transaction."""
    state = _state(connection)
    if state == (token, version):
        return
    now = rows.generations()
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        ours = state is not None and state[0] == token
        have = dict(connection.execute("SELECT id, generation FROM video")) if ours else {}
        if not ours:
            for table in ("video", "entry", "spelled"):
                connection.execute(f"DELETE FROM {table}")
        gone = [name for name, generation in have.items() if now.get(name) != generation]
        _take_out(connection, gone)
        left = have.keys() - set(gone)
        for table in rows.batches(_COLUMNS, sorted(now.keys() - left)):
            for row in table.to_pylist():
                _add(connection, row)
        connection.execute("DELETE FROM state")
        connection.execute("INSERT INTO state VALUES (?, ?)", (token, version))


def _take_out(connection: sqlite3.Connection, ids: Iterable[str]) -> None:
    for name in ids:
        connection.execute(
            "DELETE FROM spelled WHERE rowid IN (SELECT place FROM entry WHERE id = ?)", (name,)
        )
        connection.execute("DELETE FROM entry WHERE id = ?", (name,))
        connection.execute("DELETE FROM video WHERE id = ?", (name,))


def _add(connection: sqlite3.Connection, row: dict[str, Any]) -> None:
    connection.execute("INSERT INTO video VALUES (?, ?)", (row["id"], row["generation"]))
    entries: list[tuple[float | None, str]] = [(None, _written(row))]
    entries += [
        (time, "\n".join(lines)) for time, lines in zip(row["times"], row["texts"], strict=True)
    ]
    for time, words in entries:
        if words.strip():
            place = connection.execute(
                "INSERT INTO entry (id, time, words) VALUES (?, ?, ?)", (row["id"], time, words)
            ).lastrowid
            connection.execute(
                "INSERT INTO spelled (rowid, spelling) VALUES (?, ?)", (place, _spelling(words))
            )


def _written(row: Mapping[str, Any]) -> str:
    """Title, description and hashtags, nothing twice: downloaders give the beginning of a
    description as its title, and many hashtags stand in it."""
    title, description = row["title"].strip(), row["description"]
    if description.startswith(title.removesuffix("…").removesuffix("...").rstrip()):
        title = ""
    there = {word.casefold() for word in description.split()}
    tags = (f"#{tag.removeprefix('#')}" for tag in row["hashtags"])
    left = " ".join(tag for tag in tags if tag.casefold() not in there)
    return "\n".join(filter(None, (title, description, left)))


def _spelling(text: str) -> str:
    return _UNSPACED.sub(r" \1 ", unicodedata.normalize("NFKC", text))


def _parts(query: str) -> list[str]:
    """The words and quoted phrases of a query, as they are indexed."""
    parts = [quoted or word for quoted, word in re.findall(r'"([^"]*)"|([^\s"]+)', query)]
    spelled = (_spelling(part).replace('"', " ").replace("\0", " ").strip() for part in parts)
    # a part without a letter or digit would be an empty phrase, which matches nothing
    return [part for part in spelled if any(_counts(letter) for letter in part)]


def _match(parts: Iterable[str]) -> str:
    """In the language of FTS5: any of the parts."""
    return " OR ".join(f'"{part}"' for part in parts)


def _without_small(parts: Sequence[str], weights: Mapping[str, float]) -> list[str]:
    """The parts that say something. What is found by the others alone would count for nothing,
    and in a large collection it is most of what there is."""
    kept = []
    for part in parts:
        words = counted(part.replace(" ", "")) | counted(part)  # both ways where letters stand
        if any(weights.get(word, 0.0) for word in words):
            kept.append(part)
    return kept or list(parts)


def _weights(connection: sqlite3.Connection, words: Collection[str]) -> dict[str, float]:
    every, last = connection.execute(
        "SELECT (SELECT count(*) FROM video), (SELECT max(place) FROM entry)"
    ).fetchone()
    many = partial(_videos_with, connection, last or 0)
    spelled = {word: f'"{_spelling(word).strip()}"' for word in words}
    videos = {word: many(match) for word, match in spelled.items()}
    return weighed(videos, many(" OR ".join(spelled.values())) if spelled else 0, every)


def _videos_with(connection: sqlite3.Connection, last: int, match: str) -> int:
    """In how many videos something is written, of which there are entries up to the last."""
    videos, entries, place = connection.execute(
        "SELECT count(DISTINCT id), count(*), max(place) FROM (SELECT entry.id, entry.place"
        " FROM spelled JOIN entry ON entry.place = spelled.rowid WHERE spelled MATCH ?"
        " ORDER BY spelled.rowid LIMIT ?)",
        (match, _COUNTED),
    ).fetchone()
    return int(videos if entries < _COUNTED else videos * last / place)


def _counts(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LMN"


def _found(connection: sqlite3.Connection, match: str, limit: int) -> list[TextMatch]:
    rows = connection.execute(
        "SELECT entry.id, entry.time, -bm25(spelled), entry.words FROM spelled"
        " JOIN entry ON entry.place = spelled.rowid WHERE spelled MATCH ?"
        " ORDER BY bm25(spelled), entry.id, entry.time LIMIT ?",
        (match, limit),
    )
    return [TextMatch(*row) for row in rows]
