"""The directions in which a collection's frames differ."""

from __future__ import annotations

import gc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewise.collection.arithmetic import Encoder, resolve, seen
from scenewise.collection.directions import directions_of
from scenewise.collection.query import Phrase, Query
from scenewise.collection.types import Matrix


def _matrix(vectors: np.ndarray) -> Matrix:
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    count = len(unit)
    return Matrix(
        unit.astype(np.float32),
        np.arange(count, dtype=np.int32),
        np.zeros(count, np.float32),
        tuple(str(at) for at in range(count)),
    )


def test_few_frames_have_no_directions_and_a_matrix_is_measured_once():
    rng = np.random.default_rng(1)
    assert directions_of(_matrix(rng.normal(size=(19, 4)))) is None
    matrix = _matrix(rng.normal(size=(60, 4)))
    assert directions_of(matrix) is directions_of(matrix)


def test_what_was_measured_goes_with_its_matrix():
    from scenewise.collection import directions

    rng = np.random.default_rng(1)
    matrix = _matrix(rng.normal(size=(60, 4)))
    directions_of(matrix)
    there = len(directions._known)
    del matrix
    gc.collect()
    assert len(directions._known) < there


def test_the_turn_is_the_stated_power_of_the_covariance():
    rng = np.random.default_rng(2)
    matrix = _matrix(rng.normal(size=(500, 6)) * [5, 3, 2, 1, 1, 1] + [4, 0, 0, 0, 0, 0])
    found = directions_of(matrix)
    assert found is not None
    covariance = np.cov(matrix.vectors.T, bias=True)
    level = np.trace(covariance) / 6
    # its inverse to the eighth is the covariance to the third
    power = np.linalg.matrix_power(np.linalg.inv(found.turn.astype(np.float64)), 8)
    expected = np.linalg.matrix_power((covariance + level * np.eye(6)) / level, 3)
    assert power == pytest.approx(expected, rel=1e-3, abs=1e-3)


def test_what_all_frames_share_is_no_match_for_a_picture():
    rng = np.random.default_rng(3)
    matrix = _matrix(rng.normal(size=(300, 8)) * 0.2 + 3 * np.eye(8)[0])
    found = directions_of(matrix)
    assert found is not None
    assert found.of_picture(found.mean) == pytest.approx(np.zeros(8), abs=1e-6)


@given(st.integers(20, 60), st.integers(1, 8), st.integers(0, 1000))
def test_any_collection_has_finite_directions(count, dimension, seed):
    rng = np.random.default_rng(seed)
    some = rng.normal(size=(3, dimension)) + 0.01
    found = directions_of(_matrix(some[rng.integers(0, 3, count)]))
    assert found is not None
    assert np.isfinite(found.turn).all()
    assert found.spread(found.of_text(found.sample[0])) > 0


def test_frames_that_are_all_the_same_are_asked_as_they_are():
    found = directions_of(_matrix(np.ones((30, 4))))
    assert found is not None
    assert found.turn == pytest.approx(np.eye(4), abs=1e-3)


def test_rare_things_are_found_beside_a_loud_scene():
    """Frames differ most in their scene; a deed shows faintly. A text says both, and
    more of the frames that are found show the deed."""
    rng = np.random.default_rng(4)
    scene, deed = rng.normal(size=600), (rng.random(600) < 0.2) * 1.0
    noise = 0.05 * rng.normal(size=(600, 8))
    axes = np.eye(10)
    vectors = 3 * axes[0] + np.outer(scene, axes[1]) + np.outer(deed, 0.5 * axes[2])
    vectors[:, 2:] += noise
    matrix = _matrix(vectors)
    words = Encoder(
        texts=lambda _: np.array([0.7 * axes[1] + 0.7 * axes[2]], np.float32),
        images=lambda _: np.zeros((1, 10), np.float32),
    )
    query = Query(texts=(Phrase("a deed in a scene"),))

    def with_deed(sums):
        vector = resolve(query, words, matrix, sums=sums).vector
        return deed[np.argsort(-(matrix.vectors @ vector))[:60]].mean()

    assert with_deed("balanced") > with_deed("plain") + 0.05


def test_a_picture_is_seen_whole_mirrored_and_cut():
    looked = []

    def images(given_):
        looked.extend(given_)
        return np.array([[one.mean(), 1.0] for one in given_], np.float32)

    picture = np.arange(20 * 30 * 3, dtype=np.uint32).reshape(20, 30, 3).astype(np.uint8)
    vector = seen(picture, Encoder(lambda _: np.zeros((0, 2), np.float32), images))
    assert np.linalg.norm(vector) == pytest.approx(1)
    assert [one.shape[:2] for one in looked] == [(20, 30), (20, 30), (18, 30), (18, 30),
                                                 (20, 27), (20, 27)]  # fmt: skip
    assert (looked[1] == picture[:, ::-1]).all()
    assert (looked[2] == picture[2:]).all()
    assert (looked[5] == picture[:, :27]).all()
    tiny = seen(picture[:1, :1], Encoder(lambda _: np.zeros((0, 2), np.float32), images))
    assert np.isfinite(tiny).all()
