"""What `scenewise charades` does once its flags are parsed."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenewise.cli.showing import Terminal, told_time
from scenewise.cli.telling import out, out_json, tell_columns, tell_notes
from scenewise.core.errors import ScenewiseError

if TYPE_CHECKING:
    from scenewise.charades.drawing import SourceOptions
    from scenewise.charades.encoding_options import EncodeOptions
    from scenewise.charades.evaluating import Evaluation
    from scenewise.charades.matching import Matched
    from scenewise.charades.sample import SampleOptions
    from scenewise.charades.tuning_options import MatchOptions, TuningOptions
    from scenewise.cli.manner import Manner
    from scenewise.metrics.intervals import Interval

_LISTED = 10


def _terminal(manner: Manner) -> Terminal:
    return Terminal(quiet=manner.quiet or manner.json, plain=manner.plain)


def act_sample(
    tables: dict[str, Path],
    videos: Path,
    folder: Path,
    options: SampleOptions,
    source: SourceOptions,
    manner: Manner,
) -> int:
    """`scenewise charades sample`."""
    from scenewise.charades.drawing import drawn
    from scenewise.charades.runs import SPLITS, Run

    sample = drawn(tables, videos, options, source)
    Run(folder).write_sample(sample)
    if manner.json:
        out_json({"folder": str(folder), "notes": list(sample.notes),
                  **{split: len(sample.split(split)) for split in SPLITS}})  # fmt: skip
        return 0
    tell_notes(sample.notes)
    scenes = {split: len(set(sample.scenes(split).values())) for split in SPLITS}
    out(
        f"{len(sample.train)} videos of {scenes['train']} scenes to train on, "
        f"{len(sample.test)} of {scenes['test']} to test on: {folder}"
    )
    out(f"Next: scenewise charades encode {folder}")
    return 0


def act_encode(folder: Path, methods: Sequence[str], options: EncodeOptions, manner: Manner) -> int:
    """`scenewise charades encode`."""
    begin = time.monotonic()
    run = _run(folder, methods)
    from scenewise.charades.encoding import encode
    from scenewise.charades.runs import SPLITS

    done = encode(run, methods, options, progress=_terminal(manner))
    counts = {
        name: {split: pictures.count(split) for split in SPLITS}
        for name, pictures in done.pictures.items()
    }
    if manner.json:
        out_json({"folder": str(folder), "pictures": counts, "left_out": dict(done.broken),
                  "in_part": dict(done.partly), "components_share": done.share})  # fmt: skip
        return 0
    _tell_some("Left out", done.broken)
    _tell_some("Readable in part only, and used as far as they go", done.partly)
    if done.share is not None:
        out(f"Principal components keep {done.share:.0%} of what varies in the features")
    tell_columns(
        ("to train on", "to test on", "pictures"),
        [(str(one["train"]), str(one["test"]), name) for name, one in counts.items()],
    )
    out(f"Took {told_time(time.monotonic() - begin)}")
    out(f"Next: scenewise charades train {folder} --method {next(iter(counts))}")
    return 0


def act_train(
    folder: Path,
    methods: Sequence[str],
    clip: str,
    options: TuningOptions,
    manner: Manner,
    *,
    anew: bool = False,
) -> int:
    """`scenewise charades train`."""
    run = _run(folder, methods)
    from scenewise.charades.pictures import read_pictures

    for method in methods:  # before the first of them is trained for hours
        read_pictures(run, method)
    from scenewise.charades.training import train

    terminal = _terminal(manner)
    told = []
    for method in dict.fromkeys(methods):
        begin = time.monotonic()
        done = train(run, method, clip, options, anew=anew, progress=terminal)
        told.append(
            {"method": method, "model": str(done.model), "loss_plot": str(done.curve),
             "steps": done.steps, "figures": dict(done.figures), "truncated": done.truncated,
             "kept": dict(done.kept)}
        )  # fmt: skip
        if not manner.json:
            loss = done.figures.get("loss")
            last = f", loss {loss:.3f} in the last step" if loss is not None else ""
            out(f"{method}: {done.steps} steps{last}: {done.model}")
            if done.kept:
                out(
                    f"Kept the weights after step {done.kept['step']}: mean reciprocal rank "
                    f"{done.kept['reciprocal_rank']:.3f} on the videos kept back"
                )
            out(f"Took {told_time(time.monotonic() - begin)}")
    if manner.json:
        out_json(told)
    else:
        out(f"Next: scenewise charades evaluate {folder}")
    return 0


def act_evaluate(
    folder: Path, methods: Sequence[str], before: str, options: MatchOptions, manner: Manner
) -> int:
    """`scenewise charades evaluate`."""
    run = _run(folder, methods)
    from scenewise.charades.errors import RunInvalid
    from scenewise.charades.matching import evaluate_method
    from scenewise.charades.reporting import write_report

    chosen = list(dict.fromkeys(methods)) or run.trained()
    if not chosen:
        raise RunInvalid(
            "no method is trained yet",
            path=run.folder,
            remedy="train one: scenewise charades train RUN --method grid",
        )
    terminal = _terminal(manner)
    done, failed = [], {}
    for method in chosen:
        try:
            done.append(evaluate_method(run, method, options, clip=before, progress=terminal))
        except ScenewiseError as error:
            if len(chosen) == 1:
                raise
            failed[method] = error  # what is wrong with one is no reason to leave out the others
    # what was evaluated of a model that does not fit any more is no result of this run
    evaluated = {name: one for name, one in run.evaluations().items() if name not in failed}
    files = write_report(run.folder / "report", evaluated) if evaluated else []
    _tell_done(done, files, terminal, manner)
    sys.stderr.writelines(f"scenewise: {name}: {error}\n" for name, error in failed.items())
    return max((error.exit_code for error in failed.values()), default=0)


def _tell_done(
    done: Sequence[Matched], files: Sequence[Path], terminal: Terminal, manner: Manner
) -> None:
    """What was evaluated."""
    if manner.json:
        out_json(
            [
                {"method": one.method, "truncated": dict(one.truncated), "left_out": one.left_out,
                 **{split: plain(e) for split, e in one.evaluations.items()}}
                for one in done
            ]
        )  # fmt: skip
        return
    for one in done:
        for split, count in one.truncated.items():
            if count:
                terminal.say(
                    f"{one.method}: {count} captions ({split}) were cut to what CLIP reads"
                )
    if done:
        tell({one.method: one.evaluations for one in done})
    if files:
        out("")
        out(f"All that is evaluated so far, as tables and figures: {files[0]}")


def plain(evaluation: Evaluation) -> dict[str, Any]:
    """An evaluation as plain values."""
    return asdict(evaluation) | {"chance": evaluation.chance}


def tell(evaluated: Mapping[str, Mapping[str, Evaluation]]) -> None:
    """The paper's tables, with the paper's own figures beside."""
    from scenewise.charades.evaluating import PAPER_COUNTS, PAPER_LENGTHS, PAPER_SCENES
    from scenewise.charades.methods import method_named

    rows = []
    for name, sets in evaluated.items():
        method = method_named(name)
        for split, one in sets.items():
            paper = PAPER_COUNTS.get((method.in_paper, split))
            rows.append(
                (
                    name,
                    split,
                    str(one.first),
                    _percent(one.first_share),
                    f"{one.chance:.2%}",
                    _percent(one.fifth_share),
                    f"{one.median_rank.mean:g} of {one.captions}",
                    f"{one.reciprocal_rank.mean:.3f}",
                    f"{paper} ({paper.share:.2%})" if paper else "-",
                )
            )
    out("Pictures that find their caption (figure 2):")
    tell_columns(
        ("method", "set", "found", "share (95 %)", "chance", "in first 5", "median rank", "MRR",
         "paper"),
        rows,
    )  # fmt: skip
    out("")
    out("Mean length of captions, characters (figure 3):")
    tell_columns(
        ("method", "set", "found", "all", "paper"),
        [
            (
                name,
                split,
                f"{one.lengths.correct:.1f}" if one.lengths.correct is not None else "-",
                f"{one.lengths.overall:.1f}",
                f"{PAPER_LENGTHS[split].correct} of {PAPER_LENGTHS[split].overall}"
                if method_named(name).in_paper == "final"
                else "-",
            )
            for name, sets in evaluated.items()
            for split, one in sets.items()
        ],
    )
    for name, sets in evaluated.items():
        scenes = sorted({scene for one in sets.values() for scene in one.scenes})
        beside = PAPER_SCENES if method_named(name).in_paper == "final" else {}
        out("")
        out(f"By scene, {name} (figure 4):")
        tell_columns(
            ("scene", *sets, "paper, train"),
            [
                (
                    scene,
                    *(str(one.scenes.get(scene, "-")) for one in sets.values()),
                    str(beside.get(scene, "-")),
                )
                for scene in scenes
            ],
        )


def _tell_some(what: str, videos: Mapping[str, str]) -> None:
    """How many videos something holds for, and why for the first of them."""
    if videos:
        out(f"{what}, {len(videos)} video{'' if len(videos) == 1 else 's'}:")
    for id, why in list(videos.items())[:_LISTED]:
        out(f"  {id}: {why}")
    if len(videos) > _LISTED:
        out(f"  … and {len(videos) - _LISTED} more")


def _percent(value: Interval) -> str:
    return f"{value.mean:.1%} ({value.low:.1%} to {value.high:.1%})"


def _run(folder: Path, methods: Sequence[str]) -> Any:
    """The run, once it is known that it has a sample and that there are such methods."""
    from scenewise.charades.methods import method_named
    from scenewise.charades.runs import Run

    for method in methods:
        method_named(method)
    run = Run(folder)
    run.sample()
    return run
