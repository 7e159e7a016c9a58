"""How alike the clips of a context look, before and after Stage I, and how alike what is said of
them is (figure B.2).

Fang et al. 2025, appendix B: "The visual clip features are derived through mean pooling over T
frame embeddings encoded by the CLIP Vision encoder, while the AD features are obtained from the
[CLS] embeddings encoded by the CLIP Text encoder."
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from scenewise.distinctad.figures_boxes import Box, boxes, draw
from scenewise.distinctad.figures_drawing import panels, told
from scenewise.metrics.intervals import Interval, bootstrap_difference, bootstrap_mean

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Vectors = npt.NDArray[np.floating[Any]]

BEFORE, AFTER, SAID = "before", "after", "said"
NAMES: Final = {
    BEFORE: "clips, CLIP as it was",
    AFTER: "clips, after Stage I",
    SAID: "what is said of them",
}
"""Columns of the figure, in its order."""


def clip_vectors(frames: Vectors) -> Vectors:
    """Clips as the means of their frames, each frame of unit length: [n, T, d] to [n, d]; with
    all tokens of frames [n, T, tokens, d], of which the first is the frame's embedding."""
    rows = np.asarray(frames, np.float64)
    if rows.ndim == 4:
        rows = rows[:, :, 0]
    return np.asarray(unit_rows(rows).mean(axis=1))


def similarities(vectors: Vectors) -> Vectors:
    """Cosines of each with each: [n, d] to [n, n]."""
    unit = unit_rows(np.asarray(vectors, np.float64))
    return np.asarray(unit @ unit.T)


def off_diagonal(matrix: Vectors) -> float:
    """The mean of a matrix [n, n] without its diagonal; n is 2 at least."""
    n = len(matrix)
    return float((matrix.sum() - np.trace(matrix)) / (n * (n - 1)))


def by_distance(matrices: Sequence[Vectors]) -> list[float]:
    """The mean cosine of clips that are 1, 2, … N - 1 apart in their film, over all matrices that
    reach so far. Where the first is above the others, matrices have blocks about their diagonal.
    """
    longest = max(map(len, matrices))
    return [
        float(np.mean(np.concatenate([np.diagonal(m, k) for m in matrices if len(m) > k])))
        for k in range(1, longest)
    ]


@dataclass(frozen=True)
class Context:
    """Clips that follow each other.

    Args:
        film: of which film.
        start, end: seconds, of the first and the last.
        matrices: [n, n] each, by a key of `NAMES`.
    """

    film: str
    start: float
    end: float
    matrices: Mapping[str, Vectors]


@dataclass(frozen=True)
class Alike:
    """How alike clips of a context are, over all contexts.

    Args:
        means: of the off-diagonal cosines, of all films alike, with intervals from drawing films.
        change: what Stage I changes, both drawn together; None where there is but one of the two.
        distances: see `by_distance`.
        films: how many there are.
    """

    means: Mapping[str, Interval]
    change: Interval | None
    distances: Mapping[str, Sequence[float]]
    films: int


def alike(contexts: Sequence[Context], *, seed: int = 0) -> Alike:
    """What all contexts have in common.

    Args:
        contexts: one at least, each with the same keys.
        seed: where the chance of intervals comes from.
    """
    films = list(dict.fromkeys(one.film for one in contexts))
    values: dict[str, list[float]] = {}
    for name in contexts[0].matrices:
        values[name] = [
            float(np.mean([off_diagonal(c.matrices[name]) for c in contexts if c.film == film]))
            for film in films
        ]
    change = None
    if BEFORE in values and AFTER in values:
        change = bootstrap_difference(values[AFTER], values[BEFORE], seed=seed)
    return Alike(
        {name: bootstrap_mean(rows, seed=seed) for name, rows in values.items()},
        change,
        {name: by_distance([c.matrices[name] for c in contexts]) for name in values},
        len(films),
    )


def told_apart(context: Context) -> list[Box]:
    """Clips that follow each other and that Stage I tells apart; none where it was not done."""
    if not {BEFORE, AFTER} <= context.matrices.keys():
        return []
    return boxes(context.matrices[BEFORE], context.matrices[AFTER])


def figure_of(shown: Sequence[Context]) -> Figure:
    """A row for each context, a column for each kind; all on one scale, darker where more alike.
    The mean without the diagonal stands above each. Boxes are around clips that Stage I tells
    apart, before and after it."""
    names = [name for name in NAMES if name in shown[0].matrices]
    low = min(float(c.matrices[name].min()) for c in shown for name in names)
    figure, rows = panels(3.0 * len(names) + 1.4, 3.05 * len(shown) + 0.5, len(shown), len(names))
    picture = None
    for at, (axes_row, context) in enumerate(zip(rows, shown, strict=True)):
        for axes, name in zip(axes_row, names, strict=True):
            matrix = context.matrices[name]
            picture = axes.imshow(matrix, cmap="Blues", vmin=low, vmax=1.0)
            mean = f"mean {told(off_diagonal(matrix))}"
            axes.set_title(f"{NAMES[name]}\n{mean}" if not at else mean, fontsize=10)
            ticks = sorted({0, len(matrix) // 2, len(matrix) - 1})
            axes.set_xticks(ticks, [str(tick + 1) for tick in ticks], fontsize=8)
            axes.set_yticks(ticks, [str(tick + 1) for tick in ticks], fontsize=8)
            axes.tick_params(length=2)
            if name in (BEFORE, AFTER):
                draw(axes, told_apart(context))
        axes_row[0].set_ylabel(
            f"{_short(context.film)}\n{context.start:.0f} to {context.end:.0f} s", fontsize=9
        )
    assert picture is not None
    every = [axes for row in rows for axes in row]
    figure.colorbar(picture, ax=every, shrink=0.6 / len(shown) ** 0.5, label="cosine")
    return figure


def _short(name: str, longest: int = 24) -> str:
    return name if len(name) <= longest else name[: longest - 1] + "…"


def unit_rows(rows: Vectors) -> Vectors:
    """[..., d], each row of length 1; one that is nothing stays so."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12))
