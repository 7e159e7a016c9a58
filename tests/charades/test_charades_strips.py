"""Strips show what is done when, and grids their caption."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from scenewise.charades.action_times import (
    CLASSES,
    action_tracks,
    object_tracks,
    read_classes,
)
from scenewise.charades.data import Action, Video, read_table, video_path
from scenewise.charades.errors import TableInvalid
from scenewise.charades.lettered import lettered, save_picture
from scenewise.charades.strips import StripOptions, strip_image, strip_times, video_strip
from scenewise.core.errors import FileMissing, FileUnreadable, OptionInvalid
from scenewise.core.media_types import Frame
from scenewise.core.time import Span
from scenewise.media.reading import Film

MEANINGS = {
    "c092": "Watching/Looking outside of a window",
    "c098": "Holding a broom",
    "c100": "Tidying up with a broom",
    "c123": "Sitting on sofa/couch",
}
BLUE = (0x0B, 0x5A, 0x78)
GREEN = (0x3D, 0x8B, 0x4F)
GREY = (0xD4, 0xD1, 0xCA)


def a_video(
    *actions: tuple[str, float, float],
    objects: tuple[str, ...] = (),
    script: str = "",
    descriptions: tuple[str, ...] = (),
) -> Video:
    told = tuple(Action(code, Span(start, end)) for code, start, end in actions)
    return Video("46GP8", "Kitchen", script, descriptions, objects, told, 20.0)


def frames(count: int, width: int = 60, height: int = 40) -> list[Frame]:
    return [
        Frame(time, np.full((height, width, 3), 20 * at, np.uint8))
        for at, time in enumerate(strip_times(20, count))
    ]


def where(picture: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    return np.abs(picture.astype(int) - colour).sum(axis=2) < 12


def test_the_same_action_twice_is_one_track_and_overlaps_are_joined() -> None:
    video = a_video(
        ("c098", 8, 12), ("c092", 0, 5), ("c092", 4, 9), ("c092", 15, 16), ("c777", 1, 2)
    )
    tracks = action_tracks(video, MEANINGS)
    assert [track.name for track in tracks] == [MEANINGS["c092"], "c777", MEANINGS["c098"]]
    assert tracks[0].spans == (Span(0, 9), Span(15, 16))
    assert [tracks[0].active(time) for time in (0, 8.9, 9.1, 15.5, 17)] == [
        True, True, False, True, False,
    ]  # fmt: skip


def test_objects_are_seen_while_an_action_names_them() -> None:
    video = a_video(
        ("c098", 2, 6), ("c100", 5, 9), ("c123", 10, 11), ("c092", 12, 13),
        objects=("brooms", "dust pan", "couch", "window", "room", "glass/cup", "broom/mop", "/"),
    )  # fmt: skip
    spans = {track.name: track.spans for track in object_tracks(video, MEANINGS)}
    assert spans == {
        "brooms": (Span(2, 9),),
        "dust pan": (),
        "couch": (Span(10, 11),),
        "window": (Span(12, 13),),
        "room": (),  # no part of a word: broom
        "glass/cup": (),
        "broom/mop": (Span(2, 9),),
        "/": (),
    }


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9)), min_size=1, max_size=12))
def test_joined_times_are_those_of_the_table(times: list[tuple[int, int]]) -> None:
    video = a_video(*(("c098", float(start), float(start + long)) for start, long in times))
    (track,) = action_tracks(video, MEANINGS)
    for moment in np.arange(-0.5, 41, 0.5):
        assert track.active(moment) == any(start <= moment <= start + n for start, n in times)
    assert all(a.end < b.start for a, b in zip(track.spans, track.spans[1:], strict=False))


def test_the_list_of_actions_is_read_as_published(tmp_path: Path, drawn_set: Path) -> None:
    assert all(code[0] == "c" and text for code, text in read_classes(drawn_set / CLASSES).items())
    path = tmp_path / CLASSES
    path.write_text("c000 Holding some clothes\r\n\nc152 Someone is standing up\n", "utf-8")
    assert read_classes(path) == {
        "c000": "Holding some clothes",
        "c152": "Someone is standing up",
    }
    path.write_text("c000 Holding\nc00 what\n", "utf-8")
    with pytest.raises(TableInvalid, match="line 2"):
        read_classes(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FileUnreadable):
        read_classes(path)
    with pytest.raises(FileMissing):
        read_classes(tmp_path / "none.txt")


def test_bars_are_thick_where_an_action_is_active_and_grey_lines_elsewhere() -> None:
    strip = strip_image(
        frames(5), 20, a_video(("c098", 5, 10), ("c092", 12, 99), ("c100", 30, 40)), MEANINGS,
        StripOptions(width=800),
    )  # fmt: skip
    rows, columns = np.nonzero(where(strip, BLUE))
    left, right = round(800 * 0.26), 800 - 16  # of the time
    first = columns[rows < np.median(np.unique(rows))]
    scale = (right - left) / 20
    assert first.min() == pytest.approx(left + 5 * scale, abs=3)
    assert first.max() == pytest.approx(left + 10 * scale, abs=3)
    # one goes on to the end, and not beyond; one that begins after the end is not shown
    assert columns.max() <= right + 1
    lines = where(strip, GREY)[:, left + 3]
    assert np.flatnonzero(np.diff(lines.astype(int)) == 1).size == 3
    assert not where(strip, GREEN).any()


def test_objects_with_times_have_bars_and_texts_make_a_strip_higher() -> None:
    options = StripOptions(width=600)
    small = strip_image(frames(3), 20, a_video(("c098", 5, 10)), MEANINGS, options)
    video = a_video(
        ("c098", 5, 10), objects=("broom", "lamp"), script="Someone sweeps. " * 30,
        descriptions=("One.", "Another. " * 400),
    )  # fmt: skip
    strip = strip_image(frames(3), 20, video, MEANINGS, options)
    assert where(strip, GREEN).any()
    assert strip.shape[1] == 600
    assert strip.shape[0] > 2 * small.shape[0]
    # nothing is cut off: the last text ends above an empty margin
    assert (strip[-10:] == 255).all()
    assert (strip[-40:] < 128).any()


def test_frames_are_shown_in_order_and_none_higher_than_wide_cells_allow() -> None:
    for width, height in ((60, 40), (27, 480), (640, 20)):
        strip = strip_image(frames(4, width, height), 20, a_video(), {}, StripOptions(width=900))
        assert strip.shape[0] < 900
        middles = [round(234 + (k + 0.5) * (900 - 16 - 234) / 4) for k in range(4)]
        seen = [[np.abs(strip[:, x].astype(int) - 20 * k).sum(axis=1).min() for x in middles]
                for k in range(4)]  # fmt: skip
        assert all(row[k] < 6 for k, row in enumerate(seen))


def test_what_cannot_be_a_strip_is_refused() -> None:
    for shown, seconds in (([], 20.0), (frames(2), 0.0)):
        with pytest.raises(ValueError):
            strip_image(shown, seconds, a_video(), {})
    with pytest.raises(OptionInvalid):
        StripOptions(frames=0)


@given(st.floats(0.1, 500), st.integers(1, 32))
def test_times_are_in_the_video_and_evenly_apart(seconds: float, count: int) -> None:
    times = strip_times(seconds, count)
    assert len(times) == count
    assert 0 < times[0] <= times[-1] < seconds
    assert times[0] == pytest.approx(seconds - times[-1])


def test_a_drawn_video_gives_a_strip_that_can_be_opened(drawn_set: Path, tmp_path: Path) -> None:
    video = read_table(drawn_set / "Charades_v1_train.csv").videos[0]
    film = Film(video_path(drawn_set / "Charades_v1_480", video.id))
    strip = video_strip(film, film.duration, video, read_classes(drawn_set / CLASSES))
    if video.actions:
        assert where(strip, BLUE).any()
    for name in ("strip.png", "strip.jpg"):
        save_picture(tmp_path / name, strip)
        with Pillow.open(tmp_path / name) as opened:
            assert opened.size == strip.shape[1::-1]
    with Pillow.open(tmp_path / "strip.png") as opened:
        assert (np.asarray(opened) == strip).all()


def test_a_grid_keeps_its_pixels_above_its_caption() -> None:
    grid = np.random.default_rng(1).integers(0, 255, (300, 300, 3), dtype=np.uint8)
    caption = "A person is eating and then tidying up their mess, next wiping a mirror."
    out = lettered(grid, caption, title="46GP8, Dining room")
    assert (out[:300] == grid).all()
    assert (out[300:] < 100).any()
    assert (out[-4:] == 255).all()
    longer = lettered(grid, caption * 3, title="46GP8, Dining room")
    assert longer.shape[0] > out.shape[0]
