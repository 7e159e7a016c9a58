"""What the main jobs need from the outside, as small protocols.

Each port has several adapters, built-in ones included, and all of them enter by the same
door: an entry point (see `scenewise.core.plugins`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from scenewise.core.media_types import (
    Audio,
    Candidate,
    Frame,
    Image,
    Keyframe,
    Selection,
    TextLine,
)
from scenewise.core.progress import Step
from scenewise.core.time import Span


class FrameSource(Protocol):
    """The moving picture of one film."""

    @property
    def span(self) -> Span:
        """From the first frame's time to the end of the last, as far as the header tells."""
        ...

    def frames(self) -> Iterator[Frame]:
        """Every frame in order of time, in one streaming pass. A frame is valid until the
        next one is asked for; `Frame.detached` keeps it."""
        ...

    def at(self, times: Sequence[float]) -> Iterator[Frame]:
        """The frames shown at some times (ascending seconds), detached, one for each time."""
        ...


@runtime_checkable
class FrameSelector(Protocol):
    """Chooses the frames that stand for a film."""

    name: str

    def select(self, film: FrameSource) -> Selection:
        """Key frames in time order with the segments they stand for.

        Memory does not grow with the film's length beyond the key frames themselves.
        """
        ...


@runtime_checkable
class Embedder(Protocol):
    """Puts pictures and sentences into one vector space."""

    name: str
    dimension: int

    def images(self, images: Sequence[Image]) -> npt.NDArray[np.float32]:
        """Unit vectors, float32 [n, dimension]."""
        ...

    def texts(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Unit vectors, float32 [n, dimension]."""
        ...


@dataclass(frozen=True)
class CaptionContext:
    """What a captioner may know beside the key frames.

    Args:
        language: BCP 47 tag the descriptions are wanted in.
        names: names of characters that may be used.
        title: the film's title or file name; empty when unknown.
        written: what is written on screen in each key frame, one string a key frame; empty
            when nothing was read.
    """

    language: str = "en"
    names: tuple[str, ...] = ()
    title: str = ""
    written: tuple[str, ...] = ()


@runtime_checkable
class Captioner(Protocol):
    """Proposes descriptions for key frames."""

    name: str

    def describe(
        self, keyframes: Sequence[Keyframe], context: CaptionContext
    ) -> Iterator[list[Candidate]]:
        """One list a key frame, in order, best first; empty where nothing can be said.

        A candidate's score is a confidence from 0 to 1 that compares across key frames.
        """
        ...


@runtime_checkable
class ResumableCaptioner(Captioner, Protocol):
    """A captioner that can take up where an earlier run stopped."""

    @property
    def identity(self) -> str:
        """What its answers depend on beside the pictures: models, options."""
        ...

    def resume(
        self,
        keyframes: Sequence[Keyframe],
        context: CaptionContext,
        done: Sequence[Sequence[Candidate]],
    ) -> Iterator[list[Candidate]]:
        """The rest of what `describe` would give for all key frames.

        Args:
            keyframes: all of them.
            context: as for `describe`.
            done: what it gave for the first ones.
        """
        ...


@runtime_checkable
class FilmCaptioner(ResumableCaptioner, Protocol):
    """A captioner that looks at the film itself, where there is one: at as many frames of each
    segment as it wants, not only at those that came with the key frames."""

    def seeing(self, film: FrameSource, segments: Sequence[Span], step: Step) -> ResumableCaptioner:
        """The same captioner, once it has looked at all segments of a film.

        Args:
            film: whose pictures.
            segments: those that the key frames stand for, in time order.
            step: told which second of the film has been reached.

        Returns:
            What describes the key frames of these segments, and only these.
        """
        ...


@runtime_checkable
class TextReader(Protocol):
    """Reads writing in pictures."""

    name: str

    def read(self, image: Image) -> list[TextLine]:
        """The lines of writing, in reading order."""
        ...


@runtime_checkable
class SpeechDetector(Protocol):
    """Finds where people speak."""

    name: str

    def detect(self, sound: Iterable[Audio]) -> list[Span]:
        """Spans with speech, ordered and without overlap, in seconds of the film.

        Args:
            sound: consecutive stretches of any rate and channel count, taken one at a time.
        """
        ...


@dataclass(frozen=True)
class VoiceOptions:
    """How a voice is asked to speak.

    Args:
        language: BCP 47 tag.
        voice: the adapter's own name of a voice; empty for its default in the language.
        rate: words a minute.
        volume: 0 to 2, where 1 is the voice's own level.
    """

    language: str = "en"
    voice: str = ""
    rate: int = 170
    volume: float = 1.0


@runtime_checkable
class Voice(Protocol):
    """Turns words into speech."""

    name: str
    options: VoiceOptions

    def say(self, text: str) -> Audio:
        """Speech for `text`, mono, with silence at both ends trimmed; the same sound for the
        same words, whatever was said before."""
        ...
