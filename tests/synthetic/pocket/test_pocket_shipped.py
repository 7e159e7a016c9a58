"""The pocket models that ship with the package know their world, and that there is another."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from scenewise.core.errors import ModelMissing
from scenewise.core.media_types import Frame, Keyframe
from scenewise.core.ports import CaptionContext
from scenewise.core.time import Span
from scenewise.description.options import DraftOptions
from scenewise.media.reading import Film
from scenewise.models import hub
from scenewise.models.caption_options import CaptionOptions
from scenewise.models.interrogator import Interrogator
from scenewise.synthetic.pocket.examples import Examples, draw_examples
from scenewise.synthetic.pocket.judging import judge_captions, judge_clip, of_the_world
from scenewise.synthetic.world import Slot

MODELS = ("embedder", "captioner", "language", "grid")
BAR = 0.90
REAL = (
    "people/one-by-one-person-detection.mp4",
    "nature/flower.mp4",
    "film/sintel_trailer_52s.mp4",
    "film/tears_of_steel_battle_70s.webm",
    "signs/walk.mkv",
)
FRAMES = 12


@pytest.fixture(scope="module")
def folders() -> dict[str, Path]:
    """The folder of each model, found as a user's would be."""
    try:
        return {job: hub.resolve("pocket", job=job, allow_download=False) for job in MODELS}
    except ModelMissing as error:
        pytest.skip(f"the pocket models have not been made: {error}")


@pytest.fixture(scope="module")
def unseen(folders: dict[str, Path]) -> Examples:
    """Families of combinations that nothing was trained on, drawn anew."""
    return draw_examples(30, seed=31_415, testing=True, strange=0.0, workers=1)


@pytest.fixture(scope="module")
def found(unseen: Examples) -> Mapping[Slot, float]:
    """How often CLIP is right, by slot."""
    return judge_clip("pocket", unseen).shares


@pytest.fixture(scope="module")
def named(unseen: Examples) -> Mapping[Slot, float]:
    """How often the captioner is right, by slot."""
    return judge_captions("pocket", unseen)[0].shares


@pytest.fixture(scope="module")
def interrogator(folders: dict[str, Path]) -> Interrogator:
    return Interrogator(CaptionOptions(blip="pocket", clip="pocket"), allow_download=False)


def keyframes(pictures: list[np.ndarray]) -> list[Keyframe]:
    return [
        Keyframe(Frame(float(k), picture), Span(float(k), k + 1.0))
        for k, picture in enumerate(pictures)
    ]


def confidences(interrogator: Interrogator, pictures: list[np.ndarray]) -> list[float]:
    """How sure it is of what it would say of each picture."""
    found = interrogator.describe(keyframes(pictures), CaptionContext())
    return [candidates[0].score if candidates else 0.0 for candidates in found]


def test_they_are_small_enough_to_ship_and_have_their_cards(folders) -> None:
    files = [path for folder in folders.values() for path in folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 12e6
    assert not [path for path in files if path.suffix in {".bin", ".pt", ".pkl", ".py"}]
    for folder in folders.values():
        assert "# Pocket " in (folder / "README.md").read_text(encoding="utf-8")
    assert (folders["embedder"] / "vocabulary.toml").is_file()


SLOTS = ["person", "action", "object", "setting"]


@pytest.mark.slow
@pytest.mark.parametrize("slot", SLOTS)
def test_clip_finds_the_true_sentence_among_all_others(found, slot) -> None:
    assert found[slot] >= BAR


@pytest.mark.slow
@pytest.mark.parametrize("slot", SLOTS)
def test_the_captioner_names_the_right_one(named, slot) -> None:
    assert named[slot] >= BAR


@pytest.mark.slow
def test_what_is_said_of_the_drawn_world_is_voiced(interrogator, unseen) -> None:
    pictures, _ = of_the_world(unseen)
    sure = confidences(interrogator, pictures[::8])
    assert np.mean(np.array(sure) >= DraftOptions().confidence) >= 0.9


@pytest.mark.slow
@pytest.mark.film
def test_what_is_said_of_the_real_world_is_not(interrogator, data) -> None:
    threshold = DraftOptions().confidence
    voiced = {}
    for name in REAL:
        film = Film(data / name)
        times = np.linspace(0.05, 0.95, FRAMES) * film.duration
        pictures = [frame.detached().image for frame in film.at(times.tolist())]
        voiced[name] = [score >= threshold for score in confidences(interrogator, pictures)]
    everything = [one for found in voiced.values() for one in found]
    assert len(everything) > 40
    assert np.mean(everything) <= 0.05, voiced
