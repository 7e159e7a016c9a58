"""The page of a run's figures and the numbers behind it, and what of an earlier page still stands.

`figures.json` has under `figures` the numbers of each, and under `page` what else it takes to write
its part of the page again, with what it was drawn of.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scenewise.distinctad.figures_drawing import Drawn
from scenewise.media.atomic import atomic_text

PAGE: Final = "figures.md"
NUMBERS: Final = "figures.json"


@dataclass(frozen=True)
class Entry:
    """A figure on the page.

    Args:
        drawn: the figure.
        of: what it was drawn of, such as the split and a hash of the narrator; where that is
            something else now, it does not stand any more.
        options: how it was drawn.
        notes: sentences for people about what it lacks.
    """

    drawn: Drawn
    of: Mapping[str, Any]
    options: Mapping[str, Any]
    notes: tuple[str, ...] = ()

    @property
    def plain(self) -> dict[str, Any]:
        """What the page needs beside the numbers."""
        headings, rows = self.drawn.table
        return {
            "title": self.drawn.title,
            "table": [list(headings), [list(row) for row in rows]],
            "files": [path.name for path in self.drawn.files],
            "of": dict(self.of),
            "options": dict(self.options),
            "notes": list(self.notes),
        }


def standing(folder: Path, of: Mapping[str, Mapping[str, Any]]) -> list[Entry]:
    """The figures of an earlier page that are still there and would be drawn of the same now.

    Args:
        folder: of the page.
        of: by name, what each figure would be drawn of.
    """
    try:
        held = json.loads((folder / NUMBERS).read_text(encoding="utf-8"))
        return [
            _entry(folder, name, held["figures"][name], told)
            for name, told in held["page"].items()
            if name in of
            and told["of"] == of[name]
            and all((folder / file).is_file() for file in told["files"])
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []  # none, or of another version


def _entry(folder: Path, name: str, numbers: Mapping[str, Any], told: Mapping[str, Any]) -> Entry:
    headings, rows = told["table"]
    drawn = Drawn(
        name,
        str(told["title"]),
        str(numbers["alt"]),
        (headings, rows),
        tuple(folder / file for file in told["files"]),
        {key: value for key, value in numbers.items() if key != "alt"},
    )
    return Entry(drawn, told["of"], told["options"], tuple(told["notes"]))


def write_page(
    folder: Path, split: str, films: Iterable[str], entries: Sequence[Entry], notes: Sequence[str]
) -> Path:
    """Write the page and the numbers.

    Args:
        folder: where to.
        split, films: whose.
        entries: in the order of the page.
        notes: about figures that were left out.

    Returns:
        The page.

    Raises:
        OutputUnwritable: one cannot be written.
    """
    every = list(dict.fromkeys([*(note for one in entries for note in one.notes), *notes]))
    held = {
        "split": split,
        "films": list(films),
        "figures": {one.drawn.name: {"alt": one.drawn.alt, **one.drawn.numbers} for one in entries},
        "page": {one.drawn.name: one.plain for one in entries},
        "notes": every,
    }
    atomic_text(folder / NUMBERS, json.dumps(held, indent=1, ensure_ascii=False) + "\n")
    parts = [f"# Figures of the {split} films\n", *(one.drawn.markdown for one in entries)]
    parts += [f"- {note}\n" for note in every]
    atomic_text(folder / PAGE, "\n".join(parts))
    return folder / PAGE
