"""Fewer numbers a frame: principal components of a whole set, with bounded memory.

Source: Prakash et al. 2023, section 4.2, which reduces "over the set of all flattened image
embeddings" and does not say to how many components. The rows of a set do not fit into memory
(ResNet-50, 8,000 videos: 87 GB), so that the components are found batch by batch, by scikit-learn's
`IncrementalPCA` (Ross et al., "Incremental Learning for Robust Visual Tracking", 2008).
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scenewise.charades.errors import FeaturesInvalid
from scenewise.core.errors import FileMissing
from scenewise.core.options import Checked, option
from scenewise.media.atomic import atomic

Rows = npt.NDArray[np.float32]


@dataclass(frozen=True)
class ReductionOptions(Checked):
    """How far features are reduced, and how much memory that may take."""

    components: int = option(
        64, "numbers a frame is reduced to", low=1, high=2048, flag="pca-components"
    )
    batch: int = option(
        128,
        "frames that the components are found from at a time; never fewer than components",
        low=1,
        unit="frames",
        flag="pca-batch",
    )


@dataclass(frozen=True)
class Reduction:
    """Principal components.

    Args:
        mean: of the rows, float32 [d].
        components: orthonormal, float32 [k, d], the one of most variance first.
        variance: along each, of the rows they were found from, float32 [k].
        share: part of all variance that is along them.
        rows: how many they were found from.
    """

    mean: Rows
    components: Rows
    variance: Rows
    share: float
    rows: int

    def apply(self, rows: npt.NDArray[Any]) -> Rows:
        """Rows [n, d] along the components, float32 [n, k].

        Raises:
            FeaturesInvalid: they have another length than the rows the components are of.
        """
        if rows.ndim != 2 or rows.shape[1] != self.mean.size:
            raise FeaturesInvalid(
                f"features of {rows.shape} do not fit components of {self.mean.size} numbers",
                remedy="find the components again from features of the same model",
            )
        out = np.empty((len(rows), len(self.components)), np.float32)
        for first in range(0, len(rows), 64):
            part = rows[first : first + 64].astype(np.float32) - self.mean
            out[first : first + len(part)] = part @ self.components.T
        return out


def find_components(
    blocks: Iterable[npt.NDArray[Any]], options: ReductionOptions | None = None
) -> Reduction:
    """The principal components of all rows, in one pass over them.

    No more than a batch and the components are held at a time, whatever the number of rows. The
    same rows in the same order give the same components; they come close to, but are not exactly,
    those of all rows at once.

    Args:
        blocks: rows [n, d], such as those of one video each; they may be memory maps.
        options: how many components. There are never more than rows, nor more than d.

    Raises:
        FeaturesInvalid: there is no row, rows differ in length, or one is not finite.
    """
    from sklearn.decomposition import IncrementalPCA

    chosen = options or ReductionOptions()
    pca = None
    for batch in _batches(blocks, chosen.components, max(chosen.components, chosen.batch)):
        if pca is None:
            pca = IncrementalPCA(n_components=min(chosen.components, *batch.shape))
        with np.errstate(divide="ignore", invalid="ignore"):  # variances of a single row
            pca.partial_fit(batch)
    if pca is None:
        raise FeaturesInvalid("there are no frames to find components of")
    return Reduction(
        np.asarray(pca.mean_, np.float32),
        np.asarray(pca.components_, np.float32),
        np.asarray(pca.explained_variance_, np.float32),
        float(np.nan_to_num(pca.explained_variance_ratio_.sum(), nan=1.0)),
        int(pca.n_samples_seen_),
    )


def save_reduction(path: Path, reduction: Reduction) -> None:
    """Write components as .npz.

    Raises:
        OutputUnwritable: see `media.atomic.atomic`.
    """
    with atomic(path) as temporary, temporary.open("wb") as stream:
        np.savez(
            stream,
            mean=reduction.mean,
            components=reduction.components,
            variance=reduction.variance,
            share=np.float64(reduction.share),
            rows=np.int64(reduction.rows),
        )


def load_reduction(path: Path) -> Reduction:
    """What `save_reduction` wrote.

    Raises:
        FileMissing: there is no such file.
        FeaturesInvalid: it is damaged.
    """
    again = "find the components again"
    try:
        with np.load(path, allow_pickle=False) as held:
            mean, components, variance = (
                np.asarray(held[name], np.float32) for name in ("mean", "components", "variance")
            )
            share, rows = float(held["share"]), int(held["rows"])
    except FileNotFoundError as error:
        raise FileMissing("there are no such components", path=path, remedy=again) from error
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise FeaturesInvalid("the components are damaged", path=path, remedy=again) from error
    if components.ndim != 2 or components.shape != (variance.size, mean.size):
        raise FeaturesInvalid("the components are damaged", path=path, remedy=again)
    return Reduction(mean, components, variance, share, rows)


def _batches(blocks: Iterable[npt.NDArray[Any]], least: int, size: int) -> Iterator[Rows]:
    """All rows in order, in batches of `size`; the last has `least` to `size` + `least` - 1, if
    there are as many: a step needs as many rows as there are components."""
    held: Rows | None = None
    filled = 0
    for block in blocks:
        if block.ndim != 2 or (held is not None and block.shape[1] != held.shape[1]):
            raise FeaturesInvalid(
                f"features of {block.shape} are not of one length with those before",
                remedy="encode all videos with the same model",
            )
        if held is None:
            held = np.empty((size + least, block.shape[1]), np.float32)
        start = 0
        while start < len(block):
            part = np.asarray(block[start : start + len(held) - filled], np.float32)
            if not np.isfinite(part).all():
                raise FeaturesInvalid("a feature is not finite", remedy="encode the videos again")
            held[filled : filled + len(part)] = part
            filled += len(part)
            start += len(part)
            if filled == len(held):
                yield held[:size]
                held[:least] = held[size:].copy()
                filled = least
    if held is not None and filled:
        yield held[:filled]
