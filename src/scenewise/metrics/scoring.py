"""All figures of a set of predictions, beside those of the baselines.

Figures are printed as papers on audio description print them: times 100, except for
LLM-AD-eval. Intervals come from drawing films, not clips.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from scenewise.core.errors import ComponentMissing
from scenewise.core.progress import Progress, Silent
from scenewise.metrics.score_figures import Figure, Lead
from scenewise.metrics.score_material import AGAINST, COPIED, REFERENCES, SAME, Material
from scenewise.metrics.score_measures import LOWER, Measuring
from scenewise.metrics.score_options import DENSE, ScoreOptions
from scenewise.metrics.score_tools import Tools

_SPLIT_BY_WORDS: Final = frozenset({"CIDEr", "ROUGE-L", "BLEU-4"})


@dataclass(frozen=True)
class Absent:
    """A measure that could not be taken.

    Args:
        measure: its name.
        error: why, and what to do.
        named: whether it was asked for, by its name or by naming what it needs.
    """

    measure: str
    error: ComponentMissing
    named: bool


@dataclass(frozen=True)
class Score:
    """All figures.

    Args:
        clips: how many references count, by film.
        figures: by measure as it is printed (`CIDEr`, `R@5/16`), then by system.
        absent: what could not be taken.
        notes: what a person should know.
        leads: how far the predictions are from the better baseline, by measure.
        differences: how far they are from what they are compared with (`prepare(against=)`).
    """

    clips: Mapping[str, int]
    figures: Mapping[str, Mapping[str, Figure]]
    absent: tuple[Absent, ...]
    notes: tuple[str, ...]
    leads: Mapping[str, Lead] = field(default_factory=dict)
    differences: Mapping[str, Lead] = field(default_factory=dict)

    @staticmethod
    def lower_is_better(measure: str) -> bool:
        """Whether less of it is better."""
        return measure.split(" ")[0] in LOWER


def score(
    material: Material,
    options: ScoreOptions | None = None,
    *,
    tools: Tools | None = None,
    progress: Progress | None = None,
) -> Score:
    """Score predictions and the baselines.

    A measure whose program or model is not here is left out and told; the rest goes on.

    Raises:
        InputError: what belongs to a measure cannot be used, such as a prompt or references
            without times.
        ScenewiseError: a program failed.
    """
    chosen = options or ScoreOptions()
    shown = progress or Silent()
    work = Measuring(material, chosen, tools or Tools(chosen), shown)
    figures: dict[str, dict[str, Figure]] = {}
    leads: dict[str, Lead] = {}
    differences: dict[str, Lead] = {}
    absent: list[Absent] = []
    wanted = [name for name in chosen.chosen if material.matched or name in DENSE]
    with shown.step("Scoring", len(wanted)) as step:
        for name in wanted:
            try:
                for printed, taken in work.measure(name).items():
                    figures[printed] = {
                        system: work.intervals.figure(one) for system, one in taken.items()
                    }
                    for ahead, systems in ((leads, (COPIED, SAME)), (differences, (AGAINST,))):
                        lead = work.intervals.lead(
                            taken[material.predictions.name],
                            {system: taken[system] for system in systems if system in taken},
                            lower_is_better=Score.lower_is_better(printed),
                        )
                        if lead is not None:
                            ahead[printed] = lead
            except ComponentMissing as error:
                absent.append(Absent(name, error, chosen.asked(name)))
            step.advance()
    notes = (*material.notes, *work.told, *_notes(material, chosen, figures))
    return Score(material.clips, figures, tuple(absent), notes, leads, differences)


def _notes(
    material: Material, options: ScoreOptions, figures: Mapping[str, Mapping[str, Figure]]
) -> list[str]:
    """What the figures themselves give occasion to say."""
    notes = []
    films = len(material.clips)
    if films == 1:
        with_one = [
            name for name, row in figures.items() if any(one.interval for one in row.values())
        ]
        but = f", but for {', '.join(with_one)}, whose casts tell films apart" if with_one else ""
        notes.append(f"intervals need several films: figures of one film have none{but}")
    elif films < 10:
        notes.append(f"intervals from {films} films are too narrow")
    for k, window in options.windows if "recall" in options.chosen else ():
        if short := sum(clips < window for clips in material.clips.values()):
            notes.append(
                f"{short} of {films} films have fewer than {window} lines and no R@{k}/{window}"
            )
    if sum(material.clips.values()) == 1 and "CIDEr" in figures:
        notes.append("CIDEr of one description is 0: how rare a word is, other ones tell")
    both = figures.get("CIDEr", {})
    ours, copied = (both.get(name) for name in (material.predictions.name, COPIED))
    values = [one.value for one in (ours, copied) if one and one.value is not None]
    if len(values) == 2 and values[0] < values[1]:
        notes.append("CIDEr is below that of copying the previous line")
    if options.tokens == "penn-like" and figures.keys() & _SPLIT_BY_WORDS:
        notes.append(
            "words are split without Java, in 6,516 of MAD-Eval's 6,520 sentences as "
            "PTBTokenizer does (--tokens penn-java for its own)"
        )
    return notes


__all__ = [
    "AGAINST", "COPIED", "REFERENCES", "SAME", "Absent", "Figure", "Lead", "Score", "score",
]  # fmt: skip
