"""Checkpoints and the log: whole or not there, and clear about what is wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn
from training_toys import Toy, batches, lines, same_state, squared

from scenewise.core.errors import FileMissing, OutputUnwritable
from scenewise.training import checkpoints
from scenewise.training.checkpoints import load_weights, read_checkpoint, save_checkpoint
from scenewise.training.errors import CheckpointInvalid
from scenewise.training.loop import fit
from scenewise.training.metrics_log import MetricsLog, read_metrics
from scenewise.training.options import TrainingOptions

OPTIONS = TrainingOptions(steps=4, learning_rate=0.01, precision="float32")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    fit(Toy(), batches, squared, OPTIONS, folder=tmp_path)
    return tmp_path


def test_any_tensors_come_back_as_they_were(tmp_path: Path) -> None:
    whole = torch.arange(12.0).reshape(3, 4)
    tensors = {
        "model": {"view": whole.T[1:], "scalar": torch.tensor(3), "none": torch.zeros(0, 2)},
        "average": {"a/b": torch.tensor([1.5, float("inf")], dtype=torch.bfloat16)},
        "optimiser": {"flag": torch.tensor([True, False])},
    }
    save_checkpoint(tmp_path, tensors, {"step": 3, "named": "é"})
    parts, about = read_checkpoint(tmp_path)
    assert about == {"step": 3, "named": "é"}
    for part, named in tensors.items():
        assert parts[part].keys() == named.keys()
        for name, tensor in named.items():
            assert parts[part][name].dtype == tensor.dtype
            assert torch.equal(parts[part][name], tensor)


def test_what_is_frozen_is_not_saved_and_what_is_tied_once(run: Path) -> None:
    names = set(read_checkpoint(run)[0]["model"])
    assert {"head.weight", "body.1.running_mean", "scale"} < names
    assert "tied.weight" not in names
    assert "frozen.0.weight" not in names


@pytest.mark.parametrize("way", ["changed", "cut"])
def test_a_damaged_checkpoint_is_told_wherever_it_is_damaged(tmp_path: Path, way: str) -> None:
    model = nn.Linear(3, 2)
    save_checkpoint(tmp_path, {"model": dict(model.named_parameters())}, {"step": 1})
    path = tmp_path / checkpoints.NAME
    data = path.read_bytes()
    head = 8 + int.from_bytes(data[:8], "little")
    padding = range(len(data[:head].rstrip(b" ")), head)  # means nothing
    for at in sorted(set(range(len(data))) - set(padding)):
        changed = bytes([data[at] ^ 0x15]) + data[at + 1 :] if way == "changed" else b""
        path.write_bytes(data[:at] + changed)
        with pytest.raises(CheckpointInvalid) as raised:
            load_weights(model, tmp_path)
        assert str(path) in str(raised.value)
    path.write_bytes(data)
    assert load_weights(model, tmp_path) == 1


def test_other_files_are_no_checkpoints(tmp_path: Path) -> None:
    path = tmp_path / checkpoints.NAME
    with pytest.raises(FileMissing):
        load_weights(Toy(), tmp_path)
    save_file({"weight": torch.zeros(2)}, path)
    with pytest.raises(CheckpointInvalid, match="no checkpoint"):
        load_weights(Toy(), tmp_path)
    path.write_bytes(b"")
    with pytest.raises(CheckpointInvalid, match="damaged"):
        fit(Toy(), batches, squared, OPTIONS, folder=tmp_path)
    assert path.read_bytes() == b""


@pytest.mark.parametrize("kind", ["more", "other shape", "all trained"])
def test_another_model_is_refused_and_stays_as_it_was(kind: str, run: Path) -> None:
    def other() -> nn.Module:
        model = Toy(3)
        if kind == "more":
            model.more = nn.Linear(2, 2).requires_grad_(True)
            nn.init.ones_(model.more.weight)
            nn.init.ones_(model.more.bias)
        elif kind == "other shape":
            model.scale = nn.Parameter(torch.ones(2))
        else:
            model.frozen.requires_grad_(True)
        return model

    model = other()
    with pytest.raises(CheckpointInvalid, match="another model"):
        fit(model, batches, squared, OPTIONS, folder=run)
    with pytest.raises(CheckpointInvalid, match="another model"):
        load_weights(model, run)
    assert same_state(model, other())


def test_a_checkpoint_that_cannot_be_written_leaves_the_one_before(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from safetensors import SafetensorError

    before = (run / checkpoints.NAME).read_bytes()

    def full(*args: object, **kwargs: object) -> None:
        raise SafetensorError("No space left on device")

    monkeypatch.setattr(checkpoints, "save_file", full)
    with pytest.raises(OutputUnwritable, match="No space"):
        save_checkpoint(run, {"model": {"a": torch.ones(1)}}, {})
    assert (run / checkpoints.NAME).read_bytes() == before
    assert sorted(p.name for p in run.iterdir()) == [
        checkpoints.NAME,
        "metrics.jsonl",
        "options.json",
    ]


def test_the_log_is_cut_where_the_run_goes_on(tmp_path: Path) -> None:
    log = MetricsLog(tmp_path, 0)
    for step in range(1, 6):
        log.write("training", step, {"loss": step / 2})
    log.write("evaluation", 2, {"loss": 9.0})
    with (tmp_path / "metrics.jsonl").open("a") as file:
        file.write('{"step": 6, "kind": "trai')
    again = MetricsLog(tmp_path, 3)
    assert again.has_evaluated(2)
    assert not again.has_evaluated(3)
    assert again.last("training") == {"loss": 1.5}
    again.write("training", 4, {"loss": 7.0})
    assert [line["step"] for line in read_metrics(tmp_path)] == [1, 2, 3, 2, 4]
    for line in (tmp_path / "metrics.jsonl").read_text().splitlines():
        json.loads(line)


def test_a_run_that_never_saved_begins_anew(tmp_path: Path) -> None:
    def broken(number: int) -> dict[str, torch.Tensor]:
        if number == 2:
            raise RuntimeError
        return batches(number)

    with pytest.raises(RuntimeError):
        fit(Toy(), broken, squared, OPTIONS, folder=tmp_path)
    assert len(lines(tmp_path)) == 2
    fit(Toy(), batches, squared, replace(OPTIONS, steps=3), folder=tmp_path)
    assert [line["step"] for line in lines(tmp_path)] == [1, 2, 3]
