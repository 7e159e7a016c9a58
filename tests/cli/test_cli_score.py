"""`scenewise score`: what it prints, and how it refuses."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from cli_helpers import BAD, MISSING

from judge_server import judge_server, said

STORY = [
    "A man opens a door.", "He looks around the room.", "A dog barks at him.",
    "She takes a cup from the table.", "Rain falls on the street.", "They run to the car.",
]  # fmt: skip


def write(path: Path, films: dict[str, list[str]], column: str = "sentence") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["movie", "start", "end", column])
        for film, lines in films.items():
            table.writerows([film, 10 * i, 10 * i + 3, line] for i, line in enumerate(lines))
    return path


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    return write(tmp_path / "truth.csv", {"A": STORY, "B": STORY[::-1]})


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    said = {"A": [*STORY[:3], "A man.", "Rain.", ""], "B": STORY[::-1]}
    return write(tmp_path / "ours.csv", said, "text_gen")


def figures(out: str) -> dict[str, list[str]]:
    """The cells of each line of the table, by measure."""
    lines = [line.split("  ") for line in out.splitlines()]
    return {cells[0]: [cell.strip() for cell in cells[1:] if cell] for cells in lines}


def test_the_table_stands_beside_the_baselines(command, ours, truth) -> None:
    ran = command("score", ours, truth, "--quiet")
    assert ran.code == 0, ran.err
    assert ran.err == ""
    assert ran.out.startswith("12 descriptions of 2 films, matched by movie and time\n")
    rows = figures(ran.out)
    assert "                predictions  " in ran.out
    assert "  copy previous" in ran.out
    assert [len(rows[name]) for name in ("CIDEr", "distinct-1", "repetition")] == [4, 4, 4]
    assert rows["CIDEr"][3].startswith("+")  # the lead
    assert rows["R@1/5 (words)"][0].startswith("9")
    assert rows["repetition"][2] == "100.00 [100.0, 100.0]"
    shown = re.compile(r"[+-]?\d+\.\d\d \[-?\d+\.\d, -?\d+\.\d\]")
    for name in ("CIDEr", "BLEU-4", "ROUGE-L", "R@1/5 (words)", "distinct-2", "repetition"):
        assert all(shown.fullmatch(cell) for cell in rows[name]), rows[name]
    assert rows["R@5/16 (words)"] == ["-"] * 4  # no film has 16 lines
    assert "Note: 1 predictions are empty" in ran.out
    assert "in brackets: intervals of 95 %" in ran.out
    assert "METEOR (Java), SPICE (Java, --corenlp), BERTScore (--bert)" in ran.out


def test_films_stand_beside_the_baselines(command, ours, truth) -> None:
    ran = command("score", ours, truth, "--per-film", "--metrics", "rouge-l,repetition")
    lines = [line.split() for line in ran.out.split("By film:\n")[1].splitlines()[:9]]
    assert lines[0] == ["lines", "ROUGE-L", "repetition", "film"]
    assert [(one[0], one[-1]) for one in lines[1:]] == [("6", "A")] * 4 + [("6", "B")] * 4
    systems = ["predictions", "copy previous", "constant", "references"] * 2
    assert [" ".join(one[3:-1]) for one in lines[1:]] == systems
    told = json.loads(
        command("score", ours, truth, "--metrics", "rouge-l,repetition", "--json").out
    )
    for i, measure in enumerate(told["measures"], 1):
        for line in lines[1:]:
            figure = measure["systems"].get(" ".join(line[3:-1]))
            assert line[i] == (f"{figure['films'][line[-1]]:.1f}" if figure else "-")


def test_json_and_csv_say_the_same(command, ours, truth) -> None:
    ran = command("score", ours, truth, "--metrics", "cider,rouge-l", "--json")
    told = json.loads(ran.out)
    assert told["matched_by"] == "movie and time"
    assert told["films"] == {"A": 6, "B": 6}
    assert told["counts"]["empty_predictions"] == 1
    by_name = {one["measure"]: one["systems"] for one in told["measures"]}
    assert set(by_name) == {"CIDEr", "ROUGE-L"}
    figure = by_name["CIDEr"]["predictions"]
    assert figure["low"] <= figure["value"] <= figure["high"]
    assert set(figure["films"]) == {"A", "B"}
    ran = command("score", ours, truth, "--metrics", "cider,rouge-l", "--csv")
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert ran.err == ""
    assert len(rows) == 2 * (3 * 3 + 1)
    whole = next(r for r in rows if not r["film"] and r["system"] == "predictions")
    assert float(whole["value"]) == pytest.approx(figure["value"], abs=1e-6)
    assert whole["clips"] == "12"
    lead = told["measures"][0]["lead"]
    assert lead["over"] in ("copy previous", "constant")
    assert lead["value"] == pytest.approx(figure["value"] - by_name["CIDEr"][lead["over"]]["value"])
    row = next(r for r in rows if r["system"].startswith("lead") and r["measure"] == "CIDEr")
    assert row["system"] == f"lead over {lead['over']}"
    for name in ("value", "low", "high"):
        assert float(row[name]) == pytest.approx(lead[name], abs=1e-6)
    assert all(row["low"] and row["high"] for row in rows if not row["film"])


def test_another_system_stands_beside(command, tmp_path, ours, truth) -> None:
    other = write(tmp_path / "other.csv", {"A": STORY, "B": ["Night."] * 6}, "text_gen")
    asked = ("score", ours, truth, "--against", other, "--metrics", "rouge-l,repetition")
    ran = command(*asked, "--quiet")
    assert ran.code == 0, ran.err
    heads = [line.split("  ") for line in ran.out.splitlines() if "predictions  " in line]
    against, beside = ([cell.strip() for cell in line if cell.strip()] for line in heads)
    assert against == ["predictions", "against", "copy previous", "constant", "lead", "difference"]
    assert beside == [*against[:4], "references", "difference"]
    told = json.loads(command(*asked, "--json").out)
    rows = list(csv.DictReader(io.StringIO(command(*asked, "--csv").out)))
    for measure in told["measures"]:
        values = {name: one["value"] for name, one in measure["systems"].items()}
        lead = measure["difference"]
        assert lead["value"] == pytest.approx(values["predictions"] - values["against"])
        assert figures(ran.out)[measure["measure"]][-1].startswith(f"{lead['value']:+.2f} [")
        (row,) = (
            row
            for row in rows
            if row["system"] == "difference from against" and row["measure"] == measure["measure"]
        )
        assert float(row["low"]) == pytest.approx(lead["low"], abs=1e-6)


def test_nothing_is_said_of_another_system_where_there_is_none(command, ours, truth) -> None:
    ran = command("score", ours, truth, "--metrics", "rouge-l,repetition", "--json")
    told = json.loads(ran.out)
    assert "against" not in told
    assert not any("difference" in one for one in told["measures"])
    ran = command("score", ours, truth, "--metrics", "rouge-l,repetition")
    assert "against" not in ran.out
    assert "difference" not in ran.out


ORDERS = {"as it is": [0, 1, 2, 3, 4, 5], "another order": [3, 1, 5, 0, 2, 4]}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("columns", ["id,text_gen", "text_gt,text_gen", "vid,start,text_gen"])
def test_files_with_references_are_compared_by_what_both_have(
    command, tmp_path, columns, order
) -> None:
    def file(name: str, lines: list[str], columns: str, order: list[int]) -> Path:
        path = tmp_path / name
        table = csv.writer(path.open("w", newline=""))
        table.writerow(columns.split(","))
        for i in order:
            row = {"id": f"c{i}", "vid": "A", "start": 7 * i, "text_gt": STORY[i]}
            table.writerow([{**row, "text_gen": lines[i]}[name] for name in columns.split(",")])
        return path

    new = file("new.csv", ["Night."] * 6, f"{columns},text_gt,id,vid,start", ORDERS["as it is"])
    old = file("old.csv", STORY, columns, ORDERS[order])
    ran = command("score", new, "--against", old, "--metrics", "rouge-l", "--json")
    assert ran.code == 0, ran.err
    told = json.loads(ran.out)
    systems = told["measures"][0]["systems"]
    assert systems["predictions"]["value"] == 0
    assert systems["against"]["value"] == pytest.approx(100)
    assert told["matched_by"] == "row"
    by = told["against"]["matched_by"]
    assert by.endswith(("id", "vid and time", "the reference's words"))
    first = command("score", new, "--against", old, "--metrics", "rouge-l").out.splitlines()[0]
    assert first == f"6 descriptions of 1 film, matched by row (against: by {by})"


def test_plain_lines_are_compared_one_by_one(command, tmp_path) -> None:
    new, old = tmp_path / "new.jsonl", tmp_path / "old.jsonl"
    rows = [json.dumps({"text_gt": line, "text_gen": "Night."}) for line in STORY]
    new.write_text("\n".join(rows))
    rows = [json.dumps({"text_gen": line}) for line in STORY]
    old.write_text("\n".join([*rows[:3], "", *rows[3:]]))
    asked = ("score", new, "--against", old, "--metrics", "rouge-l")
    systems = json.loads(command(*asked, "--json").out)["measures"][0]["systems"]
    assert systems["against"]["value"] == pytest.approx(100)
    old.write_text("\n".join(rows[:4]))
    ran = command(*asked)
    assert ran.code == BAD
    assert ran.err.startswith(f"scenewise: {old}: no row of it belongs to one of new.jsonl")
    assert ran.err.count("\n") == 1
    assert command("score", new, "--against", tmp_path / "none.csv").code == BAD


def test_films_of_two_systems_stand_beside_each_other(command, tmp_path, ours, truth) -> None:
    script = tmp_path / "A.ad.vtt"
    script.write_text("WEBVTT\n\n" + "\n\n".join(
        f"00:00:{10 * i:02d}.000 --> 00:00:{10 * i + 3:02d}.000\n{line}"
        for i, line in enumerate(STORY)
    ) + "\n")  # fmt: skip
    ran = command("score", ours, truth, "--against", script, "--metrics", "rouge-l", "--per-film")
    assert ran.code == 0, ran.err
    rows = [line.split() for line in ran.out.split("By film:\n")[1].splitlines()[1:5]]
    assert [row[2] for row in rows] == ["predictions", "against", "copy", "constant"]
    assert rows[1] == ["6", "100.0", "against", "A"]
    assert "Note: 6 references that it tells of are not told of by the other" in ran.out


def test_a_file_with_both_needs_no_other(command, tmp_path) -> None:
    path = tmp_path / "inference.csv"
    lines = ["vid,start,end,text_gt,text_gen", *(f"tt1,0,2,{a},{a}" for a in STORY)]
    path.write_text("\n".join(lines))
    ran = command("score", path, "--metrics", "rouge-l", "--json")
    assert ran.code == 0, ran.err
    told = json.loads(ran.out)
    assert told["matched_by"] == "row"
    assert told["measures"][0]["systems"]["predictions"]["value"] == pytest.approx(100)
    assert told["measures"][0]["systems"]["copy previous"]["value"] < 100


def test_scripts_are_aligned(command, tmp_path, data) -> None:
    folder = data / "described" / "rabbit"
    ran = command("score", folder / "incorrect-descriptions.vtt", folder / "descriptions.vtt",
                  "--metrics", "soda,soda-t", "--json")  # fmt: skip
    assert ran.code == 0, ran.err
    told = {
        one["measure"]: one["systems"]["predictions"] for one in json.loads(ran.out)["measures"]
    }
    assert 0 < told["SODA (words)"]["value"] < 100
    same = command("score", folder / "descriptions.vtt", folder / "descriptions.vtt", "--metrics",
                   "soda", "--json")  # fmt: skip
    value = json.loads(same.out)["measures"][0]["systems"]["predictions"]["value"]
    assert value == pytest.approx(100)


def test_the_script_that_scenewise_writes(command, tmp_path) -> None:
    vtt = "WEBVTT\n\n" + "\n\n".join(
        f"00:00:{10 * i:02d}.000 --> 00:00:{10 * i + 3:02d}.000\n{line}"
        for i, line in enumerate(STORY)
    )
    script = tmp_path / "harbour.ad.vtt"
    script.write_text(vtt + "\n", "utf-8")
    truth = write(tmp_path / "truth.csv", {"harbour": STORY, "other": STORY})
    ran = command("score", script, truth, "--metrics", "rouge-l", "--json")
    assert ran.code == 0, ran.err
    told = json.loads(ran.out)
    assert told["films"] == {"harbour": 6}
    assert told["measures"][0]["systems"]["predictions"]["value"] == pytest.approx(100)


@pytest.mark.slow
def test_mad_eval_to_the_digit(command, data, tmp_path) -> None:
    truth = data / "ad_text" / "madeval_anno.csv"
    if not truth.is_file():
        pytest.skip("the descriptions of MAD-Eval are not here")
    ran = command("score", truth, truth, "--metrics", "cider", "--json", "--resamples", "100")
    assert ran.code == 0, ran.err
    told = json.loads(ran.out)
    systems = told["measures"][0]["systems"]
    assert systems["copy previous"]["value"] == pytest.approx(12.1809, abs=5e-5)
    assert systems["constant"]["value"] == pytest.approx(3.9754, abs=5e-5)
    assert sum(told["films"].values()) == 6520
    assert len(told["films"]) == 10


# --- refusals ---


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.csv", "", "the file is empty"),
        ("columns.csv", "movie,start,words\nA,1,x\n", "no column holds the descriptions"),
        ("nobody.csv", "movie,start,text\nX,1,x\nY,2,y\n", "no row of it belongs to one of"),
        ("times.csv", "movie,start,text\nA,5,x\nB,5,y\n", "no row of it belongs to one of"),
        ("broken.json", "[", "is no JSON"),
        ("broken.vtt", "hello", "broken.vtt"),
        ("none.csv", None, "there is no such file"),
    ],
)
def test_bad_predictions_end_in_one_line(command, tmp_path, truth, name, content, message) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_text(content)
    ran = command("score", path, truth)
    assert ran.code == BAD
    assert len(ran.lines) == 1
    assert message in ran.err
    assert name in ran.err
    assert ran.out == ""


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--metrics", "cidre"), "cider, bleu"),
        (("--recall", "6/5"), "k/N"),
        (("--tokens", "spacy"), "penn-like"),
        (("--missing", "no"), "leave-out"),
        (("--level", "2"), "--level"),
        (("--judge", "localhost:8000", "--metrics", "llm-ad-eval"), "localhost:8000"),
        (("--judge", "http://127.0.0.1:9/v1", "--judge-prompt", "none.txt"), "none.txt"),
    ],
)
def test_bad_options_end_in_one_line(command, ours, truth, arguments, named) -> None:
    ran = command("score", ours, truth, *arguments, "--quiet")
    assert ran.code in (BAD, MISSING)
    assert len(ran.lines) == 1
    assert named in ran.err


def test_files_the_wrong_way_round(command, ours, truth) -> None:
    ran = command("score", truth, ours)
    assert ran.code == BAD
    assert len(ran.lines) == 1
    assert "name the predictions first, then the references" in ran.err


def test_references_are_needed(command, ours) -> None:
    ran = command("score", ours)
    assert ran.code == BAD
    assert len(ran.lines) == 1
    assert "name a file with references as well" in ran.err


def test_what_is_not_here_ends_in_three_and_the_rest_is_told(
    command, ours, truth, monkeypatch, tmp_path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    ran = command("score", ours, truth, "--metrics", "rouge-l,meteor,spice,bertscore", "--quiet")
    assert ran.code == MISSING
    assert [line.split(";")[0] for line in ran.lines] == [
        "scenewise: meteor: METEOR needs Java",
        "scenewise: spice: SPICE needs Java",
        "scenewise: bertscore: BERTScore needs a model",
    ]
    assert "ROUGE-L" in ran.out
    every = command("score", ours, truth, "--metrics", "all", "--quiet")
    assert every.code == 0
    assert "Left out: meteor: METEOR needs Java" in every.out


def test_a_model_that_is_named_and_not_there(command, ours, truth, tmp_path) -> None:
    ran = command("score", ours, truth, "--bert", tmp_path / "none", "--quiet")
    assert ran.code == MISSING
    assert [line.split(":")[1] for line in ran.lines] == [" bertscore", " recall"]
    assert all("there is no model in that folder" in line for line in ran.lines)
    assert "CIDEr" in ran.out


def test_critic_says_what_it_needs(command, ours, truth, tmp_path) -> None:
    ran = command("score", ours, truth, "--metrics", "rouge-l,critic", "--quiet")
    assert ran.code == MISSING
    assert len(ran.lines) == 1
    assert "CRITIC needs a coreference model and the names of each film's characters" in ran.err
    assert "ROUGE-L" in ran.out
    bank = tmp_path / "bank.json"
    bank.write_text('{"A": ["Ann"]}')
    ran = command("score", ours, truth, "--metrics", "critic", "--cast", bank, "--quiet")
    assert ran.code == MISSING
    assert "name a program that runs one by --coref" in ran.err


def test_no_judge_answers(command, ours, truth) -> None:
    ran = command("score", ours, truth, "--metrics", "rouge-l,llm-ad-eval", "--judge",
                  "http://127.0.0.1:9/v1", "--quiet")  # fmt: skip
    assert ran.code == MISSING
    assert len(ran.lines) == 1
    assert "no answer from http://127.0.0.1:9/v1/chat/completions" in ran.err
    assert "ROUGE-L" in ran.out


def test_a_judge_that_answers(command, ours, truth, tmp_path) -> None:
    def answer(body) -> tuple[int, bytes]:
        predicted = body["messages"][-1]["content"].split("Predicted description: ")[1]
        return 200, said(
            "{'score': 1}" if predicted.startswith("he looks at her") else "{'score': 4}"
        )

    asking = ("--metrics", "llm-ad-eval", "--judge-model", "tiny", "--json")
    kept = ("--judge-answers", tmp_path / "answers.jsonl")
    with judge_server(answer) as server:
        ran = command("score", ours, truth, *asking, "--judge", server.url, *kept)
        asked = len(server.asked)
        again = command("score", ours, truth, *asking, "--judge", server.url, *kept)
        assert len(server.asked) == asked
        alone = command(
            "score", ours, truth, *asking, "--judge", server.url, "--no-judge-baselines"
        )
    assert ran.code == 0, ran.err
    figure = json.loads(ran.out)["measures"][0]
    assert figure["measure"] == "LLM-AD-eval"
    assert {name: one["value"] for name, one in figure["systems"].items()} == {
        "predictions": 4, "copy previous": 4, "constant": 1,
    }  # fmt: skip
    assert (figure["lead"]["over"], figure["lead"]["value"]) == ("copy previous", 0)
    assert again.out == ran.out
    only = json.loads(alone.out)["measures"][0]
    assert list(only["systems"]) == ["predictions"]
    assert only["lead"] is None
    pairs = {(a, b) for a, b in zip([*STORY[:3], "A man.", "Rain.", ""], STORY, strict=True)}
    pairs |= {(line, line) for line in STORY}
    assert len(server.asked) - asked == len(pairs)  # the same two texts are asked about once
    assert server.asked[0]["model"] == "tiny"
