"""The smaller parts: who decays, the learning rate, batches ahead, options, the picture."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from collections import UserDict, namedtuple
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from torch import nn
from training_toys import Toy, same_state

from scenewise.core.errors import FileMissing, OptionInvalid, ScenewiseError, UnknownChoice
from scenewise.core.options import from_plain
from scenewise.training.curves import plot_losses
from scenewise.training.loop import fit
from scenewise.training.metrics_log import MetricsLog
from scenewise.training.modes import moved, sample_count
from scenewise.training.optimising import (
    decaying,
    layer_matrices,
    learning_rate,
    make_optimiser,
    set_rate,
)
from scenewise.training.options import TrainingOptions
from scenewise.training.prefetch import prefetched


def test_only_matrices_decay() -> None:
    model = Toy()
    model.grid_norm = nn.LayerNorm((2, 3))
    model.cells = nn.ParameterDict({"cell_bias": nn.Parameter(torch.ones(2, 2))})
    model.words = nn.Embedding(5, 2)
    assert decaying(model) == {"body.0.weight", "head.weight", "words.weight"}
    groups = make_optimiser(model, TrainingOptions(weight_decay=0.3)).param_groups
    assert [group["weight_decay"] for group in groups] == [0.3, 0.0]
    given = {id(p) for group in groups for p in group["params"]}
    assert given == {id(p) for p in model.parameters() if p.requires_grad}


class Layered(nn.Module):
    """Words, two layers and an answer."""

    def __init__(self) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(3)
            self.words = nn.Embedding(7, 6)
            self.layers = nn.ModuleList(
                nn.ModuleDict({"mix": nn.Linear(6, 6), "norm": nn.LayerNorm(6)}) for _ in range(2)
            )
            self.answer = nn.Linear(6, 3)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:  # [b, t] -> [b, 3]
        state = self.words(ids)
        for layer in self.layers:
            state = state + torch.tanh(layer["mix"](layer["norm"](state)))
        return self.answer(state.mean(1))


MUON = TrainingOptions(
    steps=12, learning_rate=0.02, optimiser="muon", weight_decay=0.1, precision="float32",
    checkpoint_every=4, matrix_rate=2.0,
)  # fmt: skip


def words(number: int) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(number)
    ids = torch.randint(0, 7, (32, 4), generator=generator)
    return {"ids": ids, "wanted": (ids == 3).sum(1).clamp(max=2)}


def told_apart(
    model: nn.Module, batch: dict[str, torch.Tensor]
) -> tuple[torch.Tensor, dict[str, float]]:
    return nn.functional.cross_entropy(model(batch["ids"]), batch["wanted"]), {}


def test_muon_changes_the_matrices_of_repeated_layers_alone() -> None:
    model = Layered()
    assert layer_matrices(model) == {"layers.0.mix.weight", "layers.1.mix.weight"}
    optimiser = make_optimiser(model, MUON)
    given = [id(p) for group in optimiser.param_groups for p in group["params"]]
    assert sorted(given) == sorted(id(p) for p in model.parameters())
    set_rate(optimiser, 0.5)
    assert [group["lr"] for group in optimiser.param_groups] == [1.0, 0.5, 0.5]


def test_a_step_of_muon_turns_all_directions_alike_far() -> None:
    model = Layered()
    optimiser = make_optimiser(model, replace(MUON, weight_decay=0.0))
    weight = model.layers[0]["mix"].weight
    before = weight.detach().clone()
    set_rate(optimiser, 0.01)
    told_apart(model, words(0))[0].backward()
    optimiser.step()
    turned = torch.linalg.svdvals(weight.detach() - before)
    assert turned.max() < 2.5 * turned[:-1].min()
    length = 0.01 * MUON.matrix_rate * 0.2 * 6**0.5  # 0.2 √width: as long as Adam's steps are
    assert 0.5 * length < turned.max() < 1.5 * length


def test_muon_learns_and_goes_on_number_for_number(tmp_path: Path) -> None:
    whole, parted = Layered(), Layered()
    before = float(told_apart(whole, words(-1))[0].detach())
    fit(whole, words, told_apart, MUON, folder=tmp_path / "whole")
    assert float(told_apart(whole, words(-1))[0].detach()) < 0.8 * before

    def stops(number: int) -> dict[str, torch.Tensor]:
        if number == 7:
            raise KeyboardInterrupt
        return words(number)

    with pytest.raises(KeyboardInterrupt):
        fit(parted, stops, told_apart, MUON, folder=tmp_path / "parted")
    again = Layered()
    fit(again, words, told_apart, MUON, folder=tmp_path / "parted")
    assert same_state(whole, again)


@given(
    steps=st.integers(1, 60),
    share=st.floats(0, 1),
    schedule=st.sampled_from(["constant", "cosine"]),
)
def test_the_learning_rate_rises_and_then_never_does(
    steps: int, share: float, schedule: str
) -> None:
    warmup = int(share * steps)
    options = TrainingOptions(
        steps=steps, learning_rate=0.5, warmup_steps=warmup, schedule=schedule
    )
    rates = [learning_rate(step, steps, options) for step in range(steps)]
    assert all(0 < rate <= 0.5 for rate in rates)
    assert max(rates) == 0.5
    assert rates[:warmup] == sorted(rates[:warmup])
    assert rates[warmup:] == sorted(rates[warmup:], reverse=True)
    if schedule == "cosine" and steps - warmup > 1:
        assert rates[-1] < 0.5
        assert learning_rate(steps, steps, options) == pytest.approx(0)


def test_options_are_checked_and_are_those_of_clip() -> None:
    options = TrainingOptions()
    assert (options.learning_rate, options.betas) == (5e-5, (0.9, 0.98))
    assert (options.epsilon, options.weight_decay) == (1e-6, 0.2)
    assert from_plain(TrainingOptions, {"steps": 7, "clip": 1}).steps == 7
    with pytest.raises(OptionInvalid, match="--warmup-steps"):
        TrainingOptions(steps=5, warmup_steps=6).total_steps()
    with pytest.raises(OptionInvalid, match="--learning-rate"):
        TrainingOptions(learning_rate=-1)
    with pytest.raises(UnknownChoice, match="--schedule"):
        TrainingOptions(schedule="square")


def test_options_load_no_torch() -> None:
    code = "import sys, scenewise.training.options; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def ahead_threads() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name == "scenewise-read-ahead"]


@given(numbers=st.lists(st.integers(0, 6), max_size=12), depth=st.integers(1, 4))
@settings(max_examples=25, deadline=None)
def test_any_batch_may_be_asked_for(numbers: list[int], depth: int) -> None:
    with prefetched(lambda number: number * number, depth) as batches:
        assert [batches(number) for number in numbers] == [number**2 for number in numbers]
    assert not ahead_threads()


def test_batches_are_made_ahead_in_one_thread_but_not_too_far() -> None:
    made: list[int] = []
    several = threading.Event()

    def make(number: int) -> int:
        assert threading.current_thread() is not threading.main_thread()
        made.append(number)
        if number == 12:
            several.set()
        return number

    with prefetched(make, 2) as batches:
        assert batches(10) == 10
        assert several.wait(20)
        assert made[-1] <= 13
    assert made == list(range(10, 10 + len(made)))
    assert not ahead_threads()


def test_an_error_comes_with_the_batch_it_belongs_to() -> None:
    def make(number: int) -> int:
        return [5, 6, 7][number]

    with prefetched(make, 2) as batches:
        assert [batches(0), batches(1), batches(2)] == [5, 6, 7]
        with pytest.raises(IndexError):
            batches(3)
        assert batches(1) == 6
    assert not ahead_threads()


def test_the_thread_ends_with_an_error_of_the_caller() -> None:
    def fail() -> None:
        with prefetched(lambda number: number) as batches:
            batches(0)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert not ahead_threads()


def test_batches_of_all_kinds_are_moved_and_counted() -> None:
    rows, pair = torch.ones(3, 2), namedtuple("pair", "a b")
    meta = torch.device("meta")
    batch = {"rows": rows, "more": [rows, (rows, "word")], "pair": pair(rows, 1)}
    there = moved(batch, meta)
    assert there["rows"].device == there["more"][1][0].device == there["pair"].a.device == meta
    assert there["more"][1][1] == "word"
    assert isinstance(there["pair"], pair)
    assert moved(UserDict(rows=rows), meta)["rows"].device == meta
    assert [sample_count(b) for b in (rows, batch, (rows, 1), ["a", "b"], {}, 7)] == [
        3, 3, 3, 2, 0, 1,
    ]  # fmt: skip


def logged(folder: Path, losses: list[float], held: dict[int, float]) -> Path:
    log = MetricsLog(folder, 0)
    for step, loss in enumerate(losses, 1):
        log.write("training", step, {"loss": loss})
    for step, loss in held.items():
        log.write("evaluation", step, {"loss": loss, "accuracy": 0.5})
    return folder


def drawn(folder: Path) -> dict[str, list[tuple[float, float]]]:
    """The lines of the picture by class."""
    root = ET.fromstring(plot_losses(folder, title="A < B").read_text())
    return {
        line.get("class", ""): [
            (float(p.split(",")[0]), float(p.split(",")[1])) for p in line.get("points", "").split()
        ]
        for line in root.iter("{http://www.w3.org/2000/svg}polyline")
    }


@example(losses=[5e-324], held={})
@example(losses=[2.0, 2.0], held={0: 2.0})
@given(
    losses=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=80),
    held=st.dictionaries(st.integers(0, 80), st.floats(1e-9, 1e9), max_size=4),
)
@settings(max_examples=40, deadline=None)
def test_any_run_can_be_drawn_inside_its_picture(
    tmp_path_factory: pytest.TempPathFactory, losses: list[float], held: dict[int, float]
) -> None:
    lines = drawn(logged(tmp_path_factory.mktemp("run"), losses, held))
    assert len(lines["each"]) == len(losses)
    assert len(lines.get("held", [])) == len(held)
    for points in lines.values():
        assert all(0 <= x <= 800 and 40 <= y <= 315 for x, y in points)


def test_long_runs_are_thinned_and_keep_their_peaks(tmp_path: Path) -> None:
    losses = [2.0] * 5000
    losses[3333] = 4.0
    each = drawn(logged(tmp_path, losses, {}))["each"]
    assert len(each) <= 610
    assert min(y for _, y in each) < min(each[0][1], each[-1][1]) - 50


def test_the_picture_says_what_it_shows(tmp_path: Path) -> None:
    text = plot_losses(logged(tmp_path, [100.0, 10.0, 1.0], {0: 50.0, 2: 3.0, 3: 4.0})).read_text()
    assert "from 100 to 1" in text
    assert "Evaluation loss: 4 at the end, least 3 after step 2." in text
    assert "logarithmic" in text
    assert "prefers-color-scheme:dark" in text


def test_without_steps_there_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        plot_losses(tmp_path)
    (tmp_path / "metrics.jsonl").write_text(json.dumps({"step": 0, "kind": "evaluation"}))
    with pytest.raises(ScenewiseError, match="no step"):
        plot_losses(tmp_path)
