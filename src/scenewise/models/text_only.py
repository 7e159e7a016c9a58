"""No captioner at all: a film is then described by its on-screen text alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scenewise.core.media_types import Candidate, Keyframe
from scenewise.core.ports import CaptionContext
from scenewise.models.caption_options import CaptionOptions


class TextOnly:
    """A `Captioner` that says nothing about any key frame, and needs no model."""

    def __init__(self, options: CaptionOptions | None = None) -> None:
        self.options = options or CaptionOptions()
        self.name = "text"

    def describe(
        self, keyframes: Sequence[Keyframe], context: CaptionContext
    ) -> Iterator[list[Candidate]]:
        """An empty list for every key frame."""
        for _ in keyframes:
            yield []
