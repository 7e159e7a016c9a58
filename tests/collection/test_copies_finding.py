"""The copies of a collection on disk: found, told, remembered; what is not there is said."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from copies_samples import Footage
from store_samples import MARK, some_frames

from scenewise.cli.copying import COLUMNS, act_copies
from scenewise.cli.manner import Manner
from scenewise.collection.copies_finding import copies_in, remembered
from scenewise.collection.copies_options import FootageOptions
from scenewise.collection.folding import without_copies
from scenewise.collection.results import Hit
from scenewise.collection.store import Store
from scenewise.collection.types import Video
from scenewise.collection.where import Where
from scenewise.media.encoding import write_film
from scenewise.media.probe import digest

DAY = datetime(2024, 5, 1, tzinfo=UTC)


def _film(path: Path, see, seconds: float) -> Path:
    pictures = (
        np.repeat(np.ascontiguousarray(see(k / 8))[:, :, None], 3, axis=2)
        for k in range(int(seconds * 8))
    )
    write_film(path, pictures, rate=8)
    return path


@pytest.fixture(scope="module")
def films(tmp_path_factory) -> dict[str, Path]:
    """Four films: two of their own, a mirrored copy of the first, a part of the second."""
    folder = tmp_path_factory.mktemp("films")
    one, two = Footage(1, seconds=8), Footage(2, seconds=8)
    return {
        "one": _film(folder / "one.mp4", one.at, 8),
        "two": _film(folder / "two.mp4", two.at, 8),
        "mirror": _film(folder / "mirror.mp4", lambda time: one.at(time)[:, ::-1], 8),
        "part": _film(folder / "part.mp4", lambda time: two.at(time + 2.5), 4.5),
    }


@pytest.fixture
def store(films, tmp_path) -> Store:
    made = Store.create(tmp_path / "store", MARK)
    for at, (name, path) in enumerate(films.items()):
        status = path.stat()
        video = Video(
            name,
            str(path),
            digest(path),
            status.st_size,
            status.st_mtime,
            4.5 if name == "part" else 8.0,
            account=f"account {at % 2}",
            posted=DAY + timedelta(days=at),
        )
        made.put(video, some_frames(at))
    return made


def _pairs(report) -> set[frozenset[str]]:
    return {frozenset((pair.a, pair.b)) for group in report.groups for pair in group.pairs}


TRUTH = {frozenset(("one", "mirror")), frozenset(("two", "part"))}


def test_copies_of_a_store_without_strips_are_found_and_the_strips_are_kept(store):
    assert all(store.strips.read(video.digest) is None for video in store.videos())
    report = copies_in(store)
    assert _pairs(report) == TRUTH
    assert report.unseen == ()
    part = next(pair for group in report.groups for pair in group.pairs if pair.b == "part")
    assert part.offset == pytest.approx(2.5, abs=0.2)
    assert part.by == "pictures"
    assert part.changes == ("part",)
    mirror = next(pair for group in report.groups for pair in group.pairs if pair.mirrored)
    assert {mirror.a, mirror.b} == {"one", "mirror"}
    assert all(store.strips.read(video.digest) is not None for video in store.videos())


def test_what_is_filtered_out_is_not_compared(store):
    report = copies_in(store, Where(account=("account 0",)))
    assert _pairs(report) == {frozenset(("one", "mirror"))}
    assert set(report.videos) == {"one", "mirror"}
    # a part of the collection says nothing about the rest
    assert remembered(store, store.videos()) == frozenset()


def test_what_was_found_is_remembered_by_content_and_folds_a_search(store):
    videos = store.videos()
    assert remembered(store, videos) == frozenset()
    copies_in(store)
    assert remembered(store, videos) == TRUTH
    hits = [Hit("two", 0.9, ()), Hit("one", 0.8, ()), Hit("part", 0.7, ())]
    matrix, durations = store.matrix(), {video.id: video.duration for video in videos}
    alone = without_copies(hits, matrix, durations, 10)
    assert [hit.id for hit in alone] == ["two", "one", "part"]  # the vectors are random
    folded = without_copies(hits, matrix, durations, 10, remembered(store, videos))
    assert [(hit.id, hit.copies) for hit in folded] == [("two", ("part",)), ("one", ())]
    # another content under the same name is no copy any more
    changed = Video("part", "/x.mp4", "blake2b:other", 1, 1.0, 4.5)
    store.put(changed, some_frames(9))
    assert remembered(store, store.videos()) == {frozenset(("one", "mirror"))}


def test_a_damaged_memory_is_none(store):
    copies_in(store)
    (store.derived / "copies.json").write_text("{")
    assert remembered(store, store.videos()) == frozenset()


def test_videos_of_which_no_pictures_are_left_are_told_and_compared_by_vectors(store, tmp_path):
    copies_in(store)
    gone = Video("gone", str(tmp_path / "gone.mp4"), "blake2b:gone", 1, 1.0, 5.0)
    changed = next(video for video in store.videos() if video.id == "one")
    store.put(gone, some_frames(7))
    store.put(
        Video("changed", changed.path, "blake2b:changed", changed.size + 1, 0.0, 5.0),
        some_frames(8),
    )
    report = copies_in(store)
    assert _pairs(report) == TRUTH
    assert sorted(failure.reason for failure in report.unseen) == [
        "it has changed since it was indexed",
        "the file is gone",
    ]


def test_an_empty_store_has_no_copies(tmp_path):
    report = copies_in(Store.create(tmp_path / "empty", MARK))
    assert (report.groups, dict(report.videos)) == ((), {})


def test_compaction_leaves_strips_in_place(store):
    copies_in(store)
    store.compact()
    assert all(store.strips.read(video.digest) is not None for video in store.videos())


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_the_command_tells_groups_with_offsets(store, capsys, form):
    manner = Manner(quiet=True, json=form == "json")
    code = act_copies(store.folder, Where(), FootageOptions(), manner, csv=form == "csv")
    said = capsys.readouterr().out
    assert code == 0
    if form == "table":
        assert "2 groups of copies, 4 videos of 4 compared" in said
        assert "one  account 0, 2024-05-01, the first" in said
        assert "mirrored" in said
        assert re.search(r"100% of part is in two, 0\.0 s there is 2\.[3-7] s here", said)
    elif form == "json":
        told = json.loads(said)
        assert [group["first"] for group in told["groups"]] == ["one", "two"] or [
            group["first"] for group in told["groups"]
        ] == ["two", "one"]
        assert told["videos"] == 4
        assert all(pair["frames"] >= 4 for group in told["groups"] for pair in group["pairs"])
    else:
        rows = list(csv.DictReader(io.StringIO(said)))
        assert tuple(rows[0]) == COLUMNS
        assert {frozenset((row["a"], row["b"])) for row in rows} == TRUTH
        assert {row["group"] for row in rows} == {"1", "2"}
