"""The limits of audio description, each with its source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from scenewise.core.options import Checked, nested, option
from scenewise.description.gaps import SUITABLE

DIALOGUE_FIRST: Final = "Netflix audio description style guide 2.5: dialogue first"
GAPS: Final = "WCAG 2.2 technique H96: descriptions fit the pauses"
UNUSED_PAUSES: Final = "WCAG 2.2 failure F113: suitable pauses are used"
RATE: Final = "WCAG 3 draft: under 3 words a second; never above 300 words a minute"
WITH_THE_VISUAL: Final = "W3C WAI media guide: with the visual or just before it"
NEAR: Final = "Sterner et al. 2026: professionals stay within 10 s of the event"
LANGUAGE: Final = "DCMP Description Key: present tense, nothing about the camera, no judgement"
CONCISE: Final = "Chen 2025, section 4.1: not longer than the segment it describes"


@dataclass(frozen=True)
class CheckRules(Checked):
    """The limits. Each stands beside what professionals were measured to do.

    Ten described feature films (6,520 lines): median rate 138 words a minute; description
    speaks 19 to 47 % of the time; the longest stretch without any is 73 to 215 s a film, and
    394 s in a musical; 4 lines repeat another within a minute.
    """

    overlap: float = option(
        0.0, "speech over dialogue that is let pass", low=0, high=10_000, unit="ms",
        flag="max-overlap", group="Check",
    )  # fmt: skip
    rate: float = option(
        300.0, "no utterance is faster", low=60, high=600, unit="words/min", flag="max-rate",
        group="Check",
    )  # fmt: skip
    planned_rate: float = option(
        200.0, "description as a whole is not faster", low=60, high=600, unit="words/min",
        group="Check",
    )  # fmt: skip
    fewest_words: int = option(
        4, "utterances with fewer words have no rate worth speaking of", low=1, high=50,
        group="Check",
    )  # fmt: skip
    suitable_pause: float = option(
        SUITABLE, "pauses from this length on are suitable for description", low=0.5, high=30,
        unit="s", group="Check",
    )  # fmt: skip
    reach: float = option(
        10.0, "an utterance this far from its event is near it", low=0.5, high=120, unit="s",
        flag="max-distance", group="Check",
    )  # fmt: skip
    near: float = option(
        99.0, "share of utterances near their events", low=0, high=100, unit="%", group="Check"
    )
    repetition_window: float = option(
        60.0, "time within which nothing is said twice", low=0, high=7200, unit="s", group="Check"
    )
    likeness: float = option(
        0.8, "share of common words from which two lines say the same", low=0.1, high=1,
        group="Check",
    )  # fmt: skip
    silence: float = option(
        240.0, "longest stretch of the film without description", low=1, high=36_000, unit="s",
        flag="max-silence", group="Check",
    )  # fmt: skip


@dataclass(frozen=True)
class SoundRules(Checked):
    """Limits of the described sound, measured on the finished film."""

    loudness: float = option(
        2.0, "how far description may be from the dialogue in loudness", low=0, high=40, unit="LU",
        flag="max-loudness-difference", group="Check",
    )  # fmt: skip
    peak: float = option(
        -2.0, "highest true peak of the described sound", low=-20, high=0, unit="dBTP",
        flag="max-peak", group="Check",
    )  # fmt: skip
    audible: float = option(
        0.99, "least share of utterances that must really be heard", low=0, high=1,
        flag="least-audible", group="Check",
    )  # fmt: skip


@dataclass(frozen=True)
class CheckOptions(Checked):
    """What a script and a described film are held to, and by which sounds the film is measured."""

    script: CheckRules = nested(CheckRules)
    sound: SoundRules = nested(SoundRules)
    original: str = option(
        "",
        "the film that a described film was made from, to hear what was added "
        "(default: the other sound in the described film itself)",
        group="Check",
    )
    stream: int | None = option(
        None,
        "which stream of a described film is its described sound, as FFmpeg counts "
        "(default: the one that is flagged as such; with --original, the film's sound)",
        low=0,
        group="Check",
    )
