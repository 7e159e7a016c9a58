"""Dates, hashtags, `.info.json` and tables: what people and programs write about videos."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewise.collection.info_json import InfoInvalid, info_beside, read_info
from scenewise.collection.metadata import (
    Facts,
    hashtags_in,
    hashtags_of,
    moment_of,
    seconds_of,
    text_of,
    united,
)
from scenewise.collection.tables import TableInvalid, read_table
from scenewise.core.errors import FileMissing

MARCH = datetime(2022, 3, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("at the sea #Sunset #beach_day!", ("Sunset", "beach_day")),
        ("#हिन्दी और #दिल्ली", ("हिन्दी", "दिल्ली")),
        ("#สวัสดี #ไทย", ("สวัสดี", "ไทย")),
        ("#می‌خواهم #سلام", ("می‌خواهم", "سلام")),
        ("#日本語 #カー・レース", ("日本語", "カー・レース")),
        ("＃全角 is full width", ("全角",)),
        ("#Україна#мир", ("Україна", "мир")),
        ("C# and &#39; and https://a.example/b#part", ()),
        ("we are #1 but #1st counts", ("1st",)),
        ("#one #ONE #Two", ("one", "Two")),
        ("#", ()),
        ("##double", ("double",)),
        ("", ()),
    ],
)
def test_hashtags_are_found_in_any_script(text, tags):
    assert hashtags_in(text) == tags


@given(st.text(max_size=60))
def test_no_text_breaks_the_search_for_hashtags(text):
    for tag in hashtags_in(text):
        assert tag
        assert not tag.startswith("#")
        assert not any(sign.isspace() for sign in tag)


@pytest.mark.parametrize(
    ("value", "tags"),
    [
        ("#a #b", ("a", "b")),
        ("a, b b ,c", ("a", "b b", "c")),
        ('["x", "#y"]', ("x", "y")),
        ("['x', 'y']", ("x", "y")),
        (["x", None, "#y z"], ("x", "y z")),
        ("#glued#together", ("glued", "together")),
        ("[broken", ("[broken",)),
        (None, ()),
        ("", ()),
        (7, ("7",)),
    ],
)
def test_a_field_of_hashtags_is_read_however_it_is_written(value, tags):
    assert hashtags_of(value) == tags


@pytest.mark.parametrize(
    "value",
    [
        "2022-03-05", "20220305", "2022-03-05T00:00:00Z", "2022-03-05 00:00:00 UTC",
        "2022-03-05T02:00:00+02:00", "1646438400", 1646438400, 1646438400.0, 1646438400000,
        "1646438400000000", "Sat, 05 Mar 2022 00:00:00 GMT", "20220305000000",
        datetime(2022, 3, 5), date(2022, 3, 5),
        datetime(2022, 3, 5, 2, tzinfo=timezone(timedelta(hours=2))),
    ],
)  # fmt: skip
def test_a_moment_is_understood_in_the_forms_that_are_written(value):
    assert moment_of(value) == MARCH
    assert moment_of(value).tzinfo is UTC


@pytest.mark.parametrize("value", ["05/03/2022", "soon", "2022", "2022-13-01", True, [1]])
def test_what_is_no_date_is_refused_with_the_form_to_write(value):
    with pytest.raises(ValueError, match="2022-03-05"):
        moment_of(value)


def test_nothing_is_no_moment():
    assert moment_of("  ") is None
    assert moment_of(None) is None


@given(st.one_of(st.text(max_size=30), st.floats(), st.integers(), st.booleans()))
def test_any_value_is_a_moment_or_none_or_refused(value):
    try:
        moment = moment_of(value)
    except ValueError:
        return
    assert moment is None or moment.tzinfo is UTC


@given(st.one_of(st.text(max_size=30), st.floats(), st.integers()))
def test_any_value_is_a_duration_or_none_or_refused(value):
    try:
        seconds = seconds_of(value)
    except ValueError:
        return
    assert seconds is None or 0 <= seconds < 1e9


def test_durations_are_seconds_or_clock_times():
    assert seconds_of("12.5") == 12.5
    assert seconds_of("1:02:03") == 3723
    assert seconds_of("2:05") == 125
    assert seconds_of("") is None
    with pytest.raises(ValueError, match="-3"):
        seconds_of("-3")


def test_values_become_text_as_people_read_them():
    assert text_of(3.0) == "3"
    assert text_of(float("nan")) == ""
    assert text_of(True) == "true"
    assert text_of({"a": 1}) == '{"a": 1}'
    assert text_of(None) == ""


def test_facts_fill_what_others_leave_empty():
    row = Facts(id="1", hashtags=("Sea",), extra={"a": "row"})
    info = Facts(id="2", account="nina", hashtags=("sea", "sun"), extra={"a": "info", "b": "2"})
    assert row.over(info) == Facts(
        id="1", account="nina", hashtags=("Sea", "sun"), extra={"a": "row", "b": "2"}
    )


@given(st.lists(st.text(max_size=8)), st.lists(st.text(max_size=8)))
def test_united_hashtags_hold_each_once(one, other):
    tags = united(one, other)
    assert {tag.strip().removeprefix("#").casefold() for tag in tags} == {
        tag.strip().removeprefix("#").casefold() for tag in (*one, *other)
    }
    assert united(tags) == tags


# --- .info.json -----------------------------------------------------------------------------

INFO = {
    "id": "7071",
    "title": "Sunset",
    "description": "at the sea #sunset #Strand",
    "uploader": "nina.films",
    "uploader_id": "682937461",
    "channel": "Nina",
    "timestamp": 1646438400,
    "upload_date": "20220401",
    "tags": ["Sunset", "how to swim"],
    "duration": 12.5,
    "view_count": 1200,
    "formats": [{"url": "https://a.example"}] * 3,
    "language": "de",
}


def _beside(folder: Path, data: object, name: str = "clip.info.json") -> Path:
    path = folder / name
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return path


def test_what_a_downloader_wrote_is_understood(tmp_path):
    facts = read_info(_beside(tmp_path, INFO))
    assert facts == Facts(
        id="7071",
        account="nina.films",
        posted=MARCH,
        title="Sunset",
        description="at the sea #sunset #Strand",
        hashtags=("sunset", "Strand", "how to swim"),
        duration=12.5,
        language="de",
        extra={"uploader": "nina.films", "channel": "Nina", "view_count": "1200"},
    )


def test_the_handle_is_the_account_and_the_day_does_where_there_is_no_time(tmp_path):
    facts = read_info(
        _beside(tmp_path, {"uploader_id": "@nina", "uploader": "N", "upload_date": "20220305"})
    )
    assert (facts.account, facts.posted) == ("@nina", MARCH)


def test_an_odd_date_of_a_downloader_is_passed_over(tmp_path):
    facts = read_info(_beside(tmp_path, {"id": "x", "upload_date": "unknown", "duration": "?"}))
    assert facts == Facts(id="x")


@pytest.mark.parametrize("content", ["{broken", "[1, 2]", '{"_type": "playlist"}', "[" * 99999])
def test_what_no_downloader_writes_is_refused(tmp_path, content):
    path = _beside(tmp_path, content)
    with pytest.raises(InfoInvalid, match=r"clip\.info\.json"):
        read_info(path)


def test_the_information_lies_beside_the_video(tmp_path):
    video = tmp_path / "Trip no. 3 [abc].mp4"
    assert info_beside(video) is None
    beside = _beside(tmp_path, INFO, "Trip no. 3 [abc].info.json")
    assert info_beside(video) == beside


# --- tables ---------------------------------------------------------------------------------


def _table(folder: Path, text: str, name: str = "posts.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def test_rows_of_a_table_become_facts_and_other_columns_are_kept(tmp_path):
    path = _table(
        tmp_path,
        "id,path,account,posted,description,hashtags,likes\n"
        '1,clips/a.mp4,@nina,2022-03-05,"at the sea, #Strand",#sea sun,12\n'
        "\n"
        "2,/else/b.mp4,,,,,\n",
    )
    one, two = read_table(path).rows
    assert one.number == 2
    assert one.path == tmp_path / "clips" / "a.mp4"
    assert one.facts == Facts(
        id="1",
        account="nina",
        posted=MARCH,
        description="at the sea, #Strand",
        hashtags=("sea", "sun", "Strand"),
        extra={"likes": "12"},
    )
    assert (two.number, two.path, two.facts) == (4, Path("/else/b.mp4"), Facts(id="2"))


@pytest.mark.parametrize(
    ("name", "text", "encoding"),
    [
        ("t.csv", "Path;Posted At;Caption\na.mp4;2022-03-05;häl\n", "utf-8-sig"),
        ("t.csv", "path\tposted\tcaption\na.mp4\t2022-03-05\thäl\n", "utf-16"),
        ("t.tsv", "path\tposted\tcaption\r\na.mp4\t2022-03-05\thäl\r\n", "utf-8"),
        ("t.jsonl", '{"path": "a.mp4", "posted": 1646438400, "text": "häl"}\n', "utf-8"),
    ],
)
def test_tables_come_in_many_forms(tmp_path, name, text, encoding):
    table = read_table(_table(tmp_path, text, name, encoding))
    assert not table.failures
    (row,) = table.rows
    assert (row.path, row.facts.posted, row.facts.description) == (
        tmp_path / "a.mp4", MARCH, "häl",
    )  # fmt: skip


def test_parquet_holds_what_it_holds(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "posts.parquet"
    columns = {"path": ["a.mp4"], "posted": [MARCH], "hashtags": [["sea", "sun"]], "likes": [3.0]}
    parquet.write_table(pyarrow.table(columns), path)
    (row,) = read_table(path).rows
    assert row.facts == Facts(posted=MARCH, hashtags=("sea", "sun"), extra={"likes": "3"})
    path.write_bytes(b"PAR1 not at all")
    with pytest.raises(TableInvalid, match="damaged"):
        read_table(path)


def test_rows_that_do_not_fit_are_told_and_the_rest_counts(tmp_path):
    path = _table(
        tmp_path,
        "id,path,posted,duration\n"
        "1,a.mp4,05/03/2022,\n"
        ",,2022-03-05,\n"
        "2,b.mp4,,long\n"
        "3,c.mp4,2022-03-05,3,4\n"
        "4,d.mp4\n"
        "5,e.mp4,2022-03-05,3\n"
        "6,e.mp4,,\n"
        "5,f.mp4,,\n",
    )
    table = read_table(path)
    assert [row.facts.id for row in table.rows] == ["5"]
    assert {failure.path for failure in table.failures} == {str(path)}
    told = [failure.reason for failure in table.failures]
    assert told[0].startswith("row 2: column posted: '05/03/2022' is no date; write it as")
    assert told[1].startswith("row 3: column path: it is empty")
    assert told[2].startswith("row 4: column duration: 'long' is no duration; write")
    assert told[3].startswith("row 5: it has 5 cells and the headings are 4; put")
    assert told[4].startswith("row 6: it has 2 cells")
    assert told[5].startswith("row 8: column path: row 7 is about the same file")
    assert told[6].startswith("row 9: column id: row 7 has the same id")


def test_lines_that_are_no_objects_are_told(tmp_path):
    path = _table(tmp_path, '{"id": "1"}\n{oops\n[1]\n{"title": "x"}\n', "t.jsonl")
    table = read_table(path)
    assert [row.facts.id for row in table.rows] == ["1"]
    assert [failure.reason.partition(":")[0] for failure in table.failures] == [
        "row 2", "row 3", "row 4",
    ]  # fmt: skip


def test_a_quotation_mark_left_open_ends_the_table_there(tmp_path):
    table = read_table(_table(tmp_path, 'id,title\n1,a\n2,"open\n3,c\n'))
    assert [row.facts.id for row in table.rows] == ["1"]
    assert "row 3" in table.failures[0].reason


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("t.csv", b"name,likes\nx,1\n", "its columns: name, likes"),
        ("t.csv", b"", "empty"),
        ("t.csv", b"id,title\n1,caf\xe9\n", "line 2 is not UTF-8"),
        ("t.csv", b"id,\x00\n", "not text"),
        ("t.csv", b"id,a,a\n1,2,3\n", "two columns are named a"),
        ("t.jsonl", b'{"name": 1}\n', "its columns: name"),
        ("t.xlsx", b"PK", "known kind"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_in_one_line(tmp_path, name, content, what):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(TableInvalid, match=what) as caught:
        read_table(path)
    assert str(path) in str(caught.value)
    assert ";" in str(caught.value)


def test_a_table_that_is_not_there_is_missed(tmp_path):
    with pytest.raises(FileMissing, match="no such table"):
        read_table(tmp_path / "t.csv")
