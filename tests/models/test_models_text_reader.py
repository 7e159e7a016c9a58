"""Reading writing: on real films, and on cards drawn with known words."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pictures
from PIL import ImageDraw, ImageFont

from scenewise.core.errors import ModelMissing, OptionInvalid, UnknownChoice
from scenewise.core.media_types import Image, TextLine
from scenewise.core.plugins import load
from scenewise.core.ports import TextReader
from scenewise.media.reading import Film
from scenewise.models import text_engines
from scenewise.models.text_presence import THRESHOLD, text_likely
from scenewise.models.text_reader import (
    NoReader,
    RapidReader,
    ReaderOptions,
    in_reading_order,
)


def card(
    *lines: tuple[str, float, float, int],
    size: tuple[int, int] = (854, 480),
    ink: tuple[int, int, int] = (240, 240, 230),
    ground: tuple[int, int, int] | Image = (20, 24, 40),
) -> Image:
    """A picture with lines of (words, centre x, centre y, height in px)."""
    if isinstance(ground, tuple):
        picture = Pictures.new("RGB", size, ground)
    else:
        picture = Pictures.fromarray(ground)
    draw = ImageDraw.Draw(picture)
    for words, x, y, height in lines:
        place = (x * picture.width, y * picture.height)
        font = ImageFont.load_default(height)
        draw.text(place, words, ink, font=font, anchor="mm", stroke_width=1, stroke_fill=(0, 0, 0))
    return np.array(picture)


def texture(seed: int, size: tuple[int, int] = (480, 270)) -> Image:
    """Soft random shapes without writing."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (6, 10, 3), dtype=np.uint8)
    return np.array(Pictures.fromarray(coarse).resize(size, Pictures.Resampling.BICUBIC))


def frames(path: Path, times: Sequence[float]) -> list[Image]:
    return [frame.image for frame in Film(path).at(times)]


def words(lines: Sequence[TextLine]) -> str:
    return " | ".join(line.text for line in lines)


@pytest.fixture(scope="module")
def reader() -> RapidReader:
    return RapidReader(ReaderOptions(language="en"))


class TestEveryReader:
    @pytest.mark.parametrize("name", ["rapidocr", "none"])
    @pytest.mark.parametrize("shape", [(270, 480), (16, 16), (4, 4), (1, 300), (500, 40)])
    def test_plain_pictures_hold_no_writing(self, name: str, shape: tuple[int, int]):
        reader: TextReader = load("text reader", name)()
        assert isinstance(reader, TextReader)
        assert reader.name == name
        assert reader.read(np.full((*shape, 3), 90, np.uint8)) == []

    def test_no_reader_reads_nothing(self):
        assert NoReader().read(card(("The End", 0.5, 0.5, 60))) == []


class TestRapidReader:
    def test_a_title_is_read_where_it_stands(self, reader: RapidReader):
        (line,) = reader.read(card(("Ten years later", 0.5, 0.25, 40)))
        assert line.text == "Ten years later"
        assert line.confidence > 0.9
        left, top, right, bottom = line.box
        assert 0.25 < left < 0.4
        assert 0.6 < right < 0.75
        assert top < 0.25 < bottom
        assert bottom - top < 0.15

    def test_lines_come_in_reading_order(self, reader: RapidReader):
        picture = card(
            ("Directed by", 0.5, 0.6, 28),
            ("The Lighthouse Keeper", 0.5, 0.2, 40),
            ("Anna Lee", 0.5, 0.75, 36),
        )
        assert words(reader.read(picture)) == "The Lighthouse Keeper | Directed by | Anna Lee"

    @pytest.mark.parametrize("ink", [(0, 0, 0), (255, 255, 255), (230, 40, 40)])
    def test_colours_do_not_matter(self, reader: RapidReader, ink: tuple[int, int, int]):
        ground = (250, 250, 250) if ink == (0, 0, 0) else (10, 10, 10)
        assert words(reader.read(card(("Lisbon, 1942", 0.5, 0.5, 50), ink=ink, ground=ground))) in (
            "Lisbon, 1942",
            "Lisbon,1942",
        )

    def test_a_large_picture_gives_the_same_fractions(self, reader: RapidReader):
        small = card(("Chapter One", 0.5, 0.5, 40), size=(640, 360))
        large = np.repeat(np.repeat(small, 3, axis=0), 3, axis=1)
        one, other = reader.read(small)[0], reader.read(large)[0]
        assert one.text == other.text == "Chapter One"
        assert np.allclose(one.box, other.box, atol=0.02)

    def test_titles_of_real_films(self, reader: RapidReader, data: Path):
        (early, late) = frames(data / "film/sintel_trailer_52s.mp4", [10.0, 48.0])
        assert words(reader.read(early)) == "THE BLENDER FOUNDATION | presents"
        assert words(reader.read(late)) == "COMING SOON"
        (title,) = frames(data / "film/bbb_0_30.webm", [22.0])
        assert words(reader.read(title)) == "THE PEACH OPEN MOVIE PROJECT | PRESENTS"

    def test_burnt_in_captions_over_a_real_film(self, reader: RapidReader, data: Path):
        film = data / "described/perspective/perspective-video-with-captions.mp4"
        (picture,) = frames(film, [7.0])
        assert words(reader.read(picture)) == (
            "computer because your mouse doesn't work, | is frustrating."
        )

    @pytest.mark.slow
    def test_films_without_writing_are_read_as_empty(self, reader: RapidReader, data: Path):
        for name in ("nature/nasa_13013.mp4", "film/friday.mp4", "nature/dog_eating.mp4"):
            for picture in frames(data / name, [1.0, 4.0]):
                assert reader.read(picture) == []

    def test_options_decide_what_is_worth_reading(self):
        picture = card(("BIG TITLE", 0.5, 0.3, 60), ("small print here", 0.5, 0.8, 14))
        tall = RapidReader(ReaderOptions(min_height=0.08))
        assert words(tall.read(picture)) == "BIG TITLE"
        sure = RapidReader(ReaderOptions(confidence=1.0))
        assert len(sure.read(picture)) <= len(RapidReader().read(picture))

    def test_other_scripts_are_dropped_where_a_language_is_given(self):
        reader = RapidReader(ReaderOptions(language="en"))
        chinese = TextLine("出口", (0.1, 0.1, 0.3, 0.2), 0.99)
        assert not reader._is_wanted(chinese)
        assert RapidReader(ReaderOptions(language="zh"))._is_wanted(chinese)
        assert RapidReader()._is_wanted(chinese)

    @pytest.mark.parametrize("language", ["ru", "ar", "ko", "xx"])
    def test_languages_that_do_not_ship_are_told(self, language: str):
        with pytest.raises(UnknownChoice, match="choose one of"):
            RapidReader(ReaderOptions(language=language))

    def test_it_needs_no_network_and_prints_nothing(
        self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ):
        def refuse(*args, **kwargs):
            raise AssertionError("the network was used")

        monkeypatch.setattr(socket.socket, "connect", refuse)
        monkeypatch.setattr("requests.get", refuse)
        text_engines.engines.cache_clear()
        assert RapidReader().read(card(("Hello there", 0.5, 0.5, 40)))
        assert capfd.readouterr() == ("", "")

    def test_several_threads_read_at_the_same_time(self):
        words = ["First", "Second", "Third", "Fourth", "Fifth", "Sixth"]
        pictures = [card((word, 0.5, 0.5, 60)) for word in words]
        reader = RapidReader()
        with ThreadPoolExecutor(3) as pool:
            found = list(pool.map(reader.read, pictures))
        assert [[line.text for line in lines] for lines in found] == [[word] for word in words]

    def test_missing_weights_are_told(self, tmp_path: Path):
        with pytest.raises(ModelMissing, match="weights"):
            text_engines.shipped(tmp_path, "_det_")

    def test_options_out_of_range_are_refused(self):
        with pytest.raises(OptionInvalid, match="text-confidence"):
            ReaderOptions(confidence=1.5)


class TestReadingOrder:
    def line(self, text: str, left: float, top: float, width: float = 0.1) -> TextLine:
        return TextLine(text, (left, top, left + width, top + 0.05), 0.9)

    def test_pieces_of_one_line_are_joined(self):
        pieces = [self.line("WORLD", 0.31, 0.101), self.line("HELLO", 0.2, 0.1)]
        (joined,) = in_reading_order(pieces, 1.8)
        assert joined.text == "HELLO WORLD"
        assert joined.box == pytest.approx((0.2, 0.1, 0.41, 0.151))

    def test_columns_stay_apart(self):
        pieces = [self.line("right", 0.7, 0.1), self.line("left", 0.1, 0.1)]
        assert [p.text for p in in_reading_order(pieces, 1.8)] == ["left", "right"]

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.tuples(st.floats(0, 0.8), st.floats(0, 0.9)), max_size=12))
    def test_no_word_is_lost(self, places: list[tuple[float, float]]):
        pieces = [self.line(f"w{i}", x, y) for i, (x, y) in enumerate(places)]
        found = " ".join(line.text for line in in_reading_order(pieces, 1.8)).split()
        assert sorted(found) == sorted(piece.text for piece in pieces)


class TestTextLikely:
    @pytest.mark.parametrize("height", [12, 20, 36, 60, 90])
    @pytest.mark.parametrize(
        ("ink", "ground"), [((240, 240, 235), (30, 20, 60)), ((20, 20, 30), (220, 230, 225))]
    )
    def test_title_cards_pass(self, height: int, ink, ground):
        for text in ("The End", "CHAPTER ONE", "Lisbon"):
            picture = card((text, 0.5, 0.5, height), size=(480, 270), ink=ink, ground=ground)
            assert text_likely(picture) >= THRESHOLD, text

    @pytest.mark.parametrize("seed", range(6))
    def test_captions_over_a_picture_pass_and_the_picture_alone_does_not(self, seed: int):
        picture = texture(seed)
        assert text_likely(picture) < THRESHOLD
        captioned = card(("Where is he now?", 0.5, 0.85, 18), ink=(255, 255, 255), ground=picture)
        assert text_likely(captioned) >= THRESHOLD

    @pytest.mark.parametrize("value", [0, 128, 255])
    def test_blank_frames_do_not_pass(self, value: int):
        assert text_likely(np.full((270, 480, 3), value, np.uint8)) == 0

    @pytest.mark.parametrize(
        ("name", "times"),
        [
            ("film/bbb_0_30.webm", [21.5, 22.0, 28.0]),
            ("film/sintel_trailer_52s.mp4", [10.0, 43.0, 46.0, 48.0, 50.0]),
            ("described/perspective/perspective-video-with-captions.mp4", [2.0, 6.0, 8.0, 10.0]),
            ("described/ozplayer/xad-counting.mp4", [1.0, 4.0, 12.0]),
            ("scenecut/testvideo.mp4", [2.0, 10.0, 20.0]),
            ("scenecut/counter.mp4", [1.0]),
        ],
    )
    def test_real_titles_pass(self, data: Path, name: str, times: list[float]):
        scores = [text_likely(picture) for picture in frames(data / name, times)]
        assert min(scores) >= THRESHOLD, scores

    def test_most_frames_of_films_need_no_reading(self, data: Path):
        scores = [
            text_likely(picture)
            for name in ("nature/nasa_13013.mp4", "film/sintel_trailer_52s.mp4", "film/friday.mp4")
            for picture in frames(data / name, [0.5, 1.5, 2.5, 3.5, 4.5, 5.5])
        ]
        assert np.mean(np.array(scores) < THRESHOLD) > 0.6

    @settings(max_examples=25, deadline=None)
    @given(height=st.integers(1, 60), width=st.integers(1, 60), seed=st.integers(0, 2**16))
    def test_any_picture_has_a_likelihood(self, height: int, width: int, seed: int):
        noise = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
        assert 0 <= text_likely(noise) <= 1
