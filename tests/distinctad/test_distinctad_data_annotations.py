"""Public tables of descriptions are read as they are published; what does not fit is told."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.core.errors import FileMissing, FileUnreadable, InputError, UnknownChoice
from scenewise.core.time import Span
from scenewise.distinctad.annotations import (
    Annotation,
    Annotations,
    AnnotationsInvalid,
    check_durations,
)
from scenewise.distinctad.annotations_forms import find_films, read_annotations

MAD = "movie,sentence,movie_duration,start,end,imdbid,lsmdc_filename,start_hms,end_hms"
CMD = (
    "text,start,end,movie,scaled_start,scaled_end,cmd_filename,imdbid,movie_title,cmd_clip_idx,"
    "duration,num_words,num_string"
)
TV = (
    "text,start,end,imdbid,imdbid_pe,season,episode,scaled_end,scaled_start,duration,tvad_name,"
    "tvad_index,bboxes,pred_ids"
)


def table(folder: Path, header: str, *rows: str, encoding: str = "utf-8") -> Path:
    path = folder / "table.csv"
    path.write_bytes("\n".join((header, *rows, "")).encode(encoding))
    return path


def mad(sentence: str = "She waves.", start: str = "1.0", end: str = "2.5", film: str = "7") -> str:
    return f'{film},"{sentence}",6391.2,{start},{end},tt1,clip_a,x,x'


def refused(path: Path, *words: str, **options: str) -> None:
    """One line that says what, where, and what to do."""
    with pytest.raises(InputError) as told:
        read_annotations(path, **options)
    line = str(told.value)
    assert line.startswith(f"{path}: ")
    assert "\n" not in line
    assert told.value.remedy
    for word in words:
        assert word in line


def test_the_real_table_of_mad_eval(data: Path) -> None:
    read = read_annotations(data / "ad_text" / "madeval_anno.csv")
    assert read.form == "mad"
    assert len(read.rows) == 6520
    assert len(read.films) == len(read.durations) == len(read.imdb) == 10
    assert not read.left_out
    signs = read.of("1005_Signs")
    assert len(signs) == 778
    assert signs[0].span == Span(126.568, 130.799)
    assert read.durations["1005_Signs"] == 6391.2
    assert read.imdb["1005_Signs"] == "tt0286106"
    for rows in read.by_film().values():
        assert [row.span.start for row in rows] == sorted(row.span.start for row in rows)
        assert all(row.text.strip() and row.span.duration > 0 for row in rows)


def test_mad_eval_in_the_clips_of_lsmdc(data: Path) -> None:
    read = read_annotations(data / "ad_text" / "madeval_anno.csv", "lsmdc")
    row = read.of("1005_Signs")[0]
    assert row.file == "1005_Signs_00.02.06.568-00.02.10.799"
    assert row.seen.start == 0
    assert row.seen.duration == pytest.approx(4.231)
    assert len(read.files) == 6520


def test_the_form_of_mad_train_has_fewer_columns(tmp_path: Path) -> None:
    read = read_annotations(table(tmp_path, "movie,start,end,text", "2738,3.5,5.0,He nods."))
    assert read.rows == (Annotation("2738", Span(3.5, 5.0), "He nods.", number=1),)
    assert not read.durations


def test_cmd_tells_times_of_the_film_and_of_the_scene(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        CMD,
        "Ann nods.,1400.5,1402.0,7212,9.25,11.25,2014/abc,tt0042208,A Film,1,2.0,2,9",
        "She sits.,1395.5,1397.0,7212,4.25,6.25,2014/abc,tt0042208,A Film,1,2.0,2,9",
    )
    first, second = read_annotations(path).rows
    assert first.text == "She sits."  # by time, although the table has it second
    assert (first.film, first.file) == ("tt0042208", "2014/abc")
    assert first.span == Span(1395.5, 1397.0)
    assert first.seen == Span(4.25, 6.25)
    assert second.seen.start == 9.25


def test_tv_tells_pictures_by_number_and_whom_autoad_zero_saw(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        TV,
        'He sits.,240.2,242.1,tt01,tt05,1,1,242.2,240.2,2.0,show_s01e01_clip_04,"[10, 10, 11, 15]",'
        "\"[[[3, 2, 4, 2]]]\",\"{'nm0001435': [(4, 0)], 'nm0000098': [(4, 2)]}\"",
    )
    (row,) = read_annotations(path).rows
    assert (row.film, row.file) == ("tt05", "show_s01e01_clip_04")
    assert row.seen == Span(3.0, 5.0)
    assert row.characters == ("nm0001435", "nm0000098")


def test_rows_of_tv_without_pictures_do_not_fit(tmp_path: Path) -> None:
    whole = {"text": "He sits.", "start": 1, "end": 2, "imdbid_pe": "tt05", "tvad_name": "s01"}
    rows = [{**whole, "tvad_index": [4, 5]}, {**whole, "tvad_index": [0]}, whole]
    (tmp_path / "table.json").write_text(json.dumps(rows), encoding="utf-8")
    refused(tmp_path / "table.json", "row 2", "tvad_index", "and 1 more")
    read = read_annotations(tmp_path / "table.json", faults="skip")
    assert [row.seen for row in read.rows] == [Span(1.0, 5 / 3)]
    assert read.left_out == {"does not fit the form": 2}


def test_empty_sentences_and_clips_without_length_are_counted(tmp_path: Path) -> None:
    path = table(tmp_path, MAD, mad(), mad(" "), mad(""), mad("He runs.", "5.0", "5.0"))
    read = read_annotations(path)
    assert [row.text for row in read.rows] == ["She waves."]
    assert read.left_out == {"empty sentence": 2, "no length in time": 1}
    assert read.notes() == (
        "2 rows left out: empty sentence",
        "1 row left out: no length in time",
    )


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (mad(start="soon"), "is no time"),
        (mad(start=""), "it has no start"),
        (mad(end="1e999"), "is no time"),
        (mad(start="9", end="8"), "it ends (8) before it starts (9)"),
        (mad(film=""), "it has no movie"),
        (mad(film="../x"), "no name of a film"),
        ("7,only three,1", "it has no start"),
    ],
)
def test_a_row_that_does_not_fit_is_told_by_its_number(tmp_path: Path, row: str, word: str) -> None:
    refused(table(tmp_path, MAD, mad(), row), "row 2", word)


def test_rows_that_do_not_fit_can_be_skipped_and_are_counted(tmp_path: Path) -> None:
    read = read_annotations(table(tmp_path, MAD, mad(), mad(start="soon")), faults="skip")
    assert len(read.rows) == 1
    assert read.left_out == {"does not fit the form": 1}
    with pytest.raises(UnknownChoice):
        read_annotations(table(tmp_path, MAD, mad()), faults="ignore")


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    refused(table(tmp_path, "sentence,start,end", "x,1,2"), "no column 'movie'")
    refused(table(tmp_path, "movie,start,end", "7,1,2"), "no column holds the descriptions")
    refused(table(tmp_path, MAD, mad(" ")), "no description that can be used")
    refused(table(tmp_path, MAD, mad("A café."), encoding="latin-1"), "UTF-8")
    wide = table(tmp_path, MAD, mad("A café."), encoding="utf-16")  # as spreadsheets write it
    assert [row.text for row in read_annotations(wide).rows] == ["A café."]
    refused(table(tmp_path, MAD, mad()), "no column 'cmd_filename'", form="cmd")
    with pytest.raises(FileMissing):
        read_annotations(tmp_path / "none.csv")
    with pytest.raises(FileUnreadable):
        read_annotations(tmp_path)
    with pytest.raises(UnknownChoice):
        read_annotations(table(tmp_path, MAD, mad()), "srt")


def test_json_is_read_as_well(tmp_path: Path) -> None:
    rows = [
        {"movie": "7", "sentence": "He nods.", "timestamps": [1.5, 2.5], "movie_duration": 90},
        {"movie": "7", "sentence": "She waves.", "timestamps": [0.5, 1.0], "characters": ["Ann"]},
    ]
    (tmp_path / "table.json").write_text(json.dumps(rows), encoding="utf-8")
    read = read_annotations(tmp_path / "table.json")
    assert [(row.text, row.span, row.characters) for row in read.rows] == [
        ("She waves.", Span(0.5, 1.0), ("Ann",)),
        ("He nods.", Span(1.5, 2.5), ()),
    ]
    assert read.durations == {"7": 90.0}


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20),
            st.floats(0, 9000),
            st.floats(0, 30),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_every_row_is_read_or_counted(rows: list[tuple[str, float, float]]) -> None:
    import tempfile

    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["movie", "sentence", "start", "end"])
    writer.writerow(["7", "He waits.", 0, 1])
    writer.writerows([["7", text, start, start + length] for text, start, length in rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(out.getvalue().encode())
        read = read_annotations(path)
    assert len(read.rows) + sum(read.left_out.values()) == len(rows) + 1
    assert {row.text for row in read.rows} <= {
        "He waits.",
        *(" ".join(text.split()) for text, _, _ in rows),
    }


def at(hours: int, minutes: int, seconds: int = 0) -> float:
    return 3600.0 * hours + 60 * minutes + seconds


TABLE_E3 = {
    "2738": (at(1, 37, 26), at(1, 41, 59), at(1, 42)),
    "2787": (at(1, 19, 24), at(1, 52, 16), at(1, 52)),
    "4017": (at(1, 59, 20), at(1, 57, 41), at(1, 59)),
    "4061": (at(1, 28, 2), at(2, 8, 12), at(2, 8)),
    "4266": (at(1, 36, 8), at(1, 40, 39), at(1, 40)),
    "4772": (at(1, 39, 53), at(1, 44, 33), at(1, 44)),
    "4902": (at(1, 15, 30), at(1, 11, 55), at(1, 14)),
    "5634": (at(1, 40, 52), at(1, 51, 50), at(1, 40)),
    "6952": (at(2, 31, 52), at(2, 21, 53), at(2, 21)),
}
"""Seconds told by MAD, found by the authors, and published by IMDb."""


def test_the_films_of_table_e3_are_listed_and_three_left_out() -> None:
    films = (*TABLE_E3, "right")
    told = Annotations(
        tuple(Annotation(film, Span(1, 2), "He nods.") for film in films),
        {film: mad for film, (mad, _, _) in TABLE_E3.items()} | {"right": 5000.0},
    )
    found = {film: here for film, (_, here, _) in TABLE_E3.items()} | {"right": 5059.0}
    published = {film: imdb for film, (_, _, imdb) in TABLE_E3.items()}
    kept, differ = check_durations(told, found, published=published)
    assert [one.film for one in differ] == list(TABLE_E3)
    assert sorted(set(films) - set(kept.films)) == ["4017", "4902", "5634"]
    assert "1:59:20 told, 1:57:41 here, published as 1:59:00; left out" in str(differ[2])

    strict, _ = check_durations(told, found)  # without published lengths none can be trusted
    assert strict.films == ("right",)
    with pytest.raises(AnnotationsInvalid, match="all 9 films differ"):
        check_durations(told.only(list(TABLE_E3)), found)


def test_films_are_found_by_name_and_missing_ones_told(tmp_path: Path) -> None:
    path = table(tmp_path, MAD, mad(film="a"), mad(film="b"), mad(film="c"))
    read = read_annotations(path)
    (tmp_path / "a.mkv").touch()
    with pytest.raises(FileMissing, match="2 of 3 films are not there: b, c"):
        find_films(read, tmp_path)
    kept, files, lost = find_films(read, tmp_path, missing="skip")
    assert (kept.films, list(files), lost) == (("a",), ["a"], ("b", "c"))
    with pytest.raises(FileMissing):
        find_films(read.only(["b"]), tmp_path, missing="skip")
    clips = read_annotations(path, "lsmdc").only(["a"])
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "clip_a.avi").touch()
    assert find_films(clips, tmp_path)[1] == {"clip_a": tmp_path / "a" / "clip_a.avi"}
