"""What people write, and the direction that it becomes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from scenewise.collection.arithmetic import Encoder, resolve
from scenewise.collection.errors import VideoUnknown
from scenewise.collection.query import (
    Example,
    NotAPicture,
    Phrase,
    Query,
    QueryInvalid,
    read_day,
    read_example,
    read_phrases,
    read_picture,
    read_query,
)
from scenewise.collection.types import Matrix
from scenewise.core.errors import FileMissing, FileUnreadable


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("military uniform, tired", [("military uniform", 1), ("tired", 1)]),
        ("suit, tie:0.5 ,giving a speech : 2", [("suit", 1), ("tie", 0.5), ("giving a speech", 2)]),
        ("軍服，疲れた:0.5、帽子", [("軍服", 1), ("疲れた", 0.5), ("帽子", 1)]),
        ("a clock at 10:30", [("a clock at 10:30", 1)]),
        ("16:9", [("16:9", 1)]),
        ("covid 19:0.5", [("covid 19", 0.5)]),
        (" , ,", []),
        ("a sign: stop", [("a sign: stop", 1)]),
    ],
)
def test_phrases_are_split_at_commas_and_may_have_weights(text, phrases):
    assert read_phrases(text) == tuple(Phrase(*one) for one in phrases)


@pytest.mark.parametrize("text", ["tired:0", "tired:-1", "tired:99", ":0.5", "suit, :1"])
def test_a_weight_that_is_none_is_one_clear_line(text):
    with pytest.raises(QueryInvalid) as caught:
        read_phrases(text)
    assert "\n" not in str(caught.value)


def test_a_sentence_keeps_its_commas():
    query = read_query(texts=["a man, a plan, a canal:2"])
    assert query.texts == (Phrase("a man, a plan, a canal", 2.0),)


@pytest.mark.parametrize("given_", [{}, {"texts": [" "]}, {"plus": ","}, {"minus": "suit"}])
def test_a_query_that_asks_for_nothing_says_so(given_):
    with pytest.raises(QueryInvalid, match=r"empty|not wanted"):
        read_query(**given_)


@pytest.mark.parametrize(
    ("text", "example"),
    [
        ("x7Kq@12.5", Example("x7Kq", 12.5)),
        ("x7Kq@1:23.5", Example("x7Kq", 83.5)),
        ("a@b@1:00:02", Example("a@b", 3602)),
        ("x7Kq", Example("x7Kq")),
    ],
)
def test_a_moment_of_the_collection_can_be_named(text, example):
    assert read_example(text) == example


@pytest.mark.parametrize("text", ["x@", "x@soon", "@12", "", "x@1:99:00"])
def test_a_moment_that_is_none_is_one_clear_line(text):
    with pytest.raises(QueryInvalid):
        read_example(text)


def test_dates_are_read_and_what_is_none_is_told():
    assert read_day(" 2024-03-31 ") == date(2024, 3, 31)
    assert read_day("2024-03-31T18:00Z") == datetime(2024, 3, 31, 18, tzinfo=UTC)
    for wrong in ("31.3.2024", "2024-02-30", "yesterday", ""):
        with pytest.raises(QueryInvalid, match="is no date"):
            read_day(wrong)


def test_pictures_are_read_upright_and_on_white(tmp_path: Path):
    clear = Pillow.new("RGBA", (4, 2), (0, 0, 0, 0))
    clear.save(tmp_path / "clear.png")
    assert (read_picture(tmp_path / "clear.png") == 255).all()
    turned = Pillow.new("RGB", (8, 4), "red")
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(tmp_path / "turned.jpg", exif=exif)
    assert read_picture(tmp_path / "turned.jpg").shape == (8, 4, 3)


def test_what_is_no_picture_is_one_clear_line(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "empty.jpg").touch()
    Pillow.effect_noise((64, 64), 50).save(tmp_path / "whole.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "whole.png").read_bytes()[:900])
    for name in ("notes.txt", "empty.jpg", "cut.png"):
        with pytest.raises(NotAPicture, match=name):
            read_picture(tmp_path / name)
    with pytest.raises(FileMissing):
        read_picture(tmp_path / "none.jpg")
    with pytest.raises(FileUnreadable):
        read_picture(tmp_path)


IDEAS = ("speech", "uniform", "suit", "street", "night")


def _space(frames: int = 400, seed: int = 3) -> tuple[Matrix, Encoder, np.ndarray]:
    """Frames that show some of five ideas. Words lie apart from pictures and vary less, as
    CLIP's do."""
    rng = np.random.default_rng(seed)
    shown = rng.random((frames, len(IDEAS))) < 0.35
    axes = np.linalg.qr(rng.normal(size=(32, 32)))[0].astype(np.float32)
    common, words, noise = axes[5], axes[6], axes[7:]

    def unit(vectors):
        return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), np.float32)

    pictures = unit(
        common * 1.5 + shown @ axes[:5] + 0.1 * rng.normal(size=(frames, len(noise))) @ noise
    )

    def texts(sentences):
        marks = np.array([[idea in one for idea in IDEAS] for one in sentences], np.float32)
        return unit(words * 3 + 0.5 * marks @ axes[:5])

    def images(given_):
        marks = np.array(
            [[one.max() >> at & 1 for at in range(len(IDEAS))] for one in given_], np.float32
        )
        return unit(common * 1.5 + marks @ axes[:5])

    matrix = Matrix(
        pictures,
        np.arange(frames, dtype=np.int32),
        np.zeros(frames, np.float32),
        tuple(f"v{at}" for at in range(frames)),
    )
    return matrix, Encoder(texts, images), shown


def _best(query: Query, sums="balanced", count: int = 20, frames: int = 400) -> np.ndarray:
    matrix, encoder, shown = _space(frames)
    question = resolve(query, encoder, matrix, sums=sums)
    assert np.linalg.norm(question.vector) == pytest.approx(1, abs=1e-5)
    return shown[np.argsort(-(matrix.vectors @ question.vector))[:count]]


def _picture_of(*ideas: str) -> np.ndarray:
    """One colour all over, so that it shows the same mirrored or cut."""
    return np.full((20, 10, 3), sum(1 << IDEAS.index(one) for one in ideas), np.uint8)


def test_a_plain_sum_is_the_articles():
    matrix, encoder, _ = _space()
    query = Query(texts=(Phrase("speech"),), plus=(Phrase("night"),), minus=(Phrase("suit"),))
    base, plus, minus = encoder.texts(["speech", "night", "suit"])
    expected = base + plus - minus
    got = resolve(query, encoder, matrix, sums="plain").vector
    assert got == pytest.approx(expected / np.linalg.norm(expected), abs=1e-5)


def test_ideas_are_added_to_a_picture_and_taken_away(tmp_path: Path):
    Pillow.fromarray(_picture_of("speech", "suit")).save(tmp_path / "speech.png")
    plain = _best(read_query(images=[tmp_path / "speech.png"]))
    query = read_query(images=[tmp_path / "speech.png"], plus="uniform", minus="suit")
    changed = _best(query, frames=4000)  # of which enough show no more and no less
    speech, uniform, suit = (IDEAS.index(one) for one in ("speech", "uniform", "suit"))
    assert plain[:, [speech, suit]].all()
    assert changed[:, speech].mean() > 0.9
    assert changed[:, uniform].mean() > 0.9
    assert changed[:, suit].mean() < 0.1


def test_words_count_beside_a_picture_only_where_sums_are_balanced(tmp_path: Path):
    Pillow.fromarray(_picture_of("speech", "suit")).save(tmp_path / "speech.png")
    query = read_query(images=[tmp_path / "speech.png"], minus="suit")
    suit = IDEAS.index("suit")
    assert _best(query, "plain")[:, suit].mean() > 0.5
    assert _best(query)[:, suit].mean() < 0.1


def test_many_phrases_count_no_more_than_the_picture(tmp_path: Path):
    Pillow.fromarray(_picture_of("speech")).save(tmp_path / "speech.png")
    found = _best(read_query(images=[tmp_path / "speech.png"], plus="night, night, night, night"))
    assert found[:, IDEAS.index("speech")].mean() > 0.9


def test_a_light_phrase_counts_less_than_a_heavy_one():
    light = _best(read_query(["speech"], plus="night:0.1"), count=100)
    heavy = _best(read_query(["speech"], plus="night:3"), count=100)
    speech, night = IDEAS.index("speech"), IDEAS.index("night")
    assert heavy[:, night].mean() > light[:, night].mean()
    assert light[:, speech].mean() > heavy[:, speech].mean()


def test_what_cancels_out_is_told():
    matrix, encoder, _ = _space()
    with pytest.raises(QueryInvalid, match="cancel"):
        resolve(read_query(["suit"], minus="suit"), encoder, matrix)


def test_an_example_is_the_frame_nearest_in_time():
    rng = np.random.default_rng(0)
    vectors = np.linalg.qr(rng.normal(size=(8, 8)))[0].astype(np.float32)
    matrix = Matrix(
        vectors,
        np.array([0, 0, 0, 1, 1, 1, 2, 2], np.int32),
        np.array([0, 5, 9, 0, 5, 9, 0, 5], np.float32),
        ("a", "b", "c"),
    )
    _, encoder, _ = _space()
    question = resolve(read_query(like=["b@6.5"]), encoder, matrix)
    assert question.vector == pytest.approx(vectors[4], abs=1e-5)
    assert question.without == ("b",)
    whole = resolve(read_query(like=["c"]), encoder, matrix).vector
    assert whole == pytest.approx((vectors[6] + vectors[7]) / np.sqrt(2), abs=1e-5)
    with pytest.raises(VideoUnknown, match="'d'"):
        resolve(read_query(like=["d@1"]), encoder, matrix)


@given(st.text(max_size=40))
def test_any_text_is_phrases_or_one_clear_error(text):
    try:
        phrases = read_phrases(text)
    except QueryInvalid:
        return
    assert all(one.text.strip() == one.text != "" and 0 < one.weight <= 10 for one in phrases)
