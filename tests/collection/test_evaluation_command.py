"""`scenewise evaluate`: what it says, what it writes, how it ends."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from collection_helpers import small_film
from PIL import Image as Pillow

from scenewise.cli.running import run
from scenewise.media.reading import Film

pytest.importorskip("lancedb")
pytest.importorskip("ir_measures")

pytestmark = [pytest.mark.film, pytest.mark.slow]


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a collection of three videos, queries and judgements."""
    folder = tmp_path_factory.mktemp("news")
    (folder / "videos").mkdir()
    for number, name in enumerate(("tank", "parade", "harbour")):
        film = small_film(folder / "videos" / f"{name}.mp4", number)
        told = {"id": name, "description": f"a {name} on a street"}
        film.with_suffix(".info.json").write_text(json.dumps(told))
    last = list(Film(folder / "videos" / "parade.mp4").frames())[-1]
    Pillow.fromarray(np.asarray(last.image)).save(folder / "still.png")
    ran = run(["index", str(folder / "videos"), "--store", str(folder / "store"),
               "--clip", "pocket", "--text", "none", "--quiet"])  # fmt: skip
    assert ran == 0
    queries = [
        {"id": "q1", "text": "tank"},
        {"id": "q2", "image": "still.png"},
        {"id": "q3", "text": "harbour", "image": "still.png", "minus": "parade"},
    ]
    (folder / "q.jsonl").write_text("".join(json.dumps(one) + "\n" for one in queries))
    (folder / "j.qrels").write_text("q1 0 tank 1\nq2 0 parade 1\nq3 0 harbour 1\n")
    return folder


@pytest.fixture
def command(news: Path, capfd: pytest.CaptureFixture[str]):
    def call(*more: object, queries: Path | None = None, judgements: Path | None = None):
        capfd.readouterr()
        given = ["--queries", queries or news / "q.jsonl",
                 "--judgements", judgements or news / "j.qrels", *more]  # fmt: skip
        code = run(["evaluate", "--store", str(news / "store"), *map(str, given)])
        return code, *capfd.readouterr()

    return call


def test_each_way_is_told_beside_the_article(command, tmp_path: Path) -> None:
    code, out, _ = command("--run", tmp_path / "found.run", "--quiet")
    assert code == 0
    head, *rows = out.splitlines()
    assert head.split() == ["way", "queries", "MRR@5", "MAP@5", "nDCG@5", "recall@5", "recall@20"]
    ways = {row.split("  ")[0]: row for row in rows}
    assert {"text", "image", "arithmetic", "without plus and minus", "whole"} <= set(ways)
    assert "1.000 (1.00 to 1.00)" in ways["image"]  # the still is of the video
    assert ways["Lai 2023"].split()[2:] == ["0.895", "0.857"]
    found = [line.split() for line in (tmp_path / "found.run").read_text().splitlines()]
    assert {row[0] for row in found} == {"q1", "q2", "q3"}
    assert next(row[2] for row in found if row[0] == "q2") == "parade"


def test_json_and_csv_say_the_same(command) -> None:
    code, out, err = command("--json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert told["lai_2023"] == {"MRR@5": 0.895, "MAP@5": 0.857}
    code, out, _ = command("--csv")
    assert code == 0
    rows = list(csv.DictReader(out.splitlines()))
    for way in told["ways"]:
        for name, figure in way["figures"].items():
            (row,) = [r for r in rows if (r["way"], r["measure"]) == (way["way"], name)]
            assert float(row["mean"]) == figure["mean"]
            assert figure["low"] <= figure["mean"] <= figure["high"]
    assert {row["lai_2023"] for row in rows if row["measure"] == "nDCG@5"} == {""}


def test_other_cut_offs_have_no_figure_of_the_article(command) -> None:
    code, out, _ = command("--k", "2", "--depth", "3", "--quiet")
    assert code == 0
    assert "MRR@2" in out
    assert "recall@3" in out
    assert "Lai" not in out


def test_rows_and_pictures_that_cannot_be_used_are_listed(command, news, tmp_path) -> None:
    shutil.copy(news / "q.jsonl", tmp_path / "q.jsonl")  # its still is not beside it
    with (tmp_path / "q.jsonl").open("a") as file:
        file.write("nonsense\n")
    judged = tmp_path / "j"
    judged.write_text("q1 0 tank 1\nq2 0 parade 1\nq1 tank\n")
    code, out, err = command("--quiet", queries=tmp_path / "q.jsonl", judgements=judged)
    assert (code, err) == (2, "")
    assert "q.jsonl, row 4: it is not JSON" in out
    assert "j, line 3: the grade 'tank' is no whole number" in out
    assert "query q2: " in out
    assert "still.png: there is no such file" in out
    assert "Note: 1 of 3 queries have no answer judged and are left out" in out
    assert "Traceback" not in out


@pytest.mark.parametrize(
    ("queries", "judgements", "reason"),
    [
        ("", "q1 0 tank 1", "there is no query in it"),
        ("q1\ttank", "", "there is no judgement in it"),
        ("q1\ttank", "other 0 tank 1", "no query has a video that is judged to answer it"),
        ("q1\ttank", "q1 0 elsewhere 1", "none of the 1 videos judged to answer is in the"),
        ("id\ttext\n\ttank", "q1 0 tank 1", "no query in it can be used"),
    ],
)
def test_files_that_say_nothing_are_one_clear_line(
    command, tmp_path, queries, judgements, reason
) -> None:
    (tmp_path / "q.tsv").write_text(queries)
    (tmp_path / "j").write_text(judgements)
    code, _, err = command(queries=tmp_path / "q.tsv", judgements=tmp_path / "j")
    assert code == 2
    (line,) = err.splitlines()
    assert line.startswith("scenewise: ")
    assert reason in line


def test_without_a_collection_it_says_so(news, tmp_path, capfd) -> None:
    given = ["--queries", news / "q.jsonl", "--judgements", news / "j.qrels"]
    assert run(["evaluate", "--store", str(tmp_path / "none"), *map(str, given)]) == 2
    assert len(capfd.readouterr().err.splitlines()) == 1


def test_a_run_that_cannot_be_written_is_one_clear_line(command, tmp_path) -> None:
    code, _, err = command("--run", tmp_path / "no" / "where.run", "--quiet")
    assert code == 2
    assert len(err.splitlines()) == 1
