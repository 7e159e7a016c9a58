"""What may be chosen of a training beyond the paper: the best weights, pictures in a mirror."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from charades_made_up import made_up_run, shown_as
from charades_short import CPU, SHORT, Stopping, evaluations, weights
from hypothesis import given
from hypothesis import strategies as st

from command_calls import caller, one_line
from scenewise.charades.grids import GridOptions, grid_image, mirrored
from scenewise.charades.pixels import shown
from scenewise.charades.training import Lessons, train
from scenewise.charades.tuned_clip import TunedClip
from scenewise.charades.tuning_options import TuningOptions
from scenewise.core.errors import OptionInvalid
from scenewise.core.progress import Silent

METHOD = "grid2-even"
# a learning rate at which what was learnt is lost again
BEST = replace(SHORT, steps=8, learning_rate=2e-2, validation=0.4, evaluate_every=2, keep="best")


def noise(seed: int, height: int = 40, width: int = 60) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)


def test_training_ends_with_the_weights_that_found_most(tmp_path: Path, clip: str) -> None:
    run = made_up_run(tmp_path / "run")
    shown_as(run, METHOD)
    done = train(run, METHOD, clip, BEST)
    lines = evaluations(run, METHOD)
    ranks = [line["reciprocal_rank"] for line in lines]
    best = lines[ranks.index(max(ranks))]
    assert len(set(ranks)) > 1
    assert done.kept["step"] == best["step"] < 8
    assert done.kept["reciprocal_rank"] == best["reciprocal_rank"]
    assert [line["kept"] for line in lines] == [
        float(rank > max(ranks[:at], default=-1)) for at, rank in enumerate(ranks)
    ]
    about = json.loads((done.model / "scenewise.json").read_text())
    assert about["steps"] == best["step"]
    assert f"weights kept are those after step {best['step']}." in done.curve.read_text()
    # the same as a training of so many steps
    if best["step"]:
        short = replace(BEST, steps=best["step"], keep="last")
        train(run, f"{METHOD}+short", clip, short)
        one, other = weights(run, METHOD), weights(run, f"{METHOD}+short")
        assert all(torch.equal(one[name], other[name]) for name in one)
    train(run, METHOD, clip, replace(SHORT, steps=1), anew=True)
    assert not list((run.method(METHOD).folder / "best").iterdir())


@pytest.mark.parametrize("after", [3, 6])
def test_a_stopped_training_with_all_choices_ends_as_one_that_was_not(
    tmp_path: Path, clip: str, after: int
) -> None:
    options = replace(BEST, mirror=True)
    whole, stopped = made_up_run(tmp_path / "whole"), made_up_run(tmp_path / "stopped")
    for run in (whole, stopped):
        shown_as(run, METHOD)
    done = train(whole, METHOD, clip, options)
    with pytest.raises(KeyboardInterrupt):
        train(stopped, METHOD, clip, options, progress=Stopping(after))
    shutil.rmtree(stopped.method(METHOD).pixels)
    assert train(stopped, METHOD, clip, options).kept["step"] == done.kept["step"]
    one, other = weights(whole, METHOD), weights(stopped, METHOD)
    assert all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("lacking", ["validation", "evaluate_every"])
def test_the_best_of_no_evaluations_is_refused(lacking: str) -> None:
    with pytest.raises(OptionInvalid, match="--validation and --evaluate-every"):
        replace(BEST, **{lacking: 0})
    assert TuningOptions().keep == "last"


def test_the_command_tells_what_it_kept(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, clip: str
) -> None:
    run = made_up_run(tmp_path / "run")
    shown_as(run, METHOD)
    command = caller(capfd, "charades")
    short = ("train", run.folder, "--method", METHOD, "--clip", clip, "--steps", 2, "--batch", 4,
             "--precision", "float32", "--device", "cpu", "--quiet", "--keep", "best")  # fmt: skip
    one_line(command(*short), "--validation and --evaluate-every")
    assert not run.method(METHOD).model.exists()
    chosen = (*short, "--validation", 0.4, "--evaluate-every", 1)
    code, out, err = command(*chosen)
    assert code == 0, err
    assert "Kept the weights after step " in out
    told = json.loads(command(*chosen, "--json")[1])[0]
    assert told["kept"]["step"] in (0, 1, 2)


@given(st.integers(1, 4), st.integers(0, 99))
def test_a_mirrored_grid_is_one_of_mirrored_frames(columns: int, seed: int) -> None:
    options = GridOptions(columns, columns, side=24 * columns)
    frames = [noise(seed + at, 24, 48) for at in range(columns**2)]
    turned = grid_image([frame[:, ::-1] for frame in frames], options)
    made = mirrored(grid_image(frames, options), columns)
    assert np.abs(made.astype(int) - turned).max() <= 1
    assert np.array_equal(mirrored(made, columns), grid_image(frames, options))


def test_cells_of_any_width_are_mirrored_where_they_are() -> None:
    image = noise(3, 50, 50)
    made = mirrored(image, 3)
    assert made.shape == image.shape
    assert np.array_equal(mirrored(made, 3), image)
    assert np.array_equal(made[:, :17], image[:, 16::-1])
    assert np.array_equal(mirrored(image), image[:, ::-1])


@pytest.mark.parametrize("method", [METHOD, "baseline", "mean4"])
def test_half_of_the_pictures_are_shown_in_a_mirror(tmp_path: Path, clip: str, method: str) -> None:
    run = made_up_run(tmp_path / "run")
    pictures = shown_as(run, method)
    tuned = TunedClip(clip, CPU)
    plain, turned = (
        shown(pictures, "train", tuned.eye, Silent(), mirror=mirror) for mirror in (False, True)
    )
    tokens = tuned.tokens(run.sample().captions("train"))
    caption = np.zeros(len(plain), np.int64)
    lessons = Lessons(plain, tokens, caption, 4, 1, None, turned)
    usual = Lessons(plain, tokens, caption, 4, 1)
    seen: set[tuple[bool, ...]] = set()
    for number in range(40):
        batch, before = lessons(number), usual(number)
        assert torch.equal(batch["owner"], before["owner"])
        same = (batch["pixels"] == before["pixels"]).flatten(1).all(1).tolist()
        by_row = {int(o): one for o, one in zip(batch["owner"], same, strict=True)}
        assert [by_row[int(o)] for o in batch["owner"]] == same  # all frames of a video alike
        seen.add(tuple(by_row.values()))
        again = Lessons(plain, tokens, caption, 4, 1, None, turned)(number)
        assert torch.equal(again["pixels"], batch["pixels"])
    shares = [one for pattern in seen for one in pattern]
    assert 0.3 < np.mean(shares) < 0.7
    first = pictures.images("train", plain.videos[0])[0]
    wanted = tuned.eye.pixels([mirrored(first, 2 if method == METHOD else 1)])[0]
    assert np.array_equal(turned.pixels[0], wanted)
    assert not np.array_equal(turned.pixels[0], plain.pixels[0])
