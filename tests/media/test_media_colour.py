"""From stored pixels to upright RGB: colour, range, high dynamic range, alpha, shape."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.core.media_types import Frame
from scenewise.media.probe import probe
from scenewise.media.reading import Film
from scenewise.media.toning import (
    BACKDROP,
    Orientation,
    on_backdrop,
    square_size,
    standard_range,
)

LOSSLESS = {"crf": "0", "preset": "ultrafast"}


def _first(path: Path) -> Frame:
    return next(Film(path).frames()).detached()


def _planes(frame: av.VideoFrame, values: list[np.ndarray]) -> None:
    for plane, value in zip(frame.planes, values, strict=True):
        rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size).copy()
        wide = value.astype("<u2").view(np.uint8) if value.dtype != np.uint8 else value
        rows[:, : wide.shape[-1]] = wide
        plane.update(rows.tobytes())


# H.273 numbers: matrix 1 is BT.709, 6 is BT.601, 9 is BT.2020; range 1 is limited, 2 full
WEIGHTS = {1: (0.2126, 0.0722), 6: (0.299, 0.114), 9: (0.2627, 0.0593)}


@pytest.mark.parametrize("matrix", sorted(WEIGHTS))
@pytest.mark.parametrize("range_", [1, 2])
@pytest.mark.parametrize("colour", [(200, 40, 60), (30, 180, 70), (20, 60, 210), (128, 128, 128)])
def test_the_matrix_and_range_in_the_file_give_the_colour_back(
    films, matrix: int, range_: int, colour: tuple[int, int, int]
) -> None:
    kr, kb = WEIGHTS[matrix]
    r, g, b = np.array(colour) / 255
    y = kr * r + (1 - kr - kb) * g + kb * b
    u, v = (b - y) / (2 * (1 - kb)), (r - y) / (2 * (1 - kr))
    if range_ == 1:
        yuv = [16 + 219 * y, 128 + 224 * u, 128 + 224 * v]
    else:
        yuv = [255 * y, 128 + 255 * u, 128 + 255 * v]

    def dress(frame: av.VideoFrame) -> None:
        planes = zip(frame.planes, yuv, strict=True)
        _planes(frame, [np.full(p.width, round(c), np.uint8) for p, c in planes])
        frame.colorspace, frame.color_range = matrix, range_

    def set_up(stream) -> None:
        stream.codec_context.colorspace = matrix
        stream.codec_context.color_range = range_

    path = films.film(
        "c.mp4",
        [np.zeros((48, 64, 3), np.uint8)] * 2,
        options=LOSSLESS,
        pixel_format="yuv444p",
        dress=dress,
        set_up=set_up,
    )
    for size in ((64, 48), (16, 12)):
        got = _first(path).scaled(*size)[3, 4].astype(int)
        assert got == pytest.approx(colour, abs=3)


@pytest.mark.parametrize(("size", "matrix"), [((1280, 720), 1), ((64, 48), 6)])
def test_without_a_matrix_in_the_file_large_films_are_709_and_small_ones_601(
    films, size: tuple[int, int], matrix: int
) -> None:
    kr, kb = WEIGHTS[matrix]
    r, g, b = 0.8, 0.15, 0.2
    y = kr * r + (1 - kr - kb) * g + kb * b
    codes = (16 + 219 * y, 128 + 112 * (b - y) / (1 - kb), 128 + 112 * (r - y) / (1 - kr))

    def dress(frame: av.VideoFrame) -> None:
        planes = zip(frame.planes, codes, strict=True)
        _planes(frame, [np.full(p.width, round(c), np.uint8) for p, c in planes])
        frame.colorspace = 2

    path = films.film(
        "u.mp4", [np.zeros((size[1], size[0], 3), np.uint8)], options=LOSSLESS, dress=dress
    )
    assert _first(path).image[5, 5].astype(int) == pytest.approx((204, 38, 51), abs=4)


def _pq(nits: np.ndarray) -> np.ndarray:
    m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
    y = (np.asarray(nits) / 10000) ** m1
    return ((c1 + c2 * y) / (1 + c3 * y)) ** m2


NITS = np.array([0, 1, 5, 20, 60, 203, 600, 1000])


def _hdr_film(films, transfer: int) -> Path:
    """Eight vertical bars from black to 1000 cd/m², 10 bits, BT.2020."""
    if transfer == 16:
        code = _pq(NITS)
    else:
        scene = (NITS / 1000) ** (1 / 1.2)
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        log = a * np.log(np.maximum(12 * scene - b, 1e-9)) + c
        code = np.where(scene <= 1 / 12, np.sqrt(3 * scene), log)
    bars = np.repeat(np.rint(64 + 876 * code), 16).astype(np.uint16)

    def dress(frame: av.VideoFrame) -> None:
        neutral = np.full(frame.planes[1].width, 512, np.uint16)
        _planes(frame, [bars, neutral, neutral])
        frame.colorspace, frame.color_trc, frame.color_primaries = 9, transfer, 9
        frame.color_range = 1

    def set_up(stream) -> None:
        context = stream.codec_context
        context.colorspace, context.color_trc, context.color_primaries = 9, transfer, 9
        context.color_range = 1

    return films.film(
        "hdr.mp4",
        [np.zeros((64, 128, 3), np.uint8)] * 2,
        options=LOSSLESS,
        pixel_format="yuv420p10le",
        dress=dress,
        set_up=set_up,
    )


@pytest.mark.parametrize("transfer", [16, 18])
def test_high_dynamic_range_is_toned_to_a_recognisable_picture(films, transfer: int) -> None:
    path = _hdr_film(films, transfer)
    info = probe(path).video
    assert info is not None
    assert info.hdr
    assert info.pixel_format == "yuv420p10le"
    for width, height in ((128, 64), (32, 16)):
        bars = _first(path).scaled(width, height)[height // 2, width // 16 :: width // 8]
        grey = bars.astype(int)
        assert np.ptp(grey, axis=1).max() <= 2  # neutral stays neutral
        level = grey[:, 0]
        assert np.all(np.diff(level) > 0)  # the order of brightness is kept
        assert level[0] < 12
        assert 25 < level[3] < 110  # 20 cd/m²: a dim room, neither black nor washed out
        assert 170 < level[5] < 225  # diffuse white
        assert level[-1] > 215


def test_toning_keeps_hues_apart() -> None:
    codes = np.zeros((1, 3, 3), np.uint16)
    codes[0, np.arange(3), np.arange(3)] = round(65535 * float(_pq(np.array(150.0))))
    toned = standard_range(codes, hlg=False)[0].astype(int)
    assert list(toned.argmax(axis=1)) == [0, 1, 2]
    assert np.all(toned.max(axis=1) - toned.min(axis=1) > 100)


def test_ten_bits_of_ordinary_range_are_not_toned(data: Path) -> None:
    info = probe(data / "odd/h264_10bits.mp4").video
    assert info is not None
    assert (info.pixel_format, info.hdr) == ("yuv420p10le", False)
    image = _first(data / "odd/h264_10bits.mp4").image
    assert image.min() < 20  # a test card holds black and white
    assert image.max() > 235


def test_transparent_pictures_lie_on_mid_grey(data: Path) -> None:
    film = Film(data / "odd/transparent.webm")
    assert film.info.video is not None
    assert film.info.video.alpha
    frame = next(film.at([1.0]))
    corner = frame.image[:8, :8].reshape(-1, 3)
    assert np.abs(corner.astype(int) - BACKDROP).max() <= 2
    red = frame.image.astype(int)
    ball = (red[..., 0] > 200) & (red[..., 1] < 80) & (red[..., 2] < 80)
    assert 0.003 < ball.mean() < 0.5


def test_an_alpha_flag_without_transparency_is_read_with_the_fast_decoder(data: Path) -> None:
    info = probe(data / "odd/no_duration.webm").video
    assert info is not None
    assert not info.alpha


@pytest.mark.parametrize(
    ("codec", "pixels", "name"), [("png", "rgba", "p.mov"), ("ffv1", "yuva420p", "f.mkv")]
)
def test_alpha_of_other_codecs_is_composited_too(films, codec, pixels, name) -> None:
    def dress(frame: av.VideoFrame) -> None:
        if pixels == "rgba":
            plane = frame.planes[0]
            rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size).copy()
            rows[:, 3 : 4 * 32 : 4] = 0
            plane.update(rows.tobytes())
        else:
            plane = frame.planes[3]
            rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size).copy()
            rows[:] = 255
            rows[:, :32] = 0
            plane.update(rows.tobytes())

    white = np.full((32, 64, 3), 255, np.uint8)
    image = _first(films.film(name, [white], codec=codec, pixel_format=pixels, dress=dress)).image
    assert image[:, :28].astype(int) == pytest.approx(BACKDROP, abs=2)
    assert image[:, 36:].min() > 250


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 255), st.integers(0, 255))
def test_compositing_is_the_weighted_mean_to_within_a_step(colour: int, alpha: int) -> None:
    pixel = np.array([[[colour, colour, colour, alpha]]], np.uint8)
    expected = (colour * alpha + BACKDROP * (255 - alpha)) / 255
    assert abs(int(on_backdrop(pixel)[0, 0, 0]) - expected) <= 0.5


# ---------------------------------------------------------------- shape

# counter-clockwise degrees and a mirror as FFmpeg writes them, and what they do to a picture
TURNS = {
    (0, False): lambda p: p,
    (90, False): lambda p: np.rot90(p, 1),
    (180, False): lambda p: np.rot90(p, 2),
    (-90, False): lambda p: np.rot90(p, -1),
    (0, True): lambda p: p[:, ::-1],
}


@pytest.mark.parametrize(("angle", "mirrored"), sorted(TURNS))
def test_the_display_matrix_turns_and_mirrors_pictures(films, angle: int, mirrored: bool) -> None:
    corner = np.full((48, 80, 3), 40, np.uint8)
    corner[:24, :20] = (220, 40, 40)
    corner[24:, :20] = (40, 220, 40)
    path = films.film(
        "turned.mp4",
        [corner] * 3,
        options=LOSSLESS,
        set_up=lambda s: s.set_display_rotation(angle, hflip=mirrored),
    )
    film = Film(path)
    expected = TURNS[angle, mirrored](corner)
    assert film.info.video is not None
    assert (film.info.video.height, film.info.video.width) == expected.shape[:2]
    assert film.info.video.rotation == -angle % 360
    for frame in (next(film.frames()).detached(), next(film.at([0.05]))):
        assert (frame.height, frame.width) == expected.shape[:2]
        assert np.abs(frame.image.astype(int) - expected).mean() < 4
        small = frame.scaled(frame.width // 4, frame.height // 4)
        assert np.abs(small.astype(int) - expected[2::4, 2::4]).mean() < 12


def test_every_turn_of_the_matrix_is_its_numpy_twin() -> None:
    picture = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    twins = {
        Orientation(False, False, False): picture,
        Orientation(False, True, False): picture[:, ::-1],
        Orientation(False, False, True): picture[::-1],
        Orientation(False, True, True): np.rot90(picture, 2),
        Orientation(True, True, False): np.rot90(picture, -1),
        Orientation(True, False, True): np.rot90(picture, 1),
        Orientation(True, False, False): picture.transpose(1, 0, 2),
        Orientation(True, True, True): np.rot90(picture, 2).transpose(1, 0, 2),
    }
    for turn, expected in twins.items():
        assert np.array_equal(turn.applied(picture), expected)
        assert turn.size(4, 2) == (expected.shape[1], expected.shape[0])


@pytest.mark.parametrize("name", ["odd/portrait.MOV", "odd/decord_video_90.mov"])
def test_a_phones_portrait_film_stands_upright(data: Path, name: str) -> None:
    with av.open(str(data / name)) as container:
        stored = next(container.decode(video=0)).to_ndarray(format="rgb24")
    film = Film(data / name)
    assert film.info.video is not None
    assert film.info.video.rotation == 90
    image = next(film.frames()).image
    assert image.shape == (568, 320, 3)
    upright = np.rot90(stored, -1).astype(int)
    assert np.abs(image - upright).mean() < 3
    assert np.abs(image - upright[::-1, ::-1]).mean() > 10


@pytest.mark.parametrize("size", [(62, 46), (63, 47), (2, 2), (17, 101), (101, 16)])
def test_odd_sizes_come_whole(films, size: tuple[int, int], picture) -> None:
    width, height = size
    x, y = np.meshgrid(np.linspace(20, 230, width), np.linspace(20, 230, height))
    image = np.stack([x, y, 255 - x], axis=2).astype(np.uint8)
    path = films.film("odd.mkv", [image] * 2, codec="ffv1", pixel_format="yuv444p")
    frame = _first(path)
    assert frame.image.shape == (height, width, 3)
    assert np.abs(frame.image.astype(int) - image).max() <= 4
    for small in ((1, 1), (7, 5), (width, 1)):
        assert Film(path).at([0.0]).__next__().scaled(*small).shape == (small[1], small[0], 3)
        assert next(Film(path).frames()).scaled(*small).shape == (small[1], small[0], 3)


def test_pixels_that_are_not_square_are_widened(films) -> None:
    def set_up(stream) -> None:
        stream.codec_context.sample_aspect_ratio = Fraction(16, 11)

    path = films.film("dv.mp4", [np.zeros((576, 720, 3), np.uint8)], set_up=set_up)
    info = probe(path).video
    assert info is not None
    assert (info.width, info.height, info.sar) == (720, 576, Fraction(16, 11))
    assert info.shown == (1047, 576)
    assert _first(path).image.shape == (576, 1047, 3)


@given(st.integers(1, 4000), st.integers(1, 4000), st.fractions(Fraction(1, 4), Fraction(4)))
@settings(max_examples=50, deadline=None)
def test_square_size_never_shrinks_and_keeps_the_shape(
    width: int, height: int, sar: Fraction
) -> None:
    wide, high = square_size(width, height, sar)
    assert wide >= width
    assert high >= height
    assert abs(wide / high - width * sar / height) <= float(width * sar / height) * (
        0.0101 + 1 / wide + 1 / high
    )


def test_a_shrunk_picture_is_the_mean_of_what_it_covers(films) -> None:
    rng = np.random.default_rng(0)
    noise = rng.integers(30, 220, (120, 160, 1), dtype=np.uint8).repeat(3, axis=2)
    path = films.film("n.mkv", [noise], codec="ffv1", pixel_format="yuv444p")
    small = next(Film(path).frames()).scaled(16, 12)
    means = noise.reshape(12, 10, 16, 10, 3).mean(axis=(1, 3))
    assert np.abs(small - means).max() < 3
