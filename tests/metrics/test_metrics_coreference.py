"""CRITIC from texts: casts, a coreference program, and what can be wrong with either."""

from __future__ import annotations

import json
import shlex
import sys
import textwrap
from pathlib import Path

import pytest

from scenewise.cli.score_acting import tell_score
from scenewise.core.errors import InputError, ScenewiseError
from scenewise.metrics.ad_tables import AdRow, AdTable
from scenewise.metrics.casts import EVERY_FILM, film_in, read_casts
from scenewise.metrics.coreference import by_program, film_text, mentions
from scenewise.metrics.critic import critic
from scenewise.metrics.score_material import AGAINST, COPIED, PREDICTIONS, SAME, prepare
from scenewise.metrics.score_options import ScoreOptions
from scenewise.metrics.scoring import Score, score

# a pronoun means whoever of the cast was named last, after the list of the cast
MODEL = r"""
import json, re, sys
print("loading the model ...")
for line in sys.stdin:
    text = json.loads(line)["text"]
    listed = text.split(".")[0]
    cast = re.split(", | and ", listed)
    found, last = {name: [] for name in cast}, None
    for word in re.finditer(rf"\b(?:{'|'.join(map(re.escape, cast))}|he|she)\b", text, re.I):
        if word[0] in found:
            found[word[0]].append(word.span())
            last = word[0] if word.start() > len(listed) else None
        elif last:
            found[last].append(word.span())
    print(json.dumps({"clusters": list(found.values())}), flush=True)
"""

LINES = {
    "A": ["Anna Holm opens a door.", "She sits.", "Rain falls.", "Bert runs to Anna Holm."],
    "B": ["Cem sings.", "He leaves."],
}
TOLD = {
    "A": ["Anna Holm enters.", "He sits.", "Bert leaves.", "Bert runs."],
    "B": ["A man sings.", "Cem goes."],
}
CAST = {"A": ["Anna Holm", "Bert"], "B": ["Cem", "Dora"]}


def program(folder: Path, code: str = MODEL) -> str:
    path = folder / "coref.py"
    path.write_text(code, "utf-8")
    return shlex.join([sys.executable, str(path)])


def table(films: dict[str, list[str]], name: str = "table.csv", **more: object) -> AdTable:
    rows = [
        AdRow(film, 10.0 * i, 10.0 * i + 3, text, number=i + 1,
              cells={"movie": film, "start": 10.0 * i, "end": 10.0 * i + 3})
        for film, texts in films.items()
        for i, text in enumerate(texts)
    ]  # fmt: skip
    return AdTable(Path(name), tuple(rows), ("movie", "start", "end", "sentence"))


def scored(folder: Path, names: object = CAST, **more: str) -> Score:
    bank = folder / "bank.json"
    bank.write_text(json.dumps(names))
    given = ScoreOptions(metrics="critic", **{"cast": str(bank), "coref": program(folder), **more})
    return score(prepare(table(TOLD), table(LINES), given), given)


def test_critic_by_hand(tmp_path: Path) -> None:
    """Anna, Anna, Bert and Anna; Cem, Cem: against Anna, Anna, Bert; nobody, Cem."""
    got = scored(tmp_path)
    row = got.figures["CRITIC"]
    assert row[PREDICTIONS].films == pytest.approx({"A": 100 * (1 + 1 + 0.5) / 3, "B": 50})
    assert row[PREDICTIONS].value == pytest.approx(100 * (1 + 1 + 0.5 + 0 + 1) / 5)
    assert set(row) == {PREDICTIONS, COPIED, SAME}
    lead = got.leads["CRITIC"]
    best = max((COPIED, SAME), key=lambda name: row[name].value)
    assert lead.over == best
    assert lead.difference == pytest.approx(row[PREDICTIONS].value - row[best].value)
    for value, interval in (
        (row[PREDICTIONS].value, row[PREDICTIONS].interval),
        (lead.difference, lead.interval),
    ):
        assert interval is not None
        assert interval.low <= value <= interval.high
        assert interval.low < interval.high
    assert got.absent == ()


def called(one: AdTable, name: str, ids: str) -> AdTable:
    """A table whose rows call their film otherwise ({} is the row), with its own name as an id."""
    rows = (
        AdRow(
            name.format(i), row.start, row.end, row.sentence, number=i,
            cells={**row.cells, "movie": name.format(i), ids: f"tt{row.film}"},
        )
        for i, row in enumerate(one.rows)
    )  # fmt: skip
    return AdTable(one.path, tuple(rows), (*one.columns, ids))


def test_a_film_in_clips_is_read_as_one(tmp_path: Path) -> None:
    """As published: rows of one film by its cast, whatever its clips are called."""
    truth, told = (called(table(lines), "clip {}", "imdbid") for lines in (LINES, TOLD))
    bank = tmp_path / "bank.json"
    bank.write_text(json.dumps({f"tt{film}": names for film, names in CAST.items()}))
    given = ScoreOptions(metrics="critic", cast=str(bank), coref=program(tmp_path))
    figure = score(prepare(told, truth, given), given).figures["CRITIC"][PREDICTIONS]
    assert figure.films == pytest.approx({"tta": 100 * (1 + 1 + 0.5) / 3, "ttb": 50})


def test_episodes_of_one_series_count_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Their rows name the series, their casts the episode."""
    truth, told = (called(table(lines), "series", "imdbid_pe") for lines in (LINES, TOLD))
    bank = tmp_path / "bank.json"
    bank.write_text(json.dumps({f"tt{film}": names for film, names in CAST.items()}))
    given = ScoreOptions(metrics="critic", cast=str(bank), coref=program(tmp_path))
    material = prepare(told, truth, given)
    whole = score(material, given)
    got = whole.figures["CRITIC"]
    figure = got[PREDICTIONS]
    assert figure.films == pytest.approx({"tta": 100 * (1 + 1 + 0.5) / 3, "ttb": 50})
    assert figure.value == pytest.approx(100 * (1 + 1 + 0.5 + 0 + 1) / 5)
    assert all(one.interval is not None for one in got.values())
    (note,) = (note for note in whole.notes if "intervals" in note)
    assert note.endswith("one film have none, but for CRITIC, whose casts tell films apart")

    tell_score(whole, material, given, per_film=True)
    rows = [line.split() for line in capsys.readouterr().out.split("By film:\n")[1].splitlines()]
    shown = [(row[0], row[1], row[-1]) for row in rows if PREDICTIONS in row]
    lines = str(len(truth.rows))
    assert shown == [(lines, "-", "series"), ("-", "83.3", "tta"), ("-", "50.0", "ttb")]


def test_two_systems_are_compared_on_the_same_sentences(tmp_path: Path) -> None:
    told = table(TOLD)
    fewer = AdTable(told.path, tuple(r for r in told.rows if r.film == "A"), told.columns)
    bank = tmp_path / "bank.json"
    bank.write_text(json.dumps(CAST))
    given = ScoreOptions(metrics="critic", cast=str(bank), coref=program(tmp_path))
    got = score(prepare(told, table(LINES), given, fewer), given).figures["CRITIC"]
    alone = score(prepare(fewer, table(LINES), given), given).figures["CRITIC"][PREDICTIONS]
    assert got[PREDICTIONS] == got[AGAINST] == alone
    assert alone.value == pytest.approx(100 * (1 + 1 + 0.5) / 3)


def test_names_of_the_references_are_a_cast(tmp_path: Path) -> None:
    truth = table(LINES)
    named = AdTable(
        truth.path,
        tuple(
            AdRow(
                row.film, row.start, row.end, row.sentence, tuple(CAST[row.film]), cells=row.cells
            )
            for row in truth.rows
        ),
        truth.columns,
    )
    given = ScoreOptions(metrics="critic", coref=program(tmp_path))
    got = score(prepare(table(TOLD), named, given), given)
    assert got.figures["CRITIC"] == scored(tmp_path).figures["CRITIC"]


def test_films_without_a_cast_are_told(tmp_path: Path) -> None:
    got = scored(tmp_path, {"A": CAST["A"]})
    assert set(got.figures["CRITIC"][PREDICTIONS].films) == {"A"}
    assert "CRITIC: 1 films have no cast and do not count" in got.notes
    nobody = scored(tmp_path, {"A": ["Zoe"], "B": ["Yan"]})
    assert nobody.figures["CRITIC"][PREDICTIONS].value is None
    assert "CRITIC: no reference speaks of anybody in the cast" in nobody.notes


def test_what_is_not_here_is_told(tmp_path: Path) -> None:
    for more, message in (
        ({"cast": "", "coref": ""}, "needs a coreference model and the names of each film's char"),
        ({"coref": ""}, "needs a coreference model; name a program"),
        ({"cast": ""}, "needs the names of each film's characters; name a character bank"),
        ({"coref": "no-such-program --x"}, "--coref no-such-program --x: there is no such program"),
        ({"coref": "'"}, "there is no such program"),
    ):
        (absent,) = scored(tmp_path, **more).absent
        assert message in str(absent.error)
        assert absent.named
    with pytest.raises(InputError, match="there is no such file"):
        scored(tmp_path, cast=str(tmp_path / "none.json"))


# --- the program ---


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import sys; sys.exit('no weights\\nhere')", "0 answers to 2 texts: here"),
        ("for line in __import__('sys').stdin: print('{}')", "answer 1 is none"),
        ("for line in __import__('sys').stdin: print('{x')", "answer 1 is none"),
        ("print('{\"clusters\": [[[0, 999]]]}')", "is not in a text of 3 letters"),
        ("print('{\"clusters\": [[[2, 2]]]}')", "is not in a text of 3 letters"),
        ("print('{\"clusters\": []}')", "1 answers to 2 texts"),
        ("", "0 answers to 2 texts"),
    ],
)
def test_programs_that_fail_are_told_in_one_line(tmp_path: Path, code: str, message: str) -> None:
    with pytest.raises(ScenewiseError, match=message) as told:
        by_program(program(tmp_path, code))(["abc", "abc"])
    assert "\n" not in str(told.value)


def test_the_program_of_the_documentation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a stand-in for the package, which needs its own versions of everything."""
    (tmp_path / "fastcoref.py").write_text(
        "class FCoref:\n"
        "    def __init__(self, device, enable_progress_bar): print('weights')\n"
        "    def predict(self, texts): return [Found() for _ in texts]\n"
        "class Found:\n"
        "    def get_clusters(self, as_strings): return [[(0, 2), (4, 5)]]\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    page = (Path(__file__).parents[2] / "docs" / "scoring.md").read_text("utf-8")
    code = textwrap.dedent(page.split("  ```python\n")[1].split("  ```\n")[0])
    assert by_program(program(tmp_path, code))(["Jo, he.", "Al, he."]) == [[[(0, 2), (4, 5)]]] * 2


def test_long_texts_and_odd_letters_go_through(tmp_path: Path) -> None:
    """More than a pipe holds in either direction."""
    code = """
import json, sys
for line in sys.stdin:
    n = len(json.loads(line)["text"])
    print(json.dumps({"clusters": [[[i, i + 1] for i in range(n)]]}))
"""
    texts = ["ä😀" * 20_000, "", "x\ny"]
    got = by_program(program(tmp_path, code))(texts)
    assert [len(one[0]) for one in got] == [40_000, 0, 3]


def test_mentions_over_two_lines_are_left_out() -> None:
    text, places = film_text(["Jo", "Al"], ["Jo runs.", "", "He sits."])
    assert text == "Jo and Al. Jo runs.  He sits."
    assert [text[a:b] for a, b in places] == ["Jo runs.", "", "He sits."]
    spans = [(0, 2), (11, 13), (14, 23), (21, 23)]
    found = mentions(text, places, [spans])
    assert [(one.sentence, one.text) for one in found[0]] == [(-1, "Jo"), (0, "Jo"), (2, "He")]
    assert critic(["Jo", "Al"], found, found, 3) == [1, 1]
    assert mentions("", [], [[]]) == [[]]


# --- casts ---


@pytest.mark.parametrize(
    ("name", "content", "wanted"),
    [
        ("a.json", '{"1005_Signs": ["Graham Hess", "Bo (voice)", "Bo"]}',
         {"1005 signs": ("Graham Hess", "Bo")}),
        ("b.json", '{"tt1": [{"id": "nm1", "role": "Ann", "name": "An Actor"}, {"name": "Bob"}]}',
         {"tt1": ("Ann", "Bob")}),
        ("c.json", '[{"name": "Ann", "portrait": "x.png"}, "Bob", 3]',
         {EVERY_FILM: ("Ann", "Bob")}),
        ("d.csv", "movie,character\nX.mp4,Ann\nX.mp4,Bob\nY,\"['Cem', 'Dora']\"\n",
         {"x": ("Ann", "Bob"), "y": ("Cem", "Dora")}),
    ],
)  # fmt: skip
def test_casts_are_read(tmp_path: Path, name: str, content: str, wanted: object) -> None:
    (tmp_path / name).write_text(content)
    assert read_casts(tmp_path / name) == wanted


@pytest.mark.parametrize(
    ("content", "message"),
    [("{", "no JSON"), ("3", "no list of names"), ('{"A": 3}', "no list of names"),
     ("{}", "no name in it"), ('{"A": [{"id": 1}]}', "no name in it")],
)  # fmt: skip
def test_what_is_no_cast_is_told(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "bank.json"
    path.write_text(content)
    with pytest.raises(InputError, match=message):
        read_casts(path)


def test_a_table_without_names_is_told(tmp_path: Path) -> None:
    path = tmp_path / "cast.csv"
    path.write_text("movie,text\nA,Ann runs.\n")
    with pytest.raises(InputError, match=r"no column holds the names .*name it role or character"):
        read_casts(path)


def test_a_film_is_found_by_any_of_its_names() -> None:
    row = AdRow("1005_Signs", 0.0, 1.0, "x", cells={"movie": "1005_Signs", "imdbid": "TT02"})
    assert film_in({"tt02": ["Bo"]}, row) == "tt02"
    assert film_in({"1005 signs": ["Bo"], "tt02": ["Al"]}, row) == "1005 signs"
    assert film_in({EVERY_FILM: ["Bo"]}, row) == EVERY_FILM
    assert film_in({"tt02": [], "other": ["Bo"]}, row) is None
