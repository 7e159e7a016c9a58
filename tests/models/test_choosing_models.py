"""A captioner may be named by the model that it runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenewise.core.errors import ModelMissing
from scenewise.models.choosing import model_behind


@pytest.mark.parametrize("name", ["auto", "interrogator", "vlm", "text", "somebodys-plug-in"])
def test_a_captioners_name_stays_what_it_is(name: str) -> None:
    assert model_behind(name) == (name, "")


def test_pocket_is_an_interrogator() -> None:
    assert model_behind("pocket") == ("interrogator", "pocket")


def test_a_folder_is_told_by_its_configuration(tiny_blip: Path, tiny_vlm: Path) -> None:
    assert model_behind(str(tiny_blip)) == ("interrogator", str(tiny_blip))
    assert model_behind(str(tiny_vlm)) == ("vlm", str(tiny_vlm))


def test_a_name_on_the_hub_is_told_by_its_name() -> None:
    assert model_behind("somebody/blip-tiny")[0] == "interrogator"
    assert model_behind("somebody/smolvlm")[0] == "vlm"


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        model_behind(str(tmp_path))
