"""The loop: it learns, goes on exactly, and refuses what it cannot go on with."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from training_toys import Toy, batches, evaluate, lines, same_state, squared

from scenewise.core.errors import OptionInvalid, OutputUnwritable, ScenewiseError
from scenewise.training.checkpoints import load_weights
from scenewise.training.errors import CheckpointInvalid, TrainingDiverged
from scenewise.training.loop import fit
from scenewise.training.metrics_log import read_metrics
from scenewise.training.options import TrainingOptions
from scenewise.training.prefetch import prefetched

OPTIONS = TrainingOptions(
    steps=20, learning_rate=0.01, precision="float32", checkpoint_every=5, evaluate_every=4
)
VARIANTS = {
    "plain": OPTIONS,
    "everything": replace(
        OPTIONS, schedule="cosine", warmup_steps=3, clip=0.5, accumulate=2, average=0.9
    ),
    "adam": replace(OPTIONS, optimiser="adam"),
    "bfloat16": replace(OPTIONS, precision="bfloat16"),
    "auto": replace(OPTIONS, precision="auto"),
}


class Killed(Exception):
    """What ends a run at once."""


def ended_at(number: int, error: type[BaseException]) -> Any:
    """Batches until the one of a number, which raises."""

    def made(wanted: int) -> Any:
        if wanted == number:
            raise error
        return batches(wanted)

    return made


def test_it_learns() -> None:
    model = Toy()
    with torch.no_grad():
        before = evaluate(model.eval())["loss"]
    told = fit(
        model, batches, squared, replace(OPTIONS, steps=100, learning_rate=0.05), evaluate=evaluate
    )
    assert told.evaluation["loss"] < before / 3
    assert told.steps == 100
    assert told.training["loss"] < before
    assert not model.training


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize("error", [Killed, KeyboardInterrupt])
def test_a_stopped_run_goes_on_number_for_number(
    name: str, error: type[BaseException], tmp_path: Path
) -> None:
    options = VARIANTS[name]
    straight, begun, resumed = Toy(), Toy(), Toy()
    fit(straight, batches, squared, options, folder=tmp_path / "a", evaluate=evaluate)
    until = ended_at(13 * options.accumulate, error)
    with pytest.raises(error):
        fit(begun, until, squared, options, folder=tmp_path / "b", evaluate=evaluate)
    random.random(), torch.rand(3)
    told = fit(resumed, batches, squared, options, folder=tmp_path / "b", evaluate=evaluate)
    assert not same_state(begun, resumed)
    assert same_state(straight, resumed)
    assert lines(tmp_path / "a") == lines(tmp_path / "b")
    assert told.evaluation["loss"] == lines(tmp_path / "a")[-1]["loss"]


def test_each_seed_is_another_run_and_the_same_seed_the_same() -> None:
    made = []
    for seed in (0, 0, 1):
        made.append(Toy())
        fit(made[-1], batches, squared, replace(OPTIONS, seed=seed))
    assert same_state(made[0], made[1])
    assert not same_state(made[0], made[2])  # by their dropout


def test_ctrl_c_keeps_the_steps_done(tmp_path: Path) -> None:
    options = replace(OPTIONS, checkpoint_every=0)
    model = Toy()
    with pytest.raises(KeyboardInterrupt):
        fit(model, ended_at(7, KeyboardInterrupt), squared, options, folder=tmp_path)
    assert load_weights(Toy(1), tmp_path) == 7


def test_ctrl_c_in_the_middle_of_a_step_leaves_no_trace(tmp_path: Path) -> None:
    def broken_off(model: nn.Module, batch: Any) -> Any:
        told = squared(model, batch)  # batch norm has counted now
        if torch.equal(batch["rows"], batches(7)["rows"]):
            raise KeyboardInterrupt
        return told

    straight, model = Toy(), Toy()
    fit(straight, batches, squared, replace(OPTIONS, steps=20))
    with pytest.raises(KeyboardInterrupt):
        fit(model, batches, broken_off, OPTIONS, folder=tmp_path)
    fit(model, batches, squared, OPTIONS, folder=tmp_path)
    assert same_state(straight, model)


def test_ctrl_c_during_an_evaluation_has_it_done_again(tmp_path: Path) -> None:
    def broken_off(model: nn.Module) -> dict[str, float]:
        if model.body[1].num_batches_tracked == 8:
            raise KeyboardInterrupt
        return evaluate(model)

    options = replace(OPTIONS, average=0.9)
    fit(Toy(), batches, squared, options, folder=tmp_path / "a", evaluate=evaluate)
    with pytest.raises(KeyboardInterrupt):
        fit(Toy(), batches, squared, options, folder=tmp_path / "b", evaluate=broken_off)
    fit(Toy(), batches, squared, options, folder=tmp_path / "b", evaluate=evaluate)
    assert lines(tmp_path / "a") == lines(tmp_path / "b")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals differ there")
def test_a_process_that_gets_signals_goes_on_exactly(tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from dataclasses import replace\nfrom pathlib import Path\nimport time, torch\n"
        "torch.set_num_threads(1)\n"
        "from training_toys import *\n"
        "from test_training_loop import OPTIONS\n"
        "from scenewise.training.loop import fit\n"
        "def slow(n):\n    print(n, flush=True)\n    time.sleep(float(sys.argv[2]))\n"
        "    return batches(n)\n"
        "model = Toy()\n"
        "fit(model, slow, squared, replace(OPTIONS, steps=40), folder=Path(sys.argv[1]),"
        " evaluate=evaluate)\n"
    )

    def start(folder: str, pause: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(script), str(tmp_path / folder), pause]
        return subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    assert start("a", "0").wait(60) == 0
    for number, end in ((13, signal.SIGINT), (24, signal.SIGKILL)):
        run = start("b", "0.05")
        assert run.stdout is not None
        while int(run.stdout.readline()) != number:
            pass
        run.send_signal(end)
        run.communicate(timeout=60)
        assert run.returncode != 0
    assert start("b", "0").wait(60) == 0
    assert lines(tmp_path / "a") == lines(tmp_path / "b")
    one, other = Toy(1), Toy(2)
    assert load_weights(one, tmp_path / "a") == load_weights(other, tmp_path / "b") == 40
    assert torch.equal(one.head.weight, other.head.weight)


def test_a_finished_run_is_not_trained_again(tmp_path: Path) -> None:
    model = Toy()
    told = fit(model, batches, squared, OPTIONS, folder=tmp_path, evaluate=evaluate)
    again = Toy()

    def never(number: int) -> Any:
        raise AssertionError(number)

    assert fit(again, never, squared, OPTIONS, folder=tmp_path, evaluate=evaluate) == told
    assert same_state(model, again)


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"learning_rate": 0.02}, "learning rate"),
        ({"seed": 3}, "seed"),
        ({"steps": 21}, "steps"),
        ({"average": 0.5}, "average"),
    ],
)
def test_other_options_are_refused(changed: dict[str, Any], word: str, tmp_path: Path) -> None:
    fit(Toy(), batches, squared, replace(OPTIONS, steps=5), folder=tmp_path)
    before = (tmp_path / "metrics.jsonl").read_bytes(), (tmp_path / "options.json").read_bytes()
    model = Toy()
    with pytest.raises(CheckpointInvalid, match=word):
        fit(model, batches, squared, replace(OPTIONS, **{"steps": 5, **changed}), folder=tmp_path)
    assert same_state(model, Toy())
    after = (tmp_path / "metrics.jsonl").read_bytes(), (tmp_path / "options.json").read_bytes()
    assert before == after


def test_other_facts_are_refused_and_how_often_to_save_is_free(tmp_path: Path) -> None:
    options = replace(OPTIONS, steps=5)
    fit(Toy(), batches, squared, options, folder=tmp_path, about={"data": "rows"})
    with pytest.raises(CheckpointInvalid, match="another data"):
        fit(Toy(), batches, squared, options, folder=tmp_path, about={"data": "columns"})
    options = replace(options, checkpoint_every=1, evaluate_every=0)
    fit(Toy(), batches, squared, options, folder=tmp_path, about={"data": "rows"})
    stored = json.loads((tmp_path / "options.json").read_text())
    assert stored["options"]["learning_rate"] == 0.01
    assert stored["about"] == {"data": "rows"}


def test_the_log_tells_what_was_asked(tmp_path: Path) -> None:
    options = replace(VARIANTS["everything"], steps=6)
    fit(Toy(), batches, squared, options, folder=tmp_path, evaluate=evaluate)
    told = read_metrics(tmp_path)
    steps = [line for line in told if line["kind"] == "training"]
    assert [line["step"] for line in steps] == [1, 2, 3, 4, 5, 6]
    assert [line["step"] for line in told if line["kind"] == "evaluation"] == [0, 4, 6]
    for line in steps:
        assert {"loss", "lr", "seconds", "samples_per_second", "mean", "gradient_norm"} < set(line)
        assert line["samples_per_second"] == pytest.approx(32 / line["seconds"], rel=0.1)
    assert steps[0]["lr"] < steps[1]["lr"] < steps[2]["lr"] == 0.01 > steps[4]["lr"]


def test_accumulated_batches_make_the_step_of_one_large_batch() -> None:
    def model() -> nn.Module:
        torch.manual_seed(0)
        return nn.Linear(6, 8)

    def whole(number: int) -> Any:
        parts = [batches(3 * number + i) for i in range(3)]
        return {key: torch.cat([part[key] for part in parts]) for key in parts[0]}

    options = replace(OPTIONS, optimiser="adam", steps=5)
    large, small = model(), model()
    fit(large, whole, squared, options)
    fit(small, batches, squared, replace(options, accumulate=3))
    torch.testing.assert_close(large.weight, small.weight, rtol=1e-4, atol=1e-5)
    assert not torch.equal(large.weight, model().weight)


def test_what_is_frozen_computes_the_same_as_ever() -> None:
    model = Toy()
    before = {name: t.clone() for name, t in model.frozen.state_dict().items()}
    modes = []

    def watching(model: nn.Module, batch: Any) -> Any:
        modes.append((model.frozen[2].training, model.frozen[1].training, model.body[2].training))
        return squared(model, batch)

    fit(model, batches, watching, replace(OPTIONS, steps=3))
    assert modes == [(False, False, True)] * 3
    assert all(torch.equal(before[name], t) for name, t in model.frozen.state_dict().items())
    assert model.body[1].num_batches_tracked == 3


def test_nothing_to_train_is_told() -> None:
    with pytest.raises(ScenewiseError, match="nothing to train"):
        fit(Toy().requires_grad_(False), batches, squared, OPTIONS)


def test_the_averaged_weights_are_the_result(tmp_path: Path) -> None:
    plain, averaged, loaded = Toy(), Toy(), Toy(5)
    loaded.frozen.load_state_dict(plain.frozen.state_dict())
    fit(plain, batches, squared, OPTIONS)
    fit(averaged, batches, squared, replace(OPTIONS, average=0.9), folder=tmp_path)
    assert not torch.equal(plain.head.weight, averaged.head.weight)
    assert load_weights(loaded, tmp_path) == 20
    assert same_state(averaged, loaded)


def test_random_states_are_put_back() -> None:
    def now() -> tuple[Any, ...]:
        old = np.random.get_state()[1].tolist()  # noqa: NPY002
        return random.getstate(), old, torch.get_rng_state().tolist()

    before = now()
    fit(Toy(), batches, squared, replace(OPTIONS, steps=2))
    assert now() == before


def test_a_loss_that_is_no_number_ends_the_run_and_keeps_the_checkpoint(tmp_path: Path) -> None:
    def exploding(model: nn.Module, batch: Any) -> Any:
        loss, told = squared(model, batch)
        return (loss * float("nan") if batch["rows"].equal(batches(7)["rows"]) else loss), told

    with pytest.raises(TrainingDiverged, match="step 8"):
        fit(Toy(), batches, exploding, OPTIONS, folder=tmp_path)
    assert load_weights(Toy(), tmp_path) == 5


def test_how_long_to_train_must_be_known() -> None:
    options = replace(OPTIONS, steps=0, epochs=3)
    with pytest.raises(OptionInvalid, match="--steps"):
        fit(Toy(), batches, squared, options)
    assert fit(Toy(), batches, squared, options, batches_per_epoch=2).steps == 6
    # steps of several batches see everything as often, in fewer steps
    several = replace(options, accumulate=4)
    assert fit(Toy(), batches, squared, several, batches_per_epoch=2).steps == 2


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputUnwritable):
        fit(Toy(), batches, squared, OPTIONS, folder=tmp_path / "file" / "run")


def test_prefetched_batches_train_the_same(tmp_path: Path) -> None:
    plain, ahead = Toy(), Toy()
    fit(plain, batches, squared, OPTIONS)
    with prefetched(batches) as coming:
        fit(ahead, coming, squared, OPTIONS)
    assert same_state(plain, ahead)


def test_progress_reaches_its_end(tmp_path: Path) -> None:
    from contextlib import contextmanager

    class Watching:
        def __init__(self) -> None:
            self.said: list[str] = []
            self.places: list[float] = []

        @contextmanager
        def step(self, what: str, total: float | None = None) -> Any:
            assert total == 20
            yield self

        def reach(self, position: float) -> None:
            self.places.append(position)

        def advance(self, amount: float = 1.0) -> None:
            raise AssertionError

        def say(self, message: str) -> None:
            self.said.append(message)

    with pytest.raises(Killed):
        fit(Toy(), ended_at(12, Killed), squared, OPTIONS, folder=tmp_path)
    watching = Watching()
    fit(Toy(), batches, squared, OPTIONS, folder=tmp_path, progress=watching)
    assert watching.said == ["Going on after step 10 of 20"]
    assert watching.places == [float(i) for i in range(10, 21)]
