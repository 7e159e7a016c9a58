"""Experiments: narrators that differ in one thing, each trained from several seeds."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

from scenewise.core.pools import in_processes
from scenewise.core.progress import Progress, Silent
from scenewise.distinctad.ablating_jobs import FORMAT, Apart, Job, Told, held_in, plain, told_by
from scenewise.distinctad.options import NarratorTraining
from scenewise.distinctad.preparing import clips_of, material_of
from scenewise.distinctad.runs import Run, write_json
from scenewise.distinctad.sequences import Sequences
from scenewise.distinctad.stages import eyes_of, narrate_run, train_run
from scenewise.metrics.ad_tables import read_table


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
        KeyboardInterrupt: it was stopped; whatever was trained goes on from there.
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
            with closing(in_processes(_do, left, workers, begin=_one_thread)) as coming:
                for _ in coming:
                    bar.advance()
    done = {key: told_by(job) for key, job in by_key.items()}
    return {key: told for key, told in done.items() if told is not None}


def _do(job: Job) -> None:
    """Train a narrator and have it tell its films, from wherever that was stopped."""
    run = Apart(job)
    write_json(job.folder / "job.json", plain(job))
    if held_in(job.trained) is None:
        begin = time.monotonic()
        trained = train_run(run, job.narrator, _as_many_steps(run, job), job.sequences, job.look)
        seconds = {"training": time.monotonic() - begin}
        write_json(
            job.trained, {"format": FORMAT, "seconds": seconds, "loss": dict(trained.evaluation)}
        )
        (job.folder / "checkpoint.safetensors").unlink(missing_ok=True)  # it does not go on
    begin = time.monotonic()
    narrate_run(run, job.speaking, job.look, split=job.split)
    rows = read_table(run.predictions(job.split), words=("text_gen",)).rows
    films: dict[str, list[str]] = {}
    references: dict[str, list[str]] = {}
    for row in rows:
        films.setdefault(str(row.cells["vid"]), []).append(str(row.cells["text_gen"]))
        references.setdefault(str(row.cells["vid"]), []).append(str(row.cells["text_gt"]))
    seconds = {"telling": time.monotonic() - begin}
    write_json(
        job.told,
        {"format": FORMAT, "films": films, "references": references, "seconds": seconds},
    )


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
        run = Apart(job)
        data = run.data()
        material = material_of(data)
        if material.features is not None:
            continue
        eyes = eyes_of(clip or data.clip, job.look, progress)
        for split in ("train", "validation", job.split):
            if data.films[split]:
                clips_of(run, data, material, data.films[split], eyes, progress=progress)


def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)
