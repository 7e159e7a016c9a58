"""The copies of a collection: by pictures where there are, by vectors where there are none."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from scenewise.collection.copies import Copy, CopyGroup, find_copies, grouped, named
from scenewise.collection.copies_footage import found_copies
from scenewise.collection.copies_options import FootageOptions
from scenewise.collection.copies_prints import Print
from scenewise.collection.eyes import is_blind
from scenewise.collection.store import Store
from scenewise.collection.strips import Strip, strip_of
from scenewise.collection.types import Failure, Video
from scenewise.collection.where import Where
from scenewise.core.errors import OutputUnwritable, ScenewiseError
from scenewise.core.progress import Progress, Silent
from scenewise.media.atomic import atomic_text

_REMEMBERED: Final = "copies.json"


@dataclass(frozen=True)
class CopyReport:
    """The copies among some videos.

    Args:
        groups: in the order of their first videos' ids.
        videos: all that were compared, by id.
        unseen: those of which no pictures are left, and why; they were compared by their
            vectors, which find less.
    """

    groups: tuple[CopyGroup, ...]
    videos: Mapping[str, Video]
    unseen: tuple[Failure, ...] = ()


def copies_in(
    store: Store,
    where: Where | None = None,
    options: FootageOptions | None = None,
    progress: Progress | None = None,
) -> CopyReport:
    """The copies among the videos of a collection.

    What is found among all of them is remembered, so that a search shows one of several copies.

    Args:
        store: the collection.
        where: which videos are compared; None for all.
        options: how much it takes to call two videos copies.
        progress: told of every video.
    """
    options = options or FootageOptions()
    progress = progress or Silent()
    videos = store.videos(where=where)
    prints, unseen = _prints(store, videos, progress)
    ids = [video.id for video in videos]
    found = {
        pair: replace(
            _told(named(ids[pair[0]], ids[pair[1]], line, placed.mirrored), ids[pair[0]], placed),
            by="pictures",
        )
        for pair, (line, placed) in found_copies(prints, options, progress).items()
    }
    if unseen and not is_blind(store.mark):
        found |= _by_vectors(store, videos, {failure.path for failure in unseen})
    report = CopyReport(grouped(ids, found), {video.id: video for video in videos}, tuple(unseen))
    if where is None or not where.sql():
        _remember(store, report)
    return report


def remembered(store: Store, videos: Sequence[Video]) -> frozenset[frozenset[str]]:
    """Which of some videos were copies of each other when they were last looked for, as pairs
    of ids. Contents are remembered, not names, so that nothing of it can be out of date."""
    path = store.derived / _REMEMBERED
    try:
        known = _read(path, path.stat().st_mtime_ns)
    except (OSError, ValueError, KeyError, TypeError):
        return frozenset()
    return frozenset(
        frozenset((one.id, other.id))
        for at, one in enumerate(videos)
        for other in videos[:at]
        if frozenset((one.digest, other.digest)) in known
    )


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> frozenset[frozenset[str]]:
    """The pairs of a memory; a search must not read it anew each time."""
    del changed  # tells one writing from the next
    return frozenset(
        frozenset(pair) for pair in json.loads(path.read_text(encoding="utf-8"))["pairs"]
    )


def _remember(store: Store, report: CopyReport) -> None:
    digest = {name: video.digest for name, video in report.videos.items()}
    pairs = [
        sorted((digest[pair.a], digest[pair.b])) for group in report.groups for pair in group.pairs
    ]
    # a store that may only be read is searched without
    with suppress(OSError, OutputUnwritable):
        store.derived.mkdir(exist_ok=True)
        atomic_text(store.derived / _REMEMBERED, json.dumps({"pairs": sorted(pairs)}) + "\n")


def _prints(
    store: Store, videos: Sequence[Video], progress: Progress
) -> tuple[list[Print], list[Failure]]:
    """The videos as far as their pictures go, and those of which there are none."""
    prints: list[Print] = []
    unseen: list[Failure] = []
    with progress.step("Reading pictures", len(videos)) as step:
        for video in videos:
            strip = store.strips.read(video.digest)
            if strip is None:
                strip = _made(store, video, unseen)
            prints.append(Print(strip, video.duration))
            step.advance()
    return prints, unseen


def _made(store: Store, video: Video, unseen: list[Failure]) -> Strip:
    """The strip of a video that was indexed without: made from its file, and kept."""
    empty = Strip.empty()
    try:
        now = Path(video.path).stat()
        if (now.st_size, now.st_mtime) != (video.size, video.modified):
            unseen.append(Failure(video.path, "it has changed since it was indexed"))
            return empty
        strip = strip_of(Path(video.path))
    except OSError:
        unseen.append(Failure(video.path, "the file is gone"))
        return empty
    except ScenewiseError as error:
        unseen.append(Failure(video.path, error.what))
        return empty
    with suppress(OSError, OutputUnwritable):
        store.strips.write(video.digest, strip)
    return strip


def _told(copy: Copy, a: str, placed: Any) -> Copy:
    """A copy with what both show, in the order of its videos."""
    parts = (placed.part_a, placed.part_b)
    return replace(copy, parts=parts if copy.a == a else parts[::-1])


def _by_vectors(
    store: Store, videos: Sequence[Video], paths: set[str]
) -> dict[tuple[int, int], Copy]:
    """Copies of videos that have no pictures."""
    place = {video.id: at for at, video in enumerate(videos)}
    unseen = {video.id for video in videos if video.path in paths}
    durations = {video.id: video.duration for video in videos}
    found = {}
    for group in find_copies(store.matrix(), durations):
        for pair in group.pairs:
            known = pair.a in place and pair.b in place
            if known and (pair.a in unseen or pair.b in unseen):
                low, high = sorted((place[pair.a], place[pair.b]))
                found[low, high] = pair
    return found
