"""Several processes that share a run: the same numbers as one, and one that writes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import training_shared
from training_shared import OPTIONS, Pair, Stopped, run
from training_toys import lines

from scenewise.core.errors import OptionInvalid
from scenewise.training import processes
from scenewise.training.checkpoints import read_checkpoint
from scenewise.training.launching import launched, together
from scenewise.training.loop import fit
from started_together import start_together


def test_one_process_has_all_there_is() -> None:
    rows = torch.arange(6.0).reshape(3, 2)
    assert processes.count() == 1
    assert processes.place() == 0
    assert processes.is_first()
    assert processes.share(rows) is rows
    assert processes.gathered(rows) is rows
    assert processes.span(5) == (0, 5)
    assert processes.added({"loss": 2.0}) == {"loss": 2.0}
    assert processes.weight(7) == 1.0
    assert processes.of_first("a") == "a"
    with together("cpu") as first:
        assert first
        assert processes.count() == 1


@pytest.mark.parametrize(("rows", "count"), [(7, 3), (8, 8), (5, 2), (2, 3)])
def test_shares_are_even_and_leave_nothing_out(
    rows: int, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "count", lambda: count)
    shares = []
    for place in range(count):
        monkeypatch.setattr(processes, "place", lambda place=place: place)
        shares.append(processes.share(list(range(rows))))
    assert [row for share in shares for row in share] == list(range(rows))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_a_batch_that_does_not_suffice_for_all_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "count", lambda: 4)
    processes.check_batch(4, "sequences")
    with pytest.raises(OptionInvalid, match=r"more processes \(4\) than sequences"):
        processes.check_batch(3, "sequences")


def test_a_training_that_knows_nothing_of_others_refuses_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert launched() == 2
    with pytest.raises(OptionInvalid, match=r"this training runs in one process.*accelerate"):
        fit(Pair(), training_shared.batch_of, training_shared.shared_loss, OPTIONS)


@pytest.mark.slow
def test_two_processes_do_as_one_and_go_on_with_what_one_began(tmp_path: Path) -> None:
    alone = run(tmp_path / "one")
    with pytest.raises(Stopped):
        run(tmp_path / "begun by one", stop=9)
    start_together(Path(training_shared.__file__), str(tmp_path))
    run(tmp_path / "begun by two")  # goes on alone

    weights = [torch.load(tmp_path / f"weights-{place}.pt") for place in (0, 1)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    before = Pair().state_dict()
    for name, weight in alone.state_dict().items():
        torch.testing.assert_close(weights[0][name], weight, rtol=1e-4, atol=1e-6)
        assert torch.equal(weight, before[name]) == (name == "idle"), name

    expected = lines(tmp_path / "one")
    assert len(expected) == 6 + 3
    for folder in ("two", "begun by one", "begun by two"):
        told = lines(tmp_path / folder)
        assert [line["step"] for line in told] == [line["step"] for line in expected]
        for ours, theirs in zip(told, expected, strict=True):
            assert ours.pop("kind") == theirs["kind"]
            figures = {name: value for name, value in theirs.items() if name != "kind"}
            assert ours == pytest.approx(figures, rel=1e-4, abs=1e-6)
        held, about = read_checkpoint(tmp_path / folder)
        assert about["step"] == 6
        for name, weight in read_checkpoint(tmp_path / "one")[0]["average"].items():
            torch.testing.assert_close(held["average"][name], weight, rtol=1e-4, atol=1e-6)
    assert {path.name for path in (tmp_path / "two").iterdir()} == {
        "checkpoint.safetensors", "metrics.jsonl", "options.json",
    }  # fmt: skip
