"""The pictures of a store's frames: one file for each writing of a video.

They are most of a collection's bytes and never change, so they lie beside the tables, which
are written anew whenever they are tidied. A file is written before the row that names it and
deleted after that row is gone: what is killed in between leaves a file that nobody names,
which `sweep` clears away.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path


class Pictures:
    """The files of pictures.

    Args:
        folder: where they lie; made when the first is written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, generation: str, pictures: Sequence[bytes]) -> None:
        """Keep the pictures of one writing of a video, one after another in one file."""
        if not pictures:
            return
        path = self._path(generation)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(pictures))

    def read(self, generation: str, sizes: Sequence[int]) -> list[bytes]:
        """The pictures of one writing.

        Args:
            generation: which.
            sizes: bytes of each picture.

        Raises:
            OSError: the file is gone.
            ValueError: it is not as long as it was.
        """
        if not sizes:
            return []
        whole = self._path(generation).read_bytes()
        if len(whole) != sum(sizes):
            raise ValueError(f"the pictures in {generation} are not whole")
        found, first = [], 0
        for size in sizes:
            found.append(whole[first : first + size])
            first += size
        return found

    def remove(self, generations: Iterable[str]) -> None:
        """Delete the pictures of writings that no row names any more."""
        for generation in generations:
            self._path(generation).unlink(missing_ok=True)

    def sweep(self, generations: Iterable[str]) -> None:
        """Delete all pictures but those of these writings."""
        named = set(generations)
        for path in self._folder.glob("*/*.jpegs"):
            if path.stem not in named:
                path.unlink(missing_ok=True)

    def _path(self, generation: str) -> Path:
        # folders of a few hundred files stay quick everywhere
        return self._folder / generation[:2] / f"{generation}.jpegs"
