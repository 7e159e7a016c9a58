"""The drawn set of films (`scenewise synth films`): its table, its films, its bank, and who is
seen when, which a table of a real set has from a face recogniser."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from scenewise.core.time import Span
from scenewise.distinctad.annotations import Annotation, Annotations, AnnotationsInvalid
from scenewise.distinctad.annotations_forms import find_films, read_annotations
from scenewise.distinctad.banks import CharacterBank, read_bank

SEEN: Final = 0.3
"""Share of a clip in which a character must be seen to be in it."""


@dataclass(frozen=True)
class DrawnFilms:
    """A drawn set.

    Args:
        annotations: of its films, with who is truly seen in each clip.
        videos: files by name.
        bank: its characters, with portraits.
        casts: names of who is in each film, by its id.
    """

    annotations: Annotations
    videos: Mapping[str, Path]
    bank: CharacterBank
    casts: Mapping[str, tuple[str, ...]]


def read_drawn(folder: Path, *, missing: str = "refuse") -> DrawnFilms:
    """A folder that `scenewise synth films` wrote.

    Args:
        folder: with `ad.csv`, `characters.json` and `films/`.
        missing: `refuse` films that are not there, or `skip` them.

    Raises:
        FileMissing, FileUnreadable, TableInvalid, AnnotationsInvalid, BankInvalid: something of it
            is not there, or damaged.
    """
    folder = Path(folder)
    told, videos, _ = find_films(
        read_annotations(folder / "ad.csv", "mad"), folder / "films", missing=missing
    )
    truths = {film: _truth(folder / "films" / f"{film}.truth.json") for film in told.films}
    rows = tuple(
        replace(row, characters=seen_in(row, truths[row.film]["happenings"])) for row in told.rows
    )
    casts = {film: tuple(str(name) for name in truth["cast"]) for film, truth in truths.items()}
    return DrawnFilms(
        replace(told, rows=rows), videos, read_bank(folder / "characters.json"), casts
    )


def seen_in(row: Annotation, happenings: list[Any]) -> tuple[str, ...]:
    """Who is seen in a clip long enough, the longest first, by the truth of its film."""
    seconds: dict[str, float] = {}
    for one in happenings:
        event = one["event"]
        for name in (event["person"], event["other"]) if event else ():
            if name:
                here = Span(**one["span"]).overlap(row.seen)
                seconds[name] = seconds.get(name, 0.0) + here
    enough = [name for name, here in seconds.items() if here >= SEEN * row.seen.duration]
    return tuple(sorted(enough, key=lambda name: -seconds[name]))


def _truth(path: Path) -> dict[str, Any]:
    try:
        truth = json.loads(path.read_text(encoding="utf-8"))
        for one in truth["happenings"]:
            Span(**one["span"])
            if one["event"]:
                _ = one["event"]["person"], one["event"]["other"]
        _ = list(truth["cast"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise AnnotationsInvalid(
            f"this is not the truth of a drawn film ({type(error).__name__})",
            path=path,
            remedy="draw the films again: scenewise synth films",
        ) from error
    return dict(truth)
