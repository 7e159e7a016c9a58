"""`scenewise distinctad ablate`: what each part of the method adds, with intervals."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scenewise.cli.flags import with_options
from scenewise.cli.manner import Manner
from scenewise.distinctad.options import (
    AblationOptions,
    LookOptions,
    NarratorOptions,
    NarratorTraining,
    SequenceOptions,
    SpeakingOptions,
)


@with_options(
    options=AblationOptions,
    narrator=NarratorOptions,
    training=NarratorTraining,
    sequences=SequenceOptions,
    speaking=SpeakingOptions,
    look=LookOptions,
    manner=Manner,
)
def ablate(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder that `prepare` made.")],
    table: Annotated[
        str,
        typer.Option(
            "--table",
            help="Between commas: headline, 4 (4a, 4b, 4c), 5, 6, sweeps (alpha, beta, K, N), all.",
        ),
    ] = "headline,5",
    split: Annotated[
        str, typer.Option("--split", help="Whose films are told: validation or test.")
    ] = "test",
    *,
    options: AblationOptions,
    narrator: NarratorOptions,
    training: NarratorTraining,
    sequences: SequenceOptions,
    speaking: SpeakingOptions,
    look: LookOptions,
    manner: Manner,
) -> int:
    """Train narrators that differ in one thing, several times each, and compare what they tell.

    The rows are those of the paper's tables 4 to 6 and figure 4, and a headline: each clip by
    itself, earlier descriptions in the prompt, and the full model, beside two baselines that look
    at no picture. Options are those of the full model. Tables go to `RUN/ablations` as Markdown,
    CSV and JSON, sweeps as pictures too. Narrators are kept there: what was stopped goes on, and
    what two tables have in common is trained once.

    Examples:

    - `scenewise distinctad ablate run --table 5 --seeds 3`

    - `scenewise distinctad ablate run --table sweeps --language pocket --lora 16 --workers 2`

    - `scenewise distinctad ablate run --table 4 --adapt-epochs 2 --adapt-batch 64`
    """
    from scenewise.cli.distinctad_ablate_acting import act_ablate
    from scenewise.distinctad.ablating_jobs import Settings

    settings = Settings(narrator, training, sequences, speaking, look, options, split)
    return act_ablate(run, table, settings, manner)
