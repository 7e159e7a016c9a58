"""Keeping what was made of files: a folder for each way of making it, and how a file is known."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scenewise.media.atomic import atomic_text, made_folder


def settings_folder(folder: Path, settings: Mapping[str, Any]) -> Path:
    """The folder in `folder` that belongs to a combination of settings, made where it is missing.

    Its name is a hash of them; `settings.json` in it tells them.

    Args:
        folder: of all combinations.
        settings: what the things to be kept depend on, as plain values.

    Raises:
        OutputUnwritable: the folder cannot be made.
    """
    made = made_folder(settings_place(folder, settings))
    atomic_text(made / "settings.json", _told(settings) + "\n")
    return made


def settings_place(folder: Path, settings: Mapping[str, Any]) -> Path:
    """Where `settings_folder` is, or would be."""
    return Path(folder) / hashlib.sha256(_told(settings).encode()).hexdigest()[:16]


def _told(settings: Mapping[str, Any]) -> str:
    return json.dumps(dict(settings), sort_keys=True)


def source_of(file: Path) -> list[int]:
    """Size and time of change of a file: what tells that it is another one now."""
    state = file.stat()
    return [state.st_size, state.st_mtime_ns]
