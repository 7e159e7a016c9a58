"""`scenewise distinctad figures` and `reconstruct` on a small drawn run."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from command_calls import Command, caller, one_line
from scenewise.cli.running import run as run_command
from scenewise.distinctad.annotations_writing import write_predictions
from scenewise.distinctad.preparing import material_of
from scenewise.distinctad.reconstruction_report import _changed
from scenewise.distinctad.runs import Run
from scenewise.metrics.ad_tables import read_table
from scenewise.synthetic.films import make_films

CPU = ("--device", "cpu", "--look-precision", "float32", "--quiet")
QUICK = (*CPU, "--precision", "float32")
SMALL = ("--language", "pocket", "--sequence", 4, "--batch", 1, "--vectors", 3, "--bases", 4,
         "--depth", 1, "--steps", 2)  # fmt: skip

pytestmark = [pytest.mark.slow, pytest.mark.film]


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Command:
    return caller(capfd, "distinctad")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of three films, as `prepare` leaves it."""
    where = tmp_path_factory.mktemp("drawn")
    make_films(where, 3, seed=3, seconds=15, width=96, height=72)
    run = where / "run"
    assert not run_command(["distinctad", "prepare", "--drawn", str(where), "--clip", "pocket",
                            "--clip-frames", "2", "--test", "0.6", "--validation", "0", "-o",
                            str(run), "--quiet"])  # fmt: skip
    return run


def test_a_run_draws_what_it_has_and_tells_what_it_lacks(
    command: Command, prepared: Path, tmp_path: Path
) -> None:
    run = Run(tmp_path / "run")
    shutil.copytree(prepared, run.folder)
    one_line(command("figures", tmp_path / "none"), "there is no run here")
    one_line(command("figures", run.folder, "--only", "pie"), "there is no figure 'pie'")
    one_line(command("figures", run.folder, "--film", "who", *CPU), "have no 'who'")
    one_line(command("figures", run.folder, "--only", "strips", *CPU), "nothing was told")
    one_line(command("figures", run.folder, "--only", "tsne", *CPU), "there is no narrator")
    one_line(command("figures", run.folder, "--beside", "x=none.csv", *CPU), "none.csv")

    code, out, err = command("figures", run.folder, *CPU)  # nothing was trained yet
    assert code == 0, err
    for note in ("tsne left out", "strips left out", "before Stage I alone"):
        assert note in out
    folder = run.folder / "figures" / "test"
    assert {path.name for path in folder.iterdir()} == {
        "figures.md", "figures.json", "similarity.png", "similarity.svg", "similarity.csv",
    }  # fmt: skip
    held = json.loads((folder / "figures.json").read_text("utf-8"))["figures"]["similarity"]
    assert set(held["means"]) == {"before", "said"}
    assert held["change"] is None

    for step in (("adapt", "--batch", 4, "--steps", 2), ("train", *SMALL)):
        code, out, err = command(step[0], run.folder, *step[1:], *QUICK)
        assert code == 0, err
    code, out, err = command("narrate", run.folder, *CPU, "--candidates", 1, "--tokens", 8)
    assert code == 0, err

    code, out, err = command(
        "figures", run.folder, *CPU, "--strip-clips", 3, "--strip-width", 600,
        "--beside", f"again={run.predictions('test')}", "--perplexity", 3,
    )  # fmt: skip
    assert code == 0, err
    held = json.loads((folder / "figures.json").read_text("utf-8"))
    assert held["notes"] == []
    parts = held["figures"]["tsne"]["all"]
    assert set(parts) == {"own", "restored", "attended"}
    assert all(-1 <= one["silhouette"]["mean"] <= 1 for one in parts.values())
    alike = held["figures"]["similarity"]
    assert alike["change"]["mean"] == pytest.approx(
        alike["means"]["after"]["mean"] - alike["means"]["before"]["mean"]
    )
    assert 0 < abs(alike["change"]["mean"]) < 0.2  # two steps of training change little
    page = (folder / "figures.md").read_text("utf-8")
    for name in ("tsne", "similarity", "strips"):
        assert f"]({name}.png)" in page
        with Pillow.open(folder / f"{name}.png") as picture:
            assert picture.info["Description"] == held["figures"][name]["alt"]

    clips = held["figures"]["strips"]["clips"]
    with run.predictions("test").open(encoding="utf-8", newline="") as file:
        told = {row["start"]: row for row in csv.DictReader(file)
                if row["vid"] == held["figures"]["strips"]["film"]}  # fmt: skip
    assert len(clips) == 3
    for clip in clips:
        row = told[f"{clip['start']:.3f}"]
        assert clip["people"] == row["text_gt"]
        for name in ("DistinctAD", "again"):
            assert clip["told"][name]["text"] == row["text_gen"]
        assert row["text_gen"] in out
    with Pillow.open(folder / "strips.png") as picture:
        assert picture.width == 600
        assert np.asarray(picture).std() > 20

    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    code, out, _ = command(
        "figures", run.folder, *CPU, "--strip-clips", 3, "--strip-width", 600,
        "--beside", f"again={run.predictions('test')}", "--perplexity", 3, "--json",
    )  # fmt: skip
    assert code == 0
    assert set(json.loads(out)["figures"]) == {"tsne", "similarity", "strips"}
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first
    code, out, _ = command(
        "figures", run.folder, *CPU, "--only", "strips", "--strip-clips", 2, "--strip-width", 600
    )
    assert code == 0
    assert "Kept on the page from before: tsne, similarity" in out
    again = json.loads((folder / "figures.json").read_text("utf-8"))["figures"]
    assert again["tsne"] == held["figures"]["tsne"]
    assert again["similarity"] == held["figures"]["similarity"]
    assert len(again["strips"]["clips"]) == 2
    page = (folder / "figures.md").read_text("utf-8")
    places = [page.index(f"]({name}.png)") for name in ("tsne", "similarity", "strips")]
    assert places == sorted(places)
    one_line(
        command("figures", run.folder, "--only", "strips", "--start", 999, *CPU), "begin earlier"
    )
    again = f"DistinctAD={run.predictions('test')}"
    one_line(
        command("figures", run.folder, "--only", "strips", "--beside", again, *CPU), "another name"
    )
    shutil.rmtree(run.stage1)
    one_line(command("figures", run.folder, "--only", "tsne", *CPU), "trained on", "train again")


def test_features_have_similarities_but_no_pictures(
    command: Command, prepared: Path, tmp_path: Path
) -> None:
    films = prepared.parent
    table = read_table(films / "ad.csv")
    rng = np.random.default_rng(0)
    base = rng.normal(size=16)
    for name in dict.fromkeys(row.film for row in table.rows):
        rows = base + 0.1 * rng.normal(size=(150, 16))
        np.save(tmp_path / f"{name}.npy", rows.astype(np.float16))
    run = tmp_path / "run"
    made = command("prepare", "--table", films / "ad.csv", "--features", tmp_path, "--clip",
                   "pocket", "--clip-frames", 2, "--validation", 0, "-o", run)  # fmt: skip
    assert made[0] == 0, made
    predictions = tmp_path / "told.csv"
    write_predictions(
        predictions, material_of(Run(run).data()).annotations.rows,
        ["Somebody waves."] * len(table.rows),
    )  # fmt: skip
    code, out, err = command("figures", run, "--beside", f"same={predictions}", *CPU, "--json")
    assert code == 0, err
    held = json.loads(out)
    assert set(held["figures"]) == {"similarity"}
    assert set(held["figures"]["similarity"]["means"]) == {"before", "said"}
    # 0.1 of noise in each of 16 numbers, half of it gone in the mean of two frames
    assert held["figures"]["similarity"]["means"]["before"]["mean"] > 0.97
    assert any("features without videos" in note for note in held["notes"])


def test_sentences_are_read_back_from_one_vector_and_from_all(
    command: Command, prepared: Path, tmp_path: Path
) -> None:
    run = Run(tmp_path / "run")
    shutil.copytree(prepared, run.folder)
    call = ("reconstruct", run.folder, "--language", "pocket", "--batch", 4, "--longest", 12,
            *CPU, "--precision", "float32")  # fmt: skip
    one_line(command(*call, "--metrics", "beauty"), "'beauty'")
    assert not (run.folder / "reconstruction").exists()
    code, out, err = command(*call, "--steps", 6)
    assert code == 0, err
    folder = run.folder / "reconstruction" / "test"
    held = json.loads((folder / "reconstruction.json").read_text("utf-8"))
    rows = list(csv.DictReader((folder / "words.csv").open(encoding="utf-8")))
    assert held["sentences"] == len(rows)
    for which in ("cls", "words"):
        losses = [loss for _, loss in held["loss"][which]]
        assert losses[-1] < losses[0]
        assert set(held["measures"][which]) >= {"BLEU-1", "BLEU-4", "ROUGE-L", "CIDEr"}
    assert "612.5" in (folder / "reconstruction.md").read_text("utf-8")  # the paper's row
    assert "all words" in out
    with Pillow.open(folder / "reconstruction.png") as picture:
        assert picture.info["Description"] == held["alt"]

    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert command(*call, "--steps", 6)[0] == 0  # nothing is left to train
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    one_line(command(*call, "--steps", 8), "another steps")

    # sentences that training did not follow are read before and after it
    for more in (("--split", "train"), ("--judged", 2)):
        code, out, err = command(*call, "--steps", 6, *more)
        assert code == 0, err
        assert "not followed all through training" in out + err
        alone = tmp_path / f"alone {more[1]}"
        shutil.copytree(prepared, alone)
        assert command("reconstruct", alone, *call[2:], "--steps", 6, *more)[0] == 0
        split = more[1] if more[0] == "--split" else "test"
        here, there = (
            json.loads((one / "reconstruction" / split / "reconstruction.json").read_text("utf-8"))
            for one in (run.folder, alone)
        )
        for which in ("cls", "words"):
            ends = [there["loss"][which][0], there["loss"][which][-1]]
            assert len(there["loss"][which]) > 2
            assert np.allclose(here["loss"][which], ends, rtol=1e-5)
            assert not np.allclose(here["loss"][which], [held["loss"][which][k] for k in (0, -1)])
        assert here["alt"] == there["alt"]

    # a run of before did not say which sentences it followed
    for which in ("cls", "words"):
        log = run.folder / "reconstruction" / which / "metrics.jsonl"
        rows = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
        log.write_text(
            "".join(json.dumps({k: v for k, v in row.items() if k != "held out"}) + "\n"
                    for row in rows),
            "utf-8",
        )  # fmt: skip
    assert command(*call, "--steps", 6)[0] == 0
    again = json.loads((folder / "reconstruction.json").read_text("utf-8"))
    for which in ("cls", "words"):
        ends = [held["loss"][which][k] for k in (0, -1)]
        assert np.allclose(again["loss"][which], ends, rtol=1e-5)


def test_loss_that_rises_is_not_said_to_fall() -> None:
    assert _changed(5.26, 4.77) == "it falls from 5.26 to 4.77"
    assert _changed(3.35, 3.49) == "it rises from 3.35 to 3.49"
    assert _changed(3.354, 3.351) == "it stays at 3.35"
