"""CLIP on home videos (Prakash 2023): frame by frame, in grids, and by mean embeddings.

    python benchmarks/bench_charades.py [--count 600] [--work FOLDER] [--fresh] [--small]
        [--rows NAME,NAME] [--workers N] [--choose] [--json]

Draws a set in the form of Charades (`scenewise synth charades`), of which a third is held out,
and takes it through `scenewise charades`: sample, encode, train, evaluate. Every row begins with
the pocket CLIP, which comes with the package, and sees the videos its own way:

baseline    every 50th frame by itself, as in the paper
grid        the paper's final model: key frames by clusters in a 3 × 3 grid
grid+224    the same at the paper's size, with cells of 75 px as its CLIP saw them
grid+216    the same with cells of 72 px, and the positions of a picture in each of them
grid2+192   2 × 2, which the paper proposes, with cells as large as a frame
mean        the mean of the embeddings of nine frames
grid-shots  a 3 × 3 grid of the key frames that films are described by

and some more (`charades_rows.ROWS`). Figures are accuracies on the held-out videos, each picture
against all captions of the held-out videos, with 95 % intervals over videos; chance is one caption
of all. Limits: the final model is ahead of the baseline with intervals that do not overlap, and
finds 20 times what chance does.

All of it is kept in a folder, so that a run that was stopped goes on where it stopped; the
tables, also those of the videos that were trained on, and the figures are in its `report`.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from charades_rows import ROWS, Row, choices
from harness import Figure, show

from scenewise.charades.certainty import ahead, difference, first_share
from scenewise.charades.drawing import drawn
from scenewise.charades.encoding import encode
from scenewise.charades.encoding_options import EncodeOptions
from scenewise.charades.evaluating import Evaluation
from scenewise.charades.looking import LookOptions
from scenewise.charades.matching import Matched, evaluate_method
from scenewise.charades.reporting import write_report
from scenewise.charades.runs import Run
from scenewise.charades.sample import SampleOptions
from scenewise.charades.tables import percents
from scenewise.charades.training import train
from scenewise.charades.tuned_clip import TunedClip, save_clip
from scenewise.charades.tuning_options import MatchOptions
from scenewise.cli.showing import Terminal
from scenewise.core.errors import ScenewiseError
from scenewise.core.progress import Silent
from scenewise.media.atomic import atomic_text
from scenewise.models import hub
from scenewise.models.precision import Placement
from scenewise.synthetic.charades_set import make_charades_set
from scenewise.training.errors import CheckpointInvalid

SEED = 7
COUNT = 600
SMALL = 24
MINUTES = 30
TIMES_CHANCE = 20
LEAST = 0.001
BASELINE, FINAL, CELLS = "baseline", "grid+224", "grid+216"
"""The paper's two models, its final one at its own size; and the same with positions by cell."""

ALL = SampleOptions(train=10_000, train_other=10_000, test=10_000, test_other=10_000,
                    short="smaller")  # fmt: skip
"""The whole set: it has fewer videos of a scene than the paper's sample."""

LOOK = LookOptions(least=18)
"""The drawn videos are short: every 50th frame of eight seconds are five, and a grid has nine
cells. The baseline has the 50th frames alone, as in the paper."""

MATCH = MatchOptions(precision="bfloat16")

ROWS_STEP = "all rows"
STEPS = ("draw", "sample", "encode", ROWS_STEP)
"""What makes up the benchmark's time; rows by themselves, which share it, are counted beside."""

LONGEST = ("baseline", "mean", "grid+216", "grid+224", "grid2+192")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, help=f"videos that are drawn; {COUNT}")
    parser.add_argument("--work", type=Path, metavar="FOLDER", help="where everything is kept")
    parser.add_argument("--fresh", action="store_true", help="use nothing that was kept")
    parser.add_argument(
        "--small", action="store_true", help="a few videos and steps: shows that it works"
    )
    parser.add_argument("--rows", default="", help="only these, separated by commas")
    parser.add_argument("--workers", type=int, help="rows at a time; as many as cores")
    parser.add_argument(
        "--choose", action="store_true", help="show how epochs and rates were chosen, without rows"
    )
    parser.add_argument("--json", action="store_true", help="results for machines")
    args = parser.parse_args()
    count = args.count or (SMALL if args.small else COUNT)
    name = f"scenewise-charades-{count}{'-small' if args.small else ''}"
    folder = args.work or Path(tempfile.gettempdir()) / name
    if args.fresh:
        shutil.rmtree(folder, ignore_errors=True)
    rows = asked_for(args.rows)
    if args.small:
        rows = tuple(
            replace(row, options=replace(row.options, epochs=1), most=min(row.most, 1))
            for row in rows
        )
    clock = Clock(folder / "seconds.json")
    try:
        run = prepared(folder, count, rows, clock, args.workers or cores())
        if args.choose:
            tried = choices(run, rows, clock.step, Terminal(plain=True))
            show("Chosen on a quarter of the videos to train on", tried, as_json=args.json)
            return
        done = carried_out(run, rows, clock, args.workers or cores())
    except ScenewiseError as error:
        sys.exit(str(error))
    found = Found(done, clock, told(run), report(run, done))
    show(found.title, figures(found), as_json=args.json, seconds=clock.seconds, busy=clock.busy)
    if not args.json:
        print(f"\n{verdict(found)}\nTables and figures: {found.report}")


@dataclass(frozen=True)
class Done:
    """What came of a row.

    Args:
        row: which.
        trained, untrained: what CLIP finds, after and before training.
    """

    row: Row
    trained: Matched
    untrained: Matched


@dataclass(frozen=True)
class Found:
    """What came out.

    Args:
        rows: by method.
        clock: how long each step took, in all runs together.
        title: what was measured.
        report: folder of the tables.
    """

    rows: dict[str, Done]
    clock: Clock
    title: str
    report: Path


class Clock:
    """How long steps take, also when they are done in several runs.

    Args:
        path: where it is kept.

    Attributes:
        seconds: by the clock on the wall, by step.
        busy: of processors, which other work on the machine hardly changes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.seconds: dict[str, float] = {}
        self.busy: dict[str, float] = {}
        if path.is_file():
            held = json.loads(path.read_text("utf-8"))
            self.seconds, self.busy = held["seconds"], held["busy"]

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Count the seconds of a step, whether or not it ends well."""
        begin, worked = time.monotonic(), time.process_time()
        try:
            yield
        finally:
            self.add(what, time.monotonic() - begin, time.process_time() - worked)

    def add(self, what: str, seconds: float, busy: float) -> None:
        """Count seconds of a step that another process took."""
        self.seconds[what] = self.seconds.get(what, 0.0) + seconds
        self.busy[what] = self.busy.get(what, 0.0) + busy
        told = {"seconds": self.seconds, "busy": self.busy}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        atomic_text(self._path, json.dumps(told, indent=1) + "\n")


def asked_for(names: str) -> tuple[Row, ...]:
    """The rows of names between commas, in their order; exits where there is no such row."""
    known = [row.method for row in ROWS]
    wanted = names.split(",") if names else known
    if unknown := [name for name in wanted if name not in known]:
        sys.exit(f"there is no row {unknown[0]!r}; choose of: {', '.join(known)}")
    return tuple(row for row in ROWS if row.method in wanted)


def prepared(folder: Path, count: int, rows: Sequence[Row], clock: Clock, workers: int) -> Run:
    """Draw, sample, encode: whatever is not done yet."""
    teller = Terminal(plain=True)
    drawn_set, run = folder / "set", Run(folder / "run")
    with clock.step("draw"):
        if not (drawn_set / "Charades_v1_test.csv").is_file():  # the last file of a set
            make_charades_set(drawn_set, count, seed=SEED, workers=workers, progress=teller)
    with clock.step("sample"):
        tables = {split: drawn_set / f"Charades_v1_{split}.csv" for split in ("train", "test")}
        run.write_sample(drawn(tables, drawn_set / "Charades_v1_480", ALL))
    with clock.step("encode"):
        methods = [row.method for row in rows]
        options = EncodeOptions(look=LOOK, resnet=hub.POCKET, precision="bfloat16")
        encode(run, methods, options, progress=teller)
    return run


def carried_out(run: Run, rows: Sequence[Row], clock: Clock, workers: int) -> dict[str, Done]:
    """Train and evaluate, some rows at a time: whatever is not done yet."""
    teller, done = Terminal(plain=True), {}
    # those that take longest first, so that no core waits for one at the end
    in_turn = sorted(
        rows, key=lambda row: LONGEST.index(row.method) if row.method in LONGEST else 9
    )
    with clock.step(ROWS_STEP), teller.step("Training rows", len(rows)) as bar:
        # not forked: a process with several threads cannot be copied safely
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, context, _one_thread if workers > 1 else None) as pool:
            coming = [pool.submit(row_done, run.folder, row) for row in in_turn]
            try:
                for each in as_completed(coming):
                    one, seconds, busy = each.result()
                    done[one.row.method] = one
                    clock.add(one.row.method, seconds, busy)
                    bar.advance()
            finally:
                pool.shutdown(cancel_futures=True)
    return {row.method: done[row.method] for row in rows}


def row_done(folder: Path, row: Row) -> tuple[Done, float, float]:
    """Train and evaluate a row; and the seconds and the processor time that it took."""
    run, quiet = Run(folder), Silent()
    begin, worked = time.monotonic(), time.process_time()
    try:
        train(run, row.method, hub.POCKET, row.options, progress=quiet)
    except CheckpointInvalid:  # of other settings, or of pocket models that are no more
        train(run, row.method, hub.POCKET, row.options, anew=True, progress=quiet)
    before = str(enlarged(run, row))
    done = Done(
        row,
        evaluate_method(run, row.method, MATCH, progress=quiet),
        evaluate_method(run, row.method, MATCH, clip=before, progress=quiet),
    )
    return done, time.monotonic() - begin, time.process_time() - worked


def enlarged(run: Run, row: Row) -> Path:
    """A checkpoint of the pocket CLIP at a row's size, before any training."""
    folder = run.folder / "untrained" / row.method
    tuned = TunedClip(hub.POCKET, Placement(torch.device("cpu"), torch.float32))
    tuned.enlarge(row.options.picture_size, cells=row.cells, places=row.options.text_places)
    save_clip(tuned.model, tuned.folder, folder, {"from": hub.POCKET})
    return folder


def report(run: Run, done: dict[str, Done]) -> Path:
    """The paper's tables, beside the run."""
    folder = run.folder.parent / "report"
    trained = {name: dict(one.trained.evaluations) for name, one in done.items()}
    before = {f"{name}, untrained": dict(one.untrained.evaluations) for name, one in done.items()}
    write_report(folder, trained | before)
    return folder


def told(run: Run) -> str:
    sample = run.sample()
    return f"{len(sample.train)} drawn home videos to train on, {len(sample.test)} held out"


def figures(found: Found) -> list[Figure]:
    """What was asked and measured, then the accuracy of every row on the held-out videos."""
    asked = []
    rows = found.rows
    for name in (FINAL, CELLS):
        if name not in rows or BASELINE not in rows:
            continue
        final, baseline = (first_share(rows[one].trained.evaluations["test"])
                           for one in (name, BASELINE))  # fmt: skip
        chance = rows[name].trained.evaluations["test"].chance
        paired = difference(rows[name].trained.found["test"], rows[BASELINE].trained.found["test"])
        asked += [
            Figure(
                f"{name}: its lower end above the baseline's upper",
                100 * (final.low - baseline.high),
                "points",
                LEAST,
                at_least=True,
                note=f"{percents(final)} and {percents(baseline)}",
            ),
            Figure(
                f"{name}: ahead of the baseline on the same videos",
                100 * paired.mean,
                "points",
                note=f"{100 * paired.low:.3g} to {100 * paired.high:.3g}, every video counted once",
            ),
            Figure(
                f"{name}: held-out accuracy",
                final.mean / chance,
                "× chance",
                TIMES_CHANCE,
                at_least=True,
                note=f"chance is {chance:.2%}; the paper's: 1/500, 1 × chance",
            ),
        ]
    clock = found.clock
    busy = sum(clock.busy[step] for step in clock.busy if not step.startswith("choose")) / 60
    asked.append(
        Figure(
            "all steps",
            sum(clock.seconds.get(step, 0.0) for step in STEPS) / 60,
            "min",
            MINUTES,
            note=f"{busy:.0f} min of processor time",
        )
    )
    return asked + [
        line(f"{name}: {one.row.about}", which.evaluations["test"], kind)
        for name, one in rows.items()
        for kind, which in (("", one.trained), (", untrained", one.untrained))
    ]


def line(title: str, one: Evaluation, kind: str) -> Figure:
    """A row's accuracy on the held-out videos."""
    share = first_share(one)
    note = (
        f"{one.first}, {100 * share.low:.3g} to {100 * share.high:.3g}, "
        f"{share.mean / one.chance:.3g} × chance, median rank {one.median_rank.mean:g} "
        f"of {one.captions}, MRR {one.reciprocal_rank.mean:.3f}"
    )
    return Figure(f"{title}{kind}", 100 * share.mean, "%", note=note)


def verdict(found: Found) -> str:
    """In plain words, whether the paper's ordering is found."""
    held = {name: one.trained.evaluations["test"] for name, one in found.rows.items()}
    shares = {name: first_share(one) for name, one in held.items()}
    lines = []
    for name in (FINAL, CELLS):
        if name not in shares or BASELINE not in shares:
            continue
        final, baseline = shares[name], shares[BASELINE]
        if ahead(final, baseline):
            how = "AHEAD of the baseline, and their intervals do not overlap"
        elif ahead(baseline, final):
            how = (
                "BEHIND the baseline, and their intervals do not overlap: this is not the paper's "
                "ordering"
            )
        else:
            how = "neither ahead of the baseline nor behind it: their intervals overlap"
        lines.append(f"{name} ({found.rows[name].row.about}) is {how}.")
    enough = [name for name, one in held.items() if shares[name].mean >= TIMES_CHANCE * one.chance]
    best = max(shares, key=lambda name: shares[name].mean)
    lines.append(
        f"Rows that reach {TIMES_CHANCE} × chance: {', '.join(enough) or 'none'}. "
        f"The best is {best}, {percents(shares[best])}."
    )
    return "\n".join(lines)


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _one_thread() -> None:
    torch.set_num_threads(1)


if __name__ == "__main__":
    main()
