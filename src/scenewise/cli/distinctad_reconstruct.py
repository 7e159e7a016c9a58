"""`scenewise distinctad reconstruct`: how much of a sentence is in CLIP's text features."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scenewise.cli.flags import with_options
from scenewise.cli.manner import Manner
from scenewise.distinctad.figures_options import ReconstructionOptions
from scenewise.distinctad.options import LookOptions


@with_options(options=ReconstructionOptions, look=LookOptions, manner=Manner)
def reconstruct(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder that `prepare` made.")],
    split: Annotated[
        str, typer.Option("--split", help="Whose sentences: validation, test or train.")
    ] = "test",
    *,
    options: ReconstructionOptions,
    look: LookOptions,
    manner: Manner,
) -> int:
    """Read sentences back from what CLIP's text tower makes of them (appendix A of the paper).

    A frozen language model behind one trained layer writes each sentence again, once from its
    [CLS] vector alone and once from the vectors of all its words. Training is on the sentences of
    the films to train on; no film is looked at. Goes on where it was stopped.

    Ends with `RUN/reconstruction/SPLIT`: a table beside the paper's and two baselines, the curves,
    and all sentences.

    Examples:

    - `scenewise distinctad reconstruct run`

    - `scenewise distinctad reconstruct run --language pocket --epochs 30 --batch 16`

    - `scenewise distinctad reconstruct run --metrics bleu,meteor,rouge-l,cider --tokens penn-java`
    """
    from scenewise.cli.distinctad_figures_acting import act_reconstruct

    return act_reconstruct(run, split, options, look, manner)
