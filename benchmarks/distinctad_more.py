"""Further drawn films that narrators of the benchmark tell, which were there for no choice.

Layout of the folder:

set/            the films
run/            as `scenewise distinctad prepare` makes it
told/KEY.json   what the narrator of a job told of them
tables/         the tables again, with these films counted as well
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from scenewise.core.progress import Progress
from scenewise.distinctad.ablating_jobs import Job, Settings, jobs_of, told_by
from scenewise.distinctad.ablating_report import Finished, finished, write_finished
from scenewise.distinctad.ablating_rows import Row, Table
from scenewise.distinctad.ablating_tables import mean_loss
from scenewise.distinctad.options import DataOptions
from scenewise.distinctad.preparing import prepared
from scenewise.distinctad.runs import Run, Source
from scenewise.distinctad.stages import narrate_run
from scenewise.media.atomic import atomic_text
from scenewise.metrics.ad_tables import read_table
from scenewise.models import hub
from scenewise.synthetic.films import make_films

SEED: Final = 43_000
COUNT: Final = 36
TEST: Final = "0.9"
"""Share that is told, 32 of them: a run needs some to train on, which nobody looks at."""

Films = Mapping[str, Sequence[str]]


def more_films(
    folder: Path, seconds: float, side: int, count: int, progress: Progress, workers: int = 1
) -> Run:
    """A run with further films, drawn where they are not there yet."""
    run = Run(folder / "run")
    if not run.data_file.is_file():
        make_films(
            folder / "set", count, seed=SEED, seconds=seconds, width=side, height=side,
            stills=True, workers=workers, progress=progress,
        )  # fmt: skip
        run.folder.mkdir(parents=True, exist_ok=True)
        options = DataOptions(test=TEST, validation="0.03")
        run.write_data(prepared(Source(drawn=folder / "set"), hub.POCKET, options))
    return run


def with_more(
    folder: Path,
    run: Run,
    more: Run,
    tables: Sequence[Table],
    settings: Settings,
    progress: Progress,
) -> tuple[Finished, ...]:
    """Finished tables once more, with what their narrators tell of further films.

    Args:
        folder: where it is kept.
        run, tables, settings: of the benchmark, whose jobs are done.
        more: the further films.
        progress: told as narrators end.
    """
    jobs = jobs_of(run, [row for table in tables for row in table.rows], settings)
    # without Stage I: an adapted CLIP would have to look at the films anew
    plain = {at: job for at, job in jobs.items() if not job.clip}
    films: dict[str, Films] = {}
    references: dict[str, Sequence[str]] = {}
    keys = dict.fromkeys(job.key for job in plain.values())
    with progress.step("Telling further films", len(keys)) as bar:
        for job in {job.key: job for job in plain.values()}.values():
            first = told_by(job)
            assert first is not None, "the tables were made, so that all jobs are done"
            said, people = _told(
                folder / "told" / f"{job.key}-{job.telling}.json", job, more, settings
            )
            films[job.key] = {**first.films, **{f"more/{name}": one for name, one in said.items()}}
            references = {
                **first.references, **{f"more/{name}": one for name, one in people.items()},
            }  # fmt: skip
            bar.advance()
    seeds = range(settings.options.seeds)
    done = []
    for table in tables:
        rows = tuple(row for row in table.rows if (row, 0) in plain)
        if table.first not in [row.name for row in rows]:
            continue
        of: dict[Row, list[Films]] = {
            row: [films[plain[row, seed].key] for seed in seeds] for row in rows
        }
        one = finished(
            replace(table, title=f"{table.title}, with further films", rows=rows),
            of, references, settings.options,
            losses={row: _loss([plain[row, seed] for seed in seeds]) for row in rows},
        )  # fmt: skip
        write_finished(folder / "tables", one)
        done.append(one)
    return tuple(done)


def _loss(jobs: Sequence[Job]) -> float | None:
    """Mean of validation's, over seeds."""
    return mean_loss([told for job in jobs if (told := told_by(job)) is not None])


def _told(kept: Path, job: Job, more: Run, settings: Settings) -> tuple[Films, Films]:
    """What a narrator tells of the further films, and what people say of them."""
    if not kept.is_file():
        narrate_run(
            more, settings.speaking, settings.look, split="test", narrator=job.folder / "narrator"
        )
        held: dict[str, dict[str, list[str]]] = {"films": {}, "references": {}}
        for row in read_table(more.predictions("test"), words=("text_gen",)).rows:
            film = str(row.cells["vid"])
            held["films"].setdefault(film, []).append(str(row.cells["text_gen"]))
            held["references"].setdefault(film, []).append(str(row.cells["text_gt"]))
        kept.parent.mkdir(parents=True, exist_ok=True)
        atomic_text(kept, json.dumps(held, ensure_ascii=False) + "\n")
    told = json.loads(kept.read_text("utf-8"))
    return told["films"], told["references"]
