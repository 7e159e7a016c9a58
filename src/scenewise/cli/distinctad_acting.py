"""What `scenewise distinctad` does once its flags are parsed."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from scenewise.cli.showing import Terminal, told_time
from scenewise.cli.telling import out, out_json, tell_columns, tell_notes

if TYPE_CHECKING:
    from scenewise.cli.manner import Manner
    from scenewise.distinctad.clips import ClipOptions
    from scenewise.distinctad.options import (
        AdaptationOptions,
        DataOptions,
        LookOptions,
        NarratorOptions,
        NarratorTraining,
        RecognitionOptions,
        SequenceOptions,
        SpeakingOptions,
    )
    from scenewise.distinctad.runs import Run
    from scenewise.metrics.score_options import ScoreOptions


def _terminal(manner: Manner) -> Terminal:
    """Where progress is shown; of several processes the first alone shows any."""
    return Terminal(
        quiet=manner.quiet or manner.json or os.environ.get("RANK", "0") != "0", plain=manner.plain
    )


def act_prepare(
    paths: Mapping[str, Path | None],
    clip: str,
    folder: Path,
    options: DataOptions,
    clips: ClipOptions,
    manner: Manner,
) -> int:
    """`scenewise distinctad prepare`."""
    from scenewise.distinctad.preparing import prepared
    from scenewise.distinctad.runs import SPLITS, Run, Source

    with _terminal(manner).step("Reading"):
        data = prepared(Source(**paths), clip, options, clips)
    Run(folder).write_data(data)
    if manner.json:
        out_json({"folder": str(folder), "films": {s: list(data.films[s]) for s in SPLITS},
                  "notes": list(data.notes)})  # fmt: skip
        return 0
    tell_notes(data.notes)
    tell_columns(
        ("films", "split", "such as"),
        [(str(len(data.films[s])), s, ", ".join(data.films[s][:3])) for s in SPLITS],
    )
    step = "adapt" if paths.get("features") is None else "train"  # Stage I looks at pictures
    out(f"Next: scenewise distinctad {step} {folder}")
    return 0


def act_adapt(folder: Path, options: AdaptationOptions, look: LookOptions, manner: Manner) -> int:
    """`scenewise distinctad adapt`."""
    begin = time.monotonic()
    run = _run(folder)
    from scenewise.distinctad.stages import adapt_run
    from scenewise.training.launching import together

    with together(look.device) as first:
        done = adapt_run(run, options, look, progress=_terminal(manner))
    if not first:
        return 0
    return _tell_trained(
        done.folder, done.steps, done.training, done.evaluation, begin, manner,
        f"scenewise distinctad train {folder}",
    )  # fmt: skip


def act_train(
    folder: Path,
    options: NarratorOptions,
    training: NarratorTraining,
    sequences: SequenceOptions,
    look: LookOptions,
    manner: Manner,
    *,
    plain: bool,
    kind: str,
    numbers: str,
) -> int:
    """`scenewise distinctad train`."""
    begin = time.monotonic()
    run = _run(folder)
    from scenewise.distinctad.stages import train_run
    from scenewise.training.launching import together

    with together(look.device) as first:
        done = train_run(
            run, options, training, sequences, look, plain=plain, kind=kind, numbers=numbers,
            progress=_terminal(manner),
        )  # fmt: skip
    if not first:
        return 0
    if not (plain or manner.json):
        if run.data().source.features is not None:
            tell_notes(["Stage I was left out: the run has features alone, taken as they are"])
        elif not run.adapted.is_dir():
            tell_notes(["Stage I was not done: films were looked at with CLIP as it is"])
    return _tell_trained(
        done.folder, done.steps, done.training, done.evaluation, begin, manner,
        f"scenewise distinctad narrate {folder}",
    )  # fmt: skip


def act_narrate(
    folder: Path,
    speaking: SpeakingOptions,
    look: LookOptions,
    recognition: RecognitionOptions,
    manner: Manner,
    *,
    split: str,
    narrator: Path | None,
    language: str,
    who: str,
) -> int:
    """`scenewise distinctad narrate`."""
    from scenewise.training.launching import alone

    alone("narrate")
    begin = time.monotonic()
    run = _run(folder)
    run.data().split(split)
    from scenewise.distinctad.stages import narrate_run

    done = narrate_run(
        run, speaking, look, split=split, narrator=narrator, language=language, who=who,
        recognition=recognition, progress=_terminal(manner),
    )  # fmt: skip
    if manner.json:
        out_json({"predictions": str(done.predictions), "clips": dict(done.films),
                  "told_before": list(done.again), "notes": list(done.notes)})  # fmt: skip
        return 0
    tell_notes(done.notes)
    before = f", {len(done.again)} of them told before" if done.again else ""
    out(f"{sum(done.films.values())} clips of {len(done.films)} films{before}: {done.predictions}")
    out(f"Took {told_time(time.monotonic() - begin)}")
    out(f"Next: scenewise distinctad evaluate {folder} --split {split}")
    return 0


def act_evaluate(
    folder: Path, split: str, options: ScoreOptions, manner: Manner, *, per_film: bool
) -> int:
    """`scenewise distinctad evaluate`."""
    run = _run(folder)
    run.data().split(split)
    from scenewise.cli.score_acting import absent_told, plain_score, scored_files, tell_score
    from scenewise.core.errors import FileMissing
    from scenewise.distinctad.runs import write_json

    if not run.predictions(split).is_file():
        raise FileMissing(
            f"nothing was told of the {split} films yet",
            path=run.predictions(split),
            remedy=f"tell them first: scenewise distinctad narrate {folder} --split {split}",
        )
    scored, material = scored_files(run.predictions(split), None, options, _terminal(manner))
    plain = plain_score(scored, material, options)
    write_json(run.evaluation(split), plain)
    if manner.json:
        out_json(plain)
    else:
        tell_score(scored, material, options, per_film=per_film)
    return absent_told(scored)


def _tell_trained(
    result: Path,
    steps: int,
    training: Mapping[str, float],
    evaluation: Mapping[str, float],
    begin: float,
    manner: Manner,
    following: str,
) -> int:
    if manner.json:
        out_json({"folder": str(result), "steps": steps, "training": dict(training),
                  "validation": dict(evaluation)})  # fmt: skip
        return 0
    parts = [
        f"loss {figures['loss']:.3f} {where}"
        for where, figures in (("in the last step", training), ("in validation", evaluation))
        if "loss" in figures
    ]
    out(f"{', '.join([f'{steps} steps', *parts])}: {result}")
    out(f"Took {told_time(time.monotonic() - begin)}")
    out(f"Next: {following}")
    return 0


def _run(folder: Path) -> Run:
    """The run, once it is known that it has data."""
    from scenewise.distinctad.runs import Run

    run = Run(folder)
    run.data()
    return run
