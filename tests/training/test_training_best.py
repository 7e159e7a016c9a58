"""A run may end with the weights of its best evaluation, stopped on the way or not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from training_toys import Toy, batches, evaluate, lines, same_state, squared

from scenewise.core.errors import FileMissing
from scenewise.training.best import FOLDER, Best
from scenewise.training.checkpoints import read_checkpoint, save_checkpoint
from scenewise.training.curves import plot_losses
from scenewise.training.errors import CheckpointInvalid
from scenewise.training.loop import Fitted, fit
from scenewise.training.options import TrainingOptions

OPTIONS = TrainingOptions(
    steps=20, learning_rate=0.01, precision="float32", checkpoint_every=5, evaluate_every=4
)
BEST_STEP = 8


class Killed(Exception):
    """What ends a run at once."""


def steps_of(model: nn.Module) -> int:
    return int(model.body[1].num_batches_tracked)


def near_best(model: nn.Module) -> dict[str, float]:
    """Highest after some steps, which a model knows from its batch norm."""
    return {"near": -abs(steps_of(model) - BEST_STEP), **evaluate(model)}


def fitted(model: nn.Module, folder: Path, *, stop: int = -1, error: Any = Killed, **more: Any):
    """A run of which the evaluation nearest to `BEST_STEP` is the best."""

    def until(number: int) -> Any:
        if number == stop:
            raise error
        return batches(number)

    given = {"options": OPTIONS, "evaluate": near_best, "best": "near", **more}
    options = given.pop("options")
    return fit(model, until, squared, options, folder=folder, **given)


@pytest.mark.parametrize("average", [0.0, 0.9])
def test_it_ends_with_the_weights_of_the_best_evaluation(tmp_path: Path, average: float) -> None:
    options = replace(OPTIONS, average=average)
    kept, short = Toy(), Toy()
    told: Fitted = fitted(kept, tmp_path, options=options)
    fit(short, batches, squared, replace(options, steps=BEST_STEP))
    assert same_state(kept, short)
    assert not kept.training
    assert (told.steps, told.kept["step"], told.kept["near"]) == (20, BEST_STEP, 0)
    evaluations = [line for line in lines(tmp_path) if line["kind"] == "evaluation"]
    assert [line["kept"] for line in evaluations] == [1, 1, 1, 0, 0, 0]
    assert f"weights kept are those after step {BEST_STEP}." in plot_losses(tmp_path).read_text()


@pytest.mark.parametrize("error", [Killed, KeyboardInterrupt])
@pytest.mark.parametrize("stop", [0, 3, 7, 8, 9, 11, 17])
def test_a_stopped_run_ends_as_one_that_was_not(
    tmp_path: Path, error: type[BaseException], stop: int
) -> None:
    straight, resumed = Toy(), Toy()
    fitted(straight, tmp_path / "a")
    with pytest.raises(error):
        fitted(Toy(), tmp_path / "b", stop=stop, error=error)
    told = fitted(resumed, tmp_path / "b")
    assert told.kept["step"] == BEST_STEP
    assert same_state(straight, resumed)
    assert lines(tmp_path / "a") == lines(tmp_path / "b")
    again = Toy()
    assert fitted(again, tmp_path / "b").kept == told.kept  # with nothing left to do
    assert same_state(again, resumed)


def test_a_run_stopped_while_weights_are_kept_evaluates_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = Best.keep

    def broken_off(best: Best, model: nn.Module, step: int, told: dict[str, float]) -> None:
        keep(best, model, step, told)
        if step == BEST_STEP:
            raise KeyboardInterrupt

    straight, resumed = Toy(), Toy()
    fitted(straight, tmp_path / "a")
    with monkeypatch.context() as patched:
        patched.setattr(Best, "keep", broken_off)
        with pytest.raises(KeyboardInterrupt):
            fitted(Toy(), tmp_path / "b")
    fitted(resumed, tmp_path / "b")
    assert same_state(straight, resumed)
    assert lines(tmp_path / "a") == lines(tmp_path / "b")


@given(st.lists(st.integers(0, 3), min_size=6, max_size=6))
@settings(max_examples=6, deadline=None)
def test_the_first_of_equally_good_evaluations_is_kept(
    tmp_path_factory: pytest.TempPathFactory, figures: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("run")
    told = fitted(Toy(), folder, evaluate=lambda model: {"near": figures[steps_of(model) // 4]})
    assert told.kept["step"] == 4 * figures.index(max(figures))


def test_a_run_that_keeps_the_best_goes_on_with_the_same_evaluations(tmp_path: Path) -> None:
    with pytest.raises(Killed):
        fitted(Toy(), tmp_path, stop=11)
    with pytest.raises(CheckpointInvalid, match=r"another evaluate every \(4, now 2\)"):
        fitted(Toy(), tmp_path, options=replace(OPTIONS, evaluate_every=2))
    with pytest.raises(CheckpointInvalid, match="another"):
        fitted(Toy(), tmp_path, best="")
    assert fitted(Toy(), tmp_path, options=replace(OPTIONS, checkpoint_every=3)).steps == 20


def test_weights_that_are_gone_or_cannot_be_are_told_of(tmp_path: Path) -> None:
    fitted(Toy(), tmp_path)
    (tmp_path / FOLDER / "checkpoint.safetensors").unlink()
    with pytest.raises(FileMissing, match="best evaluation are gone"):
        fitted(Toy(), tmp_path)
    for missing in ({"evaluate": None}, {"folder": None}):
        with pytest.raises(ValueError, match="in a folder"):
            fit(Toy(), batches, squared, OPTIONS, best="near",
                **{"folder": tmp_path, "evaluate": near_best, **missing})  # fmt: skip


def test_a_run_begun_before_there_was_an_option_goes_on_without_it(tmp_path: Path) -> None:
    straight, resumed = Toy(), Toy()
    fit(straight, batches, squared, OPTIONS)
    with pytest.raises(Killed):
        fitted(Toy(), tmp_path, stop=11, best="")
    parts, about = read_checkpoint(tmp_path)
    del about["plan"]["options"]["average"]
    save_checkpoint(tmp_path, parts, about)
    with pytest.raises(CheckpointInvalid, match="another average"):
        fitted(Toy(), tmp_path, best="", options=replace(OPTIONS, average=0.5))
    fitted(resumed, tmp_path, best="")
    assert same_state(straight, resumed)
    assert torch.isfinite(resumed.scale)
