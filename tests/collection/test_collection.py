"""The door for Python: a collection is made, indexed, opened again, and keeps to its model."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from model_makers import make_clip

pytest.importorskip("lancedb")

from scenewise.collection.collection import Collection, open_or_create
from scenewise.collection.errors import StoreExists, StoreMissing, StoreOfAnotherModel
from scenewise.collection.eyes import is_blind
from scenewise.collection.options import IndexOptions, settled
from scenewise.core.errors import ModelMissing, UnknownChoice

pytestmark = [pytest.mark.film, pytest.mark.slow]


@pytest.fixture(scope="session")
def clips(tmp_path_factory) -> tuple[Path, Path]:
    """Two small checkpoints of CLIP with different weights."""
    folder = tmp_path_factory.mktemp("clips")
    return make_clip(folder / "one", seed=1), make_clip(folder / "two", seed=2)


@pytest.fixture
def videos(tmp_path, upright) -> Path:
    folder = tmp_path / "videos"
    folder.mkdir()
    for name in ("a", "b"):
        shutil.copy(upright(name), folder / f"{name}.mp4")
        (folder / f"{name}.info.json").write_text(
            json.dumps({"id": name.upper(), "uploader_id": "nina", "upload_date": "20220305"})
        )
    return folder


def _options(clip: Path | str = "", **more) -> IndexOptions:
    return IndexOptions(clip=str(clip), text="none", **more)


def test_a_collection_is_made_indexed_and_opened_again(tmp_path, videos, clips):
    options = _options(clips[0], selector="uniform", frames=3)
    made = Collection.create(tmp_path / "store", options)
    report = made.index([videos], options=options)
    assert (report.counts.added, report.counts.frames, report.videos) == (2, 6, 2)
    matrix = made.store.matrix()
    assert matrix.vectors.shape == (6, 16)
    np.testing.assert_allclose(np.linalg.norm(matrix.vectors, axis=1), 1, atol=1e-5)

    again = Collection.open(tmp_path / "store")
    assert again.mark == made.mark
    assert again.mark.summary == "uniform 3"
    (one, two) = again.videos()
    assert (one.id, one.account, one.posted.year, two.id) == ("A", "nina", 2022, "B")
    assert again.index([videos]).counts.unchanged == 2


def test_what_is_left_open_is_as_the_collection_was_made(tmp_path, videos, clips, upright):
    open_or_create(tmp_path / "s", _options(clips[0], selector="uniform", frames=2))
    collection = open_or_create(tmp_path / "s", _options())
    report = collection.index([videos], options=_options())
    assert report.counts.frames == 4
    shutil.copy(upright("c"), videos / "c.mp4")
    assert collection.index([videos], options=_options()).counts.frames == 2


def test_the_collection_within_the_folder_is_not_looked_through(videos, clips):
    collection = open_or_create(videos / "store", _options(clips[0]))
    collection.index([videos])
    report = collection.index([videos])
    assert (report.counts.unchanged, report.videos, report.failures) == (2, 2, ())


def test_vectors_of_two_models_are_not_mixed(tmp_path, videos, clips):
    open_or_create(tmp_path / "s", _options(clips[0]))
    with pytest.raises(StoreOfAnotherModel, match="index into another folder"):
        open_or_create(tmp_path / "s", _options(clips[1]))
    with pytest.raises(StoreOfAnotherModel, match="clarity-colour 5"):
        open_or_create(tmp_path / "s", _options(selector="gaussian"))


def test_weights_that_changed_under_the_same_name_are_noticed(tmp_path, videos, clips):
    model = tmp_path / "model"
    shutil.copytree(clips[0], model)
    open_or_create(tmp_path / "s", _options(model))
    shutil.copy(clips[1] / "model.safetensors", model / "model.safetensors")
    collection = open_or_create(tmp_path / "s", _options())
    with pytest.raises(StoreOfAnotherModel):
        collection.index([videos])
    assert not collection.videos()


def test_without_the_default_model_text_is_still_indexed_and_a_line_says_so(
    tmp_path, videos, monkeypatch
):
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    collection = open_or_create(tmp_path / "s", _options())
    assert is_blind(collection.mark)
    (note,) = collection.notes
    assert "Pictures cannot be searched" in note
    assert "models pull" in note
    assert collection.index([videos]).counts.added == 2
    assert [match.id for match in collection.store.text_search("nothing")] == []
    again = open_or_create(tmp_path / "s", _options())
    assert again.index([videos]).counts.unchanged == 2
    with pytest.raises(StoreOfAnotherModel, match="has no vectors"):
        open_or_create(tmp_path / "s", _options("some/model"))


def test_a_model_asked_for_by_name_must_be_there(tmp_path):
    with pytest.raises(ModelMissing):
        open_or_create(tmp_path / "s", _options(tmp_path / "nowhere"))
    assert not (tmp_path / "s").exists()


def test_what_cannot_be_opened_or_made_is_refused(tmp_path, clips):
    with pytest.raises(StoreMissing):
        Collection.open(tmp_path / "s")
    with pytest.raises(UnknownChoice, match="no selector"):
        Collection.create(tmp_path / "s", _options(clips[0], selector="best"))
    Collection.create(tmp_path / "s", _options(clips[0]))
    with pytest.raises(StoreExists):
        Collection.create(tmp_path / "s", _options(clips[0]))


def test_files_that_failed_are_remembered_until_they_are_gone_or_good(
    tmp_path, videos, clips, upright
):
    (videos / "x.mp4").write_bytes(b"words, no film")
    (videos / "y.mp4").write_bytes(b"words, no film")
    collection = open_or_create(tmp_path / "s", _options(clips[0]))
    assert len(collection.index([videos]).failures) == 2
    assert [Path(f.path).name for f in collection.store.failures] == ["x.mp4", "y.mp4"]
    (videos / "x.mp4").unlink()
    shutil.copy(upright("c"), videos / "y.mp4")
    assert collection.index([videos]).is_whole
    assert collection.store.failures == []


def test_options_left_open_come_from_the_collection_or_the_defaults():
    assert settled(IndexOptions()).summary == "clarity-colour 5"
    assert settled(IndexOptions(), "shots 7").summary == "shots 7"
    assert settled(IndexOptions(frames=3), "shots 7").summary == "shots 3"


def test_real_clips_and_odd_files_are_indexed(tmp_path, data, clips):
    collection = open_or_create(tmp_path / "s", IndexOptions(clip=str(clips[0])))
    report = collection.index([data / "odd"], options=IndexOptions(selector="uniform"))
    assert report.videos == len(collection.videos()) > 0
    told = {Path(failure.path) for failure in report.failures}
    assert told
    assert not told & {Path(video.path) for video in collection.videos()}
