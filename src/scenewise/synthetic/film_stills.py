"""Films as numbered pictures, three a second, as TVQA's are distributed: without sound, a twentieth
of the time to draw. What learns to tell films needs hundreds of them, and looks at no more."""

from __future__ import annotations

import io
import math
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from PIL import Image as Pillow

from scenewise.core.errors import OutputUnwritable
from scenewise.core.media_types import Image
from scenewise.media.atomic import atomic

RATE: Final = 3
"""Pictures a second; the first is `00001.jpg`."""

_QUALITY: Final = 90


def write_stills(path: Path, pictures: Iterable[Image]) -> None:
    """Pack pictures as `00001.jpg` and so on.

    Args:
        path: where they go, a `.tar`.
        pictures: `RATE` a second, [h, w, 3].

    Raises:
        OutputUnwritable: it cannot be written.
    """
    try:
        with atomic(path) as temporary, tarfile.open(temporary, "w") as packed:
            for number, picture in enumerate(pictures, 1):
                data = io.BytesIO()
                Pillow.fromarray(picture).save(data, format="JPEG", quality=_QUALITY)
                about = tarfile.TarInfo(
                    f"{number:05d}.jpg"
                )  # no time: the same film, the same file
                about.size = data.tell()
                data.seek(0)
                packed.addfile(about, data)
    except tarfile.TarError as error:
        raise OutputUnwritable(
            f"it cannot be written ({error})", path=path, remedy="write elsewhere"
        ) from error


def stills_size(path: Path, seconds: float) -> tuple[int, int] | None:
    """Width and height of a whole film of this length; None where it is not there, or not whole."""
    try:
        with tarfile.open(path) as packed:
            members = packed.getmembers()
            # as `films._pictures` counts them: the last one begins before the film ends
            if not members or abs(len(members) - math.ceil(seconds * RATE)) > 1:
                return None
            first = packed.extractfile(members[0])
            if first is None:
                return None
            with Pillow.open(io.BytesIO(first.read())) as picture:
                return picture.size
    except (OSError, tarfile.TarError):
        return None
