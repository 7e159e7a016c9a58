"""DistinctAD on drawn films: what the full model adds to one that sees each clip by itself.

Draws films as pictures, three a second, looks at them with the pocket CLIP, and trains narrators
with the pocket language model, three seeds each: the rows of the paper's table 5 and a prompt with
earlier descriptions. Then all of them tell further films, which were there for no choice, and the
tables are made once more with those counted as well. Everything is kept, so that a run that was
stopped goes on.

    python benchmarks/bench_distinctad.py                      headline and table 5
    python benchmarks/bench_distinctad.py --table 6,sweeps     table 6 and figure 4
    python benchmarks/bench_distinctad.py --table 4            Stage I
    python benchmarks/bench_distinctad.py --small              shows that it works
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from distinctad_more import COUNT as MORE
from distinctad_more import more_films, with_more
from harness import Figure, show

from scenewise.cli.showing import Terminal
from scenewise.core.errors import ScenewiseError
from scenewise.distinctad.ablating_jobs import Settings
from scenewise.distinctad.ablating_report import Finished, ahead, markdown, plain
from scenewise.distinctad.ablating_rows import tables_named
from scenewise.distinctad.ablating_tables import Ablated, ablate
from scenewise.distinctad.options import (
    AblationOptions,
    DataOptions,
    LookOptions,
    NarratorOptions,
    NarratorTraining,
    SequenceOptions,
    SpeakingOptions,
)
from scenewise.distinctad.preparing import prepared
from scenewise.distinctad.runs import Run, Source
from scenewise.models import hub
from scenewise.synthetic.films import make_films

SEED: Final = 41_000
COUNT: Final = 160
SECONDS: Final = 260.0
SIDE: Final = 128
MINUTES: Final = 60

NARRATOR: Final = NarratorOptions(language=hub.POCKET, lora=16, vectors=6, faces_from=2)
"""The pocket language model was never told most of what it has to say here, so it is tuned with
LoRA, in all rows alike. Everything else that the paper gives is the paper's."""

TRAINING: Final = NarratorTraining(
    training=replace(
        NarratorTraining().training,
        optimiser="muon",
        learning_rate=1e-3,
        epochs=4,
        precision="float32",
    )
)
"""Another optimiser, a higher rate and fewer epochs than the paper's, which learn what there is to
learn in a fraction of the steps: chosen for the single clip on validation films."""

SEQUENCES: Final = SequenceOptions(batch=4)
SPEAKING: Final = SpeakingOptions(candidates=1, memory=0, phrase=0)
"""The likeliest token each time. What else could keep a narrator from repeating itself is left
out, so that the rows differ in what they learnt alone."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--table", default="headline,5", help="see scenewise distinctad ablate")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--count", type=int, help=f"films that are drawn; {COUNT}")
    parser.add_argument("--workers", type=int, help="narrators at a time; as many as cores")
    parser.add_argument("--split", default="test", help="whose films are told")
    parser.add_argument("--work", type=Path, metavar="FOLDER", help="where everything is kept")
    parser.add_argument("--fresh", action="store_true", help="use nothing that was kept")
    parser.add_argument("--small", action="store_true", help="few films and steps")
    parser.add_argument("--json", action="store_true", help="results for machines")
    args = parser.parse_args()
    count = args.count or (12 if args.small else COUNT)
    name = f"scenewise-distinctad-{count}{'-small' if args.small else ''}"
    folder = args.work or Path(tempfile.gettempdir()) / name
    if args.fresh:
        shutil.rmtree(folder, ignore_errors=True)
    training, seconds = TRAINING, SECONDS
    if args.small:
        training = replace(training, training=replace(training.training, steps=4))
        seconds = 150.0
    options = AblationOptions(
        seeds=args.seeds, workers=args.workers or _cores(), adapt_epochs=1, adapt_batch=64
    )
    settings = Settings(NARRATOR, training, SEQUENCES, SPEAKING, LookOptions(), options, args.split)
    begin, from_nothing = time.monotonic(), not (folder / "run").exists()
    more = 5 if args.small else MORE
    try:
        done = carried_out(folder, count, seconds, args.table, settings)
        further = told_further(folder, more, seconds, args.table, settings)
    except ScenewiseError as error:
        sys.exit(str(error))
    tables = [plain(one) for one in done.tables] if args.json else []
    title = f"DistinctAD on {count} drawn films"
    minutes = (time.monotonic() - begin) / 60 if from_nothing else None
    figures = asked(done, further, options.workers, minutes)
    show(title, figures, as_json=args.json, **({"tables": tables} if args.json else {}))
    if not args.json:
        print()
        for one in (*done.tables, *further):
            print(markdown(one))
        print(
            f"This run: {(time.monotonic() - begin) / 60:.0f} min. Tables: {folder}/run/ablations"
        )


def carried_out(
    folder: Path, count: int, seconds: float, asked_for: str, settings: Settings
) -> Ablated:
    """Draw, look, train, tell: whatever is not done yet."""
    teller = Terminal(plain=True)
    run, films = Run(folder / "run"), folder / "set"
    if not run.data_file.is_file():
        make_films(
            films, count, seed=SEED, seconds=seconds, width=SIDE, height=SIDE, stills=True,
            workers=settings.options.workers, progress=teller,
        )  # fmt: skip
        run.folder.mkdir(parents=True, exist_ok=True)
        run.write_data(prepared(Source(drawn=films), hub.POCKET, DataOptions()))
    return ablate(run, tables_named(asked_for), settings, progress=teller)


def told_further(
    folder: Path, count: int, seconds: float, asked_for: str, settings: Settings
) -> tuple[Finished, ...]:
    """The tables with further films; of Stage II alone, whose CLIP is one."""
    teller = Terminal(plain=True)
    place = folder / "more"
    more = more_films(place, seconds, SIDE, count, teller, workers=settings.options.workers)
    tables = [one for one in tables_named(asked_for) if not one.name.startswith("4")]
    return with_more(place, Run(folder / "run"), more, tables, settings, teller) if tables else ()


def asked(
    done: Ablated, further: Sequence[Finished], workers: int, minutes: float | None
) -> list[Figure]:
    """What was asked of the headline, and the time that it takes: from nothing where nothing had
    been kept, else that of all narrators, in whatever run they were trained."""
    figures = []
    for which, tables in (("", done.tables), (", with further films", further)):
        head = next((one for one in tables if one.table.name == "headline"), None)
        if head is not None:
            figures += [_beats(head, one, which) for one in ("R@1/5", "R@5/16", "repetition")]
    if not any(one.table.name == "headline" for one in done.tables):
        return figures
    if minutes is not None:
        figures.append(
            Figure("from nothing to tables", minutes, "min", MINUTES, note=f"{workers} at a time")
        )
    else:
        figures.append(
            Figure("narrators, trained and telling", done.seconds / workers / 60, "min", MINUTES,
                   note=f"{workers} at a time; films drawn and looked at before")
        )  # fmt: skip
    return figures


def _beats(head: Finished, measure: str, which: str) -> Figure:
    """How far the full model's interval is from the single clip's, on the better side.

    Of the full models it is the one with the lowest loss on validation films.
    """
    lines = {line.name: line for line in head.lines}
    models = [line for line in head.lines if line.name.startswith("DistinctAD")]
    full = min(models, key=lambda line: float("inf") if line.loss is None else line.loss)
    single = lines["single clip"]
    a, b = full.figures[measure], single.figures[measure]
    gap = b.low - a.high if measure == "repetition" else a.low - b.high
    against = full.against[measure]
    return Figure(
        f"{measure}: interval of {full.name} beyond the single clip's{which}",
        gap,
        "points",
        0.001,
        at_least=True,
        note=f"{a.mean:.1f} and {b.mean:.1f}; difference {against.mean:+.1f} "
        f"({against.low:+.1f} to {against.high:+.1f})"
        + ("" if ahead(full, single, measure) else "; NOT shown"),
    )


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


if __name__ == "__main__":
    main()
