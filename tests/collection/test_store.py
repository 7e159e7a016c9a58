"""The store keeps what it is given, whole, and tells clearly what is wrong."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_samples import MARK, a_video, some_frames

from scenewise.collection.errors import (
    StoreExists,
    StoreInvalid,
    StoreMissing,
    StoreOfAnotherModel,
    VideoUnknown,
)
from scenewise.collection.place import Place
from scenewise.collection.store import Store
from scenewise.collection.types import Failure, Known, ModelMark
from scenewise.collection.where import Where
from scenewise.core.errors import InputError, OptionInvalid, OutputUnwritable


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.create(tmp_path / "store", MARK)


def test_a_video_comes_back_as_it_was_put(store: Store):
    video = a_video(
        "a'b \"ü 映像",
        3,
        account="o'neil",
        posted=datetime(2024, 2, 29, 23, 30, tzinfo=timezone(timedelta(hours=-3))),
        title="Title",
        description="Line\nline",
        hashtags=("Кино", "tank"),
        language="uk",
        extra={"views": "3", "ключ": "знач"},
    )
    frames = some_frames(3)
    store.put(video, frames[::-1])
    (back,) = Store.open(store.folder).videos()
    assert back == video
    assert back.posted is not None
    assert back.posted.tzinfo is UTC
    for was, now in zip(frames, store.frames(video.id), strict=True):
        assert np.array_equal(was.vector, now.vector)
        assert (was.time, was.thumbnail, was.text, was.clarity) == (
            now.time,
            now.thumbnail,
            now.text,
            now.clarity,
        )
    assert store.thumbnail(video.id, float(np.float32(frames[2].time))) == frames[2].thumbnail


def test_putting_again_replaces_video_and_frames(store: Store):
    store.put(a_video("a", 1), some_frames(1))
    store.put(a_video("a", 2), some_frames(2, count=2))
    assert store.videos() == [a_video("a", 2)]
    assert [frame.clarity for frame in store.frames("a")] == [2.0, 2.0]
    assert store.known() == {"a": Known("/films/a.mp4", "blake2b:2", 1002, 3.0)}


def test_pictures_go_with_their_videos(store: Store):
    def files() -> int:
        return len(list(store.folder.rglob("*.jpegs")))

    store.put_all([(a_video(name), some_frames(1)) for name in "abc"])
    assert files() == 3
    store.put(a_video("a", 2), some_frames(2))
    assert files() == 3
    store.remove(["a", "b"])
    assert files() == 1
    (left,) = store.folder.rglob("*.jpegs")
    (left.parent / "0123.jpegs").write_bytes(b"of a writer that was killed")
    store.compact()
    assert files() == 1
    assert store.frames("c")[0].thumbnail == some_frames(1)[0].thumbnail


def test_a_video_without_frames_can_be_kept(store: Store):
    store.put(a_video("a"), [])
    assert store.frames("a") == []
    assert len(store) == 1


def test_videos_come_in_the_order_asked(store: Store):
    store.put_all([(a_video(name), some_frames(1)) for name in "abc"])
    assert [video.id for video in store.videos(["c", "missing", "a", "c"])] == ["c", "a"]


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["put", "remove", "compact"]),
            st.sampled_from(["a", "b", "c'", "ď"]),
            st.integers(0, 99),
        ),
        max_size=12,
    )
)
def test_put_remove_known_are_those_of_a_dictionary(steps: list[tuple[str, str, int]]):
    with tempfile.TemporaryDirectory() as folder:
        store = Store.create(folder, MARK)
        model: dict[str, int] = {}
        for what, id, seed in steps:
            if what == "put":
                store.put(a_video(id, seed), some_frames(seed, count=seed % 4))
                model[id] = seed
            elif what == "remove":
                store.remove([id])
                model.pop(id, None)
            else:
                store.compact()
            matrix = store.matrix()
            assert {id: known.size - 1000 for id, known in store.known().items()} == model
            assert set(matrix.ids) == {id for id, seed in model.items() if seed % 4}
            for place, id in enumerate(matrix.ids):
                rows = matrix.vectors[matrix.video == place]
                assert np.array_equal(
                    rows, [f.vector for f in some_frames(model[id], count=model[id] % 4)]
                )
        assert Store.open(folder).videos() == [
            a_video(id, seed) for id, seed in sorted(model.items())
        ]


def test_conditions_narrow_the_videos(store: Store):
    def video(id: str, account: str, day: int, tags: tuple[str, ...], seconds: float, lang: str):
        posted = datetime(2024, 5, day, 12, tzinfo=UTC) if day else None
        return a_video(
            id, account=account, posted=posted, hashtags=tags, duration=seconds, language=lang
        )

    rows = [
        video("1", "o'neil", 1, ("#Tank", "street"), 5, "en"),
        video("2", "mia", 2, ("КИНО",), 15, "uk"),
        video("3", "mia", 0, (), 30, ""),
    ]
    store.put_all([(row, some_frames(1)) for row in rows])

    def ids(**conditions: object) -> str:
        return "".join(store.ids(Where(**conditions)))  # type: ignore[arg-type]

    assert ids() == "123"
    assert ids(account=("o'neil",)) == "1"
    assert ids(account=("o'neil", "mia")) == "123"
    assert ids(hashtag=("tank",)) == "1"
    assert ids(hashtag=("#STREET", "кино")) == "12"
    assert ids(hashtag=("tan",)) == ""
    assert ids(posted_from=date(2024, 5, 2)) == "2"
    assert ids(posted_to=date(2024, 5, 1)) == "1"
    assert ids(posted_from=datetime(2024, 5, 1, 12, 0, 1)) == "2"
    assert ids(posted_from=date(2024, 5, 1), posted_to=date(2024, 5, 2)) == "12"
    assert ids(min_duration=15) == "23"
    assert ids(max_duration=15, language=("uk", "de")) == "2"
    assert [v.id for v in store.videos(["3", "2"], Where(account=("mia",), language=("uk",)))] == [
        "2"
    ]


def test_ranges_that_end_before_they_start_are_refused():
    with pytest.raises(OptionInvalid, match="before the first"):
        Where(posted_from=date(2024, 5, 2), posted_to=date(2024, 5, 1))
    with pytest.raises(OptionInvalid, match="less than the smallest"):
        Where(min_duration=2, max_duration=1)


def test_failures_are_noted_until_the_file_is_indexed(store: Store):
    store.fail(Failure("/films/a.mp4", "first", 1, 1.0))
    store.fail(Failure("/films/a.mp4", "no picture", 2, 2.0))
    store.fail(Failure("/films/b.mp4", "cut short"))
    store.fail(Failure("/films/\udcff.mp4", "odd name"))
    assert Failure("/films/a.mp4", "no picture", 2, 2.0) in store.failures
    assert len(store.failures) == 3
    store.put(a_video("a"), some_frames(1))
    store.forget_failures(["/films/\udcff.mp4"])
    assert [failure.path for failure in store.failures] == ["/films/b.mp4"]


def test_what_is_written_is_seen_by_those_who_have_the_store_open(store: Store):
    other = Store.open(store.folder)
    assert other.matrix().ids == ()
    store.put(a_video("a"), some_frames(1))
    assert other.matrix().ids == ("a",)
    store.put(a_video("a"), some_frames(2))
    store.compact()
    assert other.frames("a")[0].clarity == 2.0


@pytest.mark.slow
def test_the_store_stays_near_the_size_of_what_it_holds(store: Store):
    for number in range(300):
        store.put(a_video(f"v{number % 40}", number), some_frames(number, bytes_each=8000))
    store.compact()
    on_disk, raw = store.size()
    assert raw > 40 * 5 * 8000
    assert on_disk < 1.5 * raw
    assert len(store) == 40


@pytest.mark.slow
def test_leftovers_are_tidied_away_without_being_asked(store: Store):
    for number in range(300):
        store.put(a_video("one", number), some_frames(number))
    files = sum(1 for path in store.folder.rglob("*") if path.is_file())
    assert files < 3 * 150


def test_no_store_here_is_said_so(tmp_path: Path):
    with pytest.raises(StoreMissing, match="no such folder"):
        Store.open(tmp_path / "none")
    with pytest.raises(StoreMissing, match="no collection in it"):
        Store.open(tmp_path)
    file = tmp_path / "film.mp4"
    file.write_bytes(b"x")
    with pytest.raises(StoreMissing, match="a file, not the folder"):
        Store.open(file)


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path, store: Store):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(StoreExists, match=r"notes\.txt"):
        Store.create(tmp_path, MARK)
    with pytest.raises(StoreExists, match=r"other things"):
        Store.open_or_create(tmp_path, MARK)
    with pytest.raises(StoreExists, match="a file"):
        Store.create(tmp_path / "notes.txt", MARK)
    with pytest.raises(StoreExists, match="a collection already"):
        Store.create(store.folder, MARK)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.txt", "store"]


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        (ModelMark("other", "r2", 8, "uniform"), "indexed with toy, not with other"),
        (ModelMark("toy", "r2", 8, "uniform"), "indexed with toy r1, not with toy r2"),
        (ModelMark("toy", "r1", 8, "shots"), "chosen by uniform, not by shots"),
    ],
)
def test_another_model_is_refused(store: Store, mark: ModelMark, said: str):
    with pytest.raises(StoreOfAnotherModel, match=said):
        Store.open(store.folder, mark)
    with pytest.raises(StoreOfAnotherModel, match=said):
        Store.open_or_create(store.folder, mark)


def test_the_same_weights_under_another_name_are_the_same_model(store: Store):
    assert Store.open(store.folder, ModelMark("copy", "r1", 8, "uniform")).mark == MARK


def test_vectors_that_do_not_fit_are_refused_and_nothing_is_written(store: Store):
    with pytest.raises(StoreOfAnotherModel, match="7 numbers"):
        store.put_all([(a_video("a"), some_frames(1)), (a_video("b"), some_frames(1, 5, 7))])
    long = some_frames(1)
    long[0].vector[:] = np.nan
    with pytest.raises(ValueError, match="length 1"):
        store.put(a_video("a"), long)
    with pytest.raises(ValueError, match="twice"):
        store.put_all([(a_video("a"), []), (a_video("a"), [])])
    with pytest.raises(InputError, match="not written in Unicode"):
        store.put(a_video("a", path="/films/\udcff.mp4"), [])
    with pytest.raises(InputError, match="no id"):
        store.put(a_video(""), [])
    assert len(store) == 0


def test_unknown_videos_and_moments_are_said_so(store: Store):
    store.put(a_video("a"), some_frames(0))
    with pytest.raises(VideoUnknown, match="no video 'b'"):
        store.frames("b")
    with pytest.raises(VideoUnknown, match="no video 'b'"):
        store.thumbnail("b", 0)
    with pytest.raises(VideoUnknown, match=r"no frame at 0\.5 s"):
        store.thumbnail("a", 0.5)


def _cut_card(folder: Path) -> None:
    (folder / "store.json").write_text("{")


def _empty_card(folder: Path) -> None:
    (folder / "store.json").write_text("[]")


def _no_tables(folder: Path) -> None:
    (folder / "tables").rename(folder / "away")


def _no_data(folder: Path) -> None:
    for file in (folder / "tables" / "videos.lance" / "data").iterdir():
        file.unlink()


def _no_versions(folder: Path) -> None:
    for file in (folder / "tables" / "videos.lance" / "_versions").iterdir():
        file.write_bytes(b"nonsense")


def _no_pictures(folder: Path) -> None:
    for file in folder.rglob("*.jpegs"):
        file.unlink()


def _cut_pictures(folder: Path) -> None:
    for file in folder.rglob("*.jpegs"):
        file.write_bytes(b"")


_HARMS = [
    *(_cut_card, _empty_card, _no_tables, _no_data, _no_versions, _no_pictures, _cut_pictures),
]


@pytest.mark.parametrize("harm", _HARMS)
def test_a_damaged_store_is_one_clear_line(store: Store, harm):
    store.put(a_video("a"), some_frames(1))
    harm(store.folder)
    with pytest.raises(StoreInvalid) as raised:
        Store.open(store.folder).frames("a")
    assert "damaged" in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1
    assert raised.value.exit_code == 2


def test_a_store_of_a_later_version_is_said_so(store: Store):
    card = store.folder / "store.json"
    card.write_text(card.read_text().replace('"format": 1', '"format": 99'))
    with pytest.raises(StoreInvalid, match="later version"):
        Store.open(store.folder)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs file permissions")
def test_a_store_that_may_only_be_read_can_be_searched(store: Store):
    store.put(a_video("a", title="harbour"), some_frames(1))
    folders = [store.folder, *(p for p in store.folder.rglob("*") if p.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    try:
        reader = Store.open(store.folder)
        assert reader.matrix().ids == ("a",)
        assert [match.id for match in reader.text_search("harbour")] == ["a"]
        with pytest.raises(OutputUnwritable):
            reader.put(a_video("b"), [])
    finally:
        for folder in folders:
            folder.chmod(0o755)


def test_a_store_whose_derived_files_cannot_be_written_is_searched_from_memory(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    def refuse(place: Place) -> None:
        raise OutputUnwritable("closed", path=place.derived)

    store.put(a_video("a", title="harbour"), some_frames(1))
    monkeypatch.setattr(Place, "deriving", refuse)
    reader = Store.open(store.folder)
    assert reader.matrix().ids == ("a",)
    assert [match.id for match in reader.text_search("harbour")] == ["a"]
    store.put(a_video("b", title="harbour"), some_frames(2))
    assert reader.matrix().ids == ("a", "b")
    assert len(reader.text_search("harbour")) == 2


def test_making_a_store_prints_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    Store.create(tmp_path / "store", MARK).compact()
    assert capfd.readouterr() == ("", "")


def test_a_making_that_was_cut_short_is_made_good(tmp_path: Path):
    Store.create(tmp_path, MARK)
    (tmp_path / "store.json").unlink()
    with pytest.raises(StoreMissing):
        Store.open(tmp_path)
    assert len(Store.open_or_create(tmp_path, MARK)) == 0


@pytest.mark.parametrize("name", ["tables", "pictures", "derived"])
def test_what_a_person_keeps_under_our_names_is_left_alone(tmp_path: Path, name: str):
    mine = tmp_path / name / "oak.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    with pytest.raises(StoreExists, match=name):
        Store.create(tmp_path, MARK)
    assert mine.read_text() == "mine"


def test_a_store_that_lost_its_card_is_not_written_over(store: Store):
    store.put(a_video("a"), some_frames(1))
    (store.folder / "store.json").unlink()
    with pytest.raises(StoreExists):
        Store.create(store.folder, MARK)
    assert list(store.folder.rglob("*.jpegs"))
