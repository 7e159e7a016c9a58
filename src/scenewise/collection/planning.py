"""Which file becomes which video of a collection, and which of its files are gone."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scenewise.collection.finding import Found
from scenewise.collection.info_json import InfoInvalid, info_beside, read_info
from scenewise.collection.looking import Wanted
from scenewise.collection.metadata import Facts
from scenewise.collection.tables import Row, Table
from scenewise.collection.types import Failure, Known
from scenewise.core.progress import Progress, Silent


@dataclass(frozen=True)
class Plan:
    """What indexing shall do.

    Args:
        wanted: the files, each with its id and what is known of it.
        gone: ids of videos whose files are no longer there, in the places looked at.
        failures: files and rows that cannot be used.
        notes: what a person should know, a line each.
    """

    wanted: tuple[Wanted, ...]
    gone: tuple[str, ...]
    failures: tuple[Failure, ...]
    notes: tuple[str, ...]


def plan(
    found: Found,
    known: Mapping[str, Known],
    metadata: Sequence[Table] = (),
    progress: Progress | None = None,
) -> Plan:
    """Match the files found with tables, with what lies beside them, and with the collection.

    A row of a table says more than a `.info.json`, which fills what the row leaves empty. The
    id of a video is the one said there; of a file of which nothing is said, its name with a
    hash of its path, which no other file gets. Of two files with the same id the first keeps
    it and the other's gets the hash.

    Args:
        found: the files.
        known: what the collection holds, by id.
        metadata: tables about the files beside those among `found`.
        progress: told of every file.
    """
    matching = _Rows([*found.tables, *metadata])
    failures = [*found.failures, *(f for table in matching.tables for f in table.failures)]
    by_path = {entry.path: (name, entry) for name, entry in known.items()}
    wanted: list[Wanted] = []
    taken: set[str] = set()
    named = set()
    with (progress or Silent()).step("Reading what is known of them", len(found.files)) as step:
        for path in found.files:
            step.advance()
            named.add(str(path))
            row, facts = matching.of(path, failures)
            if not path.exists():
                failures.append(_missing(path, row))
                continue
            before = by_path.get(str(path))
            name = _id(path, facts, before, known, taken)
            taken.add(name)
            wanted.append(Wanted(path, name, facts, before))
    gone = [
        name
        for name, entry in known.items()
        if _was_looked_for(entry.path, named, found.roots) and not Path(entry.path).exists()
    ]
    return Plan(tuple(wanted), tuple(gone), tuple(failures), tuple(matching.notes()))


class _Rows:
    """The rows of tables, found by path, or where they have none by id."""

    def __init__(self, tables: Sequence[Table]) -> None:
        self.tables = tables
        self._by_path: dict[str, tuple[int, Row]] = {}
        self._by_id: dict[str, tuple[int, Row]] = {}
        self._used: list[set[int]] = [set() for _ in tables]
        for place, table in enumerate(tables):
            for row in table.rows:
                if row.path is not None:
                    self._by_path.setdefault(os.path.realpath(row.path), (place, row))
                else:
                    self._by_id.setdefault(row.facts.id, (place, row))

    def of(self, path: Path, failures: list[Failure]) -> tuple[str, Facts | None]:
        """Where a table tells of a file (empty where none does), and all that is said of it."""
        facts: Facts | None = None
        beside = info_beside(path)
        if beside is not None:
            try:
                facts = read_info(beside)
            except InfoInvalid as error:
                failures.append(Failure(str(beside), f"{error.what}; {error.remedy}"))
        entry = self._by_path.get(os.path.realpath(path))
        if entry is None and self._by_id:
            names = (facts.id if facts is not None else "", path.stem)
            entry = next((self._by_id[name] for name in names if name in self._by_id), None)
        if entry is None:
            return "", facts
        place, row = entry
        self._used[place].add(row.number)
        told = row.facts if facts is None else row.facts.over(facts)
        return f"row {row.number} of {self.tables[place].path.name}", told

    def notes(self) -> Iterable[str]:
        """How many rows are about videos that were not given."""
        for table, used in zip(self.tables, self._used, strict=True):
            idle = len(table.rows) - len(used)
            if idle:
                rows = "1 row is about a video" if idle == 1 else f"{idle} rows are about videos"
                yield f"{table.path.name}: {rows} not among those given"


def _missing(path: Path, row: str) -> Failure:
    if row:
        return Failure(str(path), f"there is no such file ({row}); fetch it or correct the row")
    return Failure(str(path), "there is no such file; check the name")


def _id(
    path: Path,
    facts: Facts | None,
    before: tuple[str, Known] | None,
    known: Mapping[str, Known],
    taken: set[str],
) -> str:
    mark = hashlib.blake2b(os.fsencode(path), digest_size=4).hexdigest()
    name = facts.id if facts is not None else ""
    if not name and before is not None:
        name = before[0]
    if not name:
        return f"{path.stem}-{mark}"
    other = known.get(name)
    in_use = other is not None and other.path != str(path) and Path(other.path).exists()
    return f"{name}-{mark}" if name in taken or in_use else name


def _was_looked_for(path: str, named: set[str], roots: Iterable[Path]) -> bool:
    return path in named or any(Path(path).is_relative_to(root) for root in roots)
