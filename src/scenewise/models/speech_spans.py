"""From how likely each window holds speech to spans of speech."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scenewise.core.time import Span


class Hysteresis:
    """Spans that begin where speech is likely and end where it has become unlikely.

    Speech begins at the first window whose probability reaches `on` and ends at the first
    of a run of windows below `off` that lasts `pause` seconds.

    Args:
        on, off: probabilities, `off` at most `on`.
        shortest: seconds; shorter speech is dropped.
        pause: seconds; shorter silence within speech does not end it.
        step: seconds a window lasts.
        start: seconds at which the first window begins.
    """

    def __init__(
        self, on: float, off: float, *, shortest: float, pause: float, step: float, start: float
    ) -> None:
        self._on, self._off, self._shortest, self._pause = on, off, shortest, pause
        self._step, self._start = step, start
        self._index = 0
        self._began: int | None = None
        self._fell: int | None = None
        self.spans: list[Span] = []

    def take(self, probabilities: npt.NDArray[np.float32]) -> None:
        """The next windows, in order."""
        for value in probabilities.tolist():
            if value >= self._on:
                self._fell = None
                if self._began is None:
                    self._began = self._index
            elif self._began is not None:
                if value < self._off and self._fell is None:
                    self._fell = self._index
                # a window between the two thresholds neither ends speech nor revives it
                fell = self._fell
                if fell is not None and (self._index + 1 - fell) * self._step >= self._pause:
                    self._close(fell)
            self._index += 1

    def finish(self) -> list[Span]:
        """All spans, the one still open included."""
        if self._began is not None:
            self._close(self._index if self._fell is None else self._fell)
        return self.spans

    def _close(self, end: int) -> None:
        assert self._began is not None
        if (end - self._began) * self._step >= self._shortest:
            self.spans.append(
                Span(self._start + self._began * self._step, self._start + end * self._step)
            )
        self._began = self._fell = None
