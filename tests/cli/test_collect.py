"""`scenewise index`: what it says, what it leaves behind, how it ends."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from cli_helpers import BAD, MISSING, card_film

from model_makers import make_clip

pytest.importorskip("lancedb")

pytestmark = [pytest.mark.film, pytest.mark.slow]


@pytest.fixture(scope="session")
def clip(tmp_path_factory) -> Path:
    """A small checkpoint of CLIP."""
    return make_clip(tmp_path_factory.mktemp("clip"))


@pytest.fixture(scope="session")
def drawn(tmp_path_factory) -> Path:
    return card_film(tmp_path_factory.mktemp("drawn") / "card.mp4", seconds=1.0)


@pytest.fixture
def videos(tmp_path, drawn) -> Path:
    folder = tmp_path / "my videos"
    folder.mkdir()
    shutil.copy(drawn, folder / "one.mp4")
    (folder / "one.info.json").write_text('{"id": "ONE", "uploader_id": "@nina"}')
    return folder


def test_a_folder_becomes_a_collection_and_the_second_run_finds_nothing_to_do(
    command, videos, clip, tmp_path
):
    store = tmp_path / "store"
    ran = command("index", videos, "--store", store, "--clip", clip)
    assert ran.code == 0, ran.err
    assert "Indexed: 1 new; 5 frames looked at" in ran.out
    assert "scenewise search" in ran.out
    ran = command("index", videos, "--store", store)
    assert ran.code == 0
    assert "Indexed: 1 as before" in ran.out


def test_files_that_cannot_be_used_are_listed_and_the_exit_code_tells(
    command, videos, clip, tmp_path
):
    (videos / "two.mp4").write_text("only words")
    ran = command(
        "index", videos, videos / "gone.mp4", "--store", tmp_path / "s", "--clip", clip, "--json"
    )
    assert ran.code == BAD
    told = json.loads(ran.out)
    assert (told["added"], told["videos"]) == (1, 1)
    assert {Path(f["path"]).name for f in told["failures"]} == {"two.mp4", "gone.mp4"}
    assert ran.lines == []


def test_a_table_brings_videos_and_its_bad_rows_are_told(command, videos, clip, tmp_path):
    table = tmp_path / "posts.csv"
    table.write_text("path,posted,likes\nmy videos/one.mp4,2022-03-05,7\nx.mp4,yesterday,1\n")
    ran = command("index", table, "--store", tmp_path / "s", "--clip", clip, "--text", "none")
    assert ran.code == BAD
    assert "row 3: column posted: 'yesterday' is no date; write it as" in ran.out
    from scenewise.collection.store import Store

    (video,) = Store.open(tmp_path / "s").videos()
    assert (video.id, video.extra["likes"], video.posted.year) == ("ONE", "7", 2022)


def test_videos_that_are_gone_are_told_and_removed_when_asked(command, videos, clip, tmp_path):
    store = tmp_path / "s"
    command("index", videos, "--store", store, "--clip", clip, "--text", "none")
    (videos / "one.mp4").rename(tmp_path / "elsewhere.mp4")
    ran = command("index", videos, "--store", store)
    assert "1 file is no longer there (ONE)" in ran.out
    assert "--prune" in ran.out
    ran = command("index", videos, "--store", store, "--prune")
    assert "1 removed" in ran.out


@pytest.mark.parametrize("content", ["", "who,what\n1,2\n"])
def test_a_table_with_wrong_columns_is_one_clear_line(command, videos, clip, tmp_path, content):
    table = tmp_path / "t.csv"
    table.write_text(content)
    ran = command("index", videos, "--metadata", table, "--store", tmp_path / "s", "--clip", clip)
    assert ran.code == BAD
    assert len(ran.lines) == 1
    assert "t.csv" in ran.lines[0]


def test_nothing_to_index_makes_no_collection(command, tmp_path):
    (tmp_path / "empty").mkdir()
    ran = command("index", tmp_path / "empty", "--store", tmp_path / "s")
    assert ran.code == BAD
    assert ran.lines == ["scenewise: there is no video to index; give videos or a folder of them"]
    assert not (tmp_path / "s").exists()


def test_a_model_that_is_not_there_makes_no_collection(command, videos, tmp_path):
    ran = command(
        "index", videos, "--store", tmp_path / "s", "--clip", tmp_path / "nowhere" / "deep" / "er"
    )
    assert ran.code == MISSING
    assert len(ran.lines) == 1
    assert not (tmp_path / "s").exists()


def test_a_folder_of_other_things_is_no_store(command, videos, clip):
    ran = command("index", videos / "one.mp4", "--store", videos, "--clip", clip)
    assert ran.code == BAD
    assert "other things" in ran.lines[-1]


def test_the_store_may_be_named_by_the_environment(command, videos, clip, tmp_path, monkeypatch):
    monkeypatch.setenv("SCENEWISE_STORE", str(tmp_path / "named"))
    assert command("index", videos, "--clip", clip, "--text", "none").code == 0
    assert (tmp_path / "named" / "store.json").exists()


def test_a_collection_is_searched_by_words_pictures_and_examples(command, videos, clip, tmp_path):
    store = tmp_path / "s"
    command("index", videos, "--store", store, "--clip", clip)
    ran = command("search", "harbour", "--store", store)
    assert ran.code == 0, ran.err
    assert ran.out.startswith("1. ")
    assert "ONE  @nina" in ran.out
    assert "THE HARBOUR" in ran.out
    ran = command("search", "harbour", "--store", store, "--json")
    (hit,) = json.loads(ran.out)
    assert hit["id"] == "ONE"
    assert hit["moments"][0]["why"]["words"]
    ran = command("search", "harbour", "--store", store, "--csv")
    assert ran.out.startswith("rank,id,time,score")
    ran = command("search", "harbour", "--store", store, "--account", "nobody")
    assert ran.out.strip() == "Nothing was found"


def test_a_search_leaves_a_contact_sheet(command, videos, clip, tmp_path):
    store, sheet = tmp_path / "s", tmp_path / "found.html"
    command("index", videos, "--store", store, "--clip", clip)
    ran = command("search", "harbour", "--store", store, "--html", sheet)
    assert ran.code == 0, ran.err
    assert f"Contact sheet: {sheet}" in ran.out
    page = sheet.read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert "<mark>HARBOUR</mark>" in page
    ran = command("search", "harbour", "--store", store, "--html", sheet, "--json")
    assert json.loads(ran.out)[0]["id"] == "ONE"
    ran = command("search", "harbour", "--store", store, "--html", tmp_path / "no" / "x.html")
    assert ran.code == BAD
    assert len(ran.lines) == 1
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"")
    ran = command("search", "--image", picture, "--store", store, "--html", picture)
    assert "would replace its own input" in ran.lines[0]
    assert picture.read_bytes() == b""


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ((), "the query is empty"),
        (("--minus", "x"), "only says what is not wanted"),
        (("x", "--since", "31/12"), "is no date"),
        (("x", "--image", "nothing.jpg"), "no such file"),
        (("x",), "no such folder"),
    ],
)
def test_a_search_that_cannot_be_made_is_one_clear_line(command, tmp_path, arguments, what):
    ran = command("search", *arguments, "--store", tmp_path / "nowhere")
    assert ran.code == BAD
    assert len(ran.lines) == 1
    assert what in ran.lines[0]
