"""Queries, judgements and runs as files: what is understood, what is refused and how."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewise.collection.evaluation_files import (
    Trial,
    read_judgements,
    read_trials,
    write_run,
)
from scenewise.core.errors import FileMissing, FileUnreadable, InputError


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_json_lines_hold_text_image_plus_and_minus(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "q.jsonl",
        '{"id": "a", "text": "tank, on a street", "kind": "passed over"}\n\n'
        '{"id": 7, "image": "pictures/z.jpg", "plus": ["tired", "helmet"], "minus": "tie"}\n',
    )
    read = read_trials(path)
    assert read.failures == ()
    assert read.rows == (
        Trial("a", text="tank, on a street"),
        Trial("7", image=tmp_path / "pictures" / "z.jpg", plus="tired, helmet", minus="tie"),
    )


def test_a_table_has_headings_in_any_order(tmp_path: Path) -> None:
    path = write(
        tmp_path, "q.tsv", '\ufeffText\tID\timage\n"a" tank\tq1\t\n\tq2\tz.png\nthird\tq3\n'
    )
    assert read_trials(path).rows == (
        Trial("q1", text='"a" tank'),
        Trial("q2", image=tmp_path / "z.png"),
        Trial("q3", text="third"),
    )


def test_a_table_without_headings_is_id_and_text(tmp_path: Path) -> None:
    path = write(tmp_path, "topics.txt", "1048585\tpaula deen's brother\r\n2\tnot id\r\n")
    assert [(one.id, one.text) for one in read_trials(path).rows] == [
        ("1048585", "paula deen's brother"),
        ("2", "not id"),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "it is not JSON"),
        ("[1]", "it is not an object"),
        ('{"text": "no id"}', "it has no id"),
        ('{"id": "two words", "text": "x"}', "has blanks"),
        ('{"id": "b", "text": 3}', "its text is no text"),
        ('{"id": "b", "plus": [1]}', "its plus is no text"),
        ('{"id": "b", "minus": "tie"}', "it asks for nothing"),
        ('{"id": "a", "text": "again"}', "another row has the id a"),
        ('{"id": "b", "image": "a\\u0000b"}', "its image is no path"),
    ],
)
def test_a_row_that_does_not_fit_is_told_by_its_number_and_the_rest_counts(
    tmp_path: Path, line: str, reason: str
) -> None:
    path = write(tmp_path, "q.jsonl", f'{{"id": "a", "text": "x"}}\n{line}\n')
    read = read_trials(path)
    assert [one.id for one in read.rows] == ["a"]
    ((where, why),) = read.failures
    assert where == "q.jsonl, row 2"
    assert reason in why


def test_a_row_of_too_many_cells_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, "q.tsv", "id\ttext\na\tb\tc\nd\te\n")
    read = read_trials(path)
    assert [one.id for one in read.rows] == ["d"]
    assert read.failures[0].reason == "it has 3 cells and the headings are 2"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "there is no query in it"),
        ("id\tlanguage\n1\ten\n", "no column says what is asked (its columns: id, language)"),
        ("only one cell\n", "its first row has 1 cells and no heading id"),
    ],
)
def test_a_file_without_queries_is_one_clear_line(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(InputError, match=r"q\.tsv") as told:
        read_trials(write(tmp_path, "q.tsv", text))
    assert reason in str(told.value)


@pytest.mark.parametrize("read", [read_trials, read_judgements])
def test_files_that_cannot_be_read_are_told(tmp_path: Path, read) -> None:
    with pytest.raises(FileMissing):
        read(tmp_path / "none")
    with pytest.raises(FileUnreadable):
        read(tmp_path)
    odd = tmp_path / "odd"
    odd.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="UTF-8"):
        read(odd)


def test_judgements_are_those_of_trec(tmp_path: Path) -> None:
    path = write(tmp_path, "j", "q1 0 x 2\nq1 0 y 0\n\nq2\t0\tz\t-1\r\nq2 Q0 my clip.mp4 1\n")
    read = read_judgements(path)
    assert read.failures == ()
    assert read.grades == {"q1": {"x": 2, "y": 0}, "q2": {"z": 0, "my clip.mp4": 1}}


def test_lines_that_are_no_judgements_are_told(tmp_path: Path) -> None:
    path = write(tmp_path, "j", "q1 0 x 1\nq1 0 x\nq1 x 1\nq1 0 y 0.5\nq1 0 x 2\n")
    read = read_judgements(path)
    assert read.grades == {"q1": {"x": 1}}
    assert [one.where for one in read.failures] == [f"j, line {n}" for n in (2, 3, 4, 5)]
    assert read.failures[3].reason == "x was given another grade before"


@pytest.mark.parametrize("text", ["", "{}\n", '{"id": "a", "text": "x"}\n'])
def test_a_file_without_judgements_is_one_clear_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="there is no judgement in it"):
        read_judgements(write(tmp_path, "j", text))


names = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=5)


@given(st.dictionaries(names, st.lists(names, unique=True, max_size=9), max_size=4))
def test_a_run_has_six_columns_and_keeps_the_order_by_rank_and_by_score(
    tmp_path_factory, found
) -> None:
    path = tmp_path_factory.mktemp("run") / "run"
    write_run(path, found, "mine")
    rows = [line.split(" ") for line in path.read_text("utf-8").split("\n")[:-1]]
    assert all(len(row) == 6 and row[1] == "Q0" and row[5] == "mine" for row in rows)
    for query, videos in found.items():
        mine = [row for row in rows if row[0] == query]
        assert [row[2] for row in mine] == videos
        assert [int(row[3]) for row in mine] == list(range(1, len(videos) + 1))
        scores = [float(row[4]) for row in mine]
        assert scores == sorted(set(scores), reverse=True)


def test_blanks_in_ids_do_not_break_the_columns_of_a_run(tmp_path: Path) -> None:
    write_run(tmp_path / "run", {"q": ["my clip"]})
    assert (tmp_path / "run").read_text().split()[2] == "my%20clip"
