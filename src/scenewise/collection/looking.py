"""Looking at one video file: has it changed, which frames sum it up, what is written there."""

from __future__ import annotations

import inspect
import threading
import typing
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, is_dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from scenewise.collection.metadata import Facts
from scenewise.collection.strips import Strip, Strips, StripTaker
from scenewise.collection.types import Failure, Known
from scenewise.core import plugins
from scenewise.core.errors import OutputUnwritable, ScenewiseError
from scenewise.core.media_types import Frame, Image
from scenewise.core.ports import FrameSelector, TextReader
from scenewise.frames.clarity import CLARITY_SIDE, clarity
from scenewise.frames.packing import PackedFrame, pack, packed
from scenewise.media.containers import check_readable
from scenewise.media.probe import digest
from scenewise.media.read_ahead import read_ahead
from scenewise.media.reading import Film
from scenewise.models.text_presence import THRESHOLD, text_likely

THUMBNAIL: Final = 256
"""Longest side of a frame's picture in the collection, pixels."""

_THUMBNAIL_QUALITY: Final = 80
_AHEAD: Final = 3  # videos that wait between two steps: a few frames of JPEG each


@dataclass(frozen=True)
class Wanted:
    """A file that shall be in the collection.

    Args:
        path: absolute.
        id: its name there.
        facts: what was said about it; None where nothing is known in this run.
        known: under which id it was indexed, and the file as it was; None for a new one.
    """

    path: Path
    id: str
    facts: Facts | None = None
    known: tuple[str, Known] | None = None

    @property
    def is_untouched(self) -> bool:
        """Whether the file has the size and the time of change that it had when indexed."""
        if self.known is None:
            return False
        try:
            now = self.path.stat()
        except (OSError, ValueError):
            return False
        return (now.st_size, now.st_mtime) == (self.known[1].size, self.known[1].modified)


@dataclass(frozen=True)
class Stamp:
    """What tells whether a file has changed."""

    digest: str
    size: int
    modified: float


@dataclass(frozen=True)
class Seen:
    """A file whose content the collection has already, from this path or another."""

    wanted: Wanted
    stamp: Stamp


@dataclass(frozen=True)
class Moment:
    """A frame that was chosen: seconds, the picture, its thumbnail, what is written in it."""

    time: float
    frame: PackedFrame
    thumbnail: bytes
    clarity: float
    text: tuple[str, ...] = ()


@dataclass(frozen=True)
class Looked:
    """A file that was looked at: its duration in seconds, its moments, and notes on damage."""

    wanted: Wanted
    stamp: Stamp
    duration: float
    moments: tuple[Moment, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Failed:
    """A file that cannot be indexed."""

    wanted: Wanted
    failure: Failure


Outcome = Seen | Looked | Failed


class Looker:
    """Looks at files one after the other, ahead of whoever takes the results.

    One thread decodes and chooses frames, another has the writing in them read by as many
    threads as the reader can use, so that the model that comes after never waits for long.

    Args:
        selector: chooses the frames.
        reader: reads the writing.
        is_seen: whether content of this digest is known, so that nothing needs decoding.
        strips: where the strip of each film goes, by which copies are found; None for nowhere.
    """

    def __init__(
        self,
        selector: FrameSelector,
        reader: TextReader,
        is_seen: Callable[[str], bool],
        strips: Strips | None = None,
    ) -> None:
        self._selector, self._reader, self._is_seen = selector, reader, is_seen
        self._strips = strips
        self._stopped = threading.Event()

    def look(self, files: Iterable[Wanted]) -> Generator[Outcome, None, None]:
        """What becomes of each file, in order."""
        self._stopped.clear()
        looked = read_ahead(self._read(read_ahead(self._all(files), _AHEAD)), _AHEAD)
        try:
            yield from looked
        finally:
            self._stopped.set()  # a long film is not decoded to its end first
            looked.close()

    def _all(self, files: Iterable[Wanted]) -> Generator[Outcome, None, None]:
        for wanted in files:
            if self._stopped.is_set():
                return
            try:
                yield self._one(wanted)
            except _Stopped:
                return
            except ScenewiseError as error:
                yield Failed(wanted, _failure(wanted.path, error))

    def _one(self, wanted: Wanted) -> Outcome:
        at = check_readable(wanted.path).stat()
        stamp = Stamp(digest(wanted.path), at.st_size, at.st_mtime)
        if self._is_seen(stamp.digest):
            return Seen(wanted, stamp)
        film = _StoppableFilm(wanted.path, self._stopped)
        selection = self._selector.select(film)
        moments = tuple(_moment(keyframe.frame) for keyframe in selection.keyframes)
        if self._strips is not None and film.strip is not None:
            # What keeps a strip from being written keeps the row from it too, and is told there.
            with suppress(OSError, OutputUnwritable):
                self._strips.write(stamp.digest, film.strip)
        return Looked(wanted, stamp, film.duration, moments, tuple(film.warnings))

    def _read(self, outcomes: Generator[Outcome, None, None]) -> Generator[Outcome, None, None]:
        at_once = getattr(self._reader, "at_once", 1)
        with closing(outcomes), ThreadPoolExecutor(at_once, "scenewise-reading") as pool:
            for outcome in outcomes:
                if isinstance(outcome, Looked) and not self._stopped.is_set():
                    yield self._with_text(outcome, pool)
                else:
                    yield outcome

    def _with_text(self, looked: Looked, pool: ThreadPoolExecutor) -> Outcome:
        try:
            texts = list(pool.map(self._lines, (m.frame.image for m in looked.moments)))
        except ScenewiseError as error:
            return Failed(looked.wanted, _failure(looked.wanted.path, error))
        moments = tuple(
            Moment(m.time, m.frame, m.thumbnail, m.clarity, text)
            for m, text in zip(looked.moments, texts, strict=True)
        )
        return Looked(looked.wanted, looked.stamp, looked.duration, moments, looked.notes)

    def _lines(self, image: Image) -> tuple[str, ...]:
        if self._reader.name == "none" or text_likely(image) < THRESHOLD:
            return ()
        return tuple(line.text for line in self._reader.read(image))


class _Stopped(Exception):
    """Nobody wants the rest any more."""


class _StoppableFilm(Film):
    """A film that stops being read when nobody wants the rest, and takes its strip in passing.

    Attributes:
        strip: once every frame has been read.
    """

    def __init__(self, path: Path, stopped: threading.Event) -> None:
        super().__init__(path)
        self.strip: Strip | None = None
        self._nobody = stopped

    def frames(self) -> Generator[Frame, None, None]:
        """Every frame in order, until stopped."""
        taker = StripTaker()
        with closing(super().frames()) as frames:
            for frame in frames:
                if self._nobody.is_set():
                    raise _Stopped
                taker.see(frame)
                yield frame
        self.strip = taker.strip()


def chosen_selector(name: str, count: int) -> FrameSelector:
    """The selector of a name, set to a number of frames where it knows such a thing.

    Args:
        name: an entry point of `scenewise.selectors`.
        count: frames a video.

    Raises:
        UnknownChoice, ComponentMissing: see `core.plugins.load`.
    """
    factory = plugins.load("selector", name)
    options = _options_of(factory)
    fields = getattr(options, "__dataclass_fields__", {})
    selector: FrameSelector
    if options is not None and "count" in fields:
        selector = factory(options(count=count))
    else:
        selector = factory()
    return selector


def chosen_reader(name: str, options: Any) -> TextReader:
    """The text reader of a name.

    Raises:
        UnknownChoice, ComponentMissing: see `core.plugins.load`.
    """
    reader: TextReader = plugins.load("text reader", name)(options)
    return reader


def _options_of(factory: Callable[..., Any]) -> Any:
    """The options class that a factory takes; None where it takes none."""
    made = factory.__init__ if inspect.isclass(factory) else factory
    try:
        hints = typing.get_type_hints(made)
    except (NameError, TypeError):
        return None
    for hint in hints.values():
        for part in (hint, *typing.get_args(hint)):
            if inspect.isclass(part) and is_dataclass(part):
                return part
    return None


def _moment(frame: Frame) -> Moment:
    kept = frame if isinstance(frame, PackedFrame) else pack(frame)
    image = kept.image  # once for both sizes: to unpack it takes longer than to make it smaller
    thumbnail = packed(kept.time, _smaller(image, kept.size_within(THUMBNAIL)), _THUMBNAIL_QUALITY)
    sharp = clarity(_smaller(image, kept.size_within(CLARITY_SIDE)))
    return Moment(kept.time, kept, thumbnail.data, sharp)


def _smaller(image: Image, size: tuple[int, int]) -> Image:
    if size == (image.shape[1], image.shape[0]):
        return image
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _failure(path: Path, error: ScenewiseError) -> Failure:
    try:
        at = path.stat()
        size, modified = at.st_size, at.st_mtime
    except (OSError, ValueError):
        size, modified = 0, 0.0
    then = f"; {error.remedy}" if error.remedy else ""
    return Failure(str(path), " ".join(f"{error.what}{then}".split()), size, modified)
