"""Features of films as they are distributed: one vector for each of so many frames a second.

MAD gives CLIP's embeddings at 5 frames a second in one HDF5 file, a data set a film; AutoAD unpacks
them into `FILM.npy`. Nothing else of those films can be had, so that Stage II alone can be trained
on them.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scenewise.core.errors import ComponentMissing, FileMissing, UnknownChoice
from scenewise.core.time import Span
from scenewise.distinctad.annotations import Annotation, Annotations
from scenewise.distinctad.clips import ClipOptions, frame_times
from scenewise.distinctad.feature_cache import LARGEST, FeaturesInvalid, Joined, Rows
from scenewise.distinctad.film_features import Clips, clip_notes, judge_clip

RATE: Final = 5.0
"""Frames a second of MAD's features."""

_HDF5: Final = (".h5", ".hdf5")
_GIVE: Final = "give MAD's CLIP_..._frames_features_5fps.h5, or a folder with FILM.npy of each film"


class PublicFeatures:
    """A file or folder of features of whole films; they stay on the disk.

    Args:
        path: an HDF5 file with a data set [frames, d] a film, or a folder with `FILM.npy` each.
        rate: frames a second.

    Raises:
        FileMissing: it is not there.
        FeaturesInvalid: it is neither of the two.
        ComponentMissing: it is HDF5, and h5py is not installed.
    """

    def __init__(self, path: Path, rate: float = RATE) -> None:
        self.path, self.rate = Path(path), rate
        self._file: Any = None
        if not self.path.exists():
            raise FileMissing("there are no such features", path=self.path, remedy=_GIVE)
        if self.path.is_dir():
            return
        if self.path.suffix.lower() not in _HDF5:
            raise FeaturesInvalid("these are no features of films", path=self.path, remedy=_GIVE)
        try:
            import h5py
        except ImportError as error:
            raise ComponentMissing(
                "reading HDF5 needs h5py", remedy="pip install 'scenewise[research]'"
            ) from error
        try:
            self._file = h5py.File(self.path, "r")
        except OSError as error:
            raise FeaturesInvalid(
                "this file of features is damaged", path=self.path, remedy="fetch it anew"
            ) from error

    def has(self, film: str) -> bool:
        """Whether a film's are here."""
        return film in self._file if self._file is not None else self._npy(film).is_file()

    def of(self, film: str) -> Any:
        """Those of a film, [frames, d]: something that gives rows by number.

        Raises:
            FeaturesInvalid: they are not here, damaged, or have another shape.
        """
        if not self.has(film):
            raise FeaturesInvalid(
                f"there are no features of the film {film}", path=self.path, remedy=_GIVE
            )
        try:
            if self._file is not None:
                rows = self._file[film]
            else:
                rows = np.load(self._npy(film), mmap_mode="r", allow_pickle=False)
            whole = len(rows.shape) == 2 and 0 not in rows.shape and rows.dtype.kind == "f"
        except (OSError, ValueError, EOFError, AttributeError) as error:
            raise FeaturesInvalid(
                f"the features of the film {film} are damaged",
                path=self.path,
                remedy="fetch them anew",
            ) from error
        if not whole:
            raise FeaturesInvalid(
                f"the features of the film {film} are no rows of numbers", path=self.path,
                remedy=_GIVE,
            )  # fmt: skip
        return rows

    def taken(self, film: str, numbers: Rows) -> npt.NDArray[Any]:
        """Rows of a film, [n, d], as far as float16 reaches.

        Args:
            film: whose.
            numbers: of the rows, in increasing order, each once.

        Raises:
            FeaturesInvalid: see `of`; or they are not finite.
        """
        # a list: HDF5 takes no numpy numbers in every version
        rows = np.asarray(self.of(film)[[int(number) for number in numbers]])
        finite = np.isfinite(rows).all(axis=1)
        if not finite.all():
            first = int(numbers[int(np.argmin(finite))])
            raise FeaturesInvalid(
                f"the features of the film {film} are not finite, such as those of its frame "
                f"{first}",
                path=self.path if self._file is not None else self._npy(film),
                remedy="make or fetch them anew, or leave the film out of the table",
            )
        clipped: npt.NDArray[Any] = np.clip(rows, -LARGEST, LARGEST)
        return clipped

    def duration(self, film: str) -> float:
        """Seconds of a film, by the number of its frames.

        Raises:
            FeaturesInvalid: see `of`.
        """
        return float(len(self.of(film)) / self.rate)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()

    def _npy(self, film: str) -> Path:
        return self.path / f"{film}.npy"


def public_clips(
    annotations: Annotations,
    features: PublicFeatures,
    *,
    options: ClipOptions | None = None,
    missing: str = "refuse",
) -> Clips:
    """Clips whose frames are those of distributed features nearest to the wanted times.

    Args:
        annotations: of a table; times are those of the film.
        features: of the films.
        options: which frames.
        missing: `refuse` films without features, or `skip` and tell them.

    Raises:
        FeaturesInvalid: films have none, or none of this width; a clip is short or outside and
            that is refused; no clip is left.
        UnknownChoice: `missing` is neither of the two.
    """
    if missing not in ("refuse", "skip"):
        raise UnknownChoice(f"missing films cannot be {missing!r}", remedy="choose: refuse, skip")
    chosen = options or ClipOptions()
    kept: list[Annotation] = []
    parts: list[tuple[_Gathered, int]] = []
    width: int | None = None
    outside = short = 0
    films = annotations.by_film()
    absent = [film for film in films if not features.has(film)]
    if absent and (missing == "refuse" or len(absent) == len(films)):
        few = ", ".join(absent[:5]) + (", …" if len(absent) > 5 else "")
        raise FeaturesInvalid(
            f"{len(absent)} of {len(films)} films have no features: {few}",
            path=features.path,
            remedy=_GIVE,
        )
    for film, rows in films.items():
        if film in absent:
            continue
        count, d = features.of(film).shape
        if width not in (None, d):
            raise FeaturesInvalid(
                f"the features of {film} have {d} numbers, those before {width}",
                path=features.path,
                remedy="give those of one model",
            )
        width = d
        numbers = [frame_numbers(row.span, count, features.rate, chosen) for row in rows]
        for row, places in zip(rows, numbers, strict=True):
            differ = len(set(places))
            judge_clip(row, differ, chosen)
            outside += not differ
            short += 0 < differ < chosen.frames
        there = [number for number, places in enumerate(numbers) if places]
        if there:
            kept += [rows[number] for number in there]
            table = np.array([numbers[number] for number in there], np.int64)
            parts.append((_Gathered(features, film, table), len(there)))
    if not kept or width is None:
        raise FeaturesInvalid(
            "no clip lies inside its film", remedy="give the films that were annotated"
        )
    notes = clip_notes(outside, short, chosen)
    if absent:
        notes += (f"{len(absent)} films left out: they have no features",)
    about = {"kind": "frames", "model": features.path.name, "frames": chosen.frames}
    return Clips(tuple(kept), Joined(parts, (chosen.frames, width), np.float16), notes, about)


def frame_numbers(span: Span, count: int, rate: float, options: ClipOptions) -> list[int]:
    """Which of a film's frames a clip has; none where the film ends before it.

    Args:
        span: of the clip.
        count: how many frames the film has.
        rate: a second.
        options: how many are wanted.
    """
    times = frame_times(span, options.frames, options.least)
    numbers = [math.floor(max(0.0, time) * rate + 1e-6) for time in times]
    if numbers[0] >= count:
        return []
    return [min(number, count - 1) for number in numbers]


class _Gathered:
    """Clips of a film whose frames lie one after the other."""

    def __init__(self, features: PublicFeatures, film: str, table: Rows) -> None:
        self._features, self._film, self._table = features, film, table

    def take(self, rows: Rows) -> npt.NDArray[Any]:
        """Those of some clips, [n, T, d]."""
        wanted = self._table[rows]  # [n, T]
        # HDF5 gives rows in increasing order only, and each once
        single, back = np.unique(wanted, return_inverse=True)
        return self._features.taken(self._film, single)[back.reshape(wanted.shape)]
