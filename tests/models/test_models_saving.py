"""A checkpoint folder is there whole or not at all."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from scenewise.core.errors import OutputUnwritable
from scenewise.models.saving import checkpoint_folder


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def fail_to_write(folder: Path, error: BaseException) -> None:
    with checkpoint_folder(folder) as part:
        (part / "config.json").write_text("new")
        raise error


def test_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "model"
    for text in ("first", "second"):
        with checkpoint_folder(folder) as part:
            (part / "config.json").write_text(text)
    assert (folder / "config.json").read_text() == "second"
    assert names(tmp_path) == ["deep", "deep/model", "deep/model/config.json"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_keeps_what_was_there_when_writing_fails(tmp_path: Path, error: BaseException) -> None:
    folder = tmp_path / "model"
    with checkpoint_folder(folder) as part:
        (part / "config.json").write_text("old")
    expected = OutputUnwritable if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(expected):
        fail_to_write(folder, error)
    assert (folder / "config.json").read_text() == "old"
    assert names(tmp_path) == ["model", "model/config.json"]


def test_weights_are_as_readable_as_the_configuration(tmp_path: Path) -> None:
    with checkpoint_folder(tmp_path / "model") as part:
        for name, mode in (("config.json", 0o644), ("model.safetensors", 0o600)):
            (part / name).touch()
            (part / name).chmod(mode)
    assert stat.S_IMODE((tmp_path / "model" / "model.safetensors").stat().st_mode) == 0o644


def test_a_file_in_its_place_is_told_and_kept(tmp_path: Path) -> None:
    taken = tmp_path / "model"
    taken.write_text("mine")
    with pytest.raises(OutputUnwritable, match="there is a file"), checkpoint_folder(taken):
        pass
    assert taken.read_text() == "mine"
