"""From files to rows of a collection: what is known stays, what is new is looked at."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from scenewise.collection.eyes import BLIND
from scenewise.collection.looking import Failed, Looked, Looker, Moment, Seen, Stamp, Wanted
from scenewise.collection.metadata import Facts
from scenewise.collection.planning import Plan
from scenewise.collection.types import Failure, IndexedFrame, Video
from scenewise.core.ports import Embedder
from scenewise.core.progress import Progress, Silent


class Shelf(Protocol):
    """What indexing needs of a store."""

    def frames(self, id: str) -> Sequence[IndexedFrame]:
        """The frames of a video."""
        ...

    def put(self, video: Video, frames: Sequence[IndexedFrame]) -> None:
        """Add or replace a video, whole or not at all."""
        ...

    def remove(self, ids: Iterable[str]) -> object:
        """Take videos out."""
        ...


@dataclass
class Counts:
    """How many videos were new, changed, told anew (their metadata), found at another place,
    the same as before, and removed; and how many frames were looked at."""

    added: int = 0
    changed: int = 0
    told: int = 0
    moved: int = 0
    unchanged: int = 0
    removed: int = 0
    frames: int = 0


@dataclass(frozen=True)
class IndexReport:
    """What indexing did.

    Args:
        counts: of videos and frames.
        failures: files and rows that could not be used, with the reason.
        gone: ids of videos whose files are no longer there and that were not removed.
        notes: what a person should know, a line each.
        videos: in the collection now.
        seconds: how long it took.
    """

    counts: Counts = field(default_factory=Counts)
    failures: tuple[Failure, ...] = ()
    gone: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    videos: int = 0
    seconds: float = 0.0

    @property
    def is_whole(self) -> bool:
        """Whether everything that was named could be used."""
        return not self.failures


@dataclass(frozen=True)
class Means:
    """What looks.

    Args:
        looker: chooses frames and reads.
        embedder: the model; None for a collection without vectors.
        batch: frames that go through the model at once.
        sharing: held while films are decoded beside the model (see `eyes.sharing_cores`).
    """

    looker: Callable[[Callable[[str], bool]], Looker]
    embedder: Embedder | None
    batch: int = 32
    sharing: Callable[[], AbstractContextManager[None]] = nullcontext


def index(
    store: Shelf,
    videos: Sequence[Video],
    plan: Plan,
    means: Callable[[], Means],
    *,
    prune: bool = False,
    progress: Progress | None = None,
) -> IndexReport:
    """Bring a store up to date with the files of a plan.

    Each video is written at once and whole, so that a run which is stopped goes on where it
    was. Files of known size and time are not opened; those of known content are not decoded,
    be it that they were touched, moved or copied.

    Args:
        store: where the videos go.
        videos: all that it holds, as the plan was made with.
        plan: from `planning.plan`.
        means: makes what looks at files; called only where a file must be opened.
        prune: remove videos whose files are gone.
        progress: told of every file.
    """
    began = time.monotonic()
    work = _Work(store, videos, plan)
    untouched: list[Wanted] = []
    rest: list[Wanted] = []
    for wanted in plan.wanted:
        (untouched if wanted.is_untouched else rest).append(wanted)
    for wanted in untouched:
        assert wanted.known is not None
        known = wanted.known[1]
        work.seen(Seen(wanted, Stamp(known.digest, known.size, known.modified)))
    if rest:
        with (progress or Silent()).step("Indexing videos", len(rest)) as step:
            work.look(rest, means(), step.advance)
    gone = work.gone(plan.gone)
    if prune and gone:
        store.remove(gone)
        work.counts.removed = len(gone)
        gone = []
    return IndexReport(
        work.counts,
        (*plan.failures, *work.failures),
        tuple(gone),
        (*plan.notes, *work.notes),
        len(work.videos) - work.counts.removed,
        time.monotonic() - began,
    )


class _Work:
    """One run: what the store holds, kept up to date as it changes."""

    def __init__(self, store: Shelf, videos: Sequence[Video], plan: Plan) -> None:
        self.store = store
        self.counts = Counts()
        self.failures: list[Failure] = []
        self.notes: list[str] = []
        self.videos = {video.id: video for video in videos}
        self._by_digest = {video.digest: video.id for video in self.videos.values()}
        self._meant = {wanted.id for wanted in plan.wanted}

    def gone(self, ids: Iterable[str]) -> list[str]:
        """Those ids whose files are still missing: a moved file took its rows along."""
        left = (self.videos[name] for name in ids if name in self.videos)
        return [video.id for video in left if not Path(video.path).exists()]

    def look(self, files: Sequence[Wanted], means: Means, advance: Callable[[], None]) -> None:
        """Look at files, and put what is new into the store in batches across videos."""
        while files:
            files = self._look(files, means, advance)

    def _look(
        self, files: Sequence[Wanted], means: Means, advance: Callable[[], None]
    ) -> list[Wanted]:
        """The files that must be looked at again: their content was known when they were read,
        and the video that showed it has been replaced since."""
        waiting: list[Looked] = []
        again: list[Wanted] = []
        looker = means.looker(lambda digest: digest in self._by_digest)
        with means.sharing(), closing(looker.look(files)) as outcomes:
            for outcome in outcomes:
                if isinstance(outcome, Failed):
                    self.failures.append(outcome.failure)
                elif isinstance(outcome, Seen):
                    if not self.seen(outcome):
                        again.append(outcome.wanted)
                        continue
                else:
                    waiting.append(outcome)
                    if sum(len(looked.moments) for looked in waiting) >= means.batch:
                        self._put_all(waiting, means)
                        waiting = []
                advance()
        self._put_all(waiting, means)
        return again

    def seen(self, seen: Seen) -> bool:
        """Keep the rows of a file of known content, under its name of today; False where they
        are no longer there."""
        wanted = seen.wanted
        old = self._source(seen)
        if old is None:
            return False
        own = wanted.known is not None and wanted.known[0] == old.id
        moved = not own and not Path(old.path).exists()
        base = old if own or moved else Facts().onto(old)
        video = replace(
            base if wanted.facts is None else wanted.facts.onto(base),
            id=wanted.id,
            path=str(wanted.path),
            digest=seen.stamp.digest,
            size=seen.stamp.size,
            modified=seen.stamp.modified,
        )
        if video == old:
            self.counts.unchanged += 1
            return True
        self._put(video, self.store.frames(old.id), wanted)
        if moved and old.id not in self._meant:
            self._remove(old.id)
        if not own:
            self._count(wanted, moved=moved)
        elif replace(video, size=old.size, modified=old.modified) == old:
            self.counts.unchanged += 1  # touched, no more
        else:
            self.counts.told += 1
        return True

    def _source(self, seen: Seen) -> Video | None:
        """The video whose rows show the file's content; its own where it has some."""
        known = seen.wanted.known
        if known is not None and known[1].digest == seen.stamp.digest and known[0] in self.videos:
            return self.videos[known[0]]
        return self.videos.get(self._by_digest.get(seen.stamp.digest, ""))

    def _count(self, wanted: Wanted, *, moved: bool = False) -> None:
        if moved:
            self.counts.moved += 1
        elif wanted.known is not None:
            self.counts.changed += 1
        else:
            self.counts.added += 1

    def _put_all(self, waiting: Sequence[Looked], means: Means) -> None:
        moments = [moment for looked in waiting for moment in looked.moments]
        vectors = _vectors(moments, means)
        first = 0
        for looked in waiting:
            own = vectors[first : first + len(looked.moments)]
            first += len(looked.moments)
            frames = [
                IndexedFrame(m.time, vector, m.thumbnail, m.text, m.clarity)
                for m, vector in zip(looked.moments, own, strict=True)
            ]
            wanted = looked.wanted
            video = Video(
                wanted.id,
                str(wanted.path),
                looked.stamp.digest,
                looked.stamp.size,
                looked.stamp.modified,
                looked.duration,
            )
            facts = wanted.facts
            if facts is None and wanted.known is not None:  # nothing is said anew
                facts = _facts_of(self.videos[wanted.known[0]])
            self._put(video if facts is None else facts.onto(video), frames, wanted)
            self._count(wanted)
            self.counts.frames += len(frames)
            self.notes += [f"{wanted.path.name}: {note}" for note in looked.notes]

    def _put(self, video: Video, frames: Sequence[IndexedFrame], wanted: Wanted) -> None:
        self.store.put(video, frames)
        self._forget(video.id)
        self.videos[video.id] = video
        self._by_digest[video.digest] = video.id
        # its rows under another name come out after the new ones are in: nothing is ever lost
        before = wanted.known[0] if wanted.known is not None else video.id
        if before != video.id and before not in self._meant:
            self._remove(before)

    def _remove(self, name: str) -> None:
        if name in self.videos:
            self.store.remove([name])
            self._forget(name)

    def _forget(self, name: str) -> None:
        old = self.videos.pop(name, None)
        if old is not None and self._by_digest.get(old.digest) == name:
            del self._by_digest[old.digest]


def _vectors(moments: Sequence[Moment], means: Means) -> npt.NDArray[np.float32]:
    """Vectors of moments, float32 [n, d]; all the same without a model."""
    if means.embedder is None or not moments:
        return np.ones((len(moments), BLIND), np.float32)
    parts = [
        means.embedder.images([m.frame.image for m in moments[first : first + means.batch]])
        for first in range(0, len(moments), means.batch)
    ]
    return np.concatenate(parts)


def _facts_of(video: Video) -> Facts:
    return Facts(
        account=video.account,
        posted=video.posted,
        title=video.title,
        description=video.description,
        hashtags=video.hashtags,
        language=video.language,
        extra=video.extra,
    )
