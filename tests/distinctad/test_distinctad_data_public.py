"""Features as MAD distributes them become clips, from either kind of file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scenewise.core.errors import FileMissing, UnknownChoice
from scenewise.core.time import Span
from scenewise.distinctad.annotations import Annotation, Annotations
from scenewise.distinctad.clips import ClipOptions
from scenewise.distinctad.feature_cache import FeaturesInvalid
from scenewise.distinctad.film_features_public import PublicFeatures, public_clips

h5py = pytest.importorskip("h5py")

FRAMES = 50


def film(first: int) -> np.ndarray:
    """[50, 3]: frame k of a film of 10 s says first + k."""
    return (first + np.arange(FRAMES))[:, None] * np.ones((1, 3), np.float16)


@pytest.fixture(params=["npy", "h5"])
def features(request: pytest.FixtureRequest, tmp_path: Path) -> PublicFeatures:
    films = {"2738": film(0), "7": film(100)}
    if request.param == "npy":
        for name, rows in films.items():
            np.save(tmp_path / f"{name}.npy", rows.astype(np.float16))
        return PublicFeatures(tmp_path)
    with h5py.File(tmp_path / "clip.h5", "w") as file:
        for name, rows in films.items():
            file[name] = rows.astype(np.float16)
    return PublicFeatures(tmp_path / "clip.h5")


def told(*rows: tuple[str, float, float]) -> Annotations:
    return Annotations(tuple(Annotation(name, Span(a, b), "He nods.") for name, a, b in rows))


FOUR = ClipOptions(frames=4)


def test_frames_are_those_at_their_times(features: PublicFeatures) -> None:
    rows = told(("7", 2.0, 6.0), ("2738", 0.0, 4.0), ("7", 9.0, 9.4))
    clips = public_clips(rows, features, options=FOUR)
    assert clips.vectors.shape == (3, 4, 3)
    by_start = {(row.film, row.span.start): n for n, row in enumerate(clips.rows)}
    # middles of four parts of 4 s, 5 frames a second
    assert clips.vectors[by_start["7", 2.0]][:, 0].tolist() == [112, 117, 122, 127]
    assert clips.vectors[by_start["2738", 0.0]][:, 0].tolist() == [2, 7, 12, 17]
    assert clips.vectors[by_start["7", 9.0]][:, 0].tolist() == [145, 145, 146, 146]
    assert clips.notes == ("1 clip with fewer than 4 frames: some repeated",)
    assert features.duration("7") == 10.0


def test_clips_after_the_end_and_films_without_features(features: PublicFeatures) -> None:
    rows = told(("7", 9.0, 14.0), ("7", 20.0, 21.0), ("8", 1.0, 2.0))
    with pytest.raises(FeaturesInvalid, match="1 of 2 films have no features: 8"):
        public_clips(rows, features, options=FOUR)
    clips = public_clips(rows, features, options=FOUR, missing="skip")
    assert clips.vectors[0][:, 0].tolist() == [148, 149, 149, 149]  # the film ends within it
    assert clips.notes == (
        "1 clip left out: after the end of the film",
        "1 clip with fewer than 4 frames: some repeated",
        "1 films left out: they have no features",
    )
    with pytest.raises(FeaturesInvalid, match="no clip lies inside"):
        public_clips(told(("7", 20.0, 21.0)), features, options=FOUR)
    refusing = ClipOptions(4, outside="refuse")
    with pytest.raises(FeaturesInvalid, match="after its end"):
        public_clips(told(("7", 20.0, 21.0)), features, options=refusing)
    with pytest.raises(UnknownChoice):
        public_clips(rows, features, missing="ignore")


def test_what_is_no_features_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        PublicFeatures(tmp_path / "none.h5")
    (tmp_path / "x.h5").write_text("no")
    with pytest.raises(FeaturesInvalid, match="damaged"):
        PublicFeatures(tmp_path / "x.h5")
    (tmp_path / "x.zip").write_text("no")
    with pytest.raises(FeaturesInvalid, match="no features of films"):
        PublicFeatures(tmp_path / "x.zip")
    np.save(tmp_path / "flat.npy", np.zeros(4))
    (tmp_path / "torn.npy").write_bytes(b"\x93NUMPY")
    folder = PublicFeatures(tmp_path)
    with pytest.raises(FeaturesInvalid, match="no rows of numbers"):
        folder.of("flat")
    with pytest.raises(FeaturesInvalid, match="damaged"):
        folder.of("torn")
    np.save(tmp_path / "wide.npy", np.zeros((50, 4), np.float16))
    np.save(tmp_path / "slim.npy", np.zeros((50, 3), np.float16))
    with pytest.raises(FeaturesInvalid, match="slim have 3 numbers, those before 4"):
        public_clips(told(("wide", 0, 1), ("slim", 0, 1)), folder)


@pytest.mark.parametrize("strange", [np.nan, np.inf])
def test_features_that_are_not_finite_are_told_with_film_and_file(
    tmp_path: Path, strange: float
) -> None:
    rows = film(0).astype(np.float32)
    rows[22, 1] = strange  # of the third second
    np.save(tmp_path / "7.npy", rows)
    with h5py.File(tmp_path / "clip.h5", "w") as file:
        file["7"] = rows
    for path, named in ((tmp_path, tmp_path / "7.npy"), (tmp_path / "clip.h5",) * 2):
        clips = public_clips(told(("7", 0, 2), ("7", 4, 5)), PublicFeatures(path))
        assert np.isfinite(clips.vectors[[0]]).all()  # what is not asked for does no harm
        with pytest.raises(FeaturesInvalid, match=r"film 7 are not finite.* frame 22") as caught:
            clips.vectors[[0, 1]]
        assert caught.value.path == named
        assert caught.value.remedy


def test_features_beyond_float16_stay_finite(tmp_path: Path) -> None:
    np.save(tmp_path / "7.npy", np.full((FRAMES, 3), -1e6, np.float32))
    clips = public_clips(told(("7", 0, 2)), PublicFeatures(tmp_path))
    assert (clips.vectors[0] == np.finfo(np.float16).min).all()
