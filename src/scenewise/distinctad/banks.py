"""Character banks: who plays in which film, what they are called, and what they look like.

Three forms are read. That of AutoAD-II and AutoAD-Zero: films by id, each a list of
`{"id", "role", "name"}`, where `name` is the actor and `role` whom they play; portraits lie in a
folder, `ID.jpg` each. That of AutoAD-III's evaluation: films by id, each a list of roles. That of
the drawn set: one list of `{"name", "portrait"}` for all films. In any of them an entry may have a
`portrait` (a path from the bank's folder) or a `feature` (a list of numbers).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from scenewise.core.errors import FileMissing, FileUnreadable, InputError
from scenewise.core.media_types import Image
from scenewise.distinctad.annotations import Annotation, Annotations

MOST: Final = 10
"""Characters of a film that AutoAD-II keeps: the first of the cast."""

EVERY_FILM: Final = ""
"""Key of a cast that is the same in all films."""

_LARGEST: Final = 500_000_000
_FORM: Final = "give a character bank: a .json file with a list of characters for each film"
_PORTRAITS: Final = (".jpg", ".jpeg", ".png", ".webp")
_UNTOLD: Final = re.compile(r"\s*\([^()]*\)|\s*…|\s+-\s.*")
"""What casts add to a role: (uncredited), (as another name), - a profession."""

_PLAIN_WORDS: Final = """
    a an and at by de del der di du el in la le of on the to van von with
    admiral agent aunt baroness boy brother captain chief colonel commander corporal count countess
    detective director doctor dr duke elder father friar general girl grandfather grandma
    grandmother grandpa guard inspector jr judge king lady lieutenant little lord lt maj major man
    marshal mayor mister mom mother mr mrs ms nurse officer old petty pilot police prince princess
    private prof professor queen sergeant sgt sheriff sir sister special specialist staff teacher
    uncle woman young
"""
_PLAIN: Final = frozenset(_PLAIN_WORDS.split())
"""Words of roles that name nobody by themselves: a text that has them is not about that role."""


class BankInvalid(InputError):
    """A character bank is none, lacks a film, a character or a portrait, or contradicts itself."""


@dataclass(frozen=True)
class Character:
    """Somebody in a film.

    Args:
        id: what tables call them; the name where the bank has no ids.
        name: what a description calls them, in full.
        actor: who plays them; empty where not told.
        portrait: a picture of them; None without one.
        feature: what a model made of such a picture; None without one.
        also: further names.
    """

    id: str
    name: str
    actor: str = ""
    portrait: Path | None = None
    feature: tuple[float, ...] | None = None
    also: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        """The first name, which prompts use (AutoAD-II): titles are passed over."""
        words = [word for word in self.name.split() if word.strip(".,").lower() not in _PLAIN]
        return (words[0] if words else self.name).strip(".,'\"")

    @property
    def forms(self) -> tuple[str, ...]:
        """What a description may call them: the first name, those in full, and their parts; no
        role such as "The Mayor", which names nobody."""
        told = [name for name in (self.short, self.name, *self.also) if _tells(name)]
        return tuple(dict.fromkeys((*told, *_words(self))))

    def picture(self) -> Image:
        """The portrait, uint8 RGB [h, w, 3].

        Raises:
            BankInvalid: there is none, or it cannot be read.
        """
        if self.portrait is None:
            raise BankInvalid(f"{self.name} has no portrait", remedy="add one, or go without faces")
        from PIL import Image as Pillow
        from PIL import ImageOps

        try:
            with Pillow.open(self.portrait) as opened:  # upright, as the camera was held
                return np.array(ImageOps.exif_transpose(opened).convert("RGB"))
        # what is wrong with a damaged picture shows in many ways
        except (OSError, ValueError, SyntaxError, Pillow.DecompressionBombError) as error:
            raise BankInvalid(
                f"the portrait of {self.name} cannot be read",
                path=self.portrait,
                remedy="give a .jpg or .png",
            ) from error


@dataclass(frozen=True)
class CharacterBank:
    """The casts of films.

    Args:
        casts: characters by film, in the order of the cast; under `EVERY_FILM` those of films
            that are not listed.
        path: of the file; None where it was not read from one.
    """

    casts: Mapping[str, tuple[Character, ...]] = field(default_factory=dict)
    path: Path | None = None

    def cast(self, film: str, *others: str) -> tuple[Character, ...]:
        """The characters of a film.

        Args:
            film: id.
            others: further ids that it has, such as IMDb's: the first that is known counts.

        Raises:
            BankInvalid: the bank does not know the film.
        """
        for id in (film, *others, EVERY_FILM):
            if id in self.casts:
                return self.casts[id]
        raise BankInvalid(
            f"the film {film} is not in the character bank",
            path=self.path,
            remedy="add it, or go without characters",
        )

    def character(self, id: str, film: str, *others: str) -> Character:
        """The one of an id, or of a name.

        Raises:
            BankInvalid: the bank does not know the film, or nobody there has that id or name.
        """
        cast = self.cast(film, *others)
        wanted = id.casefold()
        for one in cast:
            if wanted in (one.id.casefold(), one.name.casefold(), one.short.casefold()):
                return one
        raise BankInvalid(
            f"{id} of the film {film} is not in the character bank",
            path=self.path,
            remedy="check the name, or add them",
        )


def read_bank(path: Path, *, portraits: Path | None = None, most: int = MOST) -> CharacterBank:
    """A character bank.

    Args:
        path: of the JSON file.
        portraits: a folder with `ID.jpg` or `NAME.jpg` of characters whose entry has no portrait.
        most: how many of each cast are kept; 0 for all. A list for all films is kept whole.

    Raises:
        FileMissing, FileUnreadable: it is not there, or cannot be read.
        BankInvalid: it is no bank, or an entry breaks the form; the error tells which.
    """
    path = Path(path)
    value = _json(path)
    if isinstance(value, list):
        films: dict[str, Any] = {EVERY_FILM: value}
        most = 0
    elif isinstance(value, dict) and value:
        films = value
    else:
        raise BankInvalid("this is no character bank", path=path, remedy=_FORM)
    casts = {}
    for film, entries in films.items():
        if not isinstance(entries, list):
            raise BankInvalid(f"the film {film} has no list of characters", path=path, remedy=_FORM)
        cast = [_character(entry, film, path, portraits) for entry in entries[: most or None]]
        casts[film] = tuple({one.id: one for one in reversed(cast)}.values())[::-1]
    return CharacterBank(casts, path)


def named_in(text: str, cast: Sequence[Character]) -> tuple[Character, ...]:
    """Those whom a sentence names, in its order.

    A full name counts, and so does a part of one that only one of the cast has: "Margot" and
    "Halliday", but "Wendice" of neither Tony nor Margot. Titles, articles and words such as
    "young" are no names. Names are written with a capital or in capitals.

    Args:
        text: a description.
        cast: of the film.
    """
    found: dict[str, int] = {}
    for one, pattern in zip(cast, _patterns(tuple(cast)), strict=True):
        match = pattern.search(text) if pattern else None
        if match:
            found[one.id] = match.start()
    return tuple(sorted((one for one in cast if one.id in found), key=lambda one: found[one.id]))


def characters_of(
    row: Annotation, bank: CharacterBank, *, also: Iterable[str] = ()
) -> tuple[Character, ...]:
    """Who is in a clip: whom the table recognised there, else whom its sentence names.

    Training goes by the sentence; a table with `pred_ids` (as the paper's) by what was recognised.

    Args:
        row: of an annotation.
        bank: with its film.
        also: further ids of the film.

    Raises:
        BankInvalid: the bank does not know the film, or somebody who was recognised.
    """
    if row.characters:
        return tuple(bank.character(id, row.film, *also) for id in row.characters)
    return named_in(row.text, bank.cast(row.film, *also))


def check_bank(annotations: Annotations, bank: CharacterBank) -> None:
    """Make sure that a bank has everybody whom a table names.

    Raises:
        BankInvalid: films or recognised characters are not in it: one line with how many.
    """
    absent: dict[str, None] = {}
    strangers: dict[str, None] = {}
    for row in annotations.rows:
        others = _others(annotations, row.film)
        if not any(id in bank.casts for id in (row.film, *others, EVERY_FILM)):
            absent[row.film] = None
            continue
        for id in row.characters:
            try:
                bank.character(id, row.film, *others)
            except BankInvalid:
                strangers[f"{id} of {row.film}"] = None
    for what, names in (("films", absent), ("recognised characters", strangers)):
        if names:
            few = ", ".join(list(names)[:5]) + (", …" if len(names) > 5 else "")
            raise BankInvalid(
                f"{len(names)} {what} are not in the character bank: {few}",
                path=bank.path,
                remedy="add them, or go without characters",
            )


def _others(annotations: Annotations, film: str) -> tuple[str, ...]:
    name = annotations.imdb.get(film)
    return (name,) if name else ()


@lru_cache(maxsize=256)
def _patterns(cast: tuple[Character, ...]) -> tuple[re.Pattern[str] | None, ...]:
    """What to look for of each: full names, and the words that are theirs alone."""
    owners = Counter(word for one in cast for word in {*_words(one)})
    patterns = []
    for one in cast:
        names = [name for name in (one.name, *one.also) if _tells(name)]
        words = [word for word in _words(one) if owners[word] == 1]
        options = sorted({*names, *words}, key=lambda name: (-len(name), name))
        either = [re.escape(form) for name in options for form in {name: None, name.upper(): None}]
        patterns.append(re.compile(rf"(?<!\w)(?:{'|'.join(either)})(?!\w)") if either else None)
    return tuple(patterns)


def _tells(name: str) -> bool:
    """Whether a full name is more than words that name nobody, as "The Mayor" is not."""
    return any(word.strip(".,'\"").lower() not in _PLAIN for word in name.split())


def _words(one: Character) -> list[str]:
    """The parts of names that may stand alone."""
    parts = [word.strip(".,'\"#") for name in (one.name, *one.also) for word in name.split()]
    return [
        word
        for word in dict.fromkeys(parts)
        if len(word) > 1 and word[0].isupper() and word.lower() not in _PLAIN
    ]


def _character(entry: Any, film: str, path: Path, portraits: Path | None) -> Character:
    where = f"of the film {film} " if film else ""
    if isinstance(entry, str):
        entry = {"role": entry}
    if not isinstance(entry, dict):
        raise BankInvalid(f"an entry {where}is no character", path=path, remedy=_FORM)
    role = entry.get("role") or entry.get("name")
    role = role[0] if isinstance(role, list) and role else role  # who plays several
    if not isinstance(role, str) or not role.strip():
        raise BankInvalid(f"a character {where}has no name", path=path, remedy=_FORM)
    plain = _UNTOLD.sub("", role).strip() or role.strip()
    name, *also = [part.strip() for part in plain.split(" / ") if part.strip()]
    id = str(entry.get("id") or name)
    picture = entry.get("portrait")
    given = path.parent / str(picture) if picture else _portrait(portraits, id, name)
    if given is not None and not given.is_file():
        raise BankInvalid(
            f"there is no such portrait of {name}", path=given, remedy="add it to the bank"
        )
    return Character(
        id,
        name,
        str(entry.get("name", "")) if "role" in entry else "",
        given,
        _feature(entry.get("feature"), name, path),
        tuple(also),
    )


def _portrait(folder: Path | None, id: str, name: str) -> Path | None:
    if folder is None:
        return None
    files = (folder / f"{stem}{suffix}" for stem in (id, name) for suffix in _PORTRAITS)
    return next((file for file in files if file.is_file()), None)


def _feature(value: Any, name: str, path: Path) -> tuple[float, ...] | None:
    if value is None:
        return None
    try:
        feature = tuple(float(number) for number in value)
        if not feature or not np.isfinite(feature).all():
            raise ValueError("it is empty, or not finite")
    except (TypeError, ValueError) as error:
        raise BankInvalid(
            f"the feature of {name} is no list of numbers", path=path, remedy=_FORM
        ) from error
    return feature


def _json(path: Path) -> Any:
    try:
        if path.stat().st_size > _LARGEST:
            raise BankInvalid("far too large for a character bank", path=path, remedy=_FORM)
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise FileMissing(
            "there is no such character bank", path=path, remedy="check the path"
        ) from error
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise FileUnreadable(reason, path=path, remedy=_FORM) from error
    except (ValueError, RecursionError) as error:
        raise BankInvalid("this is no JSON", path=path, remedy=_FORM) from error
