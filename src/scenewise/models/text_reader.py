"""Reading writing in pictures."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from scenewise.core.errors import UnknownChoice
from scenewise.core.media_types import Image, TextLine
from scenewise.core.options import Checked, option
from scenewise.models.text_engines import AT_ONCE, engines
from scenewise.models.text_room import PLENTY, room_beside

# What the recognizer that ships with rapidocr was trained on (PP-OCRv6 small): Chinese,
# Japanese, and languages in Latin letters. Their scripts, as Unicode names begin:
_LATIN_LANGUAGES = (
    "af az bs ca cs cy da de en es et eu fi fr ga gl hr hu id is it ku la lb lt lv mi ms mt nb nl "
    "nn no oc pl pt qu rm ro sk sl sq sv sw tl tr uz vi"
)
_SCRIPTS: Final[dict[str, tuple[str, ...]]] = {
    "zh": ("CJK", "LATIN"),
    "ja": ("CJK", "HIRAGANA", "KATAKANA", "LATIN"),
    **dict.fromkeys(_LATIN_LANGUAGES.split(" "), ("LATIN",)),
}

_SURE = 0.985  # a single sign must be this sure; most are specks taken for letters
_SIDE_BY_SIDE = 1.2  # line heights between two pieces of one line, at most


@dataclass(frozen=True)
class ReaderOptions(Checked):
    """What counts as writing worth reading."""

    confidence: float = option(
        0.8,
        "writing read with less confidence is dropped",
        low=0,
        high=1,
        flag="text-confidence",
        group="Writing on screen",
    )
    min_height: float = option(
        0.02,
        "lowest line that is read, as a fraction of the picture's height",
        low=0,
        high=1,
        flag="text-height",
        group="Writing on screen",
    )
    detail: int = option(
        640,
        "longer side at which writing is looked for; more finds smaller print and takes longer",
        low=160,
        high=2560,
        unit="px",
        flag="text-detail",
        group="Writing on screen",
    )
    language: str = option(
        "",
        "language of the writing (BCP 47); empty for any that the reader knows",
        flag="text-language",
        group="Writing on screen",
    )


class NoReader:
    """Reads nothing."""

    name = "none"

    def __init__(self, options: ReaderOptions | None = None) -> None:
        self.options = options or ReaderOptions()

    def read(self, image: Image) -> list[TextLine]:
        """Always empty.

        Args:
            image: uint8 H×W×3 RGB.
        """
        del image
        return []


class RapidReader:
    """PP-OCR through rapidocr, with the weights that ship in its package.

    On 1280×720 and 854×480 film frames: writing is looked for at 640 px in a fifth of the
    time that rapidocr's own setting takes, at least 736 px on the shorter side, and the same
    lines are found. Several threads may read at the same time. The classifier for writing
    upside down is left out: it halves the speed and film titles stand upright.

    Args:
        options: what counts as writing worth reading.

    Raises:
        ModelMissing: rapidocr or its weights are not installed.
        UnknownChoice: the weights do not know the language.
    """

    name = "rapidocr"
    at_once = AT_ONCE

    def __init__(self, options: ReaderOptions | None = None) -> None:
        self.options = options or ReaderOptions()
        self._scripts = _scripts(self.options.language)
        self._engines = engines(self.options.detail)

    def read(self, image: Image) -> list[TextLine]:
        """The lines of writing, in reading order.

        Args:
            image: uint8 H×W×3 RGB, upright.
        """
        height, width = image.shape[:2]
        if min(height, width) < 16:
            return []
        with self._engines.one() as engine:
            found = engine(image[:, :, ::-1], text_score=0.0)
        if not found.txts:
            return []
        pieces = []
        for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True):
            (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
            box = (
                max(0.0, float(left / width)),
                max(0.0, float(top / height)),
                min(1.0, float(right / width)),
                min(1.0, float(bottom / height)),
            )
            words = " ".join(unicodedata.normalize("NFC", text).split())
            piece = TextLine(words, box, float(score))
            if self._is_wanted(piece):
                room = room_beside(image, (float(left), float(top), float(right), float(bottom)))
                pieces.append(replace(piece, room=_room_of(words, room)))
        return in_reading_order(pieces, width / height)

    def _is_wanted(self, line: TextLine) -> bool:
        _, top, _, bottom = line.box
        signs = [sign for sign in line.text if sign.isalnum()]
        demand = self.options.confidence
        if len(signs) <= 1:
            demand = max(demand, _SURE)
        if not signs or line.confidence < demand or bottom - top < self.options.min_height:
            return False
        letters = [sign for sign in signs if sign.isalpha()]
        known = [sign for sign in letters if unicodedata.name(sign, "").startswith(self._scripts)]
        return 2 * len(known) >= len(letters)


def in_reading_order(pieces: Sequence[TextLine], aspect: float) -> list[TextLine]:
    """Lines from top to bottom, each from left to right, pieces of one line joined.

    Args:
        pieces: in any order.
        aspect: the picture's width over its height.
    """
    rows: list[list[TextLine]] = []
    for piece in sorted(pieces, key=lambda p: p.box[1] + p.box[3]):
        row = next((row for row in rows if _same_row(row[-1], piece)), None)
        if row is None:
            rows.append([piece])
        else:
            row.append(piece)
    lines: list[TextLine] = []
    for row in rows:
        row.sort(key=lambda p: p.box[0])
        joined = [row[0]]
        for piece in row[1:]:
            before = joined[-1]
            tall = max(before.box[3] - before.box[1], piece.box[3] - piece.box[1])
            if (piece.box[0] - before.box[2]) * aspect <= _SIDE_BY_SIDE * tall:
                joined[-1] = _joined(before, piece)
            else:
                joined.append(piece)
        lines.extend(joined)
    return lines


def _same_row(one: TextLine, other: TextLine) -> bool:
    overlap = min(one.box[3], other.box[3]) - max(one.box[1], other.box[1])
    low, high = sorted((one.box[3] - one.box[1], other.box[3] - other.box[1]))
    return overlap > 0.6 * low and low > 0.5 * high


def _joined(one: TextLine, other: TextLine) -> TextLine:
    box = (
        min(one.box[0], other.box[0]),
        min(one.box[1], other.box[1]),
        max(one.box[2], other.box[2]),
        max(one.box[3], other.box[3]),
    )
    sure = min(one.confidence, other.confidence)
    room = (*one.room, *other.room) if one.room and other.room else ()
    return replace(one, text=f"{one.text} {other.text}", box=box, confidence=sure, room=room)


def _room_of(words: str, room: tuple[float, float]) -> tuple[float, ...]:
    """The room beside each word of a piece of writing: its ends are those of two of them."""
    count = len(words.split(" "))
    if count == 1:
        return (round(min(room), 3),)
    return (round(room[0], 3), *[PLENTY] * (count - 2), round(room[1], 3))


def _scripts(language: str) -> tuple[str, ...]:
    """The Unicode names that letters of a language begin with."""
    if not language:
        return tuple(sorted({script for scripts in _SCRIPTS.values() for script in scripts}))
    primary = language.lower().replace("_", "-").partition("-")[0]
    if primary not in _SCRIPTS:
        raise UnknownChoice(
            f"the text reader does not know writing in {language!r}",
            remedy=f"choose one of: {', '.join(sorted(_SCRIPTS))}",
        )
    return _SCRIPTS[primary]
