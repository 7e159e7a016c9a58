"""CLIP on home videos (Prakash 2023): frame by frame, in grids, and by mean embeddings.

    python benchmarks/bench_charades.py [--count 360] [--work FOLDER] [--fresh] [--small] [--json]

Draws a set in the form of Charades (`scenewise synth charades`), of which a third is held out,
and takes it through `scenewise charades`: sample, encode, train, evaluate. Every method begins
with the pocket CLIP, which comes with the package, and sees the videos its own way:

baseline    every 50th frame by itself, as in the paper
grid        the paper's final model: key frames by clusters in a 3 × 3 grid
grid2       2 × 2, which the paper proposes
mean        the mean of the embeddings of nine frames
grid-shots  a 3 × 3 grid of the key frames that films are described by

Figures are accuracies on the held-out videos, each picture against all captions of the held-out
videos, with 95 % intervals over videos; chance is one caption of all. Limits: the final model is
ahead of the baseline with intervals that do not overlap, and finds 20 times what chance does.

All of it is kept in a folder, so that a run that was stopped goes on where it stopped; the
tables, also those of the videos that were trained on, and the figures are in its `report`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from harness import Figure, show

from scenewise.charades.certainty import ahead, first_share
from scenewise.charades.drawing import drawn
from scenewise.charades.encoding import encode
from scenewise.charades.encoding_options import EncodeOptions
from scenewise.charades.evaluating import Evaluation
from scenewise.charades.looking import LookOptions
from scenewise.charades.matching import evaluate_method
from scenewise.charades.methods import GRID, USUAL, method_named
from scenewise.charades.reporting import write_report
from scenewise.charades.runs import Run
from scenewise.charades.sample import SampleOptions
from scenewise.charades.tables import percents
from scenewise.charades.training import train
from scenewise.charades.tuning_options import TuningOptions
from scenewise.cli.showing import Terminal
from scenewise.core.errors import ScenewiseError
from scenewise.media.atomic import atomic_text
from scenewise.models import hub
from scenewise.synthetic.charades_set import make_charades_set
from scenewise.training.errors import CheckpointInvalid

SEED = 7
COUNT = 360
SMALL = 24
MINUTES = 30
TIMES_CHANCE = 20
LEAST = 0.001
FINAL, BASELINE = "grid", "baseline"

ALL = SampleOptions(train=10_000, train_other=10_000, test=10_000, test_other=10_000,
                    short="smaller")  # fmt: skip
"""The whole set: it has fewer videos of a scene than the paper's sample."""

LOOK = LookOptions(least=18)
"""The drawn videos are short: every 50th frame of eight seconds are five, and a grid has nine
cells. The baseline has the 50th frames alone, as in the paper."""

TRAINING = TuningOptions(epochs=15, learning_rate=1e-4, schedule="cosine", warmup_steps=10)
"""Epochs, batch and optimiser of the paper, but for a higher rate that falls: the pocket CLIP has a
sixtieth of the weights of ViT-B/32."""

GRID_EPOCHS = 45
"""A grid is one picture a video where the baseline has seven: in as many epochs it would see a
seventh of the pictures, and the weights would change a seventh as often."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, help=f"videos that are drawn; {COUNT}")
    parser.add_argument("--work", type=Path, metavar="FOLDER", help="where everything is kept")
    parser.add_argument("--fresh", action="store_true", help="use nothing that was kept")
    parser.add_argument(
        "--small", action="store_true", help="a few videos and steps: shows that it works"
    )
    parser.add_argument("--epochs", type=int, default=TRAINING.epochs, help="of frames")
    parser.add_argument("--grid-epochs", type=int, default=GRID_EPOCHS, help="of grids")
    parser.add_argument("--learning-rate", type=float, default=TRAINING.learning_rate)
    parser.add_argument("--json", action="store_true", help="results for machines")
    args = parser.parse_args()
    count = args.count or (SMALL if args.small else COUNT)
    name = f"scenewise-charades-{count}{'-small' if args.small else ''}"
    folder = args.work or Path(tempfile.gettempdir()) / name
    if args.fresh:
        shutil.rmtree(folder, ignore_errors=True)
    training = replace(TRAINING, learning_rate=args.learning_rate)
    epochs = Epochs(args.epochs, args.grid_epochs)
    if args.small:
        training, epochs = replace(training, warmup_steps=0), Epochs(1, 1)
    try:
        found = carried_out(folder, count, training, epochs, Clock(folder / "seconds.json"))
    except ScenewiseError as error:
        sys.exit(str(error))
    show(found.title, figures(found), as_json=args.json, seconds=found.seconds)
    if not args.json:
        print(f"\n{verdict(found)}\nTables and figures: {found.report}")


class Epochs(NamedTuple):
    """How often videos are seen, as frames and as grids."""

    frames: int
    grids: int

    def of(self, method: str) -> int:
        return self.grids if method_named(method).kind == GRID else self.frames


@dataclass(frozen=True)
class Found:
    """What came out.

    Args:
        trained, untrained: evaluations by method and part of the set.
        seconds: that each step took, in all runs together.
        title: what was measured.
        report: folder of the tables.
    """

    trained: dict[str, dict[str, Evaluation]]
    untrained: dict[str, dict[str, Evaluation]]
    seconds: dict[str, float]
    title: str
    report: Path


class Clock:
    """How long steps take, also when they are done in several runs.

    Args:
        path: where it is kept.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.seconds: dict[str, float] = {}
        if path.is_file():
            self.seconds = json.loads(path.read_text("utf-8"))

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Count the seconds of a step, whether or not it ends well."""
        begin = time.monotonic()
        try:
            yield
        finally:
            self.seconds[what] = self.seconds.get(what, 0.0) + time.monotonic() - begin
            self._path.parent.mkdir(parents=True, exist_ok=True)
            atomic_text(self._path, json.dumps(self.seconds, indent=1) + "\n")


def carried_out(
    folder: Path, count: int, training: TuningOptions, epochs: Epochs, clock: Clock
) -> Found:
    """Draw, sample, encode, train, evaluate: whatever is not done yet."""
    teller = Terminal(plain=True)
    drawn_set, run = folder / "set", Run(folder / "run")
    with clock.step("draw"):
        if not (drawn_set / "Charades_v1_test.csv").is_file():  # the last file of a set
            make_charades_set(drawn_set, count, seed=SEED, progress=teller)
    with clock.step("sample"):
        tables = {split: drawn_set / f"Charades_v1_{split}.csv" for split in ("train", "test")}
        run.write_sample(drawn(tables, drawn_set / "Charades_v1_480", ALL))
    with clock.step("encode"):
        encode(run, USUAL, EncodeOptions(look=LOOK, resnet=hub.POCKET), progress=teller)
    trained: dict[str, dict[str, Evaluation]] = {}
    untrained: dict[str, dict[str, Evaluation]] = {}
    for method in USUAL:
        options = replace(training, epochs=epochs.of(method))
        with clock.step(f"train {method}"):
            try:
                train(run, method, hub.POCKET, options, progress=teller)
            except CheckpointInvalid:  # of other settings, or of pocket models that are no more
                clock.seconds[f"train {method}"] = 0.0
                train(run, method, hub.POCKET, options, anew=True, progress=teller)
        with clock.step("evaluate"):
            before = evaluate_method(run, method, clip=hub.POCKET, progress=teller)
            after = evaluate_method(run, method, progress=teller)
        trained[method], untrained[method] = dict(after.evaluations), dict(before.evaluations)
    report = folder / "report"
    write_report(report, trained | {f"{m}, untrained": one for m, one in untrained.items()})
    sample = run.sample()
    title = f"{len(sample.train)} drawn home videos to train on, {len(sample.test)} held out"
    return Found(trained, untrained, clock.seconds, title, report)


def figures(found: Found) -> list[Figure]:
    """What was asked and measured, then the accuracy of every method on the held-out videos."""
    final, baseline = (first_share(found.trained[name]["test"]) for name in (FINAL, BASELINE))
    chance = found.trained[FINAL]["test"].chance
    asked = [
        Figure(
            "the final model's lower end above the baseline's upper",
            100 * (final.low - baseline.high),
            "points",
            LEAST,
            at_least=True,
            note=f"{percents(final)} and {percents(baseline)}",
        ),
        Figure(
            "held-out accuracy of the final model",
            final.mean / chance,
            "× chance",
            TIMES_CHANCE,
            at_least=True,
            note=f"chance is {chance:.2%}; the paper's: 1/500, 1 × chance",
        ),
        Figure("all steps", sum(found.seconds.values()) / 60, "min", MINUTES),
    ]
    return asked + [
        row(method_named(name).title, parts["test"], kind)
        for kind, evaluations in (("", found.trained), ("untrained", found.untrained))
        for name, parts in evaluations.items()
    ]


def row(title: str, one: Evaluation, kind: str) -> Figure:
    """A method's accuracy on the held-out videos."""
    share = first_share(one)
    note = (
        f"{one.first}, {100 * share.low:.3g} to {100 * share.high:.3g}, "
        f"{share.mean / one.chance:.3g} × chance, median rank {one.median_rank.mean:g} "
        f"of {one.captions}"
    )
    return Figure(f"{title}{f', {kind}' if kind else ''}", 100 * share.mean, "%", note=note)


def verdict(found: Found) -> str:
    """In plain words, whether the paper's ordering is found."""
    held = {name: parts["test"] for name, parts in found.trained.items()}
    shares = {name: first_share(one) for name, one in held.items()}
    final, baseline = shares[FINAL], shares[BASELINE]
    if ahead(final, baseline):
        order = "The final model is ahead of the baseline, and their intervals do not overlap."
    elif ahead(baseline, final):
        order = (
            "The final model is BEHIND the baseline, and their intervals do not overlap: this is "
            "not the paper's ordering."
        )
    else:
        order = (
            "The final model is neither ahead of the baseline nor behind it: their intervals "
            "overlap."
        )
    chance = held[FINAL].chance
    enough = [name for name, share in shares.items() if share.mean >= TIMES_CHANCE * chance]
    reached = "reaches" if FINAL in enough else "does NOT reach"
    best = max(shares, key=lambda name: shares[name].mean)
    return (
        f"{order}\nThe final model {reached} {TIMES_CHANCE} × chance; "
        f"methods that do: {', '.join(enough) or 'none'}. The best is {best}, "
        f"{percents(shares[best])}."
    )


if __name__ == "__main__":
    main()
