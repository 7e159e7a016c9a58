"""What CLIP's eyes make of the frames of clips, and the frames as CLIP sees them.

Fang et al. 2025, section 3.2: each of the T frames of a clip is one embedding,
f_i = CLIP_AD(F_i) (equation 5), from which the Perceiver makes its prompts (equation 4). That is
`frames` here. `tokens` keeps all that the vision tower knows of a frame, each token projected as
the class token is: the first of them is the frame's embedding. `pixels` are what Stage I trains
on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from scenewise.core.errors import UnknownChoice
from scenewise.core.media_types import Image
from scenewise.core.ports import FrameSource
from scenewise.core.progress import Progress, Silent
from scenewise.distinctad.annotations import Annotation, Annotations
from scenewise.distinctad.annotations_forms import TVQA_RATE
from scenewise.distinctad.clips import ClipOptions, clip_pictures, frame_times
from scenewise.distinctad.clips_stills import Stills
from scenewise.distinctad.eyes import Eyes
from scenewise.distinctad.feature_cache import (
    LARGEST,
    FeatureCache,
    FeaturesInvalid,
    Joined,
    StoredClips,
    StoredPart,
)
from scenewise.media.reading import Film

KINDS: Final = ("frames", "tokens", "pixels")
END: Final = 0.5
"""Seconds that a clip may begin after its film's end: headers round, and descriptions do too."""


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
    other films when it was interrupted is kept. Where its pictures are in the cache, as they are
    after Stage I, the film is not decoded again.

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
    as_seen = {**about, "kind": "pixels", "model": eyes.look, "numbers": "uint8"}
    pictures = FeatureCache(folder, as_seen) if kind != "pixels" else None
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
                film_clips(videos[name], rows[name], eyes, cache, kind, chosen, pictures)
                step.advance(processes.count())
            processes.wait()
        for number, (name, mine) in enumerate(rows.items(), 1):
            stored[name] = film_clips(videos[name], mine, eyes, cache, kind, chosen, pictures)
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
    pictures: FeatureCache | None = None,
) -> StoredClips:
    """What a model makes of the clips of one video, from the cache where it is there.

    Args:
        video, rows, eyes, cache, kind, options: see `looked_at`.
        pictures: a cache where the video's pictures may be.

    Raises:
        See `looked_at`.
    """
    times = [frame_times(row.seen, options.frames, options.least) for row in rows]
    known = cache.get(video, times)
    if known is not None:
        return known
    probe = _made(eyes, kind, np.zeros((1, eyes.side, eyes.side, 3), np.uint8))
    shape = (options.frames, *probe.shape[1:])
    seen = pictures.get(video, times) if pictures is not None else None
    if seen is not None:
        return cache.put(
            video, times, shape, probe.dtype, lambda out: _fill_from(out, seen, eyes, kind)
        )
    stills = video.is_dir() or video.suffix == ".tar"
    film: FrameSource = Stills(video, TVQA_RATE) if stills else Film(video)
    return cache.put(
        video, times, shape, probe.dtype, lambda out: _fill(out, film, times, eyes, kind)
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


def _fill_from(out: npt.NDArray[Any], seen: StoredClips, eyes: Eyes, kind: str) -> list[int]:
    """`_fill` from pictures that are there already. Those that clips share, and those that stand
    twice in a short one, go through the model once."""
    lately: dict[bytes, npt.NDArray[Any]] = {}
    there = np.flatnonzero(seen.different > 0)
    together = max(1, eyes.batch_size // max(1, seen.vectors.shape[1]))
    for first in range(0, len(there), together):
        clips = there[first : first + together]
        pictures = seen.vectors[clips].reshape(-1, *seen.vectors.shape[2:])
        keys = [hashlib.blake2b(picture.tobytes()).digest() for picture in pictures]
        new = {key: at for at, key in enumerate(keys) if key not in lately}
        if new:
            made = _made(eyes, kind, pictures[list(new.values())])
            lately |= zip(new, made, strict=True)
        out[clips] = np.stack([lately[key] for key in keys]).reshape(len(clips), *out.shape[1:])
        lately = {key: lately[key] for key in keys}  # clips that share pictures are neighbours
    return [int(count) for count in seen.different]


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
