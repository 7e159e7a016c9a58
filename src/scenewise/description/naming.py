"""What the files of a described film are called."""

from __future__ import annotations

import errno
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from scenewise.core.errors import OutputUnwritable, ScenewiseError
from scenewise.core.script import FilmReference
from scenewise.description.formats.files import JSON_SUFFIX, read_script
from scenewise.description.formats.plain_text import scrubbed
from scenewise.media.probe import digest as digest_of

_ENDINGS = (
    *(f".described{suffix}" for suffix in (".mp4", ".mkv", ".webm", ".m4a", ".ogg")),
    *(".ad.json", ".ad.vtt", ".ad.srt", ".dapt.xml", ".report.html"),
)


@dataclass(frozen=True)
class Outputs:
    """Every file that belongs to one described film.

    Args:
        folder: where they lie.
        stem: the film's name without its suffix; with it where a script of another film, which
            differs in the suffix alone, has the shorter name already.
        suffix: the described film's suffix, `.mp4`, `.mkv` or `.webm`.
    """

    folder: Path
    stem: str
    suffix: str = ".mp4"

    @classmethod
    def beside(cls, film: Path, folder: Path | None = None, suffix: str = ".mp4") -> Outputs:
        """Named after a film, in `folder` or else beside the film itself.

        Raises:
            OutputUnwritable: the script of another film of the same name lies there.
        """
        folder = Path(folder) if folder is not None else film.parent
        return cls(folder, _stem(film, folder), suffix)

    def _named(self, ending: str) -> Path:
        return self.folder / f"{self.stem}{ending}"

    @property
    def film(self) -> Path:
        """The described film."""
        return self._named(f".described{self.suffix}")

    @property
    def sound(self) -> Path:
        """The described sound alone."""
        return self._named(".described.m4a" if self.suffix != ".webm" else ".described.ogg")

    @property
    def report(self) -> Path:
        """The report of this film."""
        return self._named(".report.html")

    @property
    def script(self) -> Path:
        """The script to edit."""
        return self._named(".ad.json")

    @property
    def captions(self) -> Path:
        """The descriptions as WebVTT, kind descriptions."""
        return self._named(".ad.vtt")


@contextmanager
def prepare_output(film: Path, output_dir: str | Path | None) -> Iterator[Path]:
    """The folder for the results, made if need be and known to be writable.

    Asked before the long work begins, so that nobody waits an hour for a refusal. A folder
    that was made here and is still empty when the work fails is removed again.

    Raises:
        OutputUnwritable: it cannot be made, is no folder, may not be written to, or the
            results cannot have their names in it, one of which may be another film's.
    """
    folder = Path(output_dir) if output_dir is not None else Path(film).parent
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except (FileExistsError, NotADirectoryError) as error:
            raise OutputUnwritable(
                "this is not a folder", path=folder, remedy="name a folder with --output-dir"
            ) from error
        except OSError as error:
            raise _unwritable(error, folder) from error
        _require_names(Outputs.beside(Path(film), folder))
        yield folder
    except BaseException:
        for path in made:
            with suppress(OSError):
                path.rmdir()
        raise


@contextmanager
def together(folder: Path) -> Iterator[Path]:
    """A hidden folder inside `folder`. The files in it move to `folder` when the block has
    succeeded; otherwise none does, and `folder` is as it was before.

    Raises:
        OutputUnwritable: the files cannot be put where they belong.
    """
    try:
        stage = Path(tempfile.mkdtemp(prefix=".scenewise-", dir=folder))
    except OSError as error:
        raise _unwritable(error, folder) from error
    try:
        yield stage
        try:
            for path in sorted(stage.iterdir()):
                path.replace(folder / path.name)
        except OSError as error:
            raise _unwritable(error, folder) from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _stem(film: Path, folder: Path) -> str:
    """What the results of a film are called before their endings. Scripts know their film, so
    that none is ever overwritten with that of another."""
    path, other = folder, ""
    for stem in dict.fromkeys((film.stem, film.name)):
        path = folder / f"{stem}{JSON_SUFFIX}"
        owner = _owner(path)
        if owner is None or owner == FilmReference():
            return stem
        other, named = owner.name, owner.name == scrubbed(film.name)
        if named and _same_folder(folder, film.parent):
            return stem  # there can be but one film of that name: it was made anew
        if owner.digest and owner.digest == digest_of(film):
            return stem
        if named:
            break  # results of two such names side by side would only be taken for each other
    raise OutputUnwritable(
        f"this is the script of another film that is called {other}",
        path=path,
        remedy="name another folder with --output-dir, or move the script away",
    )


def _owner(path: Path) -> FilmReference | None:
    """The film of a script; None where there is no script that can be read."""
    try:
        return replace(read_script(path).film, duration=0.0) if path.is_file() else None
    except (ScenewiseError, OSError):
        return None


def _same_folder(one: Path, two: Path) -> bool:
    try:
        return one.samefile(two)
    except OSError:
        return False


def _require_names(outputs: Outputs) -> None:
    """Raise unless every result can have its name."""
    for ending in _ENDINGS:
        path = outputs.folder / f"{outputs.stem}{ending}"
        try:
            mode = path.lstat().st_mode
        except FileNotFoundError:
            continue
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                raise OutputUnwritable(
                    "the names of the results would be too long",
                    path=path,
                    remedy="give the film a shorter name",
                ) from error
            raise _unwritable(error, outputs.folder) from error
        if stat.S_ISDIR(mode):
            raise OutputUnwritable(
                "there is a folder of that name",
                path=path,
                remedy="rename it, or name another folder with --output-dir",
            )


def _unwritable(error: OSError, folder: Path) -> OutputUnwritable:
    reason = (error.strerror or "it cannot be written to").lower()
    return OutputUnwritable(
        f"results cannot be written here ({reason})",
        path=folder,
        remedy="name another folder with --output-dir",
    )
