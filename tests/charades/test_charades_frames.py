"""Frames and their pictures are kept on disk whole or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from charades_made_up import made_up_run, shown_as
from hypothesis import given
from hypothesis import strategies as st

from scenewise.charades.errors import FeaturesInvalid
from scenewise.charades.frame_store import FrameStore, Looked
from scenewise.charades.methods import Method, method_named
from scenewise.core.errors import ScenewiseError
from scenewise.frames.packing import PackedFrame, packed


def frame(time: float, level: int) -> PackedFrame:
    return packed(time, np.full((12, 20, 3), level, np.uint8))


def film(folder: Path, data: bytes = b"film") -> Path:
    path = folder / "AB12C.mp4"
    path.write_bytes(data)
    return path


def test_frames_come_back_with_their_times_and_without_their_video(tmp_path: Path) -> None:
    store = FrameStore(tmp_path / "frames", {"every": 50})
    path = film(tmp_path)
    looked = Looked((frame(0, 10), frame(2, 90)), (frame(0, 10), frame(1.5, 200)))
    assert not store.has(path)
    store.put(path, looked)
    assert store.has(path)
    state = path.stat()
    path.unlink()
    assert not store.has(path)
    again = FrameStore.at(store.folder).get("AB12C")
    assert [one.time for one in again.usual] == [0, 2]
    assert [one.time for one in again.dense] == [0, 1.5]
    assert [one.data for one in again.dense] == [one.data for one in looked.dense]
    assert again.usual[1].image.shape == (12, 20, 3)
    assert store.source("AB12C") == (state.st_size, state.st_mtime_ns)
    assert FrameStore(tmp_path / "frames", {"every": 25}).folder != store.folder


def test_frames_of_a_changed_video_and_damaged_ones_are_not_taken_for_whole(tmp_path: Path) -> None:
    store = FrameStore(tmp_path / "frames", {})
    path = film(tmp_path)
    store.put(path, Looked((frame(0, 1),), (frame(0, 1),)))
    film(tmp_path, b"another film")
    assert not store.has(path)
    store.put(path, Looked((frame(0, 1),), (frame(0, 1),)))
    assert store.has(path)
    file = store.folder / "AB12C.npz"
    for damage in (file.read_bytes()[:-200], b"", b"no archive"):
        file.write_bytes(damage)
        assert not store.has(path)
        with pytest.raises(FeaturesInvalid, match="scenewise charades encode"):
            store.get("AB12C")
        with pytest.raises(FeaturesInvalid):
            store.source("AB12C")


def test_pictures_are_others_once_a_video_or_a_setting_has_changed(tmp_path: Path) -> None:
    run = made_up_run(tmp_path / "run")
    first = shown_as(run, "mean4")
    assert shown_as(run, "mean4").fingerprint == first.fingerprint
    assert first.count("train") == sum(
        min(4, len(times)) for times in first.times["train"].values()
    )
    path = run.sample().videos / "AAA00.mp4"
    path.write_bytes(b"a new film of that name")
    store = FrameStore(run.frames, {})
    store.put(path, store.get("AAA00"))
    assert shown_as(run, "mean4").fingerprint != first.fingerprint


@given(st.text(max_size=14) | st.sampled_from(["grid", "grid2", "mean4", "grid4-even", "baseline"]))
def test_a_name_is_a_method_whose_folder_has_that_name_or_is_refused(name: str) -> None:
    try:
        method: Method = method_named(name)
    except ScenewiseError as error:
        assert "choose one of" in str(error)  # noqa: PT017  (either may happen)
        return
    assert method.name == name
    assert name.replace("-", "").isalnum()
    assert method.side * method.side == (method.frames if method.kind == "grid" else 0)
    assert method.title
