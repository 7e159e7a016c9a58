"""The model of a collection: what makes its vectors, and what says that it did."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scenewise.collection.types import ModelMark
from scenewise.core.errors import ModelMissing
from scenewise.core.ports import Embedder
from scenewise.core.progress import Progress
from scenewise.models import hub

DEFAULT: Final = "multilingual"
"""CLIP ViT-B/32 with a text tower for 50 languages (see `models.multilingual`), as Lai (2023)."""

BLIND: Final = 1
"""Dimension of the vectors of a collection without a model: a store holds no empty ones, so
that each frame has the number 1, which says nothing."""


@dataclass(frozen=True)
class Eyes:
    """A model and its mark.

    Args:
        embedder: None where a collection has no vectors.
        mark: what the collection remembers.
        note: a line for the person; empty where all is as asked.
    """

    embedder: Embedder | None
    mark: ModelMark
    note: str = ""


def open_eyes(
    name: str,
    summary: str,
    *,
    batch: int = 32,
    allow_download: bool = True,
    progress: Progress | None = None,
) -> Eyes:
    """The model for a new collection.

    A model that was asked for by name must be there. The default one may be missing: then
    the collection is made without vectors, and the note says so.

    Args:
        name: a hub name or a short one, a folder, `pocket`, or a pair (see
            `models.multilingual.embedder_for`); empty for the default.
        summary: the way frames are chosen, which the mark names.
        batch: frames that go through the model at once.
        allow_download: whether weights may be fetched.
        progress: shows the download.

    Raises:
        ModelMissing: the model asked for is neither here nor to be had.
        OptionInvalid: it is no model of this family.
    """
    try:
        embedder, revision = _loaded(name or DEFAULT, batch, allow_download, progress)
    except ModelMissing as missing:
        if name:
            raise
        return Eyes(None, blind(summary), _missing(missing))
    return Eyes(embedder, ModelMark(_kept(name or DEFAULT), revision, embedder.dimension, summary))


def open_again(
    mark: ModelMark,
    *,
    batch: int = 32,
    allow_download: bool = True,
    progress: Progress | None = None,
) -> Eyes:
    """The model that made a collection's vectors.

    Raises:
        ModelMissing: it is neither here nor to be had.
    """
    if is_blind(mark):
        return Eyes(None, mark)
    embedder, revision = _loaded(mark.name, batch, allow_download, progress)
    return Eyes(embedder, ModelMark(mark.name, revision, embedder.dimension, mark.summary))


@contextmanager
def sharing_cores() -> Iterator[None]:
    """Half of the cores are the model's while films are decoded beside it.

    With a thread for each core, those that have nothing to do wait busily for those that a
    decoder holds up.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(max(1, before // 2))
    try:
        yield
    finally:
        torch.set_num_threads(before)


def blind(summary: str) -> ModelMark:
    """The mark of a collection without vectors."""
    return ModelMark("", "", BLIND, summary)


def is_blind(mark: ModelMark) -> bool:
    """Whether a collection has no vectors."""
    return not mark.name


def _loaded(
    name: str, batch: int, allow_download: bool, progress: Progress | None
) -> tuple[Embedder, str]:
    from scenewise.models.multilingual import embedder_for

    embedder = embedder_for(
        name, batch_size=batch, allow_download=allow_download, progress=progress
    )
    return embedder, embedder.fingerprint


def _kept(name: str) -> str:
    """A name that means the same from any folder."""
    if name == hub.POCKET:
        return name
    if Path(name).expanduser().exists():
        return str(Path(name).expanduser().resolve())
    parts = (Path(part).expanduser() for part in name.split("+"))
    return "+".join(str(part.resolve()) if part.exists() else str(part) for part in parts)


def _missing(missing: ModelMissing) -> str:
    return (
        f"Pictures cannot be searched, only text on screen and what was written about the "
        f"videos: {missing.what}. To have vectors, run: scenewise models pull {DEFAULT}, and "
        f"index into a new folder"
    )
