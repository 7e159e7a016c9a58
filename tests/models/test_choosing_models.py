"""A captioner may be named by the model that it runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenewise.core import plugins
from scenewise.core.errors import ModelMissing, OptionInvalid
from scenewise.models.caption_options import CaptionOptions
from scenewise.models.choosing import captioner_for, model_behind


@pytest.mark.parametrize("name", ["auto", "interrogator", "vlm", "text", "somebodys-plug-in"])
def test_a_captioners_name_stays_what_it_is(name: str) -> None:
    assert model_behind(name) == (name, "")


def test_pocket_is_an_interrogator() -> None:
    assert model_behind("pocket") == ("interrogator", "pocket")


def test_a_folder_is_told_by_its_configuration(tiny_blip: Path, tiny_vlm: Path) -> None:
    assert model_behind(str(tiny_blip)) == ("interrogator", str(tiny_blip))
    assert model_behind(str(tiny_vlm)) == ("vlm", str(tiny_vlm))


def test_a_captioner_and_its_model_are_parted_at_the_colon() -> None:
    assert model_behind("distinctad:run") == ("distinctad", "run")
    assert model_behind("vlm:somebody/blip-tiny") == ("vlm", "somebody/blip-tiny")
    assert model_behind(r"interrogator:C:\models\x") == ("interrogator", r"C:\models\x")
    assert model_behind("distinctad:") == ("distinctad:", "")
    assert model_behind("nobody:run") == ("nobody:run", "")


class _Plain:
    name = "plain"


class _Chosen:
    takes_options = True

    def __init__(self, options: CaptionOptions, **access: object) -> None:
        self.name, self.options, self.access = "chosen", options, access


def test_a_plug_in_gets_options_where_it_takes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    made = {"plain": _Plain, "chosen": _Chosen}
    monkeypatch.setattr(plugins, "load", lambda kind, name: made[name])
    options = CaptionOptions(model="weights")
    captioner, line = captioner_for("chosen", options, allow_download=False)
    assert isinstance(captioner, _Chosen)
    assert (captioner.options, line) == (options, "")
    assert captioner.access == {"allow_download": False, "progress": None}
    assert isinstance(captioner_for("plain")[0], _Plain)
    with pytest.raises(OptionInvalid, match="'plain' takes no model, and weights was named"):
        captioner_for("plain", options)


def test_a_name_on_the_hub_is_told_by_its_name() -> None:
    assert model_behind("somebody/blip-tiny")[0] == "interrogator"
    assert model_behind("somebody/smolvlm")[0] == "vlm"


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        model_behind(str(tmp_path))
