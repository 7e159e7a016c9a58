"""From names to files: folders, patterns, tables, links, and what is no video."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewise.collection.finding import find
from scenewise.collection.planning import plan
from scenewise.collection.tables import TableInvalid, read_table
from scenewise.collection.types import Known


def _files(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"not really a film")


def _names(found, folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in found.files]


def test_a_folder_is_looked_through_to_the_bottom_in_the_order_of_people(tmp_path):
    _files(tmp_path, "clip10.mp4", "clip2.MP4", "a/b/x.webm", "notes.txt", "clip2.info.json",
           "cover.jpg", "half.mp4.part", ".hidden.mp4", ".git/y.mp4", "odd.blob")  # fmt: skip
    found = find([tmp_path])
    assert _names(found, tmp_path) == ["a/b/x.webm", "clip2.MP4", "clip10.mp4"]
    assert not found.failures
    assert found.others == 5
    assert found.roots == (tmp_path,)


@pytest.mark.film
def test_a_film_without_a_suffix_is_recognised_by_its_content(tmp_path, upright):
    (tmp_path / "download").write_bytes(upright("a").read_bytes())
    (tmp_path / "data").write_bytes(b"1234")
    assert _names(find([tmp_path]), tmp_path) == ["download"]


def test_each_file_is_found_once_however_often_it_is_named(tmp_path, monkeypatch):
    _files(tmp_path, "a/x.mp4", "a/y.mp4")
    (tmp_path / "link.mp4").symlink_to(tmp_path / "a/x.mp4")
    (tmp_path / "a/ring").symlink_to(tmp_path, target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    found = find(["a/y.mp4", tmp_path / "a", "a/../a/x.mp4", "link.mp4", tmp_path])
    assert found.files[0] == tmp_path / "a/y.mp4"
    assert [path.resolve().name for path in found.files] == ["y.mp4", "x.mp4"]


def test_patterns_stand_for_the_videos_that_match(tmp_path, monkeypatch):
    _files(tmp_path, "a/1.mp4", "a/b/2.mp4", "a/b/2.txt", "c[1].mp4")
    monkeypatch.chdir(tmp_path)
    assert _names(find(["a/**/*.mp4"]), tmp_path) == ["a/1.mp4", "a/b/2.mp4"]
    assert _names(find(["a/b/*"]), tmp_path) == ["a/b/2.mp4"]
    assert _names(find(["c[1].mp4"]), tmp_path) == ["c[1].mp4"]  # a name before a pattern
    (failure,) = find(["*.avi"]).failures
    assert "no video matches" in failure.reason


def test_what_is_not_there_or_empty_is_told_and_stops_nothing(tmp_path):
    _files(tmp_path, "x.mp4", "empty/readme.txt")
    found = find([tmp_path / "gone", tmp_path / "empty", tmp_path / "x.mp4", "a\0b"])
    assert _names(found, tmp_path) == ["x.mp4"]
    told = {Path(f.path).name: f.reason for f in found.failures}
    assert "no such file or folder" in told["gone"]
    assert "no video in this folder" in told["empty"]
    assert len(told) == 3


@pytest.mark.skipif(os.geteuid() == 0, reason="everything may be read")
def test_a_closed_folder_is_told(tmp_path):
    _files(tmp_path, "x.mp4", "closed/y.mp4")
    (tmp_path / "closed").chmod(0)
    found = find([tmp_path])
    (tmp_path / "closed").chmod(0o700)
    assert [Path(f.path).name for f in found.failures] == ["closed"]


def test_the_collection_itself_is_left_out(tmp_path):
    _files(tmp_path, "x.mp4", "store/inside.mp4")
    assert _names(find([tmp_path], leave_out=tmp_path / "store"), tmp_path) == ["x.mp4"]


def test_a_table_stands_for_its_videos(tmp_path):
    _files(tmp_path, "v/x.mp4", "v/y.mp4")
    table = tmp_path / "posts.csv"
    table.write_text("path,id\nv/y.mp4,Y\nv/z.mp4,Z\n")
    found = find([table])
    assert _names(found, tmp_path) == ["v/y.mp4", "v/z.mp4"]
    planned = plan(found, {})
    assert [wanted.id for wanted in planned.wanted] == ["Y"]
    (failure,) = planned.failures
    assert failure.path.endswith("z.mp4")
    assert "row 3 of posts.csv" in failure.reason


def test_a_table_that_is_none_stops_the_run(tmp_path):
    (tmp_path / "posts.csv").write_text("who,what\n1,2\n")
    with pytest.raises(TableInvalid, match="who, what"):
        find([tmp_path / "posts.csv"])


# --- which file becomes which video ---------------------------------------------------------


def _ids(planned) -> dict[str, str]:
    return {wanted.path.name: wanted.id for wanted in planned.wanted}


def test_ids_come_from_what_is_said_and_else_from_the_path(tmp_path):
    _files(tmp_path, "a/1.mp4", "b/1.mp4", "b/2.mp4", "c/2 copy.mp4")
    for place in ("b/2.info.json", "c/2 copy.info.json"):
        (tmp_path / place).write_text('{"id": "X"}')
    wanted = plan(find([tmp_path]), {}).wanted
    ids = {w.path.relative_to(tmp_path).as_posix(): w.id for w in wanted}
    assert ids["b/2.mp4"] == "X"
    assert ids["c/2 copy.mp4"].startswith("X-")
    assert ids["a/1.mp4"].startswith("1-")
    assert ids["a/1.mp4"] != ids["b/1.mp4"]
    assert len(set(ids.values())) == 4


def test_ids_do_not_depend_on_what_else_is_named(tmp_path):
    _files(tmp_path, "a/1.mp4", "b/1.mp4")
    whole = {w.path: w.id for w in plan(find([tmp_path]), {}).wanted}
    for path, name in whole.items():
        (wanted,) = plan(find([path]), {}).wanted
        assert wanted.id == name


def test_a_known_file_keeps_its_id_and_no_other_gets_it(tmp_path):
    _files(tmp_path, "a.mp4", "b.mp4")
    (tmp_path / "a.info.json").write_text('{"id": "X"}')
    known = {"X": Known(str(tmp_path / "b.mp4"), "d", 1, 1.0)}
    ids = _ids(plan(find([tmp_path]), known))
    assert ids["b.mp4"] == "X"
    assert ids["a.mp4"].startswith("X-")


def test_rows_say_more_than_information_beside_and_ids_match_names(tmp_path):
    _files(tmp_path, "a.mp4", "b.mp4")
    (tmp_path / "a.info.json").write_text('{"id": "A", "title": "info", "uploader": "nina"}')
    table = tmp_path / "t.csv"
    table.write_text("id,title\nA,table\nb,second\nother,third\n")
    planned = plan(find([tmp_path]), {}, [read_table(table)])
    by_id = {wanted.id: wanted.facts for wanted in planned.wanted}
    assert (by_id["A"].title, by_id["A"].account) == ("table", "nina")
    assert by_id["b"].title == "second"
    assert planned.notes == ("t.csv: 1 row is about a video not among those given",)


def test_information_that_is_broken_is_told_and_the_video_stays(tmp_path):
    _files(tmp_path, "a.mp4")
    (tmp_path / "a.info.json").write_text("{")
    planned = plan(find([tmp_path]), {})
    assert len(planned.wanted) == 1
    assert planned.failures[0].path.endswith("a.info.json")


def test_files_that_are_gone_are_known_only_from_places_looked_at(tmp_path):
    _files(tmp_path, "in/a.mp4", "out/b.mp4")
    known = {
        "kept": Known(str(tmp_path / "in/a.mp4"), "1", 1, 1.0),
        "gone": Known(str(tmp_path / "in/deep/x.mp4"), "2", 1, 1.0),
        "elsewhere": Known(str(tmp_path / "out/y.mp4"), "3", 1, 1.0),
    }
    assert plan(find([tmp_path / "in"]), known).gone == ("gone",)
    assert plan(find([tmp_path / "in/a.mp4"]), known).gone == ()


@given(st.lists(st.text(min_size=1, max_size=12), max_size=5))
def test_no_name_breaks_the_search(names):
    found = find(["/nowhere/" + name for name in names])
    assert not found.files
    assert len(found.failures) == len(names)
