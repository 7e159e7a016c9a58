"""Writing files so that a reader never sees half of one, and an input is never harmed."""

from __future__ import annotations

import errno
import os
import re
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from scenewise.core.errors import OutputUnwritable

if sys.platform != "win32":
    import fcntl

_CAUSES: Final[dict[int, tuple[str, str]]] = {
    errno.ENOSPC: ("there is no space left on the disk", "free some space or write elsewhere"),
    errno.EDQUOT: ("the disk quota is used up", "free some space or write elsewhere"),
    errno.EFBIG: ("the file grew too large for its disk", "write to another disk"),
    errno.EACCES: ("no permission to write here", "choose a folder you may write to"),
    errno.EPERM: ("no permission to write here", "choose a folder you may write to"),
    errno.EROFS: ("the disk is read-only", "choose a folder you may write to"),
    errno.ENOENT: ("its folder does not exist", "make the folder first or choose another"),
    errno.ENOTDIR: ("part of its path is not a folder", "choose another folder"),
    errno.EISDIR: ("there is a folder of that name", "choose another name"),
    errno.ENAMETOOLONG: ("its name is too long", "choose a shorter name"),
    errno.ELOOP: ("its path is a loop of links", "choose another folder"),
}

_LONG_AGO: Final = 3600.0  # seconds

_TEMPORARY: Final = re.compile(r"\.[0-9a-f]{16}(\.[^.]*)?")


@contextmanager
def atomic(path: Path, *, overwrite: bool = True) -> Iterator[Path]:
    """A temporary path beside `path` that becomes `path` when the block succeeds.

    The temporary file has the same suffix, because libraries choose a format by it. Whatever
    goes wrong in the block, `KeyboardInterrupt` included, it is removed and `path` is as it
    was before. Where the process is killed it stays, until `remove_left` finds it.

    Args:
        path: the file to make.
        overwrite: whether an existing file is replaced.

    Raises:
        OutputUnwritable: the folder is missing or not writable, the disk is full, `path` is
            a folder or a device, or it exists and `overwrite` is false.
    """
    path = Path(path)
    temporary = path.with_name(f".{secrets.token_hex(8)}{path.suffix}")
    try:
        _check_target(path, overwrite)
        # made here, so that a folder that cannot be written to is found before any work
        with closing(_made(temporary)):
            yield temporary
            _check_target(path, overwrite)
            temporary.replace(path)
    except BaseException as error:
        _remove(temporary)
        mapped = _mapped(error, path, temporary)
        if mapped is not None:
            raise mapped from error
        raise


def remove_left(folder: Path) -> None:
    """Remove temporary files of `atomic` whose process was killed before it could.

    What a running process is writing stays, whoever started it: it holds a lock, which the system
    lets go of when the process ends. A disk that knows no locks keeps what is left. On Windows the
    file is not held between being made and being written, so that there only what was last written
    over an hour ago is removed; no file that is open is.

    Args:
        folder: in which files were made; not those below it.
    """
    with suppress(OSError):  # nothing is lost where that fails
        for path in [one for one in folder.iterdir() if _TEMPORARY.fullmatch(one.name)]:
            with suppress(OSError):
                if sys.platform == "win32":
                    if time.time() - path.stat().st_mtime > _LONG_AGO:
                        path.unlink()
                    continue
                with path.open("rb") as held:
                    if _unheld(held):
                        path.unlink()


def atomic_text(path: Path, text: str, *, overwrite: bool = True) -> None:
    """Write a text file, UTF-8 with `\\n` line ends, whole or not at all.

    Raises:
        OutputUnwritable: see `atomic`.
    """
    with atomic(path, overwrite=overwrite) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def made_folder(path: Path) -> Path:
    """A folder, made with those above it where it is missing.

    Raises:
        OutputUnwritable: it cannot be made.
    """
    path = Path(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputUnwritable(
            f"the folder cannot be made ({error.strerror})",
            path=path,
            remedy="choose a folder you may write to",
        ) from error
    return path


def refuse_input(out: Path, *inputs: Path) -> None:
    """Make sure that a result does not replace what it is made from.

    Two paths are the same file when the file system says so: through links, hard links,
    relative paths and, where it ignores case, other capitals.

    Raises:
        OutputUnwritable: `out` is one of the inputs.
    """
    for path in inputs:
        try:
            same = Path(out).samefile(path)
        except (OSError, ValueError):
            # one of them does not exist, so that only a future file could be the same
            same = Path(os.path.realpath(out)) == Path(os.path.realpath(path))
        if same:
            raise OutputUnwritable(
                "the result would replace its own input", path=out, remedy="choose another name"
            )


def _check_target(path: Path, overwrite: bool) -> None:
    try:
        if path.is_dir():
            what, remedy = _CAUSES[errno.EISDIR]
            raise OutputUnwritable(what, path=path, remedy=remedy)
        exists = path.exists()
    except (PermissionError, ValueError):
        return  # making the temporary file tells more
    if exists and not path.is_file():
        raise OutputUnwritable(
            "that is a device, not a file", path=path, remedy="choose another name"
        )
    if exists and not overwrite:
        raise OutputUnwritable(
            "there is a file of that name already",
            path=path,
            remedy="choose another name or allow it to be replaced",
        )


def _made(temporary: Path) -> BinaryIO:
    """A new file, which `remove_left` leaves alone until it is closed."""
    while True:
        held = temporary.open("xb")
        try:
            if not _locked(held):  # Windows, where it must be closed to be renamed
                held.close()
                return held
            if temporary.exists():
                return held
        except BaseException:
            held.close()
            raise
        held.close()  # `remove_left` took it before it was held: it is made again


def _locked(held: BinaryIO) -> bool:
    """Whether this process holds the file from now on, until it closes it; where `remove_left` of
    another holds it, that is waited for, which is not long."""
    if sys.platform == "win32":
        return False
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
    except OSError:  # the disk knows no locks
        return False
    return True


def _unheld(held: BinaryIO) -> bool:
    """Whether no other process held the file; this one does from now on, until it closes it."""
    if sys.platform == "win32":
        return False
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # somebody else holds it, or the disk knows no locks
        return False
    return True


def _remove(temporary: Path) -> None:
    try:
        temporary.unlink(missing_ok=True)
    except OSError:
        # nothing can be done here, and the first error matters more than this one
        return


def _mapped(error: BaseException, path: Path, temporary: Path) -> OutputUnwritable | None:
    """The error in our own words if it is about the file being written.

    Errors of FFmpeg carry `errno` and `filename` as those of Python do, but are not all
    derived from `OSError`.
    """
    number = getattr(error, "errno", None)
    if number not in _CAUSES:
        return None
    about = getattr(error, "filename", None)
    if about:
        named = Path(os.fsdecode(about).removeprefix("file:"))
        # a folder above it may be what is missing or closed
        if named not in (path, temporary, *path.parents):
            return None
    return OutputUnwritable(_CAUSES[number][0], path=path, remedy=_CAUSES[number][1])
