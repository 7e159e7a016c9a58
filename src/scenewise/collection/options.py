"""What a person may choose of how a collection is made. Loads nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from scenewise.core.options import Checked, nested, option
from scenewise.models.text_reader import ReaderOptions

SELECTOR: Final = "clarity-colour"
FRAMES: Final = 5
"""How a video is summed up unless told otherwise: as Lai (2023) does."""

_GROUP: Final = "Indexing"


@dataclass(frozen=True)
class IndexOptions(Checked):
    """How videos become rows of a collection.

    What is left empty is as the collection was made, and in a new one the default.
    """

    selector: str = option(
        "",
        f"how the frames of a video are chosen: {SELECTOR} (Lai 2023; the default), shots, "
        "uniform, gaussian, iframes, or a plug-in",
        group=_GROUP,
    )
    frames: int | None = option(
        None,
        f"frames taken from a video where the selector lets that be chosen [default: {FRAMES}]",
        low=1,
        high=100,
        group=_GROUP,
    )
    clip: str = option(
        "",
        "model that puts pictures and words into one space: multilingual (clip-ViT-B-32 "
        "with a text tower of 50 languages; the default), clip-ViT-B-32, siglip2, a hub name, "
        "a folder, pocket, or a pair IMAGES+TEXTS",
        group=_GROUP,
    )
    text: str = option(
        "rapidocr", "who reads writing on screen: rapidocr, none, or a plug-in", group=_GROUP
    )
    reading: ReaderOptions = nested(ReaderOptions)
    batch: int = option(
        32, "frames that go through the model at once", low=1, high=4096, group=_GROUP
    )


@dataclass(frozen=True)
class WatchOptions(Checked):
    """Whether indexing goes on."""

    prune: bool = option(
        False,
        "remove videos whose files are gone (in the folders given) from the collection",
        group=_GROUP,
    )
    watch: bool = option(
        False, "go on: look for new, changed and deleted files until stopped", group=_GROUP
    )
    every: float = option(
        10.0, "time between two looks with --watch", low=0.1, high=86400, unit="s", group=_GROUP
    )


@dataclass(frozen=True)
class Settled:
    """Options with nothing left open.

    Args:
        selector, frames: how a video is summed up.
        options: the rest.
    """

    selector: str
    frames: int
    options: IndexOptions = field(default_factory=IndexOptions)

    @property
    def summary(self) -> str:
        """The way frames are chosen, as a collection remembers it."""
        return f"{self.selector} {self.frames}"


def settled(options: IndexOptions, summary: str = "") -> Settled:
    """Options with what they leave open taken from a collection, or from the defaults.

    Args:
        options: as chosen.
        summary: what the collection remembers; empty for a new one.
    """
    name, _, count = summary.rpartition(" ")
    selector = options.selector or name or SELECTOR
    frames = options.frames or (int(count) if count.isdecimal() else FRAMES)
    return Settled(selector, frames, options)
