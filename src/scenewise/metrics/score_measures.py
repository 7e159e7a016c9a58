"""Each measure of predictions and baselines: of all films, of each, and of films drawn anew."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from scenewise.core.errors import InputError
from scenewise.core.progress import Progress
from scenewise.metrics.ad_matching import film_key
from scenewise.metrics.baselines import constant, copy_previous
from scenewise.metrics.bleu import bleu_of, bleu_parts
from scenewise.metrics.casts import EVERY_FILM, Casts, film_in
from scenewise.metrics.cider import cider_d
from scenewise.metrics.coreference import film_text, mentions
from scenewise.metrics.critic import critic
from scenewise.metrics.distinct import distinct_n, distinct_without, repeated
from scenewise.metrics.intervals import ratio
from scenewise.metrics.meteor import MeteorScored, meteor, meteor_of, meteor_of_sums
from scenewise.metrics.recall import recall_of_texts, recall_over_films
from scenewise.metrics.rouge import rouge_l
from scenewise.metrics.score_figures import Intervals, Taken
from scenewise.metrics.score_material import COPIED, SAME, Material, Told
from scenewise.metrics.score_options import ScoreOptions
from scenewise.metrics.score_tools import Tools
from scenewise.metrics.scored import Scored, Tokens
from scenewise.metrics.similarity import PairSimilarity, Scores, Similarity, word_f1
from scenewise.metrics.soda import Caption, Soda, pooled, soda, soda_t
from scenewise.metrics.tokens import blanks, penn_java, penn_like

LOWER: Final = frozenset({"repetition"})
"""Figures that are better when they are lower."""

_SPLITS: Final = {"penn-like": penn_like, "penn-java": penn_java, "blanks": blanks}


class Measuring:
    """One scoring: texts are split once, and tools made when first needed.

    Args:
        material: what is scored.
        options: how.
        tools: models and programs.
        progress: told of what takes long.
    """

    def __init__(
        self, material: Material, options: ScoreOptions, tools: Tools, progress: Progress
    ) -> None:
        self.material, self.options, self.tools = material, options, tools
        self.progress = progress
        self.intervals = Intervals(
            seed=options.seed, level=options.level, resamples=options.resamples
        )
        self.told: list[str] = []
        """What a person should know of the measures taken so far."""
        self._words: dict[str, list[list[str]]] = {}
        self._meteors: dict[str, MeteorScored] = {}
        self._alike_pairs: dict[tuple[str, str], float] = {}
        self._judgements: dict[str, Scores] = {}
        self._critics: dict[str, dict[str, tuple[float, float]]] = {}
        lines = material.references.lines
        self.told_by = [material.predictions, *([material.against] if material.against else ())]
        """Systems that are no baselines."""
        self.systems = [
            *self.told_by,
            material.baseline(COPIED, copy_previous(lines)),
            material.baseline(SAME, constant(lines, options.constant)),
        ]

    def measure(self, name: str) -> dict[str, dict[str, Taken]]:
        """The figures of one measure: by printed name, then by system.

        Raises:
            ComponentMissing: its program or model is not here.
            InputError: what belongs to it cannot be used.
            ScenewiseError: its program failed.
        """
        take: Callable[[Told], Mapping[str, Taken]] = {
            "cider": lambda s: self._clips("CIDEr", s, cider_d),
            "bleu": self._bleu,
            "rouge-l": lambda s: self._clips("ROUGE-L", s, rouge_l),
            "meteor": self._meteor,
            "spice": self._spice,
            "bertscore": self._bertscore,
            "recall": self._recall,
            "llm-ad-eval": self._judged,
            "critic": self._critic,
            "soda": self._soda,
            "soda-t": self._soda_t,
            "distinct": self._distinct,
            "repetition": self._repetition,
        }[name]
        systems = list(self.systems)
        if name in ("distinct", "repetition"):
            systems.append(self.material.references)
        if name == "llm-ad-eval" and not self.options.judge_baselines:
            systems = self.told_by
        figures: dict[str, dict[str, Taken]] = {}
        for system in systems:
            for printed, figure in take(system).items():
                figures.setdefault(printed, {})[system.name] = figure
        return figures

    # --- texts and films ------------------------------------------------------------------

    def words(self, told: Told) -> list[list[str]]:
        """The words of a system's lines."""
        if told.name not in self._words:
            self._words[told.name] = _SPLITS[self.options.tokens](told.lines)
        return self._words[told.name]

    def _truth(self) -> list[list[Tokens]]:
        return [[text] for text in self.words(self.material.references)]

    def _from_clips(self, values: np.ndarray, corpus: float, scale: float = 100.0) -> Taken:
        """A figure from those of the clips; what is not a number does not count."""
        clips = {film: scale * values[places] for film, places in self.material.places.items()}
        parts = {}
        for film, of_film in clips.items():
            known = of_film[np.isfinite(of_film)]
            parts[film] = (float(known.sum()), float(len(known)))
        return replace(self._from_parts(scale * corpus, parts), clips=clips)

    def _from_parts(self, value: float | None, parts: Mapping[str, tuple[float, float]]) -> Taken:
        """A figure that is one sum over films by another; films without any do not count."""
        kept = {film: part for film, part in parts.items() if part[1]}
        return Taken(
            value,
            {film: part[0] / part[1] if part[1] else None for film, part in parts.items()},
            self.intervals.drawn(list(kept.values()), ratio),
            among=tuple(kept),
        )

    # --- measures ---------------------------------------------------------------------------

    def _clips(
        self,
        name: str,
        told: Told,
        measure: Callable[[Sequence[Tokens], Sequence[Sequence[Tokens]]], Scored],
    ) -> dict[str, Taken]:
        scored = measure(self.words(told), self._truth())
        return {name: self._from_clips(scored.clips, scored.corpus)}

    def _bleu(self, told: Told) -> dict[str, Taken]:
        ours, theirs = self.words(told), self._truth()
        parts = np.array(
            [
                bleu_parts([ours[i] for i in places], [theirs[i] for i in places])
                for places in self.material.places.values()
            ]
        )
        whole, films = 100 * bleu_of(parts.sum(axis=0, keepdims=True))[0], 100 * bleu_of(parts)
        drawn = self.intervals.drawn(parts, lambda sums: 100 * bleu_of(sums))
        names = tuple(self.material.places)
        return {
            f"BLEU-{n + 1}": Taken(
                float(whole[n]),
                dict(zip(names, map(float, films[:, n]), strict=True)),
                None if drawn is None else drawn[:, n],
                among=names,
            )
            for n in range(4)
        }

    def _meteor(self, told: Told) -> dict[str, Taken]:
        """The figure of all clips is no mean of theirs: it comes from summed statistics, and so
        do those of films and of films drawn anew."""
        if not self._meteors:  # its program takes seconds to start: once for all systems
            every = meteor_of([(self.words(one), self._truth()) for one in self.systems])
            self._meteors = {s.name: one for s, one in zip(self.systems, every, strict=True)}
        scored = self._meteors[told.name]
        names = tuple(self.material.places)
        parts = np.array(
            [scored.statistics[places].sum(axis=0) for places in self.material.places.values()]
        )
        films = 100 * meteor_of_sums(parts)
        drawn = self.intervals.drawn(parts, lambda sums: 100 * meteor_of_sums(sums))
        by_film = dict(zip(names, map(float, films), strict=True))
        return {"METEOR": Taken(100 * scored.corpus, by_film, drawn, among=names)}

    def _spice(self, told: Told) -> dict[str, Taken]:
        truth = [[text] for text in self.material.references.lines]
        scored = self.tools.spice(told.lines, truth)
        return {"SPICE": self._from_clips(scored.clips, scored.corpus)}

    def _bertscore(self, told: Told) -> dict[str, Taken]:
        truth = self.material.references.lines
        similarity = self.tools.bert(truth)
        values = np.zeros(len(truth))
        for places in self.material.places.values():
            ours, theirs = [told.lines[i] for i in places], [truth[i] for i in places]
            values[places] = similarity.score(ours, theirs).f1
        return {"BERTScore": self._from_clips(values, float(values.mean()))}

    def _recall(self, told: Told) -> dict[str, Taken]:
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
            mean = recall_over_films(list(found.values())).mean
            parts = {  # a film counts once, however many lines it has
                film: (0.0, 0.0) if value is None else (100 * value, 1.0)
                for film, value in found.items()
            }
            name = f"R@{k}/{window}" if by_model else f"R@{k}/{window} (words)"
            figures[name] = self._from_parts(None if mean is None else 100 * mean, parts)
        return figures

    def _judged(self, told: Told) -> dict[str, Taken]:
        """The judge is asked about all systems at once: so its questions are counted together,
        and a model in a folder is loaded once."""
        if not self._judgements:
            truth = self.material.references.lines
            systems = self.systems if self.options.judge_baselines else self.told_by
            judged = self.tools.judged(
                [line for one in systems for line in one.lines],
                [*truth] * len(systems),
                self.progress,
            )
            grades = np.split(judged.clips, len(systems))
            self._judgements = {one.name: g for one, g in zip(systems, grades, strict=True)}
            if judged.odd:
                of = ", ".join(
                    f"{np.isnan(one).sum()} of {name}"
                    for name, one in self._judgements.items()
                    if np.isnan(one).any()
                )
                self.told.append(
                    f"LLM-AD-eval: {judged.odd} of {len(judged.clips)} answers had no score and "
                    f"do not count ({of}), such as “{judged.example}”"
                )
        clips = self._judgements[told.name]
        known = clips[np.isfinite(clips)]
        figure = self._from_clips(clips, float(known.mean()) if len(known) else math.nan, 1.0)
        return {"LLM-AD-eval": figure if len(known) else Taken(None, figure.films)}

    def _critic(self, told: Told) -> dict[str, Taken]:
        """Of all sentences whose reference speaks of someone, a film's together: a film is what
        has a cast, so that the clips of one film are read as one."""
        if not self._critics:  # the program loads its model: once for all systems
            self._critics = self._critics_of_systems()
        parts = self._critics[told.name]
        return {"CRITIC": self._from_parts(_whole(parts), parts)}

    def _critics_of_systems(self) -> dict[str, dict[str, tuple[float, float]]]:
        casts = self.tools.casts(self.material.rows)
        films: dict[str, list[int]] = {}
        unknown: set[str] = set()
        for i, row in enumerate(self.material.rows):
            key = film_in(casts, row)
            if key is None:
                unknown.add(row.film)
            else:
                films.setdefault(key or film_key(row.film), []).append(i)
        if unknown:
            self.told.append(f"CRITIC: {len(unknown)} films have no cast and do not count")
        systems = [self.material.references, *self.systems]
        texts = {
            (one.name, film): film_text(_cast(casts, film), [one.lines[i] for i in places])
            for one in systems
            for film, places in films.items()
        }
        found = self.tools.clusters([text for text, _ in texts.values()], self.progress)
        clusters = {
            key: mentions(*text, spans)
            for (key, text), spans in zip(texts.items(), found, strict=True)
        }
        labels = _labels({f: {self.material.rows[i].film for i in films[f]} for f in films})
        parts: dict[str, dict[str, tuple[float, float]]] = {}
        for one in self.systems:
            parts[one.name] = {}
            for film, places in films.items():
                shares = critic(
                    _cast(casts, film),
                    clusters[one.name, film],
                    clusters[self.material.references.name, film],
                    len(places),
                )
                parts[one.name][labels[film]] = (100 * math.fsum(shares), float(len(shares)))
        if not any(part[1] for part in parts[self.systems[0].name].values()):
            self.told.append("CRITIC: no reference speaks of anybody in the cast")
        return parts

    def _timed(self) -> Mapping[str, Sequence[Caption]]:
        if not self.material.captions:
            raise InputError(
                "SODA needs references with times", remedy="give them columns start and end"
            )
        return self.material.captions

    def _soda(self, told: Told) -> dict[str, Taken]:
        name, alike = self._alike()
        films = {
            film: soda(told.captions.get(film, ()), truth, alike)
            for film, truth in self._timed().items()
        }
        parts = {
            film: (200 * one.total, float(one.generated + one.references))
            for film, one in films.items()
        }
        whole: Soda = pooled(films.values())
        return {name: self._from_parts(100 * whole.f1, parts)}

    def _alike(self) -> tuple[str, Similarity]:
        """How alike texts are for SODA, and what it is called then."""
        if self.options.soda_by == "meteor":
            return "SODA", self._alike_by_meteor()
        if self.options.soda_by == "bertscore":
            model = self.tools.bert(self.material.references.lines)
            return "SODA (BERTScore)", PairSimilarity(lambda a, b: model.score(a, b).f1)
        return "SODA (words)", word_f1

    def _alike_by_meteor(self) -> PairSimilarity:
        """METEOR of the pairs of all films and systems that SODA will ask for, from one start of
        its program, which takes seconds."""
        known = self._alike_pairs
        if not known:

            def noted(ours: Sequence[str], theirs: Sequence[str]) -> Scores:
                known.update(dict.fromkeys(zip(ours, theirs, strict=True), 0.0))
                return np.zeros(len(ours))

            for system in self.systems:
                for film, truth in self._timed().items():
                    soda(system.captions.get(film, ()), truth, PairSimilarity(noted))
            if known:
                split = _SPLITS[self.options.tokens]
                ours, theirs = (split(texts) for texts in zip(*known, strict=True))
                values = meteor(ours, [[text] for text in theirs]).clips
                known.update(zip(known, map(float, values), strict=True))
        return PairSimilarity(
            lambda ours, theirs: np.array([known[pair] for pair in zip(ours, theirs, strict=True)])
        )

    def _soda_t(self, told: Told) -> dict[str, Taken]:
        parts = {}
        for film, truth in self._timed().items():
            share = 100 * soda_t(told.captions.get(film, ()), truth, word_f1)
            parts[film] = (share * len(truth), float(len(truth)))
        return {"SODA-T (words)": self._from_parts(_whole(parts), parts)}

    def _distinct(self, told: Told) -> dict[str, Taken]:
        """Films are left out one by one, not drawn: drawn twice, a film would look like one that
        repeats itself."""
        words = self.words(told)
        films = {film: [words[i] for i in places] for film, places in told.places.items()}
        return {
            f"distinct-{n}": Taken(
                100 * distinct_n(words, n),
                {film: 100 * distinct_n(lines, n) for film, lines in films.items()},
                without=100 * distinct_without(list(films.values()), n),
                among=tuple(films),
            )
            for n in (1, 2)
        }

    def _repetition(self, told: Told) -> dict[str, Taken]:
        words = self.words(told)
        parts = {}
        for film, places in told.places.items():
            shares = 100 * repeated([words[i] for i in places])
            parts[film] = (float(shares.sum()), float(len(shares)))
        return {"repetition": self._from_parts(_whole(parts), parts)}


def _cast(casts: Casts, film: str) -> Sequence[str]:
    return casts.get(film) or casts.get(EVERY_FILM, ())


def _labels(films: Mapping[str, set[str]]) -> dict[str, str]:
    """What films of casts are shown as: as their rows name them where that names no other, so that
    episodes of one series are not taken for each other."""
    shown = {film: next(iter(names)) if len(names) == 1 else film for film, names in films.items()}
    times = Counter(shown.values())
    return {
        film: name if times[name] == 1 and (name == film or name not in films) else film
        for film, name in shown.items()
    }


def _whole(parts: Mapping[str, tuple[float, float]]) -> float | None:
    """One sum over films by the other; None where there is nothing to count."""
    count = math.fsum(part[1] for part in parts.values())
    return math.fsum(part[0] for part in parts.values()) / count if count else None
