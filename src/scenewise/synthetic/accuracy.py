"""How true a description is, and how much of a drawn film it tells.

Everything is counted against the film's truth, so that a figure says what a listener gets:
who, what and where rightly told, which events are missed, what is said over dialogue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from scenewise.core.time import Span, shared
from scenewise.metrics.similarity import Similarity, word_f1
from scenewise.metrics.soda import Soda, soda, soda_t
from scenewise.synthetic.accuracy_matching import (
    SLOTS,
    Line,
    Named,
    Reading,
    match,
    read_lines,
    truth_of,
)
from scenewise.synthetic.films import FilmTruth
from scenewise.synthetic.world import Slot

WITHIN: Final = 10.0
"""Seconds from what it tells within which a line is spoken: professional describers stay
within 10 s of the event in 99.4 % of cases (arXiv 2609.30121)."""

MASKED: Final = 0.25
"""Seconds of dialogue under a line, about a syllable, from which neither is understood."""

_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True)
class Share:
    """How many of how many.

    Args:
        right: those that count.
        of: all.
    """

    right: int
    of: int

    @property
    def value(self) -> float | None:
        """Right of all, 0 to 1; None of none."""
        return self.right / self.of if self.of else None


@dataclass(frozen=True)
class Judged:
    """One line beside the truth.

    Args:
        span: when it is spoken, in seconds.
        text: its words.
        happening: index of what it is about; None where it fits nothing near it.
        right: what it names rightly, by slot.
        wrong: what it names wrongly, by slot.
        written: happenings whose writing it tells, by index.
        repeated: whether an earlier line has said it.
    """

    span: Span
    text: str
    happening: int | None
    right: Named
    wrong: Named
    written: frozenset[int]
    repeated: bool

    @property
    def useless(self) -> bool:
        """Whether nothing it says is true of what it is about."""
        return self.happening is None and not self.written


@dataclass(frozen=True)
class Accuracy:
    """What a description of one film is worth.

    Args:
        lines: each line with what it is about, in order of time.
        precision: of the names that lines give, how many are true, by slot.
        recall: of what happens, how much is told, by slot. A place that was told holds for
            the rest of its scene.
        clear: the same of the lines alone that can be understood: spoken at most `MASKED`
            seconds while somebody speaks in the film.
        missed: events that are not told: nobody says what is done; by index.
        missed_salience: their share of the salience of all events, 0 to 1; None without events.
        written: writing that is told.
        over_dialogue: milliseconds of speech while somebody speaks in the film.
        useless: lines that say nothing true.
        repeated: lines that say again what was said.
        soda: against the film's own description (Fujita et al. 2020).
        soda_t: share of the film's own descriptions that are told in time; None where it has
            none.
    """

    lines: tuple[Judged, ...]
    precision: Mapping[Slot, Share]
    recall: Mapping[Slot, Share]
    clear: Mapping[Slot, Share]
    missed: tuple[int, ...]
    missed_salience: float | None
    written: Share
    over_dialogue: float
    useless: Share
    repeated: Share
    soda: Soda
    soda_t: float | None

    def figures(self) -> dict[str, float | None]:
        """Every figure by its name; None where the film has nothing to measure it on."""
        return {
            **{f"{slot} precision": self.precision[slot].value for slot in SLOTS},
            **{f"{slot} recall": self.recall[slot].value for slot in SLOTS},
            **{f"{slot} clear": self.clear[slot].value for slot in SLOTS},
            "missed salience": self.missed_salience,
            "written": self.written.value,
            "over dialogue": self.over_dialogue,
            "lines": float(len(self.lines)),
            "useless": self.useless.value,
            "repeated": self.repeated.value,
            "SODA": self.soda.f1,
            "SODA-T": self.soda_t,
        }


def accuracy(
    lines: Sequence[Line],
    truth: FilmTruth,
    *,
    similarity: Similarity = word_f1,
    within: float = WITHIN,
) -> Accuracy:
    """How true the lines of a description are, and how much they tell.

    People count as named by their name or by looks that only they have; a pronoun names
    nobody, so that what it says is judged without its person.

    Args:
        lines: as they are spoken, in any order.
        truth: of the film.
        similarity: of texts, for SODA.
        within: seconds between a line and what it is about, at most.

    Raises:
        ValueError: a line ends before it starts, or its times are not finite.
    """
    happenings = truth.happenings
    readings = read_lines(lines, happenings, within)
    about = match(readings, happenings, within)
    judged = tuple(_judged(readings, about, truth))
    told = _told(judged, truth)
    dialogue = [line.span for line in truth.dialogue]
    understood = [line for line in judged if shared([line.span], dialogue) <= MASKED]
    events = [i for i, happening in enumerate(happenings) if happening.event is not None]
    missed = tuple(i for i in events if not told[i]["action"])
    weight = sum(happenings[i].salience for i in events)
    with_writing = {i for i, happening in enumerate(happenings) if happening.written}
    conveyed = with_writing & {i for line in judged for i in line.written}
    spoken = [line.span for line in judged]
    own = [(span.start, span.end, text) for span, text in truth.described]
    return Accuracy(
        lines=judged,
        precision={slot: _precision(judged, slot) for slot in SLOTS},
        recall=_recall(told, truth),
        clear=_recall(_told(understood, truth), truth),
        missed=missed,
        missed_salience=sum(happenings[i].salience for i in missed) / weight if weight else None,
        written=Share(len(conveyed), len(with_writing)),
        over_dialogue=1000.0 * shared(spoken, dialogue),
        useless=Share(sum(line.useless for line in judged), len(judged)),
        repeated=Share(sum(line.repeated for line in judged), len(judged)),
        soda=soda(lines, own, similarity),
        soda_t=soda_t(lines, own, similarity, within=within) if own else None,
    )


def _judged(
    readings: Sequence[Reading], about: Sequence[int | None], truth: FilmTruth
) -> list[Judged]:
    out: list[Judged] = []
    for reading, index in zip(readings, about, strict=True):
        real = truth_of(truth.happenings[index].event if index is not None else None)
        right = {slot: reading.named[slot] & real[slot] for slot in SLOTS}
        wrong = {slot: reading.named[slot] - real[slot] for slot in SLOTS}
        line = Judged(reading.span, reading.text, index, right, wrong, reading.written, False)
        repeated = any(_says_again(line, earlier) for earlier in out)
        out.append(Judged(line.span, line.text, index, right, wrong, line.written, repeated))
    return out


def _says_again(line: Judged, earlier: Judged) -> bool:
    """Whether a line says what an earlier one has said: the same words, or of one happening
    nothing that is both true and new."""
    if _words(line.text) == _words(earlier.text):
        return True
    if line.happening is None or line.happening != earlier.happening:
        return False
    return line.written <= earlier.written and all(
        line.right[slot] <= earlier.right[slot] for slot in SLOTS
    )


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _precision(judged: Sequence[Judged], slot: Slot) -> Share:
    right = sum(len(line.right[slot]) for line in judged)
    return Share(right, right + sum(len(line.wrong[slot]) for line in judged))


def _recall(told: Sequence[Mapping[Slot, bool]], truth: FilmTruth) -> dict[Slot, Share]:
    real = [truth_of(happening.event) for happening in truth.happenings]
    return {
        slot: Share(sum(one[slot] for one in told), sum(bool(one[slot]) for one in real))
        for slot in SLOTS
    }


def _told(judged: Sequence[Judged], truth: FilmTruth) -> list[dict[Slot, bool]]:
    """Whether each slot of each happening is told, [n]."""
    told: list[dict[Slot, bool]] = [dict.fromkeys(SLOTS, False) for _ in truth.happenings]
    for line in judged:
        if line.happening is not None:
            for slot in SLOTS:
                told[line.happening][slot] |= bool(line.right[slot])
    known: set[tuple[int, str]] = set()
    for happening, slots in zip(truth.happenings, told, strict=True):
        if happening.event is not None:
            place = (happening.scene, happening.event.setting)
            if slots["setting"]:
                known.add(place)
            slots["setting"] = place in known
    return told
