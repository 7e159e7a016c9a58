"""`scenewise evaluate`: how well a collection is searched."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Optional

import typer

from scenewise.cli.collect import Store
from scenewise.cli.flags import with_options
from scenewise.cli.manner import Manner
from scenewise.collection.evaluation import EvaluateOptions
from scenewise.core.options import Checked, option


@dataclass(frozen=True)
class Summing(Checked):
    """How ideas are added."""

    sums: str = option(
        "balanced",
        "how ideas are added: balanced, or plain as in Lai 2023",
        choices=("balanced", "plain"),
    )


@with_options(options=EvaluateOptions, summing=Summing, manner=Manner)
def evaluate(
    store: Store,
    queries: Annotated[
        Path,
        typer.Option(
            "--queries",
            help="JSON lines, or a table parted by tabs: id, text, image, plus, minus.",
        ),
    ],
    judgements: Annotated[
        Path,
        typer.Option(
            "--judgements", help="TREC qrels: query, 0, video, grade; above 0 for an answer."
        ),
    ],
    run: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--run", help="Write what was found to this file, as a TREC run."),
    ] = None,
    csv: Annotated[
        bool, typer.Option("--csv", help="Print the figures as a table for programs.")
    ] = False,
    *,
    options: EvaluateOptions,
    summing: Summing,
    manner: Manner,
) -> int:
    """Measure how well a collection is searched: queries whose answers are known.

    Every query is asked by its text, by its image, by both, and with its plus and minus, as far
    as it has them. Shown are MRR, MAP, nDCG and recall with intervals of 95 %, beside the
    figures of Lai (2023). Rows and queries that cannot be used are listed, and the exit code is
    then 2.

    Examples:

    - `scenewise evaluate --store news --queries queries.jsonl --judgements judgements.qrels`

    - `scenewise evaluate --store news --queries queries.tsv --judgements judgements.qrels --k 10
      --run found.run --json`

    - `scenewise synth social -n 500 -o social`  (draws a set with queries and judgements)
    """
    from scenewise.cli.evaluating import act_evaluate

    return act_evaluate(store, queries, judgements, run, options, summing.sums, manner, csv=csv)
