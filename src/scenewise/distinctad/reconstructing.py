"""The experiment of appendix A as a part of a run: sentences of its films read back, from [CLS]
vectors and from those of all words."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import torch

from scenewise.core.progress import Progress, Silent
from scenewise.distinctad.figures_drawing import need_matplotlib
from scenewise.distinctad.figures_options import ReconstructionOptions
from scenewise.distinctad.language import Language, load_language
from scenewise.distinctad.narrator_files import about_narrator
from scenewise.distinctad.options import LookOptions, NarratorOptions, SpeakingOptions
from scenewise.distinctad.preparing import material_of
from scenewise.distinctad.reconstruction import (
    INPUTS,
    Reader,
    held_out_loss,
    nearest,
    read_all_back,
    reading_loss,
    sentence_batches,
)
from scenewise.distinctad.reconstruction_report import (
    CURVE,
    NAMES,
    Reconstructed,
    score_options,
    write_reconstruction,
)
from scenewise.distinctad.runs import Run
from scenewise.distinctad.towers import Towers
from scenewise.models import hub
from scenewise.models.catalogue import folder_of
from scenewise.models.precision import placement
from scenewise.training.loop import fit
from scenewise.training.metrics_log import read_metrics

_POINTS: Final = 20  # of a curve
_HELD_OUT: Final = "held out"
_PARTLY: Final = (
    "the loss of these sentences was not followed all through training, which was for others; "
    "where it was not, they were read before and after it"
)


def reconstruct_run(
    run: Run,
    options: ReconstructionOptions,
    view: LookOptions,
    *,
    split: str = "test",
    progress: Progress | None = None,
) -> Reconstructed:
    """Train both projectors on the run's films to train on, or go on where that was stopped; have
    the sentences of a split read back, and score them.

    Args:
        run: with data. Only its sentences are used, no film is looked at.
        options: how.
        view: of it the device.
        split: `validation` or `test`; `train` shows how well what was seen is read back.
        progress: who shows how far it is.

    Writes `RUN/reconstruction/cls` and `words` (the runs), and below `RUN/reconstruction/SPLIT`
    `reconstruction.md`, `.json`, `.png`, `.svg` and tables of sentences that `scenewise score`
    reads.

    Raises:
        FileMissing, RunInvalid: nothing was prepared.
        UnknownChoice: there is no such split or measure.
        ModelMissing, OptionInvalid, NarratorInvalid: CLIP or language model cannot be had, or are
            another kind of model.
        CheckpointInvalid, TrainingDiverged, OutputUnwritable: see `training.loop.fit`.
        ComponentMissing: matplotlib or what a measure needs is not installed.
    """
    need_matplotlib()
    score_options(options)  # which refuses before anything is trained
    progress = progress or Silent()
    data = run.data()
    material = material_of(data)
    rows = material.annotations.only(data.split(split)).rows
    rows = rows[: options.judged] if options.judged else rows
    known = [row.text for row in material.annotations.only(data.split("train")).rows]
    place = placement(view.device, "float32").device
    folder = folder_of(data.clip, progress=progress)
    towers = Towers(folder, place)
    language = load_language(_language(run, options), device=place, progress=progress)
    texts = [row.text for row in rows]
    lines: dict[str, list[str]] = {}
    curves: dict[str, list[tuple[int, float]]] = {}
    partly = False
    for which in INPUTS:
        where = run.folder / "reconstruction" / which
        reader = _trained(
            which, known, texts, towers, language, options, where, hub.fingerprint(folder), progress
        )
        with progress.step(f"Writing from {NAMES[which]}", len(texts)) as bar:
            speaking = SpeakingOptions(candidates=1, tokens=options.longest, phrase=0)
            lines[which] = read_all_back(reader, texts, towers.read, which, speaking, bar.reach)
        curves[which], whole = _curve(which, reader, texts, towers, options, where)
        partly |= not whole
    lines["nearest"] = nearest(known, texts, towers.read)
    lines["copied"] = [texts[at - 1] for at in range(len(texts))]
    return write_reconstruction(
        run.folder / "reconstruction" / split, split, rows, lines, curves, known, options,
        language.name, progress, [_PARTLY] * partly,
    )  # fmt: skip


def _language(run: Run, options: ReconstructionOptions) -> str:
    if options.language:
        return options.language
    if run.narrator.is_dir():
        return str(about_narrator(run.narrator)["language"]["name"])
    return NarratorOptions().language


def _trained(
    which: str,
    known: Sequence[str],
    held_out: Sequence[str],
    towers: Towers,
    language: Language,
    options: ReconstructionOptions,
    folder: Path,
    clip: str,
    progress: Progress,
) -> Reader:
    """A reader, trained or gone on with. The held-out sentences are only looked at."""
    training = options.training
    channels = int(towers.clip.config.projection_dim)
    reader = Reader(language, channels, longest=options.longest, seed=training.seed)
    batches, per_epoch = sentence_batches(known, options.batch, training.seed)
    steps = training.total_steps(per_epoch)
    if not training.evaluate_every:
        training = dataclasses.replace(training, evaluate_every=max(1, steps // _POINTS))
    told = hashlib.sha256(json.dumps(list(known)).encode()).hexdigest()[:16]
    fit(
        reader,
        batches,
        lambda model, batch: reading_loss(model, batch, towers.read, which),
        training,
        folder=folder,
        evaluate=lambda model: {
            "loss": held_out_loss(model, held_out[:CURVE], towers.read, which),
            _HELD_OUT: _number(held_out),
        },
        progress=progress,
        batches_per_epoch=per_epoch,
        about={"input": which, "CLIP": clip, "language model": language.fingerprint, "data": told,
               "batch": options.batch, "longest": options.longest},
    )  # fmt: skip
    return reader


def _curve(
    which: str,
    reader: Reader,
    held_out: Sequence[str],
    towers: Towers,
    options: ReconstructionOptions,
    folder: Path,
) -> tuple[list[tuple[int, float]], bool]:
    """(step, loss) of some sentences, and whether they were those that training followed.

    A training that is done may have followed others: of another split, or more of them. Then the
    reader is asked as it began and as it is now."""
    log = read_metrics(folder)
    number = _number(held_out)
    followed = {
        int(line["step"]): float(line["loss"])
        for line in log
        if line["kind"] == "evaluation" and line.get(_HELD_OUT) == number
    }
    steps = max(int(line["step"]) for line in log)
    missing = {0, steps} - followed.keys()
    readers = {
        0: Reader(reader.speech, reader.entering.normalized_shape[0], longest=options.longest,
                  seed=options.training.seed),
        steps: reader,
    }  # fmt: skip
    with torch.no_grad():
        for step in missing:
            model = readers[step].eval()
            followed[step] = held_out_loss(model, held_out[:CURVE], towers.read, which)
    return sorted(followed.items()), not missing


def _number(sentences: Sequence[str]) -> float:
    """Tells the sentences that are followed apart from others; a log holds numbers alone."""
    told = json.dumps(list(sentences[:CURVE])).encode()
    return float(int(hashlib.sha256(told).hexdigest()[:12], 16))
