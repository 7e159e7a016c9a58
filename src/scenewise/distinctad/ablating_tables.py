"""From a run to finished tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from scenewise.core.progress import Progress
from scenewise.distinctad.ablating import carried_out
from scenewise.distinctad.ablating_jobs import FOLDER, Settings, Told, jobs_of
from scenewise.distinctad.ablating_report import Finished, finished, write_finished
from scenewise.distinctad.ablating_rows import Table
from scenewise.distinctad.runs import Run


class Ablated(NamedTuple):
    """What experiments came to.

    Args:
        tables: finished, in the order in which they were asked for.
        files: where they are.
        seconds: that all of their narrators took to train and tell, in whatever run that was.
    """

    tables: tuple[Finished, ...]
    files: tuple[Path, ...]
    seconds: float


def ablate(
    run: Run, tables: Sequence[Table], settings: Settings, *, progress: Progress | None = None
) -> Ablated:
    """Make the experiments of tables that are not made yet, and write the tables.

    Args:
        run: with data.
        tables: see `ablating_rows.tables_named`.
        settings: what all rows have in common.
        progress: who shows how far it is.

    Raises:
        RunInvalid: nothing was prepared, or there are no films of the split.
        ScenewiseError: see `adapt_run`, `train_run` and `narrate_run`.
    """
    rows = [row for table in tables for row in table.rows]
    jobs = jobs_of(run, rows, settings, progress=progress)
    # all rows of a seed before the next: what was stopped early is whole tables of fewer seeds
    in_turn = [job for _, job in sorted(jobs.items(), key=lambda one: one[0][1])]
    told = carried_out(in_turn, workers=settings.options.workers, progress=progress)
    references = next(iter(told.values())).references
    seeds = range(settings.options.seeds)
    done: list[Finished] = []
    files: list[Path] = []
    for table in tables:
        of = {row: [told[jobs[row, seed].key] for seed in seeds] for row in table.rows}
        one = finished(
            table,
            {row: [each.films for each in every] for row, every in of.items()},
            references,
            settings.options,
            losses={row: mean_loss(every) for row, every in of.items()},
            seconds={row: sum(sum(each.seconds.values()) for each in every)
                     for row, every in of.items()},
        )  # fmt: skip
        done.append(one)
        files += write_finished(run.folder / FOLDER, one)
    total = sum(sum(one.seconds.values()) for one in told.values())
    return Ablated(tuple(done), tuple(files), total)


def mean_loss(told: Sequence[Told]) -> float | None:
    """Mean of the losses of validation's words; None where there are no films of validation."""
    losses = [one.loss["auto"] for one in told if "auto" in one.loss]
    return sum(losses) / len(losses) if len(losses) == len(told) else None
