"""Both stages in two processes: losses, weights and files are those of one."""

from __future__ import annotations

from pathlib import Path

import distinctad_shared
import pytest
import torch
from distinctad_toys import film_sequences
from safetensors.torch import load_file

from model_makers import make_clip
from scenewise.core.errors import OptionInvalid
from scenewise.distinctad.adapting import adapt, batches_of
from scenewise.distinctad.options import AdaptationOptions
from scenewise.training import processes
from scenewise.training.metrics_log import read_metrics
from started_together import start_together


@pytest.mark.slow
def test_two_processes_find_what_one_finds(tmp_path: Path) -> None:
    make_clip(tmp_path / "clip")
    start_together(Path(distinctad_shared.__file__), str(tmp_path))
    distinctad_shared.run(tmp_path / "clip", tmp_path / "one")
    for stage, made in (("stage1", "clip/model"), ("stage2", "narrator/narrator")):
        one, two = read_metrics(tmp_path / "one" / stage), read_metrics(tmp_path / "two" / stage)
        assert [line["kind"] for line in two] == [*["training"] * 3, "evaluation"]
        for ours, theirs in zip(two, one, strict=True):
            assert ours.keys() == theirs.keys()
            for name in ours.keys() - {"kind", "seconds", "samples_per_second"}:
                assert ours[name] == pytest.approx(theirs[name], rel=1e-4, abs=1e-6), name
        ours, theirs = (
            load_file(tmp_path / n / stage / f"{made}.safetensors") for n in ("two", "one")
        )
        begun = load_file(tmp_path / "clip" / "model.safetensors")
        for name, weight in theirs.items():
            torch.testing.assert_close(ours[name], weight, rtol=2e-3, atol=2e-5)
        if stage == "stage1":
            assert any(not torch.equal(weight, begun[name]) for name, weight in ours.items())
    files = [
        sorted(str(path.relative_to(tmp_path / n)) for path in (tmp_path / n).rglob("*"))
        for n in ("one", "two")
    ]
    assert files[0] == files[1]


def test_a_process_reads_its_share_of_the_pictures_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    clips = distinctad_shared.frames_and_sentences()
    options = AdaptationOptions(batch=5)
    whole = batches_of(clips, options)(1)
    shares = []
    monkeypatch.setattr(processes, "count", lambda: 2)
    for place in (0, 1):
        monkeypatch.setattr(processes, "place", lambda place=place: place)
        part = batches_of(clips, options)(1)
        assert part["sentences"] == whole["sentences"]
        assert torch.equal(part["chosen"], whole["chosen"])
        shares.append(part["pixels"])
    assert [len(share) for share in shares] == [3, 2]
    assert torch.equal(torch.cat(shares), whole["pixels"])


def test_shares_of_sequences_are_whole_sequences(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = film_sequences(batch=3)(0)
    monkeypatch.setattr(processes, "count", lambda: 2)
    monkeypatch.setattr(processes, "place", lambda: 1)
    part = processes.share(batch)
    assert type(part) is type(batch)
    assert torch.equal(part.numbers, batch.numbers[2:])
    assert part.sentences == batch.sentences[2:]
    assert part.names == batch.names[2:]


def test_more_processes_than_clips_in_a_batch_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = make_clip(tmp_path / "clip")
    monkeypatch.setattr(processes, "count", lambda: 4)
    with pytest.raises(OptionInvalid, match=r"more processes \(4\) than clips in a batch \(3\)"):
        adapt(
            distinctad_shared.frames_and_sentences(), clip, AdaptationOptions(batch=3),
            tmp_path / "run", device="cpu",
        )  # fmt: skip
