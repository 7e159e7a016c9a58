"""H, Ĥ and H̃ of a context on a plane, and how far apart they keep its clips (figure 6).

Fang et al. 2025, section 4.3: "we show the t-SNE visualizations of H, Ĥ and H̃, using the same
perplexity value across all visualizations". The paper's figure is of data drawn at random; here it
is of a narrator's own vectors of a film's clips. A plane of t-SNE shows who is near whom and says
nothing of how far; the numbers beside it are taken in the space of the vectors themselves.

Each of a clip's T' vectors answers one of the Perceiver's queries, and vectors of one query are
like each other whatever the clip. So vectors are also shown less the mean of their query over the
context: what is left tells clips apart or does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from scenewise.distinctad.errors import ClipsInvalid
from scenewise.distinctad.figures_drawing import RULE, panels, told
from scenewise.distinctad.figures_similarity import unit_rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Vectors = npt.NDArray[np.floating[Any]]
Labels = npt.NDArray[np.int64]

PARTS: Final = {"own": "H", "restored": "Ĥ", "attended": "H̃"}
"""Fields of `refining.Parts`, and what the paper calls them."""

WHAT: Final = {
    "own": "as the Perceiver makes them",
    "restored": "made of the bases again",
    "attended": "looking at the bases",
}

LEAST: Final = 6
"""Fewer vectors have no neighbourhoods worth a picture."""


@dataclass(frozen=True)
class Apart:
    """How far apart the clips of a context are.

    Args:
        silhouette: mean over vectors of (b - a) / max(a, b), where a is the mean cosine distance
            to the others of their clip and b that to the nearest other clip (Rousseeuw 1987):
            1 for clips that lie far apart, 0 and below where they lie among each other.
        own_mean: share of vectors that are nearer to the mean of the others of their clip than to
            that of any other clip. The borders between means are planes: what the paper calls
            linear separability, of vectors that the means did not see.
        rank: how many directions the vectors need, by the entropy of their principal components'
            shares (Roy and Vetterli 2007); 1 for vectors on a line.
    """

    silhouette: float
    own_mean: float
    rank: float


def apart(vectors: Vectors, labels: Labels) -> Apart:
    """How far apart clips are.

    Args:
        vectors: [n, C].
        labels: [n], which clip each is of; two clips at least, of two vectors at least.

    Raises:
        ValueError: there are fewer, or numbers differ.
    """
    from sklearn.metrics import silhouette_score

    vectors = np.asarray(vectors, np.float64)
    clips, place, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    if vectors.ndim != 2 or len(vectors) != len(labels) or len(clips) < 2 or sizes.min() < 2:
        raise ValueError("clips are apart if there are two at least, of two vectors at least")
    unit = unit_rows(vectors)
    if np.allclose(unit, unit[0]):  # nothing tells one from another
        return Apart(0.0, 1 / len(clips), 1.0)
    sums = np.zeros((len(clips), vectors.shape[1]))
    np.add.at(sums, place, unit)
    means = unit_rows(sums)  # [clips, C]
    near = unit @ means.T  # [n, clips]
    own = unit_rows(sums[place] - unit)  # without the vector itself
    rows = np.arange(len(unit))
    near[rows, place] = (unit * own).sum(axis=1)
    others = near.copy()
    others[rows, place] = -np.inf
    return Apart(
        float(silhouette_score(unit, place, metric="cosine")),
        float((near[rows, place] > others.max(axis=1)).mean()),
        _rank(vectors),
    )


def on_plane(vectors: Vectors, *, perplexity: float = 30.0, seed: int = 0) -> Vectors:
    """Vectors on a plane by t-SNE (van der Maaten and Hinton 2008), of cosine distances.

    Args:
        vectors: [n, C].
        perplexity: how many neighbours count, about; see `fitting_perplexity`.
        seed: where chance comes from.

    Returns:
        [n, 2].

    Raises:
        ClipsInvalid: fewer than `LEAST` vectors.
    """
    from sklearn.manifold import TSNE

    if len(vectors) < LEAST:
        raise ClipsInvalid(
            f"{len(vectors)} vectors are too few for a plane of them",
            remedy=f"show a context of at least {LEAST}",
        )
    made: Vectors = TSNE(
        perplexity=fitting_perplexity(len(vectors), perplexity),
        metric="cosine",
        init="random",  # the only one that distances allow; the seed makes it the same each time
        random_state=seed,
        n_jobs=1,
    ).fit_transform(unit_rows(np.asarray(vectors, np.float64)))
    return made


def fitting_perplexity(count: int, wanted: float) -> float:
    """The perplexity that so many vectors allow: a third of the others at most."""
    return float(min(wanted, max(1.0, (count - 1) / 3)))


def centred(vectors: Vectors) -> Vectors:
    """Vectors [N, T', C] less the mean of each query over the clips; nothing where what is left is
    no more than rounding."""
    vectors = np.asarray(vectors, np.float64)
    left = vectors - vectors.mean(axis=0, keepdims=True)
    rounding = np.linalg.norm(left) <= _ROUNDING * np.linalg.norm(vectors)
    return np.zeros_like(left) if rounding else left


_ROUNDING: Final = 1e-5


@dataclass(frozen=True)
class Measured:
    """How far apart the clips of a context are, in some vectors.

    Args:
        whole: of the vectors as they are.
        by_query: their silhouette by query instead of clip.
        centred: of the vectors less the means of their queries.
    """

    whole: Apart
    by_query: float
    centred: Apart

    @property
    def plain(self) -> dict[str, float]:
        """As numbers by name."""
        return {
            "silhouette": self.whole.silhouette,
            "by_query": self.by_query,
            "own_mean": self.whole.own_mean,
            "directions": self.whole.rank,
            "centred_silhouette": self.centred.silhouette,
            "centred_own_mean": self.centred.own_mean,
            "centred_directions": self.centred.rank,
        }


def measured(vectors: Vectors) -> Measured:
    """Measure vectors [N, T', C] of two clips at least.

    Raises:
        ClipsInvalid: there are fewer clips, or one vector a clip.
    """
    n, t, channels = vectors.shape
    if n < 2 or t < 2:
        raise ClipsInvalid(
            f"{n} clips of {t} vectors cannot be told apart",
            remedy="show at least two clips, of a narrator with at least two vectors a clip",
        )
    clips = np.repeat(np.arange(n), t)
    rows = vectors.reshape(-1, channels)
    return Measured(
        apart(rows, clips),
        apart(rows, np.tile(np.arange(t), n)).silhouette,
        apart(centred(vectors).reshape(-1, channels), clips),
    )


@dataclass(frozen=True)
class Plane:
    """One panel.

    Args:
        part: a key of `PARTS`.
        centred: whether it is of vectors less the means of their queries.
        points: [n, 2].
        clips: [n], which clip each is of, counted from 1.
        apart: how far apart they are in their own space.
    """

    part: str
    centred: bool
    points: Vectors
    clips: Labels
    apart: Apart


def planes(
    parts: Mapping[str, Vectors], *, perplexity: float = 30.0, seed: int = 0
) -> tuple[Plane, ...]:
    """The panels of a context: all parts as they are, then all less the means of their queries.

    Args:
        parts: [N, T', C] each, of clips that are there, by a key of `PARTS`.
        perplexity, seed: see `on_plane`.

    Raises:
        ClipsInvalid: too few clips or vectors.
    """
    found = {part: measured(vectors) for part, vectors in parts.items()}
    made = []
    for less in (False, True):
        for part, vectors in parts.items():
            n, t, channels = vectors.shape
            rows = (centred(vectors) if less else np.asarray(vectors)).reshape(n * t, channels)
            points = np.zeros((n * t, 2))
            if rows.any():
                points = on_plane(rows, perplexity=perplexity, seed=seed)
            one = found[part].centred if less else found[part].whole
            made.append(Plane(part, less, points, np.repeat(np.arange(1, n + 1), t), one))
    return tuple(made)


def figure_of(shown: Sequence[Plane]) -> Figure:
    """The panels, in a row as they are and in a row less the means of their queries: each vector is
    the number of its clip, and clips that follow each other have like colours, from dark to light.
    """
    from matplotlib import colormaps

    rows = [
        own for own in ([p for p in shown if p.centred == less] for less in (False, True)) if own
    ]
    figure, every = panels(4.4 * len(rows[0]) + 0.4, 4.9 * len(rows) + 0.1, len(rows), len(rows[0]))
    for axes_row, row in zip(every, rows, strict=True):
        for axes, plane in zip(axes_row, row, strict=True):
            # not up to its end, whose yellow nobody sees on white
            colours = colormaps["viridis"](np.linspace(0, 0.82, int(plane.clips.max())))
            axes.plot(*plane.points.T, ",", alpha=0)  # so that the axes fit
            for (x, y), clip in zip(plane.points, plane.clips, strict=True):
                axes.text(x, y, str(clip), color=colours[clip - 1], fontsize=8,
                          fontweight="bold", ha="center", va="center", clip_on=True)  # fmt: skip
            what = "less the mean of each query" if plane.centred else WHAT[plane.part]
            axes.set_title(f"{PARTS[plane.part]}, {what}", loc="left", fontweight="bold")
            axes.set_xlabel(
                f"silhouette by clip {told(plane.apart.silhouette)}, nearest to its clip's mean "
                f"{plane.apart.own_mean:.0%}",
                fontsize=9,
            )
            axes.set_xticks([])
            axes.set_yticks([])
            axes.margins(0.06)
            axes.spines[:].set_color(RULE)
    return figure


def _rank(vectors: Vectors) -> float:
    """e to the entropy of the shares of the singular values of centred vectors."""
    values = np.linalg.svd(vectors - vectors.mean(axis=0), compute_uv=False)
    shares = values / max(values.sum(), 1e-12)
    shares = shares[shares > 0]
    return float(np.exp(-(shares * np.log(shares)).sum())) if len(shares) else 1.0
