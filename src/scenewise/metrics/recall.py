"""Recall@k/N: whether a description can be told from those of its neighbours.

Source: Han et al., "AutoAD II: The Sequel – Who, When, and What in Movie Audio Description",
ICCV 2023, section 4.2. The film is cut into windows of N neighbouring descriptions, half
overlapping; the tail that fills no window is dropped. Within a window each generated text asks
for its own reference among the N, and counts if that is among the k most alike. Papers take
the F1 of BERTScore (roberta-large, layer 17) for how alike; rescaling it changes no rank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scenewise.metrics.similarity import Scores, Similarity


@dataclass(frozen=True)
class Recall:
    """Recall@k/N of several films.

    Args:
        mean: over the films that have a window, each weighing the same; None where none has.
        films: of each film; None for one shorter than a window.
    """

    mean: float | None
    films: tuple[float | None, ...]


def window_starts(length: int, window: int) -> range:
    """Where the windows of a film begin.

    Raises:
        ValueError: a window of no description.
    """
    if window < 1:
        raise ValueError(f"a window holds 1 description or more, not {window}")
    return range(0, length - window + 1, max(window // 2, 1))


def recall_at(similarities: npt.ArrayLike, *, k: int, window: int) -> float | None:
    """Recall@k/N of one film whose similarities are known.

    References that are exactly as alike as the right one (repeated sentences) share its
    place: the text counts as often as it would if ties were broken at random.

    Args:
        similarities: generated (rows) with references (columns) of the same clips, [n, n].
        k: how many answers each text has.
        window: N, how many neighbours there are.

    Returns:
        From 0 to 1; None for a film of fewer than N descriptions.

    Raises:
        ValueError: the matrix is not square or has a value that is not a number, or k or N is
            below 1.
    """
    table = np.asarray(similarities, dtype=np.float64)
    if table.ndim != 2 or table.shape[0] != table.shape[1]:
        raise ValueError(f"one reference for each text is wanted, not {table.shape}")
    starts = window_starts(len(table), window)
    inside = np.array(starts)[:, None] + np.arange(window)  # [windows, N]
    return _accuracy(table[inside[:, :, None], inside[:, None, :]], k) if starts else None


def recall_of_texts(
    generated: Sequence[str],
    references: Sequence[str],
    similarity: Similarity,
    *,
    k: int,
    window: int,
) -> float | None:
    """Recall@k/N of one film from its texts: only those in one window are compared.

    Args:
        generated, references: the texts of the same clips, in the order of the film, [n].
        similarity: asked once for each window.
        k, window: as for `recall_at`.

    Returns, raises:
        As `recall_at`.
    """
    if len(generated) != len(references):
        raise ValueError(f"{len(generated)} texts, but {len(references)} references")
    starts = window_starts(len(generated), window)
    if not starts:
        return None
    tables = [similarity(generated[i : i + window], references[i : i + window]) for i in starts]
    return _accuracy(np.stack(tables), k)


def recall_over_films(films: Sequence[float | None]) -> Recall:
    """The unweighted mean over films of what `recall_at` gave for each."""
    known = [film for film in films if film is not None]
    return Recall(float(np.mean(known)) if known else None, tuple(films))


def _accuracy(windows: Scores, k: int) -> float:
    """Mean over windows [w, N, N] of the share of rows whose diagonal is among the k best."""
    if k < 1:
        raise ValueError(f"a text has 1 answer or more, not {k}")
    if np.isnan(windows).any():
        raise ValueError("a similarity is not a number")
    right = np.diagonal(windows, axis1=1, axis2=2)[:, :, None]  # [w, N, 1]
    better = (windows > right).sum(axis=2)
    tied = (windows == right).sum(axis=2)  # itself among them
    return float(np.clip((k - better) / tied, 0.0, 1.0).mean())
