"""What topics are made of: frames with their vectors, and what is written in and about them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from scenewise.collection.topic_texts import words_of
from scenewise.collection.types import Matrix, Video

Vectors = npt.NDArray[np.float32]


class Read(Protocol):
    """What a store must know."""

    def matrix(self) -> Matrix:
        """The vectors of all frames."""
        ...

    def videos(self, ids: Sequence[str] | None = None) -> list[Video]:
        """The videos of some ids."""
        ...

    def batches(self, columns: Sequence[str], ids: Sequence[str]) -> Iterator[Any]:
        """Columns of the rows of some videos."""
        ...


@dataclass(frozen=True, eq=False)
class Material:
    """Frames, video after video.

    Args:
        vectors: float32 [n, d], rows of length 1.
        video: int64 [n], the frame's video as a place in `videos`.
        time: float32 [n], seconds.
        videos: that have frames.
        words: of each frame: what is written in it and about its video.
    """

    vectors: Vectors
    video: npt.NDArray[np.int64]
    time: npt.NDArray[np.float32]
    videos: tuple[Video, ...]
    words: tuple[tuple[str, ...], ...]

    @cached_property
    def of_videos(self) -> tuple[tuple[str, ...], ...]:
        """The words of each video: those about it once, and all that its frames show."""
        about = [_about(video) for video in self.videos]
        found = [list(words) for words in about]
        for place, words in zip(self.video.tolist(), self.words, strict=True):
            found[place] += words[len(about[place]) :]
        return tuple(tuple(words) for words in found)


def gathered(store: Read, only: Collection[str] | None = None) -> Material:
    """The frames of a collection, or of some videos of it.

    Args:
        store: the collection.
        only: ids; None for all.
    """
    matrix = store.matrix()
    ids = [name for name in matrix.ids if only is None or name in only]
    videos = {video.id: video for video in store.videos(ids)} if ids else {}
    ids = [name for name in ids if name in videos]
    place = {name: at for at, name in enumerate(ids)}
    known = np.array([place.get(name, -1) for name in matrix.ids], np.int64)
    rows = np.flatnonzero(known[matrix.video] >= 0) if len(known) else np.zeros(0, np.int64)
    video = known[matrix.video[rows]] if len(rows) else np.zeros(0, np.int64)
    order = np.lexsort((matrix.time[rows], video))
    rows, video = rows[order], video[order]
    time = np.asarray(matrix.time[rows], np.float32)
    shown = _shown(store, ids)
    about = {name: _about(videos[name]) for name in ids}
    words = [
        (*about[ids[at]], *words_of(shown.get((ids[at], float(when)), "")))
        for at, when in zip(video.tolist(), time, strict=True)
    ]
    return Material(
        np.asarray(matrix.vectors[rows], np.float32),
        video,
        time,
        tuple(videos[name] for name in ids),
        tuple(words),
    )


def _about(video: Video) -> list[str]:
    """The words of what was written about a video, each hashtag once, without the name of the
    account, which would tell who posts and not what."""
    # a title that only begins the description anew would count it twice
    begun = video.title.rstrip("…").strip()
    title = "" if video.description.startswith(begun) else video.title
    described = words_of(f"{title}\n{video.description}")
    tags = [word for word in words_of("", video.hashtags) if word not in described]
    handle = "".join(letter for letter in video.account.casefold() if letter.isalnum())
    return [word for word in (*described, *tags) if word != handle]


def _shown(store: Read, ids: Sequence[str]) -> dict[tuple[str, float], str]:
    """What is written in frames, by video and time as the matrix rounds it."""
    found = {}
    for table in store.batches(("id", "times", "texts"), ids):
        for row in table.to_pylist():
            for time, lines in zip(row["times"], row["texts"], strict=True):
                if lines:
                    found[row["id"], float(np.float32(time))] = "\n".join(lines)
    return found
