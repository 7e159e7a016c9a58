"""A folder of pictures as a character bank: each named as the person in it.

`Anna.jpg` shows Anna, and so do `Anna-2.png` and `Anna (3).jpg`. Underscores stand for spaces, as
in `Anna_Smith.jpg`.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import Path
from typing import Final

from scenewise.core.errors import FileMissing, FileUnreadable
from scenewise.distinctad.banks import EVERY_FILM, BankInvalid, Character, CharacterBank
from scenewise.distinctad.banks_recognition import portrait_vectors
from scenewise.distinctad.eyes import Eyes

SUFFIXES: Final = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")
"""Files that count as pictures, in small or capital letters."""

_NUMBER: Final = re.compile(r"(?:\s*[-_]\s*\d+|\s*\(\d+\))$")
_NAME_THEM: Final = "name pictures as the people in them: Anna.jpg, Ben.png, Ben-2.png"


def portrait_files(folder: Path) -> dict[str, tuple[Path, ...]]:
    """The pictures in a folder by whom they show, in order of names.

    Spellings that differ in capitals alone are one person's; the first counts. Hidden files and
    files of other kinds are passed over.

    Raises:
        FileMissing: there is no such folder.
        FileUnreadable: it is none, or cannot be read.
        BankInvalid: there is no picture in it, or one that is named after nobody.
    """
    folder = Path(folder).expanduser()
    try:
        files = sorted(folder.iterdir())
    except FileNotFoundError as error:
        raise FileMissing(
            "there is no such folder of portraits", path=folder, remedy="check the path"
        ) from error
    except OSError as error:
        raise FileUnreadable(
            "this is no folder of portraits that can be read", path=folder, remedy=_NAME_THEM
        ) from error
    spelled: dict[str, str] = {}
    found: dict[str, tuple[Path, ...]] = {}
    for file in files:
        if file.suffix.lower() not in SUFFIXES or file.name.startswith("."):
            continue
        # some file systems keep é as e and an accent, which no prompt does
        stem = unicodedata.normalize("NFC", file.stem)
        name = " ".join(_NUMBER.sub("", stem).replace("_", " ").split())
        if not any(letter.isalpha() for letter in name):
            raise BankInvalid("this portrait is named after nobody", path=file, remedy=_NAME_THEM)
        name = spelled.setdefault(name.casefold(), name)
        found[name] = (*found.get(name, ()), file)
    if not found:
        raise BankInvalid("there are no portraits in this folder", path=folder, remedy=_NAME_THEM)
    return found


def portraits_fingerprint(folder: Path) -> str:
    """A hash of who is portrayed in a folder, and of their pictures.

    Raises:
        FileMissing, FileUnreadable, BankInvalid: see `portrait_files`.
    """
    made = hashlib.sha256()
    for name, files in portrait_files(folder).items():
        for file in files:
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            made.update(f"{name}\n{content}\n".encode())
    return made.hexdigest()[:16]


def portrayed(folder: Path, eyes: Eyes) -> CharacterBank:
    """The people of a folder of portraits, as a bank for any film.

    Args:
        folder: see `portrait_files`.
        eyes: the model that looks at the film. The feature of somebody with several pictures is
            the mean of theirs.

    Raises:
        FileMissing, FileUnreadable, BankInvalid: see `portrait_files`; or a picture cannot be read.
    """
    cast = []
    for name, files in portrait_files(folder).items():
        pictures = [Character(str(file), name, portrait=file) for file in files]
        vectors = portrait_vectors(pictures, eyes)[1]  # [pictures, d]
        feature = tuple(float(number) for number in vectors.mean(axis=0))
        cast.append(Character(name, name, feature=feature))
    return CharacterBank({EVERY_FILM: tuple(cast)}, Path(folder))
