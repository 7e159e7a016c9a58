"""Burned-in captions are where and when they belong, readable, and the rest stays the film."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageFont

from scenewise.core.errors import ComponentMissing
from scenewise.core.media_types import Audio
from scenewise.core.script import Cue
from scenewise.core.time import Span
from scenewise.media.lettering import SAFE, Face, choose_face, letter, wrapped
from scenewise.media.options import WriteOptions
from scenewise.media.probe import probe
from scenewise.media.writing import write_described

BURN = WriteOptions(burn_in=True, crf=12, preset="veryfast")
GREY = 150


def grey_film(films, name: str, *, width: int = 320, height: int = 180, count: int = 50, **more):
    pictures = [np.full((height, width, 3), GREY, np.uint8)] * count
    return films.film(name, pictures, **more)


def burned(film: Path, out: Path, cues: list[Cue], options: WriteOptions = BURN) -> None:
    write_described(
        film,
        out,
        mix=[Audio(np.zeros((1, 4800), np.float32), 48000)],
        mix_rate=48000,
        layout="mono",
        captions=cues,
        language="en",
        options=options,
    )


def pictures(path: Path) -> list[tuple[float, np.ndarray]]:
    """Each picture's time and brightness, as stored."""
    with av.open(str(path)) as container:
        return [
            (frame.time, np.asarray(frame.to_ndarray(format="gray")))
            for frame in container.decode(video=0)
        ]


def covered(picture: np.ndarray) -> tuple[slice, slice] | None:
    """Rows and columns of the caption's box on a grey picture."""
    dark = picture < 90
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    if not len(rows):
        return None
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm"])
def test_a_caption_is_seen_exactly_while_it_is_due(films, tmp_path: Path, suffix: str) -> None:
    codec = "libvpx-vp9" if suffix == ".webm" else "libx264"
    film = grey_film(films, f"film{suffix}", codec=codec)
    out = tmp_path / f"out{suffix}"
    cues = [Cue(Span(0.4, 0.8), "A hare wakes"), Cue(Span(1.2, 1.32), "It yawns")]
    burned(film, out, cues)
    seen = pictures(out)
    assert len(seen) == 50
    for time, picture in seen:
        due = 0.4 <= time + 1e-3 < 0.8 or 1.2 <= time + 1e-3 < 1.32
        assert (covered(picture) is not None) == due, time
    with av.open(str(out)) as container:
        assert not container.streams.subtitles  # drawn, so not told twice


def test_the_box_is_readable_and_inside_the_safe_area(films, tmp_path: Path) -> None:
    film = grey_film(films, "film.mp4", width=640, height=360, count=5)
    burned(film, tmp_path / "out.mp4", [Cue(Span(0, 1), "A hare wakes and looks at the hills")])
    picture = pictures(tmp_path / "out.mp4")[2][1]
    rows, columns = covered(picture)
    assert rows.start > 360 / 2
    assert rows.stop <= round(360 * (1 - SAFE)) + 2
    assert columns.start >= 640 * SAFE - 2
    assert columns.stop <= 640 * (1 - SAFE) + 2
    assert abs((columns.start + columns.stop) / 2 - 320) <= 3
    box = picture[rows, columns]
    letters, ground = np.percentile(box, 99), np.percentile(box, 30)
    assert letters > 225
    assert ground < 70
    assert 0.05 < (box > 200).mean() < 0.4
    outside = picture.astype(int).copy()
    outside[rows.start - 8 : rows.stop + 8, columns.start - 8 : columns.stop + 8] = GREY
    assert np.abs(outside - GREY).max() <= 3


@pytest.mark.film
def test_a_turned_film_comes_out_upright(data: Path, tmp_path: Path) -> None:
    film = data / "odd/portrait.MOV"
    out = tmp_path / "out.mp4"
    burned(film, out, [Cue(Span(0.5, 1.5), "A screen")])
    before, after = probe(film).video, probe(out).video
    assert before.rotation == 90
    assert after.rotation == 0
    assert (after.width, after.height) == (before.width, before.height) == (320, 568)
    with av.open(str(film)) as container:
        stored = [f.to_ndarray(format="gray") for f in container.decode(video=0)]
    seen = pictures(out)
    assert len(seen) == len(stored)
    upright = np.rot90(stored[0], -1)
    agree = np.corrcoef(upright.ravel(), seen[0][1].ravel())[0, 1]
    assert agree > 0.99
    difference = np.abs(np.rot90(stored[30], -1).astype(int) - seen[30][1])
    assert difference[round(568 * 0.8) :].max() > 100  # the caption is at the viewer's bottom
    assert difference[: round(568 * 0.5)].mean() < 3


@pytest.mark.film
@pytest.mark.parametrize(
    "name", ["odd/var_fps_video.mp4", "odd/h264_10bits.mp4", "scenecut/delayed_start.mp4"]
)
def test_odd_films_keep_their_times(data: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / "out.mp4"
    burned(data / name, out, [Cue(Span(0.2, 0.5), "Bars")])
    with av.open(str(data / name)) as container:
        before = [frame.time for frame in container.decode(video=0)]
    after = [time for time, _ in pictures(out)]
    assert after == pytest.approx(before, abs=1e-5)
    with av.open(str(out)) as container:
        assert container.streams.video[0].pix_fmt == "yuv420p"


@pytest.mark.film
def test_a_damaged_film_is_burned_as_far_as_it_can_be_seen(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    burned(data / "odd/decord_corrupted.mp4", out, [Cue(Span(0, 1), "Bars")])
    assert len(pictures(out)) >= 28


def test_odd_sizes_wide_pixels_and_full_range(films, tmp_path: Path) -> None:
    def wide(stream) -> None:
        stream.codec_context.sample_aspect_ratio = Fraction(2, 1)

    film = grey_film(
        films, "odd.mkv", width=161, height=121, pixel_format="yuv444p", count=5, set_up=wide
    )
    burned(film, tmp_path / "out.mp4", [Cue(Span(0, 1), "OOOO")])
    made = probe(tmp_path / "out.mp4").video
    assert (made.width, made.height, made.sar) == (160, 120, Fraction(2, 1))
    narrow = covered(pictures(tmp_path / "out.mp4")[0][1])
    square = grey_film(films, "square.mkv", width=322, height=121, pixel_format="yuv444p", count=5)
    burned(square, tmp_path / "square.mp4", [Cue(Span(0, 1), "OOOO")])
    plain = covered(pictures(tmp_path / "square.mp4")[0][1])
    # half as many pixels, because each is shown twice as wide
    half = (plain[1].stop - plain[1].start) / 2
    assert narrow[1].stop - narrow[1].start == pytest.approx(half, abs=4)

    full = grey_film(films, "full.mp4", pixel_format="yuvj420p", count=5)
    burned(full, tmp_path / "full_out.mp4", [Cue(Span(0, 0.1), "x")])
    with av.open(str(tmp_path / "full_out.mp4")) as container:
        last = [f.to_ndarray(format="rgb24") for f in container.decode(video=0)][-1]
    assert np.abs(last.astype(int) - GREY).max() <= 4  # brightness is not stretched


def test_the_rest_of_a_moving_film_stays_itself(films, tmp_path: Path) -> None:
    film = films.film("film.mp4", count=30, options={"bf": "2"})
    burned(film, tmp_path / "out.mp4", [Cue(Span(0.4, 0.6), "Now")])
    before, after = pictures(film), pictures(tmp_path / "out.mp4")
    assert [t for t, _ in after] == pytest.approx([t for t, _ in before])
    for (_, a), (_, b) in zip(before, after, strict=True):
        # above the caption, drawn or not
        assert np.abs(a[:60].astype(int) - b[:60]).mean() < 4


# --- lettering --------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(
    st.text("abcdefghij klmno", min_size=1, max_size=120),
    st.integers(100, 900),
)
def test_wrapped_lines_fit_and_lose_no_word(text: str, room: int) -> None:
    font = ImageFont.load_default(20)
    lines = wrapped(text, font, room)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(font.getlength(line) <= room for line in lines)
    if all(font.getlength(word) <= room for word in text.split()):
        assert " ".join(lines).split() == text.split()


def test_lines_are_of_about_one_length() -> None:
    font = ImageFont.load_default(20)
    text = "The girl in the cloak climbs the ridge while snow falls on her"
    room = font.getlength(text) * 0.7
    lines = wrapped(text, font, room)
    assert len(lines) == 2
    lengths = [font.getlength(line) for line in lines]
    assert min(lengths) > 0.75 * max(lengths)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(16, 2000),
    st.integers(16, 1200),
    st.text("ab cdäé", min_size=1, max_size=300),
    st.sampled_from([Fraction(1), Fraction(4, 3), Fraction(1, 2)]),
)
def test_a_caption_always_lies_inside_the_picture(width, height, text, sar) -> None:
    made = letter(text, width, height, Face(""), sar)
    rows, columns = made.alpha.shape
    assert rows > 0
    assert columns > 0
    assert made.left % 2 == made.top % 2 == rows % 2 == columns % 2 == 0
    assert made.left + columns <= width
    assert made.top + rows <= height
    assert made.alpha.max() <= 256
    brightest = 255 * (256 - made.alpha.astype(int)) + made.light
    assert brightest.max() < 2**16  # the blend is computed in 16 bits
    assert made.alpha_half.shape == (rows // 2, columns // 2)


def test_the_font_has_the_letters_or_says_which_it_lacks() -> None:
    latin = choose_face(["The café opens, a Straße naïvely"])
    assert latin.missing == ""
    mixed = choose_face(["A plain English sentence with one strange sign: \U0001f9ff"])
    assert set(mixed.missing) <= {"\U0001f9ff"}
    with pytest.raises(ComponentMissing, match="letters") as caught:
        choose_face(["\U00012000\U00012001\U00012002"])  # cuneiform
    assert "font" in caught.value.remedy
