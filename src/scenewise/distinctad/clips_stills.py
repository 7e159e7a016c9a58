"""Films that are distributed as numbered pictures, so many a second, as TVQA's are: a folder of
them, or a .tar of it (as AutoAD-Zero packs TV-AD)."""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Generator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from scenewise.core.errors import FileMissing, FileUnreadable, NotAVideo
from scenewise.core.media_types import Frame, Image
from scenewise.core.time import Span

_NUMBERED: Final = re.compile(r"\D*(\d+)\.(?:jpe?g|png)", re.IGNORECASE)


class Stills:
    """Numbered pictures as a film; a `scenewise.core.ports.FrameSource`.

    Picture k is on screen from (k - 1) / rate to k / rate seconds; where numbers are missing, the
    one before stays.

    Args:
        path: a folder with `00001.jpg` and so on, or a .tar of one.
        rate: pictures a second.

    Raises:
        FileMissing, FileUnreadable: it is not there, or cannot be read.
        NotAVideo: there is no numbered picture in it.
    """

    def __init__(self, path: Path, rate: float) -> None:
        self.path, self.rate = Path(path), rate
        try:
            names = self._names()
        except FileNotFoundError as error:
            raise FileMissing(
                "there are no such pictures", path=self.path, remedy="check the path"
            ) from error
        except (OSError, tarfile.TarError) as error:
            raise FileUnreadable(
                "it cannot be read as a folder or .tar of pictures",
                path=self.path,
                remedy="fetch it anew",
            ) from error
        self._pictures: dict[int, str] = {}
        for name in sorted(names):
            match = _NUMBERED.fullmatch(name.rpartition("/")[2])
            if match:
                self._pictures[int(match[1])] = name
        if not self._pictures:
            raise NotAVideo(
                "there is no numbered picture in it",
                path=self.path,
                remedy="give a folder of 00001.jpg, 00002.jpg …",
            )
        self._numbers = sorted(self._pictures)

    @property
    def span(self) -> Span:
        """From the first picture to the end of the last."""
        return Span(self._time(self._numbers[0]), self._numbers[-1] / self.rate)

    def frames(self) -> Generator[Frame, None, None]:
        """Every picture in order of time; read when its pixels are asked for.

        Raises:
            NotAVideo: a picture is damaged.
        """
        return self._shown(self._numbers)

    def at(self, times: Sequence[float]) -> Generator[Frame, None, None]:
        """The pictures on screen at some times, one for each.

        Raises:
            NotAVideo: a picture is damaged.
        """
        starts = np.array([self._time(number) for number in self._numbers])
        places = np.searchsorted(starts, np.asarray(times, float), side="right") - 1
        return self._shown([self._numbers[max(0, int(place))] for place in places])

    def _shown(self, numbers: Sequence[int]) -> Generator[Frame, None, None]:
        if self.path.is_dir():
            for number in numbers:
                yield self._frame(number, (self.path / self._pictures[number]).read_bytes())
            return
        with tarfile.open(self.path) as packed:
            for number in numbers:
                member = packed.extractfile(self._pictures[number])
                yield self._frame(number, member.read() if member is not None else b"")

    def _frame(self, number: int, data: bytes) -> Frame:
        from PIL import Image as Pillow
        from PIL import UnidentifiedImageError

        try:
            with Pillow.open(io.BytesIO(data)) as opened:
                width, height = opened.size
        except (OSError, UnidentifiedImageError) as error:
            raise NotAVideo(
                f"the picture {self._pictures[number]} is damaged",
                path=self.path,
                remedy="fetch it anew",
            ) from error
        return Frame.lazy(self._time(number), width, height, partial(self._load, number, data))

    def _load(self, number: int, data: bytes, width: int, height: int) -> Image:
        from PIL import Image as Pillow

        try:
            with Pillow.open(io.BytesIO(data)) as opened:
                picture = opened.convert("RGB")
        except OSError as error:
            raise NotAVideo(
                f"the picture {self._pictures[number]} is damaged",
                path=self.path,
                remedy="fetch it anew",
            ) from error
        if picture.size != (width, height):
            picture = picture.resize((width, height), Pillow.Resampling.BOX)
        return np.array(picture)

    def _names(self) -> list[str]:
        if self.path.is_dir():
            return [one.name for one in self.path.iterdir() if one.is_file()]
        with tarfile.open(self.path) as packed:
            return [one.name for one in packed if one.isfile()]

    def _time(self, number: int) -> float:
        return (number - 1) / self.rate
