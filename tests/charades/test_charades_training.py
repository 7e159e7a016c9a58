"""Training on the pictures of a run: it goes on exactly, learns, and ends in a checkpoint."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from charades_made_up import CAPTIONS, made_up_run, shown_as
from charades_short import CPU, MATCH, SHORT, Stopping, evaluations, weights

from scenewise.charades.errors import CaptionsTooLong, RunInvalid
from scenewise.charades.matching import evaluate_method, matched
from scenewise.charades.pictures import read_pictures, write_pictures
from scenewise.charades.runs import Run, read_about, read_evaluation
from scenewise.charades.training import train
from scenewise.charades.tuned_clip import TunedClip
from scenewise.core.errors import FileMissing, OptionInvalid, OutputUnwritable
from scenewise.core.progress import Silent
from scenewise.models.clip import ClipEmbedder
from scenewise.training.errors import CheckpointInvalid
from scenewise.training.metrics_log import read_metrics


def losses(run: Run, method: str) -> list[float]:
    return [line["loss"] for line in read_metrics(run.method(method).folder)]


@pytest.mark.parametrize("method", ["mean", "baseline"])
def test_a_training_that_was_stopped_goes_on_number_for_number(
    tmp_path: Path, clip: str, method: str
) -> None:
    options = replace(SHORT, chunk=5 if method == "mean" else 0)
    whole, stopped = made_up_run(tmp_path / "whole"), made_up_run(tmp_path / "stopped")
    for run in (whole, stopped):
        shown_as(run, method)
    train(whole, method, clip, options)
    with pytest.raises(KeyboardInterrupt):
        train(stopped, method, clip, options, progress=Stopping(3))
    assert not stopped.method(method).model.exists()
    assert len(losses(stopped, method)) == 3
    train(stopped, method, clip, options)
    assert losses(stopped, method) == losses(whole, method)
    assert len(losses(whole, method)) == 6
    one, other = weights(whole, method), weights(stopped, method)
    assert all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.slow
def test_it_learns_and_ends_in_a_checkpoint_that_others_read(tmp_path: Path, clip: str) -> None:
    run = made_up_run(tmp_path / "run")
    pictures = shown_as(run, "grid2-even")
    before = evaluate_method(run, "grid2-even", MATCH, clip=clip)
    done = train(run, "grid2-even", clip, replace(SHORT, steps=60, batch=50, learning_rate=3e-3))
    assert done.steps == 60
    assert done.truncated == 0
    assert done.curve.read_text().startswith("<svg")
    after = evaluate_method(run, "grid2-even", MATCH)
    assert after.evaluations["train"].first.right == 5 > before.evaluations["train"].first.right
    place = run.method("grid2-even")
    assert read_evaluation(place.evaluation) == after.evaluations
    assert read_evaluation(place.before) == before.evaluations
    assert read_about(place.evaluation)["sample"] == run.sample().fingerprint
    assert after.evaluations["test"].captions == 3
    assert set(after.evaluations["test"].scenes) == {"Garage", "Kitchen"}

    embedder = ClipEmbedder(str(done.model), device="cpu", precision="float32")
    assert embedder.scale <= 100.01
    ids = list(pictures.times["test"])
    images = embedder.images([pictures.images("test", id)[0] for id in ids])
    texts = embedder.texts([run.sample().captions("test")[id] for id in ids])
    near = images @ texts.T
    tuned = TunedClip(str(done.model), CPU)
    places, videos, count = matched(run, pictures, "test", tuned, 2, Silent())
    assert (videos, count) == (tuple(ids), 3)
    assert places.tolist() == [int((row >= row[at]).sum()) for at, row in enumerate(near)]


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_figures_of_the_videos_to_test_on_are_logged_where_asked_for(
    tmp_path: Path, clip: str, precision: str
) -> None:
    run = made_up_run(tmp_path / "run")
    shown_as(run, "grid2-even")
    train(run, "grid2-even", clip, replace(SHORT, steps=2, evaluate_every=1, precision=precision))
    lines = evaluations(run, "grid2-even")
    assert [line["step"] for line in lines] == [0, 1, 2]
    assert lines[0]["chance"] == pytest.approx(1 / 3)


def test_the_baseline_counts_frames_and_the_mean_videos(tmp_path: Path, clip: str) -> None:
    run = made_up_run(tmp_path / "run")
    for method in ("baseline", "mean"):
        shown_as(run, method)
        evaluate_method(run, method, MATCH, clip=clip)
    frames = read_evaluation(run.method("baseline").before)
    videos = read_evaluation(run.method("mean").before)
    assert (videos["train"].first.of, videos["test"].first.of) == (5, 3)
    assert frames["train"].first.of == sum(-(-(4 + at % 3) // 2) for at in range(5))
    assert frames["train"].captions == videos["train"].captions == 5
    told = evaluate_method(run, "baseline", MATCH, clip=clip)
    of = {id: len(times) for id, times in shown_as(run, "baseline").times["train"].items()}
    right = {id: share * of[id] for id, share in told.found["train"].items()}
    assert sum(right.values()) == pytest.approx(told.evaluations["train"].first.right)


def test_captions_that_are_too_long_are_counted_or_refused(tmp_path: Path, clip: str) -> None:
    long = " ".join(["red"] * 30)
    run = made_up_run(tmp_path / "run", captions=(long, *CAPTIONS))
    shown_as(run, "grid2-even")
    with pytest.raises(CaptionsTooLong, match=r"1 of 6 .* 24 tokens .* AAA00 \(32\)"):
        train(run, "grid2-even", clip, replace(SHORT, long="refuse"))
    assert not run.method("grid2-even").metrics.exists()
    said = []
    teller = Silent()
    teller.say = said.append  # type: ignore[method-assign]
    assert train(run, "grid2-even", clip, replace(SHORT, steps=1), progress=teller).truncated == 1
    assert said == ["1 of 6 captions are longer than the 24 tokens that CLIP reads; "
                    "they are cut there"]  # fmt: skip
    assert evaluate_method(run, "grid2-even", MATCH).truncated == {"train": 1, "test": 0}


def test_steps_in_the_wrong_order_are_refused(tmp_path: Path, clip: str) -> None:
    run = made_up_run(tmp_path / "run")
    with pytest.raises(FileMissing, match="scenewise charades encode RUN --method grid2-even"):
        train(run, "grid2-even", clip, SHORT)
    shown_as(run, "grid2-even")
    with pytest.raises(FileMissing, match="scenewise charades train RUN --method grid2-even"):
        evaluate_method(run, "grid2-even", MATCH)
    train(run, "grid2-even", clip, replace(SHORT, steps=1))
    # a sample, a model and pictures of another run in its place
    other = made_up_run(tmp_path / "other", captions=tuple(reversed(CAPTIONS)))
    shown_as(other, "grid2-even")
    run.method("grid2-even").model.rename(other.method("grid2-even").model)
    with pytest.raises(RunInvalid, match="trained on another sample"):
        evaluate_method(other, "grid2-even", MATCH)
    run.method("grid2-even").pictures.replace(other.method("grid2-even").pictures)
    with pytest.raises(RunInvalid, match="pictures are of another sample"):
        read_pictures(other, "grid2-even")
    shown_as(run, "grid2-even")
    with pytest.raises(CheckpointInvalid, match="another batch"):
        train(run, "grid2-even", clip, replace(SHORT, steps=1, batch=3))
    assert train(run, "grid2-even", clip, replace(SHORT, steps=2, batch=3), anew=True).steps == 2
    assert len(losses(run, "grid2-even")) == 2


def test_a_method_with_a_label_shows_the_same_pictures_and_is_trained_apart(
    tmp_path: Path, clip: str
) -> None:
    run = made_up_run(tmp_path / "run")
    pictures = shown_as(run, "grid2-even")
    train(run, "grid2-even", clip, replace(SHORT, steps=1))
    done = train(run, "grid2-even+fast", clip, replace(SHORT, steps=2, learning_rate=3e-3))
    assert done.model == run.folder / "grid2-even+fast" / "model"
    labelled = read_pictures(run, "grid2-even+fast")
    assert labelled.fingerprint == pictures.fingerprint
    assert run.trained() == ["grid2-even", "grid2-even+fast"]
    assert (len(losses(run, "grid2-even")), len(losses(run, "grid2-even+fast"))) == (1, 2)
    for name in run.trained():
        evaluate_method(run, name, MATCH)
    evaluate_method(run, "grid2-even", MATCH, clip=clip)
    assert list(run.evaluations()) == ["grid2-even", "grid2-even+fast", "grid2-even, untrained"]


def test_scaled_pictures_are_kept_by_size_and_removed_with_their_grids(
    tmp_path: Path, clip: str
) -> None:
    run = made_up_run(tmp_path / "run")
    pictures = shown_as(run, "grid2-even")
    for side in (0, 48, 48):
        train(run, "grid2-even", clip, replace(SHORT, steps=1, picture_size=side), anew=True)
    pixels = pictures.place.pixels
    sizes = sorted(np.load(file, mmap_mode="r").shape[-1] for file in pixels.iterdir())
    assert sizes == [32, 48]
    before = {file.name for file in pixels.iterdir()}
    write_pictures(replace(pictures, settings={**pictures.settings, "grid": "another"}))
    train(run, "grid2-even", clip, replace(SHORT, steps=1), anew=True)
    after = {file.name for file in pixels.iterdir()}
    assert len(after) == 1
    assert not after & before


def test_damaged_files_are_told_of(tmp_path: Path, clip: str) -> None:
    run = made_up_run(tmp_path / "run")
    pictures = shown_as(run, "grid2-even")
    place = run.method("grid2-even")
    train(run, "grid2-even", clip, replace(SHORT, steps=1))
    for file in (place.grids / "AAA00.jpg", place.pictures):
        kept = file.read_bytes()
        for pixels in place.pixels.iterdir():
            pixels.unlink()
        file.write_bytes(kept[:20])
        with pytest.raises(RunInvalid, match="damaged"):
            train(run, "grid2-even", clip, replace(SHORT, steps=1))
        file.write_bytes(kept)
    about = place.model / "scenewise.json"
    about.write_text("{")
    with pytest.raises(RunInvalid, match="damaged"):
        evaluate_method(run, "grid2-even", MATCH)
    assert pictures.images("train", "AAA00")[0].shape == (48, 48, 3)


def test_models_that_are_no_clip_and_folders_that_are_closed_are_refused(
    tmp_path: Path, clip: str
) -> None:
    run = made_up_run(tmp_path / "run")
    shown_as(run, "grid2-even")
    siglip = tmp_path / "siglip"
    siglip.mkdir()
    (siglip / "config.json").write_text(json.dumps({"model_type": "siglip"}))
    (siglip / "model.safetensors").write_bytes(b"")
    with pytest.raises(OptionInvalid, match="only CLIP"):
        train(run, "grid2-even", str(siglip), SHORT)
    place = run.method("grid2-even")
    place.model.write_text("a file where the model should go")
    with pytest.raises(OutputUnwritable):
        train(run, "grid2-even", clip, replace(SHORT, steps=1))
    assert [path.name for path in place.folder.glob(".model*")] == []


def test_every_epoch_shows_everything_once_in_another_order(tmp_path: Path, clip: str) -> None:
    from scenewise.charades.pixels import shown
    from scenewise.charades.training import Lessons

    run = made_up_run(tmp_path / "run")
    pictures = shown_as(run, "mean4")
    tuned = TunedClip(clip, CPU)
    seen = shown(pictures, "train", tuned.eye, Silent())
    tokens = tuned.tokens(run.sample().captions("train"))
    lessons = Lessons(seen, tokens, np.arange(5), 2, seed=1)
    assert lessons.per_epoch == 3
    epochs = []
    for epoch in range(3):
        batches = [lessons(epoch * 3 + part) for part in range(3)]
        assert sorted(len(batch["caption"]) for batch in batches) == [1, 2, 2]
        epochs.append([int(n) for batch in batches for n in batch["caption"]])
        assert all(len(batch["pixels"]) == 4 * len(batch["caption"]) for batch in batches)
    assert all(sorted(epoch) == [0, 1, 2, 3, 4] for epoch in epochs)
    assert epochs[0] != epochs[1] or epochs[1] != epochs[2]
    again = lessons(2)
    assert torch.equal(again["pixels"], Lessons(seen, tokens, np.arange(5), 2, seed=1)(2)["pixels"])
