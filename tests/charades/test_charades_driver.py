"""From tables and videos to pictures: drawn, looked at once, gone on with."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from scenewise.charades import encoding, grid_making
from scenewise.charades.drawing import SourceOptions, drawn
from scenewise.charades.encoding import encode
from scenewise.charades.encoding_options import EncodeOptions
from scenewise.charades.errors import RunInvalid, SceneShort, VideosMissing
from scenewise.charades.grids import GridLook
from scenewise.charades.looking import LookOptions
from scenewise.charades.methods import USUAL
from scenewise.charades.pictures import read_pictures
from scenewise.charades.reduction import ReductionOptions, load_reduction
from scenewise.charades.runs import Run
from scenewise.charades.sample import SampleOptions
from scenewise.core.errors import FileMissing

ALL = SampleOptions(short="smaller")
SMALL = EncodeOptions(
    look=LookOptions(least=18, side=64),
    reduction=ReductionOptions(components=8),
    grid=GridLook(side=48),
    resnet="pocket",
    device="cpu",
    precision="float32",
)


@pytest.fixture
def tables(drawn_set: Path) -> dict[str, Path]:
    return {split: drawn_set / f"Charades_v1_{split}.csv" for split in ("train", "test")}


@pytest.fixture
def videos(drawn_set: Path) -> Path:
    return drawn_set / "Charades_v1_480"


def test_a_small_set_is_taken_whole_and_a_scene_that_is_short_is_told_of(
    tables: dict[str, Path], videos: Path
) -> None:
    sample = drawn(tables, videos, ALL)
    assert (len(sample.train), len(sample.test)) == (2, 1)
    assert sample.notes[0].startswith("16 scenes have fewer train videos than are wanted: ")
    with tables["train"].open(newline="") as stream:
        rows = {row["id"]: row for row in csv.DictReader(stream)}
    for video in sample.train:
        assert video.caption == rows[video.id]["descriptions"].split(";")[0]
        assert rows[video.id]["scene"].startswith(video.scene)
    scripts = drawn(tables, videos, ALL, SourceOptions(caption="script"))
    assert scripts.train[0].caption == rows[scripts.train[0].id]["script"]
    with pytest.raises(SceneShort, match="too few"):
        drawn(tables, videos)


def test_missing_videos_are_refused_or_skipped(
    tables: dict[str, Path], videos: Path, tmp_path: Path
) -> None:
    some = tmp_path / "some"
    shutil.copytree(videos, some)
    sample = drawn(tables, some, ALL)
    gone = sample.train[0].id
    (some / f"{gone}.mp4").unlink()
    with pytest.raises(VideosMissing, match=gone):
        drawn(tables, some, ALL)
    left = drawn(tables, some, ALL, SourceOptions(missing="skip"))
    assert [video.id for video in left.train] == [sample.train[1].id]
    assert f"1 of 2 train videos are not there: {gone}" in left.notes
    with pytest.raises(FileMissing, match="no such folder"):
        drawn(tables, tmp_path / "none", ALL)
    with pytest.raises(FileMissing, match="no such table"):
        drawn({**tables, "test": tmp_path / "none.csv"}, some, ALL)


@pytest.mark.slow
@pytest.mark.film
def test_videos_are_decoded_once_and_shown_in_every_way(
    tables: dict[str, Path], videos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(tmp_path / "run")
    with pytest.raises(FileMissing, match="scenewise charades sample"):
        encode(run, options=SMALL)
    sample = drawn(tables, videos, ALL)
    run.write_sample(sample)
    done = encode(run, options=SMALL)
    assert list(done.pictures) == list(USUAL)
    assert done.broken == {}
    assert done.share is not None
    assert 0 < done.share <= 1
    assert load_reduction(run.reduction).components.shape == (8, 2304)
    id = sample.train[0].id
    times = {name: one.times["train"][id] for name, one in done.pictures.items()}
    assert len(times["grid"]) == len(times["mean"]) == 9
    assert len(times["grid2"]) == 4
    assert 1 <= len(times["grid-shots"]) <= 9
    # the baseline has every 50th frame, at 30 a second, however short a video is
    assert np.diff(times["baseline"]) == pytest.approx(50 / 30, abs=0.02)
    assert all(list(each) == sorted(set(each)) for each in times.values())
    for name in USUAL:
        again = read_pictures(run, name)
        assert again.fingerprint == done.pictures[name].fingerprint
        assert again.count("train") == sum(len(again.images("train", v.id)) for v in sample.train)
    grid = done.pictures["grid"].images("train", id)[0]
    assert grid.shape == (48, 48, 3)
    stored = cv2.imread(str(run.method("grid").grids / f"{id}.jpg"))
    assert stored.shape == (48, 48, 3)

    def never(*_: object, **__: object) -> None:
        raise AssertionError("decoded again")

    monkeypatch.setattr(encoding, "Film", never)
    monkeypatch.setattr(grid_making, "Film", never)
    monkeypatch.setattr(grid_making, "grid_image", never)
    monkeypatch.setattr(encoding, "find_components", never)
    again = encode(run, options=SMALL)
    assert {name: one.fingerprint for name, one in again.pictures.items()} == {
        name: one.fingerprint for name, one in done.pictures.items()
    }
    # what was half written is made again
    (run.method("grid").grids / f"{id}.jpg").write_bytes(b"half")
    with pytest.raises(AssertionError, match="decoded again"):
        encode(run, ["grid"], SMALL)
    # another size of grid needs no video
    monkeypatch.undo()
    monkeypatch.setattr(encoding, "Film", never)
    four = encode(run, ["grid4"], SMALL).pictures["grid4"]
    assert len(four.times["train"][id]) == 16


@pytest.mark.slow
@pytest.mark.film
def test_broken_videos_are_listed_and_left_out_where_that_is_asked_for(
    tables: dict[str, Path], videos: Path, tmp_path: Path
) -> None:
    some = tmp_path / "some"
    shutil.copytree(videos, some)
    run = Run(tmp_path / "run")
    sample = drawn(tables, some, ALL)
    run.write_sample(sample)
    first, second = (video.id for video in sample.train)
    (some / f"{first}.mp4").write_bytes(b"no film at all")
    methods = ["baseline", "grid2-even"]
    with pytest.raises(VideosMissing, match=rf"1 of 3 videos cannot be used: {first} .*--broken"):
        encode(run, methods, SMALL)
    assert not run.method("baseline").pictures.exists()
    skipping = EncodeOptions(look=SMALL.look, grid=SMALL.grid, broken="skip")
    done = encode(run, methods, skipping)
    assert list(done.broken) == [first]
    assert list(read_pictures(run, "baseline").times["train"]) == [second]
    assert list(read_pictures(run, "grid2-even").left_out) == [first]
    (some / f"{first}.mp4").unlink()
    assert list(encode(run, methods, skipping).broken) == [first]
    # one with a hole in it is used as far as it goes, and told of, also when it is not read again
    holed = some / f"{second}.mp4"
    content = bytearray(holed.read_bytes())
    content[len(content) // 2 : len(content) // 2 + len(content) // 10] = bytes(len(content) // 10)
    holed.write_bytes(content)
    for _ in range(2):
        done = encode(run, methods, skipping)
        assert list(done.broken) == [first]
        assert list(done.partly) == [second]
        assert "damage" in done.partly[second]
    with pytest.raises(RunInvalid, match="another sample"):
        run.write_sample(drawn(tables, some, ALL, SourceOptions(missing="skip")))
    for video in (second, sample.test[0].id):
        (some / f"{video}.mp4").write_bytes(b"")
    with pytest.raises(VideosMissing, match="3 of 3"):
        encode(run, methods, skipping)
