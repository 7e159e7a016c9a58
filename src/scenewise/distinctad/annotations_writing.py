"""Predictions in the form that the AutoAD family publishes and `scenewise score` reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from scenewise.distinctad.annotations import Annotation, AnnotationsInvalid
from scenewise.media.atomic import atomic_text

COLUMNS: Final = ("vid", "start", "end", "text_gt", "text_gen")


def write_predictions(
    path: Path, rows: Sequence[Annotation], told: Sequence[str], *, overwrite: bool = True
) -> None:
    """A table with what was said of each clip beside what a person says; whole or not at all.

    Args:
        path: of the table, `.csv`.
        rows: of the clips; times are written in seconds of the film, to thousandths.
        told: what a model says of each; line breaks become blanks.
        overwrite: whether a table that is there is replaced.

    Raises:
        AnnotationsInvalid: not as many sentences as clips.
        OutputUnwritable: see `media.atomic.atomic`.
    """
    if len(rows) != len(told):
        raise AnnotationsInvalid(
            f"there are {len(told)} predictions for {len(rows)} clips",
            path=path,
            remedy="predict each clip once",
        )
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for row, sentence in zip(rows, told, strict=True):
        times = (f"{row.span.start:.3f}", f"{row.span.end:.3f}")
        table.writerow((row.film, *times, _plain(row.text), _plain(sentence)))
    atomic_text(Path(path), text.getvalue(), overwrite=overwrite)


def _plain(text: str) -> str:
    return " ".join(text.split())
