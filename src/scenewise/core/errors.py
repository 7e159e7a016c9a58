"""Errors a person can act on.

Every error says what happened, to which file, and what to do about it. Foreign exceptions
are mapped to this tree where a library is called, so that nothing above an adapter needs to
know which library is behind it. `exit_code` is what the command line exits with.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar


class ScenewiseError(Exception):
    """Root of the tree: something that Scenewise itself did wrong.

    Args:
        what: what happened, one clause without a full stop.
        path: the file it happened to, if there is one.
        remedy: what to do about it, one clause without a full stop.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, path: str | Path | None = None, remedy: str = "") -> None:
        self.what = what
        self.path = Path(path) if path is not None else None
        self.remedy = remedy
        super().__init__(what)

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path is not None else ""
        then = f"; {self.remedy}" if self.remedy else ""
        return " ".join(f"{where}{self.what}{then}".split())


class InputError(ScenewiseError):
    """What was given cannot be used as it is (exit code 2)."""

    exit_code: ClassVar[int] = 2


class FileMissing(InputError):
    """There is no such file."""


class FileUnreadable(InputError):
    """The file is there but cannot be read: a directory, no permission."""


class NotAVideo(InputError):
    """The file is readable but holds no moving picture: text, an image, sound only, damage."""


class ScriptInvalid(InputError):
    """A script or caption file breaks its format, or contradicts itself."""


class WrongFilm(InputError):
    """The script was made for another film."""


class OutputUnwritable(InputError):
    """The result cannot be written: no permission, no space, the input's own path."""


class UnknownChoice(InputError):
    """An option's value is not one of those that exist (voice, language, selector …)."""


class OptionInvalid(InputError):
    """An option's value is outside its range."""


class ComponentMissing(ScenewiseError):
    """A model, voice or library that the request needs is not here (exit code 3)."""

    exit_code: ClassVar[int] = 3


class ModelMissing(ComponentMissing):
    """Pretrained weights are neither on this machine nor downloadable now."""


class VoiceMissing(ComponentMissing):
    """The voice asked for is not installed or cannot be reached."""
