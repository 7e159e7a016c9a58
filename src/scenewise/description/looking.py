"""One pass over the pictures: key frames, shots, and frames in which writing appears."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scenewise.core.media_types import Frame, Hierarchy, Keyframe, Selection, Shot
from scenewise.core.ports import FrameSelector
from scenewise.core.progress import Step
from scenewise.core.time import Span
from scenewise.description.cache import Entry
from scenewise.description.work import Work
from scenewise.description.writing import WritingWatch
from scenewise.frames.packing import PackedFrame, pack
from scenewise.media.reading import Film

_VERSION = 1


@dataclass(frozen=True)
class Look:
    """What was seen.

    Args:
        selection: key frames, shots and the trees they came from.
        written: frames in which writing seems to appear or change, in time order.
        duration: seconds, as measured from the pictures themselves.
        warnings: what was wrong with the file.
    """

    selection: Selection
    written: tuple[Frame, ...]
    duration: float
    warnings: tuple[str, ...]


class _Watched:
    """The film as a selector sees it, with others looking over its shoulder."""

    def __init__(self, film: Film, watch: WritingWatch | None, step: Step) -> None:
        self._film, self._watch, self._step = film, watch, step
        self._passed = False

    @property
    def span(self) -> Span:
        return self._film.span

    def frames(self) -> Iterator[Frame]:
        first, self._passed = not self._passed, True
        for frame in self._film.frames():
            if first:
                if self._watch is not None:
                    self._watch.see(frame)
                self._step.reach(frame.time)
            yield frame

    def at(self, times: Sequence[float]) -> Iterator[Frame]:
        return self._film.at(times)


def look(
    film: Film,
    digest: str,
    selector: FrameSelector,
    watch: WritingWatch | None,
    work: Work,
) -> Look:
    """Look at the whole film once.

    Args:
        film: the film.
        digest: hash of its content.
        selector: chooses the key frames.
        watch: notices writing; None when nobody wants to read it.
    """
    known = recall(digest, selector, watch is not None, work)
    if known is not None:
        return known
    with (
        work.timings.stage("look"),
        work.progress.step("Looking at the film", film.info.duration) as step,
    ):
        selection = selector.select(_Watched(film, watch, step))
        seen = Look(
            selection,
            tuple(watch.frames) if watch is not None else (),
            film.span.end,
            tuple(film.warnings),
        )
        entry = _to_entry(seen)
    work.cache.put("look", _key(digest, selector, watch is not None), entry)
    # what comes from the cache later is what is used now: the same pictures either way
    return _from_entry(entry)


def recall(digest: str, selector: FrameSelector, watched: bool, work: Work) -> Look | None:
    """What an earlier look found, if it is still kept."""
    kept = work.cache.get("look", _key(digest, selector, watched))
    if kept is None:
        return None
    work.timings.reuse("look")
    return _from_entry(kept)


def _key(digest: str, selector: FrameSelector, watched: bool) -> dict[str, Any]:
    return {
        "version": _VERSION,
        "film": digest,
        "selector": selector.name,
        "options": repr(getattr(selector, "options", None)),
        "watch": watched,
    }


def _array(blob: bytes) -> Any:
    return np.load(io.BytesIO(blob), allow_pickle=False)


def _blob(array: Any) -> bytes:
    out = io.BytesIO()
    np.save(out, array, allow_pickle=False)
    return out.getvalue()


def _to_entry(seen: Look) -> Entry:
    blobs: dict[str, bytes] = {}

    def keep(frame: Frame, name: str) -> dict[str, Any]:
        small = frame if isinstance(frame, PackedFrame) else pack(frame)
        blobs[name] = small.data
        return {"time": small.time, "width": small.width, "height": small.height, "blob": name}

    keyframes = [
        {
            "frame": keep(k.frame, f"k{i:05d}.jpg"),
            "span": (k.span.start, k.span.end),
            "neighbours": [keep(f, f"k{i:05d}-{j}.jpg") for j, f in enumerate(k.neighbours)],
            "novelty": k.novelty,
        }
        for i, k in enumerate(seen.selection.keyframes)
    ]
    trees = []
    for i, tree in enumerate(seen.selection.hierarchies):
        for part in ("times", "complexity", "linkage"):
            blobs[f"tree{i}-{part}.npy"] = _blob(getattr(tree, part))
        trees.append(tree.threshold)
    data = {
        "keyframes": keyframes,
        "shots": [(shot.span.start, shot.span.end) for shot in seen.selection.shots],
        "trees": trees,
        "settings": seen.selection.settings,
        "written": [keep(f, f"w{i:05d}.jpg") for i, f in enumerate(seen.written)],
        "duration": seen.duration,
        "warnings": seen.warnings,
    }
    return Entry(data, blobs)


def _from_entry(entry: Entry) -> Look:
    data, blobs = entry.data, entry.blobs

    def frame(kept: dict[str, Any]) -> Frame:
        return PackedFrame(kept["time"], kept["width"], kept["height"], blobs[kept["blob"]])

    keyframes = tuple(
        Keyframe(
            frame(k["frame"]),
            Span(*k["span"]),
            tuple(frame(f) for f in k["neighbours"]),
            k["novelty"],
        )
        for k in data["keyframes"]
    )
    trees = tuple(
        Hierarchy(
            _array(blobs[f"tree{i}-times.npy"]),
            _array(blobs[f"tree{i}-complexity.npy"]),
            _array(blobs[f"tree{i}-linkage.npy"]),
            threshold,
        )
        for i, threshold in enumerate(data["trees"])
    )
    selection = Selection(
        keyframes, tuple(Shot(Span(*s)) for s in data["shots"]), trees, data["settings"]
    )
    written = tuple(frame(f) for f in data["written"])
    return Look(selection, written, data["duration"], tuple(data["warnings"]))
