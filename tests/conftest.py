"""What all tests share: where the real films are, where state may go, and a film of our own."""

from __future__ import annotations

import gc
import itertools
import os
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

if "PYTEST_XDIST_WORKER" in os.environ:
    # one test for each core at a time, so that no library takes them all; before it is imported
    os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
from hypothesis import settings

from scenewise.core.media_types import Candidate, Keyframe
from scenewise.core.ports import CaptionContext

# The same examples in every run, so that a red run is one's own doing;
# HYPOTHESIS_PROFILE=default looks further.
settings.register_profile("repeatable", derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_collection_finish() -> None:
    """What is there by now stays: looking it through with all that tests leave behind took a
    twelfth of their time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real films; tests that need it skip where it is absent."""
    if not DATA.is_dir():
        pytest.skip("the folder of real films (../shared/data) is not here")
    return DATA


@pytest.fixture(scope="session")
def of_all_workers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of a run share: what is costly is made once, under a lock."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "of-all-workers"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session", autouse=True)
def _state_of_fixtures(of_all_workers: Path) -> Iterator[None]:
    """What is made for many tests shares one cache, and reaches no hub either."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCENEWISE_CACHE", str(of_all_workers / "cache"))
        patch.setenv("HF_HUB_OFFLINE", "1")
        yield


@pytest.fixture(scope="session")
def _caches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """New empty folders. Those of pytest get their number from a look at all that are there,
    which takes longer with every test."""
    folder = tmp_path_factory.mktemp("caches")
    return (folder / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def _isolated_state(_caches: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has its own cache."""
    folder = next(_caches)
    folder.mkdir()
    monkeypatch.setenv("SCENEWISE_CACHE", str(folder))


@pytest.fixture
def warm_cache(
    _isolated_state: None, of_all_workers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For tests of what comes after a film was looked at and listened to: that may be kept."""
    monkeypatch.setenv("SCENEWISE_CACHE", str(of_all_workers / "cache"))


@dataclass(frozen=True)
class DemoFilm:
    """The film that Scenewise draws itself, with what is known about it."""

    path: Path
    truth: "DemoTruth"  # noqa: UP037, F821


@pytest.fixture(scope="session")
def demo_film(of_all_workers: Path) -> DemoFilm:
    """The demo film: six scenes, three texts, two spoken lines; all known."""
    from filelock import FileLock

    folder = of_all_workers / "film"
    path, truth = folder / "harbour.mp4", folder / "truth.pickle"
    with FileLock(of_all_workers / "film.lock"):
        if not truth.exists():
            folder.mkdir(exist_ok=True)
            truth.write_bytes(pickle.dumps(_drawn_demo_film(path)))
        return DemoFilm(path, pickle.loads(truth.read_bytes()))


def _drawn_demo_film(path: Path) -> "DemoTruth":  # noqa: UP037, F821
    from scenewise.core.ports import VoiceOptions
    from scenewise.models.voices.choosing import voice_for
    from scenewise.synthetic import make_demo_film

    speakers = (
        voice_for("espeak", VoiceOptions("en-GB", "en-gb+f3", 165)),
        voice_for("espeak", VoiceOptions("en-US", "en-us+m7", 155)),
    )
    return make_demo_film(path, speakers)


class KnownCaptioner:
    """A captioner that knows the truth: it names the scene that a key frame lies in, as a
    pretrained one would put it."""

    name = "known"

    def __init__(self, told: Sequence[tuple[str, float, float]], score: float = 0.8) -> None:
        self.told, self.score = told, score

    def describe(
        self, keyframes: Sequence[Keyframe], context: CaptionContext
    ) -> Iterator[list[Candidate]]:
        """One candidate a key frame."""
        del context
        for keyframe in keyframes:
            texts = [text for text, start, end in self.told if start <= keyframe.time < end]
            yield [Candidate(text, self.score) for text in texts]


@pytest.fixture(scope="session")
def known_captioner() -> KnownCaptioner:
    """Captions of the demo film's scenes in the style of a pretrained captioner."""
    return KnownCaptioner(
        [
            ("there is a sail boat that is sailing across the ocean at sunset", 5, 11),
            ("arafed person in a red coat walking past a cafe on a city street", 11, 18),
            ("there are two people that are sitting at a table by a window", 18, 28),
            ("a lighthouse shining a beam of light over the water at night", 28, 34),
        ]
    )


_LONGEST = (
    "test_pocket_short_recipe.py",
    "test_odd_files.py",
    "test_pocket_recipe.py",
    "test_pocket_shipped.py",
    "test_kills.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files begin first, so that no core waits for another at the end."""
    items.sort(key=lambda item: item.path.name not in _LONGEST)
