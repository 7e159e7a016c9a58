"""`scenewise distinctad figures`: what a run's narrator sees and says, as pictures and numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from scenewise.cli.flags import with_options
from scenewise.cli.manner import Manner
from scenewise.distinctad.figures_options import FigureOptions
from scenewise.distinctad.options import LookOptions

Place = Optional[Path]  # noqa: UP045  (typer reads the annotation)
Many = Optional[list[str]]  # noqa: UP045


@with_options(options=FigureOptions, look=LookOptions, manner=Manner)
def figures(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder that `prepare` made.")],
    output_dir: Annotated[
        Place,
        typer.Option("--output-dir", "-o", help="Where they go. [default: RUN/figures/SPLIT]"),
    ] = None,
    split: Annotated[
        str, typer.Option("--split", help="Whose films: train, validation or test.")
    ] = "test",
    only: Annotated[
        Many,
        typer.Option("--only", help="tsne, similarity or strips; may be given often; else all."),
    ] = None,
    beside: Annotated[
        Many,
        typer.Option(
            "--beside",
            metavar="NAME=TABLE",
            help="What another narrator says, for strips: a table that `scenewise score` reads. "
            "May be given often.",
        ),
    ] = None,
    narrator: Annotated[
        Place, typer.Option("--narrator", help="The folder of another narrator than the run's.")
    ] = None,
    language: Annotated[
        str, typer.Option("--language", help="Where its language model is, if it was moved.")
    ] = "",
    *,
    options: FigureOptions,
    look: LookOptions,
    manner: Manner,
) -> int:
    """Draw what the narrator sees and says: t-SNE of its vectors (figure 6 of the paper), how
    alike neighbouring clips are before and after Stage I (figure B.2), and clips in a row with
    what is said of each (figure 5).

    Beside the pictures, `figures.md` describes each in words and gives its numbers, and
    `figures.json` and the tables have all of them. What a figure needs and the run does not have
    leaves that figure out.

    Examples:

    - `scenewise distinctad figures run`

    - `scenewise distinctad figures run --only strips --film film-00003 --start 60`

    - `scenewise distinctad figures run --beside plain=other/predictions/test.csv -o pictures`
    """
    from scenewise.cli.distinctad_figures_acting import act_figures

    return act_figures(
        run, output_dir, options, look, manner,
        split=split, only=only or (), beside=beside or (), narrator=narrator, language=language,
    )  # fmt: skip
