"""Progress, told by whoever does the work and shown by whoever called."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Step(Protocol):
    """One piece of work under way."""

    def advance(self, amount: float = 1.0) -> None:
        """`amount` more of the total is done."""
        ...

    def reach(self, position: float) -> None:
        """The work stands at `position` of its total."""
        ...


class Progress(Protocol):
    """Whoever shows progress."""

    def step(self, what: str, total: float | None = None) -> AbstractContextManager[Step]:
        """Announce a piece of work.

        Args:
            what: what is being done, such as `Looking at the film`.
            total: how much there is (seconds of film, key frames); None when unknown.
        """
        ...

    def say(self, message: str) -> None:
        """A line the person should see even after the bars are gone."""
        ...


class _SilentStep:
    def advance(self, amount: float = 1.0) -> None:
        """Nothing is shown."""

    def reach(self, position: float) -> None:
        """Nothing is shown."""


class Silent:
    """Shows nothing: what library code uses unless told otherwise."""

    @contextmanager
    def step(self, what: str, total: float | None = None) -> Iterator[Step]:
        """A step that shows nothing."""
        yield _SilentStep()

    def say(self, message: str) -> None:
        """Nothing is shown."""
