"""A run's folder: samples and evaluations come back as they were kept."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from scenewise.charades.errors import RunInvalid
from scenewise.charades.evaluating import evaluate
from scenewise.charades.methods import USUAL, method_named
from scenewise.charades.runs import (
    Run,
    RunSample,
    Sampled,
    read_about,
    read_evaluation,
    write_evaluation,
)
from scenewise.charades.sample import SampleOptions
from scenewise.core.errors import FileMissing, UnknownChoice


def sample(folder: Path, caption: str = "A person sits.") -> RunSample:
    return RunSample(
        train=(Sampled("AB12C", "Kitchen", caption), Sampled("AB12D", "Garage", "“Quoted”; ü")),
        test=(Sampled("AB12E", "Other", "A person runs."),),
        videos=folder / "videos",
        tables={"train": folder / "train.csv", "test": folder / "test.csv"},
        options=SampleOptions(seed=4, short="smaller"),
        notes=("one left out",),
    )


def test_a_sample_comes_back_and_is_not_replaced_by_another(tmp_path: Path) -> None:
    run = Run(tmp_path / "deep" / "run")
    with pytest.raises(FileMissing, match="scenewise charades sample"):
        run.sample()
    run.write_sample(sample(tmp_path))
    run.write_sample(sample(tmp_path))
    assert run.sample() == sample(tmp_path)
    assert run.sample().captions("test") == {"AB12E": "A person runs."}
    assert run.sample().scenes("train") == {"AB12C": "Kitchen", "AB12D": "Garage"}
    with pytest.raises(RunInvalid, match="another sample"):
        run.write_sample(sample(tmp_path, "Something else."))
    for text in ("", "[]", '{"format": "x"}', run.sample_file.read_text()[:300]):
        run.sample_file.write_text(text)
        with pytest.raises(RunInvalid):
            run.sample()
    run.sample_file.write_text(json.dumps({"format": "scenewise charades sample 1"}))
    with pytest.raises(RunInvalid, match="damaged"):
        run.sample()


def test_an_evaluation_comes_back_whole(tmp_path: Path) -> None:
    told = evaluate(
        np.array([1, 3, 2]), ["a", "b", "c"], {"a": "x", "b": "yy", "c": "zzz"},
        {"a": "Kitchen", "b": "Kitchen", "c": "Other"}, resamples=50,
    )  # fmt: skip
    none = evaluate(np.array([2]), ["b"], {"a": "x", "b": "yy"}, resamples=5)
    path = tmp_path / "evaluation.json"
    with pytest.raises(FileMissing):
        read_evaluation(path)
    write_evaluation(path, {"train": told, "test": none}, {"model": "m"})
    assert read_evaluation(path) == {"train": told, "test": none}
    assert read_about(path) == {"model": "m"}
    path.write_text(path.read_text().replace("first_share", "other"))
    with pytest.raises(RunInvalid):
        read_evaluation(path)


def test_methods_are_found_by_their_names(tmp_path: Path) -> None:
    assert [method_named(name).name for name in USUAL] == list(USUAL)
    four = method_named("grid4-even")
    assert (four.side, four.frames, four.choice) == (4, 16, "even")
    assert method_named("mean").frames == 9
    assert method_named("grid").in_paper == "final"
    large = method_named("grid+216")
    assert (large.side, large.shows, large.title) == (3, "grid", "Grid 3 × 3, 216")
    assert large.in_paper == ""
    for name in ("", "grid3", "grid9", "grid0", "mean-shots", "mean9", "baseline2", "../grid"):
        with pytest.raises(UnknownChoice, match="choose one of"):
            Run(tmp_path).method(name)


def test_only_methods_with_an_evaluation_are_listed(tmp_path: Path) -> None:
    run = Run(tmp_path)
    assert run.evaluated() == []
    for name in ("grid2", "baseline", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "evaluation.json").write_text("{}")
    (tmp_path / "mean").mkdir()
    assert run.evaluated() == ["baseline", "grid2"]
