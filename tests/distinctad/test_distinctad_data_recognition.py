"""Characters are recognised by their portraits, and predictions are written as others publish."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from scenewise.core.errors import OptionInvalid, OutputUnwritable
from scenewise.core.time import Span
from scenewise.distinctad.annotations import Annotation, AnnotationsInvalid
from scenewise.distinctad.annotations_writing import write_predictions
from scenewise.distinctad.banks import BankInvalid, Character
from scenewise.distinctad.banks_recognition import (
    RecognitionOptions,
    portrait_vectors,
    recognise,
)

CAST = tuple(Character(name, name) for name in ("Ann", "Bob", "Cy"))
D, T = 32, 4


def drawn(seed: int, count: int = 60, noise: float = 0.35) -> tuple[Any, Any, Any, list[int]]:
    """Clips with somebody in each or nobody, and portraits taken in another light: what a model
    makes of them lies off in a direction of its own."""
    rng = np.random.default_rng(seed)
    looks = rng.normal(size=(3, D))
    place, light = rng.normal(size=(2, D)) * 3
    truth = [(number * 7 // 3) % 4 for number in range(count)]
    clips = np.stack(
        [place + (looks[who] if who < 3 else 0) + noise * rng.normal(size=(T, D)) for who in truth]
    )
    times = [[20.0 * number + slot for slot in range(T)] for number in range(count)]
    return clips, times, place + light + looks, truth


@pytest.mark.parametrize("seed", range(4))
def test_everybody_is_found_in_their_clips(seed: int) -> None:
    clips, times, portraits, truth = drawn(seed)
    found = recognise(clips, times, CAST, portraits, RecognitionOptions(threshold=0.3))
    assert found.scores.shape == (len(clips), 3)
    right = wrong = 0
    for who, seen in zip(truth, found.seen, strict=True):
        names = {one.name for one in seen}
        wanted = {CAST[who].name} if who < 3 else set()
        right += len(names & wanted)
        wrong += len(names - wanted)
    assert right >= 0.95 * sum(who < 3 for who in truth)
    assert wrong <= 0.05 * len(truth)


def test_the_film_knows_its_characters_better_than_portraits_do() -> None:
    def share(exemplars: int) -> float:
        hits = []
        for seed in range(8):
            clips, times, portraits, truth = drawn(seed, 120, noise=1.0)
            rng = np.random.default_rng([seed, 1])
            blurred = portraits + 2.5 * rng.normal(size=portraits.shape)
            options = RecognitionOptions(exemplars=exemplars, threshold=-1, most=1)
            found = recognise(clips, times, CAST, blurred, options)
            hits += [
                seen[0] is CAST[who] for who, seen in zip(truth, found.seen, strict=True) if who < 3
            ]
        return float(np.mean(hits))

    assert share(5) > share(0) + 0.02


def test_the_likeliest_come_first_and_no_more_than_asked() -> None:
    clips, times, portraits, _ = drawn(0)
    all_of_them = recognise(clips, times, CAST, portraits, RecognitionOptions(threshold=-1, most=0))
    for row, seen in zip(all_of_them.scores, all_of_them.seen, strict=True):
        assert [CAST.index(one) for one in seen] == list(np.argsort(-row, kind="stable"))
    one = recognise(clips, times, CAST, portraits, RecognitionOptions(threshold=-1, most=1))
    assert {len(seen) for seen in one.seen} == {1}
    assert {len(s) for s in recognise(
        clips, times, CAST, portraits, RecognitionOptions(threshold=1)).seen} == {0}  # fmt: skip


def test_exemplars_lie_apart() -> None:
    # one long scene in which Ann is seen, and a single frame elsewhere that is her, too
    clips = np.zeros((3, 2, 2))
    clips[0] = clips[1] = (1, 0.02)
    clips[2] = (1, 0.3)
    times = [[0.0, 1.0], [2.0, 3.0], [50.0, 51.0]]
    portraits = np.array([[1.0, 0.0]])
    near = recognise(clips, times, CAST[:1], portraits, RecognitionOptions(2, 1, gap=0))
    apart = recognise(clips, times, CAST[:1], portraits, RecognitionOptions(2, 1, gap=10))
    assert near.scores[2, 0] < near.scores[0, 0]
    assert apart.scores[2, 0] > near.scores[2, 0]


class Mean:
    """A model to which a picture is its mean colour."""

    def resized(self, images: list[np.ndarray]) -> np.ndarray:
        return np.stack([image[:2, :2] for image in images])

    def frames(self, pixels: np.ndarray) -> np.ndarray:
        return pixels.reshape(len(pixels), -1, 3).mean(axis=1).astype(np.float32)


def test_portraits_and_features_become_vectors(tmp_path: Path) -> None:
    Pillow.new("RGB", (4, 4), (9, 8, 7)).save(tmp_path / "ann.png")
    cast = (
        Character("1", "Ann", portrait=tmp_path / "ann.png"),
        Character("2", "Bob"),
        Character("3", "Cy", feature=(1.0, 2.0, 3.0)),
    )
    shown, vectors = portrait_vectors(cast, Mean())  # type: ignore[arg-type]
    assert [one.name for one in shown] == ["Ann", "Cy"]
    assert vectors.tolist() == [[9, 8, 7], [1, 2, 3]]
    with pytest.raises(BankInvalid, match="none of 1 characters has a portrait"):
        portrait_vectors(cast[1:2])
    with pytest.raises(BankInvalid, match="feature of Dee has 2 numbers, those before 3"):
        portrait_vectors((cast[2], Character("4", "Dee", feature=(1.0, 2.0))))
    with pytest.raises(BankInvalid, match="features of 3 numbers do not compare with frames of 5"):
        recognise(np.zeros((2, 1, 5)), [[0.0], [1.0]], shown, vectors)
    with pytest.raises(OptionInvalid, match="--gap"):
        RecognitionOptions(gap=-1)


def test_predictions_are_written_as_autoad_publishes_them(tmp_path: Path) -> None:
    rows = [
        Annotation("tt1", Span(1.5, 3.25), "Ann waves."),
        Annotation("tt1", Span(4, 5.0004), 'She says "no",\nthen goes.'),
    ]
    path = tmp_path / "told.csv"
    write_predictions(path, rows, ["He waves.", "  A door,\n closed. "])
    with path.open(newline="", encoding="utf-8") as file:
        table = list(csv.reader(file))
    assert table == [
        ["vid", "start", "end", "text_gt", "text_gen"],
        ["tt1", "1.500", "3.250", "Ann waves.", "He waves."],
        ["tt1", "4.000", "5.000", 'She says "no", then goes.', "A door, closed."],
    ]
    with pytest.raises(AnnotationsInvalid, match="1 predictions for 2 clips"):
        write_predictions(path, rows, ["x"])
    assert len(path.read_text().splitlines()) == 3
    with pytest.raises(OutputUnwritable):
        write_predictions(path, rows, ["a", "b"], overwrite=False)
