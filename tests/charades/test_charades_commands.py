"""`scenewise charades`: from a set to its tables, and every refusal in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from charades_made_up import made_up_run, shown_as

from command_calls import Command, caller, one_line


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Command:
    return caller(capfd, "charades")


def source(folder: Path) -> tuple[object, ...]:
    return ("--train-csv", folder / "Charades_v1_train.csv",
            "--test-csv", folder / "Charades_v1_test.csv",
            "--videos", folder / "Charades_v1_480")  # fmt: skip


QUICK = ("--batch", 4, "--steps", 2, "--precision", "float32", "--device", "cpu", "--quiet")
CPU = ("--device", "cpu", "--precision", "float32", "--resamples", 20, "--quiet")


@pytest.mark.slow
@pytest.mark.film
def test_a_drawn_set_goes_through_all_four_commands(
    command: Command,
    drawn_set: Path,
    clip: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    run = tmp_path / "run"
    code, out, err = command("sample", *source(drawn_set), "--short", "smaller", "-o", run)
    assert code == 0, err
    assert "2 videos of " in out
    code, out, err = command(
        "encode", run, "--resnet", "pocket", "--pca-components", 8, "--least", 12,
        "--method", "grid", "--method", "baseline", "--grid-side", 96, "--device", "cpu", "--quiet",
    )  # fmt: skip
    assert code == 0, err
    assert "Principal components keep" in out
    grid = ("--method", "grid", "--clip", clip)
    code, out, err = command("train", run, *grid, *QUICK)
    assert code == 0, err
    assert "grid: 2 steps" in out
    assert str(run / "grid" / "model") in out
    code, out, err = command("evaluate", run, *CPU)
    assert code == 0, err
    assert "34/1000 (3.40%)" in out
    assert "78.18 of 111.299" in out
    assert (run / "report" / "report.md").is_file()
    code, out, err = command("evaluate", run, "--method", "baseline", "--before", clip, *CPU,
                             "--json")  # fmt: skip
    assert code == 0, err
    told = json.loads(out)[0]
    assert told["method"] == "baseline"
    assert told["test"]["first"]["of"] >= 4
    assert told["test"]["captions"] == 1
    assert (run / "baseline" / "before.json").is_file()
    assert not (run / "baseline" / "evaluation.json").exists()
    # what was trained is a CLIP like any other
    video = next((drawn_set / "Charades_v1_480").glob("*.mp4"))
    trained = ("--clip", run / "grid" / "model", "--quiet")
    code, out, err = caller(capfd, "index")(video, "--store", tmp_path / "store", *trained)
    assert code == 0, err
    assert "Indexed: 1 new" in out
    code, out, err = caller(capfd, "describe")(
        video, "--caption-model", "pocket", "--output-dir", tmp_path / "told", *trained
    )
    assert code == 0, err
    assert json.loads((tmp_path / "told" / f"{video.stem}.ad.json").read_text("utf-8"))


def test_input_that_cannot_be_used_is_refused_in_one_line(
    command: Command, drawn_set: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    gone = [part if "train.csv" not in str(part) else tmp_path / "no.csv"
            for part in source(drawn_set)]  # fmt: skip
    one_line(command("sample", *gone, "-o", run), "no.csv", "no such table")
    gone = [*source(drawn_set)[:-1], tmp_path / "none"]
    one_line(command("sample", *gone, "--short", "smaller", "-o", run), "none")
    one_line(command("sample", *source(drawn_set), "-o", run), "too few")
    one_line(command("sample", *source(drawn_set), "--train", -1, "-o", run), "--train")
    assert not run.exists()
    for verb in (("encode",), ("train", "--method", "grid"), ("evaluate",)):
        one_line(command(verb[0], run, *verb[1:]), "sample.json", "scenewise charades sample")
        one_line(command(verb[0], run, "--method", "gridlock"), "gridlock", "choose one of")
    assert not run.exists()


def test_steps_in_the_wrong_order_are_refused_in_one_line(
    command: Command, clip: str, tmp_path: Path
) -> None:
    run = made_up_run(tmp_path / "run")
    one_line(command("evaluate", run.folder), "no method is trained")
    even = ("--method", "grid2-even")
    one_line(command("train", run.folder, *even, "--clip", clip), "charades encode")
    shown_as(run, "grid2-even")
    one_line(command("evaluate", run.folder, *even), "charades train")
    one_line(command("train", run.folder, *even, "--clip", tmp_path / "none", "--quiet"), "none")
    long = ("--long", "refuse", "--clip", clip)
    assert command("train", run.folder, *even, *long, *QUICK)[0] == 0
    one_line(command("train", run.folder, *even, *long, *QUICK[2:], "--batch", 3), "another batch")


@pytest.mark.slow
def test_a_model_that_does_not_fit_any_more_keeps_no_other_from_being_evaluated(
    command: Command, clip: str, tmp_path: Path
) -> None:
    run = made_up_run(tmp_path / "run")
    for method in ("baseline", "grid2-even", "mean4"):
        shown_as(run, method)
        assert command("train", run.folder, "--method", method, "--clip", clip, *QUICK)[0] == 0
    assert command("evaluate", run.folder, *CPU)[0] == 0
    command("evaluate", run.folder, "--method", "mean4", "--before", clip, *CPU)
    pictures = run.method("grid2-even").pictures
    told = json.loads(pictures.read_text())
    pictures.write_text(json.dumps({**told, "settings": {"of": "another grid"}}))
    code, out, err = command("evaluate", run.folder, *CPU)
    assert code == 2
    lines = [line for line in err.splitlines() if line.startswith("scenewise: ")]
    assert len(lines) == 1
    assert "grid2-even: " in lines[0]
    assert "trained on other pictures" in lines[0]
    assert "mean4" in out
    report = (run.folder / "report" / "report.md").read_text()
    assert "Mean of 4 frame embeddings, untrained" in report
    assert "Grid 2 × 2" not in report
    one_line(command("evaluate", run.folder, "--method", "grid2-even", *CPU), "other pictures")


def test_a_picture_that_cannot_be_so_large_is_refused_in_one_line(
    command: Command, clip: str, tmp_path: Path
) -> None:
    run = made_up_run(tmp_path / "run")
    shown_as(run, "grid2-even")
    even = ("train", run.folder, "--method", "grid2-even", "--clip", clip, *QUICK)
    one_line(command(*even, "--picture-size", 36), "36 px", "--picture-size 32")
    one_line(command(*even, "--positions", "repeated", "--picture-size", 56), "2 cells")
    one_line(command(*even, "--text-places", 10), "24 places")
    one_line(command(*even, "--positions", "here"), "stretched, repeated")
    assert not run.method("grid2-even").model.exists()
    assert command(*even, "--picture-size", 64, "--text-places", 30)[0] == 0


def test_captions_that_are_too_long_are_refused_in_one_line(
    command: Command, clip: str, tmp_path: Path
) -> None:
    run = made_up_run(tmp_path / "run", captions=(" ".join(["red"] * 30), "a dog", "a cat", "b"))
    shown_as(run, "grid2-even")
    one_line(
        command("train", run.folder, "--method", "grid2-even", "--clip", clip, "--long", "refuse",
                *QUICK),
        "1 of 1 captions", "24 tokens", "--long truncate",
    )  # fmt: skip
