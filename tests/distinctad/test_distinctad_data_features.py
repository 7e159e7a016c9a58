"""What a model makes of clips is stored once a film, whole or not at all, and read as arrays."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from distinctad_data_films import RATE, grey, telling_film
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from model_makers import make_clip
from scenewise.core.errors import FileMissing, NotAVideo, OptionInvalid, UnknownChoice
from scenewise.core.time import Span
from scenewise.distinctad import film_features
from scenewise.distinctad.adapting import FramesAndSentences, batches_of
from scenewise.distinctad.annotations import Annotation, Annotations
from scenewise.distinctad.clips import ClipOptions
from scenewise.distinctad.eyes import Eyes
from scenewise.distinctad.feature_cache import FeatureCache, FeaturesInvalid, Joined, StoredPart
from scenewise.distinctad.film_features import Clips, looked_at
from scenewise.distinctad.options import AdaptationOptions
from scenewise.models.clip import ClipEmbedder

T = 4


@pytest.fixture(scope="module")
def eyes(tmp_path_factory: pytest.TempPathFactory) -> Eyes:
    folder = make_clip(tmp_path_factory.mktemp("clip"))
    return Eyes(folder, batch_size=3, device="cpu", precision="float32")


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("films")
    return {name: telling_film(folder / f"{name}.mp4") for name in ("one", "two")}


def told(*rows: tuple[str, float, float]) -> Annotations:
    return Annotations(tuple(Annotation(film, Span(a, b), f"At {a}.") for film, a, b in rows))


ROWS = told(("one", 0.5, 2.5), ("one", 2.0, 4.0), ("two", 1.0, 1.2), ("two", 3.0, 5.0))


def look(eyes: Eyes, films: dict[str, Path], cache: Path, **options: Any) -> Clips:
    kind = options.pop("kind", "frames")
    rows = options.pop("rows", ROWS)
    return looked_at(rows, films, eyes, cache, kind=kind, options=ClipOptions(T, **options))


def test_pictures_are_those_of_the_times(eyes: Eyes, films: dict[str, Path], tmp_path: Path):
    clips = look(eyes, films, tmp_path, kind="pixels")
    assert clips.vectors.shape == (4, T, eyes.side, eyes.side, 3)
    assert clips.vectors.dtype == np.uint8
    seen = clips.vectors[:][..., 0].mean(axis=(2, 3))
    for number, row in enumerate(clips.rows):
        for slot in range(T):
            time = row.span.start + row.span.duration * (slot + 0.5) / T
            assert abs(seen[number, slot] - grey(np.floor(time * RATE + 1e-6) / RATE)) < 2.5


def test_embeddings_are_those_of_the_embedder(eyes: Eyes, films: dict[str, Path], tmp_path: Path):
    clips = look(eyes, films, tmp_path)
    pixels = look(eyes, films, tmp_path, kind="pixels").vectors[:]
    assert clips.vectors.shape == (4, T, eyes.dimension)
    assert clips.vectors.dtype == np.float16
    other = ClipEmbedder(str(eyes.folder), device="cpu", precision="float32")
    expected = other.images([*pixels.reshape(-1, *pixels.shape[2:])])
    vectors = clips.vectors[:].reshape(-1, eyes.dimension).astype(np.float32)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    np.testing.assert_allclose(unit, expected, atol=2e-3)
    assert expected.std(axis=0).max() > 0.01  # frames differ, so that a mix-up would show


def test_the_first_of_all_tokens_is_the_embedding(
    eyes: Eyes, films: dict[str, Path], tmp_path: Path
):
    frames = look(eyes, films, tmp_path).vectors[:]
    tokens = look(eyes, films, tmp_path, kind="tokens").vectors[:]
    assert tokens.shape == (4, T, 1 + (32 // 8) ** 2, eyes.dimension)
    np.testing.assert_allclose(tokens[:, :, 0], frames, atol=2e-3)
    assert np.abs(tokens[:, :, 1:] - frames[:, :, None]).max() > 0.05


@pytest.mark.parametrize("kind", ["frames", "tokens"])
def test_a_film_whose_pictures_are_there_is_not_decoded_again(
    kind: str, eyes: Eyes, films: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    # overlapping, too short for its frames, and after the end
    rows = told(("one", 0.5, 2.5), ("one", 1.5, 3.5), ("two", 1.0, 1.2), ("two", 90.0, 91.0),
                ("two", 3.0, 5.0))  # fmt: skip
    decoded = look(eyes, films, tmp_path / "decoded", kind=kind, rows=rows)
    assert len(decoded.rows) == 4
    look(eyes, films, tmp_path / "kept", kind="pixels", rows=rows)
    seen: list[int] = []
    real = film_features._made
    monkeypatch.setattr(film_features, "Film", lambda path: pytest.fail(f"{path} was decoded"))
    monkeypatch.setattr(
        film_features, "_made", lambda e, k, p: (seen.append(len(p)), real(e, k, p))[1]
    )
    kept = look(eyes, films, tmp_path / "kept", kind=kind, rows=rows)
    assert kept.rows == decoded.rows
    assert kept.notes == decoded.notes
    np.testing.assert_allclose(kept.vectors[:], decoded.vectors[:], atol=2e-3)
    assert np.ptp(decoded.vectors[:].astype(np.float32), axis=0).max() > 0.05
    assert sum(seen) < 4 * T + 2  # what repeats goes through once; one of each film measures it


def test_a_film_is_looked_at_once(
    eyes: Eyes, films: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    first = look(eyes, films, tmp_path)
    opened: list[Path] = []
    real = film_features.Film
    monkeypatch.setattr(film_features, "Film", lambda path: (opened.append(path), real(path))[1])
    again = look(eyes, films, tmp_path)
    assert not opened
    np.testing.assert_array_equal(first.vectors[:], again.vectors[:])
    look(eyes, films, tmp_path, rows=told(("one", 0.5, 2.5), ("two", 0.0, 1.0)))
    assert opened == [films["one"], films["two"]]  # other clips
    opened.clear()
    look(eyes, films, tmp_path)
    os.utime(films["two"])
    look(eyes, films, tmp_path)
    assert opened == [films["one"], films["two"], films["two"]]  # and another file


def test_what_was_interrupted_goes_on_with_the_next_film(
    eyes: Eyes, films: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    real = film_features.clip_pictures
    done: list[Path] = []

    def stopping(film: Any, *rest: Any) -> Any:
        for number, picture in enumerate(real(film, *rest)):
            if film.info.path.stem == "two" and number == 2 and len(done) < 2:
                raise KeyboardInterrupt
            yield picture
        done.append(film.info.path)

    monkeypatch.setattr(film_features, "clip_pictures", stopping)
    with pytest.raises(KeyboardInterrupt):
        look(eyes, films, tmp_path)
    (folder,) = tmp_path.iterdir()
    assert [path.name.partition(".")[0] for path in folder.glob("*.npy")] == ["one"]
    assert not list(folder.glob(".*"))  # nothing half written stays
    done.append(Path())
    clips = look(eyes, films, tmp_path)
    assert [path.stem for path in done] == ["one", "", "two"]
    assert len(clips.rows) == 4


def test_clips_with_too_few_frames_are_repeated_and_counted_or_refused(
    eyes: Eyes, films: dict[str, Path], tmp_path: Path
):
    clips = look(eyes, films, tmp_path)  # the third lasts 0.2 s, which is 2 frames
    assert clips.notes == ("1 clip with fewer than 4 frames: some repeated",)
    third = clips.vectors[2]
    np.testing.assert_array_equal(third[0], third[1])
    with pytest.raises(FeaturesInvalid, match=r"clip at 1\.0 s of two has 2 different frames"):
        look(eyes, films, tmp_path, short="refuse")
    assert not look(eyes, films, tmp_path, least=1.0).notes


def test_clips_after_the_end_are_left_out_or_refused(
    eyes: Eyes, films: dict[str, Path], tmp_path: Path
):
    rows = told(("one", 0.5, 2.5), ("one", 60.0, 61.0), ("two", 3.0, 5.0))
    clips = look(eyes, films, tmp_path, rows=rows)
    assert [row.span.start for row in clips.rows] == [0.5, 3.0]
    assert len(clips.vectors) == 2
    assert clips.notes == ("1 clip left out: after the end of the film",)
    with pytest.raises(FeaturesInvalid, match=r"clip at 60\.0 s of one lies after its end"):
        look(eyes, films, tmp_path, rows=rows, outside="refuse")
    with pytest.raises(FeaturesInvalid, match="no clip lies inside"):
        look(eyes, films, tmp_path, rows=told(("one", 60.0, 61.0)))


def test_videos_that_are_not_there_or_are_none(eyes: Eyes, films: dict[str, Path], tmp_path: Path):
    with pytest.raises(FeaturesInvalid, match="the video three is not there"):
        look(eyes, films, tmp_path, rows=told(("three", 0, 1)))
    with pytest.raises(FileMissing):
        look(eyes, {"one": tmp_path / "gone.mp4"}, tmp_path, rows=told(("one", 0, 1)))
    (tmp_path / "text.mp4").write_text("no film")
    with pytest.raises(NotAVideo):
        look(eyes, {"one": tmp_path / "text.mp4"}, tmp_path, rows=told(("one", 0, 1)))
    with pytest.raises(UnknownChoice):
        look(eyes, films, tmp_path, kind="sounds")


def test_a_damaged_cache_is_made_anew(eyes: Eyes, films: dict[str, Path], tmp_path: Path):
    first = look(eyes, films, tmp_path).vectors[:]
    for path in tmp_path.rglob("one*.npy"):
        path.write_bytes(path.read_bytes()[:200])
    np.testing.assert_array_equal(look(eyes, films, tmp_path).vectors[:], first)


def test_another_model_has_vectors_of_its_own(eyes: Eyes, films: dict[str, Path], tmp_path: Path):
    other = Eyes(make_clip(tmp_path / "clip", seed=1), device="cpu", precision="float32")
    one, two = (look(model, films, tmp_path / "cache").vectors[:] for model in (eyes, other))
    assert np.abs(one - two).max() > 0.05
    look(eyes, films, tmp_path / "cache", kind="pixels")
    look(other, films, tmp_path / "cache", kind="pixels")  # both see the same pictures
    assert len(list((tmp_path / "cache").iterdir())) == 3


def test_siglip_gives_embeddings_and_has_no_class_token(eyes: Eyes, tmp_path: Path) -> None:
    from transformers import SiglipConfig, SiglipImageProcessorPil, SiglipModel

    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1}
    part = {**sizes, "num_attention_heads": 4}
    config = SiglipConfig(
        text_config={**part, "vocab_size": 90, "projection_size": 32},
        vision_config={**part, "image_size": 32, "patch_size": 8},
    )
    SiglipModel(config).save_pretrained(tmp_path)
    SiglipImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(tmp_path)
    model = Eyes(tmp_path, device="cpu", precision="float32")
    pixels = model.resized([np.full((48, 64, 3), 90, np.uint8)])
    assert model.frames(pixels).shape == (1, 32)
    with pytest.raises(OptionInvalid, match="no class token"):
        model.tokens(pixels)


def test_rows_are_kept_by_film_in_order_of_time(eyes: Eyes, films: dict[str, Path], tmp_path: Path):
    rows = Annotations(
        (
            Annotation("f", Span(90, 92), "c", video="two", shown=Span(0, 2)),
            Annotation("f", Span(10, 12), "a", video="one", shown=Span(1, 3)),
            Annotation("f", Span(94, 96), "d", video="two", shown=Span(3, 5)),
            Annotation("g", Span(0, 2), "e", video="one", shown=Span(2, 4)),
        )
    )
    clips = look(eyes, films, tmp_path, rows=rows)
    ordered = {
        film: [clips.rows[number].text for number in numbers]
        for film, numbers in clips.by_film().items()
    }
    assert ordered == {"f": ["a", "c", "d"], "g": ["e"]}
    pixels = look(eyes, films, tmp_path, rows=rows, kind="pixels")
    by_text = {row.text: pixels.vectors[n] for n, row in enumerate(pixels.rows)}
    assert by_text["a"].mean() < by_text["e"].mean() < by_text["d"].mean()


def test_numbered_pictures_are_looked_at_as_films_are(eyes: Eyes, tmp_path: Path) -> None:
    folder = tmp_path / "clip_04"
    folder.mkdir()
    for number in range(1, 13):
        Pillow.new("RGB", (40, 30), (20 * number,) * 3).save(folder / f"{number:05d}.png")
    row = Annotation("tt1", Span(200, 204), "He nods.", video="clip_04", shown=Span(0, 4))
    clips = look(
        eyes,
        {"clip_04": folder},
        tmp_path / "cache",
        kind="pixels",
        rows=Annotations((row,), form="tv"),
    )
    assert clips.vectors[0][..., 0].mean(axis=(1, 2)).tolist() == [40, 100, 160, 220]


def test_stage_one_learns_from_pictures_on_the_disk(
    eyes: Eyes, films: dict[str, Path], tmp_path: Path
) -> None:
    clips = look(eyes, films, tmp_path, kind="pixels")
    pairs: Any = clips.vectors
    dataset = FramesAndSentences(pairs, clips.sentences)
    batch = batches_of(dataset, AdaptationOptions(batch=2))(1)
    assert batch["pixels"].shape == (2, T, eyes.side, eyes.side, 3)
    for pixels, sentence in zip(batch["pixels"], batch["sentences"], strict=True):
        np.testing.assert_array_equal(pixels, clips.vectors[clips.sentences.index(sentence)])


def test_the_store_takes_nothing_that_failed(tmp_path: Path, films: dict[str, Path]) -> None:
    cache = FeatureCache(tmp_path, {"model": "x"})
    times = [[0.5, 1.0], [2.0, 2.5]]

    def fill(out: np.ndarray) -> Sequence[int]:
        out[:] = 1
        return [2, 2]

    def broken(out: np.ndarray) -> Sequence[int]:
        out[:] = 2
        raise RuntimeError("the model broke")

    assert cache.get(films["one"], times) is None
    stored = cache.put(films["one"], times, (2, 3), np.float16, fill)
    assert isinstance(stored.vectors, np.memmap)
    assert stored.vectors.shape == (2, 2, 3)
    with pytest.raises(RuntimeError):
        cache.put(films["one"], times, (2, 3), np.float16, broken)
    # what it was is not told of any more, so that old numbers never pass for new
    assert cache.get(films["one"], times) is None


@settings(deadline=None)
@given(st.data())
def test_joined_parts_are_as_one_array(data: st.DataObject) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    sizes = data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    arrays = [rng.normal(size=(n, 2, 3)).astype(np.float16) for n in sizes]
    picked = [rng.permutation(n)[: rng.integers(1, n + 1)] for n in sizes]
    whole = np.concatenate([a[rows] for a, rows in zip(arrays, picked, strict=True)])
    joined = Joined(
        [(StoredPart(a, rows), len(rows)) for a, rows in zip(arrays, picked, strict=True)],
        (2, 3),
        np.float16,
    )
    assert joined.shape == whole.shape
    rows = np.array(
        data.draw(st.lists(st.integers(-len(whole), len(whole) - 1), max_size=6)), np.int64
    )
    np.testing.assert_array_equal(joined[rows], whole[rows])
    np.testing.assert_array_equal(joined[1:], whole[1:])
    np.testing.assert_array_equal(joined[-1], whole[-1])
    square = rows[: len(rows) // 2 * 2].reshape(-1, 2)
    np.testing.assert_array_equal(joined[square], whole[square])
    with pytest.raises(IndexError):
        joined[len(whole)]
