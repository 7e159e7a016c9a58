"""`scenewise score`: how good descriptions are, measured as papers measure them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from scenewise.cli.flags import with_options
from scenewise.cli.manner import Manner
from scenewise.metrics.score_options import ScoreOptions


@with_options(options=ScoreOptions, manner=Manner)
def score(
    predictions: Annotated[
        Path,
        typer.Argument(help="Descriptions: CSV, TSV, JSON, JSON lines, plain lines, or a script."),
    ],
    references: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Argument(
            help="What people said, likewise. Not needed where PREDICTIONS has it (text_gt)."
        ),
    ] = None,
    against: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            "--against", help="What another system says of the same clips, to compare with."
        ),
    ] = None,
    per_film: Annotated[
        bool, typer.Option("--per-film", help="Show the figures of each film as well.")
    ] = False,
    csv: Annotated[
        bool, typer.Option("--csv", help="Print the figures as a table for programs.")
    ] = False,
    *,
    options: ScoreOptions,
    manner: Manner,
) -> int:
    """Score descriptions against those of people: CIDEr, ROUGE-L, Recall@k/N and more.

    Rows belong together by an id, or by film and times; what does not match is told. Beside
    the figures, with intervals of 95 % over films, stand those of two baselines that look at no
    picture (each line copied from the one before it, and one sentence for every clip), and how
    far the predictions are ahead of the better one on the same films.

    Measures whose program or model is not here are named, the rest goes on; the exit code is 3
    if one of them was asked for by name.

    Examples:

    - `scenewise score predictions.csv madeval_anno.csv`

    - `scenewise score predictions.csv madeval_anno.csv --bert roberta-large --per-film`

    - `scenewise score inference.csv --metrics cider,meteor,spice --corenlp corenlp --json`

    - `scenewise score new.csv madeval_anno.csv --against old.csv`

    - `scenewise score film.ad.json film.human.vtt --metrics soda,soda-t`
    """
    from scenewise.cli.score_acting import act_score

    return act_score(
        predictions, references, options, manner, against=against, per_film=per_film, csv=csv
    )
