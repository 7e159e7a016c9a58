"""A script held against the rules of audio description: which pass, which fail, and where."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from scenewise.core.script import Cue, Description, Script
from scenewise.core.time import Span, complement, shared, union
from scenewise.description import measures as of
from scenewise.description.gaps import find_gaps, spoken_spans, suitable_gaps
from scenewise.description.limits import (
    CONCISE,
    DIALOGUE_FIRST,
    GAPS,
    LANGUAGE,
    NEAR,
    RATE,
    UNUSED_PAUSES,
    WITH_THE_VISUAL,
)
from scenewise.description.limits import CheckRules as CheckRules
from scenewise.description.measures import Measure, Severity
from scenewise.description.schedule import wanted_room

_SLOTS: Final = "slots of a text track, no voice measured: a player may pause the film instead"


def measure_script(
    script: Script,
    *,
    dialogue: Sequence[Span] | None,
    film: Span | None,
    captions: Sequence[Cue] | None = None,
    rules: CheckRules | None = None,
) -> list[Measure]:
    """Measure a script against the rules.

    A script whose durations were measured from a voice (`script.voice`) must keep them: what
    overlaps dialogue there will be heard. The cues of a text track that a person made are
    slots for a player that may pause the film while it reads, so there the timing rules only
    advise.

    Args:
        script: made by a machine or a person.
        dialogue: where people speak; what the script knows of it when None.
        film: bounds of the film; the script's film, else its last cue, when None.
        captions: the film's captions; those that are words count as further dialogue.
        rules: limits; the defaults when None.

    Returns:
        One measure a rule, errors before advice, in a fixed order.
    """
    check = _Check(script, dialogue, film, captions, rules or CheckRules())
    found = [
        check.utterances(),
        check.overlap(),
        check.outside_gap(),
        check.at_once(),
        check.fastest(),
        check.phrases(),
        check.repetition(),
        check.doubtful_phrases(),
        check.overall_rate(),
        check.missed_pauses(),
        check.silent_pauses(),
        check.near_event(),
        check.late(),
        check.concise(),
        check.described(),
        check.longest_silence(),
    ]
    return sorted(found, key=lambda measure: measure.severity != "error")


def failures(measures: Iterable[Measure]) -> list[Measure]:
    """The measures that make `check` exit with 1."""
    return [m for m in measures if m.passed is False and m.severity == "error"]


class _Check:
    """One script, prepared for every rule; each method answers one question."""

    def __init__(
        self,
        script: Script,
        dialogue: Sequence[Span] | None,
        film: Span | None,
        captions: Sequence[Cue] | None,
        rules: CheckRules,
    ) -> None:
        self.script, self.rules = script, rules
        self.cues = script.cues()
        self.measured = bool(script.voice)
        dialogue = script.dialogue if dialogue is None else dialogue
        self.listened = dialogue is not None or captions is not None
        self.dialogue = union([*(dialogue or ()), *spoken_spans(captions or ())])
        known = film is not None or script.film.duration > 0
        if film is None:
            ends = [cue.span.end for cue in self.cues] + [span.end for span in self.dialogue]
            film = Span(0.0, script.film.duration or max([0.0, *ends]))
        self.film = film
        self.end = film.end if known else math.inf
        self.gaps = complement(self.dialogue, film)
        self.pauses = suitable_gaps(self.gaps, rules.suitable_pause) if self.listened else []
        lines = [line for line in script.descriptions if line.start is not None]
        self.lines = sorted(lines, key=lambda line: line.start or 0.0)

    # --- errors ---

    def utterances(self) -> Measure:
        count = len(self.cues)
        passed: bool | None = True
        detail = f"{count} of {len(self.script.descriptions)} lines are spoken"
        if count == 0:
            # silence is a fault only where there was something to say and room to say it
            passed = False if self._could_be_said() else None
            detail = "nothing is spoken"
        return Measure("utterances", count, "", 1, passed, detail, (), "error")

    def overlap(self) -> Measure:
        limit = self.rules.overlap
        if not self.listened:
            detail = "not known: nobody has listened for dialogue, and there are no captions"
            return self._timing(
                "over dialogue", None, "ms", limit, None, detail, (), DIALOGUE_FIRST
            )
        found = of.overlap(self.cues, self.dialogue)
        over = [(ms, cue) for ms, cue in zip(found.each, self.cues, strict=True) if round(ms) > 0]
        detail = f"{len(over)} of {len(self.cues)} utterances sound over dialogue"
        if over:
            detail += f", the worst by {found.worst:.0f} ms: " + _list(
                f"{_name(cue)} ({ms:.0f} ms)" for ms, cue in sorted(over, key=lambda x: -x[0])
            )
        total = round(found.total, 1)
        passed = round(total) <= limit
        return self._timing(
            "over dialogue", total, "ms", limit, passed, detail, found.where, DIALOGUE_FIRST
        )

    def outside_gap(self) -> Measure:
        excess = of.outside(self.cues, self.gaps)
        late = [(s, cue) for s, cue in zip(excess, self.cues, strict=True) if s > 0.001]
        detail = f"{_many(late, 'utterance')} beyond one pause of the film"
        if late:
            detail += ": " + _list(f"{_name(cue)} (by {s:.2f} s)" for s, cue in late)
        return self._timing(
            "outside a pause",
            len(late),
            "",
            0,
            not late,
            detail,
            [cue.span for _, cue in late],
            GAPS,
        )

    def at_once(self) -> Measure:
        both = [span for span in of.at_once(self.cues) if span.duration > 0.001]
        detail = f"{_many(both, 'stretch', 'es')} in which two utterances are spoken at once"
        return self._timing("two at once", len(both), "", 0, not both, detail, both, GAPS)

    def fastest(self) -> Measure:
        limit = self.rules.rate
        times = [cue.span.duration for cue in self.cues]
        if not self.measured:
            times = of.time_to_speak(self.cues, self.dialogue, self.end)
        rates = [
            (of.words_a_minute(cue.text, seconds), cue)
            for cue, seconds in zip(self.cues, times, strict=True)
            if of.count_words(cue.text) >= self.rules.fewest_words
        ]
        if not rates:
            return self._timing(
                "fastest utterance", None, "words/min", limit, None, "no utterance to time", ()
            )
        highest = max(rate for rate, _ in rates)
        fast = [(rate, cue) for rate, cue in rates if rate > limit]
        detail = f"{len(fast)} of {len(rates)} utterances need more than {limit:g} words a minute"
        if fast:
            detail += ": " + _list(f"{_name(cue)} ({_rate(rate)})" for rate, cue in fast)
        value = round(highest, 1) if math.isfinite(highest) else None
        return self._timing(
            "fastest utterance", value, "words/min", limit, not fast, detail,
            [cue.span for _, cue in fast], RATE,
        )  # fmt: skip

    def phrases(self) -> Measure:
        return self._phrases("forbidden phrases", "error", "error")

    def doubtful_phrases(self) -> Measure:
        return self._phrases("doubtful phrases", "warning", "advice")

    def repetition(self) -> Measure:
        window = self.rules.repetition_window
        pairs = of.repetitions(self.cues, window, self.rules.likeness)
        detail = f"{_many(pairs, 'utterance')} like one of the {window:g} s before"
        if pairs:
            detail += ": " + _list(
                f"{_name(self.cues[b])} repeats {_name(self.cues[a])}" for a, b in pairs
            )
        where = tuple(self.cues[later].span for _, later in pairs)
        return Measure("repetition", len(pairs), "", 0, not pairs, detail, where, "error")

    # --- advice ---

    def overall_rate(self) -> Measure:
        limit = self.rules.planned_rate
        rate = of.overall_rate(self.cues)
        passed = rate <= limit if rate is not None and self.measured else None
        detail = "words a minute of speech; professionals' median is 138, 160 to 200 is planned"
        if not self.measured:
            detail += f" ({_SLOTS})"
        value = round(rate, 1) if rate is not None else None
        return Measure("rate", value, "words/min", limit, passed, detail, (), "advice", RATE)

    def missed_pauses(self) -> Measure:
        # what counts is the room that the margins leave, at the pace of this script's voice
        rooms = find_gaps(self.dialogue, self.film) if self.listened else []
        silent = of.unused(suitable_gaps(rooms, self.rules.suitable_pause), self.cues)
        pace = (of.overall_rate(self.cues) if self.measured else None) or self.rules.planned_rate
        unsaid = [
            of.Unsaid(_event(line), 60.0 * of.count_said(shortest) / pace)
            for line in self.script.descriptions
            if line.start is None and wanted_room(line.reason)
            for shortest in [min(line.wordings, key=of.count_said)]
            if of.count_words(shortest)
        ]
        missed = of.missed(silent, unsaid, self.rules.reach)
        detail = (
            f"{_many(missed, 'pause')} of {self.rules.suitable_pause:g} s and more "
            f"({_seconds(missed):.1f} s) left silent though a line wanted room"
        )
        passed = not missed if self.listened else None
        return Measure(
            "missed pauses", len(missed), "", 0, passed, detail, tuple(missed), "advice",
            UNUSED_PAUSES,
        )  # fmt: skip

    def silent_pauses(self) -> Measure:
        silent = of.unused(self.pauses, self.cues)
        detail = (
            f"{len(silent)} of {len(self.pauses)} pauses of {self.rules.suitable_pause:g} s and "
            f"more are left silent ({_seconds(silent):.1f} of {_seconds(self.pauses):.1f} s)"
        )
        if not self.listened:
            detail = "not known: nobody has listened for dialogue, and there are no captions"
        value = len(silent) if self.listened else None
        return Measure(
            "silent pauses", value, "", None, None, detail, tuple(silent), "advice", UNUSED_PAUSES
        )

    def near_event(self) -> Measure:
        limit = self.rules.near  # percent
        away = self._distances()
        if not away:
            detail = "not known: no voice measured" if not self.measured else "nothing is spoken"
            return Measure("near the event", None, "%", limit, None, detail, (), "advice", NEAR)
        far = [(d, line) for d, line in away if abs(d) > self.rules.reach + 0.001]
        share = 100 * (1 - len(far) / len(away))
        farthest = max(abs(d) for d, _ in away)
        detail = (
            f"{len(away) - len(far)} of {len(away)} utterances lie within "
            f"{self.rules.reach:g} s of their event, the farthest {farthest:.1f} s"
        )
        where = tuple(_speech(line) for _, line in far)
        return Measure(
            "near the event",
            round(share, 2),
            "%",
            limit,
            share >= limit,
            detail,
            where,
            "advice",
            NEAR,
        )

    def late(self) -> Measure:
        away = self._distances()
        after = [line for _, line in away if (line.start or 0.0) > _event(line)]
        share = round(100 * len(after) / len(away), 2) if away else None
        detail = f"{len(after)} of {len(away)} utterances begin after their event"
        return Measure(
            "begins late", share, "%", None, None, detail, tuple(map(_speech, after)), "advice",
            WITH_THE_VISUAL,
        )  # fmt: skip

    def concise(self) -> Measure:
        times = [_speech(line).duration for line in self.lines]
        excess = of.longer_than_segment(times, [line.span for line in self.lines])
        long = [line for line, s in zip(self.lines, excess, strict=True) if s > 0.001]
        if not self.lines or not self.measured:
            detail = "nothing is spoken" if not self.lines else f"not known: {_SLOTS}"
            return Measure("concise", None, "%", 100.0, None, detail, (), "advice", CONCISE)
        share = 100 * (1 - len(long) / len(self.lines))
        detail = (
            f"{len(self.lines) - len(long)} of {len(self.lines)} utterances are not longer than "
            "the segment they tell about"
        )
        where = tuple(map(_speech, long))
        return Measure(
            "concise", round(share, 2), "%", 100.0, not long, detail, where, "advice", CONCISE
        )

    def described(self) -> Measure:
        share = 100 * of.described_share(self.cues, self.film)
        detail = "share of the film in which description speaks; 19 to 47 % in feature films"
        if self.listened:
            free = _seconds(self.pauses)
            used = shared([cue.span for cue in self.cues], self.pauses)
            detail += f"; {used:.1f} of {free:.1f} s of the suitable pauses"
        return Measure("described share", round(share, 2), "%", None, None, detail)

    def longest_silence(self) -> Measure:
        limit = self.rules.silence
        longest = of.longest_silence(self.cues, self.film)
        if longest is None:
            return Measure(
                "longest silence", 0.0, "s", limit, True, "no stretch without description"
            )
        passed = longest.duration <= limit
        detail = f"the longest stretch without description begins at {longest.start:.1f} s"
        if self.listened:
            free = shared([longest], self.pauses)
            detail += f"; {free:.1f} s of it are suitable pauses"
            passed = passed or free < self.rules.suitable_pause
        return Measure(
            "longest silence", round(longest.duration, 2), "s", limit, passed, detail, (longest,)
        )

    # --- shared ---

    def _could_be_said(self) -> bool:
        """Whether the shortest wording of any line, read briskly, fits any suitable pause."""
        lines = [line for line in self.script.descriptions if line.text]
        counts = [min(map(of.count_said, line.wordings)) for line in lines]
        if not counts or not self.listened:
            return bool(counts)
        least = 60.0 * min(counts) / self.rules.planned_rate
        return any(pause.duration >= least for pause in self.pauses)

    def _phrases(self, name: str, kind: str, severity: Severity) -> Measure:
        # imported late: wording loads grammar tables that nothing else here needs
        from scenewise.description.wording import phrase_problems

        english = [cue for cue in self.cues if _is_english(cue.language or self.script.language)]
        if not english and (self.cues or not _is_english(self.script.language)):
            detail = f"not known: the rules are for English, not {self.script.language}"
            return Measure(name, None, "", 0, None, detail, (), severity, LANGUAGE)
        if english and not any(cue.text.strip() for cue in english):
            detail = "not known: no words are at hand"
            return Measure(name, None, "", 0, None, detail, (), severity, LANGUAGE)
        found = [
            (cue, problem)
            for cue in english
            if cue.text.strip()
            for problem in phrase_problems(cue.text)
            if problem.severity == kind
        ]
        detail = _many(found, name.removesuffix("s"))
        if found:
            detail += ": " + _list(f"{_name(cue)} “{problem.excerpt}”" for cue, problem in found)
        where = tuple(cue.span for cue, _ in found)
        return Measure(name, len(found), "", 0, not found, detail, where, severity, LANGUAGE)

    def _timing(
        self,
        name: str,
        value: float | None,
        unit: str,
        limit: float,
        passed: bool | None,
        detail: str,
        where: Iterable[Span],
        source: str = "",
    ) -> Measure:
        severity: Severity = "error" if self.measured else "advice"
        if not self.measured and passed is False:
            detail = f"{detail} ({_SLOTS})"
        return Measure(name, value, unit, limit, passed, detail, tuple(where), severity, source)

    def _distances(self) -> list[tuple[float, Description]]:
        if not self.measured:
            return []
        away = of.distances([_speech(d) for d in self.lines], [_event(d) for d in self.lines])
        return list(zip(away, self.lines, strict=True))


def _is_english(language: str) -> bool:
    return language.partition("-")[0].lower() == "en"


def _event(line: Description) -> float:
    """When what a line tells about is seen; the middle of its segment where that is unknown."""
    return line.event if line.span.contains(line.event) else line.span.middle


def _speech(line: Description) -> Span:
    start = line.start or 0.0
    length = line.duration if line.duration is not None else max(0.0, line.span.end - start)
    return Span(start, start + length)


def _many(items: Sequence[object], noun: str, plural: str = "s") -> str:
    return f"{len(items)} {noun}{plural if len(items) != 1 else ''}"


def _seconds(spans: Iterable[Span]) -> float:
    return sum(span.duration for span in spans)


def _name(cue: Cue) -> str:
    minutes, seconds = divmod(cue.span.start, 60)
    return cue.id or f"{int(minutes)}:{seconds:04.1f}"


def _rate(rate: float) -> str:
    return f"{rate:.0f}" if math.isfinite(rate) else "no time at all"


def _list(items: Iterable[str], most: int = 5) -> str:
    every = list(items)
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more
