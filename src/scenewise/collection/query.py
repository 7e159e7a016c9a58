"""What somebody asks a collection, as they write it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Final

import numpy as np

from scenewise.collection.where import Where
from scenewise.core.errors import FileMissing, FileUnreadable, InputError
from scenewise.core.media_types import Image

HEAVIEST: Final = 10.0
"""The greatest weight of a part of a query."""

_COMMAS: Final = re.compile(r"[,，、،;；\n]+")  # as written in Latin, Chinese and Arabic
_WEIGHT: Final = re.compile(r"\s*[:：]\s*([-+]?(?:\d+(?:\.\d*)?|\.\d+))\s*$")
_CLOCK: Final = re.compile(r"(?:(?:(\d+):)?([0-5]?\d):)?(\d+(?:\.\d*)?|\.\d+)$")
_LARGEST: Final = 100_000_000  # pixels of a picture


class QueryInvalid(InputError):
    """A query that asks for nothing, contradicts itself or is not written as queries are."""


class NotAPicture(InputError):
    """The file is readable but is no picture."""


@dataclass(frozen=True)
class Phrase:
    """Words, and how much they count beside the other parts of a query.

    Args:
        text: the words, in any language that the model knows.
        weight: more than 0, at most 10.
    """

    text: str
    weight: float = 1.0

    def __post_init__(self) -> None:
        _check_weight(self.text, self.weight)


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture that the results shall be like.

    Args:
        image: upright RGB pixels, uint8 H×W×3.
        weight: more than 0, at most 10.
    """

    image: Image
    weight: float = 1.0

    def __post_init__(self) -> None:
        _check_weight("the picture", self.weight)


@dataclass(frozen=True)
class Example:
    """A moment of the collection that the results shall be like.

    Args:
        id: of the video.
        time: seconds; the frame nearest to it counts. None for the whole video.
        weight: more than 0, at most 10.
    """

    id: str
    time: float | None = None
    weight: float = 1.0

    def __post_init__(self) -> None:
        _check_weight(self.id, self.weight)


@dataclass(frozen=True)
class Query:
    """What is looked for.

    Args:
        texts: what is seen, in words.
        pictures: what it looks like.
        examples: moments of the collection that it is like.
        plus: ideas that are added.
        minus: ideas that are taken away.
        where: which videos are looked at.

    Raises:
        QueryInvalid: there is nothing to look for; words to take away alone are not enough.
    """

    texts: tuple[Phrase, ...] = ()
    pictures: tuple[Picture, ...] = ()
    examples: tuple[Example, ...] = ()
    plus: tuple[Phrase, ...] = ()
    minus: tuple[Phrase, ...] = ()
    where: Where = field(default_factory=Where)

    def __post_init__(self) -> None:
        if self.texts or self.pictures or self.examples or self.plus:
            return
        if self.minus:
            raise QueryInvalid(
                "the query only says what is not wanted",
                remedy="add words, a picture or a moment that it is taken away from",
            )
        raise QueryInvalid("the query is empty", remedy="give words, a picture or a moment")

    @property
    def words(self) -> str:
        """What full-text search looks for: the words that are wanted."""
        return " ".join(phrase.text for phrase in (*self.texts, *self.plus))


def read_query(
    texts: Sequence[str] = (),
    images: Sequence[str | Path] = (),
    like: Sequence[str] = (),
    plus: str = "",
    minus: str = "",
    where: Where | None = None,
) -> Query:
    """A query from what stands on a command line.

    Args:
        texts: sentences; each is one whole, commas and all, and may end in a weight.
        images: files of pictures.
        like: moments of the collection (see `read_example`).
        plus, minus: phrases between commas (see `read_phrases`).
        where: which videos are looked at.

    Raises:
        QueryInvalid, FileMissing, FileUnreadable, NotAPicture.
    """
    return Query(
        texts=tuple(_phrase(text) for text in texts if text.strip()),
        pictures=tuple(Picture(read_picture(path)) for path in images),
        examples=tuple(read_example(text) for text in like),
        plus=read_phrases(plus),
        minus=read_phrases(minus),
        where=where or Where(),
    )


def read_phrases(text: str) -> tuple[Phrase, ...]:
    """Phrases between commas, each with a weight after a colon if it has one.

    `military uniform, tired:0.5` is two phrases, the second of which counts half. A whole
    number between a digit and the end is part of the words, so that `a clock at 10:30` stays.

    Raises:
        QueryInvalid: a weight is out of range, or has no words before it.
    """
    return tuple(_phrase(part) for part in _COMMAS.split(text) if part.strip())


def read_example(text: str) -> Example:
    """A moment written as `ID@SECONDS`, `ID@1:23` or, for a whole video, `ID`.

    Raises:
        QueryInvalid: the time is none, or the name is missing.
    """
    name, mark, when = text.strip().rpartition("@")
    if not mark:
        name, when = when, ""
    if not name.strip():
        raise QueryInvalid(
            f"{text!r} names no moment", remedy="write it as ID@SECONDS, such as x7Kq@12.5"
        )
    if not mark:
        return Example(name.strip())
    clock = _CLOCK.match(when.strip())
    if clock is None:
        raise QueryInvalid(f"{when!r} is no time", remedy="write seconds, such as 83.5, or 1:23.5")
    hours, minutes, seconds = (float(part or 0) for part in clock.groups())
    return Example(name.strip(), 3600 * hours + 60 * minutes + seconds)


def read_day(text: str) -> date | datetime:
    """A date or a moment as ISO 8601 writes them, such as 2024-03-31 or 2024-03-31T18:00Z.

    Raises:
        QueryInvalid: it is none.
    """
    given = text.strip()
    try:
        return date.fromisoformat(given)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(given)
    except ValueError:
        raise QueryInvalid(
            f"{text!r} is no date", remedy="write year, month and day, such as 2024-03-31"
        ) from None


def read_picture(path: str | Path) -> Image:
    """The pixels of a picture file, upright, on white where it lets something shine through.

    Raises:
        FileMissing, FileUnreadable: there is no such file, or it cannot be read.
        NotAPicture: it is no picture, or a damaged or gigantic one.
    """
    from PIL import Image as Pillow
    from PIL import ImageOps

    path = Path(path)
    try:
        with Pillow.open(path) as opened:
            if opened.width * opened.height > _LARGEST:
                raise NotAPicture(
                    f"a picture of {opened.width} × {opened.height} pixels is too large",
                    path=path,
                    remedy="make it smaller",
                )
            upright = ImageOps.exif_transpose(opened).convert("RGBA")
        ground = Pillow.new("RGBA", upright.size, "white")
        return np.asarray(Pillow.alpha_composite(ground, upright).convert("RGB"), np.uint8)
    except FileNotFoundError:
        raise FileMissing("there is no such file", path=path) from None
    except (IsADirectoryError, PermissionError) as error:
        what = "is a folder" if path.is_dir() else "may not be read"
        raise FileUnreadable(what, path=path, remedy="give a picture file") from error
    except (OSError, SyntaxError, ValueError, Pillow.DecompressionBombError) as error:
        # Pillow raises all of these over files that are damaged or something else
        raise NotAPicture(
            "is no picture that can be read", path=path, remedy="give a JPEG, PNG or WebP file"
        ) from error


def _phrase(text: str) -> Phrase:
    found = _WEIGHT.search(text)
    if found is None:
        return Phrase(text.strip())
    words = text[: found.start()].strip()
    if words[-1:].isdigit() and found.group(1).isdigit():
        return Phrase(text.strip())  # a time of day, the shape of a screen
    if not words:
        raise QueryInvalid(f"{text.strip()!r} is a weight without words")
    return Phrase(words, float(found.group(1)))


def _check_weight(what: str, weight: float) -> None:
    if not 0 < weight <= HEAVIEST:
        raise QueryInvalid(
            f"{what!r} cannot weigh {weight:g}",
            remedy=f"give more than 0 and at most {HEAVIEST:g}; to take an idea away, use minus",
        )
