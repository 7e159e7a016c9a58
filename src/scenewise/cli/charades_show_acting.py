"""What `scenewise charades show` does once its flags are parsed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scenewise.cli.showing import Terminal
from scenewise.cli.telling import out, out_json, tell_notes

if TYPE_CHECKING:
    from scenewise.charades.strips import StripOptions
    from scenewise.cli.manner import Manner


def act_show(
    folder: Path,
    videos: Sequence[str],
    output: Path,
    methods: Sequence[str],
    options: StripOptions,
    manner: Manner,
) -> int:
    """`scenewise charades show`."""
    from scenewise.charades.runs import Run
    from scenewise.charades.showing import show_video

    run = Run(folder)
    terminal = Terminal(quiet=manner.quiet or manner.json, plain=manner.plain)
    files: list[Path] = []
    notes: list[str] = []
    with terminal.step("Drawing", len(videos)) as bar:
        for video in dict.fromkeys(videos):
            shown = show_video(run, video, output, methods, options)
            files += shown.files
            notes += shown.notes
            bar.advance()
    if manner.json:
        out_json({"files": [str(path) for path in files], "notes": list(dict.fromkeys(notes))})
        return 0
    tell_notes(notes)
    for path in files:
        out(str(path))
    return 0
