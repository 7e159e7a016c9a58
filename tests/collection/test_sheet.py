"""The contact sheet: everything in one page, told to eyes and screen readers alike."""

from __future__ import annotations

import importlib.util
import io
import re
import sys
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from scenewise.collection.fusion import counted
from scenewise.collection.query import Query, read_query
from scenewise.collection.results import Hit, Moment, Why
from scenewise.collection.sheet import clock, marked, sheet, write_sheet
from scenewise.collection.types import IndexedFrame, Video
from scenewise.collection.where import Where
from scenewise.core.errors import OutputUnwritable

DRIVER = Path(__file__).resolve().parents[1] / "description" / "chromium_driver.py"
VOID = {"meta", "link", "img", "input", "br", "hr"}


def _jpeg(colour: tuple[int, int, int], size: tuple[int, int] = (144, 256)) -> bytes:
    out = io.BytesIO()
    Pillow.new("RGB", size, colour).save(out, "JPEG")
    return out.getvalue()


def _video(id: str, **more) -> Video:
    return Video(id, f"/videos/{id} 1.mp4", "0", 1, 0.0, 12.5, **more)


class Shelf:
    """A store in memory."""

    def __init__(self, *videos: Video) -> None:
        self.known = {video.id: video for video in videos}

    def videos(self, ids=None) -> list[Video]:
        return [self.known[name] for name in ids if name in self.known]

    def frames(self, id: str) -> list[IndexedFrame]:
        vector = np.ones(1, np.float32)
        return [
            IndexedFrame(1.0, vector, _jpeg((200, 30, 30))),
            IndexedFrame(6.5, vector, _jpeg((30, 30, 200), (256, 144)), ("LOST DOG", "call <us>")),
        ]

    def word_weights(self, query: str) -> dict[str, float]:
        return {word: float(word != "the") for word in counted(query)}


class Reader(HTMLParser):
    """What stands in a page: its elements with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attrs) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data) -> None:
        if self.open[-1:] not in (["style"], ["script"]):
            self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.found if name == tag]

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


NINA = _video(
    "x7Kq",
    account="@nina",
    title="Have you seen <him>?",
    description="He ran away at the market.",
    hashtags=("dogs", "lost"),
    posted=datetime(2024, 3, 31, 18, tzinfo=UTC),
    language="en",
)
HITS = (
    Hit(
        "x7Kq",
        0.93,
        (
            Moment(6.5, 0.93, Why(0.6, 0.31, "LOST DOG call <us>", 1.0)),
            Moment(1.0, 0.41, Why(0.41, 0.28)),
        ),
        ("copy1", "gone"),
    ),
    Hit("b", 0.2, (Moment(None, 0.2, Why(words="a dog", found=0.5)),)),
)
STORE = Shelf(NINA, _video("copy1", title="again"), _video("b"))


def _page(query: Query | None = None, hits=HITS) -> Reader:
    return Reader(sheet(STORE, query or read_query(["lost dog"]), hits, "news"))


def test_each_video_has_its_moments_with_times_scores_and_reasons():
    page = _page()
    assert len(page.all("article")) == 2
    for told in ("2 videos found", "0:06.5", "0.93", "picture 0.60", "cosine 0.310", "about it"):
        assert told in page.text
    assert "Have you seen <him>?" in page.text
    assert "by @nina" in page.text
    assert "2024-03-31" in page.text
    assert "#dogs" in page.text
    assert "/videos/x7Kq 1.mp4" in page.text
    assert "lost dog" in page.text


def test_small_words_are_not_marked():
    hits = (Hit("b", 0.2, (Moment(None, 0.2, Why(words="the dog of the cook", found=1.0)),)),)
    page = sheet(STORE, read_query(["the dog"]), hits, "news")
    assert page.count("<mark>") == page.count("<mark>dog</mark>") == 1


def test_nothing_is_loaded_from_elsewhere_and_pictures_are_those_of_the_moments():
    page = _page()
    pictures = page.all("img")
    assert len(pictures) == 3
    assert all(picture["src"].startswith("data:image/jpeg;base64,") for picture in pictures)
    assert (pictures[0]["width"], pictures[0]["height"]) == ("256", "144")
    assert (pictures[1]["width"], pictures[1]["height"]) == ("144", "256")
    links = [a["href"] for a in page.all("a")]
    assert links[1].startswith("file:///")
    assert links[1].endswith("x7Kq%201.mp4#t=6.5")
    assert links[3].endswith("b%201.mp4")
    assert not any(re.search("https?:", str(attributes)) for _, attributes in page.found)


def test_pictures_are_told_and_scripts_are_bound_by_the_policy():
    page = _page()
    alt = [picture["alt"] for picture in page.all("img")]
    assert alt[0] == "At 0:06.5, on screen: LOST DOG call <us>"
    assert alt[2] == "First frame"
    policy = next(m["content"] for m in page.all("meta") if "http-equiv" in m)
    assert "default-src 'none'" in policy
    assert policy.count("sha256-") == 2
    assert not any("style" in attributes or "onclick" in attributes for _, attributes in page.found)


def test_copies_are_folded_away_and_named():
    page = _page()
    (details,) = page.all("details")
    assert "open" not in details
    assert "2 copies" in page.text
    assert "/videos/copy1 1.mp4" in page.text
    assert "gone" in page.text


def test_the_question_is_told_with_all_its_parts(tmp_path):
    Pillow.new("RGB", (900, 600), "green").save(tmp_path / "p.png")
    query = read_query(
        ["a man"],
        [tmp_path / "p.png"],
        ["x7Kq@12.5"],
        "military uniform, tired:0.5",
        "suit",
        Where(account=("@nina",), hashtag=("war",), min_duration=3.0),
    )
    page = _page(query)
    text = page.text
    for told in ("a man", "like x7Kq at 0:12.5", "with tired × 0.5", "without suit"):
        assert told in text
    assert "account @nina; hashtag #war; at least 3 s long" in text
    assert len(page.all("img")) == 4


def test_nothing_found_and_videos_that_have_left_are_told():
    assert "Nothing was found" in _page(hits=()).text
    lost = (Hit("left", 0.5, (Moment(2.0, 0.5, Why(0.5, 0.3)),)),)
    page = _page(hits=lost)
    assert "left" in page.text
    assert page.all("img") == []


@given(st.text(max_size=400), st.text(max_size=30))
def test_any_text_is_shown_as_it_is_and_not_too_long(text, words):
    shown = marked(text, words)
    plain = Reader(f"<p>{shown}</p>").text.removeprefix("… ").removesuffix(" …")
    whole = " ".join(text.split())
    assert all(part in whole for part in plain.split("…")) or not text.isprintable()
    assert len(plain) <= 325


def test_what_was_looked_for_is_marked_in_long_text():
    text = "begin " * 100 + "the lost DOGS of war " + "end " * 100
    shown = marked(text, "dog")
    assert "<mark>DOGS</mark>" in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")


@pytest.mark.parametrize(
    ("seconds", "told"), [(0, "0:00.0"), (59.96, "1:00.0"), (3725.31, "1:02:05.3")]
)
def test_times_are_told_as_people_write_them(seconds, told):
    assert clock(seconds) == told


def test_a_page_that_cannot_be_written_is_one_clear_error(tmp_path):
    query = read_query(["dog"])
    with pytest.raises(OutputUnwritable):
        write_sheet(tmp_path / "no" / "x.html", STORE, query, HITS, "news")
    odd = read_query(["dog \udcff"])
    written = write_sheet(tmp_path / "x.html", STORE, odd, HITS, "news")
    assert "dog ?" in written.read_text("utf-8")


def _driver():
    if "chromium_driver" not in sys.modules:
        spec = importlib.util.spec_from_file_location("chromium_driver", DRIVER)
        sys.modules["chromium_driver"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["chromium_driver"])
    return sys.modules["chromium_driver"]


@pytest.mark.slow
def test_in_a_browser_the_score_filters_and_everything_is_reached_by_key(tmp_path):
    driver = _driver()
    if driver.find_chromium() is None:
        pytest.skip("no Chromium is installed")
    path = write_sheet(tmp_path / "s.html", STORE, read_query(["lost dog"]), HITS, "news")
    with driver.chromium(tmp_path / "profile") as page:
        page.size(1200, 900)
        page.open(path.as_uri())
        assert page.complaints == []
        assert all(re.match("data:|file:", url) for url in page.requests)
        assert page.evaluate("[...document.images].every(i => i.naturalWidth > 0)")
        reached = []
        for _ in range(8):
            page.press("Tab", 9)
            reached.append(page.evaluate("document.activeElement.tagName"))
        assert reached[:7] == ["A", "INPUT", "A", "A", "SUMMARY", "A", "BODY"]
        page.evaluate("document.getElementById('least').focus()")
        for _ in range(6):
            page.press("ArrowRight", 39)
        assert "1 video shown" in page.evaluate("document.getElementById('shown').value")
        assert page.evaluate("document.querySelectorAll('.card:not([hidden])').length") == 1
        page.size(360, 800)
        assert page.evaluate("document.documentElement.scrollWidth <= 360")
