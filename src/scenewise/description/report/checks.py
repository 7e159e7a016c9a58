"""The checks as the report words them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from scenewise.description.measures import Measure
from scenewise.description.report.figures import number, plural, sentence
from scenewise.description.results import Check

State = Literal["passed", "failed", "advice", "note"]

_WORDS: Final[dict[State, tuple[str, str]]] = {
    "passed": ("✓", "Passed"),
    "failed": ("✗", "Failed"),
    "advice": ("!", "Worth a look"),
    "note": ("i", "Note"),
}
_MOST_PLACES: Final = 12
_HIGHLIGHTS: Final = {
    "over dialogue": "Speech over dialogue",
    "described share": "Film with description",
    "rate": "Pace of speech",
    "loudness against dialogue": "Loudness against dialogue",
    "processing time": "Processing time",
}


@dataclass(frozen=True)
class Row:
    """One check.

    Args:
        measure: its figure and limit.
        state: how it stands.
    """

    measure: Measure
    state: State

    @property
    def title(self) -> str:
        """Its name as the beginning of a line."""
        return sentence(self.measure.name)

    @property
    def symbol(self) -> str:
        """A sign that says the state without colour."""
        return _WORDS[self.state][0]

    @property
    def word(self) -> str:
        """The state in words."""
        return _WORDS[self.state][1]

    @property
    def places(self) -> tuple[tuple[float, float], ...]:
        """The first places in the film that it speaks of, seconds."""
        return tuple((span.start, span.end) for span in self.measure.where[:_MOST_PLACES])

    @property
    def further(self) -> int:
        """How many more places there are."""
        return max(0, len(self.measure.where) - _MOST_PLACES)


@dataclass(frozen=True)
class Verdict:
    """The result in one sentence.

    Args:
        passed: whether no rule failed.
        sentence: for people.
        advice: what is recommended and not kept, in one sentence; empty when all is kept.
    """

    passed: bool
    sentence: str
    advice: str


def state_of(measure: Measure) -> State:
    """How a measure stands: a failed piece of advice is no failure."""
    if measure.passed is None:
        return "note"
    if measure.passed:
        return "passed"
    return "failed" if measure.severity == "error" else "advice"


def rows_of(check: Check) -> tuple[Row, ...]:
    """Every check, those that need attention first, otherwise in the order measured."""
    order: dict[State, int] = {"failed": 0, "advice": 1, "passed": 2, "note": 3}
    rows = [Row(measure, state_of(measure)) for measure in check.measures]
    return tuple(sorted(rows, key=lambda row: order[row.state]))


def verdict(check: Check) -> Verdict:
    """The result of a check in one sentence, and the advice in another."""
    if not check.measures:
        return Verdict(True, "Nothing was checked", "")
    rules = [m for m in check.measures if m.severity == "error" and m.passed is not None]
    failed = check.failures
    if failed:
        which = "; ".join(_short(measure) for measure in failed)
        told = f"{len(failed)} of {plural(len(rules), 'check')} failed: {which}"
    else:
        told = "All checks passed"
    open_advice = [m for m in check.measures if state_of(m) == "advice"]
    advice = ""
    if open_advice:
        which = ", ".join(measure.name for measure in open_advice)
        advice = f"{plural(len(open_advice), 'recommendation')} worth a look: {which}"
    return Verdict(not failed, told, advice)


def _short(measure: Measure) -> str:
    figure = f"{number(measure.value)} {measure.unit}".strip()
    limit = "" if measure.limit is None else f", limit {number(measure.limit)}"
    return f"{measure.name} ({figure}{limit})"


def highlights(check: Check) -> tuple[tuple[str, Measure], ...]:
    """The figures that say most at a glance, each with its label, where they were measured."""
    by_name = {measure.name: measure for measure in check.measures}
    found = ((label, by_name.get(name)) for name, label in _HIGHLIGHTS.items())
    return tuple((label, m) for label, m in found if m is not None and m.value is not None)
