"""How much clear ground there is beside writing, and so whether it may be cut."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from scenewise.core.media_types import Image
from scenewise.models.text_reader import RapidReader
from scenewise.models.text_room import PLENTY, room_beside

Box = tuple[float, float, float, float]
NONE = 0.18
COLOURS = [((24, 80, 48), (250, 250, 246)), ((240, 226, 180), (30, 26, 24))]


def sign(
    text: str, ground: tuple[int, int, int], ink: tuple[int, int, int], pad: float = 0.5
) -> tuple[Image, Box]:
    """A framed board before a busy wall, and the box of what is written on it."""
    wall = np.random.default_rng(0).integers(60, 200, (24, 40, 3), np.uint8)
    picture = Pillow.fromarray(wall).resize((640, 384), Pillow.Resampling.BICUBIC)
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(40)
    left, top, right, bottom = pen.textbbox((200, 160), text, font=font)
    rim = pad * 40
    pen.rectangle((left - rim, top - rim, right + rim, bottom + rim), ground, ink, 3)
    pen.text((200, 160), text, font=font, fill=ink)
    return np.asarray(picture), (left - 5, top - 6, right + 5, bottom + 6)


def hidden(picture: Image, middle: tuple[float, float]) -> Image:
    """A head before a picture."""
    covered = Pillow.fromarray(picture)
    x, y = middle
    ImageDraw.Draw(covered).ellipse((x - 60, y - 60, x + 60, y + 60), (140, 84, 60))
    return np.asarray(covered)


@pytest.mark.parametrize(("ground", "ink"), COLOURS)
@pytest.mark.parametrize("pad", [0.25, 0.5])
def test_a_whole_sign_has_room_on_both_sides(
    ground: tuple[int, int, int], ink: tuple[int, int, int], pad: float
) -> None:
    picture, box = sign("FRESH BREAD", ground, ink, pad)
    assert min(room_beside(picture, box)) > NONE


@pytest.mark.parametrize(("ground", "ink"), COLOURS)
def test_a_sign_that_somebody_stands_before_has_none_on_that_side(
    ground: tuple[int, int, int], ink: tuple[int, int, int]
) -> None:
    picture, (left, top, right, bottom) = sign("FRESH BREAD", ground, ink)
    height = (top + bottom) / 2
    on_right = room_beside(hidden(picture, (right + 10, height)), (left, top, right - 45, bottom))
    assert on_right[0] > NONE > on_right[1]
    on_left = room_beside(hidden(picture, (left - 10, height)), (left + 45, top, right, bottom))
    assert on_left[1] > NONE > on_left[0]


def test_the_edge_of_the_picture_cuts() -> None:
    picture, (left, top, right, bottom) = sign("FRESH BREAD", *COLOURS[0])
    at = int(right - 40)
    room = room_beside(picture[:, :at], (left, top, float(at), bottom))
    assert room[1] == 0.0
    assert room[0] > NONE


def over_a_wall(text: str, bar: int, gap: int) -> tuple[Image, Box]:
    """A name on a strip with a bar before it, and a box that takes in the bar."""
    picture = Pillow.fromarray(sign(text, *COLOURS[0])[0])
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(40)
    left, top, right, bottom = pen.textbbox((0, 160), text, font=font)
    right += 100 + gap - left
    pen.rectangle((60, top - 20, 600, bottom + 20), (20, 30, 90))
    pen.rectangle((100 - bar, top - 20, 99, bottom + 20), (240, 200, 0))
    pen.text((100 + gap - left, 160), text, font=font, fill=(255, 255, 255))
    return np.asarray(picture), (99 - bar, top - 6, right + 5, bottom + 6)


@pytest.mark.parametrize("bar", [4, 10, 20])
@pytest.mark.parametrize("gap", [3, 6, 10, 14])
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_bar_before_a_name_hides_nothing(bar: int, gap: int, mirrored: bool) -> None:
    picture, (left, top, right, bottom) = over_a_wall("Anna Lindqvist", bar, gap)
    if mirrored:
        picture, left, right = picture[:, ::-1], 640 - right, 640 - left
    room = room_beside(picture, (left, top, right, bottom))
    assert room[int(mirrored)] == PLENTY
    assert min(room) > 0.5


def test_a_bar_over_a_letter_hides_it() -> None:
    drawn, (_, top, right, bottom) = over_a_wall("Hanna Berg", 20, -12)
    picture = np.array(drawn)
    picture[:, :100] = (240, 200, 0)
    assert room_beside(picture, (79.0, top, right, bottom))[0] < NONE


@pytest.mark.parametrize("margin", [2, 4, 10, 20])
@pytest.mark.parametrize("mirrored", [False, True])
def test_what_stops_short_of_the_edge_of_the_picture_is_not_cut(
    margin: int, mirrored: bool
) -> None:
    black = Pillow.new("RGB", (640, 384))
    pen, font = ImageDraw.Draw(black), ImageFont.load_default(40)
    box = pen.textbbox((0, 0), "Chapter One", font=font)
    pen.text((margin - box[0], 160), "Chapter One", font=font, fill=(255, 255, 255))
    picture = np.asarray(black)
    right, top, bottom = margin + box[2] - box[0] + 5, 155 + box[1], 165 + box[3]
    left: float = max(0, margin - 6)
    if mirrored:
        picture, left, right = picture[:, ::-1], 640 - right, 640 - left
    room = room_beside(picture, (left, top, right, bottom))[int(mirrored)]
    assert room > NONE


def test_over_a_busy_picture_nothing_is_told() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (384, 640, 3), np.uint8)
    over = Pillow.fromarray(noise)
    pen, font = ImageDraw.Draw(over), ImageFont.load_default(40)
    box = pen.textbbox((200, 160), "The End", font=font)
    pen.text((200, 160), "The End", font=font, fill=(255, 255, 255))
    assert room_beside(np.asarray(over), box) == (PLENTY, PLENTY)
    at = int(box[0]) - 4
    assert room_beside(np.asarray(over)[:, at:], (0, box[1], box[2] - at, box[3])) == (PLENTY,) * 2


@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_picture_of_one_colour_or_a_box_of_nothing_is_no_writing(value: int) -> None:
    blank = np.full((100, 200, 3), value, np.uint8)
    assert room_beside(blank, (50, 40, 120, 60)) == (PLENTY, PLENTY)
    assert room_beside(blank, (50, 40, 52, 41)) == (PLENTY, PLENTY)
    assert room_beside(blank, (-5, 40, 120, 60)) == (PLENTY, PLENTY)


def test_the_reader_tells_which_words_may_be_cut() -> None:
    picture, (_, top, right, bottom) = sign("FRESH BREAD", *COLOURS[0])
    (whole,) = RapidReader().read(picture)
    assert whole.text == "FRESH BREAD"
    assert len(whole.room) == 2
    assert min(whole.room) > NONE
    covered = hidden(picture, (right, (top + bottom) / 2))
    (cut,) = RapidReader().read(covered)
    assert cut.text.split()[0] == "FRESH"
    assert cut.room[0] > NONE > cut.room[-1]
