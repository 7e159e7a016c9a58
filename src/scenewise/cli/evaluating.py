"""What `scenewise evaluate` does once its flags are parsed."""

from __future__ import annotations

import csv as csv_files
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scenewise.cli.showing import Terminal
from scenewise.cli.telling import out, out_json, tell_columns, tell_notes
from scenewise.core.errors import InputError

if TYPE_CHECKING:
    from scenewise.cli.manner import Manner
    from scenewise.collection.evaluation import EvaluateOptions, Evaluation
    from scenewise.collection.evaluation_files import Unusable

_MOST_FAILURES: Final = 40  # lines; all of them are in --json
_COLUMNS: Final = ("way", "queries", "measure", "mean", "low", "high", "lai_2023")


def act_evaluate(
    store: Path,
    queries: Path,
    judgements: Path,
    run: Path | None,
    options: EvaluateOptions,
    sums: str,
    manner: Manner,
    *,
    csv: bool,
) -> int:
    """`scenewise evaluate`."""
    from scenewise.collection.collection import Collection
    from scenewise.collection.evaluation_files import read_judgements, read_trials, write_run

    os.environ.setdefault("RUST_LOG", "error")  # the store's library tells of its inner life
    trials, judged = read_trials(queries), read_judgements(judgements)
    rows = (*trials.failures, *judged.failures)
    if not trials.rows:
        _tell_failures(rows)
        raise InputError("no query in it can be used", path=queries, remedy="see the rows above")
    collection = Collection.open(store)
    try:
        evaluation = collection.evaluate(
            trials,
            judged,
            options=options,
            sums="plain" if sums == "plain" else "balanced",
            progress=Terminal(quiet=manner.quiet or manner.json or csv, plain=manner.plain),
        )
    except InputError:
        _tell_failures(rows)  # they may be why
        raise
    failures = evaluation.failures
    if run is not None:
        write_run(run, evaluation.run)
    if csv:
        _tell_csv(evaluation)
    elif manner.json:
        out_json(plain_evaluation(evaluation, options, failures))
    else:
        _tell(evaluation, options)
        _tell_failures(failures)
        tell_notes(evaluation.notes)
        if run is not None:
            out(f"Written: {run}")
    if csv and failures:
        sys.stderr.writelines(f"scenewise: {one.where}: {one.reason}\n" for one in failures)
    return InputError.exit_code if failures else 0


def plain_evaluation(
    evaluation: Evaluation, options: EvaluateOptions, failures: Sequence[Unusable]
) -> dict[str, Any]:
    """An evaluation as plain values."""
    return {
        "k": options.k,
        "depth": options.depth,
        "seed": options.seed,
        "ways": [
            {
                "way": one.way,
                "queries": one.count,
                "figures": {
                    name: {"mean": _short(f.mean), "low": _short(f.low), "high": _short(f.high)}
                    for name, f in one.figures.items()
                },
                f"MAP@{options.k} ceiling": _short(one.ceiling),
            }
            for one in evaluation.ways
        ],
        "lai_2023": _paper(options),
        "queries": [
            {
                "id": one.id,
                "way": one.way,
                "figures": {name: _short(value) for name, value in one.figures.items()},
                "found": list(one.found),
            }
            for one in evaluation.scored
        ],
        "failures": [one._asdict() for one in failures],
        "notes": list(evaluation.notes),
    }


def _tell(evaluation: Evaluation, options: EvaluateOptions) -> None:
    """A row for each way, and one for the article."""
    paper = _paper(options)
    rows = [
        [
            one.way,
            str(one.count),
            *(f"{f.mean:.3f} ({f.low:.2f} to {f.high:.2f})" for f in one.figures.values()),
        ]
        for one in evaluation.ways
    ]
    if not rows:
        out("No query could be asked")
        return
    if paper:
        told = [f"{paper[name]:.3f}" if name in paper else "" for name in options.measures]
        rows.append(["Lai 2023", "", *told])
    tell_columns(["way", "queries", *options.measures], rows)
    out("In brackets: intervals of 95 %, by bootstrap over queries")


def _tell_csv(evaluation: Evaluation) -> None:
    writer = csv_files.DictWriter(sys.stdout, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_rows(evaluation))


def _rows(evaluation: Evaluation) -> Iterator[dict[str, object]]:
    from scenewise.collection.evaluation import PAPER

    for one in evaluation.ways:
        for name, f in one.figures.items():
            yield {
                "way": one.way,
                "queries": one.count,
                "measure": name,
                "mean": f"{f.mean:.4f}",
                "low": f"{f.low:.4f}",
                "high": f"{f.high:.4f}",
                "lai_2023": PAPER.get(name, ""),
            }


def _tell_failures(failures: Sequence[Unusable]) -> None:
    if failures:
        out("Not usable:")
    for one in failures[:_MOST_FAILURES]:
        out(f"  {one.where}: {one.reason}")
    if len(failures) > _MOST_FAILURES:
        out(f"  … and {len(failures) - _MOST_FAILURES} more (all of them with --json)")


def _paper(options: EvaluateOptions) -> dict[str, float]:
    """The article's figures, of measures that are measured here."""
    from scenewise.collection.evaluation import PAPER

    return {name: value for name, value in PAPER.items() if name in options.measures}


def _short(value: float) -> float:
    return round(value, 4)
