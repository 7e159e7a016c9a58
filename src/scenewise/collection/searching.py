"""From a question to moments in videos, best first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from scenewise.collection import fusion
from scenewise.collection.arithmetic import Question
from scenewise.collection.calibration import Chance, bulk, chance, sampled
from scenewise.collection.nearest import similarities, top
from scenewise.collection.results import Hit, Moment, Why
from scenewise.collection.rough import REFINED, exactly
from scenewise.collection.types import Matrix, TextMatch
from scenewise.core.options import Checked, option

_EACH: Final = 10
"""Frames looked at for each video that is shown, at first."""

_SAME: Final = 0.02
"""Seconds within which two times are of one frame; the matrix keeps fewer digits."""


@dataclass(frozen=True)
class SearchOptions(Checked):
    """How results are chosen."""

    limit: int = option(20, "videos that are shown at most", low=1, high=10_000)
    moments: int = option(3, "moments of a video that are shown at most", low=1, high=1000)
    apart: float = option(2.0, "least time between two of them", low=0, high=3600, unit="s")
    least: float = option(0.0, "score under which nothing is shown", low=0, high=1)
    barring: float = option(
        0.25, "how much a frame loses that shows what is not wanted", low=0, high=10
    )


def search(
    matrix: Matrix,
    question: Question,
    *,
    options: SearchOptions | None = None,
    only: Collection[str] | None = None,
    words: Sequence[TextMatch] = (),
    weights: Mapping[str, float] | None = None,
    group_of: Callable[[str], Hashable] | None = None,
) -> tuple[Hit, ...]:
    """The moments that answer a question best, grouped by video.

    A frame's value is its similarity with the question less, for everything that is not
    wanted, barring · w · σ · max(0, z − 1), where z says by how many spreads the frame stands
    out for it and σ is the spread of the similarities with the question. What the values mean
    is `calibration`; how words join in is `fusion`.

    Args:
        matrix: of the collection.
        question: see `arithmetic.resolve`.
        options: how results are chosen.
        only: the videos that may be found; None for all. Scores are still set against the
            whole collection, so that they do not depend on it.
        words: what a full-text search for `question.words` found.
        weights: how much each word of these counts (see `fusion.weighed`); None for all alike.
        group_of: what copies of each other have in common; only the best of a group is shown,
            with the names of the others that were found.

    Returns:
        Best first; a video whose best moment scores the same lies behind the one that is more
        similar.
    """
    options = options or SearchOptions()
    allowed = _allowed(matrix, question.without, only)
    values, pictures = frame_values(matrix, question, options.barring, allowed=allowed)
    seen = values if question.vector.any() else None
    found = _words_found(question, words, weights, only)
    count = 0 if seen is None else min(len(values), _EACH * options.limit)
    while True:
        chosen = top(values, count, allowed=allowed)
        best = chosen if group_of is not None else _of_first(matrix, chosen, options.limit)
        rows = np.union1d(best, _rows_of(matrix, found))
        hits = _folded(_hits(matrix, rows, seen, pictures, found, options), group_of)
        if len(hits) >= options.limit or len(chosen) < count or count in (0, len(values)):
            return hits[: options.limit]
        count = min(len(values), count * 4)


def frame_values(
    matrix: Matrix,
    question: Question,
    barring: float,
    *,
    allowed: npt.NDArray[np.bool_] | None = None,
) -> tuple[npt.NDArray[np.float32], Chance]:
    """How well each frame answers a question, float32 [n], and what chance looks like.

    In a matrix with a first look (`rough`) the values of the best frames are exact, those of
    the others within a few thousandths of their spread.

    Args:
        matrix: of the collection.
        question: see `arithmetic.resolve`.
        barring: how much a frame loses that shows what is not wanted.
        allowed: the frames that may be found, bool [n]; None for all.
    """
    barred = question.barred if barring else question.barred[:0]
    queries = np.concatenate([question.vector[None], barred])
    if matrix.rough is None:
        similar = similarities(matrix.vectors, queries)
    else:
        similar = matrix.rough.similarities(queries)
    terms = _terms(similar, question.weights, barring)
    values = _valued(similar, terms)
    if matrix.rough is not None:
        rows = np.sort(top(values, REFINED, allowed=allowed))
        values[rows] = _valued(exactly(matrix.vectors[rows], queries), terms)
    return values, chance(values)


class _Term(NamedTuple):
    """What a frame loses for one thing that is not wanted: from `least` on, `slope` times the
    similarity beyond it."""

    least: float
    slope: float


def _terms(
    similar: npt.NDArray[np.float32], weights: npt.NDArray[np.float32], barring: float
) -> list[_Term]:
    """A term for each row of similarities but the first, which is that of the question."""
    if len(similar) < 2 or not similar.shape[1]:
        return []
    _, spread = bulk(sampled(similar[0]))
    terms = []
    for one, weight in zip(similar[1:], weights, strict=True):
        middle, own = bulk(sampled(one))
        terms.append(_Term(middle + own, barring * float(weight) * spread / own))
    return terms


def _valued(similar: npt.NDArray[np.float32], terms: Sequence[_Term]) -> npt.NDArray[np.float32]:
    """Values of frames, float32 [n], from their similarities [1 + terms, n]."""
    values = similar[0]
    for one, term in zip(similar[1:], terms, strict=False):  # none where there are no frames
        loss = np.maximum(one - term.least, 0.0)
        values = values - (term.slope * loss).astype(np.float32)
    return values


_Found = dict[str, list[tuple[TextMatch, float]]]


def _allowed(
    matrix: Matrix, without: Collection[str], only: Collection[str] | None
) -> npt.NDArray[np.bool_] | None:
    """The rows of videos that may be found, bool [n]; None for all."""
    if only is None and not without:
        return None
    kept = np.full(len(matrix.ids), only is None)
    for names, may in ((only or (), True), (without, False)):
        kept[[matrix.places[name] for name in names if name in matrix.places]] = may
    return np.asarray(kept[matrix.video])


def _words_found(
    question: Question,
    words: Sequence[TextMatch],
    weights: Mapping[str, float] | None,
    only: Collection[str] | None,
) -> _Found:
    """By video: texts that hold words of the question, and the share of them."""
    wanted = None if only is None else frozenset(only)
    least = fusion.LEAST if question.vector.any() else 0.0
    found: _Found = defaultdict(list)
    for match in words:
        if match.id in question.without or (wanted is not None and match.id not in wanted):
            continue
        share = question.said * fusion.share_found(question.words, match.words, weights)
        barred = any(fusion.share_found(one, match.words) == 1 for one in question.unwanted)
        if share > least and not barred:
            found[match.id].append((match, share))
    return found


def _rows_of(matrix: Matrix, found: _Found) -> npt.NDArray[np.int64]:
    """All rows of the videos in which words were found."""
    if not found:
        return np.zeros(0, np.int64)
    named = np.zeros(len(matrix.ids), np.bool_)
    named[[matrix.places[name] for name in found if name in matrix.places]] = True
    return np.flatnonzero(named[matrix.video])


def _of_first(matrix: Matrix, rows: npt.NDArray[np.int64], limit: int) -> npt.NDArray[np.int64]:
    """Of rows, best first, those of the first few videos. The others can be no result: so many
    better ones are there, of which words only make more of some."""
    videos = matrix.video[rows]
    _, first = np.unique(videos, return_index=True)
    return rows[np.isin(videos, videos[np.sort(first)[:limit]])]


def _hits(
    matrix: Matrix,
    rows: npt.NDArray[np.int64],
    values: npt.NDArray[np.float32] | None,
    pictures: Chance,
    found: _Found,
    options: SearchOptions,
) -> list[Hit]:
    """Videos of some rows and of the words, best first; without values of words alone."""
    moments: dict[str, list[Moment]] = defaultdict(list)
    scores = np.zeros(len(rows)) if values is None else pictures.score(values[rows])
    for row, score in zip(rows.tolist(), scores.tolist(), strict=True):
        name = matrix.ids[int(matrix.video[row])]
        time = float(matrix.time[row])
        value = None if values is None else float(values[row])
        there = [one for one in found.get(name, ()) if _at(one[0], time)]
        best = max(there, key=lambda one: one[1], default=None)
        moments[name].append(_moment(time, value, score, best))
    for name, matches in found.items():
        if name not in moments:  # a video without frames
            best = max(matches, key=lambda one: one[1])
            moments[name].append(_moment(best[0].time, None, 0.0, best))
    hits = []
    for name, known in moments.items():
        kept = _apart(sorted(known, key=_order), options)
        if kept:
            hits.append(Hit(name, kept[0].score, tuple(kept)))
    return sorted(hits, key=lambda hit: (*_order(hit.moments[0]), hit.id))


def _at(match: TextMatch, time: float) -> bool:
    """Whether words are about the frame at a time: seen there, or said of the whole video."""
    return match.time is None or abs(match.time - time) < _SAME


def _moment(
    time: float | None, value: float | None, picture: float, words: tuple[TextMatch, float] | None
) -> Moment:
    text, share = (words[0].words, words[1]) if words else ("", 0.0)
    score = fusion.joined(picture, fusion.evidence(share))
    return Moment(time, score, Why(picture, value, text, share))


def _order(moment: Moment) -> tuple[float, float]:
    similarity = moment.why.similarity
    return -moment.score, 2.0 if similarity is None else -similarity


def _apart(moments: Sequence[Moment], options: SearchOptions) -> list[Moment]:
    """The best moments that score enough, none too near to a better one."""
    kept: list[Moment] = []
    for moment in moments:
        if len(kept) == options.moments or moment.score < options.least:
            break
        if all(
            moment.time is not None
            and one.time is not None
            and abs(moment.time - one.time) >= options.apart
            for one in kept
        ):
            kept.append(moment)
    return kept


def _folded(hits: Sequence[Hit], group_of: Callable[[str], Hashable] | None) -> tuple[Hit, ...]:
    """The best hit of each group, with the names of the others."""
    if group_of is None:
        return tuple(hits)
    groups: dict[Hashable, list[Hit]] = defaultdict(list)
    for hit in hits:
        groups[group_of(hit.id)].append(hit)
    return tuple(
        Hit(best.id, best.score, best.moments, tuple(other.id for other in others))
        for best, *others in groups.values()
    )
