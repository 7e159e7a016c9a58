"""What experiments come to: figures of each film and seed, and intervals over both.

A figure of a row is the mean over its seeds. Its interval comes from drawing seeds and films with
replacement at once: clips of one film are alike, and so are narrators of one seed. Two rows are
compared on the same draws, seed by seed and film by film.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from scenewise.metrics.cider import cider_d
from scenewise.metrics.distinct import distinct_n, repeated
from scenewise.metrics.intervals import Interval
from scenewise.metrics.recall import recall_of_texts
from scenewise.metrics.rouge import rouge_l
from scenewise.metrics.similarity import word_f1
from scenewise.metrics.tokens import penn_like

MEASURES: Final = (
    "CIDEr", "ROUGE-L", "R@1/5", "R@5/16", "distinct-1", "distinct-2", "repetition",
)  # fmt: skip
"""All times 100. Recall goes by the words that two sentences share. Those of distinct n-grams are
means over films, each by itself."""

LOWER: Final = frozenset({"repetition"})
"""Of these less is better."""

_WINDOWS: Final = {"R@1/5": (1, 5), "R@5/16": (5, 16)}

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Measured:
    """Figures of a row.

    Args:
        values: by measure, [seeds, films].
        weights: by measure, [films]: how much a film counts, 0 where it has no such figure.
    """

    values: Mapping[str, Numbers]
    weights: Mapping[str, Numbers]


def measured(
    told: Sequence[Mapping[str, Sequence[str]]], references: Mapping[str, Sequence[str]]
) -> Measured:
    """The figures of what was told.

    Args:
        told: sentences film by film, of each seed.
        references: what people said, film by film; films in this order.

    Raises:
        ValueError: a film has other clips than its references.
    """
    films = list(references)
    truth = [line for film in films for line in references[film]]
    split = penn_like(truth)
    ends = np.cumsum([0, *(len(references[film]) for film in films)])
    places = [slice(a, b) for a, b in itertools.pairwise(ends)]
    values: dict[str, list[list[float]]] = {name: [] for name in MEASURES}
    for one in told:
        lines = [line for film in films for line in one[film]]
        if len(lines) != len(truth):
            raise ValueError(f"{len(lines)} sentences of {len(truth)} clips")
        words = penn_like(lines)
        for name, measure in (("CIDEr", cider_d), ("ROUGE-L", rouge_l)):
            clips = measure(words, [[text] for text in split]).clips
            values[name].append([100 * float(clips[at].mean()) for at in places])
        for name, (k, window) in _WINDOWS.items():
            found = [
                recall_of_texts(lines[at], truth[at], word_f1, k=k, window=window) for at in places
            ]
            values[name].append([np.nan if v is None else 100 * v for v in found])
        for n in (1, 2):
            values[f"distinct-{n}"].append([100 * distinct_n(words[at], n) for at in places])
        shares = [repeated(words[at]) for at in places]
        values["repetition"].append([100 * float(s.mean()) if len(s) else np.nan for s in shares])
    arrays = {name: np.array(rows) for name, rows in values.items()}
    clips = np.diff(ends).astype(np.float64)
    by_clips = {"CIDEr": clips, "ROUGE-L": clips, "repetition": np.maximum(clips - 1, 0)}
    weights = {
        name: np.where(np.isfinite(rows).all(axis=0), by_clips.get(name, np.ones(len(films))), 0.0)
        for name, rows in arrays.items()
    }
    return Measured({name: np.nan_to_num(rows) for name, rows in arrays.items()}, weights)


def interval(one: Measured, measure: str, *, level: float, resamples: int) -> Interval:
    """A row's figure, with the interval over its seeds and films."""
    return _drawn(one.values[measure], one.weights[measure], level, resamples)


def difference(
    one: Measured, other: Measured, measure: str, *, level: float, resamples: int
) -> Interval:
    """How much higher a row's figure is than another's, on the same seeds and films.

    Raises:
        ValueError: they have other seeds or films.
    """
    a, b = one.values[measure], other.values[measure]
    if a.shape != b.shape:
        raise ValueError(
            f"figures of the same seeds and films are wanted, not {a.shape}, {b.shape}"
        )
    return _drawn(a - b, one.weights[measure], level, resamples)


def _drawn(values: Numbers, weights: Numbers, level: float, resamples: int) -> Interval:
    """The mean of [seeds, films] values, films by their weights, where both are drawn."""
    seeds, films = values.shape
    rng = np.random.default_rng(0)
    of_seeds = rng.multinomial(seeds, np.full(seeds, 1 / seeds), size=resamples) / seeds  # [r, s]
    of_films = rng.multinomial(films, np.full(films, 1 / films), size=resamples) * weights  # [r, n]
    total = of_films.sum(axis=1)
    sums = np.einsum("rs,sn,rn->r", of_seeds, values, of_films, optimize=True)
    means = sums[total > 0] / total[total > 0]
    if not len(means):
        return Interval(float("nan"), float("nan"), float("nan"), level)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    mean = float((values.mean(axis=0) * weights).sum() / weights.sum())
    return Interval(mean, float(low), float(high), level)
