"""A judge's answers, kept in a file: no question is asked, or paid for, twice.

The baselines' answers serve every system that is scored on the same references, and a run that
breaks off goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
import threading
from pathlib import Path
from typing import IO

from scenewise.core.errors import FileUnreadable, InputError, OutputUnwritable
from scenewise.metrics.llm_ad_eval import Judge, Messages


class Answers:
    """A judge that looks first whether it has answered already. It is a judge itself, and a
    context that closes its file.

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
        self._known, self._whole = _read(self._path)
        self._file: IO[str] | None = None

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
        self._known[key] = answer
        try:
            if self._file is None:
                self._file = self._path.open("a", encoding="utf-8")
                self._file.truncate(self._whole)  # a line in which a run broke off
            line = json.dumps({"question": key, "answer": answer}, ensure_ascii=False)
            self._file.write(f"{line}\n")
            self._file.flush()
        except OSError as error:
            raise OutputUnwritable(
                f"the judge's answers cannot be kept ({error.strerror})", path=self._path
            ) from error


def _read(path: Path) -> tuple[dict[str, str], int]:
    """What is answered, and how many bytes of the file are whole lines."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return {}, 0
    except OSError as error:
        raise FileUnreadable(f"it cannot be read ({error.strerror})", path=path) from error
    known = {}
    whole = raw[: raw.rfind(b"\n") + 1]  # a run may have broken off within a line
    for number, line in enumerate(whole.split(b"\n")[:-1] or [raw] * bool(raw), 1):
        try:
            row = json.loads(line)
            known[str(row["question"])] = str(row["answer"])
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise InputError(
                f"line {number} is no judge's answer",
                path=path,
                remedy="name a file that --judge-answers has written, or a new one",
            ) from error
    return known, len(whole)
