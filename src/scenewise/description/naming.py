"""What the files of a described film are called."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from scenewise.core.errors import OutputUnwritable


@dataclass(frozen=True)
class Outputs:
    """Every file that belongs to one described film.

    Args:
        folder: where they lie.
        stem: the film's name without its suffix.
        suffix: the described film's suffix, `.mp4`, `.mkv` or `.webm`.
    """

    folder: Path
    stem: str
    suffix: str = ".mp4"

    @classmethod
    def beside(cls, film: Path, folder: Path | None = None, suffix: str = ".mp4") -> Outputs:
        """Named after a film, in `folder` or else beside the film itself."""
        return cls(Path(folder) if folder is not None else film.parent, film.stem, suffix)

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
        OutputUnwritable: it cannot be made, is no folder, or may not be written to.
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
            reason = (error.strerror or "it cannot be written to").lower()
            raise OutputUnwritable(
                f"results cannot be written here ({reason})",
                path=folder,
                remedy="name another folder with --output-dir",
            ) from error
        yield folder
    except BaseException:
        for path in made:
            with suppress(OSError):
                path.rmdir()
        raise
