"""Numbered pictures are a film: TV-AD as it is distributed."""

from __future__ import annotations

import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from scenewise.core.errors import FileMissing, FileUnreadable, NotAVideo
from scenewise.core.time import Span
from scenewise.distinctad.annotations import Annotation, Annotations
from scenewise.distinctad.annotations_forms import find_films
from scenewise.distinctad.clips import clip_pictures, frame_times
from scenewise.distinctad.clips_stills import Stills


def stills(folder: Path, numbers: range | list[int]) -> Path:
    """Picture k is of brightness 5k."""
    folder.mkdir(parents=True)
    for number in numbers:
        picture = Pillow.new("RGB", (8, 6), (5 * number,) * 3)
        picture.save(folder / f"{number:05d}.png")
    return folder


def packed(folder: Path) -> Path:
    path = folder.with_suffix(".tar")
    with tarfile.open(path, "w") as tar:
        tar.add(folder, folder.name)
    return path


@pytest.fixture(params=["folder", "tar"])
def film(request: pytest.FixtureRequest, tmp_path: Path) -> Stills:
    folder = stills(tmp_path / "clip", range(1, 31))
    return Stills(folder if request.param == "folder" else packed(folder), rate=3)


def test_pictures_come_in_their_time(film: Stills) -> None:
    assert film.span == Span(0, 10)
    frames = [(frame.time, int(frame.image[0, 0, 0])) for frame in film.frames()]
    assert frames == [(k / 3, 5 * (k + 1)) for k in range(30)]
    assert [int(f.image[0, 0, 0]) for f in film.at([0.0, 0.4, 3.0, 99.0])] == [5, 10, 50, 150]
    frame = next(film.frames())
    assert (frame.width, frame.height) == (8, 6)
    assert frame.scaled(4, 3).shape == (3, 4, 3)


def test_clips_of_pictures_are_those_that_the_table_numbers(film: Stills) -> None:
    # pictures 10 to 15, which the table tells of as 3 s to 5 s
    times = [frame_times(Span(3, 5), 6)]
    pictures = clip_pictures(film, times, lambda frame: np.array(frame.image))
    assert [int(picture.image[0, 0, 0]) // 5 for picture in pictures] == [10, 11, 12, 13, 14, 15]


def test_where_numbers_are_missing_the_picture_before_stays(tmp_path: Path) -> None:
    film = Stills(stills(tmp_path / "clip", [2, 3, 9]), rate=1)
    assert film.span == Span(1, 9)
    assert [int(f.image[0, 0, 0]) // 5 for f in film.at([0, 2.5, 5, 8])] == [2, 3, 3, 9]


def test_films_of_tv_are_found_in_the_folders_of_their_series(tmp_path: Path) -> None:
    packed(stills(tmp_path / "friends_frames" / "s01_clip_04", range(1, 3)))
    stills(tmp_path / "bbt_frames" / "s02_clip_01", range(1, 3))
    rows = tuple(
        Annotation("tt1", Span(0, 1), "He nods.", video=name, shown=Span(0, 1))
        for name in ("s01_clip_04", "s02_clip_01")
    )
    files = find_films(Annotations(rows, form="tv"), tmp_path)[1]
    assert files["s01_clip_04"].suffix == ".tar"
    assert files["s02_clip_01"] == tmp_path / "bbt_frames" / "s02_clip_01"
    with pytest.raises(FileMissing):
        find_films(Annotations(rows, form="mad"), tmp_path)


def test_what_holds_no_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        Stills(tmp_path / "none", rate=3)
    (tmp_path / "x.tar").write_text("no")
    with pytest.raises(FileUnreadable):
        Stills(tmp_path / "x.tar", rate=3)
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").touch()
    with pytest.raises(NotAVideo, match="no numbered picture"):
        Stills(tmp_path / "empty", rate=3)
    (tmp_path / "empty" / "00001.jpg").write_text("no")
    with pytest.raises(NotAVideo, match=r"00001\.jpg is damaged"):
        next(Stills(tmp_path / "empty", rate=3).frames())
