"""Features are kept on disk whole or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scenewise.charades.errors import FeaturesInvalid
from scenewise.charades.feature_store import FeatureStore
from scenewise.core.errors import OutputUnwritable


def film(folder: Path, name: str = "AB12C", data: bytes = b"film") -> Path:
    path = folder / f"{name}.mp4"
    path.write_bytes(data)
    return path


def test_features_are_kept_and_read_from_the_disk(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path / "deep" / "store", {"model": "a"})
    first, second = film(tmp_path), film(tmp_path, "AB12D")
    assert not store.has(first)
    with pytest.raises(FeaturesInvalid, match="not here"):
        store.get(first)
    rows = np.array([[1.0, 2.5], [3.0, 1e6], [0.1, 0.2]])
    store.put(first, [0.0, 1.5, 3.0], rows)
    store.put(second, [0.0], rows[:1])
    held = store.get(first)
    assert isinstance(held.rows, np.memmap)
    assert held.times.tolist() == [0.0, 1.5, 3.0]
    assert held.rows[:, 0] == pytest.approx([1.0, 3.0, 0.1], rel=1e-3)
    assert held.rows[1, 1] == 65504  # too large for half precision, yet finite
    assert [len(block) for block in store.blocks([second, first])] == [1, 3]
    again = FeatureStore(tmp_path / "deep" / "store", {"model": "a"})
    assert again.has(first)
    assert not FeatureStore(tmp_path / "deep" / "store", {"model": "b"}).has(first)


def test_a_changed_video_and_damaged_features_are_not_taken_for_whole(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path / "store", {})
    path = film(tmp_path)
    rows = np.ones((4, 50))

    def kept() -> None:
        store.put(path, [0.0, 1.0, 2.0, 3.0], rows)
        assert store.has(path)

    kept()
    film(tmp_path, data=b"another film")
    assert not store.has(path)
    for name in ("AB12C.npy", "AB12C.json"):
        kept()
        file = store.folder / name
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
        assert not store.has(path)
        kept()
        file.write_bytes(b"")
        assert not store.has(path)
        kept()
        file.unlink()
        assert not store.has(path)
    kept()
    path.unlink()
    assert not store.has(path)


def test_writing_that_stops_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FeatureStore(tmp_path / "store", {})
    path = film(tmp_path)

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "save", stopped)
    with pytest.raises(KeyboardInterrupt):
        store.put(path, [0.0], np.ones((1, 3)))
    assert [file.name for file in store.folder.iterdir()] == ["settings.json"]


def test_rows_without_frames_and_closed_folders_are_refused(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path / "store", {})
    with pytest.raises(ValueError, match="2 frames"):
        store.put(film(tmp_path), [0.0, 1.0], np.ones((1, 3)))
    taken = tmp_path / "taken"
    taken.write_text("a file")
    with pytest.raises(OutputUnwritable):
        FeatureStore(taken, {})
