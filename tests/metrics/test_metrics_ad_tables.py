"""Tables of audio description are read in their public forms, and rows find each other."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from scenewise.core.errors import FileMissing, FileUnreadable, InputError
from scenewise.metrics.ad_matching import films_of, match
from scenewise.metrics.ad_tables import PREDICTED, TEXTS, TRUE, AdTable, TableInvalid, read_table

MAD = """movie,sentence,movie_duration,start,end,imdbid
1005_Signs,"A set of swings, and a frame.",6391.2,126.568,130.799,tt01
1005_Signs,He nods.,6391.2,133.011,138.202,tt01
1026_Legion,He nods.,5990.0,10.5,12.25,tt02
"""
CMD = """text,start,end,movie,scaled_start,scaled_end,cmd_filename,imdbid,movie_title,duration
She smiles.,1401.1,1401.7,7212,9.41,11.41,2014/ewE,tt01,The Jungle,2
He nods.,1418.4,1420.5,7212,27.37,29.43,2014/ewE,tt01,The Jungle,2.06
"""
TV = """text,start,end,imdbid,imdbid_pe,season,episode,scaled_end,scaled_start,tvad_name,tvad_index
He sits.,242.653,245.358,tt1,tt9,1,1,245.358,242.653,friends_s01e01,"[17, 17]"
"""


def table(path: Path, text: str, words: tuple[str, ...] = TEXTS) -> AdTable:
    path.write_text(text, encoding="utf-8")
    return read_table(path, words=words)


@pytest.mark.parametrize(
    ("text", "film", "start", "end", "sentence"),
    [
        (MAD, "1005_Signs", 126.568, 130.799, "A set of swings, and a frame."),
        (CMD, "7212", 1401.1, 1401.7, "She smiles."),
        (TV, "tt9", 242.653, 245.358, "He sits."),
        ("vid,start,end,text_gt,text_gen\na,1,2,x,y\n", "a", 1, 2, "y"),
        ("Film;Start;End;Text\nA;0:01:02,5;00:01:03.5;One\n", "A", 62.5, 63.5, "One"),
        ("\ufeffmovie\tstart\tend\ttext\nA\t1\t2\tOne\n", "A", 1, 2, "One"),
        ('movie,text\r\nA,"two\nlines"\r\n', "A", None, None, "two lines"),
    ],
)
def test_public_tables(tmp_path: Path, text, film, start, end, sentence) -> None:
    row = table(tmp_path / "a.csv", text, (*PREDICTED, *TEXTS)).rows[0]
    assert (row.film, row.start, row.end, row.sentence) == (film, start, end, sentence)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", [{"movie": "A", "start": 1, "end": 2, "sentence": "One"}]),
        ("a.json", {"predictions": [{"movie": "A", "timestamps": [1, 2], "sentence": "One"}]}),
        ("a.json", {"7": {"movie": "A", "timestamps": [1, 2], "sentence": "One"}}),
        ("a", [{"movie": "A", "start": "1", "end": "2", "sentence": ["One"]}]),
    ],
)
def test_json(tmp_path: Path, name: str, content) -> None:
    row = table(tmp_path / name, json.dumps(content)).rows[0]
    assert (row.film, row.start, row.end, row.sentence) == ("A", 1, 2, "One")


def test_json_lines_and_plain_lines(tmp_path: Path) -> None:
    lines = (
        '{"movie": "A", "start": 1, "text": "One"}\n\n{"movie": "A", "start": NaN, "text": null}\n'
    )
    first, second = table(tmp_path / "a.jsonl", lines).rows
    assert (first.sentence, first.number) == ("One", 1)
    assert (second.sentence, second.start, second.number) == ("", None, 3)
    plain = table(tmp_path / "a.txt", "one\n\nthree\n")
    assert [row.sentence for row in plain.rows] == ["one", "", "three"]
    named = table(tmp_path / "b.json", '{"clip-1": "One", "clip-2": "Two"}')
    assert [(row.cells["id"], row.sentence) for row in named.rows] == [
        ("clip-1", "One"), ("clip-2", "Two"),
    ]  # fmt: skip


def test_names_and_durations(tmp_path: Path) -> None:
    text = "movie,text,characters,movie_duration\n" + "\n".join(
        ["A,x,\"['Ann', 'Bo']\",60", 'A,x,"Ann, Bo",', "A,x,,", "A,x,[broken,"]
    )
    rows = table(tmp_path / "a.csv", text).rows
    assert [row.characters for row in rows] == [("Ann", "Bo"), ("Ann", "Bo"), (), ("broken",)]
    assert [row.duration for row in rows] == [60, None, None, None]


@pytest.mark.parametrize("cell", ["nan", "NaN", "None", "null", "<NA>", "  "])
def test_what_programs_write_for_nothing_is_nothing(tmp_path: Path, cell: str) -> None:
    text = f"movie,start,text\nA,1,{cell}\n{cell},{cell},Nan.\n"
    first, second = table(tmp_path / "a.csv", text.replace(f"{cell},{cell}", "A,2")).rows
    assert (first.sentence, second.sentence) == ("", "Nan.")  # who is called so, is
    (row,) = table(tmp_path / "b.csv", f"movie,title,text\n{cell},B,x\n").rows
    assert row.film == "B"


def test_a_list_of_one_text_in_a_cell_is_that_text(tmp_path: Path) -> None:
    text = 'text\n"[\'He runs.\']"\n"[\'broken"\n[sic] he runs\n'
    rows = table(tmp_path / "a.csv", text).rows
    assert [row.sentence for row in rows] == ["He runs.", "['broken", "[sic] he runs"]


def test_letters_are_composed_alike(tmp_path: Path) -> None:
    composed, apart = (unicodedata.normalize(form, "café") for form in ("NFC", "NFD"))
    assert composed != apart
    rows = table(tmp_path / "a.csv", f"movie,text\n{apart},{apart}\n").rows
    assert (rows[0].film, rows[0].sentence) == (composed, composed)


def test_what_spreadsheets_call_unicode_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("movie\ttext\r\nA\tcafé\r\n".encode("utf-16"))
    assert read_table(path).rows[0].sentence == "café"


def test_a_comma_outside_quotes_is_told(tmp_path: Path) -> None:
    text = "movie,start,text\nA,1,one\nA,2,two, cut\nA,3,three,\n"
    got = table(tmp_path / "a.csv", text)
    assert [row.sentence for row in got.rows] == ["one", "two", "three"]
    (note,) = got.notes
    assert note.startswith("a.csv: 1 rows have more cells than there are headings, such as row 2")
    assert table(tmp_path / "b.csv", MAD).notes == ()


def test_clocks_of_lsmdc(tmp_path: Path) -> None:
    text = "movie,start,end,text\nA,00.02.06.568,01.00.10.799,x\nA,2.06,3,y\n"
    rows = table(tmp_path / "a.csv", text).rows
    assert [(row.start, row.end) for row in rows] == [(126.568, 3610.799), (2.06, 3)]


def test_rows_that_cannot_be_read_are_told_and_left_out(tmp_path: Path) -> None:
    text = "movie,start,end,text\nA,soon,2,x\nA,3,2,y\nA,1,inf,z\nA,1,2,good\n"
    got = table(tmp_path / "a.csv", text)
    assert [row.sentence for row in got.rows] == ["good"]
    assert got.faults == (
        "a.csv, row 1: “soon” is no time",
        "a.csv, row 2: it ends (2) before it starts (3)",
        "a.csv, row 3: “inf” is no time",
    )


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "the file is empty"),
        ("a.csv", b" \n\n", "the file is empty"),
        ("a.csv", b"movie,text\n", "no row"),
        (
            "a.csv",
            b"movie,words\nA,x\n",
            "no column holds the .*movie, words.*name it",
        ),
        ("a.csv", b"movie,start,text\nA,soon,x\n", "no row can be read .*no time"),
        ("a.csv", b"\xff\xfe\x00", "UTF-8"),
        ("a.csv", b"movie,text\nA,x\nA,caf\xe9\n", r"no text in UTF-8 \(line 3\); save it"),
        ("a.csv", b"text\n\0\n", "no text"),
        ("a.json", b"{", "the file is no JSON"),
        ("a.json", b"3", "no list"),
        ("a.json", b"[3]", "row 1 is no description"),
        ("a.json", b"[" * 100_000, "the file is no JSON"),
        ("a.jsonl", b'{"text": "a"}\nx', "line 2 is no JSON"),
    ],
)
def test_what_is_no_table_is_told(tmp_path: Path, name, content, message) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(TableInvalid, match=message) as told:
        read_table(path)
    assert str(told.value).startswith(str(path))


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        read_table(tmp_path / "none.csv")
    with pytest.raises(FileUnreadable):
        read_table(tmp_path)


def test_the_real_table(data: Path) -> None:
    path = data / "ad_text" / "madeval_anno.csv"
    if not path.is_file():
        pytest.skip("the descriptions of MAD-Eval are not here")
    got = read_table(path)
    assert len(got.rows) == 6520
    assert got.faults == ()
    assert len({row.film for row in got.rows}) == 10
    assert all(row.sentence and row.start is not None and row.duration for row in got.rows)


# --- matching ---


def paired(ours: AdTable, theirs: AdTable, **how: float) -> tuple[list[str | None], str]:
    found = match(ours, theirs, **how)
    return [one.sentence if one else None for one in found.predictions], found.by


@pytest.mark.parametrize(
    ("predictions", "wanted", "by"),
    [
        (
            "movie,start,end,text\n1026_legion.mp4,10.5,12.25,c\n1005_Signs,133,138.2,b\n",
            [None, "b", "c"],
            "movie and time",
        ),
        (
            "vid,start,end,text_gen\ntt01,126.57,130.8,a\ntt02,10.5,12.25,c\ntt03,1,2,d\n",
            ["a", None, "c"],
            "vid (imdbid) and time",
        ),
        (  # times within the clip: the words of the reference tell
            "vid,start,end,text_gt,text_gen\ntt01,0,4,He nods.,b\ntt02,0,2,He nods.,c\n"
            'tt01,0,5,"A set of swings, and a frame.",a\n',
            ["a", "b", "c"],
            "vid (imdbid) and the reference's words",
        ),
        (
            "vid,start,start_,end_,text_gen\ntt01,0,126.568,130.799,a\ntt01,0,133.011,138.202,b\n",
            ["a", "b", None],
            "vid (imdbid) and time",
        ),
        ("movie,start,text\n1005_Signs,126.568,a\n", ["a", None, None], "movie and time"),
    ],
)
def test_predictions_find_their_references(tmp_path: Path, predictions, wanted, by) -> None:
    ours = table(tmp_path / "ours.csv", predictions, (*PREDICTED, *TEXTS))
    assert paired(ours, table(tmp_path / "theirs.csv", MAD)) == (wanted, by)


def test_clips_of_cmd_ad_by_times_within_them(tmp_path: Path) -> None:
    ours = table(
        tmp_path / "a.csv",
        "vid,start,end,text_gen\n2014/ewE,9.41,11.41,a\n2014/ewE,27.37,29.43,b\n",
        PREDICTED,
    )
    theirs = table(tmp_path / "b.csv", CMD)
    assert paired(ours, theirs) == (["a", "b"], "vid (cmd_filename) and time")
    assert films_of(ours, theirs) == ["7212", "7212"]


def test_ids_are_surest_and_doubles_are_spare(tmp_path: Path) -> None:
    theirs = table(tmp_path / "b.csv", "id,movie,start,text\n1,A,5,x\n2,A,9,y\n")
    ours = table(tmp_path / "a.csv", "id,movie,start,text\n2,A,5,b\n1,A,9,a\n1,A,9,again\n")
    found = match(ours, theirs)
    assert [one.sentence for one in found.predictions if one] == ["a", "b"]
    assert [row.sentence for row in found.spare] == ["again"]
    assert (found.by, found.pairs) == ("id", 2)


def test_ids_that_begin_anew_in_each_film_count_with_the_film(tmp_path: Path) -> None:
    theirs = table(tmp_path / "b.csv", "id,movie,start,text\n0,A,5,x\n1,A,9,y\n0,B,5,z\n1,B,9,w\n")
    swapped = "id,movie,start,text\n0,B,5,z\n1,B,9,w\n0,A,5,x\n1,A,9,y\n"
    ours = table(tmp_path / "a.csv", swapped)
    assert paired(ours, theirs) == (["x", "y", "z", "w"], "movie and id")
    ours = table(tmp_path / "c.csv", "id,movie,text\n1,b.mp4,w\n0,b.mp4,z\n")  # ids of one film
    assert paired(ours, theirs) == ([None, None, "z", "w"], "movie and id")
    assert paired(theirs, ours) == (["w", "z"], "movie and id")
    ours = table(tmp_path / "d.csv", "id,text\n0,x\n1,y\n")  # of which film is not said
    with pytest.raises(InputError, match="an id of its own for each row"):
        match(ours, theirs)


def test_ids_that_begin_anew_in_each_episode(tmp_path: Path) -> None:
    head = "id,movie,imdbid_pe,text\n"
    theirs = table(tmp_path / "b.csv", f"{head}0,friends,tt1,x\n0,friends,tt2,y\n")
    ours = table(tmp_path / "a.csv", f"{head}0,friends,tt2,y\n0,friends,tt1,x\n")
    assert paired(ours, theirs) == (["x", "y"], "imdbid_pe and id")


def test_ids_that_repeat_within_a_film_leave_it_to_times(tmp_path: Path) -> None:
    theirs = table(tmp_path / "b.csv", "id,movie,start,text\n0,A,5,x\n0,A,50,y\n1,A,70,z\n")
    ours = table(tmp_path / "a.csv", "id,movie,start,text\n0,A,50,y\n0,A,5,x\n1,A,70,z\n")
    assert paired(ours, theirs) == (["x", "y", "z"], "movie and time")
    ours = table(tmp_path / "c.csv", "id,movie,text\n0,A,y\n1,A,z\n")
    assert paired(ours, theirs) == ([None, None, "z"], "movie and id")


def test_names_of_files_and_whole_numbers_are_seen_through(tmp_path: Path) -> None:
    ours = table(tmp_path / "a.csv", "movie,start,text\n1026 legion.mp4,10.5,c\nx,1,y\n")
    assert paired(ours, table(tmp_path / "b.csv", MAD))[0] == [None, None, "c"]
    ours = table(tmp_path / "c.csv", "id,text\n2.0,b\n1.0,a\n")
    theirs = table(tmp_path / "d.csv", "id,text\n1,x\n2,y\n")
    assert paired(ours, theirs) == (["a", "b"], "id")


def test_how_near_is_near_enough(tmp_path: Path) -> None:
    theirs = table(tmp_path / "b.csv", "movie,start,end,text\nA,1,2,x\nA,1.2,2.2,y\n")
    ours = table(tmp_path / "a.csv", "movie,start,end,text\nA,1.19,2.2,b\nA,1.05,2,a\n")
    assert paired(ours, theirs)[0] == ["a", "b"]
    assert paired(ours, theirs, within=0.02)[0] == [None, "b"]
    far = table(tmp_path / "c.csv", "movie,start,end,text\nA,1,2.3,a\n")
    with pytest.raises(InputError, match=r"no row of it belongs to one of b.csv.*“A”, 1 s.*soda"):
        match(far, theirs)
    assert paired(far, theirs, within=0.5)[0] == ["a", None]


def test_one_film_each_may_be_called_otherwise_and_lines_match_lines(tmp_path: Path) -> None:
    ours = table(tmp_path / "a.csv", "movie,start,end,text\nfilm.mp4,1,2,a\n")
    theirs = table(tmp_path / "b.csv", "movie,start,end,text\nThe Film,1,2,x\n")
    assert paired(ours, theirs) == (["a"], "the one film of each and time")
    two = table(tmp_path / "c.csv", "movie,start,end,text\nX,1,2,x\nY,1,2,x\n")
    with pytest.raises(InputError, match="no row"):
        match(ours, two)
    lines = [table(tmp_path / f"{name}.txt", "one\ntwo\n") for name in "de"]
    assert paired(*lines) == (["one", "two"], "line")
    with pytest.raises(InputError, match="2 plain lines; there: 1 plain lines"):
        match(lines[0], table(tmp_path / "f.txt", "one\n"))
    assert paired(lines[0], two) == (["one", "two"], "line")
    assert paired(two, lines[0]) == (["x", "x"], "line")
    assert read_table(tmp_path / "d.txt", words=(*TRUE, *TEXTS)).rows[0].sentence == "one"
