"""What the experiments are made of: jobs, each a narrator from one seed, and where it is kept.

Every job has a folder of its own under RUN/ablations, by all that it depends on, so that whatever
two tables have in common is trained once, and a run that was stopped goes on.

RUN/ablations/
  stage1/KEY/           an adaptation, for tables that have it
  narrators/KEY/        a narrator: job.json, stage2's files, narrator/, trained.json when it is
                        trained, told-TELLING.json when it has told, by what it told and how
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from scenewise.core.progress import Progress
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
from scenewise.distinctad.runs import Run
from scenewise.distinctad.stages import adapt_run
from scenewise.media.atomic import atomic_text
from scenewise.models import hub
from scenewise.models.catalogue import folder_of

FOLDER: Final = "ablations"
FORMAT: Final = "scenewise ablation 2"
_TELLING: Final = ("speaking", "split")
"""What a narrator's training does not depend on."""
_FREE: Final = ("checkpoint_every", "evaluate_every", "device", "batch")
"""Options that change no number but by rounding, so that nothing is trained anew with others."""


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
        key: of all that the narrator depends on.
        telling: of what it tells and how.
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
    telling: str
    like: SequenceOptions | None = None

    @property
    def folder(self) -> Path:
        """Where it is kept."""
        return self.run / FOLDER / "narrators" / self.key

    @property
    def told(self) -> Path:
        """What it told, once it has."""
        return self.folder / f"told-{self.telling}.json"

    @property
    def trained(self) -> Path:
        """What its training came to, once it is over."""
        return self.folder / "trained.json"


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


class Apart(Run):
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
    seen: dict[str | float, str] = {}
    for row in rows:
        if row.stage_one not in clips:
            clips[row.stage_one] = _clip(run, row.stage_one, settings, progress)
            features = data.source.features  # where it is these, no CLIP looks
            seen[row.stage_one] = (
                f"features {Path(features).name}"
                if features
                else hub.fingerprint(folder_of(clips[row.stage_one] or data.clip))
            )
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
                "",
                None if sequences == usual or chosen.training.steps else usual,
            )
            telling = {name: value for name, value in plain(job).items() if name in _TELLING}
            told = {name: value for name, value in plain(job).items() if name not in _TELLING}
            for part in (told["training"]["training"], told["look"]):
                for name in _FREE:
                    part.pop(name, None)
            told |= {"data": data.fingerprint, "CLIP": seen[row.stage_one]}
            jobs[row, seed] = replace(job, key=_hash(told), telling=_hash(telling))
    return jobs


def told_by(job: Job) -> Told | None:
    """What a job's narrator told; None where it is not done."""
    told, trained = held_in(job.told), held_in(job.trained)
    if told is None or trained is None:
        return None
    try:
        films, references = (
            {film: tuple(map(str, said)) for film, said in told[name].items()}
            for name in ("films", "references")
        )
        seconds = {**trained["seconds"], **told["seconds"]}
        return Told(films, references, seconds, dict(trained["loss"]))
    except (KeyError, TypeError, AttributeError):
        return None


def held_in(path: Path) -> dict[str, Any] | None:
    """A file of a job; None where there is none, or none that can be read."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        return held if held["format"] == FORMAT else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _as_many_clips(usual: SequenceOptions, sequences: SequenceOptions) -> SequenceOptions:
    """Sequences of another length, as many of them in a batch as have its clips, and none further
    from the next than it is long."""
    if sequences.clips == usual.clips:
        return sequences
    batch = max(1, round(usual.batch * usual.clips / sequences.clips))
    return replace(sequences, batch=batch, stride=min(sequences.stride, sequences.clips))


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


def plain(job: Job) -> dict[str, Any]:
    """A job as its file has it."""
    parts = ("narrator", "training", "sequences", "speaking", "look")
    told = {**{name: asdict(getattr(job, name)) for name in parts}, "split": job.split}
    return told if job.like is None else {**told, "steps of": asdict(job.like)}


def _hash(told: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:12]
