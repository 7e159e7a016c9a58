"""The log of a run: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from scenewise.core.errors import FileMissing, OutputUnwritable
from scenewise.media.atomic import atomic_text

NAME: Final = "metrics.jsonl"


class MetricsLog:
    """Appends lines to `metrics.jsonl`; without a folder, to nothing.

    Args:
        folder: of the run; it exists.
        step: where the run goes on; later lines are cut, so that nothing is there twice.
    """

    def __init__(self, folder: Path | None, step: int) -> None:
        self._path = Path(folder) / NAME if folder is not None else None
        kept: list[dict[str, Any]] = []
        if self._path is not None:
            if step and self._path.exists():
                kept = [line for line in read_metrics(self._path) if line["step"] <= step]
            atomic_text(self._path, "".join(_written(line) for line in kept))
        self._evaluated: dict[int, dict[str, Any]] = {
            line["step"]: line for line in kept if line["kind"] == "evaluation"
        }
        self._last = {line["kind"]: line for line in kept}

    def has_evaluated(self, step: int) -> bool:
        """Whether there is an evaluation after so many steps."""
        return step in self._evaluated

    def highest(self, figure: str) -> float:
        """The highest that a figure of the evaluations was so far; -inf before the first."""
        return max((line[figure] for line in self._evaluated.values()), default=float("-inf"))

    def last(self, kind: str) -> dict[str, float]:
        """The figures of the last line of a kind; empty where there is none."""
        line = self._last.get(kind, {})
        return {name: value for name, value in line.items() if name not in ("step", "kind")}

    def write(self, kind: str, step: int, values: Mapping[str, float]) -> None:
        """Add a line.

        Raises:
            OutputUnwritable: no permission, no space.
        """
        line = {"step": step, "kind": kind, **values}
        if kind == "evaluation":
            self._evaluated[step] = line
        self._last[kind] = line
        if self._path is None:
            return
        try:
            with self._path.open("a", encoding="utf-8", newline="\n") as file:
                file.write(_written(line))
        except OSError as error:
            raise OutputUnwritable(
                f"the log cannot be written ({error.strerror})",
                path=self._path,
                remedy="free some space or train in another folder",
            ) from error


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """The lines of a log. A line that was cut off when a run was killed is passed over.

    Args:
        path: a `metrics.jsonl`, or the folder of a run.

    Raises:
        FileMissing: there is none.
    """
    path = Path(path) / NAME if Path(path).is_dir() else Path(path)
    if not path.is_file():
        raise FileMissing("there is no log of a run", path=path, remedy="train first")
    return list(_lines(path.read_text(encoding="utf-8", errors="replace")))


def _lines(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        try:
            values = json.loads(line)
        except ValueError:
            continue
        if isinstance(values, dict) and isinstance(values.get("step"), int) and "kind" in values:
            yield values


def _written(line: Mapping[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False) + "\n"
