"""How well a collection is searched: queries whose answers are known, asked in several ways.

Lai 2023 measures its search (task 2, text with images) by MRR@5 and MAP@5. Here the same and
nDCG and recall are measured for words alone, pictures alone, both, and sums of ideas, each with
a bootstrap interval over queries. The measures are those of trec_eval, by way of ir_measures:

    MRR@k   mean of 1/rank of the first answer among the first k, 0 where there is none
    MAP@k   mean of (Σ precision at the rank of each answer among the first k) / answers there are

The article says of its MAP@5 that "on average, 85.7% of those results are relevant", so that 1
was within reach of every query there. As MAP@k is divided by all answers there are, a query with
more than k of them cannot reach 1; `WayResult.ceiling` says how far a perfect search would get.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from scenewise.collection.arithmetic import Sums
from scenewise.collection.evaluation_files import Trial, Unusable
from scenewise.collection.query import Phrase, Picture, Query, read_phrases, read_picture
from scenewise.collection.results import Hit
from scenewise.collection.searching import SearchOptions
from scenewise.core.errors import ComponentMissing, InputError, OptionInvalid
from scenewise.core.options import Checked, option
from scenewise.core.progress import Progress, Silent
from scenewise.metrics.intervals import Interval, bootstrap_mean

Way = Literal["text", "image", "text and image", "arithmetic", "without plus and minus", "whole"]
"""How queries are asked: `text`, `image` and `text and image` those without plus and minus, by
the parts named; `arithmetic` those with plus or minus, and `without plus and minus` the same
by their text and image alone; `whole` every query with all that it has."""

WAYS: Final[tuple[Way, ...]] = (
    "text", "image", "text and image", "arithmetic", "without plus and minus", "whole",
)  # fmt: skip

PAPER: Final[Mapping[str, float]] = {"MRR@5": 0.895, "MAP@5": 0.857}
"""Lai 2023, "Performance Metrics": text and image on 7,500 short videos, task 2."""


@dataclass(frozen=True)
class EvaluateOptions(Checked):
    """What is measured."""

    k: int = option(5, "results that MRR, MAP, nDCG and recall look at", low=1, high=1000)
    depth: int = option(
        20, "results asked for; recall is measured there too", low=1, high=10_000, unit="videos"
    )
    seed: int = option(0, "the same seed gives the same intervals", low=0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.depth < self.k:
            raise OptionInvalid(
                f"--depth cannot be {self.depth} where --k is {self.k}",
                remedy="ask for as many results as are looked at, or more",
            )

    @property
    def measures(self) -> tuple[str, ...]:
        """Their names, in the order of the table."""
        k, depth = self.k, self.depth
        deep = (f"recall@{depth}",) if depth > k else ()
        return (f"MRR@{k}", f"MAP@{k}", f"nDCG@{k}", f"recall@{k}", *deep)


class Searched(Protocol):
    """What is evaluated: `collection.Collection`, or whatever else can be searched."""

    def search(
        self, query: Query, *, options: SearchOptions, sums: Sums, fold: bool
    ) -> tuple[Hit, ...]:
        """Videos that answer a query, best first."""
        ...


@dataclass(frozen=True)
class Scored:
    """One query asked in one way.

    Args:
        id: of the query.
        way: how it was asked.
        figures: by measure, 0 to 1.
        found: ids of videos, best first.
    """

    id: str
    way: Way
    figures: Mapping[str, float]
    found: tuple[str, ...]


@dataclass(frozen=True)
class WayResult:
    """All queries asked in one way.

    Args:
        way: how they were asked.
        count: how many they are.
        figures: by measure: the mean over queries with its interval of 95 %.
        ceiling: of MAP@k, for a perfect search.
    """

    way: Way
    count: int
    figures: Mapping[str, Interval]
    ceiling: float


@dataclass(frozen=True)
class Evaluation:
    """How well a collection was searched.

    Args:
        ways: those in which any query could be asked, in the order of `WAYS`.
        scored: each query in each way.
        failures: queries that could not be asked.
        notes: what a person should know to read the figures.
    """

    ways: tuple[WayResult, ...]
    scored: tuple[Scored, ...]
    failures: tuple[Unusable, ...] = ()
    notes: tuple[str, ...] = ()

    def way(self, way: Way) -> WayResult | None:
        """The figures of one way; None where no query could be asked so."""
        return next((one for one in self.ways if one.way == way), None)

    @property
    def run(self) -> dict[str, tuple[str, ...]]:
        """What was found for each query asked whole (see `evaluation_files.write_run`)."""
        return {one.id: one.found for one in self.scored if one.way == "whole"}


def evaluate(
    searched: Searched,
    trials: Sequence[Trial],
    grades: Mapping[str, Mapping[str, int]],
    *,
    known: Collection[str],
    sees: bool = True,
    options: EvaluateOptions | None = None,
    sums: Sums = "balanced",
    progress: Progress | None = None,
) -> Evaluation:
    """Ask queries in every way that they allow, and score what is found.

    Copies are not folded: each video is judged by itself. Videos without a judgement count as
    no answers. A query that fails in one way is left out of all, so that ways can be compared.

    Args:
        searched: the collection.
        trials: the queries.
        grades: by query and video; above 0 for an answer.
        known: ids of all videos of the collection.
        sees: whether it has vectors; else only words are asked.
        options: what is measured.
        sums: how ideas are added.
        progress: told of every query.

    Raises:
        InputError: no query has a judgement, or no video judged is in the collection.
        ComponentMissing: the library of the measures is not installed.
    """
    options = options or EvaluateOptions()
    score = _scorer(options)
    answers = {
        name: {video: grade for video, grade in judged.items() if grade > 0}
        for name, judged in grades.items()
    }
    asked = [trial for trial in trials if answers.get(trial.id)]
    notes = _notes(trials, asked, answers, frozenset(known))
    failures: list[Unusable] = []
    runs: dict[Way, dict[str, tuple[str, ...]]] = defaultdict(dict)
    wanted = SearchOptions(limit=options.depth, moments=1)
    with (progress or Silent()).step("Asking queries", len(asked)) as step:
        for trial in asked:
            try:
                for way, found in _asked(searched, trial, wanted, sums, sees).items():
                    runs[way][trial.id] = found
            except InputError as error:
                failures.append(Unusable(f"query {trial.id}", str(error)))
            step.advance()
    if not sees:
        notes.append("the collection was made without a model; only words were asked")
    scored = [
        Scored(name, way, figures, runs[way][name])
        for way in WAYS
        if way in runs
        for name, figures in score(answers, runs[way]).items()
    ]
    ways = tuple(_summed(way, scored, answers, options) for way in WAYS if way in runs)
    notes += _ceilings(ways, options)
    return Evaluation(ways, tuple(scored), tuple(failures), tuple(notes))


def ways_of(trial: Trial, *, sees: bool = True) -> dict[Way, Query]:
    """The queries that a trial stands for.

    Args:
        trial: with text, image, plus and minus.
        sees: whether pictures can be asked for.

    Raises:
        InputError: its picture cannot be read, or a weight in it is none.
    """
    texts = (Phrase(trial.text),) if trial.text else ()
    pictures = (Picture(read_picture(trial.image)),) if trial.image and sees else ()
    plus, minus = read_phrases(trial.plus), read_phrases(trial.minus)
    ways: dict[Way, Query] = {}
    if trial.plus or trial.minus:
        if trial.image and not sees:
            return {}
        ways["arithmetic"] = Query(texts, pictures, plus=plus, minus=minus)
        if texts or pictures:
            ways["without plus and minus"] = Query(texts, pictures)
        ways["whole"] = ways["arithmetic"]
        return ways
    if texts:
        ways["text"] = ways["whole"] = Query(texts)
    if pictures:
        ways["image"] = ways["whole"] = Query((), pictures)
    if texts and pictures:
        ways["text and image"] = ways["whole"] = Query(texts, pictures)
    return ways


def _asked(
    searched: Searched, trial: Trial, wanted: SearchOptions, sums: Sums, sees: bool
) -> dict[Way, tuple[str, ...]]:
    """What is found for a query in each way; no query is asked twice."""
    known: dict[int, tuple[str, ...]] = {}
    found: dict[Way, tuple[str, ...]] = {}
    for way, query in ways_of(trial, sees=sees).items():
        if id(query) not in known:
            hits = searched.search(query, options=wanted, sums=sums, fold=False)
            known[id(query)] = tuple(hit.id for hit in hits)
        found[way] = known[id(query)]
    return found


_Answers = Mapping[str, Mapping[str, int]]
_Runs = Mapping[str, Sequence[str]]


def _scorer(options: EvaluateOptions) -> Callable[[_Answers, _Runs], dict[str, dict[str, float]]]:
    """A function that gives the figures of each query of a run, by query and measure."""
    try:
        import ir_measures
    except ImportError as error:
        raise ComponentMissing(
            "an evaluation needs a library that is not installed (ir_measures)",
            remedy="run: pip install 'scenewise[collection]'",
        ) from error
    k = options.k
    kinds: list[Any] = [ir_measures.RR @ k, ir_measures.AP @ k, ir_measures.nDCG @ k,
                        ir_measures.R @ k]  # fmt: skip
    if options.depth > k:
        kinds.append(ir_measures.R @ options.depth)
    names = dict(zip(map(str, kinds), options.measures, strict=True))

    def score(answers: _Answers, runs: _Runs) -> dict[str, dict[str, float]]:
        judged = {name: dict(answers[name]) for name in runs}
        # ranks as scores without ties: the calibrated scores of many results are 1
        ranked = {
            name: {video: 1.0 / rank for rank, video in enumerate(videos, 1)}
            for name, videos in runs.items()
        }
        figures: dict[str, dict[str, float]] = {name: {} for name in runs}
        for one in ir_measures.iter_calc(kinds, judged, ranked):
            figures[one.query_id][names[str(one.measure)]] = float(one.value)
        return figures

    return score


def _summed(
    way: Way, scored: Sequence[Scored], answers: _Answers, options: EvaluateOptions
) -> WayResult:
    mine = [one for one in scored if one.way == way]
    figures = {
        name: bootstrap_mean([one.figures[name] for one in mine], seed=options.seed)
        for name in options.measures
    }
    possible = [min(1.0, options.k / len(answers[one.id])) for one in mine]
    return WayResult(way, len(mine), figures, sum(possible) / len(possible))


def _notes(
    trials: Sequence[Trial],
    asked: Sequence[Trial],
    answers: _Answers,
    known: Collection[str],
) -> list[str]:
    """What of the queries and judgements does not fit together."""
    if not asked:
        raise InputError(
            "no query has a video that is judged to answer it",
            remedy="use the same ids in queries and judgements",
        )
    notes = []
    if left := len(trials) - len(asked):
        notes.append(f"{left} of {len(trials)} queries have no answer judged and are left out")
    if others := len(answers.keys() - {trial.id for trial in trials}):
        notes.append(f"{others} of {len(answers)} judged queries are not among the queries")
    wanted = {video for trial in asked for video in answers[trial.id]}
    missing = wanted - set(known)
    if missing == wanted:
        raise InputError(
            f"none of the {len(wanted)} videos judged to answer is in the collection",
            remedy="name videos by the ids that a search shows",
        )
    if missing:
        notes.append(
            f"{len(missing)} of {len(wanted)} videos judged to answer are not in the collection "
            f"(such as {min(missing)}) and count as not found"
        )
    return notes


def _ceilings(ways: Sequence[WayResult], options: EvaluateOptions) -> list[str]:
    return [
        f"{one.way}: MAP@{options.k} can be {one.ceiling:.3f} at most, as some queries have "
        f"more than {options.k} answers"
        for one in ways
        if one.ceiling < 0.9995
    ]
