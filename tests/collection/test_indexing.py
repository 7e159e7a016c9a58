"""Bringing a collection up to date: new, changed, moved, copied, told anew, gone, broken."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from collection_helpers import MeanColour, Shelf

from scenewise.collection.finding import find
from scenewise.collection.indexing import IndexReport, Means, index
from scenewise.collection.looking import Looker, chosen_reader, chosen_selector
from scenewise.collection.planning import plan
from scenewise.collection.types import Known
from scenewise.core.media_types import Selection
from scenewise.models.text_reader import NoReader, ReaderOptions

pytestmark = pytest.mark.film


class Run:
    """A folder, a shelf, and indexing of one into the other."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.shelf = folder, Shelf()
        self.embedder: MeanColour | None = MeanColour()
        self.reader = NoReader()
        self.selector = chosen_selector("uniform", 4)
        self.opened = 0

    def __call__(self, *, prune: bool = False, batch: int = 32, paths=None) -> IndexReport:
        videos = self.shelf.videos()
        known = {v.id: Known(v.path, v.digest, v.size, v.modified) for v in videos}
        planned = plan(find(paths or [self.folder]), known)
        self.shelf.log.clear()

        def means() -> Means:
            self.opened += 1
            make = lambda seen: Looker(self.selector, self.reader, seen)  # noqa: E731
            return Means(make, self.embedder, batch)

        return index(self.shelf, videos, planned, means, prune=prune)

    def names(self) -> dict[str, str]:
        return {v.id: Path(v.path).name for v in self.shelf.videos()}


@pytest.fixture
def run(tmp_path, upright) -> Run:
    folder = tmp_path / "videos"
    folder.mkdir()
    for name in ("a", "b"):
        shutil.copy(upright(name), folder / f"{name}.mp4")
        about = {"id": name.upper(), "title": f"video {name}", "tags": ["sea"]}
        (folder / f"{name}.info.json").write_text(json.dumps(about))
    return Run(folder)


def test_new_files_become_rows_with_frames_vectors_and_thumbnails(run):
    report = run()
    assert (report.counts.added, report.counts.frames, report.videos) == (2, 8, 2)
    assert report.is_whole
    video, frames = run.shelf.rows["A"]
    assert (video.title, video.hashtags) == ("video a", ("sea",))
    assert video.duration == pytest.approx(2.0, abs=0.2)
    assert video.size == (run.folder / "a.mp4").stat().st_size
    assert [round(frame.time, 1) for frame in frames] == [0.2, 0.7, 1.2, 1.7] or len(frames) == 4
    for frame in frames:
        assert np.linalg.norm(frame.vector) == pytest.approx(1.0, abs=1e-5)
        small = cv2.imdecode(np.frombuffer(frame.thumbnail, np.uint8), cv2.IMREAD_COLOR)
        assert small.shape == (256, 160, 3)
        assert frame.clarity > 0
    assert not np.allclose(frames[0].vector, frames[-1].vector, atol=0.01)


def test_batches_reach_across_videos_and_keep_vectors_with_their_frames(run):
    run()
    one = {name: [f.vector for f in frames] for name, (_, frames) in run.shelf.rows.items()}
    again = Run(run.folder)
    again(batch=3)
    assert run.embedder.batches == [8]
    assert max(again.embedder.batches) == 3
    for name, vectors in one.items():
        np.testing.assert_allclose(
            vectors, [f.vector for f in again.shelf.rows[name][1]], atol=1e-6
        )


def test_what_is_known_and_unchanged_is_not_opened_again(run):
    run()
    report = run()
    assert report.counts.unchanged == 2
    assert run.opened == 1
    assert not run.shelf.log


def test_a_touched_file_is_not_decoded(run):
    run()
    run.selector = None  # whoever decodes fails
    os.utime(run.folder / "a.mp4", (1, 1))
    report = run()
    assert (report.counts.unchanged, report.counts.changed) == (2, 0)
    assert run.shelf.rows["A"][0].modified == 1.0
    run()
    assert not run.shelf.log


def test_a_changed_file_replaces_its_rows(run, upright):
    run()
    before = run.shelf.frames("A")
    shutil.copy(upright("c"), run.folder / "a.mp4")
    report = run()
    assert (report.counts.changed, report.counts.unchanged, report.videos) == (1, 1, 2)
    assert run.shelf.log == ["put A"]
    after = run.shelf.frames("A")
    assert not np.allclose(before[0].vector, after[0].vector, atol=1e-3)
    assert run.shelf.rows["A"][0].title == "video a"


def test_a_changed_file_of_which_nothing_is_said_now_keeps_what_was_said(run, upright):
    run()
    (run.folder / "a.info.json").unlink()
    shutil.copy(upright("c"), run.folder / "a.mp4")
    run()
    assert run.shelf.rows["A"][0].title == "video a"


def test_new_words_about_a_video_cost_no_look_at_it(run):
    run()
    frames = run.shelf.frames("A")
    (run.folder / "a.info.json").write_text('{"id": "A", "title": "another"}')
    report = run()
    assert (report.counts.told, report.counts.unchanged) == (1, 1)
    assert run.opened == 1
    assert run.shelf.rows["A"][0].title == "another"
    assert run.shelf.frames("A") == frames


def test_a_new_id_takes_the_rows_along(run):
    run()
    (run.folder / "a.info.json").write_text('{"id": "new", "title": "video a"}')
    run()
    assert set(run.shelf.rows) == {"new", "B"}
    assert run.shelf.log == ["put new", "remove A"]


def test_a_moved_file_is_recognised(run):
    run()
    (run.folder / "deep").mkdir()
    for name in ("a.mp4", "a.info.json"):
        (run.folder / name).rename(run.folder / "deep" / name)
    (run.folder / "b.mp4").rename(run.folder / "z.mp4")  # its words stay behind
    run.selector = None
    report = run(prune=True)
    assert (report.counts.moved, report.counts.removed, report.videos) == (2, 0, 2)
    assert report.gone == ()
    paths = {Path(v.path).relative_to(run.folder).as_posix(): v for v in run.shelf.videos()}
    assert set(paths) == {"deep/a.mp4", "z.mp4"}
    assert paths["z.mp4"].title == "video b"
    assert paths["deep/a.mp4"].id == "A"


def test_a_copy_is_not_decoded_and_has_rows_of_its_own(run):
    run()
    run.selector = None
    shutil.copyfile(run.folder / "a.mp4", run.folder / "copy.mp4")
    report = run()
    assert (report.counts.added, report.videos) == (1, 3)
    (copy,) = (v for v in run.shelf.videos() if v.path.endswith("copy.mp4"))
    assert copy.title == ""
    assert run.shelf.frames(copy.id) == run.shelf.frames("A")


def test_files_that_change_places_show_what_they_hold(run, upright):
    run()
    a, b = run.shelf.frames("A"), run.shelf.frames("B")
    shutil.copy(upright("b"), run.folder / "a.mp4")
    shutil.copy(upright("a"), run.folder / "b.mp4")
    report = run()
    assert report.counts.changed == 2
    np.testing.assert_allclose(run.shelf.frames("A")[0].vector, b[0].vector)
    np.testing.assert_allclose(run.shelf.frames("B")[0].vector, a[0].vector, atol=1e-6)


def test_deleted_files_are_told_and_removed_only_when_asked(run):
    run()
    (run.folder / "a.mp4").unlink()
    report = run()
    assert (report.gone, report.videos) == (("A",), 2)
    report = run(prune=True)
    assert (report.gone, report.counts.removed, report.videos) == ((), 1, 1)
    assert set(run.shelf.rows) == {"B"}


def test_broken_files_are_told_with_reasons_and_stop_nothing(run, upright):
    (run.folder / "0.mp4").write_bytes(b"not a film at all, but words")
    (run.folder / "1.mp4").write_bytes(b"")
    (run.folder / "2.mp4").write_bytes(upright("a").read_bytes()[:900])
    report = run()
    assert report.counts.added == 2
    assert not report.is_whole
    told = {Path(f.path).name: f for f in report.failures}
    assert set(told) == {"0.mp4", "1.mp4", "2.mp4"}
    assert "this is text" in told["0.mp4"].reason
    assert "empty" in told["1.mp4"].reason
    assert all("\n" not in failure.reason for failure in told.values())
    assert told["0.mp4"].size == 28


def test_a_file_that_breaks_keeps_what_was_there(run):
    run()
    (run.folder / "a.mp4").write_bytes(b"broken now")
    report = run(prune=True)
    assert len(report.failures) == 1
    assert set(run.shelf.rows) == {"A", "B"}


@pytest.mark.slow
def test_text_on_screen_is_kept_with_its_frame(run, upright):
    shutil.copy(upright("words"), run.folder / "w.mp4")
    run.reader = chosen_reader("rapidocr", ReaderOptions())
    run()
    (video,) = (v for v in run.shelf.videos() if v.path.endswith("w.mp4"))
    assert [frame.text for frame in run.shelf.frames(video.id)] == [
        (), (), ("WORDS",), ("WORDS",),
    ]  # fmt: skip


def test_without_a_model_everything_but_vectors_is_kept(run):
    run.embedder = None
    report = run()
    assert report.counts.added == 2
    frame = run.shelf.frames("A")[0]
    assert frame.vector.tolist() == [1.0]
    assert frame.thumbnail


class Failing:
    """A selector with an error of its own, which is a fault and no property of a file."""

    name = "failing"

    def select(self, film) -> Selection:
        raise RuntimeError("a fault")


def test_a_fault_inside_reaches_the_caller_and_threads_end(run):
    import threading

    before = threading.active_count()
    run.selector = Failing()
    with pytest.raises(RuntimeError, match="a fault"):
        run()
    assert threading.active_count() == before
    assert not run.shelf.rows


def test_a_stopped_run_goes_on_where_it_was(run, upright):
    for name in "cdef":
        shutil.copy(upright(name), run.folder / f"{name}.mp4")
    put = run.shelf.put

    def stop(video, frames):
        if len(run.shelf.rows) == 3:
            raise KeyboardInterrupt
        put(video, frames)

    run.shelf.put = stop
    with pytest.raises(KeyboardInterrupt):
        run(batch=4)
    run.shelf.put = put
    report = run()
    assert (report.counts.unchanged, report.counts.added, report.videos) == (3, 3, 6)


@pytest.mark.parametrize("name", ["uniform", "gaussian", "clarity-colour"])
def test_selectors_that_can_count_give_as_many_frames_as_wanted(run, name):
    run.selector = chosen_selector(name, 3)
    run()
    assert len(run.shelf.frames("A")) == 3
