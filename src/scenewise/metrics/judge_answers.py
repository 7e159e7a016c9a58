"""A judge's answers, kept in a file: no question is asked, or paid for, twice.

The baselines' answers serve every system that is scored on the same references, and a run that
breaks off goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import filelock

from scenewise.core.errors import FileUnreadable, InputError, OutputUnwritable
from scenewise.metrics.llm_ad_eval import Judge, Messages


class Answers:
    """A judge that looks first whether it has answered already. It is a judge itself, and a
    context that closes its file.

    Several processes may keep their answers in one file. A hidden file beside it, `.NAME.lock`, is
    held while a line is added.

    Args:
        judge: who is asked.
        who: its name: answers of others do not count.
        path: JSON lines, added to after each answer; made where it is missing.

    Raises:
        FileUnreadable: the file is there and may not be read.
        InputError: the file holds something else.
        OutputUnwritable: it cannot be written to.
    """

    def __init__(self, judge: Judge, who: str, path: str | Path) -> None:
        self._judge, self._who, self._path = judge, who, Path(path)
        if not self._path.parent.is_dir():  # said before anything is asked, and paid for
            raise OutputUnwritable(
                "its folder does not exist",
                path=self._path,
                remedy="make the folder first or choose another",
            )
        self._lock = threading.Lock()
        self._known: dict[str, str] = {}
        self._whole = self._lines = 0  # of the file: bytes and lines that are read
        self._learn(_read(self._path))
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Answers:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def knows(self, messages: Messages) -> bool:
        """Whether this was answered before."""
        return self._key(messages) in self._known

    def __call__(self, messages: Messages) -> str:
        """The answer, asked for only where it is not known."""
        key = self._key(messages)
        if key not in self._known:
            answer = self._judge(messages)
            with self._lock:
                self._keep(key, answer)
        return self._known[key]

    def _key(self, messages: Messages) -> str:
        asked = json.dumps([self._who, [dict(one) for one in messages]], sort_keys=True)
        return hashlib.sha256(asked.encode()).hexdigest()

    def _keep(self, key: str, answer: str) -> None:
        """Add a line, after those that others have added meanwhile."""
        try:
            if self._file is None:
                self._file = self._path.open("a+b")
            with _locked(self._path):
                if self._file.seek(0, os.SEEK_END) < self._whole:  # it was emptied meanwhile
                    self._whole = self._lines = 0
                self._file.seek(self._whole)
                raw = self._file.read()
                self._learn(raw)
                last = raw[raw.rfind(b"\n") + 1 :]
                if last and _answer(last) is not None:  # only the end of its line is missing
                    self._add(b"\n", len(last) + 1)
                else:
                    self._file.truncate(self._whole)  # a line in which a run broke off
                if key not in self._known:
                    # in ASCII: an answer may hold half a letter, which UTF-8 cannot say
                    line = f"{json.dumps({'question': key, 'answer': answer})}\n".encode("ascii")
                    self._add(line, len(line))
        except OSError as error:
            raise OutputUnwritable(
                f"the judge's answers cannot be kept ({error.strerror})", path=self._path
            ) from error
        self._known.setdefault(key, answer)

    def _add(self, text: bytes, longer: int) -> None:
        """Write at the end of the file, whose whole lines grow so by one and by that many bytes."""
        assert self._file is not None
        self._file.write(text)
        self._file.flush()
        self._whole, self._lines = self._whole + longer, self._lines + 1

    def _learn(self, raw: bytes) -> None:
        """Take over what stands in the file after what was read before."""
        *lines, last = raw.split(b"\n")
        own = bool(self._whole or lines)  # a file without any line is ours only with an answer
        for number, line in enumerate([*lines, last], self._lines + 1):
            known = _answer(line)
            if known is not None:
                self._known[known[0]] = known[1]
            elif number <= self._lines + len(lines) or (last and not own):
                raise InputError(
                    f"line {number} is no judge's answer",
                    path=self._path,
                    remedy="name a file that --judge-answers has written, or a new one",
                )  # else a run broke off within the last line
        self._whole += len(raw) - len(last)
        self._lines += len(lines)


def _answer(line: bytes) -> tuple[str, str] | None:
    """Question and answer of a line; None where it holds none, or only the beginning of one."""
    try:
        row = json.loads(line)
        return str(row["question"]), str(row["answer"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise FileUnreadable(f"it cannot be read ({error.strerror})", path=path) from error


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """No other process adds to the file for as long as the block lasts."""
    lock = filelock.FileLock(path.with_name(f".{path.name}.lock"))
    try:
        lock.acquire(poll_interval=0.02)
    except NotImplementedError as error:
        raise OutputUnwritable(
            "this disk cannot lock files, which the judge's answers need",
            path=path,
            remedy="keep them on a local disk",
        ) from error
    try:
        yield
    finally:
        lock.release()
