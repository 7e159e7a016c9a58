"""The CLIP that a narrator was trained on: where it was, and finding it again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from scenewise.core.errors import FileMissing, InputError, ModelMissing, OptionInvalid
from scenewise.core.progress import Progress
from scenewise.distinctad.errors import NarratorInvalid
from scenewise.distinctad.eyes import Eyes
from scenewise.distinctad.narrator_files import ABOUT, about_narrator
from scenewise.distinctad.runs import Run
from scenewise.models import hub
from scenewise.models.catalogue import folder_of

PUBLIC: Final = "features "
"""What the fingerprint begins with where the frames' vectors were distributed ones."""


def narrator_folder(path: Path) -> Path:
    """The folder of a narrator.

    Args:
        path: that folder itself, a run's, or that of its Stage II.

    Raises:
        FileMissing: there is no such folder, or no narrator in the run yet.
        NarratorInvalid: it is something else, such as Stage I's CLIP, or damaged.
    """
    path = Path(path).expanduser()
    run = Run(path)
    for folder in (path, run.narrator, path / "narrator"):
        if (folder / ABOUT).is_file():
            about_narrator(folder)
            return folder
    if run.data_file.is_file():
        raise FileMissing(
            "this run has no narrator yet",
            path=path,
            remedy=f"train it first: scenewise distinctad train {path}",
        )
    if (path / "clip" / "config.json").is_file():
        raise NarratorInvalid(
            "this is Stage I of a run, which has no narrator",
            path=path,
            remedy="choose the folder of the run, once Stage II is done",
        )
    about_narrator(path)  # which says what it is
    return path


def clip_place(run: Run, source: str) -> str:
    """Where a run's CLIP is, as its narrator shall remember it: from the narrator's folder where
    it is in the run, so that a run may be moved.

    Args:
        run: whose narrator.
        source: a hub name, a folder, or `pocket`.
    """
    if Path(source) == run.adapted:
        return Path(os.path.relpath(run.adapted, run.narrator)).as_posix()
    folder = Path(source).expanduser()
    return str(folder.absolute()) if source != hub.POCKET and folder.is_dir() else source


def narrator_eyes(
    folder: Path,
    *,
    named: str = "",
    usual: str = "",
    batch_size: int = 32,
    device: str = "auto",
    precision: str = "auto",
    allow_download: bool = True,
    progress: Progress | None = None,
) -> Eyes:
    """The CLIP that a narrator was trained on.

    Args:
        folder: of the narrator.
        named: where it is, if not where it was: a hub name, a folder, or `pocket`.
        usual: the CLIP to take for a narrator of distributed features, which do not tell theirs.
        batch_size, device, precision, allow_download, progress: see `Eyes`.

    Raises:
        NarratorInvalid: that CLIP is not there any more, or another one was named.
        ModelMissing: it is one of the hub, and cannot be had; or the one that was named cannot.
        OptionInvalid: the one that was named is no CLIP.
    """
    told = about_narrator(folder)
    about: Mapping[str, Any] = told["about"]
    wanted = str(about.get("clip", ""))
    how: dict[str, Any] = {
        "batch_size": batch_size,
        "device": device,
        "precision": precision,
        "allow_download": allow_download,
        "progress": progress,
    }
    if wanted.startswith(PUBLIC):
        source = named or usual
        eyes = Eyes(source, **how)
        if eyes.dimension != told["channels"]:
            raise NarratorInvalid(
                f"the narrator was trained on {wanted}, {told['channels']} numbers a frame, and "
                f"{source} makes {eyes.dimension}",
                path=folder,
                remedy="name the CLIP that made them: --clip",
            )
        return eyes
    if named:
        if _fingerprint(named, allow_download, progress) != wanted:
            raise NarratorInvalid(
                f"{named} is another CLIP than the one that the narrator was trained on",
                path=folder,
                remedy="leave --clip out, or name that one",
            )
        return Eyes(named, **how)
    remembered = str(about.get("clip at", ""))
    absent: ModelMissing | None = None
    for source in _places(folder, remembered):
        try:
            found = _fingerprint(source, allow_download, progress)
        except ModelMissing as error:
            absent = error if source == remembered and not Path(source).is_absolute() else absent
            continue
        except OptionInvalid:
            continue
        if found == wanted:
            return Eyes(source, **how)
    if absent is not None:  # it is on the hub, and how to fetch it is known
        raise absent
    raise NarratorInvalid(
        "the CLIP that the narrator was trained on is not where it was",
        path=folder,
        remedy="name it with --clip, or train the narrator again",
    )


def _places(folder: Path, remembered: str) -> Iterator[str]:
    """Where a narrator's CLIP may be: where it was, and where runs have it."""
    if remembered.startswith(".."):
        yield str((folder / remembered).resolve())
    elif remembered:
        yield remembered
    run = Run(folder.resolve().parent.parent)
    yield str(run.adapted)
    with suppress(InputError):  # unless the narrator was taken out of its run
        yield run.data().clip
    yield hub.POCKET


def _fingerprint(source: str, allow_download: bool, progress: Progress | None) -> str:
    folder = folder_of(source, allow_download=allow_download, progress=progress)
    return hub.fingerprint(folder)
