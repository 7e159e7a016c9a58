"""`scenewise charades show` writes grids and strips that can be opened."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from PIL import Image as Pillow

from scenewise.charades.drawing import drawn
from scenewise.charades.encoding import encode
from scenewise.charades.runs import Run
from scenewise.charades.sample import SampleOptions
from scenewise.charades.showing import show_video
from scenewise.cli.running import run as command
from scenewise.core.errors import FileMissing, UnknownChoice


@pytest.fixture(scope="module")
def a_run(drawn_set: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run with grids of evenly chosen frames, which need no model."""
    run = Run(tmp_path_factory.mktemp("shown") / "run")
    tables = {split: drawn_set / f"Charades_v1_{split}.csv" for split in ("train", "test")}
    options = SampleOptions(9, 9, 9, 9, short="smaller")
    run.write_sample(drawn(tables, drawn_set / "Charades_v1_480", options))
    encode(run, ["grid2-even"])
    return run


def test_a_grid_has_its_caption_below_and_a_strip_is_beside(
    a_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = [one.id for one in (*a_run.sample().test, *a_run.sample().train)][:2]
    given = ["charades", "show", str(a_run.folder), *ids, "--method", "grid2-even", "-o",
             str(tmp_path / "a" / "b"), "--json", "--strip-width", "700"]  # fmt: skip
    assert command(given) == 0
    told = json.loads(capsys.readouterr().out)
    assert [Path(path).name for path in told["files"]] == [
        f"{id}-{kind}.png" for id in ids for kind in ("strip", "grid2-even")
    ]
    assert told["notes"] == []
    sizes = {}
    for path in told["files"]:
        with Pillow.open(path) as picture:
            sizes[Path(path).stem[6:]] = picture.size
    assert sizes["strip"][0] == 700
    assert sizes["grid2-even"][0] == 672
    assert sizes["grid2-even"][1] > 672 + 30


def test_what_is_not_made_yet_is_told_and_the_rest_is_drawn(a_run: Run, tmp_path: Path) -> None:
    id = a_run.sample().test[0].id
    shown = show_video(a_run, id, tmp_path, ["grid"])
    assert [path.name for path in shown.files] == [f"{id}-strip.png"]
    assert "not encoded" in shown.notes[0]


def test_what_cannot_be_shown_is_one_line(
    a_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    id = a_run.sample().test[0].id
    out = tmp_path / "none"
    with pytest.raises(UnknownChoice, match="ZZZZ9"):
        show_video(a_run, "ZZZZ9", out)
    with pytest.raises(UnknownChoice, match="no grid"):
        show_video(a_run, id, out, ["mean"])
    assert command(["charades", "show", str(a_run.folder), "nothing", "-o", str(out)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    moved = tmp_path / "run"
    shutil.copytree(a_run.folder, moved)
    text = (moved / "sample.json").read_text("utf-8")
    told = json.loads(text)
    told["videos"] = str(tmp_path / "gone")
    (moved / "sample.json").write_text(json.dumps(told), "utf-8")
    with pytest.raises(FileMissing):
        show_video(Run(moved), id, out, ["grid2-even"])
    assert not out.exists()
