"""Folders by settings, and how a file is known again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scenewise.core.errors import OutputUnwritable
from scenewise.media.kept import settings_folder, settings_place, source_of


def test_every_combination_of_settings_has_a_folder_of_its_own(tmp_path: Path) -> None:
    one = settings_folder(tmp_path / "new", {"model": "a", "frames": 8})
    assert settings_folder(tmp_path / "new", {"frames": 8, "model": "a"}) == one
    assert settings_place(tmp_path / "new", {"frames": 8, "model": "a"}) == one
    assert not settings_place(tmp_path / "new", {"model": "b"}).exists()
    assert settings_folder(tmp_path / "new", {"frames": 9, "model": "a"}) != one
    assert json.loads((one / "settings.json").read_text()) == {"model": "a", "frames": 8}


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputUnwritable, match="the folder cannot be made"):
        settings_folder(tmp_path / "file", {})


def test_a_file_that_was_written_anew_is_another_one(tmp_path: Path) -> None:
    file = tmp_path / "film.mp4"
    file.write_text("one")
    before = source_of(file)
    assert source_of(file) == before
    file.write_text("other")
    assert source_of(file) != before
