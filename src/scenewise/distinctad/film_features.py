"""What CLIP's eyes make of the frames of clips, and the frames as CLIP sees them.

Fang et al. 2025, section 3.2: each of the T frames of a clip is one embedding,
f_i = CLIP_AD(F_i) (equation 5), from which the Perceiver makes its prompts (equation 4). That is
`frames` here. `tokens` keeps all that the vision tower knows of a frame, each token projected as
the class token is: the first of them is the frame's embedding. `pixels` are what Stage I trains
on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from scenewise.core.errors import OptionInvalid, UnknownChoice
from scenewise.core.media_types import Frame, Image
from scenewise.core.ports import FrameSource
from scenewise.core.progress import Progress, Silent
from scenewise.distinctad.annotations import Annotation, Annotations
from scenewise.distinctad.annotations_forms import TVQA_RATE
from scenewise.distinctad.clips import ClipOptions, clip_pictures, frame_times
from scenewise.distinctad.clips_stills import Stills
from scenewise.distinctad.feature_cache import (
    LARGEST,
    FeatureCache,
    FeaturesInvalid,
    Joined,
    StoredClips,
    StoredPart,
)
from scenewise.distinctad.resizing import resized
from scenewise.media.reading import Film
from scenewise.models import hub
from scenewise.models.catalogue import located
from scenewise.models.loading import load_model, load_part
from scenewise.models.precision import placement

KINDS: Final = ("frames", "tokens", "pixels")
END: Final = 0.5
"""Seconds that a clip may begin after its film's end: headers round, and descriptions do too."""

_LARGER: Final = 2
"""Frames are not made smaller than this many times what the model sees before it makes them so
itself, as it would with the whole picture."""


@dataclass(frozen=True)
class Clips:
    """Descriptions with what is known of their clips.

    Args:
        rows: of the annotations, those whose clip there is.
        vectors: [rows, T, ...]: float16 embeddings, or uint8 pictures [rows, T, s, s, 3].
        notes: sentences for people about clips that were left out or repeat frames.
        about: what the vectors are, as plain values.
    """

    rows: tuple[Annotation, ...]
    vectors: Joined
    notes: tuple[str, ...] = ()
    about: Mapping[str, Any] | None = None

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is said of each."""
        return tuple(row.text for row in self.rows)

    def by_film(self) -> dict[str, npt.NDArray[np.int64]]:
        """Numbers of the rows of each film, in order of time."""
        films: dict[str, list[int]] = {}
        for number, row in enumerate(self.rows):
            films.setdefault(row.film, []).append(number)
        return {
            film: np.array(sorted(numbers, key=lambda n: self.rows[n].span), np.int64)
            for film, numbers in films.items()
        }


class SeenFrame(NamedTuple):
    """A frame that clips have, as a model sees it.

    Args:
        time: seconds at which it is shown.
        vectors: float16 [d] or [tokens, d], or uint8 pixels [side, side, 3].
        places: (clip, frame) of all that it is.
    """

    time: float
    vectors: npt.NDArray[Any]
    places: list[tuple[int, int]]


class Eyes:
    """The vision tower of CLIP (or SigLIP) through transformers.

    Args:
        model: a hub name, a short one, a folder (such as Stage I's result), or `pocket`.
        batch_size: pictures that go through it at once.
        device: `auto`, `cpu`, `cuda` or `mps`.
        precision: `auto`, `float32` or `bfloat16`.
        allow_download: whether weights may be fetched.
        progress: shows the download.

    Attributes:
        side: pixels of what it sees, high and wide.
        dimension: of an embedding.

    Raises:
        ModelMissing: the weights are neither here nor to be had, or are damaged.
        OptionInvalid: the model is not of this family, or sees no squares.
    """

    def __init__(
        self,
        model: str | Path,
        *,
        batch_size: int = 32,
        device: str = "auto",
        precision: str = "auto",
        allow_download: bool = True,
        progress: Progress | None = None,
    ) -> None:
        import transformers

        source, revision = located(str(model))
        self.folder = hub.resolve(
            source,
            job="embedder",
            revision=revision,
            allow_download=allow_download,
            progress=progress,
        )
        self.batch_size = batch_size
        self._place = placement(device, precision)
        self._model = load_model(transformers.AutoModel, self.folder, self._place)
        self._kind = str(self._model.config.model_type)
        if self._kind == "siglip2":
            raise OptionInvalid(
                "this SigLIP 2 sees pictures of any shape, not squares",
                remedy="choose one of a fixed size, or a CLIP",
            )
        name = "SiglipImageProcessorPil" if self._kind == "siglip" else "CLIPImageProcessorPil"
        self._processor: Any = load_part(getattr(transformers, name), self.folder)
        self.side = self.resized([np.zeros((48, 64, 3), np.uint8)]).shape[1]
        probe = self.frames(np.zeros((1, self.side, self.side, 3), np.uint8))
        self.dimension = int(probe.shape[-1])

    @property
    def fingerprint(self) -> str:
        """A hash of the model (see `hub.fingerprint`)."""
        return hub.fingerprint(self.folder)

    @property
    def numbers(self) -> str:
        """The format it calculates in, such as `bfloat16`."""
        return str(self._place.dtype).removeprefix("torch.")

    @property
    def look(self) -> str:
        """A hash of how pictures are made as large as the model sees them."""
        told = {
            name: str(getattr(self._processor, name, ""))
            for name in ("size", "crop_size", "do_resize", "do_center_crop", "resample")
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]

    def resized(self, images: Sequence[Image]) -> npt.NDArray[np.uint8]:
        """Pictures as the model sees them, before they are normalised: uint8 [n, side, side, 3]."""
        return resized(self._processor, images)

    def pixels_of(self, frame: Frame) -> npt.NDArray[np.uint8]:
        """A frame as the model sees it, uint8 [side, side, 3]. It is made half-way so small where
        it is read already, which costs a fraction for large films."""
        scale = _LARGER * self.side / min(frame.width, frame.height)
        if scale < 1:
            image = frame.scaled(round(frame.width * scale), round(frame.height * scale))
        else:
            image = frame.image
        return np.asarray(self.resized([image])[0], np.uint8)

    def frames(self, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Embeddings, as the model gives them: uint8 [n, side, side, 3] to float32 [n, d]."""
        import torch

        def run(batch: Any) -> Any:
            made = self._model.get_image_features(pixel_values=batch)
            return getattr(made, "pooler_output", made)

        with torch.inference_mode():
            return self._batched(pixels, run)

    def tokens(self, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """All tokens in the space of the embeddings: uint8 [n, side, side, 3] to float32
        [n, 1 + patches, d]. The first of each picture is its embedding.

        Raises:
            OptionInvalid: the model has no class token, as SigLIP has none.
        """
        import torch

        if self._kind != "clip":
            raise OptionInvalid(
                f"a model of the kind {self._kind!r} has no class token",
                remedy="take embeddings of frames, or a CLIP",
            )

        def run(batch: Any) -> Any:
            tower = self._model.vision_model
            states = tower(pixel_values=batch).last_hidden_state  # [n, 1 + patches, hidden]
            return self._model.visual_projection(tower.post_layernorm(states))

        with torch.inference_mode():
            return self._batched(pixels, run)

    def _batched(self, pixels: npt.NDArray[np.uint8], run: Any) -> npt.NDArray[np.float32]:
        import torch

        mean, spread = (
            np.asarray(values, np.float32)
            for values in (self._processor.image_mean, self._processor.image_std)
        )
        out = []
        for first in range(0, len(pixels), self.batch_size):
            part = pixels[first : first + self.batch_size].astype(np.float32) / 255
            batch = torch.from_numpy(np.ascontiguousarray((part - mean) / spread))
            made = run(batch.permute(0, 3, 1, 2).to(self._place.device, self._place.dtype))
            out.append(np.asarray(made.float().cpu().numpy(), np.float32))
        return np.concatenate(out)


def looked_at(
    annotations: Annotations,
    videos: Mapping[str, Path],
    eyes: Eyes,
    folder: Path,
    *,
    kind: str = "frames",
    options: ClipOptions | None = None,
    progress: Progress | None = None,
) -> Clips:
    """What a model makes of all clips of a table, from the cache where it is there.

    A film takes one pass without seeking, and little memory whatever its length. What was done of
    other films when it was interrupted is kept.

    Args:
        annotations: of a table.
        videos: files by name (`annotations_forms.find_films`).
        eyes: the model.
        folder: of the cache.
        kind: `frames`, `tokens` or `pixels`.
        options: which frames.
        progress: told as films go by.

    Raises:
        FeaturesInvalid: a video is not there, a clip has too few frames or lies outside and that
            is refused, or no clip is left.
        NotAVideo, FileMissing, FileUnreadable: a video cannot be read.
        OutputUnwritable: the cache cannot be written to.
        UnknownChoice: there is no such kind.
    """
    from scenewise.training import processes

    if kind not in KINDS:
        raise UnknownChoice(f"there is no kind {kind!r}", remedy=f"choose: {', '.join(KINDS)}")
    chosen = options or ClipOptions()
    about = {
        "kind": kind,
        "model": eyes.look if kind == "pixels" else eyes.fingerprint,
        "numbers": "uint8" if kind == "pixels" else eyes.numbers,
        "frames": chosen.frames,
    }
    cache = FeatureCache(folder, about)
    rows: dict[str, list[Annotation]] = {}
    for row in annotations.rows:
        rows.setdefault(row.file, []).append(row)
    stored: dict[str, StoredClips] = {}
    for name in rows:
        if name not in videos:
            raise FeaturesInvalid(f"the video {name} is not there", remedy="find the films first")
    with (progress or Silent()).step("Looking at films", len(rows)) as step:
        if processes.count() > 1:  # each looks at some of them, and finds the others' in the cache
            for name in list(rows)[processes.place() :: processes.count()]:
                film_clips(videos[name], rows[name], eyes, cache, kind, chosen)
                step.advance(processes.count())
            processes.wait()
        for number, (name, mine) in enumerate(rows.items(), 1):
            stored[name] = film_clips(videos[name], mine, eyes, cache, kind, chosen)
            step.reach(number)
    return collected(
        [(mine, stored[name].vectors, stored[name].different) for name, mine in rows.items()],
        chosen,
        about,
    )


def film_clips(
    video: Path,
    rows: Sequence[Annotation],
    eyes: Eyes,
    cache: FeatureCache,
    kind: str,
    options: ClipOptions,
) -> StoredClips:
    """What a model makes of the clips of one video, from the cache where it is there.

    Raises:
        See `looked_at`.
    """
    times = [frame_times(row.seen, options.frames, options.least) for row in rows]
    known = cache.get(video, times)
    if known is not None:
        return known
    stills = video.is_dir() or video.suffix == ".tar"
    film: FrameSource = Stills(video, TVQA_RATE) if stills else Film(video)
    probe = _made(eyes, kind, np.zeros((1, eyes.side, eyes.side, 3), np.uint8))
    return cache.put(
        video,
        times,
        (options.frames, *probe.shape[1:]),
        probe.dtype,
        lambda out: _fill(out, film, times, eyes, kind),
    )


def collected(
    parts: Sequence[tuple[Sequence[Annotation], npt.NDArray[Any], npt.NDArray[np.int64]]],
    options: ClipOptions,
    about: Mapping[str, Any] | None = None,
) -> Clips:
    """The clips of some videos as one, without those that their video does not have.

    Args:
        parts: of each video: rows, [rows, T, ...], and how many frames of each clip differ.
        options: what becomes of clips that are outside or short.
        about: what the vectors are.

    Raises:
        FeaturesInvalid: such a clip is refused, or none is left.
    """
    kept: list[Annotation] = []
    joined = []
    outside = short = 0
    for rows, vectors, different in parts:
        there = np.flatnonzero(different > 0)
        for number, row in enumerate(rows):
            judge_clip(row, int(different[number]), options)
        outside += len(rows) - len(there)
        short += int((different[there] < options.frames).sum())
        if len(there):
            kept += [rows[int(number)] for number in there]
            joined.append((StoredPart(vectors, there), len(there)))
    if not kept:
        raise FeaturesInvalid(
            "no clip lies inside its film", remedy="give the films that were annotated"
        )
    notes = clip_notes(outside, short, options)
    vectors = parts[0][1]
    return Clips(tuple(kept), Joined(joined, vectors.shape[1:], vectors.dtype), notes, about)


def judge_clip(row: Annotation, different: int, options: ClipOptions) -> None:
    """Refuse a clip that shall be refused.

    Raises:
        FeaturesInvalid: it lies outside its film, or has too few frames.
    """
    when = f"the clip at {row.seen.start:.1f} s of {row.file}"
    if different == 0 and options.outside == "refuse":
        raise FeaturesInvalid(
            f"{when} lies after its end",
            remedy="check that it is the film that was annotated, or leave such clips out",
        )
    if 0 < different < options.frames and options.short == "refuse":
        raise FeaturesInvalid(
            f"{when} has {different} different frames instead of {options.frames}",
            remedy="ask for fewer frames a clip, or have some repeated",
        )


def clip_notes(outside: int, short: int, options: ClipOptions) -> tuple[str, ...]:
    """Sentences for people."""
    notes = []
    if outside:
        notes.append(f"{_counted(outside)} left out: after the end of the film")
    if short:
        notes.append(f"{_counted(short)} with fewer than {options.frames} frames: some repeated")
    return tuple(notes)


def _counted(clips: int) -> str:
    return f"{clips} clip{'' if clips == 1 else 's'}"


def _fill(
    out: npt.NDArray[Any],
    film: FrameSource,
    times: Sequence[Sequence[float]],
    eyes: Eyes,
    kind: str,
) -> list[int]:
    """Write what a model makes of the clips of a film; how many frames of each differ."""
    end = film.span.end + END
    inside = [number for number, frames in enumerate(times) if frames[0] < end]
    seen: list[set[float]] = [set() for _ in times]
    for time, made, places in seen_frames(film, [times[number] for number in inside], eyes, kind):
        for clip, slot in places:
            out[inside[clip], slot] = made
            seen[inside[clip]].add(time)
    return [len(differ) for differ in seen]


def seen_frames(
    film: FrameSource, times: Sequence[Sequence[float]], eyes: Eyes, kind: str
) -> Iterator[SeenFrame]:
    """What a model makes of the frames that clips have, each once, in one pass over a film.

    Args:
        film: whose.
        times: of each clip, in seconds.
        eyes: the model.
        kind: `frames`, `tokens` or `pixels`.

    Raises:
        FeaturesInvalid: the model's numbers are not finite.
        ScenewiseError: the film cannot be read any more; see `clip_pictures`.
    """
    pictures = clip_pictures(film, times, eyes.pixels_of)
    while batch := list(islice(pictures, eyes.batch_size)):
        made = _made(eyes, kind, np.stack([picture.image for picture in batch]))
        for picture, vectors in zip(batch, made, strict=True):
            yield SeenFrame(picture.time, vectors, picture.places)


def seen_pictures(pictures: Sequence[Image], eyes: Eyes, kind: str) -> npt.NDArray[Any]:
    """What a model makes of pictures of its size, [n, ...]; see `SeenFrame.vectors`."""
    return _made(eyes, kind, np.stack(pictures))


def _made(eyes: Eyes, kind: str, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[Any]:
    """What is stored of pictures, [n, ...]."""
    if kind == "pixels":
        return pixels
    made = eyes.frames(pixels) if kind == "frames" else eyes.tokens(pixels)
    if not np.isfinite(made).all():
        raise FeaturesInvalid("the model's embeddings are not finite", remedy="run it in float32")
    return np.clip(made, -LARGEST, LARGEST).astype(np.float16)
