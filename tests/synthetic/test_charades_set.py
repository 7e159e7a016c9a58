"""The set of home videos has the form of the Charades data set and shows what it tells."""

from __future__ import annotations

import csv
import json
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.core.errors import OutputUnwritable
from scenewise.core.progress import Silent
from scenewise.media.probe import probe_film
from scenewise.media.reading import Film
from scenewise.media.sound import read_sound
from scenewise.synthetic.charades_set import (
    CODES,
    SCENES,
    classes,
    make_charades_set,
    plan_charades_set,
)
from scenewise.synthetic.pocket.examples import held_out
from scenewise.synthetic.staging import Stage
from scenewise.synthetic.world import CHARACTERS

SIDE = 64
COUNT = 2
SEED = 5
OFFICIAL = "id,subject,scene,quality,relevance,verified,script,objects,descriptions,actions,length"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small videos, one to train and one to test on."""
    made = make_charades_set(tmp_path_factory.mktemp("set"), COUNT, seed=SEED, side=SIDE)
    assert isinstance(made, Path)
    return made


def rows(folder: Path, split: str) -> list[dict[str, str]]:
    with (folder / f"Charades_v1_{split}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pictures(path: Path) -> np.ndarray:
    return np.stack([frame.detached().image for frame in Film(path).frames()])


def test_all_scenes_occur_in_both_tables_from_48_videos_on() -> None:
    videos = plan_charades_set(48, seed=0)
    assert len(SCENES) == 16
    for split, count in (("train", 32), ("test", 16)):
        scenes = [video.scene for video in videos if video.split == split]
        assert len(scenes) == count
        assert set(scenes) == set(SCENES)
    assert len({video.id for video in videos}) == 48


def test_what_is_tested_on_is_never_trained_on() -> None:
    videos = plan_charades_set(60, seed=1)
    for video in videos:
        for deed in video.deeds:
            assert held_out(deed.event) == (video.split == "test")
    seen = {
        split: {d.event.combination for v in videos if v.split == split for d in v.deeds}
        for split in ("train", "test")
    }
    assert not seen["train"] & seen["test"]


@given(seed=st.integers(0, 10**6), count=st.integers(1, 9))
@settings(max_examples=25, deadline=None)
def test_a_video_has_some_actions_of_one_person_at_one_place_one_after_the_other(
    seed: int, count: int
) -> None:
    for video in plan_charades_set(count, seed=seed):
        assert re.fullmatch(r"[A-Z0-9]{5}", video.id)
        assert 2 <= len(video.deeds) <= 4
        assert 8 <= video.seconds <= 15
        assert len({(d.event.person, d.event.setting, d.event.hour) for d in video.deeds}) == 1
        assert video.deeds[0].span.start == 0
        for one, other in pairwise(video.deeds):
            assert one.span.end == other.span.start
            assert one.event != other.event
        for deed in video.deeds:
            assert deed.span.duration > 1
            assert deed.span.end * 30 == pytest.approx(round(deed.span.end * 30))


@given(seed=st.integers(0, 10**6))
@settings(max_examples=15, deadline=None)
def test_descriptions_tell_of_the_place_in_a_few_sentences_and_name_nobody(seed: int) -> None:
    for video in plan_charades_set(16, seed=seed):
        room = SCENES[video.scene]
        for text in (*video.descriptions, video.script):
            assert ";" not in text
            assert 1 <= text.count(".") <= 3
            assert text.endswith(".")
            assert text[0].isupper()
            assert not any(one.name in text for one in CHARACTERS)
            assert room == "garage" or "garage" not in text
            assert not re.search(r"\ba [aeiou]\w+way|\b(in|inside) (a|the) stairs", text)
        assert 1 <= len(video.descriptions) <= 3
        if room != "other":
            assert all(room in text.lower() for text in video.descriptions)


def test_the_tables_have_the_official_columns_and_forms(folder: Path) -> None:
    header = (folder / "Charades_v1_train.csv").read_text("utf-8").splitlines()[0]
    assert header == OFFICIAL
    told = [row for split in ("train", "test") for row in rows(folder, split)]
    assert len(told) == COUNT
    assert [len(rows(folder, split)) for split in ("train", "test")] == [1, 1]
    known = {line.split(" ", 1)[0] for line in classes().splitlines()}
    assert (folder / "Charades_v1_classes.txt").read_text("utf-8") == classes()
    for row in told:
        assert row["scene"] in SCENES
        assert row["verified"] in ("Yes", "No")
        assert re.fullmatch(r"\d+\.\d\d", row["length"])
        for action in row["actions"].split(";") if row["actions"] else []:
            code, start, end = action.split(" ")
            assert code in known
            assert re.fullmatch(r"\d+\.\d\d", start)
            assert 0 <= float(start) < float(end) <= float(row["length"])


def test_the_truth_tells_every_action_that_the_tables_tell(folder: Path) -> None:
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    for split in ("train", "test"):
        for row in rows(folder, split):
            known = truth[row["id"]]
            assert known["split"] == split
            told = {f"{a['code']} {a['start']:.2f} {a['end']:.2f}" for a in known["actions"]}
            assert set(filter(None, row["actions"].split(";"))) <= told
            assert all(CODES[a["action"]] == a["code"] for a in known["actions"])


def test_fields_are_empty_in_a_few_rows_only() -> None:
    videos = plan_charades_set(300, seed=2)
    for empty in (
        sum(not video.actions for video in videos),
        sum(video.quality < 0 for video in videos),
    ):
        assert 0 < empty < 45


def test_the_videos_are_as_long_as_told_and_show_the_actions(folder: Path) -> None:
    for video in plan_charades_set(COUNT, seed=SEED, side=SIDE):
        path = folder / "Charades_v1_480" / f"{video.id}.mp4"
        info = probe_film(path)
        assert info.video is not None
        assert (info.video.width, info.video.height, info.video.rate) == (SIDE, SIDE, 30.0)
        assert info.duration == pytest.approx(video.seconds, abs=0.1)
        shown = pictures(path)
        assert len(shown) == round(video.seconds * 30)
        stages = [
            Stage(deed.event, deed.shooting, SIDE, SIDE, deed.span.duration) for deed in video.deeds
        ]
        for number, deed in enumerate(video.deeds):
            for share in (0.05, 0.95):
                at = round((deed.span.start + share * deed.span.duration) * 30)
                time = at / 30 - deed.span.start
                # At this size the codec leaves a mean error of up to ten levels.
                errors = [np.abs(one.frame(time) - shown[at].astype(float)) for one in stages]
                means = [float(error.mean()) for error in errors]
                assert means[number] == min(means) < 12, (video.id, deed.event.action)
        loud = max(float(np.abs(part.samples).max()) for part in read_sound(path))
        assert 0.005 < loud < 1


@pytest.mark.slow
def test_the_same_seed_gives_the_same_files_and_another_gives_others(
    folder: Path, tmp_path: Path
) -> None:
    again = make_charades_set(tmp_path / "again", COUNT, seed=SEED, side=SIDE, workers=2)
    names = sorted(path.relative_to(folder) for path in folder.rglob("*.*"))
    assert names == sorted(path.relative_to(again) for path in again.rglob("*.*"))
    for name in names:
        if name.suffix == ".mp4":
            assert np.array_equal(pictures(folder / name), pictures(again / name))
        else:
            assert (folder / name).read_bytes() == (again / name).read_bytes()
    ids = {one.id for one in plan_charades_set(COUNT, seed=SEED, side=SIDE)}
    for other in (
        plan_charades_set(COUNT, seed=SEED + 1, side=SIDE),
        plan_charades_set(COUNT + 1, seed=SEED, side=SIDE),
        plan_charades_set(COUNT, seed=SEED, side=SIDE + 2),
    ):
        assert not ids & {one.id for one in other}


@pytest.mark.slow
def test_drawing_goes_on_where_it_stopped_and_leaves_whole_videos_alone(tmp_path: Path) -> None:
    class Stopped(RuntimeError):
        """What stops the drawing."""

    class Stopping(Silent):
        """Progress that ends the work after the first video."""

        def step(self, what: str, total: float | None = None):
            del what, total
            return self

        def __enter__(self):
            return self

        def __exit__(self, *_: object) -> None:
            return None

        def advance(self, amount: float = 1.0) -> None:
            raise Stopped

    with pytest.raises(Stopped):
        make_charades_set(tmp_path, COUNT, seed=SEED, side=SIDE, progress=Stopping())
    first, second = (one.id for one in plan_charades_set(COUNT, seed=SEED, side=SIDE))
    place = tmp_path / "Charades_v1_480"
    assert [path.name for path in tmp_path.rglob("*.*")] == [f"{first}.mp4"]
    before = (place / f"{first}.mp4").stat().st_mtime_ns
    broken = place / f"{second}.mp4"
    broken.write_bytes((place / f"{first}.mp4").read_bytes()[:2000])
    make_charades_set(tmp_path, COUNT, seed=SEED, side=SIDE)
    assert (place / f"{first}.mp4").stat().st_mtime_ns == before
    assert probe_film(broken).video is not None


def test_what_cannot_be_made_is_refused(tmp_path: Path) -> None:
    taken = tmp_path / "file"
    taken.write_text("here already")
    with pytest.raises(OutputUnwritable):
        make_charades_set(taken, 1, seed=0)
    for count, side in ((0, 128), (1, 63), (1, 32)):
        with pytest.raises(ValueError, match="can be drawn"):
            make_charades_set(tmp_path / "set", count, seed=0, side=side)
    assert not (tmp_path / "set").exists()
