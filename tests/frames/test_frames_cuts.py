"""Cuts from our own frames are those that PySceneDetect finds in the file."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from fractions import Fraction
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
from scenedetect.common import FrameTimecode
from scenedetect.detectors import AdaptiveDetector, ThresholdDetector

from scenewise.core.media_types import Frame
from scenewise.frames.cuts import Cut, CutFinder, small
from scenewise.media.reading import Film


def goldens(data: Path, name: str, detector: str) -> list[int]:
    path = data / "scenecut" / "goldens" / f"{name}.mp4.{detector}.json"
    numbers: list[int] = json.loads(path.read_text())["cuts"]
    return numbers


def as_published(frame: Frame) -> np.ndarray:
    """Shrunk the way PySceneDetect shrinks: every n-th pixel, hence more noise than ours."""
    factor = max(1, frame.width // 256)
    size = frame.width // factor, frame.height // factor
    return cv2.resize(frame.image, size, interpolation=cv2.INTER_LINEAR)


def found(
    path: Path, shrink: Callable[[Frame], np.ndarray] = small, **options: float
) -> tuple[list[Cut], list[float]]:
    times: list[float] = []
    cuts: list[Cut] = []
    film = Film(path)
    rate = {"counter": 10.0, "fades": 25.0, "testvideo": 30000 / 1001}[path.stem]
    # the goldens were made with at least 15 frames between two cuts
    finder = CutFinder(shortest=14.99 / rate, **options)
    for frame in film.frames():
        times.append(frame.time)
        cuts += finder.feed(frame.time, shrink(frame))
    return cuts, times


@pytest.mark.film
@pytest.mark.parametrize("name", ["counter", "fades", "testvideo"])
@pytest.mark.parametrize(("golden", "threshold"), [("default", 3.0), ("t5", 5.0)])
def test_hard_cuts_are_the_goldens(data: Path, name: str, golden: str, threshold: float):
    path = data / "scenecut" / f"{name}.mp4"
    cuts, times = found(path, as_published, threshold=threshold)
    wanted = goldens(data, name, f"AdaptiveDetector.{golden}")
    assert [times.index(cut.time) for cut in cuts if not cut.fade] == wanted


@pytest.mark.film
def test_smooth_small_pictures_find_the_certain_cuts_and_no_others(data: Path):
    cuts, times = found(data / "scenecut" / "testvideo.mp4")
    mine = {times.index(cut.time) for cut in cuts if not cut.fade}
    assert mine >= set(goldens(data, "testvideo", "ContentDetector.t30"))
    assert mine <= set(goldens(data, "testvideo", "AdaptiveDetector.default"))


@pytest.mark.film
@pytest.mark.parametrize("name", ["counter", "fades", "testvideo"])
def test_fades_are_the_goldens(data: Path, name: str):
    cuts, times = found(data / "scenecut" / f"{name}.mp4")
    fades = [cut.time for cut in cuts if cut.fade]
    numbers = [int(np.argmin(np.abs(np.array(times) - time))) for time in fades]
    # the middle of the dark is here taken in time, there in frame numbers
    wanted = goldens(data, name, "ThresholdDetector.default")
    assert numbers == pytest.approx(wanted, abs=1)


@pytest.mark.film
def test_the_scenes_of_the_published_list_are_found(data: Path):
    folder = data / "scenecut"
    with (folder / "testvideo_scenes.csv").open() as lines:
        rows = [row for row in csv.reader(lines) if len(row) == 4 and row[0].isdigit()]
    wanted = [int(row[3]) / 1000 for row in rows][1:]
    assert len(wanted) == 2
    cuts, _ = found(folder / "testvideo.mp4")
    for time in wanted:
        assert min(abs(cut.time - time) for cut in cuts) < 0.5


@pytest.mark.film
@pytest.mark.parametrize("name", ["scenecut/testvideo.mp4", "film/sintel_trailer_52s.mp4"])
def test_changes_are_to_the_last_bit_what_the_library_computes(data: Path, name: str):
    ours, hard, fade = CutFinder(), AdaptiveDetector(), ThresholdDetector()
    means: list[float] = []
    plain = ours._fade.process_frame

    def told(stamp: FrameTimecode, mean: np.ndarray) -> list[FrameTimecode]:
        means.append(float(np.mean(mean)))
        return plain(stamp, mean)

    ours._fade.process_frame = told
    for frame in islice(Film(data / name).frames(), 400):
        picture = small(frame)
        bgr = np.ascontiguousarray(picture[:, :, ::-1])
        stamp = FrameTimecode(round(1e6 * frame.time), fps=Fraction(1_000_000))
        ours.feed(frame.time, picture)
        hard.process_frame(stamp, bgr)
        assert ours._hard._frame_score == hard._frame_score
        assert means[-1] == np.mean(bgr)
        fade.process_frame(stamp, bgr)
        assert ours._fade.last_fade["type"] == fade.last_fade["type"]


def run(pictures: list[np.ndarray], times: list[float]) -> list[Cut]:
    finder = CutFinder()
    return [c for t, p in zip(times, pictures, strict=True) for c in finder.feed(t, p)]


def noisy(seed: int, count: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    base = np.kron(rng.integers(0, 256, (9, 16, 3)), np.ones((16, 16, 1)))
    return [np.clip(base + rng.normal(0, 3, base.shape), 0, 255).astype(np.uint8)] * count


def test_a_cut_has_the_exact_time_of_its_frame_whatever_the_rate():
    rng = np.random.default_rng(5)
    pictures = noisy(1, 40) + noisy(2, 40) + noisy(3, 40)
    times = (7.3 + np.cumsum(rng.uniform(0.005, 0.3, 120))).tolist()
    cuts = run(pictures, times)
    assert [cut.time for cut in cuts] == [times[40], times[80]]


def test_a_flash_is_no_cut():
    pictures = noisy(1, 60)
    pictures[30] = np.full_like(pictures[0], 255)
    assert run(pictures, [i / 25 for i in range(60)]) == []


def test_a_fade_lies_in_the_middle_of_the_black():
    dark = [np.zeros((144, 256, 3), np.uint8)] * 50
    scene = noisy(1, 25)[0].astype(float)
    out = [(scene * x).astype(np.uint8) for x in np.linspace(1, 0, 25)]
    pictures = noisy(1, 50) + out + dark + out[::-1] + noisy(1, 50)
    cuts = run(pictures, [i / 25 for i in range(len(pictures))])
    fades = [cut.time for cut in cuts if cut.fade]
    assert fades == [pytest.approx(4.0, abs=0.08)]
