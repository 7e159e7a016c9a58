"""Progress bars on a terminal, a plain line now and then elsewhere; always on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TaskProgressColumn,
    TextColumn,
)
from rich.table import Column
from rich.text import Text

from scenewise.core.progress import Step

_WORTH_A_TICK = 0.1  # s: a step that was over sooner needs no line on a terminal
_WORTH_A_LINE = 2.0  # s: likewise in a log
_BETWEEN_LINES = 10.0  # s
_ROOM_FOR_A_BAR = 72  # characters


class Terminal:
    """Progress on standard error.

    A terminal gets one bar, for as long as a step lasts, and below each other what is done. A
    file, a pipe and a terminal that cannot move its cursor (`TERM=dumb`, as screen readers
    like it) get plain lines, and only for steps that last.

    Args:
        quiet: show nothing but what `say` tells.
        plain: lines instead of bars.
    """

    def __init__(self, *, quiet: bool = False, plain: bool = False) -> None:
        self.console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._quiet = quiet
        self._bars = self.console.is_terminal and not (plain or self.console.is_dumb_terminal)
        self._live: Progress | None = None

    @contextmanager
    def step(self, what: str, total: float | None = None) -> Iterator[Step]:
        """What is being done, how far it is and how long is left."""
        if self._quiet:
            yield _Silence()
        elif self._bars:
            with self._bar(what, total) as bar:
                yield bar
        else:
            lines = _Lines(what, total)
            yield lines
            lines.end()

    def say(self, message: str) -> None:
        """One line on standard error, also when quiet: it is something to know."""
        self.console.print(message, markup=False)

    def _columns(self) -> list[ProgressColumn]:
        one_line = Column(no_wrap=True)
        columns: list[ProgressColumn] = [
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False, table_column=one_line),
            TaskProgressColumn(),
            _TimeLeft(table_column=one_line),
        ]
        if self.console.width >= _ROOM_FOR_A_BAR:
            columns.insert(2, BarColumn(bar_width=24))
        return columns

    @contextmanager
    def _bar(self, what: str, total: float | None) -> Iterator[Step]:
        """A bar that gives way to one line when its step is done."""
        began = time.monotonic()
        outer = self._live
        live = outer or Progress(*self._columns(), console=self.console, transient=True)
        if outer is None:
            self._live = live
            live.start()
        task = live.add_task(what, total=total)
        try:
            yield _Bar(live, task)
        finally:
            live.remove_task(task)
            if outer is None:
                self._live = None
                live.stop()
        spent = time.monotonic() - began
        if spent < _WORTH_A_TICK:
            return
        self.console.print(Text.assemble(("✓ ", "green"), f"{what} ", (told_time(spent), "dim")))


class _Bar:
    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def advance(self, amount: float = 1.0) -> None:
        self._progress.advance(self._task, amount)

    def reach(self, position: float) -> None:
        self._progress.update(self._task, completed=position)


class _TimeLeft(ProgressColumn):
    """How long is left, once that can be told."""

    def render(self, task: Task) -> Text:
        left = task.time_remaining
        if left is None or task.total is None:
            return Text(told_time(task.elapsed or 0.0), "dim")
        whole = told_time(left) if left >= 10 else f"{left:.0f} s"
        return Text(f"{whole} left", "cyan")


class _Lines:
    """A step told in plain lines."""

    def __init__(self, what: str, total: float | None) -> None:
        self._what, self._total, self._at = what, total, 0.0
        self._began = self._told = time.monotonic()

    def advance(self, amount: float = 1.0) -> None:
        self.reach(self._at + amount)

    def reach(self, position: float) -> None:
        self._at = position
        now = time.monotonic()
        if now - self._told < _BETWEEN_LINES or not self._total or position <= 0:
            return
        self._told = now
        done = min(1.0, position / self._total)
        left = (now - self._began) * (1 - done) / done
        _line(f"{self._what}: {100 * done:.0f} %, {told_time(left)} left")

    def end(self) -> None:
        spent = time.monotonic() - self._began
        if spent >= _WORTH_A_LINE:
            _line(f"{self._what}: done in {told_time(spent)}")


class _Silence:
    def advance(self, amount: float = 1.0) -> None:
        """Nothing is shown."""

    def reach(self, position: float) -> None:
        """Nothing is shown."""


def _line(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def told_time(seconds: float) -> str:
    """A length of time for people: `0.4 s`, `12 s`, `3 min 05 s`, `1 h 20 min`."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"
