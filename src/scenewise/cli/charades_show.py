"""`scenewise charades show`: a video of a run as people look at it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scenewise.charades.strips import StripOptions
from scenewise.cli.flags import with_options
from scenewise.cli.manner import Manner


@with_options(options=StripOptions, manner=Manner)
def show(
    run: Annotated[
        Path, typer.Argument(metavar="RUN", help="The folder of a run, with its sample.")
    ],
    video: Annotated[
        list[str], typer.Argument(metavar="ID …", help="Videos of the sample, such as 46GP8.")
    ],
    output_dir: Annotated[
        Path, typer.Option("--output-dir", "-o", help="Where the pictures go.")
    ] = Path("shown"),
    method: Annotated[
        list[str],
        typer.Option("--method", help="Whose grid is shown: grid, grid2 … May be given often."),
    ] = ["grid"],  # noqa: B006  (typer copies it)
    *,
    options: StripOptions,
    manner: Manner,
) -> int:
    """Draw the grid of a video with its caption, and a strip of what is done in it when.

    In the strip, frames go from left to right; below them every action has a bar that is dark
    while it is active and grey while it is not, so has every object that an action names; then
    come script and descriptions.

    Examples:

    - `scenewise charades show run 46GP8`

    - `scenewise charades show run 46GP8 YSKX3 --method grid --method grid2 --strip-frames 12 -o
    pictures`
    """
    from scenewise.cli.charades_show_acting import act_show

    return act_show(run, video, output_dir, method, options, manner)
