"""What was measured, written down: tables for people and for programs, and figures.

Source: Prakash et al. 2023, figures 2 to 4.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from scenewise.charades import tables
from scenewise.charades.figures import write_figures
from scenewise.charades.tables import SPLITS, Evaluations
from scenewise.media.atomic import atomic_text, made_folder

REPORT: Final = "report.md"

_PARTS: Final = {"train": "Videos that it was trained on", "test": "Held-out videos"}


def write_report(folder: Path, evaluations: Evaluations) -> list[Path]:
    """Write `report.md`, `accuracy.csv`, `scenes.csv` and the figures of `figures.write_figures`.

    The paper's own figures stand beside in every table.

    Args:
        folder: where they go; made where it is missing.
        evaluations: by method and by `train` or `test`, such as {"baseline": {"train": …,
            "test": …}, "grid": …}, in the order in which they are shown.

    Returns:
        The files; where matplotlib is not installed, without figures.

    Raises:
        OutputUnwritable: no permission, no space.
        ValueError: there is nothing to tell.
    """
    if not any(evaluations.values()):
        raise ValueError("there is nothing to report")
    folder = made_folder(folder)
    texts = {
        "accuracy.csv": tables.accuracy_csv(evaluations),
        "scenes.csv": tables.scenes_csv(evaluations),
    }
    for name, text in texts.items():
        atomic_text(folder / name, text)
    figures = write_figures(folder, evaluations)
    # last: it shows the figures
    atomic_text(folder / REPORT, report(evaluations, figures))
    return [folder / REPORT, *(folder / name for name in texts), *figures]


def report(evaluations: Evaluations, figures: list[Path]) -> str:
    """The report as Markdown.

    Args:
        evaluations: as for `write_report`.
        figures: pictures beside it; those that are no PNG are left out.
    """
    told = {path.stem: f"![{_ABOUT[path.stem]}]({path.name})\n"
            for path in figures if path.suffix == ".png"}  # fmt: skip
    parts = ["# Captions found on Charades\n", tables.notes(evaluations) + "\n"]
    parts += ["## Accuracy\n", tables.accuracy_markdown(evaluations), told.get("accuracy", "")]
    for split in reversed(SPLITS):
        parts += _section(f"## {_PARTS[split]}: ranks\n", tables.ranks_markdown(evaluations, split))
    parts += ["## Length of captions, in characters\n", tables.lengths_markdown(evaluations)]
    parts.append("Correct: of videos that were found. All: of all videos.\n")
    by_scene = [
        part
        for split in reversed(SPLITS)
        for part in _section(f"### {_PARTS[split]}\n", tables.scenes_markdown(evaluations, split))
    ]
    if by_scene:
        parts += ["## Accuracy by scene\n", told.get("scenes", ""), *by_scene]
    return "\n".join(part for part in parts if part)


_ABOUT: Final = {
    "accuracy": "Accuracy of every method with its interval, and chance",
    "scenes": "Right pictures by scene and method",
}


def _section(title: str, table: str) -> list[str]:
    return [title, table] if table else []
