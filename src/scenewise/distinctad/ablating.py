"""Experiments: narrators that differ in one thing, each trained from several seeds.

Every row and seed has a folder of its own under RUN/ablations, by all that it depends on, so
that whatever two tables have in common is trained once, and a run that was stopped goes on.

RUN/ablations/
  stage1/KEY/           an adaptation, for tables that have it
  narrators/KEY/        a narrator: job.json, stage2's files, narrator/, told.json when it is done
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from scenewise.core.progress import Progress, Silent
from scenewise.distinctad.ablating_rows import NONE, RUN, Row
from scenewise.distinctad.options import (
    AblationOptions,
    AdaptationOptions,
    LookOptions,
    NarratorOptions,
    NarratorTraining,
    SequenceOptions,
    SpeakingOptions,
)
from scenewise.distinctad.preparing import clips_of, material_of
from scenewise.distinctad.runs import Run, write_json
from scenewise.distinctad.sequences import Sequences
from scenewise.distinctad.stages import adapt_run, eyes_of, narrate_run, train_run
from scenewise.media.atomic import atomic_text
from scenewise.metrics.ad_tables import read_table
from scenewise.models import hub
from scenewise.models.catalogue import located

FOLDER: Final = "ablations"
_FORMAT: Final = "scenewise ablation 1"


@dataclass(frozen=True)
class Settings:
    """What all experiments have in common.

    Args:
        narrator, training, sequences, speaking, look: of the full model.
        options: of the experiments.
        split: whose films are told.
    """

    narrator: NarratorOptions
    training: NarratorTraining
    sequences: SequenceOptions
    speaking: SpeakingOptions
    look: LookOptions
    options: AblationOptions
    split: str = "test"


@dataclass(frozen=True)
class Job:
    """One narrator from one seed.

    Args:
        run: folder of the run.
        narrator, training, sequences, speaking, look, split: what it is made with.
        clip: folder of its CLIP; empty for the one that the run began with.
        key: of all that it depends on.
        like: sequences in whose number of steps it is trained; None for that of its own.
    """

    run: Path
    narrator: NarratorOptions
    training: NarratorTraining
    sequences: SequenceOptions
    speaking: SpeakingOptions
    look: LookOptions
    split: str
    clip: str
    key: str
    like: SequenceOptions | None = None

    @property
    def folder(self) -> Path:
        """Where it is kept."""
        return self.run / FOLDER / "narrators" / self.key


@dataclass(frozen=True)
class Told:
    """What a narrator told.

    Args:
        films: its sentences, film by film in order of time.
        references: what people said of the same clips.
        seconds, loss: of training and telling, and of validation's words, by name.
    """

    films: Mapping[str, tuple[str, ...]]
    references: Mapping[str, tuple[str, ...]]
    seconds: Mapping[str, float]
    loss: Mapping[str, float]


class _Apart(Run):
    """A run's data and frames, with Stage II in a folder of its own."""

    def __init__(self, job: Job) -> None:
        super().__init__(job.run)
        self.stage2 = job.folder
        self.narrator = job.folder / "narrator"
        self.adapted = Path(job.clip) if job.clip else job.folder / "no adaptation"

    def predictions(self, split: str) -> Path:
        return self.stage2 / "predictions" / f"{split}.csv"

    def told(self, split: str) -> Path:
        return self.stage2 / "predictions" / f"{split}.told.json"


def jobs_of(
    run: Run, rows: Iterable[Row], settings: Settings, *, progress: Progress | None = None
) -> dict[tuple[Row, int], Job]:
    """The jobs of rows, by row and seed. Adaptations that they need are made here, where they
    are not there yet.

    Args:
        run, rows, settings: of what.
        progress: who shows how far adaptations are.

    Raises:
        ScenewiseError: see `adapt_run`.
    """
    data = run.data()
    jobs: dict[tuple[Row, int], Job] = {}
    clips: dict[str | float, str] = {}
    for row in rows:
        if row.stage_one not in clips:
            clips[row.stage_one] = _clip(run, row.stage_one, settings, progress)
        clip = clips[row.stage_one]
        for seed in range(settings.options.seeds):
            chosen = settings.training
            usual = replace(settings.sequences, seed=seed)
            sequences = _as_many_clips(usual, replace(usual, **row.sequences))  # type: ignore[arg-type]
            job = Job(
                run.folder,
                replace(settings.narrator, **row.narrator),  # type: ignore[arg-type]
                replace(chosen, training=replace(chosen.training, seed=seed)),
                sequences,
                settings.speaking,
                settings.look,
                settings.split,
                clip,
                "",
                None if sequences == usual or chosen.training.steps else usual,
            )
            told = {**_plain(job), "data": data.fingerprint, "CLIP": _print(clip or data.clip)}
            jobs[row, seed] = replace(job, key=_hash(told))
    return jobs


def carried_out(
    jobs: Sequence[Job], *, workers: int = 1, progress: Progress | None = None
) -> dict[str, Told]:
    """Do jobs that are not done, and give what all of them told, by key.

    Args:
        jobs: any number; those of one key count once.
        workers: processes; with more than one each has one thread.
        progress: told as jobs end.

    Raises:
        ScenewiseError: one cannot be done; others that are under way are ended first.
    """
    progress = progress or Silent()
    by_key = {job.key: job for job in jobs}
    left = [job for job in by_key.values() if told_by(job) is None]
    if left:
        _look(left, progress)
    with progress.step("Training narrators", len(left)) as bar:
        if workers == 1 or len(left) < 2:
            for job in left:
                _do(job)
                bar.advance()
        else:
            # not forked: a process with several threads cannot be copied safely
            context = multiprocessing.get_context("spawn")
            with ProcessPoolExecutor(workers, context, initializer=_one_thread) as pool:
                coming = [pool.submit(_do, job) for job in left]
                try:
                    for one in as_completed(coming):
                        one.result()
                        bar.advance()
                finally:
                    pool.shutdown(cancel_futures=True)
    done = {key: told_by(job) for key, job in by_key.items()}
    return {key: told for key, told in done.items() if told is not None}


def told_by(job: Job) -> Told | None:
    """What a job's narrator told; None where it is not done."""
    try:
        held = json.loads((job.folder / "told.json").read_text(encoding="utf-8"))
        if held["format"] != _FORMAT:
            return None
        films, references = (
            {film: tuple(map(str, told)) for film, told in held[name].items()}
            for name in ("films", "references")
        )
        return Told(films, references, dict(held["seconds"]), dict(held["loss"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _do(job: Job) -> None:
    """Train a narrator and have it tell its films, from wherever that was stopped."""
    run = _Apart(job)
    write_json(job.folder / "job.json", _plain(job))
    begin = time.monotonic()
    trained = train_run(run, job.narrator, _as_many_steps(run, job), job.sequences, job.look)
    after = time.monotonic()
    narrate_run(run, job.speaking, job.look, split=job.split)
    rows = read_table(run.predictions(job.split), words=("text_gen",)).rows
    films: dict[str, list[str]] = {}
    references: dict[str, list[str]] = {}
    for row in rows:
        films.setdefault(str(row.cells["vid"]), []).append(str(row.cells["text_gen"]))
        references.setdefault(str(row.cells["vid"]), []).append(str(row.cells["text_gt"]))
    told = {
        "format": _FORMAT,
        "films": films,
        "references": references,
        "seconds": {"training": after - begin, "telling": time.monotonic() - after},
        "loss": dict(trained.evaluation),
    }
    write_json(job.folder / "told.json", told)
    (job.folder / "checkpoint.safetensors").unlink(missing_ok=True)  # it does not go on


def _as_many_clips(usual: SequenceOptions, sequences: SequenceOptions) -> SequenceOptions:
    """Sequences of another length, as many of them in a batch as have its clips."""
    if sequences.clips == usual.clips:
        return sequences
    return replace(sequences, batch=max(1, round(usual.batch * usual.clips / sequences.clips)))


def _as_many_steps(run: Run, job: Job) -> NarratorTraining:
    """How a narrator is trained: where its sequences are others, in as many steps as with the
    usual ones. Those follow each other in a film and overlap at its end, so that an epoch of them
    is more steps than one of clips from anywhere."""
    if job.like is None:
        return job.training
    data = run.data()
    material = material_of(data)
    source = job.clip or data.clip
    eyes = eyes_of(source, job.look) if material.features is None else None
    clips = clips_of(run, data, material, data.split("train"), eyes)
    steps = job.training.training.total_steps(Sequences(clips, job.like).per_epoch)
    return replace(job.training, training=replace(job.training.training, steps=steps))


def _look(jobs: Sequence[Job], progress: Progress) -> None:
    """Look at all films with every CLIP once, before processes that only read what was seen."""
    for clip in dict.fromkeys(job.clip for job in jobs):
        job = next(job for job in jobs if job.clip == clip)
        run = _Apart(job)
        data = run.data()
        material = material_of(data)
        if material.features is not None:
            continue
        eyes = eyes_of(clip or data.clip, job.look, progress)
        for split in ("train", "validation", job.split):
            if data.films[split]:
                clips_of(run, data, material, data.films[split], eyes, progress=progress)


def _clip(run: Run, stage_one: str | float, settings: Settings, progress: Progress | None) -> str:
    """Folder of the CLIP of a row; empty for the one that the run began with."""
    if stage_one == NONE:
        return ""
    if stage_one == RUN:
        return str(run.adapted.absolute()) if run.adapted.is_dir() else ""
    chosen = settings.options
    usual = AdaptationOptions()
    options = replace(
        usual,
        gamma=float(stage_one),
        batch=chosen.adapt_batch,
        training=replace(
            usual.training, epochs=chosen.adapt_epochs, learning_rate=chosen.adapt_rate
        ),
    )
    key = _hash({**asdict(options), "data": run.data().fingerprint, "clip": run.data().clip})
    apart = Run(run.folder)
    apart.stage1 = run.folder / FOLDER / "stage1" / key
    apart.adapted = apart.stage1 / "clip"
    if not (apart.stage1 / "done").is_file():
        adapt_run(apart, options, settings.look, progress=progress)
        (apart.stage1 / "checkpoint.safetensors").unlink(missing_ok=True)
        atomic_text(apart.stage1 / "done", "\n")
    return str(apart.adapted.absolute())


def _plain(job: Job) -> dict[str, Any]:
    parts = ("narrator", "training", "sequences", "speaking", "look")
    told = {**{name: asdict(getattr(job, name)) for name in parts}, "split": job.split}
    return told if job.like is None else {**told, "steps of": asdict(job.like)}


def _print(clip: str) -> str:
    name, revision = located(clip)
    return hub.fingerprint(hub.resolve(name, job="embedder", revision=revision))


def _hash(told: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:12]


def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)
