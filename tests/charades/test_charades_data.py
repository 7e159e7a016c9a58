"""Tables of Charades are read as they are published, and anything else is refused in one line."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.charades.data import (
    NAMED_SCENES,
    NEEDED,
    SCENES,
    Action,
    Video,
    find_videos,
    parse_actions,
    read_table,
    with_captions,
)
from scenewise.charades.errors import TableInvalid, VideosMissing
from scenewise.core.errors import FileMissing, FileUnreadable, UnknownChoice
from scenewise.core.time import Span

HEADER = "id,subject,scene,quality,relevance,verified,script,objects,descriptions,actions,length"
ROW = "AB12C,XY9Z,Kitchen,6,7,Yes,A person cooks.,pan;spoon,Somebody stirs.,c092 1.00 2.00,31.50"


def table(folder: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
    path = folder / "Charades_v1_train.csv"
    path.write_bytes("\n".join((header, *rows, "")).encode(encoding))
    return path


def refused(path: Path, *words: str) -> None:
    """One line that says what, where, and what to do."""
    with pytest.raises(TableInvalid) as told:
        read_table(path)
    line = str(told.value)
    assert line.startswith(f"{path}: ")
    assert "\n" not in line
    assert told.value.remedy
    for word in words:
        assert word in line


def test_a_row_with_everything(tmp_path: Path) -> None:
    row = (
        "YSKX3,4RFH,Basement (A room below the ground floor),6,7,Yes,"
        '"A person fixes the bed, then says ""done"".",bed;blanket;,'
        '"A person pats the bed. It is\n made.; A person is in a bedroom.  ;",'
        "c077 12.10 18.00;c075 5.40 14.10,16.62"
    )
    (video,) = read_table(table(tmp_path, row)).videos
    assert video == Video(
        id="YSKX3",
        subject="4RFH",
        scene="Basement",
        script='A person fixes the bed, then says "done".',
        objects=("bed", "blanket"),
        descriptions=("A person pats the bed. It is made.", "A person is in a bedroom."),
        actions=(Action("c077", Span(12.1, 18)), Action("c075", Span(5.4, 14.1))),
        seconds=16.62,
        quality=6,
        relevance=7,
        verified=True,
    )


def test_fields_may_be_empty(tmp_path: Path) -> None:
    read = read_table(table(tmp_path, "AB12C,,Kitchen,,-100,No,,,,,", "", ",,,,,,,,,,"))
    (video,) = read.videos
    assert video == Video("AB12C", "Kitchen", "", (), (), (), None, verified=False)
    assert not read.notes


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_and_byte_marks_make_no_difference(tmp_path: Path, end: str) -> None:
    plain = read_table(table(tmp_path, ROW)).videos
    path = tmp_path / "marked.csv"
    path.write_bytes(end.join((HEADER, ROW)).encode("utf-8-sig"))
    assert read_table(path).videos == plain


def test_more_columns_and_another_order_do_no_harm(tmp_path: Path) -> None:
    rows = list(csv.DictReader([HEADER, ROW]))
    names = [*reversed(HEADER.split(",")), "egocentric"]
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="No", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path = tmp_path / "turned.csv"
    path.write_text(text.getvalue())
    assert read_table(path).videos == read_table(table(tmp_path, ROW)).videos


def test_actions_that_run_backwards_are_left_out_and_told(tmp_path: Path) -> None:
    row = ROW.replace("c092 1.00 2.00", "c092 5.00 2.00;c001 3.00 3.00")
    read = read_table(table(tmp_path, row))
    assert [action.code for action in read.videos[0].actions] == ["c001"]
    assert read.notes == ("1 action that would end before beginning left out",)


@pytest.mark.parametrize("mangled", ["7.00E+49", "3May2009", "ab12c", "../AB", "AB12", "ÄB12C", ""])
def test_ids_that_spreadsheets_changed_are_refused(tmp_path: Path, mangled: str) -> None:
    refused(table(tmp_path, ROW.replace("AB12C", mangled)), "line 2", "id", "published")


@pytest.mark.parametrize(
    "actions", ["c092", "c092 1.00", "c092 one 2", "092 1 2", "c092 1 nan", "c092 1 2 c093 1 2"]
)
def test_actions_of_another_form_are_refused(tmp_path: Path, actions: str) -> None:
    refused(table(tmp_path, ROW.replace("c092 1.00 2.00", actions)), "line 2", "no action")


@pytest.mark.parametrize("length", ["long", "-1", "inf", "1e999", "1_0", "٣"])
def test_lengths_that_are_none_are_refused(tmp_path: Path, length: str) -> None:
    refused(table(tmp_path, ROW.replace("31.50", length)), "line 2", "length")


def test_a_quotation_mark_that_is_not_closed_is_found_where_it_is(tmp_path: Path) -> None:
    open_ = ROW.replace("AB12C", "AB12D").replace("Somebody stirs.", '"Somebody stirs.')
    refused(table(tmp_path, ROW, open_, ROW.replace("AB12C", "AB12E")), "line 3", "quotation")


def test_a_row_too_short_or_too_long_is_refused(tmp_path: Path) -> None:
    refused(table(tmp_path, ROW, "AB12D,XY9Z"), "line 3", "2 fields instead of 11")
    refused(table(tmp_path, ROW + ",more"), "line 2", "12 fields instead of 11")


def test_a_video_told_twice_is_refused(tmp_path: Path) -> None:
    refused(table(tmp_path, ROW, ROW), "line 3", "AB12C is there already")


@pytest.mark.parametrize("name", NEEDED)
def test_a_table_without_a_needed_column_is_refused(tmp_path: Path, name: str) -> None:
    refused(table(tmp_path, ROW, header=HEADER.replace(name, "else", 1)), repr(name))


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "Charades_v1_classes.txt"
    path.write_text("c000 Holding some clothes\nc001 Putting clothes somewhere\n")
    refused(path, "no column 'id'", "Charades_v1_train.csv")
    path.write_bytes(b"")
    refused(path, "no column 'id'")
    path.write_text(HEADER.replace(",", ";") + "\n")
    refused(path, "no column 'id'")
    path.write_bytes(b"\x00\x00\x00\x18ftypmp42")
    refused(path, "no text")
    refused(table(tmp_path, ROW.replace("stirs", "rührt"), encoding="latin-1"), "UTF-8")
    refused(table(tmp_path), "no videos")
    refused(table(tmp_path, ROW.replace("stirs", "x" * 1_000_001)), "line 2")


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match="no such table"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(FileUnreadable):
        read_table(tmp_path)


text_field = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0;\ufeff"))


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(
    script=text_field,
    descriptions=st.lists(text_field, max_size=4),
    scene=st.sampled_from(SCENES),
    length=st.floats(0, 1e4),
)
def test_whatever_a_table_says_is_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    script: str,
    descriptions: list[str],
    scene: str,
    length: float,
) -> None:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, HEADER.split(","), restval="")
    writer.writeheader()
    writer.writerow(
        {
            "id": "AB12C",
            "scene": f"{scene} (A room)",
            "script": script,
            "descriptions": ";".join(descriptions),
            "length": repr(length),
        }
    )
    path = tmp_path_factory.mktemp("table") / "t.csv"
    path.write_bytes(out.getvalue().encode())
    (video,) = read_table(path).videos
    plain = [" ".join(text.split()) for text in descriptions]
    assert video.descriptions == tuple(text for text in plain if text)
    assert video.script == " ".join(script.split())
    assert video.scene == scene
    assert video.seconds == length


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 156), st.integers(0, 9999), st.integers(0, 9999))))
def test_actions_are_read_back_and_those_that_run_backwards_counted(
    told: list[tuple[int, int, int]],
) -> None:
    field = ";".join(f"c{code:03d} {start / 100:.2f} {end / 100:.2f}" for code, start, end in told)
    actions, backwards = parse_actions(field)
    kept = [(code, start, end) for code, start, end in told if end >= start]
    assert [(int(a.code[1:]), a.span.start, a.span.end) for a in actions] == [
        (code, start / 100, end / 100) for code, start, end in kept
    ]
    assert backwards == len(told) - len(kept)


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_actions_or_refused(text: str) -> None:
    try:
        actions, _ = parse_actions(text)
    except ValueError:
        return
    assert all(action.span.end >= action.span.start for action in actions)


def test_scenes_are_those_of_the_drawn_set() -> None:
    from scenewise.synthetic.charades_set import SCENES as DRAWN_SCENES

    drawn = {name.split(" (")[0] for name in DRAWN_SCENES}
    assert drawn == set(SCENES)
    assert len(NAMED_SCENES) == 15


@pytest.mark.slow
def test_the_drawn_set_is_read_as_it_was_planned(drawn_set: Path) -> None:
    from scenewise.synthetic.charades_set import plan_charades_set

    planned = {one.id: one for one in plan_charades_set(3, seed=11, side=64)}
    for split, count in (("train", 2), ("test", 1)):
        read = read_table(drawn_set / f"Charades_v1_{split}.csv")
        assert len(read.videos) == count
        assert not read.notes
        for video in read.videos:
            plan = planned[video.id]
            assert plan.split == split
            assert video.descriptions == plan.descriptions
            assert video.objects == plan.objects
            assert video.seconds == pytest.approx(plan.seconds)
            assert len(video.actions) == len(plan.actions)
            for action in video.actions:
                assert 0 <= action.span.start < action.span.end <= plan.seconds + 0.01
        found = find_videos(read.videos, drawn_set / "Charades_v1_480")
        assert found.videos == read.videos
        assert all(found.path(video).is_file() for video in found.videos)


def videos_of(*ids: str) -> list[Video]:
    return [Video(id, "Kitchen", "", (), (), (), None) for id in ids]


def test_missing_videos_are_refused_or_skipped_and_listed(tmp_path: Path) -> None:
    (tmp_path / "AAAA1.mp4").write_bytes(b"film")
    (tmp_path / "AAAA2.mp4").write_bytes(b"")
    (tmp_path / "AAAA3.mp4").mkdir()
    videos = videos_of("AAAA1", "AAAA2", "AAAA3", "AAAA4")
    with pytest.raises(VideosMissing) as told:
        find_videos(videos, tmp_path)
    assert "3 of 4 videos are missing or empty: AAAA3, AAAA4, AAAA2" in str(told.value)
    found = find_videos(videos, tmp_path, missing="skip")
    assert [video.id for video in found.videos] == ["AAAA1"]
    assert found.missing == ("AAAA3", "AAAA4")
    assert found.empty == ("AAAA2",)


def test_a_folder_without_any_of_the_videos_is_the_wrong_one(tmp_path: Path) -> None:
    with pytest.raises(VideosMissing, match="2 of 2") as told:
        find_videos(videos_of("AAAA1", "AAAA2"), tmp_path, missing="skip")
    assert "give the folder that has AAAA1.mp4" in str(told.value)
    with pytest.raises(FileMissing, match="no such folder"):
        find_videos(videos_of("AAAA1"), tmp_path / "none")
    with pytest.raises(UnknownChoice, match="refuse, skip"):
        find_videos([], tmp_path, missing="ignore")


def test_each_video_has_one_caption_of_the_kind_asked_for() -> None:
    told = Video("AAAA1", "Kitchen", "The script.", ("One.", "Two."), (), (), 1.0)
    untold = Video("AAAA2", "Kitchen", "Another.", (), (), (), 1.0)
    for kind, text in (("description", "One."), ("descriptions", "One. Two.")):
        captioned = with_captions([untold, told], kind)
        assert captioned.videos == (told,)
        assert captioned.captions == (text,)
        assert captioned.without == ("AAAA2",)
    assert with_captions([told, untold], "script").captions == ("The script.", "Another.")
    with pytest.raises(UnknownChoice, match="script"):
        with_captions([told], "summary")
