"""What `scenewise distinctad ablate` does once its flags are parsed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scenewise.cli.showing import Terminal, told_time
from scenewise.cli.telling import out, out_json

if TYPE_CHECKING:
    from scenewise.cli.manner import Manner
    from scenewise.distinctad.ablating_jobs import Settings


def act_ablate(folder: Path, asked: str, settings: Settings, manner: Manner) -> int:
    """`scenewise distinctad ablate`."""
    from scenewise.distinctad.ablating_rows import tables_named
    from scenewise.distinctad.runs import Run

    tables = tables_named(asked)
    run = Run(folder)
    run.data().split(settings.split)
    from scenewise.distinctad.ablating_report import markdown, plain
    from scenewise.distinctad.ablating_tables import ablate

    terminal = Terminal(quiet=manner.quiet or manner.json, plain=manner.plain)
    done = ablate(run, tables, settings, progress=terminal)
    if manner.json:
        out_json({"tables": [plain(one) for one in done.tables], "seconds": done.seconds,
                  "files": [str(path) for path in done.files]})  # fmt: skip
        return 0
    for one in done.tables:
        out(markdown(one))
    out(f"All narrators together: {told_time(done.seconds)}")
    out(f"Tables: {run.folder / 'ablations'}")
    return 0
