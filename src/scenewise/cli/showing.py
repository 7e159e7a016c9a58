"""Progress bars and plain lines on the terminal; results go to standard output."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from scenewise.core.progress import Step


class _Bar:
    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def advance(self, amount: float = 1.0) -> None:
        self._progress.advance(self._task, amount)

    def reach(self, position: float) -> None:
        self._progress.update(self._task, completed=position)


class Terminal:
    """Progress on standard error: bars where it is a terminal, plain lines where it is not.

    Args:
        quiet: show nothing but what `say` tells.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self.console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._quiet = quiet
        self._live: Progress | None = None

    @contextmanager
    def step(self, what: str, total: float | None = None) -> Iterator[Step]:
        """A bar with what is being done, how far it is and how long is left."""
        if self._quiet or not self.console.is_terminal:
            yield _Silence()
            return
        if self._live is not None:  # a step within a step: one bar below the other
            task = self._live.add_task(what, total=total)
            yield _Bar(self._live, task)
            self._live.update(task, completed=total or 1, total=total or 1)
            return
        columns = (
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=self.console, transient=False) as progress:
            self._live = progress
            try:
                task = progress.add_task(what, total=total)
                yield _Bar(progress, task)
                progress.update(task, completed=total or 1, total=total or 1)
            finally:
                self._live = None

    def say(self, message: str) -> None:
        """One line on standard error, also when quiet: it is something to know."""
        self.console.print(message, markup=False)


class _Silence:
    def advance(self, amount: float = 1.0) -> None:
        """Nothing is shown."""

    def reach(self, position: float) -> None:
        """Nothing is shown."""
