"""The folder of a store: what lies where, who may write, and errors in our own words.

store.json     what the collection is; written last, so that it says the rest is there
write.lock     held by whoever writes; the system lets go of it when a program is killed
tables/        LanceDB's tables: the truth
pictures/      the frames' pictures
strips/        the videos as strips of tiny pictures
derived/       what can be made again from the tables: the matrix, the index of words
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import filelock

from scenewise.collection.errors import (
    StoreExists,
    StoreInvalid,
    StoreMissing,
    StoreOfAnotherModel,
)
from scenewise.collection.types import ModelMark
from scenewise.core.errors import OutputUnwritable, ScenewiseError
from scenewise.media.atomic import atomic_text

FORMAT: Final = 1
"""Raised when a store of this version can no longer be read by the version before."""

FOREIGN: Final = (OSError, RuntimeError, ValueError)
"""What LanceDB and Arrow raise (their own errors are derived from these)."""

_ASK_EVERY: Final = 0.003
"""Seconds between attempts to get a lock. A writer that puts without a pause lets go for about
a millisecond at a time: asked for 20 times a second, another had to wait for over a minute."""

_TABLES: Final = {"videos.lance", "failures.lance"}


@dataclass(frozen=True)
class Place:
    """The folder of a store."""

    folder: Path

    @property
    def card(self) -> Path:
        """The file that says what the collection is."""
        return self.folder / "store.json"

    @property
    def tables(self) -> Path:
        """The folder of the tables."""
        return self.folder / "tables"

    @property
    def pictures(self) -> Path:
        """The folder of the frames' pictures."""
        return self.folder / "pictures"

    @property
    def strips(self) -> Path:
        """The folder of the videos as strips of tiny pictures."""
        return self.folder / "strips"

    @property
    def derived(self) -> Path:
        """The folder of what can be made again."""
        return self.folder / "derived"

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the only one that writes.

        Two writers that add the same new video at once would otherwise both add it, and the
        clearing of leftovers could take the files of a write that is under way.

        Raises:
            OutputUnwritable: the folder cannot be written to.
        """
        with _locked(self.folder / "write.lock", self.folder):
            yield

    @contextmanager
    def deriving(self) -> Iterator[None]:
        """Be the only one that makes derived files; raises as `writing`."""
        try:
            self.derived.mkdir(exist_ok=True)
        except OSError as error:
            raise _unwritable(self.folder) from error
        with _locked(self.derived / "derive.lock", self.folder):
            yield

    def prepare(self) -> None:
        """Make the folder for a new collection.

        Raises:
            StoreExists: it holds a collection, or other things.
            OutputUnwritable: it cannot be made.
        """
        if self.card.exists():
            raise StoreExists(
                "there is a collection already",
                path=self.folder,
                remedy="open it, or choose another folder",
            )
        if self.folder.exists() and not self.folder.is_dir():
            raise StoreExists(
                "that is a file, not a folder", path=self.folder, remedy="choose another name"
            )
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            others = sorted(entry.name for entry in self.folder.iterdir() if not _unfinished(entry))
        except OSError as error:
            raise _unwritable(self.folder) from error
        if others:
            raise StoreExists(
                f"the folder holds other things ({others[0]}), no collection",
                path=self.folder,
                remedy="choose an empty folder",
            )

    def write_card(self, mark: ModelMark) -> str:
        """Say what the collection is, which brings it into being; its token."""
        token = secrets.token_hex(8)
        card = {"format": FORMAT, "token": token, "model": asdict(mark)}
        atomic_text(self.card, json.dumps(card, indent=2, ensure_ascii=False) + "\n")
        return token

    def read_card(self) -> tuple[ModelMark, str]:
        """What the collection is, and its token.

        Raises:
            StoreMissing: there is no collection.
            StoreInvalid: the file is damaged or of a later version.
        """
        try:
            card = json.loads(self.card.read_text(encoding="utf-8"))
            if card["format"] > FORMAT:
                raise StoreInvalid(
                    "the collection was made by a later version of Scenewise",
                    path=self.folder,
                    remedy="upgrade Scenewise",
                )
            return ModelMark(**card["model"]), str(card["token"])
        except (FileNotFoundError, NotADirectoryError) as error:
            raise self._missing() from error
        except PermissionError as error:
            raise StoreInvalid(
                "the collection may not be read", path=self.folder, remedy="change its permissions"
            ) from error
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise StoreInvalid(
                "the collection's description is damaged",
                path=self.card,
                remedy="bring it back from a copy, or index anew into another folder",
            ) from error

    def _missing(self) -> StoreMissing:
        if not self.folder.exists():
            return StoreMissing(
                "there is no such folder",
                path=self.folder,
                remedy="check the name, or make a collection with scenewise index",
            )
        return StoreMissing(
            "there is no collection in it"
            if self.folder.is_dir()
            else "that is a file, not the folder of a collection",
            path=self.folder,
            remedy="give the folder of a collection, or make one with scenewise index",
        )


def check_mark(folder: Path, have: ModelMark, asked: ModelMark) -> None:
    """Refuse vectors of another maker.

    The same weights under another name are the same maker.

    Raises:
        StoreOfAnotherModel: weights, dimension or way of choosing frames differ.
    """
    if (have.revision, have.dimension) != (asked.revision, asked.dimension):
        names = have.name != asked.name
        old, new = (
            (have.name, asked.name)
            if names
            else (f"{mark.name} {mark.revision[:12]}" for mark in (have, asked))
        )
        raise StoreOfAnotherModel(
            f"the collection was indexed with {old}, not with {new}",
            path=folder,
            remedy=f"use {old}, or index into another folder",
        )
    if have.summary != asked.summary:
        raise StoreOfAnotherModel(
            f"the collection's frames were chosen by {have.summary}, not by {asked.summary}",
            path=folder,
            remedy=f"use {have.summary}, or index into another folder",
        )


def damage(folder: Path, error: BaseException) -> ScenewiseError:
    """What an exception of LanceDB means for a person."""
    if isinstance(error, ScenewiseError):
        return error
    said = str(error)
    if "os error 28" in said or "No space left" in said:
        return OutputUnwritable(
            "there is no space left on the disk", path=folder, remedy="free some space"
        )
    if isinstance(error, PermissionError) or "ermission denied" in said or "os error 30" in said:
        return _unwritable(folder)
    return StoreInvalid(
        f"the collection is damaged ({_first(said)})",
        path=folder,
        remedy="bring it back from a copy, or index anew into another folder",
    )


@contextmanager
def in_our_words(folder: Path) -> Iterator[None]:
    """Turn what LanceDB raises into errors of ours."""
    try:
        yield
    except FOREIGN as error:
        raise damage(folder, error) from error


@contextmanager
def _locked(lock: Path, folder: Path) -> Iterator[None]:
    held = filelock.FileLock(lock)
    try:
        held.acquire(poll_interval=_ASK_EVERY)
    except NotImplementedError as error:
        raise OutputUnwritable(
            "this disk cannot lock files, which two writers need",
            path=folder,
            remedy="keep the collection on a local disk",
        ) from error
    except OSError as error:
        raise _unwritable(folder) from error
    try:
        yield
    finally:
        held.release()


def _unfinished(entry: Path) -> bool:
    """Whether an entry of a folder was left by a making that was cut short.

    Nothing else may count: what a person keeps under the same name would be deleted.
    """
    if entry.name == "tables" and entry.is_dir():
        return all(table.name in _TABLES for table in entry.iterdir())
    card = entry.name.startswith(".") and entry.suffix == ".json"
    return card or entry.name == "write.lock"


def _unwritable(folder: Path) -> OutputUnwritable:
    return OutputUnwritable(
        "the collection's folder cannot be written to",
        path=folder,
        remedy="change its permissions or choose another folder",
    )


def _first(said: str) -> str:
    lines: Any = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[0][:160] if lines else "no reason given"
