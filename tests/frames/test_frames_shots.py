"""The default selector on films whose scenes are known."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from scipy.cluster.hierarchy import is_valid_linkage

from scenewise.core.media_types import Frame, Image, Selection
from scenewise.core.time import Span
from scenewise.frames.cuts import small
from scenewise.frames.hierarchy import flat
from scenewise.frames.packing import PackedFrame
from scenewise.frames.quality import is_blank, look
from scenewise.frames.shots import ShotOptions, ShotSelector
from scenewise.media.reading import Film

RATE = 12.5
WIDTH, HEIGHT = 256, 144  # what the detectors look at: nothing is resampled
Draw = Callable[[float], Image]


class Played:
    """A film of parts, each drawn from 0 to 1 over its length; no going back."""

    def __init__(self, *parts: tuple[float, Draw]) -> None:
        self.parts = [(round(seconds * RATE), draw) for seconds, draw in parts]
        self.starts = np.concatenate([[0], np.cumsum([n for n, _ in self.parts])]) / RATE
        self.span = Span(0.0, float(self.starts[-1]))
        self.passes = 0

    def frames(self) -> Iterator[Frame]:
        self.passes += 1
        assert self.passes == 1, "one pass must do"
        number = 0
        noise = np.random.default_rng(0).normal(0, 1.5, (5, HEIGHT, WIDTH, 3)).astype(np.float32)
        for count, draw in self.parts:
            for i in range(count):
                picture = np.clip(draw(i / count) + noise[number % 5], 0, 255).astype(np.uint8)
                yield Frame(number / RATE, picture)
                number += 1

    def at(self, times: Sequence[float]) -> Iterator[Frame]:
        raise AssertionError("nothing is to be read twice")

    def part(self, time: float) -> int:
        return int(np.searchsorted(self.starts, time + 1e-6)) - 1


def place(seed: int, width: int = WIDTH) -> Draw:
    rng = np.random.default_rng(seed)
    cells = rng.integers(10, 246, (9, 16 * width // WIDTH, 3), dtype=np.uint8)
    picture = cv2.resize(cells, (width, HEIGHT), interpolation=cv2.INTER_LINEAR)
    for _ in range(12):
        centre = int(rng.integers(width)), int(rng.integers(HEIGHT))
        colour = tuple(int(c) for c in rng.integers(0, 256, 3))
        cv2.circle(picture, centre, int(rng.integers(6, 40)), colour, -1)
    return lambda _: picture


def words(text: str, ground: int = 0, ink: int = 220) -> Draw:
    picture = np.full((HEIGHT, WIDTH, 3), ground, np.uint8)
    for i, line in enumerate(text.split("|")):
        cv2.putText(picture, line, (50, 60 + 20 * i), 0, 0.6, (ink,) * 3, 1, cv2.LINE_AA)
    return lambda _: picture


BLACK: Draw = lambda _: np.zeros((HEIGHT, WIDTH, 3), np.uint8)  # noqa: E731
WHITE: Draw = lambda _: np.full((HEIGHT, WIDTH, 3), 255, np.uint8)  # noqa: E731


def fade(draw: Draw, rising: bool) -> Draw:
    return lambda at: draw(at) * (at if rising else 1 - at)


def mix(a: Draw, b: Draw) -> Draw:
    return lambda at: a(1.0) * (1 - at) + b(0.0) * at


def chosen(film: Played, **options: float) -> tuple[Selection, list[int]]:
    """The selection, and the part in which each key frame lies."""
    selection = ShotSelector(ShotOptions(**options)).select(film)
    return selection, [film.part(k.time) for k in selection.keyframes]


def test_each_shot_has_its_key_frame_and_exact_borders():
    film = Played(*((2.0 + i % 3, place(i)) for i in range(10)))
    selection, parts = chosen(film)
    assert parts == list(range(10))
    assert [k.span.start for k in selection.keyframes] == film.starts[:-1].tolist()
    assert [s.span.start for s in selection.shots] == film.starts[:-1].tolist()
    for keyframe in selection.keyframes:
        middle, half = keyframe.span.middle, keyframe.span.duration / 2
        assert abs(keyframe.time - middle) < 0.6 * half


def test_black_and_white_gaps_and_fades_give_no_key_frame():
    a, b, c = place(1), place(2), place(3)
    film = Played(
        *((1.5, BLACK), (1.0, fade(a, True)), (3.0, a), (1.0, fade(a, False)), (2.0, BLACK)),
        *((1.0, fade(b, True)), (3.0, b), (1.5, WHITE), (3.0, c), (2.0, BLACK)),
    )
    selection, parts = chosen(film)
    assert parts == [2, 6, 8]
    assert not any(is_blank(small(k.frame)) for k in selection.keyframes)
    # black is shared by what lies on either side of it; what is at the ends is given to them
    assert selection.keyframes[0].span.start == 0.0
    assert selection.keyframes[1].span.start == pytest.approx(7.5, abs=0.5)
    assert selection.keyframes[-1].span.end == film.span.end


def test_title_cards_are_kept_and_new_words_are_new():
    film = Played(
        *((2.0, BLACK), (2.5, words("A film by")), (1.0, BLACK), (2.5, words("nobody|at all"))),
        *((0.8, BLACK), (3.0, place(1)), (2.5, words("The End", 255, 30))),
    )
    selection, parts = chosen(film)
    assert parts == [1, 3, 5, 6]
    assert all(k.novelty > 0.3 for k in selection.keyframes)


def test_a_title_between_black_is_not_cut_in_half():
    film = Played((2.0, place(1)), (1.0, BLACK), (4.0, words("Years|later")), (1.0, BLACK))
    film = Played(*[(n / RATE, d) for n, d in film.parts], (3.0, place(2)))
    selection, parts = chosen(film)
    assert parts == [0, 2, 4]
    borders = [s.span.start for s in selection.shots[1:]]
    assert borders == pytest.approx([2.5, 7.5], abs=0.3)


def test_both_sides_of_a_dissolve_are_found_and_not_its_middle():
    a, b, c = place(1), place(2), place(3)
    film = Played((4.0, a), (1.5, mix(a, b)), (4.0, b), (1.5, mix(b, c)), (4.0, c))
    assert chosen(film)[1] == [0, 2, 4]


def test_both_ends_of_a_pan_are_found_and_no_smeared_frame():
    wide = place(4, 3 * WIDTH)(0)

    def view(x: float) -> Image:
        left = int(x * 2 * WIDTH)
        return wide[:, left : left + WIDTH]

    film = Played(
        (4.0, lambda _: view(0)),
        (1.0, lambda at: cv2.blur(view(at), (25, 1))),
        (4.0, lambda _: view(1)),
    )
    selection, parts = chosen(film)
    assert set(parts) == {0, 2}
    assert parts == sorted(parts)
    assert len(selection.shots) == 1


@pytest.mark.slow
def test_a_static_shot_gives_few_key_frames_and_a_busy_one_several():
    still = Played((80.0, lambda at: place(1)(0) * (1 + 0.02 * np.sin(500 * at))))
    selection, _ = chosen(still)
    assert 3 <= len(selection.keyframes) <= 5
    assert all(k.span.duration <= 30.5 for k in selection.keyframes)
    assert all(k.novelty < 0.1 for k in selection.keyframes[1:])
    events = [place(seed)(0) for seed in range(8)]
    stage = place(99)(0)

    def busy(at: float) -> Image:
        shown = events[int(at * 8)]
        turn = min(1.0, (at * 8) % 1 * 4)  # slowly, so that no cut is found
        before = events[max(0, int(at * 8) - 1)]
        return 0.4 * stage + 0.6 * (shown * turn + before * (1 - turn))

    several, _ = chosen(Played((80.0, busy)))
    assert 8 <= len(several.keyframes) <= 12


def test_key_frames_grow_with_the_length_of_the_film():
    def of(length: int) -> int:
        return len(chosen(Played(*((3.0, place(i)) for i in range(length))))[0].keyframes)

    assert of(20) == 2 * of(10) == 20


def test_returning_set_ups_are_kept_with_low_novelty():
    a, b = place(1), place(2)
    film = Played(*((2.5, (a, b)[i % 2]) for i in range(8)))
    selection, parts = chosen(film)
    assert parts == list(range(8))
    novelty = [k.novelty for k in selection.keyframes]
    assert min(novelty[:2]) > 0.8
    assert max(novelty[2:]) < 0.2


def test_shots_too_short_to_tell_join_and_lend_their_pictures():
    film = Played((3.0, place(0)), *((0.48, place(i)) for i in range(1, 5)), (3.0, place(9)))
    selection, _ = chosen(film, min_gap=1.0)
    assert all(k.span.duration >= 0.9 for k in selection.keyframes)
    montage = [k for k in selection.keyframes if 2.5 < k.time < 5.0]
    assert montage
    beside = {film.part(f.time) for k in montage for f in (k.frame, *k.neighbours)}
    assert len(beside) >= 2


@pytest.mark.parametrize("flash", [1, 2])
def test_a_flash_neither_cuts_nor_stands(flash: int):
    film = Played((3.0, place(1)), (flash / RATE, WHITE), (3.0, place(1)))
    selection, _ = chosen(film)
    assert len(selection.keyframes) == len(selection.shots) == 1


def test_a_watermark_over_black_is_no_scene():
    mark = words("copyright", 0, 120)(0)

    def marked(draw: Draw) -> Draw:
        return lambda at: 0.6 * draw(at) + mark

    parts = [p for i in range(4) for p in ((3.0, marked(place(i))), (2.0, marked(BLACK)))]
    assert chosen(Played(*parts))[1] == [0, 2, 4, 6]


def test_the_tree_cut_at_its_threshold_is_the_selection():
    film = Played(*((1.0 + i % 4, place(i // 2)) for i in range(12)), (70.0, place(50)))
    selection, _ = chosen(film)
    (tree,) = selection.hierarchies
    assert is_valid_linkage(tree.linkage)
    labels = flat(tree.linkage, tree.threshold)
    assert len(np.unique(labels)) == len(selection.keyframes)
    starts = tree.times[np.concatenate([[True], np.diff(labels) != 0])]
    for keyframe, start in zip(selection.keyframes, starts, strict=True):
        assert keyframe.span.start <= start <= keyframe.time


@pytest.mark.slow
def test_options_do_what_they_say():
    film = lambda: Played(*((3.0, place(i)) for i in range(4)), (40.0, place(9)))  # noqa: E731
    assert len(chosen(film(), max_gap=10.0)[1]) > len(chosen(film())[1])
    assert len(chosen(film(), threshold=0.3)[1]) >= len(chosen(film())[1])
    none, _ = chosen(film(), neighbours=0)
    assert all(k.neighbours == () for k in none.keyframes)
    four, _ = chosen(film(), neighbours=4)
    assert max(len(k.neighbours) for k in four.keyframes) == 4
    assert four.settings["neighbours"] == 4
    assert four.settings["selector"] == "shots"


def test_memory_holds_only_packed_frames_of_one_shot():
    """A long film of many shots: what waits inside the pass stays bounded."""
    from scenewise.frames.shots import _Pass

    work = _Pass(ShotOptions(max_gap=5.0))
    most = 0
    film = Played((60.0, place(1)), *((2.0, place(i)) for i in range(2, 12)))
    for frame in film.frames():
        work.see(frame)
        most = max(most, len(work._samples))
    assert most <= 4.0 * 3 * 5.0 + 4
    kept = [f for s in work._segments for f in (s.frame, *s.neighbours)]
    assert all(isinstance(f, PackedFrame) for f in kept)
    assert sum(sys.getsizeof(f.data) for f in kept) < 0.2 * len(kept) * WIDTH * HEIGHT * 3


@pytest.mark.film
@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("film/sintel_trailer_52s.mp4", 14, 24),
        ("film/bbb_0_30.webm", 5, 12),
        ("odd/var_fps_video.mp4", 1, 12),
    ],
)
def test_real_films_give_sensible_numbers_and_no_blank(
    data: Path, name: str, least: int, most: int
):
    film = Film(data / name)
    selection = ShotSelector().select(film)
    keyframes = selection.keyframes
    assert least <= len(keyframes) <= most
    assert not any(look(small(k.frame)).blank for k in keyframes)
    assert keyframes[0].span.start == pytest.approx(film.span.start)
    assert keyframes[-1].span.end == pytest.approx(film.span.end)
    for keyframe, again in zip(keyframes, film.at([k.time for k in keyframes]), strict=True):
        wanted = again.scaled(keyframe.frame.width, keyframe.frame.height).astype(int)
        assert np.abs(keyframe.image - wanted).mean() < 12


@pytest.mark.film
def test_the_titles_of_a_real_trailer_are_among_the_key_frames(data: Path):
    selection = ShotSelector().select(Film(data / "film" / "sintel_trailer_52s.mp4"))
    # presented by, the film's name, coming soon, the credits
    for shown in (Span(9.2, 11.0), Span(42.5, 46.8), Span(47.4, 48.5), Span(48.9, 51.5)):
        assert any(shown.contains(k.time) for k in selection.keyframes)


def test_the_last_frames_of_a_fade_out_are_no_shot_of_their_own():
    def dim(moment: float) -> Image:
        return place(2)(0) * (0.3 - 0.1 * moment)

    film = Played((3, place(1)), (3, place(2)), (0.16, dim))
    selection, _ = chosen(film)
    assert len(selection.shots) == 2
    assert selection.shots[-1].span.end == film.span.end
    assert all(k.span.duration >= ShotOptions().min_gap for k in selection.keyframes)
