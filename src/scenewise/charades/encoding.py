"""From the videos of a sample to the pictures that CLIP sees.

Source: Prakash et al. 2023, section 4: frames, features of a ResNet, principal components,
clusters, grids. Whatever is there already is not made again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scenewise.charades.data import video_path
from scenewise.charades.encoding_options import EncodeOptions
from scenewise.charades.errors import VideosMissing
from scenewise.charades.feature_store import FeatureStore
from scenewise.charades.features import GridEncoder, flattened
from scenewise.charades.frame_store import FrameStore, Looked
from scenewise.charades.grid_making import Making, make_pictures
from scenewise.charades.looking import LookOptions, looked_at
from scenewise.charades.methods import USUAL, Method, method_named
from scenewise.charades.pictures import Pictures
from scenewise.charades.reduction import (
    Reduction,
    find_components,
    load_reduction,
    save_reduction,
)
from scenewise.charades.runs import SPLITS, Run
from scenewise.core.errors import InputError, OutputUnwritable, ScenewiseError
from scenewise.core.progress import Progress, Silent
from scenewise.media.atomic import atomic_text
from scenewise.media.reading import Film


@dataclass(frozen=True)
class Encoded:
    """What came of it.

    Args:
        pictures: of each method, by its name.
        broken: videos that are left out, by id, and why.
        partly: videos that could be read in part only and are used as far as they go, by id, and
            what is wrong with them.
        share: part of all variance of the features that the components keep; None where no
            method needs them.
    """

    pictures: Mapping[str, Pictures]
    broken: Mapping[str, str]
    partly: Mapping[str, str]
    share: float | None = None


def encode(
    run: Run,
    methods: Sequence[str] = USUAL,
    options: EncodeOptions | None = None,
    *,
    allow_download: bool = True,
    progress: Progress | None = None,
) -> Encoded:
    """Make the pictures of some methods for all videos of a run's sample.

    Args:
        run: with a sample.
        methods: their names.
        options: how.
        allow_download: whether the ResNet may be fetched.
        progress: who shows how far it is.

    Raises:
        FileMissing, RunInvalid: there is no sample.
        UnknownChoice: there is no such method.
        VideosMissing: some videos cannot be used and shall not be left out; or none can be used.
        ModelMissing, OptionInvalid: see `features.GridEncoder`.
        OutputUnwritable: the folder cannot be written to.
    """
    # a method with a label has the pictures of that without
    wanted = [method_named(name) for name in {method_named(name).shows: 0 for name in methods}]
    work = _Work(run, options or EncodeOptions(), allow_download, progress or Silent())
    clusters = any(method.choice == "clusters" for method in wanted)
    broken = work.look(clusters)
    reduction = work.reduced(broken) if clusters else None
    return Encoded(
        {method.name: work.pictures(method, broken, reduction) for method in wanted},
        broken,
        work.partly(broken),
        reduction.share if reduction is not None else None,
    )


class _Work:
    """One run, its stores and its options."""

    def __init__(
        self, run: Run, options: EncodeOptions, allow_download: bool, progress: Progress
    ) -> None:
        self.run, self.options, self.progress = run, options, progress
        self.sample = run.sample()
        self.frames = FrameStore(run.frames, asdict(options.look))
        self._allow_download = allow_download
        self._features: FeatureStore | None = None

    def look(self, with_features: bool) -> dict[str, str]:
        """Frames, and what the ResNet sees of them; tells which videos cannot be used."""
        videos = [self._path(video.id) for split in SPLITS for video in self.sample.split(split)]
        encoder = self._encoder() if with_features else None
        broken: dict[str, str] = {}
        with self.progress.step("Looking at the videos", len(videos)) as bar:
            for video in videos:
                try:
                    self._look_at(video, encoder)
                except OutputUnwritable:
                    raise
                except InputError as error:
                    broken[video.stem] = error.what
                bar.advance()
        if broken and (self.options.broken == "refuse" or len(broken) == len(videos)):
            raise VideosMissing(
                f"{len(broken)} of {len(videos)} videos cannot be used: {_listed(broken)}",
                path=self.sample.videos,
                remedy="put the videos there whole"
                + ("" if len(broken) == len(videos) else ", or leave them out: --broken skip"),
            )
        return broken

    def partly(self, broken: Mapping[str, str]) -> dict[str, str]:
        """Videos that could be read in part only, and what is wrong with them."""
        ids = [video.id for split in SPLITS for video in self.sample.split(split)]
        told = {id: "; ".join(self.frames.damage(id)) for id in ids if id not in broken}
        return {id: what for id, what in told.items() if what}

    def reduced(self, broken: Mapping[str, str]) -> Reduction:
        """The components of the features of all videos to train on."""
        store = self._features
        assert store is not None
        videos = [self._path(one.id) for one in self.sample.train if one.id not in broken]
        mark = self.run.reduction.with_suffix(".json")
        told = _plain([store.folder.name, asdict(self.options.reduction), [v.stem for v in videos]])
        if _text(mark) == told:
            try:
                return load_reduction(self.run.reduction)
            except ScenewiseError:
                pass  # removed or damaged: it is found again
        with self.progress.step("Finding components", len(videos)) as bar:

            def blocks() -> Iterator[npt.NDArray[np.float16]]:
                for block in store.blocks(videos):
                    yield block
                    bar.advance()

            reduction = find_components(blocks(), self.options.reduction)
        save_reduction(self.run.reduction, reduction)
        atomic_text(mark, told)
        return reduction

    def pictures(
        self, method: Method, broken: Mapping[str, str], reduction: Reduction | None
    ) -> Pictures:
        """The pictures of a method, and their list."""
        made = Making(self.run, method, self.frames, self.options, self._choice_of(method))
        if method.choice == "clusters":
            assert reduction is not None
            store = self._features
            assert store is not None

            def vectors(id: str) -> npt.NDArray[np.floating[Any]]:
                return reduction.apply(store.get(self._path(id)).rows)

            made.vectors = vectors
        return make_pictures(made, self.sample, broken, self.progress)

    def _choice_of(self, method: Method) -> str:
        """What else the choice of key frames hangs on."""
        if method.choice != "clusters":
            return method.choice
        digest = hashlib.sha256(self.run.reduction.read_bytes()).hexdigest()[:16]
        return f"{digest} {self.options.seed}"

    def _encoder(self) -> GridEncoder:
        with self.progress.step("Loading the ResNet"):
            encoder = GridEncoder(
                self.options.resnet,
                batch_size=self.options.batch,
                device=self.options.device,
                precision=self.options.precision,
                allow_download=self._allow_download,
                progress=self.progress,
            )
        self._features = FeatureStore(
            self.run.features, {"look": asdict(self.options.look), "model": encoder.fingerprint}
        )
        return encoder

    def _look_at(self, video: Path, encoder: GridEncoder | None) -> None:
        if not self.frames.has(video):
            self.frames.put(video, look_at(Film(video), self.options.look))
        store = self._features
        if encoder is None or store is None or store.has(video):
            return
        frames = self.frames.get(video.stem).dense
        maps = encoder.features([frame.image for frame in frames])
        store.put(video, [frame.time for frame in frames], flattened(maps))

    def _path(self, id: str) -> Path:
        return video_path(self.sample.videos, id)


def look_at(film: Film, options: LookOptions) -> Looked:
    """Every n-th frame of a video, and the frames that key frames are chosen from.

    Raises:
        NotAVideo: the file holds no picture.
    """
    usual = tuple(looked_at(film, replace(options, least=0)))
    dense = usual if len(usual) >= options.least else tuple(looked_at(film, options))
    return Looked(usual, dense, tuple(film.warnings))


def _listed(broken: Mapping[str, str]) -> str:
    few = [f"{id} ({why})" for id, why in list(broken.items())[:3]]
    return ", ".join(few) + (", …" if len(broken) > 3 else "")


def _plain(value: Any) -> str:
    return json.dumps(value, sort_keys=True) + "\n"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
