"""`scenewise distinctad`: from drawn films to figures, and every refusal in one line."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from transformers import CLIPModel

from command_calls import Command, caller, one_line
from scenewise.core.errors import OptionInvalid, UnknownChoice
from scenewise.distinctad.options import AdaptationOptions, DataOptions, NarratorTraining
from scenewise.distinctad.preparing import divided
from scenewise.distinctad.runs import Run
from scenewise.metrics.ad_tables import read_table
from scenewise.models import hub
from scenewise.synthetic.films import make_films

CPU = ("--device", "cpu", "--look-precision", "float32", "--quiet")
QUICK = (*CPU, "--precision", "float32", "--steps", 2)
SMALL = ("--language", "pocket", "--sequence", 3, "--batch", 1, "--vectors", 2, "--bases", 4,
         "--depth", 1)  # fmt: skip
SPEAK = (*CPU, "--candidates", 1, "--tokens", 8)


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Command:
    return caller(capfd, "distinctad")


def told(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("drawn")
    make_films(where, 3, seed=3, seconds=15, width=96, height=72)
    return where


@pytest.mark.slow
@pytest.mark.film
def test_drawn_films_go_through_all_five_commands(
    command: Command, films: Path, tmp_path: Path
) -> None:
    run = Run(tmp_path / "run")
    made = command("prepare", "--drawn", films, "--clip", "pocket", "--clip-frames", 2,
                   "--test", "0.3", "--validation", "0.3", "-o", run.folder, "--json")  # fmt: skip
    assert made[0] == 0, made
    sets = json.loads(made[1])["films"]
    assert [len(sets[split]) for split in ("train", "validation", "test")] == [1, 1, 1]
    (film,) = sets["test"]

    one_line(command("narrate", run.folder, *SPEAK), "there is no narrator", "train one first")
    one_line(command("evaluate", run.folder), "nothing was told", "distinctad narrate")

    code, out, err = command("adapt", run.folder, "--batch", 2, *QUICK)
    assert code == 0, err
    assert str(run.adapted) in out
    assert "in validation" in out
    adapted = CLIPModel.from_pretrained(run.adapted)  # an ordinary checkpoint, but another one
    before = CLIPModel.from_pretrained(hub.resolve("pocket", job="embedder"))
    same = [bool((adapted.state_dict()[name] == value).all())
            for name, value in before.state_dict().items()]  # fmt: skip
    assert 0 < sum(same) < len(same)
    weights = (run.adapted / hub.WEIGHTS).read_bytes()
    again = command("adapt", run.folder, "--batch", 2, *QUICK)  # nothing is left to do
    assert again[0] == 0
    assert (run.adapted / hub.WEIGHTS).read_bytes() == weights

    # a checkpoint of Stage I is no narrator
    one_line(command("narrate", run.folder, "--narrator", run.adapted, *SPEAK), "Stage I")

    code, out, err = command("train", run.folder, *SMALL, *QUICK, "--json")
    assert code == 0, err
    trained = json.loads(out)
    assert trained["steps"] == 2
    assert trained["validation"]["loss"] > 0

    code, out, err = command("narrate", run.folder, *SPEAK)
    assert code == 0, err
    assert str(run.predictions("test")) in out
    rows = told(run.predictions("test"))
    public = [row for row in told(films / "ad.csv") if row["movie"] == film]
    assert [row["text_gt"] for row in rows] == [row["sentence"] for row in public]
    assert all(row["text_gen"].strip() and row["vid"] == film for row in rows)
    before_again = run.predictions("test").read_bytes()
    code, out, _ = command("narrate", run.folder, *SPEAK, "--json")
    assert code == 0
    assert json.loads(out)["told_before"] == [film]
    assert run.predictions("test").read_bytes() == before_again

    code, out, err = command("evaluate", run.folder, "--resamples", 100, "--quiet")
    assert code == 0, err
    assert "CIDEr" in out
    kept = json.loads(run.evaluation("test").read_text("utf-8"))
    cider = next(one for one in kept["measures"] if one["measure"] == "CIDEr")
    assert len(cider["systems"]) == 3  # ours, each line copied, and one sentence

    # language model with another tokenizer; CLIP of another training; changed options
    other = tmp_path / "language"
    shutil.copytree(hub.resolve("pocket", job="language"), other)
    told_words = json.loads((other / "tokenizer.json").read_text("utf-8"))
    words = told_words["model"]["vocab"]
    first, second = sorted(words, key=words.get)[-2:]
    words[first], words[second] = words[second], words[first]
    (other / "tokenizer.json").write_text(json.dumps(told_words), "utf-8")
    one_line(command("narrate", run.folder, *SPEAK, "--language", other), "other tokenizer")
    one_line(command("train", run.folder, *SMALL, *QUICK, "--alpha", 1), "alpha")
    # what was learnt from one CLIP's features is no narrator of another's
    one_line(command("train", run.folder, *SMALL, *QUICK, "--plain-clip"), "another CLIP")
    shutil.rmtree(run.stage1)
    one_line(command("narrate", run.folder, *SPEAK), "another CLIP", "train again")


@pytest.mark.film
def test_what_is_missing_is_told_in_one_line(command: Command, films: Path, tmp_path: Path) -> None:
    for step in ("adapt", "train", "narrate", "evaluate"):
        one_line(command(step, tmp_path / "none"), "there is no run here", "distinctad prepare")
    to = ("-o", tmp_path / "run")
    one_line(command("prepare", *to), "--drawn")
    one_line(command("prepare", "--drawn", films, "--table", films / "ad.csv", *to), "--drawn")
    one_line(command("prepare", "--drawn", tmp_path / "none", *to), "ad.csv")
    table = ("--table", films / "ad.csv")
    one_line(command("prepare", *table, "--videos", tmp_path, *to), "3 of 3 films are not there")
    (tmp_path / "features").mkdir()
    one_line(
        command("prepare", *table, "--features", tmp_path / "features", *to), "no features of the"
    )
    public = (*table, "--videos", films / "films")
    strangers = tmp_path / "bank.json"
    strangers.write_text(json.dumps({"another": [{"name": "Somebody"}]}), "utf-8")
    one_line(command("prepare", *public, "--bank", strangers, *to), "not in the character bank")
    one_line(command("prepare", *public, "--test", "who", *to), "there is no film 'who'")
    assert not (tmp_path / "run").exists()

    code, out, _ = command("prepare", *public, *to, "--clip", "pocket", "--quiet")
    assert (code, "Next: scenewise distinctad adapt" in out) == (0, True)
    assert command("prepare", *public, *to, "--clip", "pocket", "--quiet")[0] == 0
    one_line(command("prepare", *public, *to, "--clip", "other"), "other data or settings already")
    one_line(command("narrate", tmp_path / "run", "--split", "all"), "there is no split 'all'")
    (tmp_path / "run" / "data.json").write_text("{}", "utf-8")
    one_line(command("adapt", tmp_path / "run"), "damaged")


@pytest.mark.slow
@pytest.mark.film
def test_distributed_features_need_no_films(command: Command, films: Path, tmp_path: Path) -> None:
    table = read_table(films / "ad.csv")
    names = list(dict.fromkeys(row.film for row in table.rows))
    rng = np.random.default_rng(0)
    for name in names:
        np.save(tmp_path / f"{name}.npy", rng.normal(size=(150, 16)).astype(np.float16))
    run = Run(tmp_path / "run")
    made = command("prepare", "--table", films / "ad.csv", "--features", tmp_path, "--test",
                   names[0], "--validation", "0", "--clip-frames", 2, "-o", run.folder)  # fmt: skip
    assert made[0] == 0, made
    assert f"Next: scenewise distinctad train {run.folder}" in made[1]
    assert run.data().films["test"] == (names[0],)
    one_line(command("adapt", run.folder, *QUICK), "features without videos")
    one_line(command("train", run.folder, *SMALL, *QUICK, "--look-at", "tokens"), "no tokens")
    code, *said = command("train", run.folder, *SMALL, *QUICK)
    assert code == 0
    assert "looked at" not in "".join(said)
    assert "the run has features alone" in "".join(said)
    assert command("narrate", run.folder, *SPEAK)[0] == 0
    assert {row["vid"] for row in told(run.predictions("test"))} == {names[0]}

    run.told("test").unlink()
    np.save(tmp_path / f"{names[0]}.npy", np.full((150, 16), np.nan, np.float16))
    one_line(command("narrate", run.folder, *SPEAK), f"{names[0]}.npy", "not finite")

    with (films / "ad.csv").open(encoding="utf-8") as file:
        fewer = file.readlines()[:-1]
    changed = tmp_path / "ad.csv"
    changed.write_text("".join(fewer), "utf-8")
    held = json.loads(run.data_file.read_text("utf-8"))
    held["source"]["table"] = str(changed)
    run.data_file.write_text(json.dumps(held), "utf-8")
    one_line(command("narrate", run.folder, *SPEAK), "not those that the run was prepared with")


def test_films_are_divided_by_share_or_name() -> None:
    films = [f"film-{number:02d}" for number in range(10)]
    parts = divided(films, DataOptions(test="0.3", validation="film-04"))
    assert [len(parts[split]) for split in ("train", "validation", "test")] == [6, 1, 3]
    assert sorted(sum(parts.values(), ())) == films
    assert parts["validation"] == ("film-04",)
    turned = divided(films[::-1], DataOptions(test="0.3", validation="film-04"))
    assert set(turned["test"]) == set(parts["test"])  # whatever the order of the table
    assert divided(films, DataOptions(test="0"))["test"] == ()
    assert divided(films, DataOptions(), ["film-01"])["test"] == ("film-01",)
    with pytest.raises(OptionInvalid, match="film-01 cannot be both"):
        divided(films, DataOptions(test="film-01", validation="film-01"))
    with pytest.raises(OptionInvalid, match="none is left to train on"):
        divided(films[:1], DataOptions())
    with pytest.raises(UnknownChoice, match="no film 'film-99'"):
        divided(films, DataOptions(test="film-99"))


def test_flags_have_the_defaults_of_the_paper() -> None:
    from scenewise.cli.flags import made, parameters

    for cls in (AdaptationOptions, NarratorTraining):
        given = {name: one.default for name, one in parameters(cls).items()}
        assert made(cls, given) == cls()
