"""What `scenewise distinctad figures` and `reconstruct` do once their flags are parsed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scenewise.cli.showing import Terminal, told_time
from scenewise.cli.telling import out, out_json, tell_columns, tell_notes
from scenewise.core.errors import OptionInvalid

if TYPE_CHECKING:
    from scenewise.cli.manner import Manner
    from scenewise.distinctad.figures_options import FigureOptions, ReconstructionOptions
    from scenewise.distinctad.options import LookOptions


def act_figures(
    folder: Path,
    output: Path | None,
    options: FigureOptions,
    look: LookOptions,
    manner: Manner,
    *,
    split: str,
    only: Sequence[str],
    beside: Sequence[str],
    narrator: Path | None,
    language: str,
) -> int:
    """`scenewise distinctad figures`."""
    tables = tables_beside(beside)
    from scenewise.distinctad.runs import Run

    run = Run(folder)
    run.data().split(split)
    from scenewise.distinctad.figures import draw_figures

    done = draw_figures(
        run, output or run.folder / "figures" / split, options, look,
        split=split, only=tuple(dict.fromkeys(only)), beside=tables, narrator=narrator,
        language=language,
        progress=Terminal(quiet=manner.quiet or manner.json, plain=manner.plain),
    )  # fmt: skip
    if manner.json:
        out_json({
            "files": [str(path) for path in done.files],
            "figures": {one.name: {"alt": one.alt, **one.numbers} for one in done.drawn},
            "kept": list(done.kept),
            "notes": list(done.notes),
        })  # fmt: skip
        return 0
    tell_notes(done.notes)
    for one in done.drawn:
        out(f"{one.title}:")
        out("\n".join(f"  {line}" for line in one.alt.splitlines()))
    if done.kept:
        out(f"Kept on the page from before: {', '.join(done.kept)}")
    out(f"All of it: {done.page}")
    return 0


def tables_beside(given: Sequence[str]) -> dict[str, Path]:
    """Tables by name of `NAME=TABLE`.

    Raises:
        OptionInvalid: one is not of this form, or a name is given twice.
    """
    tables: dict[str, Path] = {}
    for one in given:
        name, _, path = one.partition("=")
        if not name.strip() or not path.strip():
            raise OptionInvalid(
                f"--beside cannot be {one!r}", remedy="give NAME=TABLE such as plain=other.csv"
            )
        if name.strip() in tables:
            raise OptionInvalid(f"--beside has {name.strip()!r} twice", remedy="name each once")
        tables[name.strip()] = Path(path.strip())
    return tables


def act_reconstruct(
    folder: Path, split: str, options: ReconstructionOptions, look: LookOptions, manner: Manner
) -> int:
    """`scenewise distinctad reconstruct`."""
    begin = time.monotonic()
    from scenewise.distinctad.runs import Run

    run = Run(folder)
    run.data().split(split)
    from scenewise.distinctad.reconstructing import reconstruct_run

    terminal = Terminal(quiet=manner.quiet or manner.json, plain=manner.plain)
    done = reconstruct_run(run, options, look, split=split, progress=terminal)
    if manner.json:
        out_json({"files": [str(done.page), *map(str, done.drawn.files)], "alt": done.drawn.alt,
                  **done.drawn.numbers, "notes": list(done.notes)})  # fmt: skip
        return 0
    headings, rows = done.drawn.table
    # names last, where their length pushes nothing away
    tell_columns(
        [*headings[1:], headings[0]],
        [[*(cell.split(" ")[0] or "-" for cell in row[1:]), row[0]] for row in rows],
    )
    out(done.drawn.alt)
    tell_notes(done.notes)
    out(f"Took {told_time(time.monotonic() - begin)}")
    out(f"All of it: {done.page}")
    return 0
