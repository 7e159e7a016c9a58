"""The training loop: one for every model.

A run is a model, batches by number, a loss, and options. It can be stopped at any moment and
goes on from its last checkpoint, number for number as if it had not been stopped (on the same
machine, with kernels that are repeatable, as those of processors are).

Several processes may share it (`launching`, `processes`): each goes through its part of every
batch, and all change their weights alike. It may be gone on with by any number of them.
"""

from __future__ import annotations

import dataclasses
import json
import math
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from scenewise.core.errors import ScenewiseError
from scenewise.core.progress import Progress, Silent
from scenewise.media.atomic import atomic_text, made_folder
from scenewise.models.precision import placement
from scenewise.training import checkpoints, processes
from scenewise.training.averaging import Average, copy_weights
from scenewise.training.best import Best
from scenewise.training.errors import CheckpointInvalid, TrainingDiverged
from scenewise.training.interrupting import Agreed, stopping, undisturbed
from scenewise.training.launching import alone
from scenewise.training.metrics_log import MetricsLog
from scenewise.training.modes import device_of, evaluating, moved, sample_count, train_mode
from scenewise.training.optimising import (
    learning_rate,
    make_optimiser,
    optimiser_tensors,
    restore_optimiser,
    set_rate,
    trained,
)
from scenewise.training.options import TrainingOptions
from scenewise.training.randomness import kept_random_state, seed_all

Batch = TypeVar("Batch")
Loss = Callable[[Any, Any], tuple[Tensor, Mapping[str, float]]]
Evaluate = Callable[[Any], Mapping[str, float]]

OPTIONS_NAME = "options.json"
_FREE = ("checkpoint_every", "evaluate_every")
"""Options that change no number of the training, so that a run may go on with others."""


@dataclass(frozen=True)
class Fitted:
    """What came of a run.

    Args:
        steps: how many it has.
        training: the last step's figures.
        evaluation: the last evaluation's; empty without one.
        kept: the figures of the evaluation whose weights the model ends with, and its `step`;
            empty where it ends with the last.
    """

    steps: int
    training: Mapping[str, float]
    evaluation: Mapping[str, float]
    kept: Mapping[str, float] = dataclasses.field(default_factory=dict)


@dataclass
class _Run:
    """What changes from step to step."""

    model: nn.Module
    optimiser: torch.optim.Optimizer
    average: Average | None
    plan: dict[str, Any]
    step: int = 0
    buffers: dict[str, Tensor] = dataclasses.field(default_factory=dict)


def fit(
    model: nn.Module,
    batches: Callable[[int], Batch],
    loss: Callable[[Any, Batch], tuple[Tensor, Mapping[str, float]]],
    options: TrainingOptions,
    *,
    folder: Path | None = None,
    evaluate: Evaluate | None = None,
    progress: Progress | None = None,
    batches_per_epoch: int | None = None,
    about: Mapping[str, Any] | None = None,
    best: str = "",
) -> Fitted:
    """Train a model, or go on training it where `folder` holds a checkpoint.

    Args:
        model: float32, on the device where it shall be trained. Frozen parameters
            (`requires_grad` false) stay as they are and their modules in evaluation mode.
        batches: makes the batch of a number, the same each time it is asked. Step s takes the
            numbers s × accumulate to (s + 1) × accumulate - 1. Its tensors are moved to the
            model's device.
        loss: of a model and a batch: a scalar whose gradient is followed, and figures to log.
            A figure named `samples` says how many samples the batch has where its first tensor
            does not. All that it trains must be in `model`. In several processes, loss and
            figures are this one's part, and all parts add up to those of the batch.
        options: how.
        folder: gets `checkpoint.safetensors`, `metrics.jsonl` and `options.json`; None keeps
            nothing.
        evaluate: figures of a model, which is in evaluation mode and without gradients. In
            several processes all evaluate, and what the first finds is kept.
        progress: who shows how far it is.
        batches_per_epoch: what an epoch is; needed unless `options.steps` is given.
        about: what else must be the same when a run goes on, such as the name of the data, in
            values that JSON can hold.
        best: a figure of the evaluations: the run ends with the weights of the evaluation in
            which it was highest, the first of equal ones. They lie in `folder`, and a run cannot
            go on with another `evaluate_every` then.

    The model is left in evaluation mode, with the averaged weights if `options.average`. The
    random states of Python, numpy and torch are derived from the seed and the step, and put back
    afterwards. A `KeyboardInterrupt` is raised on after a checkpoint is saved; SIGTERM, and Ctrl-C
    in several processes, end the run so between two steps (`stopping`), all after the same one.

    Raises:
        CheckpointInvalid: the folder's checkpoint is damaged, of another model, or of a run with
            other options.
        TrainingDiverged: the loss is no number; the last checkpoint stays.
        OptionInvalid: see `TrainingOptions.total_steps`; or several processes were started and
            this training has not joined them.
        OutputUnwritable: the folder cannot be written to.
        ValueError: `best` is given without `evaluate` and `folder`.
    """
    if best and (evaluate is None or folder is None):
        raise ValueError("the best evaluation can be kept where there are some, in a folder")
    if processes.count() == 1:
        alone("this training")
    progress = progress if progress and processes.is_first() else Silent()
    folder = Path(folder) if folder is not None else None
    steps = options.total_steps(batches_per_epoch)
    facts = dict(about or {})
    keeper = Best(folder, best) if best and folder is not None else None
    if keeper:  # which evaluations there are changes the result now
        facts |= {"kept by": best, "evaluate_every": options.evaluate_every}
    kept: Mapping[str, float] = {}
    with kept_random_state(), stopping() as agree:
        run = _begin(model, options, steps, folder, facts)
        if run.step:
            progress.say(f"Going on after step {run.step} of {steps}")
        log = MetricsLog(folder if processes.is_first() else None, run.step)
        train_mode(model)
        saved = run.step
        try:
            with progress.step("Training", steps) as bar:
                bar.reach(run.step)
                while True:
                    last = run.step == steps
                    if (
                        evaluate
                        and (last or _due(run.step, options.evaluate_every))
                        and processes.of_first(not log.has_evaluated(run.step))
                    ):
                        _evaluate(run, evaluate, log, keeper)
                    if run.step > saved and (last or _due(run.step, options.checkpoint_every)):
                        _save(run, folder)
                        saved = run.step
                    if last:
                        break
                    agree()
                    _step(run, batches, loss, options, steps, log)
                    bar.reach(run.step)
        except KeyboardInterrupt as stop:
            _roll_back(run)
            try:
                _save(run, folder)
            finally:
                if isinstance(stop, Agreed):  # whoever leaves early may end the one that saves
                    processes.wait()
            raise
        if keeper:
            kept = keeper.restore(model)
        elif run.average:
            copy_weights(model, run.average.weights)
        model.eval()
    return Fitted(steps, log.last("training"), log.last("evaluation"), kept)


def _begin(
    model: nn.Module,
    options: TrainingOptions,
    steps: int,
    folder: Path | None,
    about: dict[str, Any],
) -> _Run:
    """A run at its start, or where its checkpoint left it."""
    if not trained(model):
        raise ScenewiseError("there is nothing to train: all weights of the model are frozen")
    seed_all(options.seed)
    # what `auto` comes to is part of the run: measured again, it might come out otherwise
    plan = {
        "options": dataclasses.asdict(options),
        "steps": steps,
        "about": json.loads(json.dumps(about)),
    }
    average = Average(model, options.average) if options.average else None
    run = _Run(model, make_optimiser(model, options), average, plan)
    if folder is not None:
        made_folder(folder)
        if (folder / checkpoints.NAME).exists():
            _restore(run, folder, dataclasses.asdict(type(options)()))
        if processes.of_first(run.step) != run.step:
            raise CheckpointInvalid(
                f"one process goes on after step {run.step}, the first after another",
                path=folder,
                remedy="put the run where all machines see the same files",
            )
    if "precision" not in plan:
        device = device_of(model).type
        device = device if device in ("cpu", "cuda", "mps") else "cpu"
        measured = str(placement(device, options.precision).dtype).removeprefix("torch.")
        plan["precision"] = processes.of_first(measured)
    if folder is not None and processes.is_first():
        atomic_text(folder / OPTIONS_NAME, json.dumps(plan, indent=2) + "\n")
    return run


def _restore(run: _Run, folder: Path, usual: Mapping[str, Any]) -> None:
    path = folder / checkpoints.NAME
    parts, stored = checkpoints.read_checkpoint(folder)
    # an option that there was not yet when the run was begun stood as it does without being given
    options = {**usual, **stored["plan"]["options"]}
    _refuse_others({**stored["plan"], "options": options}, run.plan, path)
    checkpoints.restore_model(run.model, parts.get("model", {}), path)
    try:
        restore_optimiser(run.model, run.optimiser, parts.get("optimiser", {}))
    except ValueError as error:
        raise CheckpointInvalid(
            f"the checkpoint is of another model: {error}", path=path, remedy="train elsewhere"
        ) from error
    if run.average:
        run.average.weights = {
            name: parts["average"][name].to(weight.device)
            for name, weight in run.average.weights.items()
        }
    run.step = stored["step"]
    run.plan["precision"] = stored["plan"]["precision"]


def _refuse_others(stored: Mapping[str, Any], asked: Mapping[str, Any], path: Path) -> None:
    """Raise unless a run may go on as asked."""

    def facts(plan: Mapping[str, Any]) -> dict[str, Any]:
        options = {k: v for k, v in plan["options"].items() if k not in _FREE}
        return {**options, "steps in all": plan["steps"], **plan["about"]}

    before, now = facts(stored), facts(asked)
    for name in sorted(before.keys() | now.keys()):
        if before.get(name) != now.get(name):
            raise CheckpointInvalid(
                f"the run was begun with another {name.replace('_', ' ')} "
                f"({before.get(name)}, now {now.get(name)})",
                path=path,
                remedy="go on with the same, train in another folder, or remove this file",
            )


def _step(
    run: _Run,
    batches: Callable[[int], Any],
    loss: Loss,
    options: TrainingOptions,
    steps: int,
    log: MetricsLog,
) -> None:
    """One change of the weights, and its line in the log."""
    begin = time.perf_counter()
    model, device = run.model, device_of(run.model)
    # Ctrl-C may come at any moment before the update, when batch norm has counted already
    run.buffers = {name: buffer.clone() for name, buffer in model.named_buffers()}
    seed_all(options.seed, run.step, 0, processes.place())  # zeros at the end change nothing
    rate = learning_rate(run.step, steps, options)
    set_rate(run.optimiser, rate)
    run.optimiser.zero_grad(set_to_none=True)
    total, samples = 0.0, 0.0
    figures: dict[str, float] = {}
    for number in range(run.step * options.accumulate, (run.step + 1) * options.accumulate):
        batch = moved(batches(number), device)
        with _autocast(run, device):
            value, told = loss(model, batch)
        told = {"samples": sample_count(batch), **told, "loss": float(value.detach())}
        told = processes.added(told)  # of the whole batch
        if not math.isfinite(told["loss"]):
            raise TrainingDiverged(
                f"the loss is {told['loss']} at step {run.step + 1}",
                remedy="try a lower learning rate, warm-up steps, or a clipped gradient",
            )
        torch.autograd.backward(value / options.accumulate)
        samples += told.pop("samples")
        total += told.pop("loss") / options.accumulate
        for name, figure in told.items():
            figures[name] = figures.get(name, 0.0) + float(figure) / options.accumulate
    processes.add_gradients(trained(model).values())
    if options.clip:
        norm = nn.utils.clip_grad_norm_(trained(model).values(), options.clip)
        figures["gradient_norm"] = float(norm)
    with undisturbed():
        run.optimiser.step()
        run.step += 1
        run.buffers = {}
        if run.average:
            run.average.update(model, run.step)
        seconds = time.perf_counter() - begin
        line = {
            "loss": total,
            "lr": rate,
            "seconds": round(seconds, 4),
            "samples_per_second": round(samples / max(seconds, 1e-9), 2),
            **figures,
        }
        log.write("training", run.step, line)


def _evaluate(run: _Run, evaluate: Evaluate, log: MetricsLog, keeper: Best | None) -> None:
    begin = time.perf_counter()
    seed_all(int(run.plan["options"]["seed"]), run.step, 1)
    averaged: AbstractContextManager[None] = nullcontext()
    if run.average:
        averaged = run.average.inside(run.model)
    with averaged, evaluating(run.model), _autocast(run, device_of(run.model)):
        told = {name: float(value) for name, value in evaluate(run.model).items()}
        if keeper:
            told["kept"] = float(told[keeper.figure] > log.highest(keeper.figure))
            if told["kept"]:
                keeper.keep(run.model, run.step, told)
    with undisturbed():
        log.write(
            "evaluation", run.step, {**told, "seconds": round(time.perf_counter() - begin, 4)}
        )


def _autocast(run: _Run, device: torch.device) -> AbstractContextManager[Any]:
    if run.plan["precision"] == "float32":
        return nullcontext()
    return torch.autocast(device.type, dtype=torch.bfloat16)


@torch.no_grad()
def _roll_back(run: _Run) -> None:
    """Undo what an unfinished step did to the buffers."""
    own = dict(run.model.named_buffers())
    for name, value in run.buffers.items():
        own[name].copy_(value)


def _save(run: _Run, folder: Path | None) -> None:
    if folder is None or not processes.is_first():
        return
    tensors: dict[str, Mapping[str, Tensor]] = {
        "model": checkpoints.changing(run.model),
        "optimiser": optimiser_tensors(run.model, run.optimiser),
    }
    if run.average:
        tensors["average"] = run.average.weights
    checkpoints.save_checkpoint(folder, tensors, {"step": run.step, "plan": run.plan})


def _due(step: int, every: int) -> bool:
    return every > 0 and step % every == 0
