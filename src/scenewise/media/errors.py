"""PyAV's and the system's errors in the words of `scenewise.core.errors`.

Everything that opens or reads a file in this package does it inside `reading_errors`, so that
no exception of FFmpeg, PyAV or the operating system leaves the package.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import av.error

from scenewise.core.errors import (
    FileMissing,
    FileUnreadable,
    NotAVideo,
    OutputUnwritable,
    ScenewiseError,
)

CUT_SHORT = "the recording or download was cut short, fetch it again or repair it"


def reading_error(error: BaseException, path: str | os.PathLike[str]) -> ScenewiseError:
    """What an exception raised while a film was being opened or read means for a person.

    Args:
        error: from the operating system, PyAV or FFmpeg.
        path: the file that was being read.

    Returns:
        The error to raise; `error` itself when it is one of ours already.
    """
    if isinstance(error, ScenewiseError):
        return error
    where = Path(path)
    if isinstance(error, FileNotFoundError):
        return FileMissing("there is no such file", path=where, remedy="check the name")
    if isinstance(error, IsADirectoryError):
        return FileUnreadable("this is a folder", path=where, remedy="give a video file")
    if isinstance(error, PermissionError):
        return FileUnreadable(
            "the file may not be read", path=where, remedy="change its permissions or copy it"
        )
    if isinstance(error, (av.error.DecoderNotFoundError, av.error.PatchWelcomeError)):
        return NotAVideo(
            f"it is stored in a way that cannot be decoded here ({_words(error)})",
            path=where,
            remedy="convert it to MP4 with H.264 first",
        )
    if isinstance(error, (av.error.InvalidDataError, av.error.DemuxerNotFoundError, EOFError)):
        return NotAVideo(
            f"it cannot be read as a video ({_words(error)})",
            path=where,
            remedy="choose another file, or fetch or repair this one",
        )
    if isinstance(error, OSError):
        return FileUnreadable(
            f"reading failed ({_words(error)})",
            path=where,
            remedy="check the disk or connection it lies on",
        )
    if isinstance(error, (av.error.FFmpegError, ValueError)):
        return NotAVideo(
            f"it cannot be read as a video ({_words(error)})",
            path=where,
            remedy="convert it to MP4 first",
        )
    return ScenewiseError(f"reading failed ({type(error).__name__}: {error})", path=where)


@contextmanager
def reading_errors(path: str | os.PathLike[str]) -> Iterator[None]:
    """Raise what goes wrong inside as an error of ours (see `reading_error`)."""
    try:
        yield
    except (OSError, EOFError, av.error.FFmpegError) as error:
        raise reading_error(error, path) from error


@contextmanager
def writing_errors(path: str | os.PathLike[str]) -> Iterator[None]:
    """Raise what an encoder or container refuses as `OutputUnwritable`. What the disk refuses
    is told by `scenewise.media.atomic`."""
    try:
        yield
    except (av.error.FFmpegError, ValueError) as error:
        raise OutputUnwritable(
            f"writing failed ({_words(error)})",
            path=Path(path),
            remedy="choose another place or another format",
        ) from error


def _words(error: BaseException) -> str:
    """FFmpeg's own message, with the more telling line of its log where there is one."""
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    log = getattr(error, "log", None)
    if isinstance(log, tuple) and len(log) == 3 and isinstance(log[2], str):
        said = f"{said}: {log[2]}"
    return " ".join(str(said).lower().rstrip(".").split())
