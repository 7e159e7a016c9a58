"""Key frames where the codec put its own: the cheapest summary there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Protocol, runtime_checkable

from scenewise.core.media_types import Frame, Keyframe, Selection
from scenewise.core.options import Checked, option
from scenewise.core.ports import FrameSource
from scenewise.frames.complexity import Clock
from scenewise.frames.packing import PackedFrame, pack
from scenewise.frames.segments import contiguous


@runtime_checkable
class CodedSource(Protocol):
    """A film that knows which of its frames are coded whole."""

    def key_frames(self) -> Iterator[Frame]:
        """The frames that lean on no other, in order of time, and no other decoded. A frame is
        valid until the next one is asked for."""
        ...


@dataclass(frozen=True)
class CodedOptions(Checked):
    """Which of the codec's key frames are taken."""

    min_gap: float = option(1.0, "least time between key frames", low=0.0, high=3600.0, unit="s")


class CodedSelector:
    """The codec's own key frames (I frames), at most one in `min_gap` seconds.

    Lai (2023) recommends FFmpeg's key frames as an alternative to his own algorithm. Encoders
    put one at a cut where they notice it, and one every few seconds in any case, so the frames
    say as much of the encoder as of the film; but nothing else needs to be decoded. Some codecs
    code every frame whole, which is what `min_gap` is for.

    A source that is not coded (`CodedSource`) has only whole frames, and all of them count.
    """

    name = "iframes"

    def __init__(self, options: CodedOptions | None = None) -> None:
        self.options = options or CodedOptions()

    def select(self, film: FrameSource) -> Selection:
        """Key frames of a film; no other frames are decoded where the source knows them.

        Raises:
            NotAVideo: the film holds no frame.
        """
        clock = Clock()
        taken: list[PackedFrame] = []
        for frame in film.key_frames() if isinstance(film, CodedSource) else film.frames():
            clock.tick(frame.time)
            if not taken or frame.time - taken[-1].time >= self.options.min_gap:
                taken.append(pack(frame))
        span = clock.span(film.span)
        spans = contiguous([frame.time for frame in taken[1:]], span)
        keyframes = tuple(Keyframe(f, s) for f, s in zip(taken, spans, strict=True))
        return Selection(keyframes, settings={"selector": self.name, **asdict(self.options)})
