"""All figures of a set of predictions, beside those of the baselines.

Figures are printed as papers on audio description print them: times 100, except for
LLM-AD-eval. Intervals come from drawing films, not clips.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from scenewise.core.errors import ComponentMissing, InputError
from scenewise.core.progress import Progress, Silent
from scenewise.metrics.baselines import constant, copy_previous
from scenewise.metrics.bleu import bleu_of, bleu_parts
from scenewise.metrics.cider import cider_d
from scenewise.metrics.distinct import distinct_n, repeated
from scenewise.metrics.intervals import Interval, bootstrap_mean, bootstrap_pooled, ratio
from scenewise.metrics.meteor import meteor_of
from scenewise.metrics.recall import recall_of_texts, recall_over_films
from scenewise.metrics.rouge import rouge_l
from scenewise.metrics.score_material import COPIED, REFERENCES, SAME, Material, Told
from scenewise.metrics.score_options import DENSE, ScoreOptions
from scenewise.metrics.score_tools import Tools
from scenewise.metrics.scored import Scored, Tokens
from scenewise.metrics.similarity import word_f1
from scenewise.metrics.soda import Caption, Soda, pooled, soda, soda_t
from scenewise.metrics.tokens import blanks, penn_java, penn_like

_SPLITS: Final = {"penn-like": penn_like, "penn-java": penn_java, "blanks": blanks}
_LOWER: Final = frozenset({"repetition"})
"""Figures that are better when they are lower."""


@dataclass(frozen=True)
class Figure:
    """One figure of one system.

    Args:
        value: of all films together; None where there is none.
        interval: where it may lie; None for one film, or for what is no sum over films.
        films: of each film.
    """

    value: float | None
    interval: Interval | None = None
    films: Mapping[str, float | None] = field(default_factory=dict)


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
    """

    clips: Mapping[str, int]
    figures: Mapping[str, Mapping[str, Figure]]
    absent: tuple[Absent, ...]
    notes: tuple[str, ...]

    @staticmethod
    def lower_is_better(measure: str) -> bool:
        """Whether less of it is better."""
        return measure.split(" ")[0] in _LOWER


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
    work = _Work(material, chosen, tools or Tools(chosen), progress or Silent())
    figures: dict[str, dict[str, Figure]] = {}
    absent: list[Absent] = []
    wanted = [name for name in chosen.chosen if material.matched or name in DENSE]
    with work.progress.step("Scoring", len(wanted)) as step:
        for name in wanted:
            try:
                figures.update(work.measure(name))
            except ComponentMissing as error:
                absent.append(Absent(name, error, chosen.asked(name)))
            step.advance()
    return Score(material.clips, figures, tuple(absent), (*material.notes, *work.notes(figures)))


class _Work:
    """One scoring: texts are split once, and tools made when first needed."""

    def __init__(
        self, material: Material, options: ScoreOptions, tools: Tools, progress: Progress
    ) -> None:
        self.material, self.options, self.tools = material, options, tools
        self.progress = progress
        self.told: list[str] = []
        self._words: dict[str, list[list[str]]] = {}
        self._meteors: dict[str, Scored] = {}
        systems = [material.predictions]
        if material.references:
            lines = material.references.lines
            systems += [
                material.baseline(COPIED, copy_previous(lines)),
                material.baseline(SAME, constant(lines, options.constant)),
            ]
        self.systems = systems

    def measure(self, name: str) -> dict[str, dict[str, Figure]]:
        """The figures of one measure: by printed name, then by system."""
        take: Callable[[Told], Mapping[str, Figure]] = {
            "cider": lambda s: self._clips("CIDEr", s, cider_d),
            "bleu": self._bleu,
            "rouge-l": lambda s: self._clips("ROUGE-L", s, rouge_l),
            "meteor": self._meteor,
            "spice": self._spice,
            "bertscore": self._bertscore,
            "recall": self._recall,
            "llm-ad-eval": self._judged,
            "soda": self._soda,
            "soda-t": self._soda_t,
            "distinct": self._distinct,
            "repetition": self._repetition,
        }[name]
        systems = list(self.systems)
        if name in ("distinct", "repetition") and self.material.references:
            systems.append(self.material.references)
        if name == "llm-ad-eval":  # the baselines would cost as much as the predictions
            systems = systems[:1]
        figures: dict[str, dict[str, Figure]] = {}
        for system in systems:
            for printed, figure in take(system).items():
                figures.setdefault(printed, {})[system.name] = figure
        return figures

    def notes(self, figures: Mapping[str, Mapping[str, Figure]]) -> list[str]:
        """What the figures themselves give occasion to say."""
        notes = list(self.told)
        films = len(self.material.clips)
        if films == 1:
            notes.append("intervals need several films: figures of one film have none")
        elif films < 10:
            notes.append(f"intervals from {films} films are too narrow")
        for k, window in self.options.windows if "recall" in self.options.chosen else ():
            if short := sum(clips < window for clips in self.material.clips.values()):
                notes.append(
                    f"{short} of {films} films have fewer than {window} lines and no R@{k}/{window}"
                )
        both = figures.get("CIDEr", {})
        ours, copied = (both.get(name) for name in (self.material.predictions.name, COPIED))
        values = [one.value for one in (ours, copied) if one and one.value is not None]
        if len(values) == 2 and values[0] < values[1]:
            notes.append("CIDEr is below that of copying the previous line")
        if self.options.tokens == "penn-like" and figures.keys() & {"CIDEr", "ROUGE-L", "BLEU-4"}:
            notes.append(
                "words are split without Java, in 6,516 of MAD-Eval's 6,520 sentences as "
                "PTBTokenizer does (--tokens penn-java for its own)"
            )
        return notes

    # --- texts and films ------------------------------------------------------------------

    def words(self, told: Told) -> list[list[str]]:
        """The words of a system's lines."""
        if told.name not in self._words:
            self._words[told.name] = _SPLITS[self.options.tokens](told.lines)
        return self._words[told.name]

    def _truth(self) -> list[list[Tokens]]:
        assert self.material.references is not None
        return [[text] for text in self.words(self.material.references)]

    def _from_clips(self, values: np.ndarray, corpus: float, scale: float = 100.0) -> Figure:
        """A figure from those of the clips; what is not a number does not count."""
        parts, films = [], {}
        for film, places in self.material.places.items():
            known = values[places][np.isfinite(values[places])]
            parts.append([scale * known.sum(), len(known)])
            films[film] = scale * float(known.mean()) if len(known) else None
        interval = self._interval(parts, ratio)
        return Figure(scale * corpus, interval, films)

    def _interval(
        self,
        parts: Sequence[Sequence[float]] | np.ndarray,
        figure: Callable[[np.ndarray], np.ndarray],
    ) -> Interval | None:
        if len(parts) < 2:
            return None
        given = self.options
        return bootstrap_pooled(
            parts, figure, seed=given.seed, level=given.level, resamples=given.resamples
        )

    # --- measures ---------------------------------------------------------------------------

    def _clips(
        self,
        name: str,
        told: Told,
        measure: Callable[[Sequence[Tokens], Sequence[Sequence[Tokens]]], Scored],
    ) -> dict[str, Figure]:
        scored = measure(self.words(told), self._truth())
        return {name: self._from_clips(scored.clips, scored.corpus)}

    def _bleu(self, told: Told) -> dict[str, Figure]:
        ours, theirs = self.words(told), self._truth()
        parts = np.array(
            [
                bleu_parts([ours[i] for i in places], [theirs[i] for i in places])
                for places in self.material.places.values()
            ]
        )
        whole, films = 100 * bleu_of(parts.sum(axis=0, keepdims=True))[0], 100 * bleu_of(parts)
        names = list(self.material.places)
        return {
            f"BLEU-{n}": Figure(
                float(whole[n - 1]),
                self._interval(parts, lambda sums, n=n: 100 * bleu_of(sums)[:, n - 1]),  # type: ignore[misc]
                dict(zip(names, map(float, films[:, n - 1]), strict=True)),
            )
            for n in range(1, 5)
        }

    def _meteor(self, told: Told) -> dict[str, Figure]:
        """Without an interval: the figure of all clips is no mean of theirs."""
        if not self._meteors:  # its program takes seconds to start: once for all systems
            every = meteor_of([(self.words(one), self._truth()) for one in self.systems])
            self._meteors = {s.name: one for s, one in zip(self.systems, every, strict=True)}
        scored = self._meteors[told.name]
        figure = self._from_clips(scored.clips, scored.corpus)
        return {"METEOR": Figure(figure.value, None, figure.films)}

    def _spice(self, told: Told) -> dict[str, Figure]:
        assert self.material.references is not None
        truth = [[text] for text in self.material.references.lines]
        scored = self.tools.spice(told.lines, truth)
        return {"SPICE": self._from_clips(scored.clips, scored.corpus)}

    def _bertscore(self, told: Told) -> dict[str, Figure]:
        assert self.material.references is not None
        truth = self.material.references.lines
        similarity = self.tools.bert(truth)
        values = np.zeros(len(truth))
        for places in self.material.places.values():
            ours, theirs = [told.lines[i] for i in places], [truth[i] for i in places]
            values[places] = similarity.score(ours, theirs).f1
        return {"BERTScore": self._from_clips(values, float(values.mean()))}

    def _recall(self, told: Told) -> dict[str, Figure]:
        assert self.material.references is not None
        truth = self.material.references.lines
        by_model = bool(self.options.bert)
        similarity = self.tools.bert(truth) if by_model else word_f1
        figures = {}
        for k, window in self.options.windows:
            found = {}
            for film, places in self.material.places.items():
                ours, theirs = [told.lines[i] for i in places], [truth[i] for i in places]
                if by_model:
                    self.tools.bert(truth).remember([*ours, *theirs])
                found[film] = recall_of_texts(ours, theirs, similarity, k=k, window=window)
            whole = recall_over_films(list(found.values()))
            known = [100 * value for value in found.values() if value is not None]
            interval = None
            if len(known) > 1:
                given = self.options
                interval = bootstrap_mean(
                    known, seed=given.seed, level=given.level, resamples=given.resamples
                )
            name = f"R@{k}/{window}" if by_model else f"R@{k}/{window} (words)"
            figures[name] = Figure(
                None if whole.mean is None else 100 * whole.mean,
                interval,
                {film: None if v is None else 100 * v for film, v in found.items()},
            )
        return figures

    def _judged(self, told: Told) -> dict[str, Figure]:
        assert self.material.references is not None
        judged = self.tools.judged(told.lines, self.material.references.lines, self.progress)
        if judged.odd:
            self.told.append(
                f"LLM-AD-eval: {judged.odd} of {len(judged.clips)} answers had no score and do "
                f"not count, such as “{judged.example}”"
            )
        return {"LLM-AD-eval": self._from_clips(judged.clips, judged.corpus, 1.0)}

    def _timed(self) -> Mapping[str, Sequence[Caption]]:
        if not self.material.captions:
            raise InputError(
                "SODA needs references with times", remedy="give them columns start and end"
            )
        return self.material.captions

    def _soda(self, told: Told) -> dict[str, Figure]:
        films = {
            film: soda(told.captions.get(film, ()), truth, word_f1)
            for film, truth in self._timed().items()
        }
        parts = [[200 * one.total, one.generated + one.references] for one in films.values()]
        whole: Soda = pooled(films.values())
        return {
            "SODA (words)": Figure(
                100 * whole.f1,
                self._interval(parts, ratio),
                {film: 100 * one.f1 for film, one in films.items()},
            )
        }

    def _soda_t(self, told: Told) -> dict[str, Figure]:
        films = {
            film: 100 * soda_t(told.captions.get(film, ()), truth, word_f1)
            for film, truth in self._timed().items()
        }
        counts = [len(truth) for truth in self.material.captions.values()]
        parts = [[v * n, n] for v, n in zip(films.values(), counts, strict=True)]
        whole = math.fsum(part[0] for part in parts) / max(sum(counts), 1)
        return {"SODA-T (words)": Figure(whole, self._interval(parts, ratio), films)}

    def _distinct(self, told: Told) -> dict[str, Figure]:
        """Without an interval: a film drawn twice would look like one that repeats itself."""
        words = self.words(told)
        return {
            f"distinct-{n}": Figure(
                100 * distinct_n(words, n),
                None,
                {f: 100 * distinct_n([words[i] for i in p], n) for f, p in told.places.items()},
            )
            for n in (1, 2)
        }

    def _repetition(self, told: Told) -> dict[str, Figure]:
        words = self.words(told)
        films = {f: 100 * repeated([words[i] for i in p]) for f, p in told.places.items()}
        parts = [[shares.sum(), len(shares)] for shares in films.values()]
        count = sum(len(shares) for shares in films.values())
        value = math.fsum(part[0] for part in parts) / count if count else None
        return {
            "repetition": Figure(
                value,
                self._interval(parts, ratio),
                {f: float(shares.mean()) if len(shares) else None for f, shares in films.items()},
            )
        }


__all__ = ["COPIED", "REFERENCES", "SAME", "Absent", "Figure", "Score", "score"]
